"""What changes the state. A `Tx` is one transaction: all of it happens, or none.

Inserts by id ignore what is there already, so a poll that was judged twice is stored once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, select, update

from watcher.core.identity import host_of
from watcher.core.model import (
    Alert,
    Article,
    ArticleId,
    Decision,
    Delivery,
    Feed,
    FeedId,
    FeedState,
    Hit,
    Link,
    MuteKind,
    Recheck,
    StoryId,
    Subscription,
    Told,
)
from watcher.core.rhythm import NEWS
from watcher.store import values as v
from watcher.store.care import CareTx
from watcher.store.evidence import EvidenceTx
from watcher.store.outbox import Outbox
from watcher.store.queries import HELD, WAITING
from watcher.store.rechecks import RechecksTx
from watcher.store.rows import (
    ALERT,
    ALERT_RULE,
    ARTICLE,
    DECISION,
    DELIVERY,
    FEED,
    LINK,
    NOTE,
    RECHECK,
    SUBSCRIPTION,
    TOLD,
    VERSION,
)
from watcher.store.waiting import Waiting

if TYPE_CHECKING:
    from sqlalchemy import Table
    from sqlalchemy.engine import Connection

    from watcher.store.values import Record, Values


_LONGEST_HOLD = timedelta(days=9)
"""Beyond any retry, digest or limit."""


class Tx(Outbox, CareTx, EvidenceTx, RechecksTx):
    """One transaction: every question of `Queries`, and everything that writes."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._waiting = Waiting()
        self._gathers = False

    # --- feeds -----------------------------------------------------------------------------------

    def sync_feeds(self, feeds: Sequence[Feed], *, now: datetime) -> None:
        """Make the feeds of rules.yaml the active ones; new ones are due at once.

        A feed that left the file is kept, inactive, with all it brought; it comes back with its
        validators and its history. One whose address changed to where it moved, or to https, is
        the same feed. A new one waits with the others of a host that limits us. A shorter `every`
        counts from now on, unless the feed is in trouble, when waiting may be what its server
        asked for.
        """
        wanted = {feed.url: feed for feed in feeds}
        stored = {row.url: row for row in self._rows(select(*v.SYNCED_COLUMNS))}
        # Where a secret is put into an address, the address as it was asked once named the feed.
        bare = [(f.secret_url, f.url) for f in feeds if f.secret_url and f.url not in stored]
        renamed = [(old, new) for old, new in bare if old in stored and old not in wanted]
        added = wanted.keys() - stored.keys() - {new for _, new in renamed}
        for old, url in (*renamed, *_moved(stored.values(), added, stays=wanted)):
            stored[url] = stored.pop(old)
            self.mute_instead(MuteKind.FEED, old, url)
        new = [feed for url, feed in wanted.items() if url not in stored]
        held = self._held(now) if new else {}
        self._add([_new_feed(f, held.get(host_of(f.asked), now)) for f in new], to=FEED)
        for url, row in stored.items():
            feed = wanted.get(url)
            if feed is None:
                if row.active:
                    self._change_feed(row.id, {"active": False})
            elif not row.active or v.feed_of(row) != feed:
                values = v.feed_values(feed) | {"active": True}
                if feed.every != row.every and row.fault is None:
                    values["next_due"] = min(row.next_due, now + (feed.every or NEWS))
                if feed.private != row.private:
                    # The address guard has another opinion of it now.
                    values["next_due"] = now
                self._change_feed(row.id, values)

    def mend_times(self, *, now: datetime) -> None:
        """Bring back what a clock that ran ahead has put off: waits count from now."""
        columns = (FEED.c.id, FEED.c.next_due, FEED.c.last_polled)
        for row in self._rows(select(*columns).where(FEED.c.last_polled > now)):
            wait = row.next_due - row.last_polled
            self._change_feed(row.id, {"next_due": now + wait, "last_polled": now})
        far = now + _LONGEST_HOLD
        late = DELIVERY.c.state.in_(WAITING) & (DELIVERY.c.due > far)
        self._connection.execute(update(DELIVERY).where(late).values(due=now))
        self.mend_rechecks(now=now)

    def save_feed(self, state: FeedState, *, before: FeedState | None = None) -> None:
        """Store what polling has taught of a feed; what rules.yaml says of it stays untouched.

        A poll may end after a reload of rules.yaml, and must not bring the old words back. With
        `before`, the state as it was read, only what differs is written: after most polls that is
        little, and the hashes are most of a row. Raises LookupError for a feed that was never
        synced.
        """
        self._waiting.save_feed(state.id, v.state_values(state, before=before))
        self._go_unless_gathering()

    def hold_host(self, host: str, *, until: datetime) -> None:
        """Put off all feeds of a host that asked to be left alone; none is put forward.

        It is noted, so that it holds for feeds that are added later, too.
        """
        self.set_note(f"{HELD}{host}", until.isoformat())
        late = (FEED.c.host == host) & (FEED.c.next_due < until)
        self._connection.execute(update(FEED).where(late).values(next_due=until))

    def _held(self, now: datetime) -> dict[str, datetime]:
        """Return until when hosts want to be left alone, and forget those whose time is over."""
        held = self.held_hosts(now)
        standing = {f"{HELD}{host}" for host in held}
        over = NOTE.c.key.startswith(HELD) & NOTE.c.key.not_in(standing)
        self._connection.execute(delete(NOTE).where(over))
        return held

    def poll_by(self, feed: FeedId, due: datetime) -> None:
        """Put a feed's next poll forward to `due`; none is put off."""
        late = (FEED.c.id == feed) & (FEED.c.next_due > due)
        self._connection.execute(update(FEED).where(late).values(next_due=due))

    def save_subscription(self, subscription: Subscription) -> None:
        """Store a subscription, in place of what was known of it."""
        self.drop_subscription(subscription.token)
        self._add([v.subscription_values(subscription)], to=SUBSCRIPTION)

    def drop_subscription(self, token: str) -> None:
        """Forget a subscription."""
        self._connection.execute(delete(SUBSCRIPTION).where(SUBSCRIPTION.c.token == token))

    def _change_feed(self, number: int, values: Values) -> int:
        changed = self._connection.execute(update(FEED).where(FEED.c.id == number).values(values))
        return changed.rowcount

    # --- articles --------------------------------------------------------------------------------

    def add_articles(
        self, articles: Sequence[Article], *, contents: Mapping[ArticleId, str]
    ) -> None:
        """Store new articles in the order given; `contents` are the hashes of their words.

        An article of a feed that rules.yaml never named brings a row for it, inactive.
        """
        numbers = self._feeds_of(articles)
        self._add(
            [
                v.article_values(a, feed=numbers[a.feed], content=contents[a.id])
                | {"seen": _seen(a)}
                for a in articles
            ],
            to=ARTICLE,
        )

    def add_versions(
        self,
        articles: Sequence[Article],
        *,
        contents: Mapping[ArticleId, str],
        at: datetime,
    ) -> None:
        """Store new words of known articles; the old ones go to the history, with `at` as end.

        So does what was found in them: new hits are added afterwards.

        When an article was first seen stays as it was. Equal words make no version; an article
        that is not known is stored as a new one. One without `contents` has new words on its page
        and none in its feed.
        """
        numbers = self._feeds_of(articles)
        stored = {
            row.id: row
            for row in self._rows_in(select(ARTICLE), ARTICLE.c.id, (a.id for a in articles))
        }
        self.add_articles([a for a in articles if a.id not in stored], contents=contents)
        hits = self._hits(stored)
        self._add(
            [
                {name: getattr(stored[a.id], name) for name in v.VERSIONED}
                | {"article": a.id, "at": at, "hits": v.hits_text(hits.get(ArticleId(a.id), ()))}
                for a in articles
                if a.id in stored and _differs(stored[a.id], a, contents)
            ],
            to=VERSION,
        )
        for article in articles:
            if article.id in stored:
                values = v.article_values(
                    article,
                    feed=numbers[article.feed],
                    content=contents.get(article.id, stored[article.id].content),
                )
                del values["seen"]
                self._connection.execute(
                    update(ARTICLE).where(ARTICLE.c.id == article.id).values(values)
                )

    def _feeds_of(self, articles: Iterable[Article]) -> dict[str, int]:
        """Return the row number of every feed of the articles."""
        by_url = {a.feed: a for a in articles}
        numbers = self._feed_numbers(by_url)
        missing = [article for url, article in by_url.items() if url not in numbers]
        if missing:
            self._add([_unlisted_feed(article) for article in missing], to=FEED)
            numbers |= self._feed_numbers(a.feed for a in missing)
        return numbers

    def add_links(self, links: Sequence[Link]) -> None:
        """Store the story of each article; the first word on an article stands."""
        self._add([v.link_values(link) for link in links], to=LINK)

    def relink(self, links: Sequence[Link]) -> None:
        """Store other stories of articles, in place of those that stood: a person said so."""
        for link in links:
            values = v.link_values(link)
            self._connection.execute(
                update(LINK).where(LINK.c.article == link.article).values(values)
            )

    def add_hits(self, article: ArticleId, hits: Sequence[Hit]) -> None:
        """Store the rules that hold for an article, in place of those that held before."""
        rows = [v.hit_values(article, n, hit) for n, hit in enumerate(hits)]
        self._waiting.set_hits(article, rows)
        self._go_unless_gathering()

    def add_decisions(
        self, article: ArticleId, decisions: Sequence[Decision], *, at: datetime
    ) -> None:
        """Add to what was decided about an article."""
        self._add([v.decision_values(article, d, at=at) for d in decisions], to=DECISION)

    def add_told(self, story: StoryId, told: Sequence[Told]) -> None:
        """Add to what was told of a story."""
        self._add([v.told_values(story, item) for item in told], to=TOLD)

    # --- alerts ----------------------------------------------------------------------------------

    def add_alerts(self, alerts: Sequence[Alert]) -> None:
        """Store alerts; one that is there already stays as it is."""
        self._add([v.alert_values(alert) for alert in alerts], to=ALERT)
        self._add(
            [{"rule": rule, "alert": a.id} for a in alerts for rule in a.rules], to=ALERT_RULE
        )

    def add_recheck(self, recheck: Recheck) -> None:
        """Let a page be looked at again; one that is looked at already goes on as it did."""
        self._add([{name.name: getattr(recheck, name.name) for name in RECHECK.c}], to=RECHECK)

    def add_deliveries(self, deliveries: Sequence[Delivery]) -> None:
        """Store deliveries; one that is there already goes on its way undisturbed."""
        self._add([v.delivery_values(delivery) for delivery in deliveries], to=DELIVERY)

    # --- notes -----------------------------------------------------------------------------------

    def set_note(self, key: str, value: str) -> None:
        """Note `value` under `key`, in place of what stood there."""
        self._connection.execute(delete(NOTE).where(NOTE.c.key == key))
        self._add([{"key": key, "value": value}], to=NOTE)

    # --- many at once ----------------------------------------------------------------------------

    @contextmanager
    def together(self) -> Iterator[None]:
        """Let what is added and saved within the block go in with one statement for each table.

        It is there when the block ends; and earlier, before anything is asked or changed, so that
        every answer counts it in.
        """
        self._gathers = True
        try:
            yield
            self._waiting.go(self._open)
        finally:
            self._gathers = False

    @property
    def _connection(self) -> Connection:
        if self._waiting:
            self._waiting.go(self._open)
        return self._open

    def _add(self, rows: Sequence[Values], *, to: Table) -> None:
        self._waiting.add(rows, to=to)
        self._go_unless_gathering()

    def _go_unless_gathering(self) -> None:
        if not self._gathers:
            self._waiting.go(self._open)


