"""any, all, none, near; where, in what language and from whom a rule listens."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
import regex
from support.matching import a_term, a_text, holds

from watcher.core.model import Article, Group, Rule, Sources, Term, TermKind
from watcher.core.rules import compile_rules, compile_terms

CAMP, POLICE, COURT, BALL = map(a_term, ("camp", "police", "court", "basketball"))


def rules_of(rule: Rule, article: Article, *, today: date | None = None) -> list[str]:
    return [hit.rule for hit in compile_rules([rule], ()).match(article, today=today)]


@pytest.mark.parametrize(
    ("find", "text", "expected"),
    [
        (Group(any=(CAMP, POLICE)), "police", True),
        (Group(any=(CAMP, POLICE)), "court", False),
        (Group(all=(CAMP, POLICE)), "police camp", True),
        (Group(all=(CAMP, POLICE)), "police", False),
        (Group(all=(CAMP,), any=(POLICE, COURT)), "camp court", True),
        (Group(all=(CAMP,), any=(POLICE, COURT)), "camp", False),
        (Group(any=(CAMP,), none=(BALL,)), "camp", True),
        (Group(any=(CAMP,), none=(BALL,)), "basketball camp", False),
        (Group(none=(BALL,)), "court", True),
        (Group(none=(BALL,)), "basketball", False),
        (Group(all=(CAMP, Group(any=(POLICE, COURT), none=(BALL,)))), "camp court", True),
        (
            Group(all=(CAMP, Group(any=(POLICE, COURT), none=(BALL,)))),
            "camp court basketball",
            False,
        ),
        (Group(any=(Group(all=(CAMP, POLICE)), COURT)), "court", True),
    ],
)
def test_a_group_holds_when_each_of_its_parts_does(
    find: Group, text: str, *, expected: bool
) -> None:
    assert holds(find, text) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("camp police", True),
        ("camp one two police", True),
        ("camp one two three police", False),
        ("police one two camp", True),
        ("camp one two three police one camp", True),
        ("camp 新疆新疆 police", True),
        ("camp 新疆新疆新疆 police", False),
    ],
)
def test_near_counts_words_and_two_chinese_signs_are_one(text: str, *, expected: bool) -> None:
    assert holds(Group(near=3, all=(CAMP, POLICE)), text) is expected


def test_near_does_not_reach_from_one_field_into_another() -> None:
    near = Group(near=3, all=(CAMP, POLICE))

    assert not holds(near, "camp", summary="police")
    assert holds(near, "camp", summary="police camp")


def test_near_takes_an_any_beside_all_as_one_more_member() -> None:
    near = Group(near=2, all=(CAMP,), any=(POLICE, COURT))

    assert holds(near, "camp court one two three police")
    assert not holds(near, "camp one two three police")


def test_only_the_matches_that_stand_near_are_told() -> None:
    rule = Rule(name="r", find=Group(near=2, all=(CAMP, POLICE)))

    [hit] = compile_rules([rule], ()).match(a_text("camp a b c d e camp police"))

    assert [match.start for match in hit.matches] == [15, 20]


def test_a_rule_reads_only_the_fields_it_searches() -> None:
    rule = Rule(name="r", find=CAMP, search_in=("title",))

    assert rules_of(rule, a_text("news", summary="camp")) == []
    assert rules_of(rule, a_text("camp")) == ["r"]


def test_matches_come_in_reading_order_of_the_fields() -> None:
    rule = Rule(name="r", find=Group(any=(POLICE, CAMP)))

    [hit] = compile_rules([rule], ()).match(a_text("a camp", summary="police, camp"))

    assert [(m.field, m.text) for m in hit.matches] == [
        ("title", "camp"),
        ("summary", "police"),
        ("summary", "camp"),
    ]


@pytest.mark.parametrize(
    ("language", "expected"),
    [("ru", ["r"]), ("ru-RU", ["r"]), ("kk", []), (None, ["r"]), ("en-us", ["r"])],
)
def test_a_rule_for_a_language_is_kept_from_the_others_only(
    language: str | None, expected: list[str]
) -> None:
    """English over a Cyrillic text is the default of a blog engine, not what the text is in."""
    rule = Rule(name="r", find=a_term("лагерь"), languages=frozenset({"ru"}))

    assert rules_of(rule, a_text("Доклад о лагерях", language=language)) == expected


@pytest.mark.parametrize(
    ("sources", "expected"),
    [
        (Sources(), True),
        (Sources(only=("*.kz",)), True),
        (Sources(only=("news.kz",)), True),
        (Sources(only=("other.kz",)), False),
        (Sources(only=("morning news",)), True),
        (Sources(only=("ews.kz",)), False),
        (Sources(exclude=("news.kz",)), False),
        (Sources(exclude=("Morning News",)), False),
        (Sources(exclude=("*.com",)), True),
        (Sources(tags=frozenset({"kazakhstan", "china"})), True),
        (Sources(tags=frozenset({"china"})), False),
        (Sources(only=("feeds.example.org",)), True),
    ],
)
def test_a_rule_listens_to_hosts_outlets_and_tags(sources: Sources, *, expected: bool) -> None:
    article = replace(
        a_text("camp"),
        url="https://www.news.kz/1",
        feed="https://feeds.example.org/rss",
        outlet="Morning News",
        tags=frozenset({"kazakhstan"}),
    )

    assert bool(rules_of(Rule(name="r", find=CAMP, sources=sources), article)) is expected


@pytest.mark.parametrize(("day", "expected"), [(10, []), (11, ["r"]), (12, ["r"]), (13, [])])
def test_a_rule_is_asleep_outside_its_active_dates(day: int, expected: list[str]) -> None:
    rule = Rule(name="r", find=CAMP, active_from=date(2026, 3, 11), active_until=date(2026, 3, 12))

    assert rules_of(rule, a_text("camp"), today=date(2026, 3, day)) == expected


def test_hits_come_in_the_order_of_the_rules() -> None:
    rules = [Rule(name="b", find=CAMP), Rule(name="a", find=POLICE), Rule(name="c", find=CAMP)]

    hits = compile_rules(rules, ()).match(a_text("police camp"))

    assert [hit.rule for hit in hits] == ["b", "a", "c"]


def test_a_regular_expression_reads_the_text_as_it_came() -> None:
    rule = Rule(name="r", find=a_term(r"[Cc]amp \d+", TermKind.REGEX))

    [hit] = compile_rules([rule], ()).match(a_text("in Camp 12, in CAMP 13"))

    assert [match.text for match in hit.matches] == ["Camp 12"]


def test_a_regular_expression_that_takes_too_long_gives_up_and_says_so() -> None:
    find = Group(any=(a_term(r"(a|aa)+$", TermKind.REGEX), CAMP))
    book = compile_rules([Rule(name="r", find=find)], ())
    article = a_text("camp", text="a" * 60 + "!")

    [hit] = book.match(article)
    [explained] = book.explain(article)

    assert [match.text for match in hit.matches] == ["camp"]
    assert "too long" in explained.leaves[0].nearest


def test_a_broken_expression_and_an_unknown_entity_do_not_compile() -> None:
    with pytest.raises(regex.error):
        compile_terms([a_term("(", TermKind.REGEX)], ())
    with pytest.raises(KeyError):
        compile_terms([a_term("nobody", TermKind.ENTITY)], ())


def test_a_term_of_no_letters_matches_nothing() -> None:
    assert not holds(Term(text="!!"), "!!")
    assert not holds(Term(text=""), "news")
