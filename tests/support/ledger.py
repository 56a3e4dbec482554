"""A ledger in memory for the outbox: what is due, and what became of it. Safe between threads."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from support.make import an_article
from support.telling import a_batch, a_hit_on, a_telling

from watcher.alerts import Recorded
from watcher.core.model import Batch, Outcome, Sent

AGAIN = timedelta(seconds=0.05)


def now() -> datetime:
    return datetime.now(UTC)


@dataclass(slots=True)
class Row:
    batch: Batch
    due: datetime | None
    sending: bool = False
    outcomes: list[Outcome] = field(default_factory=list)

    @property
    def sent(self) -> bool:
        return any(outcome.sent is Sent.OK for outcome in self.outcomes)


class Ledger:
    """Implements `OutboxPort`. Retries come after `again`; a refusal is the end."""

    def __init__(self, *, again: timedelta = AGAIN) -> None:
        self.rows: dict[str, Row] = {}
        self.again = again
        self.looks = 0
        self.asked_for: list[int] = []
        self.broken = 0
        """How many of the next outcomes can't be written (a full disk)."""
        self._news = threading.Condition()

    def add(self, target: str, key: str, *, due: datetime | None = None) -> Row:
        article = an_article(f"Headline {key} of Atajurt")
        batch = a_batch(a_telling(article, a_hit_on(article, "Atajurt")), key=key, target=target)
        with self._news:
            self.rows[key] = Row(batch, due or now())
        return self.rows[key]

    # --- the port ----------------------------------------------------------------------------

    def due_targets(self) -> Sequence[str]:
        with self._news:
            self.looks += 1
            self._news.notify_all()
            return list(dict.fromkeys(row.batch.target for row in self._due()))

    def next_delivery(self) -> datetime | None:
        with self._news:
            waiting = [row.due for row in self.rows.values() if row.due and not row.sending]
            return min(waiting, default=None)

    def take(self, target: str, most: int) -> Sequence[Batch]:
        with self._news:
            rows = [row for row in self._due() if row.batch.target == target][:most]
            for row in rows[:1]:
                row.sending = True
            self.asked_for.append(most)
            return [
                replace(
                    row.batch, repeat=any(outcome.sent is Sent.UNKNOWN for outcome in row.outcomes)
                )
                for row in rows
            ]

    def record(self, batch: Batch, outcome: Outcome, then: Batch | None = None) -> Recorded:
        with self._news:
            if self.broken:
                self.broken -= 1
                raise OSError("no space left")
            row = self.rows[batch.key]
            row.sending = False
            row.outcomes.append(outcome)
            again = outcome.sent in (Sent.RETRY, Sent.UNKNOWN)
            row.due = now() + max(self.again, outcome.retry_after or AGAIN) if again else None
            begun = then is not None and outcome.sent is Sent.OK
            if then is not None and begun:
                self.rows[then.key].sending = True
            self._news.notify_all()
            return Recorded(again=row.due, begun=begun)

    def _due(self) -> list[Row]:
        at = now()
        return [row for row in self.rows.values() if row.due and row.due <= at and not row.sending]

    # --- for tests ---------------------------------------------------------------------------

    def wait_for(self, done: Callable[[], bool], seconds: float = 10.0) -> None:
        """Wait until something holds; it is tried whenever the outbox looks or records."""
        with self._news:
            assert self._news.wait_for(done, seconds), [r.outcomes for r in self.rows.values()]
