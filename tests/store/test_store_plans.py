"""What is asked every second, or for every article, walks no table from end to end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import event
from support.stored import FEED, NOW, SENT, Place, a_delivery, an_article, contents, post, put

from watcher.core.model import DeliveryState, FeedId, Hold, StoryId

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from typing import Any

    from watcher.store import Store, Tx


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    folder: Path = tmp_path_factory.mktemp("plans")
    with Place(state=folder / "state").open() as store:
        with store.write() as tx:
            tx.sync_feeds([FEED], now=NOW)
            put(tx, an_article(1))
            post(tx, a_delivery(1), a_delivery(2, hold=Hold.DIGEST))
        yield store


QUESTIONS: dict[str, Callable[[Tx], object]] = {
    "due feeds": lambda tx: tx.due_feeds(NOW, 10),
    "next due": lambda tx: tx.next_due(),
    "known": lambda tx: tx.known(FEED.url, keys=["guid-1"], fingerprints=["0" * 16]),
    "article by url": lambda tx: tx.article_by_url("https://steppe.example/1"),
    "articles since": lambda tx: list(tx.articles_since(NOW)),
    "arrivals": lambda tx: list(tx.arrivals(NOW)),
    "version before": lambda tx: tx.version_before(an_article(1).id),
    "story": lambda tx: tx.story(StoryId(an_article(1).id)),
    "decisions": lambda tx: tx.decisions(an_article(1).id),
    "due rechecks": lambda tx: tx.due_rechecks(NOW, limit=9),
    "drop rechecks": lambda tx: tx.drop_rechecks(now=NOW),
    "mend rechecks": lambda tx: tx.mend_rechecks(now=NOW),
    "told about": lambda tx: tx.told_about(an_article(1).id, NOW),
    "due targets": lambda tx: tx.due_targets(NOW),
    "next delivery": lambda tx: tx.next_delivery(),
    "sent since": lambda tx: tx.sent_since("desk", NOW),
    "planned since": lambda tx: tx.planned_since("desk", NOW),
    "deliveries of an alert": lambda tx: tx.deliveries(alert=a_delivery(1).alert),
    "alerts of an article": lambda tx: tx.alerts(article=an_article(1).id),
    "alerts since": lambda tx: tx.alerts(since=NOW),
    "take": lambda tx: tx.take("desk", now=NOW),
    "record": lambda tx: tx.record("none", SENT, now=NOW, state=DeliveryState.SENT, due=None),
    "recover": lambda tx: tx.recover(now=NOW),
    "subscription": lambda tx: tx.subscription("token"),
    "subscriptions of a feed": lambda tx: tx.subscriptions(FeedId(1)),
    "feed by number": lambda tx: tx.feed_numbered(FeedId(1)),
    "poll by": lambda tx: tx.poll_by(FeedId(1), NOW),
    "drop subscription": lambda tx: tx.drop_subscription("token"),
    "add hits": lambda tx: tx.add_hits(an_article(1).id, []),
    "add versions": lambda tx: tx.add_versions(
        [an_article(1)], contents=contents([an_article(1)]), at=NOW
    ),
}


@pytest.mark.parametrize("name", QUESTIONS)
def test_every_frequent_question_is_answered_from_an_index(filled: Store, name: str) -> None:
    asked: list[tuple[str, Any]] = []

    def note(*arguments: Any) -> None:
        asked.append((arguments[2], arguments[3]))

    event.listen(filled._engines.writer, "before_cursor_execute", note)
    with filled.write() as tx:
        QUESTIONS[name](tx)
    event.remove(filled._engines.writer, "before_cursor_execute", note)

    plans = []
    with filled._engines.reader.connect() as connection:
        for statement, values in asked:
            if statement.startswith(("SELECT", "UPDATE", "DELETE")):
                explained = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
                plans += [row[3] for row in explained]
    assert plans
    assert [plan for plan in plans if plan.startswith("SCAN")] == []
