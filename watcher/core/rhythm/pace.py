"""When to poll a feed next, and with which validators.

The numbers are the rules of polite polling: RFC 9110 13.1 (validators), RFC 9111 (freshness),
RSS 2.0 (ttl, skipHours, skipDays), and what large monitors found by experience: back off, but
never give a feed up; ask as often as its items turn over, and no more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from watcher.core.model import Document, FeedFault, FeedState, Fetched, Wishes
from watcher.core.rhythm import habits
from watcher.core.rhythm.health import FEWEST_TO_MISS

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
REST_OF_A_DOCUMENT = timedelta(minutes=1)
"""A document with more items than one poll takes is read on so soon."""
LIVELY = timedelta(days=3)
MOST_DIGESTS = 10_000
"""Hashes kept of a feed that answers in parts."""
STUCK_304 = timedelta(days=8)
"""A server that says "not modified" for so long is asked once without validators."""
LONGEST_NAME = 60
"""Characters of a feed's own title that serve as its name."""
TURNS = 4
"""Polls while one item stays in the document, at the feed's mean pace: bursts are faster."""
FULL_OF_NEWS = 2 / 3
MOSTLY_KNOWN = 1 / 3
"""Share of new items above which a feed is asked sooner, and below which later (Media Cloud)."""
FEWEST = 5
"""Items of a document from which that share says anything."""

_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


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
    arrived: Sequence[datetime | None],
    now: datetime,
    jitter: float,
) -> FeedState:
    """Return the state after an understood answer; `document` is None for a 304.

    `arrived` has the date of each article not known before (None: it has none). Each validator is
    taken from every 200 and 304; a 200 without them clears the old ones, a 304 that leaves one
    out confirms it.
    """
    again = None
    if document is None:
        after = replace(
            state,
            etag=fetched.etag or state.etag,
            last_modified=fetched.last_modified or state.last_modified,
            validated_since=state.validated_since or now,
        )
    else:
        again = _read_again(state, fetched, document, arrived)
        after = replace(
            state,
            etag=fetched.etag if again is None else None,
            last_modified=fetched.last_modified if again is None else None,
            validated_since=None,
            digests=_digests(state, fetched, document),
            head=document.head,
            first_read=state.first_read or (now if again in {None, SLOW} else None),
            last_new=_last_new(state, document, arrived, now),
            habits=habits.learn(
                state.habits, arrived, items=document.items, last=state.last_new, now=now
            )
            if arrived
            else state.habits,
            missed_at=_missed_at(state, fetched, document, arrived, now),
            damaged=document.damaged,
            dropped=document.dropped,
            ill_formed=document.ill_formed or (state.ill_formed and not document.entries),
            garbled=document.garbled,
            # A document of which nothing had to be read (the same as before) names no hub.
            hub=fetched.hub or document.hub or (state.hub if _same_head(state, document) else None),
            topic=fetched.topic
            or document.topic
            or (state.topic if _same_head(state, document) else None),
            title=own_name(document) or state.title,
            format=document.format,
            encoding=document.encoding,
        )
    wishes = _wishes(state.wishes, fetched, document)
    if wishes is not state.wishes:
        after = replace(after, wishes=wishes)
    interval = _interval(state, after, document, arrived, now=now)
    if again is not None:
        interval = min(interval, again)
    return replace(
        after,
        interval=interval,
        next_due=allowed(_spread(now, interval, jitter), after),
        last_polled=now,
        last_read=now,
        failures=0,
        fault=None,
        fault_detail="",
        fault_since=None,
        moved_to=fetched.moved_to,
        moved_since=_moved_since(state, fetched, now),
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
        next_due=allowed(_spread(now, wait, jitter), state),
        last_polled=now,
        failures=failures,
        fault=fault,
        fault_detail=detail,
        fault_since=state.fault_since or now,
    )


def own_name(document: Document) -> str:
    """Return what a feed calls itself, short enough for the first line of an alert."""
    return " ".join(document.title.split())[:LONGEST_NAME].strip()


def _same_head(state: FeedState, document: Document) -> bool:
    return document.head == state.head


def _read_again(
    state: FeedState, fetched: Fetched, document: Document, arrived: Sequence[datetime | None]
) -> timedelta | None:
    """Return how soon a document must be read again in full; None when it was read to its end.

    Until then no validator is kept, as "not modified" would hide what is left, and a first sight
    goes on, unless it gets nowhere (SLOW). A feed that breaks off twice running just is so.
    """
    if document.left:
        return REST_OF_A_DOCUMENT if arrived else SLOW
    kept = (state.etag, state.last_modified)
    twice = state.ill_formed and kept in {(None, None), (fetched.etag, fetched.last_modified)}
    return NEWS if document.cut_off and not twice else None


def _digests(state: FeedState, fetched: Fetched, document: Document) -> frozenset[bytes]:
    """Return the hashes by which items are known again.

    A partial answer (226) lists what is new: what it leaves out is not gone. A server that gives
    nothing else for ever must not let the set grow for ever; whatever is forgotten is read once
    more, and is no news to identity.
    """
    if fetched.status == 226 and len(state.digests) < MOST_DIGESTS:
        return document.digests | state.digests
    return document.digests


