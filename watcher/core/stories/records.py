"""The packed articles of an index, in segments that need not be in memory.

An article is looked at some ten times in three days, and 150,000 of them take 70 MB. So their
bytes go to whatever keeps a segment: a block of memory, or a file (`store.scratch`). Records are
numbered in the order in which they came, and a segment goes when none of its records is wanted:
what is oldest expires first, so that what is kept stays as large as the window.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

from watcher.core.stories import shelf

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SEGMENT: Final = 1 << 22
"""Bytes of one segment."""
ALIGNED: Final = 16
"""A record begins at a multiple of so many bytes: 32 bits then number 64 GB of records."""
_READ_AT_ONCE: Final = 512
_LENGTH: Final = 3
"""Bytes before each record that say how long it is."""


class Segment(Protocol):
    """Keeps bytes; whoever makes it says where."""

    def append(self, data: bytes) -> None:
        """Put data at the end."""

    def read(self, at: int, size: int) -> bytes:
        """Return so many bytes, or as many as follow; b"" when they can't be had any more."""

    def close(self) -> None:
        """Let go of them."""


class Block:
    """A segment in memory."""

    def __init__(self) -> None:
        self._data = bytearray()

    def append(self, data: bytes) -> None:
        """Put data at the end."""
        self._data += data

    def read(self, at: int, size: int) -> bytes:
        """Return so many bytes, or as many as follow."""
        return bytes(self._data[at : at + size])

    def close(self) -> None:
        """Let go of them."""
        self._data.clear()


class Records:
    """Numbered records of up to 4 MB each; `make` makes the segments for them."""

    def __init__(self, make: Callable[[], Segment] = Block) -> None:
        self._make = make
        self._segments: dict[int, Segment] = {}
        self._wanted: dict[int, int] = {}
        """How many records of each segment are."""
        self._end = 0
        """Bytes of all segments since the first."""

    def add(self, record: bytes) -> int:
        """Keep a record and return its number: under 2**32, and greater than all before it."""
        data = len(record).to_bytes(_LENGTH, "little") + record
        data += bytes(-len(data) % ALIGNED)
        if self._end % SEGMENT + len(data) > SEGMENT:
            self._end += -self._end % SEGMENT
        place, at = divmod(self._end, SEGMENT)
        if place not in self._segments:
            self._let_go(place - 1)
            self._segments[place], self._wanted[place] = self._make(), 0
        self._segments[place].append(data)
        self._wanted[place] += 1
        self._end += len(data)
        return (place * SEGMENT + at) // ALIGNED

    def get(self, number: int) -> bytes:
        """Return a record; b"" when it can't be had."""
        place, at = divmod(number * ALIGNED, SEGMENT)
        segment = self._segments.get(place)
        data = segment.read(at, _READ_AT_ONCE) if segment is not None else b""
        end = _LENGTH + int.from_bytes(data[:_LENGTH], "little")
        if segment is not None and end > len(data):
            data = segment.read(at, end)
        return data[_LENGTH:end]

    def drop(self, number: int) -> None:
        """Say that a record isn't wanted any more; once for each."""
        place = number * ALIGNED // SEGMENT
        self._wanted[place] -= 1
        if place != self._end // SEGMENT:
            self._let_go(place)

    def _let_go(self, place: int) -> None:
        """Drop a segment that grows no more, if nothing in it is wanted."""
        if self._wanted.get(place) == 0:
            self._segments.pop(place).close()
            del self._wanted[place]

    def dump(self) -> Iterator[bytes]:
        """Yield the segments as they are, for `load`."""
        yield from shelf.dump_numbers((self._end, len(self._segments)))
        for place, segment in self._segments.items():
            yield from shelf.dump_numbers((place, self._wanted[place]))
            yield segment.read(0, SEGMENT)

    def load(self, pieces: Iterator[bytes]) -> None:
        """Take over what `dump` gave; the numbers stay what they were."""
        self._end, count = shelf.load_numbers(pieces)
        for _ in range(count):
            place, wanted = shelf.load_numbers(pieces)
            self._segments[place], self._wanted[place] = self._make(), wanted
            self._segments[place].append(next(pieces))
