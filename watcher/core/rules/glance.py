"""Tell of most texts, in some microseconds, that no name of the watch list stands in them.

A text is cut at white space, and of each piece ("Xinjiang's,") is remembered which words of the
list it may hold. Names are looked for (`scan`) only where the pieces hold the words of one.
Chinese, Japanese and Korean signs, of which no two texts make the same pieces, are looked through
for the signs that names begin with. What is said here may be too much, never too little.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING, Final

from watcher.core.rules.joins import JOINS, joined, may_go_on
from watcher.core.text import fold, is_sign, tokenise

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from watcher.core.rules.index import Index, Seen
    from watcher.core.rules.scan import Scan
    from watcher.core.text import Token

GENERATION: Final = 1 << 16
"""So many pieces are remembered, and once more as many of those seen before them: 16 MB."""
_LONGEST: Final = 100
"""A longer piece comes once: an address, a paragraph in a script without spaces."""
_BLANK: Final = "\n\n"
"""Between pieces that are read in one go: nothing goes on over it."""
_NOTHING: Final[frozenset[int]] = frozenset()
_NO_NAMES: Final[dict[str, list[int]]] = {}
_WRAPS: Final = -1
"""Stands for whatever a word with a hyphen at its end becomes on the next line."""

_HAN = "\u3400-\u4dbf\u4e00-\u9fff"
# What may be, or make, a sign: jamo too, and what a numeric entity stands for.
_MAY_BE_SIGN = re.compile(
    "[\u1100-\u11ff\u2e80-\ud7ff\uf900-\ufaff\ufe30-\ufe4f\uff61-\uffdc\U0001f200-\U0001f2ff"
    "\U00020000-\U0003ffff]|&(?:amp;)*#"
)
# No word goes on over what stands between two pieces. A full stop may be inside of one: U.N.
_PIECE = re.compile(
    rf"[^\s{_HAN},;:!?()\[\]/|\"\u201c\u201d\u201e\u00ab\u00bb\u2026\u3001\u3002"
    rf"\uff0c\uff1a\uff1b\uff1f\uff01\uff08\uff09]+(?<!\.)"
)
# Cut so, these would not be what they are: a tag goes on, an entity may be anything.
_WHOLE = re.compile("[#@&\uff03\uff20\ufe5f\ufe6b]")
_BETWEEN_SIGNS = re.compile(r"[\W_]+")


_WRAP = re.compile("- *\n *")
# Where a line may end: as written, or as an entity.
_LINE = re.compile("[\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029&]")


def _pieces(text: str) -> Iterable[str]:
    """Cut a text into what words may go on within, in small letters."""
    if not _WHOLE.search(text):
        return _PIECE.findall(text.lower())
    parts = text.split()
    whole = {part for part in parts if _WHOLE.search(part)}
    rest = " ".join(part for part in parts if part not in whole)
    return (*whole, *_PIECE.findall(rest.lower()))


class Glance:
    """What is remembered of the pieces of texts, for one index that is complete."""

    def __init__(self, index: Index) -> None:
        self.index = index
        self._dull: set[str] = set()
        self._dull_before: set[str] = set()
        self._lively: dict[str, frozenset[int]] = {}
        pairs = [name for name in index.names_in_signs if len(name) > 1]
        firsts, seconds = ("".join({name[at] for name in pairs}) for at in (0, 1))
        self._begins = re.compile(f"[{firsts}](?=[{seconds}])") if pairs else None
        self._alone = frozenset(index.names_in_signs).difference(pairs)
        """Signs that are names by themselves."""

    def forget(self) -> None:
        """Drop what is remembered."""
        self._dull, self._dull_before, self._lively = set(), set(), {}

    def leaves(self, scan: Scan) -> Collection[int]:
        """Return the leaves that may stand in a text, and for most texts none.

        The text is folded only if it may have signs.
        """
        text = scan.source
        if text.isascii() or not _MAY_BE_SIGN.search(text):
            signs = None
        elif not text:
            return ()
        else:
            signs = scan.folded.text
        words = self._words(_pieces(text))
        if _WRAPS in words and _LINE.search(text):
            if _WHOLE.search(text):
                return self.index.names.keys()
            words |= self._words(_pieces(_WRAP.sub("-", scan.folded.text)))
        leaves = {leaf for word in words for leaf in self._opened(word, words)}
        return leaves if signs is None else leaves.union(self._in_signs(signs))

    def _opened(self, word: int, words: frozenset[int]) -> Iterator[int]:
        """Yield the leaves of which a name may begin with the word."""
        node = self.index.root.get(word)
        if node is not None:
            yield from node.leaves
            for after in words.intersection(node.children):
                yield from node.children[after].leaves

    def _in_signs(self, folded: str) -> Iterator[int]:
        """Yield the leaves of which a name may begin with signs of the text."""
        names, signs = self.index.names_in_signs, _BETWEEN_SIGNS.sub("", folded)
        for sign in self._alone.intersection(signs) if self._alone else ():
            yield from names[sign][sign]
        if self._begins is None:
            return
        for found in self._begins.finditer(signs):
            at = found.start()
            for name, leaves in names.get(signs[at : at + 2], _NO_NAMES).items():
                if signs.startswith(name, at):
                    yield from leaves

    def _words(self, pieces: Iterable[str]) -> frozenset[int]:
        """Return the words of the list that the pieces may hold."""
        others = set(pieces) - self._dull
        if again := others & self._dull_before:
            self._dull |= again
            others -= again
        if not others:
            return _NOTHING
        lively = self._lively
        new = [piece for piece in others if piece not in lively]
        known = [lively[piece] for piece in others if piece in lively]
        return _NOTHING.union(*known, *(self._learn(new) if new else ()))

    # --- pieces not seen before

    def _learn(self, pieces: Sequence[str]) -> list[set[int]]:
        """Return for each piece the words of the list that it may hold, and remember them."""
        if len(self._dull) > GENERATION:
            self._dull, self._dull_before = set(), self._dull
        if len(self._lively) > GENERATION:
            self._lively.clear()
        found: list[set[int]] = [set() for _ in pieces]
        # What an entity stands for may be a blank line; nothing else in a piece can.
        even = [at for at, piece in enumerate(pieces) if "&" not in piece]
        if even:
            self._read([found[at] for at in even], [pieces[at] for at in even])
        for at in set(range(len(pieces))).difference(even):
            self._read([found[at]], [pieces[at]])
        for piece, words in zip(pieces, found, strict=True):
            if len(piece) > _LONGEST:
                continue
            if words:
                self._lively[piece] = frozenset(words)
            else:
                self._dull.add(piece)
        return found

    def _read(self, found: Sequence[set[int]], pieces: Sequence[str]) -> None:
        """Put the words of each piece into its set."""
        folded = fold(_BLANK.join(pieces))
        parts = folded.text.split(_BLANK) if len(pieces) > 1 else [folded.text]
        for words, part in zip(found, parts, strict=True):
            if part[-1:] == "-" and part[-2:-1].isalnum():
                words.add(_WRAPS)
        begins = [0, *accumulate(len(part) + len(_BLANK) for part in parts[:-1])]
        tokens = tokenise(folded)
        known, look_up = self.index.known, self.index.look_up
        for at, (word, start, _, gap) in enumerate(tokens):
            seen = known.get(word)
            if seen is None:
                seen = look_up(word)
            if seen:
                found[bisect_right(begins, start) - 1].update(self._named(seen))
            if JOINS[gap]:
                words = found[bisect_right(begins, start) - 1]
                words.update(self._joined(tokens, at - 1))

    def _named(self, seen: Iterable[Seen]) -> Iterator[int]:
        return (one.word for one in seen if one.word in self.index.named)

    def _joined(self, tokens: Sequence[Token], at: int) -> Iterator[int]:
        if not is_sign(tokens[at].text):
            for word, _ in joined(tokens, at, may_go_on):
                yield from self._named(self.index.look_up(word))
