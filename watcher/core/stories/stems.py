"""What the forms of a word have in common, for counting and comparing: a rule of thumb.

No dictionary and no knowledge of the language: endings that many words of a script take come off
while enough of the word is left, and of long words only the beginning counts. Two words that meet
by accident cost little, as no word decides alone.

Source: L. Dolamic and J. Savoy, "Indexing and searching strategies for the Russian language",
JASIST 60, 2009 (a light stemmer is as good as a thorough one).
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

REMEMBERED: Final = 1 << 15
"""Words of which is remembered what they become: those in use over some days, in many languages."""

LATIN_LENGTH: Final = 8
"""Letters of a word in Latin letters that count."""
SHORT_LENGTH: Final = 5
"""Letters of a word in Cyrillic or Arabic letters that count: their endings are longer."""
LEFT: Final = 4
"""Letters that must be left when an ending comes off."""
MIN_PLURAL: Final = 4
"""Letters of the shortest word whose -s comes off."""

_ENDINGS = (
    "иями ями ами ыми ими ого его ому ему ией ий ый ой ей ая яя ое ее ые ие ую юю ов ев "
    "ам ям ах ях ом ем ым им ых их ы и а я о е у ю ь й"
)
CYRILLIC_ENDINGS: Final = tuple(sorted(_ENDINGS.split(), key=len, reverse=True))
"""Endings of Russian and Ukrainian nouns and adjectives; Kazakh words are cut by length alone."""
ENGLISH_ENDINGS: Final = ("ing", "ed", "es", "e")
"""Endings of English verbs; -s comes off before them."""


@lru_cache(maxsize=REMEMBERED)
def stem(word: str) -> str:
    """Return the beginning of a folded word in which its inflected forms agree."""
    first = word[0]
    if first.isdigit():
        return word
    if "\u0400" <= first <= "\u052f":
        return _without(word, CYRILLIC_ENDINGS)[:SHORT_LENGTH]
    if "\u0600" <= first <= "\u06ff":
        short = word.removeprefix("ال") if len(word) > LEFT else word
        return short[:SHORT_LENGTH]
    if not word.isascii():
        return word[:LATIN_LENGTH]
    return _english(word)[:LATIN_LENGTH]


def _english(word: str) -> str:
    if len(word) >= MIN_PLURAL and word.endswith("s") and not word.endswith("ss"):
        word = word[:-1]
    return _without(word, ENGLISH_ENDINGS)


def _without(word: str, endings: tuple[str, ...]) -> str:
    for ending in endings:
        if word.endswith(ending) and len(word) - len(ending) >= LEFT:
            return word[: -len(ending)]
    return word
