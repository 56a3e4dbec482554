"""When a hub is asked, and how slowly a feed is polled because its hub sends what is new."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from support.make import NOON, a_feed, a_feed_state

from watcher.core.model import Document, FeedFault, FeedId, Habits, HubState, Subscription
from watcher.core.rhythm import hub

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
POLLED = NOON - 10 * MINUTE


def a_subscription(**more: Any) -> Subscription:
    plain: dict[str, Any] = {
        "token": "token",
        "secret": "secret",
        "feed": FeedId(1),
        "hub": "https://hub.example/",
        "topic": "https://courier.example/rss",
        "base": "https://watch.example.org",
        "state": HubState.LIVE,
        "renew": NOON + DAY,
        "since": NOON - DAY,
        "until": NOON + 2 * DAY,
        "pushed": NOON - MINUTE,
    }
    return Subscription(**(plain | more))


def a_state(gap: timedelta = 2 * HOUR, items: int = 20, **more: Any) -> Any:
    plain: dict[str, Any] = {
        "habits": Habits(gap=gap, longest=gap, gaps=20, reach=gap * items),
        "last_polled": POLLED,
        "last_read": POLLED,
        "first_read": POLLED - DAY,
        "next_due": POLLED + 15 * MINUTE,
    }
    return a_feed_state(**(plain | more))


def rest(state: Any, subscription: Subscription) -> timedelta | None:
    due = hub.rests_until(state, subscription, now=NOON, jitter=0.0)
    return None if due is None else due - state.last_polled


def test_a_feed_whose_hub_pushes_rests_up_to_six_hours_from_its_last_poll() -> None:
    assert rest(a_state(), a_subscription()) == 6 * HOUR


def test_a_feed_never_rests_so_long_that_an_item_could_come_and_go() -> None:
    assert rest(a_state(gap=HOUR, items=8), a_subscription()) == 2 * HOUR


def test_a_feed_rests_no_longer_than_a_few_of_its_pauses() -> None:
    assert rest(a_state(gap=10 * MINUTE, items=200), a_subscription()) == 40 * MINUTE


def test_rest_ends_with_the_lease_and_with_the_patience_for_a_silent_hub() -> None:
    ending = a_subscription(until=POLLED + 2 * HOUR)
    quiet = a_subscription(pushed=POLLED - 5 * HOUR)

    assert rest(a_state(), ending) == 2 * HOUR
    assert rest(a_state(), quiet) == 3 * HOUR


def test_no_rest_is_earned_by_a_promise_alone() -> None:
    earned_nothing = [
        a_subscription(pushed=None),
        a_subscription(state=HubState.ASKED),
        a_subscription(state=HubState.DENIED),
        a_subscription(until=NOON),
        a_subscription(missed=NOON - 23 * HOUR),
        a_subscription(pushed=NOON - 2 * DAY),
    ]

    assert [rest(a_state(), one) for one in earned_nothing] == [None] * len(earned_nothing)
    assert rest(a_state(), a_subscription(missed=NOON - 25 * HOUR)) == 6 * HOUR


def test_a_feed_in_trouble_one_with_every_and_one_of_unknown_pace_keep_their_own() -> None:
    own = [
        a_state(fault=FeedFault.TIMEOUT),
        a_state(feed=a_feed(every=5 * MINUTE)),
        a_state(habits=Habits()),
    ]

    assert [rest(state, a_subscription()) for state in own] == [None] * 3


@given(
    gap=st.timedeltas(timedelta(seconds=1), 30 * DAY),
    items=st.integers(1, 500),
    pushed=st.timedeltas(timedelta(0), 3 * DAY),
    lease=st.timedeltas(-HOUR, 10 * DAY),
)
def test_rest_never_passes_lease_reach_or_six_hours_and_never_hastens(
    gap: timedelta, items: int, pushed: timedelta, lease: timedelta
) -> None:
    state = a_state(gap=gap, items=items)
    subscription = a_subscription(pushed=NOON - pushed, until=NOON + lease)
    due = hub.rests_until(state, subscription, now=NOON, jitter=0.0)

    if due is not None:
        assert state.next_due < due <= NOON + lease
        assert due - POLLED <= min(6 * HOUR, gap * items / 4)


def test_what_a_poll_finds_counts_against_the_hub_only_if_it_had_promised_by_then() -> None:
    def after(new: int = 1, *, rung: bool = False, **more: Any) -> Subscription:
        known = a_subscription(**more)
        return hub.after_poll(known, a_state(), new=new, rung=rung, now=NOON)

    assert after().missed == NOON
    assert after(new=0).missed is None
    assert after(since=POLLED + MINUTE).missed is None
    assert after(until=NOON).missed is None
    assert (after(rung=True).missed, after(rung=True).pushed) == (None, NOON)


def test_a_lease_is_taken_within_bounds_and_renewed_at_two_thirds() -> None:
    def lease(granted: timedelta | None) -> tuple[datetime | None, datetime]:
        known = hub.confirmed(a_subscription(), granted, now=NOON, jitter=0.0)
        return known.until, known.renew

    assert lease(9 * DAY) == (NOON + 9 * DAY, NOON + 6 * DAY)
    assert lease(timedelta(0))[0] == NOON + DAY
    assert lease(timedelta(seconds=1))[0] == NOON + 5 * MINUTE
    assert lease(timedelta(days=10_000))[0] == NOON + 30 * DAY
    assert lease(None)[0] == NOON + DAY


def test_a_lease_that_runs_goes_on_while_its_renewal_fails() -> None:
    asked = hub.asking(a_subscription(), now=NOON, jitter=0.0)
    failed = hub.failed(asked, "down\n", retry_after=2 * DAY, now=NOON)

    assert hub.live(failed, now=NOON)
    assert (failed.detail, failed.failures) == ("down", 1)
    assert (asked.renew, failed.renew) == (NOON + 10 * MINUTE, NOON + DAY)


def test_a_hub_that_does_not_confirm_the_end_is_asked_three_times_and_then_left() -> None:
    known, times = hub.leaving(a_subscription(), now=NOON), 0
    while known.state is HubState.LEAVING:
        known, times = hub.asking(known, now=NOON, jitter=0.0), times + 1

    assert times == 4
    assert known.state is HubState.LEFT
    assert hub.leaving(a_subscription(state=HubState.DENIED), now=NOON).state is HubState.LEFT


def test_a_push_adds_what_it_lists_and_touches_nothing_that_belongs_to_polls() -> None:
    state = a_state(etag='"1"', head=b"head", digests=frozenset({b"a"}), last_new=NOON - HOUR)
    document = Document(
        format="rss20", encoding="utf-8", digests=frozenset({b"b"}), head=b"other", items=1
    )

    after = hub.after_push(state, document, [None], now=NOON)

    assert after.digests == {b"a", b"b"}
    assert (after.etag, after.head, after.next_due) == ('"1"', b"head", state.next_due)
    assert (after.last_polled, after.last_new) == (POLLED, NOON)
    assert after.habits.gap is not None
    assert after.habits.reach == after.habits.gap * 20, "a push shows a part of the document"


def test_a_whole_document_that_was_pushed_does_not_hide_its_head_from_the_next_poll() -> None:
    document = Document(
        format="json11", encoding="utf-8", digests=frozenset({b"b", b"all"}), head=b"all", items=1
    )

    assert b"all" not in hub.after_push(a_state(), document, [], now=NOON).digests
