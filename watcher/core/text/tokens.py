"""Cut a folded text into words, and say what stands between them.

A change of script is a boundary. Chinese signs and kana are a token each: there are no word
boundaries to be seen among them. A hashtag is cut where its letters change from small to capital.
"""

from __future__ import annotations

import re
from enum import IntEnum
from itertools import accumulate, repeat
from typing import TYPE_CHECKING, NamedTuple

from watcher.core.text.folding import CYRILLIC, LATIN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from watcher.core.text.folding import Folded

_ARABIC = (
    "\u0620-\u064a\u066e-\u06d3\u06d5\u06e5\u06e6\u06ee\u06ef\u06fa-\u06ff"
    "\u0750-\u077f\u08a0-\u08c9"
)
_SIGNS = (
    "\u2e80-\u2fdf\u3005-\u3007\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff"
    "\u3400-\u9fff\uac00-\ud7a3\uf900-\ufaff\U00020000-\U0003ffff"
)
# Scripts whose vowel signs are marks: taken by block, because \w leaves the marks out.
_ABUGIDA = "\u0900-\u0963\u0966-\u0dff\u0e00-\u0e4e\u0e80-\u0fff\u1000-\u109f\u1780-\u17d3"
_TOKEN = re.compile(
    f"([{_SIGNS}]|[{LATIN}]+|[{CYRILLIC}]+|[{_ARABIC}]+|[0-9]+|[{_ABUGIDA}]+"
    rf"|[^\W\d_{LATIN}{CYRILLIC}{_ARABIC}{_SIGNS}{_ABUGIDA}]+)"
)
_SIGN = re.compile(f"[{_SIGNS}]")
_HASHTAG = re.compile(r"[#@](?=\w)")


class Gap(IntEnum):
    """What stands before a token. Everything up to QUOTE may stand inside a name."""

    NONE = 0
    SPACE = 1
    LINE = 2
    HYPHEN = 3
    WRAP = 4
    """A hyphen at the end of a line."""
    APOSTROPHE = 5
    MIDDOT = 6
    DOT = 7
    """A full stop with a letter right after it: initials, or a middle dot typed so."""
    QUOTE = 8
    """A quotation mark opened or closed beside a space."""
    HARD = 9
    """Anything else: a comma, a bracket, the end of a sentence or of a paragraph."""


_GAPS: tuple[tuple[Gap, re.Pattern[str]], ...] = (
    (Gap.SPACE, re.compile(r" +|' | '")),
    (Gap.LINE, re.compile(r" *\n *")),
    (Gap.HYPHEN, re.compile(r"[-_]")),
    (Gap.WRAP, re.compile(r"- *\n *")),
    (Gap.APOSTROPHE, re.compile(r"'")),
    (Gap.MIDDOT, re.compile(r" *· *")),
    (Gap.DOT, re.compile(r"\.")),
    (Gap.QUOTE, re.compile(r'["「」『』] +|[ \n]+["「」『』]')),
)


_WIDEST_GAP = 20
_MOST_GAPS = 4096
FIRST_SIGN = "\u2e80"
"""No sign of Chinese, Japanese or Korean comes before it."""


class _Gaps(dict[str, Gap]):
    """What a text between two words is, worked out when first met."""

    def __missing__(self, between: str) -> Gap:
        if len(between) > _WIDEST_GAP:
            return Gap.HARD
        gap = next((gap for gap, form in _GAPS if form.fullmatch(between)), Gap.HARD)
        if len(self) < _MOST_GAPS:
            self[between] = gap
        return gap


_GAP_OF = _Gaps({"": Gap.NONE, " ": Gap.SPACE})


class Token(NamedTuple):
    """A word of the folded text: `text == folded.text[start:end]`. `gap` stands before it."""

    text: str
    start: int
    end: int
    gap: Gap


def is_sign(text: str) -> bool:
    """Tell whether the token is a Chinese, Japanese or Korean sign, which is half a word."""
    return text >= FIRST_SIGN and _SIGN.match(text) is not None


def _humps(folded: Folded, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Cut "FreeIlhamTohti" and "XPCCCamps" as their capitals say."""
    source = folded.source
    upper = [source[folded.original(at, at + 1)[0]].isupper() for at in range(start, end)]
    first = 0
    for at in range(1, len(upper)):
        after_small = upper[at] and not upper[at - 1]
        before_small = upper[at] and at + 1 < len(upper) and not upper[at + 1]
        if after_small or before_small:
            yield start + first, start + at
            first = at
    yield start + first, end


def tokenise(folded: Folded) -> list[Token]:
    """Return the words of the text in order; the first token's gap is HARD."""
    text = folded.text
    # Gap, word, gap, word, ..., gap. Nothing here is done word by word: a text has some hundred.
    pieces = _TOKEN.split(text)
    if len(pieces) == 1:
        return []
    gaps = [Gap.HARD, *map(_GAP_OF.__getitem__, pieces[2:-1:2])]
    ends = list(accumulate(map(len, pieces)))
    words = zip(pieces[1::2], ends[0::2], ends[1::2], gaps, strict=False)
    tokens = list(map(tuple.__new__, repeat(Token), words))
    return _without_tags(folded, tokens) if "#" in text or "@" in text else tokens


def _without_tags(folded: Folded, tokens: list[Token]) -> list[Token]:
    """Return the tokens with those of hashtags and handles cut into their words."""
    text = folded.text
    hashtags = {found.end() for found in _HASHTAG.finditer(text)}
    words: list[Token] = []
    for token in tokens:
        _, start, end, gap = token
        if start not in hashtags:
            words.append(token)
            continue
        for first, last in _humps(folded, start, end):
            words.append(Token(text[first:last], first, last, gap))
            gap = Gap.NONE
        # What follows without a space is the same tag: digits, another script, an underline.
        hashtags |= {end, end + 1} if text[end : end + 1] == "_" else {end}
    return words
