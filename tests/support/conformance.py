"""What the suites of other feed readers demand of their files, in this project's terms.

Each suite has its own words; here they become, per item, the fields in which all agree: guid, url,
title, published, updated. What a suite says nothing of is absent, and isn't compared.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

EXPECTED = Path(__file__).parents[2].parent / "shared" / "data" / "feeds" / "expected"
GOFEED = (
    "gofeed_parser_atom",
    "gofeed_parser_rss",
    "gofeed_translator_atom",
    "gofeed_translator_rss",
)
_ADDRESS = "http://127.0.0.1:8097/tests/feed.xml"
"""Where feedparser's suite serves its files from."""

Item = dict[str, object]


def words(markup: str | None) -> str:
    """Return the text of `markup` on one line, read by the standard library."""
    pieces: list[str] = []
    parser = _Words(pieces)
    parser.feed(markup or "")
    parser.close()
    return " ".join("".join(pieces).split())


class _Words(HTMLParser):
    def __init__(self, pieces: list[str]) -> None:
        super().__init__()
        self._pieces = pieces

    def handle_data(self, data: str) -> None:
        self._pieces.append(data)


def same(field: str, ours: object, theirs: object) -> bool:
    """Compare one field; a title may be told as markup or as what it shows."""
    if field != "title":
        return ours == theirs
    markup = str(theirs or "")
    return ours in {words(markup), " ".join(markup.split())}


def suite(name: str) -> Iterator[tuple[Path, str, dict[int, Item], int | None]]:
    """Yield each file of a suite with its address, the items demanded by place, and their count."""
    for path in sorted((EXPECTED / name).rglob("*.xml")):
        if name == "feedparser_wellformed":
            address, items, count = _feedparser(path)
            if items or count is not None:
                yield path, address, items, count
        else:
            found = json.loads(path.with_suffix(".json").read_text())
            listed = found.get("items", found.get("entries")) or []
            read = _gofeed if name in GOFEED else _feedsmith
            yield (
                path,
                "http://example.org/feed.xml",
                dict(enumerate(map(read, listed))),
                len(listed),
            )


def _gofeed(item: dict[str, Any]) -> Item:
    """Read gofeed's JSON: what is absent is empty."""
    links = item.get("links") or []
    return {
        "guid": _text(item.get("guid", item.get("id"))),
        "url": item.get("link") or next(filter(None, map(_alternate, links)), None),
        "title": item.get("title"),
        "published": _moment(item.get("publishedParsed") or item.get("pubDateParsed")),
        "updated": _moment(item.get("updatedParsed")),
    }


def _feedsmith(item: dict[str, Any]) -> Item:
    """Read feedsmith's JSON: dates are as the file writes them, and rdf:about names an item."""
    links = item.get("links") or []
    about = item.get("rdf", {}).get("about")
    dublin = item.get("dc", {}).get("dates") or [None]
    return {
        "guid": _text(item.get("guid", item.get("id"))) or about,
        "url": item.get("link") or next(filter(None, map(_alternate, links)), None),
        "title": item.get("title"),
        "published": _moment(item.get("published") or item.get("pubDate") or dublin[0]),
        "updated": _moment(item.get("updated")),
    }


def _text(value: object) -> object:
    return (value.get("value") if isinstance(value, dict) else value) or None


def _alternate(link: object) -> object:
    if not isinstance(link, dict):
        return link
    return link.get("href") if link.get("rel") in {None, "", "alternate"} else None


def _moment(text: str | None) -> datetime | None:
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = parsedate_to_datetime(text)
    return found.replace(microsecond=0, tzinfo=found.tzinfo or UTC).astimezone(UTC)


_FEEDPARSER = {
    "id": "guid",
    "guid": "guid",
    "link": "url",
    "title": "title",
    "published_parsed": "published",
    "created_parsed": "published",
    "issued_parsed": "published",
    "date_parsed": "updated",
    "updated_parsed": "updated",
    "modified_parsed": "updated",
}


def _feedparser(path: Path) -> tuple[str, dict[int, Item], int | None]:
    """Read the `Expect:` comment of a file of feedparser's suite."""
    source = path.read_bytes().decode("utf-8", "replace")
    expect = re.search(r"Expect:\s*(.*)", source)
    location = re.search(r"Header:\s*Content-Location:\s*(\S+)", source)
    address = urljoin(_ADDRESS, location[1]) if location else _ADDRESS
    items: dict[int, Item] = {}
    count = None
    for keys, value in _comparisons(expect[1].strip() if expect else "True"):
        match keys:
            case ["len", "entries"]:
                count = value
            case ["entries", int(place), str(key)] if key in _FEEDPARSER:
                told = datetime(*value[:6], tzinfo=UTC) if isinstance(value, tuple) else value  # type: ignore[misc] # 6 ints
                items.setdefault(place, {})[_FEEDPARSER[key]] = told
            case ["entries", int(place), *_]:
                items.setdefault(place, {})
            case _:
                pass
    return address, items, count


def _comparisons(expect: str) -> Iterator[tuple[list[object], Any]]:
    """Yield what stands at the sides of each comparison: `entries[0]['id'] == 'x'`."""
    for node in ast.walk(ast.parse(expect, mode="eval")):
        if isinstance(node, ast.Compare) and isinstance(node.ops[-1], ast.Eq):
            try:
                value = ast.literal_eval(node.comparators[-1])
            except ValueError:
                continue
            for side in (node.left, *node.comparators[:-1]):
                yield _keys(side), value


def _keys(node: ast.expr) -> list[object]:
    match node:
        case ast.Name(id=name):
            return [name]
        case ast.Attribute(value=of, attr=name):
            return [*_keys(of), name]
        case ast.Subscript(value=of, slice=ast.Constant(value=key)):
            return [*_keys(of), key]
        case ast.Call(func=ast.Name(id="len"), args=[of]):
            return ["len", *_keys(of)]
        case _:
            return []
