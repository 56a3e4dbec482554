"""Sentences in which the shipped packs must find something, and in which they must not.

+ entity entity | a sentence in which each of them must be found
- entity        | a sentence in which it must not be found
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from support.matching import a_term, a_text

from watcher import config
from watcher.core.model import TermKind
from watcher.core.rules import RuleBook, compile_terms

LINES = [
    pytest.param(line, id=f"{path.stem} {number}")
    for path in sorted((Path(__file__).parent / "packs").glob("*.txt"))
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
]


@cache
def packs() -> RuleBook:
    entities = [entity for name in config.pack_names() for entity in config.load_pack(name)]
    return compile_terms([a_term(entity.id, TermKind.ENTITY) for entity in entities], entities)


@pytest.mark.parametrize("line", LINES)
def test_a_pack_finds_what_it_is_for_and_nothing_else(line: str) -> None:
    entities, _, sentence = line[2:].partition(" | ")
    named = set(entities.split())
    assert named <= {rule.name for rule in packs().rules}

    found = {hit.rule for hit in packs().match(a_text(sentence))}

    assert named <= found if line.startswith("+") else not named & found
