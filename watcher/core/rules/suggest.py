"""Spellings that the watch list lacks: words that are nearly a name, seen where the name could be.

A word that merely looks like a name is no news of it: it counts where the name's own company
stands in the same article (another name of it, a word of its context, the other words of its rule,
another entity that is watched). One that is mostly seen elsewhere is a false friend, and sinks.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from math import log2
from typing import TYPE_CHECKING, Final

from watcher.core.model import Term, TermKind
from watcher.core.rules.alike import RARE_READING, Kinship
from watcher.core.rules.bending import script_of
from watcher.core.rules.book import compile_terms
from watcher.core.rules.company import ALONE_SOUND, LONG, Company
from watcher.core.rules.evidence import has_kazakh_letter
from watcher.core.rules.kin import OTHER_KIND, Names, Near
from watcher.core.rules.look import FIELDS
from watcher.core.rules.vocabulary import Vocabulary
from watcher.core.text import fold, is_sign

if TYPE_CHECKING:
    from collections.abc import Iterator

    from watcher.core.model import Article
    from watcher.core.rules.book import RuleBook
    from watcher.core.rules.look import Look, Page

_ENDS: Final = ".!?…。！？؟\n"
_WIDEST: Final = 240
"""Characters of a sentence that are kept."""
_MOST: Final = 50_000
"""Different near misses in memory; beyond it the least supported go."""
_ALONE: Final = 0.05
"""What an article without any company says for a near miss."""
_STRAY: Final = 0.01
"""What a near miss counts that was never seen in any company: it comes after all others."""
_AMBIGUOUS: Final = 0.7
_LONGEST_BEND: Final = 4
_SHORTEST_STEM: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A spelling to add, with the sentence it was seen in.

    `articles` had it beside its company (`beside`), `elsewhere` counts those without. `ctx` says
    that it should count only beside its context, as elsewhere it means something else.
    """

    term: str
    entity: str | None
    rules: tuple[str, ...]
    words: str
    alias: str
    kinship: Kinship
    language: str
    ctx: bool
    articles: int
    elsewhere: int
    beside: tuple[str, ...]
    sentence: str
    article: Article
    score: float

    @property
    def line(self) -> str:
        """The line of rules.yaml: under `entities:`, or in place of the term."""
        words = _quoted(self.words)
        if self.entity is None:
            return f"{{any: [{_quoted(self.term)}, {words}]}}"
        alias = f"[{words}, ctx]" if self.ctx else words
        return f"{self.entity}: {{aliases: {{{self.language}: [{alias}]}}}}"


@dataclass(slots=True)
class _Seen:
    """One near miss so far."""

    near: Near
    words: str
    stem: str
    sentence: str
    article: Article
    beside: tuple[str, ...] = ()
    best: float = 0.0
    weight: float = 0.0
    articles: int = 0
    elsewhere: int = 0
    languages: Counter[str] = field(default_factory=Counter)
    tie: float = 1.0
    """How much closer than chance its words stand to the leaf, of another kind of a name."""

    @property
    def score(self) -> float:
        """How likely it is a name of the leaf: near, in its company, and seldom elsewhere."""
        near = self.near
        if not self.articles:
            return _STRAY * near.near / self.elsewhere if _is_sure(near) else 0.0
        clear = near.kinship is Kinship.SOUND and len(self.words) >= LONG and not near.name.ctx
        alone = (ALONE_SOUND if clear else _ALONE) * self.elsewhere
        share = (self.weight + alone) / (self.articles + self.elsewhere)
        likeness = near.near * (_AMBIGUOUS if near.name.ctx else 1) * self.tie
        return likeness * share * (1 + log2(self.articles) / 8)

    def take(self, other: _Seen) -> None:
        """Count another form of the same word in."""
        self.weight += other.weight
        self.articles += other.articles
        self.elsewhere += other.elsewhere
        self.languages += other.languages
        if other.best > self.best:
            self.best, self.beside = other.best, other.beside
            self.sentence, self.article = other.sentence, other.article


