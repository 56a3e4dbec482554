"""The daemon on its own health: heartbeat, disk, and the weekly word."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from support.webhook import Answer, Webhook, serving

from watcher.core.evidence import Exhibit
from watcher.daemon import Service, open_service
from watcher.daemon.vigil import Vigil
from watcher.watch import Settings

SUNDAY = datetime(2026, 3, 8, 20, 0, tzinfo=UTC)
MB = 1_000_000


@pytest.fixture
def hook() -> Iterator[Webhook]:
    with serving() as webhook:
        yield webhook


@pytest.fixture
def beat() -> Iterator[Webhook]:
    with serving() as webhook:
        yield webhook


class Clock:
    def __init__(self) -> None:
        self.at = SUNDAY

    def __call__(self) -> datetime:
        return self.at


@asynccontextmanager
async def opened(folder: Path, hook: Webhook, clock: Clock, more: str) -> AsyncIterator[Service]:
    (folder / "rules.yaml").write_text(
        f"timezone: Asia/Almaty\n{more}\n"
        f"channels: {{ops: {{url: 'json://127.0.0.1:{hook.port}/', health: true}}}}\n"
        "defaults: {notify: [ops]}\n"
        "rules: [{name: Atajurt, find: Atajurt}]\n",
        encoding="utf-8",
    )
    settings = Settings(rules=folder / "rules.yaml", state=folder / "state")
    async with open_service(settings, "test", clock=clock) as service:
        yield service


async def told(service: Service, hook: Webhook) -> list[str]:
    """Send what is due; return the titles of all that arrived so far."""
    await service.outbox.drain(timeout=10)
    return [got.json()["title"] for got in hook.got]


async def test_the_heartbeat_is_sent_and_its_loss_is_logged_once_without_the_address(
    tmp_path: Path, hook: Webhook, beat: Webhook, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    url = f"heartbeat: http://127.0.0.1:{beat.port}/ping/canary-77aa"
    async with opened(tmp_path, hook, Clock(), url) as service:
        vigil = Vigil(service)
        await vigil.beat()
        beat.default = Answer(status=500)
        await vigil.beat()
        await vigil.beat()
        beat.default = Answer()
        await vigil.beat()

    assert [got.path for got in beat.got] == ["/ping/canary-77aa"] * 4
    assert caplog.text.count("the heartbeat could not be sent") == 1
    assert caplog.text.count("the heartbeat is heard again") == 1
    assert "canary-77aa" not in caplog.text


async def test_no_heartbeat_is_sent_where_none_is_asked_for(tmp_path: Path, hook: Webhook) -> None:
    async with opened(tmp_path, hook, Clock(), "") as service:
        await Vigil(service).beat()

        assert await told(service, hook) == []


async def test_a_watcher_that_cant_write_sends_no_heartbeat(
    tmp_path: Path, hook: Webhook, beat: Webhook, caplog: pytest.LogCaptureFixture
) -> None:
    url = f"heartbeat: http://127.0.0.1:{beat.port}/ping"
    async with opened(tmp_path, hook, Clock(), url) as service:
        await asyncio.to_thread(_make_read_only, service)

        await Vigil(service).beat()

    assert beat.got == []
    assert "the heartbeat could not be sent" in caplog.text


def _make_read_only(service: Service) -> None:
    with service.store.write() as tx:
        tx._connection.exec_driver_sql("PRAGMA query_only = ON")


async def test_a_full_disk_is_told_once_and_once_when_there_is_room(
    tmp_path: Path, hook: Webhook
) -> None:
    free = [150 * MB]
    async with opened(tmp_path, hook, Clock(), "") as service:
        vigil = Vigil(service, free=lambda _: free[0])
        await vigil.look_at_disk()
        await vigil.look_at_disk()
        free[0] = 250 * MB
        await vigil.look_at_disk()
        assert await told(service, hook) == ["The disk is nearly full: 150 MB left"]

        free[0] = 400 * MB
        await vigil.look_at_disk()
        await vigil.look_at_disk()

        assert (await told(service, hook))[1:] == ["There is room on the disk again"]


async def test_a_disk_that_filled_up_while_nobody_looked_is_not_told_again_after_a_restart(
    tmp_path: Path, hook: Webhook
) -> None:
    for _ in range(2):
        async with opened(tmp_path, hook, Clock(), "") as service:
            await Vigil(service, free=lambda _: 150 * MB).look_at_disk()
            await told(service, hook)

    assert len(hook.got) == 1


async def test_people_hear_every_monday_at_nine_that_all_goes_on(
    tmp_path: Path, hook: Webhook
) -> None:
    clock = Clock()
    async with opened(tmp_path, hook, clock, "") as service:
        vigil = Vigil(service)
        for hours in (0, 7, 8, 9, 24, 7 * 24, 7 * 24 + 8, 7 * 24 + 9):
            # 20:00 in UTC is one in the morning in Almaty, where Monday's nine is eight hours on.
            clock.at = SUNDAY + timedelta(hours=hours)
            await vigil.say_alive()
            await told(service, hook)

    assert len(hook.got) == 2
    assert hook.got[0].json()["title"] == "The watcher is alive and watching"
    assert "Since Monday 09 March: 0 articles" in hook.got[0].json()["message"]


async def test_the_weekly_word_carries_the_hash_of_the_last_evidence(
    tmp_path: Path, hook: Webhook
) -> None:
    clock = Clock()
    async with opened(tmp_path, hook, clock, "") as service:
        with service.store.write() as tx:
            tx.add_evidence(
                [Exhibit(facts={"alert": "", "article": "a1", "at": ""}, bodies=(b"",))]
            )
            _, head = tx.evidence_head()
        vigil = Vigil(service)
        for hours in (0, 8):
            clock.at = SUNDAY + timedelta(hours=hours)
            await vigil.say_alive()
            await told(service, hook)

    assert f"watcher evidence verify --head {head}" in hook.got[0].json()["message"]


async def test_nothing_is_said_where_it_is_off(tmp_path: Path, hook: Webhook) -> None:
    clock = Clock()
    async with opened(tmp_path, hook, clock, "alive: off") as service:
        vigil = Vigil(service)
        for days in range(9):
            clock.at = SUNDAY + timedelta(days=days)
            await vigil.say_alive()

        assert await told(service, hook) == []
