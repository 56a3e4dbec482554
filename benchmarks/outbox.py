"""What the way out reaches: how many messages a second, how soon, and beside targets that hang.

    PYTHONPATH=tests python benchmarks/outbox.py [--messages 10000] [--alerts 300]

Real store (SQLite, on this disk), real rules, real HTTP on loopback; the webhook is a process of
its own. First --messages alerts of a fifth as many stories that are all due for one webhook:
messages per second, and whether each story's came in order; beside it, what Apprise's own notify()
does at the same webhook in the same run, without a store. Then --alerts alerts, one at a time at an
idle target beside 20 that hang: the time from the alert's commit to its POST. Prints Markdown.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import random
import resource
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from apprise import Apprise
from support.stored import a_delivery, a_hit, a_link, an_alert, an_article, contents, put

from watcher import config
from watcher.alerts import Outbox
from watcher.core.model import StoryId
from watcher.store import Store, open_store
from watcher.watch import Desk, Ledger

PER_STORY = 5
HUNG = 20


def now() -> datetime:
    return datetime.now(UTC)


@contextmanager
def receiver() -> Iterator[int]:
    program = [sys.executable, str(Path(__file__).with_name("receiver.py"))]
    with subprocess.Popen(program, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield int(process.stdout.readline())
        process.kill()


def log_of(port: int) -> list[Any]:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/log") as answer:
        got: list[Any] = json.load(answer)
    return got


def a_desk(folder: Path, port: int) -> Desk:
    hung = "".join(f"  hung{n}: json://127.0.0.1:{port}/hang\n" for n in range(HUNG))
    (folder / "rules.yaml").write_text(
        f"channels:\n  desk: json://127.0.0.1:{port}/hook\n{hung}"
        "feeds: [https://steppe.example/rss]\n"
        "rules:\n  - {name: Detained, find: Villagers, notify: [desk]}\n"
    )
    return Desk(config.load(folder / "rules.yaml", environ={}))


def fill(store: Store, messages: int) -> None:
    """Write articles, alerts and deliveries as a busy hour leaves them: all due now."""
    for start in range(0, messages, 500):
        with store.write() as tx:
            articles = [an_article(n) for n in range(start, min(start + 500, messages))]
            tx.add_articles(articles, contents=contents(articles))
            for n, article in enumerate(articles, start):
                story = StoryId(an_article(n - n % PER_STORY).id)
                tx.add_links([a_link(article, story=story)])
                tx.add_hits(article.id, [a_hit()])
                alert = an_alert(n, article=article.id, story=story, headline=article.title)
                tx.add_alerts([alert])
                tx.add_deliveries([a_delivery(n, due=now())])


def cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


async def throughput(store: Store, desk: Desk, port: int, messages: int) -> None:
    ledger = Ledger(store, lambda: desk, clock=now, jitter=random.random)
    outbox = Outbox(ledger, desk.targets, timezone=desk.zone, clock=now)
    began, spent = time.monotonic(), cpu()
    await outbox.drain(timeout=600)
    took, spent = time.monotonic() - began, cpu() - spent
    got = log_of(port)
    seen = defaultdict(list)
    for _, key, _ in got:
        number = int(key[1:], 16)
        seen[number // PER_STORY].append(number)
    ordered = sum(numbers == sorted(numbers) for numbers in seen.values())
    print("| | messages | arrived | per second | CPU ms each | stories in order |")
    print("|---|---|---|---|---|---|")
    print(
        f"| watcher | {messages} | {len({key for _, key, _ in got})} | {messages / took:.0f} "
        f"| {1000 * spent / messages:.2f} | {ordered} of {len(seen)} |"
    )


def bare(port: int, messages: int) -> None:
    """Say what Apprise takes for the same, with nothing written down."""
    plugin = Apprise.instantiate(f"json://127.0.0.1:{port}/bare")
    assert plugin is not None
    began, spent = time.monotonic(), cpu()
    for n in range(messages):
        plugin.notify(title=f"Villagers wait for news, part {n}", body="Since spring. " * 20)
    took, spent = time.monotonic() - began, cpu() - spent
    print(
        f"| Apprise alone | {messages} | {messages} | {messages / took:.0f} "
        f"| {1000 * spent / messages:.2f} | |\n"
    )


async def latency(store: Store, desk: Desk, port: int, alerts: int) -> None:
    ledger = Ledger(store, lambda: desk, clock=now, jitter=random.random)
    outbox = Outbox(ledger, desk.targets, timezone=desk.zone, clock=now, grace=0.2)
    stop = asyncio.Event()
    running = asyncio.create_task(outbox.run(stop))
    with store.write() as tx:
        put(tx, an_article(900_000))
        for n in range(HUNG):
            tx.add_alerts([an_alert(900_000 + n)])
            tx.add_deliveries([a_delivery(900_000 + n, target=f"hung{n}", due=now())])
    outbox.nudge()
    await asyncio.sleep(1)
    committed = {}
    for n in range(910_000, 910_000 + alerts):
        delivery = a_delivery(n, due=now())
        with store.write() as tx:
            put(tx, an_article(n))
            tx.add_alerts([replace(an_alert(n), article=an_article(n).id)])
            tx.add_deliveries([delivery])
        committed[delivery.id] = time.time()
        outbox.nudge()
        await asyncio.sleep(0.03)
    await asyncio.sleep(1)
    at = {key: moment for moment, key, _ in log_of(port)}
    waits = sorted(at.get(key, float("inf")) - moment for key, moment in committed.items())
    stop.set()
    await running
    print(f"| alerts beside {HUNG} hung targets | median ms | p99 ms | longest ms |")
    print("|---|---|---|---|")
    p99 = waits[int(len(waits) * 0.99)]
    print(
        f"| {alerts} | {1e3 * waits[alerts // 2]:.0f} | {1e3 * p99:.0f} | {1e3 * waits[-1]:.0f} |"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=10_000)
    parser.add_argument("--alerts", type=int, default=300)
    asked = parser.parse_args()
    logging.disable(logging.WARNING)  # the targets that hang say so
    with tempfile.TemporaryDirectory() as folder, receiver() as port:
        desk = a_desk(Path(folder), port)
        with open_store(Path(folder) / "state", now=now()) as store:
            fill(store, asked.messages)
            asyncio.run(throughput(store, desk, port, asked.messages))
            bare(port, min(asked.messages, 2000))
            asyncio.run(latency(store, desk, port, asked.alerts))


if __name__ == "__main__":
    main()
