"""Cut up, one by one, or as a whole: the same articles come out of every file there is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from watcher.core.errors import FeedError
from watcher.core.model import Entry
from watcher.feeds import child
from watcher.feeds.parse import _prepare, _Source, _to_entry

FEEDS = Path(__file__).parents[2].parent / "shared" / "data" / "feeds"
URL = "https://example.org/feed"

LEFT_OUT = frozenset(
    [
        "real_feeds/Winds__malformed-hackernews",
        "malformed/Winds__api_test_data_feed_malformed-hackernews",
        "malformed/fastfeedparser__tests_integration_osm-pl.xml",
    ]
)
"""Files that break off inside their last item, which has no guid yet: that item is left for the
next poll, where the whole path would tell half of it, and tell it again later."""

pytestmark = pytest.mark.skipif(not FEEDS.exists(), reason="../shared/data is not here")


@pytest.mark.parametrize(
    ("folder", "files", "uncut"),
    [
        ("real_feeds", 227, 0),
        ("malformed", 126, 1),
        ("history", 22, 0),
        ("expected", 2_000, 8),
    ],
)
def test_the_parts_of_a_document_give_the_articles_of_the_whole(
    folder: str, files: int, uncut: int
) -> None:
    looked_at, whole, different = 0, 0, set()

    for path in _files(FEEDS / folder):
        looked_at += 1
        source = _source(path)
        if source is None:
            continue
        parts = _cut(source, range(len(source.layout.items)))
        articles = _whole(source)
        if parts is None:
            whole += bool(articles)
        elif parts != articles:
            different.add(path.relative_to(FEEDS).as_posix())

    assert looked_at >= files
    assert whole <= uncut
    assert different == {name for name in LEFT_OUT if name.startswith(f"{folder}/")}


@pytest.mark.parametrize("folder", ["real_feeds", "malformed", "history", "expected"])
def test_an_item_alone_is_the_article_it_is_among_the_others(folder: str) -> None:
    for path in _files(FEEDS / folder):
        source = _source(path)
        if source is None or source.layout.refused:
            continue
        # One new item in an old feed is the common case; first, middle and last stand for all.
        last = len(source.layout.items) - 1
        places = sorted({0, last // 2, last})
        together = _cut(source, places)
        if together is not None:
            assert [_cut(source, [place]) for place in places] == [[one] for one in together], path


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix not in {".json", ".csv", ".md"}:
            yield path


def _source(path: Path) -> _Source | None:
    try:
        return _prepare(path.read_bytes(), None, URL)
    except FeedError:
        return None


def _cut(source: _Source, places: Sequence[int]) -> list[tuple[object, ...] | None] | None:
    """Return what the child makes of the items at `places`; None where the whole is parsed."""
    layout = source.layout
    if layout.refused:
        return None
    items = [layout.items[place].data for place in places]
    answer = child._items(URL, layout.head, layout.tail, items)
    if not answer["agrees"]:
        return None
    return [raw and _seen(_to_entry(raw)) for raw in answer["entries"]]


def _whole(source: _Source) -> list[tuple[object, ...]]:
    document = child._whole(URL, source.data)["document"]
    return [_seen(_to_entry(raw)) for raw in document["entries"]]


def _seen(entry: Entry) -> tuple[object, ...]:
    return (
        entry.guid,
        entry.url,
        entry.title,
        entry.published,
        entry.updated,
        entry.summary,
        entry.text,
    )
