"""Google-News sitemaps are read as feeds; other sitemaps are told apart, with the mend."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from watcher.core.errors import FeedError
from watcher.core.model import FeedFault
from watcher.feeds import Reader

HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
    ' xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'
    ' xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">\n'
)
URL = "https://wire.example/sitemap_news.xml"


def page(number: int, title: str, *, more: str = "", language: str = "en") -> str:
    return (
        f"<url><loc>https://wire.example/world/{number}</loc><news:news><news:publication>"
        f"<news:name>Wire</news:name><news:language>{language}</news:language></news:publication>"
        f"<news:publication_date>2026-11-20T1{number}:00:00+05:00</news:publication_date>"
        f"<news:title>{title}</news:title><news:keywords>Almaty, courts</news:keywords>"
        f"</news:news>{more}</url>\n"
    )


def sitemap(*pages: str) -> bytes:
    return (HEAD + "".join(pages) + "</urlset>").encode()


@pytest.fixture
async def reader() -> AsyncIterator[Reader]:
    async with Reader() as reader:
        yield reader


async def test_a_news_sitemap_is_a_feed(reader: Reader) -> None:
    picture = (
        "<image:image><image:loc>https://wire.example/i/1.jpg</image:loc>"
        "<image:title>A court in Almaty</image:title></image:image>"
    )
    body = sitemap(
        page(1, "Суд в Алматы &amp; рядом", more=picture, language="ru"),
        page(2, "<![CDATA[Police <hold> an activist & leave]]>", language="ru"),
    )

    document = await reader.read(body, url=URL, content_type="application/xml")

    first, second = document.entries
    assert (document.format, document.language, document.items) == ("news-sitemap", "ru", 2)
    assert (first.title, first.url) == ("Суд в Алматы & рядом", "https://wire.example/world/1")
    assert first.published == datetime(2026, 11, 20, 6, tzinfo=UTC)
    assert (first.categories, first.language) == (("Almaty", "courts"), "ru")
    assert first.enclosures == ("https://wire.example/i/1.jpg",)
    assert second.title == "Police an activist & leave"
    assert second.enclosures == ()


async def test_only_unknown_pages_are_given(reader: Reader) -> None:
    before = await reader.read(sitemap(page(1, "One")), url=URL, content_type=None)

    body = sitemap(page(2, "Two"), page(1, "One"))
    after = await reader.read(
        body, url=URL, content_type=None, known=before.digests, head=before.head
    )
    again = await reader.read(
        body, url=URL, content_type=None, known=after.digests, head=after.head
    )

    assert [entry.title for entry in after.entries] == ["Two"]
    assert (again.entries, again.items) == ((), 2)


async def test_a_news_sitemap_of_two_days_without_news_is_a_quiet_feed(reader: Reader) -> None:
    document = await reader.read(sitemap(), url=URL, content_type=None)

    assert (document.format, document.entries) == ("news-sitemap", ())


async def test_a_damaged_page_costs_itself_and_is_counted(reader: Reader) -> None:
    broken = "<url><loc>javascript:alert(1)</loc><news:news><news:title>x</news:title></news:news>"

    document = await reader.read(
        sitemap(page(1, "One"), broken, page(2, "Two")), url=URL, content_type=None
    )

    assert [entry.title for entry in document.entries] == ["One", "Two"]
    assert document.damaged == 1


async def test_a_sitemap_that_breaks_off_gives_what_is_whole(reader: Reader) -> None:
    body = sitemap(page(1, "One"), page(2, "Two"))

    document = await reader.read(body[:-60], url=URL, content_type=None)

    assert document.entries[0].title == "One"


INDEX = """<sitemapindex><sitemap><loc>https://a.example/pages.xml</loc></sitemap>
<sitemap><loc>https://a.example/news.xml</loc></sitemap></sitemapindex>"""


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (
            "<urlset><url><loc>https://a.example/</loc></url></urlset>",
            "list of all 1 pages of a site, not of its news. Find the site's feeds with: watcher",
        ),
        ("<urlset></urlset>", "a sitemap without any entry"),
        (INDEX, "2 other sitemaps, not of news. Perhaps one of these is its news: https://a.ex"),
    ],
)
async def test_another_sitemap_is_named_with_the_mend(
    reader: Reader, body: str, words: str
) -> None:
    with pytest.raises(FeedError) as failure:
        await reader.read(body.encode(), url=URL, content_type=None)

    assert failure.value.fault is FeedFault.NOT_A_FEED
    assert words in failure.value.detail


@pytest.mark.parametrize(
    "body",
    [
        HEAD.encode() + b"<url>" * 200_000,
        HEAD.encode() + b"<url><news:news><loc>" + b" " * 3_000_000,
        HEAD.encode() + b"<url><news:news>" + b"<loc><![CDATA[" * 20_000,
        HEAD.encode() + b"<url><loc>x</loc><news:news></url>" * 100_000,
    ],
    ids=["unclosed pages", "blanks", "unclosed CDATA", "many pages"],
)
async def test_a_hostile_sitemap_ends_in_time(reader: Reader, body: bytes) -> None:
    with contextlib.suppress(FeedError):
        document = await reader.read(body, url=URL, content_type=None)
        assert len(document.entries) <= 2_000

    # And the reader goes on with the next one.
    assert (
        len((await reader.read(sitemap(page(1, "One")), url=URL, content_type=None)).entries) == 1
    )
