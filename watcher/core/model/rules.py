"""Watch rules and entities, and what they find in an article."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from watcher.core.model.channels import Digest, Escalation
from watcher.core.model.places import NOWHERE, Place


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
    """A sentence kept beside a rule; `expect` says whether the rule must match it.

    `via` names the spelling, word or entity that must find it. `printed_by` are outlets that have
    it, by name or site; with `outlets` or `origins` so many have it, and `at_least` counts.
    """

    text: str
    expect: bool
    via: str = ""
    outlets: int = 0
    origins: int = 0
    printed_by: tuple[str, ...] = ()
    place: Place = NOWHERE


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
    digest: Digest | None = None
    """Its alerts are collected and told at these times, whatever the channel does."""
    throttle: timedelta | None = None
    """At most one message to a target in so long; what comes meanwhile goes as one."""
    escalate: Escalation | None = None
    edits: bool = True
    """Whether an edit of a sentence that was told is told."""
    spike: bool = False
    """Whether unusually many stories in a day are told."""
    active_from: date | None = None
    active_until: date | None = None
    why: str = ""
    tests: tuple[RuleTest, ...] = ()
    place: Place = NOWHERE
    """Where its name stands, for messages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alias:
    """One spelling of an entity. `language` is as the pack writes it: "en", "kk-arab", "zh-hant".

    Flags: `exact` no endings; `case` as written; `ctx` counts only beside a context word of the
    entity; `fuzzy` one edit allowed. `source` says where it was seen, or "unverified".
    `not_with`, `not_inside` and `not_languages` say where this spelling is something else, when
    the entity's other spellings are not ("Sincan" beside Ankara).
    """

    text: str
    language: str
    source: str = ""
    exact: bool = False
    case: bool = False
    ctx: bool = False
    fuzzy: bool = False
    not_with: tuple[str, ...] = ()
    not_inside: tuple[str, ...] = ()
    not_languages: frozenset[str] = frozenset()


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

    def severity(self, of_rule: Severity) -> Severity:
        """Return how much the hit matters under its rule: at most normal if all it has is fuzzy.

        A misspelling may be another word; alone it wakes nobody.
        """
        if self.matches and all(match.how is How.FUZZY for match in self.matches):
            return min(of_rule, Severity.NORMAL, key=lambda severity: severity.rank)
        return of_rule


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
