"""The story of one article, top to bottom: poll a feed, judge what is new, write it down once.

    fetch -> decode -> split -> parse        poll(): the network and the killable child
    -> pages of articles                     add_pages(): for feeds that are to be read in full
    -> identity -> stories -> rules -> decide  settle(): pure, in one transaction with
    -> store                                     the feed's new validators (I1, I2)
    -> outbox -> target                      Ledger: what the outbox asks of the store

It knows every door and no clock, no command and no terminal.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial
from itertools import chain
from pathlib import Path
from zoneinfo import ZoneInfo

from watcher.alerts import Target, redact, split
from watcher.core import identity, rhythm
from watcher.core.decide import (
    Occasion,
    decide,
    edited,
    notice,
    outgoing,
    retry,
    schedule,
)
from watcher.core.errors import FeedError, RulesError, WatcherError
from watcher.core.identity import host_of
from watcher.core.model import (
    Article,
    ArticleId,
    AtLeast,
    Batch,
    Channel,
    Config,
    Decision,
    DeliveryState,
    Document,
    Feed,
    FeedId,
    FeedState,
    Fetched,
    FullText,
    Hit,
    Link,
    LinkKind,
    Mistake,
    Outcome,
    Page,
    PageFault,
    Rule,
    Story,
    Telling,
)
from watcher.core.rules import RuleBook, compile_rules
from watcher.core.stories import StoryIndex
from watcher.feeds import Fetcher, Pages, Reader, websub
from watcher.store import Queries, Store, Tx, keep

log = logging.getLogger(__name__)

WINDOW = timedelta(hours=72)
"""How long a story takes in copies and reports."""
KEEP_SHARE = 20
"""The story index is written down when one in so many of its articles isn't yet."""


MOST_EDITED = 5
"""Edited articles of one poll whose pages are fetched again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the command line says about where things are and how to print."""

    rules: Path = Path("rules.yaml")
    state: Path = Path("state")
    database_url: str | None = None
    json: bool = False
    verbose: int = 0
    color: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Polled:
    """One poll of one feed, before anything is decided. `error` or `fetched` is set.

    `document` is None for a 304, `error` holds a failure with its named cause. `pages` is what came
    of the pages of its articles.
    """

    state: FeedState
    at: datetime
    fetched: Fetched | None = None
    document: Document | None = None
    error: FeedError | None = None
    pushed: bool = False
    """A hub sent it, unasked."""
    rung: bool = False
    """The feed was asked because its hub said no more than that there is something new."""
    pages: tuple[Page, ...] = ()


@dataclass(slots=True, kw_only=True)
class Tally:
    """What came of some polls, counted."""

    polled: int = 0
    not_modified: int = 0
    failed: int = 0
    pages: int = 0
    pages_failed: int = 0
    items_new: int = 0
    stories_new: int = 0
    copies: int = 0
    matches: int = 0
    alerts: int = 0
    held: int = 0

    def add(self, other: Tally) -> None:
        """Count `other` in."""
        for name in self.__slots__:
            setattr(self, name, getattr(self, name) + getattr(other, name))


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """An article with its place in a story and the rules that hold for it."""

    article: Article
    link: Link
    hits: tuple[Hit, ...]


