"""The ledger: what waits keeps its recipient whatever its channel is called, and rests are kept."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from support.stored import HOUR, NOW, Place, a_delivery, an_alert, an_article, post, put

from watcher import config
from watcher.core.model import (
    Decision,
    Delivery,
    DeliveryState,
    Outcome,
    Reason,
    Sent,
    StoryId,
    Told,
)
from watcher.store import Store
from watcher.watch import Desk, Ledger, adopt

TO_ONE = "desk: 'mailto://w@ngo.example?to=a@ngo.example'"
TO_TWO = "desk: 'mailto://w@ngo.example?to=a@ngo.example,b@ngo.example'"
RENAMED = "night: 'mailto://w@ngo.example?to=a@ngo.example'"
OTHER = "desk: 'mailto://w@ngo.example?to=b@ngo.example'"
BOTH = f"{TO_ONE}\n  {RENAMED}"
STORY = StoryId(an_article(1).id)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Place(state=tmp_path / "state").open() as opened:
        yield opened


def a_desk(folder: Path, channels: str) -> Desk:
    first = channels.partition(":")[0]
    rules = folder / "rules.yaml"
    rules.write_text(
        f"channels:\n  {channels}\nfeeds: [https://steppe.example/rss]\n"
        f"rules:\n  - {{name: Detained, find: Villagers, notify: [{first}]}}\n"
    )
    return Desk(config.load(rules, environ={}))


def goes_to(desk: Desk, address: str) -> str:
    [name] = [n for n, t in desk.targets.items() if address in str(vars(t.plugin)["targets"])]
    return name


def taken_over(store: Store, desk: Desk) -> dict[str, str]:
    with store.write() as tx:
        return dict(adopt(tx, desk))


def fill(store: Store, *deliveries: Delivery, target: str = "desk") -> None:
    with store.write() as tx:
        put(tx, an_article(1))
        tx.add_alerts([an_alert(1, article=an_article(1).id, story=STORY)])
        post(tx, *deliveries)
        tx.add_told(STORY, [Told(rule="Detained", target=target, terms=frozenset(), at=NOW)])
        decision = Decision(rule="Detained", target=target, tell=True, reason=Reason.NEW_STORY)
        tx.add_decisions(an_article(1).id, [decision], at=NOW)


@pytest.mark.parametrize("after", [TO_TWO, RENAMED])
def test_what_waits_goes_to_its_recipient_also_under_a_new_name(
    store: Store, tmp_path: Path, after: str
) -> None:
    taken_over(store, a_desk(tmp_path, TO_ONE))
    fill(store, a_delivery(1))
    desk = a_desk(tmp_path, after)
    [new] = [
        name
        for name, target in desk.targets.items()
        if "a@ngo" in str(vars(target.plugin)["targets"])
    ]

    assert taken_over(store, desk) == {"desk": new}
    assert taken_over(store, desk) == {}

    with store.read() as known:
        [delivery] = known.deliveries()
        [told] = known.told_of([STORY])[STORY]
        [(_, decision)] = known.decisions(an_article(1).id)
        assert known.due_targets(NOW) == [new]
    assert delivery.state is DeliveryState.DUE
    assert (told.target, decision.target) == (new, new)


def test_another_recipient_under_the_same_name_is_given_nothing_of_the_old_one(
    store: Store, tmp_path: Path
) -> None:
    two = a_desk(tmp_path, TO_TWO)
    taken_over(store, two)
    gone = goes_to(two, "a@ngo.example")
    fill(store, a_delivery(1, target=gone), target=gone)

    adopted = taken_over(store, a_desk(tmp_path, OTHER))
    back = taken_over(store, a_desk(tmp_path, TO_ONE))

    assert gone not in adopted
    assert back[gone] == "desk"


def test_an_alert_that_goes_to_both_names_of_a_recipient_is_told_once(
    store: Store, tmp_path: Path
) -> None:
    taken_over(store, a_desk(tmp_path, BOTH))
    one = a_delivery(1)
    fill(store, one, a_delivery(2, alert=one.alert, target="night"), a_delivery(3))

    taken_over(store, a_desk(tmp_path, RENAMED))

    with store.read() as known:
        found = {one.id: (one.target, one.state, one.error) for one in known.deliveries()}
    assert found == {
        a_delivery(1).id: ("desk", DeliveryState.PARKED, "the same alert goes to night"),
        a_delivery(2).id: ("night", DeliveryState.DUE, ""),
        a_delivery(3).id: ("night", DeliveryState.DUE, ""),
    }


# --- rests -----------------------------------------------------------------------------------


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


def a_ledger(store: Store, desk: Desk, clock: Clock) -> Ledger:
    return Ledger(store, lambda: desk, clock=clock, jitter=lambda: 0.0)


def test_a_rest_that_a_target_asked_for_holds_for_the_next_process_and_all_its_messages(
    store: Store, tmp_path: Path
) -> None:
    desk, clock = a_desk(tmp_path, TO_ONE), Clock()
    fill(store, a_delivery(1), a_delivery(2))
    first = a_ledger(store, desk, clock)
    [batch] = first.take("desk", 1)
    first.record(batch, Outcome(sent=Sent.RETRY, retry_after=timedelta(seconds=30)))

    due = []
    second = a_ledger(store, desk, clock)
    for seconds in (0, 29, 31):
        clock.now = NOW + timedelta(seconds=seconds)
        due.append((first.due_targets(), second.due_targets()))

    assert due == [([], []), ([], []), (["desk"], ["desk"])]


def test_a_rest_ends_when_the_clock_is_set_back(store: Store, tmp_path: Path) -> None:
    desk, clock = a_desk(tmp_path, TO_ONE), Clock()
    fill(store, *(a_delivery(n, due=NOW - 2000 * 24 * HOUR) for n in (1, 2)))
    ledger = a_ledger(store, desk, clock)
    [batch] = ledger.take("desk", 1)
    ledger.record(batch, Outcome(sent=Sent.RETRY, retry_after=timedelta(seconds=30)))

    clock.now = NOW - HOUR

    assert ledger.due_targets() == ["desk"]


# --- outages ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("failures", "hurried"), [(2, []), (3, ["desk"])])
def test_when_a_target_is_back_after_an_outage_nobody_waits_for_the_next_try(
    store: Store, tmp_path: Path, failures: int, hurried: list[str]
) -> None:
    desk, clock = a_desk(tmp_path, TO_ONE), Clock()
    fill(store, *(a_delivery(n) for n in range(1, 5)))
    ledger = a_ledger(store, desk, clock)
    for sent in [*[Sent.RETRY] * failures, Sent.OK]:
        [batch] = ledger.take("desk", 1)
        ledger.record(batch, Outcome(sent=sent))
    while left := ledger.take("desk", 1):
        if left[0].tellings[0].delivery.attempts:
            break
        ledger.record(left[0], Outcome(sent=Sent.OK))

    assert ["desk" for _ in left] == hurried


# --- trouble ---------------------------------------------------------------------------------


def test_a_refusal_parks_the_message_and_is_told_to_the_health_channels_once(
    store: Store, tmp_path: Path
) -> None:
    desk = a_desk(tmp_path, f"{TO_ONE}\n  ops: {{url: 'json://127.0.0.1:9/ops', health: true}}")
    fill(store, a_delivery(1), a_delivery(2))
    ledger = a_ledger(store, desk, Clock())
    for _ in range(2):
        [batch] = ledger.take("desk", 1)
        ledger.record(batch, Outcome(sent=Sent.REFUSED, detail="HTTP 401 Unauthorized"))

    with store.read() as known:
        parked = known.deliveries(target="desk")
        notices = known.deliveries(target="ops")
        told = known.alerts_by_key(notices[0].id)

    assert {one.state for one in parked} == {DeliveryState.PARKED}
    assert len(notices) == 1
    assert "desk" in told[0].headline
    assert "401" in told[0].body
