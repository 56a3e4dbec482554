"""The world of the demo must behave like servers that people meet, and leave nothing behind."""

from __future__ import annotations

import asyncio
import gzip
import io
import json
import smtplib
from datetime import UTC, datetime
from email.message import EmailMessage
from xml.etree import ElementTree as ET

import aiohttp
import pytest
from rich.console import Console

from watcher.demo.show import indented
from watcher.demo.world import OUTLETS, World, document

NOW = datetime(2026, 11, 24, 12, 30, tzinfo=UTC)
FEEDS = [outlet.file for outlet in OUTLETS if not outlet.fails]
CUT = "tengritagh.rss"


def titles(file: str, body: bytes) -> list[str]:
    if file.endswith(".jsonfeed"):
        return [item["title"] for item in json.loads(body)["items"]]
    tree = ET.fromstring(body.decode(errors="replace") if file == CUT else body)
    items = [node for node in tree.iter() if node.tag.rpartition("}")[2] in {"item", "entry"}]
    return [child.text or "" for item in items for child in item if child.tag.endswith("title")]


@pytest.mark.parametrize("file", FEEDS)
def test_each_feed_is_well_formed_and_has_four_to_eight_items_in_the_end(file: str) -> None:
    before, after = (titles(file, document(file, now=NOW, later=late)) for late in (False, True))

    assert 3 <= len(before) <= len(after)
    assert 4 <= len(after) <= 8
    assert len(set(after)) == len(after)


@pytest.mark.parametrize("file", FEEDS)
def test_an_old_item_looks_the_same_at_both_polls(file: str) -> None:
    before, after = (titles(file, document(file, now=NOW, later=late)) for late in (False, True))

    assert set(before) <= set(after)


@pytest.mark.parametrize("file", [outlet.file for outlet in OUTLETS])
def test_no_mark_is_left_in_what_is_served(file: str) -> None:
    for later in (False, True):
        body = document(file, now=NOW, later=later)

        assert b"{{" not in body
        assert b"}}\n" not in body.replace(b'"}}\n', b"")


@pytest.mark.parametrize("file", FEEDS)
def test_every_address_in_a_feed_is_made_up(file: str) -> None:
    known = {"www.w3.org", "purl.org", "jsonfeed.org"}

    hosts = {
        part.partition("/")[0].partition('"')[0].partition("<")[0]
        for part in document(file, now=NOW, later=True).decode(errors="replace").split("://")[1:]
    }

    assert {host for host in hosts - known if not host.endswith(".example")} == set()


def test_one_title_ends_in_half_a_letter_and_only_that() -> None:
    body = document(CUT, now=NOW, later=True)

    assert body.decode(errors="replace").count("�") == 1
    with pytest.raises(UnicodeDecodeError):
        body.decode()
    assert document(CUT, now=NOW, later=False).decode()


def test_a_document_goes_out_in_the_charset_it_declares() -> None:
    body = document("stepnoy-vestnik.rss", now=NOW, later=True)

    assert "Серикжана Билаша".encode("windows-1251") in body


def test_dates_count_back_from_the_given_now() -> None:
    rss = document("steppe-wire.rss", now=NOW, later=True).decode()
    atom = document("almaty-courier.atom", now=NOW, later=True).decode()

    assert "<pubDate>Tue, 24 Nov 2026 12:16:00 +0000</pubDate>" in rss
    assert "<published>2026-11-24T12:21:00Z</published>" in atom


async def test_a_feed_is_answered_with_validators_and_then_with_304() -> None:
    async with World(now=NOW) as world, aiohttp.ClientSession() as client:
        url = world.feeds[0].url
        first = await client.get(url)
        again = await client.get(url, headers={"If-None-Match": first.headers["ETag"]})
        dated = await client.get(url, headers={"If-Modified-Since": first.headers["Last-Modified"]})
        world.advance()
        later = await client.get(
            url,
            headers={
                "If-None-Match": first.headers["ETag"],
                "If-Modified-Since": first.headers["Last-Modified"],
            },
        )

    assert [first.status, again.status, dated.status, later.status] == [200, 304, 304, 200]
    assert [asked.status for asked in world.asked] == [200, 304, 304, 200]
    assert world.asked[1].etag == first.headers["ETag"]


