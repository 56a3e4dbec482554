"""Pages of articles that were told are looked at again by the daemon, and by a run from cron."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import timedelta
from importlib import import_module
from pathlib import Path

import pytest
from support.edits import OLD, Newsroom
from support.feed_server import FeedServer, answer
from support.webhook import serving

from watcher.daemon import Limits
from watcher.daemon.clock import now
from watcher.daemon.looks import Rounds
from watcher.watch import Settings

once = import_module("watcher.daemon.once")  # the package has a function of that name

HOUR = timedelta(hours=1)


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Newsroom]:
    """A newsroom that was told of an article whose page was gone an hour ago."""
    with serving() as desk:
        async with FeedServer() as site:
            room = Newsroom(tmp_path, site, desk, now=now() - 3 * HOUR)
            room.write("courier", rule=", severity: high")
            room.site.put("/courier/Relatives", answer(404))
            async with room.service() as service:
                room.shows("courier", OLD)
                await room.poll(service)
                room.shows("courier", ("Relatives of Atajurt", "They wait."), OLD)
                await room.poll(service)
                room.now += HOUR
                await Rounds(service).go()
                assert len(await room.deliver(service)) == 1
            yield room


async def test_a_run_from_cron_looks_at_what_is_due_and_tells_it(room: Newsroom) -> None:
    settings = Settings(rules=room.folder / "rules.yaml", state=room.folder / "state", json=True)

    for _ in range(2):
        await once._once(settings, Limits(), poll_all=False, feed=None, report=lambda _: None)

    assert [got.json()["title"].partition(": ")[0] for got in room.desk.got[1:]] == [
        "Gone from its page"
    ]


async def test_the_daemon_looks_at_what_is_due_and_tells_it(room: Newsroom) -> None:
    daemon = subprocess.Popen(  # noqa: ASYNC220 - it is only started here
        [sys.executable, "-m", "watcher", "run"],
        cwd=room.folder,
        env={**os.environ, "NO_COLOR": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        [_, gone] = await asyncio.to_thread(room.desk.wait_for, 2, 30.0)
    finally:
        daemon.send_signal(signal.SIGTERM)
        await asyncio.to_thread(daemon.wait, 20)

    assert gone.json()["title"].startswith("Gone from its page: Atajurt · courier: ")
