"""Mutes, acknowledgements, throttles and spikes, from a feed on loopback to a webhook."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from support.feed_server import FeedServer, answer
from support.webhook import Webhook, serving

from watcher.core.model import Ack, DeliveryState, Hold, Mute, MuteKind, Reason
from watcher.daemon import Service, open_service
from watcher.watch import Settings, tell_spikes

START = datetime(2026, 3, 10, 6, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def rss(*titles: str, tag: str) -> bytes:
    items = "".join(
        f"<item><guid>{title}</guid><title>{title}</title>"
        f"<link>https://outlet.example/{index}</link></item>"
        for index, title in enumerate(titles)
    )
    return answer(
        body=f'<rss version="2.0"><channel><title>F</title>{items}</channel></rss>',
        headers={"ETag": f'"{tag}"'},
    )


@dataclass
class Scene:
    folder: Path
    feeds: FeedServer
    desk: Webhook
    director: Webhook
    now: datetime = START

    @asynccontextmanager
    async def service(self, rule: str) -> AsyncIterator[Service]:
        (self.folder / "rules.yaml").write_text(
            "channels:\n"
            f"  desk: json://127.0.0.1:{self.desk.port}/\n"
            f"  director: json://127.0.0.1:{self.director.port}/\n"
            f'feeds:\n  - {{url: "{self.feeds.url("/a")}", name: Courier, private: true}}\n'
            f"rules:\n  - {{name: Atajurt, find: Atajurt, notify: [desk], {rule}}}\n"
            "  - {name: Other, find: never said, notify: [director]}\n",
            encoding="utf-8",
        )
        settings = Settings(rules=self.folder / "rules.yaml", state=self.folder / "state")
        async with open_service(settings, "test", clock=lambda: self.now) as service:
            yield service

    async def poll(self, service: Service, *, after: timedelta = MINUTE) -> None:
        self.now += after
        with service.store.read() as known:
            service.poller.give(known.feed_states())
        await service.poller.idle()
        await service.outbox.drain(timeout=10)

    def told(self) -> list[str]:
        return [got.json()["title"] for got in self.desk.got]


@pytest.fixture
def hooks() -> Iterator[tuple[Webhook, Webhook]]:
    with serving() as desk, serving() as director:
        yield desk, director


@pytest.fixture
async def scene(tmp_path: Path, hooks: tuple[Webhook, Webhook]) -> AsyncIterator[Scene]:
    async with FeedServer() as feeds:
        yield Scene(tmp_path, feeds, *hooks)


TITLES = (
    "Atajurt opens a public library in Almaty",
    "Court hears the lawyer of Atajurt on Monday",
    "Bread price: families of Atajurt write to the minister",
    "River flood cuts off the village of an Atajurt founder",
    "Teachers thank Atajurt for meals in school",
    "Bus line twelve is named after a pioneer of Atajurt",
)


def titles(number: int) -> list[str]:
    return list(TITLES[:number][::-1])


async def test_a_muted_rule_is_silent_and_told_again_once_unmuted(scene: Scene) -> None:
    scene.feeds.put("/a", *(rss("Rain", *titles(n), tag=str(n)) for n in range(4)))
    async with scene.service("severity: critical") as service:
        await scene.poll(service)
        with service.store.write() as tx:
            mute = Mute(kind=MuteKind.RULE, what="Atajurt", since=scene.now)
            tx.mute(mute)
        await scene.poll(service)
        assert scene.told() == []
        with service.store.write() as tx:
            tx.unmute(MuteKind.RULE, "Atajurt")
        await scene.poll(service)

        with service.store.read() as known:
            [(first, _), *_] = sorted(
                known.articles_since(START), key=lambda pair: "library" not in pair[0].title
            )
            [(_, decision)] = known.decisions(first.id)

    assert decision.reason is Reason.MUTED
    assert len(scene.told()) == 1
    assert "lawyer" in scene.told()[0]


async def test_a_critical_alert_goes_to_the_director_when_nobody_acknowledges_it(
    scene: Scene,
) -> None:
    scene.feeds.put("/a", *(rss("Rain", *titles(n), tag=str(n)) for n in range(3)))
    escalate = "severity: critical, escalate: {after: 15m, to: director}"
    async with scene.service(escalate) as service:
        await scene.poll(service)
        await scene.poll(service)
        with service.store.write() as tx:
            [alert] = tx.alerts(limit=9)
            tx.ack(Ack(alert=alert.id, at=scene.now, by="Aigul"))
        await scene.poll(service, after=5 * MINUTE)
        scene.now += 15 * MINUTE
        await service.outbox.drain(timeout=10)

        with service.store.read() as known:
            states = [one.state for one in known.deliveries(target="director")]

    assert sorted(states) == [DeliveryState.CANCELLED, DeliveryState.SENT]
    assert len(scene.told()) == 2
    [escalation] = scene.director.got
    assert "CRITICAL: nobody acknowledged this yet: Atajurt" in escalation.json()["title"]
    assert "lawyer" in escalation.json()["title"]


async def test_a_throttled_rule_is_told_once_and_then_together(scene: Scene) -> None:
    scene.feeds.put("/a", *(rss("Rain", *titles(n), tag=str(n)) for n in range(5)))
    async with scene.service("throttle: 30m") as service:
        for _ in range(5):
            await scene.poll(service)
        assert len(scene.told()) == 1
        with service.store.read() as known:
            held = [one for one in known.deliveries() if one.hold is Hold.THROTTLE]
        scene.now = max(one.due for one in held)
        await service.outbox.drain(timeout=10)

    assert len(held) == 3
    assert len(scene.told()) == 2
    assert "3 stories (since the last message about the rule)" in scene.told()[1]


async def test_a_rule_that_asks_for_it_is_told_of_a_spike_once(scene: Scene) -> None:
    scene.feeds.put("/a", rss("Rain", tag="0"), rss("Rain", *titles(6), tag="1"))
    async with scene.service("spike: true") as service:
        await scene.poll(service)
        await scene.poll(service, after=timedelta(days=8))
        first = tell_spikes(service.store, service.desk, now=scene.now)
        tell_spikes(service.store, service.desk, now=scene.now + MINUTE)
        await service.outbox.drain(timeout=10)

    assert [spike.today for spike in first] == [6]
    assert [title for title in scene.told() if "median" in title] == [
        "Atajurt: 6 stories today against a median of 0"
    ]
