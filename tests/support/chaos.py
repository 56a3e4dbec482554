"""Kills the daemon again and again in a world where everything fails, and counts what arrived."""

from __future__ import annotations

import os
import resource
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from support.chaos_world import (
    FEEDS,
    SECRETS,
    TARGETS,
    World,
    is_for_all,
    matches,
    rules,
    world,
)
from support.cli_run import watcher

PROGRAM = Path(__file__).with_name("chaos_daemon.py")
KEYED = ("keyed", "a@ngo.example", "b@ngo.example", "hang")
"""Targets that can tell a resend: by `Idempotency-Key`, or by the Message-ID."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What one target got. `repeated` as a reader of the target sees it: keys are told apart."""

    target: str
    expected: int
    lost: frozenset[int]
    repeated: int
    resent: int
    """Messages that came again at all, under whatever key."""
    unmarked: int
    by_kills: int
    """Of those that came again: those whose first try was ended by a kill, not by a fault."""
    most_per_kill: int


@dataclass(slots=True, kw_only=True)
class Result:
    """What came of it all."""

    accounts: list[Account]
    kills: int
    injected: dict[str, int]
    second: list[tuple[float, int, str]] = field(default_factory=list)
    """Second daemons that were started beside the first: seconds of CPU, exit code, last line."""
    leaked: list[str] = field(default_factory=list)
    left: int = 0
    """Deliveries that were not sent in the end."""
    audit: dict[str, object] = field(default_factory=dict)
    notices: int = 0
    flood: int = 0
    """Messages about old articles after the state was destroyed, beyond one summary a target."""


class Daemon:
    """The daemon of one folder, started by fork."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._zygote = subprocess.Popen(
            [sys.executable, str(PROGRAM), str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"PYTHONPATH": str(PROGRAM.parent.parent)},
        )
        self.pid = 0

    def start(self) -> None:
        assert self._zygote.stdin is not None
        self._zygote.stdin.write("start\n")
        self._zygote.stdin.flush()
        self.pid = int(self._line())

    def kill(self) -> None:
        with suppress(ProcessLookupError):  # one that finds no disk at its start ends by itself
            os.kill(self.pid, signal.SIGKILL)

    def ended(self) -> int:
        """Wait for the end; return the exit code."""
        code = int(self._line().removeprefix("ended "))
        self.pid = 0
        return code

    def stop(self) -> int:
        os.kill(self.pid, signal.SIGTERM)
        return self.ended()

    def close(self) -> None:
        if self.pid:
            self.kill()
        assert self._zygote.stdin is not None
        self._zygote.stdin.close()
        self._zygote.wait(30)
        assert self._zygote.stdout is not None
        self._zygote.stdout.close()

    def _line(self) -> str:
        assert self._zygote.stdout is not None
        return self._zygote.stdout.readline().strip()

    def count(self, question: str) -> int:
        """Ask the database, from outside."""
        path = self.folder / "state" / "watcher.db"
        try:
            with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=10)) as database:
                return int(database.execute(question).fetchone()[0])
        except sqlite3.DatabaseError:  # not there yet, or destroyed on purpose
            return 0


WAITING = "SELECT count(*) FROM delivery WHERE state IN ('due', 'held', 'unknown', 'sending')"
PARKED = "SELECT count(*) FROM delivery WHERE state = 'parked'"
BASELINES = "SELECT count(*) FROM feed WHERE first_read IS NOT NULL"
ARTICLES = "SELECT count(*) FROM article"


def until(done: Callable[[], bool], seconds: float) -> bool:
    """Wait for a condition that only another process can bring about."""
    pause, end = threading.Event(), time.monotonic() + seconds
    while not done():
        if time.monotonic() > end:
            return False
        pause.wait(0.05)
    return True


@contextmanager
def scene(folder: Path, seed: int) -> Iterator[tuple[World, Daemon]]:
    """Yield a world and its daemon, whose feeds have all been read once."""
    with world(seed) as here:
        (folder / "rules.yaml").write_text(rules(here), encoding="utf-8")
        daemon = Daemon(folder)
        try:
            yield here, daemon
        finally:
            daemon.close()


def chaos(
    folder: Path,
    *,
    kills: int,
    articles: int,
    seed: int,
    beside: int = 0,
    destroy: bool = True,
    hurry: bool = False,
    report: Callable[[str], None] = lambda _: None,
) -> Result:
    """Let `articles` flow while the daemon is killed `kills` times; return what arrived where.

    `hurry`: in the end nobody waits for the next try of what had failed. `beside`: how many second
    daemons are started beside the first. `destroy`: at last the database is overwritten, and what
    is told then is counted.
    """
    with scene(folder, seed) as (here, daemon):
        daemon.start()
        assert until(lambda: daemon.count(BASELINES) == FEEDS, 60), "the feeds were never read"
        daemon.kill()
        daemon.ended()
        here.calm = False
        result = Result(accounts=[], kills=kills, injected={})
        for number in range(kills):
            here.life, here.shown = number + 1, articles * (number + 1) // kills
            one_life(here, daemon)
            if beside and number % (kills // beside) == kills // beside // 2:
                result.second.append(second_daemon(here, daemon))
            if number % 20 == 19:
                report(f"{number + 1} kills, {len(here.arrivals)} arrivals")
        here.calm, here.kill, here.life = True, None, kills + 1
        report(f"calm: {daemon.count(WAITING)} wait, {daemon.count(PARKED)} are parked")
        if hurry:
            make_due(folder)
        result.left = bring_to_an_end(daemon, articles)
        result.injected = here.injected
        result.accounts = [account_of(here, target, articles) for target in TARGETS]
        result.audit = watcher("audit", "--json", cwd=folder).row
        result.leaked = leaks(folder)
        result.notices = len(here.notices)
        if destroy:
            result.flood = told_after_the_end_of_the_world(here, daemon)
    return result


def one_life(here: World, daemon: Daemon) -> None:
    """Start the daemon and kill it: at any moment, or at a chosen one of a message's way."""
    dice = here.dice
    kind = dice.choice(["time", "before", "inside", "after"])
    here.kill_at = (kind, dice.randint(1, 4))
    daemon.start()
    if dice.random() < 0.15:
        until(lambda: daemon.count(ARTICLES) >= here.shown // 2, dice.uniform(0.2, 0.8))
        starve(daemon.pid, dice.uniform(0.1, 0.6))
    if kind == "time":
        threading.Event().wait(dice.uniform(0.0, 2.0))
        daemon.kill()
    else:
        killed = threading.Event()

        def kill() -> None:
            daemon.kill()
            killed.set()

        with here.lock:
            here.kill = kill
        killed.wait(2.5)
        with here.lock:
            here.kill = None
        if not killed.is_set():
            daemon.kill()
    daemon.ended()
    # What the killed one had sent may still be read, and belongs to its life.
    threading.Event().wait(0.05)
    until(lambda: here.busy == 0, 5)


def starve(pid: int, seconds: float) -> None:
    """Let every write of the daemon fail for a while, as on a full disk."""
    with suppress(ProcessLookupError):
        _, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (4096, hard))
        threading.Event().wait(seconds)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (hard, hard))


