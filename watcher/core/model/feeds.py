"""A feed as the user names it, and what is known of it after each poll."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from watcher.core.model.ids import FeedId

NOT_POLLED = "not polled yet"
"""What every screen and message calls a feed that was not asked yet."""


class FullText(StrEnum):
    """When the page of an article is fetched for its whole text."""

    NEVER = "never"
    WHEN_NEAR = "when-near"
    """When the words of a rule are there in part, so that the page decides."""
    ALWAYS = "always"


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """One feed as rules.yaml names it. `name` is the outlet that people read in alerts.

    Where nobody gave it a name (`named` is False), `name` is its site until it has been read, and
    the title it gives itself from then on. `url` is what names it everywhere: the address, as it
    stands in rules.yaml where a secret is put into it (${KEY}).
    """

    url: str
    name: str
    language: str | None = None
    tags: frozenset[str] = frozenset()
    every: timedelta | None = None
    private: bool = False
    full_text: FullText = FullText.NEVER
    named: bool = True
    secret_url: str | None = field(default=None, repr=False, compare=False)
    """The address with its secrets in place, where it has any: never stored, never shown."""

    @property
    def asked(self) -> str:
        """The address at which it is asked."""
        return self.secret_url or self.url


class FeedFault(StrEnum):
    """Why a poll failed; the value is the word people see in `feeds check` and `status`."""

    BAD_URL = "bad-url"
    BLOCKED_ADDRESS = "blocked-address"
    DNS = "dns"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    RESET = "reset"
    TLS = "tls"
    TIMEOUT = "timeout"
    REDIRECT = "redirect"
    UNAUTHORIZED = "unauthorized"
    BLOCKED = "blocked"
    """Refused (403), or answered with a page that asks whether a person is there."""
    NOT_FOUND = "not-found"
    GONE = "gone"
    RATE_LIMITED = "rate-limited"
    SERVER_ERROR = "server-error"
    BAD_STATUS = "bad-status"
    TOO_LARGE = "too-large"
    TRUNCATED = "truncated"
    BAD_RESPONSE = "bad-response"
    BAD_COMPRESSION = "bad-compression"
    EMPTY = "empty"
    HTML = "html"
    NOT_A_FEED = "not-a-feed"
    POISONED = "poisoned"


class Ailment(StrEnum):
    """What the health channels are told about a feed: once when it begins, once when it ends."""

    TROUBLE = "trouble"
    """It can't be read."""
    SILENT = "silent"
    """It answers, and brings nothing new for longer than its own habits explain."""
    ZOMBIE = "zombie"
    """It answers, and its newest item is years old."""
    MOVED = "moved"
    """It has redirected for good to the same new address for weeks."""
    GARBLED = "mojibake"
    """Its letters arrive damaged, so that names in it may not be found."""
    MISSED = "missed"
    """All of its items were new at once: some may have come and gone between two polls."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """How a feed usually behaves, learned from when its items came.

    `gap` is the usual time between two items (their dates, else the polls that brought them),
    `longest` the longest pause so far, slowly forgotten; `gaps` counts what both were learned
    from. `reach` is how far back the last document went: an item that comes is in it for so long.
    """

    gap: timedelta | None = None
    longest: timedelta | None = None
    gaps: int = 0
    reach: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What a publisher asks of those who poll, as last said: most answers (304) repeat none of it.

    `max_age` is from Cache-Control, else Expires; `ttl` from the document; both unbounded as
    served. `skip_hours` are 0-23 and `skip_days` English names of weekdays, both GMT.
    """

    max_age: timedelta | None = None
    ttl: timedelta | None = None
    skip_hours: frozenset[int] = frozenset()
    skip_days: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedState:
    """What is remembered of one feed between two polls.

    `etag` and `last_modified` are opaque and go back byte for byte. `digests` are the hashes of
    the items in the last document read, `head` the hash of what stands around them. A feed whose
    `first_read` is None was never read: its first document is a baseline (told as one summary).
    """

    id: FeedId
    feed: Feed
    next_due: datetime
    interval: timedelta
    etag: str | None = None
    last_modified: str | None = None
    head: bytes | None = None
    digests: frozenset[bytes] = frozenset()
    first_read: datetime | None = None
    last_polled: datetime | None = None
    last_read: datetime | None = None
    """Last 200 or 304 that was understood."""
    last_new: datetime | None = None
    """Last poll that brought a new article; after the first sight the date of its newest item."""
    validated_since: datetime | None = None
    """Start of an unbroken run of 304 answers; None after a 200."""
    failures: int = 0
    fault: FeedFault | None = None
    fault_detail: str = ""
    fault_since: datetime | None = None
    told: frozenset[Ailment] = frozenset()
    """The running incidents that the health channels were told of."""
    habits: Habits = Habits()
    wishes: Wishes = Wishes()
    missed_at: datetime | None = None
    """Last poll in which every item was new; None again once a later poll has overlapped."""
    damaged: int = 0
    """Items lost to damage in the last document read."""
    dropped: int = 0
    """Items over the cap in the last document read."""
    ill_formed: bool = False
    """The last document was no well-formed XML, and was read all the same."""
    garbled: float = 0.0
    """Share of the letters outside ASCII that arrived damaged in the last document, 0 to 1."""
    moved_to: str | None = None
    """Where a permanent redirect points."""
    moved_since: datetime | None = None
    """Since when it has pointed there without a break."""
    hub: str | None = None
    """WebSub: who sends what is new, if asked to."""
    topic: str | None = None
    """WebSub: the address under which the hub knows the feed (its `self` link)."""
    title: str = ""
    """What the feed calls itself."""
    format: str | None = None
    encoding: str | None = None


class HubState(StrEnum):
    """How a subscription at a WebSub hub stands."""

    ASKED = "asked"
    """The hub has not confirmed it yet."""
    LIVE = "live"
    """Confirmed, until its lease ends."""
    DENIED = "denied"
    """The hub doesn't want to; it is asked again after a day."""
    LEAVING = "leaving"
    """To be given up, as soon as the hub confirms that."""
    LEFT = "left"
    """Given up; what still comes is answered with 410."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """One feed's subscription at one WebSub hub.

    `token` is the last part of the callback's address and `secret` signs what the hub sends; both
    are unguessable, and stand in no log. `renew` is when the hub is asked next, `until` when the
    lease ends.
    """

    token: str = field(repr=False)
    secret: str = field(repr=False)
    feed: FeedId
    hub: str
    topic: str
    base: str
    """`public_url` as it was when the hub was asked: the callback's address begins with it."""
    state: HubState
    renew: datetime
    since: datetime | None = None
    """When the hub first confirmed it."""
    until: datetime | None = None
    pushed: datetime | None = None
    """When the hub last sent something new."""
    missed: datetime | None = None
    """When a poll last found what the hub ought to have sent."""
    slowed: datetime | None = None
    """The feed's `next_due` as it was put off because the hub sends what is new."""
    failures: int = 0
    """Questions to the hub since it last confirmed."""
    refused: int = 0
    """Pushes without the right signature."""
    detail: str = ""
    """What went wrong last, in one line."""

    @property
    def callback(self) -> str:
        """The address that the hub is given; as good as a password."""
        return f"{self.base}/{self.token}"
