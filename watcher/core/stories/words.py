"""An article as `stories` compares it: furniture taken off, folded, cut into words.

Headlines and first paragraphs carry labels, agency names, datelines and invitations to subscribe
that differ from print to print; what is left is the story. Only the first LENGTH characters of
the body count, as no comparison here may grow with what a publisher sends.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from html import unescape
from itertools import accumulate, chain, compress, pairwise
from typing import TYPE_CHECKING, Final

import regex

from watcher.core.stories import commons, spellings, tables
from watcher.core.stories.datelines import DATELINES, HAN_DATELINES
from watcher.core.stories.stems import REMEMBERED, stem
from watcher.core.text import fold

if TYPE_CHECKING:
    from watcher.core.model import Article

LENGTH: Final = 512
"""Characters of the body that are compared."""
HEADLINE: Final = 256
"""Characters of the title that are compared."""
REPEATED: Final = 200
"""Signs of markup that a body may have more than a headline which it only repeats."""
ROUNDS: Final = 8
"""How often labels are taken off one text at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The folded words of an article. Bit i of `capitals` is set when word i began with a capital.

    Words are counted from the first of the title to the last of the body. `names` are the capitals
    that don't begin a sentence. Neither says anything of a headline with capitals throughout.
    """

    title: tuple[str, ...]
    body: tuple[str, ...]
    capitals: int = 0
    names: int = 0

    @property
    def all(self) -> tuple[str, ...]:
        """Title, then body."""
        return self.title + self.body


def words_of(article: Article) -> Words:
    """Clean, fold and cut `article`."""
    return cut(*cleaned(article))


def cut(title: str, body: str) -> Words:
    """Fold and cut what `cleaned` gave."""
    head, rest = _cut(title), _cut(body[:LENGTH])
    return Words(
        title=head.body,
        body=rest.body,
        capitals=head.capitals | rest.capitals << len(head.body),
        names=head.names | rest.names << len(head.body),
    )


def cleaned(article: Article) -> tuple[str, str]:
    """Return headline and body without what is furniture of any outlet."""
    headline, body = article.title[: 2 * HEADLINE], _body(article)
    if len(body) <= len(headline) + REPEATED and _letters(headline) == _letters(_plain(body)):
        headline, body = _last_signed(headline, body), ""
    title = clean_title(headline, article.outlet)[:HEADLINE]
    return title, clean_body(body, article.outlet)


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text))


def _last_signed(headline: str, body: str) -> str:
    """Return a headline less the outlet that an aggregator names behind a dash.

    Its description is the headline and the outlet again, without the dash between them.
    """
    found = _LAST_PART.search(headline)
    return headline[: found.start()] if found and found[0] not in body else headline


def clean_title(title: str, outlet: str = "") -> str:
    """Take labels, the outlet's name and cut marks off a headline; never all of it."""
    text = started = _strip_start(_plain(title), _TITLE_START)
    for _ in range(ROUNDS):
        shorter = _without_outlet(_TITLE_END.sub("", text, count=1), outlet)
        if not _enough(shorter) or shorter == text:
            break
        text = shorter
    return text if text is started else _strip_start(text, _TITLE_START)


def clean_body(text: str, outlet: str = "") -> str:
    """Take datelines, bylines, notices and invitations off a text; never all of it."""
    text = _plain(text)
    if outlet and text.startswith((f"{outlet} |", f"{outlet}:", f"{outlet} -", f"{outlet} –")):
        text = text[len(outlet) :].lstrip(" |:–—-") or text
    text = _strip_start(text, _BODY_START)
    for _ in range(ROUNDS):
        text = text.rstrip(tables.CUT_SIGNS) if text.endswith(tables.CUT_MARKS) else text
        cut = max(len(text) - tables.BODY_END_REACH, MIN_BODY[bool(_DENSE_SIGN.match(text))])
        tail = text[cut:].lower()
        hints = tables.BODY_END_HINTS_LATIN if tail.isascii() else tables.BODY_END_HINTS
        if not any(hint in tail for hint in hints):
            break
        found = _BODY_END.search(text, cut)
        if found is None or found.start() == found.end():
            break
        text = text[: found.start()]
    return text


MIN_HEADLINE: Final = 8
"""A headline is never cut shorter than this: "Live: | BBC" stays what it is."""
MIN_DENSE: Final = 4
"""The same in signs of which two are a word."""
MIN_BODY: Final = (20, 8)
"""Letters, and signs of which two are a word, that are left of a body at least."""


def _any(patterns: tuple[str, ...]) -> regex.Pattern[str]:
    return regex.compile("|".join(f"(?:{pattern})" for pattern in patterns))


