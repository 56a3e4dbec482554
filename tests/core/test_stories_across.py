"""Articles in two languages are one event only when names, numbers, deeds and time agree."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.across import NOON, joined, named, new, pairs

from watcher.core.model import Article, ArticleId, Link, LinkKind, StoryId
from watcher.core.stories.across import ACROSS_WINDOW, FEW, Across, Named
from watcher.core.stories.glossary import facts_of

PAIRS = pairs()
BILASH = Named(bodies=frozenset({"serikzhan-bilash"}))
TOLD = {
    "en": ("Court jails activist", "He was sentenced to {years} years with {people} volunteers."),
    "ru": ("Активист осужден", "Его приговорили к {years} годам вместе с {people} волонтерами."),
    "kk": ("Белсенді сотталды", "Ол {people} еріктімен бірге {years} жылға сотталды."),
    "zh": ("活动人士被判刑", "他与{people}名志愿者一起被判处{years}年徒刑。"),
    "ug": (
        "پائالىيەتچىگە ھۆكۈم چىقىرىلدى",
        "ئۇ {people} ئادەم بىلەن {years} يىللىق قاماق جازاسى ئالدى.",
    ),
    "tr": ("Aktiviste hapis cezası", "{people} gönüllüyle birlikte {years} yıl ceza aldı."),
}


def told(language: str, years: int, people: int, at: datetime = NOON, id_: str = "a") -> Article:
    title, summary = TOLD[language]
    return Article(
        id=ArticleId(id_),
        title=title,
        summary=summary.format(years=years, people=people),
        language=language,
        seen=at,
    )


def link_of(one: Article, two: Article, who: Named = BILASH, whose: Named = BILASH) -> Link:
    index = Across()
    index.add(one, who, new(one))
    return index.place(two, whose, new(two))


@pytest.mark.parametrize("part", ["learned", "kept"])
def test_of_each_half_of_the_pairs_next_to_none_is_joined_wrongly(part: str) -> None:
    counts = Counter(
        (pair.same, joined(pair.one, pair.two).kind) for pair in PAIRS if pair.part == part
    )

    right, wrong = counts[True, LinkKind.REPORT], counts[False, LinkKind.REPORT]
    assert counts[True, LinkKind.COPY] + counts[False, LinkKind.COPY] == 0
    assert right >= 0.95 * (right + wrong)
    assert right >= 0.8 * (right + counts[True, LinkKind.NEW])


def test_there_are_sixty_pairs_in_six_languages_half_of_them_look_alikes() -> None:
    assert len(PAIRS) >= 60
    assert {each.language for pair in PAIRS for each in (pair.one, pair.two)} == set(TOLD)
    assert all(pair.one.language != pair.two.language for pair in PAIRS)
    assert 2 * sum(pair.same for pair in PAIRS) == len(PAIRS)


def test_in_one_stream_no_event_joins_another() -> None:
    event_of = {each.id: pair.event for pair in PAIRS for each in (pair.one, pair.two)}
    articles = {each.id: each for pair in PAIRS for each in (pair.one, pair.two)}
    index = Across()
    links = []
    for article in sorted(articles.values(), key=lambda each: (each.seen or NOON, each.id)):
        index.expire(article.seen or NOON)
        link = index.place(article, named(article), new(article))
        index.add(article, named(article), link)
        links.append(link)

    joins = [link for link in links if link.to]
    assert len(joins) >= 25
    assert [
        link for link in joins if event_of[link.article] != event_of[ArticleId(link.story)]
    ] == []


LANGUAGES = st.lists(st.sampled_from(sorted(TOLD)), min_size=2, max_size=2, unique=True)
YEARS = st.integers(2, 25)
PEOPLE = st.integers(10, 900)


@given(languages=LANGUAGES, years=YEARS, people=PEOPLE, apart=st.integers(0, 47))
def test_the_same_facts_in_two_languages_are_a_report_and_never_a_copy(
    languages: list[str], years: int, people: int, apart: int
) -> None:
    one = told(languages[0], years, people)
    two = told(languages[1], years, people, NOON + timedelta(hours=apart), "b")

    link = link_of(one, two)

    assert (link.kind, link.story, link.to) == (LinkKind.REPORT, "a", "a")
    assert 0.6 <= link.score < 1


@given(languages=LANGUAGES, years=st.tuples(YEARS, YEARS), people=st.tuples(PEOPLE, PEOPLE))
def test_another_number_of_one_kind_is_another_event(
    languages: list[str], years: tuple[int, int], people: tuple[int, int]
) -> None:
    one = told(languages[0], years[0], people[0])
    two = told(languages[1], years[1], people[1], id_="b")

    link = link_of(one, two)

    assert (link.kind is LinkKind.REPORT) == (years[0] == years[1] and people[0] == people[1])


@given(languages=LANGUAGES, years=YEARS, people=PEOPLE, beyond=st.integers(1, 10**7))
def test_what_is_outside_the_window_is_another_event(
    languages: list[str], years: int, people: int, beyond: int
) -> None:
    one = told(languages[0], years, people)
    late = NOON + ACROSS_WINDOW + timedelta(seconds=beyond)

    assert link_of(one, told(languages[1], years, people, late, "b")).kind is LinkKind.NEW


@given(language=st.sampled_from(sorted(TOLD)), years=YEARS, people=PEOPLE)
def test_one_language_is_left_to_the_words(language: str, years: int, people: int) -> None:
    link = link_of(told(language, years, people), told(language, years, people, id_="b"))

    assert link.kind is LinkKind.NEW


def test_old_news_of_a_feed_that_is_read_first_today_is_old() -> None:
    one = replace(told("en", 7, 12), published=NOON - timedelta(days=9))

    assert link_of(one, told("ru", 7, 12, id_="b")).kind is LinkKind.NEW


def test_letters_tell_languages_apart_where_feeds_state_one() -> None:
    one = replace(told("zh", 7, 12), language="en-US")

    assert link_of(one, told("en", 7, 12, id_="b")).kind is LinkKind.REPORT


@pytest.mark.parametrize(
    ("who", "whose"),
    [
        (Named(), Named()),
        (BILASH, Named(bodies=frozenset({"ilham-tohti"}))),
        (
            Named(bodies=frozenset({"atajurt", "serikzhan-bilash"})),
            Named(bodies=frozenset({"atajurt", "ilham-tohti"})),
        ),
        (Named(others=frozenset({"almaty"})), Named(others=frozenset({"almaty"}))),
    ],
)
def test_nobody_in_common_or_somebody_else_or_one_place_is_not_enough(
    who: Named, whose: Named
) -> None:
    assert link_of(told("en", 7, 12), told("ru", 7, 12, id_="b"), who, whose).kind is LinkKind.NEW


def test_a_deed_undone_is_another_event() -> None:
    title, text = "Активист вышел на свободу", "Его освободили после 7 лет с 12 волонтерами."
    two = replace(told("ru", 7, 12, id_="b"), title=title, summary=text)

    assert link_of(told("en", 7, 12), two).kind is LinkKind.NEW


def test_one_name_and_one_small_number_are_not_enough() -> None:
    one, two = told("en", 7, 12), told("ru", 7, 12, id_="b")
    one, two = (replace(each, summary=each.summary.replace("12", "")) for each in (one, two))
    more = Named(bodies=BILASH.bodies, others=frozenset({"almaty"}))

    assert link_of(one, two).kind is LinkKind.NEW
    assert link_of(one, two, more, more).kind is LinkKind.REPORT


def test_what_only_stands_below_the_headlines_is_what_went_before() -> None:
    one = replace(told("en", 7, 12), title="Activist turns to the United Nations")
    two = replace(told("ru", 7, 12, id_="b"), title="Активист написал книгу")

    assert link_of(one, two).kind is LinkKind.NEW


def test_a_name_that_is_everywhere_tells_nothing() -> None:
    index = Across()
    for number in range(FEW + 1):
        article = told("en", 2 + number, 100 + number, id_=f"en {number}")
        index.add(article, BILASH, new(article))

    two = told("ru", 2, 100, id_="ru")
    assert index.place(two, BILASH, new(two)).kind is LinkKind.NEW
    index.discard(ArticleId("en 5"))
    assert index.place(two, BILASH, new(two)).to == "en 0"


def test_only_what_opened_a_story_is_joined_and_only_by_what_would_open_one() -> None:
    index = Across()
    one, two, three = (told(each, 7, 12, id_=each) for each in ("en", "ru", "tr"))
    index.add(one, BILASH, new(one))
    report = index.place(two, BILASH, new(two))
    index.add(two, BILASH, report)
    copy = Link(article=three.id, kind=LinkKind.COPY, story=StoryId("x"), to=ArticleId("x"))

    assert len(index) == 1
    assert index.place(three, BILASH, new(three)).to == "en"
    assert index.place(three, BILASH, copy) is copy


@given(numbers=st.lists(st.integers(2, 9), unique=True), now=st.integers(0, 100))
def test_what_is_discarded_or_expired_leaves_nothing(numbers: list[int], now: int) -> None:
    index = Across()
    for number in numbers:
        at = NOON + timedelta(hours=number)
        article = told("en", number, 12, at, f"{number}")
        index.add(article, BILASH, new(article))
        index.add(article, BILASH, new(article))

    assert len(index) == len(numbers)
    limit = NOON + timedelta(hours=now) - ACROSS_WINDOW
    old = [number for number in numbers if NOON + timedelta(hours=number) < limit]
    assert index.expire(NOON + timedelta(hours=now)) == len(old)
    for number in numbers:
        index.discard(ArticleId(f"{number}"))
    assert not index._held
    assert not index._of


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("On March 10, 2026 at 14:30 nine men got 1,200 dollars", {("people", 9), ("money", 1200)}),
        ("10 марта 2026 года двадцать пять человек", {("people", 25)}),
        ("10 наурызда он екі адам, екі мың адам", {("people", 12), ("people", 2000)}),
        ("2026年3月10日，十二人被拘留，1.2万人抗议", {("people", 12), ("people", 12000)}),
        ("10-مارت ئون ئىككى ئادەم 7 يىللىق قاماق", {("people", 12), ("years", 7)}),
        ("10 Mart 2026'da yirmi beş öğrenci yedi yıl", {("people", 25), ("years", 7)}),
        ("34-летний мужчина, 34 жастағы, 34岁", {("age", 34)}),
        ("The 3rd of one kind", set()),
    ],
)
def test_numbers_are_read_with_what_they_count_and_dates_are_none(
    text: str, numbers: set[tuple[str, float]]
) -> None:
    assert facts_of("", text).numbers == numbers
