"""Sentences of every language: forms that are found, and look-alikes that are not.

They stand in tests/core/tongues, a file per language, for speakers to read and extend:

    + word of the list | a sentence with the [form] that must be found in brackets
    - word of the list | a sentence in which it must not be found

The word is looked for as a person types it, without saying its language, and again with it.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.matching import a_text
from support.sentences import Line, lines

from watcher.core.model import Alias, Entity, Term, TermKind
from watcher.core.rules import compile_terms
from watcher.core.rules.evidence import languages_of, shows
from watcher.core.rules.languages import LANGUAGES
from watcher.core.text import fold

if TYPE_CHECKING:
    from watcher.core.rules import RuleBook

FILES = {path.stem: path for path in sorted((Path(__file__).parent / "tongues").glob("*.txt"))}


@cache
def book(term: str, language: str) -> RuleBook:
    """Return a watch list of this word: bare, or labelled with its language."""
    if not language:
        return compile_terms([Term(text=term)], ())
    alias = Alias(text=term, language=language)
    entity = Entity(id="it", name="It", aliases=(alias,))
    return compile_terms([Term(text="it", kind=TermKind.ENTITY)], [entity])


def found(line: Line, *, label: str, said: str | None) -> list[str]:
    hits = book(line.term, label).match(a_text(line.sentence, language=said))
    return [match.text for hit in hits for match in hit.matches]


CASES = [
    pytest.param(language, line, id=f"{language} {line.term} {number}")
    for language in FILES
    for number, line in enumerate(lines(FILES[language]), 1)
]


@pytest.mark.parametrize(("language", "line"), CASES)
def test_a_form_is_found_and_a_look_alike_is_not(language: str, line: Line) -> None:
    code = language.partition("-")[0]

    assert found(line, label="", said=None) == line.forms
    assert found(line, label=language, said=code) == line.forms


@pytest.mark.parametrize("language", FILES)
def test_every_language_has_sentences_enough(language: str) -> None:
    cases = list(lines(FILES[language]))

    assert sum(len(case.forms) for case in cases) >= 15
    assert sum(not case.forms for case in cases) >= 10


def test_every_language_of_this_field_has_a_file() -> None:
    field = "en ru kk kk-latn kk-arab ug tr zh ar uz ky uk de fr es"

    assert set(FILES) >= set(field.split())


@given(
    st.text(max_size=60),
    st.sampled_from(["", " und der ", " это ", " éq ", "ғұ", "ې", "і", " і ї ", " de la ", "ı"]),
    st.sampled_from(["", "kk", "uk", "tr", "fr", "xx"]),
)
def test_one_language_is_asked_for_as_all_are(text: str, sign: str, said: str) -> None:
    raw = text + sign
    seen = frozenset(fold(raw).text.split())
    all_of_them = languages_of(raw, seen, said)

    codes = {one.code for one in LANGUAGES} | {said}
    assert {code for code in codes if code and shows(code, raw, seen, said)} == all_of_them
