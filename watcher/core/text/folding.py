"""Fold a text to the one form that comparisons use, with the way back to the original.

What is the same to a reader becomes the same string: case, marks on Latin letters, stress on
Cyrillic ones, short vowels and letter variants in Arabic script, traditional and simplified
Chinese, dashes, apostrophes, invisible signs, HTML entities, look-alike letters of another script.
Different letters stay different (й is not и, ң is not н). Knows nothing of words or rules.
"""

from __future__ import annotations

import html
import re
import unicodedata
from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from html.entities import html5
from itertools import groupby, pairwise
from typing import TYPE_CHECKING, NamedTuple

from watcher.core.text.hanzi import simplified

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Span = tuple[int, int]


def _each(signs: str, to: str) -> dict[str, str]:
    return dict.fromkeys(signs, to)


# Folded without asking the Unicode tables, which would say something else or nothing.
_FIXED: dict[str, str] = {
    **_each("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u058a\u05be\u2043\ufe58\ufe63\uff0d", "-"),
    **_each("\u2018\u2019\u201b\u02b9\u02bb\u02bc\u02bd\u02be\u02bf\u02c8\u0060\u00b4", "'"),
    **_each("\u2032\u2035\ua78b\ua78c\uff07\u05f3\u1fbd\u1fbf\u1ffd\u1fef", "'"),
    **_each("\u00b7\u0387\u2022\u2027\u2219\u22c5\u30fb\uff65\u2e31\u2e33\u1427\u16eb", "·"),
    **_each("\u201c\u201d\u201e\u201f\u00ab\u00bb\u2039\u203a\uff02", '"'),
    **_each("\u3164\uffa0\u115f\u1160\u2800\ufffc\u2122\u00ae\u00a9", " "),
    **_each("\x85\u2028\u2029", "\n"),
    # An ampersand that is left is no ampersand in the folded text: nothing is decoded twice.
    "&": "+",
    "\n": "\n",
    # Turkish writes İ/i and I/ı, the others I/i: all four are one letter here.
    **_each("İIıi", "i"),
    "ø": "o",
    "đ": "d",
    "ł": "l",
    "ħ": "h",
    "ŧ": "t",
    "æ": "ae",
    "œ": "oe",
    "ð": "d",
    "þ": "th",
    "ŋ": "n",
    "ɨ": "i",
    "ʉ": "u",
    "ƣ": "g",
    "ё": "е",
    "ӊ": "ң",
    **_each("ىیۍ", "ي"),
    **_each("کڪ", "ك"),
    **_each("أإآٱٲٳ", "ا"),
    **_each("ةہۂۃەۀ", "ه"),
    "ؤ": "و",
    # ئ is a letter of its own: it opens every Uyghur word that begins with a vowel.
    "ئ": "ئ",
    "ں": "ن",
    # Kazakh in Arabic script writes the hamza before a word with front vowels, or leaves it out.
    **_each("ءٴ", ""),
    "،": ",",
    "؛": ";",
    "؟": "?",
    "۔": ".",
    "ـ": "",
    **simplified(),
}

# Marks that some readers write and others don't. Vowel signs of Indic scripts are not among them.
_MARKS = re.compile(
    "[\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf-\u05c7\u0610-\u061a\u064b-\u065f\u0670"
    "\u06d6-\u06dc\u06df-\u06e4\u06e7-\u06ed\u08d3-\u08ff\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff"
    "\u180b-\u180f\ufe00-\ufe0f\ufe20-\ufe2f\U000e0100-\U000e01ef]"
)
# Signs that may melt into the one before them: combining marks, half-width kana marks, jamo.
_MELTING = re.compile(
    "[\u0300-\u036f\u0653-\u0655\u3099\u309a\uff9e\uff9f\u1100-\u11ff\u3131-\u318e\uffa1-\uffdc]"
)
# "&amp;#8217;" is what is left when a feed was escaped twice: taken in one step, however deep.
_ENTITY = re.compile(
    "&(?:(?:amp|AMP|#0{0,4}38|#[xX]0{0,4}26);)*"
    "(#[0-9]{1,7};|#[xX][0-9a-fA-F]{1,6};|[A-Za-z][A-Za-z0-9]{1,31};)"
)


