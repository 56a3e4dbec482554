"""The room that large documents share: bounded, in turn, and nothing for small ones to wait for."""

from __future__ import annotations

import asyncio
import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.feed_server import FeedServer, answer, hang_after
from support.make import a_feed

from watcher.core.errors import FeedError
from watcher.core.model import FeedFault
from watcher.feeds import Fetcher
from watcher.feeds.room import SMALL, NoRoomError, Place, Room, asked_again


async def a_step(times: int = 5) -> None:
    """Let everything that can go on go on."""
    for _ in range(times):
        await asyncio.sleep(0)


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(-1, 400)), max_size=60))
def test_what_is_taken_together_is_never_more_than_there_is(steps: list[tuple[int, int]]) -> None:
    room = Room(shared=1_000)
    places = [room.place() for _ in range(5)]
    taken = [0] * 5
    for who, more in steps:
        if more < 0:
            places[who].leave()
            taken[who] = 0
            continue
        with contextlib.suppress(NoRoomError):
            places[who].take(more)
            taken[who] += more

        assert sum(taken) + room.left == 1_000
        assert room.left >= 0

    for place in (*places, *places):  # leaving twice does no harm
        place.leave()
    assert room.left == 1_000


async def test_who_finds_no_room_is_served_in_turn_whatever_the_others_hold() -> None:
    room = Room(shared=10, largest=100, places=1)
    room.place().take(10)  # and never leaves
    served: list[str] = []
    go_on = {name: asyncio.Event() for name in "abc"}

    async def ask(name: str, place: Place) -> None:
        place.take(50)
        place.take(50)
        served.append(name)
        await go_on[name].wait()

    async def poll(name: str) -> None:
        with room.place() as place:
            await asked_again(place, lambda: ask(name, place))

    polls = {name: asyncio.create_task(poll(name)) for name in "abc"}
    await a_step()
    first = list(served)
    polls["b"].cancel()
    go_on["a"].set()
    await a_step()
    go_on["c"].set()
    await polls["c"]
    polls["d"] = asyncio.create_task(poll("c"))
    await polls["d"]

    assert (first, served) == (["a"], ["a", "c", "c"])


async def test_a_turn_that_came_as_its_waiter_was_cancelled_goes_to_the_next() -> None:
    room = Room(shared=0, places=1)
    ahead, cancelled, last = (room.place() for _ in range(3))
    await ahead.line_up()
    waiting = asyncio.create_task(cancelled.line_up())
    await a_step()

    ahead.leave()
    waiting.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await waiting
    cancelled.leave()

    async with asyncio.timeout(5):
        await last.line_up()


async def test_room_that_all_share_serves_the_line_when_it_is_free_again() -> None:
    room = Room(shared=100, largest=100, places=1)
    slow, others = room.place(), [room.place() for _ in range(3)]
    first = room.place()
    first.take(40)
    await slow.line_up()  # and never leaves
    waiting = [asyncio.create_task(other.line_up()) for other in others]
    await a_step()
    early = [task.done() for task in waiting]

    first.leave()
    await a_step()
    waiting[1].cancel()
    others[0].take(100)
    with pytest.raises(NoRoomError):
        others[0].take(1)
    others[0].leave()
    await waiting[2]
    others[2].leave()

    assert early == [False] * 3
    assert room.left == 100


async def test_a_document_takes_room_as_it_grows_and_small_ones_take_none() -> None:
    async with FeedServer() as server, Fetcher(user_agent="t", allow=server.allow) as fetcher:
        full = fetcher.room.left
        fetcher.room.left = 3 * SMALL
        for path, size in (("/small", SMALL), ("/large", 3 * SMALL), ("/larger", 9 * SMALL)):
            server.put(path, answer(body=b"x" * size))
        held = []
        for path in ("/small", "/large"):
            with fetcher.room.place() as place:
                await fetcher.fetch(a_feed(url=server.url(path)), place=place)
                held.append(3 * SMALL - fetcher.room.left)
        with fetcher.room.place() as place, pytest.raises(NoRoomError):
            await fetcher.fetch(a_feed(url=server.url("/larger")), place=place)

        assert held == [0, 2 * SMALL]
        assert fetcher.room.left == 3 * SMALL
        assert full >= fetcher.room.largest


async def test_one_that_stops_half_way_keeps_room_no_longer_than_it_may_take() -> None:
    body = b"x" * (4 * SMALL)
    async with (
        FeedServer() as server,
        Fetcher(user_agent="t", allow=server.allow, timeout=0.5, max_bytes=5 * SMALL) as fetcher,
    ):
        fetcher.room = Room(shared=4 * SMALL, largest=5 * SMALL, places=1)
        head = b"HTTP/1.1 200 OK\r\nContent-Length: 9000000\r\n\r\n"
        for number in range(4):
            server.put(f"/greedy{number}", hang_after(head + body))
        server.put("/honest", answer(body=body))

        async def fetch(path: str) -> FeedFault | None:
            with fetcher.room.place() as place:
                try:
                    await asked_again(
                        place, lambda: fetcher.fetch(a_feed(url=server.url(path)), place=place)
                    )
                except FeedError as error:
                    return error.fault
                return None

        async with asyncio.timeout(30):
            greedy = [asyncio.create_task(fetch(f"/greedy{number}")) for number in range(4)]
            while fetcher.room.left > SMALL:  # noqa: ASYNC110 - a step is all it takes
                await asyncio.sleep(0)
            honest = await fetch("/honest")

        assert honest is None
        assert await asyncio.gather(*greedy) == [FeedFault.TIMEOUT] * 4
        assert fetcher.room.left == 4 * SMALL
        assert all(1 <= len(server.asked(f"/greedy{number}")) <= 2 for number in range(4))
