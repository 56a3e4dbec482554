"""Real feeds: cut up or whole, the same articles come out."""

from __future__ import annotations

from pathlib import Path

import pytest

from watcher.core.errors import FeedError
from watcher.core.model import Entry, FeedFault
from watcher.feeds import Reader, extract
from watcher.feeds.parse import _prepare, _to_entry

SHARED = Path(__file__).parents[2].parent / "shared" / "data" / "feeds"
URL = "https://example.org/feed"

pytestmark = pytest.mark.skipif(not SHARED.exists(), reason="../shared/data is not here")


def seen(entry: Entry) -> tuple[object, ...]:
    return (entry.guid, entry.url, entry.title, entry.published, entry.updated, entry.summary)


async def test_every_real_feed_is_read_and_most_are_cut_without_changing_an_article() -> None:
    files = sorted((SHARED / "real_feeds").iterdir())
    whole = 0

    async with Reader() as reader:
        for number, path in enumerate(files):
            document = await reader.read(path.read_bytes(), url=URL, content_type=None)
            if number % 4:
                continue  # all were compared once; a whole parse of each takes too long here
            source = _prepare(path.read_bytes(), None, URL)
            if source.layout.refused or source.layout.breaks_off:
                whole += 1
                continue
            full = [_to_entry({**raw}) for raw in extract.parse(source.data, URL)["entries"]]
            assert [seen(entry) for entry in document.entries] == [seen(e) for e in full], path

    assert len(files) == 227
    assert whole <= 5


async def test_a_second_look_at_a_real_feed_finds_nothing_new() -> None:
    async with Reader() as reader:
        for path in sorted((SHARED / "real_feeds").iterdir())[::4]:
            body = path.read_bytes()
            first = await reader.read(body, url=URL, content_type=None)
            second = await reader.read(
                body, url=URL, content_type=None, known=first.digests, head=first.head
            )
            assert not second.entries or first.damaged, path


async def test_every_malformed_feed_ends_in_a_document_or_a_named_fault() -> None:
    faults = set()
    entries = 0

    async with Reader() as reader:
        for path in sorted((SHARED / "malformed").iterdir()):
            try:
                document = await reader.read(path.read_bytes(), url=URL, content_type=None)
            except FeedError as error:
                faults.add(error.fault)
            else:
                entries += len(document.entries)

    assert faults <= {FeedFault.NOT_A_FEED, FeedFault.HTML, FeedFault.EMPTY}
    assert entries > 500
