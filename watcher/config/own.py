"""What the main file says of this watcher itself: time zone, addresses, signs of life."""

from __future__ import annotations

import re
import zoneinfo
from dataclasses import dataclass
from typing import TYPE_CHECKING

from watcher.config import when
from watcher.config.findings import nearest, shown
from watcher.config.secrets import Secrets, secret_parts
from watcher.config.sections import DIGEST, address_shown, filled, url_problem
from watcher.config.values import Pairs, Reader
from watcher.core.model import Config

if TYPE_CHECKING:
    from watcher.core.model import Digest

_MAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z0-9-]{2,63}")
_NO_CONTACT = (
    "is neither a mail address nor a page. Write one such as desk@example.org or "
    "https://example.org/about"
)
KEYS = ("timezone", "public_url", "listen", "contact", "heartbeat", "alive", "across_languages")
_OFFSET = re.compile(r"(?:UTC|GMT)?[ ]*[+-][ ]*\d{1,2}(?::?\d{2})?", re.IGNORECASE)
_UNSAID = Config(path="")


@dataclass(slots=True)
class Own:
    """The values of the keys that only the main file may have."""

    timezone: str = _UNSAID.timezone
    public_url: str = _UNSAID.public_url
    listen: str = _UNSAID.listen
    contact: str = _UNSAID.contact
    heartbeat: str = _UNSAID.heartbeat
    alive: Digest | None = _UNSAID.alive
    across_languages: bool = _UNSAID.across_languages

    def read(
        self, reader: Reader, pairs: Pairs, secrets: Secrets, *, require: bool, main: bool
    ) -> None:
        """Take over what a file says; in another file than the main one it is a mistake."""
        if not main:
            for key in KEYS:
                if key in pairs:
                    reader.mistake(
                        pairs[key][1].at, f"{key}: belongs into the main file. Take it out here."
                    )
            return
        if "timezone" in pairs:
            self._timezone(reader, pairs)
        if "public_url" in pairs:
            self.public_url = _own_url(reader, pairs, "public_url").rstrip("/")
        if "listen" in pairs:
            self._listen(reader, pairs)
        if "contact" in pairs:
            self.contact = _own_url(reader, pairs, "contact", mail=True)
        if "heartbeat" in pairs:
            self._heartbeat(reader, pairs, secrets, require=require)
        if "alive" in pairs:
            self._alive(reader, pairs)
        self.across_languages = reader.flag_of(pairs, "across_languages")

    def _timezone(self, reader: Reader, pairs: Pairs) -> None:
        name, at = reader.text_of(pairs, "timezone"), pairs["timezone"][1].at
        if name is None:
            return
        if _is_timezone(name):
            self.timezone = name
            return
        if _OFFSET.fullmatch(name):
            reader.mistake(
                at,
                f'time zone "{shown(name)}" says only how many hours. Write a city of it, which '
                "knows its summer time too, such as Asia/Almaty or Europe/Berlin.",
            )
            return
        # Etc/GMT+5 lies five hours west, which is never what is meant.
        zones = {zone for zone in zoneinfo.available_timezones() if not zone.startswith("Etc/")}
        cities = {zone.rpartition("/")[2]: zone for zone in sorted(zones)}
        guess = nearest(name.rpartition("/")[2], cities) or nearest(name, zones)
        zone = cities.get(guess, guess) if guess else None
        meant = f' Did you mean "{zone}"?' if zone else ""
        reader.mistake(
            at,
            f'unknown time zone "{shown(name)}".{meant} Expected a name such as Asia/Almaty, '
            "Europe/Berlin or UTC.",
        )

    def _heartbeat(self, reader: Reader, pairs: Pairs, secrets: Secrets, *, require: bool) -> None:
        """Read the address that is told every few minutes that all goes on; it may be at home."""
        written, at = reader.text_of(pairs, "heartbeat"), pairs["heartbeat"][1].at
        if written is None:
            return
        url = filled(reader, at, written, secrets, require=require)
        if problem := "" if written != url else url_problem(url, private=True):
            reader.mistake(at, f'heartbeat "{address_shown(written)}" {problem}')
        else:
            # Who knows the address can keep the alarm silent.
            secrets.used |= {url, *secret_parts(url)} if "://" in url else set()
            self.heartbeat = url if "://" in url else ""

    def _alive(self, reader: Reader, pairs: Pairs) -> None:
        if (reader.text_of(pairs, "alive") or "").lower() in {"off", "no", "false", "never"}:
            self.alive = None
        elif found := reader.parsed_of(pairs, "alive", when.digest, f"off, or {DIGEST}"):
            self.alive = found

    def _listen(self, reader: Reader, pairs: Pairs) -> None:
        written, at = reader.text_of(pairs, "listen"), pairs["listen"][1].at
        if written is None:
            return
        host, _, port = written.rpartition(":")
        if not (host and _is_port(port) and host.isascii() and not host.startswith("http")):
            expected = _UNSAID.listen
            reader.mistake(
                at, f'listen "{shown(written)}" is no address and port. Expected {expected}'
            )
        else:
            self.listen = written


def _own_url(reader: Reader, pairs: Pairs, key: str, *, mail: bool = False) -> str:
    """Return the user's own address under `key`; "" when it can't be used.

    With `mail` it may be a mail address.
    """
    url, at = reader.text_of(pairs, key), pairs[key][1].at
    if url is None:
        return ""
    problem = url_problem(url)
    if mail and "://" not in url:
        url = url.removeprefix("mailto:").strip()
        problem = "" if _MAIL.fullmatch(url) else _NO_CONTACT
    if problem and not url_problem(url, private=True):
        problem = "is in your own network, where nobody reaches it. Write its public name."
    if not (problem or (url.isascii() and url.isprintable())):
        problem = "holds a letter that must be written with % signs. Copy it from the browser."
    if problem:
        reader.mistake(at, f'{key} "{address_shown(url)}" {problem}')
        return ""
    return url


def _is_port(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 5 and 0 < int(text) < 65536


def _is_timezone(name: str) -> bool:
    """Say whether `name` is a time zone of this machine or of the tzdata package."""
    try:
        zoneinfo.ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return True
