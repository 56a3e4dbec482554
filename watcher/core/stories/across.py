"""The same event in another language: a `report` of what opened a story, never a copy.

Words don't help between languages. What does: the entities that rules found in both, however they
are spelled; numbers with what they count; what was done (`glossary`); and time. All must agree, as
a wrong link tells people less than a missing one. The story index knows nothing of this: it is
asked only for articles that are new to it and in which rules found an entity.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final, TypeVar

import regex

from watcher.core.model import ArticleId, Link, LinkKind, StoryId
from watcher.core.stories.glossary import Facts, facts_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from watcher.core.model import Article, Hit

ACROSS_WINDOW: Final = timedelta(hours=48)
"""How far apart two reports of one event in two languages may be; `WINDOW` is for one language."""
FEW: Final = 5
"""Openers of stories that may always have an entity ..."""
RARE: Final = 0.05
"""... and the share of them up to which it is rare."""
BODIES: Final = frozenset({"person", "organisation"})
"""Types of entities that an event is seldom told without."""
PLACES: Final = 2
"""Entities that are no person and no body (places, peoples, topics) that make up for one."""
TELLING: Final = 10
"""A number from which it need not be said what is counted. Smaller ones come in many events."""
ENOUGH: Final = 3
"""Entities and numbers that must be shared where all the numbers are small."""
LEAST: Final = 0.6
"""Score of a link that rests on as little as is allowed."""

Thing = TypeVar("Thing")

_SCRIPTS = regex.compile(r"(\p{Latin})|(\p{Cyrillic})|(\p{Han})|(\p{Arabic})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """The entities, by their ids, that rules found in an article."""

    bodies: frozenset[str] = frozenset()
    """Those of BODIES."""
    others: frozenset[str] = frozenset()
    """Places, peoples, topics: many events share one."""

    def __bool__(self) -> bool:
        return bool(self.bodies or self.others)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """An article as it is compared across languages."""

    article: ArticleId
    language: str
    script: int
    clock: datetime
    named: Named
    facts: Facts


class Across:
    """What opened the stories of the last two days, as far as rules found entities in it.

    `place` asks, `add` files, `discard` undoes an `add`, `expire` lets go of what is too old.
    Only openers are filed, so that reports of reports can't wander off.
    """

    def __init__(self, *, window: timedelta = ACROSS_WINDOW) -> None:
        self._window = window
        self._held: dict[ArticleId, Report] = {}
        self._of: dict[str, set[ArticleId]] = {}

    def __len__(self) -> int:
        return len(self._held)

    def place(self, article: Article, named: Named, link: Link) -> Link:
        """Return a link to the story in another language that `article` reports; else `link`.

        Only an article that opens a story by `link` can join another. Without any time of its own
        it joins none.
        """
        if link.kind is not LinkKind.NEW:
            return link
        report = report_of(article, named)
        if report is None:
            return link
        rare = Named(bodies=self._rare(named.bodies), others=self._rare(named.others))
        near = {id_ for entity in rare.bodies | rare.others for id_ in self._of[entity]}
        told = [
            (score, id_, why)
            for id_ in near - {article.id}
            if (found := agreement(report, self._held[id_], rare, window=self._window))
            for score, why in (found,)
        ]
        if not told:
            return link
        score, to, why = max(told)
        return Link(
            article=article.id,
            kind=LinkKind.REPORT,
            story=StoryId(to),
            to=to,
            score=score,
            why=why,
        )

    def _rare(self, entities: frozenset[str]) -> frozenset[str]:
        """Return those that some openers have, but few: a name in every item tells nothing."""
        most = max(FEW, RARE * len(self._held))
        return frozenset(one for one in entities if 0 < len(self._of.get(one, ())) <= most)

    def add(self, article: Article, named: Named, link: Link) -> None:
        """File `article` if it opens a story; one that is held already is filed anew."""
        self.discard(article.id)
        report = report_of(article, named) if str(link.story) == article.id else None
        if report is None:
            return
        self._held[article.id] = report
        for entity in named.bodies | named.others:
            self._of.setdefault(entity, set()).add(article.id)

    def discard(self, article_id: ArticleId) -> None:
        """Undo `add`; an article that isn't held is no mistake."""
        report = self._held.pop(article_id, None)
        if report is None:
            return
        for entity in report.named.bodies | report.named.others:
            self._of[entity].discard(article_id)
            if not self._of[entity]:
                del self._of[entity]

    def expire(self, now: datetime) -> int:
        """Let go of what is older than the window before `now`; return how many."""
        limit = now - self._window
        old = [id_ for id_, report in self._held.items() if report.clock < limit]
        for id_ in old:
            self.discard(id_)
        return len(old)


