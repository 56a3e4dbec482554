"""A program that writes until it is killed. Run: store_victim.py FOLDER ROUNDS [URL].

Each round is a process of its own (forked, so that the imports are paid once). It says "pid N",
then "kept N" for every transaction that is, and "inside" half-way through the one in which a line
on standard input told it to stay.
"""

from __future__ import annotations

import itertools
import os
import sys
from dataclasses import replace
from pathlib import Path

from support.stored import (
    FEED,
    NOW,
    a_delivery,
    a_hit,
    an_alert,
    an_article,
    put,
)

from watcher.store import open_store


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def write_until_killed(folder: Path, url: str | None, stop_at: int) -> None:
    store = open_store(folder, url=url, now=NOW)
    say(f"pid {os.getpid()}")
    with store.read() as queries:
        first = queries.counts()["articles"]
    for n in itertools.count(first):
        with store.write() as tx:
            article = an_article(n, text="words " * 2000)
            put(tx, article)
            tx.add_hits(article.id, [a_hit()])
            if n - first == stop_at:
                say("inside")
                sys.stdin.read()
            tx.add_alerts([an_alert(n, article=article.id)])
            tx.add_deliveries([a_delivery(n)])
            tx.sync_feeds([FEED], now=NOW)
            feed = tx.feed(FEED.url)
            assert feed is not None
            tx.save_feed(replace(feed, etag=str(n)))
        say(f"kept {n}")


def main(folder: str, rounds: str, url: str | None = None) -> None:
    for _ in range(int(rounds)):
        stop_at = int(sys.stdin.readline())
        child = os.fork()
        if child == 0:
            write_until_killed(Path(folder), url, stop_at)
        os.waitpid(child, 0)


if __name__ == "__main__":
    main(*sys.argv[1:])
