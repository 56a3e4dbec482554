"""Everything that can be asked of the state. Takes and gives core values; changes nothing.

Questions about many things at once (the stories of a digest, the articles of a poll) are asked in
a fixed number of statements, whatever their number.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, func, or_, select

from watcher.core.identity import article_id, host_of
from watcher.core.model import (
    Alert,
    AlertId,
    AlertKind,
    Article,
    ArticleId,
    Decision,
    Delivery,
    DeliveryState,
    FeedId,
    FeedState,
    Hit,
    Hold,
    Known,
    Link,
    LinkKind,
    Member,
    Story,
    StoryId,
    Subscription,
    Told,
    Version,
)
from watcher.core.rhythm.vigil import Numbers
from watcher.store import values as v
from watcher.store.asking import CHUNK
from watcher.store.audit import Books
from watcher.store.care import Care
from watcher.store.evidence import Evidence
from watcher.store.history import History
from watcher.store.rechecks import Rechecks
from watcher.store.rows import (
    ALERT,
    ALERT_RULE,
    ARTICLE,
    DECISION,
    DELIVERY,
    FEED,
    HIT,
    LINK,
    NOTE,
    SUBSCRIPTION,
    TOLD,
    VERSION,
)
from watcher.store.types import mark_of

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Table

    from watcher.store.values import Record

WAITING = (DeliveryState.DUE, DeliveryState.HELD, DeliveryState.UNKNOWN)
"""States in which a delivery goes out when its time has come."""

Asked = tuple[str, Sequence[str], Sequence[str]]
"""A feed's address, and the keys and fingerprints under which its articles may be known."""

_OF_FEED = select(*v.KNOWN_COLUMNS).where(
    ARTICLE.c.feed == bindparam("feed"),
    or_(
        ARTICLE.c.key_mark.in_(bindparam("marks", expanding=True)),
        ARTICLE.c.fingerprint.in_(bindparam("prints", expanding=True)),
    ),
)
HELD = "held "
"""Notes of hosts that asked to be left alone: `held news.example` has until when."""
_LONGEST_REST = timedelta(days=2)
"""Beyond what a host may ask for (24 h), with its jitter."""
_STREAM = 1000
"""Rows held in memory at once while many are read."""


def _begins(column: ColumnElement[Any], start: str) -> ColumnElement[bool]:
    return column.startswith(start, autoescape=True)


