"""Mutes, acknowledgements, and the stories of a rule by day."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

from support.stored import (
    FEED,
    HOUR,
    MINUTE,
    NOW,
    a_delivery,
    a_hit,
    a_link,
    an_article,
    contents,
    post,
)

from watcher.core.model import (
    Ack,
    DeliveryState,
    Hold,
    LinkKind,
    Mute,
    MuteKind,
    StoryId,
    Told,
)
from watcher.store import Store

DAY = timedelta(days=1)
ALMATY = ZoneInfo("Asia/Almaty")


def test_a_mute_lasts_until_its_time_and_is_replaced_by_the_next(store: Store) -> None:
    short = Mute(kind=MuteKind.RULE, what="Camps", since=NOW, until=NOW + MINUTE)
    long = Mute(kind=MuteKind.RULE, what="Camps", since=NOW, until=None)
    with store.write() as tx:
        tx.mute(short)
        assert tx.mutes(NOW) == [short]
        assert tx.mutes(NOW + MINUTE) == []

        tx.mute(long)

        assert tx.mutes(NOW + DAY) == [long]
        assert tx.unmute(MuteKind.RULE, "Camps")
        assert not tx.unmute(MuteKind.RULE, "Camps")
        assert tx.mutes(NOW) == []


def test_an_acknowledgement_cancels_what_would_be_escalated_and_nothing_else(store: Store) -> None:
    escalation = a_delivery(1, target="director", hold=Hold.ESCALATION, due=NOW + HOUR)
    quiet = replace(a_delivery(2, hold=Hold.QUIET, due=NOW + HOUR), alert=escalation.alert)
    other = a_delivery(3, target="director", hold=Hold.ESCALATION, due=NOW + HOUR)
    with store.write() as tx:
        post(tx, escalation, quiet, other)

        saved = tx.ack(Ack(alert=escalation.alert, at=NOW, by="Aigul"))
        again = tx.ack(Ack(alert=escalation.alert, at=NOW + MINUTE, by="Bolat"))

        assert (saved, again) == (1, 0)
        assert tx.acks([escalation.alert])[escalation.alert].by == "Aigul"
        states = {one.id: one.state for one in tx.deliveries()}
        assert states[escalation.id] is DeliveryState.CANCELLED
        assert states[quiet.id] is DeliveryState.HELD
        assert states[other.id] is DeliveryState.HELD
        assert tx.take("director", now=NOW + DAY) is not None
        assert tx.take("director", now=NOW + DAY) is None


def test_an_escalation_under_way_is_not_cancelled(store: Store) -> None:
    escalation = a_delivery(1, target="director", hold=Hold.ESCALATION, due=NOW)
    with store.write() as tx:
        post(tx, escalation)
        tx.take("director", now=NOW)

        assert tx.ack(Ack(alert=escalation.alert, at=NOW, by="Aigul")) == 0
        [delivery] = tx.deliveries()
        assert delivery.state is DeliveryState.SENDING


def test_the_last_time_a_rule_was_told_is_that_of_its_target(store: Store) -> None:
    with store.write() as tx:
        for at, target in ((NOW, "desk"), (NOW + HOUR, "other"), (NOW - HOUR, "desk")):
            told = Told(rule="Camps", target=target, terms=frozenset(), at=at)
            tx.add_told(StoryId("s1"), [told])

        assert tx.last_told("Camps", "desk") == NOW
        assert tx.last_told("Atajurt", "desk") is None


def test_stories_are_counted_by_day_not_by_print_and_archive_items_on_their_own_day(
    store: Store,
) -> None:
    first, copy, old, other = (an_article(n) for n in range(1, 5))
    first = replace(first, seen=NOW, published=NOW)
    copy = replace(copy, seen=NOW + HOUR, published=None)
    old = replace(old, seen=NOW, published=NOW - 3 * DAY)
    articles = [first, copy, old, replace(other, seen=NOW, published=NOW)]
    with store.write() as tx:
        tx.sync_feeds([FEED], now=NOW)
        tx.add_articles(articles, contents=contents(articles))
        tx.add_links(
            [
                a_link(first),
                a_link(copy, kind=LinkKind.COPY, story=StoryId(first.id)),
                a_link(old),
                a_link(other),
            ]
        )
        for article in (first, copy, old):
            tx.add_hits(article.id, [a_hit("Camps")])

        counts = tx.stories_by_day("Camps", NOW - 9 * DAY, ALMATY)

        today = NOW.astimezone(ALMATY).date()
        assert counts == {today: 1, today - 3 * DAY: 1}
        assert tx.first_seen() == NOW
