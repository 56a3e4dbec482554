"""Rules compiled for matching: find them in an article, and explain a hit and a miss."""

from __future__ import annotations

import gc
import re
import unicodedata
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

import regex

from watcher.core.model import Explanation, Group, Hit, Rule, Term, TermKind
from watcher.core.rules.evidence import is_patronymic
from watcher.core.rules.explain import explanation
from watcher.core.rules.glance import Glance
from watcher.core.rules.index import Forms, Index, Pattern, Role
from watcher.core.rules.look import LeafSpec, Look
from watcher.core.rules.nearly import Parts, nearly
from watcher.core.rules.sources import obstacle
from watcher.core.rules.tree import Tree, can_spare, evaluate, might_hold, needs_a_hit
from watcher.core.text import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date

    from watcher.core.model import Article, Entity
    from watcher.core.rules.spoken import Tongue

_DOTTED = re.compile(r"(?:[^\W\d_]\.){2,6}")
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"})
_TURKIC = re.compile("[ışğİñńçéêıūқ]")
_SHORTEST_FAMILY_NAME = 5
_WITH_PATRONYMIC = 3
"""Words of a full name: given name, father's name, family name."""
_INITIAL = re.compile("[A-ZÀ-ÞĀ-ſЀ-ЯҐ-Ӻ]")
_GIVEN_OR_FAMILY = re.compile(r"[A-ZÀ-ÞĀ-ſЀ-ЯҐ-Ӻ][^\W\d_A-ZÀ-ÞЀ-Я]{2,}")
_DIGRAPH = re.compile("^(?:Sh|Zh|Ch|Kh|Gh|Ts|Ya|Yu|Ye|Dz|Sch|Tsch|Dsch)")
_ACRONYM = re.compile(r"[^\W\d_]{2,6}")


