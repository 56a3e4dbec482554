"""Rows on their way into the tables, gathered so that many of a kind go in with one statement.

A statement costs far more than a row: what sixty polls bring is some dozen statements instead of
a thousand. Tables are filled parents first, and a table's rows in the order in which they came.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import bindparam, delete, insert, update

from watcher.store.rows import (
    ALERT,
    ALERT_RULE,
    ARTICLE,
    DELIVERY,
    EVIDENCE_BODY,
    FEED,
    HIT,
    LINK,
    METADATA,
    RECHECK,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy import Executable, Table
    from sqlalchemy.engine import Connection

    from watcher.core.model import ArticleId, FeedId
    from watcher.store.values import Values

_FIRST_STANDS = frozenset({ARTICLE, LINK, ALERT, ALERT_RULE, DELIVERY, EVIDENCE_BODY, RECHECK})
"""Tables in which a row whose key is there already changes nothing."""
_PARENTS_FIRST = METADATA.sorted_tables
_SAVE_FEED = update(FEED).where(FEED.c.id == bindparam("number"))
_DROP_HITS = delete(HIT).where(HIT.c.article == bindparam("of"))


class Waiting:
    """What a transaction is to be given, until `go`."""

    def __init__(self) -> None:
        self._rows: dict[Table, list[Values]] = {}
        self._hits: dict[ArticleId, Sequence[Values]] = {}
        self._feeds: dict[FeedId, Values] = {}

    def __bool__(self) -> bool:
        return bool(self._rows or self._hits or self._feeds)

    def add(self, rows: Sequence[Values], *, to: Table) -> None:
        """Let rows wait for `to`; all rows of a table name the same columns."""
        if rows:
            self._rows.setdefault(to, []).extend(rows)

    def set_hits(self, article: ArticleId, rows: Sequence[Values]) -> None:
        """Let the hits of an article take the place of those that are stored."""
        self._hits[article] = rows

    def save_feed(self, number: FeedId, values: Values) -> None:
        """Let columns of a feed that is there be changed."""
        if values:
            self._feeds[number] = self._feeds.get(number, {}) | values

    def go(self, connection: Connection) -> None:
        """Execute all that waits. Raises LookupError for a feed that is not there."""
        rows, hits, feeds = self._rows, self._hits, self._feeds
        self._rows, self._hits, self._feeds = {}, {}, {}
        for changed in _alike(feeds):
            if connection.execute(_SAVE_FEED, changed).rowcount != len(changed):
                numbers = ", ".join(str(values["number"]) for values in changed)
                raise LookupError(f"among the feeds to be saved one is not there: {numbers}")
        if hits:
            connection.execute(_DROP_HITS, [{"of": article} for article in hits])
            rows.setdefault(HIT, []).extend(row for of in hits.values() for row in of)
        for table in _PARENTS_FIRST:
            if rows.get(table):
                connection.execute(insert_into(table, connection), rows[table])


def _alike(feeds: Mapping[FeedId, Values]) -> Iterable[list[Values]]:
    """Return the changes of feeds in groups that name the same columns."""
    groups: dict[tuple[str, ...], list[Values]] = {}
    for number, values in feeds.items():
        groups.setdefault(tuple(values), []).append(values | {"number": number})
    return groups.values()


def insert_into(table: Table, connection: Connection) -> Executable:
    """Return the statement that adds rows to a table; a row whose key is there may be ignored."""
    if table not in _FIRST_STANDS:
        return insert(table)
    if connection.dialect.name == "sqlite":
        from sqlalchemy.dialects import sqlite  # noqa: PLC0415 - the other takes 30 ms to import

        return sqlite.insert(table).on_conflict_do_nothing()
    from sqlalchemy.dialects import postgresql  # noqa: PLC0415

    return postgresql.insert(table).on_conflict_do_nothing()
