"""One service that lives through every fault, with a canary feed and healthy targets beside it.

    feed = await scene.feed("F07 length too long")       # first sight: a baseline
    cycle = await feed.answers(answer(body=..., length=5000))
    assert cycle.state.fault is FeedFault.TRUNCATED
    await feed.recovers()                                # its news are alerted after all

Every cycle polls the faulty feed and the canary, which has a new article each time, and holds
the service to what it promises whatever a feed does: the canary's alert arrives in time, the
faulty feed takes no longer than the limits allow, memory stays bounded, trouble leaves one line
that names feed, cause and next try, no secret is in any log or message, and every alert that is
due is delivered once.
"""

from __future__ import annotations

import asyncio
import logging
import os
import random
import re
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from html import escape
from pathlib import Path

from support.feed_server import FeedServer, Reply, answer
from support.memory import Scale, weighing
from support.names import Names
from support.webhook import Got, Webhook, closed_port, serving

from watcher.core.model import DeliveryState, FeedState
from watcher.daemon import Limits, Service, open_service
from watcher.daemon.clock import now
from watcher.watch import Settings, Tally

LIMITS = Limits(fetch_seconds=1.0, parse_seconds=2.0, most_bytes=3_000_000, host_pause=0.0)
"""As in production, but short: what is meant to run into a limit must not cost half a minute."""
SLACK = 8.0
"""Seconds for what no limit counts (a new child for the parser, a busy machine)."""
PATIENCE = LIMITS.fetch_seconds + LIMITS.parse_seconds + SLACK
MORE_MEMORY = 250_000_000
"""Bytes the service may grow by: one with its child, at rest, weighs less than 150 MB."""
SECRETS = {"HOOK_TOKEN": "tok-5ecret-of-the-hook", "FEED_KEY": "key-5ecret-of-the-feed"}
SPELLINGS = ("Atajurt", "Атажурт", "阿塔珠尔特", "أتاجورت")
"""What the rule of the faulty feeds finds."""
RULE = f"  - {{name: Atajurt, find: [{', '.join(SPELLINGS)}], notify: [desk], follow_ups: now}}\n"
_SYLLABLES = ("ba", "de", "fi", "go", "ku", "la", "me", "ni", "po", "ru", "sa", "te", "vi", "zo")
_NEXT_TRY = re.compile(r"\(next try (?:\d\d [A-Z][a-z]+ )?\d\d:\d\d:\d\d\)$")


# --- what feeds bring --------------------------------------------------------------------------


def words(key: object, count: int = 6) -> str:
    """Return words that no other key has, so that each article is a story of its own."""
    dice = random.Random(str(key))
    return " ".join("".join(dice.choices(_SYLLABLES, k=4)) for _ in range(count))


def headline(key: object) -> str:
    """Return a headline that the rule of the faulty feeds matches."""
    return f"Atajurt {words(key)}"


def item(key: object, title: str | None = None, more: str = "") -> str:
    """Return an RSS item with guid, link and title; `title` is XML already."""
    name = escape(str(key))
    shown = headline(key) if title is None else title
    return (
        f"<item><guid isPermaLink='false'>{name}</guid><title>{shown}</title>"
        f"<link>https://outlet.example/{name.replace(' ', '-')}</link>{more}</item>"
    )


def rss(*items: str, head: str = "", before: str = "") -> bytes:
    """Return an RSS document of `items`, newest first."""
    channel = f"<title>F</title>{head}{''.join(items)}"
    return f"{before}<rss version='2.0'><channel>{channel}</channel></rss>".encode()


OLD = item("old", title="Rain over the steppe")


def served(*items: str, tag: str = '"1"') -> bytes:
    """Return a sound answer with `items`."""
    return answer(body=rss(*items, OLD), headers={"ETag": tag})


# --- the scene ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Cycle:
    """What one poll of the faulty feed and the canary came to."""

    state: FeedState
    """The faulty feed afterwards."""
    tally: Tally
    told: tuple[str, ...]
    """What the desk got, title and message."""
    notices: tuple[str, ...]
    """What the operator got."""
    lines: tuple[str, ...]
    """Warnings and errors of the log that name the faulty feed."""
    seconds: float
    grown: int
    """Bytes by which the service was larger than before, at most."""


