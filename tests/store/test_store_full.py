"""The disk is full: nothing is half-written, people are told, and it works when space is back."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from support.stored import NOW, Place, a_delivery, an_article, post, put

from watcher.core.errors import StateError
from watcher.core.model import DeliveryState

if TYPE_CHECKING:
    from watcher.store import Store

SUPPORT = Path(__file__).parents[1] / "support"


def limit_pages(store: Store, pages: int) -> int:
    """Let the database grow no further than `pages` of 4 KB; return how many it has."""
    with store._engines.writer.connect() as connection:
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")
        used: int = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        return used


def test_a_full_database_undoes_the_transaction_and_works_again_later(tmp_path: Path) -> None:
    large = [an_article(n, text="words " * 2000) for n in range(100)]
    with Place(state=tmp_path / "state").open() as store:
        with store.write() as tx:
            put(tx, an_article(1000))
            post(tx, a_delivery(1))
        limit_pages(store, limit_pages(store, 10**6) + 20)

        with pytest.raises(StateError, match=r"disk is full.*Free some space"), store.write() as tx:
            put(tx, *large)

        with store.read() as queries:
            assert queries.counts()["articles"] == 1
        limit_pages(store, 10**6)
        with store.write() as tx:
            put(tx, *large)
            assert tx.take("desk", now=NOW) is not None
        with store.read() as queries:
            assert queries.counts()["articles"] == 101


def test_what_could_not_be_recorded_as_taken_was_not_taken(tmp_path: Path) -> None:
    def take_and_fill(store: Store) -> None:
        with store.write() as tx:
            assert tx.take("desk", now=NOW) is not None
            put(tx, *[an_article(n, text="words " * 2000) for n in range(100)])

    with Place(state=tmp_path / "state").open() as store:
        with store.write() as tx:
            post(tx, a_delivery(1))
        limit_pages(store, limit_pages(store, 10**6) + 20)

        with pytest.raises(StateError):
            take_and_fill(store)

        with store.read() as queries:
            [delivery] = queries.deliveries()
        assert delivery.state is DeliveryState.DUE
        assert delivery.message is None


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What a program said that ran on a disk of 2 MB, mounted for it alone."""
    folder = tmp_path_factory.mktemp("disk")
    mount = 'mount -t tmpfs -o size=2m tmpfs "$1" && exec "$2" "$3" "$1"'
    own_world = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c"]
    if shutil.which("unshare") is None:
        pytest.skip("no unshare (util-linux) here to mount a small disk with")
    tried = subprocess.run(
        [*own_world, mount, "sh", str(folder), "true", ""], capture_output=True, check=False
    )
    if tried.returncode:
        pytest.skip(f"a small disk can't be mounted here: {tried.stderr.decode().strip()}")
    script = str(SUPPORT / "store_full_disk.py")
    done = subprocess.run(
        [*own_world, mount, "sh", str(folder), sys.executable, script],
        env=os.environ | {"PYTHONPATH": str(SUPPORT.parent)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    said: dict[str, Any] = json.loads(done.stdout)
    return said


def test_on_a_real_full_disk_people_are_told_and_nothing_is_half_written(
    report: dict[str, Any],
) -> None:
    assert "Free some space" in report["error"]
    assert report["kept"] > 0
    assert report["full"]["articles"] == report["kept"] * 10


def test_on_a_real_full_disk_nothing_is_sent_that_cannot_be_recorded(
    report: dict[str, Any],
) -> None:
    assert "Free some space" in report["taken"]
    assert (report["full"]["due"], report["full"]["sending"]) == (1, 0)


def test_when_space_is_back_it_goes_on_without_a_restart(report: dict[str, Any]) -> None:
    assert (report["after"]["sent"], report["repeat"]) == (1, False)
    assert report["recovered"] == ""


def test_a_first_start_on_a_full_disk_says_so(report: dict[str, Any]) -> None:
    assert "other" in report["start"]
    assert "space" in report["start"]
