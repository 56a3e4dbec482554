"""The address guard: which web addresses the program may open, and which it refuses.

A feed's address comes from a file that may have been copied from anywhere, and a redirect comes
from a stranger's server; neither may reach the machine itself, its network, or a cloud's metadata
service. Addresses are judged twice: the text before anything is opened, and the number in the
socket factory of every connection, so that neither redirects nor changing DNS answers get round
it. `Guard` knows nothing of HTTP.
"""

from __future__ import annotations

import ipaddress
import re
import socket
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import quote

from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from watcher.core.errors import FeedError
from watcher.core.model import FeedFault

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aiohttp import AddrInfoType

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

LONGEST_URL = 8_000
"""Characters; what servers and proxies commonly take."""

_LOOPBACK = "this computer itself"
_PRIVATE = "a private network"
_SPECIAL = "a special network that is not part of the public internet"
_METADATA = "the cloud provider's internal service, which hands out passwords"

_OPENABLE = frozenset({_LOOPBACK, _PRIVATE})
"""What `private: true` opens: one's own machines, never metadata services or special ranges."""


def _networks(*pairs: tuple[str, str]) -> tuple[tuple[Network, str], ...]:
    return tuple((ipaddress.ip_network(text), words) for text, words in pairs)


_REFUSED = _networks(
    # Most specific first: the first hit names the reason.
    ("169.254.0.0/16", _METADATA),
    ("100.100.100.200/32", _METADATA),  # Alibaba
    ("168.63.129.16/32", _METADATA),  # Azure; public by number, internal by routing
    ("fd00:ec2::/32", _METADATA),  # Amazon
    ("fd20:ce::/32", _METADATA),  # Google
    ("127.0.0.0/8", _LOOPBACK),
    ("::1/128", _LOOPBACK),
    ("10.0.0.0/8", _PRIVATE),
    ("172.16.0.0/12", _PRIVATE),
    ("192.168.0.0/16", _PRIVATE),
    ("100.64.0.0/10", _PRIVATE),
    ("fc00::/7", _PRIVATE),
    # `ipaddress.is_global` lets several of these pass, so the list is ours.
    ("0.0.0.0/8", _SPECIAL),
    ("192.0.0.0/24", _SPECIAL),
    ("192.0.2.0/24", _SPECIAL),
    ("192.88.99.0/24", _SPECIAL),
    ("198.18.0.0/15", _SPECIAL),
    ("198.51.100.0/24", _SPECIAL),
    ("203.0.113.0/24", _SPECIAL),
    ("224.0.0.0/3", _SPECIAL),
    ("2001::/23", _SPECIAL),
    ("2001:db8::/32", _SPECIAL),
    ("2002::/16", _SPECIAL),
    ("3fff::/20", _SPECIAL),
)
_GLOBAL_V6 = ipaddress.IPv6Network("2000::/3")
"""All IPv6 addresses that are given out lie here; every other one is refused."""

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
_NUMBER = re.compile(r"\d+|0x[0-9a-f]*")
_SAFE_REST = "%/:?=&;+,$!*'()@[]~#"


class BlockedAddressError(OSError):
    """A connection to an address that the guard refuses was about to be opened."""