def _last_new(
    state: FeedState, document: Document, arrived: Sequence[datetime | None], now: datetime
) -> datetime | None:
    """Return when the newest item came: now, or at the first sight of a feed its own date."""
    if not arrived:
        return state.last_new or (now if document.items else None)
    if state.first_read is not None:
        return now
    return max((at for at in arrived if at is not None and at <= now), default=now)


def _missed_at(
    state: FeedState,
    fetched: Fetched,
    document: Document,
    arrived: Sequence[datetime | None],
    now: datetime,
) -> datetime | None:
    """Return when items may have come and gone unseen: no item was known from the poll before.

    An item dated before the last poll shows that the document reaches back far enough. A partial
    answer (226) lists only what is new, so it says nothing.
    """
    if fetched.status == 226 or not document.items:
        return state.missed_at
    if len(arrived) < document.items or state.first_read is None:
        return None
    if document.items < FEWEST_TO_MISS:
        return state.missed_at
    last = state.last_read or state.first_read
    reaches_back = any(at is not None and at <= last for at in arrived)
    return None if reaches_back else now


def _moved_since(state: FeedState, fetched: Fetched, now: datetime) -> datetime | None:
    if fetched.moved_to is None:
        return None
    return state.moved_since if fetched.moved_to == state.moved_to else now


def _wishes(before: Wishes, fetched: Fetched, document: Document | None) -> Wishes:
    """Return what the publisher asks for now; a 304 takes back nothing it leaves out."""
    if document is None:
        return before if fetched.max_age is None else replace(before, max_age=fetched.max_age)
    return Wishes(
        max_age=fetched.max_age,
        ttl=document.ttl,
        skip_hours=document.skip_hours,
        skip_days=document.skip_days,
    )


def _interval(
    before: FeedState,
    after: FeedState,
    document: Document | None,
    arrived: Sequence[datetime | None],
    *,
    now: datetime,
) -> timedelta:
    """Return the pause to the next poll: the user's word, else the feed's habits and hints."""
    if after.feed.every is not None:
        return max(FLOOR, after.feed.every)
    if not (after.etag or after.last_modified):
        base = DAILY if _is_known(after, now) else SLOW
    elif after.last_new is not None and now - after.last_new < LIVELY:
        base = NEWS
    else:
        base = SLOW
    paces = [base, *_paces(before, after, document, arrived)]
    hints = [after.wishes.max_age, after.wishes.ttl]
    return max(
        [
            max(FLOOR, min(paces)),
            *(min(hint, HINT_CAP) for hint in hints if hint is not None),
        ]
    )


def _is_known(state: FeedState, now: datetime) -> bool:
    """Tell whether a feed was watched enough to be asked only once a day without losing items."""
    watched = now - (state.first_read or now)
    return state.habits.gaps >= habits.ENOUGH or watched >= LIVELY


def _paces(
    before: FeedState,
    after: FeedState,
    document: Document | None,
    arrived: Sequence[datetime | None],
) -> list[timedelta]:
    """Return how soon the feed's habits want the next poll, so that no item slips through.

    An item must be met TURNS times while it stands in the document, at the feed's mean pace; and
    what a poll finds corrects that: full of news is too late, mostly known may be later again.
    """
    paces, new = [], len(arrived)
    if after.habits.reach is not None:
        paces.append(after.habits.reach / TURNS)
    if before.first_read is None:
        # Without dates nothing is known of its pace: the second look comes soon in any case.
        dated = any(at is not None for at in arrived)
        return paces if paces or dated else [NEWS]
    if after.missed_at is not None and after.missed_at != before.missed_at:
        paces.append(before.interval / TURNS)
    elif document is None or new <= MOSTLY_KNOWN * document.items:
        paces.append(before.interval * 1.5)
    elif new > FULL_OF_NEWS * document.items and document.items >= FEWEST:
        paces.append(before.interval / 2)
    return paces


def _spread(now: datetime, wait: timedelta, jitter: float) -> datetime:
    """Return now + wait, up to a tenth later, and never on the full hour, when everyone polls."""
    due = now + wait * (1 + jitter / 10)
    if due.minute == 0 and due.second < 30:
        due += timedelta(seconds=30 + 60 * jitter)
    return due


def allowed(due: datetime, state: FeedState) -> datetime:
    """Return `due`, moved out of the hours and days the publisher asked to be left alone in (GMT).

    The user's own `every:` goes before them. A document that skips every hour or every day asks
    for nothing that can be kept to.
    """
    hours, days = state.wishes.skip_hours, state.wishes.skip_days
    if state.feed.every is not None or len(hours) >= 24 or len(days) >= 7:
        return due
    for _ in range(24 * 7):
        at = due.astimezone(UTC)
        if at.hour not in hours and _WEEKDAYS[at.weekday()] not in days:
            return due
        due += timedelta(hours=1)
    return due
