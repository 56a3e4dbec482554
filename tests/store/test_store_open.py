"""Opening a state: made where it lacks, put aside when damaged, refused when it can't be used."""

from __future__ import annotations

import shutil
import sqlite3
import stat
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from support.postgres import schema as schema_of_its_own
from support.stored import FEED, NOW, Place, a_hit, an_article, put

from watcher.core.errors import StateError
from watcher.core.model import ArticleId
from watcher.store import open_store, schema
from watcher.store.rows import METADATA
from watcher.store.trust import NOTE

if TYPE_CHECKING:
    from watcher.store import Store


@pytest.fixture
def folder(tmp_path: Path) -> Place:
    return Place(state=tmp_path / "state")


@pytest.fixture
def database(folder: Place) -> Path:
    """A database with one article, closed."""
    with folder.open() as store, store.write() as tx:
        tx.sync_feeds([FEED], now=NOW)
        put(tx, an_article(1))
    return folder.state / "watcher.db"


def article_count(store: Store) -> int:
    with store.read() as queries:
        return queries.counts()["articles"]


# --- both databases --------------------------------------------------------------------------


def test_a_state_is_fresh_only_when_it_is_made(place: Place) -> None:
    with place.open() as store:
        assert store.fresh
        assert store.recovered == ""
        with store.write() as tx:
            put(tx, an_article(1))

    with place.open() as store:
        assert not store.fresh
        assert article_count(store) == 1


def test_who_only_looks_makes_no_state(place: Place) -> None:
    with pytest.raises(StateError, match=r"there is no state yet in .*: run watcher once first"):
        place.open(create=False)

    assert not place.state.exists()


def test_who_only_looks_sees_what_is_there(place: Place) -> None:
    with place.open() as store, store.write() as tx:
        put(tx, an_article(1))

    with place.open(create=False) as store:
        assert article_count(store) == 1


def test_the_migrations_make_the_tables_that_the_rows_say(place: Place) -> None:
    with place.open() as store, store._engines.writer.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})

        assert compare_metadata(context, METADATA) == []


def test_the_program_knows_its_newest_migration() -> None:
    migrations = Path(schema.__file__).parent / "migrations"

    assert ScriptDirectory(migrations).get_heads() == [schema.HEAD]


@pytest.mark.parametrize("create", [True, False])
def test_tables_of_a_newer_program_are_refused_and_not_touched(
    place: Place, *, create: bool
) -> None:
    with place.open() as store, store._engines.writer.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(StateError, match=r"newer"):
        place.open(create=create)

    if place.url is None:
        assert {path.name for path in place.state.iterdir()} - {NOTE} == {"watcher.db"}


def test_opening_a_state_in_its_newest_version_does_not_load_alembic(database: Path) -> None:
    code = (
        "import sys, pathlib, datetime as d; from watcher.store import open_store\n"
        "open_store(pathlib.Path(sys.argv[1]), now=d.datetime.now(d.UTC)).close()\n"
        "sys.exit('alembic' in sys.modules)"
    )

    subprocess.run([sys.executable, "-c", code, str(database.parent)], check=True)


# --- the folder ------------------------------------------------------------------------------


def test_only_its_owner_can_look_into_the_state(folder: Place) -> None:
    folder.state.mkdir(mode=0o755)

    with folder.open() as store:
        with store.write() as tx:
            put(tx, an_article(1))

        assert stat.S_IMODE(folder.state.stat().st_mode) == 0o700
        modes = {p.name: stat.S_IMODE(p.stat().st_mode) for p in folder.state.iterdir()}
        assert modes == dict.fromkeys(["watcher.db", "watcher.db-wal", "watcher.db-shm"], 0o600)


def test_a_copied_database_that_all_could_read_is_made_private(database: Path) -> None:
    database.chmod(0o644)

    open_store(database.parent, now=NOW).close()

    assert stat.S_IMODE(database.stat().st_mode) == 0o600