class Desk:
    """The rules in force: compiled, with channels that know their targets. Replaced as a whole.

    Raises RulesError with a mistake for each channel whose address no service understands.
    """

    def __init__(self, config: Config) -> None:
        self.config = config
        self.zone = ZoneInfo(config.timezone)
        self.book: RuleBook = compile_rules(config.rules, config.entities)
        self.names: Mapping[str, str] = {entity.id: entity.name for entity in config.entities}
        self.feeds = {feed.url: feed for feed in config.feeds}
        self.rules: Mapping[str, Rule] = {rule.name: rule for rule in config.rules}
        self.targets: dict[str, Target] = {}
        channels: dict[str, Channel] = {}
        mistakes: list[Mistake] = []
        for channel in config.channels:
            try:
                targets = split(channel)
            except WatcherError as error:
                mistakes.append(
                    Mistake(file=config.path, line=channel.line, column=1, message=str(error))
                )
                continue
            self.targets |= {target.name: target for target in targets}
            channels[channel.name] = replace(channel, targets=tuple(t.name for t in targets))
        if mistakes:
            raise RulesError(tuple(mistakes))
        self.channels: Mapping[str, Channel] = channels
        self.channel_of: Mapping[str, Channel] = {
            target: channel for channel in channels.values() for target in channel.targets
        }
        self.health: tuple[str, ...] = tuple(
            target for channel in channels.values() if channel.health for target in channel.targets
        )
        self.waits = any(rule.at_least != AtLeast() for rule in config.rules)

    def explain(self, telling: Telling) -> Telling:
        """Add what the rules say for people: why they are there, and the names of entities."""
        rules = (self.rules[name] for name in telling.delivery.rules if name in self.rules)
        met = {match.entity for hit in telling.hits for match in hit.matches if match.entity}
        return replace(
            telling,
            whys={rule.name: rule.why for rule in rules},
            names={id_: self.names[id_] for id_ in met if id_ in self.names},
        )


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
        self._kept = kept
        self._kept_at = 0
        self.desk = desk
        self._fetcher = fetcher
        self._reader = reader
        self._pages = pages
        self._page_faults: set[tuple[str, str]] = set()
        self._clock = clock
        self._jitter = jitter
        self._index = StoryIndex(window=WINDOW)
        self.listens = False
        """Whether hubs can send to us: only then a feed may be polled more slowly."""
        self._opened = False

    def use(self, desk: Desk) -> None:
        """Take over new rules, channels and feeds; what is known of the feeds stays."""
        with self.store.write() as tx:
            tx.sync_feeds(desk.config.feeds, now=self._clock())
        self.desk = desk

    def open_index(self) -> int:
        """Read the articles of the window back, so that copies of them are known as such.

        `settle` does so by itself before the first news: most runs from cron bring none.
        """
        self._opened = True
        since = self._clock() - WINDOW
        with self.store.read() as known:
            place = self._take_up(known)
            for article, link in known.articles_since(since, after=place):
                self._index.add(article, link)
        self._index.expire(self._clock())
        return len(self._index)

    def _take_up(self, known: Queries) -> tuple[int, str, int] | None:
        """Fill the index from the file; return how far that goes, None when it is of no use."""
        if self._kept is None:
            return None
        try:
            pieces = keep.read(self._kept)
            number, id_, version = json.loads(next(pieces))
            if known.has_been_at((number, id_, version)):
                self._index.load(pieces)
                self._kept_at = number
                return number, id_, version
        except (OSError, ValueError, TypeError, StopIteration) as error:
            log.debug("the story index is read from the articles: %s", error)
            self._index = StoryIndex(window=WINDOW)
        return None

    def keep_index(self) -> None:
        """Write the index down for the next start, if much has come since it last was.

        Runs where `settle` does. The file may be lost: it only saves reading articles again.
        """
        if self._kept is None or not self._opened:
            return
        try:
            with self.store.read() as known:
                place = known.place()
            if (place[0] - self._kept_at) * KEEP_SHARE < len(self._index):
                return
            keep.write(self._kept, chain([json.dumps(place).encode()], self._index.dump()))
            self._kept_at = place[0]
        except (OSError, WatcherError) as error:
            log.warning("%s: %s; the next start takes longer", self._kept, error)

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

    # --- the pages of its articles ---------------------------------------------------------

    def wants_pages(self, poll: Polled) -> bool:
        """Tell whether the feed is to be read in full and brings anything; not at first sight."""
        return (
            self._pages is not None
            and self._feed(poll).full_text is not FullText.NEVER
            and poll.document is not None
            and bool(poll.document.entries)
            and poll.state.first_read is not None
        )

    async def add_pages(self, poll: Polled) -> Polled:
        """Fetch the pages of what is new, where the feed is to be read in full.

        What can't be had costs its text alone: the article is told from the feed's own words.
        Raises HeldError when nobody is asked any more.
        """
        if self._pages is None or poll.document is None or not self.wants_pages(poll):
            return poll
        urls = await asyncio.to_thread(self._pages_wanted, poll, poll.document)
        if not urls:
            return poll
        feed = self._feed(poll)
        pages = await self._pages.read(feed, urls)
        self._log_pages(feed, pages)
        texts = {page.url: page.text for page in pages}
        entries = tuple(
            replace(entry, page=texts.get(entry.url or "", "")) for entry in poll.document.entries
        )
        document = replace(poll.document, entries=entries)
        return replace(poll, at=self._clock(), document=document, pages=tuple(pages))

    def _pages_wanted(self, poll: Polled, document: Document) -> list[str]:
        """Return the addresses of the articles that are new or edited and need their page."""
        feed, now = self._feed(poll), self._clock()
        keys, prints = identity.names(document.entries)
        with self.store.read() as snapshot:
            known = snapshot.known(feed.url, keys=keys, fingerprints=prints)
        found = identity.sort_out(
            feed, document.entries, known, now=now, language=document.language
        )
        today, book = self._today(now), self.desk.book
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

    def _log_pages(self, feed: Feed, pages: Sequence[Page]) -> None:
        """Say once for each feed and cause that pages are not read."""
        for page in pages:
            if page.cause is None:
                continue
            # What is not installed is no feed's fault: one line for all of them.
            where = "" if page.cause is PageFault.NOT_INSTALLED else feed.url
            if (where, page.cause.value) not in self._page_faults:
                self._page_faults.add((where, page.cause.value))
                log.warning(
                    "feed %s: an article is told from its summary, as its page gave no text: %s: %s"
                    " (%s; not said again for this feed and cause)",
                    feed.name,
                    page.cause.value,
                    page.detail.rstrip("."),
                    page.url,
                )

    def _feed(self, poll: Polled) -> Feed:
        """Return the feed as the rules in force have it."""
        return self.desk.feeds.get(poll.state.feed.url, poll.state.feed)

    # --- what it brought -------------------------------------------------------------------

    def settle(self, polls: Sequence[Polled]) -> Tally:
        """Judge what the polls brought and write all of it in ONE transaction.

        Nothing is known before it is written: when the transaction fails, the index forgets the
        articles, the feeds keep their old validators, and the next poll brings them again.
        """
        tally = Tally()
        undo: list[Callable[[], None]] = []
        if not self._opened and any(poll.document and poll.document.entries for poll in polls):
            log.info("%d articles of the last days are known", self.open_index())
        try:
            with self.store.write() as tx:
                for poll in polls:
                    tally.add(self._settle(tx, poll, undo))
        except BaseException:
            for step in reversed(undo):
                step()
            raise
        self._index.expire(self._clock())
        return tally

    def _settle(self, tx: Tx, poll: Polled, undo: list[Callable[[], None]]) -> Tally:
        # The rules may have changed while it was polled: what they say of the feed now counts.
        feed = self._feed(poll)
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
        link = self._index.place(article)
        self._index.add(article, link)
        undo.append(partial(self._index.discard, article.id))
        hits = self.desk.book.match(article, today=self._today(article.seen or self._clock()))
        return Placed(article=article, link=link, hits=hits)

    def _today(self, at: datetime) -> date:
        """Return the user's date, by which rules are active or not."""
        return at.astimezone(self.desk.zone).date()

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
        today = self._today(at)
        # What today's rules find in the old words, too, is no news: a changed rule does not fire
        # on the past.
        then = {hit.rule for hit in self.desk.book.match(before, today=today)}
        late = then - {hit.rule for hit in hits_before}
        matched = self.desk.book.match(article, today=today)
        hits = tuple(hit for hit in matched if hit.rule not in late)
        tx.add_versions([article], contents=contents, at=at)
        tx.add_hits(article.id, hits)
        if article.id in self._index:
            self._index.add(article, link)
            undo.append(partial(self._index.add, before, link))
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
        decisions = decide(occasion, self.desk.rules, self.desk.channels, now=at)
        decisions = tuple(self._schedule(tx, decision, at) for decision in decisions)
        # An edit that is taken back and made again is told again.
        version = contents[item.article.id] + ("" if changed is None else at.isoformat())
        alert, deliveries, told = outgoing(
            occasion, decisions, self.desk.rules, version=version, now=at
        )
        tx.add_decisions(item.article.id, decisions, at=at)
        if alert is not None:
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
        severity = self.desk.rules[decision.rule].severity
        return schedule(decision, severity, channel, zone=self.desk.zone, room=room)

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


