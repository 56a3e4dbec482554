"""What finding names costs, beside `re` per name, one alternation, and Aho-Corasick.

    python benchmarks/match.py --data DIR [--quick]

DIR holds `feeds/real_feeds/`. The texts are stretches of its items, in turn from each script. The
names are made of syllables of five alphabets; the others find them as written, ignoring case, at
word boundaries, while `watcher` also folds, joins and bends them: its time is that of the whole
question, from an article to its hits. Warm: words of the text were met before; cold: all that
was remembered is dropped before each text. CPU time of one process, the best of several rounds.
`ahocorasick-rs` is in the extra `bench`; its columns are empty without it.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import os
import random
import re
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from time import process_time
from types import ModuleType

from watcher import config
from watcher.core.errors import FeedError
from watcher.core.model import Article, ArticleId, Rule, Term
from watcher.core.rules import RuleBook, compile_rules
from watcher.core.text import fold
from watcher.feeds import Reader

try:
    import ahocorasick_rs
except ImportError:
    AHO: ModuleType | None = None
else:
    AHO = ahocorasick_rs

SIZES = (100, 1_000, 10_000, 100_000)
LENGTHS = (460, 3_700)
MOST_PATTERNS = 10_000
"""More compiled patterns than this nobody has the memory for."""

SYLLABLES = {
    "en": "ka xin ji ang ser ik zhan bi lash tur gu dil na ra me ti oh ham il ab du man kur bek ov",
    "ru": "син цзян се рик жан би лаш тур гу дил на ра ме ти хам ман кур бан мар дан бек ов ский",
    "kk": "шың жаң се рік жан би лаш тұр ғы нұр гүл дә на ра бек құр бан әл ай ым өз ен сұл тан",
    "ug": "شىن جاڭ ئۇي غۇر تۇر غۇن دىل نا را مە تى خام ئىل ئاب دۇ رې ھىم",
    "zh": "新 疆 维 吾 尔 自 治 区 伊 力 哈 木 土 赫 提 赛 克 坚 阿 塔 珠 特 营 劳 动 改 造",
}


def names(number: int) -> list[str]:
    """Return so many different names, of one word or two, in five alphabets."""
    draw = random.Random(5)
    kept: dict[str, None] = {}
    while len(kept) < number:
        language = draw.choice(list(SYLLABLES))
        syllables = SYLLABLES[language].split()
        words = [
            "".join(draw.choices(syllables, k=draw.randint(2, 4))).title()
            for _ in range(1 if language == "zh" else draw.randint(1, 2))
        ]
        kept[" ".join(words)] = None
    return list(kept)


# --- texts


async def items(bodies: Sequence[bytes]) -> list[str]:
    """Return the text of every item of some feeds."""
    read: list[str] = []
    async with Reader() as reader:
        for body in bodies:
            try:
                document = await reader.read(
                    body, url="https://example.org/feed", content_type=None
                )
            except FeedError:
                continue
            read += [f"{e.title}. {e.text or e.summary}" for e in document.entries]
    return read


SCRIPTS = {
    "Cyrillic": re.compile("[\u0400-\u04ff]"),
    "Arabic": re.compile("[\u0600-\u06ff]"),
    "Chinese": re.compile("[\u4e00-\u9fff]"),
    "Latin": re.compile("[A-Za-z]"),
}


def texts(read: Sequence[str], length: int, number: int) -> list[str]:
    """Return stretches of so many characters, as many of each script as there are."""
    by_script: defaultdict[str, list[str]] = defaultdict(list)
    for script, letters in SCRIPTS.items():
        mine = [text for text in read if 3 * len(letters.findall(text)) > len(text)]
        random.Random(3).shuffle(mine)
        joined = "\n\n".join(mine)
        cut = (joined[at : at + length] for at in range(0, len(joined) - length, length))
        by_script[script] = list(islice(cut, number // len(SCRIPTS)))
    return [text for found in by_script.values() for text in found]


# --- ways to find names

Find = Callable[[str], object]


def by_watcher(book: RuleBook, *, cold: bool) -> Find:
    """Return how the program does it: fold, cut, look up, and say where."""

    def find(text: str) -> object:
        if cold:
            book.forget()
        return book.match(Article(id=ArticleId("0" * 16), title=text))

    return find


def by_patterns(names: Sequence[str]) -> Find:
    """Return one regular expression after another."""
    forms = [re.compile(rf"(?<!\w){re.escape(name)}(?!\w)", re.IGNORECASE) for name in names]
    return lambda text: [found.span() for form in forms for found in form.finditer(text)]


def by_alternation(names: Sequence[str]) -> Find:
    """Return all names in one regular expression."""
    any_name = "|".join(map(re.escape, sorted(names, key=len, reverse=True)))
    form = re.compile(rf"(?<!\w)(?:{any_name})(?!\w)", re.IGNORECASE)
    return lambda text: [found.span() for found in form.finditer(text)]


def by_automaton(module: ModuleType, names: Sequence[str]) -> Find:
    """Return an Aho-Corasick automaton over the folded names, with a check of the boundaries."""
    automaton = module.AhoCorasick([fold(name).text for name in names])

    def find(text: str) -> object:
        folded = fold(text).text
        return [
            (first, last)
            for _, first, last in automaton.find_matches_as_indexes(folded, overlapping=True)
            if not (folded[first - 1 : first].isalnum() or folded[last : last + 1].isalnum())
        ]

    return find


# --- measuring


def cost(find: Find, asked: Sequence[str], rounds: int) -> float:
    """Return microseconds of CPU per text, in the best round."""
    best = float("inf")
    for _ in range(rounds):
        start = process_time()
        for text in asked:
            find(text)
        best = min(best, process_time() - start)
    return 1e6 * best / len(asked)


@dataclass(frozen=True, slots=True)
class Costs:
    """Microseconds per text of each way; None where it was not asked."""

    warm: float
    cold: float
    patterns: float | None
    alternation: float | None
    automaton: float | None

    def row(self) -> str:
        """Return the cells of a table."""

        def cell(other: float | None) -> str:
            if other is None:
                return "- |"
            return f"{other:,.0f} ({other / self.warm:,.1f}, {other / self.cold:,.1f}) |"

        rest = map(cell, (self.patterns, self.alternation, self.automaton))
        return f"{self.warm:,.0f} | {self.cold:,.0f} | {' '.join(rest)}"


def measure(size: int, asked: Sequence[str], book: RuleBook, *, rounds: int) -> Costs:
    """Hold the ways side by side on the same texts; the dear ones on a part of them."""
    listed = names(size)
    cold = cost(by_watcher(book, cold=True), asked, rounds)
    warm = cost(by_watcher(book, cold=False), asked, rounds + 1)
    few = asked[:: max(1, len(asked) // 8)]
    patterns = automaton = alternation = None
    if size <= MOST_PATTERNS:
        patterns = cost(by_patterns(listed), few, 2 if size > 1_000 else rounds)
        re.purge()
        alternation = cost(by_alternation(listed), few, 2)
    if AHO is not None:
        automaton = cost(by_automaton(AHO, listed), asked, rounds)
    return Costs(warm, cold, patterns, alternation, automaton)


def compile_names(listed: Sequence[str]) -> RuleBook:
    """Compile one rule for five names."""
    rules = [Rule(name=f"rule {at}", find=Term(text=name)) for at, name in enumerate(listed)]
    return compile_rules(rules, ())


# --- loading


def rules_file() -> str:
    """Return a rules.yaml of 2,000 rules with five names each."""
    listed = names(10_000)
    lines = ["timezone: UTC", "channels: {screen: 'terminal://'}", "rules:"]
    for at in range(0, len(listed), 5):
        five = ", ".join(json.dumps(name, ensure_ascii=False) for name in listed[at : at + 5])
        lines.append(f"  - {{name: rule {at // 5}, notify: [screen], find: [{five}]}}")
    return "\n".join([*lines, "feeds: [https://example.org/rss]", ""])


def resident() -> float:
    """Return the megabytes that this process holds."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def load_once() -> None:
    """Load and compile the file, and print seconds of CPU and megabytes of both steps."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rules.yaml"
        path.write_text(rules_file(), encoding="utf-8")
        small = Path(folder) / "small.yaml"
        small.write_text("timezone: UTC\n", encoding="utf-8")
        config.load(small, environ={})  # what is imported when first used is not counted
        gc.collect()
        before, start = resident(), process_time()
        read = config.load(path, environ={})
        between = process_time()
        book = compile_rules(read.rules, read.entities)
        end = process_time()
    print(json.dumps([between - start, end - between, resident() - before, len(book.rules)]))


def load() -> str:
    """Return what loading costs, in a process of its own."""
    ran = subprocess.run(
        [sys.executable, __file__, "--load"], capture_output=True, text=True, check=True
    )
    loading, compiling, megabytes, rules = json.loads(ran.stdout)
    return (
        f"{rules:,} rules with 10,000 names: read in {loading:.2f} s, compiled in {compiling:.2f} s"
        f" ({loading + compiling:.2f} s in all), {megabytes:.0f} MB"
    )


def rows(read: Sequence[str], *, quick: bool) -> Iterator[str]:
    """Yield the table."""
    yield "| names | characters | warm, µs | cold, µs | re per name | alternation | Aho-Corasick |"
    yield "|---|---|---|---|---|---|---|"
    for size in SIZES[: 3 if quick else 4]:
        book = compile_names(names(size))
        for length in LENGTHS[: 1 if quick else 2]:
            asked = texts(read, length, 80 if length < 1_000 else 24)
            costs = measure(size, asked, book, rounds=3)
            yield f"| {size:,} | {length:,} | {costs.row()}"


def main() -> int:
    """Print what was measured."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--quick", action="store_true", help="460 characters, 10,000 names at most")
    parser.add_argument("--load", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.load:
        load_once()
        return 0
    folder = asked.data / "feeds" / "real_feeds"
    if not folder.is_dir():
        print(f"{folder} is not there: name the folder of the labelled data with --data.")
        return 1
    bodies = [path.read_bytes() for path in sorted(folder.iterdir())]
    print(load(), end="\n\n")
    for row in rows(asyncio.run(items(bodies)), quick=asked.quick):
        print(row, flush=True)
    print("\nIn brackets: how many times the warm and the cold cost.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
