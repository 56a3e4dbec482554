"""Signs of a language in a text, and words that are spelled in more than one way.

Endings of one or two letters mean something only in their own language, so they count where the
text, the alias or the feed speaks for it. Guessing wrong costs a rare form, never a plain name.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from watcher.core.rules.languages import LANGUAGES, Language

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


_BY_WORDS = tuple(one for one in LANGUAGES if one.words)
_BY_TWO = tuple(one for one in LANGUAGES if one.two_of)
_BY_LETTER = {
    letter: frozenset(one for one in LANGUAGES if letter in one.letters)
    for letter in frozenset[str]().union(*(one.letters for one in LANGUAGES))
}
_LETTERS_OF = {
    one.code: frozenset[str]().union(*(o.letters for o in LANGUAGES if o.code == one.code))
    for one in LANGUAGES
}
_NO_LETTERS: frozenset[str] = frozenset()
_TELLING_SIGNS = frozenset(_BY_LETTER).union(*(one.never for one in LANGUAGES), "é")
_BY_TERM_LETTER = {
    letter: frozenset(one.code for one in LANGUAGES if letter in one.term_letters)
    for letter in frozenset[str]().union(*(one.term_letters for one in LANGUAGES))
}

# Uyghur in Latin letters: é, and a q without u.
_UYGHUR_LATIN = re.compile("q(?!u)")
_KAZAKH_LETTER = re.compile("[әғқңөұүһі]")

# What German nouns of some length end in: enough to know the language by.
_GERMAN_HEAD = re.compile(
    "(ung|keit|heit|schaft|lager|arbeit|zentrum|gesetz|recht|haft|mord|krieg)$"
)
# Words that a line in capitals may hold as plain words, so that they are no acronym there.
_PLAIN_WORDS = (
    "who is it us in on at or and the of to for by as be so no we he she an am are was do if my up"
    " tip aid may can all his her its our you not but new now how why what when out off over"
    " des les une est pas sur par der die das und mit von fur"
    " и в на не по за от до из как что"
)
PLAIN_WORDS = frozenset(_PLAIN_WORDS.split())


PROPER = "a proper name"
"""Stands among the languages of a short word with a capital. Names of places bend however short
they are (в Оше), and their people are called by them (İranlı); so do few other words of four or
five letters: a minister (bakan) is no ministry (bakanlık)."""
_SHORT_NAME = 5


@lru_cache(maxsize=64)
def language_of_term(text: str, language: str) -> frozenset[str]:
    """Return the languages that a spelling speaks for: by its letters, its form, its label.

    A term is one word: its letters tell what it may be, and a wrong guess stays with that word.
    """
    found = set(languages_of(text, ()))
    if not text.isascii():
        found = found.union(*(_BY_TERM_LETTER.get(letter, ()) for letter in set(text)))
    if language:
        found.add(language[:2])
    if len(text) >= 9 and _GERMAN_HEAD.search(text.lower()):
        found.add("de")
    if len(text) <= _SHORT_NAME and text.istitle() and text.isalpha():
        found.add(PROPER)
    return _shared(frozenset(found))


@lru_cache(maxsize=1024)
def _shared(languages: frozenset[str]) -> frozenset[str]:
    """Return one and the same set for all terms of these languages."""
    return languages


def languages_of(raw: str, words: Iterable[str], said: str = "") -> frozenset[str]:
    """Return the languages that a text shows signs of, and the one that it is `said` to be in.

    `words` are its words, folded. Letters that the said language has show no other: і in a
    Kazakh text is not Ukrainian.
    """
    seen = set(words)
    found = {said} if said else set()
    if seen:
        found |= {one.code for one in _BY_WORDS if not seen.isdisjoint(one.words)}
        found |= {one.code for one in _BY_TWO if len(seen & one.two_of) > 1}
    if raw.isascii():
        return frozenset(found)
    signs = set(raw) & _TELLING_SIGNS
    if not signs:
        return frozenset(found)
    own = _LETTERS_OF.get(said, _NO_LETTERS)
    shown = frozenset[Language]().union(*(_BY_LETTER.get(sign, ()) for sign in signs - own))
    found |= {one.code for one in shown if signs.isdisjoint(one.never)}
    if "é" in signs and any(map(_UYGHUR_LATIN.search, seen)):
        found.add("ug")
    return frozenset(found)


_OF_CODE = {
    code: tuple(one for one in LANGUAGES if one.code == code)
    for code in {one.code for one in LANGUAGES}
}


def shows(language: str, raw: str, seen: frozenset[str], said: str = "") -> bool:
    """Tell whether a text shows signs of one language; `seen` are its words, folded.

    The same as `language in languages_of(raw, seen, said)`, without asking for all the others.
    """
    if language == said:
        return True
    mine = _OF_CODE.get(language, ())
    for one in mine:
        if not seen.isdisjoint(one.words) or (one.two_of and len(seen & one.two_of) > 1):
            return True
    if raw.isascii():
        return False
    signs = set(raw) & _TELLING_SIGNS
    foreign = signs - _LETTERS_OF.get(said, _NO_LETTERS)
    if any(not foreign.isdisjoint(one.letters) and signs.isdisjoint(one.never) for one in mine):
        return True
    return language == "ug" and "é" in signs and any(map(_UYGHUR_LATIN.search, seen))


# British and American: the pair, where it may stand.
_BRITISH = tuple(
    (re.compile(form), to)
    for form, to in (
        (
            r"^(lab|col|hon|fav|harb|rum|hum|neighb|behavi|endeav|parl|vig|arm|flav|rig|sav)our",
            r"\1or",
        ),
        (
            r"^(lab|col|hon|fav|harb|rum|hum|neighb|behavi|endeav|parl|vig|arm|flav|rig|sav)or",
            r"\1our",
        ),
        (r"(\w{4})is(e|ed|es|er|ing|ation|ations)$", r"\1iz\2"),
        (r"(\w{4})iz(e|ed|es|er|ing|ation|ations)$", r"\1is\2"),
        (r"^(cent|theat|lit|met|fib|calib|somb|meag)re(s?)$", r"\1er\2"),
        (r"^(cent|theat|lit|met|fib|calib|somb|meag)er(s?)$", r"\1re\2"),
        (r"^(def|off|lic|pret)ence(s?)$", r"\1ense\2"),
        (r"^(def|off|lic|pret)ense(s?)$", r"\1ence\2"),
        (r"^program(s?)$", r"programme\1"),
        (r"^programme(s?)$", r"program\1"),
        (r"^(trave|cance|labe|mode|signa|jewe)ll(ed|ing|er|ers)$", r"\1l\2"),
        (r"^(trave|cance|labe|mode|signa|jewe)l(ed|ing|er|ers)$", r"\1ll\2"),
    )
)


_MAY_BE_BRITISH = re.compile("^....?.?ou?r|i[sz]|(re|er|ll?(ed|ing|er))s?$|en[cs]es?$|^program")


def spellings(word: str) -> Iterator[str]:
    """Yield the other spellings of a folded English word: labour for labor."""
    if word.isascii() and _MAY_BE_BRITISH.search(word):
        for form, to in _BRITISH:
            other = form.sub(to, word)
            if other != word:
                yield other


# What a father's name ends in, in its cases: Умирбекович, Умирбекұлының, Umirbekovich.
_PATRONYMIC = re.compile(
    "...*([ое]вич(а|у|ем|е)?|[оеі]вн(а|ы|и|е|і|у|ой|ою)|ичн(а|ы|е|у|ой)"
    "|([ұу]л|[қк]ыз)ы(ның|на|н|мен|нда|нан)?|[oe]vich|[oe]vna|uly|[kq]yzy)"
)


def is_patronymic(word: str) -> bool:
    """Tell whether a folded word is a father's name, which many papers leave out."""
    return _PATRONYMIC.fullmatch(word) is not None


_RUSSIAN_KEYBOARD = str.maketrans("әғқңөұүһі", "агкноуухи")


def typed_on_russian_keyboard(word: str) -> str | None:
    """Return a Kazakh word as people type it without Kazakh letters; None if that says nothing.

    Six letters or more: қазақ would become казак, which is a Cossack.
    """
    if len(word) < 6 or not _KAZAKH_LETTER.search(word):
        return None
    return word.translate(_RUSSIAN_KEYBOARD)


def has_kazakh_letter(word: str) -> bool:
    """Tell whether a folded Cyrillic word is in a Turkic language."""
    return _KAZAKH_LETTER.search(word) is not None
