"""How a word of the list bends: what holds for every word and every table."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.matching import found, words

from watcher.core.model import Alias, Entity, TermKind
from watcher.core.rules.bending import bends
from watcher.core.rules.languages import LANGUAGES, OF_SCRIPT
from watcher.core.rules.ways import by_last_letters, by_the_whole
from watcher.core.text import fold

LETTERS = {
    "latin": "abcdeghijklmnopqrstuvxyz",
    "cyrillic": "абвгдежзийклмнопрстуфхцчшыьэюяқғңөүі",
    "arabic": "ابتجدرزسشعغفقكلمنهويچڭۇۆ",
}
WORDS = st.sampled_from(sorted(LETTERS)).flatmap(
    lambda script: st.tuples(st.just(script), st.text(LETTERS[script], min_size=3, max_size=14))
)
KNOWN = st.frozensets(st.sampled_from(sorted({one.code for one in LANGUAGES})), max_size=3)


@given(WORDS, KNOWN, st.booleans())
def test_words_that_end_alike_bend_alike(
    script_and_word: tuple[str, str], known: frozenset[str], ends_name: bool
) -> None:
    """What is remembered for an ending is what the tables say of the word itself."""
    script, word = script_and_word
    vowels = {
        one.code: one.strung.vowel_of(word)
        for one in OF_SCRIPT[script]
        if one.strung and one.strung.by_last_vowel
    }

    told = {
        (bend.stem, endings, language)
        for bend in bends(word, known, ends_name=ends_name)
        for endings, language in bend.endings
        if isinstance(endings, frozenset)
    }

    ways = {
        *by_last_letters(word, script, known, vowels),
        *by_the_whole(word, script, known, ends_name=ends_name),
    }
    assert {way for way in ways if way[1]} - told == set()
    assert told - ways == {(word, frozenset({""}), None)} - ways


@given(WORDS, KNOWN)
def test_no_ending_stands_behind_a_stem_of_one_letter(
    script_and_word: tuple[str, str], known: frozenset[str]
) -> None:
    _, word = script_and_word

    assert all(len(bend.stem) >= 2 for bend in bends(word, known, ends_name=False))


@pytest.mark.parametrize("tongue", LANGUAGES, ids=lambda one: f"{one.code} {one.script}")
def test_tables_are_written_as_words_are_compared(tongue: object) -> None:
    """An ending with ё or ü in it would never be found: texts are folded."""
    from watcher.core.rules.languages import Language  # noqa: PLC0415 - a type for mypy

    assert isinstance(tongue, Language)
    written = set(tongue.finals) | set(tongue.words)
    for table in (*tongue.rows, tongue.telling):
        for finals in table.values():
            for _, rows in finals:
                written |= {ending for row in rows for ending in row.endings}

    assert {one for one in written if fold(one).text != one} == set()


@pytest.mark.parametrize("tongue", LANGUAGES, ids=lambda one: f"{one.code} {one.script}")
def test_rows_for_a_longer_ending_come_first(tongue: object) -> None:
    from watcher.core.rules.languages import Language  # noqa: PLC0415 - a type for mypy

    assert isinstance(tongue, Language)
    for table in (*tongue.rows, tongue.telling):
        for letter, finals in table.items():
            lengths = [len(final) for final, _ in finals]
            assert lengths == sorted(lengths, reverse=True)
            assert all(final.endswith(letter) for final, _ in finals)


@given(st.text("бвгджзклмнпрст", min_size=5, max_size=9))
def test_a_name_is_found_in_its_cases_whatever_it_is(name: str) -> None:
    for ending in ("а", "у", "е"):
        assert words(name, f"о {name}{ending} писали") == [f"{name}{ending}"]


def test_a_word_of_two_letters_bends_where_the_list_says_its_language() -> None:
    osh = Entity(id="osh", name="Osh", type="place", aliases=(Alias(text="Ош", language="ky"),))

    assert [
        match.text
        for match in found("osh", "Ошко келди, Оштогу жыйын", TermKind.ENTITY, entities=[osh])
    ] == ["Ошко", "Оштогу"]
    assert words("по", "пони поды пога") == []
