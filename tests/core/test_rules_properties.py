"""What holds for any name and any text."""

from __future__ import annotations

import re
import unicodedata
from itertools import permutations
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.matching import a_term, a_text, found, words

from watcher.core.model import Group, Rule, TermKind
from watcher.core.rules import compile_rules, compile_terms
from watcher.core.text import fold

NAMES = st.sampled_from(
    ["Xinjiang", "Ürümqi", "Şıñjañ", "Синьцзян", "Шыңжаң", "شىنجاڭ", "新疆生产", "Ouïghour"]
)
MARKS = st.sampled_from(
    ["", "\u200b", "\u00ad", "\u2060", "\u200d", "\u202b", "\ufeff", "&shy;", "&#8203;"]
)
LITTLE = ["camp", "police", "court", "held", "a", "new", "лагерь", "新疆"]


@given(
    name=NAMES,
    mark=MARKS,
    form=st.sampled_from(["NFC", "NFD", "NFKC", "NFKD"]),
    at=st.integers(1, 3),
)
def test_no_spelling_of_the_same_letters_hides_a_name(
    name: str, mark: str, form: Literal["NFC", "NFD", "NFKC", "NFKD"], at: int
) -> None:
    plain = unicodedata.normalize(form, name)
    written = f"{plain[:at]}{mark}{plain[at:]}"

    [match] = found(name, f"…«{written}»")

    assert (match.start, match.text) == (len("…«"), written)


@given(name=NAMES, change=st.sampled_from([str.upper, str.lower, str.title, str.swapcase]))
def test_no_case_hides_a_name(name: str, change: object) -> None:
    assert callable(change)

    assert len(found(name, f"({change(name)})")) == 1


@settings(max_examples=60)
@given(st.lists(st.sampled_from(LITTLE), max_size=12).map(" ".join), st.permutations(LITTLE))
def test_the_order_of_the_rules_changes_only_the_order_of_the_hits(
    text: str, order: list[str]
) -> None:
    def hits(terms: list[str]) -> set[object]:
        return set(compile_terms([a_term(term) for term in terms], ()).match(a_text(text)))

    assert hits(order) == hits(LITTLE)


@given(st.text(max_size=80), st.text(min_size=1, max_size=8))
def test_matches_of_any_text_quote_it(text: str, term: str) -> None:
    for kind in (TermKind.WORD, TermKind.PHRASE, TermKind.EXACT, TermKind.FUZZY):
        found(term, text, kind)


@given(st.text(min_size=1, max_size=20), st.sampled_from([" ", ", ", "\n"]))
def test_a_name_is_found_in_a_text_that_is_the_name(term: str, between: str) -> None:
    """Whatever its signs, if it has letters at all: rule and article go through one fold."""
    alone = re.sub(r"\W", "", fold(term).text)
    if not alone.isalpha() or not alone.isascii():
        return

    assert words(term, f"{between}{term}", TermKind.PHRASE)


@settings(max_examples=150)
@given(st.lists(st.sampled_from(["ab", "cd", "ef", "abcd", "gh"]), max_size=14))
def test_the_index_finds_a_phrase_where_a_plain_search_does(tokens: list[str]) -> None:
    """Oracle: the words one after another, by regular expression; overlaps to the first."""
    text = ", ".join(" ".join(tokens[at : at + 5]) for at in range(0, len(tokens), 5))

    slow = [(m.start(), m.end()) for m in re.finditer(r"\bab cd\b", text)]

    matches = found("ab cd", text, TermKind.PHRASE)
    assert [(m.start, m.end) for m in matches if m.text != "abcd"] == slow


@pytest.mark.parametrize("order", list(permutations([0, 1, 2])))
def test_the_order_of_parts_in_a_group_does_not_matter(order: tuple[int, ...]) -> None:
    parts = (a_term("camp"), Group(any=(a_term("police"), a_term("court"))), a_term("held"))
    rule = Rule(name="r", find=Group(near=9, all=tuple(parts[at] for at in order)))

    [hit] = compile_rules([rule], ()).match(a_text("held by police in a camp, court"))

    assert [match.text for match in hit.matches] == ["held", "police", "camp", "court"]


@pytest.mark.parametrize(
    "text", ["x" * 200_000, "ᄀ" * 100_000, "a\u0301" * 50_000, "&amp;" * 40_000]
)
def test_a_hostile_text_costs_no_more_than_its_length(text: str) -> None:
    """Looking for stems of a "word" of 200,000 letters took minutes; a text that long is 0.1 s."""
    assert found("Xinjiang", text) == []
