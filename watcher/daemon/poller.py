"""Polls what it is given: few at once per host, some dozens in all, settled in batches."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta

from watcher.core.errors import FeedError, StateError
from watcher.core.identity import host_of
from watcher.core.model import FeedFault, FeedId, FeedState
from watcher.watch import Polled, Tally, Watch

log = logging.getLogger(__name__)

AT_ONCE = 160
"""Polls under way at the same time: a hundred that hang must leave room for the others."""
PER_HOST = 2
OWN_HOST = 16
"""Polls at once at a host in the user's own network (`private: true`)."""
HOST_PAUSE = 1.0
"""Seconds between two starts at one host."""
SETTLE_TOGETHER = 64
"""Polls written in one transaction when so many are waiting: a commit costs a disk flush."""
SETTLE_PAUSE = 60.0
"""Seconds before a feed whose news could not be written down is asked again."""


@dataclass(slots=True)
class Lane:
    """The feeds of one host that wait to be polled, and how busy the host is with us."""

    waiting: deque[FeedState]
    running: int = 0
    next_start: float = 0.0
    visits: deque[Visit] = field(default_factory=deque)
    """Pages of articles that wait for their turn, before the feeds: their polls are half done."""


@dataclass(frozen=True, slots=True)
class Visit:
    """A wait for a turn at a host, for something other than a feed. `own` as in `visit`."""

    turn: asyncio.Future[None]
    own: bool


