"""The outbox: one worker per target takes what is due, words it, sends it and records the outcome.

The worker of a target is an asyncio task with a thread of its own for everything that blocks, so
a target that hangs delays nobody else. What is due is the store's to say (through `OutboxPort`);
when to try again is the caller's (`retry`). Nothing is kept here that a restart would miss.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from itertools import zip_longest
from typing import Protocol, TypeVar

from watcher.core.model import Batch, Message, Outcome, Sent, Traits
from watcher.core.render import TemplateMistakeError, render

log = logging.getLogger(__name__)

DEADLINE = 28.0
"""Seconds for one try; with the time a plugin gets to come back it is over within 30."""
LOOK_AGAIN = 2.0
"""Seconds after which the outbox looks by itself: `deliveries retry` comes from another process."""
OVERDUE_LOOK = 5.0
"""Seconds between looks while something due can't be taken (its target is busy or not known)."""
REST_AFTER = 3
"""Failures in a row after which a target rests, so that a dead one isn't asked for each message."""
REST = timedelta(seconds=30)
BURST = 32
"""Messages taken at once from a target's long queue: taking costs a flush to the disk."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What was written down: when the message is tried `again`, if it is; if the next has begun."""

    again: datetime | None = None
    begun: bool = False


class OutboxPort(Protocol):
    """What the outbox needs of the store and of who decides. Sync; called from worker threads."""

    def due_targets(self) -> Sequence[str]:
        """Return the targets for which something is due now."""

    def next_delivery(self) -> datetime | None:
        """Return when the next delivery of any target is due."""

    def take(self, target: str, most: int) -> Sequence[Batch]:
        """Return the next messages of the target; the first is marked as being sent."""

    def record(self, batch: Batch, outcome: Outcome, then: Batch | None = None) -> Recorded:
        """Write down what became of a message; after a success, mark `then` as being sent."""


class Sender(Protocol):
    """What the outbox needs of a target (`alerts.Target`)."""

    @property
    def traits(self) -> Traits:
        """What the target can show."""

    @property
    def template(self) -> str:
        """The channel's own wording, "" for the usual one."""

    def send(self, message: Message, *, deadline: float = 30.0) -> Outcome:
        """Send a message, blocking; return at the deadline at the latest."""

    def abort(self) -> None:
        """Make a running `send` return."""


