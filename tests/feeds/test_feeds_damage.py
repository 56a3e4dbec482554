"""A damaged item costs itself alone, whatever the damage, and is counted."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from watcher.core.errors import FeedError
from watcher.core.model import Document, Entry
from watcher.feeds import Reader
from watcher.feeds.parse import _prepare

FEEDS = Path(__file__).parents[2].parent / "shared" / "data" / "feeds"
URL = "https://example.org/feed"
UTF_8 = "text/xml; charset=utf-8"

Damage = Callable[[bytes], bytes]
needs_data = pytest.mark.skipif(not FEEDS.exists(), reason="../shared/data is not here")


def inside(mark: bytes) -> Damage:
    """Put `mark` right after the item's start tag."""
    return lambda item: item.replace(b">", b">" + mark, 1)


def in_title(mark: bytes) -> Damage:
    """Put `mark` at the start of the item's title."""
    title = re.compile(rb"<title[^<>]*>(?:<!\[CDATA\[)?")
    return lambda item: title.sub(lambda start: start[0] + mark, item, count=1)


DAMAGES: dict[str, Damage] = {
    "half a character": in_title(b"\xd0\xff"),
    "a title without end": lambda item: item.replace(b"</title>", b"", 1),
    "ampersands": in_title(b" & &nosuch; "),
    "brackets": in_title(b" a < b <"),
    "half a tag": in_title(b"<b attr=x"),
    "tags that close nothing": in_title(b"</description></x>"),
    "a surrogate": in_title(b"&#xD800;"),
    "control characters": in_title(b"\x00\x01"),
    "CDATA without end": inside(b"<x><![CDATA[ "),
    "CDATA's end": in_title(b"]]>"),
    "a comment without end": inside(b"<!-- "),
    "no end": lambda item: item[: item.rfind(b"</")],
    "an undeclared prefix": in_title(b"<zz:q>q</zz:q>"),
    "one attribute twice": inside(b"<x a='1' a='2'/>"),
    "an item inside": inside(b"<item><title>inner</title></item>"),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
async def test_damage_in_one_item_costs_no_other(damage: Damage) -> None:
    items = [
        f"<item><title>Дождь {n}</title><guid>g{n}</guid><link>https://example.org/{n}</link>"
        f"<description><![CDATA[<p>Слова {n}</p>]]></description></item>".encode()
        for n in range(6)
    ]
    head, tail = b"<rss version='2.0'><channel><title>t</title>", b"</channel></rss>"

    async with Reader() as reader:
        sound = await read(reader, head + b"\n".join(items) + tail)
        items[2] = damage(items[2])
        hurt = await read(reader, head + b"\n".join(items) + tail)

    assert not set(names(sound)[:2] + names(sound)[3:]) - set(names(hurt))
    assert len(hurt.entries) + hurt.damaged >= 6


@needs_data
async def test_damage_in_one_item_of_a_real_feed_costs_no_other() -> None:
    lost = []

    async with Reader() as reader:
        for path, head, items, tail in _real():
            sound = names(await read(reader, head + b"\n".join(items) + tail))
            middle = len(items) // 2
            for kind, damage in DAMAGES.items():
                hurt = [*items[:middle], damage(items[middle]), *items[middle + 1 :]]
                found = names(await read(reader, head + b"\n".join(hurt) + tail))
                others = set(sound) - {sound[middle]}
                lost += [(path, kind, name) for name in others - set(found)]

    assert lost == []


@needs_data
async def test_every_item_of_a_malformed_document_is_read_or_counted() -> None:
    start = re.compile(rb"<(?:\w+:)?(?:item|entry)[\s>/]", re.IGNORECASE)

    async with Reader() as reader:
        for path, body in _malformed():
            try:
                document = await read(reader, body)
            except FeedError:
                continue
            there = len(start.findall(_prepare(body, None, URL).data))
            assert len(document.entries) + document.damaged >= there, path


async def read(reader: Reader, body: bytes) -> Document:
    return await reader.read(body, url=URL, content_type=UTF_8)


def names(document: Document) -> list[tuple[str | None, str | None, str]]:
    return [_name(entry) for entry in document.entries]


def _name(entry: Entry) -> tuple[str | None, str | None, str]:
    return entry.guid, entry.url, entry.title


def _real() -> Iterator[tuple[str, bytes, list[bytes], bytes]]:
    for path in sorted((FEEDS / "real_feeds").iterdir())[::40]:
        layout = _prepare(path.read_bytes(), None, URL).layout
        if not layout.refused and not layout.breaks_off and len(layout.items) > 3:
            yield path.name, layout.head, [item.data for item in layout.items], layout.tail


def _malformed() -> Iterator[tuple[Path, bytes]]:
    for path in sorted((FEEDS / "malformed").iterdir()):
        yield path, path.read_bytes()
