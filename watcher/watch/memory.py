"""What was printed in the last days, so that a copy is known as one, also after a restart."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from watcher.core.errors import WatcherError
from watcher.core.model import Article, ArticleId, Link, LinkKind, StoryId
from watcher.store import Queries, Scratch, Store, keep
from watcher.watch.abroad import Abroad

if TYPE_CHECKING:
    from watcher.core.stories import StoryIndex

log = logging.getLogger(__name__)

WINDOW = timedelta(hours=72)
"""How long a story takes in copies and reports."""
SPLITS = "stories split"
"""The note that says what people split from its story: article ids, the oldest first."""
MOST_SPLITS = 500
"""Ids that the note keeps: what is older has left the window."""
KEEP_SHARE = 20
"""The story index is written down when one in so many of its articles isn't yet."""


def noted(known: Queries, moved: Iterable[ArticleId]) -> str:
    """Return the note with these ids at its end."""
    before = json.loads(known.note(SPLITS) or "[]")
    return json.dumps([*before, *moved][-MOST_SPLITS:])


class Memory:
    """The story index of the last days, and the file in which it outlasts the process.

    `kept` is that file; without one every start reads the articles again. Everything here runs in
    one thread at a time, that of `settle`.
    """

    def __init__(self, store: Store, clock: Callable[[], datetime], kept: Path | None) -> None:
        self.opened = False
        self.abroad = Abroad(clock)
        self._index: StoryIndex | None = None
        self._store = store
        self._clock = clock
        self._kept = kept
        self._kept_at = 0
        self._splits: str | None = None

    @property
    def index(self) -> StoryIndex:
        """The index; made when first asked for, as most runs from cron bring no news."""
        if self._index is None:
            self._index = _empty(self._kept.parent if self._kept else None)
        return self._index

    def expire(self) -> None:
        """Let go of what is too old."""
        if self._index is not None:
            self._index.expire(self._clock())

    def open(self) -> int:
        """Read the articles of the window back, so that copies of them are known as such."""
        self._index = None
        self.abroad.forget()
        since = self._clock() - WINDOW
        with self._store.read() as known:
            place = self._take_up(known)
            for article, link in known.articles_since(since, after=place):
                self.index.add(article, link)
            self._heed(known)
        self.expire()
        # Last: when the state can't be read, what was printed must not count as unknown for ever.
        self.opened = True
        return len(self.index)

    def place(self, article: Article, *, baseline: bool) -> Link:
        """Find the story of a new article, and remember it.

        A feed's first document goes back for years. What in it is older than the window is told
        in one summary whatever it is a copy of, and copies of it no longer come.
        """
        dated, seen = article.published, article.seen
        if baseline and dated and seen and seen - dated > WINDOW:
            return Link(article=article.id, kind=LinkKind.NEW, story=StoryId(article.id))
        link = self.index.place(article)
        self.index.add(article, link)
        return link

    def heed(self, known: Queries) -> None:
        """Follow what people split since, so that copies find the story that is theirs now."""
        if known.note(SPLITS) != self._splits:
            self._heed(known)

    def _heed(self, known: Queries) -> None:
        self.abroad.forget()
        self._splits = known.note(SPLITS)
        for id_ in map(ArticleId, json.loads(self._splits or "[]")):
            article, link = known.article(id_), known.link(id_)
            if article is not None and link is not None and id_ in self.index:
                self.index.add(article, link)

    def _take_up(self, known: Queries) -> tuple[int, str, int] | None:
        """Fill the index from the file; return how far that goes, None when it is of no use."""
        if self._kept is None:
            return None
        try:
            pieces = keep.read(self._kept)
            number, id_, version = json.loads(next(pieces))
            wording = next(pieces)
            if known.has_been_at((number, id_, version)) and wording == _wording():
                self.index.load(pieces)
                self._kept_at = number
                return number, id_, version
        except (OSError, ValueError, TypeError, StopIteration) as error:
            log.debug("the story index is read from the articles: %s", error)
            self._index = None
        return None

    def keep(self) -> None:
        """Write the index down for the next start, if much has come since it last was.

        Runs where `settle` does. The file may be lost: it only saves reading articles again.
        """
        if self._kept is None or not self.opened:
            return
        try:
            with self._store.read() as known:
                place = known.place()
            if (place[0] - self._kept_at) * KEEP_SHARE < len(self.index):
                return
            head = [json.dumps(place).encode(), _wording()]
            keep.write(self._kept, chain(head, self.index.dump()))
            self._kept_at = place[0]
        except (OSError, WatcherError) as error:
            log.warning("%s: %s; the next start takes longer", self._kept, error)


def _wording() -> bytes:
    from watcher.core.stories.wording import wording  # noqa: PLC0415 - as below

    return str(wording()).encode()


def _empty(folder: Path | None) -> StoryIndex:
    """Return an empty index, whose articles lie in files of that folder, if there is one."""
    from watcher.core.stories import StoryIndex  # noqa: PLC0415 - its tables take 50 ms

    if folder is None:
        return StoryIndex(window=WINDOW)
    return StoryIndex(window=WINDOW, segments=partial(Scratch, folder))
