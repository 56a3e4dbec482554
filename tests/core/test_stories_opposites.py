"""Two articles that differ in one fact and else in nothing are never one copy (I6)."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

import pytest
from support.opposites import Text, opposites

from watcher.core.model import Article, ArticleId, LinkKind
from watcher.core.stories import StoryIndex

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
PAIRS = opposites()


def told(number: int, text: Text, language: str, outlet: str) -> Article:
    return Article(
        id=ArticleId(f"{number:016x}"),
        title=text[0],
        summary=text[1],
        language=language,
        outlet=outlet,
        seen=NOON,
    )


def test_there_are_a_hundred_pairs_in_six_languages() -> None:
    by_language = Counter(language for language, _, _ in PAIRS)

    assert len(PAIRS) >= 100
    assert len(by_language) >= 6
    assert all(one != other for _, one, other in PAIRS)


@pytest.mark.parametrize("outlets", [("Courier", "Herald"), ("Courier", "Courier")])
@pytest.mark.parametrize("turned", [False, True])
def test_other_facts_are_never_a_copy(outlets: tuple[str, str], *, turned: bool) -> None:
    merged = []
    for language, *texts in PAIRS:
        first, second = reversed(texts) if turned else texts
        index = StoryIndex()
        before = told(1, first, language, outlets[0])
        index.add(before, index.place(before))
        link = index.place(told(2, second, language, outlets[1]))
        if link.kind is LinkKind.COPY:
            merged.append((second[0], link.score, link.why))

    assert merged == []


def test_each_of_them_is_a_copy_of_itself_under_a_label() -> None:
    missed = []
    for language, text, _ in PAIRS:
        index = StoryIndex()
        before = told(1, text, language, "Courier")
        index.add(before, index.place(before))
        again = (text[0], f"ALMATY, March 10 (Reuters) - {text[1]}")
        if index.place(told(2, again, language, "Herald")).kind is not LinkKind.COPY:
            missed.append(text[0])

    assert missed == []


def test_among_all_of_them_none_finds_its_opposite() -> None:
    index = StoryIndex()
    merged = []
    for number, (language, one, other) in enumerate(PAIRS):
        for side, text in enumerate((one, other)):
            article = told(2 * number + side, text, language, f"Outlet {side}")
            link = index.place(article)
            index.add(article, link)
            if link.kind is LinkKind.COPY:
                merged.append(text[0])

    assert merged == []
