"""How well and at what cost stories are found, beside four other ways.

    PYTHONPATH=tests python benchmarks/dedup.py [--quick] [--quality | --cost | --across]

Quality: pairs after clustering by copy links within 72 h, ambiguous pairs left out; "held out" is
the half of the articles that nothing was learned from; then the hand-labelled pairs of one event.
Cost: CPU (user and system) of placing and adding one article with 10,000, 100,000 and 500,000
articles stored, and what the others need for the same, in the same run. Prints Markdown tables.
Needs the extra `bench`, and the labelled sets beside the project. Across languages: own pairs in
six languages (tests/support/across.txt), with the entities of all packs; the sets aren't needed.
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

from rivals import RIVALS, MinHashLsh, SimHash, TokenSet, groups_of
from support.across import joined
from support.across import pairs as pairs_across
from support.opposites import opposites
from support.story_sets import (
    FOLDER,
    groups,
    mutants_in,
    pairs,
    rand_index,
    rows,
    run,
    score_groups,
)

from watcher.core.model import Article, ArticleId, Link, LinkKind, StoryId
from watcher.core.stories import WINDOW, StoryIndex

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from support.story_sets import Row, Score

SETS = ("synd", "reuters_natural", "allsides_natural")
SIZES = (10_000, 100_000, 500_000)
MOST_FOR_OTHERS = 100_000
"""Articles up to which the others are measured: a scan of more tells nothing new."""
ASKED = 1_000
SCANNED = 20


def is_held_out(row: Row) -> bool:
    return row.held_out


def line(*cells: object) -> None:
    print("| " + " | ".join(map(str, cells)) + " |", flush=True)


def head(*cells: str) -> None:
    print()
    line(*cells)
    line(*["---"] * len(cells))


def told(name: str, way: str, found: Score, rand: float, rest: str = "") -> None:
    figures = f"{found.precision:.4f}", f"{found.recall:.4f}", f"{found.f1:.4f}", f"{rand:.4f}"
    line(name, way, *figures, f"{found.wrong} wrong, {found.missed} missed{rest}")


def quality(*, quick: bool) -> None:
    head("set", "way", "precision", "recall", "F1", "ARI", "pairs")
    for name in SETS[: 1 if quick else None]:
        read = rows(name)
        links = run(row.article for row in read)
        own = groups(links, reports=False)
        ways = {"**watcher**, copies": own, "**watcher**, copies and reports": by_story(links)}
        articles = [row.article for row in read]
        ways |= {rival.name: groups_of(rival(), articles, WINDOW) for rival in RIVALS}
        for way, found in ways.items():
            joined, mutants = mutants_in(read, found)
            rest = f"; changed facts joined: {joined} of {mutants}" if mutants else ""
            told(name, way, score_groups(read, found), rand_index(read, found), rest)
            part = score_groups(read, found, counts=is_held_out)
            if way.startswith("**"):
                rand = rand_index(read, found, counts=is_held_out)
                told(f"{name}, held out", way, part, rand, by_level(part))
    same_story()
    other_facts()


def by_story(links: list[Link]) -> Mapping[ArticleId, str]:
    return groups(links, reports=True)


def by_level(found: Score) -> str:
    levels = sorted((level, each) for level, each in found.by_level.items() if level)
    return "".join(f"; {level} {one / every:.3f}" for level, (one, every) in levels)


def same_story() -> None:
    """Print how many hand-labelled pairs of one event end up in one story, by language."""
    head("hand-labelled pairs of one event", "right", "wrong", "missed", "F1")
    for language in ("en", "ru"):
        counts: dict[tuple[bool, bool], int] = defaultdict(int)
        for one, two, same, _ in pairs(language):
            index = StoryIndex()
            index.add(one, index.place(one))
            counts[same, index.place(two).kind is not LinkKind.NEW] += 1
        right, wrong, missed = counts[True, True], counts[False, True], counts[True, False]
        f1 = 2 * right / max(1, 2 * right + wrong + missed)
        line(f"tg_pairs {language}", right, wrong, missed, f"{f1:.3f}")


def other_facts() -> None:
    """Print how many pairs that differ in one fact are folded, by each way."""
    head("pairs that differ in one fact only", "folded as one")
    every = [
        [
            Article(id=ArticleId(f"{side}"), title=text[0], summary=text[1], language=language)
            for side, text in enumerate(texts)
        ]
        for language, *texts in opposites()
    ]
    folded = 0
    for one, two in every:
        index = StoryIndex()
        index.add(one, index.place(one))
        folded += index.place(two).kind is LinkKind.COPY
    line("**watcher**", f"{folded} of {len(every)}")
    for rival in RIVALS:
        folded = 0
        for one, two in every:
            way = rival()
            way.add(one)
            folded += way.place(two) is not None
        line(rival.name, f"{folded} of {len(every)}")


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
    others = TokenSet(), SimHash(), MinHashLsh()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    first = 0.0
    head(
        "articles stored",
        "watcher, per article",
        "of the first",
        *(f"{other.name}, one look" for other in others),
        "token_set, times watcher",
        "watcher, memory",
    )
    used = 0
    for size in sizes:
        while len(index) < size:
            article = next(source)
            alone = Link(article=article.id, kind=LinkKind.NEW, story=StoryId(article.id))
            index.add(article, alone)
        used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        asked = [next(source) for _ in range(ASKED)]
        spent = timed(index, asked)
        first = first or spent
        looks = []
        if size <= MOST_FOR_OTHERS:
            fill = invented()
            for _ in range(size):
                article = next(fill)
                for other in others:
                    other.add(article)
            for other in others:
                start = process_time()
                for article in asked[:SCANNED]:
                    other.place(article)
                looks.append(1000 * (process_time() - start) / SCANNED)
            others = TokenSet(), SimHash(), MinHashLsh()
        line(
            f"{size:,}",
            f"{spent:.2f} ms",
            f"{spent / first:.2f}",
            *([f"{look:.1f} ms" for look in looks] or ["-"] * len(others)),
            f"{looks[0] / spent:.0f}" if looks else "-",
            f"{used / size:.1f} KB",
        )
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - used


def timed(index: StoryIndex, asked: list[Article]) -> float:
    """Return the milliseconds of CPU for placing and adding one article; the index stays."""
    start = process_time()
    for article in asked:
        index.add(article, index.place(article))
    spent = 1000 * (process_time() - start) / len(asked)
    for article in asked:
        index.discard(article.id)
    return spent


def across() -> None:
    """Print how many pairs in two languages are joined, by the half that was tried on and not."""
    head("pairs in two languages", "of one event", "right", "wrong", "precision", "recall")
    for part in ("learned", "kept"):
        told = [(one.same, joined(one.one, one.two)) for one in pairs_across() if one.part == part]
        linked = [same for same, link in told if link.kind is not LinkKind.NEW]
        same = sum(same for same, _ in told)
        right = sum(linked)
        precision, recall = right / max(1, len(linked)), right / same
        figures = f"{precision:.3f}", f"{recall:.3f}"
        line(f"{part}: {len(told)}", same, right, len(linked) - right, *figures)


def main() -> int:
    if "--across" in sys.argv:
        across()
        return 0
    if not FOLDER.is_dir():
        print(
            "The labelled sets (shared/data/stories) are not beside the project.", file=sys.stderr
        )
        return 1
    quick = "--quick" in sys.argv
    if "--cost" not in sys.argv:
        quality(quick=quick)
    if "--quality" not in sys.argv:
        cost(SIZES[:1] if quick else SIZES)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