def _starts(*patterns: str) -> tuple[regex.Pattern[str], regex.Pattern[str]]:
    """Return what is tried at a start, and what where a Han sign or a bracket stands there."""
    return _any((*DATELINES, *patterns)), _any((*HAN_DATELINES, *DATELINES, *patterns))


_TITLE_START = _starts(*tables.TITLE_START)
_TITLE_END = _any(tables.TITLE_END)
_BODY_START = _starts(*tables.BODY_START)
_BODY_END = _any(
    (rf"(?<![\p{{L}}\p{{N}}])(?:{'|'.join(tables.BODY_END)})", *tables.BODY_END_SIGNS),
)
_MARKUP = regex.compile(tables.MARKUP, regex.IGNORECASE)
_PHRASES = tuple((regex.compile(pattern), new) for pattern, new in spellings.PHRASES)
_INITIALS = re.compile(r"\.[^\W\d_]\.")
_BRITISH = tuple((regex.compile(pattern), new) for pattern, new in spellings.BRITISH)
_BRITISH_HINT = re.compile("[iy]s[eia]|our")
"""Without one of these no pattern of `spellings.BRITISH` fits."""
_LAST_PART = regex.compile(r"\s[-–—|]\s([^–—|]{2,40})$")
_DENSE: Final = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}"
_TOKEN = regex.compile(
    rf"\d+(?:[.,]\d+)*|[{_DENSE}]+|[[\p{{L}}\p{{M}}\u200c]--[{_DENSE}]]+(?:['’ʼ][\p{{L}}\p{{M}}]+)*",
    regex.VERSION1,
)
_QUICK = re.compile(r"[\0-\u02ff\u0400-\u0482\u048a-\u052f\u2010-\u2027\u20ac]*", re.DOTALL)
"""Latin and Cyrillic without marks: for these the quicker `re` finds the same words."""
_LETTERS: Final = r"[^\W\d_²³¹¼½¾]+"
_QUICK_TOKEN = re.compile(rf"{_LETTERS}(?:['’]{_LETTERS})*|\d+(?:[.,]\d+)*")
_SENTENCE = re.compile(r"(?:^|[.!?:;…|])[\s\"'”’»)“‘«(]*")
_DENSE_SIGN = regex.compile(rf"[{_DENSE}]")
_THOUSANDS = regex.compile(
    r"(?<=\d)[.,](?=\d{3}(?:[.,]\d{3})+$)|(?<=\d),(?=\d{3}$)|(?<=[.,]\d{3})[.,](?=\d{3}$)"
)


def _body(article: Article) -> str:
    """Choose what stands for the body: the full text, with a teaser of its own before it."""
    summary, text = article.summary[: 4 * LENGTH], article.text[: 4 * LENGTH]
    if not text or not summary:
        return text or summary
    return text if summary[:40].strip() in text or len(text) > LENGTH else f"{summary} {text}"


def _plain(text: str) -> str:
    """Return text on one line without markup and entities that feeds leave in it."""
    if "&" in text:
        text = unescape(unescape(text))
    if "<" in text:
        text = _MARKUP.sub(" ", text)
    return " ".join(text.split())


def _enough(text: str) -> bool:
    return len(text) >= MIN_HEADLINE or len(_DENSE_SIGN.findall(text)) >= MIN_DENSE


def _strip_start(text: str, patterns: tuple[regex.Pattern[str], regex.Pattern[str]]) -> str:
    for _ in range(ROUNDS):
        found = patterns[text[:1] >= "\u2e80" or text.startswith(tables.BRACKETS)].match(text)
        if found is None or found.end() == 0 or not _enough(text[found.end() :]):
            break
        text = text[found.end() :]
    return text


def _without_outlet(title: str, outlet: str) -> str:
    """Drop " - Outlet" where it names this outlet or a known one."""
    found = _LAST_PART.search(title)
    if found is None:
        return title
    name, own = _folded(found[1].strip()), _folded(outlet)
    known = name in tables.OUTLETS or (own and (name in own or own in name))
    return title[: found.start()] if known else title


@lru_cache(maxsize=1 << 12)
def _folded(name: str) -> str:
    return fold(name).text


