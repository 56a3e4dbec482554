"""From the bytes of one answer to a Document: decode, cut, and have what is new parsed.

Everything that takes apart what strangers wrote beyond hashing it happens in a child process
with limits (`child`), which is killed when it takes too long; then the items are tried one by
one, so that a poisoned item costs only itself. Knows nothing of HTTP or the store.
"""

from __future__ import annotations

import asyncio
import json
import re
import time
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, Self

from watcher.core.errors import FeedError
from watcher.core.model import Document, Entry, FeedFault
from watcher.feeds import dates, heads, split
from watcher.feeds.decode import Decoded, decode
from watcher.feeds.worker import ChildDiedError, Worker

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType

MOST_NEW: Final = 2_000
"""Items parsed of one document; more are left for the next poll and counted as dropped."""
_THREAD_FROM: Final = 300_000
"""Bytes from which decoding and cutting leave the event loop's thread."""

_PUBLISHED = re.compile(
    rb"<(?:[A-Za-z]{1,20}:)?(?:pubDate|published|updated|date)\b[^>]{0,100}>([^<]{4,60})<"
)


@dataclass(slots=True)
class _Reading:
    """What has been gathered of one document so far."""

    raw: dict[str, Any] = field(default_factory=dict)
    entries: list[Entry] = field(default_factory=list)
    damaged: int = 0
    notes: list[str] = field(default_factory=list)
    unread: set[bytes] = field(default_factory=set)
    """Digests of items that could not be tried in the time; left out, so the next poll tries."""


