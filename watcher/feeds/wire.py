"""How parent and child talk: frames of byte strings over pipes, never anything that can run."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

MOST_PARTS: Final = 100_000
LARGEST_FRAME: Final = 64_000_000
"""Bytes; a child that answers with more has gone mad."""

_COUNT = struct.Struct(">I")


def pack(parts: Sequence[bytes]) -> bytes:
    """Return one frame: how many parts, how long each, then the parts."""
    lengths = struct.pack(f">{len(parts) + 1}I", len(parts), *map(len, parts))
    return lengths + b"".join(parts)


def unpack(read: Callable[[int], bytes]) -> list[bytes] | None:
    """Read one frame from a blocking `read`; None at the end of the stream."""
    start = read(_COUNT.size)
    if len(start) < _COUNT.size:
        return None
    (count,) = _COUNT.unpack(start)
    lengths = struct.unpack(f">{count}I", read(count * _COUNT.size))
    return [read(length) for length in lengths]
