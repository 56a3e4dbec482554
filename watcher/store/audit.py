"""The books: every decision with what it made, read back from the rows that hold it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING

from sqlalchemy import String, select, type_coerce

from watcher.core.audit import Entry
from watcher.core.model import ArticleId, Decision, Delivery, DeliveryId, Hold
from watcher.store import values as v
from watcher.store.asking import Asking
from watcher.store.rows import ALERT, DECISION, DELIVERY, HIT, LINK, TOLD

if TYPE_CHECKING:
    from datetime import datetime

    from watcher.store.values import Record

_STREAM = 1000

_Occasion = tuple[str, "datetime", str]
"""Article and time of an alert, and its story: one occasion makes one alert at most."""


class Books(Asking):
    """What an audit asks."""

    def books(self) -> tuple[list[Entry], list[Delivery]]:
        """Return an entry for every decision and every hit that has none; and loose deliveries.

        Those are about articles, and for a rule that nothing was decided about. An escalation
        comes with the alert that it is about.
        """
        news = list(self._news())
        made: dict[_Occasion, list[Delivery]] = defaultdict(list)
        for occasion, delivery in news:
            made[occasion].append(delivery)
        entries = list(self._entries(made))
        decided: dict[DeliveryId, set[str]] = defaultdict(set)
        alerts = set()
        for entry in entries:
            if entry.delivery is not None:
                decided[entry.delivery.id].add(entry.rule)
                alerts.add(entry.delivery.alert)
        loose = [
            delivery
            for _, delivery in news
            if not decided[delivery.id] >= set(delivery.rules)
            and not (delivery.hold is Hold.ESCALATION and delivery.alert in alerts)
        ]
        return entries, loose

    def _entries(self, made: Mapping[_Occasion, Sequence[Delivery]]) -> Iterator[Entry]:
        told = {
            (row.story, row.rule, row.target)
            for row in self._connection.execute(
                select(TOLD.c.story, TOLD.c.rule, TOLD.c.target).distinct()
            )
        }
        split = self._split()
        before = {(article, at): made[article, at, story] for article, at, story in made if split}
        same_rule = select(DECISION.c.seq).where(DECISION.c.rule == HIT.c.rule)
        # Two questions, not one with "or": the second, which no index answers, is seldom asked.
        silent = select(HIT.c.article, HIT.c.rule).where(
            ~same_rule.where(DECISION.c.article == HIT.c.article).exists(),
            ~same_rule.where(DECISION.c.matched_in == HIT.c.article).exists(),
        )
        for row in self._connection.execute(silent):
            yield Entry(article=ArticleId(row.article), rule=row.rule)
        statement = (
            select(*v.DECISION_COLUMNS, DECISION.c.article, LINK.c.story)
            .outerjoin(LINK, LINK.c.article == DECISION.c.article)
            .order_by(DECISION.c.article, DECISION.c.at, DECISION.c.seq)
        )
        options = {"stream_results": True, "yield_per": _STREAM}
        rows = self._connection.execute(statement, execution_options=options)
        for _, occasion in groupby(rows, lambda row: (row.article, row.at)):
            decided = list(occasion)
            of_hand = decided[0].story in split
            for entry in _entries_of(decided, told, made, before if of_hand else {}):
                yield replace(entry, split=True) if of_hand else entry

    def _split(self) -> set[str]:
        """Return the stories that a person made; each bears the id of its first article."""
        from watcher.core.stories.undo import BY_HAND  # noqa: PLC0415 - its tables take 50 ms

        by_hand = type_coerce(LINK.c.why, String).contains(BY_HAND)
        return set(self._connection.scalars(select(LINK.c.story).where(by_hand)))

    def _news(self) -> Iterator[tuple[_Occasion, Delivery]]:
        """Yield the deliveries about articles, in the order they were made, and what for."""
        statement = (
            select(*v.DELIVERY_COLUMNS, ALERT.c.article, ALERT.c.created, ALERT.c.story)
            .join(ALERT, ALERT.c.id == DELIVERY.c.alert)
            .where(ALERT.c.article.is_not(None))
            .order_by(DELIVERY.c.seq)
        )
        options = {"stream_results": True, "yield_per": _STREAM}
        for row in self._connection.execute(statement, execution_options=options):
            yield (row.article, row.created, row.story), v.delivery_of(row)


def _entries_of(
    rows: Sequence[Record],
    told: Collection[tuple[str, str, str]],
    made: Mapping[_Occasion, Sequence[Delivery]],
    before: Mapping[tuple[str, datetime], Sequence[Delivery]],
) -> Iterator[Entry]:
    """Yield the entries of what was decided about one article at one time: at most one alert.

    Which article that alert names is said in `core.decide.outgoing`. `before` has it where a person
    gave the article another story since.
    """
    first = rows[0]
    told_in = [row.matched_in or row.article for row in rows if row.tell]
    article = first.article if first.article in told_in else next(iter(told_in), "")
    deliveries = made.get((article, first.at, first.story)) or before.get((article, first.at), ())
    for row in rows:
        decision = v.decision_of(row)
        yield Entry(
            article=decision.matched_in or ArticleId(row.article),
            rule=decision.rule,
            decision=decision,
            delivery=_delivery_of(decision, deliveries) if decision.tell else None,
            told=(row.story, decision.rule, decision.target) in told,
        )


def _delivery_of(decision: Decision, deliveries: Sequence[Delivery]) -> Delivery | None:
    return next(
        (
            one
            for one in deliveries
            if one.target == decision.target
            and decision.rule in one.rules
            and one.hold is not Hold.ESCALATION
        ),
        None,
    )
