"""Articles that people were told of, and whose pages are looked at again for silent edits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from watcher.core.model.ids import ArticleId


@dataclass(frozen=True, slots=True, kw_only=True)
class Recheck:
    """One article to be looked at again on its page.

    `since` is when it was first told. `due` None: it is done, and only kept to count how often its
    host was asked. `page` is the hash of the text that its page gave, and that its newest words
    hold; "" where they came from elsewhere, so that there is nothing to compare.
    """

    article: ArticleId
    url: str
    host: str
    since: datetime
    due: datetime | None
    page: str = ""
    missing: datetime | None = None
    """When the page was first found gone, and not seen since."""
    looked: datetime | None = None
    etag: str | None = None
    last_modified: str | None = None


class Sight(StrEnum):
    """What a look at the page of an article showed."""

    THERE = "there"
    GONE = "gone"
    """404, 410, or a redirect to the front page of its site."""
    UNSURE = "unsure"
    """A wall, a refusal, a server in trouble: evidence of nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Glimpse:
    """What came of one look. `text` is the page's article, "" when it was not read or is as it was.

    `detail` says in words for people what answered, where the page is not there.
    """

    sight: Sight
    text: str = ""
    detail: str = ""
    etag: str | None = None
    last_modified: str | None = None
    retry_after: timedelta | None = None