@dataclass(frozen=True, slots=True)
class Guard:
    """Judge addresses for one kind of feed.

    `private` opens this computer and private networks (the user said `private: true`), but never
    a cloud's metadata address. `allow` opens exact (address, port) pairs, for tests and the demo.
    """

    private: bool = False
    allow: frozenset[tuple[str, int]] = frozenset()

    def url(self, text: str) -> URL:
        """Return `text` as a URL that may be asked, byte for byte but for scheme, host, fragment.

        Raises FeedError BAD_URL for what is no plain http(s) address and BLOCKED_ADDRESS for one
        that names this computer or a private network in any spelling. Host names are not
        resolved here; `resolver` and `socket_factory` see to their numbers.
        """
        text = text.strip(" \t\r\n")
        scheme, rest = _scheme(text)
        authority, path = _authority(rest)
        host, port_text = _host_and_port(authority)
        port = _port(port_text, scheme)
        host = self._host(host, port)
        path = path.partition("#")[0]
        if not path.startswith("/"):
            path = "/" + path
        shown = f"{host}:{port_text}" if port_text else host
        # encoded=True: a signed address must go out as it was written.
        return URL(f"{scheme}://{shown}{quote(path, safe=_SAFE_REST)}", encoded=True)

    def refusal(self, address: str, port: int) -> str | None:
        """Say in plain words why `address` must not be opened; None when it may be."""
        if (address, port) in self.allow:
            return None
        try:
            words = _place_of(address)
        except ValueError:
            return f"{address} is not an address that can be checked."
        if words is None:
            return None
        if words in _OPENABLE:
            if self.private:
                return None
            return (
                f"{address} is {words}, not a site on the internet. If this feed really is yours, "
                "add `private: true` to it."
            )
        also = " Not even `private: true` opens it." if self.private else ""
        return f"{address} belongs to {words}, so it is never opened.{also}"

    def socket_factory(self, info: AddrInfoType) -> socket.socket:
        """Make the socket for one connection, or raise BlockedAddressError."""
        family, kind, protocol, _, (address, port, *_) = info
        reason = self.refusal(str(address), int(port))
        if reason is not None:
            raise BlockedAddressError(reason)
        return socket.socket(family=family, type=kind, proto=protocol)

    def resolver(self, inner: AbstractResolver) -> GuardedResolver:
        """Wrap `inner` so that a name with any refused address is refused whole."""
        return GuardedResolver(self, inner)

    def _host(self, host: str, port: int) -> str:
        if host.startswith("["):
            return self._v6(host, port)
        name = _ascii_name(host)
        labels = name.removesuffix(".").split(".")
        if _NUMBER.fullmatch(labels[-1]):
            return self._v4(host, name, port)
        if not all(map(_LABEL.fullmatch, labels)) or len(name) > 253:
            raise FeedError(FeedFault.BAD_URL, f'"{host}" is not a valid host name.')
        if labels[-1] == "localhost" and not self._opens_loopback(port):
            raise FeedError(
                FeedFault.BLOCKED_ADDRESS,
                f'"{host}" is {_LOOPBACK}, not a site on the internet. If this feed really is '
                "yours, add `private: true` to it.",
            )
        return name

    def _opens_loopback(self, port: int) -> bool:
        return self.private or any((own, port) in self.allow for own in ("127.0.0.1", "::1"))

    def _v6(self, host: str, port: int) -> str:
        try:
            address = ipaddress.IPv6Address(host[1:-1])
        except ValueError:
            raise FeedError(FeedFault.BAD_URL, f"{host} is not a valid IPv6 address.") from None
        if address.scope_id is not None:
            raise FeedError(
                FeedFault.BLOCKED_ADDRESS,
                f"{host} is an address on one cable of this computer, not a site on the internet.",
            )
        self._check(str(address), port)
        return f"[{address}]"

    def _v4(self, host: str, name: str, port: int) -> str:
        try:
            plain = str(ipaddress.IPv4Address(name))
        except ValueError:
            plain = ""
        if plain and plain == host:
            self._check(plain, port)
            return plain
        raise FeedError(
            FeedFault.BLOCKED_ADDRESS,
            f'"{host}" is an unusual spelling of {_meant(name)}. Such spellings are used to hide '
            "an address, so they are not opened; write the site's name.",
        )

    def _check(self, address: str, port: int) -> None:
        reason = self.refusal(address, port)
        if reason is not None:
            raise FeedError(FeedFault.BLOCKED_ADDRESS, reason)


class GuardedResolver(AbstractResolver):
    """A resolver that refuses a name as soon as one of its addresses is refused (F16)."""

    def __init__(self, guard: Guard, inner: AbstractResolver) -> None:
        self._guard = guard
        self._inner = inner

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Return the addresses of `host`, or raise BlockedAddressError."""
        found = await self._inner.resolve(host, port, family)
        for result in found:
            reason = self._guard.refusal(result["host"], port)
            if reason is not None:
                raise BlockedAddressError(f"{host} leads to {reason}")
        return found

    async def close(self) -> None:
        """Leave the inner resolver to its owner: two connectors share it."""


def blocked(error: BaseException) -> str | None:
    """Return the reason when `error`, or what caused it, is the guard's refusal."""
    for cause in causes(error):
        if isinstance(cause, BlockedAddressError):
            return str(cause)
    return None


def causes(error: BaseException) -> Iterable[BaseException]:
    """Yield `error` and what it was raised from, outermost first."""
    seen: BaseException | None = error
    while seen is not None:
        yield seen
        seen = seen.__cause__ or (None if seen.__suppress_context__ else seen.__context__)


