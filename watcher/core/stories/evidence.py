"""What speaks for two articles telling one story, as named features; and what forbids it.

Coverage is containment weighted by rarity, not resemblance: it does not fall when an outlet adds
paragraphs of its own. Word-by-word alignment then shows what was exchanged within the same
sentences: an exchanged name or number is another event in the same template.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from rapidfuzz.distance import Indel, Levenshtein

from watcher.core.stories.candidates import trigrams
from watcher.core.stories.words import STOP_STEMS, sides, stem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from watcher.core.stories.words import Words

    Worth = Callable[[str], float]

LONGEST_SWAP: Final = 3
"""Words on either side of an exchange; more is a rewritten passage."""
ANCHOR: Final = 3
"""Equal words that must stand around an exchange, before and after taken together."""
ALIKE: Final = 0.72
"""Similarity of letters from which two words count as spellings or forms of one."""
LEAST_WORTH: Final = 2.2
"""Rarity, summed over shared words, below which a text is too short to join anything."""


class Side:
    """One article, prepared for comparison."""

    __slots__ = (
        "_runs",
        "all",
        "mass",
        "numbers",
        "opposites",
        "title_opposites",
        "weights",
        "words",
    )

    def __init__(self, words: Words, worth: Worth) -> None:
        self.words = words
        self.all = tuple(map(stem, words.all))
        self.weights = {word: worth(word) for word in set(self.all)}
        self.mass = sum(self.weights.values())
        self.numbers = frozenset(word for word in self.weights if word[0].isdigit())
        self.opposites = _sides(words.all)
        self.title_opposites = _sides(words.title)
        self._runs: set[tuple[str, ...]] | None = None

    @property
    def title(self) -> tuple[str, ...]:
        """Stems of the headline."""
        return self.all[: len(self.words.title)]

    @property
    def body(self) -> tuple[str, ...]:
        """Stems of the body."""
        return self.all[len(self.words.title) :]

    @property
    def runs(self) -> set[tuple[str, ...]]:
        """Trigrams of headline and body."""
        if self._runs is None:
            self._runs = trigrams(self.title) | trigrams(self.body)
        return self._runs


@dataclass(frozen=True, slots=True, kw_only=True)
class Swap:
    """Words of one text that stand for others in the same sentence of the other text."""

    before: tuple[str, ...]
    after: tuple[str, ...]
    number: bool
    name: bool
    opposite: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What was found by comparing two articles. Shares are 0.0 to 1.0 of summed rarity."""

    small: float
    """Of the words of the shorter text, the share that the longer has too."""
    large: float
    """Of the words of the longer text, the share that the shorter has too."""
    runs_small: float
    """The same for runs of three words."""
    runs_large: float
    title_most: float
    """The better of: headline one in text two, headline two in text one."""
    title_least: float
    titles: float
    """Shared words of the headlines, of all their words."""
    bodies: float
    """Of the words of the shorter body, the share in the other body; -1.0 without two bodies."""
    shared: float
    """Rarity of what both have, summed: how much the comparison had to stand on."""
    numbers: int
    """NONE, EQUAL, PART, MIXED or APART."""
    numbers_missing: float
    """Share of the numbers of the one with fewer that the other lacks."""
    rare_missing: float
    """Share of the rarest words of the shorter text that the longer lacks."""
    swaps: tuple[Swap, ...]
    opposite: bool
    same_outlet: bool
    hours: float


NONE, EQUAL, PART, MIXED, APART = range(5)


def compare(one: Side, two: Side, *, same_outlet: bool, hours: float) -> Evidence | None:
    """Compare two articles; None when they share too little to be looked at further."""
    small, large = (one, two) if one.mass <= two.mass else (two, one)
    weights = small.weights
    common = weights.keys() & large.weights.keys()
    shared = sum(weights[word] for word in common)
    if shared < LEAST_WORTH or not small.mass or shared < 0.25 * small.mass:
        return None
    runs = len(small.runs & large.runs)
    headlines = (_covered(one.title, two, one), _covered(two.title, one, two))
    numbers, missing = _numbers(small.numbers, large.numbers)
    swaps = tuple(_swaps(one, two))
    return Evidence(
        small=shared / small.mass,
        large=shared / large.mass,
        runs_small=runs / max(1, min(len(small.runs), len(large.runs))),
        runs_large=runs / max(1, max(len(small.runs), len(large.runs))),
        title_most=max(headlines),
        title_least=min(headlines),
        titles=_titles(one, two),
        bodies=_bodies(one, two),
        shared=shared,
        numbers=numbers,
        numbers_missing=missing,
        rare_missing=_rare_missing(small, large),
        swaps=swaps,
        opposite=_opposite(one, two) or any(swap.opposite for swap in swaps),
        same_outlet=same_outlet,
        hours=hours,
    )


