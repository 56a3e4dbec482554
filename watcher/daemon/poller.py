"""Polls what it is given as soon as its host may be asked, and settles in batches."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from watcher.core.errors import StateError
from watcher.core.identity import host_of
from watcher.core.model import FeedId, FeedState
from watcher.daemon import heap
from watcher.feeds import HeldError, Lanes
from watcher.feeds.room import NoRoomError, Place, Room, asked_again
from watcher.feeds.websub import Pushed
from watcher.watch import Polled, Tally, Watch

log = logging.getLogger(__name__)

SETTLE_TOGETHER = 64
"""Polls written in one transaction when so many are waiting: a commit costs a disk flush."""
SETTLE_PAUSE = 60.0
"""Seconds before a feed whose news could not be written down is asked again."""

MOST_PUSHES = 8
"""Pushes of one feed that wait for their turn."""
MOST_HELD = 64_000_000
"""Bytes of all pushes that wait or are being read."""
NOTHING_SAID = Pushed(body=b"", content_type=None)
"""What a hub sends that only rings: the feed is asked."""


class Poller:
    """The polls under way, and the one thread that settles.

    `lanes` say when a host is asked, `room` how much of what they answer is kept at once.
    """

    def __init__(
        self, watch: Watch, lanes: Lanes, room: Room, *, settled: Callable[[Tally], None]
    ) -> None:
        self._watch = watch
        self._settled = settled
        self._lanes = lanes
        self._room = room
        self._places: dict[FeedId, Place] = {}
        """What documents take of the room that are not settled yet."""
        self._polls: set[asyncio.Task[None]] = set()
        self._in_hand: set[FeedId] = set()
        self._pauses: dict[FeedId, asyncio.TimerHandle] = {}
        self._unsettled = 0
        self._ended = asyncio.Event()
        """Set when fewer than `_few` polls are left, for who waits for that."""
        self._few = 1
        self._done: asyncio.Queue[Polled] = asyncio.Queue(SETTLE_TOGETHER)
        self._pushed: dict[FeedId, deque[Pushed]] = {}
        """What hubs have sent for feeds that are in hand, oldest first."""
        self._taking_in = 0
        """Bytes of the pushes that are being read."""
        self._rung: set[FeedId] = set()
        """Feeds whose hub said no more than that there is something new."""
        self._queued: dict[FeedId, asyncio.Task[None]] = {}
        """Polls that wait until their host may be asked."""
        self._unwritten: set[FeedId] = set()
        self._stopping = False
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
            task = self._begin(self._poll(self._watch.addressed(state)))
            self._queued[state.id] = task
            task.add_done_callback(partial(self._not_queued, state.id))

    def push(self, feed: FeedId, pushed: Pushed) -> None:
        """Take in what a hub sent, in its turn after whatever of the feed is in hand.

        What is too much to be kept waiting is let go: the feed is asked instead.
        """
        held = self._taking_in + sum(
            len(one.body) for waiting in self._pushed.values() for one in waiting
        )
        waiting = self._pushed.setdefault(feed, deque())
        if len(waiting) >= MOST_PUSHES or held + len(pushed.body) > MOST_HELD:
            pushed = NOTHING_SAID
            waiting.clear()
        waiting.append(pushed)
        if feed in self._queued:
            self._queued[feed].cancel()  # it stays due, and is given again
        elif feed in self._pauses and feed not in self._unwritten:
            self._pauses[feed].cancel()  # its host is left alone, which is no matter to a push
            self._again(feed)
        self._next_push(feed)

    def _next_push(self, feed: FeedId) -> None:
        """Take in the next push of a feed that is not in hand."""
        waiting = self._pushed.get(feed)
        if feed in self._in_hand or not waiting or self._stopping:
            return
        self._in_hand.add(feed)
        pushed = waiting.popleft()
        self._taking_in += len(pushed.body)
        self._begin(self._take_in(feed, pushed)).add_done_callback(partial(self._taken_in, pushed))
        if not waiting:
            del self._pushed[feed]

    def _taken_in(self, pushed: Pushed, _: asyncio.Task[None]) -> None:
        self._taking_in -= len(pushed.body)

    async def _take_in(self, feed: FeedId, pushed: Pushed) -> None:
        try:
            polled = await self._watch.read(feed, pushed)
            if polled is not None:
                await self._hand_on(polled)
                return
            self._rung.add(feed)
            await self.in_turn(lambda: self._watch.ring(feed))
            self._free(feed)
        except StateError as error:
            log.error("%s", error)  # noqa: TRY400  a full disk needs its mend, not a traceback
            self._not_written(feed, pushed=True)
        except Exception:
            log.exception("feed %d: what its hub sent could not be read", feed)
            self._not_written(feed, pushed=True)
        except asyncio.CancelledError:
            self._let_go(feed)
            raise

    def _not_written(self, feed: FeedId, *, pushed: bool) -> None:
        """Leave a feed alone for a while whose news we could not write down: the trouble is ours.

        A push is not sent again, so the feed is asked for it afterwards.
        """
        self._unwritten.add(feed)
        self._later(feed, SETTLE_PAUSE)
        if pushed:
            self._pushed[feed] = deque([NOTHING_SAID])

    def _free(self, feed: FeedId) -> None:
        self._let_go(feed)
        self._next_push(feed)

    def _let_go(self, feed: FeedId) -> None:
        self._in_hand.discard(feed)
        self._leave(feed)

    def _leave(self, feed: FeedId) -> None:
        """Give back what a feed's document took of the room."""
        if place := self._places.pop(feed, None):
            place.leave()

    def _begin(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._polls.add(task)
        task.add_done_callback(self._poll_ended)
        return task

    def _poll_ended(self, task: asyncio.Task[None]) -> None:
        self._polls.discard(task)
        self._tell_if_few()

    def _tell_if_few(self) -> None:
        """Wake who waits for the end: not at each of 5,000 polls."""
        if len(self._polls) + self._unsettled < self._few:
            self._ended.set()

    def _not_queued(self, feed: FeedId, task: asyncio.Task[None]) -> None:
        """Note that a poll has begun, or ended before it began (then it freed nothing itself)."""
        if self._queued.get(feed) is not task:
            return
        del self._queued[feed]
        if task.done() and task.cancelled():
            self._free(feed)

    def forget_pauses(self) -> None:
        """Let feeds be polled again at once that wait because their news could not be written."""
        for timer in self._pauses.values():
            timer.cancel()
        for feed in list(self._pauses):
            self._again(feed)

    def _later(self, feed: FeedId, seconds: float) -> None:
        """Let a feed be given again only after so long; it stays due in the store."""
        self._leave(feed)
        loop = asyncio.get_running_loop()
        self._pauses[feed] = loop.call_later(seconds, self._again, feed)

    def _again(self, feed: FeedId) -> None:
        self._pauses.pop(feed, None)
        self._unwritten.discard(feed)
        self._free(feed)

    async def in_turn(self, call: Callable[[], None]) -> None:
        """Run `call` in the thread that settles, between two settlements."""
        await asyncio.get_running_loop().run_in_executor(self._writer, call)

    async def idle(self) -> None:
        """Wait until all that was given is polled and settled."""
        await self.fewer_than(1)

    async def fewer_than(self, many: int) -> None:
        """Wait until so few polls are still under way or not settled yet."""
        self._few = many
        while len(self._polls) + self._unsettled >= many:
            if self.settling.cancelled():
                return  # stopped before all was settled: what is left comes again
            if self.settling.done():
                self.settling.result()
            self._ended.clear()
            ended = asyncio.create_task(self._ended.wait())
            await asyncio.wait({ended, self.settling}, return_when=asyncio.FIRST_COMPLETED)
            ended.cancel()

    async def stop(self, within: float) -> None:
        """Give up what waits, and let what is under way finish within so many seconds."""
        self._lanes.close()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.idle(), within)
        self._stopping = True
        for task in (*self._polls, self.settling):
            task.cancel()
        await asyncio.gather(*self._polls, self.settling, return_exceptions=True)
        self._writer.shutdown(wait=True)

    async def _hand_on(self, polled: Polled) -> None:
        """Let what a poll or a push brought be settled, with its pages where they are wanted."""
        if self._watch.pages.wanted(polled):
            # Its turn at the host is over: each page waits for one of its own.
            self._begin(self._add_pages(polled))
        else:
            await self._hand_over(polled)

    async def _poll(self, state: FeedState) -> None:
        place = self._places[state.id] = self._room.place()
        try:
            await asked_again(place, lambda: self._ask(state, place))
        except HeldError as held:
            self._later(state.id, held.rest)
        except asyncio.CancelledError:
            self._let_go(state.id)
            raise
        except Exception:
            # A fault of ours in one feed must not end the polling of the others.
            log.exception("feed %s: the poll failed", state.feed.url)
            self._later(state.id, SETTLE_PAUSE)

    async def _ask(self, state: FeedState, place: Place) -> None:
        """Ask a feed in its turn at its host. Raises HeldError and NoRoomError."""
        host = host_of(state.feed.asked)
        async with self._lanes.turn(host, own=state.feed.private):
            self._queued.pop(state.id, None)
            rung = state.id in self._rung
            self._rung.discard(state.id)
            try:
                polled = await self._watch.poll(state, rung=rung, place=place)
            except NoRoomError:
                self._rung |= {state.id} if rung else set()
                raise
            # Whole documents wait here: who polls faster than we settle waits, too.
            await self._hand_on(polled)
        if polled.error is not None and polled.error.retry_after:
            self._lanes.hold(host, polled.error.retry_after.total_seconds())

    async def _add_pages(self, polled: Polled) -> None:
        try:
            place = self._places.setdefault(polled.state.id, self._room.place())
            polled = await self._watch.pages.add(polled, place)
        except (HeldError, asyncio.CancelledError):
            # We are stopping: the same news comes again, and its pages with it.
            self._let_go(polled.state.id)
            return
        except Exception:
            # The news is told from the feed's own words.
            log.exception("feed %s: its pages could not be read", polled.state.feed.url)
        await self._hand_over(polled)

    async def _hand_over(self, polled: Polled) -> None:
        self._unsettled += 1
        try:
            await self._done.put(polled)
        except asyncio.CancelledError:
            self._unsettled -= 1
            raise

    async def _settle_for_ever(self) -> None:
        brought = 0
        while True:
            # Nothing of what is settled is held here while nothing comes: it may be 64 documents.
            brought += await self._settle_waiting(await self._done.get())
            if brought >= heap.AFTER:
                brought = 0
                await self.in_turn(heap.give_back)

    async def _settle_waiting(self, first: Polled) -> int:
        """Settle a poll with those that wait behind it; return how many articles are new."""
        polls = [first]
        while len(polls) < SETTLE_TOGETHER and not self._done.empty():
            polls.append(self._done.get_nowait())
        loop = asyncio.get_running_loop()
        tally, lost = await loop.run_in_executor(self._writer, self._settle, polls)
        for poll in polls:
            if poll.state.id in lost:
                self._not_written(poll.state.id, pushed=poll.pushed)
            else:
                self._free(poll.state.id)
        self._unsettled -= len(polls)
        self._tell_if_few()
        # In the same step: who waits for the end reads what was counted.
        self._settled(tally)
        return tally.items_new

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
