"""Which bytes of the document, as it was served, an item was read from.

Items are cut out of clean UTF-8 (`decode`), so each is turned back into the document's charset,
and only what then stands in the document byte for byte is called exact. Takes time linear in the
document.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from watcher.core.model import Part, Served
from watcher.feeds.decode import Decoded
from watcher.feeds.split import Item

LARGEST_WHOLE: Final = 1_000_000
"""Bytes of a document that is kept whole where its items can't be told apart in it."""
_MOST_SEARCHED: Final = 20_000_000
"""Bytes looked through for items that are not where they should be."""
_WIDTHS: Final = {"utf-16-le": 2, "utf-16-be": 2, "utf-32-le": 4, "utf-32-be": 4}


def whole(body: bytes) -> Served | None:
    """Return the whole document in place of an item; None when it is too large to be kept."""
    if len(body) > LARGEST_WHOLE:
        return None
    return Served(data=body, part=Part.DOCUMENT, offset=0)


def trace(body: bytes, decoded: Decoded, items: Sequence[Item], before: int) -> list[Served]:
    """Return what each of the items was read from, in their order.

    The items' `start` counts from `before` bytes after the beginning of the clean text.
    """
    trail = _Trail(body, decoded, before)
    return [trail.find(item) for item in items]


class _Trail:
    """Walks along the clean text and the document at once."""

    def __init__(self, body: bytes, decoded: Decoded, before: int) -> None:
        self._body = body
        self._clean = decoded.data
        self._codec = decoded.encoding
        self._before = before
        self._searched = 0
        # Both walk from the beginning, where a mark of the byte order may stand.
        self._clean_at = 0
        self._body_at = _mark(body, decoded.encoding)

    def find(self, item: Item) -> Served:
        """Return the bytes of an item, with their place if it can be said."""
        raw = self._encoded(item.data)
        if raw is not None:
            at = self._due_at(item)
            if at is not None and self._body.startswith(raw, at):
                self._clean_at = self._before + item.start + len(item.data)
                self._body_at = at + len(raw)
                return Served(data=raw, offset=at)
            at, alone = self._search(raw)
            if at is not None:
                return Served(data=raw, offset=at if alone else None)
        return Served(data=item.data, exact=False)

    def _encoded(self, data: bytes) -> bytes | None:
        """Return clean text in the document's charset; None where it has signs it can't hold."""
        if self._codec == "utf-8":
            return data
        try:
            return data.decode().encode(self._codec)
        except UnicodeError:
            return None

    def _due_at(self, item: Item) -> int | None:
        """Return where the item begins if all that stands before it was served as it was read."""
        start = self._before + item.start
        if item.start < 0 or start < self._clean_at:
            return None
        if self._codec == "utf-8":
            return self._body_at + start - self._clean_at
        between = self._encoded(self._clean[self._clean_at : start])
        return None if between is None else self._body_at + len(between)

    def _search(self, raw: bytes) -> tuple[int | None, bool]:
        """Return where the bytes stand first, and whether nowhere else."""
        if self._searched > _MOST_SEARCHED:
            return None, False
        self._searched += len(self._body)
        at = self._body.find(raw)
        if at < 0 or at % _WIDTHS.get(self._codec, 1):
            return None, False
        return at, self._body.find(raw, at + 1) < 0


def _mark(body: bytes, codec: str) -> int:
    """Return the length of the byte order mark."""
    mark = "\ufeff".encode(codec) if codec.startswith("utf-") else b""
    return len(mark) if mark and body.startswith(mark) else 0
