"""One poll of what is due, delivered, and the end: for cron."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

from watcher.core.errors import UsageError
from watcher.core.model import Feed, Hold
from watcher.daemon.clock import now
from watcher.daemon.limits import Limits
from watcher.daemon.service import open_service
from watcher.watch import Settings, Tally

OUTBOX_WITHIN = 60.0
"""Seconds that `once` gives the targets."""

Report = Callable[[str], None]


def once(
    settings: Settings,
    *,
    poll_all: bool,
    feed: str | None,
    report: Report,
    limits: Limits = Limits(),  # noqa: B008 - frozen
) -> dict[str, int]:
    """Poll what is due (or all, or the feed of that name or address), deliver, and count."""
    return asyncio.run(_once(settings, limits, poll_all=poll_all, feed=feed, report=report))


async def _once(
    settings: Settings, limits: Limits, *, poll_all: bool, feed: str | None, report: Report
) -> dict[str, int]:
    async with open_service(settings, "watcher once", limits=limits) as service:
        with service.store.read() as known:
            states = known.feed_states()
            before = known.counts()
        if feed is not None:
            wanted = feed.casefold()
            states = [
                s for s in states if wanted in {s.feed.name.casefold(), s.feed.url.casefold()}
            ]
            if not states:
                raise UsageError(f'no feed is called "{feed}". See: watcher feeds list')
        elif not poll_all:
            states = [s for s in states if s.next_due <= now()]
        report(f"polling {len(states)} feed{'s' if len(states) != 1 else ''}")
        service.poller.give(states)
        await service.poller.idle()
        # A summary of first sights waits for other feeds; here all of them have been read.
        with service.store.write() as tx:
            tx.release(Hold.BASELINE, now=now())
        await service.outbox.drain(timeout=OUTBOX_WITHIN)
        with service.store.read() as known:
            after = known.counts()
    return _summary(service.tally, before, after)


def _is_called(feed: Feed, wanted: str) -> bool:
    return wanted in {feed.name.casefold(), feed.url.casefold()}


def _summary(tally: Tally, before: Mapping[str, int], after: Mapping[str, int]) -> dict[str, int]:
    grown = {name: after.get(name, 0) - before.get(name, 0) for name in ("sent", "held", "parked")}
    return {
        "polled": tally.polled,
        "not_modified": tally.not_modified,
        "failed": tally.failed,
        "pages": tally.pages,
        "pages_failed": tally.pages_failed,
        "items_new": tally.items_new,
        "stories_new": tally.stories_new,
        "copies": tally.copies,
        "matches": tally.matches,
        "alerts": tally.alerts,
        "delivered": grown["sent"],
        "held": max(0, after.get("held", 0)),
        "parked": max(0, grown["parked"]),
        "waiting": after["due"] + after["unknown"],
    }
