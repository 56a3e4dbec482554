"""What was printed is known again, also when the state could not be read at first."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import cast

import pytest
from support.cli_state import AT, fill
from support.make import an_article

from watcher.core.errors import StateError
from watcher.core.model import LinkKind
from watcher.core.stories import StoryIndex
from watcher.core.stories.wording import wording
from watcher.store import Queries, Store, keep, open_store
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


@pytest.mark.parametrize(
    ("baseline", "days", "remembered"),
    [(True, 4, False), (True, 2, True), (False, 4, True), (True, None, True)],
)
def test_only_the_archive_of_a_first_sight_is_not_remembered(
    tmp_path: Path, *, baseline: bool, days: int | None, remembered: bool
) -> None:
    dated = None if days is None else AT - timedelta(days=days)
    article = an_article("Court frees an activist in Almaty", seen=AT, published=dated)

    with open_store(tmp_path / "state", now=AT) as store:
        memory = Memory(store, lambda: AT, None)
        link = memory.place(article, baseline=baseline)

    assert link.kind is LinkKind.NEW
    assert (article.id in memory.index) == remembered


@pytest.mark.parametrize(("same_words", "held"), [(True, 0), (False, 2)])
def test_an_index_of_other_words_than_today_is_read_from_the_articles(
    tmp_path: Path, *, same_words: bool, held: int
) -> None:
    kept = tmp_path / "stories.index"
    with open_store(fill(tmp_path) / "state", now=AT) as store:
        with store.read() as known:
            place = json.dumps(known.place()).encode()
        words = wording() if same_words else wording() + 1
        keep.write(kept, [place, str(words).encode(), *StoryIndex().dump()])

        memory = Memory(store, lambda: AT, kept)

        assert memory.open() == held
