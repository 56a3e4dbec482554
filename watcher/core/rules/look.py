"""One article under all rules: where each leaf stands in it, worked out once and when asked."""

from __future__ import annotations

from bisect import bisect_right
from copy import copy
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from watcher.core.model import How, Match, Term
from watcher.core.rules.evidence import languages_of
from watcher.core.rules.index import Differs, Role
from watcher.core.rules.scan import Scan
from watcher.core.rules.spoken import contradicts
from watcher.core.text import fold, is_sign, tokenise

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    import regex

    from watcher.core.model import Article, Entity
    from watcher.core.rules.glance import Glance
    from watcher.core.rules.index import Spelled
    from watcher.core.rules.scan import Found

FIELDS = ("title", "summary", "text")
REGEX_SECONDS = 0.1
"""Longest time that one regular expression may take on one field."""
_NEAR_GUARD = 80
"""How near a `not_with` word must stand to a match within a long text, in half words."""


@dataclass(frozen=True, slots=True)
class LeafSpec:
    """A leaf shared by all rules that have it."""

    number: int
    term: Term
    entity: Entity | None = None
    regex: regex.Pattern[str] | None = None
    not_inside: tuple[str, ...] = ()
    """Folded."""


class Spot(NamedTuple):
    """A match and the words that it covers: tokens first:last of its field (last excluded)."""

    match: Match
    first: int
    last: int


class Page:
    """One field of an article, scanned as far as it is asked."""

    def __init__(self, name: str, scan: Scan) -> None:
        self.name = name
        self.scan = scan

    @property
    def names(self) -> Mapping[int, Sequence[Found]]:
        """Where names stand, by leaf, before any condition."""
        return self._by_role[Role.NAME] if self.scan.leaves else {}

    @property
    def contexts(self) -> Mapping[int, Sequence[Found]]:
        """Where context words stand."""
        return self._by_role[Role.CONTEXT]

    @property
    def guards(self) -> Mapping[int, Sequence[Found]]:
        """Where words stand that speak against a name."""
        return self._by_role[Role.GUARD]

    @cached_property
    def _by_role(self) -> Mapping[Role, Mapping[int, Sequence[Found]]]:
        by_role: dict[Role, dict[int, list[Found]]] = {role: {} for role in Role}
        for found in self.scan.found:
            by_role[found.pattern.role].setdefault(found.pattern.leaf, []).append(found)
        return by_role

    def without(self, leaf: int, alias: str) -> Page:
        """Return the field as if one spelling of a leaf were not known."""
        page = copy(self)
        kept = [found for found in self.names.get(leaf, ()) if alias_of(found) != alias]
        page.__dict__["_by_role"] = {**self._by_role, Role.NAME: {**self.names, leaf: kept}}
        return page

    @cached_property
    def places(self) -> Sequence[int]:
        """The place of each token, in half words."""
        places, place = [], 0
        for token in self.scan.tokens:
            places.append(place)
            place += 1 if is_sign(token.text) else 2
        return places

    def place(self, spot: Spot) -> tuple[int, int]:
        """Return the places of the first and the last word of a match."""
        if not self.places:
            return 0, 0
        return self.places[spot.first], self.places[spot.last - 1]


