"""An index as bytes and back, piece by piece, so that a start needn't read all articles again.

Arrays go out as they lie in memory, so a dump is for the same kind of machine; the first piece
says which. Who keeps the pieces must see to it that they come back whole.
"""

from __future__ import annotations

from array import array
from itertools import islice
from typing import TYPE_CHECKING, Final

from watcher.core.model import ArticleId

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

CHUNK: Final = 1 << 13
"""Lists or ids in one piece."""
_KIND: Final = array("I", [0x57A71E52]).tobytes()
_APART: Final = "\x1f"


def dump_numbers(values: Sequence[int]) -> Iterator[bytes]:
    """Yield one piece with some whole numbers."""
    yield _KIND + array("q", values).tobytes()


def load_numbers(pieces: Iterator[bytes]) -> list[int]:
    """Return what `dump_numbers` was given."""
    piece = next(pieces)
    if not piece.startswith(_KIND):
        raise ValueError("a dump of another kind of machine, or none")
    return list(numbers("q", piece[len(_KIND) :]))


def numbers(kind: str, piece: bytes, length: int | None = None) -> array[int]:
    """Return the numbers of a piece; ValueError when they are not as many as they should be."""
    found: array[int] = array(kind)
    found.frombytes(piece)
    if length is not None and len(found) != length:
        raise ValueError(f"{len(found)} numbers where {length} should be")
    return found


def dump_lists(lists: Mapping[int, array[int]]) -> Iterator[bytes]:
    """Yield numbered lists: their numbers, their lengths, and what is in them."""
    yield array("q", lists).tobytes()
    yield array("q", map(len, lists.values())).tobytes()
    yield b"".join(one.tobytes() for one in lists.values())


def load_lists(pieces: Iterator[bytes], kind: str) -> dict[int, array[int]]:
    """Return what `dump_lists` was given."""
    names, lengths = numbers("q", next(pieces)), numbers("q", next(pieces))
    every = numbers(kind, next(pieces), sum(lengths))
    found, at = {}, 0
    for name, length in zip(names, lengths, strict=True):
        found[name] = every[at : at + length]
        at += length
    return found


def dump_slots(slots: Mapping[ArticleId, int]) -> Iterator[bytes]:
    """Yield the ids of articles with their slots."""
    yield from dump_numbers((len(slots),))
    left = iter(slots.items())
    while chunk := list(islice(left, CHUNK)):
        yield _APART.join(id_ for id_, _ in chunk).encode("utf-8", "surrogatepass")
        yield array("q", (slot for _, slot in chunk)).tobytes()


def load_slots(pieces: Iterator[bytes]) -> dict[ArticleId, int]:
    """Return what `dump_slots` was given."""
    slots: dict[ArticleId, int] = {}
    (count,) = load_numbers(pieces)
    while len(slots) < count:
        ids = next(pieces).decode("utf-8", "surrogatepass").split(_APART)
        slots |= zip(map(ArticleId, ids), numbers("q", next(pieces)), strict=True)
    return slots
