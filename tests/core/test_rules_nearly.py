"""When the page of an article is worth a request: a rule is near and does not hold yet."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from support.matching import a_term, a_text

from watcher.core.model import Alias, Article, Entity, Group, Rule, Sources, Term, TermKind
from watcher.core.rules import compile_rules

BILASH = Entity(
    id="bilash",
    name="Serikzhan Bilash",
    type="person",
    aliases=(
        Alias(text="Serikzhan Bilash", language="en"),
        Alias(text="Серикжан Билаш", language="ru"),
        Alias(text="赛尔克坚·毕拉什", language="zh"),
    ),
)
CORPS = Entity(
    id="corps",
    name="Steppe Railway Construction Corps",
    type="org",
    aliases=(Alias(text="Steppe Railway Construction Corps", language="en"),),
)
PARTY = Entity(
    id="party",
    name="Atajurt",
    type="org",
    aliases=(
        Alias(text="Atajurt", language="en"),
        Alias(text="Fatherland", language="en", ctx=True),
    ),
    context=("Almaty", "volunteers"),
    not_with=("football",),
)
CAMP, POLICE, BALL = map(a_term, ("camp", "police", "basketball"))


def an_entity(id_: str) -> Term:
    return a_term(id_, TermKind.ENTITY)


def needs_page(find: Term | Group, article: Article | str, **more: Any) -> bool:
    rule = Rule(name="rule", find=find, **more)
    book = compile_rules([rule], [BILASH, CORPS, PARTY])
    article = a_text(article) if isinstance(article, str) else article
    return book.needs_page(article, today=date(2026, 3, 10))


@pytest.mark.parametrize(
    ("find", "title", "expected"),
    [
        # A part of an `all` is there, the other may stand in the page.
        (Group(all=(CAMP, POLICE)), "A camp in the steppe", True),
        (Group(all=(CAMP, POLICE)), "Rain in the steppe", False),
        (Group(all=(CAMP, POLICE)), "Police at a camp", False),
        # Both are there, but too far apart: the page may say them in one sentence.
        (Group(near=1, all=(CAMP, POLICE)), "Police came in the night to the camp", True),
        # What the rule excludes stands there, whatever the page says.
        (Group(all=(CAMP, POLICE), none=(BALL,)), "A basketball camp", False),
        (Group(all=(CAMP, Group(any=(POLICE,), none=(BALL,)))), "A basketball camp", False),
        (Group(any=(Group(all=(CAMP, POLICE), none=(BALL,)), BALL)), "A camp", True),
        # A plain word is there or not.
        (CAMP, "Rain in the steppe", False),
        (Group(any=(CAMP, POLICE)), "Rain in the steppe", False),
        # Only a `none` is there.
        (Group(all=(CAMP,), none=(BALL,)), "A basketball evening", False),
    ],
)
def test_a_page_is_needed_where_a_rule_holds_in_part(
    find: Term | Group, title: str, *, expected: bool
) -> None:
    assert needs_page(find, title) is expected


@pytest.mark.parametrize(
    ("entity", "title", "expected"),
    [
        ("bilash", "Bilash speaks in Istanbul", True),
        ("bilash", "Серикжана ждут в Стамбуле", True),
        ("bilash", "Serikzhan Bilash speaks in Istanbul", False),
        ("bilash", "新闻什么都没说", False),
        ("corps", "Railway construction goes on", True),
        ("corps", "A railway goes on", False),
        ("party", "Fatherland holds its congress", True),
        ("party", "Fatherland wins at football", False),
        ("party", "Fatherland of the Almaty volunteers", False),
        ("party", "Rain in the steppe", False),
    ],
)
def test_a_page_is_needed_for_half_a_name_and_for_one_without_its_context(
    entity: str, title: str, *, expected: bool
) -> None:
    assert needs_page(an_entity(entity), title) is expected


def test_no_page_is_needed_for_a_rule_that_could_not_hold_through_its_text() -> None:
    both = Group(all=(CAMP, POLICE))

    assert not needs_page(both, "A camp", search_in=("title", "summary"))
    assert not needs_page(both, "A camp", active_until=date(2026, 3, 9))
    assert not needs_page(both, "A camp", sources=Sources(tags=frozenset({"kazakhstan"})))
    assert not needs_page(both, a_text("A camp", language="tr"), languages=frozenset({"en"}))
    assert needs_page(both, a_text("A camp", language="en"), languages=frozenset({"en"}))


def test_one_rule_that_holds_does_not_keep_the_page_from_another_that_nearly_does() -> None:
    rules = [Rule(name="one", find=CAMP), Rule(name="two", find=Group(all=(CAMP, POLICE)))]

    assert compile_rules(rules, ()).needs_page(a_text("A camp"))


def test_a_regular_expression_in_an_all_is_near_when_it_is_found() -> None:
    number = a_term(r"\b\d{3} people\b", TermKind.REGEX)

    assert needs_page(Group(all=(number, CAMP)), "They took 300 people away")
    assert not needs_page(Group(all=(number, CAMP)), "They took them away")
    assert needs_page(Group(all=(number,), any=(CAMP, POLICE)), "They took 300 people away")


WORDS = st.sampled_from(["camp", "police", "court", "basketball", "winter"])
TITLES = st.lists(WORDS, max_size=4).map(" ".join)
FINDS = st.recursive(
    st.builds(a_term, WORDS),
    lambda parts: st.builds(
        Group,
        any=st.lists(parts, max_size=2).map(tuple),
        all=st.lists(parts, min_size=1, max_size=2).map(tuple),
        none=st.lists(parts, max_size=1).map(tuple),
    ),
    max_leaves=6,
)


@given(find=FINDS, title=TITLES, text=TITLES)
@example(
    find=Group(all=(CAMP,), none=(Group(all=(CAMP,), none=(POLICE,)),)), title="camp", text="police"
)
def test_every_page_that_would_complete_what_a_title_begins_is_asked_for_and_no_other(
    find: Term | Group, title: str, text: str
) -> None:
    book = compile_rules([Rule(name="rule", find=find)], ())
    alone, whole = book.match(a_text(title)), book.match(a_text(title, text=text))
    begun = bool(whole) and any(match.field == "title" for match in whole[0].matches)
    [explained] = book.explain(a_text(title))

    asked = book.needs_page(a_text(title))

    if alone:
        assert not asked, "the rule holds already"
    elif begun:
        assert asked, "the title has a part of what holds with the text"
    if not any(leaf.found for leaf in explained.leaves):
        assert not asked, "nothing of the rule is there"