class Look:
    """An article being looked at. Fields are scanned when first needed, leaves when first asked."""

    def __init__(self, glance: Glance, leaves: Sequence[LeafSpec], article: Article) -> None:
        self.article = article
        self._glance = glance
        self._index = glance.index
        self._leaves = leaves
        self._pages: dict[str, Page] = {}
        self._spots: dict[tuple[int, str], tuple[Spot, ...]] = {}
        self.gave_up: set[int] = set()
        """Leaves whose regular expression ran out of time."""

    def page(self, name: str) -> Page:
        """Return the field, scanned."""
        if name not in self._pages:
            scan = Scan(self._glance, self.article.field_text(name), self.article.language)
            self._pages[name] = Page(name, scan)
        return self._pages[name]

    def without(self, leaf: int, alias: str) -> Look:
        """Return the same article as if one spelling of a leaf were not known."""
        look = Look(self._glance, self._leaves, self.article)
        look._pages = {name: self.page(name).without(leaf, alias) for name in FIELDS}
        return look

    def is_regex(self, number: int) -> bool:
        """Tell whether the leaf is a regular expression, which is dear."""
        return self._leaves[number].regex is not None

    def possible(self, fields: Iterable[str]) -> set[int]:
        """Return leaves among which are all of which a name stands in the fields; often none."""
        return set().union(*(self.page(name).scan.leaves for name in fields))

    def named(self, fields: Iterable[str]) -> set[int]:
        """Return the leaves of which some spelling stands in the fields, before any condition."""
        return {leaf for name in fields for leaf in self.page(name).names}

    def spots(self, number: int, fields: Iterable[str]) -> list[Spot]:
        """Return where the leaf matches in the fields, in reading order."""
        return [spot for name in fields for spot in self._spots_in(number, name)]

    def spelled(self, number: int) -> Sequence[Spelled]:
        """Return the leaf's spellings with their words."""
        return tuple(self._index.spelled(number))

    def words(self, fields: Iterable[str]) -> dict[str, frozenset[int]]:
        """Return the words of the fields, folded, with the words of the list they are forms of."""
        return {
            token.text: frozenset(seen.word for seen in self._index.look_up(token.text))
            for name in fields
            for token in self.page(name).scan.tokens
        }

    def refusals(self, number: int, fields: Iterable[str]) -> Iterator[str]:
        """Yield why spellings that stand in the fields did not count, in plain words."""
        leaf = self._leaves[number]
        if leaf.entity is None:
            return
        for page in map(self.page, fields):
            for found in page.names.get(number, ()):
                start, end = page.scan.span(found.first, found.last)
                why = self._refusal(leaf, page, found)
                yield f'"{page.scan.source[start:end]}" found, but {why}'

    def _refusal(self, leaf: LeafSpec, page: Page, found: Found) -> str:
        language = self._other_language(leaf, found)
        if language:
            return f'in a text in "{language}" it is another word'
        if any(_is_inside(outer, page, found) for outer in _outer(leaf, found)):
            return "inside other words"
        for where, against in self.guards(leaf):
            if self._speaks_against(leaf, page, found, (where, against)):
                return f'"{against.pattern.text}" speaks against it'
        context = leaf.entity.context if leaf.entity else ()
        return f"with none of its context words ({', '.join(context[:5])})"

    def _spots_in(self, number: int, name: str) -> tuple[Spot, ...]:
        key = number, name
        if key not in self._spots:
            leaf, page = self._leaves[number], self.page(name)
            regex = leaf.regex
            found = (
                self._by_name(leaf, page) if regex is None else self._by_regex(leaf, regex, page)
            )
            self._spots[key] = tuple(found)
        return self._spots[key]

    def _by_name(self, leaf: LeafSpec, page: Page) -> Iterator[Spot]:
        spans: dict[tuple[int, int], list[Found]] = {}
        for found in page.names.get(leaf.number, ()):
            spans.setdefault((found.first, found.last), []).append(found)
        meant = {
            span: nearest
            for span, founds in spans.items()
            if (nearest := _nearest(founds)) and self._holds(leaf, page, nearest)
        }
        end = 0
        for first, last in sorted(meant, key=lambda span: (span[0], -span[1])):
            if first >= end:
                end = last
                yield Spot(_match(leaf, page, meant[first, last]), first, last)

    def _holds(self, leaf: LeafSpec, page: Page, found: Found) -> bool:
        """Tell whether the entity's conditions let the spelling count."""
        if leaf.entity is None:
            return True
        if self._is_ruled_out(leaf, page, found):
            return False
        return not found.pattern.ctx or self.has_context(leaf, page, found)

    def _is_ruled_out(self, leaf: LeafSpec, page: Page, found: Found) -> bool:
        """Tell whether the words around the spelling say that something else is meant."""
        return (
            bool(self._other_language(leaf, found))
            or any(_is_inside(outer, page, found) for outer in _outer(leaf, found))
            or any(self._speaks_against(leaf, page, found, other) for other in self.guards(leaf))
        )

    def _other_language(self, leaf: LeafSpec, found: Found) -> str:
        """Return the article's language if the spelling is another word in it; else ""."""
        not_in = leaf.entity.not_languages if leaf.entity else frozenset[str]()
        if found.pattern.of is not None:
            not_in |= found.pattern.of.not_languages
        primary = {language.partition("-")[0] for language in not_in}
        return next(iter(sorted(primary & self._languages)), "") if primary else ""

    @cached_property
    def _languages(self) -> frozenset[str]:
        """The language that the feed says, unless the script belies it; else what words show."""
        article = self.article
        text = f"{article.title}\n{article.summary}"
        said = (article.language or "").lower().replace("_", "-").partition("-")[0]
        if said and not contradicts(said, text):
            return frozenset({said})
        return languages_of(text, (token.text for token in tokenise(fold(text))))

    def lacks_context(self, number: int, fields: Iterable[str]) -> bool:
        """Tell whether an ambiguous name of the leaf stands there and only lacks its context."""
        leaf = self._leaves[number]
        return leaf.entity is not None and any(
            found.pattern.ctx
            and not self._is_ruled_out(leaf, page, found)
            and not self.has_context(leaf, page, found)
            for page in map(self.page, fields)
            for found in page.names.get(number, ())
        )

    def guards(self, leaf: LeafSpec) -> Iterator[tuple[Page, Found]]:
        """Yield where the entity's `not_with` words stand, in any field."""
        for page in map(self.page, FIELDS):
            for found in page.guards.get(leaf.number, ()):
                yield page, found

    def has_context(self, leaf: LeafSpec, page: Page, found: Found) -> bool:
        """Tell whether a context word, or an unambiguous name of the entity, stands elsewhere."""
        for other in map(self.page, FIELDS):
            sure = [name for name in other.names.get(leaf.number, ()) if not name.pattern.ctx]
            for support in (*other.contexts.get(leaf.number, ()), *sure):
                if other is not page or not _overlap(found, support):
                    return True
        return False

    def _speaks_against(
        self, leaf: LeafSpec, page: Page, found: Found, guard: tuple[Page, Found]
    ) -> bool:
        """Tell whether a `not_with` word rules the spelling out.

        One that goes over the spelling itself ("FC Astana") always does. One elsewhere speaks
        only against ambiguous spellings (flagged ctx), or against all of them if the entity
        names no context: "Ankara" must not silence "Xinjiang". One that an alias names itself
        always speaks against that alias. In a long text it must be near.
        """
        where, against = guard
        only = against.pattern.of
        if only is not None and only is not found.pattern.of:
            return False
        if where is page and _overlap(found, against):
            return True
        if only is None and leaf.entity and leaf.entity.context and not found.pattern.ctx:
            return False
        if where.name != "text" or where is not page:
            return where.name != "text"
        gap = (
            page.places[max(found.first, against.first)]
            - page.places[min(found.last, against.last) - 1]
        )
        return gap <= _NEAR_GUARD

    def _by_regex(self, leaf: LeafSpec, form: regex.Pattern[str], page: Page) -> Iterator[Spot]:
        source = page.scan.source
        starts = [page.scan.folded.original(t.start, t.end)[0] for t in page.scan.tokens]
        try:
            for found in form.finditer(source, timeout=REGEX_SECONDS):
                start, end = found.span()
                if start == end:
                    continue
                match = Match(
                    term=leaf.term.text,
                    alias=leaf.term.text,
                    field=page.name,
                    start=start,
                    end=end,
                    text=source[start:end],
                    how=How.REGEX,
                )
                first = max(bisect_right(starts, start) - 1, 0)
                last = max(bisect_right(starts, end - 1), first + 1)
                yield Spot(match, first, last)
        except TimeoutError:
            self.gave_up.add(leaf.number)


