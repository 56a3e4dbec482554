"""When to try again what could not be delivered."""

from __future__ import annotations

from datetime import datetime, timedelta

from watcher.core.model import DeliveryState, Outcome, Sent

RETRY_FIRST = timedelta(seconds=5)
RETRY_CAP = timedelta(minutes=30)
RETRY_FOR = 120
"""Tries before a delivery that keeps failing is parked: about two and a half days."""
REPEAT_FOR = 3
"""Tries whose outcome stayed unknown before we stop repeating what may have arrived each time."""
REPEAT_LATER = timedelta(minutes=10)
"""How long what may have arrived twice waits for its last try: a target that hangs may be back."""
LONGEST_WAIT = timedelta(hours=24)
"""More than this no target is left alone, whatever it asks for."""


def retry(
    outcome: Outcome, attempts: int, *, repeat: bool, now: datetime, jitter: float
) -> tuple[DeliveryState, datetime | None]:
    """Return the state after a try, and when to try again (None: not by itself).

    `attempts` counts the tries made, this one included; `repeat` says that one before may have
    arrived. What the target asked for (Retry-After) is a lower bound. A refusal for good is parked
    for a person; so is what has failed for days, and what may have arrived three times.
    """
    if outcome.sent is Sent.OK:
        return DeliveryState.SENT, None
    if outcome.sent is Sent.REFUSED:
        return DeliveryState.PARKED, None
    doubtful = outcome.sent is Sent.UNKNOWN and repeat
    if attempts >= (REPEAT_FOR if doubtful else RETRY_FOR):
        return DeliveryState.PARKED, None
    wait = min(RETRY_CAP, RETRY_FIRST * 2 ** min(attempts - 1, 20)) * (1 + jitter / 4)
    if doubtful:
        wait = max(wait, REPEAT_LATER)
    if outcome.retry_after is not None:
        wait = max(wait, min(outcome.retry_after, LONGEST_WAIT))
    state = DeliveryState.UNKNOWN if outcome.sent is Sent.UNKNOWN else DeliveryState.DUE
    return state, now + wait
