"""In which language an article is: as its feed says, else as its letters say, else unknown.

Letters decide only where they leave no doubt, because a rule for other languages will not look at
the article: its script, or enough letters that one language alone writes in that script. A name in
another language (Атажұрт in a Russian report) has too few of them. What stays open may be asked of
a `Tongue`, which is given from outside.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from watcher.core.model import Article

    Tongue = Callable[[str, frozenset[str]], str | None]
    """Guess the language of a text (ISO 639-1), if it is one of those or plainly another."""

_LONGEST = 2_000
"""More of a text says nothing new about its language."""
_FEWEST = 10
"""Letters of a script that make it the script of a text."""
_MOST_OTHERS = 0.4
"""Share of letters in other scripts: names, quotations."""

_SCRIPTS = {
    "latin": "A-Za-z\u00c0-\u024f\u1e00-\u1eff\u0259\u018f",
    "cyrillic": "\u0400-\u052f",
    "arabic": "\u0620-\u06ff",
    "han": "\u3400-\u9fff",
    "kana": "\u3040-\u30ff",
    "hangul": "\uac00-\ud7a3",
    "greek": "\u0370-\u03ff",
    "hebrew": "\u0590-\u05ff",
    "georgian": "\u10a0-\u10ff",
    "armenian": "\u0530-\u058f",
    "thai": "\u0e00-\u0e7f",
    "tibetan": "\u0f00-\u0fff",
}
_LETTERS = {name: re.compile(f"[{letters}]") for name, letters in _SCRIPTS.items()}
_ONE_LANGUAGE = {
    "han": "zh", "hangul": "ko", "greek": "el", "hebrew": "he", "georgian": "ka",
    "armenian": "hy", "thai": "th", "tibetan": "bo",
}  # fmt: skip


class Mark(NamedTuple):
    """A language is shown by these letters, if they are so large a share and none of `never`."""

    language: str
    letters: str
    share: float
    never: str = ""


# The first that fits. Shares are about half of what running text has.
_MARKS = {
    "cyrillic": (
        Mark("kk", "ұәғқіһ", 0.05, "їєґўҳҷ"),
        Mark("tg", "ҷӣӯҳ", 0.02),
        Mark("uz", "ўқғҳ", 0.03, "ұәії"),
        Mark("ky", "ңөү", 0.02, "ұәғқіїў"),
        Mark("uk", "їєґі", 0.04, "ыўъэё"),
        Mark("be", "ўі", 0.04, "їєґи"),
        Mark("mk", "ѓќѕ", 0.003),
        Mark("sr", "ђћљњџј", 0.02, "ѓќѕ"),
        Mark("ru", "ыэё", 0.008, "әғқңөұүһіїєґўҳҷӣӯђћљњџј"),
    ),
    "arabic": (
        Mark("ug", "ېۈۆ", 0.02, "ټډړښٹڈڑے"),
        Mark("kk", "ٴۇۋڭ", 0.03, "ېۈٹڈڑےټډړ"),
        Mark("ps", "ټډړښځڅۍ", 0.01),
        Mark("ur", "ٹڈڑےں", 0.02),
        Mark("fa", "پچژگی", 0.03, "ةٹڈڑےټډړۇۆېڕڵ"),
        Mark("ar", "ةىأإ", 0.01, "پچژگڭۇۆېیک"),
    ),
    "latin": (
        Mark("az", "əƏ", 0.02),
        Mark("vi", "ạảấầẩậắằẵặẹẻẽếềểễệỉịọỏốồổộớờợụủứừửữựỳỷỹđ", 0.04),
        Mark("tr", "ığşİĞŞ", 0.02, "əƏßøåłãõñ"),
        Mark("pl", "łżźśęąń", 0.02, "ğ"),
    ),
}
_RUSSIAN_WORD = re.compile(r"\b(?:[ивскуо]|на|не|по|за|из|от|до|что|как|для|это)\b", re.IGNORECASE)


def by_letters(text: str) -> str | None:
    """Return the language that the letters of a text leave no doubt about; None if they do."""
    text = text[:_LONGEST]
    if text.isascii():
        return None
    counts = {name: len(form.findall(text)) for name, form in _LETTERS.items()}
    if counts["kana"] > 2 and counts["kana"] * 10 > counts["han"]:
        return "ja" if counts["kana"] + counts["han"] >= _FEWEST else None
    script, most = max(counts.items(), key=lambda item: item[1])
    if most < _FEWEST // 2 or (most < _FEWEST and script != "han"):
        return None
    if sum(counts.values()) - most > _MOST_OTHERS * most:
        return None
    if script in _ONE_LANGUAGE:
        return _ONE_LANGUAGE[script]
    return _by_marks(text, script, most)


def _by_marks(text: str, script: str, letters: int) -> str | None:
    signs = Counter(text.lower())
    for mark in _MARKS.get(script, ()):
        shown = sum(signs[letter] for letter in mark.letters)
        if shown < 2 or shown < mark.share * letters:
            continue
        if any(signs[letter] for letter in mark.never):
            continue
        # Kazakh and Kyrgyz write ы too, and a headline may lack all of their own letters.
        if mark.language == "ru" and not _RUSSIAN_WORD.search(text):
            continue
        return mark.language
    return None


_SCRIPTS_OF = {
    "latin": "en de fr tr es it pt nl sv pl cs id ms uz az tk kk ky",
    "cyrillic": "ru uk be bg kk ky tg mn uz ug sr mk tt",
    "arabic": "ar fa ur ug kk ps ckb ky uz",
    "han": "zh ja yue",
}


def contradicts(language: str, text: str) -> bool:
    """Tell whether the text is plainly not in the language that its feed says it is in."""
    mine = [name for name, languages in _SCRIPTS_OF.items() if language in languages.split()]
    if not mine:
        return False
    counts = {name: len(_LETTERS[name].findall(text)) for name in _SCRIPTS_OF}
    counts["han"] += len(_LETTERS["kana"].findall(text))
    total = sum(counts.values())
    return total >= _FEWEST and sum(counts[name] for name in mine) * 5 < total


def language_of(
    article: Article, asked: frozenset[str], tongue: Tongue | None = None
) -> str | None:
    """Return the language of an article; None where nothing tells it.

    The feed's word counts unless its script contradicts it: English over Cyrillic text is the
    default of a blog engine. `tongue` is asked last, for a rule that wants the languages `asked`.
    """
    text = f"{article.title}\n{article.summary or article.text[:_LONGEST]}"
    said = primary(article.language or "")
    if said and not contradicts(said, text):
        return said
    found = by_letters(text)
    if found is None and tongue is not None:
        found = tongue(text[:_LONGEST], asked)
    return found


def primary(language: str) -> str:
    """Return the first part of a language tag, in small letters: "zh" of "zh_TW"."""
    return language.lower().replace("_", "-").partition("-")[0]
