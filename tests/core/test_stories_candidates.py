"""What is filed under a key is found from its newest end, and only what still counts."""

from __future__ import annotations

from array import array

from hypothesis import given
from hypothesis import strategies as st

from watcher.core.stories.candidates import BUCKETS, FOUND, READ, Candidates, Gist

KEY = 7
OTHER = KEY + BUCKETS
"""Another key of the same list."""
WORDS = st.lists(st.sampled_from([f"word{n}" for n in range(30)]), min_size=3, max_size=12)


@given(st.lists(st.sampled_from([KEY, OTHER]), max_size=4 * READ))
def test_the_newest_of_a_key_are_read(keys: list[int]) -> None:
    candidates = Candidates()
    candidates._buckets[KEY] = array("Q", sorted(key << 32 | slot for slot, key in enumerate(keys)))

    found = candidates._newest(KEY)

    assert list(found) == [slot for slot, key in enumerate(keys) if key == KEY][-READ:]


@given(st.lists(WORDS, max_size=20), WORDS, st.sets(st.integers(0, 19)))
def test_what_was_discarded_is_not_found_and_moves_no_other_away(
    texts: list[list[str]], asked: list[str], dead: set[int]
) -> None:
    alive = set(range(len(texts))) - dead
    everything, survivors = Candidates(), Candidates()
    for slot, words in enumerate(texts):
        gist = Gist(words, words)
        everything.add(slot, gist)
        if slot in alive:
            survivors.add(slot, gist)
    for slot in sorted(dead & set(range(len(texts)))):
        everything.discard(Gist(texts[slot], texts[slot]))
    question = Gist(asked, asked)

    found = everything.find(question, alive)

    assert set(found) <= alive
    assert len(found) <= FOUND
    assert found == survivors.find(question, alive)
