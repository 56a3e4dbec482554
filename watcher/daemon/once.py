"""One poll of what is due, delivered, and the end: for cron."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import itemgetter

from watcher.core.errors import UsageError
from watcher.core.identity import host_of
from watcher.core.model import FeedId, FeedState, Hold
from watcher.daemon.clock import now
from watcher.daemon.limits import Limits
from watcher.daemon.looks import Rounds
from watcher.daemon.service import Service, open_service
from watcher.watch import Settings, Tally

log = logging.getLogger(__name__)

OUTBOX_WITHIN = 60.0
"""Seconds that `once` gives the targets."""

IN_HAND = 1_000
"""Feeds under way or waiting for their turn at once."""

Report = Callable[[str], None]


def once(
    settings: Settings,
    *,
    poll_all: bool,
    feed: str | None,
    report: Report,
    limits: Limits = Limits(),  # noqa: B008 - frozen
) -> dict[str, int]:
    """Poll what is due (or all, or the feed of that name or address), deliver, and count.

    A host that asked to be left alone is, whatever is wanted.
    """
    return asyncio.run(_once(settings, limits, poll_all=poll_all, feed=feed, report=report))


async def _once(
    settings: Settings, limits: Limits, *, poll_all: bool, feed: str | None, report: Report
) -> dict[str, int]:
    async with open_service(settings, "watcher once", limits=limits) as service:
        with service.store.read() as known:
            before = known.counts()
            if feed is not None:
                wanted = _called(feed, known.feed_states())
            else:
                wanted = known.feed_hosts(due=None if poll_all else now())
            held = known.held_hosts(now())
        if resting := sorted({host for _, host in wanted if host in held}):
            log.warning("not asked, as they want to be left alone: %s", ", ".join(resting))
            wanted = [(feed, host) for feed, host in wanted if host not in held]
        report(f"polling {len(wanted)} feed{'s' if len(wanted) != 1 else ''}")
        await _poll(service, spread(wanted))
        if feed is None:
            await Rounds(service).go()
        # A summary of first sights waits for other feeds; here all of them have been read.
        with service.store.write() as tx:
            tx.release(Hold.BASELINE, now=now())
        await service.outbox.drain(timeout=OUTBOX_WITHIN)
        with service.store.read() as known:
            after = known.counts()
    return _summary(service.tally, before, after)


def _called(name: str, states: Iterable[FeedState]) -> list[tuple[FeedId, str]]:
    wanted = name.casefold()
    found = [s for s in states if wanted in {s.feed.name.casefold(), s.feed.url.casefold()}]
    if not found:
        raise UsageError(f'no feed is called "{name}". See: watcher feeds list')
    return [(state.id, host_of(state.feed.url)) for state in found]


async def _poll(service: Service, feeds: Sequence[FeedId]) -> None:
    """Poll the feeds, of which so many are read ahead: what is known of one takes 10 KB."""
    for start in range(0, len(feeds), IN_HAND // 2):
        await service.poller.fewer_than(IN_HAND // 2)
        with service.store.read() as known:
            states = known.feeds_numbered(feeds[start : start + IN_HAND // 2])
        service.poller.give(states)
    await service.poller.idle()


def spread(feeds: Iterable[tuple[FeedId, str]]) -> list[FeedId]:
    """Return the feeds, the first of each host before the second of any.

    Those of one host wait for each other in any case; others need not wait with them.
    """
    seen = Counter[str]()
    placed: list[tuple[int, FeedId]] = []
    for feed, host in feeds:
        placed.append((seen[host], feed))
        seen[host] += 1
    return [feed for _, feed in sorted(placed, key=itemgetter(0))]


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
