# ruff: noqa: PLC0415 - what a command needs is imported when it runs, so that --help stays light
"""A look at an address before it is added: is it a feed, what is in it, and if not, what else.

One request, behind the same guard and by the same name as a poll. What only keeps it from being
read now (no network, a server that is down or busy) is told and stands in nobody's way.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from watcher.cli.common import Call
from watcher.cli.words import ago, iso, many, now, one_line
from watcher.core import rhythm
from watcher.core.errors import FeedError
from watcher.core.model import Feed, FeedFault
from watcher.core.rhythm.health import ZOMBIE

if TYPE_CHECKING:
    from watcher.feeds.discover import Found

SECONDS = 15.0
"""How long a person waits for a server before the address is taken unseen."""
_NO_FEED = frozenset({FeedFault.HTML, FeedFault.NOT_A_FEED})
"""What was read and is none; everything else (no network, a server that is down) may pass."""
TRY_HTTP = frozenset(
    {
        FeedFault.TLS,
        FeedFault.REFUSED,
        FeedFault.UNREACHABLE,
        FeedFault.RESET,
        FeedFault.TIMEOUT,
    }
)
"""What a site that speaks http only does when it is asked by https."""
ELSEWHERE = frozenset({FeedFault.HTML, FeedFault.NOT_FOUND, FeedFault.GONE})
"""What makes another address of the same site worth looking for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What one look brought: a feed, or why there is none, and the site's own feeds instead.

    With neither a feed nor an error nobody has looked; `why_not` says why.
    """

    feed: "Found | None" = None
    error: FeedError | None = None
    others: "tuple[Found, ...]" = ()
    why_not: str = ""

    @property
    def refused(self) -> bool:
        """Whether the address is none of a feed, as far as anybody can see."""
        return self.error is not None and self.error.fault in _NO_FEED

    def json(self) -> dict[str, Any]:
        """Return it for scripts; the keys of a feed are null where none was read."""
        found, error = self.feed, self.error
        return {
            "looked": found is not None or error is not None,
            "title": found.document.title if found else None,
            "items": found.document.items if found else None,
            "newest": iso(found.newest) if found else None,
            "format": found.document.format if found else None,
            "fault": error.fault.value if error else None,
            "detail": error.detail if error else self.why_not or None,
            "others": [one.url for one in self.others],
        }


def in_words(call: Call, feed: Feed, found: "Found") -> list[str]:
    """Return what a look at a feed has shown: one line, and one more for what may surprise."""
    document, at = found.document, now()
    title = one_line(document.title, 60) or "no title"
    newest = found.newest
    if not document.items:
        said = [f"{title}: no items yet ({document.format})"]
    else:
        age = _age(newest, at)
        said = [f"{title}: {many(document.items, 'item')}, {age} ({document.format})"]
    if newest is not None and at - newest >= ZOMBIE:
        said.append(f"nothing new for more than a year; others: {rhythm.discover(feed)}")
    if found.moved_to:
        said.append(f"it has moved for good: {call.address(found.moved_to)}")
    return said


def _age(newest: datetime | None, at: datetime) -> str:
    if newest is None:
        return "no dates"
    if newest > at:
        return "the newest from the future"
    years = (at - newest) // timedelta(days=365)
    return f"the newest {f'{years} years' if years > 1 else ago(newest, at)} old"


def look(call: Call, url: str, *, private: bool) -> Look:
    """Look at `url`, and where a web page is there, at the feeds that it names."""
    if "${" in url:
        return Look(why_not="it holds a secret; `watcher feeds check` asks it with the secret")
    with call.progress("looking at it", 1) as advance:
        try:
            return asyncio.run(_look(call, url, private=private))
        finally:
            advance()


async def _look(call: Call, url: str, *, private: bool) -> Look:
    from watcher.cli.net import scout

    async with scout(call, private=private, seconds=SECONDS) as one:
        try:
            return Look(feed=await one.look(url))
        except FeedError as error:
            others: list[Found] = []
            if error.fault is FeedFault.HTML:
                others = await one.named_there(call.progress)
            return Look(error=error, others=tuple(others))
