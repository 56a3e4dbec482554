"""What was exchanged between two articles within passages that are otherwise equal.

Sub-editors cut, add and move; they seldom put another word into an unchanged sentence, and hardly
ever the same other word into headline and body. Where that was done, something else happened.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from rapidfuzz.distance import Indel, Levenshtein

from watcher.core.stories.polarity import excludes, negates
from watcher.core.stories.side import sides_taken
from watcher.core.stories.stems import stem
from watcher.core.stories.words import COMMON_STEMS, MONTHS, STOP_STEMS, WEEKDAYS, read_back

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from watcher.core.stories.side import Side

    Blocks = list[tuple[int, int, int, int]]

LONGEST_SWAP: Final = 3
"""Words on either side of an exchange; more is a rewritten passage."""
LONGEST_PAIRS: Final = 9
"""The same in pairs of signs: a foreign name in Chinese has two to eight."""
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
    """Figures, or words of which one excludes the other."""
    name: bool
    opposite: bool
    headline: bool
    """Both stand in the headlines."""
    repeated: bool = False
    """The same exchange is in the headlines and again in the bodies."""
    framed: bool = False
    """What may be names, in headlines that are one form: words were only exchanged."""


def swaps_between(one: Side, two: Side) -> tuple[Swap, ...]:
    """Return each different exchange."""
    a, b = one.all, two.all
    equal = _equal(a, b)
    found: dict[object, Swap] = {}
    for old, new, around in _gaps(equal, len(a), len(b)):
        if around < ANCHOR or not _short(a[old]) or not _short(b[new]):
            continue
        headline = _in_headlines(one, two, old, new)
        if not headline and not _in_bodies(one, two, old, new):
            continue
        key = one.told(old), two.told(new)
        known = found.get(key)
        if known is not None:
            found[key] = replace(known, repeated=known.repeated or known.headline != headline)
            continue
        swap = _swap(one, two, old, new, headline=headline)
        if swap is not None:
            found[key] = swap
    return (*found.values(), *_negations(one, two, equal))


def _equal(a: Sequence[str], b: Sequence[str]) -> Blocks:
    return [
        (op.src_start, op.src_end, op.dest_start, op.dest_end)
        for op in Levenshtein.opcodes(a, b)
        if op.tag == "equal"
    ]


def _gaps(equal: Blocks, end: int, to: int) -> Iterator[tuple[slice, slice, int]]:
    """Yield what stands between equal words, and how many of these stand around it."""
    for before, after in zip([(0, 0, 0, 0), *equal], [*equal, (end, end, to, to)], strict=True):
        around = before[1] - before[0] + after[1] - after[0]
        yield slice(before[1], after[0]), slice(before[3], after[2]), around


def _short(words: Sequence[str]) -> bool:
    if not 0 < len(words) <= LONGEST_PAIRS:
        return False
    return len(words) <= LONGEST_SWAP or _dense(words)


def _swap(one: Side, two: Side, old: slice, new: slice, *, headline: bool) -> Swap | None:
    """Return the exchange, or None when it is one of spelling, form or small words."""
    before, after = one.words.all[old], two.words.all[new]
    lost, come = one.told(old), two.told(new)
    if not lost or not come:
        days = _other_day(before, after)
        return _exchange(before, after, headline=headline) if days else None
    figures = _figures(lost), _figures(come)
    apart = bool(figures[0] and figures[1] and figures[0] != figures[1])
    number = apart or excludes(before, after)
    left, right = sides_taken(before), sides_taken(after)
    opposite = bool(left[0] & right[1] or left[1] & right[0]) or negates(before[-1], after[-1])
    dense = _dense(before) and _dense(after)
    if dense:
        before, after = _signs(read_back(before), read_back(after))
        if not before or not after:
            return None
    if similar("".join(before), "".join(after)) and not number and not opposite:
        return None
    bare = _bare(one, old) and _bare(two, new)
    bare = bare and not _shared(one, two, old, new, dense=dense)
    framed = headline and (bare or (one.named(old) and two.named(new))) and _one_form(one, two)
    return replace(
        _exchange(before, after, headline=headline),
        number=number,
        name=(one.capital(old) and two.capital(new)) or (bare and (framed or not headline)),
        opposite=opposite,
        framed=framed,
    )


def _one_form(one: Side, two: Side) -> bool:
    """Tell whether one headline is the other with words exchanged, none added and none left out."""
    a, b = one.title, two.title
    equal = _equal(a, b)
    if sum(end - start for start, end, _, _ in equal) < ANCHOR:
        return False
    for left, right, _ in _gaps(equal, len(a), len(b)):
        old, new = one.words.all[left], two.words.all[right]
        if _dense(old) and _dense(new) and old and new:
            old, new = _signs(read_back(old), read_back(new))
        if bool(old) != bool(new):
            return False
    return True


def _dense(words: Sequence[str]) -> bool:
    return all(word[0] >= "\u2e80" for word in words)


def _signs(old: str, new: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return what differs: the pairs at the ends of an exchange hold a sign of what is equal."""
    if old[0] == new[0]:
        old, new = old[1:], new[1:]
    if old and new and old[-1] == new[-1]:
        old, new = old[:-1], new[:-1]
    return (old,) if old else (), (new,) if new else ()


def _bare(side: Side, part: slice) -> bool:
    """Tell whether capitals don't show what is a name there, so that any word may be one.

    Some letters have none, and some headlines have them throughout. Small words are in no name.
    """
    stems = side.all[part]
    if not STOP_STEMS.isdisjoint(stems):
        return False
    throughout = part.stop <= len(side.title) and not side.capital(slice(0, len(side.title)))
    return any(
        word.isalpha() and stemmed not in COMMON_STEMS and (throughout or not word.islower())
        for stemmed, word in zip(stems, side.words.all[part], strict=True)
    )


def _shared(one: Side, two: Side, old: slice, new: slice, *, dense: bool) -> bool:
    """Tell whether one text has a word, or all the words, that the other was left with.

    Who is named in both is nobody else: there a verb or a title was put in other words.
    """
    lost, come = frozenset(one.all[old]), frozenset(two.all[new])
    if dense:
        cores = _signs(read_back(one.words.all[old]), read_back(two.words.all[new]))
        lost, come = (frozenset(map("".join, pairwise(*core))) for core in cores)
    both = not lost.isdisjoint(come)
    return both or bool(lost and lost <= two.stems) or bool(come and come <= one.stems)


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


def _in_bodies(one: Side, two: Side, old: slice, new: slice) -> bool:
    """Tell whether both stand below; the end of a headline is in no sentence with what follows."""
    return bool(old.start >= len(one.title) and new.start >= len(two.title))


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
