"""The way of an article with a ledger in memory: what rules would have told of history.

The same functions decide as in `watch` (match, edited, decide, schedule, outgoing); only what was
told, and who printed a story, is remembered here and not in the store. Nothing is sent or written.
What is left out: the room that a channel's limit has left, as it hangs on what was really sent,
and mutes, which speak of today.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import partial
from itertools import groupby
from zoneinfo import ZoneInfo

from watcher.core.decide import Occasion, decide, edited, outgoing, schedule, subjects
from watcher.core.model import (
    Alert,
    Arrival,
    Article,
    ArticleId,
    AtLeast,
    Config,
    Decision,
    Hit,
    LinkKind,
    Member,
    Story,
    StoryId,
    Told,
)
from watcher.core.rules import compile_rules
from watcher.feeds.language import guess

KEPT = timedelta(days=30)
"""How long a story is remembered after its last article: a late edit still finds it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What the rules make of one arrival. `alert` is None when nobody is told."""

    arrival: Arrival
    hits: tuple[Hit, ...]
    decisions: tuple[Decision, ...]
    alert: Alert | None

    @property
    def rules(self) -> tuple[str, ...]:
        """The rules that tell."""
        return self.alert.rules if self.alert else ()


@dataclass(slots=True)
class _Known:
    """A story so far. Members and their hits are kept only where a rule counts outlets."""

    last: datetime
    told: list[Told] = field(default_factory=list)
    matched: dict[ArticleId, frozenset[str]] = field(default_factory=dict)
    """By article, the rules that hold for it."""
    about: dict[ArticleId, frozenset[tuple[str, str]]] = field(default_factory=dict)
    """By article, the rules and targets that were told of this very one."""
    members: list[Member] = field(default_factory=list)
    hits: dict[ArticleId, tuple[Hit, ...]] = field(default_factory=dict)


def polls(arrivals: Iterable[Arrival]) -> Iterator[list[Arrival]]:
    """Put together what came with one poll of one feed: it was settled together."""

    def poll(arrival: Arrival) -> tuple[str, datetime]:
        return arrival.article.feed, arrival.at

    for _, group in groupby(arrivals, key=poll):
        yield list(group)


class Hindsight:
    """The rules of a configuration, tried on what came in, poll by poll.

    A channel counts as one target, so that neither its secrets nor its service are needed.
    """

    def __init__(self, config: Config) -> None:
        self.config = config
        self.book = compile_rules(config.rules, config.entities, tongue=guess)
        self.rules = {rule.name: rule for rule in config.rules}
        self.channels = {
            channel.name: replace(channel, targets=(channel.name,)) for channel in config.channels
        }
        self._zone = ZoneInfo(config.timezone)
        self._waits = any(rule.at_least != AtLeast() for rule in config.rules)
        self._stories: dict[StoryId, _Known] = {}
        self._names: dict[frozenset[str], frozenset[str]] = {}
        self._last: dict[tuple[str, str], datetime] = {}
        """When each target was last told of a rule."""
        self._began: datetime | None = None
        self._swept: datetime | None = None

    def settle(self, poll: Sequence[Arrival]) -> Iterator[Tried]:
        """Judge what one poll brought; yield what was decided, arrival by arrival.

        As in `News`: no new article counts before its turn, and what was edited counts at once.
        """
        if not poll:
            return
        self._sweep(poll[0].at)
        edits = [self._edit(one, one.before) for one in poll if one.before is not None]
        for arrival in poll:
            if arrival.before is None:
                hits = self._match(arrival)
                self._remember(arrival, hits)
                yield from self._tell(arrival, hits)
        for edit in edits:
            yield from edit()

    def _today(self, at: datetime) -> date:
        return at.astimezone(self._zone).date()

    def _match(self, arrival: Arrival) -> tuple[Hit, ...]:
        return self.book.match(arrival.article, today=self._today(arrival.at))

    def _remember(self, arrival: Arrival, hits: tuple[Hit, ...]) -> None:
        article, link = arrival.article, arrival.link
        known = self._stories.get(link.story)
        if known is None:
            if not hits and not self._waits:
                return
            known = self._stories[link.story] = _Known(arrival.at)
        known.last = arrival.at
        if self._waits:
            known.members.append(
                Member(
                    article=article.id,
                    outlet=article.outlet,
                    title="",
                    url=None,
                    kind=link.kind,
                    seen=arrival.at,
                )
            )
        if hits:
            self._set_hits(known, article.id, hits)

    def _set_hits(self, known: _Known, article: ArticleId, hits: tuple[Hit, ...]) -> None:
        names = frozenset(hit.rule for hit in hits)
        known.matched[article] = self._names.setdefault(names, names)
        if self._waits:
            known.hits[article] = hits

    def _edit(self, arrival: Arrival, before: Article) -> Callable[[], Iterator[Tried]]:
        """Take in an edit; return what decides about it, when its turn has come."""
        article, today = arrival.article, self._today(arrival.at)
        known = self._stories.get(arrival.link.story)
        then = self.book.match(before, today=today)
        if self._is_strange(article, arrival.at):
            known = self._assumed(arrival, then)
        known = known or _Known(arrival.at)
        # The same words: of the rules that held then, today's matches are those of then.
        matched = known.matched.get(article.id, frozenset())
        hits_before = tuple(hit for hit in then if hit.rule in matched)
        late = {hit.rule for hit in then} - matched
        hits = tuple(hit for hit in self._match(arrival) if hit.rule not in late)
        if hits or matched:
            self._set_hits(known, article.id, hits)
            self._stories[arrival.link.story] = known
        changed = edited(before, hits_before, article, hits)
        left = {hit.rule for hit in hits}
        lost = tuple(hit for hit in hits_before if hit.rule not in left)
        # Before this poll: what is told with it is told in the new words.
        told_here = known.about.get(article.id, frozenset())
        return partial(self._tell, arrival, hits, changed=changed, lost=lost, told_here=told_here)

    def _is_strange(self, article: Article, at: datetime) -> bool:
        """Tell whether the article came in before our time, or so long ago that it is forgotten."""
        seen = article.seen or at
        return at - seen > KEPT or (self._began is not None and seen < self._began)

    def _assumed(self, arrival: Arrival, then: tuple[Hit, ...]) -> _Known:
        """Return a story from before our time: what its old words matched counts as told."""
        seen = arrival.article.seen or arrival.at
        known = self._stories.get(arrival.link.story) or _Known(arrival.at)
        if arrival.article.id not in known.matched:
            self._set_hits(known, arrival.article.id, then)
        told = {told.rule for told in known.told}
        names = [
            (hit.rule, name)
            for hit in then
            for name in self.rules[hit.rule].notify
            if name in self.channels
        ]
        known.about.setdefault(arrival.article.id, frozenset(names))
        known.told += [
            Told(rule=hit.rule, target=name, terms=subjects(hit), at=seen)
            for hit in then
            if hit.rule not in told
            for name in self.rules[hit.rule].notify
            if name in self.channels
        ]
        return known

    def _tell(
        self,
        arrival: Arrival,
        hits: tuple[Hit, ...],
        *,
        changed: frozenset[str] | None = None,
        lost: tuple[Hit, ...] = (),
        told_here: frozenset[tuple[str, str]] = frozenset(),
    ) -> Iterator[Tried]:
        link = arrival.link
        if not (hits or lost or (self._waits and link.kind is not LinkKind.NEW)):
            return
        known = self._stories.get(link.story) or _Known(arrival.at)
        occasion = Occasion(
            article=arrival.article,
            link=link,
            hits=hits,
            story=self._story(link.story),
            baseline=arrival.baseline and changed is None,
            changed=changed,
            lost=lost,
            told_here=told_here,
        )
        decisions = tuple(
            self._schedule(decision)
            for decision in decide(occasion, self.rules, self.channels, now=arrival.at)
        )
        if not decisions:
            return
        version = "" if changed is None else arrival.at.isoformat()
        alert, _, told = outgoing(occasion, decisions, self.rules, version=version, now=arrival.at)
        if told:
            known = self._stories.setdefault(link.story, known)
            known.told += told
            of = (alert and alert.article) or arrival.article.id
            known.about[of] = known.about.get(of, frozenset()) | {(t.rule, t.target) for t in told}
            self._last |= {(one.rule, one.target): one.at for one in told}
        yield Tried(arrival=arrival, hits=hits, decisions=decisions, alert=alert)

    def _story(self, id_: StoryId) -> Story:
        known = self._stories.get(id_)
        if known is None:
            return Story(id=id_)
        if not self._waits:
            return Story(id=id_, told=tuple(known.told))
        return Story(
            id=id_,
            members=tuple(known.members),
            told=tuple(known.told),
            hits=tuple(
                (member.article, hit)
                for member in known.members
                for hit in known.hits.get(member.article, ())
            ),
        )

    def _schedule(self, decision: Decision) -> Decision:
        if not decision.tell:
            return decision
        rule = self.rules[decision.rule]
        return schedule(
            decision,
            rule.severity,
            self.channels[decision.target],
            zone=self._zone,
            room=None,
            digest=rule.digest,
            throttle=rule.throttle,
            last=self._last.get((decision.rule, decision.target)),
        )

    def _sweep(self, now: datetime) -> None:
        """Let go of stories that nothing has been added to for long, once a day."""
        self._began = self._began or now
        self._swept = self._swept or now
        if now - self._swept >= timedelta(days=1):
            self._swept = now
            old = [id_ for id_, known in self._stories.items() if now - known.last > KEPT]
            for id_ in old:
                del self._stories[id_]
