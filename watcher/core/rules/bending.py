"""From a word of a watch list to its stems and the endings that each may take.

`languages` holds the tables; here is which of them a word may use. The answer goes into the
index once, when rules are compiled; texts are only looked up.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from watcher.core.rules.languages import (
    OF_SCRIPT,
    TYPED,
    TYPED_ON_A_RUSSIAN_KEYBOARD,
    rows_of,
)
from watcher.core.text import CYRILLIC, LATIN

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator

    from watcher.core.rules.languages import Language, Strung
    from watcher.core.rules.languages.tables import Rows

_SCRIPTS = (
    ("latin", re.compile(f"[{LATIN}]")),
    ("cyrillic", re.compile(f"[{CYRILLIC}]")),
    ("arabic", re.compile("[\u0620-\u06ff]")),
)
NOTHING = frozenset({""})
_SHORTEST_WITHOUT_ARTICLE = 4


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


_Way = tuple[str, frozenset[str], str | None]
"""A stem with one closed set of endings and its language: a bend, before those of one stem are
put together. A bare tuple, because a list of 10,000 names makes a million of them."""


# --- rows ----------------------------------------------------------------------------------------


def _by_rows(word: str, rows: Rows, language: str | None) -> Iterator[_Way]:
    for cut, endings in rows_of(word, rows):
        if len(word) - cut >= 2:
            yield (word[: len(word) - cut], endings, language)


def _without_article(word: str, rows: Rows, language: str) -> Iterator[_Way]:
    """Bend what is left of a word of the list, in texts of that language only."""
    if len(word) >= _SHORTEST_WITHOUT_ARTICLE:
        yield (word, NOTHING, language)
        yield from _by_rows(word, rows, language)


def _derived(word: str, tongue: Language, language: str | None) -> Iterator[_Way]:
    for links, endings, shortest in tongue.derivations:
        if len(word) < shortest:
            continue
        for cut, middles in rows_of(word, links):
            for middle in middles:
                yield (word[: len(word) - cut] + middle, endings, language)


# --- chains --------------------------------------------------------------------------------------

# Chains that no other language has by chance, each in its alphabet: English has laughter and
# forgotten, German the Sportler, so a bare -ter, -ten and -ler say nothing.
_TELLING = {
    "latin": re.compile("(l[iu])?([ldt]ar(?!y)|[ldt]er[^ys])|[dt][aei](ki|gi|gy)|[dt]an?$"),
    "cyrillic": re.compile("[лдт][аеө]р|[дт][ае]н?$|[дт][ае][ғг]|ге$"),
    "arabic": re.compile("[لدت][اه]ر|[دت][اه]ن?$"),
}
_SHORTEST_TELLING = 5
_SHORTEST_POSSESSED = 5
_SHORTEST_FLEETING = 5
_SHORTEST_DERIVED = 6
_SHORTEST_SURE = 4
"""Marks are folded away: Çin with an ending is French "ciné", so the text must be Turkish."""


@lru_cache(maxsize=4096)
def _opening(endings: frozenset[str], letters: str) -> frozenset[str]:
    """Return the endings of a chain that open with one of the letters."""
    return frozenset(e for e in endings if e and e[0] in letters)


@lru_cache(maxsize=256)
def _telling(endings: frozenset[str], script: str) -> frozenset[str]:
    """Return those endings of a chain that count in any text."""
    form = _TELLING[script]
    return frozenset(ending for ending in endings if ending and form.match(ending))


@lru_cache(maxsize=1024)
def _after_letter(endings: frozenset[str], last: str) -> frozenset[str]:
    """Return the telling endings that mean something after this last letter.

    Kazakhs-tan is no ablative, and a doubled letter is English: controller, forgotten.
    """
    not_these = ("tan",) if last == "s" else (last,)
    return frozenset(ending for ending in endings if not ending.startswith(not_these))


@lru_cache(maxsize=64)
def _plural_only(endings: frozenset[str]) -> frozenset[str]:
    return frozenset(e for e in endings if e.startswith(("lar", "ler")))


def _by_chains(word: str, strung: Strung, language: str | None, *, name: bool) -> Iterator[_Way]:
    """Bend a word of a chaining language. `name`: it ends a name, so it may be "its ..."."""
    chains = strung.chains_of(word)
    opening = strung.vowels + strung.gliding
    for endings in _after(word, strung):
        yield (word, endings, language)
    if len(word) >= _SHORTEST_DERIVED:
        yield (word, chains.derived, language)
    if strung.merged and word.endswith(strung.merged):
        yield (word[:-1], _opening(chains.after_consonant, word[-1]), language)
    if word[-1] in strung.softened:
        soft = word[:-1] + strung.softened[word[-1]]
        yield (soft, _opening(chains.after_consonant, opening), language)
    if word[-1] in strung.dropped:
        yield (word[:-1], chains.after_consonant, language)
    if name and word[-1] in strung.high and len(word) >= _SHORTEST_POSSESSED:
        for stem in _without_its(word[:-1], strung):
            yield (stem, chains.possessed, language)
    if strung.rising:
        yield from _raised(word, strung, language)


def _after(word: str, strung: Strung) -> Iterator[frozenset[str]]:
    """Yield the chains that may follow a word, by its last letter."""
    chains = strung.chains_of(word)
    if word[-1] in strung.vowels + strung.gliding:
        yield chains.after_vowel
    if word[-1] not in strung.vowels:
        yield chains.after_consonant


def _without_its(stem: str, strung: Strung) -> Iterator[str]:
    """Yield the words of which `stem` and a vowel may be the possessive (kamp-ı, құқығ-ы)."""
    yield stem
    if stem[-1] in "сsس" and len(stem) > 4:
        yield stem[:-1]
    for hard, soft in strung.softened.items():
        if stem.endswith(soft):
            yield stem.removesuffix(soft) + hard
    for letter in strung.dropped:
        yield stem + letter


def _fleeting(word: str, strung: Strung, language: str | None) -> Iterator[_Way]:
    """Bend a word whose last vowel falls out before an ending that is one: халық, халқы."""
    if (
        len(word) >= _SHORTEST_FLEETING
        and word[-2] in strung.fleeting
        and word[-1] in "нқкрлзсмпnkqrlzsmpt"
        and word[-3] not in strung.vowels
    ):
        ends = dict.fromkeys((word[-1], strung.softened.get(word[-1], word[-1])))
        endings = _opening(strung.chains.after_consonant, strung.vowels)
        for last in ends:
            yield (word[:-2] + last, endings, language)


def _raised(word: str, strung: Strung, language: str | None) -> Iterator[_Way]:
    """Bend an Uyghur word whose last a or e becomes i in an open syllable (bala, balilar)."""
    a, e, i = tuple(strung.rising)
    if word[-1] in (a, e):
        yield (word[:-1] + i, strung.chains.after_vowel, language)
        return
    vowels = strung.vowels + strung.gliding
    last = max(word.rfind(a), word.rfind(e))
    if last > 0 and not any(letter in vowels for letter in word[last + 1 :]):
        for high in (i, {"i": "e", "и": "е", "ي": "ې"}[i]):
            raised = word[:last] + high + word[last + 1 :]
            if raised != word:
                yield (raised, _opening(strung.chains.after_consonant, vowels), language)


# --- a word under all languages of its script ----------------------------------------------------


def _ways(word: str, script: str, known: frozenset[str], *, ends_name: bool) -> Iterator[_Way]:
    for tongue in OF_SCRIPT[script]:
        if len(word) < tongue.shortest:
            continue
        certain = (
            tongue.everywhere
            or (tongue.code in known and not (script == "latin" and len(word) < _SHORTEST_SURE))
            or len(word) >= tongue.sure_from
        )
        language = None if certain else tongue.code
        for rows in tongue.rows:
            yield from _by_rows(word, rows, language)
        yield from _by_rows(word, tongue.telling, None)
        if tongue.article and word.startswith(tongue.article):
            for rows in tongue.rows:
                yield from _without_article(word.removeprefix(tongue.article), rows, tongue.code)
        yield from _derived(word, tongue, language)
        if tongue.strung:
            yield from _by_chains(word, tongue.strung, language, name=ends_name)
            yield from _fleeting(word, tongue.strung, language)
            if not certain:
                yield from _by_telling(word, tongue.strung, script)


def _by_telling(word: str, strung: Strung, script: str) -> Iterator[_Way]:
    """Bend a word by what counts in any text: four letters by the plural, more by long chains."""
    if len(word) >= _SHORTEST_TELLING:
        for endings in _after(word, strung):
            telling = _telling(endings, script)
            yield (word, _after_letter(telling, word[-1]), None)
    elif len(word) == _SHORTEST_TELLING - 1 and script == "latin":
        yield (word, _plural_only(strung.chains.after_consonant), None)


@lru_cache(maxsize=4096)
def _union(sets: tuple[frozenset[str], ...]) -> frozenset[str]:
    return sets[0].union(*sets[1:])


@lru_cache(maxsize=4096)
def _without_nothing(endings: frozenset[str]) -> frozenset[str]:
    return endings - NOTHING


def _gathered(word: str, ways: Iterable[_Way]) -> Iterator[Bend]:
    """Yield one bend per stem and language. The same sets come together again and again."""
    sets: dict[tuple[str, str | None], dict[frozenset[str], None]] = {}
    for stem, endings, language in ways:
        sets.setdefault((stem, language), {})[endings] = None
    for (stem, language), found in sets.items():
        whole = _union(tuple(found)) if len(found) > 1 else next(iter(found))
        if "" in whole and stem != word:
            # A shorter form (прав) is written as an ending too, so that it counts as one.
            yield Bend(stem[:-1], frozenset(stem[-1]), language)
            whole = _without_nothing(whole)
        yield Bend(stem, whole, language)


def script_of(word: str) -> str:
    """Return "latin", "cyrillic", "arabic" or "other", by the first letter."""
    return next((name for name, letters in _SCRIPTS if letters.match(word)), "other")


def bends(word: str, known: frozenset[str], *, ends_name: bool) -> list[Bend]:
    """Return the ways in which a folded word bends, the unchanged word first.

    `known` are the languages that its letters or the watch list speak for; `ends_name` whether
    it is the last word of a name of several, which may be a possessive ("toplama kampı").
    """
    plain = Bend(word, NOTHING)
    script = script_of(word)
    if len(word) < 3 or script not in OF_SCRIPT:
        return [plain]
    found = [plain, *_gathered(word, _ways(word, script, known, ends_name=ends_name))]
    if script == "latin":
        if len(word) >= 10:
            found.append(Bend(word, _COMPOUND))
        if len(word) >= 9:
            found.append(Bend(word, _LOOSE_COMPOUND, None if "de" in known else "de"))
    return found


def typed_russian_bends(word: str) -> list[Bend]:
    """Return the bends of a Kazakh word typed without Kazakh letters."""
    # -ка and -ке are the Kazakh dative, and make a woman's word in Russian (журналистка).
    ways = [
        (stem, endings - {"ка", "ке"}, language)
        for stem, endings, language in _by_chains(
            word, TYPED_ON_A_RUSSIAN_KEYBOARD, None, name=True
        )
    ]
    for rows in TYPED:
        ways += _by_rows(word, rows, None)
    return [Bend(word, NOTHING), *_gathered(word, ways)]


def acronym_bends(word: str) -> list[Bend]:
    """Return the bends of an acronym: NGOs, в СУАРе. The letters of the acronym stay capital."""
    endings = {"latin": "s", "cyrillic": "а у ом е ы ов ам ами ах"}.get(script_of(word), "")
    return [Bend(word, frozenset(endings.split()) | NOTHING)]