def _nearest(founds: Sequence[Found]) -> Found:
    """Return the spelling that is written most like the text; an unambiguous one at a tie.

    So "Ata-Jurt" is judged by the alias "Ata-Jurt" (which needs context), not by "Ata Jurt".
    """
    loose = Differs.JOINED | Differs.RESPELLED | Differs.TYPO
    return min(
        founds,
        key=lambda found: (
            bool(found.differs & loose), found.apart, found.pattern.ctx, found.differs,
        ),
    )  # fmt: skip


def alias_of(found: Found) -> str:
    """Return the spelling that a match names."""
    return found.pattern.alias or found.pattern.text


def _outer(leaf: LeafSpec, found: Found) -> Iterator[str]:
    """Yield the longer words, folded, that only contain the spelling."""
    yield from leaf.not_inside
    if found.pattern.of is not None:
        yield from (fold(text).text for text in found.pattern.of.not_inside)


def _overlap(one: Found, other: Found) -> bool:
    return one.first < other.last and other.first < one.last


def _is_inside(outer: str, page: Page, found: Found) -> bool:
    """Tell whether the match is a part of the folded string `outer`."""
    start, end = page.scan.tokens[found.first].start, page.scan.tokens[found.last - 1].end
    text = page.scan.folded.text
    at = text.find(outer, max(end - len(outer), 0), start + len(outer))
    return 0 <= at <= start


def _how(found: Found, text: str) -> How:
    if found.differs & Differs.TYPO:
        return How.FUZZY
    if found.differs & Differs.BENT:
        return How.INFLECTED
    pattern = found.pattern
    return How.EXACT if text == pattern.text and not pattern.alias else How.FOLDED


def _match(leaf: LeafSpec, page: Page, found: Found) -> Match:
    start, end = page.scan.span(found.first, found.last)
    text = page.scan.source[start:end]
    return Match(
        term=leaf.term.text,
        entity=leaf.entity.id if leaf.entity else None,
        alias=alias_of(found),
        field=page.name,
        start=start,
        end=end,
        text=text,
        how=_how(found, text),
    )
