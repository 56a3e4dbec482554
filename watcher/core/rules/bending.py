"""From a word of a watch list to its stems and the endings that each may take.

`languages` holds the tables; here is which of them a word may use. The answer goes into the
index once, when rules are compiled; texts are only looked up.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from watcher.core.rules import languages as tables
from watcher.core.rules.evidence import has_kazakh_letter
from watcher.core.rules.languages import rows_of
from watcher.core.text import CYRILLIC, LATIN

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

    from watcher.core.rules.languages import Rows

_SCRIPTS = (
    ("latin", re.compile(f"[{LATIN}]")),
    ("cyrillic", re.compile(f"[{CYRILLIC}]")),
    ("arabic", re.compile("[\u0620-\u06ff]")),
)
_TURKIC_ARABIC = re.compile("[ۇۆۈېڭۋچگپئھ]")
NOTHING = frozenset({""})


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
    """German: a long word opens a compound, with a linking -s- or, if `loose`, with any link."""

    def __init__(self, *, loose: bool) -> None:
        self._form = re.compile(r"(?:s|n|en|es|er|)[a-z]{4,}" if loose else r"s[a-z]{4,}")

    def __contains__(self, ending: object) -> bool:
        return isinstance(ending, str) and self._form.fullmatch(ending) is not None


ANYTHING = Anything()
_COMPOUND = Compound(loose=False)
_LOOSE_COMPOUND = Compound(loose=True)


def _by_rows(word: str, rows: Rows, language: str | None) -> Iterator[Bend]:
    for cut, endings in rows_of(word, rows):
        if len(word) - cut >= 2:
            yield Bend(word[: len(word) - cut], endings, language)


@cache
def _opening(name: str, slot: int, letters: str) -> frozenset[str]:
    """Return the endings of a chain that open with one of the letters."""
    return frozenset(e for e in tables.chains(name)[slot] if e and e[0] in letters)


# Chains that no other language has by chance, each in its alphabet.
_TELLING = {
    "latin": re.compile("(l[iu])?[ldt][ae]r(?!y)|[dt][aei](ki|gi|gy)|[dt][ae]n?$"),
    "cyrillic": re.compile("[лдт][ае]р|[дт][ае]н?$|[дт][ае][ғг]|ге$"),
    "arabic": re.compile("[لدت][اه]ر|[دت][اه]ن?$"),
}


@cache
def _telling(endings: frozenset[str], script: str) -> frozenset[str]:
    """Return those endings of a chain that count in any text."""
    form = _TELLING[script]
    return frozenset(ending for ending in endings if ending and form.match(ending))


@cache
def _plural_only(name: str) -> frozenset[str]:
    return frozenset(e for e in tables.chains(name)[1] if e.startswith(("lar", "ler")))


class _Sounds(NamedTuple):
    """What the chains of an alphabet need to know of its letters (folded)."""

    vowels: str
    gliding: str
    """Letters after which both kinds of ending stand: су-дың, and in Arabic script ы = й."""
    softened: dict[str, str]
    """Last letters that soften before a vowel: құқық, құқығы."""
    rising: str = ""
    """Uyghur a, e and the i that they become in an open syllable."""


_SOUNDS = {
    "kk": _Sounds("аеёоыэяәіөұү", "иую", {"қ": "ғ", "к": "г", "п": "б"}),
    "kk-typed-ru": _Sounds("аеёоыэя", "иую", {"к": "г", "п": "б"}),
    "kk-arab": _Sounds("اهۇۆ", "يوۋ", {"ق": "ع", "ك": "گ", "پ": "ب"}),
    "kk-latn": _Sounds("aeo", "iuyw", {"q": "g", "k": "g", "p": "b"}),
    "kk-latn-y": _Sounds("aeo", "iuyw", {"q": "g", "k": "g", "p": "b"}),
    "tr": _Sounds("aeiou", "", {"k": "g", "p": "b", "t": "d"}),
    "ug-arab": _Sounds("اهېوۇۆۈ", "ي", {"ق": "غ", "ك": "گ", "پ": "ۋ"}, "اهي"),
    "ug-cyrl": _Sounds("аәеиоуөү", "", {"қ": "ғ", "к": "г"}, "аәи"),
    "ug-latn": _Sounds("aeiou", "", {"q": "gh", "k": "g"}, "aei"),
}
_HIGH = {
    "kk": "ыі", "kk-typed-ru": "ыи", "kk-arab": "ي", "kk-latn": "i", "kk-latn-y": "yi", "tr": "iu",
    "ug-arab": "ي", "ug-cyrl": "и", "ug-latn": "i",
}  # fmt: skip


def _by_chains(word: str, name: str, language: str | None, *, ends_name: bool) -> Iterator[Bend]:
    """Bend a word of a chaining language. `ends_name`: it may be "its ..."."""
    sounds, chains = _SOUNDS[name], tables.chains(name)
    for endings in _after(word, name):
        yield Bend(word, endings, language)
    if word[-1] in sounds.softened:
        soft = word[:-1] + sounds.softened[word[-1]]
        yield Bend(soft, _opening(name, 1, sounds.vowels + sounds.gliding), language)
    if word[-1] == "ь":
        # лагерь: лагерьлер and лагерлер, лагері.
        yield Bend(word[:-1], chains.after_consonant, language)
    if ends_name and word[-1] in _HIGH[name] and len(word) >= 5:
        for stem in _without_its(word[:-1], name):
            yield Bend(stem, chains.possessed, language)
    if sounds.rising:
        yield from _raised(word, name, language)


def _after(word: str, name: str) -> Iterator[frozenset[str]]:
    """Yield the chains that may follow a word, by its last letter."""
    sounds, chains = _SOUNDS[name], tables.chains(name)
    if word[-1] in sounds.vowels + sounds.gliding:
        yield chains.after_vowel
    if word[-1] not in sounds.vowels:
        yield chains.after_consonant


def _without_its(stem: str, name: str) -> Iterator[str]:
    """Yield the words of which `stem` and a vowel may be the possessive (kamp-ı, құқығ-ы)."""
    yield stem
    if stem[-1] in "сsس" and len(stem) > 4:
        yield stem[:-1]
    for hard, soft in _SOUNDS[name].softened.items():
        if stem.endswith(soft):
            yield stem.removesuffix(soft) + hard
    if name == "kk":
        yield stem + "ь"


def _raised(word: str, name: str, language: str | None) -> Iterator[Bend]:
    """Bend an Uyghur word whose last a or e becomes i in an open syllable (bala, balilar)."""
    sounds = _SOUNDS[name]
    a, e, i = tuple(sounds.rising)
    if word[-1] in (a, e):
        yield Bend(word[:-1] + i, tables.chains(name).after_vowel, language)
        return
    vowels = sounds.vowels + sounds.gliding
    last = max(word.rfind(a), word.rfind(e))
    if last > 0 and not any(letter in vowels for letter in word[last + 1 :]):
        for high in (i, {"i": "e", "и": "е", "ي": "ې"}[i]):
            raised = word[:last] + high + word[last + 1 :]
            if raised != word:
                yield Bend(raised, _opening(name, 1, vowels), language)


def _latin(word: str, known: frozenset[str], *, ends_name: bool) -> Iterator[Bend]:
    def unless_known(language: str) -> str | None:
        return None if language in known or (language == "de" and len(word) >= 10) else language

    if len(word) >= 4:
        yield from _by_rows(word, tables.ENGLISH, None)
        yield from _by_rows(word, tables.GERMAN_TELLING, None)
        yield from _by_rows(word, tables.GERMAN, unless_known("de"))
        yield from _by_rows(word, tables.FRENCH, unless_known("fr"))
    if len(word) >= 10:
        yield Bend(word, _COMPOUND)
    if len(word) >= 9:
        yield Bend(word, _LOOSE_COMPOUND, None if "de" in known else "de")
    for name in ("tr", "kk-latn", "kk-latn-y", "ug-latn"):
        language = unless_known(name[:2])
        yield from _by_chains(word, name, language, ends_name=ends_name)
        if language and len(word) == 4:
            yield Bend(word, _plural_only(name))
        elif language:
            yield from _by_telling(word, name, "latin")


def _by_telling(word: str, name: str, script: str) -> Iterator[Bend]:
    """Bend a word of five letters or more by what counts in any text."""
    if len(word) >= 5:
        for endings in _after(word, name):
            yield Bend(word, _telling(endings, script))


def _cyrillic(word: str, known: frozenset[str], *, ends_name: bool) -> Iterator[Bend]:
    turkic = has_kazakh_letter(word)
    russian = None if not turkic or "ru" in known else "ru"
    yield from _by_rows(word, tables.RUSSIAN_NOUNS, russian)
    yield from _by_rows(word, tables.RUSSIAN_ADJECTIVES, russian)
    if len(word) >= 4:
        for cut, links in rows_of(word, tables.RUSSIAN_DERIVED):
            for link in links:
                yield Bend(word[: len(word) - cut] + link, tables.SKY, russian)
    yield from _turkic(word, ("kk", "ug-cyrl"), turkic, known, ends_name=ends_name)


def _arabic(word: str, known: frozenset[str], *, ends_name: bool) -> Iterator[Bend]:
    turkic = _TURKIC_ARABIC.search(word) is not None
    if not turkic:
        yield from _by_rows(word, tables.ARABIC, None if "ar" in known else "ar")
    yield from _turkic(word, ("kk-arab", "ug-arab"), turkic, known, ends_name=ends_name)


def _turkic(
    word: str, names: tuple[str, str], sure: bool, known: frozenset[str], *, ends_name: bool
) -> Iterator[Bend]:
    for name in names:
        certain = sure or name[:2] in known
        yield from _by_chains(word, name, None if certain else name[:2], ends_name=ends_name)
        if not certain:
            yield from _by_telling(word, name, script_of(word))


def script_of(word: str) -> str:
    """Return "latin", "cyrillic", "arabic" or "other", by the first letter."""
    return next((name for name, letters in _SCRIPTS if letters.match(word)), "other")


def bends(word: str, known: frozenset[str], *, ends_name: bool) -> list[Bend]:
    """Return the ways in which a folded word bends, the unchanged word first.

    `known` are the languages that its letters or the watch list speak for; `ends_name` whether
    it is the last word of a name of several, which may be a possessive ("toplama kampı").
    """
    by_script = {"latin": _latin, "cyrillic": _cyrillic, "arabic": _arabic}
    plain = Bend(word, NOTHING)
    script = script_of(word)
    if len(word) < 3 or script not in by_script:
        return [plain]
    return [plain, *by_script[script](word, known, ends_name=ends_name)]


def typed_russian_bends(word: str) -> list[Bend]:
    """Return the bends of a Kazakh word typed without Kazakh letters."""
    return [
        Bend(word, NOTHING),
        *_by_chains(word, "kk-typed-ru", None, ends_name=True),
        *_by_rows(word, tables.RUSSIAN_NOUNS, None),
    ]


def acronym_bends(word: str) -> list[Bend]:
    """Return the bends of an acronym: NGOs, в СУАРе. The letters of the acronym stay capital."""
    endings = {"latin": "s", "cyrillic": "а у ом е ы ов ам ами ах"}.get(script_of(word), "")
    return [Bend(word, frozenset(endings.split()) | NOTHING)]
