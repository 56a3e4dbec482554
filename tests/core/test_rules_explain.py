"""Every silence can be asked why."""

from __future__ import annotations

from datetime import date

import pytest
from support.matching import a_term, a_text

from watcher.core.model import Alias, Entity, Explanation, Group, Rule, Term, TermKind
from watcher.core.rules import compile_rules

HOTAN = Entity(
    id="hotan",
    name="Hotan",
    aliases=(Alias(text="Hotan", language="en", ctx=True),),
    context=("Uyghur", "China"),
)
ASTANA = Entity(
    id="astana",
    name="Astana",
    aliases=(Alias(text="Astana", language="en"),),
    not_with=("cycling",),
    not_inside=("Astanabike",),
)


KAZAKHSTAN = '"kazakhstan" begins like it, but "-stan" is no ending of it'
NO_CONTEXT = '"Hotan" found, but with none of its context words (Uyghur, China)'
CAMP, BALL = a_term("camp"), a_term("ball")


def explained(find: Term | Group, title: str, **more: str) -> Explanation:
    [explanation] = compile_rules([Rule(name="r", find=find)], (HOTAN, ASTANA)).explain(
        a_text(title, **more)
    )
    return explanation


@pytest.mark.parametrize(
    ("term", "kind", "title", "nearest"),
    [
        ("Серикжан Билаш", "word", "Серикжана ждали", "Серикжан found, Билаш not"),
        ("forced labor", "word", "labor was forced", "forced labor found, but not as one name"),
        ("Kazakh", "word", "in Kazakhstan", KAZAKHSTAN),
        ("Xinjiang", "word", "in Xinjaing", '"xinjaing" differs from it in one letter'),
        ("WHO", "word", "who said", 'found, but not written as "WHO"'),
        ("hotan", "entity", "Hotan Kebab", NO_CONTEXT),
        ("astana", "entity", "Astana cycling", '"Astana" found, but "cycling" speaks against it'),
        ("Xinjiang", "word", "nothing of the kind", ""),
        ("x+y", "regex", "nothing of the kind", ""),
    ],
)  # fmt: skip
def test_a_miss_names_what_came_nearest(term: str, kind: str, title: str, nearest: str) -> None:
    [leaf] = explained(a_term(term, TermKind(kind)), title).leaves

    assert (leaf.found, leaf.nearest) == (False, nearest)


def test_a_word_in_a_field_that_is_not_searched_is_named() -> None:
    rule = Rule(name="r", find=a_term("camp"), search_in=("title",))

    [explanation] = compile_rules([rule], ()).explain(a_text("news", text="a camp"))

    assert explanation.leaves[0].nearest == "found in text, which the rule does not search"


@pytest.mark.parametrize(
    ("find", "obstacle"),
    [
        (a_term("court"), '"court" not found'),
        (Group(any=(a_term("court"), a_term("judge"))), 'none of "court", "judge" found'),
        (Group(all=(a_term("camp"), a_term("court"))), '"court" not found'),
        (Group(any=(CAMP,), none=(BALL,)), '"ball" found, which the rule excludes'),
        (Group(near=1, all=(CAMP, BALL)), "all found, but not within 1 words of one another"),
        (Group(all=(CAMP, BALL)), ""),
    ],
)  # fmt: skip
def test_the_first_obstacle_is_said_in_plain_words(find: Term | Group, obstacle: str) -> None:
    explanation = explained(find, "camp and a ball")

    assert (explanation.holds, explanation.obstacle) == (obstacle == "", obstacle)


def test_every_leaf_is_answered_for_also_those_of_a_rule_that_holds() -> None:
    find = Group(any=(a_term("camp"), a_term("court")), none=(a_term("ball"),))

    explanation = explained(find, "camp")

    assert [(leaf.term, leaf.found) for leaf in explanation.leaves] == [
        ("camp", True),
        ("court", False),
        ("ball", False),
    ]


def test_a_rule_of_another_language_says_so_and_still_shows_its_words() -> None:
    rule = Rule(name="r", find=a_term("camp"), languages=frozenset({"ru"}))

    [explanation] = compile_rules([rule], ()).explain(a_text("camp", language="en"))

    assert explanation.obstacle == "the article is in en, the rule wants ru"
    assert explanation.leaves[0].found
    assert not explanation.holds


def test_of_names_that_are_as_near_the_one_listed_first_is_named() -> None:
    singer = Entity(
        id="singer",
        name="Dinara Orazbek",
        aliases=(
            Alias(text="Динара Оразбек", language="ru"),
            Alias(text="Динара Уразбек", language="ru"),
            Alias(text="Динара Аразбек", language="ru"),
        ),
    )
    term = a_term("singer", TermKind.ENTITY)

    [one] = compile_rules([Rule(name="r", find=term)], (singer,)).explain(a_text("Динару ждали"))

    assert one.leaves[0].nearest == "Динара found, Оразбек not"


def test_a_rule_that_is_not_active_on_the_day_does_not_hold() -> None:
    rule = Rule(name="r", find=a_term("camp"), active_from=date(2026, 3, 1))
    book = compile_rules([rule], ())

    [early] = book.explain(a_text("camp"), today=date(2026, 2, 28))
    [later] = book.explain(a_text("camp"), today=date(2026, 3, 1))

    assert (early.holds, early.obstacle) == (False, "the rule is active from 2026-03-01")
    assert later.holds
