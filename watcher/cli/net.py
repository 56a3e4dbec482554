# ruff: noqa: PLC0415 - what a command needs is imported when it runs, so that --help stays light
"""Asking feeds from a command: the polite name we go by, and a bounded crowd of polls."""

import asyncio
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from watcher import __version__
from watcher.cli.words import iso, many, now
from watcher.core.errors import FeedError
from watcher.core.model import Document, Feed

if TYPE_CHECKING:
    from watcher.feeds import Fetcher, Reader

AT_ONCE = 16
PER_HOST = 2  # more than two at once is impolite to one publisher
SILENT = timedelta(days=30)
"""Without an item of this age a feed that answers is called silent: it may have moved."""


def fetcher() -> "Fetcher":
    """Return the door to the web that commands use."""
    from watcher.feeds import Fetcher

    return Fetcher(user_agent=f"watcher/{__version__}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What one poll said of a feed. `state` is alive, silent, moved, or the name of the fault."""

    feed: Feed
    state: str
    failed: bool = False
    items: int = 0
    newest: datetime | None = None
    format: str = ""
    encoding: str = ""
    ms: int = 0
    detail: str = ""

    def json(self) -> dict[str, Any]:
        """Return it as one line of `feeds check --json`."""
        return {
            "feed": self.feed.name,
            "url": self.feed.url,
            "state": self.state,
            "ok": not self.failed,
            "items": self.items,
            "newest": iso(self.newest),
            "format": self.format or None,
            "encoding": self.encoding or None,
            "ms": self.ms,
            "detail": self.detail,
        }


async def check_feeds(feeds: Iterable[Feed], *, done: Callable[[Checked], None]) -> list[Checked]:
    """Poll all `feeds` once, without storing anything; `done` hears of each as it ends."""
    from watcher.feeds import Reader

    crowd = asyncio.Semaphore(AT_ONCE)
    hosts: dict[str, asyncio.Semaphore] = {}

    async with fetcher() as door, Reader() as reader:

        async def one(feed: Feed) -> Checked:
            host = hosts.setdefault(_host(feed.url), asyncio.Semaphore(PER_HOST))
            async with host, crowd:
                result = await check_feed(feed, door, reader)
            done(result)
            return result

        return list(await asyncio.gather(*(one(feed) for feed in feeds)))


async def check_feed(feed: Feed, door: "Fetcher", reader: "Reader") -> Checked:
    """Poll one feed and put a name to what it is."""
    start = time.monotonic()
    try:
        fetched = await door.fetch(feed)
        document = await reader.read(
            fetched.body or b"", url=fetched.url, content_type=fetched.content_type
        )
    except FeedError as error:
        return Checked(
            feed=feed, state=error.fault.value, failed=True, detail=error.detail, ms=_ms(start)
        )
    newest = _newest(document)
    state, detail = "alive", ""
    if document.damaged:
        detail = f"{many(document.damaged, 'item')} damaged"
    if newest is not None and now() - newest > SILENT:
        state, detail = "silent", f"nothing new since {newest:%Y-%m-%d}"
    if not document.entries:
        state, detail = "silent", "no items"
    if fetched.moved_to and fetched.moved_to != feed.url:
        state, detail = "moved", f"to {fetched.moved_to}"
    return Checked(
        feed=feed,
        state=state,
        items=len(document.entries),
        newest=newest,
        format=document.format,
        encoding=document.encoding,
        ms=_ms(start),
        detail=detail,
    )


def _newest(document: Document) -> datetime | None:
    """Return the date of the newest item; one from the future is nobody's news."""
    latest = now() + timedelta(days=1)
    dates = [entry.published or entry.updated for entry in document.entries]
    return max((date for date in dates if date is not None and date <= latest), default=None)


def _ms(start: float) -> int:
    return round((time.monotonic() - start) * 1000)


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or url
    except ValueError:
        return url
