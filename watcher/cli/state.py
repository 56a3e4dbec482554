# ruff: noqa: PLC0415 - what a command needs is imported when it runs, so that --help stays light
"""The state as commands meet it: is there one, is a daemon at work on it."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from watcher.cli.common import Options, now
from watcher.core.errors import StateError

if TYPE_CHECKING:
    from watcher.store import Store

LOCK = "watcher.lock"
SIGN_OF_LIFE = timedelta(minutes=2)


def exists(options: Options) -> bool:
    """Whether anything was stored yet. Asking must not make an empty state."""
    if options.database_url:
        return True
    return any(options.state.glob("*.db"))


def open_existing(options: Options) -> "Store":
    """Open the state; a command that only looks doesn't make one.

    Raises:
        StateError: there is none yet, or it can't be used.

    """
    if options.state.exists() and not options.state.is_dir():
        raise StateError(f"{options.state} is a file; --state wants a folder")
    try:
        found = exists(options)
    except PermissionError:
        raise StateError(f"{options.state}: you may not read this folder") from None
    if not found:
        raise StateError(
            f"no state in {options.state}/ yet: `watcher run` or `watcher once` starts one "
            "(another place? --state DIR)"
        )
    from watcher.store import open_store

    return open_store(options.state, url=options.database_url, now=now())


def running(options: Options, heartbeat: datetime | None, at: datetime) -> bool:
    """Whether a daemon works on this state: it holds the lock, or gave a sign of life just now."""
    if options.database_url:
        return heartbeat is not None and at - heartbeat < SIGN_OF_LIFE
    import fcntl

    try:
        with (options.state / LOCK).open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False
