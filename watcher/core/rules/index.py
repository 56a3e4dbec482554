"""One table of all spellings of all rules.

A word of the watch list is stored by its stems; a word of a text is looked up with each of its
beginnings, and the rest must be one of the stem's endings. Names of several words hang in a trie
below their first one. So the cost of a text grows with its length and its matches, not with the
number of rules. `scan` reads texts with it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntFlag, StrEnum
from itertools import islice, product, takewhile
from typing import TYPE_CHECKING, NamedTuple

from rapidfuzz.distance import OSA

from watcher.core.rules.bending import (
    acronym_bends,
    bends,
    may_be_possessive,
    open_end,
    plain,
    typed_russian_bends,
)
from watcher.core.rules.evidence import language_of_term, spellings, typed_on_russian_keyboard
from watcher.core.rules.friends import is_false_friend
from watcher.core.rules.languages import without_particles
from watcher.core.text import Gap, Token, fold, is_sign, tokenise

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from watcher.core.model import Alias
    from watcher.core.rules.bending import Bend, Endings
_MEMORY = 50_000
_LONGEST_WORD = 100
"""A longer run of letters is no word; looking for its stems would cost the square of its length."""
_SHORTEST_JOINED = 5
_SHORTEST_FUZZY = 6
_SHORTEST_SUBSTITUTION = 8
_MOST_JOINTS = 3
_NAMING = "+#*"
"""Signs that make another name of a letter: C++."""
_START = 4
_UNKNOWN: frozenset[str] = frozenset()


class Role(StrEnum):
    """What a spelling is for."""

    NAME = "name"
    CONTEXT = "context"
    GUARD = "guard"
    """Its presence speaks against the entity (`not_with`)."""


class Forms(StrEnum):
    """Which forms of a word count."""

    INFLECTED = "inflected"
    PLAIN = "plain"
    ACRONYM = "acronym"
    OPEN = "open"
    TYPED_RUSSIAN = "typed on a Russian keyboard"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """One spelling of one leaf, as its author wrote it. `cased`: letters count as written."""

    leaf: int
    text: str
    role: Role = Role.NAME
    forms: Forms = Forms.INFLECTED
    cased: bool = False
    ctx: bool = False
    fuzzy: bool = False
    language: str = ""
    alias: str = ""
    """The spelling to name in a match, when it is not `text` (a name with its parts swapped)."""
    of: Alias | None = None
    """The alias that it spells, or (a guard) that it speaks against; None for the whole entity."""
    initials: tuple[str, ...] = ()
    """Folded; one of them, with a full stop, must stand before it: "S. Bilash"."""
    capital: bool = False
    """The text must write its words with a capital, and not together."""


class Differs(IntFlag):
    """In what the words of a text differ from the spelling that found them."""

    NOT = 0
    BENT = 1
    JOINED = 2
    """Written together or apart in another way."""
    RESPELLED = 4
    TYPO = 8


def both(one: Differs, other: Differs) -> Differs:
    """Return the two together. Mostly one is NOT, and an enum's | takes ten times as long."""
    return one | other if one and other else one or other


class Entry(NamedTuple):
    """A word of the list by one of its stems; `endings` and `whole` as in `Bend`."""

    word: int
    endings: tuple[Endings, ...]
    whole: bool


class Seen(NamedTuple):
    """A word of the list recognised in a word of a text."""

    word: int
    language: str | None
    differs: Differs


class Between(NamedTuple):
    """What stands before a word of a spelling: its kind and, stripped, itself."""

    gap: Gap
    text: str


class End(NamedTuple):
    """A spelling ends here in the trie; `gaps` stand between its words.

    `signs` must stand right before and after it: around a single letter, as in "C++" and "C#".
    """

    pattern: Pattern
    gaps: tuple[Between, ...]
    differs: Differs
    signs: tuple[str, str] = ("", "")


class Bending(NamedTuple):
    """How the words of a spelling bend: which forms, in which languages, with slips or not.

    `possessed`: the last one may be a possessive ("toplama kampı").
    """

    forms: Forms
    known: frozenset[str]
    fuzzy: bool
    possessed: bool


