"""When to poll a feed next, with which validators, and when its trouble is worth a notice.

Pure: the time and a jitter in [0, 1) are arguments. The numbers are the rules of polite polling:
RFC 9110 13.1 (validators), RFC 9111 (freshness), RSS 2.0 (ttl, skipHours, skipDays), and what
large monitors found by experience (back off, but never give a feed up).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from watcher.core.model import Document, FeedFault, FeedState, Fetched

NEWS = timedelta(minutes=15)
"""A feed with validators that brings news."""
SLOW = timedelta(hours=1)
"""A feed with validators that has brought nothing new for some days."""
DAILY = timedelta(days=1)
"""A feed that can't say "not modified": each poll costs its publisher the whole document."""
FLOOR = timedelta(minutes=1)
HINT_CAP = timedelta(hours=6)
"""Servers ask for up to a year by mistake; a lower bound is believed up to here."""
BACKOFF_FIRST = timedelta(minutes=2)
BACKOFF_CAP = timedelta(hours=6)
RETRY_AFTER_CAP = timedelta(hours=24)
LIVELY = timedelta(days=3)
STUCK_304 = timedelta(days=8)
"""A server that says "not modified" for so long is asked once without validators."""
LONGEST_NAME = 60
"""Characters of a feed's own title that serve as its name."""
LONG_TROUBLE = timedelta(hours=24)

_NEEDS_A_PERSON = frozenset(
    {
        FeedFault.BAD_URL,
        FeedFault.BLOCKED_ADDRESS,
        FeedFault.TLS,
        FeedFault.UNAUTHORIZED,
        FeedFault.FORBIDDEN,
        FeedFault.NOT_FOUND,
        FeedFault.REDIRECT,
        FeedFault.HTML,
        FeedFault.NOT_A_FEED,
        FeedFault.POISONED,
    }
)
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class Incident(StrEnum):
    """What is told once to the health channels about a feed."""

    TROUBLE = "trouble"
    BACK = "back"


def validators(state: FeedState, *, now: datetime) -> tuple[str | None, str | None]:
    """Return (ETag, Last-Modified) to send, byte for byte as they were served.

    Both are None after eight days of nothing but 304: a server can be stuck, and one whole
    document in eight days is the price of knowing.
    """
    if state.validated_since is not None and now - state.validated_since > STUCK_304:
        return None, None
    return state.etag, state.last_modified


def after_answer(
    state: FeedState,
    fetched: Fetched,
    document: Document | None,
    *,
    new: int,
    now: datetime,
    jitter: float,
) -> FeedState:
    """Return the state after an understood answer; `document` is None for a 304.

    `new` counts the articles not known before. Each validator is taken from every 200 and 304; a
    200 without them clears the old ones, a 304 that leaves one out confirms it.
    """
    if document is None:
        after = replace(
            state,
            etag=fetched.etag or state.etag,
            last_modified=fetched.last_modified or state.last_modified,
            validated_since=state.validated_since or now,
        )
    else:
        after = replace(
            state,
            etag=fetched.etag,
            last_modified=fetched.last_modified,
            validated_since=None,
            # A partial answer (226) lists what is new: what it leaves out is not gone.
            digests=document.digests | state.digests if fetched.status == 226 else document.digests,
            head=document.head,
            first_read=state.first_read or now,
            last_new=now if new else state.last_new,
            damaged=document.damaged,
            title=own_name(document) or state.title,
            format=document.format,
            encoding=document.encoding,
        )
    interval = _interval(after, fetched, document, now=now)
    return replace(
        after,
        interval=interval,
        next_due=_allowed(_spread(now, interval, jitter), document, every=state.feed.every),
        last_polled=now,
        last_read=now,
        failures=0,
        fault=None,
        fault_detail="",
        fault_since=None,
        noticed=False,
        moved_to=fetched.moved_to,
    )


def after_failure(
    state: FeedState,
    fault: FeedFault,
    detail: str,
    *,
    retry_after: timedelta | None,
    now: datetime,
    jitter: float,
) -> FeedState:
    """Return the state after a failed poll: validators and items are kept, the wait doubles.

    A feed is never given up: the wait ends at 6 h (24 h for one that is gone for good), and what
    the server asked for is kept to, up to 24 h.
    """
    failures = state.failures + 1
    wait = min(BACKOFF_CAP, BACKOFF_FIRST * 2 ** min(failures - 1, 10))
    if state.feed.every is not None:
        wait = min(wait, max(state.feed.every, SLOW))
    if fault is FeedFault.GONE and failures > 1:
        wait = DAILY
    if retry_after is not None:
        wait = max(wait, min(retry_after, RETRY_AFTER_CAP))
    return replace(
        state,
        next_due=_spread(now, wait, jitter),
        last_polled=now,
        failures=failures,
        fault=fault,
        fault_detail=detail,
        fault_since=state.fault_since or now,
    )


def own_name(document: Document) -> str:
    """Return what a feed calls itself, short enough for the first line of an alert."""
    return " ".join(document.title.split())[:LONGEST_NAME].strip()


def incident(before: FeedState, after: FeedState, *, now: datetime) -> Incident | None:
    """Return what the health channels should be told about this poll: once per incident.

    Trouble that a person must mend is told at the third failure; what may pass by itself (a
    timeout, a 503) when it has lasted a day. A feed that was told of is told of once more when it
    can be read again.
    """
    if after.fault is None:
        return Incident.BACK if before.noticed else None
    if before.noticed or after.fault_since is None:
        return None
    if after.fault is FeedFault.GONE:
        told = after.failures >= 2
    elif after.fault in _NEEDS_A_PERSON:
        told = after.failures >= 3
    else:
        told = after.failures >= 3 and now - after.fault_since >= LONG_TROUBLE
    return Incident.TROUBLE if told else None


def _interval(
    state: FeedState, fetched: Fetched, document: Document | None, *, now: datetime
) -> timedelta:
    """Return the pause to the next poll: the user's word, else the feed's habits and hints."""
    if state.feed.every is not None:
        return max(FLOOR, state.feed.every)
    if not (state.etag or state.last_modified):
        base = DAILY
    elif state.last_new is not None and now - state.last_new < LIVELY:
        base = NEWS
    else:
        base = SLOW
    hints = [fetched.max_age, document.ttl if document else None]
    return max([base, *(min(hint, HINT_CAP) for hint in hints if hint is not None)])


def _spread(now: datetime, wait: timedelta, jitter: float) -> datetime:
    """Return now + wait, up to a tenth later, and never on the full hour, when everyone polls."""
    due = now + wait * (1 + jitter / 10)
    if due.minute == 0 and due.second < 30:
        due += timedelta(seconds=30 + 60 * jitter)
    return due


def _allowed(due: datetime, document: Document | None, *, every: timedelta | None) -> datetime:
    """Return `due`, moved out of the hours and days the publisher asked to be left alone in (GMT).

    A document that skips every hour or every day asks for nothing that can be kept to.
    """
    if document is None or every is not None:
        return due
    if len(document.skip_hours) >= 24 or len(document.skip_days) >= 7:
        return due
    for _ in range(24 * 7):
        at = due.astimezone(UTC)
        if at.hour not in document.skip_hours and _WEEKDAYS[at.weekday()] not in document.skip_days:
            return due
        due += timedelta(hours=1)
    return due
