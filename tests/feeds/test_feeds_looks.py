"""Looks at the pages of articles that were told: what an answer means, and politeness."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from support.feed_server import FeedServer, answer
from support.make import NOON, a_feed, an_article

from watcher.core.model import Feed, Recheck, Sight
from watcher.core.rhythm.looks import first_look
from watcher.feeds import Fetcher, HeldError, Lanes, Pages, walls
from watcher.feeds.lanes import OWN_HOST

HTML = {"Content-Type": "text/html"}


@asynccontextmanager
async def a_door(lanes: Lanes) -> AsyncIterator[tuple[FeedServer, Pages, Feed, Recheck]]:
    async with (
        FeedServer() as site,
        Fetcher(user_agent="test") as fetcher,
        Pages(fetcher, lanes) as pages,
    ):
        feed = a_feed(url=site.url("/rss"), private=True)
        recheck = first_look(an_article(url=site.url("/1")), None, now=NOON)
        yield site, pages, feed, recheck


async def test_a_look_waits_for_its_turn_at_its_host() -> None:
    lanes = Lanes()
    async with a_door(lanes) as (site, pages, feed, recheck):
        site.put("/1", answer(body="Words.", headers=HTML))
        turns = [lanes.turn("127.0.0.1", own=True) for _ in range(OWN_HOST)]
        for turn in turns:
            await turn.__aenter__()
        look = asyncio.create_task(pages.look(feed, recheck, read=False))
        while not lanes._lanes["127.0.0.1"].waiting:  # noqa: ASYNC110 - a step is all it takes
            await asyncio.sleep(0)
        before = len(site.requests)
        for turn in turns:
            await turn.__aexit__(None, None, None)

        glimpse = await look

        assert (before, len(site.requests)) == (0, 1)
        assert glimpse.sight is Sight.THERE


async def test_a_host_that_asked_to_be_left_alone_is_not_looked_at() -> None:
    lanes = Lanes()
    lanes.hold("127.0.0.1", 600)
    async with a_door(lanes) as (site, pages, feed, recheck):
        with pytest.raises(HeldError):
            await pages.look(feed, recheck, read=False)

        assert site.requests == []


@pytest.mark.parametrize(
    ("replies", "sight"),
    [
        ([answer(405), answer(body="Words.", headers=HTML)], Sight.THERE),
        ([answer(404), answer(body="Words.", headers=HTML)], Sight.THERE),
        ([answer(404), answer(404)], Sight.GONE),
        ([answer(405), answer(500)], Sight.UNSURE),
    ],
)
async def test_a_server_that_knows_no_head_is_asked_once_more(
    replies: list[bytes], sight: Sight
) -> None:
    async with a_door(Lanes()) as (site, pages, feed, recheck):
        site.put("/1", *replies)

        glimpse = await pages.look(feed, recheck, read=False)

        assert glimpse.sight is sight
        assert [request.method for request in site.requests] == ["HEAD", "GET"]


@pytest.mark.parametrize(
    ("answered", "home"),
    [
        ("https://courier.example/", True),
        ("https://www.courier.example/", True),
        ("https://courier.example", True),
        ("https://courier.example/2026/1", False),
        ("https://courier.example/?p=1", False),
        ("https://other.example/", False),
        ("https://notcourier.example/", False),
        ("https://[half/", False),
    ],
)
def test_only_the_front_page_of_the_same_site_is_home(answered: str, home: bool) -> None:
    assert walls.led_home("https://courier.example/2026/1", answered) is home
    assert not walls.led_home("https://courier.example/", answered)
