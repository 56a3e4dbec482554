"""match and dedup: articles in, answers out, with the promised keys."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from support.cli_run import watcher

WIRE = (
    "Police in Almaty detained a volunteer of a rights group on Tuesday evening, her lawyer said, "
    "and searched the office where families bring letters about relatives who are missing."
)
RULES = """\
feeds:
  - {url: "https://dala.example/rss", name: Dala, language: kk, tags: [local]}
rules:
  - name: Volunteers
    find: [volunteer, ерікті]
    severity: high
    tests:
      - match: "A volunteer spoke"
      - no_match: "The harvest begins"
  - name: Local courts
    find: court
    sources: {tags: [local]}
"""


def lines(*rows: dict[str, Any]) -> str:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "rules.yaml").write_text(RULES, encoding="utf-8")
    return tmp_path


# --- match ---------------------------------------------------------------------------------------


def test_a_match_quotes_the_field_as_given(folder: Path) -> None:
    article = {"id": "a", "title": "«Volunteers» held", "summary": "x", "text": WIRE}

    row = watcher("match", stdin=lines(article), cwd=folder).row

    assert (row["id"], row["rule"], row["severity"]) == ("a", "Volunteers", "high")
    assert row["matches"]
    for match in row["matches"]:
        assert article[match["field"]][match["start"] : match["end"]] == match["text"]
        assert set(match) == {"term", "alias", "field", "start", "end", "text", "how"}


def test_a_rule_may_ask_for_the_tags_of_the_feed(folder: Path) -> None:
    here = {"id": 1, "title": "The court", "feed": "https://dala.example/rss"}
    there = {"id": 2, "title": "The court", "feed": "https://other.example/rss"}

    rows = watcher("match", stdin=lines(here, there), cwd=folder).rows

    assert [(row["id"], row["rule"]) for row in rows] == [(1, "Local courts")]


def test_bad_lines_make_exit_code_1_and_the_rest_is_done(folder: Path) -> None:
    good = lines({"id": 1, "title": "A volunteer"})

    ran = watcher("match", stdin=good + "nonsense\n" + good, cwd=folder)

    assert (ran.code, len(ran.rows)) == (1, 2)
    assert ran.said.startswith("stdin:2: ")


def test_broken_rules_are_exit_code_3_with_place(folder: Path) -> None:
    (folder / "rules.yaml").write_text("rules:\n  - {name: A, finde: b}\n")

    ran = watcher("match", stdin="{}", cwd=folder)

    assert ran.code == 3
    assert ran.err.startswith("rules.yaml:2:")


def test_terms_are_answered_one_line_each(tmp_path: Path) -> None:
    terms = tmp_path / "terms.jsonl"
    terms.write_text(
        lines({"term": "volunteer"}, {"term": "harvest"}, {"entity": "uyghur"}, {"term": "Almaty"})
    )
    article = {"id": 1, "title": "Uighur volunteers in Almaty"}

    rows = watcher("match", "--terms", terms, stdin=lines(article), cwd=tmp_path).rows

    assert {row["rule"] for row in rows} == {"volunteer", "uyghur", "Almaty"}
    [entity] = [row for row in rows if row["rule"] == "uyghur"]
    assert entity["matches"][0]["entity"] == "uyghur"
    assert all(row["severity"] == "normal" for row in rows)


def test_a_term_with_an_id_is_answered_under_it(tmp_path: Path) -> None:
    terms = tmp_path / "terms.jsonl"
    same = {"term": "Almaty"}
    terms.write_text(lines({"id": "t1", **same}, {"id": "t2", **same}, same, same))

    rows = watcher(
        "match", "--terms", terms, stdin=lines({"id": 1, "title": "In Almaty"}), cwd=tmp_path
    ).rows

    assert [row.get("term_id") for row in rows] == ["t1", "t2", None]


def test_an_unknown_entity_is_named_and_the_rest_is_done(tmp_path: Path) -> None:
    terms = tmp_path / "terms.jsonl"
    terms.write_text(lines({"entity": "uigur"}, {"term": "Almaty"}))

    ran = watcher(
        "match", "--terms", terms, stdin=lines({"id": 1, "title": "In Almaty"}), cwd=tmp_path
    )

    assert (ran.code, ran.row["rule"]) == (1, "Almaty")
    assert f'{terms}:1: unknown entity "uigur"' in ran.said


def test_one_text_may_be_a_word_and_an_entity(tmp_path: Path) -> None:
    terms = tmp_path / "terms.jsonl"
    terms.write_text(lines({"term": "uyghur"}, {"entity": "uyghur"}))

    rows = watcher(
        "match", "--terms", terms, stdin=lines({"id": 1, "title": "An Uyghur song"}), cwd=tmp_path
    ).rows

    assert [row["rule"] for row in rows] == ["uyghur", "uyghur"]
    assert ["entity" in row["matches"][0] for row in rows] == [False, True]


# --- dedup ---------------------------------------------------------------------------------------


def test_a_copy_names_its_story_and_each_article_gets_a_line() -> None:
    first = {"id": "a", "title": "Volunteer detained in Almaty", "summary": WIRE, "outlet": "A"}
    copy = first | {"id": "b", "outlet": "B", "title": "Almaty: volunteer detained"}
    other = {"id": "c", "title": "Harvest begins early in the north", "summary": "Dry weather."}

    rows = watcher("dedup", stdin=lines(first, copy, other)).rows

    assert [(row["id"], row["story"], row["link"], row["to"]) for row in rows] == [
        ("a", "a", "new", None),
        ("b", "a", "copy", "a"),
        ("c", "c", "new", None),
    ]
    assert all(set(row) == {"id", "story", "link", "to", "score", "why"} for row in rows)
    assert rows[1]["why"]


def test_outside_the_window_it_is_a_new_story() -> None:
    first = {
        "id": 1,
        "title": "Volunteer detained",
        "summary": WIRE,
        "published": "2026-11-01T00:00Z",
    }
    late = first | {"id": 2, "published": "2026-11-03T00:00Z"}

    near = watcher("dedup", stdin=lines(first, late)).rows
    far = watcher("dedup", "--window", "24h", stdin=lines(first, late)).rows

    assert (near[1]["link"], far[1]["link"]) == ("copy", "new")


def test_equal_ids_stay_two_articles() -> None:
    row = {"id": 1, "title": "Volunteer detained", "summary": WIRE}

    rows = watcher("dedup", stdin=lines(row, row)).rows

    assert [(row["story"], row["link"]) for row in rows] == [(1, "new"), (1, "copy")]


def test_one_date_far_ahead_hides_no_copy() -> None:
    first = {"id": 1, "title": "Volunteer detained", "summary": WIRE, "published": "2026-11-01"}
    wrong = {"id": 2, "title": "Harvest", "summary": "Dry.", "published": "9999-01-01T00:00:00"}
    copy = first | {"id": 3}

    rows = watcher("dedup", stdin=lines(first, wrong, copy)).rows

    assert rows[2]["to"] == 1
