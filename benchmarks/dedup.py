"""How well and at what cost stories are found, on the labelled sets and on a growing window.

    PYTHONPATH=tests python benchmarks/dedup.py [--quick]

Quality: pairs after clustering by copy links within 72 h, ambiguous pairs left out; "held out" is
the half of the articles that nothing was learned from. Cost: CPU per article (place and add) with
10,000 and 100,000 articles stored, beside rapidfuzz's token_set_ratio over all stored titles.
"""

from __future__ import annotations

import random
import resource
import sys
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from time import process_time
from typing import TYPE_CHECKING

from rapidfuzz import fuzz, process
from support.story_sets import FOLDER, mutants_joined, pairs, rows, run, score

from watcher.core.model import Article, ArticleId, LinkKind
from watcher.core.stories import StoryIndex

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.story_sets import Score

SETS = ("synd", "reuters_natural", "allsides_natural")
SIZES = (10_000, 100_000)
ASKED = 1_000
SCANNED = 20


def line(name: str, told: Score) -> str:
    counted = f"{told.right:6} right {told.wrong:4} wrong {told.missed:4} missed"
    return f"{name:28} P {told.precision:.4f}  R {told.recall:.4f}  F1 {told.f1:.4f}  {counted}"


def quality() -> None:
    for name in SETS:
        read = rows(name)
        start = process_time()
        links = run(row.article for row in read)
        spent = 1000 * (process_time() - start) / len(read)
        kinds = {kind.value: sum(link.kind is kind for link in links) for kind in LinkKind}
        print(f"\n{name}: {len(read)} articles, {spent:.2f} ms each, {kinds}")
        print(line("copies, all", score(read, links)))
        held_out = score(read, links, counts=lambda row: row.held_out)
        print(line("copies, held out", held_out))
        for level, (found, every) in sorted(held_out.by_level.items()):
            print(f"  recall {level or 'natural':20} {found / every:.4f}  ({found} of {every})")
        joined, mutants = mutants_joined(read, links)
        if mutants:
            print(f"  mutants joined as copies     {joined} of {mutants}")
        print(line("stories (copies + reports)", score(read, links, reports=True)))
    same_story()


def same_story() -> None:
    """Print how many hand-labelled pairs of one event end up in one story, by language."""
    for language in ("en", "ru"):
        counts: dict[tuple[bool, bool], int] = defaultdict(int)
        for one, two, same, _ in pairs(language):
            index = StoryIndex()
            index.add(one, index.place(one))
            counts[same, index.place(two).kind is not LinkKind.NEW] += 1
        right, wrong, missed = counts[True, True], counts[False, True], counts[True, False]
        print(f"tg_pairs {language}, same story: {right} right, {wrong} wrong, {missed} missed")


def invented() -> Iterator[Article]:
    """Yield articles without end whose words follow each other as in the sets (order one)."""
    follows: dict[str, list[str]] = defaultdict(list)
    for name in SETS[1:]:
        for row in rows(name):
            words = f"{row.article.title} {row.article.summary}".split()
            for one, two in pairwise(words):
                follows[one].append(two)
    words = list(follows)
    chance = random.Random(11)
    outlets = [f"Outlet {number}" for number in range(500)]
    start = datetime(2026, 1, 1, tzinfo=UTC)
    number = 0
    while True:
        text = [chance.choice(words)]
        while len(text) < 70:
            text.append(chance.choice(follows.get(text[-1]) or words))
        yield Article(
            id=ArticleId(f"{number:016x}"),
            title=" ".join(text[:10]),
            summary=" ".join(text[10:]),
            outlet=chance.choice(outlets),
            language="en",
            published=start + timedelta(seconds=2 * number),
        )
        number += 1


def cost(sizes: tuple[int, ...]) -> None:
    source = invented()
    next(source)
    index = StoryIndex()
    titles: list[str] = []
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    first = 0.0
    print()
    for size in sizes:
        while len(index) < size:
            article = next(source)
            index.add(article, index.place(article))
            titles.append(article.title)
        asked = [next(source) for _ in range(ASKED)]
        start = process_time()
        for article in asked:
            index.add(article, index.place(article))
        spent = 1000 * (process_time() - start) / ASKED
        for article in asked:
            index.discard(article.id)
        start = process_time()
        for article in asked[:SCANNED]:
            process.extractOne(article.title, titles, scorer=fuzz.token_set_ratio)
        scan = 1000 * (process_time() - start) / SCANNED
        used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        first = first or spent
        print(
            f"{size:7} stored: {spent:.2f} ms per article ({spent / first:.2f} x), "
            f"token_set scan {scan:.1f} ms ({scan / spent:.0f} x), "
            f"{used / size:.2f} KB per article"
        )


def main() -> int:
    if not FOLDER.is_dir():
        print(
            "The labelled sets (shared/data/stories) are not beside the project.", file=sys.stderr
        )
        return 1
    quality()
    cost(SIZES[:1] if "--quick" in sys.argv else SIZES)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
