"""Whether two articles tell opposite facts: detained and released, guilty and not guilty.

Also whether a word stands for one that it excludes: north and south, first and second.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from watcher.core.stories.others import OTHERS
from watcher.core.stories.tables import NEGATIONS
from watcher.core.text import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from watcher.core.stories.side import Side

ALIKE_HEADLINES: Final = 0.6
"""Share of its words in common from which one headline may be the denial of another."""
DENIALS: Final = frozenset(fold(word).text for word in NEGATIONS.split())

_NEGATED = re.compile(r"(.{2,}?)(?:[ea]?m[ae]|м[ае]|б[ае]|п[ае])([dt][iu]\w*|[дт][ыі]\w*)")
"""A Turkish or Kazakh verb in the past that is denied: "yenemedi", "қабылдамады"."""
_HARD: Final = str.maketrans("tт", "dд")


def _kinds() -> Iterator[tuple[str, tuple[int, int]]]:
    for number, row in enumerate(OTHERS):
        for kind, words in enumerate(row):
            yield from ((fold(word).text, (number, kind)) for word in words.split())


_KINDS: Final = tuple(_kinds())
_WHOLE: Final = {word: kind for word, kind in _KINDS if not word.endswith("*")}
_BEGINNINGS: Final = tuple((word[:-1], kind) for word, kind in _KINDS if word.endswith("*"))


def excludes(before: Iterable[str], after: Iterable[str]) -> bool:
    """Tell whether some of these folded words are of another kind of `OTHERS` than those."""
    left, right = dict(_kinds_of(before)), dict(_kinds_of(after))
    return any(row in right and right[row] != kind for row, kind in left.items())


def _kinds_of(words: Iterable[str]) -> Iterator[tuple[int, int]]:
    for word in words:
        if word in _WHOLE:
            yield _WHOLE[word]
        yield from (kind for start, kind in _BEGINNINGS if word.startswith(start))


def negates(one: str, other: str) -> bool:
    """Tell whether one of two folded verbs is the other with a Turkic "not" in it."""
    short, long = sorted((one, other), key=len)
    found = _NEGATED.fullmatch(long) if len(short) < len(long) else None
    if found is None or not short.startswith(found[1]):
        return False
    return short[len(found[1]) :].translate(_HARD) == found[2].translate(_HARD)


def denied(one: Side, two: Side) -> bool:
    """Tell whether one headline says "not" of what the other says: "guilty", "not guilty"."""
    left, right = frozenset(one.words.title), frozenset(two.words.title)
    shared = len(left & right)
    alike = shared >= ALIKE_HEADLINES * min(len(left), len(right)) and shared > 1
    return alike and bool(left & DENIALS) != bool(right & DENIALS)


def opposite(one: Side, two: Side) -> bool:
    """Tell whether one says what the other's headline, or whole text, says the contrary of."""
    left, right = one.opposites, two.opposites
    if left[0] & ~left[1] & right[1] & ~right[0] or left[1] & ~left[0] & right[0] & ~right[1]:
        return True
    return _headline_against(one, two) or _headline_against(two, one)


def _headline_against(one: Side, two: Side) -> bool:
    (one_left, one_right), (two_left, two_right) = one.title_opposites, two.title_opposites
    left_only = one_left & ~one.opposites[1] & two_right & ~two_left
    right_only = one_right & ~one.opposites[0] & two_left & ~two_right
    return bool(left_only | right_only)