def _cut(text: str) -> Words:
    """Cut a text into words and fold each.

    Most words of a text were met before, so what a word becomes is remembered.
    """
    text = _without_phrases(text)
    raw = (_QUICK_TOKEN if _QUICK.fullmatch(text) else _TOKEN).findall(text)
    upper = [word[0].isupper() for word in raw]
    many = sum(upper)
    cut = list(map(_pieces, raw))
    words = tuple(chain.from_iterable(cut))
    if not many or many * 10 > len(raw) * 7:
        return Words(title=(), body=words)
    starts = {found.end() for found in _SENTENCE.finditer(text)}
    places = accumulate(map(len, cut), initial=0)
    capitals = names = at = 0
    for word, place in compress(zip(raw, places, strict=False), upper):
        at = text.index(word, at)
        bit = 1 << place
        capitals |= bit
        if at not in starts:
            names |= bit
        at += len(word)
    return Words(title=(), body=words, capitals=capitals, names=names)


def _without_phrases(text: str) -> str:
    small = text.lower()
    hints = spellings.PHRASE_HINTS_LATIN if small.isascii() else spellings.PHRASE_HINTS
    if _INITIALS.search(text) or any(hint in small for hint in hints):
        for pattern, new in _PHRASES:
            text = pattern.sub(new, text)
    return text


@lru_cache(maxsize=REMEMBERED)
def _pieces(raw: str) -> tuple[str, ...]:
    """Return a word as it is compared; text without spaces as overlapping pairs of signs."""
    if raw.isascii() and raw.isalpha():
        return (normal(raw.lower()),)
    return tuple(
        piece
        for word in fold(raw).text.split()
        for piece in (_pairs(word) if _DENSE_SIGN.match(word) else (normal(word),))
        if piece
    )


def _pairs(word: str) -> tuple[str, ...]:
    return (word,) if len(word) == 1 else tuple(map("".join, pairwise(word)))


def read_back(words: tuple[str, ...]) -> str:
    """Write words as text again; overlapping pairs of signs become one run of signs."""
    text = ""
    for word in words:
        joined = len(word) == 2 and text.endswith(word[0]) and _DENSE_SIGN.match(word)
        text += word[1] if joined else f" {word}"
    return text.strip()


_SPELLINGS = {
    _folded(one): _folded(other)
    for one, other in (spellings.SPELLINGS | commons.MONTHS_SHORT).items()
}
_NUMBER_WORDS = {_folded(word): figure for word, figure in tables.NUMBER_WORDS.items()}


def normal(word: str) -> str:
    """Return the one spelling of a folded word: Uighur, Uyghur; 1,000, 1000; -ise, -ize."""
    if word[0].isdigit():
        return _THOUSANDS.sub("", word).replace(",", ".")
    for mark in ("'", "’", "ʼ"):
        word = word.removesuffix(f"{mark}s").replace(mark, "")
    word = _NUMBER_WORDS.get(word) or _SPELLINGS.get(word, word)
    if word.isascii() and _BRITISH_HINT.search(word):
        for pattern, new in _BRITISH:
            word = pattern.sub(new, word)
    return word


Sides = tuple[int, int]
"""Two sets of bits: rows of `tables.OPPOSITES` on whose left, and on whose right, words stand."""


def _opposites() -> tuple[dict[str, Sides], tuple[int, ...]]:
    """Return whole words and beginnings (with a star), and the lengths that beginnings have."""
    known: dict[str, Sides] = {}
    for bit, row in enumerate(tables.OPPOSITES):
        for side, patterns in enumerate(row):
            for pattern in map(_folded, patterns.split()):
                left, right = known.get(pattern, (0, 0))
                known[pattern] = (left | 1 << bit, right) if side == 0 else (left, right | 1 << bit)
    return known, tuple(sorted({len(word) - 1 for word in known if word.endswith("*")}))


_OPPOSITES, _LENGTHS = _opposites()


@lru_cache(maxsize=REMEMBERED)
def sides(word: str) -> Sides | None:
    """Return on which sides of `tables.OPPOSITES` a word stands; None when on none."""
    left, right = _OPPOSITES.get(word, (0, 0))
    for length in _LENGTHS:
        if length > len(word):
            break
        more = _OPPOSITES.get(word[:length] + "*")
        if more is not None:
            left, right = left | more[0], right | more[1]
    return (left, right) if left or right else None


STOP_STEMS = frozenset(stem(normal(_folded(word))) for word in tables.STOP_WORDS)
"""`tables.STOP_WORDS` as they are counted and compared."""
COMMON_STEMS = commons.HAN_COMMON.union(
    stem(normal(_folded(word))) for word in commons.COMMON_WORDS | commons.WEEKDAYS | commons.MONTHS
)
"""The same for words that many articles have."""
WEEKDAYS = frozenset(normal(_folded(word)) for word in commons.WEEKDAYS)
MONTHS = frozenset(normal(_folded(word)) for word in commons.MONTHS)
"""Days and months as whole words: their stems are those of other words, too."""
