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
        self._line: deque[asyncio.Future[bool]] = deque()

    def place(self) -> Place:
        """Return a place in it that takes no room yet."""
        return Place(self)

    async def turn(self) -> bool:
        """Wait for room for a document of any size; return whether it was taken from all."""
        turn: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._line.append(turn)
        self._serve()
        try:
            return await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self.back(self.largest if turn.result() else 0, ahead=not turn.result())
            raise

    def back(self, some: int, *, ahead: bool) -> None:
        """Take back so many bytes of what all share, and with `ahead` a place at the head."""
        self.left += some
        self._places += ahead
        self._serve()

    def _serve(self) -> None:
        """Let go ahead who still waits in line, as far as there are places or room."""
        while self._line and (self._places or self.left >= self.largest):
            turn = self._line.popleft()
            if turn.done():
                continue
            from_all = not self._places
            if from_all:
                self.left -= self.largest
            else:
                self._places -= 1
            turn.set_result(from_all)


class Place:
    """What one poll holds of the room; a context manager that leaves at its end."""

    __slots__ = ("_ahead", "_held", "_own", "_room")

    def __init__(self, room: Room) -> None:
        self._room = room
        self._held = 0
        """Bytes taken of what all share."""
        self._ahead = False
        """Whether it has one of the places at the head of the line."""
        self._own = 0
        """Bytes that were put aside for it and are still left to it."""

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
        from_all = await self._room.turn()
        self._ahead = not from_all
        self._held = self._room.largest if from_all else 0
        self._own = self._room.largest

    def leave(self) -> None:
        """Give everything back."""
        held, ahead = self._held, self._ahead
        self._held, self._ahead, self._own = 0, False, 0
        self._room.back(held, ahead=ahead)


async def asked_again(place: Place, ask: Callable[[], Awaitable[T]]) -> T:
    """Return what `ask` brings; where there was no room for it, it is called again in its turn."""
    with contextlib.suppress(NoRoomError):
        return await ask()
    # Not in an `except`: its traceback would keep what has come of the body while we wait.
    await place.line_up()
    return await ask()
