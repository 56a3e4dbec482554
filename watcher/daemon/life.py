"""The life of the daemon: its jobs, its signals, and its end.

One APScheduler job, every second, asks the store which feeds are due and gives them to the poller.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import time
from datetime import UTC

from apscheduler.executors.asyncio import AsyncIOExecutor
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from watcher.core.errors import StateError
from watcher.core.model import FeedId, FeedState
from watcher.core.rhythm.vigil import HEARTBEAT
from watcher.daemon.clock import now
from watcher.daemon.looks import Rounds
from watcher.daemon.reload import Reload
from watcher.daemon.service import STOP_WITHIN, Service, open_service
from watcher.daemon.systemd import sd_notify
from watcher.daemon.vigil import Vigil
from watcher.watch import Settings

log = logging.getLogger(__name__)

GIVE = 1000
"""Feeds taken from the store at once."""
CLOCK_JUMP = 30.0
"""Seconds that wall clock and monotonic clock may part before the jobs are set anew."""


def run(settings: Settings) -> int:
    """Poll, alert and reload until SIGTERM or SIGINT; return the exit code."""
    return asyncio.run(_run(settings))


async def _run(settings: Settings) -> int:
    async with open_service(settings, "watcher run") as service:
        life = Life(service)
        await life.live()
    return 0


class Life:
    """One run of the daemon."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._stop = asyncio.Event()
        self._rules = Reload(service)
        self._trouble = ""
        self._scheduler = AsyncIOScheduler(
            timezone=UTC,
            executors={"default": AsyncIOExecutor()},
            # Defaults drop a run that is a second late, and start a job for each missed second.
            job_defaults={"coalesce": True, "misfire_grace_time": None, "max_instances": 1},
        )

    async def live(self) -> None:
        """Run until a signal says stop."""
        loop = asyncio.get_running_loop()
        for name in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(name, self._stop.set)
        loop.add_signal_handler(signal.SIGHUP, self._rules.force)
        self._scheduler.add_job(self._dispatch, "interval", seconds=1, id="dispatch")
        self._scheduler.add_job(self._rules.look, "interval", seconds=2, id="rules")
        self._scheduler.add_job(self._service.push.tend, "interval", seconds=5, id="hubs")
        self._scheduler.add_job(self._pulse, "interval", seconds=10, id="pulse")
        vigil = Vigil(self._service)
        self._scheduler.add_job(
            vigil.beat,
            "interval",
            seconds=HEARTBEAT.total_seconds(),
            id="heartbeat",
            next_run_time=now(),
        )
        self._scheduler.add_job(vigil.look_at_disk, "interval", minutes=1, id="disk")
        self._scheduler.add_job(vigil.say_alive, "interval", minutes=1, id="alive")
        rounds = Rounds(self._service)
        self._scheduler.add_job(rounds.go, "interval", minutes=1, id="looks", next_run_time=now())
        self._scheduler.add_job(vigil.look_for_spikes, "interval", minutes=10, id="spikes")
        outbox = asyncio.create_task(self._service.outbox.run(self._stop))
        clock = asyncio.create_task(self._watch_clock())
        self._scheduler.start()
        await self._pulse()
        feeds, rules = len(self._service.desk.config.feeds), len(self._service.desk.rules)
        log.info("watching %d feeds with %d rules; stop with Ctrl-C or SIGTERM", feeds, rules)
        sd_notify(f"READY=1\nSTATUS=watching {feeds} feeds with {rules} rules")
        stopped = asyncio.create_task(self._stop.wait())
        # Neither of the two others ends by itself; if one does, the process must not live on
        # as if it still watched.
        vital = {stopped, outbox, self._service.poller.settling}
        await asyncio.wait(vital, return_when=asyncio.FIRST_COMPLETED)
        sd_notify("STOPPING=1")
        log.info("stopping")
        self._scheduler.shutdown(wait=False)
        self._stop.set()
        clock.cancel()
        await self._service.push.stop()
        # What is under way may finish together: both ends stop at once.
        await asyncio.gather(self._service.poller.stop(STOP_WITHIN), outbox)
        log.info("stopped")

    async def _dispatch(self) -> None:
        poller = self._service.poller
        try:
            states = await asyncio.to_thread(self._due, poller.in_hand)
        except StateError as error:
            if str(error) != self._trouble:
                self._trouble = str(error)
                log.error("%s", error)  # noqa: TRY400 - the mend, not a traceback, every second
            return
        self._trouble = ""
        poller.give(states)

    def _due(self, in_hand: frozenset[FeedId]) -> list[FeedState]:
        with self._service.store.read() as known:
            return known.due_feeds(now(), limit=GIVE, skip=in_hand)

    async def _pulse(self) -> None:
        """Say that we are alive: to systemd, and to `watcher status`."""
        # First the dog: the note may have to wait for a long settlement.
        sd_notify("WATCHDOG=1")
        await asyncio.to_thread(self._note, "pulse", now().isoformat())

    def _note(self, key: str, value: str) -> None:
        """Leave a word for `watcher status`; not from the event loop, since a writer may wait."""
        with contextlib.suppress(StateError), self._service.store.write() as tx:
            tx.set_note(key, value)

    async def _watch_clock(self) -> None:
        """Start the jobs again when the clock of the machine is set.

        APScheduler waits for a time of day: a clock set back by an hour stops it for that hour.
        """
        apart = time.time() - time.monotonic()
        while True:
            await asyncio.sleep(1)
            if abs(time.time() - time.monotonic() - apart) > CLOCK_JUMP:
                apart = time.time() - time.monotonic()
                log.warning("the clock was set: the jobs start again from now")
                await asyncio.to_thread(self._mend_times)
                for job in self._scheduler.get_jobs():
                    job.modify(next_run_time=now())
                self._service.outbox.forget_rests()

    def _mend_times(self) -> None:
        with contextlib.suppress(StateError), self._service.store.write() as tx:
            tx.mend_times(now=now())
