"""WebSub, from a hub on loopback to a webhook, with the whole service in between."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from support.feed_server import FeedServer, answer
from support.hub import Hub
from support.webhook import Webhook, closed_port, serving

from watcher.core.model import FeedState, HubState, Subscription
from watcher.daemon import Service, open_service
from watcher.daemon.clock import now
from watcher.watch import Settings

PUBLIC = "https://watch.example.org/hooks"
HOUR = timedelta(hours=1)
OLD = [f"Rain over the steppe, part {number}" for number in range(8)]
HELD = "Police hold Atajurt volunteer Erbol Daulet"
FREED = "Atajurt opens its library in Almaty again after the flood"


def document(*titles: str, hub: str = "") -> bytes:
    """A feed of items an hour apart, the oldest first printed two days ago; newest first."""
    start = now() - timedelta(days=2)
    printed = {title: start + HOUR * number for number, title in enumerate(reversed(titles))}
    items = "".join(
        f"<item><guid>{title}</guid><title>{title}</title>"
        f"<pubDate>{printed[title]:%a, %d %b %Y %H:%M:%S} GMT</pubDate></item>"
        for title in titles
    )
    link = f'<atom:link rel="hub" href="{hub}"/>' if hub else ""
    return (
        '<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel><title>F</title>'
        f"{link}{items}</channel></rss>"
    ).encode()


@dataclass
class Clock:
    """The time, and how far it is put forward."""

    ahead: timedelta = timedelta(0)

    def __call__(self) -> datetime:
        return now() + self.ahead


@dataclass
class Scene:
    folder: Path
    feeds: FeedServer
    hub: Hub
    desk: Webhook
    port: int
    clock: Clock

    def write(self, *, public: bool = True, feeds: bool = True, every: str = "") -> None:
        more = f", every: {every}" if every else ""
        feed = f'  - {{url: "{self.feeds.url("/courier")}", name: Courier, private: true{more}}}\n'
        other = f'  - {{url: "{self.feeds.url("/other")}", name: Other, private: true}}\n'
        (self.folder / "rules.yaml").write_text(
            (f"public_url: {PUBLIC}\n" if public else "")
            + f"listen: 127.0.0.1:{self.port}\n"
            + f"channels:\n  desk: json://127.0.0.1:{self.desk.port}/\n"
            + f"feeds:\n{feed if feeds else ''}{other}"
            + "rules:\n  - {name: Atajurt, find: Atajurt, notify: [desk]}\n",
            encoding="utf-8",
        )

    def print(self, *titles: str, tag: str = '"1"') -> None:
        """Let the feed have these items from now on."""
        body = document(*titles, hub=self.hub.url)
        self.feeds.put("/courier", answer(body=body, headers={"ETag": tag}))

    @asynccontextmanager
    async def service(self) -> AsyncIterator[Service]:
        settings = Settings(rules=self.folder / "rules.yaml", state=self.folder / "state")
        async with open_service(settings, "test", clock=self.clock) as service:
            yield service

    @asynccontextmanager
    async def subscribed(self) -> AsyncIterator[Service]:
        """A service whose feed was read, and whose subscription the hub has confirmed."""
        async with self.service() as service:
            await poll(service)
            await tend(service)
            assert (await self.hub.verify()).status == 200
            yield service


@pytest.fixture
def desk() -> Iterator[Webhook]:
    with serving() as desk:
        yield desk


@pytest.fixture
async def scene(tmp_path: Path, desk: Webhook) -> AsyncIterator[Scene]:
    async with FeedServer() as feeds, Hub() as hub:
        port = closed_port()
        hub.reach("https://watch.example.org", f"http://127.0.0.1:{port}")
        scene = Scene(tmp_path, feeds, hub, desk, port, Clock())
        feeds.put("/other", answer(body=document(*OLD)))
        scene.print(*OLD)
        scene.write()
        yield scene


async def poll(service: Service) -> None:
    await service.poller.idle()  # what is in hand would not be taken
    with service.store.read() as known:
        service.poller.give(known.feed_states())
    await service.poller.idle()


async def tend(service: Service) -> None:
    await service.push.tend()
    await service.push.idle()


async def until(true: Callable[[], bool], seconds: float = 10.0) -> None:
    """Wait for a condition."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not come true"
        await asyncio.sleep(0.005)


def courier(service: Service) -> FeedState:
    with service.store.read() as known:
        return next(state for state in known.feed_states(active=False) if state.hub)


