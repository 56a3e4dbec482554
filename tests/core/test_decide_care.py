"""Mutes, escalations, throttles, digests of a rule, and spikes."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.make import NOON, a_channel, a_hit, a_link, a_member, a_rule, a_story, an_article

from watcher.core import decide as d
from watcher.core.model import (
    AlertKind,
    Decision,
    DeliveryState,
    Digest,
    Escalation,
    Hold,
    Mute,
    MuteKind,
    Reason,
    Rule,
    Severity,
    Told,
)

ALMATY = ZoneInfo("Asia/Almaty")
MINUTE = timedelta(minutes=1)
CHANNELS = {name: a_channel(name) for name in ("desk", "director")}


def an_occasion(**more: Any) -> d.Occasion:
    plain: dict[str, Any] = {
        "article": an_article(feed="https://courier.example/rss"),
        "link": a_link(),
        "hits": (a_hit(),),
        "story": a_story(a_member()),
    }
    return d.Occasion(**(plain | more))


def decided(occasion: d.Occasion, *mutes: Mute, **rule: Any) -> Decision:
    one = a_rule(**rule)
    [decision] = d.decide(occasion, {one.name: one}, CHANNELS, now=NOON, mutes=mutes)
    return decision


# --- mutes ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "what"),
    [
        (MuteKind.RULE, "Atajurt"),
        (MuteKind.FEED, "https://courier.example/rss"),
        (MuteKind.STORY, "a1"),
    ],
)
def test_what_is_muted_is_not_told_and_the_reason_is_kept(kind: MuteKind, what: str) -> None:
    mute = Mute(kind=kind, what=what, since=NOON - MINUTE, until=NOON + MINUTE)

    decision = decided(an_occasion(), mute, severity=Severity.CRITICAL)

    assert (decision.tell, decision.reason) == (False, Reason.MUTED)


@pytest.mark.parametrize(
    "mute",
    [
        Mute(kind=MuteKind.RULE, what="Camps", since=NOON),
        Mute(kind=MuteKind.STORY, what="Atajurt", since=NOON),
        Mute(kind=MuteKind.RULE, what="Atajurt", since=NOON - MINUTE, until=NOON),
    ],
)
def test_a_mute_of_something_else_or_that_is_over_silences_nothing(mute: Mute) -> None:
    assert decided(an_occasion(), mute).tell


# --- escalation ----------------------------------------------------------------------------------


def escalated(severity: Severity, *, to: tuple[str, ...] = ("director",)) -> list[Any]:
    rule = a_rule(severity=severity, escalate=Escalation(after=15 * MINUTE, to=to))
    occasion = an_occasion()
    rules = {rule.name: rule}
    decisions = d.decide(occasion, rules, CHANNELS, now=NOON)
    alert, deliveries, _ = d.outgoing(occasion, decisions, rules, version="1", now=NOON)
    assert alert is not None
    return list(d.escalations(alert, deliveries, [rule], CHANNELS))


def test_a_critical_alert_is_escalated_when_nobody_acknowledges_it_in_time() -> None:
    [delivery] = escalated(Severity.CRITICAL)

    assert (delivery.target, delivery.rules) == ("director", ("Atajurt",))
    assert (delivery.state, delivery.hold) == (DeliveryState.HELD, Hold.ESCALATION)
    assert delivery.due == NOON + 15 * MINUTE


def test_what_is_not_critical_is_not_escalated() -> None:
    assert escalated(Severity.HIGH) == []


def test_who_is_told_at_once_is_not_told_again() -> None:
    assert [one.target for one in escalated(Severity.CRITICAL, to=("desk", "director"))] == [
        "director"
    ]


def test_an_escalation_is_another_delivery_than_the_alert_itself() -> None:
    [delivery] = escalated(Severity.CRITICAL)

    assert delivery.id != d.delivery_id(delivery.alert, "director")


# --- throttle, digest, edits ---------------------------------------------------------------------


def scheduled(decision: Decision, severity: Severity = Severity.NORMAL, **more: Any) -> Decision:
    return d.schedule(decision, severity, CHANNELS["desk"], zone=ALMATY, room=None, **more)


def test_the_first_alert_of_a_throttled_rule_goes_at_once_and_the_next_ones_together() -> None:
    decision = decided(an_occasion())
    first = scheduled(decision, throttle=30 * MINUTE, last=None)
    second = scheduled(decision, throttle=30 * MINUTE, last=NOON - 10 * MINUTE)
    later = scheduled(decision, throttle=30 * MINUTE, last=NOON - 30 * MINUTE)

    assert (first.due, first.hold) == (NOON, None)
    assert (second.due, second.hold) == (datetime.fromisoformat("2026-03-10T12:30Z"), Hold.THROTTLE)
    assert (later.due, later.hold) == (NOON, None)


def test_critical_passes_a_throttle_and_the_digest_of_its_rule() -> None:
    decision = decided(an_occasion())
    digest = Digest(at=(NOON.time(),))

    critical = scheduled(
        decision, Severity.CRITICAL, throttle=30 * MINUTE, last=NOON - MINUTE, digest=digest
    )

    assert (critical.due, critical.hold) == (NOON, None)


def test_the_digest_of_a_rule_holds_where_its_channel_has_none() -> None:
    digest = Digest(at=(datetime.fromisoformat("2026-03-10T08:00").time(),))

    held = scheduled(decided(an_occasion()), digest=digest)

    assert held.hold is Hold.DIGEST
    assert held.due == datetime.fromisoformat("2026-03-11T08:00+05:00")


@given(
    last=st.one_of(st.none(), st.integers(0, 600).map(lambda n: NOON - n * MINUTE)),
    minutes=st.integers(1, 600),
)
def test_a_throttle_never_drops_and_holds_no_longer_than_itself(
    last: datetime | None, minutes: int
) -> None:
    held = scheduled(decided(an_occasion()), throttle=minutes * MINUTE, last=last)

    assert held.tell
    assert held.due is not None
    assert NOON <= held.due <= NOON + minutes * MINUTE


def edit(rule: Rule) -> Decision:
    told = Told(rule="Atajurt", target="desk", terms=frozenset(), at=NOON - 60 * MINUTE)
    occasion = an_occasion(
        story=a_story(a_member(), told=(told,)),
        changed=frozenset({"Atajurt"}),
        told_here=frozenset({("Atajurt", "desk")}),
    )
    [decision] = d.decide(occasion, {rule.name: rule}, CHANNELS, now=NOON)
    return decision


def test_an_edit_is_told_unless_the_rule_wants_none() -> None:
    assert edit(a_rule()).kind is AlertKind.EDIT
    assert edit(a_rule(edits=False)).reason is Reason.EDITS_OFF


# --- spikes --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("today", "before", "found"),
    [
        (14, [2] * 28, True),
        (14, [2] * 6, False),  # a week is the least that is held against
        (6, [2] * 28, False),  # three times the median is no spike yet
        (4, [0] * 28, False),  # four stories are no spike, however quiet it was
        (5, [0] * 28, True),
        (14, [0, 0, 0, 90, 90, 90, 90], False),
    ],
)
def test_a_spike_is_a_day_that_stands_out_of_its_own_weeks(
    today: int, before: list[int], *, found: bool
) -> None:
    assert (d.spike_of("Xinjiang", today, before) is not None) is found


def test_a_spike_is_told_in_plain_words_once_a_day() -> None:
    spike = d.Spike(rule="Xinjiang", today=14, median=2)
    day = NOON.date()

    alert, [delivery] = d.spike_alert(spike, ["desk", "desk"], day=day, now=NOON)
    again, _ = d.spike_alert(
        d.Spike(rule="Xinjiang", today=15, median=2), ["desk"], day=day, now=NOON + MINUTE
    )

    assert alert.headline == "Xinjiang: 14 stories today against a median of 2"
    assert (delivery.target, delivery.rules) == ("desk", ("Xinjiang",))
    assert alert.id == again.id