class RuleBook:
    """Compiled rules. Made by `compile_rules` and `compile_terms`; never changes."""

    def __init__(
        self, rules: Sequence[Rule], entities: Sequence[Entity], tongue: Tongue | None = None
    ) -> None:
        self.rules = tuple(rules)
        self._tongue = tongue
        self._entities = {entity.id: entity for entity in entities}
        self._index = Index()
        self._leaves: list[LeafSpec] = []
        self._numbers: dict[Term, int] = {}
        self._trees = tuple(self._tree(rule.find) for rule in self.rules)
        self._places = {rule.name: at for at, rule in enumerate(self.rules)}
        self._glance = Glance(self._index)
        self._fields = tuple(dict.fromkeys(name for rule in rules for name in rule.search_in))
        self._of_leaf: dict[int, list[int]] = {}
        self._always: set[int] = set()
        self._with_regex: list[int] = []
        for at, tree in enumerate(self._trees):
            if not needs_a_hit(tree, self._leaves):
                self._always.add(at)
                continue
            for leaf in tree.leaves():
                self._of_leaf.setdefault(leaf, []).append(at)
            if any(self._leaves[leaf].regex for leaf in tree.leaves()):
                self._with_regex.append(at)

    def match(self, article: Article, *, today: date | None = None) -> tuple[Hit, ...]:
        """Return the rules that hold for the article, in the order of the rules.

        Every match is given with offsets into the field as it came, in reading order. With
        `today`, rules outside their active dates are left out.
        """
        look = Look(self._glance, self._leaves, article)
        # Most texts hold no word of the list, and most others not all that a rule asks for: that
        # is known before they are read.
        possible = look.possible(self._fields)
        near = self._of_leaves(possible) | self._always
        near = {at for at in near if might_hold(self._trees[at], possible, self._leaves)}
        if not near:
            return ()
        near &= self._of_leaves(look.named(self._fields)) | self._always
        return tuple(hit for at in sorted(near) if (hit := self._hit(at, look, today)) is not None)

    def _of_leaves(self, leaves: Iterable[int]) -> set[int]:
        """Return the rules that have one of the leaves."""
        return {at for leaf in leaves for at in self._of_leaf.get(leaf, ())}

    @cached_property
    def _parts(self) -> Parts:
        return Parts(self._index, self._leaves)

    def _hit(self, at: int, look: Look, today: date | None) -> Hit | None:
        rule = self.rules[at]
        if obstacle(rule, look.article, today, self._tongue):
            return None
        spots = evaluate(self._trees[at], look, rule.search_in)
        if spots is None:
            return None
        order = {name: place for place, name in enumerate(rule.search_in)}
        matches = dict.fromkeys(spot.match for spot in spots)
        return Hit(
            rule=rule.name,
            matches=tuple(sorted(matches, key=lambda m: (order[m.field], m.start, m.end))),
        )

    def hinges(self, article: Article, hit: Hit) -> frozenset[str]:
        """Return the spellings without any one of which the rule would not hold for the article.

        Only of those that the rule could do without: of a rule with one word, or of an `all`,
        every word is needed anyway, and to say so would say nothing.
        """
        look = Look(self._glance, self._leaves, article)
        at = self._places[hit.rule]
        tree, fields = self._trees[at], self.rules[at].search_in
        by_text = {
            (self._leaves[n].term.text, spelled): n
            for n in dict.fromkeys(tree.leaves())
            for spelled in self._spellings(n)
        }
        found = {(match.term, match.alias) for match in hit.matches}
        return frozenset(
            alias
            for term, alias in found
            if (number := by_text.get((term, alias))) is not None
            and (len(self._spellings(number)) > 1 or can_spare(tree, number))
            and evaluate(tree, look.without(number, alias), fields) is None
        )

    def _spellings(self, leaf: int) -> frozenset[str]:
        """Return the spellings of a leaf as matches name them."""
        names = self._index.spelled(leaf)
        return frozenset(name.pattern.alias or name.pattern.text for name in names)

    @property
    def leaves(self) -> Sequence[LeafSpec]:
        """All leaves of all rules, by their numbers."""
        return self._leaves

    @property
    def index(self) -> Index:
        """The table of all spellings."""
        return self._index

    def rules_of(self, leaf: int) -> tuple[int, ...]:
        """Return the places of the rules that have a leaf."""
        return tuple(at for at, tree in enumerate(self._trees) if leaf in tree.leaves())

    def listens(self, leaf: int, article: Article) -> bool:
        """Tell whether a rule with the leaf looks at the article: its language, its outlet."""
        rules = (self.rules[at] for at in self._of_leaf.get(leaf, self.rules_of(leaf)))
        return any(not obstacle(rule, article, None, self._tongue) for rule in rules)

    def leaves_of(self, rule: int) -> frozenset[int]:
        """Return what a rule looks for, by the numbers of its leaves; not what it excludes."""
        return frozenset(self._trees[rule].wanted())

    def look(self, article: Article) -> Look:
        """Return the article as the rules see it."""
        return Look(self._glance, self._leaves, article)

    def needs_page(self, article: Article, *, today: date | None = None) -> bool:
        """Tell whether the whole text could make a rule hold that holds not yet, but nearly.

        Never for a rule that holds already, or that does not search the text; see `nearly`.
        """
        look = Look(self._glance, self._leaves, article)
        words = look.words(self._fields).values()
        in_part = self._parts.found({number for numbers in words for number in numbers})
        # What a regular expression finds is not in the index.
        candidates = {*self._always, *self._with_regex}
        candidates |= self._of_leaves(look.named(self._fields) | in_part)
        return any(
            "text" in (fields := self.rules[at].search_in)
            and not obstacle(self.rules[at], article, today, self._tongue)
            and evaluate(self._trees[at], look, fields) is None
            and nearly(self._trees[at], look, fields, in_part)
            for at in candidates
        )

    def forget(self) -> None:
        """Drop what is remembered of words met before; only the speed depends on it."""
        self._glance.forget()
        self._index.known.clear()

    def explain(self, article: Article, *, today: date | None = None) -> tuple[Explanation, ...]:
        """Return for every rule whether it holds, each leaf with what is nearest to it, and why.

        With `today`, a rule outside its active dates does not hold. Looks at every leaf of every
        rule: for a person who asks, not for the stream of articles.
        """
        look = Look(self._glance, self._leaves, article)
        return tuple(
            explanation(
                rule, tree, look, self._leaves, obstacle(rule, article, today, self._tongue)
            )
            for rule, tree in zip(self.rules, self._trees, strict=True)
        )

    # --- compiling

    def _tree(self, find: Term | Group) -> Tree:
        if isinstance(find, Term):
            return Tree(any=(self._leaf(find),))
        return Tree(
            any=tuple(map(self._part, find.any)),
            all=tuple(map(self._part, find.all)),
            none=tuple(map(self._part, find.none)),
            near=find.near,
        )

    def _part(self, part: Term | Group) -> int | Tree:
        return self._leaf(part) if isinstance(part, Term) else self._tree(part)

    def _leaf(self, term: Term) -> int:
        if term in self._numbers:
            return self._numbers[term]
        number = self._numbers[term] = len(self._leaves)
        entity = self._entities[term.text] if term.kind is TermKind.ENTITY else None
        self._leaves.append(
            LeafSpec(
                number,
                term,
                entity,
                regex.compile(term.text) if term.kind is TermKind.REGEX else None,
                tuple(fold(text).text for text in entity.not_inside) if entity else (),
            )
        )
        for pattern in _patterns(number, term, entity):
            self._index.add(pattern)
        return number


def _acronym(text: str) -> str:
    """Return the acronym that the text is, without its full stops (U.N.); "" if it is none."""
    bare = text.replace(".", "") if _DOTTED.fullmatch(text) else text
    return bare if bare.isupper() and _ACRONYM.fullmatch(bare) else ""


def _turned_around(text: str) -> str:
    """Return what may be a person's name with the family name first; "" if it is none.

    Nobody has said that it is a person, so both words must have a capital, in the text too:
    "the bank west of the river" is not the West Bank.
    """
    parts = text.split()
    if len(parts) != _WITH_PATRONYMIC - 1 or not all(map(_GIVEN_OR_FAMILY.fullmatch, parts)):
        return ""
    return " ".join(reversed(parts))


