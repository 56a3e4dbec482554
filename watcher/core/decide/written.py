"""What is written down: the alert that decisions make, its deliveries, and what is told by them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from hashlib import blake2b

from watcher.core.decide.spikes import Spike
from watcher.core.decide.telling import Occasion, severity_of, subjects
from watcher.core.model import (
    Alert,
    AlertId,
    AlertKind,
    Channel,
    Decision,
    Delivery,
    DeliveryId,
    DeliveryState,
    Hold,
    Rule,
    Severity,
    Told,
)

_KIND_ORDER = (
    AlertKind.NEW,
    AlertKind.CHANGED_WORDS,
    AlertKind.VANISHED,
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
        severity=max((severity_of(occasion, rules[name]) for name in names), key=lambda s: s.rank),
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
    terms |= {hit.rule: subjects(hit) for hit in (*occasion.lost, *occasion.hits)}
    told = tuple(
        # Of what is gone from its page nothing may be found any more.
        Told(rule=d.rule, target=d.target, terms=terms.get(d.rule, frozenset()), at=now)
        for d in telling
    )
    return alert, deliveries, told


def escalations(
    alert: Alert,
    deliveries: Sequence[Delivery],
    rules: Iterable[Rule],
    channels: Mapping[str, Channel],
) -> tuple[Delivery, ...]:
    """Return what else goes out when nobody acknowledges a critical alert in time.

    It is written down with the alert, held until then, so that no crash can forget it; whoever
    acknowledges the alert before cancels it. A target that is told at once isn't told again.
    """
    if alert.severity is not Severity.CRITICAL:
        return ()
    # An edit goes to all who were told of the article, with the hour: it wakes nobody anew.
    later = alert.kind in {AlertKind.EDIT, AlertKind.VANISHED}
    told = {delivery.target for delivery in deliveries if delivery.hold is None or later}
    due: dict[str, tuple[datetime, list[str]]] = {}
    for rule in rules:
        if rule.escalate is None or rule.severity is not Severity.CRITICAL:
            continue
        at = alert.created + rule.escalate.after
        names = [name for name in rule.escalate.to if name in channels]
        for target in (target for name in names for target in channels[name].targets):
            first, known = due.get(target, (at, []))
            due[target] = (min(first, at), [*known, rule.name])
    return tuple(
        Delivery(
            id=DeliveryId(_digest("escalation", alert.id, target)),
            alert=alert.id,
            target=target,
            rules=tuple(names),
            state=DeliveryState.HELD,
            due=at,
            hold=Hold.ESCALATION,
        )
        for target, (at, names) in due.items()
        if target not in told
    )


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


def spike_alert(
    spike: Spike, targets: Iterable[str], *, day: date, now: datetime
) -> tuple[Alert, tuple[Delivery, ...]]:
    """Return the alert that a rule has unusually many stories on `day`; told once a day."""
    headline, body = spike.words()
    alert = Alert(
        id=AlertId(_digest("spike", spike.rule, day.isoformat())),
        kind=AlertKind.SPIKE,
        created=now,
        rules=(spike.rule,),
        headline=headline,
        body=body,
    )
    deliveries = tuple(
        Delivery(
            id=delivery_id(alert.id, target),
            alert=alert.id,
            target=target,
            rules=alert.rules,
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
