"""rules suggest: near misses of stored or given articles, each with the line to add."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from support.cli_run import watcher
from support.cli_state import AT, FEEDS, FIRST, fill

from watcher.core.identity import content
from watcher.core.model import ArticleId, Link, LinkKind, StoryId
from watcher.store import open_store

RULES = """\
channels: {desk: "json://127.0.0.1:9/desk"}
entities:
  lake:
    name: Balkhash
    aliases: {en: [Balkhash]}
    context: [fishermen]
rules:
  - {name: Lake, find: {entity: lake}, notify: [desk]}
  - {name: Carp, find: carp, notify: [desk]}
"""
TITLE = "Fishermen of Balkash wait for rain"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    fill(tmp_path)
    (tmp_path / "rules.yaml").write_text(RULES, encoding="utf-8")
    article = replace(FIRST, id=ArticleId("f" * 16), key="x", title=TITLE, url=None)
    with open_store(tmp_path / "state", now=AT) as store, store.write() as tx:
        tx.add_articles([article], contents={article.id: content(TITLE, "", "")})
        tx.add_links([Link(article=article.id, kind=LinkKind.NEW, story=StoryId(article.id))])
    return tmp_path


def test_a_near_miss_of_the_last_days_comes_with_its_sentence_and_the_line(folder: Path) -> None:
    ran = watcher("rules", "suggest", cwd=folder)

    assert ran.code == 0
    assert TITLE in ran.out
    assert "add under entities:  lake: {aliases: {en: [Balkash]}}" in ran.out


def test_the_line_that_is_printed_is_one_that_rules_yaml_takes(folder: Path) -> None:
    row = watcher("rules", "suggest", "--json", cwd=folder).row
    table = RULES.replace("{en: [Balkhash]}", "{en: [Balkhash, Balkash]}")
    (folder / "rules.yaml").write_text(table, encoding="utf-8")

    assert row["line"] == "lake: {aliases: {en: [Balkash]}}"
    assert row["outlet"] == FEEDS[0].name
    assert watcher("check", cwd=folder).code == 0
    assert watcher("why", TITLE, cwd=folder).code == 0
    assert "nothing to suggest" in watcher("rules", "suggest", cwd=folder).out


def test_articles_of_a_file_and_one_rule_can_be_asked_for(folder: Path) -> None:
    given = json.dumps({"id": 1, "title": TITLE})

    mine = watcher(
        "rules", "suggest", "--from", "-", "--rule", "Lake", "--json", stdin=given, cwd=folder
    )
    other = watcher("rules", "suggest", "--from", "-", "--rule", "Carp", stdin=given, cwd=folder)

    assert [row["words"] for row in mine.rows] == ["Balkash"]
    assert "nothing to suggest" in other.out


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["--rule", "Lakes"], 'Did you mean "Lake"?'),
        (["--since", "7d", "--from", "x"], "give one of them"),
        (["--from", "missing.jsonl"], "there is no such file"),
    ],
)
def test_wrong_use_is_named(folder: Path, args: list[str], said: str) -> None:
    ran = watcher("rules", "suggest", *args, cwd=folder)

    assert ran.code == 2
    assert said in ran.err
