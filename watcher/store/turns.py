"""Whose turn it is: which deliveries make the next messages for a target, under which keys.

The order: what may have arrived already, then whatever has waited longest. A story's messages keep
their order also when one of them has to be tried again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from hashlib import blake2b
from typing import TYPE_CHECKING

from sqlalchemy import and_, bindparam, func, select, update

from watcher.core.decide import SUMMARY_WAIT
from watcher.core.model import DeliveryState, Hold
from watcher.store import values as v
from watcher.store.queries import WAITING, Queries
from watcher.store.rows import ALERT, DELIVERY

if TYPE_CHECKING:
    from datetime import datetime

    from watcher.store.values import Record

KEEP_ORDER = timedelta(minutes=1)
"""How long the later messages of a story wait for an earlier one that is to be tried again."""

# Asked for each message of a long queue: building it took longer than running it.
_HAS_KEY = (
    update(DELIVERY).where(DELIVERY.c.seq == bindparam("row")).values(message=bindparam("key"))
)
_IS_SENT = _HAS_KEY.values(state=DeliveryState.SENDING)


class Turns(Queries):
    """Chooses the next messages, within one transaction."""

    def _choose(
        self, target: str, now: datetime, most: int, limit: int
    ) -> list[tuple[str, Sequence[Record]]]:
        """Return key and deliveries of each of the next messages, in the order of their turn."""
        doubtful = self._longest_due(target, DeliveryState.UNKNOWN, now, 1)
        if doubtful:
            rows = self._message(doubtful[0].message)
            return [(self._mark(rows, sending=True), rows)]
        late = self._to_be_tried_again(target, now)
        while True:
            waiting = [
                *self._longest_due(target, DeliveryState.DUE, now, most),
                *self._longest_due(target, DeliveryState.HELD, now, most),
            ]
            waiting.sort(key=lambda row: (row.due, row.seq))
            if not self._put_off(waiting, late):
                return self._messages_of(waiting[:most], now, limit, late)

    def _messages_of(
        self, waiting: Sequence[Record], now: datetime, limit: int, late: Mapping[str, datetime]
    ) -> list[tuple[str, Sequence[Record]]]:
        chosen: list[tuple[str, Sequence[Record]]] = []
        used: set[int] = set()
        for row in waiting:
            if row.seq in used:
                continue
            tried = row.attempts > 0 or row.doubt
            if tried and chosen:
                break
            if row.message is not None:
                rows = self._message(row.message)
            elif row.hold is None:
                rows = [row]
            else:
                group = self._group(row, now, limit)
                self._put_off(group, late)
                rows = [one for one in group if one.story not in late]
            chosen.append((self._mark(rows, sending=not chosen), rows))
            used.update(one.seq for one in rows)
            if tried:
                break
        return chosen

    def _mark(self, rows: Sequence[Record], *, sending: bool) -> str:
        """Give the deliveries their key, if they have none yet, and say whether they are sent."""
        key = str(rows[0].message or _key(rows))
        statement = _IS_SENT if sending else _HAS_KEY
        self._connection.execute(statement, [{"row": row.seq, "key": key} for row in rows])
        return key

    def _longest_due(
        self, target: str, state: DeliveryState, now: datetime, most: int
    ) -> Sequence[Record]:
        """Return the deliveries whose turn it is; one look into the index."""
        statement = (
            select(*v.DELIVERY_COLUMNS, ALERT.c.story)
            .join(ALERT, ALERT.c.id == DELIVERY.c.alert)
            .where(DELIVERY.c.target == target, DELIVERY.c.state == state, DELIVERY.c.due <= now)
            .order_by(DELIVERY.c.due, DELIVERY.c.seq)
            .limit(most)
        )
        return self._rows(statement)

    def _to_be_tried_again(self, target: str, now: datetime) -> dict[str, datetime]:
        """Return the stories of which a message is to be tried again soon, and when."""
        statement = (
            select(ALERT.c.story, func.max(DELIVERY.c.due).label("due"))
            .select_from(DELIVERY)
            .join(ALERT, ALERT.c.id == DELIVERY.c.alert)
            .where(
                DELIVERY.c.target == target,
                DELIVERY.c.state.in_((DeliveryState.DUE, DeliveryState.UNKNOWN)),
                DELIVERY.c.due > now,
                DELIVERY.c.due <= now + KEEP_ORDER,
                DELIVERY.c.message.is_not(None),
                ALERT.c.story.is_not(None),
            )
            .group_by(ALERT.c.story)
        )
        return {row.story: row.due for row in self._rows(statement)}

    def _put_off(self, rows: Sequence[Record], late: Mapping[str, datetime]) -> bool:
        """Let those whose story waits for an earlier message wait with it; tell if there are any.

        What has a key already is not the later one.
        """
        waits = [row for row in rows if row.message is None and row.story in late]
        for row in waits:
            self._connection.execute(
                update(DELIVERY).where(DELIVERY.c.seq == row.seq).values(due=late[row.story])
            )
        return bool(waits)

    def _group(self, first: Record, now: datetime, limit: int) -> Sequence[Record]:
        until = now + SUMMARY_WAIT if first.hold == Hold.BASELINE else now
        statement = (
            select(*v.DELIVERY_COLUMNS, ALERT.c.story)
            .join(ALERT, ALERT.c.id == DELIVERY.c.alert)
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


def _key(rows: Sequence[Record]) -> str:
    """Return the key of a new message: the id of its only delivery, or a hash of all ids."""
    if len(rows) == 1:
        return str(rows[0].id)
    ids = "\0".join(sorted(row.id for row in rows))
    return blake2b(ids.encode(), digest_size=8).hexdigest()