def second_daemon(here: World, daemon: Daemon) -> tuple[float, int, str]:
    """Start a second daemon beside the first; return what it took to see that."""
    here.kill = None
    daemon.start()
    until(lambda: (daemon.folder / "state" / "watcher.lock").read_text() != "", 10)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [sys.executable, "-m", "watcher", "run"],
        cwd=daemon.folder,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    took = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    daemon.kill()
    daemon.ended()
    return took, done.returncode, (done.stderr.strip().splitlines() or [""])[-1]


def make_due(folder: Path) -> None:
    """Set all that waits for its next try to the time of what has waited longest."""
    with closing(sqlite3.connect(folder / "state" / "watcher.db")) as database, database:
        database.execute(
            "UPDATE delivery SET due = (SELECT min(due) FROM delivery)"
            " WHERE state IN ('due', 'unknown')"
        )
        database.execute("DELETE FROM note WHERE key = 'rests'")


def bring_to_an_end(daemon: Daemon, articles: int) -> int:
    """Let everything arrive that still can; return how many deliveries were not sent."""
    daemon.start()
    until(lambda: daemon.count(ARTICLES) == articles + FEEDS, 60)
    until(lambda: daemon.count(WAITING) == 0, 400)
    for _ in range(3):
        if daemon.count(PARKED) == 0:
            break
        watcher("deliveries", "retry", "--all", cwd=daemon.folder)
        until(lambda: daemon.count(WAITING) == 0, 200)
    left = daemon.count("SELECT count(*) FROM delivery WHERE state != 'sent'")
    assert daemon.stop() == 0
    return left


def account_of(here: World, target: str, articles: int) -> Account:
    expected = {n for n in range(articles) if matches(n) and (target != "hang" or is_for_all(n))}
    mine = [one for one in here.arrivals if one.target == target]
    got: set[int] = set()
    seen: dict[int, list[int]] = {}
    resent = unmarked = 0
    blame: Counter[int] = Counter()
    keys: dict[int, set[str]] = {}
    for place, arrival in enumerate(mine):
        again = [code for code in arrival.codes if code in got]
        if again:
            resent += 1
            unmarked += not arrival.marked
            before = mine[seen[again[0]][-1]]
            if before.answered:
                blame[before.life] += 1
        got |= arrival.codes
        for code in arrival.codes:
            seen.setdefault(code, []).append(place)
            keys.setdefault(code, set()).add(arrival.key)
    doubled = sum(len(found) - 1 for found in keys.values())
    return Account(
        target=target,
        expected=len(expected),
        lost=frozenset(expected - got),
        repeated=doubled if target in KEYED else resent,
        resent=resent,
        unmarked=unmarked,
        by_kills=sum(blame.values()),
        most_per_kill=max(blame.values(), default=0),
    )


def leaks(folder: Path) -> list[str]:
    """Return where a planted secret stands, other than in the file that it was given in."""
    found = []
    for path in [folder / "log", *(folder / "state").iterdir()]:
        held = path.read_bytes()
        found += [f"{path.name}: {name}" for name, s in SECRETS.items() if s.encode() in held]
    return found


def told_after_the_end_of_the_world(here: World, daemon: Daemon) -> int:
    """Overwrite the database, start, and count what is told of the articles that are known."""
    for path in (daemon.folder / "state").glob("watcher.db*"):
        path.write_bytes(b"garbage" * 1000)
    before = len(here.arrivals)
    daemon.start()
    until(lambda: daemon.count(BASELINES) == FEEDS, 60)
    until(lambda: daemon.count(WAITING) == 0, 120)
    daemon.stop()
    after = Counter(one.target for one in here.arrivals[before:])
    return sum(count - 1 for count in after.values())
