"""Whether more text could make a rule hold that title and summary alone do not.

Asked of feeds whose pages are fetched only `when-near`: a page costs its publisher a request, so
something of the rule must stand in the summary already.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from watcher.core.rules.tree import Tree, holds

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Sequence

    from watcher.core.rules.index import Index, Spelled
    from watcher.core.rules.look import LeafSpec, Look

ENOUGH: Final = 0.5
"""Share of a name's letters that must stand in a text for the name to be there in part."""
_SHORTEST: Final = 3
"""Letters of a word that says something by itself; an initial or a Chinese sign does not."""


class Parts:
    """The names of entities by their words, to find those of which only some words stand there."""

    def __init__(self, index: Index, leaves: Sequence[LeafSpec]) -> None:
        self._leaf_of: list[int] = []
        self._names: defaultdict[int, list[tuple[int, float]]] = defaultdict(list)
        for leaf in leaves:
            if leaf.entity is None:
                continue
            for spelled in index.spelled(leaf.number):
                if len(spelled.words) > 1:
                    self._add(leaf, spelled, person=leaf.entity.type == "person")

    def _add(self, leaf: LeafSpec, spelled: Spelled, *, person: bool) -> None:
        letters = sum(map(len, spelled.words))
        for number, word in zip(spelled.numbers, spelled.words, strict=True):
            if len(word) >= _SHORTEST:
                # One name of a person is how papers speak of them; one word of an office's
                # name ("committee") is how they speak of any.
                share = 1.0 if person else len(word) / letters
                self._names[number].append((len(self._leaf_of), share))
        self._leaf_of.append(leaf.number)

    def found(self, words: Iterable[int]) -> frozenset[int]:
        """Return the leaves of which a name stands in part; `words` are numbers of the index."""
        shares: defaultdict[int, float] = defaultdict(float)
        for word in words:
            for name, share in self._names.get(word, ()):
                shares[name] += share
        return frozenset(self._leaf_of[name] for name, share in shares.items() if share >= ENOUGH)


def nearly(part: int | Tree, look: Look, fields: Sequence[str], in_part: Container[int]) -> bool:
    """Tell whether something of a part stands in the fields, and nothing that excludes it.

    A leaf is near when it is found, when its name stands there in part (`in_part`), or when an
    ambiguous name lacks only its context.
    """
    if isinstance(part, Tree):
        inner = (*part.all, *part.any)
        return not _is_shut(part, look, fields) and any(
            nearly(other, look, fields, in_part) for other in inner
        )
    return part in in_part or bool(look.spots(part, fields)) or look.lacks_context(part, fields)


def _stays(part: int | Tree) -> bool:
    """Tell whether a part that holds goes on to hold whatever words come: it excludes nothing."""
    if not isinstance(part, Tree):
        return True
    return not part.none and all(map(_stays, (*part.all, *part.any)))


def _is_shut(part: int | Tree, look: Look, fields: Sequence[str]) -> bool:
    """Tell whether no further words can make a part hold: what it excludes stands there."""
    if not isinstance(part, Tree):
        return False
    if any(_stays(other) and holds(other, look, fields) is not None for other in part.none):
        return True
    if any(_is_shut(other, look, fields) for other in part.all):
        return True
    return bool(part.any) and all(_is_shut(other, look, fields) for other in part.any)
