"""The labelled matching cases: how many come out right, tier by tier."""

from __future__ import annotations

import json
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from support.matching import a_text

from watcher.core.model import Alias, Entity, Term, TermKind
from watcher.core.rules import compile_terms

DATA = Path(__file__).parents[2].parent / "shared" / "data" / "rules"

pytestmark = pytest.mark.skipif(
    not DATA.is_dir(), reason="the labelled cases (../shared/data/rules) are not on this machine"
)


def _words(values: Any) -> tuple[str, ...]:
    return tuple(str(value) for value in values or ())


def _entity(raw: dict[str, Any]) -> Entity:
    aliases = tuple(
        Alias(
            text=str(text),
            language=language,
            source=str(source),
            exact="exact" in flags,
            case="case" in flags,
            ctx="ctx" in flags,
            fuzzy="fuzzy" in flags,
        )
        for language, rows in raw["aliases"].items()
        for text, source, *flags in rows
    )
    return Entity(
        id=raw["id"],
        name=raw.get("name", raw["id"]),
        type=raw.get("type", ""),
        aliases=aliases,
        context=_words(raw.get("context")),
        not_with=_words(raw.get("not_with")),
        not_inside=_words(raw.get("not_inside")),
    )


@cache
def entities() -> tuple[Entity, ...]:
    document = yaml.load((DATA / "entities.yaml").read_text("utf-8"), Loader=yaml.BaseLoader)
    return tuple(map(_entity, document["entities"]))


@cache
def scores(*, languages_said: bool) -> Counter[tuple[str, bool, bool]]:
    """Count (tier, expected, found) over all cases; tier "all" counts each case again."""
    counts: Counter[tuple[str, bool, bool]] = Counter()
    for line in (DATA / "cases.jsonl").read_text("utf-8").splitlines():
        case = json.loads(line)
        kind = TermKind.ENTITY if case["kind"] == "entity" else TermKind.WORD
        if case.get("opts", {}).get("fuzzy"):
            kind = TermKind.FUZZY
        book = compile_terms([Term(text=case["term"], kind=kind)], entities())
        language = case["lang"] if languages_said else None
        hit = bool(book.match(a_text(case["text"], language=language)))
        counts[case["tier"], case["match"], hit] += 1
        counts["all", case["match"], hit] += 1
    return counts


@pytest.mark.parametrize("languages_said", [False, True])
def test_the_core_tier_comes_out_right(*, languages_said: bool) -> None:
    counts = scores(languages_said=languages_said)

    right = counts["core", True, True] + counts["core", False, False]
    wrong = counts["core", True, False] + counts["core", False, True]

    assert right / (right + wrong) >= 0.95


@pytest.mark.parametrize("languages_said", [False, True])
def test_precision_and_recall_over_all_tiers(*, languages_said: bool) -> None:
    counts = scores(languages_said=languages_said)

    hits = counts["all", True, True]

    assert hits / (hits + counts["all", True, False]) >= 0.95
    assert hits / (hits + counts["all", False, True]) >= 0.95


def test_matches_do_not_depend_on_the_other_rules_of_the_book() -> None:
    cases = [json.loads(line) for line in (DATA / "cases.jsonl").read_text("utf-8").splitlines()]
    terms = sorted(
        {case["term"] for case in cases if case["kind"] == "term" and "opts" not in case}
    )
    book = compile_terms([Term(text=term) for term in terms], ())

    for case in cases:
        if case["kind"] == "term" and "opts" not in case:
            hits = {hit.rule for hit in book.match(a_text(case["text"]))}
            assert (case["term"] in hits) == case["match"], case["id"]
