"""From a word of a watch list to its stems and the endings that each may take.

`languages` holds the tables, `ways` reads them. The answer goes into the index once, when rules
are compiled; texts are only looked up.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from watcher.core.rules.languages import OF_SCRIPT, TYPED, TYPED_ON_A_RUSSIAN_KEYBOARD
from watcher.core.rules.ways import (
    NOTHING,
    by_chains,
    by_last_letters,
    by_rows,
    by_the_whole,
    inside,
)
from watcher.core.text import CYRILLIC, LATIN

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator

    from watcher.core.rules.ways import Way

_SCRIPTS = (
    ("latin", re.compile(f"[{LATIN}]")),
    ("cyrillic", re.compile(f"[{CYRILLIC}]")),
    ("arabic", re.compile("[\u0620-\u06ff]")),
)


class Bend(NamedTuple):
    """The letters of a word that stay, and what may follow them.

    `language` None: in any text. Otherwise only in a text that shows signs of that language.
    """

    stem: str
    endings: Container[str]
    language: str | None = None


class Anything:
    """Any ending: for context words, which only support a match ("Kazakh" in Kazakhstan)."""

    def __contains__(self, ending: object) -> bool:
        return True


class Compound:
    """German: a long word opens a compound, with a linking -s- or, if `loose`, with any link.

    What only makes another word of the same (-keit, -schaft, -erin) is no second part.
    """

    def __init__(self, *, loose: bool) -> None:
        link = "(?:s|n|en|es|er|)" if loose else "s"
        self._form = re.compile(f"{link}(?!keit|heit|schaft|erin|lerin|isch|nten)[a-z]{{4,}}")

    def __contains__(self, ending: object) -> bool:
        return isinstance(ending, str) and self._form.fullmatch(ending) is not None


ANYTHING = Anything()
_COMPOUND = Compound(loose=False)
_LOOSE_COMPOUND = Compound(loose=True)
_SHORTEST_COMPOUND = 10
_SHORTEST_LOOSE_COMPOUND = 9
_LONGEST = 10
"""Letters beyond which the length of a word changes nothing."""
_FINALS = {
    script: frozenset(final for tongue in tongues for final in tongue.finals)
    for script, tongues in OF_SCRIPT.items()
}
_LONGEST_FINAL = max(len(final) for finals in _FINALS.values() for final in finals)
_BY_VOWEL = {
    script: tuple(one for one in tongues if one.strung and one.strung.by_last_vowel)
    for script, tongues in OF_SCRIPT.items()
}


class _Recipe(NamedTuple):
    """How all words bend that end alike: letters that fall away, what comes, the endings.

    `shorter`: the stem itself is a form of the word (прав, of права).
    """

    cut: int
    added: str
    endings: frozenset[str]
    language: str | None
    shorter: bool


@lru_cache(maxsize=4096)
def _union(sets: tuple[frozenset[str], ...]) -> frozenset[str]:
    return sets[0].union(*sets[1:])


@lru_cache(maxsize=4096)
def _without_nothing(endings: frozenset[str]) -> frozenset[str]:
    return endings - NOTHING


@lru_cache(maxsize=256)
def _just(letter: str) -> frozenset[str]:
    return frozenset(letter)


def _recipes(word: str, ways: Iterable[Way]) -> Iterator[_Recipe]:
    """Put the sets of one stem and language together: the same come together again and again."""
    sets: dict[tuple[str, str | None], dict[frozenset[str], None]] = {}
    for stem, endings, language in ways:
        sets.setdefault((stem, language), {})[endings] = None
    for (stem, language), found in sets.items():
        whole = _union(tuple(found)) if len(found) > 1 else next(iter(found))
        shorter = stem != word and "" in whole
        same = 0
        while same < min(len(stem), len(word)) and stem[same] == word[same]:
            same += 1
        yield _Recipe(
            len(word) - same,
            stem[same:],
            _without_nothing(whole) if shorter else whole,
            language,
            shorter,
        )


@lru_cache(maxsize=1 << 14)
def _by_tail(
    tail: str, length: int, script: str, known: frozenset[str], vowels: tuple[tuple[str, str], ...]
) -> tuple[_Recipe, ...]:
    """Return how all words of this length bend of which `tail` is the longest known final."""
    word = "\0" * (length - len(tail)) + tail
    return tuple(_recipes(word, by_last_letters(word, script, known, dict(vowels))))


def _tail(word: str, script: str) -> str:
    """Return the longest ending of the word that some table names; else its last letter."""
    finals = _FINALS[script]
    for length in range(min(_LONGEST_FINAL, len(word)), 1, -1):
        if word[-length:] in finals:
            return word[-length:]
    return word[-1]


def _bends(word: str, recipes: Iterable[_Recipe]) -> Iterator[Bend]:
    for cut, added, endings, language, shorter in recipes:
        stem = word[: len(word) - cut] + added
        yield Bend(stem, endings, language)
        if shorter:
            # As an ending too, so that it counts as one and in its own language only.
            yield Bend(stem[:-1], _just(stem[-1]), language)


def script_of(word: str) -> str:
    """Return "latin", "cyrillic", "arabic" or "other", by the first letter."""
    return next((name for name, letters in _SCRIPTS if letters.match(word)), "other")


def bends(word: str, known: frozenset[str], *, ends_name: bool) -> list[Bend]:
    """Return the ways in which a folded word bends, the unchanged word first.

    `known` are the languages that its letters or the watch list speak for; `ends_name` whether
    it is the last word of a name of several, which may be a possessive ("toplama kampı").
    """
    script = script_of(word)
    found = [Bend(word, NOTHING)]
    if len(word) < 3 or script not in OF_SCRIPT:
        return found
    vowels = tuple((one.code, one.strung.vowel_of(word)) for one in _BY_VOWEL[script] if one.strung)
    length = min(len(word), _LONGEST)
    found += _bends(word, _by_tail(_tail(word, script), length, script, known, vowels))
    found += _bends(word, _recipes(word, by_the_whole(word, script, known, ends_name=ends_name)))
    if script == "latin":
        if len(word) >= _SHORTEST_COMPOUND:
            found.append(Bend(word, _COMPOUND))
        if len(word) >= _SHORTEST_LOOSE_COMPOUND:
            found.append(Bend(word, _LOOSE_COMPOUND, None if "de" in known else "de"))
    return found


def typed_russian_bends(word: str) -> list[Bend]:
    """Return the bends of a Kazakh word typed without Kazakh letters."""
    strung = TYPED_ON_A_RUSSIAN_KEYBOARD
    ways = [
        *by_chains(word, "cyrillic", strung, None, vowel=""),
        *inside(word, strung, None, ends_name=True),
    ]
    # -ка and -ке are the Kazakh dative, and make a woman's word in Russian (журналистка).
    ways = [(stem, endings - {"ка", "ке"}, language) for stem, endings, language in ways]
    for rows in TYPED:
        ways += by_rows(word, rows, None)
    return [Bend(word, NOTHING), *_bends(word, _recipes(word, ways))]


def acronym_bends(word: str) -> list[Bend]:
    """Return the bends of an acronym: NGOs, в СУАРе. The letters of the acronym stay capital."""
    endings = {"latin": "s", "cyrillic": "а у ом е ы ов ам ами ах"}.get(script_of(word), "")
    return [Bend(word, frozenset(endings.split()) | NOTHING)]
