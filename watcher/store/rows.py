"""The tables. Rows are mutable, unchecked and unhashable, so they never leave this room.

`seq` counts rows in the order in which they were stored: the tie-break wherever two times are
equal. Child rows point at parents by foreign key; `link.to`, `link.story` and `told.story` don't,
so that retention may one day drop the oldest member of a story that still runs.
"""

from datetime import datetime, timedelta

from sqlalchemy import BigInteger, Index, LargeBinary
from sqlmodel import Field, SQLModel

from watcher.core.model import Habits, Wishes
from watcher.store.types import (
    SEQUENCE,
    Ascii,
    Asked,
    Digests,
    Learned,
    Listing,
    Moment,
    Names,
    Span,
    Words,
)


class FeedRow(SQLModel, table=True):
    """A feed of rules.yaml (first block) and what polling it has taught (second block)."""

    __tablename__ = "feed"
    __table_args__ = (Index("feed_due", "active", "next_due"), Index("feed_host", "host"))

    id: int | None = Field(default=None, primary_key=True, sa_type=SEQUENCE)
    url: str = Field(sa_type=Words, unique=True)
    name: str = Field(sa_type=Words)
    language: str | None = Field(default=None, sa_type=Words)
    tags: frozenset[str] = Field(sa_type=Names)
    every: timedelta | None = Field(default=None, sa_type=Span)
    private: bool
    full_text: str = Field(default="never", sa_type=Words)
    named: bool
    active: bool
    host: str = Field(default="", sa_type=Words)

    next_due: datetime = Field(sa_type=Moment)
    interval: timedelta = Field(sa_type=Span)
    etag: str | None = Field(default=None, sa_type=Words)
    last_modified: str | None = Field(default=None, sa_type=Words)
    head: bytes | None = None
    digests: frozenset[bytes] = Field(default=frozenset(), sa_type=Digests)
    first_read: datetime | None = Field(default=None, sa_type=Moment)
    last_polled: datetime | None = Field(default=None, sa_type=Moment)
    last_read: datetime | None = Field(default=None, sa_type=Moment)
    last_new: datetime | None = Field(default=None, sa_type=Moment)
    validated_since: datetime | None = Field(default=None, sa_type=Moment)
    failures: int = 0
    fault: str | None = Field(default=None, sa_type=Words)
    fault_detail: str = Field(default="", sa_type=Words)
    fault_since: datetime | None = Field(default=None, sa_type=Moment)
    told: frozenset[str] = Field(default=frozenset(), sa_type=Names)
    habits: Habits = Field(default=Habits(), sa_type=Learned)
    wishes: Wishes = Field(default=Wishes(), sa_type=Asked)
    missed_at: datetime | None = Field(default=None, sa_type=Moment)
    damaged: int = 0
    dropped: int = 0
    ill_formed: bool = False
    garbled: float = 0.0
    moved_to: str | None = Field(default=None, sa_type=Words)
    moved_since: datetime | None = Field(default=None, sa_type=Moment)
    hub: str | None = Field(default=None, sa_type=Words)
    topic: str | None = Field(default=None, sa_type=Words)
    title: str = Field(default="", sa_type=Words)
    format: str | None = Field(default=None, sa_type=Words)
    encoding: str | None = Field(default=None, sa_type=Words)


class SubscriptionRow(SQLModel, table=True):
    """A feed's subscription at a WebSub hub; one that is given up may stand beside the new one."""

    __tablename__ = "subscription"
    __table_args__ = (Index("subscription_feed", "feed"),)

    token: str = Field(primary_key=True, sa_type=Words)
    secret: str = Field(sa_type=Words)
    feed: int = Field(sa_type=SEQUENCE, foreign_key="feed.id")
    hub: str = Field(sa_type=Words)
    topic: str = Field(sa_type=Words)
    base: str = Field(sa_type=Words)
    state: str = Field(sa_type=Words)
    renew: datetime = Field(sa_type=Moment)
    since: datetime | None = Field(default=None, sa_type=Moment)
    until: datetime | None = Field(default=None, sa_type=Moment)
    pushed: datetime | None = Field(default=None, sa_type=Moment)
    missed: datetime | None = Field(default=None, sa_type=Moment)
    slowed: datetime | None = Field(default=None, sa_type=Moment)
    failures: int = 0
    refused: int = 0
    detail: str = Field(default="", sa_type=Words)


