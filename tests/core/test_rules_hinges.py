"""The spellings that a hit hangs on: without any one of them the rule would not hold."""

from __future__ import annotations

import pytest
from support.matching import a_text

from watcher.core.model import Alias, Entity, Group, Rule, Term, TermKind
from watcher.core.rules import compile_rules

LAKE = Entity(
    id="lake",
    name="Aral",
    aliases=(
        Alias(text="Aral Sea", language="en"),
        Alias(text="Aral", language="en", ctx=True),
        Alias(text="Арал", language="ru"),
    ),
    context=("fishermen",),
)
WORD, OTHER = Term(text="fish"), Term(text="salt")
ENTITY = Term(text="lake", kind=TermKind.ENTITY)


@pytest.mark.parametrize(
    ("find", "title", "hinges"),
    [
        (ENTITY, "Salt around the Aral Sea", {"Aral Sea"}),
        (ENTITY, "The Aral Sea, по-русски Арал", set()),
        # Without "Aral Sea" it would be "Aral", which counts beside its context.
        (ENTITY, "Fishermen of the Aral Sea", set()),
        (ENTITY, "Fishermen of Aral", {"Aral"}),
        (Group(any=(WORD, OTHER)), "A fish", {"fish"}),
        (Group(any=(WORD, OTHER)), "A salt fish", set()),
        (Group(all=(WORD, OTHER)), "A salt fish", set()),
        (WORD, "A fish", set()),
        (Group(all=(ENTITY, WORD)), "A fish of the Aral Sea", {"Aral Sea"}),
    ],
)
def test_a_hit_hangs_on_the_spellings_that_it_could_not_do_without(
    find: Term | Group, title: str, hinges: set[str]
) -> None:
    book = compile_rules([Rule(name="rule", find=find)], [LAKE])
    [hit] = book.match(a_text(title))

    assert book.hinges(a_text(title), hit) == hinges