class _Lines(logging.Handler):
    """Keeps every line of every logger, as it would have been written."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.setFormatter(logging.Formatter("%(levelname)s %(message)s"))
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


@contextmanager
def _everything_logged() -> Iterator[_Lines]:
    root, lines = logging.getLogger(), _Lines()
    before = root.level
    root.setLevel(logging.DEBUG)
    root.addHandler(lines)
    try:
        yield lines
    finally:
        root.removeHandler(lines)
        root.setLevel(before)


@dataclass
class Scene:
    """A running service, its servers, and what it said and sent."""

    folder: Path
    server: FeedServer
    """Serves the faulty feeds. Each has a host name of its own, as on the internet."""
    canary: FeedServer
    names: Names
    desk: Webhook
    operator: Webhook
    healthy: Webhook
    log: _Lines
    scale: Scale
    closed_port: int
    """Nobody listens there, and the address guard lets it pass."""
    service: Service = field(init=False)
    _at_rest: int = 0
    _cycles: int = 0

    @property
    def canary_url(self) -> str:
        """The address of the canary."""
        return self.canary.url("/canary", "canary.example")

    async def feed(self, name: str, *, channels: str = "", rules: str = "") -> Faulty:
        """Let the service watch this feed, and read its old news once."""
        faulty = Faulty(scene=self, name=name, server=self.server)
        self.server.put(faulty.path, served())
        await self.watch(faulty.line, channels=channels, rules=rules)
        cycle = await self.cycle(faulty)
        assert (cycle.state.fault, cycle.told) == (None, ())
        return faulty

    async def watch(self, *lines: str, channels: str = "", rules: str = "") -> None:
        """Put rules in force that name the canary and the feeds of `lines`."""
        self.write(*lines, channels=channels, rules=rules)
        await self.service.reload()

    def write(self, *lines: str, channels: str = "", rules: str = "") -> None:
        """Write rules.yaml; the addresses of channels and feeds hold secrets."""
        token = "${HOOK_TOKEN}"
        text = (
            "timezone: UTC\nchannels:\n"
            f"  desk: json://127.0.0.1:{self.desk.port}/{token}\n"
            f"  healthy: json://127.0.0.1:{self.healthy.port}/{token}\n"
            f"  operator: {{url: 'json://127.0.0.1:{self.operator.port}/{token}', health: true}}\n"
            f"{channels}"
            f"feeds:\n  - {{url: '{self.canary_url}', name: Canary}}\n"
            + "".join(f"  - {line}\n" for line in lines)
            + "rules:\n"
            "  - {name: Lighthouse, find: Lighthouse, notify: [healthy]}\n"
            f"{rules or RULE}"
        )
        (self.folder / "rules.yaml").write_text(text, encoding="utf-8")

    def state_of(self, url: str) -> FeedState:
        """Return what is remembered of a feed."""
        with self.service.store.read() as known:
            found = known.feed(url)
        assert found is not None, url
        return found

    def states(self) -> list[FeedState]:
        """Return what is remembered of the feeds that are watched."""
        with self.service.store.read() as known:
            return known.feed_states()

    async def cycle(self, faulty: Faulty) -> Cycle:
        """Poll the canary and the faulty feed; hold the service to its promises."""
        return await self.poll(faulty.written_url, faulty.name, within=faulty.patience)

    async def poll(self, url: str, name: str, *, within: float = PATIENCE) -> Cycle:
        """Poll every feed, which may take so many seconds; report of the one at `url`."""
        self._cycles += 1
        news = f"Lighthouse {words(('canary', self._cycles))}"
        body = rss(item(f"canary {self._cycles}", title=news), OLD)
        self.canary.put("/canary", answer(body=body))
        before = len(self.desk.got), len(self.operator.got), len(self.log.lines)
        sung = len(self.healthy.got)
        weight = self.scale.reset()
        self.service.tally = Tally()
        started, at = time.monotonic(), now()

        self.service.poller.give(self.states())
        if self._cycles > 1:
            await until(
                lambda: any(news in words_of(got) for got in self.healthy.got[sung:]),
                within,
                f"the canary's alert, while {name} misbehaves",
            )
        poller = self.service.poller
        await until(lambda: not (poller._polls or poller._unsettled), within, "all is settled")
        seconds = time.monotonic() - started
        await self.delivered()

        state = self.state_of(url)
        log = self.log.lines[before[2] :]
        cycle = Cycle(
            state=state,
            tally=self.service.tally,
            told=tuple(map(words_of, self.desk.got[before[0] :])),
            notices=tuple(map(words_of, self.operator.got[before[1] :])),
            lines=tuple(line for line in log if _is_about(line, name)),
            seconds=seconds,
            grown=self.scale.peak - weight,
        )
        if state.last_polled is not None and state.last_polled >= at:
            _check_the_line(cycle)
        self._check("\n".join([*log, *cycle.notices, state.fault_detail]))
        return cycle

    async def delivered(self) -> None:
        """Wait until nothing is left to send; then every alert must have come once."""

        def nothing_left() -> bool:
            with self.service.store.read() as known:
                return not (known.due_targets(now()) or known.counts()["sending"])

        await until(nothing_left, 20, "all that is due is sent")
        for hook in (self.desk, self.healthy, self.operator):
            keys = [got.headers["idempotency-key"] for got in hook.got]
            assert len(keys) == len(set(keys)), "no message comes twice"

    def _check(self, said: str) -> None:
        for secret in SECRETS.values():
            assert secret not in said
        assert "Traceback" not in said
        if not self._at_rest:
            self._at_rest = self.scale.look()
        assert self.scale.peak - self._at_rest < MORE_MEMORY
        with self.service.store.read() as known:
            sent = [one.state for one in known.deliveries(target="desk")]
        assert set(sent) <= {DeliveryState.SENT, DeliveryState.HELD}


@dataclass
class Faulty:
    """The feed of one test."""

    scene: Scene
    name: str
    server: FeedServer
    patience: float = PATIENCE
    """Seconds in which a poll must be over and the canary's alert there."""

    @property
    def path(self) -> str:
        """The path on the server."""
        return f"/{_slug(self.name)}"

    @property
    def host(self) -> str:
        """The host name, which no other feed has."""
        return f"{_slug(self.name).lower()}.example"

    @property
    def url(self) -> str:
        """The address without its secret."""
        return self.server.url(self.path, self.host)

    @property
    def full_url(self) -> str:
        """The address with its secret in place."""
        return f"{self.url}?key={SECRETS['FEED_KEY']}"

    @property
    def written_url(self) -> str:
        """The address as it stands in rules.yaml, by which the service knows the feed."""
        return f"{self.url}?key=${{FEED_KEY}}"

    @property
    def line(self) -> str:
        """The feed as rules.yaml names it."""
        return f"{{url: '{self.written_url}', name: '{self.name}'}}"

    @property
    def tags(self) -> list[str | None]:
        """The ETags that were sent back, one for each request."""
        asked = [one for one in self.server.requests if one.path.startswith(f"{self.path}?")]
        return [request.header("If-None-Match") for request in asked]

    async def answers(self, *replies: Reply) -> Cycle:
        """Let the server answer so, once or from now on, and poll."""
        self.server.put(self.path, *replies)
        return await self.scene.cycle(self)

    async def serves(self, *items: str, **more: str) -> Cycle:
        """Let the server answer with a sound document that holds `items`, and poll."""
        return await self.answers(answer(body=rss(*items, OLD, **more)))

    async def recovers(self, *, tag: str | None = '"1"') -> Cycle:
        """Let the server be sound again: what was missed meanwhile is alerted now, once.

        `tag` is the ETag that must be sent: that of the last sound answer, never of a broken one.
        """
        news = (self.name, "after it")
        cycle = await self.answers(served(item(news), tag='"2"'))
        assert self.tags[-1] == tag
        assert cycle.state.fault is None
        [told] = cycle.told
        assert headline(news) in told
        return cycle


