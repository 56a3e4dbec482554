"""What a database says when it can't go on is told with its mend, and it is tried again."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import psycopg.errors
import pytest
from support.postgres import schema as schema_of_its_own
from support.stored import NOW, Place, an_article, put

from watcher.core.errors import StateError
from watcher.store.claim import PostgresClaim
from watcher.store.faults import explain

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy.engine import Connection

    from watcher.store import Store


@pytest.fixture
def remote(postgres: str, tmp_path: Path) -> Iterator[Place]:
    with schema_of_its_own(postgres) as url:
        yield Place(state=tmp_path, url=url)


def sqlite_error(code: int) -> sqlite3.Error:
    error = sqlite3.OperationalError("as SQLite puts it")
    error.sqlite_errorcode = code
    return error


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (sqlite3.SQLITE_FULL, "disk is full"),
        (sqlite3.SQLITE_READONLY, "can't be written"),
        (sqlite3.SQLITE_READONLY_DBMOVED, "can't be written"),
        (sqlite3.SQLITE_CANTOPEN, "can't be opened"),
        (sqlite3.SQLITE_BUSY, "another program"),
        (sqlite3.SQLITE_BUSY_RECOVERY, "another program"),
        (sqlite3.SQLITE_IOERR_WRITE, "refused to read or write"),
        (sqlite3.SQLITE_CORRUPT, "damaged"),
        (sqlite3.SQLITE_NOTADB, "no database"),
        (sqlite3.SQLITE_PROTOCOL, "local disk"),
    ],
)
def test_what_sqlite_says_is_put_in_words_with_a_mend(code: int, words: str) -> None:
    error = explain(sqlite_error(code), "state/watcher.db")

    assert isinstance(error, StateError)
    assert str(error).startswith("state/watcher.db: ")
    assert words in str(error)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (psycopg.OperationalError("no route to host"), "connection"),
        (psycopg.errors.AdminShutdown(), "shutting down"),
        (psycopg.errors.DiskFull(), "disk of the server is full"),
        (psycopg.errors.TooManyConnections(), "connections"),
        (psycopg.errors.LockNotAvailable(), "another program"),
        (psycopg.errors.InvalidPassword(), "password"),
        (psycopg.errors.InvalidCatalogName(), "createdb"),
        (psycopg.errors.InsufficientPrivilege(), "Grant"),
        (psycopg.errors.DataCorrupted(), "damaged"),
        (psycopg.errors.IoError(), "refused to read or write"),
    ],
)
def test_what_postgresql_says_is_put_in_words_with_a_mend(error: psycopg.Error, words: str) -> None:
    told = explain(error, "postgresql://host/name")

    assert isinstance(told, StateError)
    assert words in str(told)


@pytest.mark.parametrize(
    "error",
    [
        sqlite_error(sqlite3.SQLITE_CONSTRAINT),
        sqlite_error(sqlite3.SQLITE_ERROR),
        psycopg.errors.UniqueViolation(),
        psycopg.errors.UndefinedTable(),
        ValueError("ours"),
    ],
)
def test_a_mistake_of_ours_is_not_blamed_on_the_state(error: Exception) -> None:
    assert explain(error, "anywhere") is None


def pid_of(connection: Connection) -> int:
    driver = connection.connection.driver_connection
    assert isinstance(driver, psycopg.Connection)
    return driver.info.backend_pid


def hang_up(place: Place, pid: int) -> None:
    """Let the server end this connection and no other, as its restart would end all."""
    assert place.url is not None
    with psycopg.connect(place.url, autocommit=True) as administrator:
        ended = administrator.execute("SELECT pg_terminate_backend(%s, 5000)", (pid,))
        assert ended.fetchone() == (True,)


def forget_claim(place: Place, store: Store) -> None:
    assert isinstance(store._claim, PostgresClaim)
    assert store._claim._connection is not None
    hang_up(place, pid_of(store._claim._connection))


def test_a_server_that_goes_away_undoes_the_transaction_and_is_found_again(remote: Place) -> None:
    def put_and_hang_up(store: Store) -> None:
        with store.write() as tx:
            put(tx, an_article(1))
            hang_up(remote, pid_of(tx._connection))
            put(tx, an_article(2))

    with remote.open() as store:
        with pytest.raises(StateError, match="connection"):
            put_and_hang_up(store)

        with store.write() as tx:
            assert tx.counts()["articles"] == 0
            put(tx, an_article(3))
        with store.read() as queries:
            assert queries.counts()["articles"] == 1


def test_a_server_that_was_restarted_meanwhile_is_not_even_noticed(remote: Place) -> None:
    with remote.open() as store:
        with store.write() as tx:
            tx.set_note("before", "yes")
            pid = pid_of(tx._connection)
        hang_up(remote, pid)

        with store.write() as tx:
            assert tx.note("before") == "yes"


def test_a_claim_that_the_server_forgot_is_taken_again(remote: Place) -> None:
    with remote.open() as first, remote.open() as second:
        first.claim("watcher run")
        forget_claim(remote, first)

        with first.write() as tx:
            tx.set_note("still", "ours")

        with pytest.raises(StateError, match="another watcher"):
            second.claim("watcher run")


def test_who_lost_the_claim_to_another_writes_no_more(remote: Place) -> None:
    with remote.open() as first, remote.open() as second:
        first.claim("watcher run")
        forget_claim(remote, first)
        second.claim("watcher run")

        for _ in range(2):
            with pytest.raises(StateError, match="another watcher"), first.write():
                pass

        with second.write() as tx:
            tx.set_note("now", "mine")


def test_claims_in_two_schemas_of_one_database_do_not_meet(
    remote: Place, postgres: str, tmp_path: Path
) -> None:
    with (
        schema_of_its_own(postgres) as url,
        remote.open() as one,
        Place(state=tmp_path, url=url).open() as two,
    ):
        one.claim("watcher run")
        two.claim("watcher run")


def test_damage_that_shows_while_running_is_explained(tmp_path: Path) -> None:
    place = Place(state=tmp_path / "state")
    with place.open() as store, store.write() as tx:
        put(tx, *[an_article(n, text="words " * 500) for n in range(50)])
    path = place.state / "watcher.db"
    whole = bytearray(path.read_bytes())
    with place.open() as store:
        for at in range(4096, len(whole)):
            whole[at] ^= 0xFF
        path.write_bytes(whole)

        with pytest.raises(StateError, match="damaged"), store.read() as queries:
            list(queries.articles_since(NOW))
