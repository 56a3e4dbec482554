"""What is learned of a feed's habits, and the pace that comes from them: no item slips through."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from itertools import accumulate
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.make import NOON
from support.replay import Press, after, follow, history, snapshots, sped_up

from watcher.core.model import Ailment, Habits
from watcher.core.rhythm import health, incidents
from watcher.core.rhythm.habits import LEAST_PATIENCE, UNKNOWN_PATIENCE, learn, patience

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
HISTORY = Path(__file__).parents[2] / ".." / "shared" / "data" / "feeds" / "history"


def test_the_dates_of_the_first_document_show_a_feeds_rhythm() -> None:
    dates = [NOON - n * HOUR for n in range(20)]

    habits = learn(Habits(), dates, items=20, last=None, now=NOON)

    assert (habits.gap, habits.longest, habits.gaps) == (HOUR, HOUR, 19)
    assert habits.reach == 20 * HOUR


def test_items_without_a_date_count_from_the_poll_that_brought_them() -> None:
    habits = learn(Habits(), [None, None], items=10, last=NOON - 2 * HOUR, now=NOON)

    assert (habits.gap, habits.gaps) == (HOUR, 2)


def test_a_date_before_the_last_item_or_ahead_of_now_teaches_nothing() -> None:
    odd = [NOON - timedelta(days=900), NOON + timedelta(days=900)]

    habits = learn(Habits(), odd, items=10, last=NOON - HOUR, now=NOON)

    assert habits.longest == HOUR


def test_a_long_pause_is_remembered_for_a_while_and_forgotten_in_the_end() -> None:
    habits = learn(Habits(), [NOON], items=10, last=NOON - 60 * HOUR, now=NOON)
    week, year = habits, habits
    for _ in range(7 * 24):
        week = learn(week, [NOON], items=10, last=NOON - HOUR, now=NOON)
    for _ in range(365 * 24):
        year = learn(year, [NOON], items=10, last=NOON - HOUR, now=NOON)

    assert week.longest is not None
    assert week.longest > 50 * HOUR
    assert year.longest == HOUR


@given(st.lists(st.timedeltas(timedelta(0), timedelta(days=3)), min_size=1, max_size=60))
def test_a_feed_that_keeps_to_its_pauses_is_never_called_silent(pauses: list[timedelta]) -> None:
    habits, last = Habits(), NOON
    for turn in range(2):
        for pause in pauses:
            assert turn == 0 or pause < patience(habits)
            habits = learn(habits, [last + pause], items=20, last=last, now=last + pause)
            last += pause

    assert patience(habits) >= (LEAST_PATIENCE if habits.gaps >= 5 else UNKNOWN_PATIENCE)


@given(
    gaps=st.lists(st.integers(1, 90), min_size=80, max_size=200),
    holds=st.integers(15, 60),
    dated=st.booleans(),
    validators=st.booleans(),
)
def test_no_item_comes_and_goes_unseen_between_two_polls(
    gaps: list[int], holds: int, *, dated: bool, validators: bool
) -> None:
    printed = tuple(NOON + n * MINUTE for n in accumulate(gaps))
    press = Press(printed, holds, dated, validators)

    followed = follow(press, start=printed[60], end=printed[-1])

    assert followed.lost == 0


def test_items_that_turn_over_faster_than_they_are_asked_for_are_warned_of() -> None:
    printed = tuple(NOON + n * MINUTE for n in range(600))
    press = Press(printed, holds=10)

    followed = follow(press, start=printed[60], end=printed[-1], every=HOUR)

    assert followed.lost > 0
    assert followed.warned > 0
    found = incidents(followed.last, followed.last, now=followed.last.next_due)
    assert [one.ailment for one in found if one.begins] == [Ailment.MISSED]


@pytest.fixture(scope="module")
def recorded() -> list[datetime]:
    """When the items of a wire service's feed came, by its recorded snapshots."""
    folder = HISTORY / "reuters_direct"
    if not folder.is_dir():
        pytest.skip("the recorded histories are not here")
    return asyncio.run(history(snapshots(folder)))


@pytest.mark.parametrize("holds", [10, 20, 50, 500])
@pytest.mark.parametrize("factor", [1, 4])
def test_a_recorded_history_loses_nothing_at_the_chosen_pace(
    recorded: list[datetime], holds: int, factor: int
) -> None:
    times = sped_up(recorded, factor)
    start = times[min(max(holds, 20), len(times) - 60)]

    for dated in (True, False):
        for validators in (True, False):
            press = Press(times, holds, dated, validators)
            assert follow(press, start=start, end=times[-1]).lost == 0


def test_a_recorded_history_that_freezes_raises_the_alarm_once_and_not_before(
    recorded: list[datetime],
) -> None:
    times = tuple(recorded)
    live = follow(Press(times, 50), start=times[60], end=times[-1]).last
    late = patience(live.habits) + HOUR

    said = [health(after(live, hours * HOUR), now=live.next_due).word for hours in (1, 8)]
    frozen = after(live, late)
    alarm = incidents(live, frozen, now=times[-1] + late)

    assert said == ["alive", "alive"]
    assert [one.ailment for one in alarm] == [Ailment.SILENT]
    assert patience(live.habits) < timedelta(days=3), "a wire desk is missed within days, not weeks"