class Spelled(NamedTuple):
    """A spelling and its words, folded, with their numbers: for explaining a miss."""

    pattern: Pattern
    words: tuple[str, ...]
    numbers: tuple[int, ...]

    def as_written(self) -> list[str]:
        """Return the words as the author of the rule wrote them."""
        folded = fold(self.pattern.text)
        spans = (folded.original(token.start, token.end) for token in tokenise(folded))
        return [self.pattern.text[start:end] for start, end in spans]


@dataclass(slots=True)
class Node:
    """A place in the trie of names. `hard`: a name goes on after a comma or the like.

    `leaves` have a name of which the words so far are enough to look for the rest (see `glance`):
    the first two, or the first if it is all or a sign follows. Context words and guards do not.
    """

    children: dict[int, Node] = field(default_factory=dict)
    ends: list[End] = field(default_factory=list)
    leaves: list[int] = field(default_factory=list)
    hard: bool = False


def _joints(tokens: Sequence[Token]) -> Iterator[tuple[bool, ...]]:
    """Yield each way to write the words together: for each gap, whether it is closed.

    Signs are single anyway. In long names only hyphens and the like are closed, or all gaps.
    """
    gaps = tokens[1:]
    may = [
        token.gap is not Gap.HARD and not is_sign(token.text) and not is_sign(before.text)
        for before, token in zip(tokens, gaps, strict=False)
    ]
    if sum(may) > _MOST_JOINTS:
        may = [
            yes and token.gap is not Gap.SPACE and at < _MOST_JOINTS
            for at, (yes, token) in enumerate(zip(may, gaps, strict=True))
        ]
    yield from product(*((False, True) if yes else (False,) for yes in may))


def _shortened(word: str) -> Iterator[str]:
    return (word[:at] + word[at + 1 :] for at in range(len(word)))


def _is_typo(seen: str, meant: str) -> bool:
    """Tell whether one slip of the finger lies between two words with the same first letter.

    A wrong letter needs a longer word than a lost, doubled or swapped one: Kansas is not kandas.
    """
    if seen[0] != meant[0] or OSA.distance(seen, meant, score_cutoff=1) != 1:
        return False
    if len(seen) != len(meant) or len(meant) >= _SHORTEST_SUBSTITUTION:
        return True
    return sorted(seen) == sorted(meant)


