"""Polls what it is given as soon as its host may be asked, and settles in batches."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor

from watcher.core.errors import StateError
from watcher.core.identity import host_of
from watcher.core.model import FeedId, FeedState
from watcher.feeds import HeldError, Lanes
from watcher.watch import Polled, Tally, Watch

log = logging.getLogger(__name__)

SETTLE_TOGETHER = 64
"""Polls written in one transaction when so many are waiting: a commit costs a disk flush."""
SETTLE_PAUSE = 60.0
"""Seconds before a feed whose news could not be written down is asked again."""


class Poller:
    """The polls under way, and the one thread that settles; `lanes` say when a host is asked."""

    def __init__(self, watch: Watch, lanes: Lanes, *, settled: Callable[[Tally], None]) -> None:
        self._watch = watch
        self._settled = settled
        self._lanes = lanes
        self._polls: set[asyncio.Task[None]] = set()
        self._in_hand: set[FeedId] = set()
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
            self._spawn(self._poll(state))

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._polls.add(task)
        task.add_done_callback(self._polls.discard)

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
        self._lanes.close()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.idle(), within)
        for task in (*self._polls, self.settling):
            task.cancel()
        await asyncio.gather(*self._polls, self.settling, return_exceptions=True)
        self._writer.shutdown(wait=True)

    async def _poll(self, state: FeedState) -> None:
        host = host_of(state.feed.url)
        try:
            async with self._lanes.turn(host, own=state.feed.private):
                polled = await self._watch.poll(state)
            if self._watch.wants_pages(polled):
                # Its turn at the host is over: each page waits for one of its own.
                self._spawn(self._add_pages(polled))
            else:
                self._hand_over(polled)
            if polled.error is not None and polled.error.retry_after:
                self._lanes.hold(host, polled.error.retry_after.total_seconds())
        except HeldError as held:
            self._later(state.id, held.rest)
        except asyncio.CancelledError:
            self._in_hand.discard(state.id)
            raise
        except Exception:
            # A fault of ours in one feed must not end the polling of the others.
            log.exception("feed %s: the poll failed", state.feed.url)
            self._later(state.id, SETTLE_PAUSE)

    async def _add_pages(self, polled: Polled) -> None:
        try:
            polled = await self._watch.add_pages(polled)
        except (HeldError, asyncio.CancelledError):
            # We are stopping: the same news comes again, and its pages with it.
            self._in_hand.discard(polled.state.id)
            return
        except Exception:
            # The news is told from the feed's own words.
            log.exception("feed %s: its pages could not be read", polled.state.feed.url)
        self._hand_over(polled)

    def _hand_over(self, polled: Polled) -> None:
        self._unsettled += 1
        self._done.put_nowait(polled)

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