class ArticleRow(SQLModel, table=True):
    """An article in its newest words.

    `fingerprint` and `content` are hashes for identity, the marks stand for key and address in
    the indexes.
    """

    __tablename__ = "article"
    __table_args__ = (
        Index("article_key", "feed", "key_mark"),
        Index("article_fingerprint", "feed", "fingerprint"),
        Index("article_url", "url_mark"),
        Index("article_seen", "seen"),
    )

    seq: int | None = Field(default=None, primary_key=True, sa_type=SEQUENCE)
    id: str = Field(sa_type=Words, unique=True)
    feed: int = Field(sa_type=SEQUENCE, foreign_key="feed.id")
    key: str = Field(sa_type=Words)
    key_mark: int = Field(sa_type=BigInteger)
    fingerprint: str = Field(sa_type=Words)
    content: str = Field(sa_type=Words)
    title: str = Field(sa_type=Words)
    summary: str = Field(sa_type=Words)
    text: str = Field(sa_type=Words)
    outlet: str = Field(sa_type=Words)
    url: str | None = Field(default=None, sa_type=Words)
    url_mark: int | None = Field(default=None, sa_type=BigInteger)
    language: str | None = Field(default=None, sa_type=Words)
    published: datetime | None = Field(default=None, sa_type=Moment)
    seen: datetime = Field(sa_type=Moment)
    tags: frozenset[str] = Field(sa_type=Names)
    authors: tuple[str, ...] = Field(sa_type=Listing)
    categories: tuple[str, ...] = Field(sa_type=Listing)


class VersionRow(SQLModel, table=True):
    """The words an article had until `at`, and what was found in them (None: not written down)."""

    __tablename__ = "article_version"
    __table_args__ = (Index("version_article", "article", "seq"),)

    seq: int | None = Field(default=None, primary_key=True, sa_type=SEQUENCE)
    article: str = Field(sa_type=Words, foreign_key="article.id")
    at: datetime = Field(sa_type=Moment)
    content: str = Field(sa_type=Words)
    title: str = Field(sa_type=Words)
    summary: str = Field(sa_type=Words)
    text: str = Field(sa_type=Words)
    url: str | None = Field(default=None, sa_type=Words)
    language: str | None = Field(default=None, sa_type=Words)
    published: datetime | None = Field(default=None, sa_type=Moment)
    authors: tuple[str, ...] = Field(sa_type=Listing)
    categories: tuple[str, ...] = Field(sa_type=Listing)
    hits: str | None = Field(default=None, sa_type=Words)


class LinkRow(SQLModel, table=True):
    """The story of an article, and why."""

    __tablename__ = "link"
    __table_args__ = (Index("link_story", "story"),)

    article: str = Field(primary_key=True, sa_type=Words, foreign_key="article.id")
    kind: str = Field(sa_type=Words)
    story: str = Field(sa_type=Words)
    to: str | None = Field(default=None, sa_type=Words)
    score: float
    why: tuple[str, ...] = Field(sa_type=Listing)


class HitRow(SQLModel, table=True):
    """A rule that holds for an article; `place` keeps the order of the rules."""

    __tablename__ = "hit"
    __table_args__ = (Index("hit_rule", "rule"),)

    article: str = Field(primary_key=True, sa_type=Words, foreign_key="article.id")
    place: int = Field(primary_key=True)
    rule: str = Field(sa_type=Words)
    matches: str = Field(sa_type=Words)


class DecisionRow(SQLModel, table=True):
    """What was decided about an article, for one rule and one target; only ever added to."""

    __tablename__ = "decision"
    __table_args__ = (Index("decision_article", "article"),)

    seq: int | None = Field(default=None, primary_key=True, sa_type=SEQUENCE)
    article: str = Field(sa_type=Words, foreign_key="article.id")
    at: datetime = Field(sa_type=Moment)
    rule: str = Field(sa_type=Words)
    target: str = Field(sa_type=Words)
    tell: bool
    reason: str = Field(sa_type=Words)
    kind: str = Field(sa_type=Words)
    due: datetime | None = Field(default=None, sa_type=Moment)
    hold: str | None = Field(default=None, sa_type=Words)
    matched_in: str | None = Field(default=None, sa_type=Words)


class ToldRow(SQLModel, table=True):
    """That a rule was told of a story to a target, on these words; only ever added to."""

    __tablename__ = "told"
    __table_args__ = (Index("told_story", "story"), Index("told_rule", "rule", "target", "at"))

    seq: int | None = Field(default=None, primary_key=True, sa_type=SEQUENCE)
    story: str = Field(sa_type=Words)
    rule: str = Field(sa_type=Words)
    target: str = Field(sa_type=Words)
    terms: frozenset[str] = Field(sa_type=Names)
    at: datetime = Field(sa_type=Moment)


class AlertRow(SQLModel, table=True):
    """Something told: a row before it is a message."""

    __tablename__ = "alert"
    __table_args__ = (Index("alert_created", "created"), Index("alert_article", "article"))

    seq: int | None = Field(default=None, primary_key=True, sa_type=SEQUENCE)
    id: str = Field(sa_type=Words, unique=True)
    kind: str = Field(sa_type=Words)
    created: datetime = Field(sa_type=Moment)
    severity: str = Field(sa_type=Words)
    rules: tuple[str, ...] = Field(sa_type=Listing)
    story: str | None = Field(default=None, sa_type=Words)
    article: str | None = Field(default=None, sa_type=Words, foreign_key="article.id")
    headline: str = Field(sa_type=Words)
    body: str = Field(sa_type=Words)


class AlertRuleRow(SQLModel, table=True):
    """The rules of an alert once more, to find it by."""

    __tablename__ = "alert_rule"
    __table_args__ = (Index("alert_rule_alert", "alert"),)

    rule: str = Field(primary_key=True, sa_type=Words)
    alert: str = Field(primary_key=True, sa_type=Words, foreign_key="alert.id")


