"""What a database says when it can't go on, as a message for the person who runs the program."""

from __future__ import annotations

import sqlite3

from watcher.core.errors import StateError

_BASE = 0xFF
"""SQLite's extended codes carry the plain one in their lowest byte."""

DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})

_SQLITE = {
    sqlite3.SQLITE_FULL: (
        "the disk is full, nothing was half-written. Free some space; what could not be stored "
        "is fetched again by itself"
    ),
    sqlite3.SQLITE_READONLY: (
        "it can't be written to. Give the user who runs the watcher the right to write in this "
        "folder, or name another one with --state"
    ),
    sqlite3.SQLITE_CANTOPEN: (
        "it can't be opened. Give the user who runs the watcher the right to read and write in "
        "this folder, or name another one with --state"
    ),
    sqlite3.SQLITE_BUSY: (
        "another program has been writing to it for too long. See who holds it: fuser watcher.db"
    ),
    sqlite3.SQLITE_IOERR: (
        "the disk refused to read or write. See the system's log for its reason, and whether the "
        "disk is full or a quota is reached"
    ),
    sqlite3.SQLITE_CORRUPT: (
        "it is damaged. Stop the watcher and start it again: the file is put aside then, and a "
        "new one begun"
    ),
    sqlite3.SQLITE_NOTADB: (
        "it is no database. Start the watcher: the file is put aside then, and a new one begun"
    ),
    sqlite3.SQLITE_PROTOCOL: (
        "its lock can't be had. The folder must lie on a local disk, not on a network share"
    ),
}

_POSTGRES = {
    "08": "the connection is lost or was refused. Is the server up, and the address right?",
    "28": "it refuses this user or password. See WATCHER_DATABASE_URL",
    "3D": "there is no database of that name. Make it with: createdb",
    "42501": "this user may not do that. Grant it the right to create and write tables",
    "53100": "the disk of the server is full, nothing was half-written. Free some space there",
    "53": "the server is out of memory, disk or connections",
    "55P03": "another program has been writing to it for too long",
    "57": "the server is shutting down or ended the connection",
    "58": "the server's system refused to read or write. See its log",
    "XX": "it is damaged, or has a fault of its own. See the server's log",
}


def code_of(error: BaseException) -> int | None:
    """Return SQLite's plain code of an error, None for errors of another kind."""
    code = getattr(error, "sqlite_errorcode", None)
    return code & _BASE if isinstance(code, int) else None


def explain(error: BaseException, place: str) -> StateError | None:
    """Return what to tell a person about `error` of the database at `place`.

    None for what no person can mend: a mistake of ours, such as a broken constraint.
    """
    code = code_of(error)
    if code is not None:
        words = _SQLITE.get(code)
        return StateError(f"{place}: {words}.") if words else None
    if not type(error).__module__.startswith("psycopg"):
        return None
    state = getattr(error, "sqlstate", None) or ("08" if _is_operational(error) else "")
    words = _POSTGRES.get(state) or _POSTGRES.get(state[:2])
    return StateError(f"{place}: {words}.") if words else None


def _is_operational(error: BaseException) -> bool:
    """Tell whether psycopg could not reach its server: such errors bear no code."""
    return any(kind.__name__ == "OperationalError" for kind in type(error).__mro__)
