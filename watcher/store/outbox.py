"""The outbox: which message goes out next, under which key, and what became of it.

A delivery waits (due, held, unknown), is `sending` from `take` or `begin` to `record`, and then is
sent, parked or waiting again. Whoever is killed in between leaves it `sending`, which `recover`
turns into `unknown`: it may have arrived, so it goes out again under the same key, marked as a
repeat.

The key of a message is fixed when it is first taken, and with it the set of its deliveries: a
target that knows keys can tell a repeat from news only if the same key means the same content.

Several messages may be taken at once. The first is `sending`; the others wait as before but have
their keys, until `begin` says that their turn has come. That word may be lost with the machine
(never with the process alone), so after a power cut all that have a key and no outcome count as
possibly arrived.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import TYPE_CHECKING

from sqlalchemy import (
    ColumnElement,
    and_,
    bindparam,
    delete,
    insert,
    not_,
    or_,
    select,
    update,
)

from watcher.core.decide import SUMMARY_WAIT, worded
from watcher.core.model import (
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
from watcher.store.queries import WAITING
from watcher.store.rows import DECISION, DELIVERY, NOTE, TOLD
from watcher.store.turns import Turns

if TYPE_CHECKING:
    from datetime import datetime


GROUP_LIMIT = 500
"""Alerts in one message; what is over it makes the next message."""
_OWN = DELIVERY.alias("own")
_UNDER_WAY = DELIVERY.c.state.in_((DeliveryState.SENDING, DeliveryState.UNKNOWN))
# Two that are asked for each message of a long queue: building them took longer than running them.
_ARRIVED = (
    update(DELIVERY)
    .where(DELIVERY.c.message == bindparam("key"), _UNDER_WAY)
    .values(
        state=bindparam("became"),
        attempts=DELIVERY.c.attempts + 1,
        error="",
        sent=bindparam("now"),
    )
)
_BEGIN = (
    update(DELIVERY)
    .where(
        DELIVERY.c.message == bindparam("key"),
        DELIVERY.c.state.in_((DeliveryState.DUE, DeliveryState.HELD)),
    )
    .values(state=DeliveryState.SENDING)
)
_BOOT = "boot"
"""The note that names the run of the machine in which the outbox was last at work."""


class Outbox(Turns):
    """Takes messages out and records what became of them, within one transaction."""

    def take(self, target: str, *, now: datetime, limit: int = GROUP_LIMIT) -> Batch | None:
        """Return the next message for `target` and mark it `sending`; None when nothing is due."""
        return next(iter(self.take_some(target, now=now, most=1, limit=limit)), None)

    def take_some(
        self, target: str, *, now: datetime, most: int, limit: int = GROUP_LIMIT
    ) -> tuple[Batch, ...]:
        """Return the next messages for `target`, at most `most`, and mark the first `sending`.

        First what may have arrived already, as exactly the same message; then whatever has
        waited longest. A delivery without hold goes alone; one with a hold takes along all that
        are due under the same hold, up to `limit`. What was tried before is taken by itself.
        """
        batches = self._choose(target, now, most, limit)
        made: dict[str, list[Delivery]] = {key: [] for key, _ in batches}
        statement = select(*v.DELIVERY_COLUMNS).order_by(DELIVERY.c.seq)
        for row in self._rows_in(statement, DELIVERY.c.message, made):
            made[row.message].append(v.delivery_of(row))
        tellings = iter(self._tellings([d for key, _ in batches for d in made[key]]))
        return tuple(
            Batch(
                key=key,
                target=target,
                tellings=tuple(islice(tellings, len(made[key]))),
                repeat=any(row.doubt for row in rows),
            )
            for key, rows in batches
        )

    def begin(self, key: str) -> bool:
        """Mark a message that was taken with others as `sending`; False if it is not to go now."""
        return self._connection.execute(_BEGIN, {"key": key}).rowcount > 0

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
        if outcome.sent is Sent.OK:
            self._connection.execute(_ARRIVED, {"key": key, "now": now, "became": state})
            return
        values: v.Values = {
            "state": state,
            "attempts": DELIVERY.c.attempts + 1,
            "error": outcome.detail,
        }
        if due is not None:
            values["due"] = due
        if outcome.sent is Sent.UNKNOWN:
            values["doubt"] = True
        self._connection.execute(
            update(DELIVERY).where(DELIVERY.c.message == key, _UNDER_WAY).values(values)
        )

    def recover(self, *, now: datetime, boot: str = "") -> int:
        """Make `unknown`, and due now, what may have been sent when the work ended; count it.

        `boot` names the run of the machine. In the same one only what is `sending` was under way.
        In another, or an unknown one (""), all that had got a key may have been: what was written
        about it last can be lost.
        """
        doubtful: ColumnElement[bool] = DELIVERY.c.state == DeliveryState.SENDING
        if not boot or self.note(_BOOT) != boot:
            has_key = and_(
                DELIVERY.c.state.in_((DeliveryState.DUE, DeliveryState.HELD)),
                DELIVERY.c.message.is_not(None),
                DELIVERY.c.attempts == 0,
            )
            doubtful = or_(doubtful, has_key)
            self._connection.execute(delete(NOTE).where(NOTE.c.key == _BOOT))
            self._connection.execute(insert(NOTE).values(key=_BOOT, value=boot))
        found = update(DELIVERY).where(doubtful)
        result = self._connection.execute(
            found.values(state=DeliveryState.UNKNOWN, due=now, doubt=True)
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

    def hurry(self, target: str, *, now: datetime) -> int:
        """Make due now what failed at `target` and waits for its next try; count it.

        What may have arrived keeps its time: one that asks for patience is not to be flooded.
        """
        result = self._connection.execute(
            update(DELIVERY)
            .where(
                DELIVERY.c.target == target,
                DELIVERY.c.state == DeliveryState.DUE,
                DELIVERY.c.due > now,
                DELIVERY.c.attempts > 0,
            )
            .values(due=now)
        )
        return result.rowcount

    def hand_over(self, old: str, new: str) -> int:
        """Let `new` be the name of the target that was called `old`; count what waits under it.

        What is known of the old name goes over, too, or every story would be told there anew. An
        alert that has a delivery to both is told once: what waited under the old name is parked.
        """
        has_own = select(_OWN.c.alert).where(_OWN.c.target == new)
        doubled = DELIVERY.c.alert.in_(has_own)
        self._connection.execute(
            update(DELIVERY)
            .where(DELIVERY.c.target == old, DELIVERY.c.state.in_(WAITING), doubled)
            .values(state=DeliveryState.PARKED, error=f"the same alert goes to {new}")
        )
        moved = self._connection.execute(
            update(DELIVERY).where(DELIVERY.c.target == old, not_(doubled)).values(target=new)
        )
        for table in (TOLD, DECISION):
            self._connection.execute(update(table).where(table.c.target == old).values(target=new))
        return moved.rowcount

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

    # --- filling ---------------------------------------------------------------------------------

    def _tellings(self, deliveries: Sequence[Delivery]) -> tuple[Telling, ...]:
        """Return all that the wording needs, in a fixed number of statements."""
        alerts = self._alerts(delivery.alert for delivery in deliveries)
        told_in = [alert.article for alert in alerts.values() if alert.article is not None]
        articles = self._articles(told_in)
        hits = self._hits(told_in)
        stories = self.stories(a.story for a in alerts.values() if a.story is not None)
        past = self.past(told_in)
        tellings = []
        for delivery in deliveries:
            alert = alerts[delivery.alert]
            of = alert.article or ArticleId("")
            telling = Telling(
                delivery=delivery,
                alert=alert,
                article=articles.get(of),
                hits=tuple(hit for hit in hits.get(of, ()) if hit.rule in delivery.rules),
                story=stories.get(alert.story) if alert.story else None,
            )
            tellings.append(worded(telling, past.get(of, ())))
        return tuple(tellings)
