"""Every test that asks for `place` or `store` runs on SQLite and on PostgreSQL."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import pytest
from support import postgres as support_postgres
from support.stored import Place

from watcher.store.rows import METADATA

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from watcher.store import Store

DATABASES = ["sqlite", "postgres"]


@contextlib.contextmanager
def _place(request: pytest.FixtureRequest, folder: Path) -> Iterator[Place]:
    if request.param == "sqlite":
        yield Place(state=folder / "state")
        return
    with support_postgres.schema(request.getfixturevalue("postgres")) as url:
        yield Place(state=folder / "state", url=url)


@pytest.fixture(params=DATABASES)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    with _place(request, tmp_path) as found:
        yield found


@pytest.fixture(scope="session", params=DATABASES)
def lasting(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Store]:
    """A store that is opened once: for properties, whose examples undo what they did."""
    with _place(request, tmp_path_factory.mktemp("store")) as found, found.open() as opened:
        yield opened


@pytest.fixture
def store(lasting: Store) -> Iterator[Store]:
    """An empty store. Emptying one takes 2 ms, making one 100 (migration and fsync)."""
    yield lasting
    with lasting._engines.writer.begin() as connection:
        for table in reversed(METADATA.sorted_tables):
            connection.execute(table.delete())
