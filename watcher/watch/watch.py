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
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path

from watcher.alerts import redact
from watcher.core import identity, rhythm
from watcher.core.decide import (
    Occasion,
    decide,
    edited,
    escalations,
    outgoing,
    schedule,
)
from watcher.core.errors import FeedError
from watcher.core.identity import host_of
from watcher.core.model import (
    Article,
    ArticleId,
    Decision,
    DeliveryState,
    Document,
    FeedId,
    FeedState,
    FullText,
    LinkKind,
    Mute,
    Story,
)
from watcher.feeds import Fetcher, Pages, Reader, websub
from watcher.store import Store, Tx
from watcher.watch.desk import Desk
from watcher.watch.ledger import write_notice
from watcher.watch.memory import Memory
from watcher.watch.nouns import Placed, Polled, Tally
from watcher.watch.pages import ArticlePages

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
        self._mutes: Sequence[Mute] = ()
        self.listens = False
        """Whether hubs can send to us: only then a feed may be polled more slowly."""

    def use(self, desk: Desk) -> None:
        """Take over new rules, channels and feeds; what is known of the feeds stays."""
        with self.store.write() as tx:
            tx.sync_feeds(desk.config.feeds, now=self._clock())
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

    async def poll(self, state: FeedState, *, rung: bool = False) -> Polled:
        """Ask one feed what is new. A failure is a value with a named cause, never raised."""
        feed, now = state.feed, self._clock()
        etag, last_modified = rhythm.validators(state, now=now)
        document = None
        try:
            fetched = await self._fetcher.fetch(feed, etag=etag, last_modified=last_modified)
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
        except FeedError as error:
            return Polled(state=state, at=self._clock(), error=error)
        return Polled(state=state, at=self._clock(), fetched=fetched, document=document, rung=rung)

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
        tally = Tally()
        undo: list[Callable[[], None]] = []
        news = any(poll.document and poll.document.entries for poll in polls)
        if news and not self._memory.opened:
            log.info("%d articles of the last days are known", self.open_index())
        try:
            with self.store.write() as tx:
                self._mutes = tx.mutes(self._clock()) if news else ()
                for poll in polls:
                    tally.add(self._settle(tx, poll, undo))
        except BaseException:
            for step in reversed(undo):
                step()
            raise
        self._memory.index.expire(self._clock())
        return tally

    def _settle(self, tx: Tx, poll: Polled, undo: list[Callable[[], None]]) -> Tally:
        # The rules may have changed while it was polled: what they say of the feed now counts.
        feed = self.desk.feed_of(poll)
        if not feed.named and poll.state.title:
            feed = replace(feed, name=poll.state.title)
        poll = replace(poll, state=replace(poll.state, feed=feed))
        if poll.fetched is None and not poll.pushed:
            return self._settle_failure(tx, poll)
        tally = Tally(
            polled=int(not poll.pushed),
            not_modified=int(poll.document is None),
            pages=sum(page.cause is None for page in poll.pages),
            pages_failed=sum(page.cause is not None for page in poll.pages),
        )
        arrived: list[datetime | None] = []
        if poll.document is not None and poll.document.entries:
            new = self._settle_document(tx, poll, poll.document, tally, undo)
            arrived = [article.published for article in new]
        after = self._after(poll, arrived)
        if poll.document is not None:
            self._log_losses(poll.document, poll.state, after)
        after = self._with_incident(tx, poll.state, after, poll.at)
        after = self._spared(tx, poll, after, new=len(arrived))
        tx.save_feed(after, before=poll.state)
        for page in poll.pages:
            if page.retry_after:
                tx.hold_host(host_of(page.url), until=poll.at + page.retry_after)
        return tally

    def _after(self, poll: Polled, arrived: Sequence[datetime | None]) -> FeedState:
        """Return what is known of a feed after a push, or an answer."""
        if poll.fetched is not None:
            return rhythm.after_answer(
                poll.state,
                poll.fetched,
                poll.document,
                arrived=arrived,
                now=poll.at,
                jitter=self._jitter(),
            )
        if poll.document is None:
            raise ValueError("a push holds a document")
        return rhythm.hub.after_push(poll.state, poll.document, arrived, now=poll.at)

    def _spared(self, tx: Tx, poll: Polled, after: FeedState, *, new: int) -> FeedState:
        """Put the next poll off where a hub sends what is new, and judge the hub by what came."""
        unread = poll.document is not None and (poll.document.left or poll.document.cut_off)
        if not self.listens or after.hub is None or unread:
            return after
        for known in tx.subscriptions(after.id):
            if not rhythm.hub.live(known, now=poll.at):
                continue
            if poll.pushed:
                judged = replace(known, pushed=poll.at) if new else known
            else:
                judged = rhythm.hub.after_poll(
                    known, poll.state, new=new, rung=poll.rung, now=poll.at
                )
            due = rhythm.hub.rests_until(after, judged, now=poll.at, jitter=self._jitter())
            if due is not None:
                after = replace(after, next_due=due)
                judged = replace(judged, slowed=due)
            if judged != known:
                tx.save_subscription(judged)
        return after

    def _log_losses(self, document: Document, before: FeedState, after: FeedState) -> None:
        """Say in one line what could not be read as it stood; what stays so is not said again."""
        broken = after.ill_formed and not before.ill_formed
        worse = document.garbled > before.garbled
        if not (document.damaged or document.dropped or broken or worse):
            return
        notes = [*document.notes, *(["its XML is not well-formed"] if broken else [])]
        log.warning(
            "feed %s (%s): read with losses: %s (next try %s)",
            after.feed.name,
            after.feed.url,
            " ".join("; ".join(notes).split()),
            self._time(after.next_due),
        )

    def _settle_failure(self, tx: Tx, poll: Polled) -> Tally:
        if poll.error is None:
            raise ValueError("a poll holds an answer or an error")
        # The detail quotes addresses, and an address may hold a key; it is shown to people.
        detail = redact(poll.error.detail, self.desk.config.secrets)
        after = rhythm.after_failure(
            poll.state,
            poll.error.fault,
            detail,
            retry_after=poll.error.retry_after,
            now=poll.at,
            jitter=self._jitter(),
        )
        log.warning(
            "feed %s (%s): %s: %s (next try %s)",
            poll.state.feed.name,
            poll.state.feed.url,
            poll.error.fault.value,
            detail.rstrip("."),
            self._time(after.next_due),
        )
        tx.save_feed(self._with_incident(tx, poll.state, after, poll.at), before=poll.state)
        if poll.error.retry_after:
            # 429 and 503 speak for the whole host, also when we are started anew meanwhile.
            tx.hold_host(host_of(poll.state.feed.url), until=after.next_due)
        return Tally(polled=1, failed=1)

    def _settle_document(
        self, tx: Tx, poll: Polled, document: Document, tally: Tally, undo: list[Callable[[], None]]
    ) -> Sequence[Article]:
        """Judge and store what a document brings; return the articles not known before."""
        feed = poll.state.feed
        if not feed.named and document.title:
            feed = replace(feed, name=rhythm.own_name(document))
        keys, prints = identity.names(document.entries)
        known = tx.known(feed.url, keys=keys, fingerprints=prints)
        found = identity.sort_out(
            feed, document.entries, known, now=poll.at, language=document.language
        )
        baseline = poll.state.first_read is None

        news = [self._place(article, undo) for article in found.new]
        tx.add_articles(found.new, contents=found.contents)
        tx.add_links([item.link for item in news])
        for item in news:
            if item.hits:
                tx.add_hits(item.article.id, item.hits)
        for item in news:
            self._tell(tx, item, tally, at=poll.at, baseline=baseline, contents=found.contents)

        for article in found.changed:
            self._settle_version(tx, article, tally, undo, at=poll.at, contents=found.contents)
        tally.items_new += len(news)
        tally.stories_new += sum(item.link.kind is LinkKind.NEW for item in news)
        tally.copies += sum(item.link.kind is LinkKind.COPY for item in news)
        return found.new

    def _place(self, article: Article, undo: list[Callable[[], None]]) -> Placed:
        link = self._memory.index.place(article)
        self._memory.index.add(article, link)
        undo.append(partial(self._memory.index.discard, article.id))
        hits = self.desk.book.match(article, today=self.desk.today(article.seen or self._clock()))
        return Placed(article=article, link=link, hits=hits)

    def _settle_version(
        self,
        tx: Tx,
        article: Article,
        tally: Tally,
        undo: list[Callable[[], None]],
        *,
        at: datetime,
        contents: Mapping[ArticleId, str],
    ) -> None:
        """Keep a publisher's edit as a version of the article, and tell it if it matters."""
        before, hits_before = tx.article(article.id), tx.hits(article.id)
        link = tx.link(article.id)
        if before is None or link is None:
            raise LookupError(f"a version of an article that is not stored: {article.id}")
        article = replace(article, seen=before.seen)
        feed = self.desk.feeds.get(article.feed)
        if feed is not None and feed.full_text is not FullText.NEVER and not article.text:
            # Its page could not be had this time, or was not needed: what it said is not unsaid.
            article = replace(article, text=before.text)
        today = self.desk.today(at)
        # What today's rules find in the old words, too, is no news: a changed rule does not fire
        # on the past.
        then = {hit.rule for hit in self.desk.book.match(before, today=today)}
        late = then - {hit.rule for hit in hits_before}
        matched = self.desk.book.match(article, today=today)
        hits = tuple(hit for hit in matched if hit.rule not in late)
        tx.add_versions([article], contents=contents, at=at)
        tx.add_hits(article.id, hits)
        if article.id in self._memory.index:
            self._memory.index.add(article, link)
            undo.append(partial(self._memory.index.add, before, link))
        changed = edited(before, hits_before, article, hits)
        item = Placed(article=article, link=link, hits=hits)
        self._tell(tx, item, tally, at=at, contents=contents, changed=changed)

    def _tell(
        self,
        tx: Tx,
        item: Placed,
        tally: Tally,
        *,
        at: datetime,
        contents: Mapping[ArticleId, str],
        baseline: bool = False,
        changed: frozenset[str] | None = None,
    ) -> None:
        """Decide about one article, and write down what is told, to whom, and why."""
        tally.matches += len(item.hits)
        waiting = self.desk.waits and item.link.kind is not LinkKind.NEW
        if not (item.hits or waiting):
            return
        # What was told is enough, unless a rule counts outlets: a story may have 1,500 copies.
        brief = Story(id=item.link.story, told=tx.told(item.link.story))
        story = (tx.story(item.link.story) or brief) if self.desk.waits else brief
        occasion = Occasion(
            article=item.article,
            link=item.link,
            hits=item.hits,
            story=story,
            baseline=baseline,
            changed=changed,
        )
        decisions = decide(occasion, self.desk.rules, self.desk.channels, now=at, mutes=self._mutes)
        decisions = tuple(self._schedule(tx, decision, at) for decision in decisions)
        # An edit that is taken back and made again is told again.
        version = contents[item.article.id] + ("" if changed is None else at.isoformat())
        alert, deliveries, told = outgoing(
            occasion, decisions, self.desk.rules, version=version, now=at
        )
        tx.add_decisions(item.article.id, decisions, at=at)
        if alert is not None:
            rules = [self.desk.rules[name] for name in alert.rules]
            deliveries += escalations(alert, deliveries, rules, self.desk.channels)
            tx.add_alerts([alert])
            tx.add_deliveries(deliveries)
            tx.add_told(story.id, told)
            tally.alerts += 1
            tally.held += sum(d.state is DeliveryState.HELD for d in deliveries)

    def _schedule(self, tx: Tx, decision: Decision, at: datetime) -> Decision:
        if not decision.tell:
            return decision
        channel = self.desk.channel_of[decision.target]
        room = None
        if channel.limit is not None:
            used = tx.planned_since(decision.target, at - channel.limit.per)
            room = channel.limit.count - used
        rule = self.desk.rules[decision.rule]
        last = tx.last_told(rule.name, decision.target) if rule.throttle is not None else None
        return schedule(
            decision,
            rule.severity,
            channel,
            zone=self.desk.zone,
            room=room,
            digest=rule.digest,
            throttle=rule.throttle,
            last=last,
        )

    # --- trouble ---------------------------------------------------------------------------

    def _with_incident(
        self, tx: Tx, before: FeedState, after: FeedState, at: datetime
    ) -> FeedState:
        """Tell what begins and what ends with a poll, and remember that it was told."""
        told = set(after.told)
        for incident in rhythm.incidents(before, after, now=at):
            notice = rhythm.notice_of(incident, before, after, when=self._minute)
            self.tell_health(
                tx, notice.headline, notice.body, occasion=f"{notice.occasion} {at}", at=at
            )
            (told.add if incident.begins else told.discard)(incident.ailment)
        return replace(after, told=frozenset(told)) if told != after.told else after

    def _time(self, at: datetime) -> str:
        return f"{at.astimezone(self.desk.zone):%H:%M:%S}"

    def _minute(self, at: datetime) -> str:
        return at.astimezone(self.desk.zone).strftime("%d %B %Y %H:%M")

    def tell_health(self, tx: Tx, headline: str, body: str, *, occasion: str, at: datetime) -> None:
        """Put a message about the watcher itself on its way to the health channels, once."""
        secrets = self.desk.config.secrets
        headline, body = redact(headline, secrets), redact(body, secrets)
        log.warning("%s: %s", headline, body.partition("\n")[0])
        write_notice(tx, self.desk.health, headline, body, occasion=occasion, at=at)
