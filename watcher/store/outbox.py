"""The outbox: which message goes out next, under which key, and what became of it.

A delivery waits (due, held, unknown), is `sending` from `take` to `record`, and then is sent,
parked or waiting again. Whoever is killed in between leaves it `sending`, which `recover` turns
into `unknown`: it may have arrived, so it goes out again under the same key, marked as a repeat.

The key of a message is fixed when it is first taken, and with it the set of its deliveries: a
target that knows keys can tell a repeat from news only if the same key means the same content.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, and_, or_, select, update

from watcher.core.decide import SUMMARY_WAIT
from watcher.core.model import (
    AlertKind,
    Article,
    ArticleId,
    Batch,
    Delivery,
    DeliveryId,
    DeliveryState,
    Hold,
    Outcome,
    Sent,
    Telling,
)
from watcher.store import values as v
from watcher.store.asking import chunks
from watcher.store.queries import WAITING, Queries
from watcher.store.rows import DELIVERY

if TYPE_CHECKING:
    from datetime import datetime

    from watcher.store.values import Record

GROUP_LIMIT = 500
"""Alerts in one message; what is over it makes the next message."""


class Outbox(Queries):
    """Takes messages out and records what became of them, within one transaction."""

    def take(self, target: str, *, now: datetime, limit: int = GROUP_LIMIT) -> Batch | None:
        """Return the next message for `target` and mark it `sending`; None when nothing is due.

        First what may have arrived already, as exactly the same message; then whatever has
        waited longest. A delivery without hold goes alone; one with a hold takes along all that
        are due under the same hold, up to `limit`.
        """
        first = self._first(target, now)
        if first is None:
            return None
        if first.message is not None:
            rows = self._message(first.message)
        elif first.hold is None:
            rows = [first]
        else:
            rows = self._group(first, now, limit)
        key = first.message or _key(rows)
        for chunk in chunks(row.seq for row in rows):
            self._connection.execute(
                update(DELIVERY)
                .where(DELIVERY.c.seq.in_(chunk))
                .values(state=DeliveryState.SENDING, message=key)
            )
        deliveries = [v.delivery_of(row) for row in self._message(key)]
        return Batch(
            key=key,
            target=target,
            tellings=self._tellings(deliveries),
            repeat=any(row.doubt for row in rows),
        )

    def record(
        self,
        key: str,
        outcome: Outcome,
        *,
        now: datetime,
        state: DeliveryState,
        due: datetime | None,
    ) -> None:
        """Write down what became of the message `key`, for all of its deliveries.

        `due` None leaves the time as it was (sent, parked). What is not on its way any more, such
        as a message recorded before, stays as it is.
        """
        arrived = outcome.sent is Sent.OK
        values: v.Values = {
            "state": state,
            "attempts": DELIVERY.c.attempts + 1,
            "error": "" if arrived else outcome.detail,
        }
        if due is not None:
            values["due"] = due
        if arrived:
            values["sent"] = now
        if outcome.sent is Sent.UNKNOWN:
            values["doubt"] = True
        under_way = DELIVERY.c.state.in_((DeliveryState.SENDING, DeliveryState.UNKNOWN))
        self._connection.execute(
            update(DELIVERY).where(DELIVERY.c.message == key, under_way).values(values)
        )

    def recover(self, *, now: datetime) -> int:
        """Make `unknown`, and due now, what was being sent when the program died; count it."""
        result = self._connection.execute(
            update(DELIVERY)
            .where(DELIVERY.c.state == DeliveryState.SENDING)
            .values(state=DeliveryState.UNKNOWN, due=now, doubt=True)
        )
        return result.rowcount

    def retry(self, delivery: DeliveryId, *, now: datetime) -> bool:
        """Make a parked delivery due, with a fresh count of tries; False if it isn't parked.

        The others of the same message come along: under its key it must stay the same message.
        """
        parked = DELIVERY.c.state == DeliveryState.PARKED
        wanted = select(DELIVERY.c.message).where(DELIVERY.c.id == delivery, parked)
        row = self._connection.execute(wanted).first()
        if row is None:
            return False
        same: ColumnElement[bool] = DELIVERY.c.id == delivery
        if row.message is not None:
            same = or_(same, DELIVERY.c.message == row.message)
        self._connection.execute(
            update(DELIVERY)
            .where(same, parked)
            .values(state=DeliveryState.DUE, due=now, attempts=0)
        )
        return True

    def release(self, hold: Hold, *, now: datetime) -> int:
        """Make due now what waits under `hold` and was never sent; count it."""
        result = self._connection.execute(
            update(DELIVERY)
            .where(
                DELIVERY.c.state.in_(WAITING),
                DELIVERY.c.hold == hold,
                DELIVERY.c.due > now,
                *([DELIVERY.c.due <= now + SUMMARY_WAIT] if hold is Hold.BASELINE else []),
                DELIVERY.c.message.is_(None),
            )
            .values(due=now)
        )
        return result.rowcount

    # --- choosing --------------------------------------------------------------------------------

    def _first(self, target: str, now: datetime) -> Record | None:
        """Return the delivery whose turn it is; one look into the index per state."""
        doubtful = self._longest_due(target, DeliveryState.UNKNOWN, now)
        if doubtful is not None:
            return doubtful
        waiting = [
            row
            for state in (DeliveryState.DUE, DeliveryState.HELD)
            if (row := self._longest_due(target, state, now)) is not None
        ]
        return min(waiting, key=lambda row: (row.due, row.seq), default=None)

    def _longest_due(self, target: str, state: DeliveryState, now: datetime) -> Record | None:
        statement = (
            select(*v.DELIVERY_COLUMNS)
            .where(DELIVERY.c.target == target, DELIVERY.c.state == state, DELIVERY.c.due <= now)
            .order_by(DELIVERY.c.due, DELIVERY.c.seq)
            .limit(1)
        )
        return self._connection.execute(statement).first()

    def _group(self, first: Record, now: datetime, limit: int) -> Sequence[Record]:
        until = now + SUMMARY_WAIT if first.hold == Hold.BASELINE else now
        statement = (
            select(*v.DELIVERY_COLUMNS)
            .where(
                DELIVERY.c.target == first.target,
                DELIVERY.c.hold == first.hold,
                DELIVERY.c.message.is_(None),
                and_(DELIVERY.c.state.in_(WAITING), DELIVERY.c.due <= until),
            )
            .order_by(DELIVERY.c.due, DELIVERY.c.seq)
            .limit(limit)
        )
        return self._rows(statement)

    def _message(self, key: str) -> Sequence[Record]:
        """Return the deliveries of a message in the order they were made, on every try the same."""
        statement = (
            select(*v.DELIVERY_COLUMNS).where(DELIVERY.c.message == key).order_by(DELIVERY.c.seq)
        )
        return self._rows(statement)

    # --- filling ---------------------------------------------------------------------------------

    def _tellings(self, deliveries: Sequence[Delivery]) -> tuple[Telling, ...]:
        """Return all that the wording needs, in a fixed number of statements."""
        alerts = self._alerts(delivery.alert for delivery in deliveries)
        told_in = [alert.article for alert in alerts.values() if alert.article is not None]
        articles = self._articles(told_in)
        hits = self._hits(told_in)
        stories = self.stories(a.story for a in alerts.values() if a.story is not None)
        edited = [a for a in alerts.values() if a.kind is AlertKind.EDIT and a.article is not None]
        versions = self._versions(a.article for a in edited if a.article is not None)
        tellings = []
        for delivery in deliveries:
            alert = alerts[delivery.alert]
            before = None
            if alert.kind is AlertKind.EDIT and alert.article is not None:
                before = _as_told(versions.get(alert.article, []), alert.created)
            tellings.append(
                Telling(
                    delivery=delivery,
                    alert=alert,
                    article=articles.get(alert.article) if alert.article else None,
                    hits=tuple(
                        hit
                        for hit in hits.get(alert.article or ArticleId(""), ())
                        if hit.rule in delivery.rules
                    ),
                    story=stories.get(alert.story) if alert.story else None,
                    before=before,
                )
            )
        return tuple(tellings)


def _as_told(versions: Sequence[tuple[datetime, Article]], edit_at: datetime) -> Article | None:
    """Return the words that the edit of `edit_at` replaced, whatever was edited later."""
    replaced = [article for at, article in versions if at <= edit_at]
    if replaced:
        return replaced[-1]
    return versions[0][1] if versions else None


def _key(rows: Sequence[Record]) -> str:
    """Return the key of a new message: the id of its only delivery, or a hash of all ids."""
    if len(rows) == 1:
        return str(rows[0].id)
    ids = "\0".join(sorted(row.id for row in rows))
    return blake2b(ids.encode(), digest_size=8).hexdigest()