def _settled(text: str) -> str:
    """Compatibility forms replaced, cases folded, marks composed; until nothing changes."""
    for _ in range(4):
        after = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
        if after == text:
            break
        text = after
    return text


def _base(sign: str) -> str:
    """Fold one sign that is already settled."""
    if sign in _FIXED:
        return _FIXED[sign]
    if _MARKS.match(sign):
        return ""
    kind = unicodedata.category(sign)
    if kind == "Cf":
        return ""
    if kind in ("Cc", "Zs"):
        return " "
    if kind == "Nd":
        return str(unicodedata.decimal(sign))
    first, *marks = list(unicodedata.normalize("NFD", sign))
    script = unicodedata.name(first, "").partition(" ")[0]
    if marks and script in ("LATIN", "GREEK", "ARABIC", "HEBREW"):
        return _base(first)
    if script == "CYRILLIC" and marks and set(marks) <= {"\u0300", "\u0301"}:
        return _base(first)
    return sign


def _fold_cluster(signs: str) -> str:
    """Fold a base sign with the marks on it."""
    if signs in _FIXED:
        return _FIXED[signs]
    folded = "".join(map(_base, _settled(signs)))
    return folded if folded == signs or len(folded) != 1 else _fold_cluster(folded)


_cluster = lru_cache(maxsize=1 << 14)(_fold_cluster)
_LONGEST_KEPT = 8


class _Table(dict[int, str]):
    """For str.translate: each code point's fold, worked out when first met."""

    def __missing__(self, code: int) -> str:
        self[code] = folded = _cluster(chr(code))
        return folded


_TABLE = _Table()


def _without(first: str, last: str, holes: Iterable[str]) -> str:
    """Return the signs from first to last, less the holes, as ranges of a regular expression."""
    edges = [ord(first) - 1, *sorted(ord(h) for h in holes if first <= h <= last), ord(last) + 1]
    return "".join(
        f"{chr(low + 1)}-{chr(high - 1)}" for low, high in pairwise(edges) if high - low > 1
    )


# What most texts are made of: small letters and other signs that are their own fold, and the
# capitals that become such a letter. All else is looked up.
_SMALL = "a-zа-яәғқңөұүһіїєґўџјљњћђ"
_CAPITAL = "A-HJ-ZА-ЯӘҒҚҢӨҰҮҺІЇЄҐЎЏЈЉЊЋЂ"
_OTHERS = (
    "\\n -%'-@\\[-_{-~بتثجحخدذرزسشصضطظعغفقكلمنهويگپچڭېۆۇۈۋھژئا"
    "ぁ-ゖァ-ヺー、。「」『』" + _without("\u4e00", "\u9fff", simplified())
)
_ODD = re.compile(f"[^{_SMALL}{_OTHERS}]")
_ODD_OR_UNEVEN = re.compile(f"[^{_SMALL}{_CAPITAL}{_OTHERS}]")
_MANY = 24
"""So many different signs are looked up one by one; more are cheaper by a table."""


def _is_invisible(sign: str) -> bool:
    """Tell whether the sign must not come between a letter and the mark on it."""
    return unicodedata.category(sign) == "Cf" or "\ufe00" <= sign <= "\ufe0f"


def _decoded(entity: str) -> str | None:
    """Return what an HTML entity such as "#8217;" or "amp;" stands for; None if nothing."""
    if entity.startswith("#"):
        return html.unescape("&" + entity)
    return html5.get(entity)


