"""The daemon, started again and again by fork, so that its imports are paid once.

Run: chaos_daemon.py FOLDER. Each line on stdin starts it in FOLDER (rules.yaml, state/); its pid is
said on stdout, and "ended CODE" when it is over (-9: killed). It polls every feed several times a
second, which no real daemon does; all else is `watcher run -vv`, with its log in FOLDER/log.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import traceback
from pathlib import Path

import apprise.plugins  # noqa: F401 # the forked ones find it loaded

import watcher.alerts.mail
import watcher.alerts.tap  # noqa: F401
from watcher.core.errors import StateError
from watcher.daemon import Limits, Service, open_service, start_logging
from watcher.daemon.life import Life
from watcher.watch import Settings

PAUSE = 0.3


async def live(folder: Path) -> None:
    settings = Settings(rules=folder / "rules.yaml", state=folder / "state", verbose=2)
    start_logging(settings)
    async with open_service(settings, "watcher run", limits=Limits(host_pause=0.0)) as service:
        polling = asyncio.create_task(poll_on_and_on(service))
        await Life(service).live()
        polling.cancel()


async def poll_on_and_on(service: Service) -> None:
    while True:
        with contextlib.suppress(StateError):
            states = await asyncio.to_thread(states_of, service)
            service.poller.give([s for s in states if s.id not in service.poller.in_hand])
        await asyncio.sleep(PAUSE)


def states_of(service: Service) -> list:  # type: ignore[type-arg]
    with service.store.read() as known:
        return known.feed_states()


def main(folder: Path) -> None:
    log = os.open(folder / "log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    while sys.stdin.readline():
        child = os.fork()
        if child == 0:
            os.dup2(log, 2)
            try:
                asyncio.run(live(folder))
            except BaseException:  # noqa: BLE001 # said in the log, whatever it was
                traceback.print_exc()
                os._exit(1)
            os._exit(0)
        say(f"{child}")
        _, status = os.waitpid(child, 0)
        say(f"ended {os.waitstatus_to_exitcode(status)}")


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
