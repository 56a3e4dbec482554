"""What came in and what was edited, in the order it was settled: for trying rules on it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from watcher.core.model import Arrival, Article, ArticleId
from watcher.store import values as v
from watcher.store.asking import Asking
from watcher.store.rows import ARTICLE, FEED, LINK, VERSION

if TYPE_CHECKING:
    from datetime import datetime

_PAGE = 500
"""Arrivals held in memory at once, in full words."""


class History(Asking):
    """The past as a stream, of any length: each page is a statement of its own."""

    def articles_since_count(self, since: datetime) -> int:
        """Return how many articles were seen at or after `since`."""
        statement = select(func.count()).select_from(ARTICLE).where(ARTICLE.c.seen >= since)
        return self._connection.execute(statement).scalar_one()

    def arrivals(self, since: datetime) -> Iterator[Arrival]:
        """Yield what came in or was edited at or after `since`, in the order it was settled.

        Each article comes in the words it came in with, and once more for each edit.
        """
        edits = self._edits(since)
        edit = next(edits, None)
        for came in self._came(since):
            while edit is not None and edit.at < came.at:
                yield edit
                edit = next(edits, None)
            yield came
        while edit is not None:
            yield edit
            edit = next(edits, None)

    def _came(self, since: datetime) -> Iterator[Arrival]:
        first = select(func.min(ARTICLE.c.seq)).where(ARTICLE.c.seen >= since)
        place = (self._connection.execute(first).scalar() or 0) - 1
        page = (
            select(ARTICLE.c.seq, FEED.c.first_read, *v.ARTICLE_COLUMNS, *v.LINK_COLUMNS)
            .select_from(ARTICLE)
            .join(FEED)
            .join(LINK, LINK.c.article == ARTICLE.c.id)
            .where(ARTICLE.c.seen >= since)
            .order_by(ARTICLE.c.seq)
            .limit(_PAGE)
        )
        while rows := self._rows(page.where(ARTICLE.c.seq > place)):
            place = rows[-1].seq
            first_words = self._first_words(row.id for row in rows)
            for row in rows:
                yield Arrival(
                    article=first_words.get(ArticleId(row.id)) or v.article_of(row),
                    link=v.link_of(row),
                    at=row.seen,
                    # Until the first reading has ended, everything in the feed is its past.
                    baseline=row.first_read is None or row.seen <= row.first_read,
                )

    def _edits(self, since: datetime) -> Iterator[Arrival]:
        later = VERSION.alias("later")
        following = (
            select(func.min(later.c.seq))
            .where(later.c.article == VERSION.c.article, later.c.seq > VERSION.c.seq)
            .scalar_subquery()
        )
        page = (
            select(VERSION.c.seq, VERSION.c.at, following.label("following"), *v.LINK_COLUMNS)
            .select_from(VERSION)
            .join(LINK, LINK.c.article == VERSION.c.article)
            .where(VERSION.c.at >= since)
            .order_by(VERSION.c.seq)
            .limit(_PAGE)
        )
        place = 0
        while rows := self._rows(page.where(VERSION.c.seq > place)):
            place = rows[-1].seq
            then = self._at_versions({n for row in rows for n in (row.seq, row.following) if n})
            now = self._newest(row.article for row in rows if row.following is None)
            for row in rows:
                yield Arrival(
                    article=then[row.following] if row.following else now[row.article],
                    link=v.link_of(row),
                    at=row.at,
                    before=then[row.seq],
                )

    def _first_words(self, ids: Iterable[str]) -> dict[ArticleId, Article]:
        """Return, of the articles that were edited, the words they came in with."""
        first = select(func.min(VERSION.c.seq).label("seq")).group_by(VERSION.c.article)
        numbers = [row.seq for row in self._rows_in(first, VERSION.c.article, ids)]
        return {article.id: article for article in self._at_versions(numbers).values()}

    def _at_versions(self, numbers: Iterable[int]) -> dict[int, Article]:
        statement: Any = (
            select(VERSION.c.seq, *v.BEFORE_COLUMNS)
            .select_from(VERSION)
            .join(ARTICLE, ARTICLE.c.id == VERSION.c.article)
            .join(FEED)
        )
        found = self._rows_in(statement, VERSION.c.seq, numbers)
        return {row.seq: v.article_of(row) for row in found}

    def _newest(self, ids: Iterable[str]) -> dict[str, Article]:
        statement = select(*v.ARTICLE_COLUMNS).join(FEED)
        found = self._rows_in(statement, ARTICLE.c.id, ids)
        return {row.id: v.article_of(row) for row in found}
