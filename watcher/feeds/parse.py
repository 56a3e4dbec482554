"""From the bytes of one answer to a Document: decode, cut, and have what is new parsed.

Everything that takes apart what strangers wrote beyond hashing it happens in a child process
with limits (`child`), which is killed when it takes too long; then the items are tried one by
one, so that a poisoned item costs only itself. Knows nothing of HTTP or the store.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
import time
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, Self

from watcher.core.errors import FeedError
from watcher.core.model import Document, Entry, FeedFault
from watcher.feeds import dates, heads, served, sitemap, split
from watcher.feeds.decode import Decoded, decode
from watcher.feeds.worker import ChildDiedError, Worker

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType

MOST_NEW: Final = 2_000
"""Items parsed of one document; more are left for the next poll and counted as dropped."""
_THREAD_FROM: Final = 300_000
"""Bytes from which decoding and cutting leave the event loop's thread."""

_TOO_LATE: Final = 0.05
"""Seconds left below which no further try is begun."""
_JSON: Final = "json"
_SITEMAP: Final = "sitemap"
_LISTED: Final = frozenset({_JSON, _SITEMAP})
"""Why these aren't cut: the child takes them apart, and hashes their items."""

_PUBLISHED = re.compile(
    rb"<(?:[A-Za-z]{1,20}:)?(?:pubDate|published|updated|date)\b[^>]{0,100}>([^<]{4,60})<"
)


@dataclass(frozen=True, slots=True)
class _Source:
    """One document, decoded and cut, not yet parsed. `data` begins at the root element."""

    url: str
    body: bytes
    decoded: Decoded
    data: bytes
    layout: split.Layout

    @property
    def is_cut_off(self) -> bool:
        """Whether an XML document lacks its end."""
        if self.layout.refused in _LISTED:
            return False
        return self.layout.breaks_off or not split.is_whole(self.data)


_Numbered = tuple[int, split.Item]
"""An item and its place among the new ones: they are not always tried in order."""


