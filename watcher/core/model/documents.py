"""What a poll brings: the answer, the document in it, the pages of its articles."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from watcher.core.model.feeds import FeedFault


class PageFault(StrEnum):
    """Why the page of an article gave no text, where the way to it was free (else a FeedFault)."""

    PAYWALL = "paywall"
    CONSENT = "consent"
    """It asks for a yes to cookies or terms before it shows anything."""
    LOGIN = "login"
    ROBOT_CHECK = "robot-check"
    NO_ARTICLE = "no-article"
    NOT_A_PAGE = "not-a-page"
    """A PDF, a film or a picture."""
    OVER_LIMIT = "over-limit"
    """More new articles came at once than pages are fetched for."""
    NO_TIME = "no-time"
    """The news of the feed could not wait for it any longer."""
    NOT_INSTALLED = "not-installed"
    """What takes the text out of a page is not there."""


class Part(StrEnum):
    """What is kept of a document as the proof of one of its items."""

    ITEM = "item"
    """The item's own bytes."""
    DOCUMENT = "document"
    """The whole document: where in it the item stands can't be said (JSON, a sitemap)."""
    READING = "reading"
    """What was read, as JSON: the bytes were too many to keep, or not at hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """The bytes that an item was read from.

    `exact`: they stood so in the document as served (after decompression), at `offset` where that
    can be said. Where not, `data` is the text that was read, as UTF-8.
    """

    data: bytes
    part: Part = Part.ITEM
    offset: int | None = None
    exact: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """One answer of a feed server. `body` is None for 304 (not modified)."""

    status: int
    url: str
    """Address of the last hop."""
    body: bytes | None
    content_type: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    max_age: timedelta | None = None
    """From Cache-Control max-age, else Expires; unbounded as served."""
    moved_to: str | None = None
    """Target of a chain made of permanent redirects (301, 308) only."""
    hub: str | None = None
    topic: str | None = None
    """WebSub: hub and self as the Link header names them, which counts before the document."""
    elapsed: float = 0.0
    """Seconds for all hops, headers and body."""
    headers: tuple[tuple[bytes, bytes], ...] = field(default=(), repr=False)
    """Of an answer with a body: names and values as they came, in their order."""
    notes: tuple[str, ...] = ()
    """What was odd on the way and harms nothing, in words (a step from https down to http)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What came of fetching the page of one article: its whole text, or the cause why not."""

    url: str
    text: str = ""
    cause: FeedFault | PageFault | None = None
    detail: str = ""
    """The cause in a line for people; "" when there is a text."""
    retry_after: timedelta | None = None
    """What the server asked for (429, 503); it is meant for the whole host."""
    answer: Fetched | None = field(default=None, repr=False, compare=False)
    """What was served, where there is a text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One item of a feed document, in plain text, as its publisher wrote it.

    `published` and `updated` are None when absent or unreadable: never a guess.
    """

    guid: str | None
    url: str | None
    """http or https only, absolute; anything else is None."""
    title: str
    summary: str
    text: str = ""
    published: datetime | None = None
    updated: datetime | None = None
    authors: tuple[str, ...] = ()
    language: str | None = None
    categories: tuple[str, ...] = ()
    enclosures: tuple[str, ...] = ()
    page: str = ""
    """The whole text from the article's own page, where it was fetched: no word of the feed."""
    served: Served | None = field(default=None, repr=False, compare=False)
    """What it was read from. Equal words are equal entries, wherever they stood."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One feed document, read. `entries` are the items whose hash was not among the known ones.

    `digests` are the hashes of all items, so that the next poll can tell what is new; `damaged`
    counts the items that could not be read (or only in part), `notes` says what was odd.
    """

    format: str
    """rss20, rss10, atom10, json ...: as feedparser names them."""
    encoding: str
    """What the bytes were decoded with."""
    sha256: str = field(default="", compare=False)
    """Of all bytes of the document, after decompression; "" where it brings no entries."""
    size: int = field(default=0, compare=False)
    """So many bytes."""
    title: str = ""
    language: str | None = None
    entries: tuple[Entry, ...] = ()
    digests: frozenset[bytes] = frozenset()
    head: bytes = b""
    items: int = 0
    """All items of the document, known ones and those over the cap included."""
    damaged: int = 0
    dropped: int = 0
    """Items over the cap on items per document (the newest are kept)."""
    left: int = 0
    """Items that the next poll must bring again: over the cap of one poll, or out of time."""
    cut_off: bool = False
    """It breaks off before its end: what would have come after is not known."""
    ill_formed: bool = False
    """The XML of what was parsed was not well-formed."""
    garbled: float = 0.0
    """Share of the letters outside ASCII that could not be decoded, 0 to 1."""
    hub: str | None = None
    topic: str | None = None
    """WebSub: hub and self, as the document's head names them."""
    notes: tuple[str, ...] = ()
    ttl: timedelta | None = None
    """RSS ttl, or sy:updatePeriod; unbounded as served."""
    skip_hours: frozenset[int] = frozenset()
    """0-23, GMT."""
    skip_days: frozenset[str] = frozenset()
    """English weekday names, GMT."""
