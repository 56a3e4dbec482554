"""The service in a process of its own, with the limits of production, told by lines on stdin.

Run: faults_service.py FOLDER PORT... where feeds are served on these ports of 127.0.0.1. It reads
"poll" (all feeds) and "release" (what a limit holds), and answers each with a line of JSON.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from pathlib import Path
from typing import Any

from support.names import Names

from watcher.core.model import Hold
from watcher.daemon import Limits, Service, open_service, start_logging
from watcher.daemon.clock import now
from watcher.watch import Settings, Tally


async def main(folder: Path, ports: list[int]) -> None:
    """Serve until stdin ends."""
    settings = Settings(rules=folder / "rules.yaml", state=folder / "state", verbose=2)
    start_logging(settings)
    limits = Limits(
        host_pause=0.0, allow=frozenset(("127.0.0.1", port) for port in ports), resolver=Names()
    )
    async with open_service(settings, "test", limits=limits) as service:
        stop = asyncio.Event()
        outbox = asyncio.create_task(service.outbox.run(stop))
        say({"ready": True})
        while line := await asyncio.to_thread(sys.stdin.readline):
            say(await {"poll": poll, "release": release}[line.strip()](service))
        stop.set()
        await outbox


async def poll(service: Service) -> dict[str, Any]:
    """Poll every feed, and tell how each is."""
    service.tally = Tally()
    started = time.monotonic()
    with service.store.read() as known:
        states = known.feed_states()
    service.poller.give(states)
    await service.poller.idle()
    seconds = time.monotonic() - started
    with service.store.read() as known:
        states = known.feed_states()
    return {
        "seconds": seconds,
        "alerts": service.tally.alerts,
        "fault": {state.feed.name: state.fault and state.fault.value for state in states},
        "damaged": {state.feed.name: state.damaged for state in states},
        "dropped": {state.feed.name: state.dropped for state in states},
    }


async def release(service: Service) -> dict[str, Any]:
    """Let what a limit holds go, wait until it went, and tell what was delivered."""
    with service.store.write() as tx:
        tx.release(Hold.LIMIT, now=now())
    await service.outbox.drain(timeout=60)
    with service.store.read() as known:
        sent = known.deliveries(target="limited", limit=100_000)
    states = sorted({str(one.state) for one in sent})
    return {"states": states, "alerts": len({one.alert for one in sent})}


def say(answer: dict[str, Any]) -> None:
    """Answer with a line of JSON."""
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), [int(port) for port in sys.argv[2:]]))
