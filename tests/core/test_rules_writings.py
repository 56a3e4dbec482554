"""How a text may write a word of the list: with what boundaries, separators, letters and slips.

The lines stand in tests/core/writings, a file per subject, for people to read and extend (how
words bend stands in tests/core/tongues):

    + word of the list | a sentence with the [form] that must be found in brackets
    - word of the list | a sentence in which it must not be found

`\\n`, `\\u200b` and the like stand for what could not be seen. The words of fuzzy.txt are
looked for with `fuzzy`.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest
from support.matching import a_term, a_text, words

from watcher.core.model import TermKind
from watcher.core.rules import RuleBook, compile_terms

FILES = {path.stem: path for path in sorted((Path(__file__).parent / "writings").glob("*.txt"))}
_MARKED = re.compile(r"\[([^]]+)\]")
_ESCAPED = re.compile(r"\\(n|u[0-9a-f]{4})")


class Line(NamedTuple):
    """One line of a file: the sentence without brackets, and the words that stood in them."""

    term: str
    sentence: str
    forms: list[str]
    kind: TermKind


def plain(written: str) -> str:
    return _ESCAPED.sub(
        lambda found: "\n" if found[1] == "n" else chr(int(found[1][1:], 16)), written
    )


def lines(subject: str) -> list[Line]:
    kind = TermKind.FUZZY if subject == "fuzzy" else TermKind.WORD
    found = []
    for written in FILES[subject].read_text("utf-8").splitlines():
        term, _, marked = written[2:].partition(" | ")
        forms = [plain(form) for form in _MARKED.findall(marked)]
        assert bool(forms) == written.startswith("+"), written
        found.append(Line(term, plain(_MARKED.sub(r"\1", marked)), forms, kind))
    return found


LINES = {subject: lines(subject) for subject in FILES}

CERTAIN = [line for subject, found in LINES.items() if subject != "fuzzy" for line in found]


@cache
def all_words() -> RuleBook:
    """Return one watch list of all words, which must not get into each other's way."""
    return compile_terms([a_term(term) for term in sorted({line.term for line in CERTAIN})], ())


@pytest.mark.parametrize(
    "line",
    [
        pytest.param(line, id=f"{subject} {line.term} {number}")
        for subject, found in LINES.items()
        for number, line in enumerate(found, 1)
    ],
)
def test_a_writing_of_the_word_is_found_and_another_word_is_not(line: Line) -> None:
    assert words(line.term, line.sentence, line.kind) == line.forms


def test_what_is_found_does_not_depend_on_the_rest_of_the_list_nor_on_the_text_around() -> None:
    for line in CERTAIN:
        article = a_text(f"12, {line.sentence}", text=f"— {line.sentence}\n\n…")

        hits = [hit for hit in all_words().match(article) if hit.rule == line.term]

        assert [match.text for hit in hits for match in hit.matches] == 2 * line.forms, line
