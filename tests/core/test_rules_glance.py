"""The glance that spares most texts a reading: it may see too much, never too little."""

from __future__ import annotations

from time import process_time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from support.matching import a_term, a_text

from watcher.core.model import Group, Rule, TermKind
from watcher.core.rules import compile_rules, compile_terms, glance
from watcher.core.rules.index import Index, Pattern, Role
from watcher.core.rules.scan import Scan


def cut(words: str) -> list[str]:
    return words.split("|")


NAMES = cut(
    "Ilham Tohti|Xinjiang|re-education camp|WHO|U.N.|Ата-Журт|Серикжан Билаш|Шыңжаң|شىنجاڭ|新疆"
    "|再教育营|伊力哈木·土赫提|ウイグル|신장|XPCC新疆|新，疆|R&D|Foo, Bar|covid19|营|a b"
)
PIECES = st.sampled_from(
    cut(
        "Ilham|Tohti|ilhamtohti|Xin|jiang|XINJIANG|xinjiang's|re|education|camps|W|H|O|WHO|U.N."
        "|Ата|Журт|журту|Серикжана|Билаша|Шыңжаңда|шынжан|شىنجاڭدا|新|疆|再教育|營|伊力哈木|土赫提"
        "|ウイ|グル|신장|신|장|ｳｲ|ｸﾞﾙ|XPCC|R|D|Foo|Bar|covid|19|a|b|İ|&#26032;|&#10;|&amp;|&shy;"
        "|\u200b|\u0301|&#1090;|&NewLine;|＃|#|@|-|–|_|.|·|'|’|\"|«|„|,|，|;|/|(|…|&| | | |\n"
        f"|-\n|- \n|\u2028|\u3000|\xa0|\r\n|{'x' * 120}"
    )
)
TEXTS = st.lists(PIECES, max_size=9).map("".join)


def an_index() -> Index:
    index = Index()
    for leaf, name in enumerate(NAMES):
        index.add(Pattern(leaf=leaf, text=name, fuzzy=leaf == 1))
    index.add(Pattern(leaf=0, text="Bar", role=Role.CONTEXT))
    return index


INDEX = an_index()
KNOWING = glance.Glance(INDEX)


def named(scan: Scan) -> set[int]:
    return {found.pattern.leaf for found in scan.found if found.pattern.role is Role.NAME}


@settings(max_examples=400)
@given(TEXTS)
@example("Xin-\njiang")
@example("Xin- &#10;jiang")
@example("&#35;新疆FreeIlhamTohti #新疆IlhamTohti")
@example("신&#10;장 ｳｲｸﾞﾙ U.N., R&D")
def test_no_name_is_overlooked(text: str) -> None:
    """Whatever was read before: with an empty memory, and with all that came in earlier texts."""
    for memory in (KNOWING, glance.Glance(INDEX)):
        scan = Scan(memory, text)

        assert named(scan) <= set(scan.leaves)


@pytest.mark.parametrize(
    "text",
    [
        "The court in Almaty heard the case of a farmer, again.",
        "Tohti, a plumber of Hotan",
        "Суд в Алматы отложил слушание",
        "新华社北京电，今天下午召开会议",
        "#AlmatyToday re- and other camps",
        "",
    ],
)
def test_a_text_without_the_words_of_a_name_is_not_read(text: str) -> None:
    assert set(Scan(KNOWING, text).leaves) == set()


def test_a_text_is_not_read_for_a_rule_of_which_only_a_part_stands_there() -> None:
    both = Rule(name="both", find=Group(all=(a_term("camp"), a_term("police"))))
    book = compile_rules([both], ())

    for text, expected in (("a camp", 0), ("police", 0), ("police in a camp", 1)):
        assert len(book.match(a_text(text))) == expected


def test_what_is_remembered_stays_small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(glance, "GENERATION", 50)
    memory = glance.Glance(INDEX)

    for number in range(1000):
        assert not Scan(memory, f"word{number} other{number}").leaves
        assert Scan(memory, "the Xinjiang file").leaves
    assert len(memory._dull) + len(memory._dull_before) < 200


@pytest.mark.parametrize(
    "text", ["a,#b@c;" * 20_000, "新 疆-" * 20_000, "&#x" * 30_000, "#" * 90_000]
)
def test_a_long_text_of_odd_pieces_costs_its_length(text: str) -> None:
    """Each takes a fraction of a second; with the square of the length it would be minutes."""
    book = compile_terms([a_term("Xinjiang", TermKind.FUZZY), a_term("兵团")], ())
    start = process_time()

    assert book.match(a_text(text)) == ()
    assert process_time() - start < 10
