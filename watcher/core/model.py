"""The nouns of the program: frozen values that every room speaks in.

Nothing here reads, writes, or asks the time. Times are aware UTC datetimes; ids are NewTypes;
closed sets are StrEnums, whose values are what users read in JSON and in the store. Texts are
plain text (no markup), as `feeds` extracted it, unfolded: folding belongs to `core.text`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import NewType

FeedId = NewType("FeedId", int)
"""Row number of a feed in the store."""
ArticleId = NewType("ArticleId", str)
"""16 hex digits made from the feed's address and the entry's key (`core.identity.article_id`)."""
StoryId = NewType("StoryId", str)
"""The id of the story's first article."""
AlertId = NewType("AlertId", str)
"""16 hex digits made from what is told (`core.decide`)."""
DeliveryId = NewType("DeliveryId", str)
"""16 hex digits made from alert and target (`core.decide`)."""


# --- feeds -------------------------------------------------------------------------------------


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
    the title it gives itself from then on.
    """

    url: str
    name: str
    language: str | None = None
    tags: frozenset[str] = frozenset()
    every: timedelta | None = None
    private: bool = False
    full_text: FullText = FullText.NEVER
    named: bool = True


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


# --- articles and stories ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One entry of one feed, in its publisher's words.

    `key` is what the feed calls the entry (guid, else link) and is unique within `feed`; one
    Reuters text in two feeds is two articles and one story. `published` is None when the feed
    gives no date or one we could not read: never a guess, because a guess sorts as if it were news.
    """

    id: ArticleId
    title: str
    summary: str = ""
    text: str = ""
    key: str = ""
    feed: str = ""
    """Address of the feed."""
    outlet: str = ""
    """Who printed it: the feed's name."""
    url: str | None = None
    language: str | None = None
    published: datetime | None = None
    seen: datetime | None = None
    """When it was first fetched; None only for articles given on the command line."""
    tags: frozenset[str] = frozenset()
    """The feed's tags."""
    authors: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()

    def field_text(self, name: str) -> str:
        """Return the text of the field `name`: "title", "summary" or "text"."""
        return {"title": self.title, "summary": self.summary, "text": self.text}[name]


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What identity must know of a stored article: its names and the hash of its words."""

    id: ArticleId
    key: str
    fingerprint: str
    """Hash of link and title (`core.identity.fingerprint`)."""
    content: str
    """Hash of title, summary and text (`core.identity.content`)."""
    title: str = ""
    url: str | None = None


class LinkKind(StrEnum):
    """How an article belongs to its story."""

    NEW = "new"
    COPY = "copy"
    """Near-identical text: folded silently."""
    REPORT = "report"
    """The same event in other words: grouped, told as a follow-up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """The story of an article, and why. `to` is the nearest member; None and score 0 for `new`."""

    article: ArticleId
    kind: LinkKind
    story: StoryId
    to: ArticleId | None = None
    score: float = 0.0
    """0 to 1."""
    why: tuple[str, ...] = ()
    """Short reasons in plain words, best first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One article of a story, as alerts speak of it."""

    article: ArticleId
    outlet: str
    title: str
    url: str | None
    kind: LinkKind
    seen: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """That `rule` was told of this story to `target`, on the entities `terms`."""

    rule: str
    target: str
    terms: frozenset[str]
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """A story so far: members in order of appearance, what was told, and earlier matches."""

    id: StoryId
    members: tuple[Member, ...] = ()
    told: tuple[Told, ...] = ()
    hits: tuple[tuple[ArticleId, Hit], ...] = ()


# --- rules -------------------------------------------------------------------------------------


