"""The heaviest documents at once, in a process of its own with the limits of production."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import json
import os
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from support.faults import SECRETS, headline, item, rss, until, words, words_of
from support.feed_server import FeedServer, Reply, answer, endless
from support.memory import Scale, weighing
from support.webhook import Webhook, serving

from watcher.core.model import FeedFault
from watcher.daemon import Limits
from watcher.feeds.parse import MOST_NEW

MOST_MEMORY = 400_000_000
"""Bytes of the whole service, its children included."""
FLOOD = 5_000
CROWD = 50
"""Documents of nearly 10 MB each; together more than a service may weigh."""


def test_the_program_promises_30_seconds_for_a_fetch_and_10_for_a_parse() -> None:
    limits = Limits()

    assert (limits.fetch_seconds, limits.parse_seconds) == (30.0, 10.0)
    assert limits.most_bytes == 10_000_000
    assert (limits.allow, limits.resolver, limits.tls) == (frozenset(), None, None)


@dataclass
class Machine:
    """The process, and what it talks to."""

    feeds: FeedServer
    desk: Webhook
    limited: Webhook
    process: asyncio.subprocess.Process
    scale: Scale
    log: Path

    async def tell(self, command: str) -> Any:
        """Give a command and return the answer."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{command}\n".encode())
        line = await asyncio.wait_for(self.process.stdout.readline(), 240)
        assert line, self.log.read_text()[-2000:]
        return json.loads(line)

    async def hears(self, news: str) -> None:
        """Wait for the canary's alert."""
        await until(lambda: any(news in words_of(got) for got in self.desk.got), 10, news)


@contextlib.asynccontextmanager
async def running(folder: Path, *paths: str) -> AsyncIterator[Machine]:
    """Run a service that watches a canary and the feeds at `paths`."""
    (folder / "state").mkdir(mode=0o700)
    (folder / "state" / "secrets.env").write_text(f"HOOK_TOKEN={SECRETS['HOOK_TOKEN']}\n")
    log = folder / "log"
    with serving() as desk, serving() as limited, log.open("w") as written:
        async with FeedServer() as feeds:
            lines = "".join(
                f"  - {{url: '{feeds.url(path, f'{path[1:]}.example')}', name: {path[1:]}}}\n"
                for path in ("/canary", *paths)
            )
            (folder / "rules.yaml").write_text(
                f"channels:\n  desk: json://127.0.0.1:{desk.port}/${{HOOK_TOKEN}}\n"
                f"  limited: {{url: 'json://127.0.0.1:{limited.port}/', limit: 20 per 1h}}\n"
                f"feeds:\n{lines}rules:\n"
                "  - {name: Lighthouse, find: Lighthouse, notify: [desk]}\n"
                "  - {name: Atajurt, find: Atajurt, notify: [limited]}\n"
            )
            for path in ("/canary", *paths):
                feeds.put(path, answer(body=rss(item("old", title="Rain over the steppe"))))
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "support.faults_service",
                str(folder),
                str(feeds.port),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=written,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            )
            try:
                assert process.stdout is not None
                assert await process.stdout.readline(), log.read_text()
                with weighing(process.pid) as scale:
                    yield Machine(feeds, desk, limited, process, scale, log)
            finally:
                assert process.stdin is not None
                process.stdin.close()
                await asyncio.wait_for(process.wait(), 30)


def canary(number: int) -> tuple[str, bytes]:
    """Return a new headline for the canary, and the document with it."""
    news = f"Lighthouse {words(('masses', number))}"
    return news, answer(body=rss(item(f"canary {number}", title=news)))


def heaviest() -> dict[str, Reply]:
    """Return the answers, made when they are needed: they are 130 MB."""
    return {
        "/F04-endless": endless(
            b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n<rss version='2.0'><channel>",
            b"<item><title>x</title></item>" * 2_000,
        ),
        "/F10-bomb": answer(
            body=gzip.compress(rss(item("F10"))[:-20] + b" " * 200_000_000, 1),
            headers={"Content-Encoding": "gzip"},
        ),
        "/F24-poison": answer(
            body=rss(item("F24"), f"<item><title{' a=1' * 1_000_000}>x</title></item>")
        ),
        "/F25-million": answer(body=rss(item("F25"), *["<item/>"] * 1_000_000)),
        "/F25-text": answer(
            body=rss(item("F25 t"), f"<item><description>{'y ' * 4_700_000}</description></item>")
        ),
        "/F25-attribute": answer(
            body=rss(item("F25 a"), f"<item><title x='{'y' * 8_000_000}'/></item>")
        ),
        "/F25-large": answer(body=rss(item("F25 l"), f"<x>{'y' * 100_000_000}</x>")),
    }


