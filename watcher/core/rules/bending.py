"""From a word of a watch list to its stems and the endings that each may take.

`languages` holds the tables, `ways` reads them. The answer goes into the index once, when rules
are compiled; texts are only looked up.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator
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
    from watcher.core.rules.ways import Way

_SCRIPTS = (
    ("latin", re.compile(f"[{LATIN}]")),
    ("cyrillic", re.compile(f"[{CYRILLIC}]")),
    ("arabic", re.compile("[\u0620-\u06ff]")),
)


Endings = tuple[Container[str], str | None]
"""What may follow a stem, and in texts of which language; None: in any text."""


class Bend(NamedTuple):
    """The letters of a word that stay, and what may follow them, each in texts of its language.

    `whole`: the stem is the word itself, and is a form of it in any text. The stem of another
    (прав, of права) is one too, if it may have no ending, but in that language only.
    """

    stem: str
    endings: tuple[Endings, ...]
    whole: bool = False


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


_ANYTHING: tuple[Endings, ...] = ((Anything(), None),)
_PLAIN: Endings = (NOTHING, None)
_NOTHING: tuple[Endings, ...] = (_PLAIN,)
_LOOSE_COMPOUND = Compound(loose=True)
_IS_COMPOUND: tuple[Endings, ...] = ((Compound(loose=False), None),)
_IN_A_COMPOUND: tuple[Endings, ...] = ((_LOOSE_COMPOUND, None),)
_IN_A_GERMAN_COMPOUND: tuple[Endings, ...] = ((_LOOSE_COMPOUND, "de"),)
_AFTER_ACRONYMS: dict[str, tuple[Endings, ...]] = {
    script: (
        (NOTHING.union(written.split()), None),
        # In small letters behind capitals, so that any chain will do: УКМКнын, DXXning.
        *(
            (chains, None)
            for tongue in OF_SCRIPT[script]
            if tongue.strung
            for chains in tongue.strung.chains[:2]
        ),
    )
    for script, written in (("latin", "s"), ("cyrillic", "а у ом е ы ов ам ами ах"))
}
_SHORTEST_COMPOUND = 10
_SHORTEST_LOOSE_COMPOUND = 9
_LONGEST = 10
"""Letters beyond which the length of a word changes nothing."""
_FINALS = {
    script: frozenset(final for tongue in tongues for final in tongue.finals)
    for script, tongues in OF_SCRIPT.items()
}
_LONGEST_FINAL = max(len(final) for finals in _FINALS.values() for final in finals)
_HIGH = {
    script: frozenset(letter for one in tongues if one.strung for letter in one.strung.high)
    for script, tongues in OF_SCRIPT.items()
}
"""Last letters of possessives."""
_BY_VOWEL = {
    script: tuple(one for one in tongues if one.strung and one.strung.by_last_vowel)
    for script, tongues in OF_SCRIPT.items()
}


class _Recipe(NamedTuple):
    """How all words bend that end alike: letters that fall away, what comes, the endings."""

    cut: int
    added: str
    endings: tuple[Endings, ...]
    whole: bool


@lru_cache(maxsize=4096)
def _shared(endings: tuple[Endings, ...]) -> tuple[Endings, ...]:
    """Return one and the same tuple for all stems with these endings: there are few such."""
    return endings


def _recipes(word: str, ways: Iterable[Way]) -> Iterator[_Recipe]:
    """Put together what may follow the same stem; what counts in any text first."""
    of_stem: dict[str, dict[Endings, None]] = {}
    for stem, endings, language in ways:
        if stem not in of_stem:
            of_stem[stem] = {_PLAIN: None} if stem == word else {}
        of_stem[stem][endings, language] = None
    for stem, found in of_stem.items():
        same = _alike(stem, word)
        in_order = tuple(sorted(found, key=_is_of_a_language)) if len(found) > 1 else tuple(found)
        yield _Recipe(len(word) - same, stem[same:], _shared(in_order), stem == word)


def _alike(stem: str, word: str) -> int:
    """Return how many letters both begin with. Most stems are a beginning of their word."""
    if word.startswith(stem):
        return len(stem)
    return next(at for at, letter in enumerate(stem) if word[at : at + 1] != letter)


def _is_of_a_language(endings: Endings) -> bool:
    return endings[1] is not None


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


def _bends(word: str, recipes: Iterable[_Recipe]) -> list[Bend]:
    length, new = len(word), tuple.__new__
    return [
        new(Bend, (word[: length - cut] + added, endings, whole))
        for cut, added, endings, whole in recipes
    ]


def script_of(word: str) -> str:
    """Return "latin", "cyrillic", "arabic" or "other", by the first letter."""
    return next((name for name, letters in _SCRIPTS if letters.match(word)), "other")


def bends(word: str, known: frozenset[str], *, ends_name: bool) -> list[Bend]:
    """Return the stems of a folded word with what may follow them, the unchanged word first.

    `known` are the languages that its letters or the watch list speak for; `ends_name` whether
    it is the last word of a name of several, which may be a possessive ("toplama kampı").
    """
    script = script_of(word)
    if len(word) < 2 or script not in OF_SCRIPT:
        return [plain(word)]
    vowels = tuple((one.code, one.strung.vowel_of(word)) for one in _BY_VOWEL[script] if one.strung)
    length = min(len(word), _LONGEST)
    found = _bends(word, _by_tail(_tail(word, script), length, script, known, vowels))
    if not any(bend.whole for bend in found):
        found.insert(0, plain(word))
    if len(word) > 2:
        found += _bends(
            word, _recipes(word, by_the_whole(word, script, known, ends_name=ends_name))
        )
    if script == "latin" and len(word) >= _SHORTEST_LOOSE_COMPOUND:
        sure = "de" in known
        tight = len(word) >= _SHORTEST_COMPOUND and not sure
        found += [Bend(word, _IS_COMPOUND, whole=True)] if tight else []
        found.append(Bend(word, _IN_A_COMPOUND if sure else _IN_A_GERMAN_COMPOUND, whole=True))
    return found


def may_be_possessive(word: str) -> bool:
    """Tell whether the last word of a name of several may be "its ..." in some language."""
    return word[-1] in _HIGH.get(script_of(word), ())


def typed_russian_bends(word: str) -> list[Bend]:
    """Return the bends of a Kazakh word typed without Kazakh letters."""
    strung = TYPED_ON_A_RUSSIAN_KEYBOARD
    ways = [
        *by_chains(word, "cyrillic", strung, None, vowel=""),
        *inside(word, strung, None, ends_name=True),
    ]
    ways = [(stem, _not_russian(endings), language) for stem, endings, language in ways]
    for rows in TYPED:
        ways += by_rows(word, rows, None)
    return [plain(word), *_bends(word, _recipes(word, ways))]


@lru_cache(maxsize=1024)
def _not_russian(endings: frozenset[str]) -> frozenset[str]:
    """Leave out -ка and -ке: the Kazakh dative, and a woman's word in Russian (журналистка)."""
    return endings - {"ка", "ке"}


def plain(word: str) -> Bend:
    """Return a word that does not bend."""
    return Bend(word, _NOTHING, whole=True)


def open_end(word: str) -> Bend:
    """Return a word that anything may follow."""
    return Bend(word, _ANYTHING, whole=True)


def acronym_bends(word: str) -> list[Bend]:
    """Return the bends of an acronym: NGOs, в СУАРе, ҰҚКның. Its letters stay capital."""
    return [Bend(word, _AFTER_ACRONYMS.get(script_of(word), _NOTHING), whole=True)]
