"""Which words of a text are nearly a spelling of the watch list: of one word or of several.

Single words are looked up by `alike`; here they are put together to names, to parts of names and
to other kinds of what a name is. Chinese names, which have no letters to leave out, are also found
by two signs that stand side by side.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from operator import eq
from typing import TYPE_CHECKING, Final, NamedTuple

from watcher.core.rules.alike import Kin, Kinship, Words
from watcher.core.rules.compounds import Compounds
from watcher.core.rules.evidence import PLAIN_WORDS
from watcher.core.text import Gap, fold, in_one_script, is_sign, tokenise

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Mapping, Sequence

    from watcher.core.rules.index import Index, Spelled
    from watcher.core.rules.scan import Scan
    from watcher.core.text import Token


class Near(NamedTuple):
    """Tokens first:last (last excluded) that are nearly the name `name` of a leaf."""

    name: Name
    first: int
    last: int
    kinship: Kinship
    near: float
    stem: int
    """Letters of the last token without an ending that hides the name; 0: all."""


@dataclass(frozen=True, slots=True)
class Name:
    """A spelling of a leaf by its words. `swaps`: its two words may stand the other way round."""

    leaf: int
    text: str
    language: str
    words: tuple[int, ...]
    capital: bool
    swaps: bool
    ctx: bool

    @property
    def acronym(self) -> bool:
        """Whether it is written in capitals throughout."""
        return self.text.isupper()


_SHORTEST_PART: Final = 4
_SHORTEST_SIGNS: Final = 3
_SHORT_SIGNS: Final = 5
_MOST_SIGNS: Final = 6
"""Signs of a name that is looked for by its sound."""
_LONG_HEAD: Final = 8
"""Letters of a name's word by which, in another language, its other word is known: Turkestan."""
PUT_TOGETHER: Final = 0.45
OTHER_KIND: Final = 0.2
_TRANSLATED: Final = 0.3
LONG_ACRONYM: Final = 4
"""Letters from which on first letters say something by themselves."""
_MOST_PIECES: Final = 4
_LITTLE_WORDS: Final = "and of the for in de la le des du et и в по на und der die"
_LITTLE: Final = frozenset(_LITTLE_WORDS.split())
_COMPOUNDING: Final = ("de", "nl", "sv", "da", "nb", "fi")
_JOINED: Final = (Gap.NONE, Gap.SPACE, Gap.HYPHEN, Gap.APOSTROPHE)
_MIDDOT: Final = re.compile("[·•・‧]")
_MEMORY: Final = 100_000


