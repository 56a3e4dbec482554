"""The stems of one word and the endings that each may take, language by language.

A way is a bend before those of one stem are put together. Most depend on the last letters of the
word alone, so `bending` works them out once for all words that end alike; the rest look further
into the word.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from watcher.core.rules.evidence import PROPER
from watcher.core.rules.languages import OF_SCRIPT, rows_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from watcher.core.rules.languages import Language, Strung
    from watcher.core.rules.languages.tables import Rows

Way = tuple[str, frozenset[str], str | None]
"""A stem, a closed set of endings, and the language that the text must show (None: any)."""

NOTHING = frozenset({""})
_LOOKING_INSIDE = {
    script: tuple(one for one in tongues if one.article or one.strung)
    for script, tongues in OF_SCRIPT.items()
}
_SHORTEST_WITHOUT_ARTICLE = 4
_SHORT_WORD = 2
_SHORTEST_STEM = 2
_SHORTEST_SURE = 4
"""Marks are folded away: Çin with an ending is French "ciné", so the text must be Turkish."""


def gate(tongue: Language, word: str, known: frozenset[str]) -> str | None:
    """Return the language that a text must show for these endings to count; None for any text."""
    sure = tongue.code in known and (tongue.script != "latin" or len(word) >= _SHORTEST_SURE)
    if tongue.everywhere or sure or len(word) >= tongue.sure_from:
        return None
    return tongue.code


def by_last_letters(
    word: str, script: str, known: frozenset[str], vowels: dict[str, str]
) -> Iterator[Way]:
    """Yield what follows from the last letters of a word (and its length, up to LONGEST).

    `vowels` are the last vowels that chains go by, per language (see `Strung.vowel_of`).
    """
    proper = PROPER in known
    for tongue in OF_SCRIPT[script]:
        if len(word) < tongue.shortest and not _is_short(word, tongue, known):
            continue
        language = gate(tongue, word, known)
        for rows in tongue.rows:
            yield from by_rows(word, rows, language)
        yield from by_rows(word, tongue.telling, None)
        yield from _derived(word, tongue, language, proper=proper)
        if tongue.strung:
            vowel = vowels.get(tongue.code, "")
            yield from by_chains(word, script, tongue.strung, language, vowel=vowel, proper=proper)


def _is_short(word: str, tongue: Language, known: frozenset[str]) -> bool:
    """Tell whether it is a word of two letters that bends: Ош, ел.

    Not in Latin letters, where most such words are of no language in particular.
    """
    bends = PROPER in known or tongue.strung is not None
    return bends and tongue.script != "latin" and len(word) == _SHORT_WORD


def by_the_whole(
    word: str, script: str, known: frozenset[str], *, ends_name: bool
) -> Iterator[Way]:
    """Yield what asks for more of the word. `ends_name`: it may be a possessive."""
    long = len(word) >= _LONG_COMPOUND
    for tongue in _LOOKING_INSIDE[script]:
        if tongue.article and word.startswith(tongue.article):
            for rows in tongue.rows:
                yield from _without_article(word.removeprefix(tongue.article), rows, tongue.code)
        strung = tongue.strung
        if strung is None:
            continue
        # Asked of every word of every language: most need no closer look.
        its = (ends_name or long) and word[-1] in strung.high
        if its or strung.rising or word[-2] in strung.fleeting:
            yield from inside(word, strung, gate(tongue, word, known), ends_name=its)


# --- rows ----------------------------------------------------------------------------------------


def by_rows(word: str, rows: Rows, language: str | None) -> Iterator[Way]:
    """Bend a word by one table of rows.

    Of a stem of one letter two are taken (лев, ль-ва), if the table names the word itself.
    """
    for cut, endings in rows_of(word, rows):
        stem = word[: len(word) - cut]
        if len(stem) >= _SHORTEST_STEM:
            yield (stem, endings, language)
        elif stem and any(final == word for final, _ in rows[word[-1]]):
            for letter, rests in _by_first_letter(endings).items():
                yield (stem + letter, rests, language)


@lru_cache(maxsize=256)
def _by_first_letter(endings: frozenset[str]) -> dict[str, frozenset[str]]:
    """Return what follows each letter that an ending begins with."""
    letters = {ending[0] for ending in endings if ending}
    return {
        letter: frozenset(ending[1:] for ending in endings if ending.startswith(letter))
        for letter in letters
    }


def _without_article(word: str, rows: Rows, language: str) -> Iterator[Way]:
    """Bend what is left of a word of the list, in texts of that language only."""
    if len(word) >= _SHORTEST_WITHOUT_ARTICLE:
        yield (word, NOTHING, language)
        yield from by_rows(word, rows, language)


def _derived(word: str, tongue: Language, language: str | None, *, proper: bool) -> Iterator[Way]:
    for made in tongue.derivations:
        if len(word) < made.shortest and not proper:
            continue
        for cut, middles in rows_of(word, made.links):
            for middle in middles:
                stem = word[: len(word) - cut] + middle
                yield (stem, made.endings, None if made.telling else language)


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
_SHORTEST_FLEETING = 4
_SHORTEST_DERIVED = {"latin": 6, "cyrillic": 6, "arabic": 5}
"""In Arabic script short vowels are few, and no capital tells a name."""
_LONG_STEM = 6
_LONG_COMPOUND = 10
"""A word so long may be one with its possessive: milletvekili, milletvekilleri."""


@lru_cache(maxsize=4096)
def _opening(endings: frozenset[str], letters: str) -> frozenset[str]:
    """Return the endings of a chain that open with one of the letters."""
    return frozenset(e for e in endings if e and e[0] in letters)


@lru_cache(maxsize=64)
def _not_opening(endings: frozenset[str], letters: str) -> frozenset[str]:
    """Return the endings of a chain that open with none of the letters."""
    return frozenset(e for e in endings if not e or e[0] not in letters)


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


def _whole(strung: Strung, vowel: str, last: str, *, derived: bool) -> Iterator[frozenset[str]]:
    """Yield what may follow a whole word, by its last vowel and last letter."""
    chains = strung.chains_after(vowel)
    if last in strung.vowels or last in strung.gliding:
        yield chains.after_vowel
    if last in strung.unvoiced:
        yield _not_opening(chains.after_consonant, "мбmbمب")
    elif last not in strung.vowels:
        yield chains.after_consonant
    if derived:
        yield chains.derived


def _whole_telling(
    strung: Strung, vowel: str, last: str, length: int, script: str
) -> Iterator[frozenset[str]]:
    """Yield what of it counts in any text: after four letters the plural, then long chains."""
    if length >= _SHORTEST_TELLING:
        for endings in _whole(strung, vowel, last, derived=False):
            telling = _telling(endings, script)
            yield _after_letter(telling, last) if script == "latin" else telling
    elif length == _SHORTEST_TELLING - 1 and script == "latin":
        yield _plural_only(strung.chains.after_consonant)


def by_chains(
    word: str,
    script: str,
    strung: Strung,
    language: str | None,
    *,
    vowel: str,
    proper: bool = False,
) -> Iterator[Way]:
    """Bend a word of a chaining language at its end."""
    last = word[-1]
    derived = proper or len(word) >= _SHORTEST_DERIVED[script]
    for endings in _whole(strung, vowel, last, derived=derived):
        yield (word, endings, language)
    if language:
        for endings in _whole_telling(strung, vowel, last, len(word), script):
            yield (word, endings, None)
    chains = strung.chains_after(vowel)
    if strung.merged and word.endswith(strung.merged):
        yield (word[:-1], _opening(chains.after_consonant, last), language)
    if last in strung.softened:
        soft = word[:-1] + strung.softened[last]
        yield (soft, _opening(chains.after_consonant, strung.vowels + strung.gliding), language)
    if last in strung.dropped:
        yield (word[:-1], chains.after_consonant, language)
        if language and len(word) > _SHORTEST_TELLING:
            yield (word[:-1], _telling(chains.after_consonant, script), None)


def inside(word: str, strung: Strung, language: str | None, *, ends_name: bool) -> Iterator[Way]:
    """Bend a word of a chaining language where a letter inside it changes or falls out."""
    if ends_name and word[-1] in strung.high and len(word) >= _SHORTEST_POSSESSED:
        chains = strung.chains_after(strung.vowel_of(word))
        for stem in _without_its(word[:-1], strung):
            yield (stem, chains.possessed, language)
    if len(word) >= _SHORTEST_FLEETING and word[-2] in strung.fleeting:
        yield from _fleeting(word, strung, language)
    if strung.rising:
        yield from _raised(word, strung, language)


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


def _fleeting(word: str, strung: Strung, language: str | None) -> Iterator[Way]:
    """Bend a word whose last vowel falls out before an ending that is one: халық, халқы."""
    if word[-1] in "нқкрлзсмпnkqrlzsmpt" and word[-3] not in strung.vowels:
        ends = dict.fromkeys((word[-1], strung.softened.get(word[-1], word[-1])))
        endings = _opening(strung.chains.after_consonant, strung.vowels)
        for last in ends:
            yield (word[:-2] + last, endings, language)


def _raised(word: str, strung: Strung, language: str | None) -> Iterator[Way]:
    """Bend an Uyghur word whose last a or e becomes i in an open syllable (bala, balilar)."""
    last = len(word) - 1
    while last > 0 and word[last] not in strung.sounding:
        last -= 1
    a, e, i = tuple(strung.rising)
    if word[last] not in (a, e) or last == 0:
        return
    if last == len(word) - 1:
        yield (word[:-1] + i, strung.chains.after_vowel, language)
        if len(word) >= _LONG_STEM:
            yield (word[:-1] + i, strung.chains.derived, language)
        return
    endings = _opening(strung.chains.after_consonant, strung.vowels + strung.gliding)
    for high in (i, {"i": "e", "и": "е", "ي": "ې"}[i]):
        raised = word[:last] + high + word[last + 1 :]
        if raised != word:
            yield (raised, endings, language)
