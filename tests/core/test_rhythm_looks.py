"""When the page of an article that was told is looked at again, and what a look means."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.make import NOON, a_feed, a_rule, an_answer, an_article

from watcher.core.model import Feed, FullText, Glimpse, Page, Recheck, Rule, Severity, Sight
from watcher.core.rhythm import looks

HOUR = timedelta(hours=1)
ARTICLE = an_article(url="https://courier.example/1")
THERE, GONE, UNSURE = (Glimpse(sight=sight) for sight in (Sight.THERE, Sight.GONE, Sight.UNSURE))
FULL = a_feed(full_text=FullText.WHEN_NEAR)


def a_look(**more: Any) -> Recheck:
    return replace(looks.first_look(ARTICLE, None, now=NOON), **more)


def run(*glimpses: Glimpse) -> list[float]:
    """Look on time with these results; return after how many hours each look was made."""
    recheck, at = a_look(), []
    for glimpse in glimpses:
        if recheck.due is None:
            break
        now = recheck.due
        at.append((now - NOON) / HOUR)
        recheck = looks.after_look(recheck, glimpse, now=now)
    return at


def test_a_page_is_looked_at_after_an_hour_six_a_day_and_three() -> None:
    assert run(*[THERE] * 9) == run(*[UNSURE] * 9) == [1, 6, 24, 72]


def test_a_page_that_is_gone_is_looked_at_again_after_an_hour_and_then_no_more() -> None:
    assert run(THERE, GONE, GONE, GONE) == [1, 6, 7]
    assert run(THERE, GONE, THERE, GONE) == [1, 6, 7, 24]
    assert run(THERE, THERE, THERE, GONE, GONE, GONE) == [1, 6, 24, 72, 73]


def test_it_has_vanished_only_when_both_looks_an_hour_apart_found_nothing() -> None:
    missing = a_look(missing=NOON)

    assert looks.has_vanished(missing, GONE, now=NOON + HOUR)
    assert not looks.has_vanished(missing, GONE, now=NOON + HOUR / 2)
    assert not looks.has_vanished(missing, UNSURE, now=NOON + HOUR)
    assert not looks.has_vanished(a_look(), GONE, now=NOON + HOUR)


@pytest.mark.parametrize(
    ("rule", "feed", "wanted"),
    [
        (a_rule(), FULL, True),
        (a_rule(), a_feed(), False),
        (a_rule(severity=Severity.HIGH), a_feed(), True),
        (a_rule(severity=Severity.CRITICAL), a_feed(), True),
        (a_rule(edits=False), FULL, False),
        (a_rule(edits=False, severity=Severity.CRITICAL), FULL, False),
    ],
)
def test_pages_are_looked_at_for_edits_where_they_are_read_and_for_what_weighs_much(
    rule: Rule, feed: Feed, wanted: bool
) -> None:
    assert looks.wanted(ARTICLE, feed, [rule]) is wanted
    assert not looks.wanted(replace(ARTICLE, url=None), FULL, [rule])


def test_a_look_is_as_late_as_the_host_asks() -> None:
    asked = Glimpse(sight=Sight.UNSURE, retry_after=30 * HOUR)

    after = looks.after_look(a_look(), asked, now=NOON + HOUR)

    assert after.due == NOON + 31 * HOUR


def test_validators_are_kept_from_pages_that_were_there_only() -> None:
    page = Page(url="https://courier.example/1", text="Words.", answer=an_answer(etag='"1"'))
    first = looks.first_look(ARTICLE, page, now=NOON)
    wall = Glimpse(sight=Sight.UNSURE, etag='"wall"')
    there = Glimpse(sight=Sight.THERE, etag='"2"')

    assert (first.page, first.etag) == (looks.text_mark("Words."), '"1"')
    assert looks.after_look(first, wall, now=NOON + HOUR).etag == '"1"'
    assert looks.after_look(first, there, now=NOON + HOUR).etag == '"2"'
    assert looks.after_look(first, THERE, now=NOON + HOUR).etag == '"1"'


@given(
    seen=st.lists(
        st.tuples(
            st.sampled_from(list(Sight)),
            st.floats(0, 40),
            st.none() | st.floats(0, 24),
        ),
        min_size=80,
        max_size=80,
    )
)
def test_looks_go_on_and_end_within_their_days_whatever_they_show_and_however_late_they_are(
    seen: list[tuple[Sight, float, float | None]],
) -> None:
    recheck, number = a_look(), 0
    for sight, late, wait in seen:
        if recheck.due is None:
            break
        now = recheck.due + timedelta(hours=late)
        asked = None if wait is None else timedelta(hours=wait)
        recheck = looks.after_look(recheck, Glimpse(sight=sight, retry_after=asked), now=now)
        number += 1
        assert recheck.due is None or now < recheck.due <= NOON + looks.OLDEST

    assert recheck.due is None
    assert number <= looks.OLDEST / HOUR
