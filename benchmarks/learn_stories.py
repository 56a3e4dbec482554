"""Learn the score cards of core/stories from the train half of the labelled sets.

    PYTHONPATH=tests python benchmarks/learn_stories.py    # rewrites watcher/core/stories/card.py

Logistic regression over intervals (one weight each), L2, by AdaGrad over pairs in a fixed order:
the same data give the same card. Pairs are those that the index itself proposes.
"""

from __future__ import annotations

import math
import random
import sys
from bisect import bisect_right
from pathlib import Path
from typing import TYPE_CHECKING
from zlib import crc32

from support.story_sets import Row, pairs, rows

from watcher.core.model import Link, LinkKind, StoryId
from watcher.core.stories import StoryIndex
from watcher.core.stories.candidates import Rarity
from watcher.core.stories.evidence import Evidence, compare
from watcher.core.stories.side import Side
from watcher.core.stories.verdict import (
    FALLING,
    INTERVALS,
    RISING,
    features,
    forbids_copy,
    forbids_report,
)
from watcher.core.stories.words import words_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from watcher.core.model import Article

CARD = Path(__file__).parents[1] / "watcher" / "core" / "stories" / "card.py"
PENALTY = 2e-4
EPOCHS = 60
RATE = 0.15

OF_PAIRS = 8.0
"""What a hand-labelled pair counts for reports: there are few."""
OF_SETS = (("uci_titles", 0.3, 0.3), ("synd", 0.1, 2.0), ("reuters_natural", 0.05, 0.05))
"""What a true and a false pair of each set count: copies are no examples of other words."""

Example = tuple[tuple[int, ...], bool, float]
"""Positions of the intervals, the label, and how much it counts."""


def proposals(read: Sequence[Row]) -> Iterator[tuple[Row, Row, Evidence]]:
    """Yield each pair that the index proposes, with what speaks for it."""
    index = StoryIndex()
    by_id = {row.article.id: row for row in read}
    for row in read:
        yield from ((by_id[to], row, found) for to, found in index.compared(row.article))
        link = Link(article=row.article.id, kind=LinkKind.NEW, story=StoryId(row.article.id))
        index.add(row.article, link)


POSITIONS: list[tuple[str, int]] = [
    (name, at) for name, cuts in INTERVALS.items() for at in range(len(cuts) + 1)
]
OFFSET = {key: at for at, key in enumerate(POSITIONS)}


def positions(found: Evidence) -> tuple[int, ...]:
    values = features(found)
    return tuple(OFFSET[name, bisect_right(cuts, values[name])] for name, cuts in INTERVALS.items())


def learn(examples: list[Example]) -> tuple[list[float], float]:
    """Return the weight of each interval, and the bias.

    What is learned for a rising or falling feature are steps from one interval to the next, kept
    at 0 or on their side of it; for any other feature, the interval's own weight.
    """
    steps, squares = [0.0] * len(POSITIONS), [1e-6] * len(POSITIONS)
    summed, rounds = [0.0] * len(POSITIONS), 0
    bias, bias_square, bias_sum = 0.0, 1e-6, 0.0
    side = [(name in RISING) - (name in FALLING) for name, _ in POSITIONS]
    below = [
        tuple(OFFSET[name, lower] for lower in range(1, at + 1)) if side[here] else (here,)
        for here, (name, at) in enumerate(POSITIONS)
    ]
    unfolded = [
        (tuple(step for at in active for step in below[at]), label, counts)
        for active, label, counts in examples
    ]
    shuffled = random.Random(7)
    for epoch in range(EPOCHS):
        shuffled.shuffle(unfolded)
        for active, label, counts in unfolded:
            total = bias + sum(steps[at] for at in active)
            told = 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))
            slope = (told - label) * counts
            for at in active:
                step = slope + PENALTY * steps[at]
                squares[at] += step * step
                moved = steps[at] - RATE * step / math.sqrt(squares[at])
                steps[at] = moved if moved * side[at] >= 0 else 0.0
            bias_square += slope * slope
            bias -= RATE * slope / math.sqrt(bias_square)
        if epoch >= EPOCHS // 2:  # the mean of the later rounds is steadier than the last
            rounds += 1
            bias_sum += bias
            summed = [old + new for old, new in zip(summed, steps, strict=True)]
    mean = [value / rounds for value in summed]
    return [
        sum(mean[step] for step in below[at]) for at in range(len(POSITIONS))
    ], bias_sum / rounds


def copies() -> list[Example]:
    """Return the train half of synd, Reuters and AllSides: same cluster or not."""
    examples: list[Example] = []
    for name, weight in (("synd", 1.0), ("reuters_natural", 1.0), ("allsides_natural", 1.0)):
        for one, two, found in proposals(rows(name)):
            if one.held_out or two.held_out or forbids_copy(found):
                continue
            if one.article.id in two.ambiguous or two.article.id in one.ambiguous:
                continue
            same = one.cluster == two.cluster
            examples.append((positions(found), same, weight))
    return examples


def reports() -> list[Example]:
    """Return pairs of one event or of two, from the train halves of tg_pairs, UCI, synd, Reuters.

    Reuters pairs that are no copies count little: most are two events in a market report's words,
    but some tell one event, which nobody labelled.
    """
    examples: list[Example] = []
    for one, two, same, key in pairs():
        if crc32(key.encode()) % 2 == 0:
            found = evidence_of(one, two)
            if found is not None:
                examples.append((positions(found), same, OF_PAIRS))
    for name, if_same, if_other in OF_SETS:
        for first, second, found in proposals(rows(name)):
            if not (first.held_out or second.held_out or forbids_report(found)):
                same = first.cluster == second.cluster
                examples.append((positions(found), same, if_same if same else if_other))
    return examples


NOTHING_HELD = Rarity()


def evidence_of(one: Article, two: Article) -> Evidence | None:
    """Compare two articles as an index that holds nothing else would."""
    return compare(Side(words_of(one)), Side(words_of(two)), NOTHING_HELD.weights())


def table(name: str, weights: list[float], bias: float) -> str:
    lines = [f"{name}: Final[Mapping[str, tuple[float, ...]]] = {{"]
    for feature, cuts in INTERVALS.items():
        values = (f"{weights[OFFSET[feature, at]]:.2f}" for at in range(len(cuts) + 1))
        lines.append(f'    "{feature}": ({", ".join(values)}),')
    return "\n".join([*lines, "}", f"{name}_BIAS: Final = {bias:.2f}"])


def main() -> None:
    tables = []
    for name, examples in (("COPY", copies()), ("REPORT", reports())):
        same = sum(label for _, label, _ in examples)
        print(f"{name}: {len(examples)} pairs, {same} of them true", file=sys.stderr)
        tables.append(table(name, *learn(examples)))
    CARD.write_text(HEAD + "\n\n".join(tables) + "\n", encoding="utf-8")


HEAD = '''"""The score cards: points for each interval of each feature, and where they come from.

Written by benchmarks/learn_stories.py from the train half of the labelled sets; not by hand. The
intervals are in `verdict.INTERVALS`. Points add up; 0 points in all is a score of one half.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

'''

if __name__ == "__main__":
    main()
