"""How a text may write a word of the list: with what boundaries, separators, letters and slips.

The lines stand in tests/core/writings, a file per subject, for people to read and extend (how
words bend stands in tests/core/tongues):

    + word of the list | a sentence with the [form] that must be found in brackets
    - word of the list | a sentence in which it must not be found

`\\n`, `\\u200b` and the like stand for what could not be seen. The words of fuzzy.txt are
looked for with `fuzzy`.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from support.matching import a_term, a_text, words
from support.sentences import Line, lines

from watcher.core.model import TermKind
from watcher.core.rules import RuleBook, compile_terms

FILES = {path.stem: path for path in sorted((Path(__file__).parent / "writings").glob("*.txt"))}
LINES = {subject: list(lines(path)) for subject, path in FILES.items()}

KINDS = {"fuzzy": TermKind.FUZZY}
CERTAIN = [line for subject, found in LINES.items() if subject != "fuzzy" for line in found]


@cache
def all_words() -> RuleBook:
    """Return one watch list of all words, which must not get into each other's way."""
    return compile_terms([a_term(term) for term in sorted({line.term for line in CERTAIN})], ())


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        pytest.param(line, KINDS.get(subject, TermKind.WORD), id=f"{subject} {line.term} {number}")
        for subject, found in LINES.items()
        for number, line in enumerate(found, 1)
    ],
)
def test_a_writing_of_the_word_is_found_and_another_word_is_not(line: Line, kind: TermKind) -> None:
    assert words(line.term, line.sentence, kind) == line.forms


def test_what_is_found_does_not_depend_on_the_rest_of_the_list_nor_on_the_text_around() -> None:
    for line in CERTAIN:
        article = a_text(f"12, {line.sentence}", text=f"— {line.sentence}\n\n…")

        hits = [hit for hit in all_words().match(article) if hit.rule == line.term]

        assert [match.text for hit in hits for match in hit.matches] == 2 * line.forms, line