class Index:
    """All spellings: `add` them, then look words up."""

    def __init__(self) -> None:
        self.root: dict[int, Node] = {}
        self.names: dict[int, list[Pattern]] = {}
        """The names of each leaf, as written."""
        self.signs: set[str] = set()
        """The first two signs of every Chinese spelling, or the only one."""
        self.first_signs: set[str] = set()
        self.names_in_signs: dict[str, dict[str, list[int]]] = {}
        """The signs that names begin with and their leaves, by the first two signs or the only."""
        self.named: set[int] = set()
        """The words of names; the others are words of contexts and guards only."""
        self._stems: dict[str, tuple[Entry, ...]] = {}
        self._words: dict[tuple[object, ...], int] = {}
        self._typos: dict[str, list[tuple[str, Entry]]] = {}
        self._starts: set[str] = set()
        """The first letters of all stems: most words of a text begin otherwise."""
        self._longest = 0
        self.known: dict[str, tuple[Seen, ...]] = {}
        """What was looked up before."""

    def add(self, pattern: Pattern) -> None:
        """Put in one spelling, with the ways to write its words together."""
        folded = fold(pattern.text)
        text, tokens = folded.text, tokenise(folded)
        if pattern.role is Role.NAME:
            self.names.setdefault(pattern.leaf, []).append(pattern)
        bending = _bending(pattern)
        joints = _joints(tokens) if tokens else ()
        for closed in islice(joints, 1) if pattern.capital else joints:
            words = [tokens[0].text]
            gaps: list[Between] = []
            for before, token, join in zip(tokens, tokens[1:], closed, strict=False):
                if join:
                    words[-1] += token.text
                else:
                    gaps.append(Between(token.gap, text[before.end : token.start].strip()))
                    words.append(token.text)
            if any(closed) and min(map(len, words)) < _SHORTEST_JOINED - 1 and len(words) == 1:
                continue
            differs = Differs.JOINED if any(closed) else Differs.NOT
            self._hang(words, End(pattern, tuple(gaps), differs, _signs(text, tokens)), bending)
        if pattern.forms is Forms.INFLECTED and not pattern.capital:
            self._add_typed_russian(pattern, tokens)

    def _add_typed_russian(self, pattern: Pattern, tokens: Sequence[Token]) -> None:
        """Put in "Шынжан" for "Шыңжаң": what a Russian keyboard makes of a Kazakh name."""
        typed = typed_on_russian_keyboard(" ".join(token.text for token in tokens))
        if typed is not None:
            gaps = tuple(Between(token.gap, "") for token in tokens[1:])
            end = End(pattern, gaps, Differs.RESPELLED)
            self._hang(typed.split(), end, _bending(pattern)._replace(forms=Forms.TYPED_RUSSIAN))

    def _hang(self, words: Sequence[str], end: End, bending: Bending) -> None:
        leaf, named = end.pattern.leaf, end.pattern.role is Role.NAME
        below, node = self.root, Node()
        for at, number in enumerate(self._numbers(words, bending)):
            if at:
                node.hard |= end.gaps[at - 1].gap is Gap.HARD
            if number not in below:
                below[number] = Node()
            node = below[number]
            below = node.children
            if named:
                self.named.add(number)
                alone = at + 1 == len(words) or is_sign(words[at + 1])
                if at == 1 or (at == 0 and alone):
                    node.leaves.append(leaf)
        node.ends.append(end)
        if signs := "".join(takewhile(is_sign, words)):
            self.signs.add(signs[:2])
            self.first_signs.add(signs[0])
            if named:
                names = self.names_in_signs.setdefault(signs[:2], {})
                names.setdefault(signs, []).append(leaf)

    def _numbers(self, words: Sequence[str], bending: Bending) -> Iterator[int]:
        """Yield the numbers of the words of a spelling; the last one may be a possessive."""
        last = len(words) - 1
        for at, word in enumerate(words):
            yield self._number(word, bending, last=at == last, ends_name=0 < at == last)

    def _number(self, word: str, bending: Bending, *, last: bool, ends_name: bool) -> int:
        """Return the number of a word that bends so."""
        forms, known, fuzzy, possessed = bending
        if forms is Forms.OPEN and (not last or len(word) < 4):
            forms = Forms.INFLECTED
        if is_sign(word) or word.isdigit():
            forms = Forms.PLAIN
        if forms is not Forms.INFLECTED:
            known = _UNKNOWN
        fuzzy = fuzzy and len(word) >= _SHORTEST_FUZZY
        ends_name = ends_name and possessed and forms is Forms.INFLECTED and may_be_possessive(word)
        key = (word, forms, known, ends_name, fuzzy)
        number = self._words.get(key)
        if number is None:
            self._words[key] = number = len(self._words)
            self._put(number, _bends(word, forms, known, ends_name=ends_name), fuzzy=fuzzy)
        return number

    def spelled(self, leaf: int) -> Iterator[Spelled]:
        """Yield the names of a leaf with their words, for those who ask why."""
        for pattern in self.names.get(leaf, ()):
            words = tuple(token.text for token in tokenise(fold(pattern.text)))
            if words:
                yield Spelled(pattern, words, tuple(self._numbers(words, _bending(pattern))))

    def _put(self, number: int, bends: Iterable[Bend], *, fuzzy: bool) -> None:
        stems, starts, new = self._stems, self._starts, tuple.__new__
        for stem, endings, whole in bends:
            # A hundred thousand of them: a named tuple's own constructor takes twice as long.
            entry = new(Entry, (number, endings, whole))
            others = stems.get(stem)
            stems[stem] = (entry,) if others is None else (*others, entry)
            starts.add(stem[:_START])
            self._longest = max(self._longest, len(stem))
            if fuzzy and len(stem) >= _SHORTEST_FUZZY - 1:
                for short in {stem, *_shortened(stem)}:
                    self._typos.setdefault(short, []).append((stem, entry))

    def look_up(self, word: str) -> tuple[Seen, ...]:
        """Return the words of the list of which a folded word of a text is a form."""
        known = self.known.get(word)
        if known is not None:
            return known
        if len(word) > _LONGEST_WORD:
            return ()
        if len(self.known) >= _MEMORY:
            self.known.clear()
        found = self._forms(word)
        if len(found) > 1:
            same = {seen.word for seen in found if not seen.differs}
            found = [seen for seen in found if not seen.differs or seen.word not in same]
        if self._typos and len(word) >= _SHORTEST_FUZZY - 1:
            right = {seen.word for seen in found}
            found = [*found, *(seen for seen in self._slips(word) if seen.word not in right)]
        self.known[word] = answer = tuple(dict.fromkeys(found)) if found else ()
        return answer

    def _forms(self, word: str) -> Sequence[Seen]:
        found = self._plain_forms(word)
        if "\u0620" <= word[0] <= "\u064a":
            for rest in without_particles(word):
                found = [
                    *found,
                    *(
                        seen._replace(differs=seen.differs | Differs.BENT)
                        for seen in self._plain_forms(rest)
                    ),
                ]
        return found

    def _plain_forms(self, word: str) -> Sequence[Seen]:
        starts = self._starts
        if word[:4] not in starts and word[:3] not in starts and word[:2] not in starts:
            return ()
        found: list[Seen] = []
        for cut in range(min(2, len(word)), min(len(word), self._longest) + 1):
            entries = self._stems.get(word[:cut])
            if entries:
                rest = word[cut:]
                found += (seen for entry in entries for seen in _seen(entry, rest))
        return found

    def _slips(self, word: str) -> Iterator[Seen]:
        """Words of the list that were meant, when one letter is wrong (only those flagged)."""
        if is_false_friend(word):
            return
        for cut in range(max(_SHORTEST_FUZZY - 1, len(word) - 6), len(word) + 1):
            head, rest = word[:cut], word[cut:]
            for short in {head, *_shortened(head)}:
                for stem, entry in self._typos.get(short, ()):
                    if _is_typo(head, stem):
                        for seen in _seen(entry, rest):
                            yield seen._replace(differs=Differs.TYPO)


