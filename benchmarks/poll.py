"""What polling costs, whole programs side by side on one farm of feeds (`farm.py`).

    pip install -e '.[bench]' && python benchmarks/poll.py [--sizes 200 1000 5000] [--only watcher]

Four phases on one state: A cold (30 items in each feed, all new), B nothing has changed (304), C
one new item in a tenth of the feeds, D no validators, every body comes whole and nothing is new.
Each phase is a process of its own, as from cron, and is measured from outside: user + system
seconds with all its children, and the most memory (resident, summed over the tree, looked at 20
times a second). Adding the feeds is not counted for reader, which has no list of them; the others
read a list.
The farm is its own process and not counted.

watcher does here what it always does: the shipped rules with both packs, stories, durable writes,
messages to the terminal channel. reader stores and looks for updates, and does no more.
"""

from __future__ import annotations

import argparse
import compileall
import json
import math
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from farm import urls

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

ROOT: Final = Path(__file__).resolve().parent.parent
PHASES: Final = {
    "A": "cold",
    "B": "nothing changed",
    "C": "a tenth has one new item",
    "D": "no validators, nothing new",
}
TARGETS: Final = {"A": 0.5, "B": 0.35, "C": 0.3, "D": 0.12}
READER: Final = """
import sys
from reader import make_reader
reader = make_reader(sys.argv[1])
if sys.argv[2] == "add":
    for url in open(sys.argv[3]).read().split():
        reader.add_feed(url)
else:
    reader.update_feeds(workers=4, scheduled=False)
"""
TAGS: Final = ("kazakhstan", "central-asia", "china", "world", "human-rights")
"""The shipped rules ask for some of them."""
LOOKED: Final = 0.05
"""Seconds between two looks at the memory."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one phase of one program took: CPU in ms per feed, memory in MB."""

    cpu: float
    memory: float


@dataclass(frozen=True, slots=True)
class Contender:
    """A program: the command of one poll of all feeds, and what is done once before."""

    name: str
    command: Sequence[str]
    prepare: Callable[[], object]
    environment: Mapping[str, str]


def watcher(folder: Path, feeds: Sequence[str]) -> Contender:
    shipped = (ROOT / "rules.yaml").read_text(encoding="utf-8")
    before, _, after = shipped.partition("\nfeeds:\n")
    rest = [line for line in after.splitlines() if line[:1] not in {"", " ", "#"}]
    if rest:
        raise SystemExit(f"rules.yaml has something after feeds: {rest[0]}")
    own = "".join(
        f'  - {{url: "{url}", private: true, tags: [{TAGS[n % len(TAGS)]}]}}\n'
        for n, url in enumerate(feeds)
    )
    (folder / "rules.yaml").write_text(f"{before}\nfeeds:\n{own}", encoding="utf-8")
    command = [sys.executable, "-m", "watcher", "--rules", "rules.yaml", "--state", "state"]

    def compile_it() -> None:
        # As pip does when it installs a program; a checkout is compiled at each start where Python
        # was told to write no bytecode.
        compileall.compile_dir(ROOT / "watcher", quiet=1)

    return Contender(
        "watcher", [*command, "--json", "once", "--all"], compile_it, {"PYTHONPATH": str(ROOT)}
    )


def reader(folder: Path, feeds: Sequence[str]) -> Contender:
    (folder / "feeds.txt").write_text("\n".join(feeds), encoding="utf-8")
    (folder / "driver.py").write_text(READER, encoding="utf-8")
    run = [sys.executable, "driver.py", "reader.sqlite"]

    def add() -> None:
        subprocess.run([*run, "add", "feeds.txt"], cwd=folder, check=True)

    return Contender("reader", [*run, "update"], add, {})


def newsboat(folder: Path, feeds: Sequence[str]) -> Contender:
    (folder / "urls").write_text("\n".join(feeds), encoding="utf-8")
    (folder / "config").write_text("reload-threads 4\n", encoding="utf-8")
    command = ["newsboat", "-u", "urls", "-c", "cache.db", "-C", "config", "-x", "reload"]
    return Contender("newsboat", command, lambda: None, {"HOME": str(folder)})


