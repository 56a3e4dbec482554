"""The pages of articles, for feeds that are to be read in full."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from watcher.core import identity
from watcher.core.model import (
    Document,
    Feed,
    FullText,
    Page,
    PageFault,
)
from watcher.feeds import Pages
from watcher.feeds.pages import MEND, installed
from watcher.feeds.room import Place
from watcher.store import Store
from watcher.watch.desk import Desk
from watcher.watch.nouns import Polled

log = logging.getLogger(__name__)

MOST_EDITED = 5
"""Edited articles of one poll whose pages are fetched again."""


class ArticlePages:
    """Adds the whole text of articles to a poll, from their own pages. `door` may be absent."""

    def __init__(
        self,
        door: Pages | None,
        store: Store,
        desk: Callable[[], Desk],
        clock: Callable[[], datetime],
    ) -> None:
        self._pages = door
        self._store = store
        self._desk = desk
        self._clock = clock
        self._told: set[tuple[str, str]] = set()

    def say_what_is_missing(self) -> None:
        """Say once that pages are asked for and that what reads them is not installed."""
        feeds = self._desk().config.feeds
        asked = sum(feed.full_text is not FullText.NEVER for feed in feeds)
        this = ("", PageFault.NOT_INSTALLED.value)
        if asked and not installed() and this not in self._told:
            self._told.add(this)
            log.warning(
                "full_text: stands at %d feed%s, but what reads pages is not installed: articles "
                "are judged by their summaries until you do: %s",
                asked,
                "" if asked == 1 else "s",
                MEND,
            )

    def wanted(self, poll: Polled) -> bool:
        """Tell whether the feed is to be read in full and brings anything; not at first sight."""
        return (
            self._pages is not None
            and self._desk().feed_of(poll).full_text is not FullText.NEVER
            and poll.document is not None
            and bool(poll.document.entries)
            and poll.state.first_read is not None
        )

    async def add(self, poll: Polled, place: Place | None = None) -> Polled:
        """Fetch the pages of what is new, where the feed is to be read in full.

        What can't be had costs its text alone: the article is told from the feed's own words.
        `place` is where the pages take room.
        Raises HeldError when nobody is asked any more.
        """
        if self._pages is None or poll.document is None or not self.wanted(poll):
            return poll
        urls = await asyncio.to_thread(self._urls, poll, poll.document)
        if not urls:
            return poll
        feed = self._desk().feed_of(poll)
        pages = await self._pages.read(feed, urls, place)
        self._log(feed, pages)
        texts = {page.url: page.text for page in pages}
        entries = tuple(
            replace(entry, page=texts.get(entry.url or "", "")) for entry in poll.document.entries
        )
        document = replace(poll.document, entries=entries)
        return replace(poll, at=self._clock(), document=document, pages=tuple(pages))

    def _urls(self, poll: Polled, document: Document) -> list[str]:
        """Return the addresses of the articles that are new or edited and need their page."""
        feed, now = self._desk().feed_of(poll), self._clock()
        keys, prints = identity.names(document.entries)
        with self._store.read() as snapshot:
            known = snapshot.known(feed.url, keys=keys, fingerprints=prints)
        found = identity.sort_out(
            feed, document.entries, known, now=now, language=document.language
        )
        today, book = self._desk().today(now), self._desk().book
        # A page that several items link to is none of an article.
        links = Counter(entry.url for entry in document.entries)
        # The newest first, should there be more than pages are fetched for; and few edited ones,
        # as some feeds edit every item at every poll (views, comments).
        return list(
            dict.fromkeys(
                article.url
                for article in (*found.new[::-1], *found.changed[: -MOST_EDITED - 1 : -1])
                if article.url
                and links[article.url] == 1
                and (feed.full_text is FullText.ALWAYS or book.needs_page(article, today=today))
            )
        )

    def _log(self, feed: Feed, pages: Sequence[Page]) -> None:
        """Say once for each feed and cause that pages are not read."""
        for page in pages:
            if page.cause is None:
                continue
            # What is not installed is no feed's fault: one line for all of them.
            where = "" if page.cause is PageFault.NOT_INSTALLED else feed.url
            if (where, page.cause.value) not in self._told:
                self._told.add((where, page.cause.value))
                log.warning(
                    "feed %s: an article is told from its summary, as its page gave no text: %s: %s"
                    " (%s; not said again for this feed and cause)",
                    feed.name,
                    page.cause.value,
                    page.detail.rstrip("."),
                    page.url,
                )