class Names:
    """The spellings of some leaves, to find what is nearly one of them."""

    def __init__(self, index: Index, leaves: Iterable[int], persons: frozenset[int]) -> None:
        self._words = Words()
        self._same: defaultdict[int, set[int]] = defaultdict(set)
        self._openings: defaultdict[int, list[Name]] = defaultdict(list)
        self._parts: defaultdict[int, list[Name]] = defaultdict(list)
        self._heads: defaultdict[int, list[Name]] = defaultdict(list)
        self._openers: defaultdict[int, list[Name]] = defaultdict(list)
        self._used_by: defaultdict[int, set[int]] = defaultdict(set)
        self._acronyms: defaultdict[str, list[Name]] = defaultdict(list)
        self._pairs: defaultdict[str, list[tuple[Name, str, int]]] = defaultdict(list)
        self._sign_parts: defaultdict[str, list[tuple[Name, str]]] = defaultdict(list)
        self._compounds = Compounds()
        self._of_leaf: dict[int, Name] = {}
        self._shared: dict[int, set[str]] = {}
        self._known: dict[str, tuple[Kin, ...]] = {}
        self._index = index
        for leaf in leaves:
            for spelled in index.spelled(leaf):
                if not spelled.pattern.alias:
                    self._add(spelled, person=leaf in persons)

    def _add(self, spelled: Spelled, *, person: bool) -> None:
        pattern, words = spelled.pattern, spelled.words
        numbers = tuple(map(self._words.add, words))
        name = Name(
            pattern.leaf,
            pattern.text,
            pattern.language,
            numbers,
            pattern.text[:1].isupper(),
            person and len(words) == 2,
            pattern.ctx,
        )
        if any(map(is_sign, words)):
            self._add_signs(name, words)
            return
        for number, in_index in zip(numbers, spelled.numbers, strict=True):
            self._same[in_index].add(number)
            self._used_by[number].add(name.leaf)
        self._openings[numbers[0]].append(name)
        if name.swaps:
            self._openings[numbers[1]].append(name)
        if len(words) > 1:
            self._add_pieces(name, words, person=person)
        elif name.language in _COMPOUNDING:
            self._compounds.add(name.leaf, words[0])
            self._of_leaf.setdefault(name.leaf, name)

    def _add_pieces(self, name: Name, words: Sequence[str], *, person: bool) -> None:
        joined = self._words.add("".join(words))
        self._openings[joined].append(
            Name(name.leaf, name.text, name.language, (joined,), name.capital, False, name.ctx)
        )
        for at, (number, word) in enumerate(zip(name.words, words, strict=True)):
            shared = person or (at == 0 and word in self._prefixes(name.leaf))
            if name.capital and len(word) >= _SHORTEST_PART and shared:
                self._parts[number].append(name)
        if not person:
            for names, at in ((self._heads, -1), (self._openers, 0)):
                if len(words[at]) >= _SHORTEST_PART:
                    names[name.words[at]].append(name)
        letters = "".join(word[0] for word in words if word not in _LITTLE)
        if len(letters) >= 3:
            self._acronyms[letters].append(name)

    def _add_signs(self, name: Name, words: Sequence[str]) -> None:
        text = "".join(words)
        if 1 < len(text) <= _MOST_SIGNS and all(map(is_sign, words)):
            self._openings[whole := self._words.add(text)].append(
                replace(name, words=(whole,), capital=False, swaps=False)
            )
        if len(text) >= _SHORTEST_SIGNS:
            for at in range(len(text) - 1):
                self._pairs[text[at : at + 2]].append((name, text, at))
        pieces = ["".join(t.text for t in tokenise(fold(p))) for p in _MIDDOT.split(name.text)]
        if len(pieces) == 1:
            # Two signs that several spellings of one thing open with: 新疆 of 新疆维吾尔自治区.
            pieces = [text[:2]] if len(text) > 2 and text[:2] in self._prefixes(name.leaf) else []
        for piece in pieces:
            if len(piece) >= 2:
                self._sign_parts[piece[:2]].append((name, piece))

    def _prefixes(self, leaf: int) -> set[str]:
        """Return the words, or two signs, that more than one spelling of a leaf opens with."""
        if leaf not in self._shared:
            opens: dict[str, str] = {}
            for spelled in self._index.spelled(leaf):
                text = "".join(spelled.words)
                opens[text] = text[:2] if is_sign(text) else spelled.words[0]
            found = Counter(opens.values())
            self._shared[leaf] = {opening for opening, times in found.items() if times > 1}
        return self._shared[leaf]

    # --- looking

    def find(self, scan: Scan, covered: Mapping[int, Container[int]]) -> Iterator[Near]:
        """Yield what is nearly a name in a text and is not found already.

        `covered` are the tokens of what is found, with the leaves that found it.
        """
        for near in self._find(scan, covered):
            leaf = near.name.leaf
            if all(leaf not in covered.get(at, ()) for at in range(near.first, near.last)):
                yield near

    def _find(self, scan: Scan, covered: Container[int]) -> Iterator[Near]:
        tokens = scan.tokens
        for at, token in enumerate(tokens):
            if at in covered:
                # A word of another name may begin one of several words: "Uyghur region".
                yield from self._beyond(scan, at, covered)
                continue
            if is_sign(token.text):
                yield from self._signs(scan, at, covered)
                continue
            yield from self._acronym(scan, at)
            yield from self._from(scan, at, at + 1, self._kin(token.text))
            for leaf in self._compounds.find(token.text):
                yield Near(self._of_leaf[leaf], at, at + 1, Kinship.HEAD, PUT_TOGETHER, 0)
            if at + 1 < len(tokens) and at + 1 not in covered:
                yield from self._joined(scan, at)

    def _beyond(self, scan: Scan, at: int, covered: Container[int]) -> Iterator[Near]:
        """Yield names that begin with words of what is found already and go on after it."""
        if not is_sign(scan.tokens[at].text):
            for near in self._names_from(scan, at, at + 1, self._kin(scan.tokens[at].text)):
                if any(place not in covered for place in range(near.first, near.last)):
                    yield near

    def _joined(self, scan: Scan, at: int) -> Iterator[Near]:
        """Yield names that stand there in two pieces: Ata Zhurt, Ata-Zhurt."""
        one, other = scan.tokens[at], scan.tokens[at + 1]
        if other.gap in _JOINED and self._words.may_open(one.text):
            word = in_one_script(one.text + other.text)
            kin = [k for k in self._kin(word) if k.stem == len(word)]
            apart = [k for k in kin if k.kinship in (None, Kinship.SOUND)]
            yield from self._from(
                scan, at, at + 2, [k._replace(kinship=Kinship.SOUND, stem=0) for k in apart]
            )

    def _kin(self, word: str) -> tuple[Kin, ...]:
        """Return the words of the list that a word is a form of, or near to."""
        known = self._known.get(word)
        if known is None:
            if len(self._known) >= _MEMORY:
                self._known.clear()
            known = self._known[word] = self._kin_of(word)
        return known

    def _kin_of(self, word: str) -> tuple[Kin, ...]:
        same = {
            number for seen in self._index.look_up(word) for number in self._same.get(seen.word, ())
        }
        near = (kin for kin in self._words.near(word) if kin.word not in same)
        return (*(Kin(number, None, 1.0, len(word)) for number in same), *near)

    def _names_from(self, scan: Scan, first: int, last: int, kin: Sequence[Kin]) -> Iterator[Near]:
        """Yield the names that begin with tokens which are near to one of their words."""
        for one in kin:
            for name in self._openings.get(one.word, ()):
                # An acronym is no word: СУАР is not "soar".
                small = scan.is_lower(first) or (
                    name.acronym and not scan.is_all_upper(first, last)
                )
                if not (name.capital and small):
                    yield from self._walk(scan, name, first, last, one)

    def _from(self, scan: Scan, first: int, last: int, kin: Sequence[Kin]) -> Iterator[Near]:
        """Yield those names, the names of which the tokens are a part, and other kinds of them."""
        yield from self._names_from(scan, first, last, kin)
        for one in kin:
            if one.kinship in (None, Kinship.SOUND):
                for name in self._parts.get(one.word, ()):
                    near = 0.5 if name.swaps else 0.35
                    if not scan.is_lower(first):
                        yield Near(name, first, last, Kinship.PART, near, 0)
                if last == first + 1:
                    yield from self._head(scan, first, one)

    def _walk(self, scan: Scan, name: Name, first: int, last: int, one: Kin) -> Iterator[Near]:
        words = name.words if name.words[0] == one.word else name.words[::-1]
        found = [one]
        for wanted in words[1:]:
            if last >= len(scan.tokens) or scan.tokens[last].gap >= Gap.QUOTE:
                return
            kin = next((k for k in self._kin(scan.tokens[last].text) if k.word == wanted), None)
            if kin is None:
                return
            found.append(kin)
            last += 1
        unlike = [kin for kin in found if kin.kinship is not None]
        if unlike:
            worst = min(unlike, key=lambda kin: kin.near)
            stem = 0 if found[-1].kinship is None else found[-1].stem
            yield Near(name, first, last, worst.kinship or Kinship.SOUND, worst.near, stem)

    def _head(self, scan: Scan, at: int, kin: Kin) -> Iterator[Near]:
        """Yield other kinds of what a name is: of "labour camp", "transit camp".

        Nearer is what is put together from words of several spellings of one thing, and what
        may be the name in another language: a long proper name beside another one.
        """
        tokens = scan.tokens
        for names, first in ((self._heads, at - 1), (self._openers, at)):
            if not 0 <= first < len(tokens) - 1:
                continue
            beside = first if first < at else at + 1
            other = tokens[beside].text
            if (
                tokens[first + 1].gap not in (Gap.SPACE, Gap.HYPHEN)
                or len(other) < _SHORTEST_PART
                or other in PLAIN_WORDS
            ):
                continue
            leaves = self._leaves_with(other)
            for name in names.get(kin.word, ()):
                if name.leaf in leaves:
                    span = self._pieces(scan, first, name.leaf)
                    yield Near(name, *span, Kinship.HEAD, PUT_TOGETHER, 0)
                elif name.capital and scan.is_upper(at) and scan.is_upper(beside):
                    if len(tokens[at].text) >= _LONG_HEAD:
                        yield Near(name, first, first + 2, Kinship.HEAD, _TRANSLATED, 0)
                elif not name.capital and kin.kinship is None:
                    yield Near(name, first, first + 2, Kinship.HEAD, OTHER_KIND, 0)

    def _leaves_with(self, word: str) -> set[int]:
        """Return the leaves of which some spelling has a word, in any of its forms."""
        return {
            leaf
            for one in self._kin(word)
            if one.kinship in (None, Kinship.SOUND)
            for leaf in self._used_by[one.word]
        }

    def _pieces(self, scan: Scan, first: int, leaf: int) -> tuple[int, int]:
        """Return how far the two words from `first` on go on with words of the same leaf."""
        tokens, last = scan.tokens, first + 2

        def goes_on(to: int, word: int) -> bool:
            return tokens[to].gap in (Gap.SPACE, Gap.HYPHEN) and leaf in self._leaves_with(
                tokens[word].text
            )

        while last < len(tokens) and last - first < _MOST_PIECES and goes_on(last, last):
            last += 1
        while first > 0 and last - first < _MOST_PIECES and goes_on(first, first - 1):
            first -= 1
        return first, last

    def _acronym(self, scan: Scan, at: int) -> Iterator[Near]:
        names = self._acronyms.get(scan.tokens[at].text)
        if names:
            start, end = scan.span(at, at + 1)
            if scan.source[start:end].isupper():
                near = 1.0 if end - start >= LONG_ACRONYM else 0.8
                for name in names:
                    yield Near(name, at, at + 1, Kinship.ACRONYM, near, 0)

    def _signs(self, scan: Scan, at: int, covered: Container[int]) -> Iterator[Near]:
        tokens = scan.tokens
        if at + 1 >= len(tokens):
            return
        yield from self._signs_by_sound(scan, at, covered)
        pair = tokens[at].text + tokens[at + 1].text
        for name, text, offset in self._pairs.get(pair, ()):
            first, last = at - offset, at - offset + len(text)
            written = _run(tokens, first, last, covered)
            equal = _alike(written, text)
            # Where an earlier pair has found it already, it is not found again.
            again = any(written[n : n + 2] == text[n : n + 2] for n in range(offset))
            enough = 0.5 if len(text) > _SHORT_SIGNS else 0.6
            if not again and enough * len(text) <= equal < len(text):
                yield Near(name, first, last, Kinship.SIGNS, 0.8 * equal / len(text), 0)
        for name, piece in self._sign_parts.get(pair, ()):
            if _run(tokens, at, at + len(piece), covered) == piece:
                yield Near(name, at, at + len(piece), Kinship.PART, 0.6, 0)

    def _signs_by_sound(self, scan: Scan, at: int, covered: Container[int]) -> Iterator[Near]:
        """Yield names that the signs from `at` on sound like: 新疆 is Xinjiang."""
        tokens = scan.tokens
        for last in range(at + 2, min(at + _MOST_SIGNS, len(tokens)) + 1):
            signs = _run(tokens, at, last, covered)
            if not signs:
                return
            yield from self._names_from(scan, at, last, self._words.near(signs))


def _alike(written: str, text: str) -> int:
    """Return how many signs of a name are as written there.

    0 where it only opens alike and goes on with two other signs: that is another compound, while
    one name in other transliterations has its signs exchanged here and there.
    """
    same = list(map(eq, written, text))
    equal = sum(same)
    return 0 if len(text) - equal > 1 and all(same[:equal]) else equal


def _run(tokens: Sequence[Token], first: int, last: int, covered: Container[int]) -> str:
    """Return signs that stand together, "" where something else is among them."""
    if first < 0 or last > len(tokens) or any(at in covered for at in range(first, last)):
        return ""
    whole = all(
        is_sign(token.text) and (at == first or token.gap in (Gap.NONE, Gap.MIDDOT, Gap.DOT))
        for at, token in enumerate(tokens[first:last], first)
    )
    return "".join(token.text for token in tokens[first:last]) if whole else ""
