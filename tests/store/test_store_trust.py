"""A database is read through before it is used, unless it is as it was left in order."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from support.stored import FEED, NOW, an_article, put

from watcher.core.errors import StateError
from watcher.store import open_store
from watcher.store.trust import NOTE

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SOON = NOW + timedelta(hours=1)


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """A database of some hundred articles, closed in order."""
    with open_store(tmp_path / "state", now=NOW) as store, store.write() as tx:
        tx.sync_feeds([FEED], now=NOW)
        for number in range(300):
            put(tx, an_article(number))
    return tmp_path / "state" / "watcher.db"


def spoil(database: Path, *, keeping: bool = True) -> None:
    """Break the newest pages, which hold articles; `keeping` size and times, as a bad disk does."""
    before = database.stat()
    with database.open("r+b") as file:
        for at in range(before.st_size - 20 * 4096, before.st_size, 4096):
            file.seek(at)
            file.write(b"\xff" * 64)
    if keeping:
        os.utime(database, ns=(before.st_atime_ns, before.st_mtime_ns))


def is_read_through(database: Path, *, at: timedelta = timedelta(hours=1)) -> bool:
    """Tell whether a start so much later would see damage that shows in nothing but the words."""
    spoil(database)
    with open_store(database.parent, now=NOW + at) as store:
        return bool(store.recovered)


def test_a_file_that_was_closed_in_order_is_taken_as_it_is(database: Path) -> None:
    assert not is_read_through(database)


def test_after_a_day_it_is_read_through_in_any_case(database: Path) -> None:
    assert is_read_through(database, at=timedelta(days=1))


def test_opening_it_is_no_check_so_the_day_goes_on(database: Path) -> None:
    open_store(database.parent, now=NOW + timedelta(hours=23)).close()

    assert is_read_through(database, at=timedelta(hours=25))


def test_a_clock_that_went_back_is_not_believed(database: Path) -> None:
    assert is_read_through(database, at=timedelta(hours=-1))


def changed(database: Path) -> None:
    spoil(database, keeping=False)


def without_note(database: Path) -> None:
    database.with_name(NOTE).unlink()


def bad_note(database: Path) -> None:
    database.with_name(NOTE).write_bytes(b"\xff half a no")


def naive_note(database: Path) -> None:
    found = database.stat()
    database.with_name(NOTE).write_text(f"{found.st_size} {found.st_mtime_ns} 2026-11-20T09:00:00")


def journal(database: Path) -> None:
    database.with_name("watcher.db-wal").write_bytes(b"")


@pytest.mark.parametrize("act", [changed, without_note, bad_note, naive_note, journal])
def test_a_file_that_is_not_as_it_was_left_is_read_through(
    database: Path, act: Callable[[Path], None]
) -> None:
    act(database)

    assert is_read_through(database)


def test_after_a_crash_it_is_read_through(database: Path) -> None:
    open_store(database.parent, now=SOON)  # and never closed

    assert is_read_through(database)


def test_after_a_sign_of_damage_it_is_read_through_and_put_aside(database: Path) -> None:
    spoil(database)
    with open_store(database.parent, now=SOON) as store:
        assert not store.recovered
        with pytest.raises(StateError, match="damaged"), store.read() as known:
            list(known.articles_since(NOW - timedelta(days=900)))

    with open_store(database.parent, now=SOON) as store:
        assert "put aside" in store.recovered


def test_the_note_is_for_the_owner_alone(database: Path) -> None:
    assert database.with_name(NOTE).stat().st_mode & 0o077 == 0
