"""rules.yaml in; core values, or every mistake at once with line, column and mend, out."""

from __future__ import annotations

from watcher.config.edit import add_feed, add_feeds, import_opml, remove_feed
from watcher.config.load import Examined, examine, load
from watcher.config.packs import load_own_pack, load_pack, own_packs, pack_names, shipped, title_of
from watcher.config.schema import schema
from watcher.config.starter import starter

__all__ = [
    "Examined",
    "add_feed",
    "add_feeds",
    "examine",
    "import_opml",
    "load",
    "load_own_pack",
    "load_pack",
    "own_packs",
    "pack_names",
    "remove_feed",
    "schema",
    "shipped",
    "starter",
    "title_of",
]
