"""The outbox: what goes out next, as which message, and what becomes of it."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import event
from support.stored import (
    FAILED,
    FEED,
    HOUR,
    MINUTE,
    NOW,
    REFUSED,
    SENT,
    VANISHED,
    a_delivery,
    a_feed,
    a_hit,
    a_link,
    an_alert,
    an_article,
    contents,
    post,
    put,
)

from watcher.core.model import (
    AlertKind,
    Batch,
    DeliveryId,
    DeliveryState,
    Hold,
    LinkKind,
    StoryId,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import timedelta

    from watcher.core.model import Delivery
    from watcher.store import Store, Tx


def ids(batch: Batch | None) -> list[str]:
    return [] if batch is None else [telling.delivery.id for telling in batch.tellings]


def names(*deliveries: Delivery) -> list[str]:
    return [delivery.id for delivery in deliveries]


def state_of(tx: Tx, delivery: Delivery) -> Delivery:
    return next(d for d in tx.deliveries() if d.id == delivery.id)


# --- order and grouping ----------------------------------------------------------------------


def test_deliveries_go_out_by_due_time_then_in_the_order_they_were_made(store: Store) -> None:
    late, early, twin = (
        a_delivery(n, due=NOW + due * MINUTE) for n, due in [(1, 2), (2, 1), (3, 1)]
    )
    with store.write() as tx:
        post(tx, late, early, twin)

        taken = [ids(tx.take("desk", now=NOW + HOUR)) for _ in range(4)]

    assert taken == [names(early), names(twin), names(late), []]


def test_a_message_of_one_delivery_bears_its_id_as_key(store: Store) -> None:
    delivery = a_delivery(1)
    with store.write() as tx:
        post(tx, delivery)

        batch = tx.take("desk", now=NOW)

        assert batch is not None
        assert (batch.key, batch.target, batch.repeat) == (delivery.id, "desk", False)
        [telling] = batch.tellings
        assert telling.delivery == state_of(tx, delivery)
        assert telling.delivery.state is DeliveryState.SENDING
        assert telling.delivery.message == batch.key


def test_what_is_not_due_or_for_another_target_stays(store: Store) -> None:
    with store.write() as tx:
        post(tx, a_delivery(1, due=NOW + MINUTE), a_delivery(2, target="other"))

        assert tx.take("desk", now=NOW) is None
        assert tx.due_targets(NOW) == ["other"]
        assert tx.due_targets(NOW + MINUTE) == ["desk", "other"]
        assert tx.next_delivery() == NOW


def test_one_hold_of_one_target_makes_one_message(store: Store) -> None:
    held = [a_delivery(n, hold=Hold.QUIET, due=NOW + n * MINUTE) for n in (2, 1, 3)]
    others = [
        a_delivery(4, hold=Hold.QUIET, due=NOW + HOUR),
        a_delivery(5, hold=Hold.DIGEST, due=NOW + 4 * MINUTE),
        a_delivery(6, hold=Hold.QUIET, target="other"),
    ]
    with store.write() as tx:
        post(tx, *held, *others)

        first = tx.take("desk", now=NOW + 5 * MINUTE)
        second = tx.take("desk", now=NOW + 5 * MINUTE)

    assert ids(first) == names(*held)
    assert ids(second) == names(others[1])
    assert first is not None
    assert first.key not in names(*held)


def test_a_group_is_never_larger_than_the_limit_and_loses_nothing(store: Store) -> None:
    held = [a_delivery(n, hold=Hold.DIGEST) for n in range(7)]
    with store.write() as tx:
        post(tx, *held)

        batches = [tx.take("desk", now=NOW, limit=3) for _ in range(4)]

    assert [len(ids(batch)) for batch in batches] == [3, 3, 1, 0]
    assert [id_ for batch in batches for id_ in ids(batch)] == names(*held)
    assert len({batch.key for batch in batches if batch}) == 3


def test_a_large_group_is_taken_whole(store: Store) -> None:
    held = [a_delivery(n, hold=Hold.DIGEST) for n in range(2000)]
    with store.write() as tx:
        post(tx, *held)

        batch = tx.take("desk", now=NOW, limit=2000)

    assert ids(batch) == names(*held)


# --- trying again ----------------------------------------------------------------------------


def test_what_was_sent_is_over(store: Store) -> None:
    delivery = a_delivery(1)
    with store.write() as tx:
        post(tx, delivery)
        tx.take("desk", now=NOW)

        tx.record(delivery.id, SENT, now=NOW + MINUTE, state=DeliveryState.SENT, due=None)

        done = state_of(tx, delivery)
        assert (done.state, done.attempts, done.sent) == (DeliveryState.SENT, 1, NOW + MINUTE)
        assert tx.take("desk", now=NOW + HOUR) is None
        assert tx.next_delivery() is None


def test_a_message_that_failed_goes_again_as_the_same_message(store: Store) -> None:
    held = [a_delivery(n, hold=Hold.QUIET) for n in (1, 2)]
    with store.write() as tx:
        post(tx, *held)
        first = tx.take("desk", now=NOW)
        assert first is not None
        tx.record(first.key, FAILED, now=NOW, state=DeliveryState.DUE, due=NOW + MINUTE)
        post(tx, a_delivery(3, hold=Hold.QUIET))

        early = tx.take("desk", now=NOW)
        again = tx.take("desk", now=NOW + MINUTE)

    assert ids(early) == names(a_delivery(3))
    assert again is not None
    assert (again.key, ids(again), again.repeat) == (first.key, ids(first), False)
    assert [t.delivery.attempts for t in again.tellings] == [1, 1]
    assert [t.delivery.error for t in again.tellings] == ["503", "503"]


def test_a_new_group_takes_nothing_out_of_a_message_that_failed(store: Store) -> None:
    failed, later = a_delivery(1, hold=Hold.QUIET), a_delivery(2, hold=Hold.QUIET, due=NOW)
    with store.write() as tx:
        post(tx, failed)
        first = tx.take("desk", now=NOW)
        assert first is not None
        tx.record(first.key, FAILED, now=NOW, state=DeliveryState.DUE, due=NOW + MINUTE)
        post(tx, later)

        taken = [ids(tx.take("desk", now=NOW + HOUR)) for _ in range(2)]

    assert taken == [names(later), names(failed)]


def test_what_may_have_arrived_goes_first_and_says_so(store: Store) -> None:
    with store.write() as tx:
        post(tx, a_delivery(1), a_delivery(2, due=NOW - HOUR))
        tx.take("desk", now=NOW)
        batch = tx.take("desk", now=NOW)
        assert batch is not None
        tx.record(batch.key, VANISHED, now=NOW, state=DeliveryState.UNKNOWN, due=NOW + MINUTE)
        post(tx, a_delivery(3, due=NOW - HOUR))

        again = tx.take("desk", now=NOW + MINUTE)

    assert again is not None
    assert (again.key, again.repeat) == (batch.key, True)


def test_a_failure_after_a_try_that_may_have_arrived_is_still_a_possible_repeat(
    store: Store,
) -> None:
    delivery = a_delivery(1)
    with store.write() as tx:
        post(tx, delivery)
        for outcome, state in [(VANISHED, DeliveryState.UNKNOWN), (FAILED, DeliveryState.DUE)]:
            tx.take("desk", now=NOW)
            tx.record(delivery.id, outcome, now=NOW, state=state, due=NOW)

        batch = tx.take("desk", now=NOW)

    assert batch is not None
    assert batch.repeat


def test_a_crash_while_sending_repeats_the_same_message_under_the_same_key(store: Store) -> None:
    held = [a_delivery(n, hold=Hold.FOLLOW_UPS) for n in (1, 2)]
    with store.write() as tx:
        post(tx, *held)
        first = tx.take("desk", now=NOW)
        post(tx, a_delivery(3, hold=Hold.FOLLOW_UPS), a_delivery(4, target="other"))
    assert first is not None

    with store.write() as tx:
        assert tx.recover(now=NOW + HOUR) == 2
        assert tx.recover(now=NOW + HOUR) == 0
        again = tx.take("desk", now=NOW + HOUR)
        rest = tx.take("desk", now=NOW + HOUR)

    assert again is not None
    assert (again.key, ids(again), again.repeat) == (first.key, ids(first), True)
    assert ids(rest) == names(a_delivery(3))


def test_what_was_recorded_once_is_not_recorded_again(store: Store) -> None:
    delivery = a_delivery(1)
    with store.write() as tx:
        post(tx, delivery)
        tx.take("desk", now=NOW)
        tx.record(delivery.id, SENT, now=NOW, state=DeliveryState.SENT, due=None)

        tx.record(delivery.id, FAILED, now=NOW, state=DeliveryState.DUE, due=NOW)

        assert state_of(tx, delivery).state is DeliveryState.SENT
        assert tx.take("desk", now=NOW) is None


def test_a_parked_message_goes_again_only_when_a_person_says_so(store: Store) -> None:
    held = [a_delivery(n, hold=Hold.DIGEST) for n in (1, 2)]
    with store.write() as tx:
        post(tx, *held)
        first = tx.take("desk", now=NOW)
        assert first is not None
        tx.record(first.key, REFUSED, now=NOW, state=DeliveryState.PARKED, due=None)
        assert tx.take("desk", now=NOW + HOUR) is None
        assert tx.next_delivery() is None
        assert [d.id for d in tx.deliveries(state=DeliveryState.PARKED)] == names(*held)

        assert tx.retry(held[1].id, now=NOW + HOUR)
        assert not tx.retry(held[1].id, now=NOW + HOUR)
        again = tx.take("desk", now=NOW + HOUR)

    assert again is not None
    assert (again.key, ids(again)) == (first.key, ids(first))
    assert [t.delivery.attempts for t in again.tellings] == [0, 0]
    assert [t.delivery.error for t in again.tellings] == ["no such chat"] * 2


def test_only_a_parked_delivery_can_be_retried(store: Store) -> None:
    with store.write() as tx:
        post(tx, a_delivery(1))

        assert not tx.retry(a_delivery(1).id, now=NOW)
        assert not tx.retry(DeliveryId("none"), now=NOW)


def test_a_delivery_that_is_there_already_goes_on_undisturbed(store: Store) -> None:
    with store.write() as tx:
        post(tx, a_delivery(1))
        tx.take("desk", now=NOW)

        post(tx, a_delivery(1))

        assert tx.take("desk", now=NOW) is None


def test_release_makes_due_what_waits_under_a_hold(store: Store) -> None:
    waiting = a_delivery(1, hold=Hold.BASELINE, due=NOW + MINUTE / 2)
    quiet = a_delivery(3, hold=Hold.BASELINE, due=NOW + HOUR)
    other = a_delivery(2, hold=Hold.DIGEST, due=NOW + HOUR)
    with store.write() as tx:
        post(tx, waiting, quiet, other)

        assert tx.release(Hold.BASELINE, now=NOW) == 1

        assert ids(tx.take("desk", now=NOW)) == names(waiting)
        assert tx.take("desk", now=NOW) is None


def test_release_does_not_hurry_a_message_whose_target_asked_us_to_wait(store: Store) -> None:
    with store.write() as tx:
        post(tx, a_delivery(1, hold=Hold.BASELINE))
        tx.take("desk", now=NOW)
        tx.record(a_delivery(1).id, FAILED, now=NOW, state=DeliveryState.DUE, due=NOW + HOUR)

        assert tx.release(Hold.BASELINE, now=NOW) == 0

        assert tx.next_delivery() == NOW + HOUR


# --- several at once -------------------------------------------------------------------------


def test_of_several_taken_at_once_only_the_first_is_being_sent(store: Store) -> None:
    deliveries = [a_delivery(n) for n in range(5)]
    with store.write() as tx:
        post(tx, *deliveries)

        taken = tx.take_some("desk", now=NOW, most=3)

        assert [batch.key for batch in taken] == names(*deliveries[:3])
        assert [(d.state, d.message) for d in tx.deliveries()] == [
            (DeliveryState.SENDING, deliveries[0].id),
            (DeliveryState.DUE, deliveries[1].id),
            (DeliveryState.DUE, deliveries[2].id),
            (DeliveryState.DUE, None),
            (DeliveryState.DUE, None),
        ]
        assert tx.begin(deliveries[1].id)
        assert state_of(tx, deliveries[1]).state is DeliveryState.SENDING
        assert not tx.begin(deliveries[1].id)


@pytest.mark.parametrize(("boot", "marked"), [("first", 1), ("second", 3), ("", 3)])
def test_after_a_crash_what_had_not_begun_is_marked_only_if_the_machine_went_down(
    store: Store, boot: str, marked: int
) -> None:
    deliveries = [a_delivery(n) for n in range(4)]
    with store.write() as tx:
        tx.recover(now=NOW, boot="first")
        post(tx, *deliveries)
        tx.take_some("desk", now=NOW, most=3)

        assert tx.recover(now=NOW, boot=boot) == marked
        again = [tx.take("desk", now=NOW) for _ in range(4)]

    assert [batch.key for batch in again if batch] == names(*deliveries)
    assert [batch.repeat for batch in again if batch] == [n < marked for n in range(4)]


def test_what_was_tried_before_is_taken_by_itself(store: Store) -> None:
    deliveries = [a_delivery(n) for n in range(4)]
    with store.write() as tx:
        post(tx, *deliveries)
        tx.take("desk", now=NOW)
        tx.record(deliveries[0].id, FAILED, now=NOW, state=DeliveryState.DUE, due=NOW + MINUTE)

        first = tx.take_some("desk", now=NOW + HOUR, most=9)
        tx.recover(now=NOW + HOUR, boot="")
        rest = [tx.take_some("desk", now=NOW + HOUR, most=9) for _ in range(4)]

    assert [ids(batch) for batch in first] == [names(one) for one in deliveries[1:]]
    assert [len(batches) for batches in rest] == [1, 1, 1, 1]


@pytest.mark.parametrize("wait", [MINUTE, 2 * MINUTE])
def test_a_later_message_of_a_story_waits_a_minute_for_one_that_failed(
    store: Store, wait: timedelta
) -> None:
    article = an_article(1)
    first, second, other = a_delivery(1), a_delivery(2, hold=Hold.FOLLOW_UPS), a_delivery(3)
    with store.write() as tx:
        put(tx, article)
        for n in (1, 2):
            tx.add_alerts([an_alert(n, article=article.id, story=StoryId(article.id))])
        post(tx, first)
        tx.take("desk", now=NOW)
        tx.record(first.id, FAILED, now=NOW, state=DeliveryState.DUE, due=NOW + wait)
        post(tx, second, other)

        at_once = [ids(tx.take("desk", now=NOW)) for _ in range(3)]
        later = [ids(tx.take("desk", now=NOW + wait)) for _ in range(2)]

    if wait <= MINUTE:
        assert (at_once, later) == ([names(other), [], []], [names(first), names(second)])
    else:
        assert (at_once, later) == ([names(second), names(other), []], [names(first), []])


# --- counting --------------------------------------------------------------------------------


def test_limits_count_messages_and_not_deliveries(store: Store) -> None:
    with store.write() as tx:
        post(tx, *[a_delivery(n, hold=Hold.DIGEST) for n in range(5)], a_delivery(5))
        for at in (NOW, NOW + MINUTE):
            batch = tx.take("desk", now=NOW)
            assert batch is not None
            tx.record(batch.key, SENT, now=at, state=DeliveryState.SENT, due=None)

        assert tx.sent_since("desk", NOW) == 2
        assert tx.sent_since("desk", NOW + MINUTE) == 1
        assert tx.sent_since("other", NOW) == 0


def test_room_in_a_limit_is_taken_by_what_was_sent_and_by_what_waits_its_turn(store: Store) -> None:
    with store.write() as tx:
        post(tx, a_delivery(1))
        tx.take("desk", now=NOW)
        tx.record(a_delivery(1).id, SENT, now=NOW, state=DeliveryState.SENT, due=None)
        post(tx, a_delivery(2), a_delivery(3, hold=Hold.LIMIT), a_delivery(4, target="other"))

        assert tx.planned_since("desk", NOW) == 2
        assert tx.planned_since("desk", NOW + MINUTE) == 1


def test_counts_name_every_state(store: Store) -> None:
    with store.write() as tx:
        tx.sync_feeds([FEED, a_feed(1)], now=NOW)
        article, copy = an_article(1), an_article(2)
        tx.add_articles([article, copy], contents=contents([article, copy]))
        link = a_link(copy, kind=LinkKind.COPY, story=StoryId(article.id))
        tx.add_links([a_link(article), link])
        post(tx, a_delivery(1), a_delivery(2, hold=Hold.QUIET))
        tx.take("desk", now=NOW)

        assert tx.counts() == {
            "feeds": 2,
            "articles": 2,
            "stories": 1,
            "alerts": 2,
            "due": 0,
            "held": 1,
            "sending": 1,
            "sent": 0,
            "unknown": 0,
            "parked": 0,
            "cancelled": 0,
        }


# --- what the wording needs ------------------------------------------------------------------


def test_a_telling_brings_article_story_and_the_hits_of_its_own_rules(store: Store) -> None:
    article, copy = an_article(1), an_article(2)
    alert = an_alert(
        1, article=article.id, story=StoryId(article.id), rules=("Detained", "Camps", "Other")
    )
    with store.write() as tx:
        tx.add_articles([article, copy], contents=contents([article, copy]))
        link = a_link(copy, kind=LinkKind.COPY, story=StoryId(article.id))
        tx.add_links([a_link(article), link])
        tx.add_hits(article.id, [a_hit("Camps"), a_hit("Other"), a_hit("Detained")])
        tx.add_alerts([alert])
        tx.add_deliveries([a_delivery(1, rules=("Detained", "Camps"))])

        batch = tx.take("desk", now=NOW)

        assert batch is not None
        [telling] = batch.tellings
        assert telling.alert == alert
        assert telling.article == article
        assert telling.hits == (a_hit("Camps"), a_hit("Detained"))
        assert telling.story == tx.story(StoryId(article.id))
        assert telling.before is None


def test_a_telling_about_the_watcher_itself_needs_no_article(store: Store) -> None:
    with store.write() as tx:
        tx.add_alerts([an_alert(1, kind=AlertKind.HEALTH, body="A feed is silent.")])
        tx.add_deliveries([a_delivery(1, rules=())])

        batch = tx.take("desk", now=NOW)

    assert batch is not None
    [telling] = batch.tellings
    assert (telling.article, telling.story, telling.hits) == (None, None, ())


@pytest.mark.parametrize("later", [False, True])
def test_an_edit_is_told_against_the_words_it_replaced(store: Store, *, later: bool) -> None:
    versions = [replace(an_article(1), title=f"Version {n}") for n in range(4)]
    with store.write() as tx:
        put(tx, versions[0])
        for n, version in enumerate(versions[1:3], start=1):
            tx.add_versions([version], contents=contents([version]), at=NOW + n * HOUR)
        edit = an_alert(1, kind=AlertKind.EDIT, article=versions[0].id, created=NOW + 2 * HOUR)
        tx.add_alerts([edit])
        tx.add_deliveries([a_delivery(1)])
        if later:
            tx.add_versions([versions[3]], contents=contents([versions[3]]), at=NOW + 3 * HOUR)

        batch = tx.take("desk", now=NOW + 4 * HOUR)

    assert batch is not None
    assert batch.tellings[0].before == versions[1]


def test_a_message_of_many_alerts_takes_no_more_questions_than_one_of_few(store: Store) -> None:
    articles = [an_article(n) for n in range(60)]
    with store.write() as tx:
        put(tx, *articles)
        for article in articles:
            tx.add_hits(article.id, [a_hit()])
        tx.add_alerts(
            [
                an_alert(n, kind=AlertKind.EDIT, article=a.id, story=StoryId(a.id))
                for n, a in enumerate(articles)
            ]
        )
        few = [a_delivery(n, hold=Hold.QUIET) for n in range(3)]
        many = [a_delivery(n, hold=Hold.DIGEST, due=NOW + MINUTE) for n in range(3, 60)]
        tx.add_deliveries([*few, *many])

    counted = []
    with store.write() as tx:
        for expected in (few, many):
            with statements(store) as asked:
                assert ids(tx.take("desk", now=NOW + HOUR)) == names(*expected)
            counted.append(len(asked))

    assert counted[0] == counted[1]
    assert counted[1] <= 14


@contextlib.contextmanager
def statements(store: Store) -> Iterator[list[str]]:
    """Yield the list to which every statement of the writer is added."""
    asked: list[str] = []

    def note(*arguments: Any) -> None:
        asked.append(arguments[2])

    event.listen(store._engines.writer, "before_cursor_execute", note)
    yield asked
    event.remove(store._engines.writer, "before_cursor_execute", note)


# --- finding alerts --------------------------------------------------------------------------


def test_alerts_are_listed_newest_first_by_rule_feed_and_time(store: Store) -> None:
    old = an_alert(1, created=NOW - HOUR, rules=("Detained", "Camps"))
    new = an_alert(2, article=an_article(1).id, rules=("Camps",))
    twin = an_alert(3)
    with store.write() as tx:
        tx.sync_feeds([FEED], now=NOW)
        put(tx, an_article(1))
        tx.add_alerts([old, new, twin])
        tx.add_alerts([replace(old, headline="Other")])

        assert tx.alerts() == [twin, new, old]
        assert tx.alerts(limit=1) == [twin]
        assert tx.alerts(since=NOW) == [twin, new]
        assert tx.alerts(rule="Camps") == [new, old]
        assert tx.alerts(feed=FEED.url) == tx.alerts(feed=FEED.name) == [new]
        assert tx.alerts(feed="nobody") == []


def test_an_alert_is_found_by_the_beginning_of_its_id_if_it_is_the_only_one(store: Store) -> None:
    one, two = an_alert(0x10), an_alert(0x11)
    with store.write() as tx:
        tx.add_alerts([one, two])

        assert tx.alert(one.id) == one
        assert tx.alert(one.id[:-1]) is None
        assert tx.alert("") is None
        assert tx.alert("%") is None
        assert tx.alert("f") is None
        tx.add_alerts([an_alert(2, id="bb00000000000000")])
        assert tx.alert("b") is not None


# --- keys ------------------------------------------------------------------------------------


def test_the_key_of_a_message_leads_to_its_alerts(store: Store) -> None:
    one, two = a_delivery(1, hold=Hold.LIMIT), a_delivery(2, hold=Hold.LIMIT)
    with store.write() as tx:
        post(tx, one, two)
        batch = tx.take(one.target, now=NOW + HOUR)

    assert batch is not None
    with store.read() as known:
        by_message = [alert.id for alert in known.alerts_by_key(batch.key[:12])]
        by_delivery = [alert.id for alert in known.alerts_by_key(two.id)]
        by_alert = [alert.id for alert in known.alerts_by_key(one.alert)]

    assert set(by_message) == {one.alert, two.alert}
    assert by_delivery == [two.alert]
    assert by_alert == [one.alert]