async def test_f04_f10_f24_f25_the_heaviest_at_once_stay_within_memory_and_time(
    tmp_path: Path,
) -> None:
    heavy = heaviest()
    async with running(tmp_path, *heavy) as machine:
        await machine.tell("poll")
        news, document = canary(1)
        machine.feeds.put("/canary", document)
        for path, reply in heavy.items():
            machine.feeds.put(path, reply)
        started = time.monotonic()
        found = await machine.tell("poll")
        await machine.hears(news)
        seconds = time.monotonic() - started
        after = await machine.tell("poll")

    assert machine.scale.peak <= MOST_MEMORY, f"{machine.scale.peak / 1e6:.0f} MB"
    assert seconds < 60
    too_large = FeedFault.TOO_LARGE.value
    assert {name for name, fault in found["fault"].items() if fault == too_large} == {
        "F04-endless",
        "F10-bomb",
        "F25-large",
    }
    assert found["dropped"]["F25-million"] == 1_000_001 - MOST_NEW
    assert found["damaged"]["F24-poison"] == 1
    assert after["fault"]["canary"] is None
    told = "\n".join(map(words_of, machine.limited.got))
    for key in ("F24", "F25", "F25 t", "F25 a"):
        assert headline(key) in told
    log = machine.log.read_text()
    assert f"{1_000_001 - MOST_NEW} items over the limit" in log
    assert "Traceback" not in log
    assert SECRETS["HOOK_TOKEN"] not in log


async def test_f25_fifty_large_documents_at_once_stay_within_memory_and_all_are_read(
    tmp_path: Path,
) -> None:
    paths = [f"/F25-crowd-{number}" for number in range(CROWD)]
    async with running(tmp_path, *paths) as machine:
        await machine.tell("poll")
        news, document = canary(1)
        large = answer(body=rss(item("F25 crowd"), f"<x>{'y' * 9_800_000}</x>"))
        for path in paths:
            machine.feeds.put(path, large)
        machine.feeds.put("/canary", document)
        machine.feeds.requests.clear()
        found = asyncio.create_task(machine.tell("poll"))
        await machine.hears(news)
        while_read = not found.done()
        faults = (await found)["fault"]

    assert machine.scale.peak <= MOST_MEMORY, f"{machine.scale.peak / 1e6:.0f} MB"
    assert while_read, "the canary waits for none of them"
    assert set(faults.values()) == {None}
    assert {len(machine.feeds.asked(path)) for path in paths} <= {1, 2}
    told = "\n".join(map(words_of, machine.limited.got))
    assert headline("F25 crowd") in told


async def test_f39_a_flood_is_told_within_its_limit_oldest_first_and_nothing_of_it_is_lost(
    tmp_path: Path,
) -> None:
    # The newest stands on top.
    items = [item(f"F39 {number}") for number in range(FLOOD, 0, -1)]
    async with running(tmp_path, "/F39-flood") as machine:
        await machine.tell("poll")
        machine.feeds.put("/F39-flood", answer(body=rss(*items), headers={"ETag": '"flood"'}))
        cycles = []
        for number in range(4):
            news, document = canary(number)
            machine.feeds.put("/canary", document)
            cycles.append(await machine.tell("poll"))
            await machine.hears(news)
        at_once = list(map(words_of, machine.limited.got))
        delivered = await machine.tell("release")

    assert [cycle["dropped"]["F39-flood"] for cycle in cycles] == [3_000, 1_000, 0, 0]
    assert [cycle["alerts"] for cycle in cycles] == [2_001, 2_001, 1_001, 1]
    assert 1 <= len(at_once) <= 20
    first = FLOOD - MOST_NEW + 1
    for number, told in enumerate(at_once[:19], first):
        assert headline(f"F39 {number}") in told
    assert delivered == {"states": ["sent"], "alerts": FLOOD}
    tags = [request.header("If-None-Match") for request in machine.feeds.asked("/F39-flood")]
    assert tags == [None, None, None, None, '"flood"'], "confirmed only when all was read"
    assert machine.scale.peak <= MOST_MEMORY
