"""The story of one article, top to bottom: poll a feed, judge what is new, write it down once.

    fetch -> decode -> split -> parse        poll(): the network and the killable child
    -> pages of articles                     pages.add(): for feeds that are to be read in full
    -> identity -> stories -> rules -> decide  settle(): pure, in one transaction with
    -> store                                     the feed's new validators (I1, I2)
    -> outbox -> target                      Ledger: what the outbox asks of the store

It knows every door and no clock, no command and no terminal.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from watcher.alerts import redact
from watcher.core import rhythm
from watcher.core.errors import FeedError
from watcher.core.model import Document, FeedId, FeedState, Fetched
from watcher.feeds import Fetcher, Pages, Reader, websub
from watcher.feeds.room import Place
from watcher.store import Store, Tx
from watcher.watch.desk import Desk
from watcher.watch.ledger import adopt, tell_health
from watcher.watch.looks import Looks
from watcher.watch.memory import Memory
from watcher.watch.nouns import Polled, Tally
from watcher.watch.pages import ArticlePages
from watcher.watch.settlement import Settlement

log = logging.getLogger(__name__)


class Watch:
    """Polls feeds and settles what they brought.

    `clock` gives aware UTC times, `jitter` numbers in [0, 1). `kept` is a file in which the story
    index outlasts the process. `settle` and `open_index` must run
    in one thread at a time; `poll` is a coroutine and may run many times at once.
    """

    def __init__(
        self,
        *,
        store: Store,
        desk: Desk,
        fetcher: Fetcher,
        reader: Reader,
        pages: Pages | None = None,
        clock: Callable[[], datetime],
        jitter: Callable[[], float],
        kept: Path | None = None,
    ) -> None:
        self.store = store
        self.desk = desk
        self._fetcher = fetcher
        self._reader = reader
        self._clock = clock
        self._jitter = jitter
        self.pages = ArticlePages(pages, store, lambda: self.desk, clock)
        self._memory = Memory(store, clock, kept)
        self.looks = Looks(pages, store, lambda: self.desk, self._memory, clock)
        self.listens = False
        """Whether hubs can send to us: only then a feed may be polled more slowly."""

    def use(self, desk: Desk) -> None:
        """Take over new rules, channels and feeds; what is known of the feeds stays."""
        with self.store.write() as tx:
            tx.sync_feeds(desk.config.feeds, now=self._clock())
            adopt(tx, desk)
        self.desk = desk

    def open_index(self) -> int:
        """Read the articles of the window back, so that copies of them are known as such.

        `settle` does so by itself before the first news: most runs from cron bring none.
        """
        return self._memory.open()

    def keep_index(self) -> None:
        """Write the index down for the next start. Runs where `settle` does."""
        self._memory.keep()

    # --- one poll --------------------------------------------------------------------------

    async def poll(
        self, state: FeedState, *, rung: bool = False, place: Place | None = None
    ) -> Polled:
        """Ask one feed what is new. A failure is a value with a named cause, never raised.

        Raises NoRoomError where `place` finds no room for the document.
        """
        feed, now = state.feed, self._clock()
        etag, last_modified = rhythm.validators(state, now=now)
        document = None
        try:
            fetched = await self._fetcher.fetch(
                feed, etag=etag, last_modified=last_modified, place=place
            )
            if fetched.body is not None:
                document = await self._reader.read(
                    fetched.body,
                    url=fetched.url,
                    content_type=fetched.content_type,
                    known=state.digests,
                    head=state.head,
                )
                # It may be 10 MB, and waits with others to be settled.
                fetched = replace(fetched, body=None)
            if feed.secret_url:
                fetched, document = self._without_secrets(fetched, document)
        except FeedError as error:
            return Polled(state=state, at=self._clock(), error=error)
        return Polled(state=state, at=self._clock(), fetched=fetched, document=document, rung=rung)

    def addressed(self, state: FeedState) -> FeedState:
        """Return what is known of a feed with the secrets in place that its address asks for."""
        rules = self.desk.feeds.get(state.feed.url)
        if rules is None or rules.secret_url is None:
            return state
        return replace(state, feed=replace(state.feed, secret_url=rules.secret_url))

    def _without_secrets(
        self, fetched: Fetched, document: Document | None
    ) -> tuple[Fetched, Document | None]:
        """Return an answer as it may be kept: an address that was led to repeats the key.

        Nor may a hub learn of the feed.
        """
        secrets = self.desk.config.secrets
        fetched = replace(
            fetched,
            url=redact(fetched.url, secrets),
            moved_to=redact(fetched.moved_to, secrets) if fetched.moved_to else None,
            hub=None,
            topic=None,
        )
        return fetched, document and replace(document, hub=None, topic=None)

    async def read(self, feed: FeedId, pushed: websub.Pushed) -> Polled | None:
        """Read what a hub sent as if it had been asked for; None when there is no item in it."""
        state = await asyncio.to_thread(self._state, feed)
        if state is None or state.first_read is None:
            return None
        try:
            document = await self._reader.read(
                pushed.body,
                url=state.feed.url,
                content_type=pushed.content_type,
                known=state.digests,
            )
        except FeedError:
            return None
        if not document.items or document.damaged or document.left:
            return None
        return Polled(state=state, at=self._clock(), document=document, pushed=True)

    def _state(self, feed: FeedId) -> FeedState | None:
        with self.store.read() as known:
            return known.feed_numbered(feed)

    def ring(self, feed: FeedId) -> None:
        """Let a feed be polled at once: its hub says that there is something new."""
        with self.store.write() as tx:
            state = tx.feed_numbered(feed)
            if state is not None and state.fault is None:
                tx.poll_by(feed, rhythm.hub.rung_at(state, now=self._clock()))

    # --- what it brought -------------------------------------------------------------------

    def settle(self, polls: Sequence[Polled]) -> Tally:
        """Judge what the polls brought and write all of it in ONE transaction.

        Nothing is known before it is written: when the transaction fails, the index forgets the
        articles, the feeds keep their old validators, and the next poll brings them again.
        """
        news = any(poll.document and poll.document.entries for poll in polls)
        if news and not self._memory.opened:
            log.info("%d articles of the last days are known", self.open_index())
        settlement = Settlement(self.desk, self._memory, jitter=self._jitter, listens=self.listens)
        try:
            with self.store.write() as tx:
                tally = settlement.write(tx, polls)
        except BaseException:
            for step in reversed(settlement.undo):
                step()
            raise
        self._memory.expire()
        return tally

    def tell_health(self, tx: Tx, headline: str, body: str, *, occasion: str, at: datetime) -> None:
        """Put a message about the watcher itself on its way to the health channels, once."""
        tell_health(tx, self.desk, headline, body, occasion=occasion, at=at)
