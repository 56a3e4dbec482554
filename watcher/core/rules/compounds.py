"""Long words put together from parts of two names of one thing, as German does it.

Who lists Internierungslager and Umerziehungszentrum will want Umerziehungslager.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_SHORTEST_OPENING: Final = 6
_SHORTEST_CLOSING: Final = 5
_SHORTEST: Final = _SHORTEST_OPENING + _SHORTEST_CLOSING
_LONGEST_ENDING: Final = 2


class Compounds:
    """The beginnings and ends of long words, by the leaves that have them."""

    def __init__(self) -> None:
        self._openings: defaultdict[str, set[int]] = defaultdict(set)
        self._closings: defaultdict[str, set[int]] = defaultdict(set)

    def add(self, leaf: int, word: str) -> None:
        """Take in a folded word of a name."""
        if len(word) >= _SHORTEST:
            for cut in range(_SHORTEST_OPENING, len(word)):
                self._openings[word[:cut]].add(leaf)
            for cut in range(1, len(word) - _SHORTEST_CLOSING + 1):
                self._closings[word[cut:]].add(leaf)

    def find(self, word: str) -> Iterator[int]:
        """Yield each leaf of which one name begins as the word does, and another ends so."""
        if len(word) < _SHORTEST or word[:_SHORTEST_OPENING] not in self._openings:
            return
        found: set[int] = set()
        for end in range(len(word), len(word) - _LONGEST_ENDING - 1, -1):
            for cut in range(_SHORTEST_OPENING, end - _SHORTEST_CLOSING + 1):
                closing = self._closings.get(word[cut:end])
                if closing:
                    found |= closing & self._openings.get(word[:cut], set())
        yield from found
