"""How often rules would have told: what is folded counts once, as it is told once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from watcher import config
from watcher.core.model import Article, ArticleId, Link, LinkKind, StoryId
from watcher.watch import Desk, rehearsal

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
RULES = """\
channels: {desk: "terminal://"}
rules:
  - name: Water
    find: reservoir
    notify: [desk]
"""


def desk(folder: Path, *more: str, rules: str = RULES) -> Desk:
    path = folder / "rules.yaml"
    path.write_text(rules + "".join(f"    {line}\n" for line in more), encoding="utf-8")
    return Desk(config.load(path, environ={}))


def print_of(
    number: int, kind: LinkKind, minutes: int, title: str = "A reservoir burst"
) -> tuple[Article, Link]:
    id_ = ArticleId(f"a{number}")
    article = Article(
        id=id_,
        title=title,
        feed=f"https://f{number}.example/rss",
        outlet=f"Outlet {number}",
        seen=AT + timedelta(minutes=minutes),
    )
    return article, Link(article=id_, kind=kind, story=StoryId("a0"))


STORY = [
    print_of(0, LinkKind.NEW, 0),
    print_of(1, LinkKind.COPY, 1),
    print_of(2, LinkKind.COPY, 2),
    print_of(3, LinkKind.REPORT, 10),
    print_of(4, LinkKind.REPORT, 20),
    print_of(5, LinkKind.REPORT, 90),
]


@pytest.mark.parametrize(
    ("said", "times"),
    [
        ("follow_ups: off", 1),
        ("follow_ups: hourly", 3),
        ("follow_ups: now", 4),
        ("at_least: {outlets: 3}", 3),
        ("at_least: {outlets: 9}", 0),
        ("at_least: {origins: 2}", 3),
        ("language: ru", 3),
        ("active: {until: 2026-03-01}", 0),
    ],
)
def test_a_story_counts_as_often_as_it_is_told(tmp_path: Path, said: str, times: int) -> None:
    assert rehearsal.told(desk(tmp_path, said), STORY)["Water"] == times


def test_a_rule_that_names_no_channel_tells_nothing(tmp_path: Path) -> None:
    silent = desk(tmp_path, rules=RULES.replace("    notify: [desk]\n", ""))

    assert rehearsal.told(silent, STORY)["Water"] == 0


def test_each_story_counts_by_itself(tmp_path: Path) -> None:
    alone = [
        (article, Link(article=article.id, kind=LinkKind.NEW, story=StoryId(article.id)))
        for article, _ in STORY
    ]

    assert rehearsal.told(desk(tmp_path), alone)["Water"] == len(STORY)
