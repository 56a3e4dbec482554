"""Whom to tell and when: the channels of rules.yaml, and what their services can show."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import time, timedelta
from enum import StrEnum

from watcher.core.model.places import NOWHERE, Place


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
class Escalation:
    """Tell these channels, too, when nobody has acknowledged a critical alert for so long."""

    after: timedelta
    to: tuple[str, ...]


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
    template: str = ""
    """The user's own wording (`core.render.template`); "" for the usual one."""
    targets: tuple[str, ...] = ()
    place: Place = NOWHERE
    """Where its address stands, for messages."""


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
