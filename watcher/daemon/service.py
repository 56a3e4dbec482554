"""Everything that one process needs, opened in order and closed in the other."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import random
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

from watcher import config
from watcher.alerts import Outbox, keep_stdout_for_data
from watcher.core.errors import RulesError
from watcher.core.model import Config, Mistake
from watcher.daemon.clock import now
from watcher.daemon.limits import Limits
from watcher.daemon.logs import follow_rules
from watcher.daemon.poller import Poller
from watcher.daemon.push import Push, at_own_pace
from watcher.feeds import Fetcher, Lanes, Pages, Reader
from watcher.feeds.fetch import user_agent
from watcher.feeds.lanes import AT_ONCE
from watcher.store import Store, open_store
from watcher.watch import Desk, Ledger, Settings, Tally, Watch, adopt

log = logging.getLogger(__name__)

Stamp = tuple[int, int, int]
"""Of a file: when its words and when its entry were changed (ns), and its size."""

STOP_WITHIN = 15.0
"""Seconds that work under way may still take after SIGTERM."""


class Service:
    """Everything that one process needs, opened in order and closed in the other."""

    def __init__(
        self, settings: Settings, rules: Config, store: Store, clock: Callable[[], datetime]
    ) -> None:
        self.settings = settings
        self.clock = clock
        self.store = store
        self.desk = Desk(rules)
        self.tally = Tally()
        self.ledger = Ledger(store, lambda: self.desk, clock=clock, jitter=random.random)

    # filled in by open_service
    stamps: Mapping[str, Stamp]
    """When the rules files were last changed, as they were read."""
    fetcher: Fetcher
    watch: Watch
    poller: Poller
    outbox: Outbox
    push: Push

    def count(self, tally: Tally) -> None:
        """Add up what was settled, and wake the outbox when there is something to send."""
        self.tally.add(tally)
        if tally.alerts or tally.failed:
            self.outbox.nudge()

    async def reload(self) -> Config:
        """Read rules.yaml again and put it in force; RulesError leaves everything as it is."""
        rules = await asyncio.to_thread(load_rules, self.settings)
        if self.desk.rules and not rules.rules:
            message = "no rule is left in it. Is it half-written?"
            mistake = Mistake(file=rules.path, line=1, column=1, message=message)
            raise RulesError((mistake,), rules.files)
        desk = await asyncio.to_thread(Desk, rules)
        await asyncio.to_thread(lambda: desk.book)
        await self.poller.in_turn(lambda: self.watch.use(desk))
        self.desk = desk
        self.fetcher.go_by(user_agent(rules.contact))
        self.watch.pages.say_what_is_missing()
        follow_rules(desk.zone, rules.secrets)
        self.outbox.use(desk.targets, zone=desk.zone)
        return rules


def load_rules(settings: Settings, environ: Mapping[str, str] = os.environ) -> Config:
    """Read rules.yaml with the secrets of the environment and of the state folder."""
    return config.load(
        settings.rules,
        environ=environ,
        secrets_file=settings.state / "secrets.env",
    )


@contextlib.asynccontextmanager
async def open_service(
    settings: Settings,
    owner: str,
    *,
    environ: Mapping[str, str] = os.environ,
    limits: Limits = Limits(),  # noqa: B008 - frozen
    clock: Callable[[], datetime] = now,
) -> AsyncIterator[Service]:
    """Open state, rules and doors for one process. Raises StateError, RulesError.

    The state is claimed: a second process on it would send everything twice. `clock` gives aware
    times in UTC, by which everything falls due.
    """
    rules = load_rules(settings, environ)
    stamps = stamps_of(rules.files)
    # Names are looked up in threads; a resolver that hangs must not use up those of others.
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(2 * AT_ONCE))
    if settings.json:
        keep_stdout_for_data()
    started = clock()
    store = open_store(settings.state, url=settings.database_url, now=started)
    try:
        store.claim(owner)
        service = Service(settings, rules, store, clock)
        service.stamps = stamps
        follow_rules(service.desk.zone, rules.secrets)
        with store.write() as tx:
            tx.sync_feeds(rules.feeds, now=started)
            adopt(tx, service.desk)
            tx.mend_times(now=started)
            repeats = tx.recover(now=started, boot=boot())
            tx.set_note("rules_broken", "")
            for subscription in tx.subscriptions():
                # Nobody listened meanwhile.
                at_own_pace(tx, subscription)
        if repeats:
            log.warning("sending again what was under way when the last run ended (%d)", repeats)
        lanes = Lanes(pause=limits.host_pause)
        async with (
            Fetcher(
                user_agent=user_agent(rules.contact),
                timeout=limits.fetch_seconds,
                max_bytes=limits.most_bytes,
                allow=limits.allow,
                resolver=limits.resolver,
                tls=limits.tls,
            ) as fetcher,
            Reader(parse_timeout=limits.parse_seconds) as reader,
            Pages(fetcher, lanes) as pages,
        ):
            service.fetcher = fetcher
            service.watch = Watch(
                store=store,
                desk=service.desk,
                fetcher=fetcher,
                reader=reader,
                pages=pages,
                clock=clock,
                jitter=random.random,
                kept=settings.state / "stories.index",
            )
            service.watch.pages.say_what_is_missing()
            service.outbox = Outbox(
                service.ledger, service.desk.targets, timezone=service.desk.zone, clock=clock
            )
            service.poller = Poller(service.watch, lanes, fetcher.room, settled=service.count)
            service.push = Push(
                service.watch,
                service.poller,
                fetcher,
                lanes,
                clock=clock,
                most_bytes=limits.most_bytes,
            )
            with store.read() as notes:
                lost = notes.note("recovered")
            if lost:
                # The same loss is the same alert: it is told once, however often we start.
                await tell(service, "The state was lost", lost, f"lost {lost}")
            try:
                yield service
            finally:
                await service.push.stop()
                await service.poller.stop(STOP_WITHIN)
                service.watch.keep_index()
    finally:
        store.close()


async def tell(service: Service, headline: str, body: str, occasion: str) -> None:
    """Write a message for the health channels, and wake the outbox."""

    def write() -> None:
        with service.store.write() as tx:
            service.watch.tell_health(tx, headline, body, occasion=occasion, at=service.clock())

    await asyncio.to_thread(write)
    service.outbox.nudge()


def boot() -> str:
    """Return what names this run of the machine; "" where the system has no such name."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
    except OSError:
        return ""


def stamps_of(files: Iterable[str]) -> dict[str, Stamp]:
    """Return the stamp of each file, of the one that a link leads to; a missing one has none.

    A copy that keeps the time of an older file (`cp -p`, rsync) still changes the entry.
    """
    stamps = {}
    for name in files:
        with contextlib.suppress(OSError):
            found = Path(name).stat()
            stamps[name] = (found.st_mtime_ns, found.st_ctime_ns, found.st_size)
    return stamps
