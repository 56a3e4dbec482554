"""Rows to core values and back. Only this file knows which column holds which field."""

from __future__ import annotations

from dataclasses import replace
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from watcher.core.identity import fingerprint, host_of
from watcher.core.model import (
    Ailment,
    Alert,
    AlertId,
    AlertKind,
    Article,
    ArticleId,
    Decision,
    Delivery,
    DeliveryId,
    DeliveryState,
    Feed,
    FeedFault,
    FeedId,
    FeedState,
    FullText,
    Hit,
    Hold,
    How,
    HubState,
    Known,
    Link,
    LinkKind,
    Match,
    Member,
    Reason,
    Severity,
    StoryId,
    Subscription,
    Told,
    Version,
)
from watcher.store.rows import (
    ALERT,
    ARTICLE,
    DECISION,
    DELIVERY,
    FEED,
    HIT,
    LINK,
    SUBSCRIPTION,
    TOLD,
    VERSION,
)
from watcher.store.types import from_json, mark_of, to_json

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy import Row

    Record = Row[*tuple[Any, ...]]

Values = dict[str, object]

FEED_COLUMNS = tuple(column for column in FEED.c if column.name not in {"active", "host"})
SYNCED_COLUMNS = (
    FEED.c.id,
    FEED.c.url,
    FEED.c.name,
    FEED.c.language,
    FEED.c.tags,
    FEED.c.every,
    FEED.c.private,
    FEED.c.full_text,
    FEED.c.named,
    FEED.c.active,
    FEED.c.next_due,
    FEED.c.fault,
    FEED.c.moved_to,
)
"""What syncing with rules.yaml looks at: not the hashes, which are most of a row."""
ARTICLE_COLUMNS = (
    ARTICLE.c.id,
    ARTICLE.c.key,
    ARTICLE.c.title,
    ARTICLE.c.summary,
    ARTICLE.c.text,
    ARTICLE.c.outlet,
    ARTICLE.c.url,
    ARTICLE.c.language,
    ARTICLE.c.published,
    ARTICLE.c.seen,
    ARTICLE.c.tags,
    ARTICLE.c.authors,
    ARTICLE.c.categories,
    FEED.c.url.label("feed_url"),
)
BEFORE_COLUMNS = (
    ARTICLE.c.id,
    ARTICLE.c.key,
    VERSION.c.title,
    VERSION.c.summary,
    VERSION.c.text,
    ARTICLE.c.outlet,
    VERSION.c.url,
    VERSION.c.language,
    VERSION.c.published,
    ARTICLE.c.seen,
    ARTICLE.c.tags,
    VERSION.c.authors,
    VERSION.c.categories,
    FEED.c.url.label("feed_url"),
    VERSION.c.at,
    VERSION.c.hits,
)
KNOWN_COLUMNS = (
    ARTICLE.c.seq,
    ARTICLE.c.id,
    ARTICLE.c.key,
    ARTICLE.c.fingerprint,
    ARTICLE.c.content,
    ARTICLE.c.title,
    ARTICLE.c.url,
)
LINK_COLUMNS = tuple(LINK.c)
MEMBER_COLUMNS = (
    LINK.c.story,
    LINK.c.kind,
    ARTICLE.c.id,
    ARTICLE.c.outlet,
    ARTICLE.c.title,
    ARTICLE.c.url,
    ARTICLE.c.seen,
)
TOLD_COLUMNS = tuple(TOLD.c)
HIT_COLUMNS = tuple(HIT.c)
DECISION_COLUMNS = tuple(DECISION.c)
ALERT_COLUMNS = tuple(ALERT.c)
DELIVERY_COLUMNS = tuple(DELIVERY.c)

VERSIONED = (
    "content",
    "title",
    "summary",
    "text",
    "url",
    "language",
    "published",
    "authors",
    "categories",
)
"""What a new version replaces, and what `article_version` keeps of the old one."""


# --- feeds ---------------------------------------------------------------------------------------


def feed_values(feed: Feed) -> Values:
    """Return the columns that rules.yaml decides on."""
    return {
        "url": feed.url,
        "name": feed.name,
        "language": feed.language,
        "tags": feed.tags,
        "every": feed.every,
        "private": feed.private,
        "full_text": feed.full_text,
        "named": feed.named,
        "host": host_of(feed.asked),
    }


