"""The books: every decision with what it made, read back from the rows that hold it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from sqlalchemy import and_, or_, select

from watcher.core.audit import Entry
from watcher.core.model import AlertId, ArticleId, Delivery, DeliveryId, Hold
from watcher.store import values as v
from watcher.store.rows import ALERT, DECISION, DELIVERY, HIT, LINK, TOLD

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

    from watcher.store.values import Record

_STREAM = 1000


class Books:
    """What an audit asks."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def entries(self, made: dict[DeliveryId, AlertId]) -> Iterator[Entry]:
        """Yield an entry for every decision, and for every hit that has none, as a stream.

        The deliveries that decisions have made are added to `made`.
        """
        told = {
            (row.story, row.rule, row.target)
            for row in self._connection.execute(
                select(TOLD.c.story, TOLD.c.rule, TOLD.c.target).distinct()
            )
        }
        decided = or_(DECISION.c.article == HIT.c.article, DECISION.c.matched_in == HIT.c.article)
        silent = select(HIT.c.article, HIT.c.rule).where(
            ~select(DECISION.c.seq).where(decided, DECISION.c.rule == HIT.c.rule).exists()
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
            yield from self._occasion(list(occasion), told, made)

    def _occasion(
        self,
        rows: Sequence[Record],
        told: set[tuple[str, str, str]],
        made: dict[DeliveryId, AlertId],
    ) -> Iterator[Entry]:
        """Yield the entries of what was decided about one article at one time: at most one alert.

        Which article that alert names is said in `core.decide.outgoing`.
        """
        first = rows[0]
        told_in = [row.matched_in or row.article for row in rows if row.tell]
        deliveries: Sequence[Delivery] = ()
        if told_in:
            article = first.article if first.article in told_in else told_in[0]
            statement = (
                select(*v.DELIVERY_COLUMNS)
                .join(ALERT, ALERT.c.id == DELIVERY.c.alert)
                .where(
                    ALERT.c.article == article,
                    and_(ALERT.c.created == first.at, ALERT.c.story == first.story),
                )
            )
            deliveries = [v.delivery_of(row) for row in self._connection.execute(statement)]
        for row in rows:
            decision = v.decision_of(row)
            delivery = None
            if decision.tell:
                delivery = next(
                    (
                        one
                        for one in deliveries
                        if one.target == decision.target
                        and decision.rule in one.rules
                        and one.hold is not Hold.ESCALATION
                    ),
                    None,
                )
            if delivery is not None:
                made[delivery.id] = delivery.alert
            yield Entry(
                article=decision.matched_in or ArticleId(row.article),
                rule=decision.rule,
                decision=decision,
                delivery=delivery,
                told=(row.story, decision.rule, decision.target) in told,
            )

    def loose_deliveries(self, made: dict[DeliveryId, AlertId]) -> Iterator[Delivery]:
        """Yield the deliveries about articles that are not among those that decisions `made`.

        An escalation comes with the alert that it is about.
        """
        alerts = frozenset(made.values())
        statement = (
            select(*v.DELIVERY_COLUMNS)
            .join(ALERT, ALERT.c.id == DELIVERY.c.alert)
            .where(ALERT.c.article.is_not(None))
            .order_by(DELIVERY.c.seq)
        )
        options = {"stream_results": True, "yield_per": _STREAM}
        for row in self._connection.execute(statement, execution_options=options):
            delivery = v.delivery_of(row)
            escalated = delivery.hold is Hold.ESCALATION and delivery.alert in alerts
            if not escalated and delivery.id not in made:
                yield delivery
