"""How often rules would have told, had they been in force: a look at what is stored, nothing sent.

The articles of the last days go through the same rules and the same decisions as live, without
channels' wishes (quiet hours, digests, limits), which group and never drop.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta

from watcher.core.decide import Occasion, decide, outgoing
from watcher.core.model import (
    AlertKind,
    Article,
    Config,
    FollowUps,
    Hit,
    Link,
    LinkKind,
    Member,
    Rule,
    Story,
    StoryId,
    Told,
)
from watcher.store import Store
from watcher.watch.desk import Desk

WEEK = timedelta(days=7)
MOST_ARTICLES = 10_000
"""The newest of the week; more of them would only tell the same, later."""
LOUD = 50
"""Alerts a day that nobody reads any more."""

Progress = Callable[[str, int], AbstractContextManager[Callable[[], None]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Loudness:
    """How often a rule would have told in so many days."""

    times: int
    days: int

    @property
    def a_day(self) -> int:
        """Alerts a day, rounded."""
        return round(self.times / self.days)


def too_loud(
    config: Config, store: Store, *, now: datetime, progress: Progress
) -> list[tuple[Rule, Loudness]]:
    """Return the rules of `config` that would have told more than `LOUD` times a day.

    What a feed showed when it was read for the first time is left out: it is told as one summary.
    Raises StateError.
    """
    desk = Desk(config)
    with store.read() as known:
        since, count = known.newest_since(now - WEEK, most=MOST_ARTICLES)
        first = {state.feed.url: state.first_read for state in known.feed_states(active=False)}
        with progress("trying the rules on the last week", count) as advance:
            times = told(desk, _news(known.articles_since(since), first, advance))
    days = max(1, round((now - since) / timedelta(days=1)))
    return [
        (rule, Loudness(times=times[rule.name], days=days))
        for rule in config.rules
        if times[rule.name] > LOUD * days
    ]


def _news(
    stored: Iterable[tuple[Article, Link]],
    first: Mapping[str, datetime | None],
    advance: Callable[[], None],
) -> Iterable[tuple[Article, Link]]:
    for article, link in stored:
        advance()
        read = first.get(article.feed)
        if article.seen and (read is None or article.seen > read):
            yield article, link


def told(desk: Desk, articles: Iterable[tuple[Article, Link]]) -> Counter[str]:
    """Return how many messages each rule would have made of `articles`, oldest first.

    One for several follow-ups of an hour; a rule that names no channel makes none.
    """
    times: Counter[str] = Counter()
    members: dict[StoryId, list[Member]] = defaultdict(list)
    hits: dict[StoryId, list[tuple[Article, Hit]]] = defaultdict(list)
    said: dict[StoryId, list[Told]] = defaultdict(list)
    grouped: set[tuple[str, StoryId, datetime | None]] = set()
    for article, link in articles:
        at = article.seen
        if at is None:
            continue
        found = desk.book.match(article, today=desk.today(at))
        if desk.waits:
            members[link.story].append(_member(article, link, at))
            hits[link.story] += [(article, hit) for hit in found]
        if not (found or (desk.waits and link.kind is not LinkKind.NEW)):
            continue
        story = Story(
            id=link.story,
            members=tuple(members[link.story]) if desk.waits else (),
            told=tuple(said[link.story]),
            hits=tuple((of.id, hit) for of, hit in hits[link.story]) if desk.waits else (),
        )
        occasion = Occasion(article=article, link=link, hits=found, story=story)
        decisions = decide(occasion, desk.rules, desk.channels, now=at)
        _, _, news = outgoing(occasion, decisions, desk.rules, version="", now=at)
        said[link.story] += news
        for rule in {d.rule for d in decisions if d.tell}:
            [first, *_] = [d for d in decisions if d.rule == rule and d.tell]
            if first.kind is AlertKind.FOLLOW_UP and desk.rules[rule].follow_ups in {
                FollowUps.HOURLY,
                FollowUps.DIGEST,
            }:
                slot = (rule, link.story, first.due)
                times[rule] += slot not in grouped
                grouped.add(slot)
            else:
                times[rule] += 1
    return times


def _member(article: Article, link: Link, at: datetime) -> Member:
    return Member(
        article=article.id,
        outlet=article.outlet,
        title=article.title,
        url=article.url,
        kind=link.kind,
        seen=at,
    )