def named_in(hits: Iterable[Hit], types: Mapping[str, str]) -> Named:
    """Return the entities in the matches of an article; `types` are those of entities, by id."""
    met = {match.entity for hit in hits for match in hit.matches if match.entity}
    bodies = frozenset(one for one in met if types.get(one) in BODIES)
    return Named(bodies=bodies, others=frozenset(met) - bodies)


def report_of(article: Article, named: Named) -> Report | None:
    """Return what can be compared; None for an article without time, entities or numbers.

    The clock is when it was published, if that is before it was seen: a feed that is read for the
    first time shows old news, which must not meet today's.
    """
    times = [time for time in (article.published, article.seen) if time]
    if not (named and times):
        return None
    facts = facts_of(article.title, f"{article.summary}\n{article.text}")
    if not facts.numbers:
        return None
    return Report(
        article=article.id,
        language=(article.language or "").partition("-")[0].lower(),
        script=_script(f"{article.title} {article.summary}"),
        clock=min(times),
        named=named,
        facts=facts,
    )


def agreement(
    one: Report, two: Report, rare: Named, *, window: timedelta = ACROSS_WINDOW
) -> tuple[float, tuple[str, ...]] | None:
    """Return score and reasons when two articles tell one event; None when that isn't sure.

    `rare` are those entities of `one` that tell something.
    """
    apart = abs(one.clock - two.clock)
    if apart > window or not _other_language(one, two):
        return None
    bodies = rare.bodies & two.named.bodies
    others = rare.others & two.named.others
    if not bodies and len(others) < PLACES:
        return None
    if not _nested(one.named.bodies, two.named.bodies) or not _same_deed(one.facts, two.facts):
        return None
    shared = common_numbers(one.facts, two.facts)
    if not shared:
        return None
    small = all(value < TELLING for _, value in shared)
    if small and len(shared) + len(bodies) + len(others) < ENOUGH:
        return None
    more = len(shared) + len(bodies) + len(others) / PLACES + (apart < window / 4) - 2
    return (
        round(1 - (1 - LEAST) * 0.8 ** max(0.0, more), 3),
        (
            "another language",
            "both name " + ", ".join(sorted(bodies) or sorted(others)),
            "same numbers: " + ", ".join(map(_shown, shared)),
        ),
    )


def common_numbers(one: Facts, two: Facts) -> list[tuple[str, float]]:
    """Return the numbers that both have and that say something; none when any kind differs.

    Of one kind, one text may leave a number out; each having another is another event.
    """
    shared: set[tuple[str, float]] = set()
    for kind in {kind for kind, _ in one.numbers | two.numbers}:
        left, right = _of_kind(one, kind), _of_kind(two, kind)
        if not _nested(left, right):
            return []
        shared |= {(kind, value) for value in left & right if kind or value >= TELLING}
    return sorted(shared)


def _shown(number: tuple[str, float]) -> str:
    kind, value = number
    return f"{value:,.15g} ({kind})" if kind else f"{value:,.15g}"


def _of_kind(facts: Facts, kind: str) -> frozenset[float]:
    return frozenset(value for of, value in facts.numbers if of == kind)


def _nested(one: frozenset[Thing], two: frozenset[Thing]) -> bool:
    return one <= two or two <= one


def _same_deed(one: Facts, two: Facts) -> bool:
    """Tell whether a headline tells of a deed that the other text has too.

    What only stands below is mostly what went before: an appeal repeats the sentence. So two
    headlines with deeds must share one.
    """
    if one.headline and two.headline:
        return not one.headline.isdisjoint(two.headline)
    return bool(one.headline & two.done or two.headline & one.done)


def _other_language(one: Report, two: Report) -> bool:
    """Tell whether two articles are surely in two languages: by their letters, or as stated."""
    if one.script != two.script:
        return True
    return bool(one.language and two.language and one.language != two.language)


def _script(text: str) -> int:
    """Return a number for the script that most letters are in; 0 for another than the four."""
    counts = [0, 0, 0, 0, 0]
    for found in _SCRIPTS.finditer(text):
        counts[found.lastindex or 0] += 1 if found.lastindex != 3 else 2
    return max(range(5), key=counts.__getitem__)
