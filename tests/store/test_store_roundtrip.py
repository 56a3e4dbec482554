"""What goes in comes out, on both databases, whatever it is."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support import stored
from support.stored import NOW, an_article, contents, put, undone

from watcher.core.model import Alert, Article, Decision, Delivery, FeedState, Hit, Link, Told
from watcher.store.types import guard, pack, unguard, unpack

if TYPE_CHECKING:
    from watcher.store import Store

few = settings(max_examples=25, deadline=None)


@given(text=stored.ANY_TEXT)
def test_any_text_is_guarded_and_comes_back(text: str) -> None:
    safe = guard(text)

    safe.encode()
    assert "\x00" not in safe
    assert unguard(safe) == text


@given(digests=st.frozensets(st.binary(max_size=20)))
def test_packed_digests_come_back(digests: frozenset[bytes]) -> None:
    assert unpack(pack(digests)) == digests


def test_thirty_digests_cost_six_bytes_more_than_their_own() -> None:
    digests = frozenset(n.to_bytes(8, "big") for n in range(30))

    assert len(pack(digests)) == 30 * 8 + 6


@few
@given(state=stored.STATES)
def test_any_feed_state_comes_back(lasting: Store, state: FeedState) -> None:
    with undone(lasting) as tx:
        tx.sync_feeds([state.feed], now=NOW)
        [made] = tx.feed_states()

        tx.save_feed(replace(state, id=made.id))

        assert tx.feed(state.feed.url) == replace(state, id=made.id)


@few
@given(articles=st.lists(stored.ARTICLES, max_size=4, unique_by=lambda a: a.id))
def test_any_articles_come_back(lasting: Store, articles: list[Article]) -> None:
    with undone(lasting) as tx:
        put(tx, *articles)

        assert [tx.article(article.id) for article in articles] == articles
        assert all(article in tx.article_by_url(article.url) for article in articles if article.url)


@few
@given(
    hits=st.lists(stored.HITS, max_size=3).map(tuple),
    link=stored.LINKS,
    told=st.lists(stored.TOLDS, max_size=3).map(tuple),
    decisions=st.lists(stored.DECISIONS, max_size=3),
)
def test_any_judgement_of_an_article_comes_back(
    lasting: Store,
    hits: tuple[Hit, ...],
    link: Link,
    told: tuple[Told, ...],
    decisions: list[Decision],
) -> None:
    article = an_article(1)
    link = replace(link, article=article.id)
    with undone(lasting) as tx:
        tx.add_articles([article], contents=contents([article]))

        tx.add_links([link])
        tx.add_hits(article.id, hits)
        tx.add_told(link.story, told)
        tx.add_decisions(article.id, decisions, at=NOW)

        assert tx.link(article.id) == link
        assert tx.hits(article.id) == hits
        assert tx.decisions(article.id) == [(NOW, decision) for decision in decisions]
        story = tx.story(link.story)
        assert story is not None
        assert story.told == told
        assert story.hits == tuple((article.id, hit) for hit in hits)


@few
@given(alert=stored.ALERTS, delivery=stored.DELIVERIES)
def test_any_alert_and_delivery_come_back(lasting: Store, alert: Alert, delivery: Delivery) -> None:
    delivery = replace(delivery, alert=alert.id)
    with undone(lasting) as tx:
        tx.add_alerts([alert])
        tx.add_deliveries([delivery])

        assert tx.alert(alert.id) == alert
        assert tx.deliveries() == [delivery]


def test_a_time_without_a_zone_is_refused(store: Store) -> None:
    article = an_article(1, published=NOW.replace(tzinfo=None))

    with pytest.raises(Exception, match="without a zone"), store.write() as tx:
        put(tx, article)


def test_an_article_that_was_never_seen_is_refused(store: Store) -> None:
    with pytest.raises(ValueError, match="never seen"), store.write() as tx:
        put(tx, an_article(1, seen=None))
