"""WebSub: when a hub is asked, what its answers mean, and how slowly a feed is polled meanwhile.

A hub's word is worth what it has proven: a feed is polled slowly only after its hub has pushed
something new, for as long as it keeps doing so, and never so slowly that an item could come and go
between two polls. Pure: times, tokens and a jitter in [0, 1) are arguments.

Source: W3C Recommendation "WebSub", 23 January 2018, sections 5 to 8.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from watcher.core.model import Document, FeedState, HubState, Subscription
from watcher.core.rhythm import habits
from watcher.core.rhythm.pace import DAILY, FLOOR, MOST_DIGESTS, TURNS, allowed

LEASE = timedelta(days=10)
"""What is asked for; hubs give what they like."""
UNSAID_LEASE = timedelta(days=1)
"""How long a lease is believed to be that a hub confirms without saying."""
SHORTEST_LEASE = timedelta(minutes=5)
LONGEST_LEASE = timedelta(days=30)
RENEW_AT = 2 / 3
"""The part of the lease after which it is renewed."""
ASK_AGAIN = timedelta(minutes=10)
"""How long a hub may take to confirm; doubles with each question, up to a day."""
FAREWELLS = 3
"""How often a hub is asked to end a subscription, before its lease is left to run out."""
KEPT = timedelta(days=30)
"""How long a subscription that was given up is remembered, to be answered with 410."""
SLOWEST = timedelta(hours=6)
"""The longest pause between two polls of a feed whose hub pushes."""
PATIENCE = 4
"""A hub is trusted for so many of the feed's usual pauses after its last push."""
LEAST_PATIENCE = timedelta(hours=1)
DISTRUST = timedelta(days=1)
"""How long a feed is polled at its own pace after a poll found what was never pushed."""
LONGEST_DETAIL = 200

_STANDING = frozenset({HubState.ASKED, HubState.LIVE, HubState.DENIED})


def fits(subscription: Subscription, *, hub: str, topic: str, base: str) -> bool:
    """Return whether a subscription is the one that its feed needs now."""
    here = (subscription.hub, subscription.topic, subscription.base)
    return subscription.state in _STANDING and here == (hub, topic, base)


def live(subscription: Subscription, *, now: datetime) -> bool:
    """Return whether the hub has promised to send what is new."""
    until = subscription.until
    return subscription.state is HubState.LIVE and until is not None and until > now


def keeps_word(subscription: Subscription, *, now: datetime) -> bool:
    """Return whether a live hub may be relied on: it was reached, and confirmed, when last asked.

    A renewal under way counts only when it had to be asked for a second time.
    """
    return live(subscription, now=now) and not subscription.detail and subscription.failures < 2


def asking(subscription: Subscription, *, now: datetime, jitter: float) -> Subscription:
    """Return it as it stands while the hub is asked; written before, so that a crash asks once."""
    wait = min(DAILY, ASK_AGAIN * 2 ** min(subscription.failures, 10))
    asked = replace(
        subscription,
        failures=subscription.failures + 1,
        renew=now + wait * (1 + jitter / 10),
        state=HubState.ASKED if subscription.state is HubState.DENIED else subscription.state,
    )
    return left(asked, now=now) if _gives_up(asked, now) else asked


def _gives_up(subscription: Subscription, now: datetime) -> bool:
    if subscription.state is not HubState.LEAVING:
        return False
    ran_out = subscription.until is not None and subscription.until <= now
    return ran_out or subscription.failures > FAREWELLS


def failed(
    subscription: Subscription, detail: str, *, retry_after: timedelta | None, now: datetime
) -> Subscription:
    """Return it after a question that the hub didn't take; `asking` has set when it is asked next.

    A lease that runs goes on.
    """
    renew = subscription.renew
    if retry_after is not None:
        renew = max(renew, now + min(retry_after, DAILY))
    return replace(subscription, renew=renew, detail=_one_line(detail))


def confirmed(
    subscription: Subscription, lease: timedelta | None, *, now: datetime, jitter: float
) -> Subscription:
    """Return it after the hub has asked whether it was meant; `lease` as the hub grants it."""
    lease = min(LONGEST_LEASE, max(SHORTEST_LEASE, lease or UNSAID_LEASE))
    return replace(
        subscription,
        state=HubState.LIVE,
        since=subscription.since if live(subscription, now=now) else now,
        until=now + lease,
        renew=now + lease * RENEW_AT * (1 - jitter / 10),
        failures=0,
        detail="",
    )


