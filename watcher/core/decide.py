"""Whether to tell, whom, when, and the reason.

Everything here is a function of values: the story so far, the rules, the channels and the time.
The same functions decide live, in tests, and when history is replayed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo
from hashlib import blake2b

from watcher.core.model import (
    Alert,
    AlertId,
    AlertKind,
    Article,
    ArticleId,
    AtLeast,
    Channel,
    Decision,
    Delivery,
    DeliveryId,
    DeliveryState,
    Digest,
    FollowUps,
    Hit,
    Hold,
    Link,
    LinkKind,
    Outcome,
    Quiet,
    Reason,
    Rule,
    Sent,
    Severity,
    Story,
    Told,
)

RETRY_FIRST = timedelta(seconds=5)
RETRY_CAP = timedelta(minutes=30)
RETRY_FOR = 120
"""Tries before a delivery that keeps failing is parked: about two and a half days."""
REPEAT_FOR = 3
"""Tries whose outcome stayed unknown before we stop repeating what may have arrived each time."""
LONGEST_WAIT = timedelta(hours=24)
"""More than this no target is left alone, whatever it asks for."""
FOLLOW_UP_SLOT = timedelta(hours=1)
SUMMARY_WAIT = timedelta(seconds=45)
"""How long the summary of first sights waits for other feeds that are read for the first time."""
SENTENCE_ENDS = ".!?…。！？؟\n"
_DEFAULT_DIGEST = Digest(at=(datetime(2000, 1, 1, 8, tzinfo=UTC).time(),))


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """An article at the moment it is decided about.

    `story` already counts the article among its members. `baseline` says that its feed is read
    for the first time; `changed` holds, for a new version of a known article, the rules whose
    matched sentence is no longer what it was (None for an article that is new).
    """

    article: Article
    link: Link
    hits: tuple[Hit, ...]
    story: Story
    baseline: bool = False
    changed: frozenset[str] | None = None


def decide(
    occasion: Occasion, rules: Mapping[str, Rule], channels: Mapping[str, Channel], *, now: datetime
) -> tuple[Decision, ...]:
    """Return one decision per rule that has a say in this article and per target it names."""
    decisions: list[Decision] = []
    for hit, matched_in in _with_say(occasion, rules):
        rule = rules[hit.rule]
        targets = [t for name in rule.notify if name in channels for t in channels[name].targets]
        for target in dict.fromkeys(targets):
            decision = _decide(occasion, rule, hit, target, now=now)
            if matched_in != occasion.article.id:
                decision = replace(decision, matched_in=matched_in)
            decisions.append(decision)
        if not targets:
            decisions.append(
                Decision(rule=rule.name, target="", tell=False, reason=Reason.NO_CHANNEL)
            )
    return tuple(decisions)


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
    if occasion.changed is not None and rule.name in occasion.changed:
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
    """Return the rules whose matched sentences are no longer what they were."""
    then = {hit.rule: _sentences(before, hit) for hit in hits_before}
    return frozenset(
        hit.rule for hit in hits if hit.rule in then and _sentences(after, hit) != then[hit.rule]
    )


def _sentences(article: Article, hit: Hit) -> frozenset[str]:
    """Return the sentences that the matches of `hit` stand in, with whitespace made one."""
    found = set()
    for match in hit.matches:
        text = article.field_text(match.field)
        start = max(text.rfind(end, 0, match.start) for end in SENTENCE_ENDS) + 1
        ends = [at for end in SENTENCE_ENDS if (at := text.find(end, match.end)) >= 0]
        found.add(" ".join(text[start : min(ends, default=len(text))].split()))
    return frozenset(found)


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


# --- when ----------------------------------------------------------------------------------------


def schedule(
    decision: Decision,
    severity: Severity,
    channel: Channel,
    *,
    zone: tzinfo,
    room: int | None,
) -> Decision:
    """Return the decision with the channel's wishes kept: digest, quiet hours, limit.

    They hold and group, they never drop; `critical` passes all of them. `room` is how many more
    messages the channel's limit allows now (None: no limit).
    """
    if not decision.tell or decision.due is None or severity is Severity.CRITICAL:
        return decision
    due, hold = decision.due, decision.hold
    if channel.digest is not None:
        return replace(decision, due=next_digest(channel.digest, due, zone), hold=Hold.DIGEST)
    if hold is Hold.DIGEST:
        due = next_digest(_DEFAULT_DIGEST, due, zone)
    # The last message of a limit is kept for the grouped one, so that both fit in it.
    if channel.limit is not None and room is not None and hold in {None, Hold.FOLLOW_UPS}:
        kept = 1 if channel.limit.count > 1 else 0
        if room <= kept:
            due, hold = _slot_after(due, channel.limit.per), Hold.LIMIT
    if channel.quiet is not None and (end := quiet_until(channel.quiet, due, zone)) is not None:
        due, hold = end, hold or Hold.QUIET
    return replace(decision, due=due, hold=hold)


def _slot_after(now: datetime, per: timedelta) -> datetime:
    """Return the next whole multiple of `per` since 1970: what is held by then goes together."""
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    return epoch + ((now - epoch) // per + 1) * per


def quiet_until(quiet: Quiet, at: datetime, zone: tzinfo) -> datetime | None:
    """Return the end of the quiet hours that `at` lies in, or None. Hours may pass midnight."""
    local = at.astimezone(zone)
    clock = local.time()
    if quiet.start <= quiet.end:
        inside = quiet.start <= clock < quiet.end
    else:
        inside = clock >= quiet.start or clock < quiet.end
    if not inside:
        return None
    days = 1 if quiet.start > quiet.end and clock >= quiet.start else 0
    end = datetime.combine(local.date() + timedelta(days=days), quiet.end, tzinfo=zone)
    return end.astimezone(UTC)


def next_digest(digest: Digest, after: datetime, zone: tzinfo) -> datetime:
    """Return the first time of the digest after `after`, on the user's clock, DST included."""
    local = after.astimezone(zone)
    for days in range(9):
        day = local.date() + timedelta(days=days)
        if digest.weekdays and day.weekday() not in digest.weekdays:
            continue
        for at in sorted(digest.at):
            due = datetime.combine(day, at, tzinfo=zone).astimezone(UTC)
            if due > after:
                return due
    raise AssertionError("a digest has at least one time in nine days")


