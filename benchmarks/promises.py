"""What the commands reach on labelled data, asked as anybody would: through the command line.

    python benchmarks/promises.py --data DIR

DIR holds `rules/cases.jsonl` with `rules/entities.yaml`, `stories/synd.jsonl.gz` and
`feeds/real_feeds/`. Prints a Markdown table. CPU times are user + system of the whole process.
"""

from __future__ import annotations

import argparse
import gzip
import json
import resource
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import combinations
from pathlib import Path
from typing import Any

WINDOW = timedelta(hours=72)


@dataclass(frozen=True, slots=True)
class Ran:
    """One run of the program: its JSON Lines, exit code, and CPU seconds."""

    rows: list[Any]
    code: int
    cpu: float
    err: str


def watcher(*words: str, text: str = "") -> Ran:
    """Run the program and read what it says."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [sys.executable, "-m", "watcher", *words],
        input=text,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    rows = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    return Ran(rows, done.returncode, cpu, done.stderr)


def lines(items: Iterable[Mapping[str, Any]]) -> str:
    """Write JSON Lines."""
    return "".join(json.dumps(item, ensure_ascii=False) + "\n" for item in items)


def matching(data: Path) -> Iterable[tuple[str, str]]:
    """Try each case: one term or entity is found in a text, or left alone, as it should be."""
    text = (data / "rules" / "cases.jsonl").read_text(encoding="utf-8")
    cases = [json.loads(line) for line in text.splitlines()]
    terms: dict[str, dict[str, Any]] = {}
    for case in cases:
        fuzzy = bool(case.get("opts", {}).get("fuzzy"))
        name = json.dumps([case["kind"], case["term"], fuzzy])
        terms[name] = {case["kind"]: case["term"]} | ({"fuzzy": 1} if fuzzy else {})
    found: set[tuple[str, str]] = set()
    cpu = 0.0
    with tempfile.TemporaryDirectory() as folder:
        for name, term in terms.items():
            file = Path(folder) / "terms.jsonl"
            file.write_text(lines([term]), encoding="utf-8")
            own = [c for c in cases if name_of(c) == name]
            articles = lines({"id": c["id"], "title": c["text"], "summary": ""} for c in own)
            ran = watcher("match", "--terms", str(file), "-", text=articles)
            cpu += ran.cpu
            found |= {(row["id"], name) for row in ran.rows}
    right: Counter[str] = Counter()
    total: Counter[str] = Counter(case["tier"] for case in cases)
    hits: Counter[tuple[bool, bool]] = Counter()
    for case in cases:
        said = (case["id"], name_of(case)) in found
        right[case["tier"]] += said == case["match"]
        hits[said, case["match"]] += 1
    for tier, number in total.items():
        yield f"match, {tier}: right", f"{right[tier]} of {number} ({right[tier] / number:.1%})"
    yield "match, all: recall", f"{hits[True, True] / (hits[True, True] + hits[False, True]):.3f}"
    yield (
        "match, all: precision",
        f"{hits[True, True] / (hits[True, True] + hits[True, False]):.3f}",
    )


def name_of(case: Mapping[str, Any]) -> str:
    """Return the question that a case puts."""
    return json.dumps([case["kind"], case["term"], bool(case.get("opts", {}).get("fuzzy"))])


def folding(data: Path) -> Iterable[tuple[str, str]]:
    """Hold pairs of a cluster within 72 h against the pairs that the program put in one story."""
    with gzip.open(data / "stories" / "synd.jsonl.gz", "rt", encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    rows.sort(key=lambda row: row["published"])
    asked = ({"outlet": row["source"], "language": row["lang"], **pick(row)} for row in rows)
    ran = watcher("dedup", "-", text=lines(asked))
    for name, kinds in (("copies and reports", {"copy", "report"}), ("copies only", {"copy"})):
        story: dict[str, str] = {}
        for answer in ran.rows:
            joined = answer["link"] in kinds
            story[answer["id"]] = story[answer["to"]] if joined else answer["id"]
        truth = pairs(rows, {row["id"]: row["cluster"] for row in rows})
        said = pairs(rows, story)
        good = len(truth & said)
        precision, recall = good / len(said), good / len(truth)
        f1 = 2 * precision * recall / (precision + recall)
        yield (
            f"dedup synd, {name}",
            f"pair F1 {f1:.3f}, precision {precision:.3f}, recall {recall:.3f}",
        )
    yield "dedup: CPU per article", f"{1000 * ran.cpu / len(rows):.2f} ms (start included)"


def pick(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the part of a row that the program may see."""
    return {key: row[key] for key in ("id", "title", "summary", "published")}


def pairs(rows: list[Any], cluster: Mapping[str, str]) -> set[tuple[str, str]]:
    """Return the pairs of a cluster that lie within the window, without the ambiguous ones."""
    members: defaultdict[str, list[Any]] = defaultdict(list)
    for row in rows:
        members[cluster[row["id"]]].append(row)
    return {
        (a["id"], b["id"])
        for group in members.values()
        for a, b in combinations(group, 2)
        if at(b) - at(a) <= WINDOW and b["id"] not in a["ambiguous_with"]
    }


def at(row: Mapping[str, Any]) -> datetime:
    """Return when a row was published."""
    return datetime.fromisoformat(row["published"])


def parsing(data: Path) -> Iterable[tuple[str, str]]:
    """Read every real feed; none may raise an exception."""
    ends: Counter[int] = Counter()
    items, raised, cpu = 0, 0, 0.0
    files = sorted((data / "feeds" / "real_feeds").iterdir())
    for path in files:
        ran = watcher("parse", str(path))
        ends[ran.code] += 1
        items += len(ran.rows)
        raised += "Traceback" in ran.err
        cpu += ran.cpu
    yield "parse real_feeds", f"{ends[0]} of {len(files)} read, {raised} tracebacks, {items} items"


def starting(_: Path) -> Iterable[tuple[str, str]]:
    """Measure what `--help` costs."""
    yield "watcher --help", f"{min(watcher('--help').cpu for _ in range(3)):.2f} s of CPU"


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--data", type=Path, required=True)
    data: Path = parser.parse_args().data
    print("| what | reached |\n|---|---|")
    for ask in (starting, matching, folding, parsing):
        for what, reached in ask(data):
            print(f"| {what} | {reached} |", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
