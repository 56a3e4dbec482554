"""From evidence to a verdict: a score card for `copy`, one for `report`, and what forbids either.

A score card gives points for each feature, by the interval its value lies in; the points are
summed and a logistic curve makes a score of 0 to 1 out of them. One can read off it what a
decision rested on. The points are in `card.py`, learned by benchmarks/learn_stories.py.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from watcher.core.model import LinkKind
from watcher.core.stories import card
from watcher.core.stories.evidence import APART, EQUAL, MIXED, PART
from watcher.core.stories.words import read_back

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from watcher.core.stories.evidence import Evidence
    from watcher.core.stories.swaps import Swap

COPY: Final = 0.7
"""Score from which an article is a copy: a wrong fold hides news, a missed one only repeats it."""
REPORT: Final = 0.6
"""Score from which it is a report of the same event."""
REPORT_INFLECTED: Final = 0.4
"""The same where endings hide half of what two texts have in common."""
CORRECTION: Final = 0.1
"""Share of the numbers up to which one that differs is a misprint set right in a table."""

SAME_FORM: Final = 0.55
"""Share of runs of words from which other numbers are those of another event in the same form."""
IN_FORM: Final = 0.4
"""Share of runs of words from which an exchanged name is another one in the same form."""
SAME_WORDS: Final = 0.8
"""Share of runs of words from which several exchanged ones are another use of one form."""
VERBATIM: Final = 0.9
"""Share of runs of words of the shorter body from which two bodies are the same."""
OTHER_WORDS: Final = 0.35
"""Share of runs of words of the shorter body below which the same facts are told in other words."""
SAME_BODY: Final = 0.9
"""Score of the same body under another headline."""
SAME_TEXT: Final = 0.6
"""Share of runs of words from which missing names are only cut off."""
TEMPLATE: Final = 0.5
"""Share of words from which two articles with exchanged names are two uses of one template."""

INTERVALS: Final[Mapping[str, tuple[float, ...]]] = {
    "small": (0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.97),
    "large": (0.1, 0.2, 0.3, 0.45, 0.6, 0.75, 0.9),
    "runs_small": (0.05, 0.15, 0.3, 0.45, 0.6, 0.75, 0.9),
    "runs_large": (0.02, 0.05, 0.1, 0.2, 0.35, 0.6, 0.85),
    "pairs": (0.03, 0.06, 0.1, 0.15, 0.25, 0.4),
    "title_most": (0.4, 0.6, 0.8, 0.95),
    "title_least": (0.3, 0.5, 0.7, 0.95),
    "titles": (0.1, 0.3, 0.5, 0.7, 0.95),
    "body_runs": (-0.5, 0.1, 0.3, 0.6, 0.8, 0.9, 0.97),
    "bodies": (-0.5, 0.3, 0.5, 0.65, 0.8, 0.92),
    "shared": (3.5, 5.0, 8.0, 12.0, 20.0),
    "numbers": (0.5, 1.5, 2.5, 3.5),
    "numbers_missing": (0.01, 0.3, 0.6),
    "names": (0.5, 1.5, 2.5, 3.5),
    "names_missing": (0.01, 0.3, 0.6),
    "names_common": (0.5, 1.5, 2.5, 4.0, 6.0),
    "numbers_common": (0.5, 1.5, 2.5),
    "rare_missing": (0.01, 0.2, 0.4, 0.6),
    "swaps": (0.5, 1.5, 2.5, 3.5, 5.5),
    "title_swaps": (0.5, 1.5, 2.5),
    "name_swaps": (0.5, 1.5, 2.5),
    "number_swaps": (0.5, 1.5),
}
"""Where the intervals of each feature are cut; n cuts make n + 1 intervals."""

ONE_TONGUE: Final = 0.5
"""Share of the body's runs of three words in common from which two texts are in one language,
whatever their feeds state."""

RISING: Final = frozenset(
    {
        "small",
        "large",
        "runs_small",
        "runs_large",
        "title_most",
        "title_least",
        "titles",
        "bodies",
        "body_runs",
        "pairs",
        "shared",
        "names_common",
        "numbers_common",
    }
)
FALLING: Final = frozenset(
    {
        "numbers_missing",
        "names_missing",
        "rare_missing",
        "swaps",
        "title_swaps",
        "name_swaps",
        "number_swaps",
    }
)
"""Features of which more can only speak for, or only against; the points never turn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """How two articles belong together, how surely (0 to 1), and why in plain words."""

    kind: LinkKind
    score: float
    why: tuple[str, ...]


