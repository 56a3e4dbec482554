# ruff: noqa: PLC0415 - what a command needs is imported when it runs, so that --help stays light
"""Asking feeds from a command: the polite name we go by, and a bounded crowd of polls."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from watcher.cli.common import Call
from watcher.cli.known import named
from watcher.cli.words import iso, now
from watcher.core import rhythm
from watcher.core.errors import FeedError, WatcherError
from watcher.core.identity import host_of
from watcher.core.model import Feed, FeedFault, FeedId, FeedState

if TYPE_CHECKING:
    from watcher.feeds import Fetcher, Lanes, Reader
    from watcher.feeds.discover import Scout
    from watcher.feeds.room import Place


def fetcher(contact: str = "", *, seconds: float | None = None) -> "Fetcher":
    """Return the door to the web that commands use; they go by the same name as the daemon.

    `seconds` are for all of one fetch; the daemon's where none are given.
    """
    from watcher.feeds import Fetcher
    from watcher.feeds.fetch import TIMEOUT, user_agent

    return Fetcher(user_agent=user_agent(contact), timeout=seconds or TIMEOUT)


@asynccontextmanager
async def scout(
    call: Call, *, private: bool, seconds: float | None = None
) -> "AsyncIterator[Scout]":
    """Open what looks for feeds, under the name that rules.yaml gives us if it can be read."""
    from watcher.feeds import Lanes, Reader
    from watcher.feeds.discover import Scout

    try:
        contact = call.config().contact
    except WatcherError:
        contact = ""
    async with fetcher(contact, seconds=seconds) as door, Reader() as reader:
        yield Scout(door, reader, Lanes(), private=private)


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What one poll said of a feed, together with what is remembered of it.

    `word` is alive, silent, zombie, moved, mojibake, missed, broken-xml, or the name of the fault.
    """

    state: FeedState
    word: str
    failed: bool = False
    since: datetime | None = None
    items: int = 0
    ms: int = 0
    detail: str = ""
    retry_after: timedelta | None = None

    @property
    def feed(self) -> Feed:
        """The feed that was asked."""
        return self.state.feed

    def json(self) -> dict[str, Any]:
        """Return it as one line of `feeds check --json`; durations in seconds."""
        state = self.state
        return {
            "feed": state.feed.name,
            "url": state.feed.url,
            "state": self.word,
            "ok": not self.failed,
            "since": iso(self.since),
            "items": self.items,
            "newest": iso(state.last_new),
            "usual": _seconds(state.habits.gap),
            "interval": None if self.failed else _seconds(state.interval),
            "damaged": state.damaged,
            "format": state.format,
            "encoding": state.encoding,
            "ms": self.ms,
            "detail": self.detail,
        }


def _seconds(span: timedelta | None) -> int | None:
    return None if span is None else round(span.total_seconds())


async def check_feeds(
    feeds: Iterable[Feed],
    states: Mapping[str, FeedState],
    *,
    done: Callable[[Checked], None],
    door: "Fetcher | None" = None,
    lanes: "Lanes | None" = None,
    held: Mapping[str, datetime] = MappingProxyType({}),
) -> list[Checked]:
    """Poll all `feeds` once, without storing anything; `done` hears of each as it ends.

    `states` is what is known of them by address: what was read before is not asked for again.
    Hosts are asked as gently as the daemon asks them; those in `held` not before then.
    """
    from watcher.feeds import HeldError, Lanes, Reader
    from watcher.feeds.room import asked_again

    lanes = lanes or Lanes()
    for host, until in held.items():
        lanes.hold(host, (until - now()).total_seconds())
    async with door or fetcher() as web, Reader() as reader:

        async def in_turn(feed: Feed, known: FeedState | None, place: "Place") -> Checked:
            async with lanes.turn(host_of(feed.asked), own=feed.private):
                return await check_feed(feed, known, web, reader, place)

        async def one(feed: Feed) -> Checked:
            host, known = host_of(feed.asked), states.get(feed.url)
            start = time.monotonic()
            try:
                with web.room.place() as place:
                    result = await asked_again(place, partial(in_turn, feed, known, place))
                if result.retry_after:
                    lanes.hold(host, result.retry_after.total_seconds())
            except HeldError as refused:
                wait = timedelta(seconds=refused.rest)
                error = FeedError(
                    FeedFault.RATE_LIMITED,
                    "not asked: its site asked to be left alone.",
                    retry_after=wait,
                )
                result = _failed(feed, known, error, start)
            done(result)
            return result

        return list(await asyncio.gather(*(one(feed) for feed in feeds)))


async def check_feed(
    feed: Feed,
    known: FeedState | None,
    door: "Fetcher",
    reader: "Reader",
    place: "Place | None" = None,
) -> Checked:
    """Poll one feed as the daemon would and put a name to what it is.

    Raises NoRoomError where `place` finds no room for its document.
    """
    start, at = time.monotonic(), now()
    state = _state(feed, known, at)
    etag, last_modified = rhythm.validators(state, now=at)
    document = None
    try:
        fetched = await door.fetch(feed, etag=etag, last_modified=last_modified, place=place)
        if fetched.body is not None:
            document = await reader.read(
                fetched.body,
                url=fetched.url,
                content_type=fetched.content_type,
                known=state.digests,
                head=state.head,
            )
    except FeedError as error:
        return _failed(feed, known, error, start)
    arrived = [entry.published or entry.updated for entry in document.entries] if document else []
    state = rhythm.after_answer(state, fetched, document, arrived=arrived, now=at, jitter=0.0)
    return _checked(state, at, start, items=document.items if document else len(state.digests))


def _state(feed: Feed, known: FeedState | None, at: datetime) -> FeedState:
    """Return what is known of a feed; what rules.yaml says of it now counts."""
    if known is not None:
        return replace(known, feed=feed)
    return FeedState(id=FeedId(0), feed=feed, next_due=at, interval=rhythm.NEWS)


def _failed(feed: Feed, known: FeedState | None, error: FeedError, start: float) -> Checked:
    at, wait = now(), error.retry_after
    state = rhythm.after_failure(
        _state(feed, known, at),
        error.fault,
        error.detail,
        retry_after=wait,
        now=at,
        jitter=0.0,
    )
    return replace(_checked(state, at, start), retry_after=wait)


def _checked(state: FeedState, at: datetime, start: float, *, items: int = 0) -> Checked:
    state = replace(state, feed=named(state.feed, state))
    found = rhythm.health(state, now=at)
    word, detail = found.word, found.detail
    if found.readable and not items:
        word, detail = "silent", "no items"
    elif word == "alive" and state.moved_to is not None:
        word, detail = "moved", f"redirects for good, to {state.moved_to}"
    elif word == "alive" and not (detail or state.etag or state.last_modified or state.feed.every):
        detail = "its server can't say whether anything is new (see `every:`)"
    return Checked(
        state=state,
        word=word,
        failed=not found.readable,
        since=found.since,
        items=items,
        ms=_ms(start),
        detail=detail,
    )


def _ms(start: float) -> int:
    return round((time.monotonic() - start) * 1000)