class Severity(StrEnum):
    """How much a rule matters; `critical` passes quiet hours and limits."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """0 (low) to 3 (critical)."""
        return list(Severity).index(self)


class TermKind(StrEnum):
    """What a leaf of a rule is; the value is the key in rules.yaml (`word` is a bare string)."""

    WORD = "word"
    PHRASE = "phrase"
    EXACT = "exact"
    FUZZY = "fuzzy"
    ENTITY = "entity"
    REGEX = "regex"


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A leaf: `text` as the user wrote it (for ENTITY its id)."""

    text: str
    kind: TermKind = TermKind.WORD


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Holds when each part that is not empty holds: one of `any`, each of `all`, none of `none`.

    With `near`, the words of `all` (or of `any` beside `all`) must stand within so many words.
    """

    any: tuple[Term | Group, ...] = ()
    all: tuple[Term | Group, ...] = ()
    none: tuple[Term | Group, ...] = ()
    near: int | None = None


class FollowUps(StrEnum):
    """When later reports of a story already told are told."""

    HOURLY = "hourly"
    NOW = "now"
    DIGEST = "digest"
    OFF = "off"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """Which feeds a rule listens to: host patterns ("*.kz") or outlet names, and tags."""

    only: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    tags: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class AtLeast:
    """Tell only when so many outlets, or so many independent texts (origins), have the story."""

    outlets: int = 1
    origins: int = 1
    within: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleTest:
    """A sentence kept beside a rule; `expect` says whether the rule must match it."""

    text: str
    expect: bool
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One watch rule. `notify` names channels; empty `languages` means any."""

    name: str
    find: Term | Group
    severity: Severity = Severity.NORMAL
    notify: tuple[str, ...] = ()
    search_in: tuple[str, ...] = ("title", "summary", "text")
    languages: frozenset[str] = frozenset()
    sources: Sources = field(default_factory=Sources)
    at_least: AtLeast = field(default_factory=AtLeast)
    follow_ups: FollowUps = FollowUps.HOURLY
    active_from: date | None = None
    active_until: date | None = None
    why: str = ""
    tests: tuple[RuleTest, ...] = ()
    line: int = 0
    """Where it stands in its file, for messages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alias:
    """One spelling of an entity. `language` is as the pack writes it: "en", "kk-arab", "zh-hant".

    Flags: `exact` no endings; `case` as written; `ctx` counts only beside a context word of the
    entity; `fuzzy` one edit allowed. `source` says where it was seen, or "unverified".
    """

    text: str
    language: str
    source: str = ""
    exact: bool = False
    case: bool = False
    ctx: bool = False
    fuzzy: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """A person, place, organisation or topic with all its spellings."""

    id: str
    name: str
    type: str = ""
    aliases: tuple[Alias, ...] = ()
    context: tuple[str, ...] = ()
    not_with: tuple[str, ...] = ()
    not_inside: tuple[str, ...] = ()
    not_languages: frozenset[str] = frozenset()
    """Languages whose texts never speak of it, though a word looks so ("kandas" in Indonesian)."""
    note: str = ""


class How(StrEnum):
    """How the words of a match came to be recognised."""

    EXACT = "exact"
    INFLECTED = "inflected"
    FOLDED = "folded"
    FUZZY = "fuzzy"
    REGEX = "regex"


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """Words of an article that a leaf found: `text == article.field_text(field)[start:end]`.

    `start` and `end` count code points of the original field. `term` is the leaf as the user
    wrote it, `entity` its id when the leaf is one, `alias` the spelling that was recognised.
    """

    term: str
    alias: str
    field: str
    start: int
    end: int
    text: str
    how: How
    entity: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A rule that holds for an article, with the matches that made it hold, in reading order."""

    rule: str
    matches: tuple[Match, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """One leaf of a rule, tried on an article: found or not, and the nearest thing to it."""

    term: str
    kind: TermKind
    found: bool
    matches: tuple[Match, ...] = ()
    nearest: str = ""
    """In plain words, when not found: "Серикжан found, Билаш not"; "" when nothing is near."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Why a rule holds or not. `obstacle` is the first reason in plain words when it doesn't."""

    rule: str
    holds: bool
    leaves: tuple[Leaf, ...]
    obstacle: str = ""


# --- channels and alerts -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Quiet:
    """Quiet hours in the user's time zone; may pass midnight. They hold, they never drop."""

    start: time
    end: time


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """At most `count` messages in `per`; what is over goes into one grouped message."""

    count: int
    per: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """Times of day (user's time zone) at which all that was held goes out as one message.

    `weekdays` are 0 (Monday) to 6; empty means every day.
    """

    at: tuple[time, ...]
    weekdays: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """One channel of rules.yaml. `url` is an Apprise URL with its secrets: never print it.

    `targets` are the names of its recipients, one each, filled in by `alerts`.
    """

    name: str
    url: str = field(repr=False)
    digest: Digest | None = None
    quiet: Quiet | None = None
    limit: Limit | None = None
    health: bool = False
    targets: tuple[str, ...] = ()
    line: int = 0


class AlertKind(StrEnum):
    """What an alert tells."""

    NEW = "new"
    """First article of a story that matches."""
    FOLLOW_UP = "follow-up"
    """A later report of a story already told."""
    CHANGED_WORDS = "new-words"
    """A folded copy that matches something not told yet (a decoy can't silence)."""
    EDIT = "edit"
    """The publisher changed the matched sentence after it was told."""
    BASELINE = "baseline"
    """Found on the first sight of a feed: part of one summary."""
    HEALTH = "health"
    """About the watcher itself or a feed, not about the news."""


class Reason(StrEnum):
    """Why a rule was told to a target, or not."""

    NEW_STORY = "first article of the story that matches"
    FOLLOW_UP = "another report of a story already told"
    NEW_WORDS = "matches words not told of this story before"
    EDITED = "the matched sentence was edited after it was told"
    BASELINE = "found on the first sight of the feed: told in one summary"
    REACHED = "enough outlets have it now"
    FOLDED = "a copy of an article already told"
    TOO_FEW = "not enough outlets have it yet"
    FOLLOW_UPS_OFF = "the rule does not want follow-ups"
    NO_CHANNEL = "the rule names no channel"


class Hold(StrEnum):
    """Why a delivery waits, and with what it is grouped."""

    QUIET = "quiet hours"
    DIGEST = "digest"
    LIMIT = "limit"
    FOLLOW_UPS = "follow-ups of the hour"
    BASELINE = "first sight of a feed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What is done about one rule, one article and one target; `hold` says why it waits."""

    rule: str
    target: str
    tell: bool
    reason: Reason
    kind: AlertKind = AlertKind.NEW
    due: datetime | None = None
    hold: Hold | None = None
    matched_in: ArticleId | None = None
    """The article whose matches are told, when not the deciding one (at_least reached later)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """Something told about one article: a row before it is a message.

    For HEALTH there is no article: `headline` and `body` are the whole text.
    """

    id: AlertId
    kind: AlertKind
    created: datetime
    severity: Severity = Severity.NORMAL
    rules: tuple[str, ...] = ()
    story: StoryId | None = None
    article: ArticleId | None = None
    headline: str = ""
    body: str = ""


class DeliveryState(StrEnum):
    """Where a delivery stands."""

    DUE = "due"
    HELD = "held"
    SENDING = "sending"
    SENT = "sent"
    UNKNOWN = "unknown"
    PARKED = "parked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One alert on its way to one target.

    `rules` are those of the alert's rules that name this target. `hold` groups: deliveries of one
    target that are due and have the same hold go out in one message. `message` is the key under
    which it was last sent; a resend carries the same key.
    """

    id: DeliveryId
    alert: AlertId
    target: str
    rules: tuple[str, ...]
    state: DeliveryState
    due: datetime
    hold: Hold | None = None
    attempts: int = 0
    message: str | None = None
    error: str = ""
    sent: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """All that the wording of one alert for one target needs."""

    delivery: Delivery
    alert: Alert
    article: Article | None = None
    hits: tuple[Hit, ...] = ()
    story: Story | None = None
    before: Article | None = None
    """For EDIT: the article as it was when told."""
    whys: Mapping[str, str] = field(default_factory=dict)
    """Rule name -> the rule's own `why`."""
    names: Mapping[str, str] = field(default_factory=dict)
    """Entity id -> the name people know it by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What one message to one target is made of. `repeat`: an earlier try may have arrived."""

    key: str
    """Idempotency key: the same on every try."""
    target: str
    tellings: tuple[Telling, ...]
    repeat: bool = False


class Format(StrEnum):
    """What a target can show."""

    PLAIN = "plain"
    MARKDOWN = "markdown"
    HTML = "html"


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """What a target takes: its format and limits in characters (0 = no title of its own).

    `count_bytes`: the limits are UTF-8 bytes, as ntfy counts.
    """

    format: Format = Format.PLAIN
    title_limit: int = 250
    body_limit: int = 32_000
    count_bytes: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message in words, within the target's limits. `thread` names its story (mail threads)."""

    key: str
    title: str
    body: str
    html: str = ""
    thread: str = ""
    url: str = ""


class Sent(StrEnum):
    """What became of a try to send."""

    OK = "sent"
    RETRY = "failed for now"
    REFUSED = "refused for good"
    UNKNOWN = "unknown: it may have arrived"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The result of one try. `detail` is one line without secrets."""

    sent: Sent
    detail: str = ""
    retry_after: timedelta | None = None


# --- rules.yaml --------------------------------------------------------------------------------


class Weight(StrEnum):
    """How bad a finding in rules.yaml is."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """One finding in a rules file: where, what is in the way, and the mend, in plain words."""

    file: str
    line: int
    column: int
    message: str
    weight: Weight = Weight.ERROR

    def __str__(self) -> str:
        """Return the line that people and editors read: file:line:column: message."""
        return f"{self.file}:{self.line}:{self.column}: {self.message}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """rules.yaml and what it includes, checked. Nothing in it is printed with secrets."""

    path: str
    timezone: str = "UTC"
    channels: tuple[Channel, ...] = ()
    feeds: tuple[Feed, ...] = ()
    rules: tuple[Rule, ...] = ()
    entities: tuple[Entity, ...] = ()
    public_url: str = ""
    """WebSub: where hubs on the internet reach this watcher ("" for: they can't)."""
    listen: str = "127.0.0.1:8077"
    """WebSub: the host and port at which hubs' requests arrive, handed on by a web server."""
    contact: str = ""
    """A page for publishers who wonder who asks them; it goes into the User-Agent."""
    warnings: tuple[Mistake, ...] = ()
    files: tuple[str, ...] = ()
    """Every file that was read: a change of any of them is a change of the rules."""
    secrets: frozenset[str] = field(default=frozenset(), repr=False)
    """Values that must appear in no output."""