class Poller:
    """The lanes of all hosts, and the one thread that settles."""

    def __init__(self, watch: Watch, *, settled: Callable[[Tally], None]) -> None:
        self._watch = watch
        self._settled = settled
        self._lanes: dict[str, Lane] = defaultdict(lambda: Lane(deque()))
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._polls: set[asyncio.Task[None]] = set()
        self._in_hand: set[FeedId] = set()
        self._held: dict[str, float] = {}
        self._pauses: dict[FeedId, asyncio.TimerHandle] = {}
        self._unsettled = 0
        self._done: asyncio.Queue[Polled] = asyncio.Queue()
        self._writer = ThreadPoolExecutor(max_workers=1, thread_name_prefix="settle")
        self.settling = asyncio.create_task(self._settle_for_ever())

    @property
    def in_hand(self) -> frozenset[FeedId]:
        """The feeds that wait, are being polled, or are not settled yet."""
        return frozenset(self._in_hand)

    def give(self, states: Sequence[FeedState]) -> None:
        """Take feeds to be polled as soon as their hosts allow; those in hand already are not.

        A host that asked us to wait (429, 503 with Retry-After) is left alone with all its feeds.
        """
        for state in states:
            if state.id in self._in_hand:
                continue
            self._in_hand.add(state.id)
            host = host_of(state.feed.url)
            self._lanes[host].waiting.append(state)
            self._start(host)

    def forget_pauses(self) -> None:
        """Let feeds be polled again at once that wait because their news could not be written."""
        for timer in self._pauses.values():
            timer.cancel()
        self._in_hand.difference_update(self._pauses)
        self._pauses.clear()

    def _later(self, feed: FeedId, seconds: float) -> None:
        """Let a feed be given again only after so long; it stays due in the store."""
        loop = asyncio.get_running_loop()
        self._pauses[feed] = loop.call_later(seconds, self._again, feed)

    def _again(self, feed: FeedId) -> None:
        self._in_hand.discard(feed)
        self._pauses.pop(feed, None)

    async def in_turn(self, call: Callable[[], None]) -> None:
        """Run `call` in the thread that settles, between two settlements."""
        await asyncio.get_running_loop().run_in_executor(self._writer, call)

    async def idle(self) -> None:
        """Wait until all that was given is polled and settled."""
        while self._polls or self._unsettled:
            if self.settling.cancelled():
                return  # stopped before all was settled: what is left comes again
            if self.settling.done():
                self.settling.result()
            await asyncio.wait({*self._polls, self.settling}, timeout=0.05)

    async def stop(self, within: float) -> None:
        """Give up what waits, and let what is under way finish within so many seconds."""
        for lane in self._lanes.values():
            while lane.waiting:
                self._in_hand.discard(lane.waiting.popleft().id)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.idle(), within)
        for task in (*self._polls, self.settling):
            task.cancel()
        await asyncio.gather(*self._polls, self.settling, return_exceptions=True)
        self._writer.shutdown(wait=True)

    # --- pages of articles: the manners of feeds/pages ---------------------------------------

    @contextlib.asynccontextmanager
    async def visit(self, url: str, *, own: bool) -> AsyncIterator[None]:
        """Hold one of the turns at the host of `url`, in one queue with the feeds of that host.

        `own`: the user's own server, which nobody else waits for. Raises FeedError RATE_LIMITED
        while the host has asked to be left alone.
        """
        host = host_of(url)
        lane = self._lanes[host]
        turn = asyncio.get_running_loop().create_future()
        lane.visits.append(Visit(turn, own))
        self._start(host)
        try:
            await turn
            self._check_held(host)
            if not own:
                await self._pause(lane)
                self._check_held(host)
            async with self._slots:
                yield
        finally:
            if turn.done() and not turn.cancelled():
                lane.running -= 1
            turn.cancel()
            self._start(host)
            # Articles link to more hosts than there are feeds.
            asyncio.get_running_loop().call_later(HOST_PAUSE, self._forget_if_idle, host, lane)

    def hold(self, url: str, wait: timedelta) -> None:
        """Leave the host of `url` alone for so long."""
        host, now = host_of(url), time.monotonic()
        self._held = {other: until for other, until in self._held.items() if until > now}
        self._held[host] = max(now + wait.total_seconds(), self._held.get(host, 0.0))

    def _check_held(self, host: str) -> None:
        if self._held.get(host, 0.0) > time.monotonic():
            raise FeedError(FeedFault.RATE_LIMITED, f"{host} has asked to be left alone for now.")

    def _admit(self, lane: Lane) -> None:
        """Give turns to the visits that come first and have not been given up."""
        while lane.visits:
            visit = lane.visits[0]
            if lane.running >= (OWN_HOST if visit.own else PER_HOST):
                return
            lane.visits.popleft()
            if not visit.turn.done():
                lane.running += 1
                visit.turn.set_result(None)

    async def _pause(self, lane: Lane) -> None:
        """Wait until the last start at the host is long enough ago."""
        start = max(time.monotonic(), lane.next_start)
        lane.next_start = start + HOST_PAUSE
        await asyncio.sleep(start - time.monotonic())

    def _forget_if_idle(self, host: str, lane: Lane) -> None:
        idle = not (lane.waiting or lane.visits or lane.running)
        if idle and lane.next_start < time.monotonic() and self._lanes.get(host) is lane:
            del self._lanes[host]

    async def _add_pages(self, polled: Polled) -> None:
        """Fetch the pages of a poll's articles; its own turn at the host is over by now."""
        try:
            polled = await self._watch.add_pages(polled, self)
        except asyncio.CancelledError:
            self._in_hand.discard(polled.state.id)
            raise
        except Exception:
            # The news is told from the feed's own words.
            log.exception("feed %s: its pages could not be read", polled.state.feed.url)
        self._hand_over(polled)

    def _hand_over(self, polled: Polled) -> None:
        self._unsettled += 1
        self._done.put_nowait(polled)

    def _start(self, host: str) -> None:
        lane = self._lanes[host]
        self._admit(lane)
        rest = self._held.get(host, 0.0) - time.monotonic()
        if rest > 0:
            while lane.waiting:
                self._later(lane.waiting.popleft().id, rest)
            return
        self._held.pop(host, None)
        while lane.waiting and lane.running < (OWN_HOST if _own(lane.waiting[0]) else PER_HOST):
            lane.running += 1
            self._spawn(self._poll(host, lane.waiting.popleft()))

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._polls.add(task)
        task.add_done_callback(self._polls.discard)

    async def _poll(self, host: str, state: FeedState) -> None:
        lane = self._lanes[host]
        try:
            if not _own(state):
                await self._pause(lane)
            async with self._slots:
                polled = await self._watch.poll(state)
            if self._watch.wants_pages(polled):
                self._spawn(self._add_pages(polled))
            else:
                self._hand_over(polled)
            if polled.error is not None and polled.error.retry_after:
                until = time.monotonic() + polled.error.retry_after.total_seconds()
                self._held[host] = max(until, self._held.get(host, 0.0))
        except asyncio.CancelledError:
            self._in_hand.discard(state.id)
            raise
        except Exception:
            # A fault of ours in one feed must not end the polling of the others.
            log.exception("feed %s: the poll failed", state.feed.url)
            self._later(state.id, SETTLE_PAUSE)
        finally:
            lane.running -= 1
            self._start(host)
            self._forget_if_idle(host, lane)

    async def _settle_for_ever(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            polls = [await self._done.get()]
            while len(polls) < SETTLE_TOGETHER and not self._done.empty():
                polls.append(self._done.get_nowait())
            tally, lost = await loop.run_in_executor(self._writer, self._settle, polls)
            for poll in polls:
                if poll.state.id in lost:
                    # The publisher is not asked again at once for a trouble that is ours.
                    self._later(poll.state.id, SETTLE_PAUSE)
                else:
                    self._in_hand.discard(poll.state.id)
            self._unsettled -= len(polls)
            self._settled(tally)

    def _settle(self, polls: Sequence[Polled]) -> tuple[Tally, frozenset[FeedId]]:
        """Settle the polls together, or each by itself when one of them stands in the way.

        Returns what came of them, and the feeds whose news could not be written down: they keep
        their old validators, so that the next poll brings the same news again.
        """
        try:
            return self._watch.settle(polls), frozenset()
        except StateError as error:
            log.error("%s", error)  # noqa: TRY400  a full disk needs its mend, not a traceback
            return Tally(polled=len(polls), failed=len(polls)), frozenset(p.state.id for p in polls)
        except Exception:
            if len(polls) == 1:
                log.exception("feed %s: could not be settled", polls[0].state.feed.url)
                return Tally(polled=1, failed=1), frozenset({polls[0].state.id})
            log.exception("%d polls could not be settled together: each by itself", len(polls))
        tally, lost = Tally(), frozenset[FeedId]()
        for poll in polls:
            one, gone = self._settle([poll])
            tally.add(one)
            lost |= gone
        return tally, lost


def _own(state: FeedState) -> bool:
    """Return whether the feed is on the user's own network, where nobody else is kept waiting."""
    return state.feed.private
