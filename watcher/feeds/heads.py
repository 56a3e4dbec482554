"""What can be told from the start of a document without parsing it.

The head of a feed (title, language, how often to ask, when not to) is read here when nothing in
it is new, and a document that is no feed gets its name: a web page, a robot check, a login page.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from typing import Final

from watcher.core.errors import FeedError
from watcher.core.model import FeedFault
from watcher.feeds import links, text

PAGE_ROOTS: Final = frozenset({"html", "body", "head", "script", "div", "meta", "title", "p"})

PERIODS: Final = {
    "hourly": timedelta(hours=1),
    "daily": timedelta(days=1),
    "weekly": timedelta(weeks=1),
    "monthly": timedelta(days=30),
    "yearly": timedelta(days=365),
}
_WEEKDAYS = frozenset(
    ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
)
MOST_LINKS = 50
_LOOKED_AT = 60_000
"""Bytes; heads are some hundred long, but some carry comments and logos."""

_ITEM = re.compile(rb"<(?:[A-Za-z_][\w.-]{0,30}:)?(?:item|entry)(?=[\s>/])")
_ASIDE = re.compile(rb"<(image|textInput|textinput)\b[^>]{0,500}>.{0,4000}?</\1>", re.DOTALL)
_ROOT = re.compile(rb"<(?:[\w.-]{1,30}:)?(rss|feed|rdf|channel)\b([^>]{0,8000})", re.IGNORECASE)
_VERSION = re.compile(rb"""\bversion\s{0,9}=\s{0,9}["']([\d.]{1,9})["']""")
_XML_LANG = re.compile(rb"""\bxml:lang\s{0,9}=\s{0,9}["']([A-Za-z0-9_-]{1,35})["']""")
_TITLE = re.compile(
    rb"<(?:[\w.-]{1,30}:)?title\b[^>]{0,500}>(.{0,4000}?)</(?:[\w.-]{1,30}:)?title", re.DOTALL
)
_LANGUAGE = re.compile(rb"<(?:dc:)?language>\s{0,99}([A-Za-z0-9_-]{1,35})\s{0,99}<")
_TTL = re.compile(rb"<ttl>\s{0,99}(\d{1,7})\s{0,99}</ttl>")
_PERIOD = re.compile(rb"<sy:updatePeriod>\s{0,99}([a-z]{5,8})\s{0,99}<")
_FREQUENCY = re.compile(rb"<sy:updateFrequency>\s{0,99}(\d{1,4})\s{0,99}<")
_LINK = re.compile(rb"<(?:[\w.-]{1,30}:)?link\b([^<>]{1,2000})>", re.IGNORECASE)
_REL = re.compile(rb"""\brel\s{0,9}=\s{0,9}["']([^"'<>]{1,200})["']""", re.IGNORECASE)
_HREF = re.compile(
    rb"""\bhref\s{0,9}=\s{0,9}(?:"([^"<>]{1,2000})"|'([^'<>]{1,2000})')""", re.IGNORECASE
)
_SKIP_HOURS = re.compile(rb"<skipHours>(.{0,2000}?)</skipHours>", re.DOTALL | re.IGNORECASE)
_SKIP_DAYS = re.compile(rb"<skipDays>(.{0,2000}?)</skipDays>", re.DOTALL | re.IGNORECASE)
_HOUR = re.compile(rb"<hour>\s{0,9}(\d{1,2})\s{0,9}</hour>", re.IGNORECASE)
_DAY = re.compile(rb"<day>\s{0,9}([A-Za-z]{6,9})\s{0,9}</day>", re.IGNORECASE)

_RSS = {
    b"2.0": "rss20",
    b"0.91": "rss091u",
    b"0.92": "rss092",
    b"0.93": "rss093",
    b"0.94": "rss094",
}
_NAMESPACES = (
    (b"http://www.w3.org/2005/atom", "atom10"),
    (b"http://purl.org/atom/ns#", "atom03"),
    (b"http://purl.org/rss/1.0/", "rss10"),
    (b"http://my.netscape.com/rdf/simple/0.9/", "rss090"),
)
_OPML = re.compile(rb"<opml[\s>]", re.IGNORECASE)
_PAGE = re.compile(
    rb"<!doctype\s+html|<html[\s>]|<body[\s>]|<head[\s>]|<script[\s>]", re.IGNORECASE
)
_FEED_LINK = re.compile(
    rb"<link\b(?=[^>]{0,500}application/(?:rss|atom)\+xml)[^>]{0,500}?href\s*=\s*[\"']([^\"'>]{1,500})",
    re.IGNORECASE,
)
_CHALLENGES = re.compile(
    rb"just a moment|attention required|ddos-guard|captcha|checking your browser|are you a robot|"
    rb"cf-chl|_incapsula_|access denied|request blocked|verify you are human",
    re.IGNORECASE,
)
_PORTALS = re.compile(rb"captive|hotspot|wi-?fi login|network login", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What the publisher says about the feed as a whole."""

    format: str = ""
    title: str = ""
    language: str | None = None
    ttl: timedelta | None = None
    skip_hours: frozenset[int] = frozenset()
    skip_days: frozenset[str] = frozenset()
    hub: str | None = None
    topic: str | None = None
    """WebSub: the addresses of the links `hub` and `self`."""


def read(data: bytes, url: str = "") -> Head:
    """Return what the part of `data` before its first item says; `url` is where it came from."""
    start = data[:_LOOKED_AT]
    item = _ITEM.search(start)
    start = _ASIDE.sub(b"", start[: item.start()] if item else start)
    root = _ROOT.search(start)
    if root is None:
        return Head()
    title = _TITLE.search(start)
    named = _links(start, url)
    language = _LANGUAGE.search(start) or _XML_LANG.search(root[2])
    return Head(
        format=_format(root[1].lower(), root[2]),
        title=text.one_line(title[1].decode("utf-8", "replace")) if title else "",
        language=language[1].decode("ascii") if language else None,
        ttl=_ttl(start),
        skip_hours=frozenset(int(hour) % 24 for hour in _inside(_SKIP_HOURS, _HOUR, start)),
        skip_days=frozenset(day.decode().capitalize() for day in _inside(_SKIP_DAYS, _DAY, start))
        & _WEEKDAYS,
        hub=named.get("hub"),
        topic=named.get("self"),
    )


def fault(data: bytes) -> FeedError:
    """Return the error that names what `data`, which is no feed, is instead."""
    start = data[:_LOOKED_AT]
    if _OPML.search(start):
        return FeedError(
            FeedFault.NOT_A_FEED,
            "it is a list of feeds (<opml>): watcher feeds import takes it in.",
        )
    if not _PAGE.search(start):
        root = re.search(rb"<([A-Za-z_][\w:.-]{0,40})", start)
        what = f"XML of another kind (<{root[1].decode()}>)" if root else "plain text"
        first = text.one_line(start[:300].decode("utf-8", "replace"), limit=60)
        return FeedError(FeedFault.NOT_A_FEED, f'it is {what}, not a feed: "{first}".')
    title = _TITLE.search(start)
    name = text.one_line(title[1].decode("utf-8", "replace"), limit=80) if title else ""
    shown = f' called "{name}"' if name else ""
    link = _FEED_LINK.search(start)
    kind = FeedFault.HTML
    if _CHALLENGES.search(start):
        kind = FeedFault.BLOCKED
        why = " It asks whether a person is there, so the site may be blocking programs."
    elif _PORTALS.search(start):
        why = " It looks like the login page of a network."
    elif link:
        shown_link = text.unescape(link[1].decode("utf-8", "replace"))
        why = f" It names this feed: {shown_link}"
    else:
        why = ""
    return FeedError(kind, f"it is a web page{shown}, not a feed.{why}")


def _links(start: bytes, url: str) -> dict[str, str]:
    """Return the first usable address of each kind of link."""
    found: dict[str, str] = {}
    for link_tag in islice(_LINK.finditer(start), MOST_LINKS):
        rel, href = _REL.search(link_tag[1]), _HREF.search(link_tag[1])
        if rel is None or href is None:
            continue
        link = links.clean(text.unescape((href[1] or href[2]).decode("utf-8", "replace")), url)
        for name in rel[1].decode("utf-8", "replace").lower().split() if link else ():
            found.setdefault(name, link or "")
    return found


def _format(root: bytes, attributes: bytes) -> str:
    lower = attributes.lower()
    for namespace, name in _NAMESPACES:
        if namespace in lower and (root != b"rss"):
            return name
    if root == b"rss":
        version = _VERSION.search(attributes)
        return _RSS.get(version[1], "rss") if version else "rss"
    return "atom" if root == b"feed" else "rss"


def _ttl(start: bytes) -> timedelta | None:
    minutes = _TTL.search(start)
    if minutes and int(minutes[1]):
        return timedelta(minutes=int(minutes[1]))
    period = _PERIOD.search(start)
    length = PERIODS.get(period[1].decode()) if period else None
    if length is None:
        return None
    frequency = _FREQUENCY.search(start)
    return length / max(1, int(frequency[1]) if frequency else 1)


def _inside(block: re.Pattern[bytes], part: re.Pattern[bytes], start: bytes) -> list[bytes]:
    found = block.search(start)
    return part.findall(found[1]) if found else []