def feed_of(row: Record) -> Feed:
    """Return the feed of a row."""
    return Feed(
        url=row.url,
        name=row.name,
        language=row.language,
        tags=row.tags,
        every=row.every,
        private=row.private,
        full_text=FullText(row.full_text),
        named=row.named,
    )


_LEARNT = (
    "next_due",
    "interval",
    "etag",
    "last_modified",
    "head",
    "digests",
    "first_read",
    "last_polled",
    "last_read",
    "last_new",
    "validated_since",
    "failures",
    "fault",
    "fault_detail",
    "fault_since",
    "told",
    "habits",
    "wishes",
    "missed_at",
    "damaged",
    "dropped",
    "ill_formed",
    "garbled",
    "moved_to",
    "moved_since",
    "hub",
    "topic",
    "title",
    "format",
    "encoding",
)
_learnt = attrgetter(*_LEARNT)


def state_values(state: FeedState, *, before: FeedState | None = None) -> Values:
    """Return the columns that polling decides on; with `before`, those in which it differs."""
    if before is None:
        return dict(zip(_LEARNT, _learnt(state), strict=True))
    return {
        name: new
        for name, new, old in zip(_LEARNT, _learnt(state), _learnt(before), strict=True)
        if new is not old and new != old
    }


def subscription_values(subscription: Subscription) -> Values:
    """Return the columns of a subscription."""
    return {column.name: getattr(subscription, column.name) for column in SUBSCRIPTION.c}


def subscription_of(row: Record) -> Subscription:
    """Return a subscription."""
    values = {column.name: getattr(row, column.name) for column in SUBSCRIPTION.c}
    values |= {"state": HubState(row.state), "feed": FeedId(row.feed)}
    return Subscription(**values)


def state_of(row: Record) -> FeedState:
    """Return the state of a feed."""
    learnt = {name: getattr(row, name) for name in _LEARNT}
    learnt["fault"] = None if row.fault is None else FeedFault(row.fault)
    learnt["told"] = frozenset(map(Ailment, row.told))
    feed = feed_of(row)
    if row.title and not feed.named:
        feed = replace(feed, name=row.title)
    return FeedState(id=FeedId(row.id), feed=feed, **learnt)


# --- articles and stories ------------------------------------------------------------------------


def article_values(article: Article, *, feed: int, content: str) -> Values:
    """Return the columns of an article."""
    return {
        "id": article.id,
        "feed": feed,
        "key": article.key,
        "key_mark": mark_of(article.key),
        "fingerprint": fingerprint(article.url, article.title),
        "content": content,
        "title": article.title,
        "summary": article.summary,
        "text": article.text,
        "outlet": article.outlet,
        "url": article.url,
        "url_mark": None if article.url is None else mark_of(article.url),
        "language": article.language,
        "published": article.published,
        "seen": article.seen,
        "tags": article.tags,
        "authors": article.authors,
        "categories": article.categories,
    }


def article_of(row: Record) -> Article:
    """Return an article from ARTICLE_COLUMNS, or as it was before from BEFORE_COLUMNS."""
    return Article(
        id=ArticleId(row.id),
        title=row.title,
        summary=row.summary,
        text=row.text,
        key=row.key,
        feed=row.feed_url,
        outlet=row.outlet,
        url=row.url,
        language=row.language,
        published=row.published,
        seen=row.seen,
        tags=row.tags,
        authors=row.authors,
        categories=row.categories,
    )


def version_of(row: Record) -> Version:
    """Return an earlier version of an article, from BEFORE_COLUMNS."""
    hits = None if row.hits is None else from_json(row.hits)
    return Version(
        until=row.at,
        article=article_of(row),
        hits=None
        if hits is None
        else tuple(Hit(rule=rule, matches=tuple(map(_match, found))) for rule, found in hits),
    )


def known_of(row: Record) -> Known:
    """Return what identity must know."""
    return Known(
        id=ArticleId(row.id),
        key=row.key,
        fingerprint=row.fingerprint,
        content=row.content,
        title=row.title,
        url=row.url,
    )


def link_values(link: Link) -> Values:
    """Return the columns of a link."""
    return {
        "article": link.article,
        "kind": link.kind,
        "story": link.story,
        "to": link.to,
        "score": link.score,
        "why": link.why,
    }


def link_of(row: Record) -> Link:
    """Return a link."""
    return Link(
        article=ArticleId(row.article),
        kind=LinkKind(row.kind),
        story=StoryId(row.story),
        to=None if row.to is None else ArticleId(row.to),
        score=row.score,
        why=row.why,
    )