def features(evidence: Evidence) -> dict[str, float]:
    """Return the values that the score cards look at."""
    swaps = evidence.swaps
    return {
        "small": evidence.small,
        "large": evidence.large,
        "runs_small": evidence.runs_small,
        "runs_large": evidence.runs_large,
        "title_most": evidence.title_most,
        "title_least": evidence.title_least,
        "titles": evidence.titles,
        "bodies": evidence.bodies,
        "shared": evidence.shared,
        "numbers": float(evidence.numbers),
        "numbers_missing": evidence.numbers_missing,
        "names": float(evidence.names),
        "names_missing": evidence.names_missing,
        "rare_missing": evidence.rare_missing,
        "swaps": float(sum(not swap.headline for swap in swaps)),
        "title_swaps": float(sum(swap.headline for swap in swaps)),
        "body_runs": evidence.body_runs,
        "pairs": evidence.pairs,
        "names_common": evidence.names_common,
        "numbers_common": evidence.numbers_common,
        "name_swaps": float(sum(swap.name for swap in swaps)),
        "number_swaps": float(sum(swap.number for swap in swaps)),
    }


def points(
    values: Mapping[str, float], weights: Mapping[str, tuple[float, ...]], bias: float
) -> float:
    """Return the summed points as a score of 0 to 1."""
    total = bias + sum(
        weights[name][bisect_right(cuts, values[name])] for name, cuts in INTERVALS.items()
    )
    return 1.0 / (1.0 + math.exp(-total)) if total > -500 else 0.0


def judge(evidence: Evidence, *, same_language: bool) -> Verdict | None:
    """Return how the two articles belong together; None when they don't."""
    values = features(evidence)
    # What feeds state is often a default ("en-US"): whole sentences in common say more.
    same_language = same_language or evidence.body_runs >= ONE_TONGUE
    copy = points(values, card.COPY, card.COPY_BIAS)
    if same_body(evidence):
        copy = max(copy, SAME_BODY)
    if same_language and copy >= COPY and not forbids_copy(evidence):
        return Verdict(kind=LinkKind.COPY, score=round(copy, 3), why=tuple(_reasons(evidence)))
    report = points(values, card.REPORT, card.REPORT_BIAS)
    least = REPORT_INFLECTED if evidence.inflected else REPORT
    if same_language and report >= least and not forbids_report(evidence):
        return Verdict(kind=LinkKind.REPORT, score=round(report, 3), why=tuple(_reasons(evidence)))
    return None


def same_body(evidence: Evidence) -> bool:
    """Tell whether another outlet printed the same body under a headline of its own.

    The labelled sets make new headlines from the text, so the card asks for more agreement than
    a sub-editor leaves. One outlet's same words under other headlines are its standing notice.
    """
    if evidence.same_outlet or evidence.body_runs < VERBATIM:
        return False
    return all(swap.headline and not (swap.name or swap.number) for swap in evidence.swaps)


def forbids_copy(evidence: Evidence) -> str:
    """Return what makes a copy impossible, in plain words; "" when nothing does."""
    if evidence.opposite:
        return "opposite facts"
    if evidence.numbers == APART:
        return "other numbers"
    if 0 <= evidence.body_runs < OTHER_WORDS:
        return "other words"
    others = [swap for swap in evidence.swaps if swap.repeated or swap.framed]
    if others:
        return _exchange(others[0])
    numbers = [swap for swap in evidence.swaps if swap.number]
    corrected = len(evidence.swaps) == 1 and 0 < evidence.numbers_missing <= CORRECTION
    return _exchange(numbers[0]) if numbers and not corrected else ""


def forbids_report(evidence: Evidence) -> str:
    """Return what makes it another event, in plain words; "" when nothing does."""
    if evidence.numbers == APART and evidence.runs_small >= SAME_FORM and not evidence.opposite:
        return "other numbers"
    if len(evidence.swaps) > 1 and evidence.runs_small >= SAME_WORDS:
        return _exchange(evidence.swaps[0])
    if evidence.names == APART and evidence.runs_small < SAME_TEXT:
        return "other names"
    names = [swap for swap in evidence.swaps if swap.name or swap.repeated]
    in_form = evidence.runs_small >= IN_FORM or any(swap.framed for swap in names)
    if names and in_form and not evidence.opposite:
        return _exchange(names[0])
    return ""


def differs(evidence: Evidence) -> bool:
    """Tell whether much the same words tell of somebody or something else."""
    if evidence.small < TEMPLATE:
        return False
    return bool(forbids_copy(evidence) or forbids_report(evidence) or len(evidence.swaps) > 1)


def _reasons(evidence: Evidence) -> Iterator[str]:
    """Say what was found, the weightiest first."""
    yield f"{round(100 * evidence.small)} % of the words"
    if evidence.opposite:
        yield "opposite facts"
    yield from _of_numbers(evidence)
    if evidence.titles >= 0.95:
        yield "same headline"
    elif evidence.titles < 0.5:
        yield "headline differs"
    for swap in evidence.swaps[:2]:
        yield _exchange(swap)


def _exchange(swap: Swap) -> str:
    return f"“{read_back(swap.before)}” for “{read_back(swap.after)}”"


def _of_numbers(evidence: Evidence) -> Iterator[str]:
    if evidence.numbers == EQUAL:
        yield "same numbers"
    elif evidence.numbers in {MIXED, APART}:
        yield "other numbers" if evidence.numbers == APART else "some other numbers"
    elif evidence.numbers == PART:
        yield "no other number"
