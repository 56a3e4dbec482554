"""Who works on a state. Two daemons on one state would send everything twice.

SQLite: a lock (flock) on a file beside the database, which the system drops when the process dies
in whatever way. PostgreSQL: an advisory lock, which the server drops with the connection.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import socket
import time
import weakref
from typing import TYPE_CHECKING, Protocol

from sqlalchemy import create_engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from watcher.core.errors import StateError
from watcher.store.engine import LOCK_SPACE
from watcher.store.faults import explain

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy.engine import URL, Connection

_TRIES = 10
_PAUSE = 0.05
"""Seconds between tries: someone who only looks whether the lock is held holds it for a moment."""


class Claim(Protocol):
    """The right to work on a state."""

    def take(self, owner: str) -> None:
        """Take it, or raise StateError that names who has it."""

    def confirm(self) -> None:
        """Make sure that it still holds, if it was taken; raises StateError when it is gone."""

    def release(self) -> None:
        """Give it back, if it was taken."""


class FileClaim:
    """The claim to a state folder: a lock on `watcher.lock`, with the owner's pid in it."""

    def __init__(self, state: Path) -> None:
        self._path = state / "watcher.lock"
        self._file: int | None = None

    def take(self, owner: str) -> None:
        """Take the lock; a second call changes nothing."""
        if self._file is not None:
            return
        try:
            file = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise StateError(
                f"{self._path}: {error.strerror}. The user who runs the watcher must be able to "
                "write in this folder."
            ) from error
        if not _lock(file):
            os.close(file)
            raise StateError(
                f"another watcher works on this state: {self._holder()}. Stop it first, or name "
                "another folder with --state."
            )
        os.ftruncate(file, 0)
        os.write(file, f"{os.getpid()} {owner}\n".encode())
        self._file = file
        _HELD.add(self)

    def confirm(self) -> None:
        """Do nothing: the lock of an open file can't be lost."""

    def release(self) -> None:
        """Drop the lock. The file stays: another process may be waiting for this very one."""
        if self._file is not None:
            os.close(self._file)
            self._file = None
            _HELD.discard(self)

    def holder(self) -> str | None:
        """Return "pid 123 (owner)" of whoever holds the lock, None when nobody does."""
        try:
            file = os.open(self._path, os.O_RDONLY)
        except OSError:
            return None
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return self._holder()
        finally:
            os.close(file)
        return None

    def _holder(self) -> str:
        try:
            pid, _, owner = self._path.read_text("utf-8", "replace").strip().partition(" ")
        except OSError:
            pid, owner = "", ""
        if not pid.isdigit():
            return "pid unknown"
        gone = "" if _lives(int(pid)) else ", which is gone but left a child behind"
        return f"pid {pid}" + (f" ({owner}{gone})" if owner or gone else "")


_HELD: weakref.WeakSet[FileClaim] = weakref.WeakSet()


def _forget() -> None:
    """Let a forked child hold no lock of its parent, or it would outlive the parent."""
    for claim in list(_HELD):
        claim.release()


os.register_at_fork(after_in_child=_forget)


def _lock(file: int) -> bool:
    for left in reversed(range(_TRIES)):
        with contextlib.suppress(BlockingIOError):
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        if left:
            time.sleep(_PAUSE)
    return False


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


@contextlib.contextmanager
def setting_up(state: Path) -> Iterator[None]:
    """Hold a lock on the folder itself: one process at a time checks, repairs and migrates."""
    folder = os.open(state, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


class PostgresClaim:
    """The claim to a PostgreSQL schema: an advisory lock of a connection kept for it alone."""

    def __init__(self, url: URL, place: str) -> None:
        self._engine = create_engine(
            url, poolclass=NullPool, isolation_level="AUTOCOMMIT", hide_parameters=True
        )
        self._place = place
        self._owner = ""
        self._connection: Connection | None = None

    def take(self, owner: str) -> None:
        """Take the lock; a second call changes nothing."""
        if self._connection is not None:
            return
        try:
            connection = self._engine.connect()
        except DBAPIError as error:
            raise explain(error.orig or error, self._place) or error from error
        me = f"{owner}, pid {os.getpid()} on {socket.gethostname()}"
        connection.exec_driver_sql("SELECT set_config('application_name', %s, false)", (me,))
        if not connection.exec_driver_sql(_TAKE, _SPACE).scalar():
            holder = connection.exec_driver_sql(_HOLDER, _SPACE).scalar()
            connection.close()
            raise StateError(
                f"another watcher works on {self._place}: {holder or 'it ends just now'}. "
                "Stop it first."
            )
        self._connection, self._owner = connection, owner

    def confirm(self) -> None:
        """Ask over the connection that holds the lock (0.3 ms); if it is lost, take both anew.

        A server that was restarted has forgotten the lock, and another watcher may have it now.
        """
        if not self._owner:
            return
        if self._connection is not None:
            try:
                self._connection.exec_driver_sql("SELECT 1")
            except DBAPIError:
                self._connection.invalidate()
                self._connection.close()
                self._connection = None
        self.take(self._owner)

    def release(self) -> None:
        """Drop the lock with its connection."""
        if self._connection is not None:
            self._connection.close()
        self._connection, self._owner = None, ""
        self._engine.dispose()


_SPACE = {"space": LOCK_SPACE + 1}
_TAKE = "SELECT pg_try_advisory_lock(%(space)s, hashtext(current_schema()))"
_HOLDER = """
    SELECT application_name FROM pg_stat_activity WHERE pid IN (
        SELECT pid FROM pg_locks
        WHERE locktype = 'advisory' AND granted AND classid = %(space)s
        AND objid::bigint = hashtext(current_schema())::bigint & 4294967295
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))
"""
