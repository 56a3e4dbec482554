"""Subscription lists (OPML 1.0 and 2.0): read what other readers export, and write ours.

Folders become tags. Real lists are often damaged, so one that is no XML is searched for its
outlines all the same.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET
from xml.sax.saxutils import quoteattr

from watcher.core.errors import UsageError
from watcher.core.model import Feed
from watcher.feeds import split, text
from watcher.feeds.decode import decode

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_OUTLINE = re.compile(
    r"""<(/?)outline\b((?:[^<>"']|"[^"]{0,8000}"|'[^']{0,8000}')*+)>""", re.IGNORECASE
)
_ATTRIBUTE = re.compile(r"""([\w:.-]{1,60})\s{0,20}=\s{0,20}(?:"([^"]*)"|'([^']*)')""")
_BARE_AMPERSAND = re.compile(r"&(?!(?:[A-Za-z][A-Za-z0-9]{0,30}|#\d{1,7}|#[xX][0-9A-Fa-f]{1,6});)")
_DEEPEST = 50

_Outline = tuple[dict[str, str], tuple[str, ...]]


def read(source: str | bytes) -> tuple[Feed, ...]:
    """Return the feeds of an OPML list in its order, each address once.

    The folders around an outline, and its category attribute, become tags. Raises UsageError
    when there is no outline with a feed's address in it.
    """
    data = decode(
        source.encode("utf-8", "replace") if isinstance(source, str) else source, None
    ).data
    feeds: dict[str, Feed] = {}
    for attributes, folders in _outlines(split.strip_prolog(data)[0].decode()):
        url = _url(attributes)
        if not url:
            continue
        name = text.tidy(attributes.get("title") or attributes.get("text") or url, limit=300)
        tags = frozenset(folders) | _categories(attributes.get("category", ""))
        if url in feeds:
            earlier = feeds[url]
            feeds[url] = Feed(
                url=url, name=earlier.name, language=earlier.language, tags=earlier.tags | tags
            )
        else:
            language = attributes.get("language", "").strip() or None
            feeds[url] = Feed(url=url, name=name or url, language=language, tags=tags)
    if not feeds:
        raise UsageError(
            "This is not an OPML list of feeds: it has no <outline> with an xmlUrl. "
            "Export the list again from the other reader as OPML."
        )
    return tuple(feeds.values())


def write(feeds: Iterable[Feed], title: str) -> str:
    """Return the feeds as OPML 2.0, sorted by name.

    Each feed stands in a folder called after its first tag, because most readers show folders and
    no categories; all of its tags are its categories, so that `read` brings the same feeds back.
    """
    folders: dict[str, list[Feed]] = {}
    for feed in sorted(feeds, key=lambda one: (one.name.casefold(), one.url)):
        folders.setdefault(min(feed.tags, default=""), []).append(feed)
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<opml version="2.0">',
        f"  <head><title>{_escaped(title)}</title></head>",
        "  <body>",
    ]
    for folder, inside in sorted(folders.items()):
        if folder:
            lines.append(f"    <outline text={quoteattr(_legal(folder))}>")
        lines += [f"    {'  ' if folder else ''}{_outline(feed)}" for feed in inside]
        if folder:
            lines.append("    </outline>")
    lines += ["  </body>", "</opml>", ""]
    return "\n".join(lines)


def _outline(feed: Feed) -> str:
    attributes = {"type": "rss", "text": feed.name, "title": feed.name, "xmlUrl": feed.url}
    if feed.language:
        attributes["language"] = feed.language
    if feed.tags:
        attributes["category"] = ",".join(sorted(feed.tags))
    written = " ".join(f"{key}={quoteattr(_legal(value))}" for key, value in attributes.items())
    return f"<outline {written}/>"


def _outlines(source: str) -> Iterator[_Outline]:
    try:
        # No DOCTYPE reaches it (strip_prolog), so there is no entity to expand.
        root = ET.fromstring(_BARE_AMPERSAND.sub("&amp;", source))  # noqa: S314
    except (ET.ParseError, ValueError):
        return _searched(source)
    return _walked(root)


def _walked(root: ET.Element) -> Iterator[_Outline]:
    waiting: list[tuple[ET.Element, tuple[str, ...]]] = [(root, ())]
    while waiting:
        element, folders = waiting.pop()
        inside = folders
        if element.tag.rpartition("}")[2].lower() == "outline":
            attributes = dict(element.attrib)
            yield attributes, folders
            if not _url(attributes):
                inside = _deeper(folders, attributes)
        waiting.extend((child, inside) for child in reversed(element))


def _searched(source: str) -> Iterator[_Outline]:
    """Find outlines in what is no well-formed XML."""
    folders: list[tuple[str, ...]] = [()]
    for tag in _OUTLINE.finditer(source):
        if tag[1]:
            if len(folders) > 1:
                folders.pop()
            continue
        attributes = {
            key: text.unescape(double or single)
            for key, double, single in _ATTRIBUTE.findall(tag[2])
        }
        yield attributes, folders[-1]
        if not tag[2].rstrip().endswith("/"):
            inside = folders[-1] if _url(attributes) else _deeper(folders[-1], attributes)
            folders.append(inside)


def _deeper(folders: tuple[str, ...], attributes: dict[str, str]) -> tuple[str, ...]:
    name = _tag(attributes.get("text") or attributes.get("title") or "")
    return (*folders, name) if name and len(folders) < _DEEPEST else folders


def _url(attributes: dict[str, str]) -> str:
    for key, value in attributes.items():
        if key.lower() in {"xmlurl", "xmluri"} and value.strip():
            url = value.strip()
            return f"http:{url[5:]}" if url.lower().startswith("feed://") else url
    return ""


def _categories(value: str) -> frozenset[str]:
    names = (_tag(part.rpartition("/")[2]) for part in value.split(","))
    return frozenset(name for name in names if name)


def _tag(name: str) -> str:
    return text.tidy(name, limit=100).replace(",", " ").strip()


def _legal(value: str) -> str:
    return text.tidy(value, limit=8_000)


def _escaped(value: str) -> str:
    return _legal(value).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