def words_of(got: Got) -> str:
    """Return what a message says, without the marks around what was found."""
    said = got.json()
    return unmarked(f"{said['title']}\n{said['message']}")


def unmarked(text: str) -> str:
    """Return a text without the marks around what was found."""
    return text.replace("»", "").replace("«", "")


async def until(done: Callable[[], bool], seconds: float, what: str) -> None:
    """Wait until something holds."""
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end, f"not within {seconds:g} s: {what}"
        await asyncio.sleep(0.01)


def _secrets_in(folder: Path) -> list[str]:
    """Return the names of the files that hold a secret and are not there for it."""
    files = [path for path in folder.rglob("*") if path.is_file() and path.name != "secrets.env"]
    keys = [key.encode() for key in SECRETS.values()]
    return [path.name for path in files if any(key in path.read_bytes() for key in keys)]


def _check_the_line(cycle: Cycle) -> None:
    """Trouble is one line, with the cause and the next try."""
    assert len(cycle.lines) <= 1
    assert all(map(_NEXT_TRY.search, cycle.lines))
    if cycle.state.fault is not None:
        [line] = cycle.lines
        assert f": {cycle.state.fault.value}: " in line


def _slug(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9]+", "-", name).strip("-")[:60]


def _is_about(line: str, name: str) -> bool:
    return line.startswith(("WARNING feed", "ERROR feed")) and f"feed {name} (" in line


# --- opening it --------------------------------------------------------------------------------


@asynccontextmanager
async def open_scene(folder: Path, *, limits: Limits = LIMITS) -> AsyncIterator[Scene]:
    """Start servers and service; `limits` get the servers' addresses and names added."""
    (folder / "state").mkdir(mode=0o700)
    secrets = folder / "state" / "secrets.env"
    secrets.write_text("".join(f"{name}={value}\n" for name, value in SECRETS.items()))
    secrets.chmod(0o600)
    async with AsyncExitStack() as stack:
        scene = Scene(
            folder,
            server=await stack.enter_async_context(FeedServer()),
            canary=await stack.enter_async_context(FeedServer()),
            names=Names(),
            desk=stack.enter_context(serving()),
            operator=stack.enter_context(serving()),
            healthy=stack.enter_context(serving()),
            log=stack.enter_context(_everything_logged()),
            scale=stack.enter_context(weighing(os.getpid())),
            closed_port=closed_port(),
        )
        scene.write()
        allow = limits.allow | scene.server.allow | scene.canary.allow
        allow |= {("127.0.0.1", scene.closed_port)}
        limits = replace(limits, allow=allow, resolver=scene.names)
        settings = Settings(rules=folder / "rules.yaml", state=folder / "state")
        scene.service = await stack.enter_async_context(
            open_service(settings, "test", limits=limits)
        )
        stop = asyncio.Event()
        outbox = asyncio.create_task(scene.service.outbox.run(stop))
        try:
            yield scene
        finally:
            stop.set()
            await outbox
            assert _secrets_in(folder) == []