def denied(subscription: Subscription, reason: str, *, now: datetime) -> Subscription:
    """Return it after the hub said no, which it may do at any time."""
    return replace(
        subscription,
        state=HubState.DENIED,
        since=None,
        until=None,
        renew=now + DAILY,
        failures=0,
        detail=_one_line(f"the hub says no: {reason or 'no reason given'}"),
    )


def leaving(subscription: Subscription, *, now: datetime) -> Subscription:
    """Return it when it is not wanted any more."""
    if subscription.state is HubState.DENIED:
        return left(subscription, now=now)
    return replace(subscription, state=HubState.LEAVING, renew=now, failures=0)


def left(subscription: Subscription, *, now: datetime) -> Subscription:
    """Return it as it is remembered for a while."""
    return replace(subscription, state=HubState.LEFT, renew=now + KEPT, until=None)


def after_push(
    state: FeedState, document: Document, arrived: Sequence[datetime | None], *, now: datetime
) -> FeedState:
    """Return a feed's state after its hub sent `document`, which lists some items, like a 226.

    Validators, the hash of the head and the time of the next poll belong to polls and stay.
    `arrived` has the date of each article not known before.
    """
    # The hash of a whole document (JSON) is none of an item: a poll that met it would read no head.
    more = document.digests - {document.head}
    if len(state.digests) >= MOST_DIGESTS:
        more = frozenset()
    if not arrived:
        return replace(state, digests=state.digests | more)
    learned = habits.learn(
        state.habits, arrived, items=_holds(state, document), last=state.last_new, now=now
    )
    return replace(state, digests=state.digests | more, last_new=now, habits=learned)


def _holds(state: FeedState, document: Document) -> int:
    """Return how many items the feed's own document holds, of which a push shows a few."""
    gap, reach = state.habits.gap, state.habits.reach
    return round(reach / gap) if gap and reach else document.items


def after_poll(
    subscription: Subscription, before: FeedState, *, new: int, rung: bool, now: datetime
) -> Subscription:
    """Return a subscription after a poll that found `new` articles.

    `rung` says that the hub made us ask, by a push without items. Else what came since the last
    poll ought to have been pushed, if the hub had promised it by then.
    """
    if not new or not live(subscription, now=now):
        return subscription
    if rung:
        return replace(subscription, pushed=now)
    since, last = subscription.since, before.last_read
    promised = since is not None and last is not None and since <= last
    return replace(subscription, missed=now) if promised else subscription


def rests_until(
    state: FeedState, subscription: Subscription, *, now: datetime, jitter: float
) -> datetime | None:
    """Return when a feed is polled next, as its hub sends what is new; None for its own pace.

    Counted from the last poll, so that pushes never put polls off for ever. Ends with the lease,
    and with the patience for a hub that has fallen silent. The user's own `every:` goes before.
    """
    rest = _rest(state, subscription, now)
    if rest is None or state.last_polled is None or state.fault is not None:
        return None
    due = state.last_polled + rest * (1 - jitter / 10)
    return allowed(due, state) if due > state.next_due else None


def _rest(state: FeedState, subscription: Subscription, now: datetime) -> timedelta | None:
    """Return the pause from the last poll that the hub has earned."""
    pushed, missed, until = subscription.pushed, subscription.missed, subscription.until
    gap, reach, last = state.habits.gap, state.habits.reach, state.last_polled
    if state.feed.every is not None or gap is None or reach is None or last is None:
        return None
    if not keeps_word(subscription, now=now) or pushed is None or until is None:
        return None
    if missed is not None and now - missed < DISTRUST:
        return None
    trusted_until = min(until, pushed + min(DAILY, max(LEAST_PATIENCE, PATIENCE * gap)))
    return min(SLOWEST, PATIENCE * gap, reach / TURNS, trusted_until - last)


def rung_at(state: FeedState, *, now: datetime) -> datetime:
    """Return when a feed is polled whose hub says no more than that there is something new."""
    return now if state.last_polled is None else max(now, state.last_polled + FLOOR)


def _one_line(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:LONGEST_DETAIL]
