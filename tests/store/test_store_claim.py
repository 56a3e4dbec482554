"""One daemon per state; any number of readers beside it, and none of them waits."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest
from sqlalchemy.exc import IntegrityError
from support.stored import FEED, NOW, Place, a_hit, an_article, put

from watcher.core.errors import StateError
from watcher.core.model import ArticleId
from watcher.store.claim import FileClaim

if TYPE_CHECKING:
    from pathlib import Path

    from watcher.store import Store


def test_a_second_daemon_is_told_who_the_first_one_is(place: Place) -> None:
    with place.open() as first, place.open() as second:
        first.claim("watcher run")

        with pytest.raises(StateError, match=rf"pid {os.getpid()}"):
            second.claim("watcher once")


def test_the_claim_is_free_again_when_its_holder_ends(place: Place) -> None:
    with place.open() as first:
        first.claim("watcher run")
        first.claim("watcher run")

    with place.open() as second:
        second.claim("watcher run")


def test_reading_and_acknowledging_need_no_claim(place: Place) -> None:
    with place.open() as daemon, place.open(create=False) as other:
        daemon.claim("watcher run")

        with other.write() as tx:
            tx.set_note("seen", "yes")
        with daemon.read() as queries:
            assert queries.note("seen") == "yes"


def test_a_daemon_that_was_killed_holds_no_claim(tmp_path: Path) -> None:
    code = (
        "import pathlib, sys, datetime as d; from watcher.store import open_store\n"
        "store = open_store(pathlib.Path(sys.argv[1]), now=d.datetime.now(d.UTC))\n"
        "store.claim('watcher run'); print('claimed', flush=True); sys.stdin.read()"
    )
    state = tmp_path / "state"
    with subprocess.Popen(
        [sys.executable, "-c", code, str(state)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"claimed\n"
        with Place(state=state).open() as store:
            with pytest.raises(StateError, match=f"pid {child.pid}"):
                store.claim("watcher run")
            child.kill()
            child.wait()

            store.claim("watcher run")


def test_a_forked_child_does_not_keep_the_claim_of_its_parent(tmp_path: Path) -> None:
    code = (
        "import os, pathlib, sys; from watcher.store.claim import FileClaim\n"
        "claim = FileClaim(pathlib.Path(sys.argv[1])); claim.take('watcher run')\n"
        "child = os.fork()\n"
        "if child: os._exit(0)\n"
        "print('forked', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == b"forked\n"
        parent.wait()

        FileClaim(tmp_path).take("watcher run")


def test_looking_for_the_holder_disturbs_nobody(tmp_path: Path) -> None:
    claim = FileClaim(tmp_path)
    assert FileClaim(tmp_path).holder() is None

    claim.take("watcher run")

    assert FileClaim(tmp_path).holder() == f"pid {os.getpid()} (watcher run)"
    claim.release()
    assert FileClaim(tmp_path).holder() is None


def test_a_folder_that_takes_no_lock_file_is_explained(tmp_path: Path) -> None:
    with pytest.raises(StateError, match="write in this folder"):
        FileClaim(tmp_path / "missing").take("watcher run")


# --- one writer, many readers ----------------------------------------------------------------


def test_readers_do_not_wait_for_the_writer_and_see_whole_transactions(store: Store) -> None:
    with store.write() as tx:
        put(tx, an_article(1))
        with store.read() as queries:
            assert queries.counts()["articles"] == 0

    with store.read() as queries:
        assert queries.counts()["articles"] == 1


def test_a_reader_keeps_its_snapshot_while_others_write(store: Store) -> None:
    with store.read() as queries:
        assert queries.counts()["articles"] == 0
        with store.write() as tx:
            put(tx, an_article(1))

        assert queries.counts()["articles"] == 0


def test_writers_of_many_threads_take_turns_and_lose_nothing(store: Store) -> None:
    with store.write() as tx:
        tx.set_note("n", "0")
    failures: list[BaseException] = []

    def count_up() -> None:
        try:
            for _ in range(10):
                with store.write() as tx:
                    tx.set_note("n", str(int(tx.note("n") or "") + 1))
        except BaseException as error:  # noqa: BLE001 - shown by the main thread
            failures.append(error)

    threads = [threading.Thread(target=count_up) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    with store.read() as queries:
        assert queries.note("n") == "40"


def test_two_programs_on_one_state_take_turns_too(place: Place) -> None:
    """Reading first and writing then is where SQLite answers "database is locked" at once."""
    with place.open() as one, place.open() as two:
        with one.write() as tx:
            tx.set_note("n", "0")
        stores = [one, two]

        def count_up(store: Store) -> None:
            for _ in range(15):
                with store.write() as tx:
                    tx.set_note("n", str(int(tx.note("n") or "") + 1))

        threads = [threading.Thread(target=count_up, args=(store,)) for store in stores]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        with one.read() as queries:
            assert queries.note("n") == "30"


def test_a_transaction_that_raises_is_undone(store: Store) -> None:
    def fail_half_way() -> None:
        with store.write() as tx:
            put(tx, an_article(1))
            tx.sync_feeds([FEED], now=NOW)
            raise TimeoutError

    with pytest.raises(TimeoutError):
        fail_half_way()

    with store.read() as queries:
        assert queries.counts()["articles"] == 0
        assert queries.feed_states(active=False) == []


def test_a_write_within_a_write_is_refused_and_not_waited_for(store: Store) -> None:
    with pytest.raises(RuntimeError, match="wait for itself"), store.write(), store.write():
        pass

    with store.write() as tx:
        tx.set_note("still", "works")


def test_a_failure_that_is_swallowed_still_undoes_its_transaction(store: Store) -> None:
    """PostgreSQL would undo it without a word, SQLite keep what came before and after."""

    def swallow() -> None:
        with store.write() as tx:
            put(tx, an_article(1))
            with contextlib.suppress(IntegrityError):
                tx.add_hits(ArticleId("none"), [a_hit()])

    with pytest.raises(StateError, match="undone"):
        swallow()

    with store.read() as queries:
        assert queries.counts()["articles"] == 0
    with store.write() as tx:
        put(tx, an_article(2))