def test_sqlite_is_set_to_lose_nothing(folder: Place) -> None:
    def asked(connection: sqlite3.Connection, pragma: str) -> object:
        return connection.execute(f"PRAGMA {pragma}").fetchone()[0]

    with folder.open() as store:
        for engine in (store._engines.writer, store._engines.reader):
            with engine.connect() as connection:
                driver = connection.connection.driver_connection
                assert isinstance(driver, sqlite3.Connection)
                assert asked(driver, "journal_mode") == "wal"
                assert asked(driver, "synchronous") == 2  # FULL
                assert asked(driver, "foreign_keys") == 1


def test_a_reader_cannot_write(store: Store) -> None:
    with (
        pytest.raises(Exception, match=r"(?i)read-?only|can't be written"),
        store._engines.reader.begin() as connection,
    ):
        connection.execute(text("INSERT INTO note (key, value) VALUES ('a', 'b')"))


def test_a_first_start_that_was_cut_short_leaves_no_trace(folder: Place) -> None:
    folder.state.mkdir()
    (folder.state / "watcher.db.new").write_bytes(b"half a database")

    with folder.open() as store:
        assert store.fresh
        assert store.recovered == ""

    assert {path.name for path in folder.state.iterdir()} - {NOTE} == {"watcher.db"}


def test_a_state_that_is_no_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file")

    with pytest.raises(StateError, match="state"):
        open_store(tmp_path / "state", now=NOW)


def test_a_folder_that_may_not_be_written_is_refused_with_the_mend() -> None:
    """Root may write anywhere, so another user tries: nobody (65534)."""
    code = (
        "import os, pathlib, sys, datetime as d; from watcher.store import open_store\n"
        "from watcher.core.errors import StateError\n"
        "os.geteuid() or os.seteuid(65534)\n"
        "try: open_store(pathlib.Path(sys.argv[1]), now=d.datetime.now(d.UTC))\n"
        "except StateError as error: print(error)"
    )
    with tempfile.TemporaryDirectory(prefix="watcher-state-") as shared:
        Path(shared).chmod(0o755)
        state = Path(shared) / "state"
        state.mkdir()
        state.chmod(0o555)

        done = subprocess.run(
            [sys.executable, "-c", code, str(state)], capture_output=True, text=True, check=True
        )

        state.chmod(0o755)
    assert "Permission denied" in done.stdout
    assert "--state" in done.stdout


# --- damage ----------------------------------------------------------------------------------


def empty(path: Path) -> None:
    path.write_bytes(b"")


def garbage(path: Path) -> None:
    path.write_bytes(b"<html>not a database</html>" * 500)


def short(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:70])


def truncated(path: Path) -> None:
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])


def bad_header(path: Path) -> None:
    path.write_bytes(b"\x00" * 100 + path.read_bytes()[100:])


def flipped_pages(path: Path) -> None:
    whole = bytearray(path.read_bytes())
    for at in range(4096, len(whole), 4096):
        whole[at] ^= 0xFF
    path.write_bytes(whole)


def no_tables(path: Path) -> None:
    path.unlink()
    connection = sqlite3.connect(path)
    connection.execute("VACUUM")
    connection.close()


DAMAGES = [empty, garbage, short, truncated, bad_header, flipped_pages, no_tables]


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_database_is_put_aside_and_a_fresh_one_begun(
    database: Path, damage: object
) -> None:
    assert callable(damage)
    damage(database)
    spoilt = database.read_bytes()

    with open_store(database.parent, now=NOW) as store:
        aside = database.with_name("watcher.db.damaged-20261120T090000Z")
        assert store.fresh
        assert str(database) in store.recovered
        assert aside.name in store.recovered
        assert "summary" in store.recovered
        assert aside.read_bytes() == spoilt
        assert article_count(store) == 0
        with store.read() as queries:
            assert queries.note("recovered") == store.recovered

    with open_store(database.parent, now=NOW) as store:
        assert (store.fresh, store.recovered) == (False, "")


def test_two_damaged_files_of_one_second_are_both_kept(database: Path) -> None:
    for _ in range(2):
        garbage(database)
        open_store(database.parent, now=NOW).close()

    kept = sorted(path.name for path in database.parent.glob("*.damaged-*"))
    assert kept == [
        "watcher.db.damaged-20261120T090000Z",
        "watcher.db.damaged-20261120T090000Z-2",
    ]


