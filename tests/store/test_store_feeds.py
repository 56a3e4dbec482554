"""Feeds: what rules.yaml says of them, what polling has taught, and which one is next."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from support.stored import (
    FEED,
    HOUR,
    MINUTE,
    NOW,
    a_delivery,
    a_feed,
    a_hit,
    an_alert,
    an_article,
    put,
)

from watcher.core.model import (
    FeedFault,
    FeedId,
    FeedState,
    HubState,
    Mute,
    MuteKind,
    Subscription,
)

if TYPE_CHECKING:
    from watcher.core.model import Feed
    from watcher.store import Store, Tx


def known(tx: Tx, feed: Feed) -> FeedState:
    state = tx.feed(feed.url)
    assert state is not None
    return state


def test_a_new_feed_is_due_at_once_and_was_never_read(store: Store) -> None:
    with store.write() as tx:
        tx.sync_feeds([FEED], now=NOW)

    with store.read() as queries:
        [state] = queries.due_feeds(NOW, 10)
    assert state.feed == FEED
    assert state.first_read is None
    assert state.interval == timedelta(minutes=15)


def test_syncing_the_same_feeds_again_changes_nothing(store: Store) -> None:
    feeds = [a_feed(n) for n in range(3)]
    with store.write() as tx:
        tx.sync_feeds(feeds, now=NOW)
        before = tx.feed_states()

        tx.sync_feeds(feeds, now=NOW + HOUR)

        assert tx.feed_states() == before


def test_a_feed_that_left_the_rules_is_kept_but_never_due(store: Store) -> None:
    with store.write() as tx:
        tx.sync_feeds([FEED, a_feed(1)], now=NOW)
        tx.sync_feeds([a_feed(1)], now=NOW)

        assert [state.feed for state in tx.due_feeds(NOW, 10)] == [a_feed(1)]
        assert [state.feed for state in tx.feed_states(active=False)] == [FEED, a_feed(1)]
        assert tx.counts()["feeds"] == 1


def test_a_feed_that_comes_back_still_has_its_validators(store: Store) -> None:
    with store.write() as tx:
        tx.sync_feeds([FEED], now=NOW)
        polled = replace(known(tx, FEED), etag='W/"a"', first_read=NOW, next_due=NOW + HOUR)
        tx.save_feed(polled)
        tx.sync_feeds([], now=NOW)

        tx.sync_feeds([FEED], now=NOW + MINUTE)

        assert tx.feed_states() == [polled]


def test_new_words_for_a_feed_leave_what_polling_taught(store: Store) -> None:
    renamed = replace(FEED, name="The Steppe Post", language="ru", tags=frozenset({"kz"}))
    with store.write() as tx:
        tx.sync_feeds([FEED], now=NOW)
        polled = replace(known(tx, FEED), etag='"a"', failures=2, fault=FeedFault.DNS)
        tx.save_feed(polled)

        tx.sync_feeds([renamed], now=NOW)

        assert tx.feed_states() == [replace(polled, feed=renamed)]


def test_an_address_that_holds_a_secret_is_stored_as_it_is_written(store: Store) -> None:
    bare = replace(FEED, url="https://paid.example/rss?k=canary-77")
    written = replace(FEED, url="https://paid.example/rss?k=${KEY}", secret_url=bare.url)
    with store.write() as tx:
        tx.sync_feeds([bare], now=NOW)
        tx.save_feed(replace(known(tx, bare), etag='"a"'))
        tx.mute(Mute(kind=MuteKind.FEED, what=bare.url, since=NOW))

        tx.sync_feeds([written], now=NOW)
        tx.sync_feeds([written], now=NOW)

        assert tx.feed(bare.url) is None
        [state] = tx.feed_states()
        assert (state.feed.url, state.feed.secret_url, state.etag) == (written.url, None, '"a"')
        assert [mute.what for mute in tx.mutes(NOW)] == [written.url]


def test_a_poll_that_ends_after_a_reload_does_not_bring_the_old_words_back(store: Store) -> None:
    renamed = replace(FEED, name="The Steppe Post")
    with store.write() as tx:
        tx.sync_feeds([FEED], now=NOW)
        under_way = known(tx, FEED)
        tx.sync_feeds([renamed], now=NOW)

        tx.save_feed(replace(under_way, etag='"new"'))

        assert known(tx, FEED).feed == renamed
        assert known(tx, FEED).etag == '"new"'


def test_a_poll_that_ends_after_its_feed_was_removed_does_not_make_it_active(store: Store) -> None:
    with store.write() as tx:
        tx.sync_feeds([FEED], now=NOW)
        under_way = known(tx, FEED)
        tx.sync_feeds([], now=NOW)

        tx.save_feed(under_way)

        assert tx.feed_states() == []


def test_a_shorter_interval_counts_from_now(store: Store) -> None:
    with store.write() as tx:
        tx.sync_feeds([FEED], now=NOW)
        tx.save_feed(replace(known(tx, FEED), next_due=NOW + 24 * HOUR))

        tx.sync_feeds([replace(FEED, every=5 * MINUTE)], now=NOW)

        assert tx.next_due() == NOW + 5 * MINUTE


def test_a_shorter_interval_does_not_hurry_a_feed_that_asked_us_to_wait(store: Store) -> None:
    with store.write() as tx:
        tx.sync_feeds([FEED], now=NOW)
        waiting = replace(known(tx, FEED), next_due=NOW + HOUR, fault=FeedFault.RATE_LIMITED)
        tx.save_feed(waiting)

        tx.sync_feeds([replace(FEED, every=5 * MINUTE)], now=NOW)

        assert tx.next_due() == NOW + HOUR


def test_the_longest_due_feed_comes_first_and_the_limit_holds(store: Store) -> None:
    with store.write() as tx:
        tx.sync_feeds([a_feed(n) for n in range(6)], now=NOW)
        for state, minutes in zip(tx.feed_states(), [3, 1, 2, 1, 9, 0], strict=True):
            tx.save_feed(replace(state, next_due=NOW + minutes * MINUTE))

        due = tx.due_feeds(NOW + 3 * MINUTE, 4)

        assert [state.feed.name for state in due] == [f"Outlet {n}" for n in (5, 1, 3, 2)]
        assert tx.next_due() == NOW


def test_feeds_in_hand_are_skipped_and_leave_room_for_others(store: Store) -> None:
    with store.write() as tx:
        tx.sync_feeds([a_feed(n) for n in range(4)], now=NOW)
        first = tx.due_feeds(NOW, 2)

        rest = tx.due_feeds(NOW, 2, skip={state.id for state in first})

    assert [state.feed for state in first + rest] == [a_feed(n) for n in range(4)]


def test_without_feeds_nothing_is_due(store: Store) -> None:
    with store.read() as queries:
        assert queries.next_due() is None
        assert queries.due_feeds(NOW, 10) == []
        assert queries.feed(FEED.url) is None


def test_a_feed_that_was_never_synced_cannot_be_saved(store: Store) -> None:
    stray = FeedState(id=FeedId(99), feed=FEED, next_due=NOW, interval=HOUR)

    with pytest.raises(LookupError), store.write() as tx:
        tx.save_feed(stray)


def test_notes_are_replaced_and_missing_ones_are_none(store: Store) -> None:
    with store.write() as tx:
        tx.set_note("pulse", "1")
        tx.set_note("pulse", "2")

    with store.read() as queries:
        assert queries.note("pulse") == "2"
        assert queries.note("other") is None


def test_a_feed_that_is_let_in_or_shut_out_is_asked_at_once(store: Store) -> None:
    feed = a_feed(1)
    with store.write() as tx:
        tx.sync_feeds([feed], now=NOW)
        [state] = tx.feed_states()
        tx.save_feed(replace(state, next_due=NOW + 6 * HOUR, fault=FeedFault.BLOCKED_ADDRESS))
        tx.sync_feeds([replace(feed, private=not feed.private)], now=NOW + MINUTE)

        assert tx.feed_states()[0].next_due == NOW + MINUTE


def test_waits_of_a_clock_that_ran_ahead_count_from_now(store: Store) -> None:
    ahead = NOW + 9000 * HOUR
    with store.write() as tx:
        tx.sync_feeds([a_feed(1)], now=NOW)
        [state] = tx.feed_states()
        tx.save_feed(replace(state, last_polled=ahead, next_due=ahead + HOUR))

        tx.mend_times(now=NOW)

        assert tx.feed_states()[0].next_due == NOW + HOUR


def test_subscriptions_come_back_as_they_were_saved_and_one_feed_may_have_two(
    store: Store,
) -> None:
    with store.write() as tx:
        tx.sync_feeds([FEED], now=NOW)
        feed = known(tx, FEED).id
        old = Subscription(
            token="a",
            secret="s",
            feed=feed,
            hub="https://hub.example/",
            topic=FEED.url,
            base="https://watch.example.org",
            state=HubState.LEAVING,
            renew=NOW,
        )
        new = replace(
            old,
            token="b",
            state=HubState.LIVE,
            since=NOW,
            until=NOW + HOUR,
            pushed=NOW,
            missed=NOW,
            slowed=NOW,
            failures=2,
            refused=3,
            detail="no",
        )
        for one in (old, new, new):
            tx.save_subscription(one)

        assert tx.subscriptions() == tx.subscriptions(feed) == [old, new]
        assert tx.subscription("b") == new

        tx.drop_subscription("b")

        assert tx.subscriptions() == [old]
        assert tx.subscription("b") is None


def test_only_active_feeds_that_name_a_hub_are_told_and_the_topic_is_self_or_the_address(
    store: Store,
) -> None:
    with store.write() as tx:
        tx.sync_feeds([FEED, a_feed(1), a_feed(2), a_feed(3)], now=NOW)
        for number, (hub, topic) in enumerate([("h0", None), ("h1", "t1"), (None, None)], start=-1):
            feed = FEED if number < 0 else a_feed(number + 1)
            tx.save_feed(replace(known(tx, feed), hub=hub, topic=topic))
        tx.save_feed(replace(known(tx, a_feed(3)), hub="h3"))
        tx.sync_feeds([FEED, a_feed(1), a_feed(2)], now=NOW)

        assert [(hub, topic) for _, hub, topic in tx.feeds_with_hubs()] == [
            ("h0", FEED.url),
            ("h1", "t1"),
        ]


def test_a_poll_is_put_forward_and_never_off(store: Store) -> None:
    with store.write() as tx:
        tx.sync_feeds([FEED], now=NOW)
        feed = known(tx, FEED).id
        tx.poll_by(feed, NOW + HOUR)

        assert known(tx, FEED).next_due == NOW

        tx.poll_by(feed, NOW - HOUR)

        assert known(tx, FEED).next_due == NOW - HOUR


def test_a_feed_of_the_users_own_network_has_no_hub_elsewhere(store: Store) -> None:
    private = replace(FEED, url="http://192.168.1.5/feed", private=True)
    own, router = "http://192.168.1.5:8080/hub", "http://192.168.1.1/apply"
    with store.write() as tx:
        tx.sync_feeds([private], now=NOW)
        for hub, found in ((own, [own]), (router, []), ("https://hub.example/", [])):
            tx.save_feed(replace(known(tx, private), hub=hub))

            assert [named for _, named, _ in tx.feeds_with_hubs()] == found


def test_what_goes_in_together_is_there_for_every_question(store: Store) -> None:
    article = an_article(1)
    with store.write() as tx, tx.together():
        tx.sync_feeds([FEED], now=NOW)
        put(tx, article)
        tx.add_deliveries([a_delivery(1)])
        tx.add_alerts([an_alert(1, article=article.id)])
        tx.add_hits(article.id, [a_hit("A")])
        tx.add_hits(article.id, [a_hit("B")])
        tx.save_feed(replace(known(tx, FEED), etag='"1"'))

        assert tx.article(article.id) == article
        assert tx.hits(article.id) == (a_hit("B"),)
        assert known(tx, FEED).etag == '"1"'

        tx.set_note("pulse", "1")

    with store.read() as queries:
        assert queries.note("pulse") == "1"


def test_a_feed_that_is_not_there_fails_those_saved_together_with_it(store: Store) -> None:
    with store.write() as tx:
        tx.sync_feeds([FEED], now=NOW)
        before = known(tx, FEED)

    def save_two() -> None:
        with store.write() as tx, tx.together():
            for state in (before, replace(before, id=FeedId(99))):
                tx.save_feed(replace(state, etag='"1"'), before=state)

    with pytest.raises(LookupError, match="99"):
        save_two()


def test_of_a_known_feed_only_what_differs_is_written(store: Store) -> None:
    with store.write() as tx:
        tx.sync_feeds([FEED], now=NOW)
        before = known(tx, FEED)
        tx.poll_by(before.id, NOW - HOUR)

        tx.save_feed(replace(before, etag='"1"'), before=before)

        assert known(tx, FEED) == replace(before, etag='"1"', next_due=NOW - HOUR)
