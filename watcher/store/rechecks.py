"""Articles whose pages are looked at again: what is due, and how often a host was asked."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from sqlalchemy import and_, delete, func, or_, select, update

from watcher.core.model import ArticleId, Recheck
from watcher.core.rhythm.looks import CONFIRM, LOOKS, MOST_AN_HOUR, OLDEST
from watcher.store.asking import Asking
from watcher.store.rows import RECHECK

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import ColumnElement

    from watcher.store.values import Record

_ROOM = 4
"""Rows read for each that is wanted: those of a host that has no room left are passed over."""


class Rechecks(Asking):
    """Questions about them, within one snapshot."""

    def due_rechecks(
        self, now: datetime, *, limit: int, skip: Collection[ArticleId] = ()
    ) -> list[Recheck]:
        """Return at most `limit` that are due, the longest due first, as their hosts have room.

        A host is asked for MOST_AN_HOUR of them in an hour, those in `skip` (in hand) included.
        """
        counts = (
            select(RECHECK.c.host, func.count())
            .where(RECHECK.c.looked > now - CONFIRM)
            .group_by(RECHECK.c.host)
        )
        asked = {row[0]: row[1] for row in self._rows(counts)}
        full = [host for host, many in asked.items() if many >= MOST_AN_HOUR]
        statement = (
            select(RECHECK)
            .where(RECHECK.c.due <= now, RECHECK.c.since >= now - OLDEST)
            .order_by(RECHECK.c.due, RECHECK.c.article)
            .limit(_ROOM * limit)
        )
        if full:
            statement = statement.where(RECHECK.c.host.not_in(full))
        found: list[Recheck] = []
        for recheck in map(_recheck_of, self._rows(statement)):
            asked[recheck.host] = asked.get(recheck.host, 0) + 1
            if asked[recheck.host] > MOST_AN_HOUR or recheck.article in skip:
                continue
            found.append(recheck)
        return found[:limit]

    def has_rechecks_to_drop(self, now: datetime) -> bool:
        """Tell whether there is anything that `drop_rechecks` would forget."""
        found = select(RECHECK.c.article).where(_over(now)).limit(1)
        return self._connection.execute(found).first() is not None

    def recheck(self, article: ArticleId) -> Recheck | None:
        """Return when and how the page of an article is looked at again."""
        row = self._connection.execute(select(RECHECK).where(RECHECK.c.article == article)).first()
        return None if row is None else _recheck_of(row)


class RechecksTx(Rechecks):
    """What changes them."""

    def save_recheck(self, recheck: Recheck) -> None:
        """Store what a look has taught."""
        self._connection.execute(
            update(RECHECK).where(RECHECK.c.article == recheck.article).values(_values(recheck))
        )

    def end_recheck(self, article: ArticleId, *, now: datetime) -> None:
        """Look at a page no more; a look of the last hour still counts for its host."""
        self._connection.execute(
            update(RECHECK).where(RECHECK.c.article == article).values(due=None)
        )
        self.drop_rechecks(now=now)

    def drop_rechecks(self, *, now: datetime) -> None:
        """Forget what is done and counts for no host any more, and what has become too old."""
        self._connection.execute(delete(RECHECK).where(_over(now)))

    def mend_rechecks(self, *, now: datetime) -> None:
        """Begin anew what a clock that ran ahead has put off."""
        ahead = update(RECHECK).where(RECHECK.c.since > now, RECHECK.c.due.is_not(None))
        self._connection.execute(ahead.values(since=now, due=now + LOOKS[0]))


def _over(now: datetime) -> ColumnElement[bool]:
    done = and_(
        RECHECK.c.due.is_(None),
        or_(RECHECK.c.looked.is_(None), RECHECK.c.looked <= now - CONFIRM),
    )
    return or_(done, RECHECK.c.since < now - OLDEST - CONFIRM)


def _values(recheck: Recheck) -> dict[str, object]:
    return {column.name: getattr(recheck, column.name) for column in RECHECK.c}


def _recheck_of(row: Record) -> Recheck:
    values = {column.name: getattr(row, column.name) for column in RECHECK.c}
    return Recheck(**values | {"article": ArticleId(row.article)})
