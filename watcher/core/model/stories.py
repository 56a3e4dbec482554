"""Articles, and the stories that they belong to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from watcher.core.model.ids import ArticleId, StoryId
from watcher.core.model.rules import Hit


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
class Version:
    """An article as it was until `until`, and what was found in it (None: not written down)."""

    until: datetime
    article: Article
    hits: tuple[Hit, ...] | None = None


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A moment of history: an article came in at `at`, or was edited.

    `before` holds the words that an edit replaced; None when the article was new. `baseline` says
    that its feed was being read for the first time.
    """

    article: Article
    link: Link
    at: datetime
    baseline: bool = False
    before: Article | None = None
