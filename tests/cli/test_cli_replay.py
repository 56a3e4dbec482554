"""replay: rules tried on what is stored or given; nothing is sent, nothing is written."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from support.cli_run import watcher
from support.cli_state import FIRST, RULES, fill

OTHER = RULES.replace("find: re-education camp", "find: police")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return fill(tmp_path)


def lines(*rows: dict[str, Any]) -> str:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def contents(folder: Path) -> dict[str, str]:
    """Return what stands in the state; an open database has two more files beside it."""
    return {
        str(file): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted((folder / "state").rglob("*"))
        if file.is_file() and file.suffix not in {".db-wal", ".db-shm"}
    }


def test_a_replay_says_how_often_and_of_which_stories_it_would_have_told(folder: Path) -> None:
    ran = watcher("replay", cwd=folder)

    assert ran.code == 0
    assert "would have told 1 time, 1 story" in ran.out
    assert "Atajurt volunteer held in Almaty" in ran.out


def test_a_replay_for_scripts_is_one_object(folder: Path) -> None:
    row = watcher("replay", "--json", cwd=folder).row

    assert (row["articles"], row["told"], row["stories"]) == (2, 1, 1)
    assert row["rules"][0] == {
        "rule": "Atajurt",
        "told": 1,
        "stories": 1,
        "matched": 2,
        "only_through": {"Atajurt": 1},
    }
    [story] = row["told_stories"]
    assert (story["story"], story["rules"], story["url"]) == (FIRST.id, {"Atajurt": 1}, FIRST.url)


def test_a_replay_writes_nothing(folder: Path) -> None:
    before = contents(folder)

    watcher("replay", cwd=folder)

    assert contents(folder) == before


def test_other_rules_can_be_tried_and_compared(folder: Path) -> None:
    (folder / "other.yaml").write_text(OTHER, encoding="utf-8")

    alone = watcher("replay", "--rules", "other.yaml", "--json", cwd=folder).row
    both = watcher("replay", "--diff", "other.yaml", "--json", cwd=folder).row
    words = watcher("replay", "--diff", "other.yaml", cwd=folder)

    assert {rule["rule"]: rule["stories"] for rule in alone["rules"]} == {"Atajurt": 1, "Camps": 1}
    assert (both["gained"], both["lost"], both["changed"]) == (0, 0, 1)
    [change] = both["changes"]
    assert change["rules"] == {"Atajurt": 1}
    assert change["rules_other"] == {"Atajurt": 1, "Camps": 1}
    assert "gained 0, lost 0, told otherwise 1" in words.out


def test_articles_of_a_file_are_put_into_stories_as_they_come(tmp_path: Path) -> None:
    (tmp_path / "rules.yaml").write_text(RULES, encoding="utf-8")
    text = "Police took him from his flat on Abay street early on Monday, his wife said."
    given = [
        {"id": 1, "title": "Atajurt volunteer held", "summary": text, "outlet": "A"},
        {"id": 2, "title": "Atajurt volunteer held", "summary": text, "outlet": "B"},
        {"id": 3, "title": "Rain on the steppe", "summary": "It rains."},
    ]

    ran = watcher("replay", "--from", "-", "--json", stdin=lines(*given), cwd=tmp_path)

    assert (ran.row["articles"], ran.row["told"], ran.row["rules"][0]["matched"]) == (3, 1, 2)


def test_a_line_that_is_no_article_costs_only_itself(tmp_path: Path) -> None:
    (tmp_path / "rules.yaml").write_text(RULES, encoding="utf-8")
    given = "no json\n" + lines({"title": "Atajurt in Almaty"})

    ran = watcher("replay", "--from", "-", "--json", stdin=given, cwd=tmp_path)

    assert ran.code == 1
    assert ran.row["told"] == 1
    assert "stdin:1:" in ran.said


def test_a_rule_without_a_channel_says_why_it_tells_nobody(tmp_path: Path) -> None:
    rules = "rules:\n  - {name: Rain, find: rain}\n"
    (tmp_path / "rules.yaml").write_text(rules, encoding="utf-8")

    ran = watcher("replay", "--from", "-", stdin=lines({"title": "Rain"}), cwd=tmp_path)

    assert "names no channel" in ran.out


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["--since", "7d", "--from", "x.jsonl"], "give one of them"),
        (["--from", "x.jsonl"], "there is no such file"),
        (["--diff", "x.yaml"], "there is no such file"),
        (["--since", "yesterday-ish"], "neither an age"),
    ],
)
def test_wrong_use_is_named(folder: Path, args: list[str], said: str) -> None:
    ran = watcher("replay", *args, cwd=folder)

    assert ran.code == 2
    assert said in ran.err


def test_without_a_state_there_is_nothing_to_replay(tmp_path: Path) -> None:
    (tmp_path / "rules.yaml").write_text(RULES, encoding="utf-8")

    assert watcher("replay", cwd=tmp_path).code == 4
