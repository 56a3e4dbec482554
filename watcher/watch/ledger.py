"""What the outbox asks of the store, and notices about the watcher itself."""

from __future__ import annotations

import json
import logging
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from watcher.alerts import Recorded, redact
from watcher.core.decide import (
    notice,
    retry,
)
from watcher.core.model import (
    Batch,
    DeliveryState,
    Outcome,
    Sent,
)
from watcher.store import Store, Tx
from watcher.watch.desk import Desk

log = logging.getLogger(__name__)

OUTAGE = 3
"""Failures in a row after which a success means that the target is back, for all that failed."""
_TARGETS = "targets"
"""The note with the marks of all targets: whom their names stand for."""
_RESTS = "rests"
"""The note with the targets that asked us to wait, and until when."""


def write_notice(
    tx: Tx, targets: Iterable[str], headline: str, body: str, *, occasion: str, at: datetime
) -> None:
    """Write one health alert and its deliveries; the same occasion is written once."""
    alert, deliveries = notice(headline, body, targets=targets, occasion=occasion, now=at)
    tx.add_alerts([alert])
    tx.add_deliveries(deliveries)


def tell_health(
    tx: Tx, desk: Desk, headline: str, body: str, *, occasion: str, at: datetime
) -> None:
    """Put a message about the watcher itself on its way to the health channels, once."""
    secrets = desk.config.secrets
    headline, body = redact(headline, secrets), redact(body, secrets)
    log.warning("%s: %s", headline, body.partition("\n")[0])
    write_notice(tx, desk.health, headline, body, occasion=occasion, at=at)


def adopt(tx: Tx, desk: Desk) -> Mapping[str, str]:
    """Hand what belongs to targets that rules.yaml names no more to those that took their place.

    A channel that was renamed, or got a second recipient, has its old recipient under a new name;
    the marks noted at the last change tell which. Returns old name -> new name.
    """
    noted: dict[str, str] = json.loads(tx.note(_TARGETS) or "{}")
    now = {name: target.mark for name, target in desk.targets.items()}
    heirs = {mark: name for name, mark in reversed(now.items())}
    adopted = {old: heirs[mark] for old, mark in noted.items() if old not in now and mark in heirs}
    for old, new in adopted.items():
        waiting = tx.hand_over(old, new)
        log.info("%s is called %s now: it gets what was for %s (%d)", old, new, old, waiting)
    # A channel that is gone for now may come back, perhaps under another name.
    kept = {old: mark for old, mark in noted.items() if old not in adopted}
    if kept | now != noted:
        tx.set_note(_TARGETS, json.dumps(kept | now))
    return adopted


class Ledger:
    """What the outbox asks of the store: due messages out, outcomes in.

    A rest that a target asked for is noted, so that it holds for the next process, too.
    """

    def __init__(
        self,
        store: Store,
        desk: Callable[[], Desk],
        *,
        clock: Callable[[], datetime],
        jitter: Callable[[], float],
    ) -> None:
        self._store = store
        self._desk = desk
        self._clock = clock
        self._jitter = jitter
        self._rests: _Rests | None = None
        self._failures: Counter[str] = Counter()
        """Failures in a row of each target."""

    def due_targets(self) -> Sequence[str]:
        """Name the targets that have something to send now, and did not ask us to wait."""
        now = self._clock()
        with self._store.read() as known:
            if self._rests is None:
                self._rests = _rests_of(known.note(_RESTS))
            due = known.due_targets(now)
        return [target for target in due if not self._rests_at(target, now)]

    def _rests_at(self, target: str, now: datetime) -> bool:
        """Return whether the target rests; a rest from a time to come is a clock's error."""
        since, until = (self._rests or {}).get(target, (now, now))
        return since <= now < until

    def next_delivery(self) -> datetime | None:
        """Return when the next delivery is due."""
        with self._store.read() as known:
            return known.next_delivery()

    def take(self, target: str, most: int) -> Sequence[Batch]:
        """Take the target's next messages; the first is marked as being sent."""
        with self._store.write() as tx:
            batches = tx.take_some(target, now=self._clock(), most=most)
        desk = self._desk()
        return [
            replace(batch, tellings=tuple(map(desk.explain, batch.tellings))) for batch in batches
        ]

    def record(self, batch: Batch, outcome: Outcome, then: Batch | None = None) -> Recorded:
        """Write what became of a message; after a success mark `then` as being sent.

        That write may be light: what it says can only be lost with the machine, after which all
        that were taken together count as possibly arrived (`Tx.recover`).
        """
        now = self._clock()
        # An answer may quote the address it was sent to; what is written down must not.
        detail = redact(outcome.detail, self._desk().config.secrets)
        outcome = replace(outcome, detail=detail)
        attempts = max(telling.delivery.attempts for telling in batch.tellings) + 1
        state, due = retry(outcome, attempts, repeat=batch.repeat, now=now, jitter=self._jitter())
        begun = False
        arrived = outcome.sent is Sent.OK
        is_back = arrived and self._failures[batch.target] >= OUTAGE
        with self._store.write(light=then is not None and arrived and not is_back) as tx:
            tx.record(batch.key, outcome, now=now, state=state, due=due)
            # Not for notices: two broken health channels would tell of each other for ever.
            if state is DeliveryState.PARKED and any(t.alert.rules for t in batch.tellings):
                headline = f"A message to {batch.target} is parked: {outcome.sent.value}"
                body = (
                    f"{outcome.detail}\nSee it with: watcher deliveries list --state parked\n"
                    "Mend the channel, then send it again with: watcher deliveries retry"
                )
                others = [target for target in self._desk().health if target != batch.target]
                write_notice(
                    tx,
                    others,
                    headline,
                    body,
                    occasion=f"parked {batch.target} {now.date()}",
                    at=now,
                )
            if outcome.retry_after:
                asked = {batch.target: (now, now + outcome.retry_after)}
                self._rests = _rests_of(tx.note(_RESTS)) | asked
                running = {name: rest for name, rest in self._rests.items() if rest[1] > now}
                tx.set_note(_RESTS, json.dumps(running, default=datetime.isoformat))
            if is_back:
                tx.hurry(batch.target, now=now)
            if then is not None and arrived:
                begun = tx.begin(then.key)
        if outcome.sent is not Sent.REFUSED:
            self._failures[batch.target] = 0 if arrived else self._failures[batch.target] + 1
        return Recorded(again=due, begun=begun)


_Rests = dict[str, tuple[datetime, datetime]]
"""Target -> since when and until when it rests."""


def _rests_of(note: str | None) -> _Rests:
    return {
        name: (datetime.fromisoformat(since), datetime.fromisoformat(until))
        for name, (since, until) in json.loads(note or "{}").items()
    }