def rss2email(folder: Path, feeds: Sequence[str]) -> Contender:
    """Each item becomes a mail in a folder: no mail server is measured, and nothing left out."""
    mails = folder / "mails"
    for part in ("cur", "new", "tmp"):
        (mails / part).mkdir(parents=True)
    sections = "".join(f"\n[feed.f{n}]\nurl = {url}\n" for n, url in enumerate(feeds))
    (folder / "rss2email.cfg").write_text(
        "[DEFAULT]\nfrom = a@example.org\nto = b@example.org\nemail-protocol = maildir\n"
        f"maildir-path = {folder}\nmaildir-mailbox = {mails.name}\n{sections}",
        encoding="utf-8",
    )
    command = ["r2e", "-c", "rss2email.cfg", "-d", "rss2email.json", "run"]
    return Contender("rss2email", command, lambda: None, {"HOME": str(folder)})


def sfeed(folder: Path, feeds: Sequence[str]) -> Contender:
    """Call curl and a parser for each feed from a shell script; keep text files."""
    lines = "".join(f'\tfeed "f{n}" "{url}"\n' for n, url in enumerate(feeds))
    (folder / "sfeedrc").write_text(
        f'sfeedpath="{folder}/feeds"\nmaxjobs=4\nfeeds() {{\n{lines}}}\n', encoding="utf-8"
    )
    return Contender("sfeed", ["sfeed_update", "sfeedrc"], lambda: None, {"HOME": str(folder)})


KNOWN: Final = {
    "watcher": (watcher, "python"),
    "reader": (reader, "python"),
    "newsboat": (newsboat, "newsboat"),
    "rss2email": (rss2email, "r2e"),
    "sfeed": (sfeed, "sfeed_update"),
}


def installed(name: str) -> bool:
    if name == "reader":
        asked = [sys.executable, "-c", "import reader"]
        return subprocess.run(asked, capture_output=True, check=False).returncode == 0
    return name == "watcher" or shutil.which(KNOWN[name][1]) is not None


# --- the farm --------------------------------------------------------------------------------


@contextmanager
def farm(count: int, days_old: float) -> Iterator[int]:
    """Run a farm of so many feeds; yields its port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    command = [sys.executable, str(ROOT / "benchmarks" / "farm.py"), str(count)]
    options = ["--port", str(port), "--days-old", str(days_old)]
    with subprocess.Popen([*command, *options], stdout=subprocess.PIPE, text=True) as process:
        if process.stdout is None or not process.stdout.readline().startswith("ready"):
            raise SystemExit("the farm did not start")
        try:
            yield port
        finally:
            process.kill()


def control(port: int, query: str) -> dict[str, int]:
    """Tell the farm something; returns what it has served since the last time."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/ctl?{query}") as answer:
        counts: dict[str, int] = json.load(answer)
        return counts


# --- measuring -------------------------------------------------------------------------------


