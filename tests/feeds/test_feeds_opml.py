"""Subscription lists in and out."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher.core.errors import UsageError
from watcher.core.model import Feed
from watcher.feeds import opml

LISTS = Path(__file__).parents[2].parent / "shared" / "data" / "feeds" / "opml"

NESTED = """<?xml version="1.0"?><opml version="1.0"><body>
  <outline text="Азия"><outline text="Казахстан">
    <outline type="rss" text="Один" title="Первый" xmlUrl="https://example.org/1?a=1&b=2"/>
    <outline text="Две" xmlURL="feed://example.org/2" language="kk"/></outline>
    <outline text="Три" xmlUrl=" https://example.org/3 " category="/права/суд,лагеря"/></outline>
  <outline text="no feed"/>
  <outline text="again" xmlUrl="https://example.org/3"/></body></opml>"""


def test_folders_and_categories_become_tags_and_each_address_comes_once() -> None:
    first, second, third = opml.read(NESTED)

    assert (first.url, first.name) == ("https://example.org/1?a=1&b=2", "Первый")
    assert first.tags == {"Азия", "Казахстан"}
    assert (second.url, second.language) == ("http://example.org/2", "kk")
    assert third.url == "https://example.org/3"
    assert third.tags == {"Азия", "суд", "лагеря"}


def test_a_broken_list_is_searched_all_the_same() -> None:
    broken = NESTED.replace("</body></opml>", "").replace("Один", "О < д")

    assert [feed.url for feed in opml.read(broken)] == [feed.url for feed in opml.read(NESTED)]


@pytest.mark.parametrize(
    "source", ["", "<opml/>", "<html></html>", "https://example.org/feed", b"\0"]
)
def test_what_is_no_list_is_refused_with_a_mend(source: str | bytes) -> None:
    with pytest.raises(UsageError, match="OPML"):
        opml.read(source)


def test_entities_of_a_list_are_not_expanded() -> None:
    bomb = "<!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'>]>" + NESTED.replace("Азия", "&a;")

    assert all("root:" not in tag for feed in opml.read(bomb) for tag in feed.tags)


WORDS = st.text(st.characters(categories=["L", "N", "P"], exclude_characters=",/"), min_size=1)


@given(
    st.lists(
        st.builds(
            Feed,
            url=st.integers(0, 99).map("https://example.org/{}?a=1&b='2'".format),
            name=WORDS.map(str.strip).filter(bool),
            language=st.none() | st.sampled_from(["ru", "zh-Hant"]),
            tags=st.frozensets(WORDS, max_size=3),
        ),
        min_size=1,
        unique_by=lambda feed: feed.url,
    )
)
def test_what_is_written_reads_back_the_same(feeds: list[Feed]) -> None:
    assert set(opml.read(opml.write(feeds, "Мои ленты & другие"))) == set(feeds)


def test_every_real_list_that_names_feeds_is_read() -> None:
    if not LISTS.exists():
        pytest.skip("../shared/data is not here")
    files = [path for path in LISTS.rglob("*") if path.is_file() and path.stat().st_size < 300_000]

    for path in files:
        data = path.read_bytes()
        if b"xmlUrl=" in data:
            assert opml.read(data), path