def _spelled_out(text: str, language: str) -> str:
    """Return a German spelling as keyboards without ä, ö and ü write it (Mueller); "" if none."""
    if language not in ("", "de") or not text.isprintable() or _TURKIC.search(text):
        return ""
    written = unicodedata.normalize("NFC", text).translate(_UMLAUTS)
    return written if written != text else ""


def _patterns(number: int, term: Term, entity: Entity | None) -> Iterator[Pattern]:
    """Yield the spellings of a leaf."""
    if entity is not None:
        yield from _entity_patterns(number, entity)
        return
    spelled_out = _spelled_out(term.text, "")
    match term.kind:
        case TermKind.WORD if acronym := _acronym(term.text):
            yield Pattern(leaf=number, text=acronym, forms=Forms.ACRONYM, cased=True)
        case TermKind.WORD | TermKind.FUZZY:
            fuzzy = term.kind is TermKind.FUZZY
            yield Pattern(leaf=number, text=term.text, fuzzy=fuzzy)
            if turned := _turned_around(term.text):
                yield Pattern(leaf=number, text=turned, alias=term.text, capital=True)
            if spelled_out:
                yield Pattern(leaf=number, text=spelled_out, alias=term.text)
        case TermKind.PHRASE:
            yield Pattern(leaf=number, text=term.text, forms=Forms.PLAIN)
        case TermKind.EXACT:
            yield Pattern(leaf=number, text=term.text, forms=Forms.PLAIN, cased=True)
        case TermKind.REGEX | TermKind.ENTITY:
            pass


def _entity_patterns(number: int, entity: Entity) -> Iterator[Pattern]:
    for alias in entity.aliases:
        acronym = _acronym(alias.text)
        forms = Forms.PLAIN if alias.exact else Forms.ACRONYM if acronym else Forms.INFLECTED
        pattern = Pattern(
            leaf=number,
            text=acronym or alias.text,
            forms=forms,
            cased=alias.case or bool(acronym),
            ctx=alias.ctx,
            fuzzy=alias.fuzzy,
            language=alias.language,
            of=alias,
        )
        yield pattern
        if not alias.exact and (spelled_out := _spelled_out(alias.text, alias.language)):
            yield replace(pattern, text=spelled_out, alias=alias.text)
        if entity.type == "person" and not alias.exact:
            yield from _of_a_person(pattern)
        for text in alias.not_with:
            yield Pattern(leaf=number, text=text, role=Role.GUARD, of=alias)
    for text in entity.context:
        yield Pattern(leaf=number, text=text, role=Role.CONTEXT, forms=Forms.OPEN)
    for text in entity.not_with:
        yield Pattern(leaf=number, text=text, role=Role.GUARD)


def _of_a_person(pattern: Pattern) -> Iterator[Pattern]:
    """Yield the other ways to write a name of two words: turned around, and with an initial.

    Registers and Kazakh papers write the family name first (Билаш Серикжан). An initial is
    shared by many, so it counts only beside a context word or the full name (ctx); with the
    first letter lower it is something else: "с. Билаш" is a village.
    """
    parts = pattern.text.split()
    if len(parts) == _WITH_PATRONYMIC:
        if is_patronymic(fold(parts[1]).text):
            yield replace(pattern, text=" ".join((parts[2], *parts[:2])), alias=pattern.text)
        return
    if len(parts) != _WITH_PATRONYMIC - 1:
        return
    given, family = parts
    yield replace(pattern, text=f"{family} {given}", alias=pattern.text)
    if len(family) >= _SHORTEST_FAMILY_NAME and _INITIAL.match(given):
        initials = {given[0], *_DIGRAPH.findall(given)}
        yield replace(
            pattern,
            text=family,
            alias=pattern.text,
            ctx=True,
            initials=tuple(sorted(fold(initial).text for initial in initials)),
        )


def compile_rules(
    rules: Sequence[Rule], entities: Sequence[Entity], *, tongue: Tongue | None = None
) -> RuleBook:
    """Compile rules for matching. `tongue` guesses languages that no feed and no letters tell.

    Raises KeyError for a term that names an unknown entity, regex.error for a regular
    expression that can't be read: the configuration has been checked for both before.
    """
    with _nothing_is_garbage():
        return RuleBook(rules, entities, tongue)


@contextmanager
def _nothing_is_garbage() -> Iterator[None]:
    """Keep Python from looking for garbage among some 100,000 values that are all kept.

    That took a third of the time. Frozen and let go, they count as old, and the next look at what
    is new does not begin with all of them.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            if not gc.get_freeze_count():  # else the program keeps something frozen
                gc.freeze()
                gc.unfreeze()
            gc.enable()


def compile_terms(terms: Sequence[Term], entities: Sequence[Entity]) -> RuleBook:
    """Compile one rule per term, named like the term's text; for questions without a rules file."""
    return RuleBook([Rule(name=term.text, find=term) for term in terms], entities)
