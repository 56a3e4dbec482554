"""The newest entries of a key are found in a list that is in order, as a look at all of it would."""

from __future__ import annotations

from array import array

from hypothesis import given
from hypothesis import strategies as st

from watcher.core.stories.candidates import BUCKETS, READ, Candidates

KEY = 7
OTHER = KEY + BUCKETS
"""Another key of the same list."""


@given(
    st.lists(st.sampled_from([KEY, OTHER]), max_size=4 * READ),
    st.sets(st.integers(0, 4 * READ), max_size=3 * READ),
)
def test_the_newest_that_still_count_are_read(keys: list[int], dead: set[int]) -> None:
    candidates = Candidates()
    candidates._buckets[KEY] = array("Q", sorted(key << 32 | slot for slot, key in enumerate(keys)))
    alive = set(range(len(keys))) - dead

    found = candidates._newest(KEY, alive)

    every = [slot for slot, key in enumerate(keys) if key == KEY and slot in alive]
    assert list(found) == every[-READ:]
