"""What a page says of its feeds, whoever wrote it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher.core.model import Document
from watcher.feeds.discover import Found, How, best_first, named

HOME = "https://news.example/world/"


@pytest.mark.parametrize(
    ("page", "urls"),
    [
        ('<link rel="alternate" type="application/rss+xml" href="/rss">', ["/rss"]),
        ("<LINK REL=alternate TYPE=application/atom+xml HREF=atom.xml>", ["/world/atom.xml"]),
        (
            "<link href='/f?a=1&amp;b=2' type='application/rss+xml; x' rel='feed alternate'>",
            ["/f?a=1&b=2"],
        ),
        ('<link rel="alternate" type="application/feed+json" href="/feed.json">', ["/feed.json"]),
        ('<a href="/ru/rss/all">RSS</a>', ["/ru/rss/all"]),
        ('<a href="/about/feedback">Write to us</a>', []),
        ('<link rel="stylesheet" type="text/css" href="/rss.css">', []),
        ('<link rel="alternate" hreflang="kk" href="/kk/">', []),
        ('<link rel="alternate" type="application/rss+xml" href="javascript:alert(1)">', []),
        ('<a href="/rss">a</a><link rel=alternate type=application/rss+xml href=/rss/>', ["/rss"]),
    ],
)
def test_the_feeds_that_a_page_names(page: str, urls: list[str]) -> None:
    found = named(page.encode(), HOME)

    assert [one.url for one in found] == [f"https://news.example{path}" for path in urls]


def test_what_the_page_declares_stands_before_what_it_links() -> None:
    page = b"<a href=/rss/sport>RSS</a><link rel=alternate type=application/rss+xml href=/all.xml>"

    assert [one.how for one in named(page, HOME)] == [How.NAMED, How.LINKED]


@given(st.binary(max_size=3000))
def test_no_page_makes_it_fail(page: bytes) -> None:
    named(page, HOME)


@pytest.mark.parametrize(
    "page", [b"<link " * 150_000, b"<a href=" + b"'" * 900_000, b"<a " + b" a=" * 300_000]
)
def test_a_hostile_page_takes_linear_time(page: bytes) -> None:
    assert named(page, HOME) == []


def found(url: str, how: How, *, items: int = 20, title: str = "News") -> Found:
    document = Document(format="rss20", encoding="utf-8", title=title, items=items)
    return Found(url=url, how=how, document=document)


def test_news_stands_before_comments_and_full_before_empty() -> None:
    comments = found("https://a.example/comments/feed/", How.NAMED)
    empty = found("https://a.example/old.xml", How.NAMED, items=0)
    linked = found("https://a.example/sport.rss", How.LINKED)
    news = found("https://a.example/feed/", How.NAMED)

    assert best_first([comments, empty, linked, news]) == [news, linked, empty, comments]
