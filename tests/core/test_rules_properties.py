"""What holds for any name and any text."""

from __future__ import annotations

import re
import unicodedata
from itertools import permutations
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.matching import a_term, a_text, found, holds, words

from watcher.core.model import Group, Rule, Term, TermKind
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


WORDS = ("camp", "police", "court", "held", "新疆")
LEAVES = st.sampled_from([*map(a_term, WORDS), a_term(r"\bheld\b", TermKind.REGEX)])
FINDS = st.recursive(
    LEAVES,
    lambda parts: st.builds(
        Group,
        any=st.lists(parts, max_size=2).map(tuple),
        all=st.lists(parts, max_size=2).map(tuple),
        none=st.lists(parts, max_size=1).map(tuple),
    ),
    max_leaves=6,
)
FIELDS = st.lists(st.sampled_from([*WORDS, "winter", "courts", "创新疆域"]), max_size=4)


def slowly(find: Term | Group, seen: set[str]) -> bool:
    """Oracle: does a find hold for the words that stand in the searched fields?"""
    if isinstance(find, Term):
        return find.text.strip("\\b") in seen
    held = [slowly(part, seen) for part in find.all]
    if find.any:
        held.append(any(slowly(part, seen) for part in find.any))
    return all(held) and not any(slowly(part, seen) for part in find.none)


@settings(max_examples=200)
@given(
    finds=st.lists(FINDS, min_size=1, max_size=4),
    title=FIELDS,
    summary=FIELDS,
    searched=st.sampled_from([("title",), ("summary",), ("title", "summary", "text")]),
)
def test_rules_hold_as_a_plain_reading_of_them_says(
    finds: list[Term | Group], title: list[str], summary: list[str], searched: tuple[str, ...]
) -> None:
    """The quick way skips texts and rules; what holds and what is told must be the same."""
    rules = [Rule(name=str(at), find=f, search_in=searched) for at, f in enumerate(finds)]
    fields = {"title": title, "summary": summary, "text": []}
    seen = {word.removesuffix("s") for name in searched for word in fields[name]}

    hits = compile_rules(rules, ()).match(a_text(", ".join(title), summary=", ".join(summary)))

    expected = [str(at) for at, find in enumerate(finds) if slowly(find, seen)]
    # A rule of nothing but `none` holds without a match, and one of no parts at all holds too.
    assert [hit.rule for hit in hits] == expected


@settings(max_examples=200)
@given(
    st.lists(st.sampled_from(["camp", "police", "rain", "新", "风"]), max_size=12),
    st.integers(1, 4),
)
def test_near_is_a_distance_in_words_of_which_two_signs_make_one(
    words: list[str], reach: int
) -> None:
    """Oracle: all pairs of the two words, their distance counted in half words."""
    sizes = [1 if word in "新风" else 2 for word in words]
    places = [sum(sizes[:at]) for at in range(len(words))]
    camps, police = (
        [place for place, word in zip(places, words, strict=True) if word == wanted]
        for wanted in ("camp", "police")
    )

    near = any(abs(one - other) <= 2 * reach for one in camps for other in police)

    find = Group(near=reach, all=(a_term("camp"), a_term("police")))
    assert holds(find, " ".join(words)) is near
