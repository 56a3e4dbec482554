"""When a feed is polled next, and when its trouble is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.make import NOON, a_feed, a_feed_state, an_answer

from watcher.core import rhythm
from watcher.core.model import Document, FeedFault, FeedState

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
WATCHED = a_feed_state(
    first_read=NOON - timedelta(days=30), interval=timedelta(days=1), last_new=NOON
)
"""A feed that has been watched for a month."""


TWENTY = Document(format="rss20", encoding="utf-8", items=20)


def answered(
    state: FeedState, *, status: int = 200, new: int = 1, brings: Document = TWENTY, **more: Any
) -> FeedState:
    """Return the state after an answer with `new` new items, of 20 if the test names no other."""
    fetched = an_answer(status=status, **more)
    document = None if status == 304 else brings
    arrived = [None] * new if document else []
    return rhythm.after_answer(state, fetched, document, arrived=arrived, now=NOON, jitter=0.0)


def failed(
    state: FeedState,
    fault: FeedFault = FeedFault.TIMEOUT,
    *,
    now: datetime = NOON,
    retry_after: timedelta | None = None,
) -> FeedState:
    return rhythm.after_failure(state, fault, "", retry_after=retry_after, now=now, jitter=0.0)


def test_both_validators_go_back_byte_for_byte() -> None:
    state = answered(
        a_feed_state(), etag='W/"a\\"b"', last_modified="Sunday, 06-Nov-94 08:49:37 GMT"
    )

    assert rhythm.validators(state, now=NOON) == ('W/"a\\"b"', "Sunday, 06-Nov-94 08:49:37 GMT")


def test_a_200_without_validators_clears_the_old_ones() -> None:
    state = answered(a_feed_state(etag='"old"', last_modified="old"))

    assert rhythm.validators(state, now=NOON) == (None, None)


def test_a_304_brings_its_new_etag_and_keeps_what_it_leaves_out() -> None:
    state = answered(a_feed_state(etag='"1"', last_modified="old"), status=304, etag='"2"')

    assert rhythm.validators(state, now=NOON) == ('"2"', "old")


def test_a_server_that_says_304_for_nine_days_is_asked_once_without_validators() -> None:
    state = answered(a_feed_state(etag='"1"'), status=304)

    assert rhythm.validators(state, now=NOON + timedelta(days=7)) == ('"1"', None)
    assert rhythm.validators(state, now=NOON + timedelta(days=9)) == (None, None)

    state = answered(state, etag='"1"')

    assert rhythm.validators(state, now=NOON + timedelta(days=9)) == ('"1"', None)


@pytest.mark.parametrize(
    ("state", "more", "wait"),
    [
        (a_feed_state(), {"etag": '"1"'}, 15 * MINUTE),
        (replace(WATCHED, last_new=NOON - timedelta(days=9)), {"etag": '"1"', "new": 0}, HOUR),
        (WATCHED, {}, 24 * HOUR),
        (a_feed_state(feed=a_feed(every=5 * MINUTE)), {}, 5 * MINUTE),
        (a_feed_state(feed=a_feed(every=timedelta(seconds=1))), {}, MINUTE),
        (a_feed_state(), {"etag": '"1"', "max_age": 2 * HOUR}, 2 * HOUR),
        (a_feed_state(), {"etag": '"1"', "max_age": timedelta(days=365)}, 6 * HOUR),
        (a_feed_state(), {"etag": '"1"', "max_age": MINUTE}, 15 * MINUTE),
    ],
    ids=[
        "news",
        "slow",
        "no validators",
        "the user's word",
        "floor",
        "max-age is a lower bound",
        "max-age of a year is a mistake",
        "a short max-age does not hurry us",
    ],
)
def test_the_pause_between_polls(state: FeedState, more: dict[str, Any], wait: timedelta) -> None:
    after = answered(state, **more)

    assert after.interval == wait
    assert after.next_due - NOON == wait


def test_a_feed_whose_only_item_is_years_old_is_asked_hourly_from_the_first_sight_on() -> None:
    document = Document(format="rss20", encoding="utf-8", items=1)
    old = [NOON - timedelta(days=3000)]

    after = rhythm.after_answer(
        a_feed_state(), an_answer(etag='"1"'), document, arrived=old, now=NOON, jitter=0.0
    )

    assert after.interval == HOUR


def test_what_a_partial_answer_leaves_out_is_not_gone_and_the_hashes_do_not_grow_for_ever() -> None:
    state, most = a_feed_state(), 0
    for n in range(300):
        digests = frozenset(f"{n}-{m}".encode() for m in range(100))
        part = Document(format="rss20", encoding="utf-8", items=100, digests=digests)
        after = rhythm.after_answer(
            state, an_answer(status=226), part, arrived=[], now=NOON, jitter=0.0
        )
        kept = state.digests <= after.digests or after.digests == digests
        state, most = after, max(most, len(after.digests))

        assert kept

    assert 10_000 <= most < 10_200


def test_hours_and_days_the_publisher_wants_to_be_left_alone_in() -> None:
    quiet = Document(
        format="rss20",
        encoding="utf-8",
        skip_hours=frozenset({12, 13}),
        skip_days=frozenset({"Wednesday"}),
    )

    after = rhythm.after_answer(
        a_feed_state(), an_answer(etag='"1"'), quiet, arrived=[None], now=NOON, jitter=0.0
    )

    assert after.next_due.hour == 14


def test_waits_double_up_to_six_hours_and_no_feed_is_given_up() -> None:
    state, waits = a_feed_state(), []
    for _ in range(12):
        state = failed(state)
        waits.append(state.next_due - NOON)

    assert waits[:3] == [2 * MINUTE, 4 * MINUTE, 8 * MINUTE]
    assert waits[-1] == 6 * HOUR


def test_a_feed_that_is_gone_is_asked_once_a_day() -> None:
    state = failed(failed(a_feed_state(), FeedFault.GONE), FeedFault.GONE)

    assert state.next_due - NOON == timedelta(days=1)


@pytest.mark.parametrize(
    ("asked", "kept"), [(90 * MINUTE, 90 * MINUTE), (timedelta(days=9), timedelta(days=1))]
)
def test_what_the_server_asks_for_is_kept_to_up_to_a_day(asked: timedelta, kept: timedelta) -> None:
    state = failed(a_feed_state(), FeedFault.RATE_LIMITED, retry_after=asked)

    assert state.next_due - NOON == kept


def test_a_failure_keeps_validators_and_items() -> None:
    state = a_feed_state(etag='"1"', last_modified="x", digests=frozenset({b"12345678"}))

    after = failed(state)

    assert (after.etag, after.last_modified, after.digests) == ('"1"', "x", state.digests)


@given(
    jitter=st.floats(0, 1, exclude_max=True),
    failures=st.integers(0, 10_000),
    ask=st.none() | st.timedeltas(timedelta(0), timedelta(days=900)),
)
def test_a_retry_is_never_in_the_past_and_never_later_than_a_day(
    jitter: float, failures: int, ask: timedelta | None
) -> None:
    state = rhythm.after_failure(
        a_feed_state(failures=failures),
        FeedFault.SERVER_ERROR,
        "",
        retry_after=ask,
        now=NOON,
        jitter=jitter,
    )

    assert NOON < state.next_due <= NOON + timedelta(days=1) * 1.11


def test_what_one_poll_leaves_is_asked_for_soon_without_validators() -> None:
    after = answered(a_feed_state(etag='"1"'), brings=replace(TWENTY, left=3), etag='"2"')

    assert (after.etag, after.last_modified) == (None, None)
    assert after.next_due - NOON < timedelta(minutes=3)
    assert after.first_read is None, "its first sight goes on"


def test_what_is_left_and_can_not_be_read_does_not_hurry() -> None:
    after = answered(a_feed_state(etag='"1"'), new=0, brings=replace(TWENTY, left=3), etag='"2"')

    assert after.etag is None
    assert after.next_due - NOON > timedelta(minutes=10)
    assert after.first_read == NOON


def test_a_document_that_breaks_off_is_confirmed_only_when_it_does_so_twice() -> None:
    half = replace(TWENTY, cut_off=True, ill_formed=True)

    first = answered(replace(WATCHED, etag='"1"'), brings=half, etag='"2"')
    second = answered(first, brings=half, etag='"2"')
    third = answered(second, brings=half, etag='"2"')

    assert (first.etag, second.etag, third.etag) == (None, '"2"', '"2"')
    assert first.next_due - NOON < timedelta(minutes=17)
