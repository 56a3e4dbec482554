"""Which words keep company with a name: those met oftener beside it than chance would have it."""

from __future__ import annotations

from collections import Counter, defaultdict
from math import log2
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

_MOST: Final = 200_000
"""Different words in memory; beyond it those that were met once go."""
_MOST_BESIDE: Final = 20_000
_CLEAR: Final = 5.0
"""A word that is met 2 to the power of this oftener beside a name is as near as can be."""
_ONCE: Final = 0.5
"""What is left of it where there is but one article."""


class Vocabulary:
    """Counts in how many articles words stand: in all, and in those with a leaf."""

    def __init__(self) -> None:
        self._articles = 0
        self._all: Counter[str] = Counter()
        self._with: Counter[int] = Counter()
        self._beside: defaultdict[int, Counter[str]] = defaultdict(Counter)

    def take(self, words: set[str], leaves: Iterable[int]) -> None:
        """Count one article: its different words, and the leaves that stand in it."""
        self._articles += 1
        self._all.update(words)
        _shorten(self._all, _MOST)
        for leaf in leaves:
            self._with[leaf] += 1
            self._beside[leaf].update(words)
            _shorten(self._beside[leaf], _MOST_BESIDE)

    def tie(self, leaf: int, word: str) -> float:
        """Return how much a word keeps to a leaf: 0 (no oftener than elsewhere) to 1."""
        together = self._beside[leaf][word] if leaf in self._beside else 0
        if not together:
            return 0.0
        here = together / self._with[leaf]
        others = self._articles - self._with[leaf]
        elsewhere = (max(self._all[word] - together, 0) + 0.5) / (others + 1)
        share = min(log2(max(here / elsewhere, 1)) / _CLEAR, 1)
        return share if together > 1 else _ONCE * share


def _shorten(counts: Counter[str], most: int) -> None:
    """Let words go that were met least, where there are too many."""
    least = 1
    while len(counts) > most:
        for word in [word for word, times in counts.items() if times <= least]:
            del counts[word]
        least += 1
