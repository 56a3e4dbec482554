"""What rules would have told, added up: how often, of which stories, and through which spellings.

Sides are sets of rules tried on the same arrivals: one for a plain replay, two to compare. Only
the stories of the last days and the newest lines of the report are held in memory.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from watcher.core.model import AlertKind, Arrival, Article, StoryId
from watcher.watch.hindsight import KEPT, Hindsight, Tried


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One story in the report: what was told of it by the rules of each side, and how often.

    `through`, by rule: the spellings without any one of which the rule would not have told.
    """

    story: StoryId
    article: Article
    at: datetime
    """When it was first told."""
    told: tuple[Mapping[str, int], ...]
    kinds: frozenset[AlertKind]
    through: Mapping[str, frozenset[str]]

    @property
    def change(self) -> str:
        """What the second side makes of it: "gained", "lost", "changed" or "same"."""
        before, after = self.told[0], self.told[-1]
        if before == after:
            return "same"
        if not before:
            return "gained"
        return "changed" if after else "lost"


@dataclass(slots=True, kw_only=True)
class Sum:
    """What one rule told on one side. `through`: stories by the spelling they hung on."""

    told: int = 0
    stories: int = 0
    matched: int = 0
    through: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class _Open:
    article: Article
    at: datetime
    last: datetime
    told: tuple[Counter[str], ...]
    kinds: set[AlertKind] = field(default_factory=set)
    through: dict[tuple[int, str], frozenset[str]] = field(default_factory=dict)


class Replay:
    """Sides and their report. `since`: what was told before warms up and is not counted."""

    def __init__(
        self, sides: Sequence[Hindsight], *, since: datetime | None = None, keep: int = 10_000
    ) -> None:
        self.sides = tuple(sides)
        self.articles = 0
        self.first: datetime | None = None
        self.last: datetime | None = None
        self.told = [0 for _ in sides]
        """How many messages each side would have made, before any are grouped."""
        self.stories = [0 for _ in sides]
        self.sums: list[dict[str, Sum]] = [
            {rule.name: Sum() for rule in side.config.rules} for side in sides
        ]
        self.changes: Counter[str] = Counter()
        self.hinging = 0
        """Stories of the last side that were told only through one spelling of several."""
        self.lines: deque[Line] = deque(maxlen=keep)
        self._since = since
        self._open: dict[StoryId, _Open] = {}
        self._closed: datetime | None = None

    def settle(self, poll: Sequence[Arrival]) -> None:
        """Take in what came with one poll."""
        at = poll[0].at
        counts = self._since is None or at >= self._since
        if counts:
            self.articles += sum(arrival.before is None for arrival in poll)
            self.first = self.first or at
            self.last = at
            if at - (self._closed or self.first) >= timedelta(days=1):
                self._closed = at
                self._close(before=at - KEPT)
        for number, side in enumerate(self.sides):
            for tried in side.settle(poll):
                if counts:
                    self._count(number, tried)

    def finish(self) -> list[Line]:
        """Add up what is still open; return the stories of the report, the newest first."""
        self._close(before=None)
        return sorted(self.lines, key=lambda line: line.at, reverse=True)

    def through(self) -> list[tuple[str, int]]:
        """Return the spellings that stories of the last side hung on, the most telling first."""
        total: Counter[str] = Counter()
        for found in self.sums[-1].values():
            total.update(found.through)
        return total.most_common()

    def _count(self, number: int, tried: Tried) -> None:
        sums = self.sums[number]
        for hit in tried.hits:
            sums[hit.rule].matched += 1
        if tried.alert is None or tried.alert.story is None:
            return
        self.told[number] += 1
        arrival = tried.arrival
        story = self._open.get(tried.alert.story)
        if story is None:
            story = self._open[tried.alert.story] = _Open(
                # Without its texts: what is open may be many, and the report shows headlines.
                replace(arrival.article, summary="", text=""),
                arrival.at,
                arrival.at,
                tuple(Counter() for _ in self.sides),
            )
        story.last = arrival.at
        story.kinds.add(tried.alert.kind)
        own = {hit.rule: hit for hit in tried.hits}
        for rule in tried.rules:
            story.told[number][rule] += 1
            if rule not in own:
                continue
            hinges = self.sides[number].book.hinges(arrival.article, own[rule])
            key = number, rule
            story.through[key] = story.through.get(key, hinges) & hinges

    def _close(self, *, before: datetime | None) -> None:
        for id_, story in list(self._open.items()):
            if before is None or story.last < before:
                self._add(id_, story)
                del self._open[id_]

    def _add(self, id_: StoryId, story: _Open) -> None:
        for number, told in enumerate(story.told):
            self.stories[number] += bool(told)
            for rule, times in told.items():
                found = self.sums[number][rule]
                found.told += times
                found.stories += 1
                found.through.update(story.through.get((number, rule), ()))
        last = len(self.sides) - 1
        through = {rule: found for (side, rule), found in story.through.items() if side == last}
        rules = story.told[last]
        self.hinging += bool(rules) and all(through.get(rule) for rule in rules)
        line = Line(
            story=id_,
            article=story.article,
            at=story.at,
            told=tuple(dict(told) for told in story.told),
            kinds=frozenset(story.kinds),
            through=through,
        )
        self.changes[line.change] += 1
        if len(self.sides) == 1 or line.change != "same":
            self.lines.append(line)
