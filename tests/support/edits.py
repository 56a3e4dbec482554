"""A newsroom that is told of edits: feeds and pages on loopback, a webhook, and a clock to set."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from support.feed_server import FeedServer, answer
from support.make import NOON
from support.webhook import Webhook

from watcher.core.model import Hold
from watcher.daemon import Service, open_service
from watcher.watch import Settings, Tally

OLD = ("Rain over the steppe", "It will rain until Monday.")


@dataclass
class Newsroom:
    """A folder with rules, a site, a webhook that stands for the newsroom, and the time."""

    folder: Path
    site: FeedServer
    desk: Webhook
    database_url: str | None = None
    now: datetime = NOON

    def write(self, *names: str, channel: str = "", rule: str = "", feed: str = "") -> None:
        """Write rules.yaml with feeds of these names, and more for its channel, rule and feeds."""
        feeds = "".join(
            f"  - {{url: '{self.site.url('/' + name)}', name: {name}, private: true{feed}}}\n"
            for name in names
        )
        (self.folder / "rules.yaml").write_text(
            f"channels:\n  desk: {{url: 'json://127.0.0.1:{self.desk.port}/'{channel}}}\n"
            f"feeds:\n{feeds}rules:\n  - {{name: Atajurt, find: Atajurt, notify: [desk]{rule}}}\n",
            encoding="utf-8",
        )

    def shows(self, name: str, *items: tuple[str, str]) -> None:
        """Let a feed show these (title, summary); the title's first word is guid and page."""
        body = "".join(
            f"<item><guid>{title.split()[0]}</guid><title>{title}</title>"
            f"<link>{self.site.url(f'/{name}/{title.split()[0]}')}</link>"
            f"<description>{summary}</description></item>"
            for title, summary in items
        )
        document = f'<rss version="2.0"><channel><title>F</title>{body}</channel></rss>'
        self.site.put(f"/{name}", answer(body=document))

    @asynccontextmanager
    async def service(self) -> AsyncIterator[Service]:
        settings = Settings(
            rules=self.folder / "rules.yaml",
            state=self.folder / "state",
            database_url=self.database_url,
        )
        async with open_service(settings, "test", clock=lambda: self.now) as service:
            yield service

    async def poll(self, service: Service) -> Tally:
        """Poll all feeds; return what came of it."""
        service.tally = Tally()
        with service.store.read() as known:
            service.poller.give(known.feed_states())
        await service.poller.idle()
        return service.tally

    async def deliver(self, service: Service) -> list[str]:
        """Send what is due or waits for its hour; return the messages that arrived."""
        before = len(self.desk.got)
        with service.store.write() as tx:
            for hold in (Hold.BASELINE, Hold.FOLLOW_UPS, Hold.QUIET):
                tx.release(hold, now=self.now)
        await service.outbox.drain(timeout=10)
        got = [one.json() for one in self.desk.got[before:]]
        return [f"{one['title']}\n{one['message']}" for one in got]
