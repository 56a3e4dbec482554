"""JSON Feed 1.0 and 1.1 (jsonfeed.org), which feedparser doesn't read; runs in the child.

Real files take liberties, so every value is checked as it is taken out, and a broken item costs
only itself.
"""

from __future__ import annotations

import json
from typing import Any

from watcher.feeds import links, text
from watcher.feeds.extract import LONGEST_GUID, MOST_OF_A_KIND, RawEntry
from watcher.feeds.split import digest

MOST_ITEMS = 2_000


def read(data: bytes, url: str) -> dict[str, Any]:
    """Read a JSON Feed: {"document", "entries", "digests", "beyond", "error"}.

    `document` is None when it is JSON but no feed; `entries` has None for an item that is none,
    and `digests` a hex hash per item.
    """
    try:
        # Any: this is whatever a stranger wrote; checked below.
        feed: Any = json.loads(data, parse_int=_number)
    except (ValueError, RecursionError) as error:
        return _refused(f"it is not valid JSON ({type(error).__name__})")
    if not isinstance(feed, dict):
        return _refused("it is JSON, but not a JSON Feed")
    version = _string(feed, "version") or ""
    items = feed.get("items")
    if "jsonfeed.org/version/" not in version or not isinstance(items, list):
        return _refused("it is JSON, but not a JSON Feed")
    bases = (_string(feed, "home_page_url"), url)
    kept = items[:MOST_ITEMS]
    return {
        "document": {
            "format": "json11" if version.rstrip("/").endswith("1.1") else "json10",
            "title": text.tidy(_string(feed, "title") or ""),
            "language": _string(feed, "language"),
            "period": None,
            "hub": _hub(feed, url),
            "topic": links.clean(_string(feed, "feed_url"), url),
            "entries": [],
            "strict": True,
        },
        "entries": [_entry(item, feed, bases) for item in kept],
        "digests": [digest(json.dumps(item, sort_keys=True).encode()).hex() for item in kept],
        "beyond": len(items) - len(kept),
        "error": "",
    }


def _number(digits: str) -> int | str:
    """Read an integer; one too long for that stays text, instead of costing the document."""
    return int(digits) if len(digits) < 100 else digits


def _refused(why: str) -> dict[str, Any]:
    return {"document": None, "entries": [], "digests": [], "beyond": 0, "error": why}


def _entry(item: object, feed: dict[str, Any], bases: tuple[str | None, ...]) -> RawEntry | None:
    if not isinstance(item, dict):
        return None
    html = _string(item, "content_html")
    body = text.to_text(html) if html else _plain(item, "content_text")
    summary = _plain(item, "summary")
    title = text.tidy(text.unescape(_string(item, "title") or ""))
    if not (title or summary or body or item.get("url") or item.get("id")):
        return None
    if not summary or summary == body:
        summary, body = body, ""
    url = links.clean(_string(item, "url"), *bases) or links.clean(
        _string(item, "external_url"), *bases
    )
    return {
        "guid": _guid(item.get("id")),
        "url": url,
        "title": title,
        "summary": summary,
        "text": body,
        "published": _string(item, "date_published"),
        "published_parsed": None,
        "updated": _string(item, "date_modified"),
        "updated_parsed": None,
        "authors": _authors(item) or _authors(feed),
        "language": _string(item, "language"),
        "categories": [
            text.tidy(tag, limit=300) for tag in _list(item, "tags") if isinstance(tag, str)
        ],
        "enclosures": [
            link
            for attachment in _list(item, "attachments")
            if isinstance(attachment, dict)
            and (link := links.clean(_string(attachment, "url"), *bases))
        ],
    }


def _hub(feed: dict[str, Any], url: str) -> str | None:
    """Return the address of the first usable WebSub hub."""
    hubs = (hub for hub in _list(feed, "hubs") if isinstance(hub, dict))
    named = (
        links.clean(_string(hub, "url"), url)
        for hub in hubs
        if (_string(hub, "type") or "").lower() in {"websub", "pubsubhubbub"}
    )
    return next((link for link in named if link), None)


def _string(where: dict[str, Any], key: str) -> str | None:
    value = where.get(key)
    return value.strip() or None if isinstance(value, str) else None


def _list(where: dict[str, Any], key: str) -> list[Any]:
    value = where.get(key)
    return value[:MOST_OF_A_KIND] if isinstance(value, list) else []


def _plain(item: dict[str, Any], key: str) -> str:
    return text.unescape(_string(item, key) or "")[: text.LONGEST_TEXT]


def _guid(value: object) -> str | None:
    """Return the id as text: version 1.0 files often have numbers."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    return str(value).strip()[:LONGEST_GUID] or None


def _authors(where: dict[str, Any]) -> list[str]:
    found = _list(where, "authors") or [where.get("author")]
    names = [_string(author, "name") for author in found if isinstance(author, dict)]
    return [text.tidy(name, limit=300) for name in names if name]
