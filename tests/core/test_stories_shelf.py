"""A story index outlasts its process: what comes back answers as what went out."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from watcher.core.model import Article, ArticleId
from watcher.core.stories import StoryIndex, spellings
from watcher.core.stories.records import Block
from watcher.core.stories.wording import wording

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
WIRE = (
    "Volunteers in Almaty collected forty testimonies of relatives this winter and handed the "
    "list to a committee in Geneva on Tuesday, said a spokeswoman of the group."
)


def article(number: int, text: str = WIRE) -> Article:
    return Article(
        id=ArticleId(f"{number:016x}"),
        title=f"Winter list number {number} is handed over in Geneva",
        summary=text,
        text="",
        key=f"key {number}",
        feed=f"https://outlet{number}.example/rss",
        outlet=f"Outlet {number} – Ürümqi\x1f",
        url=None,
        language="en",
        seen=NOON + timedelta(minutes=number),
    )


def filled(count: int) -> StoryIndex:
    index = StoryIndex()
    for number in range(count):
        one = article(number, WIRE if number % 3 else f"{number} other words altogether {number}.")
        index.add(one, index.place(one))
    return index


def back(index: StoryIndex) -> StoryIndex:
    other = StoryIndex()
    other.load(iter(list(index.dump())))
    return other


def test_an_index_that_was_dumped_and_loaded_places_articles_as_before() -> None:
    index = filled(60)

    other = back(index)

    assert len(other) == 60
    for number in range(100, 110):
        new = article(number)
        assert other.place(new) == index.place(new)
        index.add(new, index.place(new))
        other.add(new, other.place(new))


def test_a_loaded_index_lets_go_of_what_is_too_old() -> None:
    other = back(filled(10))

    assert other.expire(NOON + timedelta(hours=72, minutes=4, seconds=30)) == 5
    assert article(4).id not in other
    assert article(5).id in other


def test_a_loaded_index_finds_nothing_of_what_is_discarded() -> None:
    other = back(filled(2))
    other.discard(article(1).id)

    link = other.place(replace(article(7), outlet="Another"))

    assert link.to != article(1).id


@pytest.mark.parametrize("keep", [0, 1, 2, 5])
def test_half_a_dump_is_refused(keep: int) -> None:
    pieces = list(filled(3).dump())[:keep]

    with pytest.raises(ValueError, match=r"no dump|another kind"):
        StoryIndex().load(iter(pieces))


def test_something_else_is_refused() -> None:
    with pytest.raises(ValueError, match="another kind"):
        StoryIndex().load(iter([b"{}", b"", b""]))


def test_an_article_with_words_without_end_for_its_labels_is_held_like_any_other() -> None:
    endless = "".join(random.Random(3).choices("abcdefghij-", k=400_000))
    index = StoryIndex()
    one = replace(article(1), language=endless, outlet=endless)
    index.add(one, index.place(one))

    copy = replace(one, id=article(2).id, outlet="Another", language=None)
    assert index.place(copy).to == one.id


def test_articles_that_the_disk_lost_are_not_compared_and_stop_nothing() -> None:
    class Lost(Block):
        def read(self, at: int, size: int) -> bytes:
            return b"" if lost else super().read(at, size)

    lost = False
    index = StoryIndex(segments=Lost)
    for number in range(5):
        index.add(article(number), index.place(article(number)))
    lost = True

    new = article(9)
    assert index.place(new).to is None
    index.add(new, index.place(new))
    index.discard(article(1).id)
    assert article(1).id not in index
    assert index.expire(NOON + timedelta(hours=90)) == 0


def test_an_article_is_held_in_some_hundred_bytes() -> None:
    size = sum(map(len, filled(300).dump())) - sum(map(len, StoryIndex().dump()))

    assert size / 300 < 1_000


def test_a_new_spelling_makes_an_index_of_other_words(monkeypatch: pytest.MonkeyPatch) -> None:
    before = wording()
    monkeypatch.setitem(spellings.SPELLINGS, "almatty", "almaty")
    wording.cache_clear()

    try:
        assert wording() != before
    finally:
        wording.cache_clear()
