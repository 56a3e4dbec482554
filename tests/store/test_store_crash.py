"""Killed at any moment: what was kept is there, what was not is not there at all."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import IO, TYPE_CHECKING

from support.stored import FEED, Place

if TYPE_CHECKING:
    from watcher.store import Queries

VICTIM = Path(__file__).parents[1] / "support" / "store_victim.py"
NEVER = 10**9


def test_kill_minus_nine_leaves_whole_transactions_only(place: Place) -> None:
    """Two kills are certain to fall inside a transaction; the others fall where they do."""
    moments = [(0, 0), (3, NEVER), (2, 2), (11, NEVER), (1, NEVER)]
    with place.open():
        pass
    command = [sys.executable, str(VICTIM), str(place.state), str(len(moments))]
    written = 0
    with subprocess.Popen(
        [*command, *([place.url] if place.url else [])],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(VICTIM.parents[1])},
    ) as victims:
        assert victims.stdin is not None
        assert victims.stdout is not None
        for kept, stop_at in moments:
            print(stop_at, file=victims.stdin, flush=True)
            last, pid = await_pid(victims.stdout)
            assert last < written
            for _ in range(kept):
                last = number("kept", victims.stdout.readline())
            if stop_at != NEVER:
                assert victims.stdout.readline() == "inside\n"

            os.kill(pid, signal.SIGKILL)

            with place.open() as store, store.read() as queries:
                assert not store.recovered
                written = count_whole(queries)
            assert written > last
            if stop_at != NEVER:
                assert written == last + 1


def await_pid(lines: IO[str]) -> tuple[int, int]:
    """Return the last transaction that the victim before could still announce, and the next pid."""
    last = -1
    while (line := lines.readline()).startswith("kept"):
        last = number("kept", line)
    return last, number("pid", line)


def number(word: str, line: str) -> int:
    assert line.startswith(f"{word} ")
    return int(line.split()[1])


def count_whole(queries: Queries) -> int:
    """Return how many transactions there are; each left all that it wrote."""
    counts = queries.counts()
    written = counts["articles"]
    assert counts["alerts"] == counts["stories"] == counts["due"] == written
    feed = queries.feed(FEED.url)
    assert (feed.etag if feed else None) == (str(written - 1) if written else None)
    return written


def test_a_light_transaction_outlives_the_process_that_made_it(tmp_path: Path) -> None:
    code = (
        "import os, signal, sys, pathlib\n"
        "from support.stored import NOW, a_delivery, post\n"
        "from watcher.store import open_store\n"
        "store = open_store(pathlib.Path(sys.argv[1]), now=NOW)\n"
        "for n in range(20):\n"
        "    with store.write(light=True) as tx:\n"
        "        post(tx, a_delivery(n))\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "state")],
        env=os.environ | {"PYTHONPATH": str(VICTIM.parents[1])},
        check=False,
    )

    with Place(state=tmp_path / "state").open() as store, store.read() as known:
        assert len(known.deliveries()) == 20
    assert done.returncode == -signal.SIGKILL
