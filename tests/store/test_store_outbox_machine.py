"""The outbox against a simple model of it, in any order of events Hypothesis can think of."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, ClassVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from support.stored import (
    FAILED,
    HOUR,
    MINUTE,
    NOW,
    REFUSED,
    SENT,
    VANISHED,
    a_delivery,
    post,
    undone,
)

from watcher.core.model import Batch, DeliveryId, DeliveryState, Hold, Outcome

if TYPE_CHECKING:
    from watcher.store import Store

TARGETS = st.sampled_from(["desk", "phone"])
ENDS = {
    "arrives": (SENT, DeliveryState.SENT),
    "fails": (FAILED, DeliveryState.DUE),
    "vanishes": (VANISHED, DeliveryState.UNKNOWN),
    "is refused": (REFUSED, DeliveryState.PARKED),
}


@dataclass
class Seen:
    """What the world outside has seen of one message."""

    ids: tuple[str, ...]
    may_have_arrived: bool = False


@dataclass
class Model:
    """What must hold of a delivery, kept without any SQL."""

    order: int
    target: str
    due: datetime
    hold: Hold | None
    state: DeliveryState = DeliveryState.DUE
    key: str | None = None
    attempts: int = 0


@dataclass
class World:
    """All deliveries and messages there ever were."""

    deliveries: dict[str, Model] = field(default_factory=dict)
    messages: dict[str, Seen] = field(default_factory=dict)
    under_way: dict[str, Batch] = field(default_factory=dict)
    in_turn: dict[str, Batch] = field(default_factory=dict)
    """Taken together with one that is under way, and not begun."""


class OutboxMachine(RuleBasedStateMachine):
    """Posts, takes, records, crashes and retries; nothing may be lost or sent twice unmarked."""

    store: ClassVar[Store]

    def __init__(self) -> None:
        super().__init__()
        self.world = World()
        self.now = NOW
        self.ending = contextlib.ExitStack()
        self.tx = self.ending.enter_context(undone(self.store))
        self.boots = 0
        self.tx.recover(now=self.now, boot="0")

    def teardown(self) -> None:
        try:
            self.everything_arrives_in_the_end()
        finally:
            self.ending.close()

    # --- events ------------------------------------------------------------------------------

    @rule(
        to=TARGETS,
        hold=st.none() | st.sampled_from([Hold.QUIET, Hold.DIGEST]),
        minutes=st.integers(-2, 3),
        count=st.integers(1, 3),
    )
    def posts(self, to: str, hold: Hold | None, minutes: int, count: int) -> None:
        for _ in range(count):
            n = len(self.world.deliveries)
            due = self.now + minutes * MINUTE
            delivery = a_delivery(n, target=to, hold=hold, due=due)
            post(self.tx, delivery)
            self.world.deliveries[delivery.id] = Model(order=n, target=to, due=due, hold=hold)

    @rule(minutes=st.integers(0, 3))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @rule(to=TARGETS, limit=st.integers(1, 3), most=st.integers(1, 4))
    def takes(self, to: str, limit: int, most: int) -> None:
        waiting = self.waiting(to)
        batches = self.tx.take_some(to, now=self.now, most=most, limit=limit)
        assert bool(batches) == bool(waiting)
        assert len(batches) <= most
        for batch in batches:
            ids = tuple(telling.delivery.id for telling in batch.tellings)
            models = [self.world.deliveries[id_] for id_ in ids]
            assert waiting[0] in ids
            waiting = [id_ for id_ in waiting if id_ not in ids]
            assert batch.key not in self.world.under_way
            seen = self.world.messages.setdefault(batch.key, Seen(ids=ids))
            assert seen.ids == ids
            assert batch.repeat == seen.may_have_arrived
            assert len(set(ids)) == len(ids) == 1 or (
                models[0].hold is not None and len({m.hold for m in models}) == 1
            )
            for model in models:
                assert model.key in {None, batch.key}
                model.key = batch.key
            self.world.in_turn[batch.key] = batch
        for batch in batches[:1]:
            self.sends(batch)
        assert len(batches) < 2 or not any(
            self.world.deliveries[id_].attempts or self.world.messages[batch.key].may_have_arrived
            for batch in batches
            for id_ in self.world.messages[batch.key].ids
        )

    def sends(self, batch: Batch) -> None:
        for id_ in self.world.messages[batch.key].ids:
            self.world.deliveries[id_].state = DeliveryState.SENDING
        del self.world.in_turn[batch.key]
        self.world.under_way[batch.key] = batch

    @precondition(lambda self: self.world.in_turn)
    @rule(data=st.data())
    def begins(self, data: st.DataObject) -> None:
        key = data.draw(st.sampled_from(sorted(self.world.in_turn)))
        assert self.tx.begin(key)
        self.sends(self.world.in_turn[key])
        assert not self.tx.begin(key)

    @precondition(lambda self: self.world.under_way)
    @rule(data=st.data(), end=st.sampled_from(sorted(ENDS)), minutes=st.integers(0, 3))
    def ends(self, data: st.DataObject, end: str, minutes: int) -> None:
        key = data.draw(st.sampled_from(sorted(self.world.under_way)))
        outcome, state = ENDS[end]
        self.record(key, outcome, state, self.now + minutes * MINUTE)

    def record(self, key: str, outcome: Outcome, state: DeliveryState, due: datetime) -> None:
        again = state in {DeliveryState.DUE, DeliveryState.UNKNOWN}
        self.tx.record(key, outcome, now=self.now, state=state, due=due if again else None)
        del self.world.under_way[key]
        seen = self.world.messages[key]
        seen.may_have_arrived |= outcome is VANISHED
        for id_ in seen.ids:
            model = self.world.deliveries[id_]
            model.state = state
            model.attempts += 1
            if again:
                model.due = due

    @rule(restarted=st.booleans())
    def crashes(self, *, restarted: bool) -> None:
        self.boots += restarted
        lost = [id_ for key in self.world.under_way for id_ in self.world.messages[key].ids]
        if restarted:
            lost += [
                id_
                for id_, model in self.world.deliveries.items()
                if model.state is DeliveryState.DUE and model.key and not model.attempts
            ]
        assert self.tx.recover(now=self.now, boot=str(self.boots)) == len(lost)
        for id_ in lost:
            model = self.world.deliveries[id_]
            assert model.key is not None
            self.world.messages[model.key].may_have_arrived = True
            model.state, model.due = DeliveryState.UNKNOWN, self.now
        self.world.under_way.clear()
        self.world.in_turn.clear()

    @precondition(lambda self: self.world.deliveries)
    @rule(data=st.data())
    def is_retried(self, data: st.DataObject) -> None:
        id_ = data.draw(st.sampled_from(sorted(self.world.deliveries)))
        self.retry(id_)

    def retry(self, id_: str) -> None:
        model = self.world.deliveries[id_]
        parked = model.state is DeliveryState.PARKED
        assert self.tx.retry(DeliveryId(id_), now=self.now) == parked
        if parked and model.key is not None:
            for other in self.world.messages[model.key].ids:
                self.world.deliveries[other].state = DeliveryState.DUE
                self.world.deliveries[other].due = self.now
                self.world.deliveries[other].attempts = 0

    # --- what always holds -------------------------------------------------------------------

    def waiting(self, target: str) -> list[str]:
        """Return what is due for a target in the order of its turn."""
        turns = {
            DeliveryState.UNKNOWN: 0,
            DeliveryState.DUE: 1,
            DeliveryState.HELD: 1,
        }
        due = [
            (turns[model.state], model.due, model.order, id_)
            for id_, model in self.world.deliveries.items()
            if model.target == target and model.state in turns and model.due <= self.now
        ]
        return [id_ for *_, id_ in sorted(due)]

    @invariant()
    def store_and_model_agree(self) -> None:
        stored = {str(d.id): d for d in self.tx.deliveries(limit=10_000)}
        assert sorted(stored) == sorted(self.world.deliveries)
        for id_, model in self.world.deliveries.items():
            state = (
                DeliveryState.DUE if stored[id_].state is DeliveryState.HELD else stored[id_].state
            )
            assert (state, stored[id_].due, stored[id_].message) == (
                model.state,
                model.due,
                model.key,
            )
        assert self.tx.due_targets(self.now) == [t for t in ("desk", "phone") if self.waiting(t)]

    def everything_arrives_in_the_end(self) -> None:
        """Deliver all that is left: each delivery is sent, in one message and no other."""
        self.crashes(restarted=False)
        for id_, model in self.world.deliveries.items():
            if model.state is DeliveryState.PARKED:
                self.retry(id_)
        self.now += 24 * HOUR
        for target in ("desk", "phone"):
            while self.waiting(target):
                self.takes(target, 3, 1)
                [key] = self.world.under_way
                self.record(key, SENT, DeliveryState.SENT, self.now)
        assert {m.state for m in self.world.deliveries.values()} <= {DeliveryState.SENT}
        sent = [id_ for seen in self.world.messages.values() for id_ in seen.ids]
        assert sorted(sent) == sorted(self.world.deliveries)


def test_no_delivery_is_lost_and_none_repeated_unmarked(lasting: Store) -> None:
    class Here(OutboxMachine):
        store = lasting

    run_state_machine_as_test(
        Here, settings=settings(max_examples=15, stateful_step_count=25, deadline=None)
    )
