"""Which bytes of a document an item was read from: what is called exact stands there."""

from __future__ import annotations

import time
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher.core.errors import FeedError
from watcher.core.model import Part, Served
from watcher.feeds import parse, served

CHARSETS = ["utf-8", "utf-8-sig", "windows-1251", "koi8-r", "utf-16", "gbk", "iso-2022-jp"]
WORDS = st.text(alphabet="Атажурт ждёт вестей, part 17\n\x0b", max_size=12)


def a_document(words: Sequence[str], charset: str, root: str = "channel") -> bytes:
    items = "".join(f"<item><title>{one}</title></item>\n" for one in words)
    label = charset.removesuffix("-sig")
    head = f'<?xml version="1.0" encoding="{label}"?><!-- х --><rss version="2.0"><{root}>'
    return f"{head}{items}</{root}></rss>".encode(charset, "replace")


def traced(body: bytes) -> list[Served]:
    source = parse._prepare(body, "application/xml", "https://courier.example/rss")
    before = len(source.decoded.data) - len(source.data)
    return served.trace(body, source.decoded, source.layout.items, before)


@given(
    words=st.lists(WORDS, min_size=1, max_size=6),
    charset=st.sampled_from(CHARSETS),
    damage=st.lists(st.tuples(st.integers(0), st.integers(0, 255)), max_size=2),
)
def test_what_is_called_exact_stands_in_the_document_at_its_place(
    words: list[str], charset: str, damage: list[tuple[int, int]]
) -> None:
    body = bytearray(a_document(words, charset))
    for at, byte in damage:
        body[100 + at % (len(body) - 100)] = byte

    try:
        found = traced(bytes(body))
    except FeedError:
        return
    for one in found:
        if one.exact:
            assert one.data in body
        if one.offset is not None:
            assert one.exact
            assert body[one.offset : one.offset + len(one.data)] == one.data


@pytest.mark.parametrize("charset", CHARSETS)
def test_of_a_sound_document_every_item_is_exact_and_has_its_place(charset: str) -> None:
    words = ["Part 1", "Part 1", "Part 2"]

    found = traced(a_document(words, charset))

    places = [one.offset for one in found]
    assert all(one.exact for one in found)
    assert None not in places
    assert len(set(places)) == 3, "equal items have their own places"


def test_what_was_read_with_a_change_is_not_called_exact() -> None:
    changed, sound = traced(a_document(["Part\x0b 1", "Part 2"], "utf-8"))

    assert not changed.exact
    assert changed.data == b"<item><title>Part  1</title></item>"
    assert sound.exact


def test_a_document_of_damaged_items_is_not_searched_for_each_of_them() -> None:
    body = a_document([f"Part\x0b {n} {'x' * 400}" for n in range(5_000)], "utf-8")
    started = time.process_time()

    found = traced(body)

    assert len(found) == 5_000
    assert time.process_time() - started < 2, "some 5,000 passes over 2 MB take longer"


def test_a_document_is_kept_whole_up_to_a_bound() -> None:
    small = b"x" * served.LARGEST_WHOLE

    assert served.whole(small) == Served(data=small, part=Part.DOCUMENT, offset=0)
    assert served.whole(small + b"x") is None
