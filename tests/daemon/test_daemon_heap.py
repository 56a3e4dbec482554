"""Memory in holes between what stays goes back to the system."""

from __future__ import annotations

import subprocess
import sys

import pytest

from watcher.daemon import heap

CODE = """
from pathlib import Path
from watcher.daemon.heap import give_back
def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096
def come_and_go():
    stay, go = [], []
    for _ in range(2_000):
        go.append(bytearray(50_000))
        stay.append(bytearray(1_000))
    return stay
stay = come_and_go()
before = resident()
give_back()
print(before - resident())
"""


@pytest.mark.skipif(heap._trim() is None, reason="another C library than glibc")
def test_what_large_things_left_between_small_ones_is_given_back() -> None:
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=True)

    assert int(done.stdout) > 50_000_000


def test_it_may_be_asked_for_anywhere() -> None:
    heap.give_back()