def _units(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield each sign with its place in the original; an HTML entity is one sign (or few)."""
    done = 0
    for found in _ENTITY.finditer(text):
        decoded = _decoded(found[1])
        if decoded is None:
            continue
        yield from ((text[i], i, i + 1) for i in range(done, found.start()))
        yield from ((sign, *found.span()) for sign in decoded)
        done = found.end()
    yield from ((text[i], i, i + 1) for i in range(done, len(text)))


def _clusters(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield signs that are folded together: a letter with its marks, a syllable's jamo."""
    signs: list[str] = []
    start = end = 0
    for sign, first, last in _units(text):
        if _is_invisible(sign):
            continue
        if signs and not (_MELTING.match(sign) or unicodedata.category(sign).startswith("M")):
            yield "".join(signs), start, end
            signs = []
        if not signs:
            start = first
        signs.append(sign)
        end = last
    if signs:
        yield "".join(signs), start, end


def _fold_clusters(text: str) -> tuple[str, tuple[Span, ...]]:
    """Fold where signs depend on their neighbours: slow, and right for any text."""
    folded: list[str] = []
    spans: list[Span] = []
    for signs, start, end in _clusters(text):
        # A letter under a thousand marks is not kept in memory.
        piece = _cluster(signs) if len(signs) <= _LONGEST_KEPT else _fold_cluster(signs)
        folded.append(piece)
        spans.extend([(start, end)] * len(piece))
    whole = "".join(folded)
    if whole != text and not _is_composed(whole):
        # What folds to nothing (a mark, a tatweel) stood between the jamo of a syllable, or
        # between a letter and its mark.
        again, inside = _fold_clusters(whole)
        return again, tuple((spans[first][0], spans[last - 1][1]) for first, last in inside)
    return whole, tuple(spans)


# "&" may begin an entity, which may be a mark on the letter before it.
_TROUBLE = re.compile(f"&|{_MELTING.pattern}")
_ALONE = re.compile("[ \\n\\t\u4e00-\u9fff]")
"""Signs that melt into nothing: a text can be cut before each of them."""


def _knots(text: str) -> Iterator[Span]:
    """Yield the stretches, cut before signs that stand alone, in which something may melt."""
    done = 0
    while found := _TROUBLE.search(text, done):
        start = found.start()
        while start > done and not _ALONE.match(text, start):
            start -= 1
        after = _ALONE.search(text, found.end())
        yield (start, done := after.start() if after else len(text))


def _fold_parts(text: str) -> str:
    """Fold a text: its knots the slow way, what lies between them the fast way."""
    pieces: list[str] = []
    done = 0
    for start, end in _knots(text):
        pieces += (_fold_plain(text[done:start]), _fold_clusters(text[start:end])[0])
        done = end
    return "".join(pieces) + _fold_plain(text[done:])


def _fold_plain(part: str) -> str:
    """Fold a text without knots."""
    folded = _sign_by_sign(part)
    return _fold_clusters(part)[0] if folded is None else folded


def _sign_by_sign(part: str) -> str | None:
    """Fold a text without knots, each sign for itself; None if that is not enough."""
    if not _is_composed(part):
        return None
    folded = part.lower()
    odd = set(_ODD.findall(folded))
    if len(odd) > _MANY:
        folded = folded.translate(_TABLE)
    else:
        # What a fold gives is folded: no sign put in here is replaced by a later step.
        for sign in odd:
            folded = folded.replace(sign, _TABLE[ord(sign)])
    # What is left out (a tatweel) may have stood between a letter and its mark.
    return folded if _is_composed(folded) else None


def _is_composed(part: str) -> bool:
    return part.isascii() or unicodedata.is_normalized("NFC", part)


class Stretch(NamedTuple):
    """So many folded signs stand for the range start:end of the source; if `even`, one for one."""

    signs: int
    start: int
    end: int
    even: bool = False


def _uneven(text: str) -> Iterator[Stretch]:
    """Yield where a text is not folded sign by sign, in order."""
    done = 0
    for start, end in (*_knots(text), (len(text), len(text))):
        part = text[done:start]
        plain = _sign_by_sign(part) is not None
        yield from (_uneven_signs if plain else _by_cluster)(part, done)
        yield from _by_cluster(text[start:end], start)
        done = end


def _uneven_signs(part: str, at: int) -> Iterator[Stretch]:
    """Yield the signs that become none or several; `at` is where the part begins."""
    uneven = {sign for sign in set(_ODD_OR_UNEVEN.findall(part)) if len(_TABLE[ord(sign)]) != 1}
    for place in sorted(place for sign in uneven for place in _places(part, sign)):
        yield Stretch(len(_TABLE[ord(part[place])]), at + place, at + place + 1)


def _places(part: str, sign: str) -> Iterator[int]:
    place = part.find(sign)
    while place >= 0:
        yield place
        place = part.find(sign, place + 1)


def _by_cluster(part: str, at: int) -> Iterator[Stretch]:
    """Yield every folded cluster of a part; `at` is where it begins."""
    done = 0
    for (start, end), signs in groupby(_fold_clusters(part)[1]):
        if start > done:
            yield Stretch(0, at + done, at + start)
        yield Stretch(len(tuple(signs)), at + start, at + end)
        done = end
    if done < len(part):
        yield Stretch(0, at + done, at + len(part))


# --- letters of two scripts in one word ---------------------------------------------------------

# Look-alikes, in lower case: as typed by mistake on the other keyboard, or to slip past a filter.
_TO_LATIN = str.maketrans(
    {"а": "a", "в": "b", "с": "c", "е": "e", "н": "h", "һ": "h", "і": "i", "ј": "j", "к": "k"}
    | {"м": "m", "о": "o", "р": "p", "ѕ": "s", "т": "t", "у": "y", "ү": "y", "х": "x", "ә": "ə"}
    | {"ԁ": "d", "ԛ": "q", "ԝ": "w", "α": "a", "ε": "e", "ι": "i", "κ": "k", "ν": "v", "ο": "o"}
    | {"ρ": "p", "τ": "t", "υ": "u", "χ": "x"}
)
_TO_CYRILLIC = str.maketrans(
    {"a": "а", "b": "в", "c": "с", "e": "е", "h": "һ", "i": "і", "j": "ј", "k": "к", "m": "м"}
    | {"o": "о", "p": "р", "t": "т", "x": "х", "y": "у", "ə": "ә"}
)
LATIN = "a-z\u00df-\u02af\u1e00-\u1eff\u2c60-\u2c7f\ua722-\ua7ff"
CYRILLIC = "\u0400-\u052f\u1c80-\u1c8f\ua640-\ua69f"
_GREEK = "\u03b1-\u03c9"
_LATIN_LETTER = re.compile(f"[{LATIN}]")
_CYRILLIC_LETTER = re.compile(f"[{CYRILLIC}]")
_OTHER_LETTER = re.compile(f"[{CYRILLIC}{_GREEK}]")
_SEAM = re.compile(f"[{LATIN}][{CYRILLIC}{_GREEK}]|[{CYRILLIC}{_GREEK}][{LATIN}]")
_MIXABLE = re.compile(f"[{LATIN}{CYRILLIC}{_GREEK}]+")
# A Latin name with a Cyrillic ending ("Facebookта") is two scripts on purpose.
_NAME_WITH_ENDING = re.compile(f"[{LATIN}]{{4,}}[{CYRILLIC}]+")


def in_one_script(word: str) -> str:
    """Return the folded word with look-alike letters replaced, if that makes it one script.

    The fewer letters give way; at a tie the word becomes Cyrillic. The length stays the same.
    """
    latin = word.translate(_TO_LATIN)
    cyrillic = word.translate(_TO_CYRILLIC)
    all_latin = len(_LATIN_LETTER.findall(latin)) == len(word)
    all_cyrillic = len(_CYRILLIC_LETTER.findall(cyrillic)) == len(word)
    if all_latin and all_cyrillic:
        to_latin = 2 * len(_LATIN_LETTER.findall(word)) > len(word)
        return latin if to_latin else cyrillic
    return latin if all_latin else cyrillic if all_cyrillic else word


def _mend(found: re.Match[str]) -> str:
    word = found[0]
    if not _SEAM.search(word) or _NAME_WITH_ENDING.fullmatch(word):
        return word
    return in_one_script(word)


def _without_look_alikes(folded: str) -> str:
    # Most texts have letters of one script only, and the first search says so soonest.
    if _OTHER_LETTER.search(folded) and _LATIN_LETTER.search(folded) and _SEAM.search(folded):
        return _MIXABLE.sub(_mend, folded)
    return folded


# --- the fold -----------------------------------------------------------------------------------

_ASCII = str.maketrans({code: _cluster(chr(code)) for code in range(128)})


@dataclass(frozen=True)
class Folded:
    """A text in its folded form. The way back is worked out only when asked for.

    `source` is the text as given, `text` its folded form. `plain`: each sign is folded alone.
    """

    source: str = field(repr=False)
    text: str
    plain: bool = field(default=False, repr=False, compare=False)

    @cached_property
    def _runs(self) -> tuple[list[int], list[Stretch]] | None:
        """Return the stretches with the places where they begin in `text`; None if all is even."""
        if self.source.isascii() and "&" not in self.source:
            return None
        found = _uneven_signs(self.source, 0) if self.plain else _uneven(self.source)
        begins: list[int] = []
        runs: list[Stretch] = []
        at = done = 0
        for uneven in (*found, Stretch(0, len(self.source), len(self.source))):
            for run in (Stretch(uneven.start - done, done, uneven.start, even=True), uneven):
                if run.signs > 0:
                    begins.append(at)
                    runs.append(run)
                    at += run.signs
            done = uneven.end
        whole = Stretch(len(self.source), 0, len(self.source), even=True)
        return None if runs == [whole] else (begins, runs)

    def _span(self, at: int) -> Span:
        """Return the range of `source` that one folded sign stands for."""
        if self._runs is None:
            return at, at + 1
        begins, runs = self._runs
        number = bisect_right(begins, at) - 1
        _, start, end, even = runs[number]
        if not even:
            return start, end
        start += at - begins[number]
        return start, start + 1

    def original(self, start: int, end: int) -> Span:
        """Return the range of `source` that the folded range start:end stands for.

        An empty range gives an empty one. `source[a:b]` of the result is what the reader saw,
        with the invisible signs inside it.
        """
        if start >= end:
            at = self._span(start)[0] if start < len(self.text) else len(self.source)
            return at, at
        return self._span(start)[0], self._span(end - 1)[1]


def fold(text: str) -> Folded:
    """Return the folded form of any text; folding it again changes nothing.

    Cost is linear in the length: a plain translation for most of a text, the slow way only for
    the words in which marks, jamo or entities make signs depend on their neighbours.
    """
    if text.isascii() and "&" not in text:
        return Folded(text, text.translate(_ASCII))
    if not _TROUBLE.search(text):
        whole = _sign_by_sign(text)
        if whole is not None:
            return Folded(text, _without_look_alikes(whole), plain=True)
    return Folded(text, _without_look_alikes(_fold_parts(text)))


def as_typed(text: str) -> str:
    """Return the text without invisible signs and with entities and compatibility forms resolved.

    Case, marks and letters stay: this is what "exact, case and form as written" compares.
    Dashes and apostrophes are unified, because keyboards and editors choose among them.
    """
    signs = (_FIXED[s] if _FIXED.get(s) in ("-", "'", "·") else s for s, _, _ in _units(text))
    return unicodedata.normalize("NFKC", "".join(s for s in signs if not _is_invisible(s)))