class Suggester:
    """Looks at articles one by one, and says in the end what may be missing."""

    def __init__(self, book: RuleBook) -> None:
        self._book = book
        self._leaves = [
            leaf
            for leaf in book.leaves
            if leaf.regex is None and leaf.term.kind not in (TermKind.EXACT, TermKind.PHRASE)
        ]
        self._watched = {leaf.number for leaf in self._leaves}
        persons = frozenset(
            leaf.number
            for leaf in self._leaves
            if leaf.entity is not None and leaf.entity.type == "person"
        )
        self._names = Names(book.index, sorted(self._watched), persons)
        self._mates = {
            leaf.number: frozenset(
                other for rule in book.rules_of(leaf.number) for other in book.leaves_of(rule)
            )
            - {leaf.number}
            for leaf in self._leaves
        }
        self._seen: dict[tuple[int, str], _Seen] = {}
        self._vocabulary = Vocabulary()

    def look_at(self, article: Article) -> bool:
        """Take in what is nearly a name in the article; tell whether anything is."""
        look = self._book.look(article)
        self._vocabulary.take(
            {token.text for name in FIELDS for token in look.page(name).scan.tokens},
            self._present(look),
        )
        found: dict[tuple[int, str], tuple[Page, Near]] = {}
        for page in map(look.page, FIELDS):
            covered = _covered(look, page)
            for near in self._names.find(page.scan, covered):
                if _is_known(page, near):
                    continue
                key = (
                    near.name.leaf,
                    " ".join(t.text for t in page.scan.tokens[near.first : near.last]),
                )
                if key not in found or near.near > found[key][1].near:
                    found[key] = page, near
        if not found:
            return False
        company = Company(self._book, look, self._watched)
        deaf = {
            leaf
            for leaf in {near.name.leaf for _, near in found.values()}
            if not self._book.listens(leaf, article)
        }
        for key, (page, near) in found.items():
            if near.name.leaf not in deaf:
                self._note(key, page, near, company, article)
        if len(self._seen) > _MOST:
            kept = sorted(self._seen.items(), key=lambda item: -item[1].weight)[: _MOST // 2]
            self._seen = dict(kept)
        return True

    def _present(self, look: Look) -> set[int]:
        """Return the leaves of which a name or a word of the context stands in an article."""
        pages = [look.page(name) for name in FIELDS]
        return self._watched.intersection(
            leaf for page in pages for leaf in (*page.names, *page.contexts)
        )

    def _note(
        self, key: tuple[int, str], page: Page, near: Near, company: Company, article: Article
    ) -> None:
        if company.forbids(near.name.leaf):
            return
        weight, beside = company.of(near, page, self._mates[near.name.leaf])
        start, end = page.scan.span(near.first, near.last)
        words = page.scan.source[start:end]
        seen = self._seen.get(key)
        if seen is None:
            seen = self._seen[key] = _Seen(
                near,
                words,
                words[: len(words) - _rest(page, near)],
                _sentence(page.scan.source, start, end),
                replace(article, summary="", text=""),
            )
        if near.near > seen.near.near:
            seen.near = near
        if weight > seen.best:
            seen.best, seen.beside = weight, beside
            seen.sentence = _sentence(page.scan.source, start, end)
            seen.article = replace(article, summary="", text="")
        seen.weight += weight
        seen.articles += weight > 0
        seen.elsewhere += weight == 0
        if article.language:
            seen.languages[article.language.lower().partition("-")[0]] += 1

    # --- what comes of it

    def suggestions(self, limit: int = 10) -> list[Suggestion]:
        """Return at most `limit` spellings to add, the likeliest first."""
        for (leaf, text), seen in self._seen.items():
            if seen.near.near == OTHER_KIND:
                seen.tie = min(self._vocabulary.tie(leaf, word) for word in text.split())
        merged = sorted(self._merged(), key=lambda seen: (-seen.score, seen.words))
        found: list[Suggestion] = []
        told: set[tuple[str, str]] = set()
        for seen in merged:
            if len(found) == limit or not seen.score:
                break
            suggestion = self._suggestion(seen)
            key = suggestion.term, fold(suggestion.words).text
            if key not in told:
                told.add(key)
                found.append(suggestion)
        return found

    def _merged(self) -> Iterator[_Seen]:
        """Yield the near misses, with the forms of one word taken together under the shortest."""
        short: dict[tuple[int, str], _Seen] = {}
        for (leaf, text), seen in sorted(self._seen.items(), key=lambda item: len(item[0][1])):
            if not is_sign(text):
                longest = min(_LONGEST_BEND, len(text) - _SHORTEST_STEM)
                stems = ((leaf, text[:-cut]) for cut in range(1, longest + 1))
                base = next((short[stem] for stem in stems if stem in short), None)
                if base is not None:
                    base.take(seen)
                    continue
            short[leaf, text] = seen
        yield from short.values()

    def _suggestion(self, seen: _Seen) -> Suggestion:
        leaf = self._book.leaves[seen.near.name.leaf]
        entity = leaf.entity
        ambiguous = seen.near.name.ctx or seen.elsewhere > seen.articles
        rules = [self._book.rules[at].name for at in self._book.rules_of(leaf.number)]
        return Suggestion(
            term=leaf.term.text,
            entity=entity.id if entity else None,
            rules=tuple(rules),
            words=self._proposal(seen),
            alias=seen.near.name.text,
            kinship=seen.near.kinship,
            language=_language(seen),
            ctx=bool(entity and entity.context and ambiguous),
            articles=seen.articles,
            elsewhere=seen.elsewhere,
            beside=seen.beside,
            sentence=seen.sentence,
            article=seen.article,
            score=round(seen.score, 4),
        )

    def _proposal(self, seen: _Seen) -> str:
        """Return the word without its ending where that, added, finds the word as it was seen."""
        words = " ".join(seen.words.split())
        if seen.stem in ("", seen.words):
            return words
        book = compile_terms([Term(text=seen.stem)], ())
        probe = replace(seen.article, title=seen.words)
        return " ".join(seen.stem.split()) if book.match(probe) else words


def _is_sure(near: Near) -> bool:
    """Tell whether a near miss says something by itself, without any company.

    Not what is put together from words of a name: every country has a Supreme Court.
    """
    as_many = near.last - near.first <= len(near.name.words)
    usual = near.kinship is Kinship.SOUND and near.near > RARE_READING
    return usual and as_many and not near.name.ctx


def _covered(look: Look, page: Page) -> dict[int, set[int]]:
    """Return the tokens of what matches in a field, with the leaves that do."""
    covered: dict[int, set[int]] = {}
    for leaf in page.names:
        for spot in look.spots(leaf, (page.name,)):
            for at in range(spot.first, spot.last):
                covered.setdefault(at, set()).add(leaf)
    return covered


def _is_known(page: Page, near: Near) -> bool:
    """Tell whether the words are a spelling already, which its conditions keep out."""
    return any(
        found.first <= near.first and near.last <= found.last
        for found in page.names.get(near.name.leaf, ())
    )


def _rest(page: Page, near: Near) -> int:
    """Return how many letters of the last word are an ending that hides the name."""
    if not near.stem:
        return 0
    return len(page.scan.tokens[near.last - 1].text) - near.stem


def _sentence(source: str, start: int, end: int) -> str:
    first = max(source.rfind(sign, 0, start) for sign in _ENDS) + 1
    last = min([at for sign in _ENDS if (at := source.find(sign, end)) >= 0], default=len(source))
    first, last = max(first, start - _WIDEST // 2), min(last + 1, end + _WIDEST // 2)
    return " ".join(source[first:last].split())


_IN_SCRIPT: Final = {
    ("kk", "arabic"): "kk-arab",
    ("kk", "latin"): "kk-latn",
    ("ug", "latin"): "ug-latn",
    ("ug", "cyrillic"): "ug-cyrl",
}
_WRITTEN: Final = {
    script: frozenset(languages.split())
    for script, languages in {
        "latin": "en de fr tr es it pt nl pl cs uz kk ug az id ms",
        "cyrillic": "ru kk ky uk be uz tg mn bg ug",
        "arabic": "ug kk ar fa ur ps",
        "han": "zh",
    }.items()
}
"""Languages that are written in a script."""


def _language(seen: _Seen) -> str:
    """Return the language to file a spelling under: what its articles say, if its script agrees."""
    word = seen.words.split()[0].lower()
    said = [language for language, _ in seen.languages.most_common()]
    script = "han" if is_sign(word) else script_of(word)
    for language in said:
        if script not in _WRITTEN or language in _WRITTEN[script]:
            return _IN_SCRIPT.get((language, script), language)
    if script == "cyrillic":
        return "kk" if has_kazakh_letter(word) else "ru"
    return {"arabic": "ug", "han": "zh", "latin": "en"}.get(script, seen.near.name.language or "en")


_PLAIN: Final = set(" -'’·•")


def _quoted(text: str) -> str:
    """Return a text as YAML takes it in a list: in quotes where it is more than plain words."""
    plain = all(sign.isalnum() or sign in _PLAIN for sign in text) and not text.isdigit()
    if plain and text[:1].isalpha() and text.lower() not in {"no", "yes", "on", "off", "null"}:
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
