"""The same event in another language, among the articles of the last two days.

Only what rules found counts, so the store can say it again after a start: nothing is kept in a file
of its own. It is filled when the first article with an entity comes, and not at all while the rules
file doesn't ask for it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from watcher.core.model import Article, ArticleId, Hit, Link
from watcher.store import Queries

if TYPE_CHECKING:
    from watcher.core.stories.across import Across


class Abroad:
    """What opened stories lately and in which rules found entities; filled from the store.

    `types` are the types of entities by their ids. Another mapping means other rules: then
    everything is read anew.
    """

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._across: Across | None = None
        self._types: Mapping[str, str] = {}

    def forget(self) -> None:
        """Let go of everything: it is read from the store when it is next asked for."""
        self._across = None

    def place(
        self,
        known: Queries,
        article: Article,
        link: Link,
        hits: Sequence[Hit],
        types: Mapping[str, str],
    ) -> Link:
        """Return `link`, or one to the story that a new article reports in its own language."""
        from watcher.core.stories.across import named_in  # noqa: PLC0415 - as in memory

        named = named_in(hits, types)
        if not named:
            return link
        across = self._opened(known, types)
        across.expire(self._clock())
        link = across.place(article, named, link)
        across.add(article, named, link)
        return link

    def edit(self, article: Article, link: Link, hits: Sequence[Hit]) -> None:
        """File what a publisher changed anew, if anything is filed yet."""
        if self._across is not None:
            from watcher.core.stories.across import named_in  # noqa: PLC0415 - as in memory

            self._across.add(article, named_in(hits, self._types), link)

    def discard(self, article_id: ArticleId) -> None:
        """Undo `place`."""
        if self._across is not None:
            self._across.discard(article_id)

    def _opened(self, known: Queries, types: Mapping[str, str]) -> Across:
        if self._across is not None and self._types is types:
            return self._across
        from watcher.core.stories.across import ACROSS_WINDOW, Across, named_in  # noqa: PLC0415

        across = Across()
        for article, link, hits in known.matched_since(self._clock() - ACROSS_WINDOW):
            across.add(article, named_in(hits, types), link)
        self._across, self._types = across, types
        return across