def write_notice(
    tx: Tx, targets: Iterable[str], headline: str, body: str, *, occasion: str, at: datetime
) -> None:
    """Write one health alert and its deliveries; the same occasion is written once."""
    alert, deliveries = notice(headline, body, targets=targets, occasion=occasion, now=at)
    tx.add_alerts([alert])
    tx.add_deliveries(deliveries)


class Ledger:
    """What the outbox asks of the store: due messages out, outcomes in."""

    def __init__(
        self,
        store: Store,
        desk: Callable[[], Desk],
        *,
        clock: Callable[[], datetime],
        jitter: Callable[[], float],
    ) -> None:
        self._store = store
        self._desk = desk
        self._clock = clock
        self._jitter = jitter

    def due_targets(self) -> Sequence[str]:
        """Name the targets that have something to send now."""
        with self._store.read() as known:
            return known.due_targets(self._clock())

    def next_delivery(self) -> datetime | None:
        """Return when the next delivery is due."""
        with self._store.read() as known:
            return known.next_delivery()

    def take(self, target: str) -> Batch | None:
        """Mark the target's next message as being sent, and return it."""
        with self._store.write() as tx:
            batch = tx.take(target, now=self._clock())
        if batch is None:
            return None
        desk = self._desk()
        return replace(batch, tellings=tuple(map(desk.explain, batch.tellings)))

    def record(self, batch: Batch, outcome: Outcome) -> datetime | None:
        """Write what became of a message; return when it is tried again, if it is."""
        now = self._clock()
        # An answer may quote the address it was sent to; what is written down must not.
        detail = redact(outcome.detail, self._desk().config.secrets)
        outcome = replace(outcome, detail=detail)
        attempts = max(telling.delivery.attempts for telling in batch.tellings) + 1
        state, due = retry(outcome, attempts, repeat=batch.repeat, now=now, jitter=self._jitter())
        with self._store.write() as tx:
            tx.record(batch.key, outcome, now=now, state=state, due=due)
            # Not for notices: two broken health channels would tell of each other for ever.
            if state is DeliveryState.PARKED and any(t.alert.rules for t in batch.tellings):
                headline = f"A message to {batch.target} is parked: {outcome.sent.value}"
                body = (
                    f"{outcome.detail}\nSee it with: watcher deliveries list --state parked\n"
                    "Mend the channel, then send it again with: watcher deliveries retry"
                )
                others = [target for target in self._desk().health if target != batch.target]
                write_notice(
                    tx,
                    others,
                    headline,
                    body,
                    occasion=f"parked {batch.target} {now.date()}",
                    at=now,
                )
        return due
