"""Looks again at the pages of articles that were told: all that is due, and then the next time."""

from __future__ import annotations

import asyncio
import logging
from functools import partial

from watcher.core.errors import StateError
from watcher.core.model import ArticleId, Recheck
from watcher.daemon.service import Service
from watcher.watch import Seen, Tally

log = logging.getLogger(__name__)


class Rounds:
    """The looks of one process; `go` is called again and again."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._failed: set[ArticleId] = set()
        """Pages with which something of ours went wrong: not again before the next start."""

    async def go(self) -> None:
        """Look at what is due, each page in its turn at its host, and settle each by itself."""
        looks = self._service.watch.looks
        try:
            due = await asyncio.to_thread(looks.due, skip=frozenset(self._failed))
        except StateError as error:
            log.error("%s", error)  # noqa: TRY400 - the mend, not a traceback; it is tried again
            return
        await asyncio.gather(*map(self._look, due))

    async def _look(self, recheck: Recheck) -> None:
        try:
            seen = await self._service.watch.looks.look(recheck)
            if seen is not None:
                tally = Tally()
                await self._service.poller.in_turn(partial(self._settle, seen, tally))
                self._service.count(tally)
        except StateError as error:
            log.error("%s", error)  # noqa: TRY400 - as above
        except Exception:
            # A fault of ours with one page must not end the looks at the others.
            self._failed.add(recheck.article)
            log.exception("the page %s could not be looked at again", recheck.url)

    def _settle(self, seen: Seen, tally: Tally) -> None:
        tally.add(self._service.watch.looks.settle(seen))