def member_of(row: Record) -> Member:
    """Return one article of a story."""
    return Member(
        article=ArticleId(row.id),
        outlet=row.outlet,
        title=row.title,
        url=row.url,
        kind=LinkKind(row.kind),
        seen=row.seen,
    )


def told_values(story: StoryId, told: Told) -> Values:
    """Return the columns of what was told."""
    return {
        "story": story,
        "rule": told.rule,
        "target": told.target,
        "terms": told.terms,
        "at": told.at,
    }


def told_of(row: Record) -> Told:
    """Return what was told."""
    return Told(rule=row.rule, target=row.target, terms=row.terms, at=row.at)


def hit_values(article: ArticleId, place: int, hit: Hit) -> Values:
    """Return the columns of a hit; its matches are JSON, as nothing is searched in them."""
    return {"article": article, "place": place, "rule": hit.rule, "matches": to_json(_plain(hit))}


def hits_text(hits: Iterable[Hit]) -> str:
    """Return hits as one text, as a version keeps them."""
    return to_json([[hit.rule, _plain(hit)] for hit in hits])


def _plain(hit: Hit) -> list[list[Any]]:
    return [[getattr(match, name) for name in _MATCH] for match in hit.matches]


def hit_of(row: Record) -> Hit:
    """Return a hit."""
    return Hit(rule=row.rule, matches=tuple(map(_match, from_json(row.matches))))


_MATCH = ("how", "term", "alias", "field", "start", "end", "text", "entity")


def _match(parts: list[Any]) -> Match:
    how, *rest = parts
    return Match(how=How(how), **dict(zip(_MATCH[1:], rest, strict=True)))


def decision_values(article: ArticleId, decision: Decision, *, at: datetime) -> Values:
    """Return the columns of a decision."""
    return {
        "article": article,
        "at": at,
        "rule": decision.rule,
        "target": decision.target,
        "tell": decision.tell,
        "reason": decision.reason,
        "kind": decision.kind,
        "due": decision.due,
        "hold": decision.hold,
        "matched_in": decision.matched_in,
    }


def decision_of(row: Record) -> Decision:
    """Return a decision."""
    return Decision(
        rule=row.rule,
        target=row.target,
        tell=row.tell,
        reason=Reason(row.reason),
        kind=AlertKind(row.kind),
        due=row.due,
        hold=None if row.hold is None else Hold(row.hold),
        matched_in=None if row.matched_in is None else ArticleId(row.matched_in),
    )


# --- alerts --------------------------------------------------------------------------------------


def alert_values(alert: Alert) -> Values:
    """Return the columns of an alert."""
    return {
        "id": alert.id,
        "kind": alert.kind,
        "created": alert.created,
        "severity": alert.severity,
        "rules": alert.rules,
        "story": alert.story,
        "article": alert.article,
        "headline": alert.headline,
        "body": alert.body,
    }


def alert_of(row: Record) -> Alert:
    """Return an alert."""
    return Alert(
        id=AlertId(row.id),
        kind=AlertKind(row.kind),
        created=row.created,
        severity=Severity(row.severity),
        rules=row.rules,
        story=None if row.story is None else StoryId(row.story),
        article=None if row.article is None else ArticleId(row.article),
        headline=row.headline,
        body=row.body,
    )


def delivery_values(delivery: Delivery) -> Values:
    """Return the columns of a delivery; one that is `unknown` may have arrived."""
    return {
        "id": delivery.id,
        "alert": delivery.alert,
        "target": delivery.target,
        "rules": delivery.rules,
        "state": delivery.state,
        "due": delivery.due,
        "hold": delivery.hold,
        "attempts": delivery.attempts,
        "message": delivery.message,
        "error": delivery.error,
        "sent": delivery.sent,
        "doubt": delivery.state is DeliveryState.UNKNOWN,
    }


def delivery_of(row: Record) -> Delivery:
    """Return a delivery."""
    return Delivery(
        id=DeliveryId(row.id),
        alert=AlertId(row.alert),
        target=row.target,
        rules=row.rules,
        state=DeliveryState(row.state),
        due=row.due,
        hold=None if row.hold is None else Hold(row.hold),
        attempts=row.attempts,
        message=row.message,
        error=row.error,
        sent=row.sent,
    )
