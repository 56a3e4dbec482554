"""Real feeds are read, and damaged ones end in a document or a named fault."""

from __future__ import annotations

from pathlib import Path

import pytest

from watcher.core.errors import FeedError
from watcher.core.model import FeedFault
from watcher.feeds import Reader

SHARED = Path(__file__).parents[2].parent / "shared" / "data" / "feeds"
URL = "https://example.org/feed"

pytestmark = pytest.mark.skipif(not SHARED.exists(), reason="../shared/data is not here")


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
