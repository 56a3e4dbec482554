"""The whole service as a guest of publishers who keep score, with a clock that tests move.

    scene.watch(feed, every="6h")
    async with scene.service() as service:
        await scene.pass_time(service, timedelta(days=9))
    assert feed.score == clean(36)

`pass_time` does what the daemon's dispatcher does: it goes from one feed that falls due to the
next, gives it to the poller and waits until what it brought is written down.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from support.feed_server import FeedServer
from support.names import Names
from support.scorer import Host, Scored

from watcher.core.model import AlertKind, FeedState
from watcher.daemon import Limits, Service, open_service
from watcher.watch import Settings, Tally

START = datetime(2026, 11, 2, 9, 20, tzinfo=UTC)
"""A Monday."""
SPREAD = timedelta(seconds=90)
"""How far a poll may be moved away from the full hour."""


@dataclass
class Clock:
    """A time that stands still until it is moved."""

    at: datetime = START

    def __call__(self) -> datetime:
        return self.at


@dataclass
class Scene:
    """A folder with rules and state, a server whose feeds keep score, and a clock."""

    folder: Path
    server: FeedServer
    clock: Clock = field(default_factory=Clock)
    host: Host = field(default_factory=Host)
    names: Names = field(default_factory=Names)
    host_pause: float = 0.0
    more_allowed: frozenset[tuple[str, int]] = frozenset()
    """Other servers on loopback that may be asked."""
    extra: str = ""
    """More lines for rules.yaml."""

    def feed(self, path: str = "/courier", **more: Any) -> Scored:
        """Return a feed that keeps score by the scene's clock."""
        return Scored(self.server, path, clock=self.clock, host=self.host, **more)

    def watch(self, *feeds: Scored | str, find: str = "Atajurt", every: str = "") -> None:
        """Write rules.yaml with these feeds."""
        urls = [feed if isinstance(feed, str) else feed.url for feed in feeds]
        self.write([(url, every) for url in urls], find=find)

    def write(self, feeds: Iterable[tuple[str, str]], *, find: str = "Atajurt") -> None:
        """Write rules.yaml with feeds of these (address, every)."""
        lines = "".join(
            f"  - {{url: '{url}', name: 'Feed {number}'{every and f', every: {every}'}}}\n"
            for number, (url, every) in enumerate(feeds)
        )
        (self.folder / "rules.yaml").write_text(
            f"{self.extra}channels:\n  desk: {{url: 'json://127.0.0.1:9/', health: true}}\n"
            f"feeds:\n{lines}rules:\n  - {{name: R, find: '{find}', notify: [desk]}}\n",
            encoding="utf-8",
        )

    @property
    def settings(self) -> Settings:
        return Settings(rules=self.folder / "rules.yaml", state=self.folder / "state")

    @asynccontextmanager
    async def service(self) -> AsyncIterator[Service]:
        """Run the service on the scene's state; it may be opened again and again."""
        async with open_service(
            self.settings, "test", environ={}, limits=self.limits, clock=self.clock
        ) as service:
            yield service

    @property
    def limits(self) -> Limits:
        return Limits(
            host_pause=self.host_pause,
            allow=self.server.allow | self.more_allowed,
            resolver=self.names,
        )

    async def due(self, service: Service) -> Tally:
        """Poll what is due now, and return what came of it."""
        service.tally = Tally()
        with service.store.read() as known:
            service.poller.give(known.due_feeds(self.clock(), 1000, skip=service.poller.in_hand))
        await service.poller.idle()
        return service.tally

    async def pass_time(self, service: Service, span: timedelta) -> Tally:
        """Let `span` pass, polling whatever falls due."""
        end, total = self.clock.at + span, Tally()
        while (following := _next_due(service)) is not None and following <= end:
            self.clock.at = max(self.clock.at, following)
            tally = await self.due(service)
            assert tally.polled, "what is due is not asked"
            total.add(tally)
        self.clock.at = end
        return total

    async def once_due(self, service: Service) -> Tally:
        """Let time pass to the next poll, and poll."""
        following = _next_due(service)
        assert following is not None
        self.clock.at = max(self.clock.at, following)
        return await self.due(service)

    def state(self, service: Service, feed: Scored | str) -> FeedState:
        """Return what is remembered of a feed."""
        with service.store.read() as known:
            found = known.feed(feed if isinstance(feed, str) else feed.url)
        assert found is not None
        return found

    def notices(self, service: Service) -> list[str]:
        """Return the headlines told to the health channels, oldest first."""
        with service.store.read() as known:
            alerts = known.alerts()
        return [one.headline for one in reversed(alerts) if one.kind is AlertKind.HEALTH]


def _next_due(service: Service) -> datetime | None:
    with service.store.read() as known:
        return known.next_due()
