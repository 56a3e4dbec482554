"""The packed articles of an index lie in segments, in memory or in files, and go with their age."""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher.core.stories.records import SEGMENT, Block, Records
from watcher.store import Scratch

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from watcher.core.stories.records import Segment


@pytest.fixture(params=["memory", "file", "no folder"])
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], Segment]:
    if request.param == "memory":
        return Block
    # Without its folder nothing can be written, as on a full disk: all of it stays in memory.
    return partial(Scratch, tmp_path if request.param == "file" else tmp_path / "none")


class Counted(Block):
    """A segment that knows how many of its kind are open, and how many ever were."""

    open = ever = 0

    def __init__(self) -> None:
        super().__init__()
        Counted.open += 1
        Counted.ever += 1

    def close(self) -> None:
        super().close()
        Counted.open -= 1


def record(number: int, size: int = 300) -> bytes:
    return f"{number:08}".encode() * (size // 8)


def test_records_come_back_by_their_numbers(make: Callable[[], Segment]) -> None:
    records = Records(make)
    numbers = [records.add(record(n, 40 * (n % 50))) for n in range(5_000)]

    assert numbers == sorted(set(numbers))
    assert [records.get(number) for number in numbers] == [
        record(n, 40 * (n % 50)) for n in range(5_000)
    ]


@given(sizes=st.lists(st.integers(0, 70_000) | st.just(SEGMENT - 16), max_size=12))
def test_a_record_of_any_size_comes_back(sizes: list[int]) -> None:
    records = Records()
    numbers = [records.add(bytes(size)) for size in sizes]

    assert [len(records.get(number)) for number in numbers] == sizes


def test_a_dump_keeps_the_numbers_and_goes_on_after_them(make: Callable[[], Segment]) -> None:
    records = Records(make)
    numbers = [records.add(record(n, 4_000)) for n in range(3_000)]
    for number in numbers[:1_500]:
        records.drop(number)
    other = Records(make)
    other.load(iter(list(records.dump())))

    assert [other.get(number) for number in numbers[1_500:]] == [
        record(n, 4_000) for n in range(1_500, 3_000)
    ]
    assert other.add(b"new") == records.add(b"new") > numbers[-1]


def test_what_is_dropped_takes_no_room_for_long() -> None:
    Counted.open = Counted.ever = 0
    records = Records(Counted)
    kept: list[int] = []
    for n in range(40_000):
        kept.append(records.add(record(n, 2_000)))
        if len(kept) > 3_000:
            records.drop(kept.pop(0))

    assert Counted.ever > 40_000 * 2_000 // SEGMENT
    assert Counted.open <= 3
    assert [records.get(number) for number in kept] == [
        record(n, 2_000) for n in range(37_000, 40_000)
    ]


def test_a_segment_that_was_emptied_while_it_grew_goes_when_it_is_full() -> None:
    Counted.open = Counted.ever = 0
    records = Records(Counted)
    for n in range(3 * SEGMENT // 4_096):
        records.drop(records.add(record(n, 4_000)))

    assert Counted.ever >= 3
    assert Counted.open == 1


def test_a_number_of_nothing_gives_nothing() -> None:
    assert Records().get(77) == b""


# --- the file ----------------------------------------------------------------------------------


def test_a_file_has_no_name_and_keeps_what_memory_needn_t(tmp_path: Path) -> None:
    scratch = Scratch(tmp_path)
    for n in range(10_000):
        scratch.append(record(n, 80))

    assert list(tmp_path.iterdir()) == []
    assert len(scratch._rest) < 100_000
    assert scratch.read(80 * 500, 160) == record(500, 80) + record(501, 80)
    assert scratch.read(80 * 9_999, 1_000) == record(9_999, 80)


def test_a_read_over_the_end_of_what_is_written_goes_on_in_memory(tmp_path: Path) -> None:
    scratch = Scratch(tmp_path)
    scratch.append(b"a" * 70_000)
    scratch.append(b"b" * 100)

    assert scratch.read(69_990, 20) == b"a" * 10 + b"b" * 10


def test_what_the_disk_lost_is_missing_and_stops_nothing(tmp_path: Path) -> None:
    records = Records(partial(Scratch, tmp_path))
    numbers = [records.add(record(n, 4_000)) for n in range(100)]
    (segment,) = records._segments.values()
    assert isinstance(segment, Scratch)
    assert segment._file is not None
    os.truncate(segment._file, 0)

    assert records.get(numbers[0]) == b""
    assert records.get(numbers[-1]) == record(99, 4_000)
