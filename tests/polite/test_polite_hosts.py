"""Rules 10, 15 and 17: what a host with many feeds, and many hosts at once, get to see of us."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from support.cli_run import watcher
from support.cli_site import PAGES, Page, served
from support.feed_server import FeedServer, Request, answer
from support.names import Names
from support.polite import SPREAD, START, Scene
from support.scorer import Column, Score, clean

from watcher.cli.net import check_feeds
from watcher.core.model import Feed
from watcher.daemon import Limits, open_service
from watcher.daemon.once import _once
from watcher.feeds import Fetcher, HeldError, Lanes
from watcher.feeds.fetch import user_agent
from watcher.feeds.lanes import BREATH, FULL_MINUTE, PER_HOST
from watcher.watch import Settings

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


# --- rule 10 -----------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(
    ("after", "kept"),
    [
        ("7200", 2 * HOUR),
        ("Mon, 02 Nov 2026 13:20:00 GMT", 3 * HOUR),
        ("316800", 24 * HOUR),
    ],
    ids=["seconds", "date", "88 hours"],
)
async def test_retry_after_holds_the_whole_host_also_across_a_restart(
    scene: Scene, status: int, after: str, kept: timedelta
) -> None:
    """Rule 10."""
    # The answer's own clock is what its Retry-After is told by.
    headers = {"Retry-After": after, "Date": "Mon, 02 Nov 2026 10:20:00 GMT"}
    first, second = scene.feed("/first"), scene.feed("/second")
    scene.write([(first.url, "20m"), (second.url, "1h")])
    async with scene.service() as service:
        await scene.due(service)
        first.script.append(answer(status, headers=headers))
        await scene.once_due(service)
    told = scene.clock.at
    asked = first.score.requests, second.score.requests

    async with scene.service() as service:
        await scene.pass_time(service, kept)
        held = first.score.requests, second.score.requests
        again = [scene.state(service, feed).next_due - told for feed in (first, second)]
        await scene.pass_time(service, kept / 10 + SPREAD)

    assert asked == held == (2, 1)
    assert all(kept < wait <= kept * 1.1 + SPREAD for wait in again), "later by some jitter"
    assert first.score == Score(
        requests=first.score.requests,
        unconditional=1,
        etags=Column(first.score.requests - 1),
        dates=Column(first.score.requests - 1),
    )
    assert second.score == clean(second.score.requests)
    assert second.score.requests > 1


@pytest.mark.parametrize("status", [429, 503])
async def test_a_new_feed_of_a_host_that_asked_to_wait_waits_too(scene: Scene, status: int) -> None:
    """Rule 10."""
    first, second = scene.feed("/first"), scene.feed("/second")
    first.script = [answer(status, headers={"Retry-After": "7200"})]
    scene.watch(first)
    async with scene.service() as service:
        await scene.once_due(service)

    scene.watch(first, second)
    async with scene.service() as service:
        await scene.pass_time(service, 2 * HOUR)
        held = second.score.requests
        await scene.pass_time(service, HOUR / 2)

    assert held == 0
    assert second.score == clean(second.score.requests)


# --- rule 15 -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("extra", "contact"),
    [("", ""), ("contact: https://watch.example.org/about\n", "https://watch.example.org/about")],
    ids=["nameless", "with a contact"],
)
async def test_what_is_sent_is_constant_and_says_nothing_of_what_is_watched(
    scene: Scene, extra: str, contact: str
) -> None:
    """Rule 15."""
    scene.extra = extra
    feed = scene.feed()
    scene.watch(feed, find="Atajurt")

    async with scene.service() as service:
        await scene.once_due(service)
        await scene.once_due(service)

    first, second = (dict(one.headers) for one in scene.server.requests)
    assert first == {
        "Host": f"outlet.example:{scene.server.port}",
        "User-Agent": user_agent(contact),
        "Accept": "application/rss+xml, application/atom+xml, application/feed+json, "
        "application/rdf+xml;q=0.9, application/xml;q=0.8, text/xml;q=0.8, "
        "application/json;q=0.5, */*;q=0.1",
        "Accept-Encoding": "gzip, deflate, br, zstd",
        "A-IM": "feed",
    }
    assert second == first | {
        "If-None-Match": '"v1"',
        "If-Modified-Since": "Fri, 06 Nov 2026 08:49:01 GMT",
    }
    assert contact in user_agent(contact)
    assert feed.score == clean(2)


async def test_another_contact_counts_from_the_reload_on(scene: Scene) -> None:
    """Rule 15."""
    feed = scene.feed()
    scene.watch(feed)

    async with scene.service() as service:
        await scene.once_due(service)
        scene.extra = "contact: desk@watch.example.org\n"
        scene.watch(feed)
        await service.reload()
        await scene.once_due(service)

    first, second = (one.header("User-Agent") for one in scene.server.requests)
    assert first == user_agent("")
    assert second == user_agent("desk@watch.example.org")


def test_a_contact_stays_inside_its_brackets() -> None:
    page = user_agent("https://watch.example.org/about(us)?a=1%20b")
    mail = user_agent("desk@watch.example.org")

    assert page.endswith(" (feed reader; +https://watch.example.org/about%28us%29?a=1%20b)")
    assert mail.endswith(" (feed reader; desk@watch.example.org)")


async def test_commands_go_by_the_same_name(scene: Scene) -> None:
    """Rule 15."""
    feed = scene.feed()
    scene.watch(feed)
    async with scene.service() as service:
        await scene.once_due(service)
        known = scene.state(service, feed)
    scene.clock.at += MINUTE

    door = Fetcher(user_agent=user_agent(), allow=scene.server.allow, resolver=scene.names)
    [checked] = await check_feeds(
        [known.feed], {known.feed.url: known}, done=lambda _: None, door=door
    )

    assert checked.word == "alive"
    assert feed.score == clean(2)


# --- rule 17 -----------------------------------------------------------------------------------


@dataclass
class Crowd:
    """A server for many hosts: who was there, from when to when, by host."""

    server: FeedServer
    names: Names = field(default_factory=Names)
    starts: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    now: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    most: int = 0
    urls: list[str] = field(default_factory=list)
    allow: set[tuple[str, int]] = field(default_factory=set)

    def feed(self, host: str, path: str, address: str) -> None:
        self.names.answers[host] = [[address]]
        self.allow.add((address, self.server.port))
        self.server.put(path, self._reply)
        self.urls.append(self.server.url(path, host))

    async def _reply(self, request: Request, writer: asyncio.StreamWriter) -> None:
        host = (request.header("Host") or "").partition(":")[0]
        self.starts[host].append(time.monotonic())
        self.now[host] += 1
        self.most = max(self.most, self.now[host])
        # The first ones are kept long enough to see how many are there at once.
        await asyncio.sleep(HELD if len(self.starts[host]) <= SLOW_ONES else 0)
        self.now[host] -= 1
        body = "<rss version='2.0'><channel><title>F</title></channel></rss>"
        writer.write(answer(body=body, headers={"ETag": '"1"'}))

    @property
    def limits(self) -> Limits:
        return Limits(host_pause=PAUSE, allow=frozenset(self.allow), resolver=self.names)


FEEDS = 300
SLOW_ONES = 20
"""Requests of each host that the server keeps for HELD seconds."""
HELD = 0.15
PAUSE = 0.02
"""Seconds; in production it is a second."""


@pytest.fixture(params=["one host", "many hosts"])
async def crowd(request: pytest.FixtureRequest) -> AsyncIterator[Crowd]:
    async with FeedServer(host="0.0.0.0") as server:
        crowd = Crowd(server)
        for number in range(FEEDS):
            if request.param == "one host":
                crowd.feed("big.example", f"/{number}", "127.1.0.1")
            else:
                address = f"127.1.{1 + number // 250}.{1 + number % 250}"
                crowd.feed(f"host{number}.example", "/", address)
        yield crowd


def settings(folder: Path, urls: Sequence[str]) -> Settings:
    feeds = "".join(f"  - '{url}'\n" for url in urls)
    rules = folder / "rules.yaml"
    rules.write_text(f"feeds:\n{feeds}rules:\n  - {{name: A, find: Atajurt}}\n", encoding="utf-8")
    return Settings(rules=rules, state=folder / "state")


async def by_the_daemon(folder: Path, crowd: Crowd) -> None:
    async with open_service(settings(folder, crowd.urls), "test", limits=crowd.limits) as service:
        with service.store.read() as known:
            service.poller.give(known.due_feeds(START + timedelta(days=900), 1000))
        await service.poller.idle()


async def by_once(folder: Path, crowd: Crowd) -> None:
    await _once(
        settings(folder, crowd.urls),
        crowd.limits,
        poll_all=True,
        feed=None,
        report=lambda _: None,
    )


async def by_feeds_check(_: Path, crowd: Crowd) -> None:
    door = Fetcher(user_agent=user_agent(), allow=frozenset(crowd.allow), resolver=crowd.names)
    feeds = [Feed(url=url, name=url) for url in crowd.urls]
    checked = await check_feeds(feeds, {}, done=lambda _: None, door=door, lanes=Lanes(pause=PAUSE))
    assert not any(one.failed for one in checked)


@pytest.mark.parametrize("ask", [by_the_daemon, by_once, by_feeds_check])
async def test_two_at_once_per_host_with_pauses_between_and_no_burst(
    tmp_path: Path, crowd: Crowd, ask: Callable[[Path, Crowd], Awaitable[None]]
) -> None:
    """Rule 17."""
    await ask(tmp_path, crowd)

    starts = sorted(at for times in crowd.starts.values() for at in times)
    assert len(starts) == FEEDS
    assert crowd.most <= 2
    # A busy machine bunches what a server sees; over all of them no pause can be hidden.
    if len(crowd.starts) == 1:
        quick = starts[SLOW_ONES:]
        least = (len(quick) - 1) * PAUSE * 1.15
        assert quick[-1] - quick[0] > least, "the pause, and a quarter more by jitter"
    else:
        assert starts[-1] - starts[0] > FEEDS * BREATH * 0.75, "all at once"


async def test_nobody_is_asked_in_the_first_seconds_of_a_minute() -> None:
    """Rule 17. The wall clock is half a second before a full hour when 300 feeds fall due."""
    ahead = 3600 - 0.5 - time.time() % 3600
    lanes = Lanes(pause=0.001, wall=lambda: time.time() + ahead)
    starts: list[float] = []

    async def asks(number: int) -> None:
        async with lanes.turn(f"host{number % 200}.example"):
            starts.append((time.time() + ahead) % 60)

    await asyncio.gather(*(asks(number) for number in range(FEEDS)))

    early = [second for second in starts if second < 59]
    assert len(starts) == FEEDS
    assert early
    assert min(early) >= FULL_MINUTE
    assert max(early) - min(early) > 1, "and not all as soon as it is over"


async def test_a_feed_of_a_host_that_asked_to_wait_is_not_asked() -> None:
    """Rule 10. Who waits for a turn at the host is sent away, and so is who comes."""
    lanes = Lanes(pause=0.001)
    asked: list[int] = []

    async def asks(number: int) -> None:
        with suppress(HeldError):
            async with lanes.turn("host.example"):
                asked.append(number)
                lanes.hold("host.example", 60)

    await asyncio.gather(*(asks(number) for number in range(50)))
    await asks(99)

    assert asked == [0]


async def test_feeds_that_wait_for_their_turn_when_their_host_asks_to_wait_are_not_asked(
    scene: Scene,
) -> None:
    """Rule 10."""
    feeds = [scene.feed(f"/{number}") for number in range(10)]
    for feed in feeds:
        feed.script = [answer(429, headers={"Retry-After": "3600"})]
    scene.watch(*feeds)

    async with scene.service() as service:
        await scene.due(service)
        asked = sum(feed.score.requests for feed in feeds)
        again = await scene.due(service)

    assert asked <= PER_HOST
    assert again.polled == 0


async def test_feeds_check_stops_at_a_host_that_asks_to_wait(scene: Scene) -> None:
    """Rule 10."""
    feeds = [scene.feed(f"/{number}") for number in range(10)]
    for feed in feeds:
        feed.script = [answer(429, headers={"Retry-After": "3600"})]

    door = Fetcher(user_agent=user_agent(), allow=scene.server.allow, resolver=scene.names)
    results = await check_feeds(
        [Feed(url=feed.url, name=feed.path) for feed in feeds],
        {},
        done=lambda _: None,
        door=door,
        lanes=Lanes(pause=0.5),
    )

    assert {one.word for one in results} == {"rate-limited"}
    assert len(scene.server.requests) == 1


def test_who_asks_for_everything_does_not_ask_a_host_that_asked_to_be_left_alone(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Rule 10."""
    pages: dict[str, Page | str] = {"/a": Page(status=429, wait=600), "/b": "no feed"}
    with served(pages) as busy, served({"/c": PAGES["/good"]}, host="127.0.0.2") as well:
        urls = [f"{busy.url}/a", f"{busy.url}/b", f"{well.url}/c"]
        lines = "".join(f"  - {{url: '{url}', private: true}}\n" for url in urls)
        (tmp_path / "rules.yaml").write_text(f"feeds:\n{lines}", encoding="utf-8")

        first = watcher("once", "--feed", urls[0], cwd=tmp_path)
        everything = watcher("once", "--all", "--json", cwd=tmp_path)
        named = watcher("once", "--feed", urls[1], "--json", cwd=tmp_path)
        checked = watcher("feeds", "check", "--json", cwd=tmp_path)

    assert (first.code, first.out) == (1, "1 feed polled, 1 failed\n")
    assert busy.asked == ["/a"]
    assert well.asked == ["/c", "/c"]
    assert (everything.row["polled"], named.row["polled"]) == (1, 0)
    assert caplog.messages.count("not asked, as they want to be left alone: 127.0.0.1") == 2
    assert [row["state"] for row in checked.rows if "127.0.0.1" in row["url"]] == [
        "rate-limited",
        "rate-limited",
    ]
