"""How parent and child talk: frames of byte strings over pipes, never anything that can run."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

LARGEST_FRAME: Final = 64_000_000
"""Bytes; who sends more has gone mad."""

_COUNT = struct.Struct(">I")


def pack(parts: Sequence[bytes]) -> list[bytes]:
    """Return one frame, in pieces: how many parts and how long each, then the parts as they are."""
    return [struct.pack(f">{len(parts) + 1}I", len(parts), *map(len, parts)), *parts]


def unpack(read: Callable[[int], bytes]) -> list[bytes] | None:
    """Read one frame from a blocking `read`; None at the end of the stream.

    Raises EOFError when the stream ends inside a frame, ValueError when a frame is too large.
    """
    start = read(_COUNT.size)
    if not start:
        return None
    (count,) = _COUNT.unpack(_whole(start, _COUNT.size))
    if count * _COUNT.size > LARGEST_FRAME:
        raise ValueError(count)
    head = _whole(read(count * _COUNT.size), count * _COUNT.size)
    lengths: tuple[int, ...] = struct.unpack(f">{count}I", head)
    if sum(lengths) > LARGEST_FRAME:
        raise ValueError(sum(lengths))
    return [_whole(read(length), length) for length in lengths]


def _whole(data: bytes, length: int) -> bytes:
    if len(data) < length:
        raise EOFError
    return data
