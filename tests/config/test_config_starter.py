"""The watch list that the project ships: one text, clean, and doing what its tests say."""

import csv
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from watcher import config
from watcher.core.model import Article, ArticleId, Config, FullText, Sources
from watcher.core.rules import RuleBook, compile_rules

TOP = Path(__file__).parents[2] / "rules.yaml"
FEEDS = Path(__file__).parents[2].parent / "shared" / "data" / "feeds" / "starter_feeds.csv"


@pytest.fixture(scope="module")
def shipped() -> Config:
    return config.load(TOP, environ={}, require_secrets=True)


@pytest.fixture(scope="module")
def book(shipped: Config) -> RuleBook:
    anywhere = [replace(rule, sources=Sources()) for rule in shipped.rules]
    return compile_rules(anywhere, shipped.entities)


def test_there_is_one_text() -> None:
    assert config.starter() == TOP.read_text(encoding="utf-8")


def test_it_loads_without_a_finding_and_without_set_up(shipped: Config) -> None:
    assert shipped.warnings == ()
    assert shipped.secrets == frozenset()
    assert [channel.url for channel in shipped.channels] == ["terminal://"]
    assert all(rule.notify for rule in shipped.rules)


def test_editors_find_the_schema_in_its_first_line() -> None:
    first = config.starter().splitlines()[0]

    assert first == "# yaml-language-server: $schema=./rules.schema.json"
    assert "watcher rules schema > rules.schema.json" in config.starter()


def test_every_rule_has_sentences_that_hold_in_several_languages(
    shipped: Config, book: RuleBook
) -> None:
    for rule in shipped.rules:
        assert len([test for test in rule.tests if test.expect]) >= 2, rule.name
        assert any(not test.expect for test in rule.tests), rule.name
        for test in rule.tests:
            hits = book.match(Article(id=ArticleId("1"), title=test.text))
            assert (rule.name in {hit.rule for hit in hits}) is test.expect, (rule.name, test)


def test_examples_in_comments_load_once_the_sign_is_taken_away(tmp_path: Path) -> None:
    lines = [
        line.replace("# ", "", 1) if line.lstrip().startswith(COMMENTED) else line
        for line in config.starter().splitlines()
    ]
    path = tmp_path / "rules.yaml"
    path.write_text("\n".join(lines), encoding="utf-8")

    loaded = config.load(path, environ={}, require_secrets=False)

    assert {channel.name for channel in loaded.channels} == {
        "screen", "newsroom", "phone", "desk", "operator",
    }  # fmt: skip
    assert "UN review of China" in {rule.name for rule in loaded.rules}
    assert "my-person" in {entity.id for entity in loaded.entities}
    assert (loaded.contact, loaded.public_url) == (
        "desk@example.org",
        "https://watch.example.org/hooks",
    )
    assert {feed.name: (feed.every, feed.full_text) for feed in loaded.feeds}["Example"] == (
        timedelta(minutes=10),
        FullText.WHEN_NEAR,
    )
    assert any(feed.private for feed in loaded.feeds)


COMMENTED = (
    "# newsroom:", "# phone:", "# desk:", "#   url: mailtos", "#   digest:", "#   quiet:",
    "#   limit:", "# operator:", "# - name: UN", "#   find:", "#     all:", "#   search_in:",
    "#   language:", "#   sources:", "#   at_least:", "#   active:", "#   notify:", "#   why:",
    "# entities:", "#   my-person:", "#     name:", "#     type:", "#     aliases:",
    "#     context:", "# contact:", "# public_url:", "# listen:", "# - url:", "#   name:",
    "#   tags:", "#   every:", "#   full_text:", "# - {url:",
)  # fmt: skip


def test_every_feed_of_grade_a_and_b_is_in_it(shipped: Config) -> None:
    if not FEEDS.is_file():
        pytest.skip(f"the list of feeds is not beside the project: {FEEDS}")
    with FEEDS.open(encoding="utf-8", newline="") as file:
        wanted = {row["url"]: row for row in csv.DictReader(file) if row["grade"] in {"A", "B"}}

    found = {feed.url: feed for feed in shipped.feeds}
    assert set(found) == set(wanted)
    for url, row in wanted.items():
        assert (found[url].language or "").split("-")[0] == row["language"]
        assert found[url].tags