@dataclass(slots=True)
class _Reading:
    """What has been gathered of one document so far."""

    raw: dict[str, Any] = field(default_factory=dict)
    items: int = 0
    found: dict[int, Entry] = field(default_factory=dict)
    damaged: int = 0
    dropped: int = 0
    left: int = 0
    notes: list[str] = field(default_factory=list)
    error: str = ""
    untried: set[bytes] = field(default_factory=set)
    """Digests of items for which no time was left; left out, so that the next poll tries them."""

    def take(self, answer: dict[str, Any], places: Sequence[int]) -> None:
        """Add what the child made of the items at `places`; None is one it couldn't read."""
        self.raw = self.raw or answer["document"] or {}
        self.error = self.error or answer["error"]
        for place, raw in zip(places, answer["entries"], strict=True):
            if raw is None:
                self.damaged += 1
            else:
                self.found[place] = _to_entry(raw)

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The entries in the order of the document."""
        return tuple(self.found[place] for place in sorted(self.found))


class Reader:
    """Read feed documents. An async context manager; it owns `children` child processes.

    `parse_timeout` is in seconds and bounds the whole of one document's parsing, retries
    included.
    """

    def __init__(self, *, children: int = 1, parse_timeout: float = 10.0) -> None:
        self._timeout = parse_timeout
        self._workers = [Worker() for _ in range(children)]
        self._idle: asyncio.Queue[Worker] = asyncio.Queue()
        self._large = asyncio.Semaphore(children)
        for worker in self._workers:
            self._idle.put_nowait(worker)

    async def __aenter__(self) -> Self:
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
        if len(body) < _THREAD_FROM:
            return await self._read(_prepare(body, content_type, url), known, head)
        # A large one is there several times while it is read, so they take turns.
        async with self._large:
            source = await asyncio.to_thread(_prepare, body, content_type, url)
            return await self._read(source, known, head)

    async def _read(self, source: _Source, known: frozenset[bytes], head: bytes | None) -> Document:
        if source.layout.refused in _LISTED:
            return await self._listed(source.layout.refused, source, known)
        if head is not None and head != source.layout.head_digest:
            known = frozenset()
        if source.layout.refused:
            return await self._uncut(source, known)
        return await self._cut(source, known)

    async def _cut(self, source: _Source, known: frozenset[bytes]) -> Document:
        """Read the unknown items of a document that could be cut."""
        layout = source.layout
        new, later = _newest([item for item in layout.items if item.digest not in known])
        items = len(layout.items) + layout.beyond + layout.breaks_off
        reading = _Reading(items=items, dropped=len(later) + layout.beyond)
        new = split.with_twins(layout.items, new, known)
        if layout.half:
            new = [*new, split.Item(layout.half, split.digest(layout.half))]
        if new and not await self._items(source, new, reading):
            await self._whole(source, reading)
        elif reading.found:
            await self._trace(source, new, reading)
        if layout.breaks_off:
            reading.damaged += 1
            reading.notes.append("the document breaks off inside its last item")
        left = {item.digest for item in later} | reading.untried
        reading.left = len(left)
        return _document(source, reading, {item.digest for item in layout.items} - left)

    async def _trace(self, source: _Source, new: Sequence[split.Item], reading: _Reading) -> None:
        """Let each entry know the bytes it was read from."""
        body, decoded, before = (
            source.body,
            source.decoded,
            len(source.decoded.data) - len(source.data),
        )
        places = sorted(reading.found)
        items = [new[place] for place in places]
        if len(body) < _THREAD_FROM:
            found = served.trace(body, decoded, items, before)
        else:
            found = await asyncio.to_thread(served.trace, body, decoded, items, before)
        for place, one in zip(places, found, strict=True):
            reading.found[place] = replace(reading.found[place], served=one)

    async def _items(self, source: _Source, new: Sequence[split.Item], reading: _Reading) -> bool:
        """Fill `reading` with the new items; False when feedparser sees other items than we."""
        deadline = time.monotonic() + self._timeout
        batch = list(enumerate(new))
        # Of several, half the time is kept for finding out which one it was.
        seconds = self._timeout / 2 if len(new) > 1 else self._timeout
        try:
            answer = await self._ask_items(source, batch, seconds)
        except ChildDiedError as died:
            await self._one_by_one(source, batch, reading, deadline)
            reading.error = f"{died}"
            reading.damaged += len(new) == 1
        else:
            if not answer["agrees"]:
                return False
            reading.take(answer, range(len(new)))
        if not reading.found and reading.damaged >= len(source.layout.items):
            raise FeedError(FeedFault.POISONED, f"no item could be read: {reading.error}.")
        if reading.damaged:
            reading.notes.append(f"{reading.damaged} items could not be read: {reading.error}")
        return True

    async def _one_by_one(
        self,
        source: _Source,
        batch: list[_Numbered],
        reading: _Reading,
        deadline: float,
    ) -> None:
        """Try the items of a batch that killed the child in ever smaller batches.

        Poison is big, so the largest item is set aside first; after that batches are halved.
        """
        by_size = sorted(batch, key=lambda one: len(one[1].data))
        batches = [by_size[:-1], by_size[-1:]] if len(batch) > 1 else []
        while batches:
            batch = batches.pop(0)
            left = deadline - time.monotonic()
            if left < _TOO_LATE:
                reading.untried |= {item.digest for _, item in batch}
                reading.damaged += len(batch)
                continue
            try:
                answer = await self._ask_items(source, batch, left / 3)
            except ChildDiedError:
                batches[:0] = _halves(batch)
                reading.damaged += len(batch) == 1
            else:
                reading.take(answer, [place for place, _ in batch])

    async def _uncut(self, source: _Source, known: frozenset[bytes]) -> Document:
        """Read a document that can't be cut: all of it, unless the same was read before."""
        reading = _Reading()
        mark = source.layout.head_digest
        if mark not in known:
            await self._whole(source, reading)
        return _document(source, reading, {mark})

    async def _whole(self, source: _Source, reading: _Reading) -> None:
        try:
            answer = await self._ask("whole", source.url, [source.data], self._timeout)
        except ChildDiedError as died:
            raise FeedError(FeedFault.POISONED, f"it could not be parsed: {died}.") from None
        if answer["document"] is None:
            raise FeedError(FeedFault.POISONED, f"it could not be parsed ({answer['error']}).")
        reading.raw = answer["document"]
        raws = reading.raw["entries"]
        reading.items = len(raws)
        if not raws and not reading.raw["format"]:
            raise heads.fault(source.decoded.data)
        reading.found = {place: _to_entry(raw) for place, raw in enumerate(raws[:MOST_NEW])}
        reading.dropped += max(0, len(raws) - MOST_NEW)
        if source.layout.refused != split.NO_ITEM:
            why = source.layout.refused or "the parser sees other items"
            reading.notes.append(f"read as a whole: {why}")

    async def _listed(self, kind: str, source: _Source, known: frozenset[bytes]) -> Document:
        mark = source.layout.head_digest
        if mark in known:
            return Document(
                format=kind,
                encoding=source.decoded.encoding,
                digests=known,
                head=mark,
                items=len(known) - 1,
            )
        try:
            answer = await self._ask(kind, source.url, [source.data], self._timeout)
        except ChildDiedError as died:
            raise FeedError(FeedFault.POISONED, f"it could not be parsed: {died}.") from None
        if answer["document"] is None:
            raise FeedError(FeedFault.NOT_A_FEED, f"{answer['error']}.")
        items = len(answer["digests"]) + answer["beyond"]
        reading = _Reading(items=items, dropped=answer["beyond"])
        digests = [bytes.fromhex(text) for text in answer["digests"]]
        raws = list(zip(answer["entries"], digests, strict=True))
        shared = {_address(raw) for raw, digest in raws if digest not in known} - {None}
        answer["entries"] = [
            raw for raw, digest in raws if digest not in known or _address(raw) in shared
        ]
        reading.take(answer, range(len(answer["entries"])))
        return _document(source, reading, {*digests, mark})

    async def _ask_items(
        self, source: _Source, items: Sequence[_Numbered], seconds: float
    ) -> dict[str, Any]:
        parts = [source.layout.head, source.layout.tail, *(item.data for _, item in items)]
        return await self._ask("items", source.url, parts, seconds)

    async def _ask(
        self, kind: str, url: str, parts: Sequence[bytes], seconds: float
    ) -> dict[str, Any]:
        worker = await self._idle.get()
        request = {"kind": kind, "url": url}
        try:
            try:
                return await worker.ask(request, parts, seconds)
            except ChildDiedError as died:
                if died.slow:
                    raise
                # It may have been the system that killed it, for memory others took: once more.
                return await worker.ask(request, parts, seconds)
        finally:
            self._idle.put_nowait(worker)


