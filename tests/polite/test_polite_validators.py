"""Rules 1 to 7: what is remembered of an answer goes back as it came, and nothing else does."""

from __future__ import annotations

import asyncio
import sqlite3
import sys
from contextlib import closing
from datetime import timedelta

import pytest
from support.feed_server import FeedServer, Request, answer
from support.polite import Scene
from support.scorer import (
    Column,
    Hand,
    Score,
    both,
    clean,
    date_only,
    date_rotates,
    epoch,
    etag_only,
    etag_rotates,
    item,
    neither,
    odd,
)

from watcher.core.model import FeedFault

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.mark.parametrize("hand", [both, odd, epoch], ids=["plain", "odd", "epoch"])
async def test_validators_are_opaque_and_go_back_byte_for_byte(scene: Scene, hand: Hand) -> None:
    """Rule 1."""
    feed = scene.feed(hand=hand)
    scene.watch(feed)

    for news in ("", "A bridge is closed", ""):
        if news:
            feed.publish(item(news))
        async with scene.service() as service:
            await scene.once_due(service)
            await scene.once_due(service)

    assert feed.score == clean(6)


@pytest.mark.parametrize(
    ("hand", "etags", "dates"),
    [(both, True, True), (etag_only, True, False), (date_only, False, True)],
    ids=["both", "etag only", "date only"],
)
async def test_all_validators_that_were_given_are_sent_and_none_is_made_up(
    scene: Scene, hand: Hand, etags: bool, dates: bool
) -> None:
    """Rule 2."""
    feed = scene.feed(hand=hand)
    scene.watch(feed)

    async with scene.service() as service:
        await scene.pass_time(service, DAY)
        feed.publish(item("A bridge is closed"))
        await scene.pass_time(service, DAY)

    assert feed.score.requests > 20
    assert feed.score == clean(feed.score.requests, etags=etags, dates=dates)


async def test_a_server_without_validators_is_sent_none(scene: Scene) -> None:
    """Rule 2."""
    feed = scene.feed(hand=neither)
    scene.watch(feed)

    async with scene.service() as service:
        await scene.pass_time(service, DAY)

    assert feed.score == clean(feed.score.requests, etags=False, dates=False)


@pytest.mark.parametrize("hand", [etag_rotates, date_rotates], ids=["etag", "date"])
async def test_each_validator_is_taken_from_every_200_and_304(scene: Scene, hand: Hand) -> None:
    """Rule 3."""
    feed = scene.feed(hand=hand)
    scene.watch(feed)

    async with scene.service() as service:
        for _ in range(3):
            await scene.once_due(service)
    async with scene.service() as service:
        feed.publish(item("A bridge is closed"))
        for _ in range(3):
            await scene.once_due(service)

    assert feed.score == clean(6)


async def test_an_equal_body_still_brings_its_new_validators(scene: Scene) -> None:
    """Rule 4."""
    feed = scene.feed()
    scene.watch(feed)

    async with scene.service() as service:
        await scene.once_due(service)
        for _ in range(3):
            feed.touch()
            tally = await scene.once_due(service)
            assert (tally.not_modified, tally.items_new) == (0, 0)

    assert feed.score == clean(4)


async def test_validators_are_kept_only_together_with_the_articles_they_came_with(
    scene: Scene,
) -> None:
    """Rule 5. Killed between fetch and commit, the process asks again with what it had before."""
    feed = scene.feed()
    scene.watch(feed)
    rules = scene.folder / "rules.yaml"
    # A process of its own has no resolver of ours, so it is told that the feed is at home.
    text = rules.read_text(encoding="utf-8")
    own = text.replace("outlet.example", "127.0.0.1").replace("name: 'F", "private: true, name: 'F")
    rules.write_text(own, encoding="utf-8")
    victim = await once(scene)
    assert await victim.wait() == 0

    feed.publish(item("Atajurt volunteer is held"))
    victim = await once(scene)
    await killed_before_it_can_commit(scene, feed.server, victim, feed.path)
    again = await once(scene)
    assert await again.wait() == 0

    with closing(sqlite3.connect(scene.folder / "state" / "watcher.db")) as state:
        alerts = state.execute("SELECT count(*) FROM alert").fetchone()
    assert feed.score == Score(
        requests=3,
        unconditional=1,
        etags=Column(good=1, old=1),
        dates=Column(good=1, old=1),
        too_soon=2,  # `once --all` asks when it is told to
    )
    assert alerts == (1,), "what the killed process had fetched was not lost"


async def once(scene: Scene) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "watcher", "-q", "once", "--all", cwd=scene.folder,
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip


async def killed_before_it_can_commit(
    scene: Scene, server: FeedServer, victim: asyncio.subprocess.Process, path: str
) -> None:
    """Hold the writers' lock from the moment the feed is asked until the process is dead."""
    state = sqlite3.connect(
        scene.folder / "state" / "watcher.db", timeout=30, check_same_thread=False
    )
    [reply] = server._replies[path]
    assert not isinstance(reply, bytes)
    answered = asyncio.Event()

    async def with_the_lock(request: Request, writer: asyncio.StreamWriter) -> None:
        await asyncio.to_thread(state.execute, "BEGIN IMMEDIATE")
        await reply(request, writer)
        await writer.drain()
        answered.set()

    server.put(path, with_the_lock)
    try:
        await asyncio.wait_for(answered.wait(), 30)
        victim.kill()
        await victim.wait()
    finally:
        state.close()
        server.put(path, reply)


async def test_a_200_without_validators_clears_the_old_ones(scene: Scene) -> None:
    """Rule 6."""
    feed = scene.feed()
    scene.watch(feed)

    async with scene.service() as service:
        await scene.once_due(service)
        feed.hand = neither
        feed.publish(item("A bridge is closed"))
        await scene.once_due(service)
        await scene.once_due(service)

    assert feed.score == Score(
        requests=3, unconditional=2, etags=Column(good=1), dates=Column(good=1)
    )


async def test_a_304_to_an_unconditional_request_is_an_error(scene: Scene) -> None:
    """Rule 6."""
    feed = scene.feed(script=[answer(304, headers={"ETag": '"from nowhere"'})])
    scene.watch(feed)

    async with scene.service() as service:
        failed = await scene.once_due(service)
        state = scene.state(service, feed)
        good = await scene.once_due(service)

    assert (failed.failed, state.fault, state.etag) == (1, FeedFault.BAD_STATUS, None)
    assert (good.failed, feed.score) == (0, Score(requests=2, unconditional=2))


async def test_a_server_that_says_304_for_nine_days_is_asked_once_without_validators(
    scene: Scene,
) -> None:
    """Rule 7."""
    feed = scene.feed(lies=True)
    scene.watch(feed, every="3h")

    async with scene.service() as service:
        await scene.once_due(service)
        feed.publish(item("Atajurt opens an office"))
        tally = await scene.pass_time(service, 9 * DAY)

    asked = feed.score.requests
    assert feed.score == Score(
        requests=asked,
        unconditional=2,  # the first one ever, and one in nine days
        etags=Column(good=asked - 2),
        dates=Column(good=asked - 2),
    )
    assert (tally.items_new, tally.alerts) == (1, 1), "what the server hid comes after all"
