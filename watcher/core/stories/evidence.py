"""What speaks for two articles telling one story, as named features; and what forbids it.

Coverage is containment weighted by rarity, not resemblance: it does not fall when an outlet adds
paragraphs of its own. Word-by-word alignment then shows what was exchanged within the same
sentences: an exchanged name or number is another event in the same template.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import compress, pairwise
from typing import TYPE_CHECKING, Final

from rapidfuzz.distance import Indel, Levenshtein

from watcher.core.stories.candidates import trigrams
from watcher.core.stories.tables import NEGATIONS
from watcher.core.stories.stems import stem
from watcher.core.stories.words import MONTHS, STOP_STEMS, WEEKDAYS, sides
from watcher.core.text import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from watcher.core.stories.candidates import Weights
    from watcher.core.stories.words import Sides, Words

LONGEST_SWAP: Final = 3
"""Words on either side of an exchange; more is a rewritten passage."""
ANCHOR: Final = 3
"""Equal words that must stand around an exchange, before and after taken together."""
LEAST_BODY: Final = 12
"""Runs of words from which a body is long enough to be told by itself."""
ALIKE: Final = 0.72
"""Similarity of letters from which two words count as spellings or forms of one."""
ALIKE_HEADLINES: Final = 0.6
"""Share of its words in common from which one headline may be the denial of another."""
DENIALS: Final = frozenset(fold(word).text for word in NEGATIONS.split())
NO_NAMES: Final = STOP_STEMS | WEEKDAYS | MONTHS
LEAST_SHARE: Final = 0.15
"""Share of the different words of the shorter text below which nothing more is looked at."""
LEAST_WORTH: Final = 2.2
"""Rarity, summed over shared words, below which a text is too short to join anything."""


LEAST_SMALL: Final = 0.2
"""Share of the shorter text, by rarity, below which nothing more is looked at ..."""
LEAST_HEADLINE: Final = 0.5
"""... unless so much of one headline is in the other article."""
RAREST: Final = 8
"""Rarest words of a text that are looked for in the other."""


class Side:
    """One article, prepared for comparison; what is dear is worked out when first asked for."""

    def __init__(self, words: Words) -> None:
        self.words = words
        self.all = tuple(map(stem, words.all))
        self.title = self.all[: len(words.title)]
        self.body = self.all[len(words.title) :]
        self.stems = frozenset(self.all)

    @cached_property
    def numbers(self) -> frozenset[str]:
        """Numbers in figures, and small ones in words."""
        return frozenset([word for word in self.stems if word[0].isdigit()])

    @cached_property
    def names(self) -> frozenset[str]:
        """Words written as names, small words left out."""
        bits = map(int, bin(self.words.names)[:1:-1])
        return frozenset(compress(self.all, bits)) - NO_NAMES

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
        return _sides(self.words.all)

    @cached_property
    def title_opposites(self) -> Sides:
        """Sides of opposites taken in the headline."""
        return _sides(self.words.title)


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
    pairs: float
    """Of the neighbouring words of the one with fewer, the share that the other has too."""
    title_most: float
    """The better of: headline one in text two, headline two in text one."""
    title_least: float
    titles: float
    """Shared words of the headlines, of all their words."""
    bodies: float
    """Of the words of the shorter body, the share in the other body; -1.0 without two bodies."""
    body_runs: float
    """Of the runs of the shorter body, the share in the other; -1.0 under LEAST_BODY runs."""
    shared: float
    """Rarity of what both have, summed: how much the comparison had to stand on."""
    numbers: int
    """NONE, EQUAL, PART, MIXED or APART."""
    numbers_missing: float
    """Share of the numbers of the one with fewer that the other lacks."""
    names: int
    """As `numbers`."""
    names_missing: float
    """As `numbers_missing`."""
    names_common: float
    """Rarity of the names that both have, summed."""
    numbers_common: float
    """The same for numbers."""
    rare_missing: float
    """Share of the rarest words of the shorter text that the longer lacks."""
    swaps: tuple[Swap, ...]
    opposite: bool
    same_outlet: bool
    inflected: bool
    """Both are chiefly in Cyrillic: there the same words of two sentences have other endings."""


NONE, EQUAL, PART, MIXED, APART = range(5)


def compare(
    one: Side, two: Side, weights: Weights, *, same_outlet: bool = False
) -> Evidence | None:
    """Compare two articles; None when they share too little to be looked at further."""
    common = one.stems & two.stems
    if len(common) < LEAST_SHARE * min(len(one.stems), len(two.stems)):
        return None
    shared = weights.mass(common)
    if shared < LEAST_WORTH:
        return None
    masses = weights.mass_of(one.stems), weights.mass(two.stems)
    titles = one.title_stems, two.title_stems
    headlines = sorted(
        _share(title & other.stems, title, weights)
        for title, other in zip(titles, (two, one), strict=True)
    )
    if shared < LEAST_SMALL * min(masses) and headlines[1] < LEAST_HEADLINE:
        return None
    small = one if masses[0] <= masses[1] else two
    large = two if small is one else one
    runs = len(one.runs & two.runs)
    counts = sorted((len(one.runs), len(two.runs)))
    numbers, missing = _agreement(one.numbers, two.numbers)
    names, names_missing = _agreement(one.names, two.names)
    swaps = tuple(_swaps(one, two))
    return Evidence(
        small=shared / min(masses),
        large=shared / max(masses),
        runs_small=runs / counts[0],
        runs_large=runs / counts[1],
        pairs=_pairs(one.pairs, two.pairs),
        title_most=headlines[1],
        title_least=headlines[0],
        titles=_share(titles[0] & titles[1], titles[0] | titles[1], weights),
        bodies=_bodies(one.body_stems, two.body_stems, weights),
        body_runs=_body_runs(one.body_runs, two.body_runs),
        shared=shared,
        numbers=numbers,
        numbers_missing=missing,
        names=names,
        names_missing=names_missing,
        names_common=weights.mass(one.names & two.names),
        numbers_common=weights.mass(one.numbers & two.numbers),
        rare_missing=_rare_missing(small, large, weights),
        swaps=swaps,
        opposite=_opposite(one, two) or _denied(one, two) or any(swap.opposite for swap in swaps),
        same_outlet=same_outlet,
        inflected=one.inflected and two.inflected,
    )


def _share(part: frozenset[str], whole: frozenset[str], weights: Weights) -> float:
    total = weights.mass(whole)
    return weights.mass(part) / total if total else 0.0


def _bodies(one: frozenset[str], two: frozenset[str], weights: Weights) -> float:
    if not one or not two:
        return -1.0
    least = min(weights.mass_of(one), weights.mass(two))
    return weights.mass(one & two) / least if least else 0.0


def _pairs(one: set[tuple[str, str]], two: set[tuple[str, str]]) -> float:
    return len(one & two) / max(1, min(len(one), len(two)))


def _body_runs(one: set[tuple[str, ...]], two: set[tuple[str, ...]]) -> float:
    least = min(len(one), len(two))
    return len(one & two) / least if least >= LEAST_BODY else -1.0


def _agreement(small: frozenset[str], large: frozenset[str]) -> tuple[int, float]:
    if not small or not large:
        return NONE, 0.0
    fewer, more = sorted((small, large), key=len)
    missing = len(fewer - more) / len(fewer)
    if not missing:
        return (EQUAL if len(fewer) == len(more) else PART), 0.0
    return (APART if fewer.isdisjoint(more) else MIXED), missing


def _rare_missing(small: Side, large: Side, weights: Weights) -> float:
    worth = sorted(map(weights.__getitem__, small.stems), reverse=True)
    least = worth[min(RAREST, len(worth)) - 1]
    rarest = sorted((-weights[word], word) for word in small.stems if weights[word] >= least)
    return sum(word not in large.stems for _, word in rarest[:RAREST]) / min(RAREST, len(rarest))


def _sides(words: Iterable[str]) -> Sides:
    one = other = 0
    for found in filter(None, map(sides, words)):
        one |= found[0]
        other |= found[1]
    return one, other


def _denied(one: Side, two: Side) -> bool:
    """Tell whether one headline says "not" of what the other says: "guilty", "not guilty"."""
    left, right = frozenset(one.words.title), frozenset(two.words.title)
    shared = len(left & right)
    alike = shared >= ALIKE_HEADLINES * min(len(left), len(right)) and shared > 1
    return alike and bool(left & DENIALS) != bool(right & DENIALS)


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
        swap = _swap(one, two, slice(start, end), slice(from_, to))
        if swap is not None:
            yield swap


def _swap(one: Side, two: Side, old: slice, new: slice) -> Swap | None:
    """Return the exchange, or None when it is one of spelling, form or small words."""
    before, after = one.words.all[old], two.words.all[new]
    lost, come = _told(one.all[old]), _told(two.all[new])
    if not lost or not come:
        return _other_day(one, two, old, new)
    figures = (
        {word for word in lost if _is_number(word)},
        {word for word in come if _is_number(word)},
    )
    number = bool(figures[0] and figures[1] and figures[0] != figures[1])
    left, right = _sides(before), _sides(after)
    opposite = bool(left[0] & right[1] or left[1] & right[0])
    if similar("".join(before), "".join(after)) and not number and not opposite:
        return None
    return Swap(
        before=before,
        after=after,
        number=number,
        name=_capital(one.words, old) and _capital(two.words, new),
        opposite=opposite,
        headline=_in_headlines(one, two, old, new),
    )


def _told(words: Iterable[str]) -> set[str]:
    """Return the words that say what happened: a date may stand for a day of the week."""
    return {word for word in words if word not in NO_NAMES}


def _other_day(one: Side, two: Side, old: slice, new: slice) -> Swap | None:
    """Return the exchange of a day or month for another one, which is no matter of style."""
    for days in (WEEKDAYS, MONTHS):
        lost, come = days.intersection(one.all[old]), days.intersection(two.all[new])
        if lost and come and lost != come:
            return Swap(
                before=one.words.all[old],
                after=two.words.all[new],
                number=False,
                name=False,
                opposite=False,
                headline=_in_headlines(one, two, old, new),
            )
    return None


def _in_headlines(one: Side, two: Side, old: slice, new: slice) -> bool:
    return old.stop <= len(one.title) and new.stop <= len(two.title)


def _is_number(word: str) -> bool:
    return word[0].isdigit()


def _capital(words: Words, part: slice) -> bool:
    """Tell whether any word of the part began with a capital."""
    return bool(words.capitals >> part.start & ((1 << (part.stop - part.start)) - 1))


@lru_cache(maxsize=1 << 14)
def similar(one: str, two: str) -> bool:
    """Tell whether two words, or runs of words, are spellings or forms of one."""
    return Indel.normalized_similarity(one, two) >= ALIKE
