"""Certificates for TLS tests, made with the openssl command; tests skip where it is absent."""

from __future__ import annotations

import shutil
import ssl
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Authority:
    """A certificate authority of one's own, in a folder."""

    folder: Path

    @classmethod
    def make(cls, folder: Path) -> Authority:
        """Make one, or skip the test."""
        if shutil.which("openssl") is None:
            pytest.skip("the openssl command is not installed")
        authority = cls(folder)
        authority._openssl(
            "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 "
            "-keyout ca.key -out ca.pem -subj /CN=test-authority "
            "-addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign"
        )
        (folder / "index.txt").write_text("")
        (folder / "serial").write_text("01")
        (folder / "ca.cnf").write_text(
            "[ca]\ndefault_ca=own\n[own]\ndatabase=index.txt\nserial=serial\nnew_certs_dir=.\n"
            "certificate=ca.pem\nprivate_key=ca.key\ndefault_md=sha256\npolicy=any\n"
            "copy_extensions=copy\nunique_subject=no\n[any]\ncommonName=supplied\n"
        )
        return authority

    @property
    def trusting(self) -> ssl.SSLContext:
        """A client's context that trusts this authority only."""
        return ssl.create_default_context(cafile=str(self.folder / "ca.pem"))

    def server(self, name: str, *, expired: bool = False) -> ssl.SSLContext:
        """Return a server's context with a certificate for `name`, an address or a host."""
        self._openssl(
            "req -new -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout own.key "
            f"-out own.csr -subj /CN={name} -addext subjectAltName={_kind(name)}:{name}"
        )
        dates = "-startdate 20200101000000Z -enddate 20200102000000Z" if expired else "-days 2"
        self._openssl(f"ca -batch -config ca.cnf -in own.csr -out own.pem -notext {dates}")
        return self._loaded("own.pem", "own.key")

    def self_signed(self, name: str) -> ssl.SSLContext:
        """Return a server's context whose certificate nobody signed."""
        self._openssl(
            "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 "
            f"-keyout self.key -out self.pem -subj /CN={name} "
            f"-addext subjectAltName={_kind(name)}:{name}"
        )
        return self._loaded("self.pem", "self.key")

    def _loaded(self, certificate: str, key: str) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.folder / certificate, self.folder / key)
        return context

    def _openssl(self, arguments: str) -> None:
        subprocess.run(
            ["openssl", *arguments.split()],
            cwd=self.folder,
            check=True,
            capture_output=True,
        )


def _kind(name: str) -> str:
    return "IP" if name.replace(".", "").isdigit() else "DNS"
