"""Unusually many stories of one rule in a day, against its own last weeks. No model: a median.

Stories are counted, not prints: a wire story in forty outlets is one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

SPIKE_DAYS = 28
"""Days that today is held against, those without a story included."""
LEAST_DAYS = 7
"""Days of history below which nothing is said: a new rule's first day is no spike."""
LEAST = 5
"""Stories below which nothing is said, however quiet the weeks were."""
TIMES = 3
"""How many times the median today must be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spike:
    """Today's stories of a rule, and the median of the days before."""

    rule: str
    today: int
    median: float

    def words(self) -> tuple[str, str]:
        """Return headline and body in plain words."""
        usual = f"{self.median:g}"
        body = (
            f"On half of the days before there were {usual} or fewer. Stories are counted, not "
            f'prints. See them with: watcher alerts list --rule "{self.rule}" --since 24h'
        )
        return f"{self.rule}: {self.today} stories today against a median of {usual}", body


def spike_of(rule: str, today: int, before: Sequence[int]) -> Spike | None:
    """Return a spike when `today` stands out; `before` are the stories of each day before."""
    if len(before) < LEAST_DAYS or today < LEAST:
        return None
    usual = median(before)
    return Spike(rule=rule, today=today, median=usual) if today > TIMES * usual else None
