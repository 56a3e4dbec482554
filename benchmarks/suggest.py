"""How often `rules suggest` finds a spelling that was taken out of a pack: leave one alias out.

    python benchmarks/suggest.py [--pack xinjiang] [--texts ../shared/data] [--every 4] [--show]

Each alias that occurs in the texts (labelled cases, items of real feeds, syndicated stories) is
hidden in turn. Where the pack then misses words that it found before, the hidden spelling, or a
form of it, should be among the first ten suggestions: of all, and of those for its entity. Words
that another spelling names too, which only its conditions keep out, are not missed: the list knows
them. Most labelled cases are one sentence, in which a name has no company; so what is found is
also told by the number of texts that hold the hidden spelling. At the end, what is suggested with
nothing hidden, from feeds and stories alone: how many, for a reader to judge (--show).
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import json
import os
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from copy import deepcopy
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from watcher import config
from watcher.core.errors import FeedError
from watcher.core.model import Article, ArticleId, Entity, Match, Rule, Term, TermKind
from watcher.core.rules import RuleBook, compile_rules
from watcher.core.rules.look import FIELDS
from watcher.core.rules.suggest import Suggester, Suggestion
from watcher.core.text import fold
from watcher.feeds import Reader

Met = tuple[tuple[str, str], Mapping[str, set[Match]]]
"""An entity and a spelling of it, and where that was found, by article."""

FIRST = 10
ENDING = 4
MANY = 5


def labelled(folder: Path) -> Iterator[Article]:
    for line in (folder / "rules" / "cases.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        yield Article(id=ArticleId(row["id"]), title=row["text"], language=row.get("lang"))


async def from_feeds(folder: Path) -> list[Article]:
    found = []
    async with Reader() as reader:
        for file in sorted((folder / "feeds" / "real_feeds").iterdir()):
            try:
                document = await reader.read(
                    file.read_bytes(), url="http://feed.example/", content_type=None
                )
            except FeedError:
                continue
            found += [
                Article(
                    id=ArticleId(f"{file.name}-{number}"),
                    title=entry.title,
                    summary=entry.summary,
                    text=entry.text,
                    language=entry.language or document.language,
                )
                for number, entry in enumerate(document.entries)
            ]
    return found


def syndicated(folder: Path) -> Iterator[Article]:
    with gzip.open(folder / "stories" / "synd.jsonl.gz", "rt", encoding="utf-8") as file:
        for line in file:
            row = json.loads(line)
            yield Article(
                id=ArticleId(row["id"]),
                title=row["title"],
                summary=row.get("summary") or "",
                language=row.get("lang"),
            )


def rules_for(entities: Sequence[Entity]) -> list[Rule]:
    return [
        Rule(name=entity.id, find=Term(text=entity.id, kind=TermKind.ENTITY)) for entity in entities
    ]


def without(entities: Sequence[Entity], owner: str, text: str) -> list[Entity]:
    """Hide a spelling: in every language that lists the same letters."""
    hidden = fold(text).text
    return [
        entity
        if entity.id != owner
        else replace(
            entity, aliases=tuple(a for a in entity.aliases if fold(a.text).text != hidden)
        )
        for entity in entities
    ]


def is_it(suggestion: Suggestion, wanted: set[str]) -> bool:
    """Tell whether it is the hidden spelling as it stood in a text, or that without an ending."""
    words = fold(suggestion.words).text
    return any(word.startswith(words) and len(word) - len(words) <= ENDING for word in wanted)


@dataclass(frozen=True, slots=True)
class Rank:
    """The place of a hidden spelling among all suggestions, and among those for its entity.

    `texts` is the number of texts in which it was missed; 0: none.
    """

    owner: str
    alias: str
    texts: int
    of_all: int | None = None
    of_its_entity: int | None = None


def share(name: str, ranks: Sequence[int | None]) -> str:
    good = sum(rank is not None and rank <= FIRST for rank in ranks)
    return f"{name}: {good} of {len(ranks)} = {good / max(len(ranks), 1):.1%}"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--pack", default="xinjiang")
    parser.add_argument("--texts", type=Path, default=Path("../shared/data"))
    parser.add_argument("--every", type=int, default=1, help="hide only every n-th spelling")
    parser.add_argument("--show", action="store_true")
    args = parser.parse_args()
    entities = list(config.load_pack(args.pack))
    book = compile_rules(rules_for(entities), entities)
    news = [*asyncio.run(from_feeds(args.texts)), *syndicated(args.texts)]
    texts = [*labelled(args.texts), *news]

    began = time.process_time()
    suggester = Suggester(book)
    # Only these can say anything, whatever is hidden: the others hold no name and nothing near one.
    telling: list[Article] = []
    met: dict[tuple[str, str], dict[str, set[Match]]] = {}
    for article in texts:
        near = suggester.look_at(article)
        look = book.look(article)
        if near or look.named(FIELDS) or any(look.page(name).contexts for name in FIELDS):
            telling.append(article)
        for hit in book.match(article):
            for match in hit.matches:
                places = met.setdefault((hit.rule, match.alias), {})
                places.setdefault(article.id, set()).add(match)
    print(
        f"{len(texts)} texts, {len(telling)} of them tell; {time.process_time() - began:.1f} s CPU"
    )
    owners: dict[str, list[Met]] = {}
    for key, places in list(met.items())[:: args.every]:
        owners.setdefault(key[0], []).append((key, places))
    hide = partial(leave_out, entities, telling)
    with ProcessPoolExecutor(os.cpu_count()) as workers:
        by_size = sorted(owners.items(), key=lambda item: -len(item[1]))
        ranks = [rank for found in workers.map(hide, by_size) for rank in found]
    missed = [rank for rank in ranks if rank.texts]
    if args.show:
        for rank in missed:
            print(f"{rank.of_all} {rank.of_its_entity} {rank.owner}: {rank.alias} ({rank.texts})")
    print(share("first ten of all", [rank.of_all for rank in missed]))
    print(share("first ten of its entity", [rank.of_its_entity for rank in missed]))
    for name, least, most in (
        ("one text", 1, 1),
        ("two to four", 2, 4),
        ("five or more", 5, 10**6),
    ):
        some = [rank.of_its_entity for rank in missed if least <= rank.texts <= most]
        print(share(f"    in {name}", some))
    ordinary(book, news, show=args.show)


def ordinary(book: RuleBook, news: Sequence[Article], *, show: bool) -> None:
    """Print what is suggested with nothing hidden: the first ten of each entity."""
    suggester = Suggester(book)
    for article in news:
        suggester.look_at(article)
    first: dict[str | None, list[Suggestion]] = {}
    for one in suggester.suggestions(10_000):
        first.setdefault(one.entity, []).append(one)
    shown = [one for found in first.values() for one in found[:FIRST]]
    kinds = Counter("beside its company" if one.articles else "alone" for one in shown)
    print(f"nothing hidden, {len(news)} texts: {len(shown)} suggestions, {dict(kinds)}")
    if show:
        for one in shown:
            seen = f"{one.articles}+{one.elsewhere}"
            print(f"  {one.score:.3f} {one.line} ({one.kinship}, {seen}) {one.sentence[:80]!r}")


def overlap(one: Match, other: Match) -> bool:
    return one.field == other.field and one.start < other.end and other.start < one.end


def leave_out(
    entities: Sequence[Entity], texts: Sequence[Article], mine: tuple[str, Sequence[Met]]
) -> list[Rank]:
    """Return the ranks of the hidden spellings of one entity.

    A text with neither a name nor a word of it, nor anything near one, says the same whichever
    of its spellings is hidden: it is looked at once.
    """
    owner, met = mine
    book = compile_rules(rules_for(entities), entities)
    leaf = next(leaf for leaf in book.leaves if leaf.entity and leaf.entity.id == owner)
    probe, others = Suggester(book), Suggester(book)
    touched = []
    for article in texts:
        probe.look_at(article)
        look = book.look(article)
        pages = [look.page(name) for name in FIELDS]
        near = any(number == leaf.number for number, _ in probe._seen)  # noqa: SLF001
        probe._seen.clear()  # noqa: SLF001
        if near or any(leaf.number in (*p.names, *p.contexts, *p.guards) for p in pages):
            touched.append(article)
        else:
            others.look_at(article)
    return [hidden(entities, others, touched, key, places) for key, places in met]


def hidden(
    entities: Sequence[Entity],
    others: Suggester,
    texts: Sequence[Article],
    key: tuple[str, str],
    places: Mapping[str, set[Match]],
) -> Rank:
    """Return the rank of one hidden spelling; `others` has seen the texts that are not given."""
    owner, alias = key
    fewer = without(entities, owner, alias)
    book = compile_rules(rules_for(fewer), fewer)
    suggester = Suggester(book)
    suggester._seen = deepcopy(others._seen)  # noqa: SLF001
    suggester._vocabulary = deepcopy(others._vocabulary)  # noqa: SLF001
    wanted: set[str] = set()
    missed = 0
    for article in texts:
        suggester.look_at(article)
        if article.id in places:
            words = set(still_missed(book, owner, article, places[article.id]))
            wanted |= words
            missed += bool(words)
    if not wanted:
        return Rank(owner, alias, 0)
    wanted.add(fold(alias).text)
    found = suggester.suggestions(10_000)
    rank = next((n for n, one in enumerate(found, 1) if is_it(one, wanted)), None)
    own = [one for one in found if one.entity == owner]
    rank_own = next((n for n, one in enumerate(own, 1) if is_it(one, wanted)), None)
    return Rank(owner, alias, missed, rank, rank_own)


def still_missed(
    book: RuleBook, owner: str, article: Article, places: Iterable[Match]
) -> Iterator[str]:
    """Yield the folded words that the rule found before and that no spelling of it names now."""
    now = [match for hit in book.match(article) if hit.rule == owner for match in hit.matches]
    look = book.look(article)
    leaf = next(leaf for leaf in book.leaves if leaf.entity and leaf.entity.id == owner)
    refused = [
        (page.name, *page.scan.span(found.first, found.last))
        for page in map(look.page, FIELDS)
        for found in page.names.get(leaf.number, ())
    ]
    for was in places:
        known = any(
            field == was.field and start <= was.start and was.end <= end
            for field, start, end in refused
        )
        if not known and not any(overlap(was, one) for one in now):
            yield fold(was.text).text


if __name__ == "__main__":
    main()