class Outbox:
    """Delivers what the store holds due, target by target.

    `clock` gives the time (aware UTC); `deadline` is what one try may take; `grace` is how long a
    stop waits for what is in flight before it is cut off (and written down as unknown). When to
    try again is the port's to decide. Not for use from several event loops.
    """

    def __init__(
        self,
        port: OutboxPort,
        targets: Mapping[str, Sender],
        *,
        timezone: tzinfo,
        clock: Callable[[], datetime],
        deadline: float = DEADLINE,
        grace: float = 8.0,
    ) -> None:
        self._port = port
        self._clock = clock
        self._timezone = timezone
        self._deadline = deadline
        self._grace = grace
        self._workers = {name: _Worker(name, target, self) for name, target in targets.items()}
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="outbox")
        self._news = asyncio.Event()
        self._strangers: set[str] = set()
        self._leaving: list[_Worker] = []
        self._stop: asyncio.Event | None = None

    def use(self, targets: Mapping[str, Sender], *, zone: tzinfo) -> None:
        """Take other targets and another time zone; what is in flight goes on to its end.

        A target whose name stays gets its new address with its next message. Call it in the event
        loop's thread.
        """
        self._timezone = zone
        for name in [name for name in self._workers if name not in targets]:
            worker = self._workers.pop(name)
            worker.retire()
            self._leaving = [one for one in [*self._leaving, worker] if one.is_busy()]
        for name, target in targets.items():
            if name in self._workers:
                self._workers[name].target = target
            else:
                self._workers[name] = _Worker(name, target, self)
        self._strangers.clear()
        self.nudge()

    def now(self) -> datetime:
        """Return the time."""
        return self._clock()

    def is_stopping(self) -> bool:
        """Return whether no further message is to be started."""
        return self._stop is not None and self._stop.is_set()

    def nudge(self) -> None:
        """Say that there is new work. Call it in the event loop's thread."""
        self._news.set()

    def forget_rests(self) -> None:
        """Let targets that rest be tried at once: the clock that their rest went by was set."""
        for worker in self._workers.values():
            worker.wake()
        self.nudge()

    async def run(self, stop: asyncio.Event) -> None:
        """Deliver until `stop` is set, then finish what is in flight.

        It sleeps until the next delivery is due or somebody nudges it. After `grace` seconds of
        stopping, sends still in flight are cut and recorded as unknown.
        """
        self._stop = stop
        stopping = asyncio.ensure_future(stop.wait())
        try:
            while not stop.is_set():
                self._news.clear()
                wait = await self._look_or_wait()
                news = asyncio.ensure_future(self._news.wait())
                await asyncio.wait(
                    {stopping, news}, timeout=wait, return_when=asyncio.FIRST_COMPLETED
                )
                news.cancel()
        finally:
            stopping.cancel()
            await self._finish()

    async def drain(self, *, timeout: float) -> None:  # noqa: ASYNC109 # cuts the senders too
        """Try everything that is due now once, all targets at the same time.

        What is still in flight after `timeout` seconds is cut and recorded as unknown.
        """
        names = await self._in_thread(self._port.due_targets)
        tasks = {
            asyncio.ensure_future(self._workers[name].work(once=True))
            for name in names
            if not self._is_strange(name)
        }
        if not tasks:
            return
        _, late = await asyncio.wait(tasks, timeout=timeout)
        if late:
            self._cut()
            await asyncio.wait(late, timeout=self._grace)
            for name in names:
                if not self._is_strange(name):
                    self._workers[name].stopping = False
        for task in tasks:
            if task.done() and not task.cancelled() and (error := task.exception()):
                raise error

    async def _look_or_wait(self) -> float:
        try:
            return await self._look()
        except Exception:
            # A store that can't be read now (full disk, lost database) may be back in a moment.
            log.exception("the outbox could not see what is due; it looks again")
            return OVERDUE_LOOK

    async def _look(self) -> float:
        """Start the workers that have something to do; return how long to sleep."""
        due_now = await self._in_thread(self._port.due_targets)
        owing = [name for name, worker in self._workers.items() if worker.owed is not None]
        for name in dict.fromkeys([*owing, *due_now]):
            if not self._is_strange(name):
                self._workers[name].start()
        due = await self._in_thread(self._port.next_delivery)
        if due is None:
            return LOOK_AGAIN
        ahead = (due - self._clock()).total_seconds()
        return min(ahead, LOOK_AGAIN) if ahead > 0 else OVERDUE_LOOK

    def _is_strange(self, name: str) -> bool:
        """Return whether no channel has this target (any more); say so once."""
        if name in self._workers:
            return False
        if name not in self._strangers:
            self._strangers.add(name)
            log.warning(
                "alerts wait for %s, which no channel in rules.yaml has: add it again, "
                "or see `watcher deliveries list`",
                name,
            )
        return True

    async def _in_thread(self, call: Callable[..., T], *args: object) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, lambda: call(*args))

    def _cut(self) -> None:
        for worker in self._everyone():
            worker.cut()

    def _everyone(self) -> list[_Worker]:
        return [*self._workers.values(), *self._leaving]

    async def _finish(self) -> None:
        """Let the workers end their message, cut them after `grace`, and give the threads back."""
        for worker in self._everyone():
            worker.stopping = True
        tasks = {worker.task for worker in self._everyone() if worker.task is not None}
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=self._grace)
            if late:
                self._cut()
                await asyncio.wait(late, timeout=self._grace)
        for worker in self._everyone():
            worker.thread.shutdown(wait=False)
        self._thread.shutdown(wait=False)

    # --- what the workers use, in their own threads ----------------------------------------------

    def deliver_some(self, worker: _Worker) -> Sequence[tuple[Batch, Outcome]]:
        """Take, word, send and record the next messages of a target, up to the first that fails.

        An outcome that could not be recorded is owed: it is recorded before anything else is sent.
        What was taken and does not get its turn stays as it is in the store, under its key.
        """
        if worker.owed is not None:
            self._record(worker.name, *worker.owed)
            worker.owed = None
        batches = self._port.take(worker.name, worker.most)
        done = []
        for batch, following in zip_longest(batches, batches[1:]):
            outcome = self._try(batch, worker.target)
            then = None if worker.stopping or self.is_stopping() else following
            worker.owed = (batch, outcome)
            begun = self._record(worker.name, batch, outcome, then)
            worker.owed = None
            done.append((batch, outcome))
            if not begun:
                break
        worker.pace(full=len(done) == worker.most and done[-1][1].sent is Sent.OK)
        return done

    def _record(self, name: str, batch: Batch, outcome: Outcome, then: Batch | None = None) -> bool:
        written = self._port.record(batch, outcome, then)
        if outcome.sent is Sent.OK:
            log.info("%s: %s sent", name, batch.key)
        else:
            due = written.again
            again = (
                f"; next try {due.astimezone(self._timezone):%H:%M:%S}" if due is not None else ""
            )
            why = outcome.detail or "no reason given"
            log.warning("%s: %s %s: %s%s", name, batch.key, outcome.sent, why, again)
        return written.begun

    def _worded(self, batch: Batch, target: Sender) -> Message:
        """Return the message; where the channel's own wording breaks, in the usual one."""
        try:
            return render(batch, target.traits, timezone=self._timezone, template=target.template)
        except TemplateMistakeError as error:
            log.warning(
                "%s: its template breaks in line %d (%s); the usual wording is sent",
                batch.target,
                error.line,
                error,
            )
        return render(batch, target.traits, timezone=self._timezone)

    def _try(self, batch: Batch, target: Sender) -> Outcome:
        """Return what became of one message, whatever goes wrong on the way."""
        try:
            message = self._worded(batch, target)
        except Exception as error:
            # Words that can't be made now can't be made later either: park, don't loop.
            log.exception("the message %s could not be worded", batch.key)
            detail = f"it could not be worded ({type(error).__name__}); see the log"
            return Outcome(sent=Sent.REFUSED, detail=detail)
        try:
            return target.send(message, deadline=self._deadline)
        except Exception as error:
            log.exception("sending the message %s failed", batch.key)
            detail = f"sending failed ({type(error).__name__}); see the log"
            return Outcome(sent=Sent.UNKNOWN, detail=detail)


