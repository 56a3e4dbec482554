"""The way in: address guard, fetch, decode, split, parse, and lists of feeds (OPML).

`Lanes` say when a host may be asked, `Fetcher` brings the bytes of one feed over HTTP, `Reader`
makes a Document of them, `Pages` reads the pages of its articles, `opml` reads and writes
subscription lists. Names are loaded when first
used: the child process that parses must not carry an HTTP client, and `watcher --help` neither.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from watcher.feeds import opml, websub
    from watcher.feeds.fetch import Fetcher
    from watcher.feeds.guard import Guard
    from watcher.feeds.lanes import HeldError, Lanes
    from watcher.feeds.pages import Pages
    from watcher.feeds.parse import Reader

__all__ = ["Fetcher", "Guard", "HeldError", "Lanes", "Pages", "Reader", "opml", "websub"]

_HOMES = {
    "Fetcher": "fetch",
    "Guard": "guard",
    "HeldError": "lanes",
    "Lanes": "lanes",
    "Pages": "pages",
    "Reader": "parse",
}


def __getattr__(name: str) -> object:
    if name in {"opml", "websub"}:
        return import_module(f"watcher.feeds.{name}")
    if name in _HOMES:
        return getattr(import_module(f"watcher.feeds.{_HOMES[name]}"), name)
    raise AttributeError(name)
