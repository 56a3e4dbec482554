"""Whether to tell: a decision for each rule that holds and each target it names, and why."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from watcher.core.model import (
    AlertKind,
    Article,
    ArticleId,
    AtLeast,
    Channel,
    Decision,
    FollowUps,
    Hit,
    Hold,
    Link,
    LinkKind,
    Mute,
    MuteKind,
    Reason,
    Rule,
    Severity,
    Story,
)

FOLLOW_UP_SLOT = timedelta(hours=1)
SUMMARY_WAIT = timedelta(seconds=45)
"""How long the summary of first sights waits for other feeds that are read for the first time."""
SENTENCE_ENDS = ".!?…。！？؟\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """An article at the moment it is decided about.

    `story` already counts the article among its members. `baseline` says that its feed is read
    for the first time; `changed` holds, for a new version of a known article, the rules whose
    matched sentence is no longer what it was (None for an article that is new), and `lost` what was
    found in its earlier words by rules that find nothing any more. `told_here` are the rules and
    targets that were told of this very article, not of another print of its story. `vanished`: its
    page is gone, which is all there is to tell.
    """

    article: Article
    link: Link
    hits: tuple[Hit, ...]
    story: Story
    baseline: bool = False
    changed: frozenset[str] | None = None
    lost: tuple[Hit, ...] = ()
    told_here: frozenset[tuple[str, str]] = frozenset()
    vanished: bool = False


def decide(
    occasion: Occasion,
    rules: Mapping[str, Rule],
    channels: Mapping[str, Channel],
    *,
    now: datetime,
    mutes: Iterable[Mute] = (),
) -> tuple[Decision, ...]:
    """Return one decision per rule that has a say in this article and per target it names."""
    decisions: list[Decision] = []
    known = {target for channel in channels.values() for target in channel.targets}
    named = {(name, target) for name in rules for target in known}
    muted = {(mute.kind, mute.what) for mute in mutes if mute.until is None or now < mute.until}
    if occasion.vanished:
        pairs = [(rules[name], target) for name, target in sorted(occasion.told_here & named)]
        return tuple(_gone(occasion, rule, target, muted, now=now) for rule, target in pairs)
    for hit, matched_in in _with_say(occasion, rules):
        rule = rules[hit.rule]
        targets = [t for name in rule.notify if name in channels for t in channels[name].targets]
        for target in dict.fromkeys(targets):
            if _is_muted(occasion, rule, muted):
                say = _Say(rule=rule.name, target=target, now=now)
                decisions.append(say.nothing(Reason.MUTED))
                continue
            decision = _decide(occasion, rule, hit, target, now=now)
            if matched_in != occasion.article.id:
                decision = replace(decision, matched_in=matched_in)
            decisions.append(decision)
        if not targets:
            decisions.append(
                Decision(rule=rule.name, target="", tell=False, reason=Reason.NO_CHANNEL)
            )
    lost = {hit.rule for hit in occasion.lost}
    for name, target in sorted(occasion.told_here & named):
        if name in lost:
            decisions.append(_gone(occasion, rules[name], target, muted, now=now))
    return tuple(decisions)


def _gone(
    occasion: Occasion,
    rule: Rule,
    target: str,
    muted: Collection[tuple[MuteKind, str]],
    *,
    now: datetime,
) -> Decision:
    """Decide about words that were told of this article and are no longer in it, or gone with it.

    It goes to all who were told, escalations included: they may be acting on those words.
    """
    say = _Say(rule=rule.name, target=target, now=now)
    if _is_muted(occasion, rule, muted):
        return say.nothing(Reason.MUTED)
    if not rule.edits:
        return say.nothing(Reason.EDITS_OFF)
    if occasion.vanished:
        # At once, and in one message where a whole site is gone.
        return say.tell(AlertKind.VANISHED, Reason.VANISHED, now, Hold.FOLLOW_UPS)
    first = min((t.at for t in occasion.story.told if t.rule == rule.name), default=now)
    return say.tell(AlertKind.EDIT, Reason.UNSAID, _slot_end(first, now), Hold.FOLLOW_UPS)


def _is_muted(occasion: Occasion, rule: Rule, muted: Collection[tuple[MuteKind, str]]) -> bool:
    return bool(muted) and (
        (MuteKind.RULE, rule.name) in muted
        or (MuteKind.FEED, occasion.article.feed) in muted
        or (MuteKind.STORY, str(occasion.story.id)) in muted
    )


def _with_say(occasion: Occasion, rules: Mapping[str, Rule]) -> Iterable[tuple[Hit, ArticleId]]:
    """Yield the article's own hits, then those of earlier members whose rule still waits.

    A rule with `at_least` may have matched the first print only; the print that makes up the
    number need not match by itself.
    """
    own = {hit.rule for hit in occasion.hits}
    for hit in occasion.hits:
        if hit.rule in rules:
            yield hit, occasion.article.id
    told = {told.rule for told in occasion.story.told}
    seen: set[str] = set()
    for article, hit in occasion.story.hits:
        rule = rules.get(hit.rule)
        if rule is None or hit.rule in own | told | seen or rule.at_least == AtLeast():
            continue
        seen.add(hit.rule)
        yield hit, article


def _decide(occasion: Occasion, rule: Rule, hit: Hit, target: str, *, now: datetime) -> Decision:
    told = [t for t in occasion.story.told if t.rule == rule.name and t.target == target]
    say = _Say(rule=rule.name, target=target, now=now)
    fresh = not told or not subjects(hit) <= frozenset[str]().union(*(t.terms for t in told))
    waits = rule.at_least != AtLeast()
    if not told and waits and not enough(rule.at_least, occasion.story, now=now):
        return say.nothing(Reason.TOO_FEW)
    if fresh and occasion.baseline:
        return say.tell(AlertKind.BASELINE, Reason.BASELINE, now + SUMMARY_WAIT, Hold.BASELINE)
    if not told:
        reached = rule.at_least != AtLeast()
        return say.tell(AlertKind.NEW, Reason.REACHED if reached else Reason.NEW_STORY)
    if fresh:
        return say.tell(AlertKind.CHANGED_WORDS, Reason.NEW_WORDS)
    first = min(t.at for t in told)
    # A copy that nobody was told of may be edited in silence: its story is told by another print.
    told_here = (rule.name, target) in occasion.told_here
    if occasion.changed is not None and rule.name in occasion.changed and told_here:
        if not rule.edits:
            return say.nothing(Reason.EDITS_OFF)
        return say.tell(AlertKind.EDIT, Reason.EDITED, _slot_end(first, now), Hold.FOLLOW_UPS)
    report = occasion.link.kind is LinkKind.REPORT and occasion.changed is None
    if not report or occasion.baseline:
        return say.nothing(Reason.FOLDED)
    return _follow_up(rule, say, first=first)


def _follow_up(rule: Rule, say: _Say, *, first: datetime) -> Decision:
    match rule.follow_ups:
        case FollowUps.OFF:
            return say.nothing(Reason.FOLLOW_UPS_OFF)
        case FollowUps.NOW:
            return say.tell(AlertKind.FOLLOW_UP, Reason.FOLLOW_UP)
        case FollowUps.DIGEST:
            return say.tell(AlertKind.FOLLOW_UP, Reason.FOLLOW_UP, hold=Hold.DIGEST)
        case FollowUps.HOURLY:
            slot = _slot_end(first, say.now)
            return say.tell(AlertKind.FOLLOW_UP, Reason.FOLLOW_UP, slot, Hold.FOLLOW_UPS)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Say:
    """The two things that can be said of a rule and a target."""

    rule: str
    target: str
    now: datetime

    def tell(
        self,
        kind: AlertKind,
        reason: Reason,
        due: datetime | None = None,
        hold: Hold | None = None,
    ) -> Decision:
        return Decision(
            rule=self.rule,
            target=self.target,
            tell=True,
            reason=reason,
            kind=kind,
            due=due or self.now,
            hold=hold,
        )

    def nothing(self, reason: Reason) -> Decision:
        return Decision(rule=self.rule, target=self.target, tell=False, reason=reason)


def subjects(hit: Hit) -> frozenset[str]:
    """Return the entities a hit is about.

    Plain words are left out: a rule lists synonyms (detained, arrested, held), and a copy under
    another headline that uses the next of them is no news.
    """
    return frozenset(match.entity for match in hit.matches if match.entity)


def edited(
    before: Article, hits_before: Sequence[Hit], after: Article, hits: Sequence[Hit]
) -> frozenset[str]:
    """Return the rules whose matched sentences are not what they were, or are there again."""
    then = {hit.rule: _sentences(before, hit) for hit in hits_before}
    return frozenset(hit.rule for hit in hits if _sentences(after, hit) != then.get(hit.rule))


def _sentences(article: Article, hit: Hit) -> frozenset[str]:
    """Return the sentences that the matches of `hit` stand in, with whitespace made one."""
    found = set()
    for match in hit.matches:
        text = article.field_text(match.field)
        start = max(text.rfind(end, 0, match.start) for end in SENTENCE_ENDS) + 1
        ends = [at for end in SENTENCE_ENDS if (at := text.find(end, match.end)) >= 0]
        found.add(" ".join(text[start : min(ends, default=len(text))].split()))
    return frozenset(found)


def reads_otherwise(article: Article, hits: Sequence[Hit], text: str) -> bool:
    """Return whether `text`, as the page has it now, lacks a sentence that matched.

    What is around the article on its page changes all the time, so only these sentences count. A
    page that shows less than half of what it did (a wall, a teaser) is evidence of nothing.
    """
    if 2 * len(text) < len(article.text):
        return False
    now = " ".join(text.split())
    inside = (
        replace(hit, matches=tuple(one for one in hit.matches if one.field == "text"))
        for hit in hits
    )
    return any(sentence not in now for hit in inside for sentence in _sentences(article, hit))


def enough(at_least: AtLeast, story: Story, *, now: datetime) -> bool:
    """Return whether enough outlets, and enough independent texts, have the story.

    Five prints of one wire text are five outlets and one origin: copies are no origins.
    """
    members = [
        m for m in story.members if at_least.within is None or now - m.seen <= at_least.within
    ]
    outlets = len({m.outlet for m in members})
    origins = len({m.outlet for m in members if m.kind is not LinkKind.COPY})
    return outlets >= at_least.outlets and origins >= at_least.origins


def _slot_end(first: datetime, now: datetime) -> datetime:
    """Return the end of the hour, counted from the first alert of the story, that `now` lies in."""
    passed = (now - first) // FOLLOW_UP_SLOT
    return first + (passed + 1) * FOLLOW_UP_SLOT


def severity_of(occasion: Occasion, rule: Rule) -> Severity:
    """Return how much a rule matters here, by the surest of what it found in the story."""
    hits = (*occasion.hits, *occasion.lost, *(hit for _, hit in occasion.story.hits))
    mine = [hit.severity(rule.severity) for hit in hits if hit.rule == rule.name]
    return max(mine, key=lambda severity: severity.rank, default=rule.severity)