class _Worker:
    """One target's task and thread. Works off what is due, one message after the other."""

    def __init__(self, name: str, target: Sender, outbox: Outbox) -> None:
        self.name = name
        self.target = target
        self.thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix=f"outbox-{name}")
        self.task: asyncio.Task[None] | None = None
        self.stopping = False
        self.owed: tuple[Batch, Outcome] | None = None
        self.most = 1
        """Messages to take next: few from a target that is slow or fails, more from a fast one."""
        self._outbox = outbox
        self._failures = 0
        self._rests_until: datetime | None = None
        self._turn = asyncio.Lock()

    def start(self) -> None:
        """Start working, unless it is at work already or the target rests."""
        if self.stopping or self.is_busy():
            return
        if self._rests_until is not None and self._outbox.now() < self._rests_until:
            return
        self.task = asyncio.ensure_future(self._work_and_tell())

    def is_busy(self) -> bool:
        """Return whether a message is in flight."""
        return self.task is not None and not self.task.done()

    def pace(self, *, full: bool) -> None:
        """Take twice as many next time when all that were taken arrived, else begin with one."""
        self.most = min(BURST, 2 * self.most) if full else 1

    def wake(self) -> None:
        """End the rest."""
        self._rests_until = None

    def retire(self) -> None:
        """Stop after the message in flight."""
        self.stopping = True
        self.thread.shutdown(wait=False)

    def cut(self) -> None:
        """End what is being sent."""
        self.stopping = True
        self.target.abort()

    async def _work_and_tell(self) -> None:
        try:
            await self.work()
        except Exception:
            # The store failed, not the target: the rows stay as they are and are looked at again.
            log.exception("the outbox of %s could not go on; it tries again", self.name)
            self._rests_until = self._outbox.now() + REST
        finally:
            self._outbox.nudge()

    async def work(self, *, once: bool = False) -> None:
        """Deliver until nothing is due. With `once`, no message is tried a second time."""
        loop = asyncio.get_running_loop()
        tried: set[str] = set()
        async with self._turn:
            while not (self.stopping or self._outbox.is_stopping()):
                done = await loop.run_in_executor(self.thread, self._outbox.deliver_some, self)
                rests = [self._must_rest(outcome, once=once) for _, outcome in done]
                keys = {batch.key for batch, _ in done}
                if not done or any(rests) or (once and keys & tried):
                    return
                tried |= keys

    def _must_rest(self, outcome: Outcome, *, once: bool) -> bool:
        """Return whether the target is to be left alone: it asked for it, or keeps failing.

        A rest counts for all its messages: Retry-After is about the service, not about one alert.
        A single pass (`once`) only keeps what was asked for.
        """
        failed = outcome.sent in (Sent.RETRY, Sent.UNKNOWN)
        self._failures = self._failures + 1 if failed else 0
        if outcome.retry_after:
            rest = outcome.retry_after
        elif self._failures >= REST_AFTER and not once:
            rest = REST
        else:
            return False
        self._rests_until = self._outbox.now() + rest
        return True
