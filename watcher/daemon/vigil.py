"""What the daemon does beside polling: heartbeat, disk, a word that it is alive, spikes.

Whoever watches for alerts must be able to trust silence. So a machine elsewhere is told every few
minutes that all goes on (and raises the alarm when it isn't), and people once a week.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import shutil
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

from watcher.core import rhythm
from watcher.core.decide import next_digest
from watcher.core.errors import FeedError, StateError
from watcher.core.rhythm import vigil
from watcher.daemon.service import Service, tell
from watcher.watch import tell_spikes

log = logging.getLogger(__name__)

ALIVE_TOLD = "alive_told"
"""The note that says since when no word was given that all goes on."""
DISK_LOW = "disk_low"
"""The note that is set while the disk is nearly full."""


def free_at(folder: Path) -> int:
    """Return the bytes that are free on the disk of a folder."""
    return shutil.disk_usage(folder).free


class Vigil:
    """Jobs of one daemon; each is called again and again and does what is due.

    `free` gives the bytes that are free where a folder is.
    """

    def __init__(self, service: Service, *, free: Callable[[Path], int] = free_at) -> None:
        self._service = service
        self._free = free
        self._unheard = ""

    async def beat(self) -> None:
        """Tell the address under `heartbeat:` that all goes on.

        Only when a word can be written into the state: a watcher that can't write is not alive.
        """
        url = self._service.desk.config.heartbeat
        if not url:
            return
        try:
            await asyncio.to_thread(self._write, "heartbeat", self._service.clock().isoformat())
            await self._service.fetcher.post(url, {}, private=True)
        except (FeedError, StateError) as error:
            # Once: it is tried again every few minutes, and the other side raises the alarm.
            if str(error) != self._unheard:
                self._unheard = str(error)
                log.warning("the heartbeat could not be sent: %s", error)
        else:
            if self._unheard:
                self._unheard = ""
                log.info("the heartbeat is heard again")

    async def look_at_disk(self) -> None:
        """Tell once that the disk is nearly full, and once that it no longer is."""
        folder = self._service.settings.state
        try:
            free = await asyncio.to_thread(self._free, folder)
            was = bool(await asyncio.to_thread(self._note, DISK_LOW))
            low = vigil.disk_low(free, was_low=was)
            if low == was:
                return
            at = self._service.clock()
            headline, body = vigil.disk_words(free, str(folder))
            if not low:
                headline, body = "There is room on the disk again", ""
            await tell(self._service, headline, body, f"disk {low} {at}")
            await asyncio.to_thread(self._write, DISK_LOW, at.isoformat() if low else "")
        except (OSError, StateError) as error:
            log.warning("the disk of %s could not be looked at: %s", folder, error)

    async def say_alive(self) -> None:
        """Give the health channels a word that all goes on, when it is time for one."""
        desk = self._service.desk
        if desk.config.alive is None or not desk.health:
            return
        at = self._service.clock()
        with contextlib.suppress(StateError):
            last = _moment(await asyncio.to_thread(self._note, ALIVE_TOLD))
            if last is None or last > at:
                # A first start, or a clock that ran ahead: from here on.
                await asyncio.to_thread(self._write, ALIVE_TOLD, at.isoformat())
            elif next_digest(desk.config.alive, last, desk.zone) <= at:
                since = last.astimezone(desk.zone).strftime("%A %d %B")
                headline, body = await asyncio.to_thread(self._words, last, since)
                await tell(self._service, headline, body, f"alive {at}")
                await asyncio.to_thread(self._write, ALIVE_TOLD, at.isoformat())

    async def look_for_spikes(self) -> None:
        """Tell of rules that have unusually many stories today."""
        service = self._service
        with contextlib.suppress(StateError):
            if await asyncio.to_thread(
                tell_spikes, service.store, service.desk, now=service.clock()
            ):
                service.outbox.nudge()

    def _words(self, last: datetime, since: str) -> tuple[str, str]:
        wanted = self._service.desk.feeds
        now = self._service.clock()
        with self._service.store.read() as known:
            numbers = known.numbers_since(last)
            states = [state for state in known.feed_states() if state.feed.url in wanted]
        ailing: Mapping[str, int] = Counter(
            how.word
            for how in (rhythm.health(state, now=now) for state in states)
            if how.word not in rhythm.WELL
        )
        return vigil.alive_words(numbers, len(wanted), ailing, since=since)

    def _note(self, key: str) -> str | None:
        with self._service.store.read() as known:
            return known.note(key)

    def _write(self, key: str, value: str) -> None:
        with self._service.store.write() as tx:
            tx.set_note(key, value)


def _moment(text: str | None) -> datetime | None:
    try:
        return datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
