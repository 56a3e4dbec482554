"""One article, prepared for comparison."""

from __future__ import annotations

from functools import cached_property
from itertools import compress, pairwise
from typing import TYPE_CHECKING, Final

from watcher.core.stories.candidates import trigrams
from watcher.core.stories.stems import stem
from watcher.core.stories.words import MONTHS, STOP_STEMS, WEEKDAYS, sides

if TYPE_CHECKING:
    from collections.abc import Iterable

    from watcher.core.stories.words import Sides, Words

DAYS: Final = WEEKDAYS | MONTHS
"""Folded words that stand for a date elsewhere."""


class Side:
    """One article, prepared for comparison; what is dear is worked out when first asked for."""

    def __init__(self, words: Words) -> None:
        self.words = words
        self.all = tuple(map(stem, words.all))
        self.title = self.all[: len(words.title)]
        self.body = self.all[len(words.title) :]
        self.stems = frozenset(self.all)

    def capital(self, part: slice) -> bool:
        """Tell whether any word of the part began with a capital."""
        return bool(self.words.capitals >> part.start & ((1 << (part.stop - part.start)) - 1))

    def named(self, part: slice) -> bool:
        """Tell whether any word of the part is a capital that doesn't begin a sentence."""
        return bool(self.words.names >> part.start & ((1 << (part.stop - part.start)) - 1))

    @cached_property
    def numbers(self) -> frozenset[str]:
        """Numbers in figures, and small ones in words."""
        return frozenset([word for word in self.stems if word[0].isdigit()])

    @cached_property
    def names(self) -> frozenset[str]:
        """Words written as names, small words left out."""
        bits = map(int, bin(self.words.names)[:1:-1])
        found = compress(zip(self.all, self.words.all, strict=True), bits)
        return frozenset([stemmed for stemmed, word in found if word not in DAYS]) - STOP_STEMS

    def told(self, part: slice) -> frozenset[str]:
        """Return the words of a part that say what happened."""
        both = zip(self.all[part], self.words.all[part], strict=True)
        return frozenset([stemmed for stemmed, word in both if word not in DAYS]) - STOP_STEMS

    @cached_property
    def inflected(self) -> bool:
        """Whether most words are in Cyrillic letters."""
        return sum("\u0400" <= word[0] <= "\u052f" for word in self.stems) * 2 > len(self.stems)

    @cached_property
    def title_stems(self) -> frozenset[str]:
        """The different words of the headline."""
        return frozenset(self.title)

    @cached_property
    def body_stems(self) -> frozenset[str]:
        """The different words of the body."""
        return frozenset(self.body)

    @cached_property
    def body_runs(self) -> set[tuple[str, ...]]:
        """Trigrams of the body."""
        return trigrams(self.body)

    @cached_property
    def runs(self) -> set[tuple[str, ...]]:
        """Trigrams of headline and body."""
        return trigrams(self.title) | self.body_runs

    @cached_property
    def pairs(self) -> set[tuple[str, str]]:
        """Neighbouring words of headline and body, small words left out."""
        told = [word for word in self.all if word not in STOP_STEMS]
        return set(pairwise(told))

    @cached_property
    def opposites(self) -> Sides:
        """Sides of opposites taken in the whole text."""
        return sides_taken(self.words.all)

    @cached_property
    def title_opposites(self) -> Sides:
        """Sides of opposites taken in the headline."""
        return sides_taken(self.words.title)


def sides_taken(words: Iterable[str]) -> Sides:
    """Return the rows of `tables.OPPOSITES` on whose left, and on whose right, words stand."""
    one = other = 0
    for found in filter(None, map(sides, words)):
        one |= found[0]
        other |= found[1]
    return one, other
