"""A word keeps to a name when it is met beside it oftener than chance would have it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from watcher.core.rules.vocabulary import Vocabulary

LAKE = 1
WORDS = st.sets(st.sampled_from(["water", "fish", "carp", "the", "of", "pump"]), max_size=5)


def after(*articles: tuple[set[str], set[int]]) -> Vocabulary:
    vocabulary = Vocabulary()
    for words, leaves in articles:
        vocabulary.take(words, leaves)
    return vocabulary


def test_a_word_that_is_everywhere_keeps_to_nothing() -> None:
    vocabulary = after(*[({"the", "water"}, {LAKE})] * 3, *[({"the"}, set[int]())] * 97)

    assert vocabulary.tie(LAKE, "the") < 0.01
    assert vocabulary.tie(LAKE, "water") == 1


def test_what_was_met_beside_it_once_may_be_chance() -> None:
    once = after(({"water", "the"}, {LAKE}), *[({"the"}, set[int]())] * 50)
    twice = after(*[({"water", "the"}, {LAKE})] * 2, *[({"the"}, set[int]())] * 50)

    assert 0 < once.tie(LAKE, "water") < twice.tie(LAKE, "water")


def test_a_word_or_a_name_never_met_keeps_to_nothing() -> None:
    vocabulary = after(({"water"}, {LAKE}))

    assert vocabulary.tie(LAKE, "carp") == vocabulary.tie(2, "water") == 0


@given(st.lists(st.tuples(WORDS, st.sets(st.just(LAKE)))))
def test_the_order_of_articles_changes_nothing(
    articles: list[tuple[set[str], set[int]]],
) -> None:
    turned = articles[::-1]

    for word in ["water", "fish", "carp", "the", "of", "pump"]:
        tie = after(*articles).tie(LAKE, word)
        assert 0 <= tie <= 1
        assert tie == after(*turned).tie(LAKE, word)
