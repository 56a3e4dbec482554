"""Polls settled together cost few statements, and come to the same as one after another."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event
from support import stored
from support.make import NOON, a_channel, a_feed, a_rule, an_answer, an_entry

from watcher.core.errors import FeedError
from watcher.core.model import (
    AtLeast,
    Config,
    Document,
    Entry,
    Feed,
    FeedFault,
    FeedState,
    FollowUps,
    Limit,
)
from watcher.store import Store, Tx, open_store
from watcher.watch import Desk, Polled
from watcher.watch.memory import Memory
from watcher.watch.settlement import Settlement

HELD = (
    "Police took him from his flat on Abay street early in the morning, his wife said. Two lawyers"
    " were not let into the station. The group collects stories of relatives."
)
TEXTS = [
    ("Police hold Atajurt volunteer Erbol Daulet", HELD),
    ("Atajurt volunteer Erbol Daulet taken from his flat", f"ALMATY (Wire) - {HELD}"),
    ("Volunteer taken from his flat on Abay street", f"{HELD} Subscribe to our letter."),
    ("Atajurt opens a second office in Oskemen", "Relatives may bring their papers from May."),
    ("Rain over the steppe", "It will rain until Monday, and Atajurt stays closed."),
    ("Bakers raise the price of bread", "Flour has become dear since the spring."),
]
FEEDS = [a_feed(url=f"https://outlet{n}.example/rss", name=f"Outlet {n}") for n in range(4)]
RULES = (
    a_rule(follow_ups=FollowUps.NOW),
    a_rule("Two outlets", find=a_rule("flat").find, at_least=AtLeast(outlets=2)),
)


def a_desk(
    feeds: Sequence[Feed] = FEEDS,
    *,
    limit: int | None = None,
    waits: bool = False,
    throttle: timedelta | None = None,
) -> Desk:
    """Return rules in force; with `waits` one of them looks at whole stories."""
    bound = None if limit is None else Limit(count=limit, per=timedelta(hours=1))
    rules = RULES if waits else RULES[:1]
    return Desk(
        Config(
            path="rules.yaml",
            channels=(a_channel(limit=bound, targets=()),),
            feeds=tuple(feeds),
            rules=tuple(replace(rule, throttle=throttle) for rule in rules),
        )
    )


def entries(*numbers: int) -> tuple[Entry, ...]:
    return tuple(
        an_entry(TEXTS[n][0], summary=TEXTS[n][1], guid=f"g{n}", url=f"https://o.example/{n}")
        for n in numbers
    )


def a_poll(state: FeedState, *items: Entry, **more: Any) -> Polled:
    document = Document(format="rss20", encoding="utf-8", entries=items, items=len(items))
    return Polled(state=state, at=NOON, fetched=an_answer(body=None), document=document, **more)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with open_store(tmp_path_factory.mktemp("settled") / "state", now=NOON) as opened:
        yield opened


def states(tx: Tx, feeds: Sequence[Feed] = FEEDS, **more: Any) -> list[FeedState]:
    tx.sync_feeds(feeds, now=NOON)
    found = [replace(state, **more) for state in tx.feed_states()]
    for state in found:
        tx.save_feed(state)
    return found


def settle(tx: Tx, desk: Desk, *settlements: Sequence[Polled]) -> None:
    memory = Memory(cast("Store", None), lambda: NOON, None)
    for polls in settlements:
        Settlement(desk, memory, jitter=lambda: 0.5, listens=False).write(tx, polls)


def known(tx: Tx) -> object:
    """Return all that people could ever see of what was settled."""
    articles = list(tx.articles_since(NOON - timedelta(days=1)))
    ids = [article.id for article, _ in articles]
    return (
        articles,
        [tx.hits(id_) for id_ in ids],
        [[decision for _, decision in tx.decisions(id_)] for id_ in ids],
        tx.told_of(link.story for _, link in articles),
        sorted(tx.alerts(limit=1000), key=lambda alert: alert.id),
        sorted(tx.deliveries(), key=lambda delivery: delivery.id),
        tx.feed_states(),
    )


@given(
    brought=st.lists(
        st.lists(st.integers(0, len(TEXTS) - 1), max_size=4, unique=True), max_size=len(FEEDS)
    ),
    seen_before=st.booleans(),
    desk=st.builds(
        a_desk,
        limit=st.sampled_from([None, 1, 2]),
        waits=st.booleans(),
        throttle=st.sampled_from([None, timedelta(hours=1)]),
    ),
)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_polls_settled_together_come_to_the_same_as_one_after_another(
    store: Store, brought: list[list[int]], seen_before: bool, desk: Desk
) -> None:
    first_read = NOON - timedelta(days=1) if seen_before else None
    results = []
    for together in (True, False):
        with stored.undone(store) as tx:
            found = states(tx, first_read=first_read)
            polls = [
                a_poll(state, *entries(*numbers))
                for state, numbers in zip(found, brought, strict=False)
            ]
            settle(tx, desk, *([polls] if together else [[one] for one in polls]))
            results.append(known(tx))

    assert results[0] == results[1]


@contextmanager
def counted(store: Store) -> Iterator[list[str]]:
    """Gather the statements that a writer executes."""
    asked: list[str] = []

    def note(*arguments: Any) -> None:
        asked.append(arguments[2])

    event.listen(store._engines.writer, "before_cursor_execute", note)
    yield asked
    event.remove(store._engines.writer, "before_cursor_execute", note)


@pytest.mark.parametrize(
    ("bring", "each"),
    [
        pytest.param(lambda state: a_poll(state, *entries(0, 3, 4, 5)), 1, id="news"),
        pytest.param(
            lambda state: Polled(state=state, at=NOON, fetched=an_answer(status=304, body=None)),
            0,
            id="not modified",
        ),
        pytest.param(
            lambda state: Polled(state=state, at=NOON, error=FeedError(FeedFault.DNS, "no such")),
            0,
            id="failure",
        ),
    ],
)
def test_a_further_poll_in_a_settlement_costs_next_to_no_statement(
    store: Store, bring: Callable[[FeedState], Polled], each: int
) -> None:
    counts = []
    feeds = [a_feed(url=f"https://outlet{n}.example/rss", name=f"O{n}") for n in range(30)]
    for many in (10, 30):
        with stored.undone(store) as tx:
            polls = [bring(state) for state in states(tx, feeds, first_read=NOON)[:many]]
            with counted(store) as asked:
                settle(tx, a_desk(feeds), polls)
            counts.append(len(asked))

    assert counts[0] < 10 * each + 24, "four of them write the evidence"
    assert counts[1] - counts[0] <= 20 * each


@given(
    brought=st.lists(
        st.lists(st.integers(0, len(TEXTS) - 1), max_size=4, unique=True), max_size=len(FEEDS)
    ),
    seen_before=st.booleans(),
    waits=st.booleans(),
)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_alert_is_without_its_evidence_and_none_is_kept_of_what_was_not_told(
    store: Store, brought: list[list[int]], seen_before: bool, waits: bool
) -> None:
    first_read = NOON - timedelta(days=1) if seen_before else None
    with stored.undone(store) as tx:
        fed = states(tx, first_read=first_read)
        polls = [a_poll(one, *entries(*some)) for one, some in zip(fed, brought, strict=False)]

        settle(tx, a_desk(waits=waits), polls)

        told = {alert.id: alert.article for alert in tx.alerts(limit=1000) if alert.article}
        records = list(tx.evidence_all())
        assert {record.alert for record in records if record.alert} == set(told)
        assert set(told.values()) <= {record.article for record in records}
        if not waits:
            assert len(records) == len(told)


def test_a_feed_under_its_old_and_its_new_address_brings_each_article_once(store: Store) -> None:
    twins = [a_feed(url=f"{scheme}://steppe.example/rss") for scheme in ("http", "https")]
    with stored.undone(store) as tx:
        polls = [a_poll(state, *entries(0)) for state in states(tx, twins, first_read=NOON)]

        settle(tx, a_desk(twins), polls)

        [(article, link)] = tx.articles_since(NOON)
        assert len(tx.decisions(article.id)) == 1
        assert len(tx.told_of([link.story])[link.story]) == 1


def test_a_host_that_wants_to_be_left_alone_is_by_all_feeds_of_the_settlement(
    store: Store,
) -> None:
    feeds = [a_feed(url=f"https://one.example/{n}", name=f"One {n}") for n in range(2)]
    tired = FeedError(FeedFault.RATE_LIMITED, "slowly", retry_after=timedelta(hours=9))
    with stored.undone(store) as tx:
        first, second = states(tx, feeds, first_read=NOON)
        polls = [Polled(state=first, at=NOON, error=tired), a_poll(second, *entries(5))]

        settle(tx, a_desk(feeds), polls)

        assert all(state.next_due >= NOON + timedelta(hours=9) for state in tx.feed_states())
