"""Values for tests, with defaults for all that a test does not speak of."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from watcher.core.model import (
    Article,
    ArticleId,
    Channel,
    Entry,
    Feed,
    FeedId,
    FeedState,
    Fetched,
    Hit,
    How,
    Link,
    LinkKind,
    Match,
    Member,
    Rule,
    Story,
    StoryId,
    Term,
)

NOON = datetime(2026, 3, 10, 12, 10, tzinfo=UTC)


def a_feed(**more: Any) -> Feed:
    plain: dict[str, Any] = {"url": "https://courier.example/rss", "name": "Courier"}
    return Feed(**(plain | more))


def a_feed_state(**more: Any) -> FeedState:
    plain: dict[str, Any] = {
        "id": FeedId(1),
        "feed": a_feed(),
        "next_due": NOON,
        "interval": timedelta(minutes=15),
    }
    return FeedState(**(plain | more))


def an_answer(**more: Any) -> Fetched:
    plain: dict[str, Any] = {"status": 200, "url": "https://courier.example/rss", "body": b""}
    return Fetched(**(plain | more))


def an_entry(title: str = "Police hold an activist", **more: Any) -> Entry:
    plain: dict[str, Any] = {"guid": None, "url": None, "title": title, "summary": ""}
    return Entry(**(plain | more))


def an_article(title: str = "Police hold an activist", **more: Any) -> Article:
    plain: dict[str, Any] = {
        "id": ArticleId("a1"),
        "title": title,
        "outlet": "Courier",
        "seen": NOON,
    }
    return Article(**(plain | more))


def a_rule(name: str = "Atajurt", **more: Any) -> Rule:
    plain: dict[str, Any] = {"name": name, "find": Term(text=name), "notify": ("desk",)}
    return Rule(**(plain | more))


def a_channel(name: str = "desk", **more: Any) -> Channel:
    plain: dict[str, Any] = {"name": name, "url": "json://127.0.0.1", "targets": (name,)}
    return Channel(**(plain | more))


def a_hit(rule: str = "Atajurt", text: str = "activist", **more: Any) -> Hit:
    plain: dict[str, Any] = {
        "term": text,
        "alias": text,
        "field": "title",
        "start": 15,
        "end": 15 + len(text),
        "text": text,
        "how": How.EXACT,
    }
    return Hit(rule=rule, matches=(Match(**(plain | more)),))


def a_link(article: str = "a1", kind: LinkKind = LinkKind.NEW, story: str = "a1") -> Link:
    return Link(article=ArticleId(article), kind=kind, story=StoryId(story))


def a_story(*members: Member, **more: Any) -> Story:
    plain: dict[str, Any] = {"id": StoryId("a1"), "members": members}
    return Story(**(plain | more))


def a_member(article: str = "a1", outlet: str = "Courier", **more: Any) -> Member:
    plain: dict[str, Any] = {
        "article": ArticleId(article),
        "outlet": outlet,
        "title": "Police hold an activist",
        "url": None,
        "kind": LinkKind.NEW,
        "seen": NOON,
    }
    return Member(**(plain | more))
