"""Whether a leaf can be meant as it is written: too short, a stop word, a regex, two scripts."""

from __future__ import annotations

import re
import unicodedata
from contextlib import suppress
from typing import TYPE_CHECKING

import regex

from watcher.config.borrowed import borrowed
from watcher.config.findings import shown
from watcher.config.languages import SCRIPT, words
from watcher.core.model import Term, TermKind

if TYPE_CHECKING:
    from watcher.config.findings import Page

LONGEST = 300
_SLOW = 0.02
"""Seconds that a regular expression may take on a text made to trouble it."""

STOP_WORDS = words(
    # en
    "the and for from with that this these those are was were been has have had his her its their "
    "they them she him you your our who whom whose what which when where why how not but all any "
    "can will would could should may one two also into over after before about than then there "
    "here out off under between against during said says new "
    # ru
    "или это как что кто его она они оно мы вы для при под над без про через после перед между "
    "так также уже еще ещё тоже все всё всех был была было были быть есть нет когда где куда "
    "почему чтобы если том тем того этот эта эти этого себя свой только более менее может "
    # kk
    "және немесе мен бен пен үшін туралы бұл осы сол ол олар біз сіз кім қай қандай бар жоқ емес "
    "деп еді екен болды бір тек ғана дейін кейін "
    # tr
    "ve veya ile için bir bu şu olan olarak daha çok gibi ama fakat ancak ise değil var yok kim ne "
    "nasıl neden kadar sonra önce "
    # de, fr
    "und oder der die das den dem des ein eine einer eines mit von für auf aus bei nach ist sind "
    "les des une est sont dans pour par sur avec qui que mais ou et "
    # es
    "los las del una unos unas por para con sin sobre como más pero que fue son está este esta "
    "también según entre hasta desde cuando "
    # uk
    "або це що як хто його вона він вони ми ви для при над без через після перед між також вже "
    "ще все всі був була було були бути є немає коли де куди чому щоб якщо той цей ця ці себе "
    # ky, uz
    "жана же менен үчүн бул ошол ал алар биз сиз ким кайсы бар жок эмес деп эле экен бир "
    "va yoki bilan uchun bu shu ular biz siz kim qaysi bor yoʻq emas deb edi ekan bir ham "
    "ва ёки билан учун бу шу улар биз сиз ким қайси бор йўқ эмас деб эди экан бир ҳам "
    # ar
    "في من على إلى عن أن إن التي الذي هذا هذه ذلك كان كانت بعد قبل خلال كما مع أو ثم لكن قال "
    # ug
    "ۋە ياكى بىلەن ئۈچۈن بۇ شۇ ئۇ بىر ھەم ئەمەس "
    # zh
    "我们 他们 她们 你们 这个 那个 以及 或者 因为 所以 但是 如果 没有 可以 已经 "
    "還是 我們 他們 這個 因為 沒有"
)

