"""How often `rules suggest` finds a spelling that was taken out of a pack: leave one alias out.

    python benchmarks/suggest.py [--pack xinjiang] [--texts ../shared/data] [--every 4] [--show]

Each alias that occurs in the texts (labelled cases, items of real feeds, syndicated stories) is
hidden in turn. Where the pack then misses words that it found before, the hidden spelling, or a
form of it, should be among the first ten suggestions: of all, and of those for its entity.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from watcher import config
from watcher.core.errors import FeedError
from watcher.core.model import Article, ArticleId, Entity, Match, Rule, Term, TermKind
from watcher.core.rules import compile_rules
from watcher.core.rules.look import FIELDS
from watcher.core.rules.suggest import Suggester, Suggestion
from watcher.core.text import fold
from watcher.feeds import Reader

FIRST = 10
ENDING = 4


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


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--pack", default="xinjiang")
    parser.add_argument("--texts", type=Path, default=Path("../shared/data"))
    parser.add_argument("--every", type=int, default=1, help="hide only every n-th spelling")
    parser.add_argument("--show", action="store_true")
    args = parser.parse_args()
    entities = list(config.load_pack(args.pack))
    book = compile_rules(rules_for(entities), entities)
    texts = [*labelled(args.texts), *asyncio.run(from_feeds(args.texts)), *syndicated(args.texts)]

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
    if args.show:
        for one in suggester.suggestions(30):
            print(f"    {one.score:.2f} {one.line} ({one.kinship}) {one.sentence[:90]!r}")
    results = [
        leave_out(entities, telling, *key, places, show=args.show)
        for key, places in list(met.items())[:: args.every]
    ]
    for name, at in (("all", 0), ("of its entity", 1)):
        ranks = [ranks[at] for ranks in results if ranks is not None]
        good = sum(rank is not None and rank <= FIRST for rank in ranks)
        print(f"first ten of {name}: {good} of {len(ranks)} = {good / len(ranks):.1%}")
    print(f"{time.process_time() - began:.1f} s CPU")


def overlap(one: Match, other: Match) -> bool:
    return one.field == other.field and one.start < other.end and other.start < one.end


def leave_out(
    entities: Sequence[Entity],
    texts: Sequence[Article],
    owner: str,
    alias: str,
    places: Mapping[str, set[Match]],
    *,
    show: bool,
) -> tuple[int | None, int | None] | None:
    """Return the rank of a hidden spelling, among all and for its entity; None: nothing missed."""
    fewer = without(entities, owner, alias)
    book = compile_rules(rules_for(fewer), fewer)
    suggester = Suggester(book)
    wanted: set[str] = set()
    for article in texts:
        suggester.look_at(article)
        if article.id in places:
            now = [
                match for hit in book.match(article) if hit.rule == owner for match in hit.matches
            ]
            wanted |= {
                fold(was.text).text
                for was in places[article.id]
                if not any(overlap(was, one) for one in now)
            }
    if not wanted:
        return None
    wanted.add(fold(alias).text)
    found = suggester.suggestions(500)
    rank = next((n for n, one in enumerate(found, 1) if is_it(one, wanted)), None)
    own = [one for one in found if one.entity == owner]
    rank_own = next((n for n, one in enumerate(own, 1) if is_it(one, wanted)), None)
    if show:
        print(f"{rank} {rank_own} {owner}: {alias}")
    return rank, rank_own


if __name__ == "__main__":
    main()
