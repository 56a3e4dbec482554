"""Where the line runs: reprints fold whatever was put around them, one form used twice never."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

import pytest
from support.opposites import Text
from support.reprints import reprints, templates

from watcher.core.model import Article, ArticleId, Link, LinkKind
from watcher.core.stories import StoryIndex
from watcher.core.stories.polarity import excludes
from watcher.core.text import fold

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
REPRINTS = reprints()
TEMPLATES = templates()
CAPITALS = ("en", "ru", "kk", "kk-Latn", "tr")


def told(number: int, text: Text, language: str, outlet: str = "Courier") -> Article:
    return Article(
        id=ArticleId(f"{number:016x}"),
        title=text[0],
        summary=text[1],
        language=language,
        outlet=outlet,
        seen=NOON,
    )


def link_of(first: Text, second: Text, language: str, outlet: str = "Herald") -> Link:
    index = StoryIndex()
    before = told(1, first, language)
    index.add(before, index.place(before))
    return index.place(told(2, second, language, outlet))


def test_there_are_sixty_of_each_in_nine_ways_of_writing() -> None:
    for pairs in (REPRINTS, TEMPLATES):
        by_language = Counter(language for language, _, _ in pairs)

        assert len(pairs) >= 60
        assert {"en", "ru", "kk", "kk-Arab", "kk-Latn", "zh-Hans", "zh-Hant"} <= {*by_language}
        assert {"ug", "tr", "ar"} <= {*by_language}
        assert all(one != other for _, one, other in pairs)


@pytest.mark.parametrize("outlet", ["Herald", "Courier"])
@pytest.mark.parametrize("turned", [False, True])
def test_the_same_form_about_somebody_else_is_no_story_of_it(outlet: str, *, turned: bool) -> None:
    joined = []
    for language, *texts in TEMPLATES:
        first, second = reversed(texts) if turned else texts
        link = link_of(first, second, language, outlet)
        if link.kind is not LinkKind.NEW:
            joined.append((second[0], link.kind, link.why))

    assert joined == []


@pytest.mark.parametrize("written", [str.upper, str.title])
def test_capitals_throughout_hide_no_other_name(written: object) -> None:
    assert callable(written)
    folded = []
    for language, *texts in TEMPLATES:
        first, second = ((written(title), summary) for title, summary in texts)
        if language in CAPITALS:
            link = link_of(first, second, language)
            folded += [second[0]] if link.kind is LinkKind.COPY else []

    assert folded == []


def test_in_one_stream_no_form_folds_into_its_other_use() -> None:
    index = StoryIndex()
    sides: dict[str, int] = {}
    joined = []
    for number, (language, *texts) in enumerate(TEMPLATES):
        for side, text in enumerate(texts):
            article = told(2 * number + side, text, language, f"Outlet {number % 3}")
            link = index.place(article)
            index.add(article, link)
            sides[article.id] = side
            if link.to is not None and sides[link.to] != side:
                joined.append(text[0])

    assert joined == []


@pytest.mark.parametrize("turned", [False, True])
def test_reprints_fold_but_for_one_in_fifty(*, turned: bool) -> None:
    missed = []
    for language, *texts in REPRINTS:
        first, second = reversed(texts) if turned else texts
        link = link_of(first, second, language)
        if link.kind is not LinkKind.COPY:
            missed.append((second[0], link.kind, link.why))

    assert len(missed) <= len(REPRINTS) // 50, missed


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("north", "south"),
        ("третью", "пятую"),
        ("солтүстігінде", "оңтүстігінде"),
        ("المرأة النفط", "المرأة الغاز"),
        ("第三 三次", "第四 四次"),
        ("babası", "annesi"),
    ],
)
def test_words_of_two_kinds_exclude_each_other(first: str, second: str) -> None:
    one, other = (fold(words).text.split() for words in (first, second))

    assert excludes(one, other)
    assert not excludes(one, one)


def test_words_of_one_kind_or_of_none_exclude_nothing() -> None:
    assert not excludes(["north"], ["northern"])
    assert not excludes(["north"], ["coal"])