async def test_a_feed_without_news_answers_304_at_the_second_poll_too() -> None:
    async with World(now=NOW) as world, aiohttp.ClientSession() as client:
        url = next(feed.url for feed in world.feeds if feed.name == "Caspian Sport")
        first = await client.get(url)
        world.advance()
        again = await client.get(url, headers={"If-None-Match": first.headers["ETag"]})

    assert again.status == 304
    assert again.headers["Last-Modified"] == first.headers["Last-Modified"]


async def test_a_body_is_compressed_only_for_those_who_ask() -> None:
    async with World(now=NOW) as world, aiohttp.ClientSession(auto_decompress=False) as client:
        url = world.feeds[0].url
        plain = await (await client.get(url, headers={"Accept-Encoding": "identity"})).read()
        packed = await (await client.get(url, headers={"Accept-Encoding": "gzip"})).read()

    assert gzip.decompress(packed) == plain == document("steppe-wire.rss", now=NOW, later=False)


async def test_the_feed_that_fails_answers_with_a_page_and_status_200() -> None:
    async with World(now=NOW) as world, aiohttp.ClientSession() as client:
        answer = await client.get(world.feeds[-1].url)

    assert (answer.status, answer.content_type) == (200, "text/html")
    assert "ETag" not in answer.headers


async def test_the_webhook_keeps_what_was_posted() -> None:
    async with World(now=NOW) as world, aiohttp.ClientSession() as client:
        await client.post(world.webhook_url, json={"title": "新疆"}, headers={"X-Key": "k1"})

    [posted] = world.posted
    assert json.loads(posted.body) == {"title": "新疆"}
    assert posted.headers["x-key"] == "k1"


async def test_the_mail_server_keeps_what_was_mailed() -> None:
    mail = EmailMessage()
    mail["Subject"] = "Серикжана Билаша"
    mail.set_content("Шыңжаңнан")

    def send(port: int) -> None:
        with smtplib.SMTP("127.0.0.1", port, timeout=5) as server:
            server.send_message(mail, "watcher@demo.example", ["desk@demo.example"])

    async with World(now=NOW) as world:
        await asyncio.to_thread(send, world.smtp_port)

    [mailed] = world.mailed
    assert mailed.recipients == ("desk@demo.example",)
    assert mailed.message["Subject"] == "Серикжана Билаша"
    assert mailed.message.get_content().strip() == "Шыңжаңнан"


async def test_nothing_is_left_when_the_world_ends_while_others_still_hold_on() -> None:
    before = asyncio.all_tasks()

    async with World(now=NOW) as world:
        port, feed = world.smtp_port, world.feeds[0].url
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        await reader.readline()
        async with aiohttp.ClientSession() as client:
            await (await client.get(feed)).read()
    writer.close()

    assert asyncio.all_tasks() == before
    with pytest.raises(OSError, match="onnect"):
        await asyncio.open_connection("127.0.0.1", port)


async def test_only_the_feed_server_is_let_through_the_address_guard() -> None:
    async with World(now=NOW) as world:
        ports = {int(feed.url.split(":")[2].partition("/")[0]) for feed in world.feeds}

        assert world.allowed == {("127.0.0.1", port) for port in ports}
        assert world.smtp_port not in ports


def test_a_reason_that_takes_several_lines_stays_below_its_copy() -> None:
    page = Console(file=io.StringIO(), width=40)

    page.print(indented("because: 42 % of the words; opposite facts; no other number", 6))

    lines = page.file.getvalue().splitlines()  # type: ignore[attr-defined] # a StringIO
    assert len(lines) == 2
    assert all(line.startswith(" " * 6) and len(line) <= 40 for line in lines)