def subscriptions(service: Service) -> list[Subscription]:
    with service.store.read() as known:
        return known.subscriptions()


def pause(state: FeedState) -> timedelta:
    assert state.last_polled is not None
    return state.next_due - state.last_polled


async def test_a_pushed_item_is_alerted_within_a_second_and_not_told_again_by_the_next_poll(
    scene: Scene,
) -> None:
    async with scene.subscribed() as service:
        stop = asyncio.Event()
        outbox = asyncio.create_task(service.outbox.run(stop))
        before = courier(service)
        start = time.monotonic()
        said = await scene.hub.push(document(HELD))
        await until(lambda: bool(scene.desk.got))
        took = time.monotonic() - start
        scene.print(HELD, *OLD[:-1], tag='"2"')
        after = courier(service)
        await poll(service)
        await service.outbox.drain(timeout=10)
        stop.set()
        await outbox

    assert said.status == 202
    assert took < 1.0
    assert [got.json()["title"].count("Erbol Daulet") for got in scene.desk.got] == [1]
    assert (after.etag, after.last_polled) == (before.etag, before.last_polled)
    assert service.tally.items_new == 2 * len(OLD) + 1


async def test_a_hub_is_asked_under_our_name_and_only_what_it_confirms_counts(
    scene: Scene,
) -> None:
    async with scene.service() as service:
        await poll(service)
        await tend(service)
        [asked] = subscriptions(service)
        wrong = [
            await scene.hub.verify(topic="https://elsewhere.example/rss"),
            await scene.hub.verify(mode="unsubscribe"),
            await scene.hub.get(f"{PUBLIC}/guessed", {"hub.mode": "subscribe"}),
        ]
        still = subscriptions(service)
        right = await scene.hub.verify()
        [live] = subscriptions(service)
        await tend(service)

    form = scene.hub.last
    assert len(scene.hub.asked) == 1, "who is confirmed is not asked again"
    assert scene.hub.agents == [scene.feeds.requests[0].header("User-Agent")]
    assert form["hub.topic"] == scene.feeds.url("/courier")
    assert form["hub.callback"] == f"{PUBLIC}/{asked.token}"
    assert (asked.state, still) == (HubState.ASKED, [asked])
    assert [said.status for said in wrong] == [404, 404, 404]
    assert (right.status, right.text) == (200, "riddle <b>")
    assert live.state is HubState.LIVE
    assert live.until is not None
    assert live.renew - now() < timedelta(days=7) < live.until - now()


async def test_what_is_not_signed_rightly_is_acknowledged_counted_and_ignored(
    scene: Scene,
) -> None:
    async with scene.subscribed() as service:
        lies = [
            await scene.hub.push(document(HELD), signature=""),
            await scene.hub.push(document(HELD), signature="sha256=" + "0" * 64),
            await scene.hub.push(document(HELD), signature="md5=" + "0" * 32),
            await scene.hub.push(document(HELD), signature="ÿ=ÿ"),
        ]
        unknown = await scene.hub.push(document(HELD), to=f"{PUBLIC}/guessed")
        await service.poller.idle()
        [known] = subscriptions(service)

    assert [said.status for said in lies] == [202] * 4
    assert unknown.status == 404
    assert (known.refused, known.pushed) == (4, None)
    assert service.tally.items_new == 2 * len(OLD)


@pytest.mark.parametrize("method", ["sha1", "sha256", "sha384", "sha512"])
async def test_every_way_of_signing_is_understood(scene: Scene, method: str) -> None:
    async with scene.subscribed() as service:
        await scene.hub.push(document(HELD), method=method)
        await until(lambda: service.tally.items_new == 2 * len(OLD) + 1)


@pytest.mark.parametrize("body", [b"", b"<rss", b"ping", b"\x00" * 100, b'{"a": 1}'])
async def test_a_push_without_items_lets_the_feed_be_polled_at_once(
    scene: Scene, body: bytes
) -> None:
    async with scene.subscribed() as service:
        scene.print(HELD, *OLD[:-1], tag='"2"')
        scene.clock.ahead = timedelta(minutes=2)
        await scene.hub.push(body)
        await until(lambda: courier(service).next_due <= scene.clock())
        await poll(service)
        [known] = subscriptions(service)

    assert service.tally.items_new == 2 * len(OLD) + 1
    assert known.pushed is not None
    assert known.missed is None, "the hub did say so"


