"""A file beside the database with what would take long to work out again; it may be lost any time.

Pieces of bytes go in and come out as they were, or not at all: a file that is cut short, was
changed or belongs to another run of the program is no file. Only ever replaced as a whole.
"""

from __future__ import annotations

import os
import struct
from typing import TYPE_CHECKING, Final
from zlib import crc32

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

_MAGIC: Final = b"watcher keep 1\n"
_HEAD: Final = struct.Struct(">QI")
"""Length and checksum before each piece; a length of zero ends the file."""
_LARGEST: Final = 1 << 30


def write(path: Path, pieces: Iterable[bytes]) -> None:
    """Put the pieces in place of what was kept. Raises OSError; what was kept is then gone."""
    # With the database elsewhere there may be no folder yet.
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    new = path.with_name(f"{path.name}.new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
        file.write(_MAGIC)
        for piece in pieces:
            file.write(_HEAD.pack(len(piece) + 1, crc32(piece)))
            file.write(piece)
        file.write(_HEAD.pack(0, 0))
    new.rename(path)


def read(path: Path) -> Iterator[bytes]:
    """Yield the pieces. Raises OSError when nothing is kept, ValueError when it is damaged."""
    with path.open("rb") as file:
        if file.read(len(_MAGIC)) != _MAGIC:
            raise ValueError("not a file of this program")
        while True:
            head = file.read(_HEAD.size)
            if len(head) < _HEAD.size:
                raise ValueError("the file is cut short")
            length, checksum = _HEAD.unpack(head)
            if not length:
                return
            if length > _LARGEST:
                raise ValueError("a piece is too long")
            piece = file.read(length - 1)
            if len(piece) + 1 != length or crc32(piece) != checksum:
                raise ValueError("a piece was changed")
            yield piece
