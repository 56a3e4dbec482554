"""What was exchanged between two articles within passages that are otherwise equal.

Sub-editors cut, add and move; they seldom put another word into an unchanged sentence, and hardly
ever the same other word into headline and body. Where that was done, something else happened.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from rapidfuzz.distance import Indel, Levenshtein

from watcher.core.stories.polarity import negates
from watcher.core.stories.side import sides_taken
from watcher.core.stories.stems import stem
from watcher.core.stories.words import MONTHS, WEEKDAYS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from watcher.core.stories.side import Side

    Blocks = list[tuple[int, int, int, int]]

LONGEST_SWAP: Final = 3
"""Words on either side of an exchange; more is a rewritten passage."""
LONGEST_PAIRS: Final = 7
"""The same in pairs of signs: a foreign name in Chinese has two to six."""
ANCHOR: Final = 3
"""Equal words that must stand around an exchange, before and after taken together."""
ALIKE: Final = 0.72
"""Similarity of letters from which two words count as spellings or forms of one."""
SHORTEST_ALIKE: Final = 6
"""Letters from which words can be alike: Iran is no spelling of Iraq. Of shorter ones, one has a
letter more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Swap:
    """Words of one text that stand for others in the same sentence of the other text."""

    before: tuple[str, ...]
    after: tuple[str, ...]
    number: bool
    name: bool
    opposite: bool
    headline: bool
    """Both stand in the headlines."""
    repeated: bool = False
    """The same exchange is in the headlines and again in the bodies."""


def swaps_between(one: Side, two: Side) -> tuple[Swap, ...]:
    """Return each different exchange."""
    a, b = one.all, two.all
    equal = [
        (op.src_start, op.src_end, op.dest_start, op.dest_end)
        for op in Levenshtein.opcodes(a, b)
        if op.tag == "equal"
    ]
    found: dict[object, Swap] = {}
    for old, new in _gaps(equal, len(a), len(b)):
        if not _short(a[old]) or not _short(b[new]):
            continue
        key = one.told(old), two.told(new)
        known = found.get(key)
        headline = _in_headlines(one, two, old, new)
        if known is not None:
            found[key] = replace(known, repeated=known.repeated or known.headline != headline)
            continue
        swap = _swap(one, two, old, new, headline=headline)
        if swap is not None:
            found[key] = swap
    return (*found.values(), *_negations(one, two, equal))


def _gaps(equal: Blocks, end: int, to: int) -> Iterator[tuple[slice, slice]]:
    """Yield what stands between equal words, where enough of these stand around it."""
    for before, after in zip([(0, 0, 0, 0), *equal], [*equal, (end, end, to, to)], strict=True):
        around = before[1] - before[0] + after[1] - after[0]
        if around >= ANCHOR:
            yield slice(before[1], after[0]), slice(before[3], after[2])


def _short(words: Sequence[str]) -> bool:
    if not 0 < len(words) <= LONGEST_PAIRS:
        return False
    return len(words) <= LONGEST_SWAP or all(word[0] >= "\u2e80" for word in words)


def _swap(one: Side, two: Side, old: slice, new: slice, *, headline: bool) -> Swap | None:
    """Return the exchange, or None when it is one of spelling, form or small words."""
    before, after = one.words.all[old], two.words.all[new]
    lost, come = one.told(old), two.told(new)
    if not lost or not come:
        days = _other_day(before, after)
        return _exchange(before, after, headline=headline) if days else None
    figures = _figures(lost), _figures(come)
    number = bool(figures[0] and figures[1] and figures[0] != figures[1])
    left, right = sides_taken(before), sides_taken(after)
    opposite = bool(left[0] & right[1] or left[1] & right[0]) or negates(before[-1], after[-1])
    if similar("".join(before), "".join(after)) and not number and not opposite:
        return None
    return replace(
        _exchange(before, after, headline=headline),
        number=number,
        name=one.capital(old) and two.capital(new),
        opposite=opposite,
    )


def _exchange(before: tuple[str, ...], after: tuple[str, ...], *, headline: bool) -> Swap:
    return Swap(
        before=before, after=after, number=False, name=False, opposite=False, headline=headline
    )


def _negations(one: Side, two: Side, equal: Blocks) -> Iterator[Swap]:
    """Yield verbs that begin alike and of which one is denied."""
    for start, end, from_, to in equal:
        left, right = one.words.all[start:end], two.words.all[from_:to]
        if left == right:
            continue
        for before, after in zip(left, right, strict=True):
            if before != after and negates(before, after):
                yield replace(_exchange((before,), (after,), headline=False), opposite=True)


def _figures(words: Iterable[str]) -> set[str]:
    return {word for word in words if word[0].isdigit()}


def _other_day(old: Iterable[str], new: Iterable[str]) -> bool:
    """Tell whether a day or month stands for another one; a date for a day is a matter of style."""
    for days in (WEEKDAYS, MONTHS):
        lost, come = set(map(stem, days.intersection(old))), set(map(stem, days.intersection(new)))
        if lost and come and lost != come:
            return True
    return False


def _in_headlines(one: Side, two: Side, old: slice, new: slice) -> bool:
    return bool(old.stop <= len(one.title) and new.stop <= len(two.title))


@lru_cache(maxsize=1 << 14)
def similar(one: str, two: str) -> bool:
    """Tell whether two words, or runs of words, are spellings or forms of one."""
    if one == two:
        return True
    if one[0] != two[0]:
        return False
    if min(len(one), len(two)) < SHORTEST_ALIKE:
        return Indel.distance(one, two) == 1
    return Indel.normalized_similarity(one, two) >= ALIKE