async def test_a_feed_is_polled_slowly_only_after_its_hub_has_pushed_and_until_it_falls_silent(
    scene: Scene,
) -> None:
    async with scene.subscribed() as service:
        await poll(service)
        verified = pause(courier(service))
        await scene.hub.push(document(HELD))
        await until(lambda: pause(courier(service)) > verified)
        proven = pause(courier(service))
        scene.print(HELD, *OLD[:-1], tag='"2"')
        scene.clock.ahead = timedelta(days=1)
        await poll(service)
        silent = pause(courier(service))

    assert verified < timedelta(minutes=70)
    assert proven <= timedelta(hours=6)
    assert silent < timedelta(minutes=70)


async def test_when_the_hub_dies_the_item_arrives_by_polling_and_polling_goes_back_to_its_pace(
    scene: Scene,
) -> None:
    async with scene.subscribed() as service:
        await poll(service)
        normal = pause(courier(service))
        await scene.hub.push(document(HELD))
        await until(lambda: pause(courier(service)) > normal)
        scene.clock.ahead = pause(courier(service))
        scene.print(FREED, HELD, *OLD[:-2], tag='"2"')
        await poll(service)
        await service.outbox.drain(timeout=10)
        after = pause(courier(service))
        [known] = subscriptions(service)

    titles = [got.json()["title"] for got in scene.desk.got]
    assert any("library" in title for title in titles)
    assert known.missed is not None
    assert after < timedelta(minutes=70)


async def test_a_hub_that_never_pushes_leaves_the_feed_at_its_own_pace(scene: Scene) -> None:
    async with scene.subscribed() as service:
        await poll(service)
        first = pause(courier(service))
        scene.clock.ahead = HOUR
        scene.print(HELD, *OLD[:-1], tag='"2"')
        await poll(service)
        second = pause(courier(service))
        [known] = subscriptions(service)

    assert max(first, second) < timedelta(minutes=70)
    assert known.missed is not None


async def test_a_hub_that_says_no_is_left_alone_for_a_day_and_polling_goes_on(
    scene: Scene,
) -> None:
    async with scene.subscribed() as service:
        await poll(service)
        normal = pause(courier(service))
        await scene.hub.push(document(HELD))
        await until(lambda: pause(courier(service)) > normal)
        said = await scene.hub.deny("too many\r\nsubscribers")
        [denied] = subscriptions(service)
        back = pause(courier(service))
        scene.clock.ahead = timedelta(hours=23)
        await tend(service)
        before = len(scene.hub.asked)
        scene.clock.ahead = timedelta(hours=25)
        await tend(service)

    assert said.status == 200
    assert denied.state is HubState.DENIED
    assert denied.detail == "the hub says no: too many subscribers"
    assert back <= timedelta(minutes=70)
    assert (before, len(scene.hub.asked)) == (1, 2)


async def test_a_lease_is_renewed_before_it_ends_with_the_same_callback(scene: Scene) -> None:
    scene.hub.lease = 86_400
    async with scene.subscribed() as service:
        scene.clock.ahead = timedelta(hours=17)
        await tend(service)
        await scene.hub.verify()
        [known] = subscriptions(service)

    first, second = scene.hub.asked
    assert first == second
    assert known.until is not None
    assert known.until > now() + timedelta(hours=40)


async def test_a_hub_that_does_not_take_or_does_not_confirm_it_is_asked_ever_more_seldom(
    scene: Scene,
) -> None:
    async with scene.service() as service:
        await poll(service)
        scene.hub.status = 500
        await tend(service)
        [failed] = subscriptions(service)
        scene.hub.status = 202
        gaps = []
        for _ in range(12):
            [known] = subscriptions(service)
            gaps.append(known.renew - scene.clock())
            scene.clock.ahead += gaps[-1]
            await tend(service)

    assert "500" in failed.detail
    assert all(late > early * 0.9 for early, late in pairwise(gaps))
    assert timedelta(minutes=9) < gaps[0] < timedelta(minutes=12)
    assert timedelta(hours=23) < gaps[-1] < timedelta(hours=27)
    assert len(scene.hub.asked) == 13


