"""The labelled sets of ../shared/data/stories, as articles, and how they are scored.

Rows are split in two halves by their origin (the article a cluster was made from), so that no
original, copy or mutant of a learned pair is in the half that is reported on.
"""

from __future__ import annotations

import gzip
import json
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import combinations
from math import comb
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zlib import crc32

from watcher.core.model import Article, ArticleId, LinkKind
from watcher.core.stories import WINDOW, StoryIndex

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from watcher.core.model import Link

FOLDER = Path(__file__).parents[3] / "shared" / "data" / "stories"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """An article of a labelled set. `cluster` is what it should be linked with."""

    article: Article
    cluster: str
    level: str = ""
    ambiguous: frozenset[str] = frozenset()

    @property
    def held_out(self) -> bool:
        """Tell whether it is in the half that nothing was learned from."""
        origin = self.cluster.removesuffix("-mut").rpartition("-")[2]
        return crc32(origin.encode()) % 2 == 1


def rows(name: str) -> list[Row]:
    """Read `name`.jsonl.gz in order of publication."""
    with gzip.open(FOLDER / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
        read = [_row(json.loads(line)) for line in lines]
    return sorted(read, key=lambda row: (row.article.published is not None, row.article.published))


def pairs(language: str | None = None) -> list[tuple[Article, Article, bool, str]]:
    """Read tg_pairs: two articles, whether they tell the same facts, and a key to split by."""
    with gzip.open(FOLDER / "tg_pairs.jsonl.gz", "rt", encoding="utf-8") as lines:
        read = [json.loads(line) for line in lines]
    return [
        (_of_pair(row, "a"), _of_pair(row, "b"), bool(row["same"]), row["a"]["url"])
        for row in read
        if language in (None, row["lang"])
    ]


def _of_pair(row: dict[str, Any], side: str) -> Article:
    told = row[side]
    return Article(
        id=ArticleId(told["url"]),
        title=told["title"],
        summary=told["summary"],
        language=row["lang"],
        outlet=told["url"].split("/")[2],
    )


def _row(row: dict[str, Any]) -> Row:
    published = row["published"]
    article = Article(
        id=ArticleId(row["id"]),
        title=row["title"],
        summary=row["summary"],
        outlet=row["source"],
        language=row["lang"],
        published=datetime.fromisoformat(f"{published}+00:00") if published else None,
    )
    return Row(
        article=article,
        cluster=row["cluster"],
        level=row.get("level", ""),
        ambiguous=frozenset(row["ambiguous_with"]),
    )


def run(articles: Iterable[Article], *, window: timedelta = WINDOW) -> list[Link]:
    """Place and add each article in order, as the program does."""
    index = StoryIndex(window=window)
    links = []
    for number, article in enumerate(articles):
        if article.published and number % 50 == 0:
            index.expire(article.published)
        link = index.place(article)
        index.add(article, link)
        links.append(link)
    return links


@dataclass(slots=True)
class Score:
    """Pairs after clustering, within the window, ambiguous pairs left out."""

    right: int = 0
    wrong: int = 0
    missed: int = 0
    by_level: dict[str, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0]))
    """Level of the later article -> [found, all] true pairs."""
    examples: list[tuple[str, str, str]] = field(default_factory=list)

    @property
    def precision(self) -> float:
        """Share of the pairs put together that belong together."""
        return self.right / max(1, self.right + self.wrong)

    @property
    def recall(self) -> float:
        """Share of the pairs that belong together that were put together."""
        return self.right / max(1, self.right + self.missed)

    @property
    def f1(self) -> float:
        """Harmonic mean of the two."""
        return 2 * self.precision * self.recall / max(1e-9, self.precision + self.recall)


def groups(links: Sequence[Link], *, reports: bool) -> dict[ArticleId, str]:
    """Return the group of each article: by copy links alone, or by whole stories."""
    if reports:
        return {link.article: link.story for link in links}
    group: dict[ArticleId, str] = {}
    for link in links:
        joins = link.kind is LinkKind.COPY and link.to is not None
        group[link.article] = group.get(link.to, link.to) if joins and link.to else link.article
    return group


def score(
    read: Sequence[Row],
    links: Sequence[Link],
    *,
    reports: bool = False,
    window: timedelta = WINDOW,
    counts: Callable[[Row], bool] = lambda _: True,
) -> Score:
    """Compare groups with clusters, pair by pair, over the rows that `counts` lets through."""
    return score_groups(read, groups(links, reports=reports), window=window, counts=counts)


def score_groups(
    read: Sequence[Row],
    found: Mapping[ArticleId, str],
    *,
    window: timedelta = WINDOW,
    counts: Callable[[Row], bool] = lambda _: True,
) -> Score:
    """Do the same with groups, however they came about."""
    by_id = {row.article.id: row for row in read if counts(row)}
    result = Score()
    true, told = defaultdict(list), defaultdict(list)
    for row in by_id.values():
        true[row.cluster].append(row)
        told[found[row.article.id]].append(row)
    for cluster in true.values():
        for one, two in _pairs(cluster, window):
            same = found[one.article.id] == found[two.article.id]
            result.by_level[two.level][0] += same
            result.by_level[two.level][1] += 1
            result.right += same
            result.missed += not same
            if not same:
                result.examples.append(("missed", one.article.id, two.article.id))
    for group in told.values():
        for one, two in _pairs(group, window):
            if one.cluster != two.cluster:
                result.wrong += 1
                result.examples.append(("wrong", one.article.id, two.article.id))
    return result


def _pairs(members: Sequence[Row], window: timedelta) -> Iterable[tuple[Row, Row]]:
    for one, two in combinations(members, 2):
        if two.article.id in one.ambiguous or one.article.id in two.ambiguous:
            continue
        first, second = one.article.published, two.article.published
        if first is None or second is None or abs(second - first) <= window:
            yield one, two


def rand_index(
    read: Sequence[Row],
    found: Mapping[ArticleId, str],
    *,
    counts: Callable[[Row], bool] = lambda _: True,
) -> float:
    """Return the adjusted Rand index of groups and clusters: 1 for equal, 0 for chance.

    Source: L. Hubert and P. Arabie, "Comparing partitions", 1985. The window and ambiguous pairs
    play no part in it.
    """
    rows_ = [row for row in read if counts(row)]
    both = Counter((found[row.article.id], row.cluster) for row in rows_)
    told = Counter(found[row.article.id] for row in rows_)
    true = Counter(row.cluster for row in rows_)
    together, in_told, in_true = (
        sum(comb(size, 2) for size in sizes.values()) for sizes in (both, told, true)
    )
    chance = in_told * in_true / max(1, comb(len(rows_), 2))
    return (together - chance) / max(1e-9, (in_told + in_true) / 2 - chance)


def mutants_joined(
    read: Sequence[Row], links: Sequence[Link], *, reports: bool = False
) -> tuple[int, int]:
    """Return how many mutants share a group with another article, and how many there are."""
    return mutants_in(read, groups(links, reports=reports))


def mutants_in(read: Sequence[Row], found: Mapping[ArticleId, str]) -> tuple[int, int]:
    """Do the same with groups."""
    size = Counter(found.values())
    mutants = [row for row in read if row.level == "mutant"]
    return sum(size[found[row.article.id]] > 1 for row in mutants), len(mutants)
