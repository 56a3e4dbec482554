"""What months, halves of a day and other calendars are called in the languages feeds come in.

Each name stands in one month only: where two languages use one word for different months, the
comment says which was chosen. Case endings are those in which a date is written ("5 марта",
"2024-жылдын 5-марты").
"""

from __future__ import annotations

import re
from typing import Final

BY_LANGUAGE: Final = """
en January February March April May June July August September October November December
en Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec
en _ _ _ _ _ _ _ _ Sept _ _ _
de Januar Februar März April Mai Juni Juli August September Oktober November Dezember
de Jänner Feber Maerz Apr Mai Jun Jul Aug Sep Okt Nov Dez
de Jän _ Mär _ _ _ _ _ _ _ _ _
de _ _ Mrz _ _ _ _ _ _ _ _ _
fr janvier février mars avril mai juin juillet août septembre octobre novembre décembre
fr janv févr mars avr mai juin juil août sept oct nov déc
fr jan fév _ _ _ _ _ aoû _ _ _ _
fr _ fevrier _ _ _ _ _ aout _ _ _ decembre
es enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre
es ene feb mar abr may jun jul ago set oct nov dic
es _ _ _ _ _ _ _ _ setiembre _ _ _
it gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre
it gen feb mar apr mag giu lug ago set ott nov dic
pt janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro
pt jan fev mar abr mai jun jul ago set out nov dez
nl januari februari maart april mei juni juli augustus september oktober november december
nl jan feb mrt apr mei jun jul aug sep okt nov dec
id januari februari maret april mei juni juli agustus september oktober november desember
pl stycznia lutego marca kwietnia maja czerwca lipca sierpnia września _ listopada grudnia
pl _ _ _ _ _ _ _ _ _ października _ _
pl sty lut mar kwi maj cze lip sie wrz paź lis gru
pl styczeń luty marzec kwiecień maj czerwiec lipiec sierpień wrzesień październik listopad grudzień
ru января февраля марта апреля мая июня июля августа сентября октября ноября декабря
ru январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь декабрь
ru янв фев мар апр май июн июл авг сен окт ноя дек
ru _ февр _ _ _ _ _ _ сент _ нояб _
uk січня лютого березня квітня травня червня липня серпня вересня жовтня листопада грудня
uk січень лютий березень квітень травень червень липень серпень вересень жовтень листопад грудень
uk січ лют бер квіт трав черв лип серп вер жовт лист груд
uk _ _ _ кві тра чер _ сер _ жов лис гру
kk қаңтар ақпан наурыз сәуір мамыр маусым шілде тамыз қыркүйек қазан қараша желтоқсан
kk қаң ақп нау сәу мам мау шіл там қыр қаз қар жел
kk qañtar aqpan nauryz säuır mamyr mausym şılde tamyz qyrküiek qazan qaraşa jeltoqsan
kk qańtar aqpan naýryz sáýir mamyr maýsym shilde tamyz qyrkúıek qazan qarasha jeltoqsan
kk qangtar aqpan nauryz sauir mamyr mausym shilde tamyz qyrkuyek qazan qarasha zheltoqsan
kk قاڭتار اقپان ناۋرىز ساۋىر مامىر ماۋسىم شىلدە تامىز قىركۇيەك قازان قاراشا جەلتوقسان
ky январы февралы марты апрели майы июну июлу августу сентябры октябры ноябры декабры
uz yanvar fevral mart aprel may iyun iyul avgust sentabr oktabr noyabr dekabr
uz yan fev mar apr may iyn iyl avg sen okt noy dek
uz _ _ _ _ _ _ _ _ sentyabr oktyabr _ _
uz январ феврал март апрел май июн июл август сентябр октябр ноябр декабр
ug يانۋار فېۋرال مارت ئاپرېل ماي ئىيۇن ئىيۇل ئاۋغۇست سېنتەبىر ئۆكتەبىر نويابىر دېكابىر
ug _ _ _ _ _ _ _ _ سېنتەبر ئۆكتەبر _ _
ug yanwar féwral mart aprél may iyun iyul awghust séntebir öktebir noyabir dékabir
tr ocak şubat mart nisan mayıs haziran temmuz ağustos eylül ekim kasım aralık
tr oca şub mar nis may haz tem ağu eyl eki kas ara
tr _ subat _ _ mayis _ _ agustos eylul _ kasim aralik
ar يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر
ar _ _ _ إبريل _ يونيه يوليه _ _ _ _ _
ar _ شباط آذار نيسان أيار حزيران تموز آب أيلول _ _ _
ar جانفي فيفري مارس أفريل ماي جوان جويلية أوت _ _ _ _
ar _ _ _ _ _ _ يوليوز غشت شتنبر _ نونبر دجنبر
fa ژانویه فوریه مارس آوریل مه ژوئن ژوئیه اوت سپتامبر اکتبر نوامبر دسامبر
fa _ _ _ آپریل می _ جولای آگوست سپتمبر _ نومبر دسمبر
ur جنوری فروری مارچ اپریل مئی جون جولائی اگست ستمبر اکتوبر نومبر دسمبر
"""
"""A language and its January to December ("_": no further name).

Chosen or left out, where it isn't certain:
- "listopada" is November in Polish and (Latin script) October in Croatian: Polish, which is the
  larger by far; a Croatian feed that writes so has its dates a month late.
- "mar", "mer", "set", "ara" and their like are also weekdays or words; `dates` takes the last of
  two months.
- Kyrgyz has names of its own for all months ("бирдин айы"), left out: in news its dates carry the
  Russian ones, with or without a possessive ending.
- Kazakh in Latin letters: the alphabets of 2021, of 2018, and a common transliteration. Those of
  Kazakhs in China are in Arabic letters; the sign that marks front vowels may be left out.
- Persian months of the sun (فروردین, مهر ...) and the moon's (رمضان ...) are other calendars: their
  dates are left unread. Dari and Pashto use Arabic or Persian names of the sun's months: likewise.
- Levantine "كانون" and "تشرين" are two months each, told apart by the word that follows.
"""

