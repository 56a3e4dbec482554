"""What is kept in a file comes back whole, or not at all."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from watcher.store import keep

PIECES = [b"first", b"", b"\x00\xff" * 5_000]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "stories.index"


def test_what_was_kept_comes_back(path: Path) -> None:
    keep.write(path, PIECES)
    keep.write(path, [*PIECES, b"more"])

    assert list(keep.read(path)) == [*PIECES, b"more"]
    assert [one.name for one in path.parent.iterdir()] == [path.name]


def test_only_its_owner_may_read_it(path: Path) -> None:
    keep.write(path, PIECES)

    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_nothing_kept_is_an_error_of_the_file_system(path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        list(keep.read(path))


@pytest.mark.parametrize("at", [3, 20, 29, 60, 5_000])
def test_a_changed_byte_is_noticed(path: Path, at: int) -> None:
    keep.write(path, PIECES)
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(data)

    with pytest.raises(ValueError, match=r"file|piece"):
        list(keep.read(path))


@pytest.mark.parametrize("left", [0, 10, 16, 40, 10_000])
def test_a_file_that_is_cut_short_is_noticed(path: Path, left: int) -> None:
    keep.write(path, PIECES)
    path.write_bytes(path.read_bytes()[:left])

    with pytest.raises(ValueError, match=r"file|piece"):
        list(keep.read(path))
