"""How a feed is, and what the health channels hear of it: once per incident, once at its end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from support.make import NOON, a_feed, a_feed_state, an_answer

from watcher.core import rhythm
from watcher.core.model import Ailment, Document, FeedFault, FeedState, Habits

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
HOURLY = Habits(gap=HOUR, longest=10 * HOUR, gaps=30, reach=20 * HOUR)


def read(**more: Any) -> FeedState:
    """Return a feed that was polled at noon and could be read."""
    plain: dict[str, Any] = {
        "last_polled": NOON,
        "last_read": NOON,
        "first_read": NOON - 99 * DAY,
        "last_new": NOON - HOUR,
        "habits": HOURLY,
        "etag": '"1"',
    }
    return a_feed_state(**(plain | more))


def failed(state: FeedState, fault: FeedFault, *, at: datetime = NOON) -> FeedState:
    return rhythm.after_failure(state, fault, "It is so.", retry_after=None, now=at, jitter=0.0)


def answered(
    state: FeedState, *, at: datetime = NOON, arrived: Sequence[datetime | None] = (), **more: Any
) -> FeedState:
    document = Document(format="rss20", encoding="utf-8", items=20, **more)
    return rhythm.after_answer(
        state, an_answer(etag='"2"'), document, arrived=arrived, now=at, jitter=0.0
    )


def told(states: Sequence[tuple[FeedState, datetime]]) -> list[list[tuple[str, bool]]]:
    """Go through the states as the watcher does, and return what each begins and ends."""
    known: frozenset[Ailment] = frozenset()
    heard = []
    for before, (state, at) in zip([states[0], *states], states, strict=False):
        earlier = replace(before[0], told=known)
        found = rhythm.incidents(earlier, replace(state, told=known), now=at)
        known |= {one.ailment for one in found if one.begins}
        known -= {one.ailment for one in found if not one.begins}
        heard.append([(one.ailment.value, one.begins) for one in found])
    return heard


@pytest.mark.parametrize(
    ("state", "word", "detail"),
    [
        (a_feed_state(), "not polled yet", ""),
        (read(), "alive", ""),
        (read(last_new=NOON - 30 * HOUR), "alive", ""),
        (read(last_new=NOON - 60 * HOUR), "silent", "usually something every 60 min"),
        (read(last_new=NOON - 20 * DAY, habits=Habits()), "alive", ""),
        (read(last_new=NOON - 31 * DAY, habits=Habits()), "silent", "nothing new"),
        (read(last_new=NOON - 3000 * DAY), "zombie", "more than a year old"),
        (read(moved_to="https://b.example/", moved_since=NOON - 13 * DAY), "alive", ""),
        (read(moved_to="https://b.example/", moved_since=NOON - 14 * DAY), "moved", "b.example"),
        (read(garbled=0.001), "alive", ""),
        (read(garbled=0.2), "mojibake", "20%"),
        (read(missed_at=NOON), "missed", "may have been missed"),
        (read(ill_formed=True), "broken-xml", "read all the same"),
        (read(damaged=1), "alive", "1 item damaged"),
        (read(dropped=9), "alive", "9 items over the limit"),
        (failed(read(), FeedFault.HTML), "html", "It is so."),
        (failed(read(), FeedFault.BLOCKED), "blocked", "It is so."),
        (failed(read(), FeedFault.RATE_LIMITED), "rate-limited", "It is so."),
        (failed(read(), FeedFault.GONE), "gone", "It is so."),
    ],
)
def test_each_state_of_a_feed_has_its_word(state: FeedState, word: str, detail: str) -> None:
    found = rhythm.health(state, now=NOON)

    assert (found.word, found.readable) == (word, state.fault is None)
    assert detail in found.detail


def test_the_gravest_is_the_word_and_the_others_are_named_too() -> None:
    found = rhythm.health(read(last_new=NOON - 9 * DAY, garbled=0.5, damaged=2), now=NOON)

    assert found.word == "silent"
    assert found.since == NOON - 9 * DAY
    assert "50%" in found.detail
    assert "2 items damaged" in found.detail


def test_trouble_that_a_person_must_mend_is_told_at_the_third_failure_and_its_end_once() -> None:
    states, state = [], read()
    for _ in range(6):
        state = failed(state, FeedFault.HTML)
        states.append((state, NOON))
    states += [(answered(state), NOON), (answered(answered(state)), NOON)]

    begins, ends = [("trouble", True)], [("trouble", False)]
    assert told(states) == [[], [], begins, [], [], [], ends, []]


def test_what_may_pass_by_itself_is_told_after_a_day() -> None:
    state = read()
    for _ in range(3):
        state = failed(state, FeedFault.TIMEOUT)
    soon, late = NOON + 5 * HOUR, NOON + 25 * HOUR

    heard = told(
        [
            (failed(state, FeedFault.TIMEOUT, at=soon), soon),
            (failed(state, FeedFault.TIMEOUT, at=late), late),
        ]
    )

    assert heard == [[], [("trouble", True)]]


def test_a_feed_that_is_gone_is_told_at_the_second_410() -> None:
    first = failed(read(), FeedFault.GONE)
    second = failed(first, FeedFault.GONE)

    assert told([(first, NOON), (second, NOON)]) == [[], [("trouble", True)]]


def test_silence_is_told_once_and_the_first_item_after_it_ends_it() -> None:
    quiet = read()
    at = [NOON + days * DAY for days in range(1, 6)]
    states = [(answered(quiet, at=now), now) for now in at[:4]]
    states.append((answered(quiet, at=at[4], arrived=[None]), at[4]))

    assert told(states) == [[], [], [("silent", True)], [], [("silent", False)]]


def test_while_a_feed_can_not_be_read_nothing_else_is_judged() -> None:
    late = NOON + 9 * DAY
    silent = read(told=frozenset({Ailment.SILENT}))
    broken = failed(silent, FeedFault.TIMEOUT, at=late)

    assert rhythm.incidents(silent, broken, now=late) == ()


def test_a_feed_whose_newest_item_is_years_old_is_so_from_the_first_sight_on() -> None:
    old = [NOON - n * DAY for n in range(3000, 3020)]

    state = answered(a_feed_state(), arrived=old)

    assert told([(state, NOON)]) == [[("zombie", True)]]
    assert rhythm.health(state, now=NOON).since == max(old)


def test_a_redirect_that_flips_back_and_forth_is_never_proposed() -> None:
    state = read()
    for days in range(40):
        target = "https://b.example/" if days % 7 else None
        fetched = an_answer(status=304, moved_to=target)
        at = NOON + days * DAY
        state = rhythm.after_answer(state, fetched, None, arrived=[], now=at, jitter=0.0)

        assert rhythm.health(replace(state, last_new=at), now=at).word == "alive"


@pytest.mark.parametrize("ailment", Ailment)
@pytest.mark.parametrize("begins", [True, False])
def test_every_notice_names_the_feed_in_plain_words(ailment: Ailment, *, begins: bool) -> None:
    state = failed(read(moved_to="https://b.example/", missed_at=NOON), FeedFault.HTML)
    incident = rhythm.Incident(ailment=ailment, begins=begins)

    notice = rhythm.notice_of(incident, state, state, when=str)

    assert "Courier" in notice.headline
    assert notice.body.startswith("https://courier.example/rss")
    assert "None" not in notice.headline + notice.body


def test_a_name_with_braces_is_only_a_name() -> None:
    state = failed(read(feed=a_feed(name="{fault} {0}")), FeedFault.HTML)

    notice = rhythm.notice_of(
        rhythm.Incident(ailment=Ailment.TROUBLE, begins=True), state, state, when=str
    )

    assert notice.headline == "{fault} {0} can't be read: html"


@pytest.mark.parametrize(
    ("state", "ends"),
    [
        (read(last_new=NOON - 3000 * DAY), "watcher feeds discover https://a.example --private"),
        (read(last_new=NOON - 60 * HOUR), "watcher feeds discover https://a.example --private"),
        (
            read(moved_to="https://b.example/rss", moved_since=NOON - 14 * DAY),
            "\nhttps://b.example/rss",
        ),
        (failed(read(), FeedFault.GONE), "watcher feeds discover https://a.example --private"),
    ],
)
def test_a_notice_ends_with_what_to_open_or_to_type(state: FeedState, ends: str) -> None:
    feed = replace(state.feed, url="https://a.example/rss?x=1", private=True)
    state = replace(state, feed=feed, failures=3)
    [incident] = rhythm.incidents(read(), state, now=NOON)

    notice = rhythm.notice_of(incident, read(), state, when=str)

    assert notice.body.endswith(ends)


def test_a_strange_host_in_a_command_runs_nothing() -> None:
    feed = replace(read().feed, url="https://$(reboot).example/rss")

    assert rhythm.discover(feed) == "watcher feeds discover 'https://$(reboot).example'"
