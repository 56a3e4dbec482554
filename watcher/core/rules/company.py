"""What stands in an article beside a near miss and speaks for it: the name's own company."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Final

from watcher.core.rules.alike import Kinship
from watcher.core.rules.kin import LONG_ACRONYM
from watcher.core.rules.look import FIELDS
from watcher.core.rules.sounds import sounds

if TYPE_CHECKING:
    from watcher.core.rules.book import RuleBook
    from watcher.core.rules.kin import Near
    from watcher.core.rules.look import Look, Page

_WHOLE: Final = 0.5
"""What a name of several words says for itself: the one word stands beside the other."""
ALONE_SOUND: Final = 0.3
"""What an article without any company says for a name of some length in other letters."""
LONG: Final = 6
"""Sounds, or letters, from which on a name is no short one."""


class Company:
    """What else of the watch list stands in an article."""

    def __init__(self, book: RuleBook, look: Look, watched: set[int]) -> None:
        self._book = book
        self._look = look
        self._watched = watched

    @cached_property
    def _found(self) -> dict[int, str]:
        """The leaves that match, each with the words of one match."""
        found = {}
        for leaf in sorted(self._look.named(FIELDS)):
            spots = self._look.spots(leaf, FIELDS)
            if spots:
                found[leaf] = spots[0].match.text
        return found

    def forbids(self, leaf: int) -> bool:
        """Tell whether words stand there that speak against the leaf (`not_with`)."""
        return any(page.guards.get(leaf) for page in map(self._look.page, FIELDS))

    def of(self, near: Near, where: Page, mates: frozenset[int]) -> tuple[float, tuple[str, ...]]:
        """Return how much speaks for a near miss (0 to 1), and the words that do."""
        leaf = near.name.leaf
        own = [self._found[leaf]] if leaf in self._found else []
        own += [
            page.scan.source[slice(*page.scan.span(found.first, found.last))]
            for page in map(self._look.page, FIELDS)
            for found in page.contexts.get(leaf, ())
            if page is not where or found.last <= near.first or near.last <= found.first
        ]
        if own:
            return 1.0, tuple(dict.fromkeys(own))[:3]
        beside = [words for other, words in self._found.items() if other in mates]
        if beside:
            return 0.8, tuple(beside[:3])
        others = [
            words
            for other, words in self._found.items()
            if other != leaf and self._book.leaves[other].entity is not None
        ]
        if others:
            return 0.7, tuple(others[:3])
        if _is_whole(near):
            return _WHOLE, ()
        return (ALONE_SOUND if _is_clear(near, where) else 0.0), ()


def _is_clear(near: Near, where: Page) -> bool:
    """Tell whether a name of some length stands there in other letters: that is no chance.

    Nor are the first letters of four words.
    """
    word = where.scan.tokens[near.first].text
    if near.kinship is Kinship.ACRONYM:
        return len(word) >= LONG_ACRONYM
    if near.kinship is Kinship.ENDING:
        word = word[: near.stem]
    elif near.kinship is not Kinship.SOUND:
        return False
    whole = near.last == near.first + 1 and not near.name.ctx
    return whole and len(sounds(word)[0]) >= LONG


def _is_whole(near: Near) -> bool:
    """Tell whether all words of a name of several stand there, or what sounds like them."""
    kinds = (Kinship.SOUND, Kinship.LETTER, Kinship.ENDING)
    return len(near.name.words) > 1 and near.kinship in kinds
