"""Real SMTP servers on loopback: aiosmtpd for the protocol, a scripted one for its breakdowns."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import subprocess
import threading
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import SMTP as POLICY
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult


@dataclass(slots=True)
class Postbox:
    """What the server took, and how it is told to answer. Codes are given by recipient."""

    port: int = 0
    raw: list[bytes] = field(default_factory=list)
    mails: list[EmailMessage] = field(default_factory=list)
    recipients: list[list[str]] = field(default_factory=list)
    logins: list[bytes] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)
    refuse: dict[str, str] = field(default_factory=dict)
    after_data: str = ""
    password: bytes = b"right"

    async def handle_RCPT(  # noqa: N802 # aiosmtpd's name
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        if address in self.refuse:
            return self.refuse[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        self.raw.append(envelope.original_content)
        parser = BytesParser(_class=EmailMessage, policy=POLICY)
        self.mails.append(parser.parsebytes(envelope.original_content))
        self.recipients.append(list(envelope.rcpt_tos))
        self.encrypted.append(server.transport.get_extra_info("ssl_object") is not None)
        if self.after_data == "drop":
            server.transport.close()
        return self.after_data or "250 taken"


@contextlib.contextmanager
def mailserver(
    *,
    context: ssl.SSLContext | None = None,
    implicit: bool = False,
    require_login: bool = False,
    box: Postbox | None = None,
) -> Iterator[Postbox]:
    """Run a mail server: plain, with STARTTLS (`context`), or with TLS at once (`implicit`)."""
    box = box or Postbox()

    def login(_server: Any, _session: Any, _envelope: Any, _way: Any, data: Any) -> AuthResult:
        box.logins.append(data.password)
        return AuthResult(success=data.password == box.password, handled=False)

    def protocol() -> SMTP:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # "AUTH without TLS": it is a test
            return smtp()

    def smtp() -> SMTP:
        return SMTP(
            box,
            hostname="mail.example",
            tls_context=None if implicit else context,
            require_starttls=context is not None and not implicit,
            auth_required=require_login,
            auth_require_tls=False,
            authenticator=login,
            timeout=30,
            loop=loop,
        )

    loop = asyncio.new_event_loop()
    tls = context if implicit else None
    server = loop.run_until_complete(loop.create_server(protocol, "127.0.0.1", 0, ssl=tls))
    box.port = server.sockets[0].getsockname()[1]
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield box
    finally:
        asyncio.run_coroutine_threadsafe(_closed(server), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


async def _closed(server: asyncio.Server) -> None:
    """Close the server and end the conversations that are left."""
    server.close()
    rest = asyncio.all_tasks() - {asyncio.current_task()}
    for task in rest:
        task.cancel()
    await asyncio.gather(*rest, return_exceptions=True)


@contextlib.contextmanager
def scripted(*lines: bytes | str, drip: bool = False) -> Iterator[int]:
    """Run a server that says these lines, one per command ("" = close, "hang" = say nothing).

    After DATA was granted (354) the message is read up to its final dot. With `drip` the first
    line comes a byte at a time and never ends. Yields the port.
    """
    listener = socket.create_server(("127.0.0.1", 0))
    done = threading.Event()

    def talk(conn: socket.socket) -> None:
        with conn, contextlib.suppress(OSError), conn.makefile("rb") as reader:
            for line in lines:
                text = line if isinstance(line, bytes) else line.encode()
                if text == b"hang":
                    done.wait(60)
                    return
                if not text:
                    return
                while drip and not done.wait(0.05):
                    conn.sendall(text[:1])
                conn.sendall(text + b"\r\n")
                ends = b".\r\n" if text.startswith(b"354") else b""
                while (command := reader.readline()) and ends and command != ends:
                    pass

    def serve() -> None:
        with contextlib.suppress(OSError):
            while True:
                threading.Thread(target=talk, args=(listener.accept()[0],), daemon=True).start()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        done.set()
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)


def self_signed(folder: Path) -> ssl.SSLContext:
    """Return a server's TLS context with a certificate that nobody vouches for (needs openssl)."""
    key, certificate = folder / "key.pem", folder / "cert.pem"
    run: Sequence[str] = (
        *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
        *("-nodes", "-days", "1", "-subj", "/CN=mail.example"),
        *("-keyout", str(key), "-out", str(certificate)),
    )
    subprocess.run(run, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context
