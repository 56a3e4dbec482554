# ruff: noqa: PLC0415 - what a command needs is imported when it runs, so that --help stays light
"""The state as commands meet it: is there one, is a daemon at work on it."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from watcher.cli.options import Options
from watcher.cli.words import now
from watcher.core import rhythm
from watcher.core.errors import StateError
from watcher.core.model import FeedId

if TYPE_CHECKING:
    from watcher.store import Store
    from watcher.store.queries import Queries

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

    return open_store(options.state, url=options.database_url, now=now(), create=False)


def pushed(queries: "Queries", at: datetime) -> frozenset[FeedId]:
    """Return the feeds whose hub sends what is new (WebSub)."""
    known = queries.subscriptions()
    return frozenset(one.feed for one in known if rhythm.hub.live(one, now=at))


def worker(options: Options, pulse: datetime | None, at: datetime) -> str | None:
    """Return who works on this state, as "pid 123 (watcher run)"; None when nobody does.

    On PostgreSQL the worker may be on another machine: there its last sign of life tells.
    """
    if options.database_url:
        alive = pulse is not None and at - pulse < SIGN_OF_LIFE
        return "on this database" if alive else None
    from watcher.store.claim import FileClaim

    return FileClaim(options.state).holder()
