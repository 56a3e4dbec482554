"""A program that fills the disk its state lies on, frees space again, and says how it went.

Run on a small file system: store_full_disk.py FOLDER. Prints one JSON object.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import sys
from pathlib import Path

from support.stored import NOW, SENT, a_delivery, an_article, post, put

from watcher.core.errors import StateError
from watcher.core.model import DeliveryState
from watcher.store import Store, open_store


def fill(store: Store) -> tuple[int, str]:
    """Write until the disk is full; return how many transactions were kept, and the error."""
    for n in itertools.count(1):
        try:
            with store.write() as tx:
                put(tx, *[an_article(10 * n + k, text="words " * 1000) for k in range(10)])
        except StateError as error:
            return n - 1, str(error)
    raise AssertionError("endless")


def try_to_take(store: Store) -> str:
    try:
        with store.write() as tx:
            tx.take("desk", now=NOW)
            # More than any of the transactions that filled it, for which some room may be left.
            tx.set_note("something large", "words " * 100_000)
    except StateError as error:
        return str(error)
    return ""


def main(folder: str) -> None:
    ballast = Path(folder) / "ballast"
    ballast.write_bytes(b"x" * 700_000)
    store = open_store(Path(folder) / "state", now=NOW)
    with store.write() as tx:
        post(tx, a_delivery(1))

    kept, error = fill(store)
    taken = try_to_take(store)
    with store.read() as queries:
        full = queries.counts()
    ballast.unlink()
    with store.write() as tx:
        batch = tx.take("desk", now=NOW)
        assert batch is not None
        tx.record(batch.key, SENT, now=NOW, state=DeliveryState.SENT, due=None)
    store.close()

    with contextlib.suppress(OSError):
        ballast.write_bytes(b"x" * 10_000_000)
    start = error_at_start(Path(folder) / "other")
    ballast.unlink()
    with open_store(Path(folder) / "state", now=NOW) as again, again.read() as queries:
        report = {
            "kept": kept,
            "error": error,
            "taken": taken,
            "full": full,
            "after": queries.counts(),
            "repeat": batch.repeat,
            "recovered": again.recovered,
            "start": start,
        }
    sys.stdout.write(json.dumps(report))


def error_at_start(state: Path) -> str:
    try:
        open_store(state, now=NOW).close()
    except StateError as error:
        return str(error)
    return ""


if __name__ == "__main__":
    main(*sys.argv[1:])
