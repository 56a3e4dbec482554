"""How much of what strangers send may be in memory at once, all fetches together.

One document may have 10 MB, and 160 may come at the same time. A small one, as nearly all are, asks
for nothing. A larger one takes room as it grows, and keeps it until what was read from it is
written down. Where the room is used up it is let go of rather than kept waiting, so that nobody
waits for somebody who waits; then it stands in line for room of its own, for as much as any
document may have, and is asked for once more. Knows bytes, and neither feeds nor HTTP.

    place = room.place()
    try:
        fetched = await asked_again(place, lambda: fetcher.fetch(feed, place=place))
        ...
    finally:
        place.leave()
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from typing import TYPE_CHECKING, Final, Self, TypeVar

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from types import TracebackType

T = TypeVar("T")

SMALL: Final = 262_144
"""Bytes that a document has for nothing, and by which it asks for more; of 227 real feeds 219 are
smaller."""
SHARED: Final = 20_000_000
"""Bytes of all larger documents that take room as they grow."""
LARGEST: Final = 10_000_000
"""Bytes that a document may have."""
PLACES: Final = 2
"""Documents beyond that which have come to the head of the line; of two, one may be slow."""


class NoRoomError(Exception):
    """There is no room for a document now, which is no fault of its feed."""


class Room:
    """The room of one process. `shared` and `largest` are in bytes."""

    def __init__(
        self, *, shared: int = SHARED, largest: int = LARGEST, places: int = PLACES
    ) -> None:
        self.left = shared
        self.largest = largest
        self._places = places
        self._line: deque[asyncio.Future[None]] = deque()

    def place(self) -> Place:
        """Return a place in it that takes no room yet."""
        return Place(self)

    async def turn(self) -> None:
        """Wait for one of the places for documents of any size."""
        if self._places:
            self._places -= 1
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._line.append(turn)
        try:
            await turn  # whoever goes leaves the place to us
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self.next()
            raise

    def next(self) -> None:
        """Give such a place to the next who still waits for it."""
        while self._line:
            turn = self._line.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        self._places += 1


class Place:
    """What one poll holds of the room; a context manager that leaves at its end."""

    __slots__ = ("_ahead", "_held", "_own", "_room")

    def __init__(self, room: Room) -> None:
        self._room = room
        self._held = 0
        """Bytes taken of what all share."""
        self._ahead = False
        """Whether it has come to the head of the line."""
        self._own = 0
        """Bytes of its own that are still left to it, from the head of the line."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.leave()

    def take(self, more: int) -> None:
        """Take so many bytes more. Raises NoRoomError, and then has taken none."""
        shared = max(0, more - self._own)
        if shared > self._room.left:
            raise NoRoomError
        self._own = max(0, self._own - more)
        self._held += shared
        self._room.left -= shared

    async def line_up(self) -> None:
        """Give everything back, and wait for room for a document of any size."""
        self.leave()
        await self._room.turn()
        self._ahead = True
        self._own = self._room.largest

    def leave(self) -> None:
        """Give everything back."""
        if self._ahead:
            self._ahead = False
            self._room.next()
        self._own = 0
        self._room.left += self._held
        self._held = 0


async def asked_again(place: Place, ask: Callable[[], Awaitable[T]]) -> T:
    """Return what `ask` brings; where there was no room for it, it is called again in its turn."""
    with contextlib.suppress(NoRoomError):
        return await ask()
    # Not in an `except`: its traceback would keep what has come of the body while we wait.
    await place.line_up()
    return await ask()