def _scheme(text: str) -> tuple[str, str]:
    if not text:
        raise FeedError(FeedFault.BAD_URL, "the address is empty.")
    if len(text) > LONGEST_URL:
        raise FeedError(FeedFault.BAD_URL, f"the address is longer than {LONGEST_URL} characters.")
    plain = text.isascii() and text.isprintable() and " " not in text
    if not plain and any(
        c <= " " or unicodedata.category(c) in {"Cc", "Cf", "Cs", "Zs"} for c in text
    ):
        raise FeedError(
            FeedFault.BAD_URL,
            "the address contains a space or an invisible character. Copy it again, and write "
            "%20 for a space that belongs to it.",
        )
    if "\\" in text:
        raise FeedError(
            FeedFault.BAD_URL,
            "the address contains a backslash (\\), which programs read in different ways. "
            "Write / instead.",
        )
    found = _SCHEME.match(text)
    scheme = found[1].lower() if found else ""
    if scheme not in {"http", "https"}:
        what = f'begins with "{scheme}:"' if scheme else "has no https:// in front"
        raise FeedError(
            FeedFault.BAD_URL,
            f"the address {what}. Only addresses that begin with https:// or http:// are opened.",
        )
    rest = text[len(scheme) + 1 :]
    if not rest.startswith("//") or rest.startswith("///"):
        raise FeedError(
            FeedFault.BAD_URL, f"after {scheme}: there must be two slashes and then a site's name."
        )
    return scheme, rest[2:]


def _authority(rest: str) -> tuple[str, str]:
    end = min((at for at in map(rest.find, "/?#") if at >= 0), default=len(rest))
    authority, path = rest[:end], rest[end:]
    if "@" in authority:
        raise FeedError(
            FeedFault.BAD_URL,
            'the address has a name and "@" before the site. That can hide where it really leads, '
            "so it is not opened; use the address without it.",
        )
    if "%" in authority and not authority.startswith("["):
        raise FeedError(FeedFault.BAD_URL, "the site's name is disguised with % signs.")
    return authority, path


def _host_and_port(authority: str) -> tuple[str, str]:
    if authority.startswith("["):
        inside, bracket, port = authority.partition("]")
        if not bracket or (port and not port.startswith(":")):
            raise FeedError(FeedFault.BAD_URL, "the address has a [ without its ].")
        return inside + bracket, port[1:]
    host, _, port = authority.partition(":")
    if not host:
        raise FeedError(FeedFault.BAD_URL, "the address names no site.")
    return host, port


def _port(text: str, scheme: str) -> int:
    if not text:
        return 443 if scheme == "https" else 80
    if not (text.isascii() and text.isdigit() and len(text) <= 5 and 0 < int(text) < 65536):
        raise FeedError(
            FeedFault.BAD_URL, f'the port "{text[:20]}" is not a number from 1 to 65535.'
        )
    return int(text)


def _ascii_name(host: str) -> str:
    """Return the host name in the letters DNS knows; fullwidth digits and dots become plain."""
    if host.isascii():
        return host.lower()
    folded = unicodedata.normalize("NFKC", host).replace("。", ".").lower()
    if not folded.isascii():
        try:
            folded = URL(f"http://{folded}/").raw_host or ""
        except ValueError:
            folded = ""
    if not folded:
        raise FeedError(FeedFault.BAD_URL, f'"{host}" is not a valid host name.')
    return folded


def _meant(name: str) -> str:
    """Say which address an odd spelling stands for, as the C library would read it."""
    try:
        return socket.inet_ntoa(socket.inet_aton(name.removesuffix(".")))
    except OSError:
        return "a number"


@lru_cache(maxsize=1 << 13)
def _place_of(address: str) -> str | None:
    """Return what `_place` says; the hosts of feeds are the same at every poll."""
    return _place(ipaddress.ip_address(address))


def _place(address: Address) -> str | None:
    """Return whose address it is, in plain words; None for the public internet."""
    for network, words in _REFUSED:
        if address in network:
            return words
    if isinstance(address, ipaddress.IPv6Address) and address not in _GLOBAL_V6:
        inner = address.ipv4_mapped
        return f"{_SPECIAL} (it hides {inner})" if inner and _place(inner) else _SPECIAL
    return None