class Reader:
    """Read feed documents. An async context manager; it owns `children` child processes.

    `parse_timeout` is in seconds and bounds the whole of one document's parsing, retries
    included.
    """

    def __init__(self, *, children: int = 1, parse_timeout: float = 10.0) -> None:
        self._timeout = parse_timeout
        self._workers = [Worker() for _ in range(children)]
        self._idle: asyncio.Queue[Worker] = asyncio.Queue()

    async def __aenter__(self) -> Self:
        for worker in self._workers:
            self._idle.put_nowait(worker)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for worker in self._workers:
            await worker.stop()

    async def read(
        self,
        body: bytes,
        *,
        url: str,
        content_type: str | None,
        known: frozenset[bytes] = frozenset(),
        head: bytes | None = None,
    ) -> Document:
        """Return the document with the entries whose digests are not in `known`.

        `head` is the `Document.head` of the last reading: when what stands around the items has
        changed since, all items count as unknown. When none is unknown no child is asked.

        Raises FeedError: EMPTY for nothing, HTML for a web page, NOT_A_FEED for anything else
        that has no feed in it, POISONED for a document of which nothing could be read in time.
        """
        if len(body) >= _THREAD_FROM:
            decoded, data, root, layout = await asyncio.to_thread(_prepare, body, content_type)
        else:
            decoded, data, root, layout = _prepare(body, content_type)
        if head is not None and head != layout.head_digest:
            known = frozenset()
        if not root:
            return await self._json(decoded, url, known, layout.head_digest)
        if layout.refused:
            return await self._whole(decoded, data, url, known, layout)
        return await self._cut(decoded, data, url, known, layout)

    async def _cut(
        self,
        decoded: Decoded,
        data: bytes,
        url: str,
        known: frozenset[bytes],
        layout: split.Layout,
    ) -> Document:
        new, later = _newest([item for item in layout.items if item.digest not in known])
        reading = _Reading()
        if layout.half:
            new = [*new, split.Item(layout.half, split.digest(layout.half))]
        if new:
            agrees = await self._parse_items(reading, layout, new, url)
            if not agrees:
                return await self._whole(decoded, data, url, frozenset(), layout)
        if layout.breaks_off:
            reading.damaged += 1
            reading.notes.append("the document breaks off inside its last item")
        left = {item.digest for item in later} | reading.unread
        return _document(
            decoded,
            data,
            reading,
            digests=frozenset(item.digest for item in layout.items) - left,
            head=layout.head_digest,
            dropped=len(later) + layout.beyond,
        )

    async def _parse_items(
        self, reading: _Reading, layout: split.Layout, new: Sequence[split.Item], url: str
    ) -> bool:
        """Fill `reading` with the new items; False when feedparser sees other items than we."""
        deadline = time.monotonic() + self._timeout
        try:
            answer = await self._ask(
                "items",
                url,
                (layout.head, layout.tail, *(item.data for item in new)),
                # The rest of the time is for finding out which item it was.
                self._timeout / 2 if len(new) > 1 else self._timeout,
            )
        except ChildDiedError as died:
            await self._one_by_one(reading, layout, new, url, deadline, died)
            return True
        if not answer["agrees"]:
            return False
        self._take(reading, answer)
        if not reading.entries and reading.damaged == len(layout.items):
            raise FeedError(FeedFault.POISONED, f"no item could be read ({answer['error']}).")
        return True

    async def _one_by_one(
        self,
        reading: _Reading,
        layout: split.Layout,
        new: Sequence[split.Item],
        url: str,
        deadline: float,
        died: ChildDiedError,
    ) -> None:
        """Halve the batch that killed the child until each bad item is alone."""
        batches = [new] if len(new) == 1 else [new[: len(new) // 2], new[len(new) // 2 :]]
        if len(new) == 1:
            reading.damaged += 1
            batches = []
        while batches:
            batch = batches.pop(0)
            left = deadline - time.monotonic()
            if left < 0.05:
                reading.unread |= {item.digest for item in batch}
                reading.damaged += len(batch)
                continue
            parts = (layout.head, layout.tail, *(item.data for item in batch))
            try:
                answer = await self._ask("items", url, parts, max(left / 4, 0.1))
            except ChildDiedError:
                if len(batch) == 1:
                    reading.damaged += 1
                else:
                    batches[:0] = [batch[: len(batch) // 2], batch[len(batch) // 2 :]]
                continue
            self._take(reading, answer)
        if not reading.entries:
            raise FeedError(FeedFault.POISONED, f"no item could be read: {died}.")
        reading.notes.append(f"{reading.damaged} items could not be read: {died}")

    @staticmethod
    def _take(reading: _Reading, answer: dict[str, Any]) -> None:
        reading.raw = reading.raw or answer["document"] or {}
        for raw in answer["entries"]:
            if raw is None:
                reading.damaged += 1
            else:
                reading.entries.append(_to_entry(raw))

    async def _whole(
        self,
        decoded: Decoded,
        data: bytes,
        url: str,
        known: frozenset[bytes],
        layout: split.Layout,
    ) -> Document:
        """Read a document that can't be cut: all of it, unless the same was read before."""
        reading = _Reading()
        mark = split.digest(data) if not layout.refused else layout.head_digest
        if mark not in known:
            try:
                answer = await self._ask("whole", url, (data,), self._timeout)
            except ChildDiedError as died:
                raise FeedError(FeedFault.POISONED, f"it could not be parsed: {died}.") from None
            if answer["document"] is None:
                raise FeedError(FeedFault.POISONED, f"it could not be parsed ({answer['error']}).")
            reading.raw = answer["document"]
            raws = reading.raw["entries"]
            if not raws and not reading.raw["format"]:
                raise heads.fault(decoded.data)
            reading.entries = [_to_entry(raw) for raw in raws[:MOST_NEW]]
            if layout.refused not in {"", "no item found"}:
                reading.notes.append(f"read as a whole: {layout.refused}")
        return _document(
            decoded,
            data,
            reading,
            digests=frozenset({mark}),
            head=layout.head_digest,
            dropped=max(0, len(reading.raw.get("entries", ())) - MOST_NEW),
        )

    async def _json(
        self, decoded: Decoded, url: str, known: frozenset[bytes], mark: bytes
    ) -> Document:
        if mark in known:
            return Document(format="json", encoding=decoded.encoding, digests=known, head=mark)
        try:
            answer = await self._ask("json", url, (decoded.data,), self._timeout)
        except ChildDiedError as died:
            raise FeedError(FeedFault.POISONED, f"it could not be parsed: {died}.") from None
        if answer["document"] is None:
            raise FeedError(FeedFault.NOT_A_FEED, f"{answer['error']}.")
        reading = _Reading(raw=answer["document"])
        digests = [bytes.fromhex(text) for text in answer["digests"]]
        for raw, digest in zip(answer["entries"], digests, strict=True):
            if raw is None:
                reading.damaged += 1
            elif digest not in known:
                reading.entries.append(_to_entry(raw))
        return _document(
            decoded,
            b"",
            reading,
            digests=frozenset(digests) | {mark},
            head=b"json",
            dropped=answer["beyond"],
        )

    async def _ask(
        self, kind: str, url: str, parts: Sequence[bytes], seconds: float
    ) -> dict[str, Any]:
        worker = await self._idle.get()
        try:
            return await worker.ask({"kind": kind, "url": url}, parts, seconds)
        finally:
            self._idle.put_nowait(worker)


def _prepare(body: bytes, content_type: str | None) -> tuple[Decoded, bytes, str, split.Layout]:
    """Decode and cut; the root's name is "" for JSON. Raises FeedError for what is no feed."""
    if not body.strip(b" \t\r\n\x00"):
        raise FeedError(FeedFault.EMPTY, "the server sent an empty document.")
    decoded = decode(body, content_type)
    if decoded.data.lstrip()[:1] in {b"{", b"["}:
        whole = split.Layout(decoded.data, (), b"", split.digest(decoded.data))
        return decoded, decoded.data, "", whole
    data, root = split.strip_prolog(decoded.data)
    if not root or root.lower() in heads.PAGE_ROOTS:
        raise heads.fault(decoded.data)
    return decoded, data, root, split.cut(data)


def _newest(items: list[split.Item]) -> tuple[list[split.Item], list[split.Item]]:
    """Return the newest items up to the cap, and the others.

    Feeds put the newest first; where the dates of the first and last item say otherwise the end
    is taken.
    """
    if len(items) <= MOST_NEW:
        return items, []
    first, last = (_date_of(items[at]) for at in (0, -1))
    if first is not None and last is not None and last > first:
        return items[-MOST_NEW:], items[:-MOST_NEW]
    return items[:MOST_NEW], items[MOST_NEW:]


def _date_of(item: split.Item) -> Any:
    found = _PUBLISHED.search(item.data)
    return dates.read(found[1].decode("utf-8", "replace")) if found else None


def _to_entry(raw: dict[str, Any]) -> Entry:
    return Entry(
        guid=raw["guid"],
        url=raw["url"],
        title=raw["title"],
        summary=raw["summary"],
        text=raw["text"],
        published=dates.read(raw["published"], raw["published_parsed"]),
        updated=dates.read(raw["updated"], raw["updated_parsed"]),
        authors=tuple(raw["authors"]),
        language=raw["language"],
        categories=tuple(raw["categories"]),
        enclosures=tuple(raw["enclosures"]),
    )


def _document(
    decoded: Decoded,
    data: bytes,
    reading: _Reading,
    *,
    digests: frozenset[bytes],
    head: bytes,
    dropped: int,
) -> Document:
    about = heads.read(data)
    if dropped:
        reading.notes.append(f"{dropped} items over the limit of {MOST_NEW} were left out")
    if reading.damaged and not reading.notes:
        reading.notes.append(f"{reading.damaged} items could not be read")
    return Document(
        format=reading.raw.get("format") or about.format,
        encoding=decoded.encoding,
        title=reading.raw.get("title") or about.title,
        language=reading.raw.get("language") or about.language,
        entries=tuple(reading.entries),
        digests=digests,
        head=head,
        damaged=reading.damaged,
        dropped=dropped,
        notes=(*decoded.notes, *reading.notes),
        ttl=about.ttl if about.ttl is not None else _period(reading.raw.get("period")),
        skip_hours=about.skip_hours,
        skip_days=about.skip_days,
    )


def _period(word: str | None) -> timedelta | None:
    return heads.PERIODS.get((word or "").lower())
