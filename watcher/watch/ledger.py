"""What the outbox asks of the store, and notices about the watcher itself."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from watcher.alerts import redact
from watcher.core.decide import (
    notice,
    retry,
)
from watcher.core.model import (
    Batch,
    DeliveryState,
    Outcome,
)
from watcher.store import Store, Tx
from watcher.watch.desk import Desk

log = logging.getLogger(__name__)


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

    def take(self, target: str) -> Batch | None:
        """Mark the target's next message as being sent, and return it."""
        with self._store.write() as tx:
            batch = tx.take(target, now=self._clock())
        if batch is None:
            return None
        desk = self._desk()
        return replace(batch, tellings=tuple(map(desk.explain, batch.tellings)))

    def record(self, batch: Batch, outcome: Outcome) -> datetime | None:
        """Write what became of a message; return when it is tried again, if it is."""
        now = self._clock()
        # An answer may quote the address it was sent to; what is written down must not.
        detail = redact(outcome.detail, self._desk().config.secrets)
        outcome = replace(outcome, detail=detail)
        attempts = max(telling.delivery.attempts for telling in batch.tellings) + 1
        state, due = retry(outcome, attempts, repeat=batch.repeat, now=now, jitter=self._jitter())
        with self._store.write() as tx:
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
        return due
