"""Some days of polls, settled for real: what came in, and what was decided about it then."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import cast

from support.make import NOON, an_answer, an_entry

from watcher.core.model import ArticleId, Channel, Config, Decision, Document, Feed, Rule
from watcher.feeds import Fetcher, Reader
from watcher.store import Store
from watcher.watch import Desk, Polled, Watch

FEEDS = tuple(Feed(url=f"https://paper{n}.example/rss", name=f"Paper {n}") for n in range(3))
NOBODY = cast("Fetcher", None)
"""Nothing is fetched here: documents are given as read."""


@dataclass(frozen=True, slots=True)
class Print:
    """One poll: the feed, how long after the one before, and its items as (guid, title, text)."""

    feed: int
    later: timedelta
    items: tuple[tuple[str, str, str], ...]


def a_config(*rules: Rule, channels: Sequence[Channel] = ()) -> Config:
    desk = Channel(name="desk", url="json://127.0.0.1:9/")
    return Config(path="rules.yaml", feeds=FEEDS, rules=rules, channels=(desk, *channels))


def live(
    store: Store, config: Config, prints: Sequence[Print], *, start: datetime = NOON
) -> list[tuple[ArticleId, datetime, Decision]]:
    """Settle the polls; return what was decided, in order, with the targets as channels."""
    now = start
    watch = Watch(
        store=store,
        desk=Desk(config),
        fetcher=NOBODY,
        reader=cast("Reader", NOBODY),
        clock=lambda: now,
        jitter=lambda: 0.0,
    )
    with store.write() as tx:
        tx.sync_feeds(FEEDS, now=now)
    for printed in prints:
        now += printed.later
        with store.read() as known:
            states = {state.feed.url: state for state in known.feed_states()}
        entries = tuple(
            an_entry(title, guid=guid, url=f"https://paper.example/{guid}", summary=text)
            for guid, title, text in printed.items
        )
        document = Document(
            format="rss20", encoding="utf-8", items=len(entries), entries=entries, head=b"head"
        )
        watch.settle(
            [
                Polled(
                    state=states[FEEDS[printed.feed].url],
                    at=now,
                    fetched=an_answer(body=None),
                    document=document,
                )
            ]
        )
    with store.read() as known:
        articles = {arrival.article.id: None for arrival in known.arrivals(start)}
        return [
            (id_, at, replace(decision, target=decision.target and "desk"))
            for id_ in articles
            for at, decision in known.decisions(id_)
        ]
