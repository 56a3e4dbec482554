"""Articles that people were told of, looked at again on their pages: edited since, or gone.

What is to be looked at is rows of the store, so that it outlasts the process; what a look showed is
judged and written in one transaction with its next time, so that a crash between looks again, and
nothing is told twice.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from watcher.core.decide import reads_otherwise
from watcher.core.model import Article, ArticleId, Feed, Glimpse, Recheck, Sight
from watcher.core.rhythm import looks
from watcher.feeds import HeldError, Pages
from watcher.store import Queries, Store, Tx
from watcher.watch.desk import Desk
from watcher.watch.memory import Memory
from watcher.watch.news import News
from watcher.watch.nouns import Tally

log = logging.getLogger(__name__)

AT_ONCE = 100
"""Pages that are looked at in one go."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a look at a page showed, before anything is decided.

    `glimpse` None: it was not looked at, since its host asked to be left alone until `at`.
    """

    recheck: Recheck
    at: datetime
    glimpse: Glimpse | None = None


class Looks:
    """Looks at pages again. `pages` may be absent: then nothing is looked at."""

    def __init__(
        self,
        pages: Pages | None,
        store: Store,
        desk: Callable[[], Desk],
        memory: Memory,
        clock: Callable[[], datetime],
    ) -> None:
        self._pages = pages
        self._store = store
        self._desk = desk
        self._memory = memory
        self._clock = clock

    def due(self, *, skip: Collection[ArticleId] = ()) -> Sequence[Recheck]:
        """Return the pages that are to be looked at now, as far as their hosts have room.

        What is done or has become too old is forgotten.
        """
        if self._pages is None:
            return ()
        now = self._clock()
        with self._store.read() as known:
            due = known.due_rechecks(now, limit=AT_ONCE, skip=skip)
            over = known.has_rechecks_to_drop(now)
        if over:
            with self._store.write() as tx:
                tx.drop_rechecks(now=now)
        return due

    async def look(self, recheck: Recheck) -> Seen | None:
        """Look at one page, in its turn at its host; None when nobody is asked any more."""
        if self._pages is None:
            return None
        with self._store.read() as known:
            article = known.article(recheck.article)
            feed = self._feed_of(known, article)
        if feed is None:
            return Seen(recheck=recheck, at=self._clock(), glimpse=Glimpse(sight=Sight.UNSURE))
        try:
            glimpse = await self._pages.look(feed, recheck, read=bool(recheck.page))
        except HeldError as held:
            if not held.rest:
                return None
            return Seen(recheck=recheck, at=self._clock() + looks.seconds(held.rest))
        return Seen(recheck=recheck, at=self._clock(), glimpse=glimpse)

    def settle(self, seen: Seen) -> Tally:
        """Write down what a look showed, and tell it. Runs where `Watch.settle` does."""
        undo: list[Callable[[], None]] = []
        tally = Tally()
        try:
            with self._store.write() as tx:
                self._settle(tx, seen, tally, undo)
        except BaseException:
            for step in reversed(undo):
                step()
            raise
        return tally

    def _settle(self, tx: Tx, seen: Seen, tally: Tally, undo: list[Callable[[], None]]) -> None:
        # It may have been edited in its feed meanwhile, or be looked at no more.
        recheck, article = tx.recheck(seen.recheck.article), tx.article(seen.recheck.article)
        feed = self._feed_of(tx, article)
        if recheck is None or recheck.due is None or article is None or feed is None:
            tx.end_recheck(seen.recheck.article, now=self._clock())
            return
        if seen.glimpse is None:
            tx.save_recheck(replace(recheck, due=seen.at))
            return
        news = News(tx, self._desk(), self._memory, undo)
        glimpse, at = seen.glimpse, seen.at
        if looks.has_vanished(recheck, glimpse, now=at):
            news.vanished(article, glimpse.detail, at, tally)
        elif self._is_edit(tx, recheck, article, glimpse):
            news.edited_page(replace(article, text=glimpse.text), at, tally)
            recheck = replace(recheck, page=looks.text_mark(glimpse.text))
        if glimpse.retry_after:
            tx.hold_host(recheck.host, until=at + glimpse.retry_after)
        tx.save_recheck(looks.after_look(recheck, glimpse, now=at))
        tx.drop_rechecks(now=at)

    def _is_edit(self, tx: Tx, recheck: Recheck, article: Article, glimpse: Glimpse) -> bool:
        """Tell whether the page changed a matched sentence that it had given itself."""
        from_page = bool(recheck.page) and looks.text_mark(article.text) == recheck.page
        return (
            from_page
            and bool(glimpse.text)
            and reads_otherwise(article, tx.hits(article.id), glimpse.text)
        )

    def _feed_of(self, known: Queries, article: Article | None) -> Feed | None:
        """Return the feed of an article that the rules in force still want looked at."""
        if article is None:
            return None
        desk = self._desk()
        feed = desk.feeds.get(article.feed)
        told = {name for name, _ in known.told_about(article.id, self._clock())}
        rules = [desk.rules[name] for name in told if name in desk.rules]
        return feed if feed is not None and looks.wanted(article, feed, rules) else None
