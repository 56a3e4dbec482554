"""One event told in several languages, beside a look-alike of it, in across.txt.

"## learned" begins the events that the glossary was tried on while it was made, "## kept" those
written afterwards. "=" begins an event; a line is language, hours after the first report, "other"
for the look-alike, headline, "//", first sentences. Every two lines in two languages are a pair.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import combinations
from pathlib import Path

from watcher.config import load_pack, pack_names
from watcher.core.model import Article, ArticleId, Link, LinkKind, Rule, StoryId, Term, TermKind
from watcher.core.rules import RuleBook, compile_rules
from watcher.core.stories.across import Across, Named, named_in

FILE = Path(__file__).with_suffix(".txt")
NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two articles in two languages: of one event or not."""

    part: str
    event: str
    one: Article
    two: Article
    same: bool


def pairs() -> list[Pair]:
    """Return all pairs in the order of the file."""
    found: list[Pair] = []
    part = event = ""
    told: dict[tuple[str, str], list[tuple[bool, Article]]] = {}
    for number, line in enumerate(filter(None, FILE.read_text(encoding="utf-8").splitlines())):
        mark, _, rest = line.partition(" ")
        if mark == "##":
            part = rest
        elif mark == "=":
            event = rest
        else:
            told.setdefault((part, event), []).append(_article(number, mark, rest))
    for (of, name), articles in told.items():
        for (other, one), (another, two) in combinations(articles, 2):
            same = not (other or another)
            found.append(Pair(part=of, event=name, one=one, two=two, same=same))
    return found


def _article(number: int, language: str, rest: str) -> tuple[bool, Article]:
    hours, _, text = rest.partition(" ")
    other = text.startswith("other ")
    title, _, summary = text.removeprefix("other ").partition(" // ")
    return other, Article(
        id=ArticleId(f"{number:016x}"),
        title=title,
        summary=summary,
        language=language,
        seen=NOON + timedelta(hours=int(hours)),
    )


@cache
def _book() -> tuple[RuleBook, dict[str, str]]:
    entities = {one.id: one for name in pack_names() for one in load_pack(name)}
    rules = [Rule(name=id_, find=Term(text=id_, kind=TermKind.ENTITY)) for id_ in entities]
    return compile_rules(rules, list(entities.values())), {
        id_: one.type for id_, one in entities.items()
    }


def named(article: Article) -> Named:
    """Return the entities of all packs in an article."""
    book, types = _book()
    return named_in(book.match(article), types)


def joined(one: Article, two: Article) -> Link:
    """Return the link of `two` after `one` opened a story."""
    index = Across()
    index.add(one, named(one), new(one))
    return index.place(two, named(two), new(two))


def new(article: Article) -> Link:
    """Return the link of an article that opens a story."""
    return Link(article=article.id, kind=LinkKind.NEW, story=StoryId(article.id))
