"""How a word sounds, roughly, whatever letters it is written in: names move between scripts.

Атажурт, Atazhurt, Atajurt, Atacurt and ئاتاجۇرت give one string here. Letters that one system of
transliteration keeps apart and another does not (a and ä, и and ы, с and ш) are one sound, so equal
sounds only suggest that two words may be one name; nothing is matched by them.

Sources of the tables: BGN/PCGN 1947 (Russian), BGN/PCGN 1979 and the Latin alphabet of 2021
(Kazakh), the Uyghur Latin alphabet of Xinjiang University 2001 (Uyghur in Arabic and Latin
letters), the 1954 Arabic alphabet of Kazakhs in China, the Turkish alphabet of 1928; and for the
spellings of newspapers, French (ou, tch) and German (sch, tsch, dsch) usage. Chinese signs sound as
they are read (see `pinyin`).
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import product
from operator import add
from typing import Final

from watcher.core.rules.pinyin import reading

_Table = dict[str, tuple[str, ...]]


def _table(rows: str) -> _Table:
    """Read "letters = sound other-sound": what is written on the left may sound as on the right.

    `-` is no sound.
    """
    table: _Table = {}
    for row in rows.strip().splitlines():
        written, _, sounds = row.partition("=")
        for letters in written.split():
            table[letters] = tuple("" if sound == "-" else sound for sound in sounds.split())
    return table


# Letters in folded form (`core.text`): ş is s, ğ is g, ı is i, ё is е.
LATIN: Final = _table("""
a e              = a
i y              = i
o u              = u
ou oo            = u
b                = b
c                = j k c
ch               = c s h
tch tsch cz      = c
d                = d
dj dsch dzh zh   = j
f ph             = f
g gh             = g
h kh             = h
j                = j i
k ck             = k
l                = l
m                = m
n ng             = n
p                = p
q                = k c
r                = r
s sh sch         = s
t                = t
ts tz            = s
v w              = v u
x                = h s
z                = z
'                = -
""")
CYRILLIC: Final = _table("""
а ә е э          = a
я                = ia
о ө у ұ ү        = u
ю                = iu
и й ы і          = i
б                = b
в                = v
г ғ              = g
д                = d
ж дж цз          = j
з                = z
к қ              = k
л                = l
м                = m
н ң нг           = n
п                = p
р                = r
с ш щ ц          = s
т                = t
ф                = f
х һ              = h
ч                = c
ъ ь              = -
""")
ARABIC: Final = _table("""
ا ه ې            = a
و ۇ ۆ ۈ ۋ        = u
ي                = i
ب                = b
پ                = p
ت ط              = t
ج ژ              = j
چ                = c
خ ح ھ            = h
د                = d
ر                = r
ز                = z
س ش ص            = s
ع غ گ            = g
ف                = f
ق ك              = k
ڭ نگ             = n
ل                = l
م                = m
ن                = n
ئ                = -
""")

_MOST: Final = 4
"""Readings of one word."""
_TABLE: Final = LATIN | CYRILLIC | ARABIC
_LONGEST = max(map(len, _TABLE))
_GLIDE = re.compile("(?<=.)i(?=[au])")
_TWICE = re.compile(r"(.)\1+")


def _pieces(word: str) -> list[tuple[str, ...]]:
    """Cut a word into the longest rows of the table; a letter in no row stands for itself."""
    pieces = []
    at = 0
    while at < len(word):
        for length in range(min(_LONGEST, len(word) - at), 0, -1):
            sounds = _TABLE.get(word[at : at + length])
            if sounds is not None:
                pieces.append(sounds)
                break
        else:
            length = 1
            pieces.append((word[at],))
        at += length
    return pieces


@lru_cache(maxsize=65_536)
def sounds(word: str) -> tuple[str, ...]:
    """Return the ways a folded word may sound, the likeliest first; at most four.

    A letter of several sounds has the same one throughout the word. Glides before a vowel (ия,
    iya) and doubled sounds fall away.
    """
    pieces = _pieces(word)
    open_ = list(dict.fromkeys(piece for piece in pieces if len(piece) > 1))
    readings: dict[str, None] = {}
    for chosen in product(*open_):
        meant = dict(zip(open_, chosen, strict=True))
        text = "".join(meant.get(piece, piece[0]) for piece in pieces)
        readings[_TWICE.sub(r"\1", _GLIDE.sub("", text))] = None
        if len(readings) == _MOST:
            break
    return tuple(readings)


# Pinyin writes some sounds as no other alphabet does.
_MOST_LIQUIDS: Final = 3
_PINYIN: Final = {"wei": "ui", "wu": "u", "yi": "i", "er": "r"}
_PINYIN_LETTERS: Final = str.maketrans({"q": "ch", "x": "sh", "c": "ts"})


@lru_cache(maxsize=8192)
def _sounds_of_sign(sign: str) -> str:
    read = reading(sign)
    if read[1:2] != "h":
        read = read.translate(_PINYIN_LETTERS)
    return _PINYIN.get(read, read)


@lru_cache(maxsize=65_536)
def sounds_of_signs(signs: str) -> tuple[str, ...]:
    """Return the ways folded Chinese signs may sound; none if it is not known of each.

    Chinese writes foreign r as l, so each of the first three may be either: 乌鲁木齐 is Urumqi.
    """
    read = [_sounds_of_sign(sign) for sign in signs]
    if not all(read):
        return ()
    first, *others = sounds("".join(read))[0].split("l", _MOST_LIQUIDS)
    return tuple(
        first + "".join(map(add, letters, others)) for letters in product("lr", repeat=len(others))
    )
