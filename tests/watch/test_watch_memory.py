"""What was printed is known again, also when the state could not be read at first."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

import pytest
from support.cli_state import AT, fill

from watcher.core.errors import StateError
from watcher.store import Queries, Store, open_store
from watcher.watch.memory import Memory


class Hiccup:
    """A store that can't be read the first time."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._times = 0

    @contextmanager
    def read(self) -> Iterator[Queries]:
        self._times += 1
        if self._times == 1:
            raise StateError("the disk does not answer")
        with self._store.read() as known:
            yield known


def test_a_state_that_can_not_be_read_once_is_read_before_the_next_news(tmp_path: Path) -> None:
    with open_store(fill(tmp_path) / "state", now=AT) as store:
        memory = Memory(cast("Store", Hiccup(store)), lambda: AT, None)

        with pytest.raises(StateError):
            memory.open()

        assert not memory.opened
        assert memory.open() > 0
        assert memory.opened
