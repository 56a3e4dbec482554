"""Some polls, judged and written in one transaction: articles, and what became of each feed."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from watcher.alerts import redact
from watcher.core import rhythm
from watcher.core.identity import article_id, host_of
from watcher.core.model import Article, Document, FeedId, FeedState
from watcher.store import Tx
from watcher.watch.desk import Desk
from watcher.watch.ledger import tell_health
from watcher.watch.memory import Memory
from watcher.watch.news import News
from watcher.watch.nouns import Polled, Tally

log = logging.getLogger(__name__)


class Settlement:
    """What some polls brought, on its way into the store.

    `undo` fills with what makes the index forget the articles again, should it fail. `listens`
    says whether hubs can send to us.
    """

    def __init__(
        self, desk: Desk, memory: Memory, *, jitter: Callable[[], float], listens: bool
    ) -> None:
        self.undo: list[Callable[[], None]] = []
        self._desk = desk
        self._memory = memory
        self._jitter = jitter
        self._listens = listens

    def write(self, tx: Tx, polls: Sequence[Polled]) -> Tally:
        """Judge the polls and write all of it; return what came of them."""
        tally = Tally()
        with tx.together():
            for some in _apart(polls):
                self._settle(tx, list(map(self._of_today, some)), tally)
        return tally

    def _of_today(self, poll: Polled) -> Polled:
        """Return the poll with its feed as the rules in force have it: they may have changed."""
        feed = self._desk.feed_of(poll)
        if not feed.named and poll.state.title:
            feed = replace(feed, name=poll.state.title)
        if feed == poll.state.feed:
            return poll
        return replace(poll, state=replace(poll.state, feed=feed))

    def _settle(self, tx: Tx, polls: Sequence[Polled], tally: Tally) -> None:
        answered = [poll for poll in polls if poll.fetched is not None or poll.pushed]
        new: dict[FeedId, Sequence[Article]] = {}
        if any(poll.document and poll.document.entries for poll in answered):
            self._memory.heed(tx)
            news = News(tx, self._desk, self._memory, self.undo)
            new = {one.poll.state.id: one.found.new for one in news.settle(answered, tally)}
        rests: list[tuple[str, datetime]] = []
        for poll in polls:
            if poll.fetched is None and not poll.pushed:
                rests += self._settle_failure(tx, poll, tally)
            else:
                rests += self._settle_answer(tx, poll, new.get(poll.state.id, ()), tally)
        # After all feeds are saved: a host may serve several of them.
        for host, until in rests:
            tx.hold_host(host, until=until)

    # --- an answer -------------------------------------------------------------------------

    def _settle_answer(
        self, tx: Tx, poll: Polled, new: Sequence[Article], tally: Tally
    ) -> Iterator[tuple[str, datetime]]:
        """Save the feed after an answer or a push; yield the hosts that want to be left alone."""
        tally.polled += not poll.pushed
        tally.not_modified += poll.document is None
        tally.pages += sum(page.cause is None for page in poll.pages)
        tally.pages_failed += sum(page.cause is not None for page in poll.pages)
        arrived = [article.published for article in new]
        after = self._after(poll, arrived)
        if poll.document is not None:
            self._log_losses(poll.document, poll.state, after)
        feed = poll.state.feed
        if not feed.named and after.title:  # at first sight, too, it is told of by its own title
            after = replace(after, feed=replace(feed, name=after.title))
        after = self._with_incident(tx, poll.state, after, poll.at)
        after = self._spared(tx, poll, after, new=len(arrived))
        tx.save_feed(after, before=poll.state)
        for page in poll.pages:
            if page.retry_after:
                yield host_of(page.url), poll.at + page.retry_after

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
        if not self._listens or after.hub is None or unread:
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
            self._time(after),
        )

    # --- trouble ---------------------------------------------------------------------------

    def _settle_failure(self, tx: Tx, poll: Polled, tally: Tally) -> Iterator[tuple[str, datetime]]:
        """Save the feed after a failed poll; yield its host when it wants to be left alone."""
        if poll.error is None:
            raise ValueError("a poll holds an answer or an error")
        tally.polled += 1
        tally.failed += 1
        # The detail quotes addresses, and an address may hold a key; it is shown to people.
        detail = redact(poll.error.detail, self._desk.config.secrets)
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
            self._time(after),
        )
        tx.save_feed(self._with_incident(tx, poll.state, after, poll.at), before=poll.state)
        if poll.error.retry_after:
            # 429 and 503 speak for the whole host, also when we are started anew meanwhile.
            yield host_of(poll.state.feed.asked), after.next_due

    def _with_incident(
        self, tx: Tx, before: FeedState, after: FeedState, at: datetime
    ) -> FeedState:
        """Tell what begins and what ends with a poll, and remember that it was told."""
        told = set(after.told)
        for incident in rhythm.incidents(before, after, now=at):
            notice = rhythm.notice_of(incident, before, after, when=self._minute)
            occasion = f"{notice.occasion} {at}"
            tell_health(tx, self._desk, notice.headline, notice.body, occasion=occasion, at=at)
            (told.add if incident.begins else told.discard)(incident.ailment)
        return replace(after, told=frozenset(told)) if told != after.told else after

    def _time(self, state: FeedState) -> str:
        """Return when a feed is asked next, with the day where the hour alone would mislead."""
        at, far = state.next_due.astimezone(self._desk.zone), timedelta(hours=12)
        soon = state.last_polled is not None and state.next_due - state.last_polled < far
        return f"{at:%H:%M:%S}" if soon else f"{at:%d %B %H:%M:%S}"

    def _minute(self, at: datetime) -> str:
        return at.astimezone(self._desk.zone).strftime("%d %B %Y %H:%M")


def _apart(polls: Sequence[Polled]) -> Iterator[list[Polled]]:
    """Yield the polls in their order, in runs of which no two may bring the same article.

    A feed that moved to https may be watched under both of its addresses.
    """
    some: list[Polled] = []
    feeds: set[str] = set()
    for poll in polls:
        feed = article_id(poll.state.feed.url, "")
        if feed in feeds:
            yield some
            some, feeds = [], set()
        some.append(poll)
        feeds.add(feed)
    if some:
        yield some
