"""What is told: decisions, alerts, their deliveries and what became of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from watcher.core.model.ids import AlertId, ArticleId, DeliveryId, StoryId
from watcher.core.model.rules import Hit, Severity
from watcher.core.model.stories import Article, Story


class AlertKind(StrEnum):
    """What an alert tells."""

    NEW = "new"
    """First article of a story that matches."""
    FOLLOW_UP = "follow-up"
    """A later report of a story already told."""
    CHANGED_WORDS = "new-words"
    """A folded copy that matches something not told yet (a decoy can't silence)."""
    EDIT = "edit"
    """The publisher changed the matched sentence, or took the words out, after it was told."""
    VANISHED = "vanished"
    """The page of an article that was told is gone; `body` says what answered."""
    BASELINE = "baseline"
    """Found on the first sight of a feed: part of one summary."""
    SPIKE = "spike"
    """Unusually many stories of a rule in one day."""
    HEALTH = "health"
    """About the watcher itself or a feed, not about the news."""


class Reason(StrEnum):
    """Why a rule was told to a target, or not."""

    NEW_STORY = "first article of the story that matches"
    FOLLOW_UP = "another report of a story already told"
    NEW_WORDS = "matches words not told of this story before"
    EDITED = "the matched sentence was edited after it was told"
    UNSAID = "the words that were told are no longer in the article"
    VANISHED = "the article that was told is gone from its page"
    BASELINE = "found on the first sight of the feed: told in one summary"
    REACHED = "enough outlets have it now"
    FOLDED = "a copy of an article already told"
    TOO_FEW = "not enough outlets have it yet"
    FOLLOW_UPS_OFF = "the rule does not want follow-ups"
    EDITS_OFF = "the rule does not want edits"
    MUTED = "muted"
    NO_CHANNEL = "the rule names no channel"


class Hold(StrEnum):
    """Why a delivery waits, and with what it is grouped."""

    QUIET = "quiet hours"
    DIGEST = "digest"
    LIMIT = "limit"
    THROTTLE = "throttle"
    ESCALATION = "nobody acknowledged it yet"
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


class MuteKind(StrEnum):
    """What can be muted."""

    RULE = "rule"
    FEED = "feed"
    STORY = "story"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mute:
    """Nothing is told of this rule, feed (its address) or story (its id) until a time.

    `until` None: until it is unmuted. What is muted is still stored, matched and decided about.
    """

    kind: MuteKind
    what: str
    since: datetime
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ack:
    """Somebody has taken note of an alert."""

    alert: AlertId
    at: datetime
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """Something told about one article: a row before it is a message.

    For HEALTH there is no article: `headline` and `body` are the whole text. For VANISHED `body`
    says what answered where the article was.
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
    CANCELLED = "cancelled"
    """Not needed any more: somebody acknowledged the alert before it was escalated."""


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
    hits_before: tuple[Hit, ...] = ()
    """For EDIT: what was found in `before`; a rule in it that is not in `hits` lost its words."""
    edited_since: bool = False
    """The words that matched are gone: `article` and `hits` are as they were when decided."""
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
