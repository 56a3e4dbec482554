"""A publisher and its feed replayed in virtual time, to see what a poller's pace costs and loses.

A `Press` prints items at given times into a document of so many items, newest first; `follow`
polls it at the pace that core.rhythm chooses and counts the requests, and the items that came and
went between two polls.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from support.make import a_feed, a_feed_state, an_answer

from watcher.core import rhythm
from watcher.core.model import Document, FeedState
from watcher.feeds import Reader

FIXED = timedelta(minutes=5)
"""What many readers do."""


@dataclass(frozen=True, slots=True)
class Press:
    """Items by the time they were printed (ascending), and how many stand in the document.

    `dated` says whether the items carry their dates, `validators` whether the server can say
    "not modified".
    """

    printed: tuple[datetime, ...]
    holds: int
    dated: bool = True
    validators: bool = True

    def document(self, now: datetime) -> range:
        """Return the numbers of the items that stand in the document at `now`."""
        end = bisect_right(self.printed, now)
        return range(max(0, end - self.holds), end)


@dataclass(frozen=True, slots=True)
class Followed:
    """What following a press took and missed. `warned` counts polls that found a gap."""

    requests: int
    lost: int
    warned: int
    slowest: timedelta
    last: FeedState

    def saved(self, span: timedelta) -> float:
        """Return the share of requests saved against asking every five minutes."""
        return 1 - self.requests / max(1, span // FIXED)


def follow(
    press: Press, *, start: datetime, end: datetime, every: timedelta | None = None
) -> Followed:
    """Poll `press` from `start` to `end` at the pace that the program chooses."""
    state = a_feed_state(feed=a_feed(every=every), next_due=start, first_read=None, last_new=None)
    seen: set[int] = set()
    first: int | None = None
    requests = warned = 0
    slowest = timedelta(0)
    now = start
    tag = ""
    while now <= end:
        items = press.document(now)
        new = [number for number in items if number not in seen]
        fresh = f'"{items.stop}"'
        unchanged = press.validators and tag == fresh
        document = (
            None if unchanged else Document(format="rss20", encoding="utf-8", items=len(items))
        )
        etag = fresh if press.validators else None
        answer = an_answer(status=304 if unchanged else 200, etag=etag)
        arrived = [press.printed[number] if press.dated else None for number in new]
        before = state
        state = rhythm.after_answer(before, answer, document, arrived=arrived, now=now, jitter=0.0)
        warned += state.missed_at is not None and state.missed_at != before.missed_at
        first = items.start if first is None else first
        if requests:
            slowest = max([slowest, *(now - press.printed[number] for number in new)])
        seen |= set(new)
        tag = fresh
        requests += 1
        now = state.next_due
    after = bisect_right(press.printed, end)
    missed = set(range(first or 0, press.document(end).start)) - seen if after else set()
    return Followed(requests, len(missed), warned, slowest, state)


def after(state: FeedState, quiet: timedelta) -> FeedState:
    """Return the state of a feed that has since been polled and brought nothing for so long."""
    assert state.last_new is not None
    now = state.last_new + quiet
    polled = rhythm.after_answer(
        state, an_answer(status=304, etag=state.etag), None, arrived=[], now=now, jitter=0.0
    )
    return replace(polled, last_polled=now)


def snapshots(folder: Path) -> list[tuple[datetime, bytes]]:
    """Return a folder's documents and when each was taken: Unix seconds begin its name."""
    files = sorted(folder.iterdir())
    times = [int(re.findall(r"\d+", file.name)[0]) for file in files]
    return [
        (datetime.fromtimestamp(at, UTC), file.read_bytes())
        for at, file in zip(times, files, strict=True)
    ]


async def history(documents: Sequence[tuple[datetime, bytes]]) -> list[datetime]:
    """Return when each item of a feed came: its date, else the first snapshot that has it."""
    came: dict[tuple[str | None, str], datetime] = {}
    async with Reader() as reader:
        for taken, body in documents:
            document = await reader.read(body, url="http://example.org/", content_type=None)
            for entry in document.entries:
                name = (entry.guid or entry.url, entry.title)
                came.setdefault(name, min(entry.published or taken, taken))
    return sorted(came.values())


def sped_up(times: Sequence[datetime], factor: float) -> tuple[datetime, ...]:
    """Return the same bursts and pauses, so many times faster."""
    return tuple(times[0] + (at - times[0]) / factor for at in times)
