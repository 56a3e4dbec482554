"""What polls bring in articles: judged, stored, and put on its way to people.

The polls of one settlement are judged together, so that the store is asked once for all of them
and each table is written once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from watcher.core import identity, rhythm
from watcher.core.decide import (
    Occasion,
    decide,
    edited,
    escalations,
    outgoing,
    schedule,
    severity_of,
)
from watcher.core.model import (
    Alert,
    AlertId,
    AlertKind,
    Article,
    ArticleId,
    Decision,
    Delivery,
    DeliveryState,
    Document,
    Feed,
    FullText,
    Hit,
    Link,
    LinkKind,
    Mute,
    Rule,
    Story,
    StoryId,
    Told,
)
from watcher.store import Tx
from watcher.watch.desk import Desk
from watcher.watch.exhibits import Exhibits
from watcher.watch.memory import Memory
from watcher.watch.nouns import Placed, Polled, Tally

_LOOKED_AT = frozenset({AlertKind.NEW, AlertKind.CHANGED_WORDS, AlertKind.FOLLOW_UP})
"""Alerts after which the page of their article is looked at again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """The articles of one poll: what is new and what was edited, with the place of each."""

    poll: Polled
    found: identity.Sorted
    items: tuple[Placed, ...]


class News:
    """Judges the articles of some polls within one transaction.

    The index learns of them at once; `undo` has what makes it forget them, last step last, for
    when the transaction fails.
    """

    def __init__(self, tx: Tx, desk: Desk, memory: Memory, undo: list[Callable[[], None]]) -> None:
        self._tx = tx
        self._desk = desk
        self._memory = memory
        self._undo = undo
        self._exhibits = Exhibits(tx, desk)
        self._told: dict[StoryId, list[Told]] = {}
        self._planned: dict[str, int] = {}
        """Messages of the targets with a limit, as far as they were asked for."""
        self._last: dict[tuple[str, str], datetime | None] = {}
        """When a target was last told of a rule with a throttle, as far as it was asked for."""
        self._mutes: Sequence[Mute] = ()

    def settle(self, polls: Sequence[Polled], tally: Tally) -> list[Brought]:
        """Judge and store what the polls bring, and decide whom to tell.

        No two of them may bring the same article: none would know of the other's.
        """
        self._mutes = self._tx.mutes(max(poll.at for poll in polls))
        read = [(poll, poll.document) for poll in polls if poll.document and poll.document.entries]
        brought = [self._place_all(poll, found) for poll, found in self._sort_out(read)]
        self._store(brought)
        for one in brought:
            tally.items_new += len(one.found.new)
            links = [item.link.kind for item in one.items if item.changed is None]
            tally.stories_new += links.count(LinkKind.NEW)
            tally.copies += links.count(LinkKind.COPY)
        self._tell_all(brought, tally)
        self._exhibits.write()
        return brought

    # --- what is new -----------------------------------------------------------------------

    def _sort_out(
        self, read: Sequence[tuple[Polled, Document]]
    ) -> Iterable[tuple[Polled, identity.Sorted]]:
        asked = [
            (poll.state.feed.url, *identity.names(document.entries)) for poll, document in read
        ]
        known = self._tx.known_of(asked)
        for (poll, document), stored in zip(read, known, strict=True):
            yield (
                poll,
                identity.sort_out(
                    _named(poll.state.feed, document),
                    document.entries,
                    stored,
                    now=poll.at,
                    language=document.language,
                ),
            )

    def _place_all(self, poll: Polled, found: identity.Sorted) -> Brought:
        first = poll.state.first_read is None
        new = [self._place(article, poll.at, baseline=first) for article in found.new]
        edits = [self._place_edit(article, found.contents, poll.at) for article in found.changed]
        return Brought(poll=poll, found=found, items=(*new, *edits))

    def _place(self, article: Article, at: datetime, *, baseline: bool) -> Placed:
        link = self._memory.place(article, baseline=baseline)
        self._undo.append(partial(self._memory.index.discard, article.id))
        hits = self._desk.book.match(article, today=self._desk.today(at))
        if hits and self._desk.config.across_languages:
            link = self._place_abroad(article, link, hits)
        return Placed(article=article, link=link, hits=hits)

    def _place_abroad(self, article: Article, link: Link, hits: Sequence[Hit]) -> Link:
        """Find the story of a new article in another language, too."""
        memory = self._memory
        self._undo.append(partial(memory.abroad.discard, article.id))
        found = memory.abroad.place(self._tx, article, link, hits, self._desk.types)
        if found is not link and article.id in memory.index:
            memory.index.add(article, found)
        return found

    def _place_edit(
        self, article: Article, contents: Mapping[ArticleId, str], at: datetime
    ) -> Placed:
        """Keep a publisher's edit as a version of the article, and say what of it matters."""
        before, hits_before = self._tx.article(article.id), self._tx.hits(article.id)
        link = self._tx.link(article.id)
        if before is None or link is None:
            raise LookupError(f"a version of an article that is not stored: {article.id}")
        article = replace(article, seen=before.seen)
        feed = self._desk.feeds.get(article.feed)
        if feed is not None and feed.full_text is not FullText.NEVER and not article.text:
            # Its page could not be had this time, or was not needed: what it said is not unsaid.
            article = replace(article, text=before.text)
        today = self._desk.today(at)
        # What today's rules find in the old words, too, is no news: a changed rule does not fire
        # on the past.
        then = {hit.rule for hit in self._desk.book.match(before, today=today)}
        late = then - {hit.rule for hit in hits_before}
        matched = self._desk.book.match(article, today=today)
        hits = tuple(hit for hit in matched if hit.rule not in late)
        self._tx.add_versions([article], contents=contents, at=at)
        self._tx.add_hits(article.id, hits)
        if article.id in self._memory.index:
            self._memory.index.add(article, link)
            self._undo.append(partial(self._memory.index.add, before, link))
        if self._desk.config.across_languages:
            self._memory.abroad.edit(article, link, hits)
            self._undo.append(self._memory.abroad.forget)
        changed = edited(before, hits_before, article, hits)
        # What today's rules no longer find in the old words either was not the publisher's doing.
        now = {hit.rule for hit in matched}
        lost = tuple(hit for hit in hits_before if hit.rule in then - now)
        return Placed(article=article, link=link, hits=hits, changed=changed, lost=lost)

    def _store(self, brought: Sequence[Brought]) -> None:
        articles = [article for one in brought for article in one.found.new]
        contents: dict[ArticleId, str] = {}
        for one in brought:
            contents |= one.found.contents
        self._tx.add_articles(articles, contents=contents)
        for one in brought:
            new = [item for item in one.items if item.changed is None]
            self._tx.add_links([item.link for item in new])
            for item in new:
                if item.hits:
                    self._tx.add_hits(item.article.id, item.hits)

    # --- whom to tell ----------------------------------------------------------------------

    def _tell_all(self, brought: Sequence[Brought], tally: Tally) -> None:
        """Decide in the order in which the articles came; none counts before its turn."""
        items = [(one, item) for one in brought for item in one.items if self._concerns(item)]
        self._told = self._tx.told_of(item.link.story for _, item in items)
        if items:
            self._mutes = self._tx.mutes(min(one.poll.at for one, _ in items))
        self._exhibits.expect(
            item.article.id for one in brought for item in one.items if item.changed is not None
        )
        later = {item.article.id for one in brought for item in one.items if item.changed is None}
        for one in brought:
            for item in one.items:
                later.discard(item.article.id)
                tally.matches += len(item.hits)
                told = self._concerns(item) and self._tell(one, item, tally, later=later)
                self._exhibits.keep(one.poll, one.found, item, told or None)

    def _concerns(self, item: Placed) -> bool:
        """Tell whether any rule has a say in an article: its own, or one that counts outlets."""
        if item.hits or item.lost:
            return True
        return self._desk.waits and item.link.kind is not LinkKind.NEW

    def _tell(
        self, brought: Brought, item: Placed, tally: Tally, *, later: set[ArticleId]
    ) -> AlertId | None:
        """Decide about one article of a poll, and have its page looked at again if it is told."""
        # An edit that is taken back and made again is told again.
        at, words = brought.poll.at, brought.found.contents[item.article.id]
        version = words + ("" if item.changed is None else at.isoformat())
        baseline = item.changed is None and brought.poll.state.first_read is None
        alert = self._judge(item, at, version, tally, baseline=baseline, later=later)
        self._look_again(item, alert, brought.poll)
        return alert.id if alert is not None else None

    def edited_page(self, article: Article, at: datetime, tally: Tally) -> None:
        """Keep what the page of a known article says now as a version, and tell what of it matters.

        In its feed it is as it was.
        """
        item = self._place_edit(article, {}, at)
        self._ask_about(item.link.story, at)
        if self._concerns(item):
            version = rhythm.looks.text_mark(article.text) + at.isoformat()
            self._judge(item, at, version, tally, baseline=False, later=set())

    def vanished(self, article: Article, detail: str, at: datetime, tally: Tally) -> None:
        """Tell once that an article is gone from its page, to all who were told of it."""
        link = self._tx.link(article.id)
        if link is None:
            raise LookupError(f"an article without a story: {article.id}")
        self._ask_about(link.story, at)
        hits = self._tx.hits(article.id)
        item = Placed(article=article, link=link, hits=hits, changed=frozenset(), vanished=detail)
        self._judge(item, at, "vanished", tally, baseline=False, later=set())

    def _ask_about(self, story: StoryId, at: datetime) -> None:
        self._told = self._tx.told_of([story])
        self._mutes = self._tx.mutes(at)

    def _look_again(self, item: Placed, alert: Alert | None, poll: Polled) -> None:
        """Have the page of an article that was told looked at again for silent edits.

        Not at the first sight of a feed, which is told as one summary. Where the article's text was
        read from its page, it can be compared.
        """
        article = item.article
        pages = (p for p in poll.pages if p.url == article.url and p.text == article.text)
        page = next((page for page in pages if page.text), None)
        if item.changed is not None and page and (known := self._tx.recheck(article.id)):
            self._tx.save_recheck(rhythm.looks.read_anew(known, page))
        if alert is None or alert.kind not in _LOOKED_AT or alert.article is None:
            return
        if alert.article != article.id:  # told for a print that matched before it
            told_in = self._tx.article(alert.article)
            article, page = told_in or article, None
        feed = self._desk.feeds.get(article.feed)
        rules = [self._desk.rules[name] for name in alert.rules]
        if feed is not None and rhythm.looks.wanted(article, feed, rules):
            self._tx.add_recheck(rhythm.looks.first_look(article, page, now=poll.at))

    def _judge(
        self,
        item: Placed,
        at: datetime,
        version: str,
        tally: Tally,
        *,
        baseline: bool,
        later: set[ArticleId],
    ) -> Alert | None:
        """Decide about one article, and write down what is told, to whom, and why."""
        changed = item.changed
        edit = bool(changed or item.lost or item.vanished)
        occasion = Occasion(
            article=item.article,
            link=item.link,
            hits=item.hits,
            story=self._story(item.link.story, later),
            baseline=baseline,
            changed=changed,
            lost=item.lost,
            told_here=self._tx.told_about(item.article.id, at) if edit else frozenset(),
            vanished=bool(item.vanished),
        )
        decisions = decide(
            occasion, self._desk.rules, self._desk.channels, now=at, mutes=self._mutes
        )
        decisions = tuple(self._schedule(occasion, decision, at) for decision in decisions)
        alert, deliveries, told = outgoing(
            occasion, decisions, self._desk.rules, version=version, now=at
        )
        self._tx.add_decisions(item.article.id, decisions, at=at)
        if alert is not None:
            alert = replace(alert, body=item.vanished)
            rules = [self._desk.rules[name] for name in alert.rules]
            deliveries += escalations(alert, deliveries, rules, self._desk.channels)
            self._tx.add_alerts([alert])
            self._tx.add_deliveries(deliveries)
            self._tx.add_told(item.link.story, told)
            self._remember(item.link.story, told, deliveries)
            tally.alerts += 1
            tally.held += sum(d.state is DeliveryState.HELD for d in deliveries)
        return alert

    def _story(self, id_: StoryId, later: set[ArticleId]) -> Story:
        """Return a story without those of its members whose turn comes later.

        What was told is enough, unless a rule counts outlets: a story may have 1,500 copies.
        """
        story = self._tx.story(id_) if self._desk.waits else None
        if story is None:
            return Story(id=id_, told=tuple(self._told.get(id_, ())))
        return replace(
            story,
            members=tuple(one for one in story.members if one.article not in later),
            hits=tuple((article, hit) for article, hit in story.hits if article not in later),
        )

    def _schedule(self, occasion: Occasion, decision: Decision, at: datetime) -> Decision:
        if not decision.tell:
            return decision
        channel = self._desk.channel_of[decision.target]
        room = None
        if channel.limit is not None:
            target = decision.target
            if target not in self._planned:
                self._planned[target] = self._tx.planned_since(target, at - channel.limit.per)
            room = channel.limit.count - self._planned[target]
        rule = self._desk.rules[decision.rule]
        return schedule(
            decision,
            severity_of(occasion, rule),
            channel,
            zone=self._desk.zone,
            room=room,
            digest=rule.digest,
            throttle=rule.throttle,
            last=self._last_told(rule, decision.target),
        )

    def _last_told(self, rule: Rule, target: str) -> datetime | None:
        if rule.throttle is None:
            return None
        key = (rule.name, target)
        if key not in self._last:
            self._last[key] = self._tx.last_told(*key)
        return self._last[key]

    def _remember(
        self, story: StoryId, told: Iterable[Told], deliveries: Iterable[Delivery]
    ) -> None:
        """Count in what was just written, so that the store needn't be asked again."""
        for one in told:
            self._told.setdefault(story, []).append(one)
            last = self._last.get((one.rule, one.target))
            if (one.rule, one.target) in self._last:
                self._last[one.rule, one.target] = max(one.at, last or one.at)
        for delivery in deliveries:
            if delivery.target in self._planned and delivery.hold is None:
                self._planned[delivery.target] += 1


def _named(feed: Feed, document: Document) -> Feed:
    """Return the feed under the name it gives itself, where the user gave it none."""
    if feed.named or not document.title:
        return feed
    return replace(feed, name=rhythm.own_name(document))
