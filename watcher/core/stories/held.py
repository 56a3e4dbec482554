"""An article as an index holds it for some days: packed to a few hundred bytes."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from watcher.core.model import ArticleId, StoryId
from watcher.core.stories.words import Words

_APART: Final = "\x1f"
"""Stands between the fields of a packed article; no word and no id has it."""
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_TICK: Final = timedelta(microseconds=1)


@dataclass(slots=True, frozen=True)
class Held:
    """An article in the index, with its words as one string each."""

    id: ArticleId
    story: StoryId
    group: ArticleId
    """The article that this one is, at last, a copy of."""
    outlet: str
    language: str
    clock: datetime | None
    title: str
    body: str
    capitals: int
    names: int

    @property
    def words(self) -> Words:
        """The words, as they were cut."""
        title, body = tuple(self.title.split()), tuple(self.body.split())
        return Words(title=title, body=body, capitals=self.capitals, names=self.names)

    def pack(self) -> bytes:
        """Return the article as few bytes: it is held for days and looked at seldom."""
        fields = (
            self.id,
            "" if str(self.story) == self.id else self.story,
            "" if self.group == self.id else self.group,
            self.outlet.replace(_APART, " "),
            self.language,
            f"{(self.clock - _EPOCH) // _TICK:x}" if self.clock else "",
            self.title,
            self.body,
            f"{self.capitals:x}",
            f"{self.names:x}",
        )
        return zlib.compress(_APART.join(fields).encode("utf-8", "surrogatepass"), 1)

    @classmethod
    def unpack(cls, packed: bytes) -> Held:
        """Return what `pack` was called on. Raises ValueError for anything else."""
        try:
            text = zlib.decompress(packed).decode("utf-8", "surrogatepass")
        except zlib.error as error:
            raise ValueError("no packed article") from error
        id_, story, group, outlet, language, clock, title, body, capitals, names = text.split(
            _APART
        )
        return cls(
            ArticleId(id_),
            StoryId(story or id_),
            ArticleId(group or id_),
            outlet,
            language,
            _EPOCH + int(clock, 16) * _TICK if clock else None,
            title,
            body,
            int(capitals, 16),
            int(names, 16),
        )
