"""Secrets: where `${NAME}` comes from, and which values no output may hold.

Looked up in this order: the environment; a file NAME in systemd's credential folder
($CREDENTIALS_DIRECTORY); the lines NAME=value of secrets.env (there, or in the state folder).
Messages name what is missing and never what was found.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from watcher.config.languages import words

if TYPE_CHECKING:
    from collections.abc import Mapping

NAME = re.compile(r"\$\{([^}]*)\}")
_GOOD_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,99}")
_ESCAPED = re.compile(
    r"(?:[A-Za-z0-9._~-]|%[0-9A-Fa-f]{2})*%[0-9A-Fa-f]{2}(?:[A-Za-z0-9._~-]|%[0-9A-Fa-f]{2})*"
)
_SHORTEST = 4
"""Shorter values would blot out ordinary words and numbers."""
_LARGEST_FILE = 100_000

_PLAIN_SCHEMES = words(
    "terminal mailto mailtos http https json jsons xml xmls form forms syslog dbus file"
)
"""Schemes whose host and path name a place; elsewhere they often are the token itself."""
_SECRET_KEYS = words("pass password token key apikey api_key secret auth access_token")


class Secrets:
    """Finds `${NAME}`, and remembers every value it gave out."""

    def __init__(self, environ: Mapping[str, str], secrets_file: Path | None = None) -> None:
        self._environ = environ
        folder = environ.get("CREDENTIALS_DIRECTORY")
        self._folder = Path(folder) if folder else None
        self.file = secrets_file
        self._lines: dict[str, str] | None = None
        self.used: set[str] = set()
        self.read: list[Path] = []

    def get(self, name: str) -> str | None:
        """Return the value of `name`, or None when it is set nowhere (an empty one isn't set)."""
        if not _GOOD_NAME.fullmatch(name):
            return None
        return self._environ.get(name) or self._credential(name) or self._line(name) or None

    def fill(self, text: str) -> tuple[str, tuple[str, ...]]:
        """Return `text` with its secrets in place, and the names that are set nowhere.

        In front of the @ of an address a value is written so that its signs keep their meaning
        (p@ss/word), unless it is written so already.
        """
        missing: list[str] = []

        def value(found: re.Match[str]) -> str:
            secret = self.get(found[1])
            if secret is None:
                missing.append(found[1])
                return found[0]
            safe = secret
            if _in_front_of_at(text, found) and not _ESCAPED.fullmatch(secret):
                safe = quote(secret, safe="")
            self.used |= {part for part in (secret, safe) if len(part) >= _SHORTEST}
            return safe

        return NAME.sub(value, text), tuple(dict.fromkeys(missing))

    def _credential(self, name: str) -> str | None:
        if self._folder is None:
            return None
        text = _text(self._folder / name)
        return None if text is None else text.strip("\r\n")

    def _line(self, name: str) -> str | None:
        if self._lines is None:
            self._lines = {}
            places = [self.file] if self.file else []
            if self._folder is not None:
                places.append(self._folder / "secrets.env")
            for place in reversed(places):
                # One that is not there yet may come to be the mend.
                self.read.append(place)
                self._lines |= parse_env(_text(place) or "")
        return self._lines.get(name)


def parse_env(text: str) -> dict[str, str]:
    """Read lines such as NAME=value, export NAME="value" and # comments."""
    found = {}
    for line in text.removeprefix("\ufeff").splitlines():
        name, sign, value = line.strip().removeprefix("export ").partition("=")
        if sign and _GOOD_NAME.fullmatch(name.strip()):
            plain = value.strip()
            if len(plain) > 1 and plain[0] == plain[-1] and plain[0] in "\"'":
                plain = plain[1:-1]
            found[name.strip()] = plain
    return found


def secret_parts(url: str) -> frozenset[str]:
    """Return what in a channel's address may be secret: passwords, tokens, the address itself."""
    scheme, found, rest = url.partition("://")
    if not found:
        return frozenset()
    place, _, query = rest.partition("?")
    authority, _, path = place.partition("/")
    user, at, host = authority.rpartition("@")
    name, _, password = user.partition(":") if at else ("", "", "")
    parts = {password}
    for pair in query.split("&"):
        key, _, value = pair.partition("=")
        if key.lower().lstrip("+-:") in _SECRET_KEYS:
            parts.add(value)
    if scheme.lower() not in _PLAIN_SCHEMES:
        parts |= {name, *(part for part in path.split("/") if len(part) >= 8)}
        if "." not in host:
            parts.add(host)
    known = {part for part in parts if len(part) >= _SHORTEST and not NAME.search(part)}
    return frozenset(known | {unquote(part) for part in known})


def _in_front_of_at(text: str, found: re.Match[str]) -> bool:
    start = text.find("://") + 3
    end = min(
        (at for at in (text.find(sign, start) for sign in "/?#") if at >= 0), default=len(text)
    )
    at = text.rfind("@", start, end)
    return start >= 3 and found.end() <= at


def _text(path: Path) -> str | None:
    try:
        with path.open("rb") as file:
            return file.read(_LARGEST_FILE).decode("utf-8", "replace")
    except (OSError, ValueError):
        return None
