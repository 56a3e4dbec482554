"""Names of people, places and organisations, and ordinary nouns, in the sentences of news.

They stand in tests/core/names, a file per language (`order`: family name first), in the form that
`support.sentences` describes. tests/core/tongues shows each ending once; here one name goes
through the forms that newspapers give it, beside the words that only look like it.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
from support.cli_run import watcher
from support.matching import found
from support.sentences import Line, lines

FILES = {path.stem: path for path in sorted((Path(__file__).parent / "names").glob("*.txt"))}
CASES = [
    pytest.param(language, line, id=f"{language} {line.term} {number}")
    for language, path in FILES.items()
    for number, line in enumerate(lines(path), 1)
]


@pytest.mark.parametrize(("language", "line"), CASES)
def test_a_name_is_found_in_every_form_and_a_look_alike_is_not(language: str, line: Line) -> None:
    said = None if language == "order" else language.partition("-")[0]

    assert [match.text for match in found(line.term, line.sentence, language=said)] == line.forms


def test_nearly_all_is_found_where_nothing_says_the_language(tmp_path: Path) -> None:
    every = [line for path in FILES.values() for line in lines(path)]
    terms = tmp_path / "terms.jsonl"
    listed = [{"term": term} for term in sorted({line.term for line in every})]
    terms.write_text("".join(json.dumps(row) + "\n" for row in listed), encoding="utf-8")
    articles = [{"id": at, "title": line.sentence} for at, line in enumerate(every)]

    run = watcher(
        "match", "--terms", str(terms), stdin="".join(json.dumps(row) + "\n" for row in articles)
    )

    right = expected = told = 0
    for at, line in enumerate(every):
        mine = [row for row in run.rows if row["id"] == at and row["rule"] == line.term]
        texts = Counter(match["text"] for row in mine for match in row["matches"])
        right += sum((texts & Counter(line.forms)).values())
        expected += len(line.forms)
        told += sum(texts.values())
    assert right / expected >= 0.99
    assert right / told >= 0.97