def test_the_journal_of_a_damaged_database_goes_with_it(database: Path) -> None:
    empty(database)
    wal = database.with_name("watcher.db-wal")
    wal.write_bytes(b"frames of what is lost")

    with open_store(database.parent, now=NOW) as store:
        assert article_count(store) == 0

    aside = database.with_name("watcher.db.damaged-20261120T090000Z-wal")
    assert aside.read_bytes() == b"frames of what is lost"


def test_a_journal_without_its_database_is_put_aside_too(folder: Place) -> None:
    folder.state.mkdir()
    (folder.state / "watcher.db-wal").write_bytes(b"frames of a lost database")

    with folder.open() as store:
        assert store.fresh
        assert "gone" in store.recovered

    assert (folder.state / "watcher.db.damaged-20261120T090000Z-wal").exists()


def test_who_only_looks_puts_nothing_aside(database: Path) -> None:
    garbage(database)

    with pytest.raises(StateError, match="no database"):
        open_store(database.parent, now=NOW, create=False)

    assert {path.name for path in database.parent.iterdir()} - {NOTE} == {"watcher.db"}


def test_a_database_in_use_is_never_put_aside(database: Path) -> None:
    with open_store(database.parent, now=NOW) as daemon:
        daemon.claim("watcher run")
        with open_store(database.parent, now=NOW) as second:
            assert second.recovered == ""
            assert article_count(second) == 1


def test_a_database_of_another_program_is_left_alone(folder: Place) -> None:
    folder.state.mkdir()
    connection = sqlite3.connect(folder.state / "watcher.db")
    connection.execute("CREATE TABLE recipes (name TEXT)")
    connection.close()

    with pytest.raises(StateError, match="not one of the watcher"):
        folder.open()

    assert [path.name for path in folder.state.iterdir()] == ["watcher.db"]


def test_a_state_that_was_copied_while_it_was_written_opens(database: Path) -> None:
    with open_store(database.parent, now=NOW) as store:
        with store.write() as tx:
            put(tx, an_article(2))
        copy = database.parent.with_name("copy")
        shutil.copytree(database.parent, copy)

    with open_store(copy, now=NOW) as store:
        assert article_count(store) == 2


# --- by URL ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("mysql://user:hunter2@host/name", "mysql"),
        ("nonsense", "can't be read"),
        ("postgresql://user:hunter2@127.0.0.1:1/name", "connection"),
    ],
)
def test_a_database_url_that_does_not_work_is_explained_without_its_password(
    tmp_path: Path, url: str, words: str
) -> None:
    with pytest.raises(StateError, match=words) as caught:
        open_store(tmp_path, url=url, now=NOW)

    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_every_usual_form_of_a_postgresql_url_works(
    postgres: str, tmp_path: Path, scheme: str
) -> None:
    with schema_of_its_own(postgres) as url:
        store = open_store(tmp_path, url=f"{scheme}://{url.partition('://')[2]}", now=NOW)

        assert store.fresh
        store.close()


def test_errors_carry_no_words_of_what_is_being_watched(store: Store) -> None:
    hit = a_hit(rule="a very secret subject")

    with pytest.raises(IntegrityError) as caught, store.write() as tx:
        tx.add_hits(ArticleId("none"), [hit])

    assert "secret" not in str(caught.value)


def test_of_two_that_start_at_once_one_makes_the_state(place: Place) -> None:
    opened: list[Store] = []
    starts = [threading.Thread(target=lambda: opened.append(place.open())) for _ in range(3)]

    for start in starts:
        start.start()
    for start in starts:
        start.join()

    assert sorted(store.fresh for store in opened) == [False, False, True]
    for store in opened:
        with store.write() as tx:
            tx.set_note("works", "yes")
        store.close()


def test_a_database_taken_away_from_a_running_daemon_is_not_replaced(database: Path) -> None:
    with open_store(database.parent, now=NOW) as daemon:
        daemon.claim("watcher run")
        database.unlink()

        with pytest.raises(StateError, match="taken away"):
            open_store(database.parent, now=NOW)
