"""How a feed usually behaves, learned from when its items came.

A wire desk prints every few minutes and pauses at night, a small NGO prints twice a week; "silent"
and "too slowly polled" mean something else for each. Learning takes a handful of numbers and no
history: a mean that forgets, and the longest pause, which fades.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

from watcher.core.model import Habits

ENOUGH = 5
"""Pauses from which a feed's own rhythm is taken for known."""
UNKNOWN_PATIENCE = timedelta(days=30)
"""How long a feed may be quiet whose rhythm isn't known yet."""
LEAST_PATIENCE = timedelta(days=1)
LONGEST_TIMES = 5
"""A feed is silent after so many times its longest pause."""

_MEMORY = 30
"""Pauses that the mean remembers."""
_FADING = 30
"""The longest pause is forgotten after so many times its own length."""
_MOST = 100
"""Items of one document that are learned from."""


def learn(
    habits: Habits,
    arrived: Sequence[datetime | None],
    *,
    items: int,
    last: datetime | None,
    now: datetime,
) -> Habits:
    """Return the habits after a document of `items` items that brought new ones.

    `arrived` are the dates of the new items, None where an item has none that can be read. `last`
    is when the newest item before them came; None at the first sight, when the dates of a whole
    document are there to learn from. A date counts only if it lies between `last` and `now`: an
    old story that is put into the feed today came today.
    """
    times = sorted(_times(arrived, last, now))[-_MOST:]
    if last is not None:
        times.insert(0, last)
    for before, after in pairwise(times):
        habits = _add(habits, after - before)
    if habits.gap is None or habits.gaps < ENOUGH:
        return habits
    return replace(habits, reach=habits.gap * items)


def patience(habits: Habits) -> timedelta:
    """Return how long the feed may bring nothing before that is worth a word."""
    if habits.gaps < ENOUGH or habits.gap is None or habits.longest is None:
        return UNKNOWN_PATIENCE
    return max(LEAST_PATIENCE, LONGEST_TIMES * max(habits.gap, habits.longest))


def _times(
    arrived: Sequence[datetime | None], last: datetime | None, now: datetime
) -> list[datetime]:
    if last is None:
        return [at for at in arrived if at is not None and at <= now]
    return [at if at is not None and last < at <= now else now for at in arrived]


def _add(habits: Habits, pause: timedelta) -> Habits:
    gaps = habits.gaps + 1
    gap = habits.gap or timedelta(0)
    longest = habits.longest or timedelta(0)
    return replace(
        habits,
        gap=gap + (pause - gap) / min(gaps, _MEMORY),
        longest=max(pause, longest - pause / _FADING),
        gaps=gaps,
    )
