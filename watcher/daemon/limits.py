"""What a feed may cost before it is given up, and what stands between us and the network."""

from __future__ import annotations

import ssl
from dataclasses import dataclass

from aiohttp.abc import AbstractResolver

from watcher.feeds.lanes import HOST_PAUSE


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one feed may cost. The defaults are what the program promises.

    The others are for tests, which must not wait for half a minute and serve their feeds from
    loopback: `allow` holds the exact (address, port) pairs that pass the address guard, `resolver`
    and `tls` take the place of the system's names and certificates.
    """

    fetch_seconds: float = 30.0
    """All of one fetch: names, connections, redirects, headers and body."""
    parse_seconds: float = 10.0
    """All of one document's parsing, retries included; what takes longer is killed."""
    most_bytes: int = 10_000_000
    """Of a document, before and after decompression."""
    host_pause: float = HOST_PAUSE
    allow: frozenset[tuple[str, int]] = frozenset()
    resolver: AbstractResolver | None = None
    tls: ssl.SSLContext | None = None
