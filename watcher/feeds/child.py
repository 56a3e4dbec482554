"""The child process: parses what strangers wrote, where it can do no harm and be killed.

`python -m watcher.feeds.child` answers requests (`confined`) until its parent closes the pipe.
"""

from __future__ import annotations

import contextlib
import gc
import sys
from typing import Any, Final

from watcher.feeds import confined, extract, jsonfeed, sitemap

MEMORY: Final = 200_000_000
"""Bytes of address space; a feed of 10 MB with one huge text takes less."""


def main() -> None:
    """Answer requests until the parent closes the pipe."""
    _warm_up()
    # What is here now stays; a document makes thousands of objects and few cycles.
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
    confined.serve(_answer, memory=MEMORY)


def _answer(request: dict[str, Any], parts: list[bytes]) -> dict[str, Any]:
    match request["kind"]:
        case "items":
            return _items(request["url"], parts[0], parts[1], parts[2:])
        case "json":
            return jsonfeed.read(parts[0], request["url"])
        case "sitemap":
            return sitemap.read(parts[0], request["url"])
        case _:
            return _whole(request["url"], parts[0])


def _whole(url: str, data: bytes) -> dict[str, Any]:
    document, error = _try(data, url)
    return {"document": document, "error": error}


def _items(url: str, head: bytes, tail: bytes, items: list[bytes]) -> dict[str, Any]:
    """Parse items under their head: together if all are sound, else each on its own.

    `entries` has one entry or None (unreadable) per item. When feedparser sees other items in
    sound XML (`agrees` False) the parent has the whole document parsed.
    """
    document, error = _try(head + b"".join(items) + tail, url)
    if document is not None and document["strict"]:
        agrees = len(document["entries"]) == len(items)
        found = document["entries"] if agrees else []
        return {"document": document, "entries": found, "agrees": agrees, "error": ""}
    entries: list[extract.RawEntry | None] = []
    for item in items:
        document, reason = _try(head + item + tail, url)
        alone = document is not None and len(document["entries"]) == 1
        entries.append(document["entries"][0] if document is not None and alone else None)
        error = error or reason or ("" if alone else "not an item")
    return {"document": document, "entries": entries, "agrees": True, "error": error}


def _try(data: bytes, url: str) -> tuple[extract.RawDocument | None, str]:
    try:
        return extract.parse(data, url), ""
    except MemoryError:
        # Nothing after this can be relied on; the parent starts a fresh child.
        sys.exit(3)
    except Exception as error:  # noqa: BLE001 - feedparser raises nearly every kind on hostile input
        return None, f"{type(error).__name__}: {error}"[:200]


def _warm_up() -> None:
    """Import what feedparser imports late, as no file can be opened afterwards."""
    for form in (b"<rss version='2.0'><channel><item><title>a</title>", b"<feed><entry/></feed>"):
        for broken in (b"", b"&x <!"):
            with contextlib.suppress(Exception):
                extract.parse(form + broken, "http://localhost/")
    jsonfeed.read(b'{"version": "https://jsonfeed.org/version/1.1", "items": []}', "")


if __name__ == "__main__":
    main()
