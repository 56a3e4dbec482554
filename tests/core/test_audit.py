"""The books balance when everything is accounted for, and name what is not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher.core.audit import Audit, Entry, Fate, account, balance
from watcher.core.model import (
    AlertId,
    ArticleId,
    Decision,
    Delivery,
    DeliveryId,
    DeliveryState,
    Hold,
    Reason,
)

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
TARGETS = ("desk", "phone", "night")
TOLD = [
    Reason.NEW_STORY,
    Reason.FOLLOW_UP,
    Reason.NEW_WORDS,
    Reason.EDITED,
    Reason.UNSAID,
    Reason.VANISHED,
    Reason.BASELINE,
    Reason.REACHED,
]
SILENT = [reason for reason in Reason if reason not in TOLD]
FATES = {
    DeliveryState.DUE: Fate.HELD,
    DeliveryState.HELD: Fate.HELD,
    DeliveryState.SENDING: Fate.HELD,
    DeliveryState.UNKNOWN: Fate.HELD,
    DeliveryState.SENT: Fate.DELIVERED,
    DeliveryState.PARKED: Fate.PARKED,
    DeliveryState.CANCELLED: Fate.MUTED,
}


def an_entry(
    number: int, target: str, reason: Reason, state: DeliveryState = DeliveryState.SENT
) -> Entry:
    """An entry as the program writes it."""
    tell = reason in TOLD
    delivery = Delivery(
        id=DeliveryId(f"d{number}-{target}"),
        alert=AlertId(f"a{number}"),
        target=target,
        rules=("Detained",),
        state=state,
        due=NOW,
        hold=Hold.QUIET if state is DeliveryState.HELD else None,
        sent=NOW if state is DeliveryState.SENT else None,
        error="404" if state is DeliveryState.PARKED else "",
    )
    return Entry(
        article=ArticleId(f"{number:016x}"),
        rule="Detained",
        decision=Decision(rule="Detained", target=target, tell=tell, reason=reason),
        delivery=delivery if tell else None,
        told=tell or reason in {Reason.FOLDED, Reason.FOLLOW_UPS_OFF, Reason.EDITS_OFF},
    )


ENTRIES = st.lists(
    st.builds(
        an_entry,
        st.integers(0, 9),
        st.sampled_from(TARGETS),
        st.sampled_from(list(Reason)),
        st.sampled_from(list(DeliveryState)),
    ),
    max_size=30,
)


def sums(found: Audit) -> int:
    return sum(found.fates.values())


@given(ENTRIES)
def test_what_the_program_writes_balances_and_each_article_is_counted_once(
    entries: list[Entry],
) -> None:
    found = balance(entries, targets=TARGETS)

    assert found.balances
    assert sums(found) == found.matched == len({entry.article for entry in entries})
    assert sum(found.reasons.values()) == len(entries)


def without_decision(entry: Entry) -> Entry:
    return replace(entry, decision=None, delivery=None)


def without_delivery(entry: Entry) -> Entry:
    return replace(an_entry(0, "desk", Reason.REACHED), article=entry.article, delivery=None)


def sent_at_no_time(entry: Entry) -> Entry:
    whole = an_entry(0, "desk", Reason.NEW_STORY)
    assert whole.delivery is not None
    return replace(whole, article=entry.article, delivery=replace(whole.delivery, sent=None))


def for_nobody(entry: Entry) -> Entry:
    waiting = an_entry(0, "gone", Reason.NEW_STORY, DeliveryState.DUE)
    return replace(waiting, article=entry.article)


def folded_into_nothing(entry: Entry) -> Entry:
    folded = an_entry(0, "desk", Reason.FOLDED)
    return replace(folded, article=entry.article, told=False)


def silent_for_a_reason_to_tell(entry: Entry) -> Entry:
    decision = Decision(rule="Detained", target="desk", tell=False, reason=Reason.NEW_STORY)
    return replace(entry, decision=decision, delivery=None, told=True)


BREAKS = [
    without_decision,
    without_delivery,
    sent_at_no_time,
    for_nobody,
    folded_into_nothing,
    silent_for_a_reason_to_tell,
]


@given(
    entries=ENTRIES.filter(bool),
    place=st.integers(0, 29),
    broken=st.sampled_from(BREAKS),
)
def test_whatever_is_broken_on_purpose_is_found_and_named(
    entries: list[Entry], place: int, broken: Callable[[Entry], Entry]
) -> None:
    place %= len(entries)
    entry = entries[place]

    found = balance([*entries[:place], broken(entry), *entries[place + 1 :]], targets=TARGETS)

    assert not found.balances
    assert [one.article for one in found.missing] == [entry.article]
    assert sums(found) == found.matched - 1


@given(ENTRIES, st.sampled_from(TARGETS))
def test_a_message_that_nothing_was_decided_about_is_found(
    entries: list[Entry], target: str
) -> None:
    loose = an_entry(99, target, Reason.NEW_STORY).delivery
    assert loose is not None

    found = balance(entries, [loose], targets=TARGETS)

    assert not found.balances
    assert loose.id in found.missing[0].why


@pytest.mark.parametrize("state", DeliveryState)
def test_the_state_of_its_delivery_is_the_fate_of_what_was_told(state: DeliveryState) -> None:
    assert account(an_entry(1, "desk", Reason.NEW_STORY, state)).fate is FATES[state]


@pytest.mark.parametrize(
    ("reason", "told", "fate"),
    [
        (Reason.FOLDED, True, Fate.FOLDED),
        (Reason.FOLLOW_UPS_OFF, True, Fate.FOLDED),
        (Reason.TOO_FEW, False, Fate.HELD),
        (Reason.TOO_FEW, True, Fate.FOLDED),
        (Reason.EDITS_OFF, True, Fate.FOLDED),
        (Reason.MUTED, False, Fate.MUTED),
        (Reason.NO_CHANNEL, False, Fate.MUTED),
    ],
)
def test_what_was_not_told_has_a_fate_too(reason: Reason, told: bool, fate: Fate) -> None:
    entry = replace(an_entry(1, "desk", reason), told=told)

    assert account(entry).fate is fate
    assert account(entry).why


def test_an_article_counts_by_the_worst_that_became_of_it() -> None:
    found = balance(
        [
            an_entry(1, "desk", Reason.NEW_STORY),
            an_entry(1, "phone", Reason.NEW_STORY, DeliveryState.PARKED),
            an_entry(2, "desk", Reason.NEW_STORY),
            an_entry(2, "phone", Reason.FOLDED),
        ]
    )

    assert (found.fates[Fate.PARKED], found.fates[Fate.DELIVERED], sums(found)) == (1, 1, 2)


@pytest.mark.parametrize("reason", [Reason.FOLDED, Reason.NEW_STORY])
def test_what_was_folded_before_a_person_split_it_is_accounted_for(reason: Reason) -> None:
    entry = replace(an_entry(1, "desk", reason), delivery=None, told=False)

    found = account(replace(entry, split=True))

    assert account(entry).fate is None
    assert found.fate is (Fate.FOLDED if reason is Reason.FOLDED else None)