class Queries(Books, History, Care, Evidence, Rechecks):
    """Questions, asked within one snapshot: all answers belong together."""

    # --- feeds -----------------------------------------------------------------------------------

    def feed_states(self, *, active: bool = True) -> list[FeedState]:
        """Return all feeds in the order of their first appearance; by default the active ones."""
        statement = select(*v.FEED_COLUMNS).order_by(FEED.c.id)
        if active:
            statement = statement.where(FEED.c.active.is_(True))
        return [v.state_of(row) for row in self._rows(statement)]

    def due_feeds(
        self, now: datetime, limit: int, *, skip: Collection[FeedId] = ()
    ) -> list[FeedState]:
        """Return at most `limit` active feeds whose time has come, the longest due first.

        Those in `skip` (in hand already) are left out before anything of them is read: they stay
        due for as long as their poll takes, and are asked about every second.
        """
        due = self._rows(
            select(FEED.c.id)
            .where(FEED.c.active.is_(True), FEED.c.next_due <= now)
            .order_by(FEED.c.next_due, FEED.c.id)
            .limit(limit + len(skip))
        )
        return self.feeds_numbered([row.id for row in due if row.id not in skip][:limit])

    def feed_hosts(self, *, due: datetime | None = None) -> list[tuple[FeedId, str]]:
        """Return number and host of the active feeds, by default all, in their order."""
        statement = select(FEED.c.id, FEED.c.host).where(FEED.c.active.is_(True))
        if due is not None:
            statement = statement.where(FEED.c.next_due <= due)
        rows = self._rows(statement.order_by(FEED.c.id))
        return [(FeedId(row.id), row.host) for row in rows]

    def held_hosts(self, now: datetime) -> dict[str, datetime]:
        """Return the hosts that asked to be left alone, each with when that is over.

        What lies too far ahead was written by a clock that ran ahead.
        """
        noted = select(NOTE.c.key, NOTE.c.value).where(NOTE.c.key.startswith(HELD))
        held = {
            row.key.removeprefix(HELD): datetime.fromisoformat(row.value)
            for row in self._rows(noted)
        }
        return {host: until for host, until in held.items() if now < until <= now + _LONGEST_REST}

    def feeds_numbered(self, numbers: Sequence[FeedId]) -> list[FeedState]:
        """Return the feeds with these numbers, in this order."""
        found = self._rows_in(select(*v.FEED_COLUMNS), FEED.c.id, numbers)
        states = {state.id: state for state in map(v.state_of, found)}
        return [states[number] for number in numbers]

    def next_due(self) -> datetime | None:
        """Return when the next active feed is due; None without feeds."""
        statement = select(func.min(FEED.c.next_due)).where(FEED.c.active.is_(True))
        return self._connection.execute(statement).scalar()

    def feed(self, url: str) -> FeedState | None:
        """Return the feed at `url`, active or not."""
        statement = select(*v.FEED_COLUMNS).where(FEED.c.url == url)
        row = self._connection.execute(statement).first()
        return None if row is None else v.state_of(row)

    # --- hubs ------------------------------------------------------------------------------------

    def feeds_with_hubs(self) -> list[tuple[FeedId, str, str]]:
        """Return (feed, hub, topic) of the active feeds that name a hub.

        A feed of the user's own network counts only with a hub on its own server: others must not
        learn of it, and what it repeats from strangers must not make us ask its neighbours.
        """
        columns = (FEED.c.id, FEED.c.hub, FEED.c.topic, FEED.c.url, FEED.c.private, FEED.c.host)
        named = select(*columns).where(FEED.c.active.is_(True), FEED.c.hub.is_not(None))
        rows = self._rows(named.order_by(FEED.c.id))
        return [
            (FeedId(row.id), row.hub, row.topic or row.url)
            for row in rows
            if not row.private or host_of(row.hub) == row.host
        ]

    def feed_numbered(self, number: FeedId) -> FeedState | None:
        """Return a feed by its number, active or not."""
        row = self._connection.execute(select(*v.FEED_COLUMNS).where(FEED.c.id == number)).first()
        return None if row is None else v.state_of(row)

    def subscriptions(self, feed: FeedId | None = None) -> list[Subscription]:
        """Return all subscriptions, or those of a feed, given up ones included."""
        statement = select(SUBSCRIPTION).order_by(SUBSCRIPTION.c.feed, SUBSCRIPTION.c.token)
        if feed is not None:
            statement = statement.where(SUBSCRIPTION.c.feed == feed)
        return [v.subscription_of(row) for row in self._rows(statement)]

    def subscription(self, token: str) -> Subscription | None:
        """Return the subscription whose callback ends in `token`."""
        statement = select(SUBSCRIPTION).where(SUBSCRIPTION.c.token == token)
        row = self._connection.execute(statement).first()
        return None if row is None else v.subscription_of(row)

    # --- articles --------------------------------------------------------------------------------

    def known(
        self, feed_url: str, *, keys: Sequence[str], fingerprints: Sequence[str]
    ) -> list[Known]:
        """Return the stored articles of a feed that have one of the keys or fingerprints.

        Also those that have the id such a key makes: they came under the feed's address before
        it moved to https, and are no news.
        """
        [found] = self.known_of([(feed_url, keys, fingerprints)])
        return found

    def known_of(self, asked: Sequence[Asked]) -> list[list[Known]]:
        """Return what `known` does for each of several feeds."""
        of_id = defaultdict[str, list[int]](list)
        for at, (url, keys, _) in enumerate(asked):
            for key in keys:
                of_id[article_id(url, key)].append(at)
        found: list[dict[int, Record]] = [{} for _ in asked]
        for row in self._rows_in(select(*v.KNOWN_COLUMNS), ARTICLE.c.id, of_id):
            for at in of_id[row.id]:
                found[at][row.seq] = row
        numbers = self._feed_numbers(url for url, _, _ in asked)
        for (url, keys, prints), rows in zip(asked, found, strict=True):
            if url in numbers:
                rows |= {row.seq: row for row in self._of_feed(numbers[url], keys, prints)}
        return [[v.known_of(row) for _, row in sorted(rows.items())] for rows in found]

    def _of_feed(
        self, feed: int, keys: Sequence[str], fingerprints: Sequence[str]
    ) -> Iterator[Record]:
        """Yield the articles of the feed with this number that have one of the names."""
        wanted, prints = frozenset(keys), frozenset(fingerprints)
        for start in range(0, max(len(keys), len(fingerprints)), CHUNK):
            chunk = slice(start, start + CHUNK)
            marks = list(map(mark_of, keys[chunk]))
            values = {"feed": feed, "marks": marks, "prints": fingerprints[chunk]}
            for row in self._connection.execute(_OF_FEED, values):
                if row.key in wanted or row.fingerprint in prints:
                    yield row

    def _feed_numbers(self, urls: Iterable[str]) -> dict[str, int]:
        """Return the row numbers of the feeds at these addresses, as far as they are stored."""
        rows = self._rows_in(select(FEED.c.url, FEED.c.id), FEED.c.url, urls)
        return {row.url: row.id for row in rows}

    def article(self, id: ArticleId) -> Article | None:  # noqa: A002 - the noun's own name
        """Return an article in its newest words."""
        return self._articles([id]).get(id)

    def article_by_url(self, url: str) -> list[Article]:
        """Return the articles that link to `url`, oldest first; two feeds may have the same."""
        statement = (
            select(*v.ARTICLE_COLUMNS)
            .join(FEED)
            .where(ARTICLE.c.url_mark == mark_of(url), ARTICLE.c.url == url)
            .order_by(ARTICLE.c.seq)
        )
        return [v.article_of(row) for row in self._rows(statement)]

    def place(self) -> tuple[int, str, int]:
        """Return how far the state has come: last article's number and id, last version's number.

        Numbers begin anew when a state is lost; the id tells whether it is still the same one.
        """
        last = self._connection.execute(
            select(ARTICLE.c.seq, ARTICLE.c.id).order_by(ARTICLE.c.seq.desc()).limit(1)
        ).first()
        version = self._connection.execute(select(func.max(VERSION.c.seq))).scalar()
        return (last.seq, last.id, version or 0) if last else (0, "", version or 0)

    def has_been_at(self, place: tuple[int, str, int]) -> bool:
        """Tell whether the state has once come as far as `place`."""
        found = select(ARTICLE.c.id).where(ARTICLE.c.seq == place[0])
        return bool(self._connection.execute(found).scalar() == place[1])

    def articles_since(
        self, since: datetime, *, after: tuple[int, str, int] | None = None
    ) -> Iterator[tuple[Article, Link]]:
        """Yield what was seen at or after `since` with its link, oldest first, as a stream.

        With `after`, a `place`, only what came or was changed after it.
        """
        statement = (
            select(*v.ARTICLE_COLUMNS, *v.LINK_COLUMNS)
            .select_from(ARTICLE)
            .join(FEED)
            .join(LINK, LINK.c.article == ARTICLE.c.id)
            .where(ARTICLE.c.seen >= since)
            .order_by(ARTICLE.c.seen, ARTICLE.c.seq)
        )
        if after is not None:
            edited = select(VERSION.c.article).where(VERSION.c.seq > after[2])
            statement = statement.where(or_(ARTICLE.c.seq > after[0], ARTICLE.c.id.in_(edited)))
        options = {"stream_results": True, "yield_per": _STREAM}
        for row in self._connection.execute(statement, execution_options=options):
            yield v.article_of(row), v.link_of(row)

    def matched_since(self, since: datetime) -> list[tuple[Article, Link, tuple[Hit, ...]]]:
        """Return what was seen at or after `since` and has hits, with its link, oldest first."""
        rows = self._rows(
            select(*v.ARTICLE_COLUMNS, *v.LINK_COLUMNS)
            .select_from(ARTICLE)
            .join(FEED)
            .join(LINK, LINK.c.article == ARTICLE.c.id)
            .where(ARTICLE.c.seen >= since, ARTICLE.c.id.in_(select(HIT.c.article)))
            .order_by(ARTICLE.c.seen, ARTICLE.c.seq)
        )
        found = [(v.article_of(row), v.link_of(row)) for row in rows]
        hits = self._hits(article.id for article, _ in found)
        return [(article, link, hits.get(article.id, ())) for article, link in found]

    def newest_since(self, since: datetime, *, most: int) -> tuple[datetime, int]:
        """Return from when on at most `most` articles were seen, and how many they are.

        Not before `since`, and not before the first article that is stored.
        """
        newest = select(ARTICLE.c.seen).where(ARTICLE.c.seen >= since)
        last = newest.order_by(ARTICLE.c.seen.desc()).limit(most).subquery()
        row = self._connection.execute(select(func.min(last.c.seen), func.count())).one()
        return row[0] or since, row[1]

    def version_before(self, article_id: ArticleId) -> Article | None:
        """Return an article as it was before its last change; None if it never changed."""
        versions = self.versions([article_id]).get(article_id)
        return versions[-1][1] if versions else None

    def _articles(self, ids: Iterable[ArticleId]) -> dict[ArticleId, Article]:
        statement = select(*v.ARTICLE_COLUMNS).join(FEED)
        found = (v.article_of(row) for row in self._rows_in(statement, ARTICLE.c.id, ids))
        return {article.id: article for article in found}

    def versions(self, ids: Iterable[ArticleId]) -> dict[ArticleId, list[tuple[datetime, Article]]]:
        """Return the earlier versions of articles, oldest first, with the time they ended."""
        past = self.past(ids)
        return {id_: [(one.until, one.article) for one in found] for id_, found in past.items()}

    def past(self, ids: Iterable[ArticleId]) -> dict[ArticleId, list[Version]]:
        """Return the earlier versions of articles, oldest first, with what was found in them."""
        statement = (
            select(*v.BEFORE_COLUMNS)
            .select_from(VERSION)
            .join(ARTICLE, ARTICLE.c.id == VERSION.c.article)
            .join(FEED)
            .order_by(VERSION.c.seq)
        )
        versions: dict[ArticleId, list[Version]] = defaultdict(list)
        for row in self._rows_in(statement, VERSION.c.article, ids):
            versions[ArticleId(row.id)].append(v.version_of(row))
        return versions

    def hits(self, article_id: ArticleId) -> tuple[Hit, ...]:
        """Return the rules that hold for an article, in the order of the rules."""
        return self._hits([article_id]).get(article_id, ())

    def _hits(self, ids: Iterable[ArticleId]) -> dict[ArticleId, tuple[Hit, ...]]:
        statement = select(*v.HIT_COLUMNS).order_by(HIT.c.article, HIT.c.place)
        hits: dict[ArticleId, list[Hit]] = defaultdict(list)
        for row in self._rows_in(statement, HIT.c.article, ids):
            hits[ArticleId(row.article)].append(v.hit_of(row))
        return {id_: tuple(found) for id_, found in hits.items()}

    def link(self, article_id: ArticleId) -> Link | None:
        """Return the link of an article to its story."""
        statement = select(*v.LINK_COLUMNS).where(LINK.c.article == article_id)
        row = self._connection.execute(statement).first()
        return None if row is None else v.link_of(row)

    def decisions(self, article_id: ArticleId) -> list[tuple[datetime, Decision]]:
        """Return what was decided about an article and when, oldest first."""
        statement = (
            select(*v.DECISION_COLUMNS)
            .where(DECISION.c.article == article_id)
            .order_by(DECISION.c.seq)
        )
        return [(row.at, v.decision_of(row)) for row in self._rows(statement)]

    # --- stories ---------------------------------------------------------------------------------

    def story(self, id: StoryId) -> Story | None:  # noqa: A002 - the noun's own name
        """Return a story with its members, what was told of it, and the hits of its members."""
        return self.stories([id]).get(id)

    def stories(self, ids: Iterable[StoryId]) -> dict[StoryId, Story]:
        """Return those of the stories that exist."""
        wanted = list(dict.fromkeys(ids))
        members = self._members(wanted)
        told = self.told_of(wanted)
        hits = self._hits(member.article for story in members.values() for member in story)
        return {
            id_: Story(
                id=id_,
                members=tuple(story),
                told=tuple(told.get(id_, ())),
                hits=tuple((m.article, hit) for m in story for hit in hits.get(m.article, ())),
            )
            for id_, story in members.items()
        }

    def _members(self, ids: Iterable[StoryId]) -> dict[StoryId, list[Member]]:
        statement = (
            select(*v.MEMBER_COLUMNS)
            .select_from(LINK)
            .join(ARTICLE, ARTICLE.c.id == LINK.c.article)
            .order_by(ARTICLE.c.seen, ARTICLE.c.seq)
        )
        members: dict[StoryId, list[Member]] = defaultdict(list)
        for row in self._rows_in(statement, LINK.c.story, ids):
            members[StoryId(row.story)].append(v.member_of(row))
        return members

    def told_of(self, ids: Iterable[StoryId]) -> dict[StoryId, list[Told]]:
        """Return what was told of each of several stories, oldest first."""
        statement = select(*v.TOLD_COLUMNS).order_by(TOLD.c.seq)
        told: dict[StoryId, list[Told]] = defaultdict(list)
        for row in self._rows_in(statement, TOLD.c.story, ids):
            told[StoryId(row.story)].append(v.told_of(row))
        return told

    # --- alerts and deliveries -------------------------------------------------------------------

    def alerts(
        self,
        *,
        since: datetime | None = None,
        rule: str | None = None,
        feed: str | None = None,
        article: ArticleId | None = None,
        limit: int = 100,
    ) -> list[Alert]:
        """Return alerts, newest first; `feed` is the address or the name of a feed."""
        statement = select(*v.ALERT_COLUMNS)
        if article is not None:
            statement = statement.where(ALERT.c.article == article)
        if since is not None:
            statement = statement.where(ALERT.c.created >= since)
        if rule is not None:
            named = select(ALERT_RULE.c.alert).where(ALERT_RULE.c.rule == rule)
            statement = statement.where(ALERT.c.id.in_(named))
        if feed is not None:
            statement = (
                statement.join(ARTICLE, ARTICLE.c.id == ALERT.c.article)
                .join(FEED, FEED.c.id == ARTICLE.c.feed)
                .where(or_(FEED.c.url == feed, FEED.c.name == feed))
            )
        statement = statement.order_by(ALERT.c.created.desc(), ALERT.c.seq.desc()).limit(limit)
        return [v.alert_of(row) for row in self._rows(statement)]

    def alert(self, id_or_prefix: str) -> Alert | None:
        """Return the alert with that id, or the only one whose id begins so."""
        exact = self._alerts([AlertId(id_or_prefix)])
        if exact or not id_or_prefix:
            return exact.get(AlertId(id_or_prefix))
        begins = _begins(ALERT.c.id, id_or_prefix)
        found = self._rows(select(*v.ALERT_COLUMNS).where(begins).limit(2))
        return v.alert_of(found[0]) if len(found) == 1 else None

    def alerts_by_key(self, key: str) -> list[Alert]:
        """Return the alerts that `key`, or the beginning of one, stands for; oldest first.

        A key is the id of an alert or of a delivery, or the key at the end of a message: a grouped
        message stands for several alerts.
        """
        if not key:
            return []
        ids = {row.id for row in self._rows(select(ALERT.c.id).where(_begins(ALERT.c.id, key)))}
        sent = select(DELIVERY.c.alert).where(
            or_(_begins(DELIVERY.c.id, key), _begins(DELIVERY.c.message, key))
        )
        ids |= {row.alert for row in self._rows(sent)}
        return sorted(self._alerts(ids).values(), key=lambda alert: alert.created)

    def told_about(self, article: ArticleId, before: datetime) -> frozenset[tuple[str, str]]:
        """Return the rules and targets that were told of this very article, or are to be.

        Not who would only be told if nobody acknowledged it, nor what is told since `before`.
        """
        waits = DELIVERY.c.state.in_((DeliveryState.HELD, DeliveryState.CANCELLED))
        statement = (
            select(DELIVERY.c.rules, DELIVERY.c.target)
            .join(ALERT, ALERT.c.id == DELIVERY.c.alert)
            .where(
                ALERT.c.article == article,
                ALERT.c.created < before,
                or_(DELIVERY.c.hold.is_(None), DELIVERY.c.hold != Hold.ESCALATION, ~waits),
            )
        )
        return frozenset((rule, row.target) for row in self._rows(statement) for rule in row.rules)

    def _alerts(self, ids: Iterable[AlertId]) -> dict[AlertId, Alert]:
        found = self._rows_in(select(*v.ALERT_COLUMNS), ALERT.c.id, ids)
        return {AlertId(row.id): v.alert_of(row) for row in found}

    def deliveries(
        self,
        *,
        alert: AlertId | None = None,
        state: DeliveryState | None = None,
        target: str | None = None,
        newest: bool = False,
        limit: int = 1000,
    ) -> list[Delivery]:
        """Return deliveries by the time they are due, then in the order they were made.

        `newest`: those of the newest alerts first, of one alert the one that is due last.
        """
        statement = select(*v.DELIVERY_COLUMNS)
        if alert is not None:
            statement = statement.where(DELIVERY.c.alert == alert)
        if state is not None:
            statement = statement.where(DELIVERY.c.state == state)
        if target is not None:
            statement = statement.where(DELIVERY.c.target == target)
        if newest:
            statement = statement.join(ALERT, ALERT.c.id == DELIVERY.c.alert).order_by(
                ALERT.c.created.desc(), ALERT.c.seq.desc(), DELIVERY.c.due.desc()
            )
        else:
            statement = statement.order_by(DELIVERY.c.due, DELIVERY.c.seq)
        return [v.delivery_of(row) for row in self._rows(statement.limit(limit))]

    def due_targets(self, now: datetime) -> list[str]:
        """Return the targets for which something is due, by name."""
        statement = (
            select(DELIVERY.c.target)
            .where(DELIVERY.c.state.in_(WAITING), DELIVERY.c.due <= now)
            .distinct()
        )
        return sorted(row.target for row in self._rows(statement))

    def next_delivery(self) -> datetime | None:
        """Return when the next delivery is due; None when nothing waits."""
        statement = select(func.min(DELIVERY.c.due)).where(DELIVERY.c.state.in_(WAITING))
        return self._connection.execute(statement).scalar()

    def sent_since(self, target: str, since: datetime) -> int:
        """Return how many messages (not deliveries) reached a target at or after `since`."""
        statement = select(func.count(DELIVERY.c.message.distinct())).where(
            DELIVERY.c.target == target, DELIVERY.c.sent >= since
        )
        return self._connection.execute(statement).scalar_one()

    def planned_since(self, target: str, since: datetime) -> int:
        """Return how many messages a target got at or after `since`, or gets without any hold.

        This is what a limit counts: what already waits for its turn takes up room, too.
        """
        under_way = (DeliveryState.DUE, DeliveryState.SENDING, DeliveryState.UNKNOWN)
        statement = select(func.count(func.coalesce(DELIVERY.c.message, DELIVERY.c.id).distinct()))
        waiting = statement.where(
            DELIVERY.c.target == target,
            DELIVERY.c.state.in_(under_way),
            DELIVERY.c.hold.is_(None),
        )
        return self.sent_since(target, since) + self._connection.execute(waiting).scalar_one()

    # --- the state as a whole --------------------------------------------------------------------

    def counts(self) -> dict[str, int]:
        """Return how many there are: feeds (active), articles, stories, alerts, and deliveries.

        Deliveries are counted by state, under the state's own word ("due", "parked" ...).
        """
        of_state = select(DELIVERY.c.state, func.count()).group_by(DELIVERY.c.state)
        by_state = {row[0]: row[1] for row in self._rows(of_state)}
        return {
            "feeds": self._count(FEED, FEED.c.active.is_(True)),
            "articles": self._count(ARTICLE),
            "stories": self._count(LINK, LINK.c.kind == LinkKind.NEW),
            "alerts": self._count(ALERT),
            **{state.value: by_state.get(state.value, 0) for state in DeliveryState},
        }

    def numbers_since(self, since: datetime) -> Numbers:
        """Return what came and went out since a time, and what waits now."""
        counts = self.counts()
        new = (ARTICLE.c.seen >= since, LINK.c.kind == LinkKind.NEW)
        stories = (
            select(func.count()).select_from(LINK).join(ARTICLE, ARTICLE.c.id == LINK.c.article)
        )
        evidence, head = self.evidence_head()
        return Numbers(
            articles=self._count(ARTICLE, ARTICLE.c.seen >= since),
            stories=self._connection.execute(stories.where(*new)).scalar_one(),
            alerts=self._count(ALERT, ALERT.c.created >= since, ALERT.c.kind != AlertKind.HEALTH),
            messages=self._count(DELIVERY, DELIVERY.c.sent >= since),
            waiting=sum(counts[state.value] for state in WAITING),
            parked=counts[DeliveryState.PARKED.value],
            evidence=evidence,
            head=head,
        )

    def _count(self, table: Table, *conditions: ColumnElement[bool]) -> int:
        statement = select(func.count()).select_from(table).where(*conditions)
        return self._connection.execute(statement).scalar_one()

    def note(self, key: str) -> str | None:
        """Return what was noted under `key`."""
        statement = select(NOTE.c.value).where(NOTE.c.key == key)
        return self._connection.execute(statement).scalar()