def _signs(text: str, tokens: Sequence[Token]) -> tuple[str, str]:
    """Return what stands around the only letter of a spelling, which says nothing without it."""
    first, last = tokens[0], tokens[-1]
    if first is not last or len(first.text) > 1 or is_sign(first.text) or first.text.isdigit():
        return "", ""
    before, after = text[: first.start], text[first.end :]
    return (
        before[len(before.rstrip(_NAMING)) :],
        after[: len(after) - len(after.lstrip(_NAMING))],
    )


def _bending(pattern: Pattern) -> Bending:
    bends = pattern.forms in (Forms.INFLECTED, Forms.OPEN)
    text = pattern.alias if pattern.capital else pattern.text
    known = language_of_term(text, pattern.language) if bends else _UNKNOWN
    return Bending(pattern.forms, known, pattern.fuzzy, possessed=not pattern.capital)


def _seen(entry: Entry, rest: str) -> Iterator[Seen]:
    """Yield the languages in whose texts a stem with this rest is a form of its word."""
    for endings, language in entry.endings:
        if rest in endings:
            if entry.whole and not rest:
                yield Seen(entry.word, None, Differs.NOT)
                return
            yield Seen(entry.word, language, Differs.BENT)
            if language is None:
                return


def _bends(word: str, forms: Forms, known: frozenset[str], *, ends_name: bool) -> list[Bend]:
    match forms:
        case Forms.PLAIN:
            return [plain(word)]
        case Forms.ACRONYM:
            return acronym_bends(word)
        case Forms.OPEN:
            return [open_end(word)]
        case Forms.TYPED_RUSSIAN:
            return typed_russian_bends(word)
        case Forms.INFLECTED:
            found = bends(word, known, ends_name=ends_name)
            for other in spellings(word):
                found += bends(other, known, ends_name=ends_name)
            return found
