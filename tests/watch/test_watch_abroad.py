"""The same event in another language joins its story when the rules file asks for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import cast

import pytest
from support import stored
from support.make import NOON, a_channel, a_feed, an_answer, an_entry

from watcher.core.model import (
    AlertKind,
    Alias,
    Config,
    Document,
    Entity,
    Entry,
    FollowUps,
    LinkKind,
    Rule,
    Term,
    TermKind,
)
from watcher.store import Store, Tx, open_store
from watcher.watch import Desk, Polled
from watcher.watch.memory import Memory
from watcher.watch.settlement import Settlement

EN = an_entry(
    "Court in Almaty fines Kairat Tolegen", summary="He pays 250 dollars for a rally.", guid="en"
)
RU = an_entry(
    "Кайрата Толегена оштрафовали в Алматы", summary="Штраф за митинг: 250 долларов.", guid="ru"
)
FEEDS = [
    a_feed(url=f"https://outlet{n}.example/rss", name=f"Outlet {n}", language=code)
    for n, code in enumerate(("en", "ru", "ru"))
]
WHO = Entity(
    id="kairat-tolegen",
    name="Kairat Tolegen",
    type="person",
    aliases=(
        Alias(text="Kairat Tolegen", language="en"),
        Alias(text="Кайрат Толеген", language="ru"),
    ),
)
RULE = Rule(
    name="Kairat",
    find=Term(text=WHO.id, kind=TermKind.ENTITY),
    notify=("desk",),
    follow_ups=FollowUps.NOW,
)


def a_desk(*, across: bool) -> Desk:
    return Desk(
        Config(
            path="rules.yaml",
            channels=(a_channel(targets=()),),
            feeds=tuple(FEEDS),
            rules=(RULE,),
            entities=(WHO,),
            across_languages=across,
        )
    )


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with open_store(tmp_path_factory.mktemp("abroad") / "state", now=NOON) as opened:
        yield opened


def a_memory() -> Memory:
    return Memory(cast("Store", None), lambda: NOON, None)


def bring(
    tx: Tx, memory: Memory, desk: Desk, number: int, entry: Entry, *, at: datetime = NOON
) -> Settlement:
    """Settle a poll of the feed `number` that shows `entry`."""
    tx.sync_feeds(FEEDS, now=NOON)
    state = replace(tx.feed_states()[number], first_read=NOON - timedelta(days=1))
    tx.save_feed(state)
    document = Document(format="rss20", encoding="utf-8", entries=(entry,), items=1)
    poll = Polled(state=state, at=at, fetched=an_answer(body=None), document=document)
    settlement = Settlement(desk, memory, jitter=lambda: 0.5, listens=False)
    settlement.write(tx, [poll])
    return settlement


def links(tx: Tx) -> list[tuple[LinkKind, bool]]:
    """Return how each article stands to the first one: kind, and whether it is in its story."""
    found = [link for _, link in tx.articles_since(NOON - timedelta(days=9))]
    return [(link.kind, link.story == found[0].story) for link in found]


@pytest.mark.parametrize("across", [True, False])
def test_it_is_a_follow_up_of_the_story_only_where_the_key_is_set(
    store: Store, *, across: bool
) -> None:
    memory, desk = a_memory(), a_desk(across=across)
    with stored.undone(store) as tx:
        bring(tx, memory, desk, 0, EN)
        bring(tx, memory, desk, 1, RU)

        kind = LinkKind.REPORT if across else LinkKind.NEW
        assert links(tx) == [(LinkKind.NEW, True), (kind, across)]
        kinds = {alert.kind for alert in tx.alerts(limit=10)}
        assert (AlertKind.FOLLOW_UP in kinds) == across


def test_a_copy_of_the_report_finds_the_story_too(store: Store) -> None:
    memory, desk = a_memory(), a_desk(across=True)
    with stored.undone(store) as tx:
        bring(tx, memory, desk, 0, EN)
        bring(tx, memory, desk, 1, RU)
        bring(tx, memory, desk, 2, RU)

        assert links(tx)[1:] == [(LinkKind.REPORT, True), (LinkKind.COPY, True)]


def test_after_a_restart_or_when_the_key_is_set_later_it_is_known_from_the_store(
    store: Store,
) -> None:
    with stored.undone(store) as tx:
        bring(tx, a_memory(), a_desk(across=False), 0, EN)
        bring(tx, a_memory(), a_desk(across=True), 1, RU)

        assert links(tx)[1:] == [(LinkKind.REPORT, True)]


def test_what_was_taken_back_is_joined_by_nothing(store: Store) -> None:
    memory, desk = a_memory(), a_desk(across=True)
    with stored.undone(store) as tx:
        settlement = bring(tx, memory, desk, 0, EN)
    for step in reversed(settlement.undo):
        step()
    with stored.undone(store) as tx:
        bring(tx, memory, desk, 1, RU)

        assert links(tx) == [(LinkKind.NEW, True)]


def test_an_edited_number_counts(store: Store) -> None:
    memory, desk = a_memory(), a_desk(across=True)
    with stored.undone(store) as tx:
        bring(tx, memory, desk, 0, replace(EN, summary="He pays 400 dollars for a rally."))
        bring(tx, memory, desk, 0, EN, at=NOON + timedelta(minutes=5))
        bring(tx, memory, desk, 1, RU)

        assert links(tx)[-1] == (LinkKind.REPORT, True)
