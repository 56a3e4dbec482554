"""Connections: one that writes, and as many that read as there are readers.

The transactions are ours: Python's sqlite3 begins one of its own accord before an INSERT, but not
before a SELECT, so it is told to leave that alone (isolation_level None) and every transaction is
begun here. A writer takes the lock at once (BEGIN IMMEDIATE): one that reads first and writes
then fails with "database is locked" however long it is willing to wait.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import QueuePool

from watcher.core.errors import StateError
from watcher.store.faults import DAMAGED, code_of, explain

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sqlalchemy.engine import URL, Connection, Engine, ExceptionContext

    from watcher.store.trust import Trust

BUSY_SECONDS = 10.0
"""How long a writer waits for another process (`alerts ack` beside the daemon) to finish."""
LOCK_SPACE = 0x57A7
"""First half of our advisory locks on PostgreSQL, to stay clear of those of others."""
WRITER_LOCK = f"SELECT pg_advisory_xact_lock({LOCK_SPACE}, hashtext(current_schema()))"


@dataclass(frozen=True, slots=True, kw_only=True)
class Engines:
    """The way to one database. `place` names it for people, without its password.

    `light` writes without waiting for the disk, where that is safe: see `Store.write`.
    """

    place: str
    writer: Engine
    light: Engine
    reader: Engine

    def close(self) -> None:
        """Close all connections."""
        self.writer.dispose()
        self.light.dispose()
        self.reader.dispose()


# --- SQLite --------------------------------------------------------------------------------------


def connect(path: Path, *pragmas: str) -> sqlite3.Connection:
    """Open an existing SQLite file; it is never created by the way."""
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=rw",
        uri=True,
        isolation_level=None,
        check_same_thread=False,
        timeout=BUSY_SECONDS,
    )
    try:
        for pragma in ("foreign_keys=ON", "synchronous=FULL", *pragmas):
            connection.execute(f"PRAGMA {pragma}")
    except BaseException:
        connection.close()
        raise
    return connection


def sqlite_engines(path: Path, trust: Trust | None = None) -> Engines:
    """Return the way to the SQLite file at `path`, which must exist; `trust` follows it."""
    place = str(path)
    wal = "journal_mode=WAL"
    writer = _sqlite_engine(lambda: connect(path, wal), "BEGIN IMMEDIATE", place, trust)
    # NORMAL flushes at checkpoints only; the next commit of `writer` flushes what stands before it.
    light = _sqlite_engine(
        lambda: connect(path, wal, "synchronous=NORMAL"), "BEGIN IMMEDIATE", place, trust
    )
    reader = _sqlite_engine(lambda: connect(path, "query_only=ON"), "BEGIN", place, trust)
    return Engines(place=place, writer=writer, light=light, reader=reader)


def _sqlite_engine(
    open_one: Callable[[], sqlite3.Connection], begin: str, place: str, trust: Trust | None
) -> Engine:
    engine = create_engine(
        "sqlite://",
        creator=open_one,
        poolclass=QueuePool,
        pool_size=4,
        max_overflow=-1,
        hide_parameters=True,
    )
    _on_begin(engine, begin)
    _on_error(engine, place, trust)
    return engine


# --- PostgreSQL ----------------------------------------------------------------------------------


def postgres_url(url: str) -> URL:
    """Return `url` for the driver we use. Raises StateError for what is no PostgreSQL URL."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise StateError(
            "the database URL can't be read. It looks like postgresql://user:password@host/name"
        ) from None
    if parsed.drivername not in {"postgres", "postgresql", "postgresql+psycopg"}:
        raise StateError(
            f"no way to use a database of the kind {parsed.drivername}:// - "
            "give a postgresql:// URL, or none for SQLite in the state folder"
        )
    return parsed.set(drivername="postgresql+psycopg")


def postgres_engines(url: URL) -> Engines:
    """Return the way to a PostgreSQL database."""
    place = url.set(query={}).render_as_string(hide_password=True)
    writer = _postgres_engine(url, place)
    _on_begin(writer, f"SET LOCAL lock_timeout = {int(BUSY_SECONDS * 1000)}", WRITER_LOCK)
    reader = _postgres_engine(url, place).execution_options(
        isolation_level="REPEATABLE READ", postgresql_readonly=True
    )
    return Engines(place=place, writer=writer, light=writer, reader=reader)


def _postgres_engine(url: URL, place: str) -> Engine:
    try:
        engine = create_engine(url, pool_pre_ping=True, hide_parameters=True)
    except ModuleNotFoundError:
        raise StateError(
            "PostgreSQL needs one more package: pip install 'psycopg[binary]'"
        ) from None
    _on_error(engine, place)
    return engine


# --- both ----------------------------------------------------------------------------------------


def _on_begin(engine: Engine, *statements: str) -> None:
    def begin(connection: Connection) -> None:
        for statement in statements:
            connection.exec_driver_sql(statement)

    event.listen(engine, "begin", begin)


def _on_error(engine: Engine, place: str, trust: Trust | None = None) -> None:
    def handle(context: ExceptionContext) -> None:
        if context.is_pre_ping:
            return  # the pool finds out that a server was restarted, and connects anew
        if trust is not None and code_of(context.original_exception) in DAMAGED:
            trust.lose()
        if context.connection is not None:
            context.connection.info[_DOOMED] = True
        error = explain(context.original_exception, place)
        if error is not None:
            raise error from context.original_exception

    event.listen(engine, "handle_error", handle)


_DOOMED = "doomed"


def start(connection: Connection) -> None:
    """Note that a new transaction begins on a connection that may have served others."""
    connection.info.pop(_DOOMED, None)


def is_whole(connection: Connection) -> bool:
    """Tell whether everything since `start` went well, so that it may be kept.

    After an error that someone swallowed, PostgreSQL answers COMMIT with a silent rollback; SQLite
    keeps the rest or, when it has rolled back by itself, commits what follows piece by piece.
    """
    return _DOOMED not in connection.info
