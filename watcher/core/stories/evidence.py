"""What speaks for two articles telling one story, as named features; and what forbids it.

Coverage is containment weighted by rarity, not resemblance: it does not fall when an outlet adds
paragraphs of its own. Word-by-word alignment then shows what was exchanged within the same
sentences: an exchanged name or number is another event in the same template.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from watcher.core.stories.polarity import denied, opposite
from watcher.core.stories.swaps import swaps_between

if TYPE_CHECKING:
    from watcher.core.stories.candidates import Weights
    from watcher.core.stories.side import Side
    from watcher.core.stories.swaps import Swap

LEAST_BODY: Final = 12
"""Runs of words from which a body is long enough to be told by itself."""
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
    swaps = swaps_between(one, two)
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
        opposite=opposite(one, two) or denied(one, two) or any(swap.opposite for swap in swaps),
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