def _prepare(body: bytes, content_type: str | None, url: str) -> _Source:
    """Decode and cut; raises FeedError for what is no feed."""
    if not body.strip(b" \t\r\n\x00"):
        raise FeedError(FeedFault.EMPTY, "the document is empty.")
    decoded = decode(body, content_type)
    if decoded.data.lstrip()[:1] in {b"{", b"["}:
        mark = split.digest(decoded.data)
        layout = split.Layout(decoded.data, (), b"", mark, refused=_JSON)
        return _Source(url, body, decoded, decoded.data, layout)
    data, root = split.strip_prolog(decoded.data)
    if root.rpartition(":")[2].lower() in sitemap.ROOTS:
        layout = split.Layout(data, (), b"", split.digest(data), refused=_SITEMAP)
        return _Source(url, body, decoded, data, layout)
    if not root or root.lower() in heads.PAGE_ROOTS:
        raise heads.fault(decoded.data)
    return _Source(url, body, decoded, data, split.cut(data))


def _address(raw: dict[str, Any] | None) -> str | None:
    """Return the address of an item that has no other name (see `split.with_twins`)."""
    return raw["url"] if raw and not raw["guid"] else None


def _left_out(reading: _Reading) -> str:
    """Say what was not looked at for want of room, and whether it will be."""
    said = f"{reading.dropped} items over the limit of {MOST_NEW} were left out"
    return f"{said}; {reading.left} of them are read next" if reading.left else said


def _halves(batch: list[_Numbered]) -> list[list[_Numbered]]:
    middle = len(batch) // 2
    return [batch[:middle], batch[middle:]] if middle else []


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


def _date_of(item: split.Item) -> datetime | None:
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


def _document(source: _Source, reading: _Reading, digests: set[bytes]) -> Document:
    about = heads.read(source.data, source.url)
    if reading.dropped:
        reading.notes.append(_left_out(reading))
    if source.is_cut_off and not source.layout.breaks_off:
        reading.notes.append("the document breaks off before its end")
    entries = reading.entries
    if any(entry.served is None for entry in entries):
        whole = served.whole(source.body)
        entries = tuple(replace(one, served=one.served or whole) for one in entries)
    period = heads.PERIODS.get((reading.raw.get("period") or "").lower())
    return Document(
        format=reading.raw.get("format") or about.format,
        encoding=source.decoded.encoding,
        title=reading.raw.get("title") or about.title,
        language=reading.raw.get("language") or about.language,
        entries=entries,
        sha256=hashlib.sha256(source.body).hexdigest() if entries else "",
        size=len(source.body),
        digests=frozenset(digests),
        head=source.layout.head_digest,
        items=reading.items,
        ill_formed=source.is_cut_off or not reading.raw.get("strict", True),
        cut_off=source.is_cut_off,
        garbled=source.decoded.garbled,
        damaged=reading.damaged,
        dropped=reading.dropped,
        left=reading.left,
        notes=(*source.decoded.notes, *reading.notes),
        ttl=about.ttl if about.ttl is not None else period,
        skip_hours=about.skip_hours,
        skip_days=about.skip_days,
        hub=about.hub or reading.raw.get("hub"),
        topic=about.topic or reading.raw.get("topic"),
    )