class Memory(threading.Thread):
    """Watches a process and all its descendants; `peak` is in MB."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.peak = 0.0
        self._pid = pid
        self._over = threading.Event()

    def run(self) -> None:
        """Look until stopped."""
        page = os.sysconf("SC_PAGE_SIZE") / 1e6
        while not self._over.wait(LOOKED):
            self.peak = max(self.peak, page * sum(map(_pages, _tree(self._pid))))

    def stop(self) -> float:
        """Return the peak."""
        self._over.set()
        self.join()
        return self.peak


def _tree(pid: int) -> list[int]:
    found, waiting = [], [pid]
    while waiting:
        one = waiting.pop()
        found.append(one)
        with suppress(OSError):  # it, or a thread of it, has ended meanwhile
            for task in Path(f"/proc/{one}/task").iterdir():
                waiting += map(int, (task / "children").read_text().split())
    return found


def _pages(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except OSError:
        return 0


def measure(contender: Contender, folder: Path, count: int) -> Cost:
    """Run one phase; wait4 gives the CPU of the process and of all children it waited for."""
    with (folder / "log").open("a") as log:
        process = subprocess.Popen(
            contender.command,
            cwd=folder,
            env={**os.environ, **contender.environment},
            stdout=log,
            stderr=log,
        )
        memory = Memory(process.pid)
        memory.start()
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    cost = Cost(1000 * (used.ru_utime + used.ru_stime) / count, memory.stop())
    if process.returncode:
        tail = (folder / "log").read_text(encoding="utf-8", errors="replace")[-2000:]
        raise SystemExit(f"{contender.name} ended with {process.returncode}:\n{tail}")
    return cost


def compete(count: int, names: Sequence[str], days_old: float) -> dict[str, dict[str, Cost]]:
    """Return what each phase cost each program, with so many feeds."""
    costs: dict[str, dict[str, Cost]] = {name: {} for name in names}
    with farm(count, days_old) as port, tempfile.TemporaryDirectory() as place:
        contenders = []
        for name in names:
            folder = Path(place, name)
            folder.mkdir()
            contenders.append((KNOWN[name][0](folder, urls(count, port)), folder))
            contenders[-1][0].prepare()
        for phase in PHASES:
            control(port, {"C": "tick=0.1", "D": "validators=0"}.get(phase, ""))
            for contender, folder in contenders:
                begun = time.monotonic()
                costs[contender.name][phase] = cost = measure(contender, folder, count)
                served = control(port, "")
                _check(contender.name, phase, served, count)
                print(
                    f"{count} {phase} {contender.name}: {cost.cpu:.2f} ms per feed, "
                    f"{cost.memory:.0f} MB, {time.monotonic() - begun:.0f} s; {served}",
                    file=sys.stderr,
                    flush=True,
                )
    return costs


def _check(name: str, phase: str, served: Mapping[str, int], count: int) -> None:
    """Say so when a program did not ask each feed once."""
    whole = {"A": count, "B": 0, "C": -(-count // 10), "D": count}[phase]
    if served["requests"] != count or (name == "watcher" and served["whole"] != whole):
        print(f"note: {name} in phase {phase}: {served}", file=sys.stderr)


# --- the table -------------------------------------------------------------------------------


def table(results: Mapping[int, Mapping[str, Mapping[str, Cost]]]) -> Iterator[str]:
    """Yield the lines of a Markdown table."""
    phases = " | ".join(f"{phase} {what}" for phase, what in PHASES.items())
    yield f"| feeds | program | {phases} | memory |"
    yield "|---|---|---|---|---|---|---|"
    for count, costs in results.items():
        for name, spent in costs.items():
            cells = [f"{cost.cpu:.2f}{_ratio(costs, name, p)}" for p, cost in spent.items()]
            memory = max(cost.memory for cost in spent.values())
            yield f"| {count:,} | {name} | {' | '.join(cells)} | {memory:.0f} MB |"


def _ratio(costs: Mapping[str, Mapping[str, Cost]], name: str, phase: str) -> str:
    if name != "watcher" or "reader" not in costs:
        return ""
    return f" ({costs[name][phase].cpu / costs['reader'][phase].cpu:.2f})"


def slopes(results: Mapping[int, Mapping[str, Mapping[str, Cost]]]) -> Iterator[str]:
    """Yield how the CPU of each program grows between the two largest sizes: 1 is linear."""
    if len(results) < 2:
        return
    few, many = sorted(results)[-2:]
    for name in results[many]:
        told = []
        for phase in PHASES:
            one, other = (results[n][name][phase].cpu * n for n in (few, many))
            told.append(f"{phase} {math.log(other / one) / math.log(many / few):.2f}")
        yield f"Log-log slope of CPU from {few:,} to {many:,} feeds, {name}: {', '.join(told)}"


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--sizes", type=int, nargs="+", default=[200, 1_000, 5_000])
    options.add_argument("--only", nargs="+", choices=[*KNOWN], default=[*KNOWN])
    options.add_argument("--days-old", type=float, default=0.0, help="date all items so far back")
    chosen = options.parse_args()
    names = [name for name in chosen.only if installed(name)]
    results = {count: compete(count, names, chosen.days_old) for count in chosen.sizes}
    print(f"`python benchmarks/poll.py {' '.join(sys.argv[1:])}`: CPU ms per feed")
    print("(in brackets: as a share of reader in the same run)\n" if "reader" in names else "")
    print("\n".join(table(results)))
    print("", *slopes(results), sep="\n")


if __name__ == "__main__":
    main()