# --- what is written down ------------------------------------------------------------------------

_KIND_ORDER = (
    AlertKind.NEW,
    AlertKind.CHANGED_WORDS,
    AlertKind.EDIT,
    AlertKind.FOLLOW_UP,
    AlertKind.BASELINE,
)


def outgoing(
    occasion: Occasion,
    decisions: Sequence[Decision],
    rules: Mapping[str, Rule],
    *,
    version: str,
    now: datetime,
) -> tuple[Alert | None, tuple[Delivery, ...], tuple[Told, ...]]:
    """Return the alert that the decisions make, its deliveries, and what is told by them.

    Several rules with one target become one delivery that names all of them: it goes when the
    first of them would. `version` (the content hash) keeps a second alert about a later version
    of the same article apart from the first.
    """
    telling = [d for d in decisions if d.tell and d.due is not None]
    if not telling:
        return None, (), ()
    kind = min((d.kind for d in telling), key=_KIND_ORDER.index)
    names = tuple(dict.fromkeys(d.rule for d in telling))
    told_in = [d.matched_in or occasion.article.id for d in telling]
    article = occasion.article.id if occasion.article.id in told_in else told_in[0]
    alert = Alert(
        id=AlertId(_digest("alert", kind.value, occasion.article.id, version, *names)),
        kind=kind,
        created=now,
        severity=max((rules[name].severity for name in names), key=lambda s: s.rank),
        rules=names,
        story=occasion.story.id,
        article=article,
        headline=occasion.article.title,
    )
    deliveries = tuple(
        _delivery(alert, target, [d for d in telling if d.target == target])
        for target in dict.fromkeys(d.target for d in telling)
    )
    terms = {hit.rule: subjects(hit) for _, hit in reversed(occasion.story.hits)}
    terms |= {hit.rule: subjects(hit) for hit in occasion.hits}
    told = tuple(Told(rule=d.rule, target=d.target, terms=terms[d.rule], at=now) for d in telling)
    return alert, deliveries, told


def _delivery(alert: Alert, target: str, decisions: Sequence[Decision]) -> Delivery:
    first = min(decisions, key=lambda d: (d.hold is not None, d.due or alert.created))
    return Delivery(
        id=delivery_id(alert.id, target),
        alert=alert.id,
        target=target,
        rules=tuple(d.rule for d in decisions),
        state=DeliveryState.HELD if first.hold else DeliveryState.DUE,
        due=first.due or alert.created,
        hold=first.hold,
    )


def notice(
    headline: str, body: str, *, targets: Iterable[str], occasion: str, now: datetime
) -> tuple[Alert, tuple[Delivery, ...]]:
    """Return a message about the watcher itself, for the health channels.

    `occasion` names what happened: the same occasion makes the same alert, and is told once.
    """
    alert = Alert(
        id=AlertId(_digest("health", occasion)),
        kind=AlertKind.HEALTH,
        created=now,
        headline=headline,
        body=body,
    )
    deliveries = tuple(
        Delivery(
            id=delivery_id(alert.id, target),
            alert=alert.id,
            target=target,
            rules=(),
            state=DeliveryState.DUE,
            due=now,
        )
        for target in dict.fromkeys(targets)
    )
    return alert, deliveries


def delivery_id(alert: AlertId, target: str) -> DeliveryId:
    """Return the id, and first idempotency key, of the way of one alert to one target."""
    return DeliveryId(_digest("delivery", alert, target))


def _digest(*parts: str) -> str:
    return blake2b("\0".join(parts).encode("utf-8", "replace"), digest_size=8).hexdigest()


# --- trying again --------------------------------------------------------------------------------


def retry(
    outcome: Outcome, attempts: int, *, repeat: bool, now: datetime, jitter: float
) -> tuple[DeliveryState, datetime | None]:
    """Return the state after a try, and when to try again (None: not by itself).

    `attempts` counts the tries made, this one included; `repeat` says that one before may have
    arrived. What the target asked for (Retry-After)
    is a lower bound. A refusal for good is parked for a person; so is what has failed for days,
    and what may have arrived three times.
    """
    if outcome.sent is Sent.OK:
        return DeliveryState.SENT, None
    if outcome.sent is Sent.REFUSED:
        return DeliveryState.PARKED, None
    doubtful = outcome.sent is Sent.UNKNOWN and repeat
    if attempts >= (REPEAT_FOR if doubtful else RETRY_FOR):
        return DeliveryState.PARKED, None
    wait = min(RETRY_CAP, RETRY_FIRST * 2 ** min(attempts - 1, 20)) * (1 + jitter / 4)
    if outcome.retry_after is not None:
        wait = max(wait, min(outcome.retry_after, LONGEST_WAIT))
    state = DeliveryState.UNKNOWN if outcome.sent is Sent.UNKNOWN else DeliveryState.DUE
    return state, now + wait