_LETTERS = str.maketrans(
    "أإآٱىیۍک", "اااايييك", "ٴ\u0307\u0640\u064b\u064c\u064d\u064e\u064f\u0650\u0651\u0652"
)
"""Arabic letters that outlets write in two ways, and marks that come and go with no change of
meaning: the hamza before Kazakh words, the dot that "İ" leaves behind, tatweel, vowels."""

_PHRASES: Final = (
    ("كانون الثاني", "يناير"),
    ("كانون الاول", "ديسمبر"),
    ("تشرين الاول", "اكتوبر"),
    ("تشرين الثاني", "نوفمبر"),
)
"""Months of two words, written as one that the table has."""

_HALVES: Final = (
    (re.compile(r"(?<=\d)\s*(?:ص(?!\w)|صباحا\w*|ق\.?\s?ظ)"), " am"),  # Arabic; Persian
    (re.compile(r"(?<=\d)\s*(?:م(?!\w)|مساء\w*|ب\.?\s?ظ)"), " pm"),
    (re.compile(r"(?<=\d)\s*öö(?!\w)"), " am"),  # Turkish
    (re.compile(r"(?<=\d)\s*ös(?!\w)"), " pm"),
)
"""What stands behind a time of day for a.m. and p.m."""

_OTHER_CALENDARS: Final = re.compile(
    r"(?<!\w)(?:هـ|هجري\w*|محرم|صفر|ربيع|جمادي|رجب|شعبان|رمضان|شوال|"
    r"ذو\s?القعده|ذو\s?القعدة|ذي\s?القعدة|ذو\s?الحجة|ذي\s?الحجة|"
    r"فروردين|ارديبهشت|خرداد|تير|مرداد|شهريور|مهر|ابان|اذر|دي|بهمن|اسفند|"
    r"حمل|ثور|جوزا|سرطان|اسد|سنبله|ميزان|عقرب|قوس|جدي|دلو|حوت|"
    r"muharram|safar|ramadan|ramazan|ramazon|ramadhan|shawwal|sha.?ban|rajab|jumada|rabi|"
    r"dhu.?l.?hijjah?|dhu.?l.?qa.?dah?|мухаррам|рамазан|шавваль|раджаб|шаабан|民國|民国)(?!\w)"
)
"""Words of a calendar that isn't the Gregorian one, in the spelling that `plain` gives."""

_CORRESPONDS: Final = re.compile(r"الموافق\s*ل?ـ?")
"""Arabic "which is": a date of the moon's calendar stands before, the Gregorian one after it."""


def plain(text: str) -> str:
    """Return `text` in small letters and one spelling, with a.m. and p.m. in English.

    Not idempotent for every string, and meant for dates alone.
    """
    text = text.casefold()
    if text.isascii():
        return text
    text = text.translate(_LETTERS)
    for phrase, name in _PHRASES:
        text = text.replace(phrase, name)
    for sign, half in _HALVES:
        text = sign.sub(half, text)
    return text


def gregorian(text: str) -> str | None:
    """Return the part of a `plain` text that is Gregorian, None if it has another calendar."""
    after = _CORRESPONDS.split(text, 1)[-1]
    return None if _OTHER_CALENDARS.search(after) else after


def _table() -> dict[str, int]:
    found: dict[str, int] = {}
    for line in BY_LANGUAGE.strip().splitlines():
        for number, name in enumerate(line.split()[1:], 1):
            if name != "_":
                found.setdefault(plain(name), number)
    return found


MONTHS: Final = _table()
"""The number of each month's name, in the spelling that `plain` gives."""
