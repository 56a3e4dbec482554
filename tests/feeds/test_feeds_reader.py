"""From the bytes of an answer to a Document (F20, F22 to F31)."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import feedparser
import pytest
from support.feed_server import FeedServer

from watcher.core.errors import FeedError
from watcher.core.model import Document, FeedFault
from watcher.feeds import Reader
from watcher.feeds.parse import MOST_NEW

URL = "https://example.org/feeds/rss.xml"
PAGE = "<!doctype html><html><head><title>{}</title>{}</head><body>{}</body></html>"


PATIENCE = 1.5
"""Seconds for a parse that is meant to fail; short, so that the tests are."""


@pytest.fixture
async def reader() -> AsyncIterator[Reader]:
    async with Reader(parse_timeout=PATIENCE) as ready:
        await ready.read(rss(item(0)), url=URL, content_type=None)  # the child has started
        yield ready


def item(number: int, title: str = "", more: str = "") -> str:
    return (
        f"<item><title>{title or f'Новость {number}'}</title><guid>urn:{number}</guid>"
        f"<link>https://example.org/{number}</link>{more}</item>"
    )


def rss(*items: str, before: str = "", head: str = "") -> bytes:
    return (
        f"{before}<rss version='2.0'><channel><title>Лента</title>{head}"
        f"{''.join(items)}</channel></rss>"
    ).encode()


async def read(reader: Reader, body: bytes, **more: object) -> Document:
    content_type = more.pop("content_type", "application/rss+xml")
    assert isinstance(content_type, str)
    return await reader.read(body, url=URL, content_type=content_type, **more)  # type: ignore[arg-type] # known and head


def titles(document: Document) -> list[str]:
    return [entry.title for entry in document.entries]


# --- what a document says ----------------------------------------------------------------------


async def test_an_rss_item_is_read_in_full(reader: Reader) -> None:
    body = rss(
        "<item><title>Акция в &lt;b&gt;Алматы&lt;/b&gt; &amp;amp; Астане</title>"
        "<link>/news/1?a=1&amp;b=2</link><guid isPermaLink='false'>id-1</guid>"
        "<pubDate>Tue, 05 Mar 2024 10:00:00 CEST</pubDate>"
        "<description><![CDATA[<p>Первый <b>аб</b>зац.</p><p>Второй.</p>]]></description>"
        "<content:encoded xmlns:content='http://purl.org/rss/1.0/modules/content/'>"
        "<![CDATA[<p>Полный текст.</p><script>x()</script>]]></content:encoded>"
        "<author>desk@example.org (Айгерим)</author><category>права</category>"
        "<category>суд</category><enclosure url='/a.mp3' type='audio/mpeg' length='1'/></item>",
        head="<link>https://site.example.org/</link><language>ru-KZ</language><ttl>30</ttl>"
        "<skipHours><hour>0</hour><hour>23</hour></skipHours><skipDays><day>sunday</day></skipDays>",
    )

    document = await read(reader, body)

    [entry] = document.entries
    assert entry.title == "Акция в Алматы & Астане"
    assert entry.url == "https://site.example.org/news/1?a=1&b=2"
    assert entry.guid == "id-1"
    assert entry.published == datetime(2024, 3, 5, 8, tzinfo=UTC)
    assert entry.summary == "Первый абзац.\nВторой."
    assert entry.text == "Полный текст."
    assert entry.authors == ("Айгерим",)
    assert entry.categories == ("права", "суд")
    assert entry.enclosures == ("https://site.example.org/a.mp3",)
    assert (document.format, document.title, document.language) == ("rss20", "Лента", "ru-KZ")
    assert document.ttl == timedelta(minutes=30)
    assert document.skip_hours == {0, 23}
    assert document.skip_days == {"Sunday"}
    assert (document.damaged, document.dropped, document.notes) == (0, 0, ())


async def test_an_atom_entry_is_read_in_full(reader: Reader) -> None:
    body = """<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom" xml:lang="kk"
      xml:base="https://site.example.org/kk/"><title>Жаңалықтар</title>
      <entry><id>tag:example.org,2024:1</id><title type="text">1 &lt; 2</title>
      <link rel="alternate" href="1.html"/><link rel="enclosure" href="1.mp3"/>
      <updated>2024-03-05T10:00:00+05:00</updated><author><name>Дана</name></author>
      <content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Бір</p><p>екі</p></div>
      </content></entry></feed>"""

    document = await read(reader, body.encode())

    [entry] = document.entries
    assert entry.title == "1 < 2"
    assert entry.url == "https://site.example.org/kk/1.html"
    assert (entry.published, entry.updated) == (None, datetime(2024, 3, 5, 5, tzinfo=UTC))
    assert (entry.summary, entry.text) == ("Бір\nекі", "")
    assert entry.authors == ("Дана",)
    assert (document.format, document.language) == ("atom10", "kk")


async def test_an_rdf_item_has_its_address_as_id_and_dc_date_as_publication(
    reader: Reader,
) -> None:
    body = """<rdf:RDF xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"
      xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><channel><title>新闻</title></channel>
      <item rdf:about="https://example.org/1"><title>消息</title><link>https://example.org/1</link>
      <dc:date>2024-03-05T10:00:00+08:00</dc:date></item></rdf:RDF>"""

    document = await read(reader, body.encode())

    [entry] = document.entries
    assert entry.guid == "https://example.org/1"
    assert entry.published == datetime(2024, 3, 5, 2, tzinfo=UTC)
    assert document.format == "rss10"


@pytest.mark.parametrize("version", ["1", "1.1"])
async def test_json_feed_is_read_and_a_broken_item_costs_itself(
    reader: Reader, version: str
) -> None:
    feed = {
        "version": f"https://jsonfeed.org/version/{version}",
        "title": "Хабарлар",
        "home_page_url": "https://site.example.org/",
        "language": "ug",
        "authors": [{"name": "Редакция"}],
        "items": [
            {
                "id": 7,
                "url": "/7",
                "title": "خەۋەر &amp; تېكىست",
                "content_html": "<p>Толық <b>мәтін</b>.</p><script>x</script>",
                "summary": "Қысқаша",
                "date_published": "2024-03-05T10:00:00+05:00",
                "tags": ["a", 3],
                "attachments": [{"url": "https://example.org/a.mp3"}, None],
            },
            None,
            [],
            {"id": "8", "content_text": "a < b"},
            {"id": "9", "title": "x", "url": "javascript:x"},
        ],
    }

    document = await read(reader, json.dumps(feed).encode(), content_type="application/feed+json")

    assert [entry.guid for entry in document.entries] == ["7", "8", "9"]
    first, second, third = document.entries
    assert first.url == "https://site.example.org/7"
    assert (first.title, first.summary, first.text) == ("خەۋەر & تېكىست", "Қысқаша", "Толық мәтін.")
    assert first.published == datetime(2024, 3, 5, 5, tzinfo=UTC)
    assert (first.authors, first.categories) == (("Редакция",), ("a",))
    assert second.summary == "a < b"
    assert third.url is None
    assert document.damaged == 2
    assert document.language == "ug"

    again = await read(reader, json.dumps(feed).encode(), known=document.digests)
    feed["items"].append({"id": "10", "title": "new"})  # type: ignore[attr-defined] # a list
    changed = await read(
        reader, json.dumps(feed).encode(), known=document.digests, head=document.head
    )

    assert again.entries == ()
    assert titles(changed) == ["new"]


# --- only what is new --------------------------------------------------------------------------


async def test_only_unknown_items_are_given_and_nothing_new_asks_no_child() -> None:
    async with Reader() as reader:
        first = await read(reader, rss(item(1), item(2)))
        second = await read(
            reader, rss(item(3), item(1), item(2)), known=first.digests, head=first.head
        )

    async with Reader() as unasked:
        third = await read(
            unasked, rss(item(3), item(1), item(2)), known=second.digests, head=second.head
        )
        assert all(worker._process is None for worker in unasked._workers)

    assert titles(second) == ["Новость 3"]
    assert third.entries == ()
    assert third.digests == second.digests
    assert (third.title, third.format, third.encoding) == ("Лента", "rss20", "utf-8")


async def test_a_change_around_the_items_makes_all_of_them_unknown(reader: Reader) -> None:
    first = await read(reader, rss(item(1), item(2)))

    second = await read(
        reader,
        rss(item(1), item(2), head="<link>https://other.example.org/</link>"),
        known=first.digests,
        head=first.head,
    )

    assert len(second.entries) == 2


async def test_a_document_that_cannot_be_cut_is_read_whole_and_once(reader: Reader) -> None:
    body = rss("<item><title>a</title></item><title>between</title><item><title>b</title></item>")

    first = await read(reader, body)
    second = await read(reader, body, known=first.digests, head=first.head)

    assert titles(first) == ["a", "b"]
    assert "read as a whole" in first.notes[0]
    assert second.entries == ()


# --- no feed -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "fault", "words"),
    [
        (b"", FeedFault.EMPTY, "empty"),
        (b" \r\n\t\0", FeedFault.EMPTY, "empty"),
        (PAGE.format("Just a moment...", "", "").encode(), FeedFault.BLOCKED, "person"),
        (PAGE.format("WiFi login", "", "hotspot").encode(), FeedFault.HTML, "network"),
        (PAGE.format("Главная", "", "<p>x").encode(), FeedFault.HTML, "Главная"),
        (
            PAGE.format(
                "x", "<link rel=alternate type='application/rss+xml' href='/rss?a=1&amp;b'>", ""
            ).encode(),
            FeedFault.HTML,
            "/rss?a=1&b",
        ),
        (b"<html><body>no doctype", FeedFault.HTML, "web page"),
        (b"Database error: too many connections", FeedFault.NOT_A_FEED, "too many connections"),
        (b"<?xml version='1.0'?><urlset><url/></urlset>", FeedFault.NOT_A_FEED, "sitemap"),
        (b"<opml><body/></opml>", FeedFault.NOT_A_FEED, "opml"),
        (b'{"error": "unauthorized"}', FeedFault.NOT_A_FEED, "JSON"),
        (b"[1, 2]", FeedFault.NOT_A_FEED, "JSON"),
        (b'{"version": "https://jsonfeed.org/version/1"', FeedFault.NOT_A_FEED, "JSON"),
        (b"[" * 3_000_000, FeedFault.NOT_A_FEED, "JSON"),
        (b"\x89PNG\r\n\x1a\n\0\0\0", FeedFault.NOT_A_FEED, "not a feed"),
        (b"<", FeedFault.NOT_A_FEED, "not a feed"),
    ],
)
async def test_what_is_no_feed_is_named(
    reader: Reader, body: bytes, fault: FeedFault, words: str
) -> None:
    with pytest.raises(FeedError) as failure:
        await read(reader, body)

    assert failure.value.fault is fault
    assert words in failure.value.detail


async def test_a_feed_without_items_is_a_feed(reader: Reader) -> None:
    document = await read(reader, rss())

    assert (document.format, document.entries, document.title) == ("rss20", (), "Лента")


# --- hostile -----------------------------------------------------------------------------------

GOOD = [item(number) for number in range(5)]
POISON = {
    "200,000 attributes": "<item><title "
    + "".join(f"a{n}='x' " for n in range(200_000))
    + ">x</title></item>",
    "a million nested tags": "<item><title>x</title><description>"
    + "<b>" * 1_000_000
    + "</description></item>",
}


@pytest.mark.parametrize("poison", POISON.values(), ids=POISON)
async def test_a_poisoned_item_costs_only_itself_and_is_counted_once(
    reader: Reader, poison: str
) -> None:
    started = time.monotonic()

    document = await read(reader, rss(*GOOD[:3], poison, *GOOD[3:]))

    assert time.monotonic() - started < PATIENCE + 1.5
    assert titles(document) == [f"Новость {number}" for number in range(5)]
    assert document.damaged == 1
    canary = await read(reader, rss(*GOOD))
    assert len(canary.entries) == 5


async def test_a_document_of_poison_alone_is_called_so(reader: Reader) -> None:
    with pytest.raises(FeedError) as failure:
        await read(reader, rss(POISON["200,000 attributes"]))

    assert failure.value.fault is FeedFault.POISONED


HARMLESS = {
    "entity spaces": rss(*GOOD, before="<?xml version='1.0'?>\n<!ENTITY" + " " * 300_000),
    "entity lines": rss(*GOOD, before=("\n<!ENTITY" + " " * 20) * 10_000),
    "billion laughs": rss(
        *GOOD,
        before="<!DOCTYPE x [<!ENTITY a 'ha'>"
        + "".join(f"<!ENTITY a{n} '{f'&a{n - 1};' * 10 if n else '&a;'}'>" for n in range(12))
        + "]>",
        head="<description>&a11;</description>",
    ),
    "quadratic entity": rss(
        *GOOD,
        before=f"<!DOCTYPE x [<!ENTITY a '{'x' * 50_000}'>]>",
        head=f"<description>{'&a;' * 20_000}</description>",
    ),
    "parameter entities": rss(
        *GOOD, before="<!DOCTYPE x [<!ENTITY % a '<!ENTITY b \"x\">'> %a; %a;]>"
    ),
    "comments": rss(*GOOD, head=f"<description>&lt;{'!--' * 60_000}</description>"),
    "broken head": rss(*GOOD, head="<description>a & b <br></description>"),
    "junk in front": rss(*GOOD, before="Warning: <b>x</b> on line <b>3</b>\n"),
    "encoding of tricks": rss(*GOOD, before="<?xml version='1.0' encoding='punycode'?>"),
}


@pytest.mark.parametrize("body", HARMLESS.values(), ids=HARMLESS)
async def test_what_stands_around_the_items_does_them_no_harm(reader: Reader, body: bytes) -> None:
    started = time.monotonic()

    document = await read(reader, body)

    assert titles(document) == [f"Новость {number}" for number in range(5)]
    assert time.monotonic() - started < 1.0


async def test_no_entity_is_expanded_and_nothing_is_opened_or_asked(reader: Reader) -> None:
    async with FeedServer() as listener:
        before = (
            f"<!DOCTYPE x SYSTEM '{listener.url('/dtd')}' [<!ENTITY own 'Атажурт'>"
            "<!ENTITY file SYSTEM 'file:///etc/passwd'>"
            f"<!ENTITY web SYSTEM '{listener.url('/entity')}'>]>"
        )
        document = await read(reader, rss(item(1, "&own; &file; &web;"), item(2), before=before))

    assert titles(document) == ["&own; &file; &web;", "Новость 2"]
    assert listener.connections == 0


@pytest.mark.skipif(not os.path.exists("/proc/self/limits"), reason="needs Linux's /proc")  # noqa: PTH110
async def test_the_child_has_no_files_no_processes_and_none_of_our_environment(
    reader: Reader,
) -> None:
    process = reader._workers[0]._process
    assert process is not None

    def of_child(name: str) -> str:
        with open(f"/proc/{process.pid}/{name}") as file:  # noqa: PTH123
            return file.read()

    limits = {line[:26].strip(): line[26:].split() for line in of_child("limits").splitlines()}

    assert limits["Max open files"][:2] == ["3", "3"]
    assert limits["Max processes"][:2] == ["0", "0"]
    assert limits["Max file size"][:2] == ["0", "0"]
    assert int(limits["Max address space"][0]) < 300_000_000
    names = {pair.partition("=")[0] for pair in of_child("environ").split("\0")} - {""}
    assert names <= {"PYTHONPATH", "PYTHONUTF8", "PATH", "LC_CTYPE"}


@pytest.mark.parametrize(
    "written",
    ["Серик&#xD800;жан", "Серик&#99999999999999999999;жан", "Серик\0жан", "Се\x08рик\ufffeжан"],
)
async def test_impossible_characters_cost_neither_their_item_nor_the_others(
    reader: Reader, written: str
) -> None:
    document = await read(reader, rss(*GOOD, item(9, written)))

    assert len(document.entries) == 6
    assert titles(document)[-1].replace("\ufffd", "") == "Серикжан"


@pytest.mark.parametrize(
    "bad",
    [
        "<item><title>a & b</title><guid>x</guid></item>",
        "<item><title>a <br> b</title><guid>x</guid></item>",
        "<item><title>a</title><guid>x</guid><description><p>no end</description></item>",
        "<item><title>a</title><guid>x</guid><odd:thing>y</odd:thing></item>",
        "<item><title>a &nbsp; b &laquo;</title><guid>x</guid></item>",
        "<item><title>a < b</title><guid>x</guid></item>",
    ],
)
async def test_an_ill_formed_item_is_still_read_and_the_others_stay_whole(
    reader: Reader, bad: str
) -> None:
    document = await read(reader, rss(*GOOD[:2], bad, *GOOD[2:]))

    assert [entry.guid for entry in document.entries] == [
        "urn:0",
        "urn:1",
        "x",
        "urn:2",
        "urn:3",
        "urn:4",
    ]
    assert titles(document)[2].startswith("a")


async def test_a_document_that_breaks_off_gives_its_whole_items_and_the_half_later(
    reader: Reader,
) -> None:
    whole = rss(*GOOD, item(7, more="<description>Целое предложение.</description>"))
    cut_off = whole[: whole.index("предложение".encode())]

    first = await read(reader, cut_off)
    second = await read(reader, whole, known=first.digests, head=first.head)

    assert [entry.guid for entry in first.entries] == [*(f"urn:{n}" for n in range(5)), "urn:7"]
    assert first.entries[-1].summary == ""
    assert first.damaged == 1
    assert second.entries[-1].guid == "urn:7"
    assert second.entries[-1].summary == "Целое предложение."


@pytest.mark.parametrize("newest_first", [True, False])
async def test_of_too_many_items_the_newest_are_read_and_the_others_counted(
    newest_first: bool,
) -> None:
    numbers = list(range(MOST_NEW + 300))
    dated = [
        f"<item><title>{n}</title><pubDate>"
        f"{(datetime(2024, 1, 1, tzinfo=UTC) + timedelta(minutes=n)):%d %b %Y %H:%M:%S} GMT"
        "</pubDate></item>"
        for n in (reversed(numbers) if newest_first else numbers)
    ]

    async with Reader() as reader:
        document = await read(reader, rss(*dated))
        rest = await read(reader, rss(*dated), known=document.digests, head=document.head)

    assert sorted(map(int, titles(document))) == numbers[300:]
    assert document.dropped == 300
    assert sorted(map(int, titles(rest))) == numbers[:300]
    assert rest.dropped == 0


async def test_a_million_items_are_capped_and_counted(reader: Reader) -> None:
    document = await read(reader, rss("<item><title>x</title></item>" * 300_000))

    assert len(document.entries) + document.dropped + document.damaged == 300_000
    assert document.dropped >= 290_000


@pytest.mark.parametrize(
    ("guid", "kept"),
    [
        ("<guid></guid>", None),
        ("", None),
        ("<guid> x </guid>", "x"),
        ("<guid>javascript:x</guid>", "javascript:x"),
    ],
)
async def test_a_guid_is_kept_as_it_is(reader: Reader, guid: str, kept: str | None) -> None:
    document = await read(reader, rss(f"<item><title>a</title>{guid}</item>"))

    assert document.entries[0].guid == kept


async def test_a_monstrous_guid_is_shortened_and_stays_distinct(reader: Reader) -> None:
    guids = ["g" * 1_000_000, "g" * 1_000_001]

    document = await read(reader, rss(*(f"<item><guid>{guid}</guid></item>" for guid in guids)))

    shortened = [entry.guid or "" for entry in document.entries]
    assert len(set(shortened)) == 2
    assert max(map(len, shortened)) < 100


@pytest.mark.parametrize(
    "date",
    ["0000-00-00", "+99:99", "9999-99-99", "1" * 5_000, "", "now"],
)
async def test_an_unreadable_date_costs_the_date_only(reader: Reader, date: str) -> None:
    document = await read(reader, rss(item(1, more=f"<pubDate>{date}</pubDate>")))

    [entry] = document.entries
    assert (entry.title, entry.published) == ("Новость 1", None)


# --- the child ---------------------------------------------------------------------------------


async def test_a_cancelled_read_leaves_the_reader_usable(reader: Reader) -> None:
    task = asyncio.create_task(read(reader, rss(POISON["200,000 attributes"])))
    await asyncio.sleep(0.1)

    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert len((await read(reader, rss(*GOOD))).entries) == 5


async def test_what_is_installed_beside_us_meanwhile_costs_no_item(reader: Reader) -> None:
    os.utime(Path(feedparser.__file__).parent)
    os.utime(Path(feedparser.__file__).parents[1])  # as pip does
    document = await read(reader, rss(item(1), item(2, "Суд &amp; полиция", "<b>x")))

    assert len(document.entries) == 2
    assert not [note for note in document.notes if "could not be read" in note]


async def test_a_child_that_was_killed_from_outside_is_replaced_and_no_item_blamed(
    reader: Reader,
) -> None:
    process = reader._workers[0]._process
    assert process is not None

    process.kill()
    process.wait()
    document = await read(reader, rss(item(1)))

    assert titles(document) == ["Новость 1"]
    assert document.damaged == 0


async def test_no_item_counts_as_read_when_no_child_can_be_started(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first = rss(item(1))
    async with Reader() as reader:
        known = (await read(reader, first)).digests
    monkeypatch.setattr(sys, "executable", "/no/such/python")

    async with Reader() as reader:
        with pytest.raises(FeedError) as failure:
            await read(reader, rss(item(1), item(2)), known=known)

    assert "could not be started" in failure.value.detail


@pytest.mark.parametrize(
    ("guid", "url"),
    [("1", None), ("urn:x", None), ("https://example.org/7", "https://example.org/7")],
)
async def test_only_a_guid_that_is_an_address_serves_as_link(
    reader: Reader, guid: str, url: str | None
) -> None:
    document = await read(reader, rss(f"<item><title>T</title><guid>{guid}</guid></item>"))

    [entry] = document.entries
    assert (entry.guid, entry.url) == (guid, url)


# --- items that may be taken for one another ------------------------------------------------------


def nameless(words: str, link: str = "https://example.org/today") -> str:
    return (
        f"<item><title>Briefing</title><link>{link}</link><description>{words}</description></item>"
    )


async def test_an_item_without_a_guid_comes_with_those_of_the_same_link(reader: Reader) -> None:
    other = nameless("Wind", link="https://example.org/other")
    first = await read(reader, rss(nameless("Rain"), other))

    second = await read(
        reader, rss(nameless("Snow"), nameless("Rain"), other), known=first.digests, head=first.head
    )

    assert [entry.summary for entry in second.entries] == ["Snow", "Rain"]


async def test_an_item_with_a_guid_comes_alone(reader: Reader) -> None:
    old = item(1)
    new = old.replace("urn:1", "urn:2")
    first = await read(reader, rss(old))

    second = await read(reader, rss(new, old), known=first.digests, head=first.head)

    assert [entry.guid for entry in second.entries] == ["urn:2"]


async def test_json_feeds_and_sitemaps_go_by_the_same_rule(reader: Reader) -> None:
    def feed(*words: str) -> bytes:
        items = [{"url": "https://example.org/today", "content_text": one} for one in words]
        feed = {"version": "https://jsonfeed.org/version/1.1", "title": "F", "items": items}
        return json.dumps(feed).encode()

    first = await read(reader, feed("Rain"))
    second = await read(reader, feed("Snow", "Rain"), known=first.digests, head=first.head)

    assert len(second.entries) == 2
