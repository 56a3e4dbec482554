"""Google-News sitemaps, which newsrooms without RSS (Reuters, AP) still keep; runs in the child.

Source: https://www.sitemaps.org/protocol.html and Google's news extension (news:news). Real files
are often damaged, so no XML parser sees them: each `<url>` is taken by itself, in linear time, and
a damaged one costs only itself.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from watcher.feeds import links, text
from watcher.feeds.split import digest

if TYPE_CHECKING:
    from watcher.feeds.extract import RawEntry

ROOTS: Final = frozenset({"urlset", "sitemapindex"})
FORMAT: Final = "news-sitemap"
MOST_ITEMS: Final = 2_000
MOST_OF_A_KIND: Final = 50
"""Keywords and pictures kept of one item."""
MOST_NAMED: Final = 3
"""Sitemaps that a message names."""

_ITEM = re.compile(rb"<(?:[\w.-]{1,30}:)?url\s{0,20}>")
_ITEM_END = re.compile(rb"</(?:[\w.-]{1,30}:)?url\s{0,20}>")
_ROOT_TAG: Final = 4_000
"""Bytes in which a root element declares its namespaces."""
_NEWS = re.compile(rb"<(?:[\w.-]{1,30}:)?news[\s>]")
_FIELD = re.compile(
    rb"<(?:[\w.-]{1,30}:)?(loc|title|publication_date|language|keywords|lastmod)\b[^<>]{0,200}>"
    rb"(?:\s{0,99}+<!\[CDATA\[(.{0,5000}?)\]\]>|([^<]{0,20000}+))",
    re.DOTALL,
)
_OWN_PLACE = re.compile(
    rb"<(?!image:|video:)(?:[\w.-]{1,30}:)?loc\b[^<>]{0,200}>\s{0,99}(?:<!\[CDATA\[)?([^<\]]{1,8000})"
)
_LOCATION = re.compile(rb"<loc>\s{0,99}(?:<!\[CDATA\[)?([^<\]]{1,4000})")


def read(data: bytes, url: str) -> dict[str, Any]:
    """Read a news sitemap: {"document", "entries", "digests", "beyond", "error"}, as `jsonfeed`.

    `document` is None for a list of all pages or of other sitemaps, and `error` says so. A news
    sitemap without a page is one of two days without news.
    """
    blocks = _blocks(data)
    news = [block for block in blocks if _NEWS.search(block)]
    if not news and (blocks or b"sitemap-news" not in data[:_ROOT_TAG]):
        return _refused(_what_it_is(data, len(blocks)))
    kept = news[:MOST_ITEMS]
    entries = [_entry(block, url) for block in kept]
    spoken = {entry["language"] for entry in entries if entry and entry["language"]}
    return {
        "document": {
            "format": FORMAT,
            "title": "",
            "language": spoken.pop() if len(spoken) == 1 else None,
            "period": None,
            "entries": [],
            "strict": True,
        },
        "entries": entries,
        "digests": [digest(block).hex() for block in kept],
        "beyond": len(news) - len(kept),
        "error": "" if all(entries) else "an entry without an address or a title",
    }


def others(data: bytes) -> list[str]:
    """Return the sitemaps that a sitemap index lists, those that speak of news first."""
    found = [
        text.unescape(one.decode("utf-8", "replace")).strip() for one in _LOCATION.findall(data)
    ]
    return sorted(dict.fromkeys(found), key=lambda one: "news" not in one.lower())


def is_index(data: bytes) -> bool:
    """Tell whether a sitemap only lists others."""
    return re.search(rb"<(?:[\w.-]{1,30}:)?sitemapindex[\s>]", data[:4_000]) is not None


def _refused(why: str) -> dict[str, Any]:
    return {"document": None, "entries": [], "digests": [], "beyond": 0, "error": why}


def _what_it_is(data: bytes, pages: int) -> str:
    if is_index(data):
        listed = others(data)
        named = [one for one in listed if "news" in one.lower()][:MOST_NAMED]
        mend = f"Perhaps one of these is its news: {', '.join(named)}" if named else _DISCOVER
        return f"it is a list of {len(listed)} other sitemaps, not of news. {mend}"
    if not pages:
        return "it is a sitemap without any entry"
    return f"it is a list of all {pages} pages of a site, not of its news. {_DISCOVER}"


_DISCOVER = "Find the site's feeds with: watcher feeds discover"


def _blocks(data: bytes) -> list[bytes]:
    """Return the inside of each `<url>`; one that has no end ends where the next begins."""
    starts = list(_ITEM.finditer(data))
    bounds = [start.start() for start in starts[1:]]
    blocks = []
    for start, bound in zip(starts, [*bounds, len(data)], strict=False):
        end = _ITEM_END.search(data, start.end(), bound)
        blocks.append(data[start.end() : end.start() if end else bound])
    return blocks


def _entry(block: bytes, url: str) -> RawEntry | None:
    fields: dict[str, str] = {}
    places: list[str] = []
    # The news first: a picture may have a title, too.
    news = _NEWS.search(block)
    start = news.start() if news else 0
    for name, marked, plain in _FIELD.findall(block[start:]) + _FIELD.findall(block[:start]):
        key, value = name.decode(), text.unescape((marked or plain).decode("utf-8", "replace"))
        if key == "loc":
            places.append(value.strip())
        else:
            fields.setdefault(key, value.strip())
    page = _OWN_PLACE.search(block)
    link = links.clean(text.unescape(page[1].decode("utf-8", "replace")) if page else None, url)
    title = text.one_line(fields.get("title", ""))
    if link is None or not title:
        return None
    keywords = [text.tidy(word, limit=300) for word in fields.get("keywords", "").split(",")]
    return {
        "guid": None,
        "url": link,
        "title": title,
        "summary": "",
        "text": "",
        "published": fields.get("publication_date"),
        "published_parsed": None,
        "updated": fields.get("lastmod"),
        "updated_parsed": None,
        "authors": [],
        "language": (fields.get("language") or "")[:35] or None,
        "categories": [word for word in dict.fromkeys(keywords) if word][:MOST_OF_A_KIND],
        "enclosures": [
            image
            for one in places[:MOST_OF_A_KIND]
            if (image := links.clean(one, url)) is not None and image != link
        ],
    }