def _moved(
    stored: Iterable[Record], added: Collection[str], *, stays: Collection[str]
) -> list[tuple[str, str]]:
    """Return (old, new) addresses of the feeds whose address was changed to their new one."""
    pairs = {}
    for row in stored:
        news = (row.moved_to, f"https:{row.url.removeprefix('http:')}")
        new = next((url for url in news if url in added), None)
        if new is not None and row.url not in stays:
            pairs[new] = row.url
    return [(old, new) for new, old in pairs.items()]


def _new_feed(feed: Feed, now: datetime) -> Values:
    """Return the row of a feed that was never polled."""
    state = FeedState(id=FeedId(0), feed=feed, next_due=now, interval=feed.every or NEWS)
    return v.feed_values(feed) | v.state_values(state) | {"active": True}


def _unlisted_feed(article: Article) -> Values:
    """Return the row of a feed that is known by its article only."""
    feed = Feed(url=article.feed, name=article.outlet, tags=article.tags)
    return _new_feed(feed, _seen(article)) | {"active": False}


def _differs(row: Record, article: Article, contents: Mapping[ArticleId, str]) -> bool:
    """Tell whether an article says something else, in its feed or on its page."""
    return bool(contents.get(article.id, row.content) != row.content or article.text != row.text)


def _seen(article: Article) -> datetime:
    if article.seen is None:
        raise ValueError(f"article {article.id} was never seen: it can't be stored")
    return article.seen
