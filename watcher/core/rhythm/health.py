"""How a feed is, in one word and one line, and what the health channels should hear of it.

A feed that can't be read says so itself. Worse are those that answer politely and bring nothing:
the silent one, the one whose newest item is years old, the one that moved, the one whose letters
arrive damaged. Each is told once when it begins and once when it ends.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from shlex import quote

from watcher.core.identity import site_of
from watcher.core.model import NOT_POLLED, Ailment, Feed, FeedFault, FeedState
from watcher.core.rhythm.habits import patience

LONG_TROUBLE = timedelta(hours=24)
"""What may pass by itself is told when it has lasted so long."""
MOVED_FOR_GOOD = timedelta(days=14)
"""A permanent redirect is believed after so long: some are mistakes, some are login pages."""
ZOMBIE = timedelta(days=365)
"""A feed whose newest item is older lives on only as a file."""
GARBLED = 0.02
"""Share of damaged letters from which names are likely to be missed."""
FEWEST_TO_MISS = 3
"""Items of a document from which "all of them are new" means something."""

_NEEDS_A_PERSON = frozenset(
    {
        FeedFault.BAD_URL,
        FeedFault.BLOCKED_ADDRESS,
        FeedFault.TLS,
        FeedFault.UNAUTHORIZED,
        FeedFault.BLOCKED,
        FeedFault.NOT_FOUND,
        FeedFault.REDIRECT,
        FeedFault.HTML,
        FeedFault.NOT_A_FEED,
        FeedFault.POISONED,
    }
)

When = Callable[[datetime], str]
"""Puts a time in words, in the user's zone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """How a feed is: the word people see, since when, and what is behind it.

    `word` is alive, silent, zombie, moved, mojibake, missed, broken-xml, not polled yet, or
    the name of the fault (blocked, html, gone ...). `readable` is False only for faults.
    """

    word: str
    since: datetime | None = None
    detail: str = ""
    readable: bool = True


WELL = frozenset({"alive", NOT_POLLED, "broken-xml"})
"""How a feed is when nobody has to look after it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """An ailment that begins, or ends, with this poll."""

    ailment: Ailment
    begins: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What is told about an incident. The same `occasion` is told once."""

    headline: str
    body: str
    occasion: str


def health(state: FeedState, *, now: datetime) -> Health:
    """Return how the feed is, the gravest first; the detail names all that is not as it should."""
    if state.last_polled is None:
        return Health(word=NOT_POLLED)
    if state.fault is not None:
        return Health(
            word=state.fault.value,
            since=state.fault_since,
            detail=state.fault_detail,
            readable=False,
        )
    found = [_found(ailment, state) for ailment in _ailments(state, now)]
    if state.ill_formed:
        found.append(Health(word="broken-xml", detail="no well-formed XML; read all the same"))
    marks = [one.detail for one in found]
    if state.damaged:
        marks.append(f"{_items(state.damaged)} damaged")
    if state.dropped:
        marks.append(f"{_items(state.dropped)} over the limit left out")
    first = found[0] if found else Health(word="alive")
    return Health(word=first.word, since=first.since, detail="; ".join(marks))


def incidents(before: FeedState, after: FeedState, *, now: datetime) -> tuple[Incident, ...]:
    """Return what begins and what ends with a poll, as far as it is told.

    Trouble that a person must mend is told at the third failure; what may pass by itself (a
    timeout, a 503) when it has lasted a day. While a feed can't be read nothing else is judged.
    """
    if after.fault is not None:
        begins = Ailment.TROUBLE not in before.told and _is_told(after, now)
        return (Incident(ailment=Ailment.TROUBLE, begins=True),) if begins else ()
    found = set(_ailments(after, now))
    changed = [(ailment, ailment in found) for ailment in Ailment]
    return tuple(
        Incident(ailment=ailment, begins=begins)
        for ailment, begins in changed
        if begins != (ailment in before.told) and not (begins and _hidden(ailment, found))
    )


def notice_of(incident: Incident, before: FeedState, after: FeedState, *, when: When) -> Notice:
    """Put an incident in words, with what a person can do about it."""
    feed, ailment = after.feed, incident.ailment
    begun = _begun(ailment, after if incident.begins else before)
    since = when(begun) if begun else "an unknown time"
    if incident.begins:
        fault = after.fault.value if after.fault else ""
        headline = _BEGINS[ailment].format(feed=feed.name, fault=fault)
        body = _body(ailment, after, since)
    else:
        headline = _ENDS[ailment].format(feed=feed.name)
        body = f"It was otherwise since {since}." if begun else ""
    verb = "begins" if incident.begins else "ends"
    return Notice(
        headline=headline,
        body=f"{feed.url}\n{body}".strip(),
        occasion=f"{ailment.value} {verb} {feed.url} {begun}",
    )


_ENDS = {
    Ailment.TROUBLE: "{feed} can be read again",
    Ailment.SILENT: "{feed} brings news again",
    Ailment.ZOMBIE: "{feed} brings news again",
    Ailment.MOVED: "{feed} no longer points elsewhere",
    Ailment.GARBLED: "{feed} arrives with whole letters again",
    Ailment.MISSED: "{feed} is polled often enough again",
}


def _is_told(state: FeedState, now: datetime) -> bool:
    if state.fault is FeedFault.GONE:
        return state.failures >= 2
    if state.fault in _NEEDS_A_PERSON:
        return state.failures >= 3
    since = state.fault_since or now
    return state.failures >= 3 and now - since >= LONG_TROUBLE


def _ailments(state: FeedState, now: datetime) -> list[Ailment]:
    """Return what is wrong with a feed that can be read, the gravest first."""
    found = []
    if state.last_new is not None:
        quiet = now - state.last_new
        if quiet >= ZOMBIE:
            found.append(Ailment.ZOMBIE)
        elif quiet >= patience(state.habits):
            found.append(Ailment.SILENT)
    if state.moved_since is not None and now - state.moved_since >= MOVED_FOR_GOOD:
        found.append(Ailment.MOVED)
    if state.garbled >= GARBLED:
        found.append(Ailment.GARBLED)
    if state.missed_at is not None:
        found.append(Ailment.MISSED)
    return found


def _hidden(ailment: Ailment, found: set[Ailment]) -> bool:
    """Tell whether an ailment that begins goes without saying beside a graver one."""
    return ailment is Ailment.SILENT and Ailment.ZOMBIE in found


def _found(ailment: Ailment, state: FeedState) -> Health:
    other = discover(state.feed)
    details = {
        Ailment.SILENT: f"nothing new for longer than usual{_usual(state)}: {other}",
        Ailment.ZOMBIE: f"its newest item is more than a year old: {other}",
        Ailment.MOVED: f"to {state.moved_to}",
        Ailment.GARBLED: f"{state.garbled:.0%} of its letters arrive damaged",
        Ailment.MISSED: "all items were new at once: some may have been missed between two polls",
    }
    return Health(word=ailment.value, since=_begun(ailment, state), detail=details[ailment])


def _begun(ailment: Ailment, state: FeedState) -> datetime | None:
    return {
        Ailment.TROUBLE: state.fault_since,
        Ailment.SILENT: state.last_new,
        Ailment.ZOMBIE: state.last_new,
        Ailment.MOVED: state.moved_since,
        Ailment.GARBLED: None,
        Ailment.MISSED: state.missed_at,
    }[ailment]


def _usual(state: FeedState) -> str:
    if state.habits.gap is None:
        return ""
    return f" (usually something every {span_in_words(state.habits.gap)})"


def _items(count: int) -> str:
    return f"{count} item{'' if count == 1 else 's'}"


def span_in_words(span: timedelta) -> str:
    """Return a duration as people say it: 40 min, 3 h, 12 days."""
    minutes = max(1, round(span.total_seconds() / 60))
    if minutes < 90:
        return f"{minutes} min"
    if minutes < 36 * 60:
        return f"{round(minutes / 60)} h"
    return f"{round(minutes / 1440)} days"


_BEGINS = {
    Ailment.TROUBLE: "{feed} can't be read: {fault}",
    Ailment.SILENT: "{feed} is silent",
    Ailment.ZOMBIE: "{feed} seems to be dead",
    Ailment.MOVED: "{feed} has moved",
    Ailment.GARBLED: "{feed} arrives with damaged letters",
    Ailment.MISSED: "{feed}: items may have been missed",
}
_ELSEWHERE_TOO = frozenset({FeedFault.NOT_FOUND, FeedFault.GONE, FeedFault.HTML})
"""Faults that another feed of the same site may make good."""


def discover(feed: Feed) -> str:
    """Return what to type to find other feeds of the same site; a strange host runs nothing."""
    own = " --private" if feed.private else ""
    return f"watcher feeds discover {quote(site_of(feed.url))}{own}"


def _elsewhere(feed: Feed) -> str:
    return f"Whether its site has another feed: {discover(feed)}"


def _body(ailment: Ailment, state: FeedState, since: str) -> str:
    feed = state.feed
    match ailment:
        case Ailment.TROUBLE:
            return (
                f"{state.fault_detail}\nSince {since}, {state.failures} tries. "
                "It is asked again by itself; you are told when it is back."
                + (f"\n{_elsewhere(feed)}" if state.fault in _ELSEWHERE_TOO else "")
            )
        case Ailment.SILENT:
            return (
                f"It answers, but has brought nothing new since {since}{_usual(state)}.\n"
                f"{_elsewhere(feed)}"
            )
        case Ailment.ZOMBIE:
            return f"It answers, but its newest item is from {since}.\n{_elsewhere(feed)}"
        case Ailment.MOVED:
            return (
                f"Since {since} it has pointed to another address. Open it, and if the news is "
                f"there, put it into rules.yaml in place of the old one:\n{state.moved_to}"
            )
        case Ailment.GARBLED:
            return (
                f"{state.garbled:.0%} of its letters outside ASCII can't be decoded, so names in "
                "it may not be found. Its publisher can mend that; you may tell them."
            )
        case Ailment.MISSED:
            fixed = ", as rules.yaml says (every:)" if feed.every is not None else ""
            return (
                f"At {since} every item in it was new, so others may have come and gone since "
                f"the poll before. It is now polled every {span_in_words(state.interval)}{fixed}."
            )
