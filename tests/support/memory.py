"""How much memory a process and its children hold, read from /proc while something runs."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

_PAGE = os.sysconf("SC_PAGE_SIZE")


def resident(pid: int) -> int:
    """Return the resident bytes of a process and all its descendants; what is gone counts 0.

    Pages that parent and child share are counted twice, so this is never too low. A child that was
    forked this moment and runs no program of its own yet is its parent, and not counted again.
    """
    return _weight(pid, b"")


def _weight(pid: int, parent: bytes) -> int:
    process = Path("/proc") / str(pid)
    total = 0
    with contextlib.suppress(OSError):
        program = (process / "cmdline").read_bytes()
        if program == parent:
            return 0
        total = int((process / "statm").read_text().split()[1]) * _PAGE
        for thread in (process / "task").iterdir():
            with contextlib.suppress(OSError):
                children = (thread / "children").read_text().split()
                total += sum(_weight(int(child), program) for child in children)
    return total


class Scale:
    """Weighs a process tree again and again; `peak` is the most since the last `reset`."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.peak = 0

    def look(self) -> int:
        """Weigh now."""
        found = resident(self.pid)
        self.peak = max(self.peak, found)
        return found

    def reset(self) -> int:
        """Forget the peak, and weigh now."""
        self.peak = 0
        return self.look()


@contextlib.contextmanager
def weighing(pid: int, *, every: float = 0.02) -> Iterator[Scale]:
    """Weigh a process tree in a thread while the block runs. Skips where /proc is absent."""
    if not Path("/proc/self/statm").exists():
        pytest.skip("memory is read from /proc")
    scale, done = Scale(pid), threading.Event()

    def watch() -> None:
        while not done.wait(every):
            scale.look()

    thread = threading.Thread(target=watch, name="scale")
    scale.look()
    thread.start()
    try:
        yield scale
    finally:
        done.set()
        thread.join()
