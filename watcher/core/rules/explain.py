"""Why a rule holds for an article or not, in words for the person who asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rapidfuzz.distance import OSA

from watcher.core.model import Explanation, Leaf, TermKind
from watcher.core.rules.look import FIELDS, REGEX_SECONDS
from watcher.core.rules.tree import Tree, evaluate, holds

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from watcher.core.model import Rule
    from watcher.core.rules.index import Spelled
    from watcher.core.rules.look import LeafSpec, Look

_SHOWN = 3
"""How many words a sentence names before it says "..."."""


def explanation(
    rule: Rule, tree: Tree, look: Look, leaves: Sequence[LeafSpec], obstacle: str
) -> Explanation:
    """Return every leaf of the rule with its matches or what is nearest, and the first obstacle.

    `obstacle` is what keeps the rule from the article whatever its words; "" if nothing does.
    """
    fields = rule.search_in
    found = evaluate(tree, look, fields) is not None
    if not found and not obstacle:
        obstacle = _missing(tree, look, leaves, fields)
    numbers = dict.fromkeys(tree.leaves())
    return Explanation(
        rule=rule.name,
        holds=found and not obstacle,
        leaves=tuple(_leaf(leaves[number], fields, look) for number in numbers),
        obstacle=obstacle,
    )


def _leaf(leaf: LeafSpec, fields: Sequence[str], look: Look) -> Leaf:
    matches = tuple(spot.match for spot in look.spots(leaf.number, fields))
    return Leaf(
        term=leaf.term.text,
        kind=leaf.term.kind,
        found=bool(matches),
        matches=matches,
        nearest="" if matches else next(_nearest(leaf, fields, look), ""),
    )


def _quoted(words: Sequence[str]) -> str:
    more = ", ..." if len(words) > _SHOWN else ""
    return ", ".join(f'"{word}"' for word in words[:_SHOWN]) + more


# --- a tree that does not hold


def _missing(
    part: int | Tree, look: Look, leaves: Sequence[LeafSpec], fields: Sequence[str]
) -> str:
    """Return the first reason why a part of a rule does not hold."""
    if not isinstance(part, Tree):
        return f'"{leaves[part].term.text}" not found'
    for other in part.none:
        if holds(other, look, fields) is not None:
            return f"{_called(other, leaves)} found, which the rule excludes"
    for other in part.all:
        if holds(other, look, fields) is None:
            return _missing(other, look, leaves, fields)
    if part.any and all(holds(other, look, fields) is None for other in part.any):
        if len(part.any) == 1:
            return _missing(part.any[0], look, leaves, fields)
        return f"none of {_called(part, leaves)} found"
    return f"all found, but not within {part.near} words of one another"


def _called(part: int | Tree, leaves: Sequence[LeafSpec]) -> str:
    numbers = list(part.leaves()) if isinstance(part, Tree) else [part]
    return _quoted([leaves[number].term.text for number in numbers])


# --- the nearest thing to a leaf that was not found


def _nearest(leaf: LeafSpec, fields: Sequence[str], look: Look) -> Iterator[str]:
    """Yield what comes near to the leaf, the most telling first."""
    elsewhere = [name for name in FIELDS if name not in fields and look.spots(leaf.number, (name,))]
    if elsewhere:
        yield f"found in {elsewhere[0]}, which the rule does not search"
    if leaf.term.kind is TermKind.REGEX:
        if leaf.number in look.gave_up:
            yield f"gave up after {REGEX_SECONDS} s: the expression takes too long"
        return
    yield from look.refusals(leaf.number, fields)
    spelled = look.spelled(leaf.number)
    words = look.words(fields)
    yield from _parts(spelled, words)
    yield from _alike(spelled, words)


def _parts(spelled: Sequence[Spelled], words: dict[str, frozenset[int]]) -> Iterator[str]:
    """Yield which words of a name are there: of the spelling that comes nearest."""
    seen = frozenset(number for numbers in words.values() for number in numbers)
    best: tuple[float, str] = (0, "")
    for spelling in spelled:
        words_of = list(zip(spelling.as_written(), spelling.numbers, strict=True))
        there = [word for word, number in words_of if number in seen]
        gone = [word for word, number in words_of if number not in seen]
        if there and not gone and len(there) > 1:
            near = 1.0, f"{' '.join(there)} found, but not as one name"
        elif there and gone:
            share = len(there) / len(spelling.words)
            near = share, f"{' '.join(there)} found, {' '.join(gone)} not"
        elif there and spelling.pattern.cased:
            near = 0.9, f'found, but not written as "{spelling.pattern.text}"'
        else:
            continue
        # Of spellings that are as near, the one that is listed first is the usual one.
        best = near if near[0] > best[0] else best
    if best[1]:
        yield best[1]


def _alike(spelled: Sequence[Spelled], words: dict[str, frozenset[int]]) -> Iterator[str]:
    """Yield a word that only begins like the term, or differs in a letter or two."""
    for spelling in spelled:
        name = spelling.words[-1]
        if len(spelling.words) > 1 or len(name) < 3:
            continue
        for word in words:
            if word != name and word.startswith(name):
                yield f'"{word}" begins like it, but "-{word[len(name) :]}" is no ending of it'
    for spelling in spelled:
        name = spelling.words[0]
        if len(spelling.words) > 1 or len(name) < 5:
            continue
        for word in words:
            if abs(len(word) - len(name)) <= 1 and OSA.distance(word, name, score_cutoff=1) == 1:
                yield f'"{word}" differs from it in one letter'