class DeliveryRow(SQLModel, table=True):
    """One alert on its way to one target.

    `doubt` says that a try under the key `message` may have arrived. It outlives the state
    `unknown`: a try that fails after one that may have arrived is still a possible repeat.
    """

    __tablename__ = "delivery"
    __table_args__ = (
        Index("delivery_next", "target", "state", "due", "seq"),
        Index("delivery_waiting", "state", "due", "target"),
        Index("delivery_message", "message"),
        Index("delivery_alert", "alert"),
        Index("delivery_sent", "target", "sent"),
    )

    seq: int | None = Field(default=None, primary_key=True, sa_type=SEQUENCE)
    id: str = Field(sa_type=Words, unique=True)
    alert: str = Field(sa_type=Words, foreign_key="alert.id")
    target: str = Field(sa_type=Words)
    rules: tuple[str, ...] = Field(sa_type=Listing)
    state: str = Field(sa_type=Words)
    due: datetime = Field(sa_type=Moment)
    hold: str | None = Field(default=None, sa_type=Words)
    attempts: int
    message: str | None = Field(default=None, sa_type=Words)
    error: str = Field(sa_type=Words)
    sent: datetime | None = Field(default=None, sa_type=Moment)
    doubt: bool


class MuteRow(SQLModel, table=True):
    """That nothing is told of a rule, a feed or a story until a time (None: until unmuted)."""

    __tablename__ = "mute"

    kind: str = Field(primary_key=True, sa_type=Words)
    what: str = Field(primary_key=True, sa_type=Words)
    since: datetime = Field(sa_type=Moment)
    until: datetime | None = Field(default=None, sa_type=Moment)


class AckRow(SQLModel, table=True):
    """That somebody has taken note of an alert."""

    __tablename__ = "ack"

    alert: str = Field(primary_key=True, sa_type=Words, foreign_key="alert.id")
    at: datetime = Field(sa_type=Moment)
    by: str = Field(sa_type=Words)


class RecheckRow(SQLModel, table=True):
    """An article whose page is looked at again, since people were told of it.

    `due` None: it is done, and is kept for an hour to count how often its host was asked.
    """

    __tablename__ = "recheck"
    __table_args__ = (
        Index("recheck_due", "due"),
        Index("recheck_looked", "looked"),
        Index("recheck_since", "since"),
    )

    article: str = Field(primary_key=True, sa_type=Words, foreign_key="article.id")
    url: str = Field(sa_type=Words)
    host: str = Field(sa_type=Words)
    since: datetime = Field(sa_type=Moment)
    due: datetime | None = Field(default=None, sa_type=Moment)
    page: str = Field(sa_type=Words)
    missing: datetime | None = Field(default=None, sa_type=Moment)
    looked: datetime | None = Field(default=None, sa_type=Moment)
    etag: str | None = Field(default=None, sa_type=Words)
    last_modified: str | None = Field(default=None, sa_type=Words)


class EvidenceRow(SQLModel, table=True):
    """One record of the chain of evidence. Never changed; no row depends on another table's."""

    __tablename__ = "evidence"
    __table_args__ = (
        Index("evidence_alert", "alert"),
        Index("evidence_article", "article"),
        Index("evidence_at", "at"),
        Index("evidence_hash", "hash"),
    )

    seq: int = Field(primary_key=True, sa_type=SEQUENCE, sa_column_kwargs={"autoincrement": False})
    hash: str = Field(sa_type=Ascii)
    record: bytes = Field(sa_type=LargeBinary)
    alert: str = Field(sa_type=Ascii)
    article: str = Field(sa_type=Ascii)
    at: str = Field(sa_type=Ascii)


class EvidenceBodyRow(SQLModel, table=True):
    """Bytes that records name by their SHA-256, compressed; `packed` is the hash of them so."""

    __tablename__ = "evidence_body"

    sha256: str = Field(primary_key=True, sa_type=Ascii)
    packed: str = Field(sa_type=Ascii)
    data: bytes = Field(sa_type=LargeBinary)


class NoteRow(SQLModel, table=True):
    """Small facts about the state as a whole."""

    __tablename__ = "note"

    key: str = Field(primary_key=True, sa_type=Words)
    value: str = Field(sa_type=Words)


METADATA = SQLModel.metadata
FEED = METADATA.tables["feed"]
SUBSCRIPTION = METADATA.tables["subscription"]
ARTICLE = METADATA.tables["article"]
VERSION = METADATA.tables["article_version"]
LINK = METADATA.tables["link"]
HIT = METADATA.tables["hit"]
DECISION = METADATA.tables["decision"]
TOLD = METADATA.tables["told"]
ALERT = METADATA.tables["alert"]
ALERT_RULE = METADATA.tables["alert_rule"]
DELIVERY = METADATA.tables["delivery"]
EVIDENCE = METADATA.tables["evidence"]
EVIDENCE_BODY = METADATA.tables["evidence_body"]
NOTE = METADATA.tables["note"]
MUTE = METADATA.tables["mute"]
ACK = METADATA.tables["ack"]
RECHECK = METADATA.tables["recheck"]