_WORDLIKE = re.compile(r"[^\W_]")
_COMMA = re.compile(r"[,;，、；،]\s*\S")
_EITHER = re.compile(r"(?<=\w) (?:or|или|немесе|veya|oder|ياكى) (?=\w)")
_QUOTES = str.maketrans("", "", '“”„«»‘’"')
_DOTTED = re.compile(r"(?:[^\W\d_]\.){2,6}")
"""U.S., С.Ш.А.: core/rules takes them for acronyms, too."""
_MIXABLE = ("Latin", "Cyrillic", "Greek")
_MIXED = re.compile(
    "|".join(
        f"[{SCRIPT[one]}][{SCRIPT[other]}]"
        for one in _MIXABLE
        for other in _MIXABLE
        if one != other
    )
)
_ORDINARY = {
    "Latin": (
        "Bus fares rise in three cities next week, the council decided",
        "A new film about bees came out; few people went to see it",
        "Rain and wind are expected until Monday, forecasters say",
    ),
    "Cyrillic": (
        "Выпал снег, и на дорогах стало скользко",
        "Цены на хлеб и молоко не изменились за год",
        "Новая школа откроется осенью, и в ней будут учиться дети",
    ),
    "Han": ("今天有雨，明天的气温将下降", "新书的作者与读者见面", "地铁的延长线年底开通"),
    "Arabic": ("سقوط الأمطار في الشمال", "افتتاح متحف في المدينة", "سعر الخبز في السوق"),
}
"""Sentences that have nothing in common but their script."""
_LATIN_OR_GREEK = re.compile(f"[{SCRIPT['Latin']}{SCRIPT['Greek']}]")
_LETTER_RUN = re.compile(f"[{''.join(SCRIPT[name] for name in _MIXABLE)}]+")
_IN = {name: re.compile(f"[{SCRIPT[name]}]") for name in _MIXABLE}
_HAN = re.compile(f"[{SCRIPT['Han']}]")
_LOOK_ALIKE = dict(
    zip("АВЕКМНОРСТХУІЈЅаеорсухіјѕԁһ", "ABEKMHOPCTXYIJSaeopcyxijsdh", strict=True)
) | dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧο", "ABEZHIKMNOPTYXo", strict=True))
_TO_CYRILLIC = dict(zip("ABEKMHOPCTXYIaeopcyxi", "АВЕКМНОРСТХУІаеорсухі", strict=True))


def check(
    page: Page, at: int, term: Term, where: str, *, context: bool, quoted: bool = False
) -> None:
    """Note what can't be meant in `term`. `context`: other words must stand beside it.

    What is `quoted` is one text, whatever stands between its words.
    """
    written = term.text
    if len(written) > LONGEST:
        page.mistake(
            at,
            f"a text of {len(written)} characters in {where} will hardly be found. Take its most "
            f"telling words (at most {LONGEST} characters).",
        )
        return
    if term.kind is TermKind.REGEX:
        _regex(page, at, written, where)
        return
    if term.kind is TermKind.ENTITY:
        return
    if not _WORDLIKE.search(written):
        page.mistake(at, f'"{shown(written)}" in {where} holds no letter and no digit.')
        return
    if term.kind is not TermKind.EXACT:
        if said := borrowed(written):
            page.mistake(at, f'"{shown(written)}" in {where}{said}')
            return
        if not quoted:
            several(page, at, written, where)
    mixed_scripts(page, at, written, where)
    if term.kind is TermKind.FUZZY:
        _long_enough(page, at, written, where)
    elif term.kind is not TermKind.EXACT and not context:
        _telling(page, at, written, where)


def _long_enough(page: Page, at: int, written: str, where: str) -> None:
    if sum(sign.isalpha() for sign in written) < 6:
        page.mistake(
            at,
            f'"{shown(written)}" in {where} is too short for fuzzy: with one wrong letter it '
            "would be many other words. Six letters or more, or write it without fuzzy.",
        )


def is_acronym(written: str) -> bool:
    """Say whether `written` is two to six capitals alone: exact by itself (WHO, СУАР, ШҰАР)."""
    if _DOTTED.fullmatch(written):
        written = written.replace(".", "")
    return (
        2 <= len(written) <= 6
        and all(unicodedata.category(sign) == "Lu" or sign.isdigit() for sign in written)
        and not written.isdigit()
    )


def is_short(written: str) -> bool:
    """Say whether `written` is under two Han signs or under three letters of another script."""
    if len(written) > 12 or is_acronym(written):
        return False
    if _HAN.search(written):
        return sum(sign.isalnum() for sign in written) < 2
    return sum(sign.isalnum() for sign in written) < 3


