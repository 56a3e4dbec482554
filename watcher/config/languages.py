"""Languages and scripts, as far as a rules file speaks of them: codes, slips, letters."""

from __future__ import annotations

import re


def words(text: str) -> frozenset[str]:
    """Return the words of a list that is written as one text."""
    return frozenset(text.split())


LANGUAGES = words(
    "aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu cv cy da "
    "de dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy "
    "hz ia id ie ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg "
    "li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om or "
    "os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su sv sw ta "
    "te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu "
    "ckb crh hak nan sah tyv yue zza"
)
"""ISO 639-1, and a few of three letters that this field meets."""

SCRIPTS_AFTER = words("arab cyrl hans hant latn mong tfng")
"""What may follow a language: kk-arab, zh-hant. A country may follow too: en-gb."""

MEANT = {
    # countries and names that stand for a language
    "kz": "kk", "cn": "zh", "tw": "zh-hant", "hk": "zh-hant", "ua": "uk", "jp": "ja", "cz": "cs",
    "uy": "ug", "uig": "ug", "kaz": "kk", "rus": "ru", "eng": "en", "zho": "zh", "chi": "zh",
    "tur": "tr", "kg": "ky", "tj": "tg", "tm": "tk", "by": "be", "us": "en", "gb": "en",
    "english": "en", "russian": "ru", "kazakh": "kk", "qazaq": "kk", "chinese": "zh",
    "mandarin": "zh", "simplified": "zh-hans", "traditional": "zh-hant", "uyghur": "ug",
    "uighur": "ug", "turkish": "tr", "german": "de", "french": "fr", "arabic": "ar",
    "kyrgyz": "ky", "uzbek": "uz", "tajik": "tg", "turkmen": "tk", "mongolian": "mn",
    "tibetan": "bo", "spanish": "es", "persian": "fa", "farsi": "fa", "japanese": "ja",
    "korean": "ko", "ukrainian": "uk", "belarusian": "be", "urdu": "ur", "tatar": "tt",
    "русский": "ru", "казахский": "kk", "английский": "en", "китайский": "zh",
    "уйгурский": "ug", "турецкий": "tr", "қазақша": "kk", "орысша": "ru", "中文": "zh",
}  # fmt: skip

COMMON = ("en", "ru", "kk", "zh", "ug", "tr", "ky", "uz", "de", "fr", "ar")

_CYRILLIC = words("ru be uk bg mk sr kk ky tg mn tt ba cv os ab ce av kv sah tyv uz ug az tk")
_ARABIC = words("ar fa ps ur ug kk ky sd ks ku ckb az tk uz pa")
_HAN = words("zh ja ko yue nan hak za")
_NEVER_LATIN = (_CYRILLIC | _ARABIC | _HAN) - words("kk uz ug az tk ku sr tt za ko")
"""Latin there is for names, not for words."""

SCRIPT = {
    "Latin": "A-Za-zÀ-ÖØ-öø-ɏɐ-ʯḀ-ỿＡ-Ｚａ-ｚ",
    "Cyrillic": "Ѐ-ԯᲀ-᲏ⷠ-ⷿꙀ-ꚟ",
    "Greek": "Ͱ-Ͽἀ-῿",
    "Arabic": "\u0620-\u065f\u066e-\u06ef\u06fa-\u06ff\u0750-\u077f\u08a0-\u08ff"
    "\ufb50-\ufdff\ufe70-\ufefc",
    "Han": "\u2e80-\u2fdf\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff",
    "Kana": "\u3040-\u30ff",
    "Hangul": "\u1100-\u11ff\uac00-\ud7af",
    "Hebrew": "\u0590-\u05ff",
    "Armenian": "\u0530-\u058f",
    "Georgian": "\u10a0-\u10ff",
    "Tibetan": "\u0f00-\u0fff",
    "Thai": "\u0e00-\u0e7f",
    "Devanagari": "\u0900-\u097f",
    "Mongolian": "\u1800-\u18af",
}
"""Letters of a script, for use inside the brackets of a regular expression."""

_LETTERS = {name: re.compile(f"[{letters}]") for name, letters in SCRIPT.items()}


def is_language(code: str) -> bool:
    """Say whether `code` (lower case) names a language: kk, kk-arab, en-gb."""
    first, *rest = code.split("-")
    return first in LANGUAGES and all(
        part in SCRIPTS_AFTER or (len(part) == 2 and part.isascii() and part.isalpha())
        for part in rest
    )


def scripts_of(text: str) -> frozenset[str]:
    """Return the names of the scripts whose letters stand in `text`."""
    if text.isascii():
        return frozenset({"Latin"}) if _LETTERS["Latin"].search(text) else frozenset()
    return frozenset(name for name, letters in _LETTERS.items() if letters.search(text))


def may_be_written_in(language: str, script: str) -> bool:
    """Say whether words of `script` occur in texts of `language`. Unknown scripts may."""
    first = language.partition("-")[0]
    if script == "Cyrillic":
        return first in _CYRILLIC
    if script == "Arabic":
        return first in _ARABIC
    if script == "Han":
        return first in _HAN
    if script == "Latin":
        return first not in _NEVER_LATIN
    return True
