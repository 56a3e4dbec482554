"""What goes from hand to hand while feeds are polled, and what is counted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from watcher.core.errors import FeedError
from watcher.core.model import (
    Article,
    Document,
    FeedState,
    Fetched,
    Hit,
    Link,
    Page,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the command line says about where things are and how to print."""

    rules: Path = Path("rules.yaml")
    state: Path = Path("state")
    database_url: str | None = None
    json: bool = False
    verbose: int = 0
    color: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Polled:
    """One poll of one feed, before anything is decided. `error` or `fetched` is set.

    `document` is None for a 304, `error` holds a failure with its named cause. `pages` is what came
    of the pages of its articles.
    """

    state: FeedState
    at: datetime
    fetched: Fetched | None = None
    document: Document | None = None
    error: FeedError | None = None
    pushed: bool = False
    """A hub sent it, unasked."""
    rung: bool = False
    """The feed was asked because its hub said no more than that there is something new."""
    pages: tuple[Page, ...] = ()


@dataclass(slots=True, kw_only=True)
class Tally:
    """What came of some polls, counted."""

    polled: int = 0
    not_modified: int = 0
    failed: int = 0
    pages: int = 0
    pages_failed: int = 0
    items_new: int = 0
    stories_new: int = 0
    copies: int = 0
    matches: int = 0
    alerts: int = 0
    held: int = 0

    def add(self, other: Tally) -> None:
        """Count `other` in."""
        for name in self.__slots__:
            setattr(self, name, getattr(self, name) + getattr(other, name))


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """An article with its place in a story and the rules that hold for it.

    `changed` has, for an edit of a known article, the rules whose matched sentence was changed,
    `lost` what was found in the words before by rules that find nothing any more.
    """

    article: Article
    link: Link
    hits: tuple[Hit, ...]
    changed: frozenset[str] | None = None
    lost: tuple[Hit, ...] = ()
    vanished: str = ""
    """What answers where the article was, when it is gone from its page."""
