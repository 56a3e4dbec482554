"""Opening a state: the folder, the check for damage, the tables in their newest version.

A damaged file is put aside and never repaired or deleted: an empty database that says so is
better than one that may have forgotten what was told. It makes every feed a baseline, so that
nothing old is told as news.
"""

from __future__ import annotations

import os
import sqlite3
import stat
from contextlib import closing
from datetime import UTC
from typing import TYPE_CHECKING

from watcher.core.errors import StateError
from watcher.store import schema
from watcher.store.claim import FileClaim, PostgresClaim, setting_up
from watcher.store.engine import connect, postgres_engines, postgres_url, sqlite_engines
from watcher.store.faults import DAMAGED, code_of, explain
from watcher.store.store import Store
from watcher.store.trust import Trust
from watcher.store.tx import Tx

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from watcher.store.engine import Engines

FILE = "watcher.db"
_BESIDE = ("-wal", "-shm", "-journal")
"""What SQLite keeps beside a database, and applies to whatever bears its name."""


def open_store(state: Path, *, url: str | None = None, now: datetime, create: bool = True) -> Store:
    """Open the state in the folder `state`, or in the PostgreSQL database at `url`.

    With `create` the folder, the tables and their newest version are made where they lack, and a
    damaged file is put aside. Without it nothing is changed, and having no state is an error:
    for commands that only look, which thereby never disturb a daemon at work.

    Raises StateError with the mend: no right to write, disk full, tables of a newer program.
    """
    if url is not None:
        return _open_postgres(url, create=create)
    return _open_folder(state, now=now) if create else _open_existing(state)


def _open_existing(state: Path) -> Store:
    path = state / FILE
    if not path.exists():
        raise _nothing(f"{state}/")
    engines = sqlite_engines(path)
    try:
        _require_head(engines)
    except BaseException:
        engines.close()
        raise
    return Store(engines, FileClaim(state))


def _nothing(place: str) -> StateError:
    return StateError(f"there is no state yet in {place}: run watcher once first")


def _require_head(engines: Engines) -> None:
    """Check that the tables are those of this program, without changing them."""
    with engines.reader.begin() as connection:
        found = schema.version(connection)
    if found is None:
        raise _nothing(engines.place)
    if found != schema.HEAD:
        raise StateError(
            f"{engines.place}: its tables have version {found}, this program's {schema.HEAD}. "
            "Run: watcher once. It brings them up to date, or says that they are newer."
        )


def _open_postgres(url: str, *, create: bool) -> Store:
    address = postgres_url(url)
    engines = postgres_engines(address)
    try:
        fresh = schema.upgrade(engines.writer, engines.place) if create else False
        if not create:
            _require_head(engines)
    except BaseException:
        engines.close()
        raise
    return Store(engines, PostgresClaim(address, engines.place), fresh=fresh)


# --- the folder ----------------------------------------------------------------------------------


def _open_folder(state: Path, *, now: datetime) -> Store:
    path = state / FILE
    claim = FileClaim(state)
    try:
        _make_private(state)
        with setting_up(state):
            holder = claim.holder()
            trust = None if holder else Trust(path, now=now)
            recovered = _put_aside_if_damaged(path, now, trust) if trust else ""
            fresh = not path.exists()
            if fresh and holder:
                raise StateError(
                    f"{path}: it was taken away while another watcher works on it: {holder}. "
                    "Stop that one first: what it writes now is lost."
                )
            if fresh:
                _make(path, recovered)
            engines = sqlite_engines(path, trust)
            try:
                _bring_up_to_date(engines, holder)
            except BaseException:
                engines.close()
                raise
            path.chmod(0o600)
    except OSError as error:
        raise StateError(
            f"{error.filename or state}: {error.strerror}. The user who runs the watcher must be "
            "able to read and write there; or name another folder with --state."
        ) from error
    return Store(engines, claim, fresh=fresh, recovered=recovered, trust=trust)


def _make_private(state: Path) -> None:
    """Make the folder, for its owner only: what is being watched can endanger people."""
    state.mkdir(mode=0o700, parents=True, exist_ok=True)
    mode = stat.S_IMODE(state.stat().st_mode)
    if mode & 0o077 and state.stat().st_uid == os.geteuid():
        state.chmod(0o700)


def _bring_up_to_date(engines: Engines, holder: str | None) -> None:
    with engines.reader.begin() as connection:
        found = schema.version(connection)
    if found is None:
        raise StateError(
            f"{engines.place}: it is a database, but not one of the watcher. Move it away, or name "
            "another folder with --state."
        )
    if found == schema.HEAD:
        return
    if holder:
        raise StateError(
            f"{engines.place}: its tables must be brought up to date, but another watcher works on "
            f"them: {holder}. Stop it first."
        )
    schema.upgrade(engines.writer, engines.place)


def _make(path: Path, recovered: str) -> None:
    """Make the database beside its place and put it there whole.

    A file that is empty or half-made at its place is therefore always the trace of some damage,
    and never of a first start that was cut short.
    """
    new = path.with_name(f"{path.name}.new")
    for leftover in (new, *_beside(new)):
        leftover.unlink(missing_ok=True)
    os.close(os.open(new, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    engines = sqlite_engines(new)
    try:
        schema.upgrade(engines.writer, engines.place)
        if recovered:
            with engines.writer.begin() as connection:
                Tx(connection).set_note("recovered", recovered)
    finally:
        engines.close()
    new.rename(path)
    _sync(path.parent)


# --- damage --------------------------------------------------------------------------------------


def _put_aside_if_damaged(path: Path, now: datetime, trust: Trust) -> str:
    """Move a database that can't be used out of the way, and return what to tell people."""
    known_sound = trust.take()
    if not path.exists():
        orphans = any(beside.exists() for beside in _beside(path))
        reason = "it is gone, though what SQLite keeps beside it is there" if orphans else ""
    else:
        reason = _damage(path, read_all=not known_sound)
    if not known_sound:
        trust.gain()
    if not reason:
        return ""
    aside = _free_name(path.with_name(f"{path.name}.damaged-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}"))
    if path.exists():
        path.rename(aside)
    for beside, target in zip(_beside(path), _beside(aside), strict=True):
        if beside.exists():
            beside.rename(target)
    _sync(path.parent)
    return (
        f"The database {path} could not be used: {reason}. It was put aside as {aside.name} in the "
        "same folder, and a new one was begun: what was seen and told before is not known any "
        "more. What the feeds hold now is told as one summary and not as news."
    )


def _damage(path: Path, *, read_all: bool) -> str:
    """Return what is wrong with the file, "" when nothing is. Never opens it but by SQLite.

    Any other open and close of the file in this process would drop SQLite's locks on it.
    """
    if path.stat().st_size == 0:
        return "the file is empty"
    try:
        with closing(connect(path)) as connection:
            found: str = "ok"
            if read_all:
                found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
            tables: int = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    except sqlite3.DatabaseError as error:
        if code_of(error) in DAMAGED:
            return f"SQLite says: {error}"
        raise explain(error, str(path)) or error from error
    if found != "ok":
        return f"SQLite's check says: {' '.join(found.split())}"
    return "" if tables else "there is no table in it"


def _beside(path: Path) -> list[Path]:
    return [path.with_name(path.name + suffix) for suffix in _BESIDE]


def _free_name(path: Path) -> Path:
    names = (path, *(path.with_name(f"{path.name}-{n}") for n in range(2, 1000)))
    return next(name for name in names if not name.exists())


def _sync(folder: Path) -> None:
    """Make a rename last through a power cut."""
    file = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)
