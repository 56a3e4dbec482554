"""Stories can be searched, compared and split; a split lasts."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from support.cli_run import watcher
from support.cli_state import ALERT, AT, COPY, FIRST, PARKED, fill

from watcher.core.model import AlertId, ArticleId, Decision, DeliveryId, LinkKind, Reason
from watcher.store import open_store
from watcher.watch.memory import Memory


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return fill(tmp_path)


def test_stories_are_found_by_words_of_any_member(folder: Path) -> None:
    row = watcher("stories", "search", "ALMATY", "held", "--json", cwd=folder).row
    none = watcher("stories", "search", "Almaty", "harvest", cwd=folder)

    assert (row["story"], row["articles"]) == (FIRST.id, 2)
    assert none.code == 1
    assert "no stories" in none.out


def test_stories_of_one_feed_or_rule_are_listed_alone(folder: Path) -> None:
    for asked in (["list"], ["search", "Almaty"]):
        of_feed = watcher("stories", *asked, "--feed", FIRST.outlet, "--json", cwd=folder)
        of_none = watcher("stories", *asked, "--feed", "Nowhere", "--json", cwd=folder)
        of_rule = watcher("stories", *asked, "--rule", ALERT.rules[0], "--json", cwd=folder)
        unknown = watcher("stories", *asked, "--rule", "Nothing", cwd=folder)

        assert [row["story"] for row in of_feed.rows] == [FIRST.id]
        assert of_none.rows == []
        assert [row["story"] for row in of_rule.rows] == [FIRST.id]
        assert "no rule is called" in unknown.out


def test_a_story_says_who_was_first_and_how_each_copy_differs(folder: Path) -> None:
    row = watcher("stories", "show", FIRST.id, "--json", cwd=folder).row
    said = watcher("stories", "show", FIRST.id, cwd=folder).out

    assert row["members"][0]["differs"] is None
    assert "中文" in str(row["members"][1]["differs"])
    assert said.splitlines()[1].startswith("first")
    assert "中文" in said.splitlines()[-2]
    assert "is a copy of" in said


def test_a_story_shows_earlier_versions_with_the_difference(folder: Path) -> None:
    with open_store(folder / "state", now=AT) as store, store.write() as tx:
        after = replace(FIRST, summary="Police gave a reason.")
        tx.add_versions([after], contents={FIRST.id: "other"}, at=AT + timedelta(hours=1))

    version = watcher("stories", "show", FIRST.id, "--json", cwd=folder).row["members"][0]
    said = watcher("stories", "show", FIRST.id, cwd=folder).out

    assert version["versions"][0]["differs"]["changed"] == [["no", "a"]]
    assert "“no” is now “a”" in said


def test_a_split_article_is_a_story_of_its_own_from_then_on(folder: Path) -> None:
    ran = watcher("stories", "split", COPY.id[:8], "--json", cwd=folder)
    again = watcher("stories", "split", COPY.id, cwd=folder)
    stories = {row["story"] for row in watcher("stories", "list", "--json", cwd=folder).rows}

    assert ran.row == {"story": COPY.id, "from": FIRST.id, "articles": [COPY.id]}
    assert stories == {FIRST.id, COPY.id}
    assert again.code == 2
    assert "begins its story" in again.said


def test_the_books_balance_when_a_folded_article_was_split_from_its_story(folder: Path) -> None:
    said = watcher("stories", "split", COPY.id, cwd=folder).out
    ran = watcher("audit", "--json", cwd=folder)

    assert f"Nobody was told of it when it came: watcher why {COPY.id[:8]}" in said
    assert COPY.title in watcher("why", COPY.id[:8], cwd=folder).out
    assert (ran.code, ran.row["missing"], ran.row["folded"]) == (0, [], 1)


def test_the_books_balance_when_an_article_that_was_told_was_split(folder: Path) -> None:
    told = Decision(rule="Atajurt", target="desk", tell=True, reason=Reason.FOLLOW_UP)
    later = AT + timedelta(hours=1)
    alert = replace(ALERT, id=AlertId("77" * 8), article=COPY.id, created=later)
    sent = replace(PARKED, id=DeliveryId("88" * 8), alert=alert.id)
    with open_store(folder / "state", now=AT) as store, store.write() as tx:
        tx.add_decisions(COPY.id, (told,), at=later)
        tx.add_alerts((alert,))
        tx.add_deliveries((sent,))

    said = watcher("stories", "split", COPY.id, cwd=folder).out
    ran = watcher("audit", "--json", cwd=folder)

    assert "Nobody was told" not in said
    assert (ran.code, ran.row["missing"], ran.row["parked"]) == (0, [], 2)


def test_an_unknown_article_can_not_be_split(folder: Path) -> None:
    assert watcher("stories", "split", "ffff0000", cwd=folder).code == 1


def test_a_running_watcher_follows_a_split_and_so_does_the_next_one(folder: Path) -> None:
    text = " ".join(f"word{number}" for number in range(30))
    later = AT + timedelta(minutes=3)
    with open_store(folder / "state", now=AT) as store:
        with store.write() as tx:
            for article in (FIRST, COPY):
                told = replace(article, summary=text)
                tx.add_versions([told], contents={article.id: f"of {article.id}"}, at=AT)
        running = Memory(store, lambda: later, None)
        running.open()

        watcher("stories", "split", COPY.id, cwd=folder)
        with store.read() as known:
            running.heed(known)
        started = Memory(store, lambda: later, None)
        started.open()

        print_of_copy = replace(COPY, id=ArticleId("0123456789abcdef"), summary=text, seen=later)
        links = [memory.index.place(print_of_copy) for memory in (running, started)]

    assert {link.kind for link in links} == {LinkKind.COPY}
    assert {str(link.story) for link in links} == {COPY.id}