async def test_subscriptions_survive_a_restart_and_the_feed_starts_at_its_own_pace(
    scene: Scene,
) -> None:
    async with scene.subscribed() as service:
        await poll(service)
        normal = pause(courier(service))
        await scene.hub.push(document(HELD))
        await until(lambda: pause(courier(service)) > normal)
        before = subscriptions(service)

    async with scene.service() as service:
        started = pause(courier(service))
        await tend(service)
        await scene.hub.push(document(FREED))
        await until(lambda: service.tally.items_new == 1)
        after = subscriptions(service)

    assert len(scene.hub.asked) == 1, "nothing was unsubscribed, nothing asked again"
    assert [one.token for one in after] == [one.token for one in before]
    assert started <= normal


@pytest.mark.parametrize("how", ["feed", "public"])
async def test_what_is_taken_out_of_the_rules_is_unsubscribed_and_then_gone(
    scene: Scene, how: str
) -> None:
    async with scene.subscribed() as service:
        form = scene.hub.last
        scene.write(feeds=how != "feed", public=how != "public")
        await service.reload()
        await tend(service)
        signed = {**form}
        farewell = scene.hub.last
        said = await scene.hub.verify()
        scene.hub.asked.append(signed)
        late = await scene.hub.push(document(HELD))
        await tend(service)
        [known] = subscriptions(service)
        listens = service.watch.listens

    assert farewell["hub.mode"] == "unsubscribe"
    assert farewell["hub.callback"] == form["hub.callback"]
    assert (said.status, late.status) == (200, 410)
    assert known.state is HubState.LEFT
    assert listens is (how == "feed")


async def test_without_public_url_a_hub_is_recorded_and_nobody_is_asked(scene: Scene) -> None:
    scene.write(public=False)
    async with scene.service() as service:
        await poll(service)
        await tend(service)

        assert courier(service).hub == scene.hub.url
        assert (scene.hub.asked, service.watch.listens) == ([], False)


async def test_pushes_and_polls_of_one_feed_at_once_store_each_item_once(scene: Scene) -> None:
    async with scene.subscribed() as service:
        scene.print(FREED, HELD, *OLD[:-2], tag='"2"')
        with service.store.read() as known:
            service.poller.give(known.feed_states())
        pushes = [scene.hub.push(document(*titles)) for titles in ([HELD], [FREED, HELD], [HELD])]
        await asyncio.gather(*pushes)
        await until(lambda: service.tally.items_new >= 2 * len(OLD) + 2)
        await service.poller.idle()
        await service.outbox.drain(timeout=10)

    assert service.tally.items_new == 2 * len(OLD) + 2
    told = [got.json()["message"] for got in scene.desk.got]
    assert [sum(name in message for message in told) for name in ("Erbol", "library")] == [1, 1]


async def test_the_users_own_pace_goes_before_the_hubs(scene: Scene) -> None:
    scene.write(every="5m")
    async with scene.subscribed() as service:
        await scene.hub.push(document(HELD))
        await until(lambda: service.tally.items_new == 2 * len(OLD) + 1)
        await poll(service)

        assert pause(courier(service)) < timedelta(minutes=6)


async def test_no_log_names_a_token_or_a_secret(
    scene: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    async with scene.subscribed() as service:
        scene.hub.status = 500
        await scene.hub.push(document(HELD), signature="")
        await scene.hub.push(document(HELD))
        await scene.hub.push(b"", to=f"{scene.hub.last['hub.callback']}")
        await until(lambda: service.tally.items_new == 2 * len(OLD) + 1)
        scene.clock.ahead = timedelta(days=8)
        await tend(service)
        [known] = subscriptions(service)

    ours = "\n".join(r.getMessage() for r in caplog.records if r.name.startswith("watcher"))
    assert "500" in ours
    assert known.token not in caplog.text
    assert known.secret not in caplog.text
    assert known.secret not in repr(known)


async def test_a_renewal_that_fails_takes_the_feed_back_to_its_own_pace_at_once(
    scene: Scene,
) -> None:
    async with scene.subscribed() as service:
        await poll(service)
        own = pause(courier(service))
        await scene.hub.push(document(HELD))
        await until(lambda: pause(courier(service)) > own)
        slow = pause(courier(service))
        scene.hub.status = 500
        with service.store.write() as tx:
            [known] = tx.subscriptions()
            tx.save_subscription(replace(known, renew=known.renew - timedelta(days=30)))
        await tend(service)
        after = pause(courier(service))
        [known] = subscriptions(service)

    assert known.state is HubState.LIVE, "the lease still runs"
    assert slow > 2 * own
    assert after < 1.2 * own
