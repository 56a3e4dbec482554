"""Whether to tell, whom, when."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.make import (
    NOON,
    a_channel,
    a_hit,
    a_link,
    a_member,
    a_rule,
    a_story,
    an_article,
)
from support.telling import a_telling

from watcher.core import decide as d
from watcher.core.model import (
    AlertKind,
    AtLeast,
    Channel,
    Decision,
    DeliveryState,
    Digest,
    Escalation,
    FollowUps,
    Hit,
    Hold,
    Limit,
    LinkKind,
    Outcome,
    Quiet,
    Reason,
    Rule,
    Sent,
    Severity,
    Telling,
    Told,
    Version,
)

HOUR = timedelta(hours=1)
ALMATY = ZoneInfo("Asia/Almaty")
HERE = frozenset({("Atajurt", "desk")})
TOLD = Told(rule="Atajurt", target="desk", terms=frozenset({"activist"}), at=NOON - HOUR / 2)


def an_occasion(**more: Any) -> d.Occasion:
    plain: dict[str, Any] = {
        "article": an_article(),
        "link": a_link(),
        "hits": (a_hit(),),
        "story": a_story(a_member()),
    }
    return d.Occasion(**(plain | more))


def decide_one(occasion: d.Occasion, rule: Rule | None = None) -> Decision:
    rule = rule or a_rule()
    [decision] = d.decide(occasion, {rule.name: rule}, {"desk": a_channel()}, now=NOON)
    return decision


def test_the_first_article_of_a_story_is_told() -> None:
    decision = decide_one(an_occasion())

    assert (decision.tell, decision.kind, decision.due) == (True, AlertKind.NEW, NOON)


def test_a_copy_of_what_was_told_is_folded() -> None:
    decision = decide_one(
        an_occasion(link=a_link("a2", LinkKind.COPY), story=a_story(a_member(), told=(TOLD,)))
    )

    assert (decision.tell, decision.reason) == (False, Reason.FOLDED)


def test_a_copy_that_matches_other_words_still_alerts() -> None:
    decision = decide_one(
        an_occasion(
            link=a_link("a2", LinkKind.COPY),
            hits=(a_hit(entity="serikzhan-bilash"),),
            story=a_story(a_member(), told=(TOLD,)),
        )
    )

    assert (decision.tell, decision.kind) == (True, AlertKind.CHANGED_WORDS)


@pytest.mark.parametrize(
    ("wish", "due", "hold"),
    [
        (FollowUps.NOW, NOON, None),
        (FollowUps.HOURLY, NOON + HOUR / 2, Hold.FOLLOW_UPS),
        (FollowUps.DIGEST, NOON, Hold.DIGEST),
    ],
)
def test_a_report_is_a_follow_up_at_the_time_the_rule_wants(
    wish: FollowUps, due: datetime, hold: Hold | None
) -> None:
    occasion = an_occasion(
        link=a_link("a2", LinkKind.REPORT), story=a_story(a_member(), told=(TOLD,))
    )

    decision = decide_one(occasion, a_rule(follow_ups=wish))

    assert (decision.kind, decision.due, decision.hold) == (AlertKind.FOLLOW_UP, due, hold)


def test_no_follow_ups_where_the_rule_wants_none() -> None:
    occasion = an_occasion(
        link=a_link("a2", LinkKind.REPORT), story=a_story(a_member(), told=(TOLD,))
    )

    assert decide_one(occasion, a_rule(follow_ups=FollowUps.OFF)).reason is Reason.FOLLOW_UPS_OFF


def test_the_first_sight_of_a_feed_goes_into_one_summary() -> None:
    decision = decide_one(an_occasion(baseline=True))

    assert (decision.tell, decision.kind, decision.hold) == (
        True,
        AlertKind.BASELINE,
        Hold.BASELINE,
    )


def test_a_rule_waits_for_outlets_and_is_told_by_a_print_that_does_not_match_itself() -> None:
    rule = a_rule(at_least=AtLeast(outlets=2))
    first = an_occasion()
    second = an_occasion(
        article=an_article("Man held", id="a2"),
        link=a_link("a2", LinkKind.COPY),
        hits=(),
        story=a_story(
            a_member(),
            a_member("a2", "Herald", kind=LinkKind.COPY),
            hits=((first.article.id, a_hit()),),
        ),
    )

    assert decide_one(first, rule).reason is Reason.TOO_FEW
    reached = decide_one(second, rule)
    assert (reached.tell, reached.reason, reached.matched_in) == (True, Reason.REACHED, "a1")
    alert, _, _ = d.outgoing(second, [reached], {rule.name: rule}, version="v", now=NOON)
    assert alert is not None
    assert alert.article == "a1"


def test_five_prints_of_one_wire_text_are_one_origin() -> None:
    prints = [a_member(f"a{n}", f"Outlet {n}", kind=LinkKind.COPY) for n in range(2, 6)]
    story = a_story(a_member(), *prints)

    assert d.enough(AtLeast(outlets=5), story, now=NOON)
    assert not d.enough(AtLeast(origins=2), story, now=NOON)


def test_prints_before_the_time_do_not_count() -> None:
    story = a_story(a_member(seen=NOON - 9 * HOUR), a_member("a2", "Herald"))

    assert not d.enough(AtLeast(outlets=2, within=6 * HOUR), story, now=NOON)


def test_several_rules_with_one_target_make_one_delivery() -> None:
    rules = {name: a_rule(name, notify=("desk", "chat")) for name in ("Atajurt", "Xinjiang")}
    channels = {"desk": a_channel(), "chat": a_channel("chat")}
    occasion = an_occasion(hits=(a_hit("Atajurt"), a_hit("Xinjiang")))

    decisions = d.decide(occasion, rules, channels, now=NOON)
    alert, deliveries, told = d.outgoing(occasion, decisions, rules, version="v", now=NOON)

    assert alert is not None
    assert alert.rules == ("Atajurt", "Xinjiang")
    assert [(x.target, x.rules) for x in deliveries] == [
        ("desk", ("Atajurt", "Xinjiang")),
        ("chat", ("Atajurt", "Xinjiang")),
    ]
    assert len(told) == 4


def test_an_edit_of_the_matched_sentence_is_told_with_the_hour() -> None:
    before = an_article("Police hold an activist. Rain is expected.")
    after = an_article("Police free an activist. Rain is expected.")
    other = an_article("Police hold an activist. Snow is expected.")

    assert d.edited(before, (a_hit(),), after, (a_hit(),)) == {"Atajurt"}
    assert d.edited(before, (a_hit(),), other, (a_hit(),)) == frozenset()
    decision = decide_one(
        an_occasion(
            changed=frozenset({"Atajurt"}),
            story=a_story(a_member(), told=(TOLD,)),
            told_here=HERE,
        )
    )
    assert (decision.kind, decision.hold) == (AlertKind.EDIT, Hold.FOLLOW_UPS)


def test_words_that_are_there_again_count_as_an_edit() -> None:
    without = an_article("Police hold a man")

    assert d.edited(without, (), an_article(), (a_hit(),)) == {"Atajurt"}


def test_an_edit_of_a_copy_that_nobody_was_told_of_is_not_told() -> None:
    decision = decide_one(
        an_occasion(
            link=a_link("a2", LinkKind.COPY),
            changed=frozenset({"Atajurt"}),
            story=a_story(a_member(), told=(TOLD,)),
        )
    )

    assert (decision.tell, decision.reason) == (False, Reason.FOLDED)


def unsaid(rule: Rule, **more: Any) -> list[Decision]:
    plain = {"hits": (), "lost": (a_hit(),), "told_here": HERE, "changed": frozenset[str]()}
    occasion = an_occasion(story=a_story(a_member(), told=(TOLD,)), **(plain | more))
    mutes = more.pop("mutes", ())
    return list(d.decide(occasion, {rule.name: rule}, {"desk": a_channel()}, now=NOON, mutes=mutes))


def test_words_that_an_edit_took_out_are_told_to_whoever_was_told_of_them() -> None:
    [decision] = unsaid(a_rule())

    assert (decision.kind, decision.reason) == (AlertKind.EDIT, Reason.UNSAID)
    assert (decision.target, decision.hold) == ("desk", Hold.FOLLOW_UPS)
    assert unsaid(a_rule(), told_here=frozenset()) == []
    assert unsaid(a_rule(), told_here=frozenset({("Atajurt", "a target that is gone")})) == []
    [silent] = unsaid(a_rule(edits=False))
    assert silent.reason is Reason.EDITS_OFF


def test_what_is_gone_keeps_the_severity_and_the_terms_it_was_told_with() -> None:
    rule = a_rule(severity=Severity.CRITICAL)
    lost = (a_hit(entity="atajurt"),)
    occasion = an_occasion(hits=(), lost=lost, told_here=HERE, changed=frozenset())
    decisions = d.decide(occasion, {rule.name: rule}, {"desk": a_channel()}, now=NOON)

    alert, [delivery], [told] = d.outgoing(
        occasion, decisions, {rule.name: rule}, version="v", now=NOON
    )

    assert alert is not None
    assert (alert.kind, alert.severity) == (AlertKind.EDIT, Severity.CRITICAL)
    assert (delivery.rules, told.terms) == (("Atajurt",), frozenset({"atajurt"}))


def test_an_article_that_is_gone_is_told_at_once_to_all_who_were_told_of_it() -> None:
    told_here = HERE | {("Atajurt", "chat"), ("A rule that is gone", "desk")}
    channels = {"desk": a_channel(), "chat": a_channel("chat")}
    occasion = an_occasion(vanished=True, told_here=told_here, changed=frozenset())
    rules = {"Atajurt": a_rule(severity=Severity.CRITICAL), "Other": a_rule("Other")}

    decisions = d.decide(occasion, rules, channels, now=NOON)
    alert, deliveries, _ = d.outgoing(occasion, decisions, rules, version="v", now=NOON)

    assert [(one.target, one.kind, one.reason, one.due) for one in decisions] == [
        (name, AlertKind.VANISHED, Reason.VANISHED, NOON) for name in ("chat", "desk")
    ]
    assert alert is not None
    assert d.escalations(alert, deliveries, rules.values(), channels) == ()


def test_an_edit_is_not_told_twice_to_whom_the_alert_had_escalated() -> None:
    rule = a_rule(
        severity=Severity.CRITICAL, escalate=Escalation(after=HOUR / 4, to=("desk", "phone"))
    )
    channels = {"desk": a_channel(), "phone": a_channel("phone")}
    occasion = an_occasion(
        hits=(),
        lost=(a_hit(),),
        told_here=HERE | {("Atajurt", "phone")},
        changed=frozenset(),
    )
    decisions = d.decide(occasion, {rule.name: rule}, channels, now=NOON)

    alert, deliveries, _ = d.outgoing(occasion, decisions, {rule.name: rule}, version="v", now=NOON)

    assert alert is not None
    assert sorted(one.target for one in deliveries) == ["desk", "phone"]
    assert d.escalations(alert, deliveries, [rule], channels) == ()


def in_the_text(text: str, words: str = "activist") -> Hit:
    start = text.index(words)
    return a_hit(field="text", start=start, end=start + len(words), text=words)


def test_only_the_sentences_that_matched_tell_whether_a_page_reads_otherwise() -> None:
    text = "Rain fell.  Police hold\nan activist. The shop is shut."
    article, hits = an_article(text=text), (in_the_text(text), a_hit())

    assert not d.reads_otherwise(article, hits, "Sun. Police hold an activist. Buy our paper.")
    assert d.reads_otherwise(article, hits, "Rain fell. Police hold a man. The shop is shut.")
    assert not d.reads_otherwise(article, hits, "Subscribe to read."), "a wall, perhaps"
    assert not d.reads_otherwise(article, (a_hit(),), "Rain fell. Police hold a man. Shut.")


# --- from which words an alert is told ------------------------------------------------------------

THEN = an_article("Police hold an activist")
SINCE = an_article("Police hold a man")
GONE_AT = NOON + HOUR


def told_from(kind: AlertKind = AlertKind.NEW, *, created: datetime = NOON) -> Telling:
    """Return the wording of an alert about an article whose words were taken out at GONE_AT."""
    telling = a_telling(SINCE, kind=kind, rules=("Atajurt",), created=created)
    return d.worded(telling, [Version(until=GONE_AT, article=THEN, hits=(a_hit(),))])


def test_a_waiting_alert_is_told_in_the_words_that_matched_when_they_are_gone_since() -> None:
    telling = told_from()

    assert (telling.article, telling.hits) == (THEN, (a_hit(),))
    assert telling.edited_since


def test_a_waiting_alert_is_told_in_the_newest_words_as_long_as_they_match() -> None:
    newer = an_article("Police hold an activist in Almaty")
    telling = a_telling(newer, a_hit())

    told = d.worded(telling, [Version(until=GONE_AT, article=THEN, hits=(a_hit(),))])

    assert told == telling


def test_an_edit_is_told_with_what_was_found_before_and_what_it_made_of_it() -> None:
    telling = told_from(AlertKind.EDIT, created=GONE_AT)

    assert (telling.article, telling.hits) == (SINCE, ())
    assert (telling.before, telling.hits_before) == (THEN, (a_hit(),))


def test_an_edit_is_told_as_it_was_also_when_it_was_taken_back_before_it_could_be_sent() -> None:
    past = [
        Version(until=GONE_AT, article=THEN, hits=(a_hit(),)),
        Version(until=GONE_AT + HOUR, article=SINCE, hits=()),
    ]
    telling = a_telling(THEN, a_hit(), kind=AlertKind.EDIT, created=GONE_AT)

    told = d.worded(telling, past)

    assert (told.article, told.hits, told.before) == (SINCE, (), THEN)


@given(
    edits=st.lists(st.integers(1, 90), unique=True).map(sorted),
    created=st.integers(0, 99),
    kind=st.sampled_from([AlertKind.NEW, AlertKind.EDIT, AlertKind.FOLLOW_UP]),
)
def test_an_alert_is_told_from_words_that_stood_there_when_it_was_decided_or_later(
    edits: list[int], created: int, kind: AlertKind
) -> None:
    ends = [*edits, 1000]
    past = [
        Version(until=NOON + n * HOUR, article=an_article(f"Until {n}"), hits=(a_hit(),))
        for n in edits
    ]
    telling = a_telling(
        an_article("Until 1000"), kind=kind, created=NOON + created * HOUR, rules=("Atajurt",)
    )

    told = d.worded(telling, past)

    assert told.article is not None
    end = next(n for n in ends if n > created)
    assert told.article.title == f"Until {end}"
    if kind is AlertKind.EDIT and (earlier := [n for n in edits if n <= created]):
        assert told.before is not None
        assert told.before.title == f"Until {earlier[-1]}"


# --- when ---------------------------------------------------------------------------------------


def scheduled(channel: Channel, *, now: datetime = NOON, **more: Any) -> Decision:
    decision = Decision(
        rule="Atajurt", target="desk", tell=True, reason=Reason.NEW_STORY, due=now, hold=None
    )
    severity = more.pop("severity", Severity.NORMAL)
    room = more.pop("room", None)
    return d.schedule(decision, severity, channel, zone=ALMATY, room=room)


def test_quiet_hours_hold_until_their_end_also_past_midnight() -> None:
    channel = a_channel(quiet=Quiet(start=time(22), end=time(7)))
    late = datetime(2026, 3, 10, 20, 30, tzinfo=ALMATY) + 3 * HOUR

    held = scheduled(channel, now=late.astimezone(UTC))

    assert held.hold is Hold.QUIET
    assert held.due == datetime(2026, 3, 11, 7, tzinfo=ALMATY)


def test_critical_passes_quiet_hours_limits_and_digests() -> None:
    channel = a_channel(
        quiet=Quiet(start=time(0), end=time(23, 59)),
        limit=Limit(count=1, per=HOUR),
        digest=Digest(at=(time(8),)),
    )

    sent = scheduled(channel, severity=Severity.CRITICAL, room=0)

    assert (sent.hold, sent.due) == (None, NOON)


def test_what_is_over_the_limit_goes_into_one_grouped_message() -> None:
    channel = a_channel(limit=Limit(count=20, per=HOUR))

    first, second = (scheduled(channel, now=NOON + HOUR / n, room=1) for n in (4, 5))

    assert scheduled(channel, room=2).hold is None
    assert first.hold is second.hold is Hold.LIMIT
    assert first.due == second.due == datetime(2026, 3, 10, 13, tzinfo=UTC)


def test_a_digest_goes_out_at_its_time_on_the_users_clock_also_when_the_clocks_change() -> None:
    digest = Digest(at=(time(8),))
    berlin = ZoneInfo("Europe/Berlin")
    before_change = datetime(2026, 3, 28, 9, tzinfo=berlin)

    due = d.next_digest(digest, before_change.astimezone(UTC), berlin)

    assert due == datetime(2026, 3, 29, 6, tzinfo=UTC)


def test_a_weekly_digest_waits_for_its_day() -> None:
    due = d.next_digest(Digest(at=(time(9),), weekdays=frozenset({0})), NOON, UTC)

    assert due == datetime(2026, 3, 16, 9, tzinfo=UTC)


@given(
    at=st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)),  # noqa: DTZ001 made aware below
    start=st.times(),
    end=st.times(),
)
def test_quiet_hours_end_within_a_day_and_outside_themselves(
    at: datetime, start: time, end: time
) -> None:
    quiet = Quiet(start=start, end=end)
    moment = at.replace(tzinfo=UTC)

    until = d.quiet_until(quiet, moment, UTC)

    if until is not None:
        assert moment < until <= moment + timedelta(days=1)
        assert d.quiet_until(quiet, until, UTC) is None


# --- trying again -------------------------------------------------------------------------------


def test_a_failure_is_tried_again_later_and_later_and_no_earlier_than_the_target_asks() -> None:
    failure = Outcome(sent=Sent.RETRY)

    waits = [d.retry(failure, n, repeat=True, now=NOON, jitter=0)[1] for n in (1, 2, 3, 100)]
    asked = d.retry(Outcome(sent=Sent.RETRY, retry_after=HOUR), 1, repeat=True, now=NOON, jitter=0)

    assert [w - NOON for w in waits if w] == [
        timedelta(seconds=5),
        timedelta(seconds=10),
        timedelta(seconds=20),
        timedelta(minutes=30),
    ]
    assert asked == (DeliveryState.DUE, NOON + HOUR)


@pytest.mark.parametrize(
    ("sent", "attempts", "state"),
    [
        (Sent.OK, 1, DeliveryState.SENT),
        (Sent.REFUSED, 1, DeliveryState.PARKED),
        (Sent.RETRY, 120, DeliveryState.PARKED),
        (Sent.UNKNOWN, 1, DeliveryState.UNKNOWN),
        (Sent.UNKNOWN, 3, DeliveryState.PARKED),
    ],
)
def test_where_a_delivery_stands_after_a_try(
    sent: Sent, attempts: int, state: DeliveryState
) -> None:
    assert d.retry(Outcome(sent=sent), attempts, repeat=True, now=NOON, jitter=0)[0] is state


def test_what_may_have_arrived_twice_is_repeated_a_last_time_when_the_target_may_be_back() -> None:
    unknown = Outcome(sent=Sent.UNKNOWN)

    first = d.retry(unknown, 1, repeat=False, now=NOON, jitter=0)
    second = d.retry(unknown, 2, repeat=True, now=NOON, jitter=0)
    third = d.retry(unknown, 3, repeat=True, now=NOON, jitter=0)

    assert first == (DeliveryState.UNKNOWN, NOON + timedelta(seconds=5))
    assert second == (DeliveryState.UNKNOWN, NOON + timedelta(minutes=10))
    assert third == (DeliveryState.PARKED, None)


@given(
    sent=st.sampled_from([Sent.RETRY, Sent.UNKNOWN]),
    asked=st.none() | st.timedeltas(timedelta(0), timedelta(days=90)),
    jitters=st.lists(st.floats(0, 1), min_size=d.RETRY_FOR, max_size=d.RETRY_FOR),
)
def test_every_delivery_comes_to_an_end_and_never_earlier_than_it_was_asked_to(
    sent: Sent, asked: timedelta | None, jitters: list[float]
) -> None:
    outcome = Outcome(sent=sent, retry_after=asked)
    now, states = NOON, []
    for attempt, jitter in enumerate(jitters, 1):
        state, due = d.retry(
            outcome, attempt, repeat=sent is Sent.UNKNOWN and attempt > 1, now=now, jitter=jitter
        )
        states.append(state)
        if due is None:
            break
        wait = due - now
        assert wait >= min(asked or timedelta(0), d.LONGEST_WAIT)
        assert d.RETRY_FIRST <= wait <= max(1.25 * d.RETRY_CAP, d.LONGEST_WAIT)
        now = due

    assert states[-1] is DeliveryState.PARKED
    assert states.count(DeliveryState.PARKED) == 1


def test_the_same_occasion_is_one_health_alert() -> None:
    first, _ = d.notice("Down", "x", targets=["op"], occasion="trouble 1", now=NOON)
    again, _ = d.notice("Down", "x", targets=["op"], occasion="trouble 1", now=NOON + HOUR)
    other, _ = d.notice("Down", "x", targets=["op"], occasion="trouble 2", now=NOON)

    assert first.id == again.id != other.id


def test_a_copy_with_the_next_synonym_of_a_rule_is_folded() -> None:
    occasion = an_occasion(
        link=a_link("a2", LinkKind.COPY),
        hits=(a_hit(text="arrested"),),
        story=a_story(a_member(), told=(replace(TOLD, terms=frozenset()),)),
    )

    assert decide_one(occasion).reason is Reason.FOLDED


def test_what_was_told_is_remembered_by_its_entities() -> None:
    occasion = an_occasion(hits=(a_hit(entity="atajurt"),))
    decision = decide_one(occasion)

    _, _, [told] = d.outgoing(
        occasion, [replace(decision)], {"Atajurt": a_rule()}, version="v", now=NOON
    )

    assert told.terms == {"atajurt"}
