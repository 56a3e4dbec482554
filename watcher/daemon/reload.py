"""Rules that change while the daemon runs: taken over when they are good, told of when not.

The last good rules stay in force until every mistake is mended (I11). Whoever keeps the watcher is
told once when the file breaks and once when it is good again, however often it is saved between.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Mapping
from datetime import datetime, timedelta

from watcher.core.errors import RulesError, StateError, WatcherError
from watcher.daemon.service import Service, Stamp, stamps_of, tell
from watcher.daemon.systemd import sd_notify

log = logging.getLogger(__name__)

TELL_AGAIN = timedelta(hours=1)
"""Another mistake in a file that stays broken is news only after so long: it is being mended."""

MOST_TOLD = 10
"""Mistakes that one message names."""


class Reload:
    """Looks at the files of the rules, and takes changed ones over."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._seen: Mapping[str, Stamp] = service.stamps
        self._looked: Mapping[str, Stamp] = service.stamps
        self._suspects: frozenset[str] = frozenset()
        """Files that the broken rules ask for; the mend may come to any of them."""
        self._broken = ""
        self._told: tuple[str, datetime] | None = None
        """What was told of the rules that are broken now, and when."""

    def force(self) -> None:
        """Read the rules at the next look, whether they have changed or not."""
        self._seen = {}

    async def look(self) -> None:
        """Put changed rules in force; when they are broken, keep the last good ones and say so."""
        files = {*self._service.desk.config.files, *self._suspects}
        stamps = await asyncio.to_thread(stamps_of, files)
        settled, self._looked = stamps == self._looked, stamps
        # A file that still changes is still being written: half of it may even be valid.
        if stamps == self._seen or not settled:
            return
        self._seen = stamps
        sd_notify(f"RELOADING=1\nMONOTONIC_USEC={time.monotonic_ns() // 1000}")
        try:
            await self._take_over()
        except StateError as error:
            self._seen = {}  # ours to try again, no mistake in the file
            log.error("new rules could not be put in force: %s (tried again)", error)  # noqa: TRY400
        finally:
            sd_notify("READY=1")

    async def _take_over(self) -> None:
        before = self._service.desk.config
        try:
            rules = await self._service.reload()
        except StateError:
            raise
        except WatcherError as error:
            if isinstance(error, RulesError):
                self._suspects = frozenset(error.files)
            await self._keep_old(str(error))
            return
        self._suspects = frozenset()
        if rules == before:
            log.info("the rules were read again and are the same")
        else:
            log.info(
                "new rules are in force: %d rules, %d feeds", len(rules.rules), len(rules.feeds)
            )
        await self._good_again()

    async def _keep_old(self, message: str) -> None:
        at = self._service.clock()
        if message != self._broken:
            log.error("the last good rules stay in force; mend this:\n%s", _first(message))
            await self._note(message)
            self._broken = message
        if self._told is not None:
            said, when = self._told
            if said == message or at - when < TELL_AGAIN:
                return
        body = f"The last good rules stay in force until this is mended:\n{_first(message)}"
        # Each time that the file breaks is one occasion, also when it breaks the same way again.
        await tell(self._service, "rules.yaml has a mistake", body, f"rules broken {at}")
        self._told = (message, at)

    async def _good_again(self) -> None:
        if self._broken:
            await self._note("")
            self._broken = ""
        if self._told is not None:
            at = self._service.clock()
            await tell(
                self._service, "The rules are good again", "They are in force.", f"rules good {at}"
            )
            self._told = None

    async def _note(self, message: str) -> None:
        """Leave a word for `watcher status`."""

        def write() -> None:
            with contextlib.suppress(StateError), self._service.store.write() as tx:
                tx.set_note("rules_broken", message)

        await asyncio.to_thread(write)


def _first(message: str) -> str:
    """Return the first mistakes of a list; one slip may make a thousand."""
    lines = message.splitlines()
    more = len(lines) - MOST_TOLD
    return message if more <= 0 else "\n".join([*lines[:MOST_TOLD], f"... and {more} more"])