def _covered(words: Sequence[str], other: Side, own: Side) -> float:
    total = found = 0.0
    for word in set(words):
        worth = own.weights[word]
        total += worth
        if word in other.weights:
            found += worth
    return found / total if total else 0.0


def _titles(one: Side, two: Side) -> float:
    first, second = set(one.title), set(two.title)
    total = sum(one.weights.get(word) or two.weights[word] for word in first | second)
    return sum(one.weights[word] for word in first & second) / total if total else 0.0


def _bodies(one: Side, two: Side) -> float:
    if not one.body or not two.body:
        return -1.0
    first, second = set(one.body), set(two.body)
    weight = lambda side, words: sum(side.weights[word] for word in words)  # noqa: E731
    least = min(weight(one, first), weight(two, second))
    return min(1.0, weight(one, first & second) / least) if least else 0.0


def _numbers(small: frozenset[str], large: frozenset[str]) -> tuple[int, float]:
    if not small or not large:
        return NONE, 0.0
    fewer, more = sorted((small, large), key=len)
    missing = len(fewer - more) / len(fewer)
    if not missing:
        return (EQUAL if len(fewer) == len(more) else PART), 0.0
    return (APART if fewer.isdisjoint(more) else MIXED), missing


def _rare_missing(small: Side, large: Side) -> float:
    rarest = sorted(small.weights, key=lambda word: (-small.weights[word], word))[:8]
    return sum(word not in large.weights for word in rarest) / len(rarest)


def _sides(words: Sequence[str]) -> tuple[int, int]:
    one = other = 0
    for word in words:
        left, right = sides(word)
        one |= left
        other |= right
    return one, other


def _opposite(one: Side, two: Side) -> bool:
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


def _swaps(one: Side, two: Side) -> Iterator[Swap]:
    """Yield each different exchange within passages that are otherwise equal."""
    a, b = one.all, two.all
    equal = [
        (op.src_start, op.src_end, op.dest_start, op.dest_end)
        for op in Levenshtein.opcodes(a, b)
        if op.tag == "equal"
    ]
    seen: set[tuple[tuple[str, ...], tuple[str, ...]]] = set()
    for before, after in zip([(0, 0, 0, 0), *equal], [*equal, None], strict=True):
        start, from_ = before[1], before[3]
        end, to = (after[0], after[2]) if after else (len(a), len(b))
        old, new = a[start:end], b[from_:to]
        if not 0 < len(old) <= LONGEST_SWAP or not 0 < len(new) <= LONGEST_SWAP:
            continue
        around = (before[1] - before[0]) + (after[1] - after[0] if after else 0)
        if around < ANCHOR or (old, new) in seen:
            continue
        seen.add((old, new))
        swap = _swap(old, new, one, two, start, from_)
        if swap is not None:
            yield swap


def _swap(
    old: tuple[str, ...], new: tuple[str, ...], one: Side, two: Side, at: int, to: int
) -> Swap | None:
    """Return the exchange, or None when it is one of spelling, form or small words."""
    old_words = one.words.all[at : at + len(old)]
    new_words = two.words.all[to : to + len(new)]
    if similar("".join(old_words), "".join(new_words)):
        return None
    lost = tuple(word for word in old if word not in STOP_STEMS)
    come = tuple(word for word in new if word not in STOP_STEMS)
    if not lost or not come:
        return None
    figures = [{word for word in side if word[0].isdigit()} for side in (lost, come)]
    left, right = _sides(old_words), _sides(new_words)
    return Swap(
        before=old_words,
        after=new_words,
        number=bool(figures[0] and figures[1] and figures[0] != figures[1]),
        name=_named(one.words.names, at, len(old)) and _named(two.words.names, to, len(new)),
        opposite=bool(left[0] & right[1] or left[1] & right[0]),
    )


def _named(names: int, at: int, count: int) -> bool:
    return bool(names >> at & ((1 << count) - 1))


@lru_cache(maxsize=1 << 14)
def similar(one: str, two: str) -> bool:
    """Tell whether two words are spellings or forms of one; numbers never are."""
    if one[0].isdigit() or two[0].isdigit():
        return one == two
    return Indel.normalized_similarity(one, two) >= ALIKE
