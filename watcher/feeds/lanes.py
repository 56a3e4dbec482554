"""When a request may start: few at once per host, a pause between two, and never all together.

One publisher may serve 300 of a user's feeds, and 5,000 feeds may fall due at once after a long
stop. Whoever asks the web for feeds asks here first; it knows hosts, and neither feeds nor HTTP.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

AT_ONCE: Final = 160
"""Requests under way at the same time: a hundred that hang must leave room for the others."""
PER_HOST: Final = 2
OWN_HOST: Final = 16
"""Requests at once at a host in the user's own network (`private: true`)."""
HOST_PAUSE: Final = 1.0
"""Seconds, up to half as much again, between two starts at one host."""
BREATH: Final = 0.01
"""Seconds, up to twice, between any two starts: 5,000 feeds are no burst."""
FULL_MINUTE: Final = 3.0
"""Seconds at the start of a minute, when everybody's cron jobs ask, in which we don't."""


class HeldError(Exception):
    """The host asked to be left alone; `rest` is for how many seconds from now."""

    def __init__(self, rest: float) -> None:
        super().__init__(f"not for {rest:.0f} s")
        self.rest = rest


@dataclass(slots=True)
class Lane:
    """One host: who waits for a turn, and how busy it is with us."""

    waiting: deque[asyncio.Future[bool]] = field(default_factory=deque)
    """Each is told True when it is its turn, False when it is sent away."""
    gate: asyncio.Lock = field(default_factory=asyncio.Lock)
    running: int = 0
    next_start: float = 0.0
    held_until: float = 0.0


class Lanes:
    """The lanes of all hosts. `jitter` gives numbers in [0, 1).

    `pause` is HOST_PAUSE, in seconds; with 0 nothing ever waits for anything but a free place.
    `wall` is the time of day in Unix seconds, by which full minutes are avoided.
    """

    def __init__(
        self,
        *,
        pause: float = HOST_PAUSE,
        jitter: Callable[[], float] = random.random,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._pause = pause
        self._jitter = jitter
        self._wall = wall
        self._lanes: dict[str, Lane] = {}
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._next_start = 0.0
        self._closed = False

    @asynccontextmanager
    async def turn(self, host: str, *, own: bool = False) -> AsyncIterator[None]:
        """Wait for a turn at `host` and keep it for as long as the block runs.

        `own` is a host in the user's own network, where nobody else is kept waiting: no pauses.
        Raises HeldError when the host asks to be left alone, also while we wait.
        """
        lane = self._lanes.setdefault(host, Lane())
        await self._enter(lane, OWN_HOST if own else PER_HOST)
        try:
            async with contextlib.AsyncExitStack() as stack:
                await self._start(lane, stack, own=own)
                yield
        finally:
            lane.running -= 1
            self._next(lane)
            self._tidy(host, lane)

    def hold(self, host: str, seconds: float) -> None:
        """Leave a host alone for so long; who waits for it is sent away."""
        lane = self._lanes.setdefault(host, Lane())
        lane.held_until = max(lane.held_until, time.monotonic() + seconds)
        _send_away(lane)

    def close(self) -> None:
        """Send away all who wait, and all who come."""
        self._closed = True
        for lane in self._lanes.values():
            _send_away(lane)

    async def _enter(self, lane: Lane, most: int) -> None:
        self._refuse_if_held(lane)
        if lane.running < most and not lane.waiting:
            lane.running += 1
            return
        turn: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        lane.waiting.append(turn)
        try:
            mine = await turn  # whoever made room has counted us as running
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled() and turn.result():
                lane.running -= 1
                self._next(lane)
            raise
        if not mine:
            raise HeldError(_rest(lane))

    async def _start(self, lane: Lane, stack: contextlib.AsyncExitStack, *, own: bool) -> None:
        """Wait for the moment to start, with a slot that `stack` gives back."""
        if own or not self._pause:
            await stack.enter_async_context(self._slots)
            self._refuse_if_held(lane)
            return
        # One at a time, so that the pause counts from when the last one did start.
        async with lane.gate:
            await asyncio.sleep(lane.next_start - time.monotonic())
            await stack.enter_async_context(self._slots)
            start = max(time.monotonic(), self._next_start)
            self._next_start = start + BREATH * 2 * self._jitter()
            await asyncio.sleep(start - time.monotonic())
            await asyncio.sleep(off_the_minute(self._wall(), self._jitter()))
            self._refuse_if_held(lane)
            lane.next_start = time.monotonic() + self._pause * (1 + self._jitter() / 2)

    def _refuse_if_held(self, lane: Lane) -> None:
        if self._closed or _rest(lane) > 0:
            raise HeldError(_rest(lane))

    def _next(self, lane: Lane) -> None:
        """Give the turn that has ended to the next who still waits."""
        while lane.waiting:
            turn = lane.waiting.popleft()
            if not turn.done():
                lane.running += 1
                turn.set_result(True)
                return

    def _tidy(self, host: str, lane: Lane) -> None:
        """Forget a host that nobody asks; articles link to more hosts than there are feeds."""
        if lane.running or lane.waiting or self._lanes.get(host) is not lane:
            return
        left = max(lane.next_start, lane.held_until) - time.monotonic()
        if left < 0:
            del self._lanes[host]
        else:
            asyncio.get_running_loop().call_later(left + 0.01, self._tidy, host, lane)


def off_the_minute(wall: float, jitter: float) -> float:
    """Return how long to wait so as not to start in the first seconds of a minute, by the clock."""
    second = wall % 60
    return FULL_MINUTE * (1 + jitter) - second if second < FULL_MINUTE else 0.0


def _send_away(lane: Lane) -> None:
    while lane.waiting:
        turn = lane.waiting.popleft()
        if not turn.done():
            turn.set_result(False)


def _rest(lane: Lane) -> float:
    return max(0.0, lane.held_until - time.monotonic())