def mixed_scripts(page: Page, at: int, written: str, where: str) -> None:
    """Note a word with letters of two scripts: one of them was typed on the wrong keyboard."""
    if written.isascii() or not _LATIN_OR_GREEK.search(written) or not _MIXED.search(written):
        return
    for run in _LETTER_RUN.findall(written):
        counts = {name: len(letters.findall(run)) for name, letters in _IN.items()}
        present = [name for name in _MIXABLE if counts[name]]
        if len(present) < 2:
            continue
        fewer = min(present, key=lambda name: counts[name])
        strange = _IN[fewer].findall(run)
        main = max(present, key=lambda name: counts[name])
        like = _LOOK_ALIKE if main == "Latin" else _TO_CYRILLIC if main == "Cyrillic" else {}
        names = ", ".join(f'"{sign}"' for sign in dict.fromkeys(strange))
        if all(sign in like for sign in strange):
            mended = "".join(like[s] if s in strange else s for s in run)
            page.mistake(
                at,
                f'"{shown(run)}" in {where} mixes two scripts: {names} is {fewer} among {main} '
                f"letters and only looks like one. Type it again: {mended}",
            )
        else:
            page.warning(
                at,
                f'"{shown(run)}" in {where} mixes two scripts: {names} is {fewer} among {main} '
                "letters. Type it again unless it is meant.",
            )


def several(page: Page, at: int, written: str, where: str) -> None:
    """Note a text that may be meant as several."""
    if either := _EITHER.search(written):
        parts = [part.strip() for part in _EITHER.split(written) if part.strip()]
        page.warning(
            at,
            f'"{shown(written)}" in {where} is one text with "{either[0].strip()}" in it. If one '
            f"of them is enough, write a list: [{', '.join(shown(part) for part in parts)}]; if "
            "not, put it in quotes.",
        )
    elif _COMMA.search(written):
        parts = [part.strip() for part in re.split(r"[,;，、；،]", written) if part.strip()]
        page.warning(
            at,
            f'"{shown(written)}" in {where} is one text with a comma in it. If several are meant, '
            f"write a list: [{', '.join(shown(part) for part in parts)}]; if not, put it in "
            "quotes.",
        )


def _telling(page: Page, at: int, written: str, where: str) -> None:
    bare = written.translate(_QUOTES).strip()
    if is_short(bare):
        unit = "two Chinese signs" if _HAN.search(bare) else "three letters"
        page.mistake(
            at,
            f'"{shown(written)}" in {where} is under {unit} and would be found everywhere. Write '
            f"more of it, put it under all: beside another word, or say {{exact: {shown(bare)}}}",
        )
    elif bare.casefold() in STOP_WORDS and not is_acronym(bare):
        page.mistake(
            at,
            f'"{shown(written)}" in {where} is a word that stands in nearly every text. Take a '
            "more telling one, or add words to it.",
        )


def _fits_everything(pattern: regex.Pattern[str]) -> bool:
    """Say whether a pattern finds something in any text of one script."""
    with suppress(TimeoutError):
        return any(
            all(pattern.search(text, timeout=_SLOW) for text in texts)
            for texts in _ORDINARY.values()
        )
    return False


def _regex(page: Page, at: int, written: str, where: str) -> None:
    try:
        compiled = regex.compile(written)
    except (regex.error, ValueError, OverflowError, RecursionError, MemoryError) as error:
        page.mistake(
            at, f"the regular expression in {where} can't be read: {shown(str(error), 120)}."
        )
        return
    letters = "".join(dict.fromkeys(sign for sign in written if sign.isalnum()))[:8] or "a"
    try:
        empty = compiled.search("", timeout=_SLOW) is not None
        for trouble in (letters[:1] * 40 + "!", letters * 12 + "!", " " * 60 + "!"):
            compiled.search(trouble, timeout=_SLOW)
    except TimeoutError:
        page.warning(
            at,
            f"the regular expression in {where} may take very long on some texts; it is stopped "
            "then and finds nothing. Look for a repetition inside a repetition, such as (a+)+",
        )
        return
    if not empty and _fits_everything(compiled):
        page.mistake(
            at,
            f"the regular expression in {where} fits nearly every text of a script, so it would "
            "fire on everything. Ask for more than single signs.",
        )
    if empty:
        page.mistake(
            at,
            f"the regular expression in {where} also fits an empty text, so it would fire on "
            "everything. Use + in place of *",
        )
