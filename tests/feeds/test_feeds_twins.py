"""Items without a guid under one link and title: reading in part tells what reading all does."""

from __future__ import annotations

import re
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st
from support.make import NOON, a_feed

from watcher.core import identity
from watcher.core.model import ArticleId, Entry, Known
from watcher.feeds import split

ITEM = re.compile(r"<link>(.*?)</link><description>(.*?)</description>")
ITEMS = st.tuples(st.sampled_from("ab"), st.sampled_from("123"))
POLLS = st.lists(st.lists(ITEMS, min_size=1, max_size=4, unique=True), min_size=1, max_size=5)


def document(items: Sequence[tuple[str, str]]) -> bytes:
    body = "".join(
        f"<item><title>Briefing</title><link>https://c.example/{link}</link>"
        f"<description>{words}</description></item>"
        for link, words in items
    )
    return f"<rss><channel><title>C</title>{body}</channel></rss>".encode()


def entry(item: split.Item) -> Entry:
    found = ITEM.search(item.data.decode())
    assert found is not None
    return Entry(guid=None, url=found[1], title="Briefing", summary=found[2])


class Reader:
    """What one way of reading has told so far."""

    def __init__(self, *, in_part: bool) -> None:
        self.in_part = in_part
        self.known: dict[ArticleId, Known] = {}
        self.digests: frozenset[bytes] = frozenset()

    def poll(self, body: bytes) -> tuple[set[ArticleId], set[ArticleId]]:
        items = split.cut(body).items
        new = [item for item in items if item.digest not in self.digests]
        read = split.with_twins(items, new, self.digests) if self.in_part else items
        self.digests = frozenset(item.digest for item in items)
        entries = [entry(item) for item in read]
        found = identity.sort_out(a_feed(), entries, self.known.values(), now=NOON)
        for article in (*found.new, *found.changed):
            earlier = self.known.get(article.id)
            self.known[article.id] = Known(
                id=article.id,
                key=earlier.key if earlier else article.key,
                fingerprint=identity.fingerprint(article.url, article.title),
                content=found.contents[article.id],
                title=article.title,
                url=article.url,
            )
        return {one.id for one in found.new}, {one.id for one in found.changed}


@given(POLLS)
def test_reading_what_is_new_tells_what_reading_all_does(
    polls: list[list[tuple[str, str]]],
) -> None:
    part, whole = Reader(in_part=True), Reader(in_part=False)

    for items in polls:
        body = document(items)
        assert part.poll(body) == whole.poll(body)
