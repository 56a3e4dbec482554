"""Bytes that needn't be in memory, in a file without a name: it ends with the process.

Nothing here may stop the work: what the disk won't take stays in memory, and what it won't give
back is missing.
"""

from __future__ import annotations

import os
import tempfile
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

BUFFER: Final = 1 << 16
"""Bytes that are written together."""


class Scratch:
    """A file in `folder` to which bytes are added, and from which any of them are read."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file: int | None = None
        self._written = 0
        self._rest = bytearray()
        """What follows what is written."""

    def append(self, data: bytes) -> None:
        """Put data at the end."""
        self._rest += data
        if len(self._rest) >= BUFFER:
            self._write()

    def read(self, at: int, size: int) -> bytes:
        """Return so many bytes, or as many as follow; b"" when the disk doesn't give them."""
        if at >= self._written:
            start = at - self._written
            return bytes(self._rest[start : start + size])
        if self._file is None:
            return b""
        try:
            data = os.pread(self._file, min(size, self._written - at), at)
        except OSError:
            return b""
        missing = size - len(data)
        return data + self._rest[:missing] if at + len(data) == self._written else data

    def close(self) -> None:
        """Let go of the file."""
        if self._file is not None:
            os.close(self._file)
        self._file, self._written = None, 0
        self._rest.clear()

    def _write(self) -> None:
        try:
            if self._file is None:
                with tempfile.TemporaryFile(dir=self._folder) as file:
                    self._file = os.dup(file.fileno())
            done = os.pwrite(self._file, self._rest, self._written)
        except OSError:  # no room: it is tried again with what comes next
            return
        self._written += done
        del self._rest[:done]

    def __del__(self) -> None:
        self.close()
