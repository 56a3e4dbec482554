"""What the outbox asks of the store, and notices about the watcher itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
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


def write_notice(
    tx: Tx, targets: Iterable[str], headline: str, body: str, *, occasion: str, at: datetime
) -> None:
    """Write one health alert and its deliveries; the same occasion is written once."""
    alert, deliveries = notice(headline, body, targets=targets, occasion=occasion, now=at)
    tx.add_alerts([alert])
    tx.add_deliveries(deliveries)


class Ledger:
    """What the outbox asks of the store: due messages out, outcomes in."""

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

    def due_targets(self) -> Sequence[str]:
        """Name the targets that have something to send now."""
        with self._store.read() as known:
            return known.due_targets(self._clock())

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
        with self._store.write(light=then is not None and outcome.sent is Sent.OK) as tx:
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
            if then is not None and outcome.sent is Sent.OK:
                begun = tx.begin(then.key)
        return Recorded(again=due, begun=begun)
