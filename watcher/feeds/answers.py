"""What the head of an answer says: why there is no feed in it, and how long to wait or to trust it.

Knows headers and status codes, and neither connections nor bodies.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from watcher.core.errors import FeedError
from watcher.core.model import FeedFault
from watcher.feeds import dates

if TYPE_CHECKING:
    import aiohttp

LONGEST_WAIT: Final = timedelta(hours=24)
"""Retry-After is believed up to here; one server asked for 88 hours."""
_PAGES: Final = ("text/html", "application/xhtml+xml")
_MAX_AGE: Final = re.compile(r"(?:^|[,\s])max-age\s*=\s*\"?(\d{1,12})", re.IGNORECASE)

_STATUS_FAULTS: Final = {
    401: (FeedFault.UNAUTHORIZED, "the site wants a login"),
    402: (FeedFault.BLOCKED, "the site wants payment"),
    403: (FeedFault.BLOCKED, "the site refuses access"),
    404: (FeedFault.NOT_FOUND, "there is nothing at this address"),
    407: (FeedFault.UNAUTHORIZED, "a proxy on the way wants a login"),
    410: (FeedFault.GONE, "the site says that it is gone for good"),
    429: (FeedFault.RATE_LIMITED, "the site asks for fewer requests"),
    451: (FeedFault.BLOCKED, "the site may not show it, for legal reasons"),
}


def refusal(response: aiohttp.ClientResponse) -> FeedError:
    """Return the error for a status that brings no feed."""
    status = response.status
    if status in {204, 205}:
        fault, why = FeedFault.EMPTY, "the site answers that there is nothing to read"
    elif status == 304:
        fault, why = FeedFault.BAD_STATUS, '"not modified", though the whole feed was asked for'
    elif status in _STATUS_FAULTS:
        fault, why = _STATUS_FAULTS[status]
    elif 500 <= status < 600:
        fault, why = FeedFault.SERVER_ERROR, "the site has a problem of its own"
    else:
        fault, why = FeedFault.BAD_STATUS, "an answer that feeds don't give"
    if "challenge" in response.headers.get("cf-mitigated", ""):
        fault, why = FeedFault.BLOCKED, f"{why} (it asks whether a person is there)"
    wait = _retry_after(response)
    until = f"; it asks to wait {wait}" if wait else ""
    return FeedError(fault, f"HTTP {status}: {why}{until}.", retry_after=wait, status=status)


def _retry_after(response: aiohttp.ClientResponse) -> timedelta | None:
    """Read Retry-After in seconds or as a date (RFC 9110 10.2.3), at most 24 hours."""
    value = response.headers.get("Retry-After", "").strip()
    if value.isascii() and value.isdigit():
        return min(timedelta(seconds=min(int(value[:9]), 10**6)), LONGEST_WAIT)
    until = dates.read(value)
    if until is None:
        return None
    return min(max(until - _served(response), timedelta(0)), LONGEST_WAIT)


def _served(response: aiohttp.ClientResponse) -> datetime:
    """Return when the answer was made, by the clock that also made its other dates."""
    return dates.read(response.headers.get("Date")) or datetime.now(UTC)


def is_page(response: aiohttp.ClientResponse) -> bool:
    """Tell whether the answer says it is a web page; one that doesn't say may be."""
    return "Content-Type" not in response.headers or response.content_type in _PAGES


def max_age(response: aiohttp.ClientResponse) -> timedelta | None:
    """Read how long the answer stays fresh: Cache-Control max-age, else Expires (RFC 9111)."""
    found = _MAX_AGE.search(",".join(response.headers.getall("Cache-Control", [])))
    if found:
        return timedelta(seconds=min(int(found[1]), 10**9))
    expires = dates.read(response.headers.get("Expires"))
    if expires is None:
        return None
    now = _served(response)
    return expires - now if expires > now else None


def header(response: aiohttp.ClientResponse, name: str) -> str | None:
    """Return a header as it came, or None; one that isn't UTF-8 couldn't be sent back as it was."""
    value = response.headers.get(name)
    if not value:
        return None
    try:
        value.encode()
    except UnicodeEncodeError:
        return None
    return value
