"""Dates as feeds write them, in many languages and habits; or None, never a guess.

feedparser reads most forms, but some wrongly: a named zone it doesn't know (CEST,
America/Los_Angeles) counts as UTC without a word. So our reading comes first and feedparser's is
only a fall-back. A date that could be two days ("05/06/2020") and a year before the web or after
2100 count as unread: an article without a date is "first seen now", one with a wrong date is
sorted wrongly for ever.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

LONGEST = 120
"""Characters of the longest date looked at."""
EARLIEST_YEAR = 1980
LATEST_YEAR = 2100

_MONTH_NAMES = """
january jan januar jänner janvier janv enero ene gennaio gen janeiro januari
    января янв січня stycznia sty ocak oca қаңтар қаң
february feb februar février févr fév febrero febbraio fevereiro fev februari
    февраля фев лютого lutego lut şubat şub ақпан ақп
march mar märz mär mrz mars marzo março maart mrt марта мар березня marca mart наурыз нау
april apr avril avr abril abr aprile апреля апр квітня kwietnia kwi nisan nis сәуір сәу
may mai mayo maggio mag maio mei мая май травня maja maj mayıs мамыр мам
june jun juni juin junio giugno giu junho июня июн червня czerwca cze haziran haz маусым мау
july jul juli juillet juil julio luglio lug julho
    июля июл липня lipca lip temmuz tem шілде шіл
august aug août aoû agosto ago augustus августа авг серпня sierpnia sie ağustos ağu тамыз там
september sep sept septembre septiembre settembre set setembro
    сентября сен сент вересня września wrz eylül eyl қыркүйек қыр
october oct oktober okt octobre octubre ottobre ott outubro out
    октября окт жовтня października paź ekim eki қазан қаз
november nov novembre noviembre novembro ноября ноя нояб листопада listopada lis kasım kas қараша
december dec dezember dez décembre déc diciembre dic dicembre dezembro
    декабря дек грудня grudnia gru aralık ara желтоқсан жел
"""
"""A month a line: English, German, French, Spanish, Italian, Portuguese, Dutch, Russian,
Ukrainian, Polish, Turkish, Kazakh; whole names and common short ones."""
_MONTHS = {
    name: number
    for number, names in enumerate(_MONTH_NAMES.replace("\n    ", " ").strip().split("\n"), 1)
    for name in names.split()
}
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
"""Only to choose where a date could be read in two ways."""
_HOURS_OF_ZONE = {
    "z": 0.0, "ut": 0.0, "utc": 0.0, "gmt": 0.0, "wet": 0.0, "west": 1.0, "bst": 1.0,
    "cet": 1.0, "met": 1.0, "mez": 1.0, "cest": 2.0, "mest": 2.0, "mesz": 2.0, "eet": 2.0,
    "sast": 2.0, "cat": 2.0, "wat": 1.0, "eest": 3.0, "msk": 3.0, "trt": 3.0, "eat": 3.0,
    "samt": 4.0, "pkt": 5.0, "yekt": 5.0, "almt": 5.0, "uzt": 5.0, "npt": 5.75, "krat": 7.0,
    "ict": 7.0, "wib": 7.0, "hkt": 8.0, "sgt": 8.0, "awst": 8.0, "irkt": 8.0, "jst": 9.0,
    "kst": 9.0, "acst": 9.5, "aest": 10.0, "aedt": 11.0, "nzst": 12.0, "nzdt": 13.0,
    "nst": -3.5, "ndt": -2.5, "brt": -3.0, "art": -3.0, "ast": -4.0, "adt": -3.0,
    "est": -5.0, "edt": -4.0, "cst": -6.0, "cdt": -5.0, "mst": -7.0, "mdt": -6.0,
    "pst": -8.0, "pdt": -7.0, "akst": -9.0, "akdt": -8.0, "hst": -10.0,
}  # fmt: skip
"""RFC 822 names and those with one meaning in practice. IST has three, so it stays unread."""

_ISO = re.compile(
    r"(\d{4})-?(\d{2})(?:-?(\d{2}))?"
    r"(?:[Tt\s_]+-?\s*(\d{1,2}):?(\d{2})(?::?(\d{2})(?:[.,:]\d{1,12})?)?)?\s*(.*)",
    re.DOTALL,
)
_CLOCK = re.compile(
    r"(?<!\d)(\d{1,2})[:h.](\d{2})(?::(\d{2})(?:[.,]\d{1,9})?)?\s*([ap]\.?\s?m\.?(?![a-z]))?",
    re.IGNORECASE,
)
_OFFSET = re.compile(r"(?:gmt|utc|ut|z)?\s*([+-])\s*(\d{1,2}):?(\d{2})?\s*z?", re.IGNORECASE)
_SLASHED = re.compile(r"(?<!\d)(\d{1,4})([/.\-\s])(\d{1,2})\2(\d{4}|\d{2})(?!\d)")
_COMMENT = re.compile(r"\([^()]*\)")
_WORD = re.compile(r"[^\W\d_]+(?:[./_][^\W\d_]+)*|\d+")
_JAPANESE = re.compile(
    r"(\d{4})\s*[年년]\s*(\d{1,2})\s*[月월]\s*(\d{1,2})\s*[日일号]?(.*)", re.DOTALL
)
_ORDINAL = re.compile(r"(?<=\d)(?:st|nd|rd|th|er|º|ª)\b", re.IGNORECASE)
_DROPPED_WORDS = frozenset(
    ["at", "um", "le", "den", "de", "del", "of", "à", "в", "г", "года", "uhr", "the"]
)


def read(text: str | None, fallback: Sequence[int] | None = None) -> datetime | None:
    """Return the moment `text` names in UTC, or None. Never raises.

    A date without a zone counts as UTC, one without a time as midnight. `fallback` is what
    feedparser made of the text (year, month, day, hour, minute, second in UTC); it is used for
    forms not known here, unless a zone stands there by name.
    """
    if not text or len(text) > LONGEST:
        return None
    cleaned = " ".join(text.replace("\\n", " ").replace("\u202f", " ").split())
    try:
        found = _epoch(cleaned) or _iso(cleaned) or _eastern(cleaned) or _words(cleaned)
        if found is None and fallback is not None and not _names_a_zone(cleaned):
            found = datetime(*fallback[:6], tzinfo=UTC)  # type: ignore[misc, arg-type] # 6 ints
        if found is None:
            return None
        found = found.astimezone(UTC)
    except (ValueError, OverflowError, TypeError):
        return None
    return found if EARLIEST_YEAR <= found.year <= LATEST_YEAR else None


def _epoch(text: str) -> datetime | None:
    """Read Unix time in seconds (10 digits) or milliseconds (13)."""
    if not (text.isascii() and text.isdigit() and len(text) in {10, 13}):
        return None
    return datetime.fromtimestamp(int(text[:10]), UTC)


def _iso(text: str) -> datetime | None:
    """Read ISO 8601, RFC 3339, W3CDTF and their careless cousins."""
    found = _ISO.fullmatch(text)
    if not found:
        return None
    year, month, day, hour, minute, second, rest = found.groups()
    zone = _zone(rest)
    if zone is None:
        return None
    return _moment(int(year), int(month), int(day or 1), (hour, minute, second), zone)


def _eastern(text: str) -> datetime | None:
    """Read 2020年11月16日 15:54 and the Korean form."""
    found = _JAPANESE.match(text)
    if not found:
        return None
    clock = _CLOCK.search(found[4])
    afternoon = any(word in found[4] for word in ("下午", "午後", "오후"))
    hour = int(clock[1]) if clock else 0
    if afternoon and hour < 12:
        hour += 12
    parts = (str(hour), clock[2], clock[3]) if clock else (None, None, None)
    zone = _zone(found[4][clock.end() :]) if clock else UTC
    if zone is None:
        return None
    return _moment(int(found[1]), int(found[2]), int(found[3]), parts, zone)


def _words(text: str) -> datetime | None:
    """Read dates made of words: RFC 822, ctime, and what people and programs make of them."""
    text = _COMMENT.sub(" ", text).strip()
    clock = _clock(text)
    before, after = (text[: clock.start()], text[clock.end() :]) if clock else (text, "")
    day_part, zone = _day_and_zone(before, after)
    if zone is None:
        return None
    date = _slashed(day_part) or _named(day_part)
    if date is None:
        return None
    return _moment(*date, _hours(clock), zone)


def _clock(text: str) -> re.Match[str] | None:
    """Find the time of day: with a colon first, since 16.11.2020 also looks like one."""
    for found in _CLOCK.finditer(text):
        if ":" in found[0]:
            return found
    return None


def _hours(clock: re.Match[str] | None) -> tuple[str | None, str | None, str | None]:
    if clock is None:
        return None, None, None
    hour, half = int(clock[1]), (clock[4] or "").lower()
    if half and not 1 <= hour <= 12:
        half = ""
    if half.startswith("p") and hour < 12:
        hour += 12
    elif half.startswith("a") and hour == 12:
        hour = 0
    return str(hour), clock[2], clock[3]


def _day_and_zone(before: str, after: str) -> tuple[str, tzinfo | None]:
    """Part what follows the time into a date (ctime: "17:00:00 2020") and a zone."""
    if not re.search(r"\w", before):
        return after, UTC  # "12:00 AM, March 5, 2024"
    year = re.search(r"(?<![\d+-])(?:19|20)\d{2}(?!\d)(?!:)", after)
    if year and not re.search(r"(?<!\d)\d{4}(?!\d)", before):
        after, before = after[: year.start()] + after[year.end() :], f"{before} {year[0]}"
    if not after.strip(" ,.-"):
        # "26 Sep 2022 GMT": a zone without a time.
        last = before.rsplit(None, 1)
        if len(last) == 2 and last[1].lower() in _HOURS_OF_ZONE and last[1].lower() not in _MONTHS:
            return last[0], UTC
    return before, _zone(after)


def _zone(text: str) -> tzinfo | None:
    """Return the zone a text names; UTC for none, None for one that isn't known."""
    text = text.strip(" ,.-" if not re.match(r"\s*-\d", text) else " ,.").strip()
    if not text:
        return UTC
    offset = _OFFSET.fullmatch(text) or _OFFSET.fullmatch(text.split()[0])
    if offset:
        hours, minutes = int(offset[2]), int(offset[3] or 0)
        if hours > 14 or minutes > 59:
            return None
        size = timedelta(hours=hours, minutes=minutes)
        return timezone(-size if offset[1] == "-" else size)
    word = text.split()[0].rstrip(".,")
    known = _HOURS_OF_ZONE.get(word.lower())
    if known is not None:
        return timezone(timedelta(hours=known))
    return _named_zone(word)


@lru_cache(maxsize=64)
def _named_zone(name: str) -> tzinfo | None:
    if "/" not in name or name not in available_timezones():
        return None
    return ZoneInfo(name)


def _names_a_zone(text: str) -> bool:
    """Say whether a word in Latin letters ends the text: feedparser would take it for UTC."""
    return bool(re.search(r"[A-Za-z]{2,}[)\s.]*$", text))


def _slashed(text: str) -> tuple[int, int, int] | None:
    """Read 30.10.23, 26/06/2020, 03/30/2020; None where day and month could be exchanged."""
    found = _SLASHED.search(text)
    if not found or re.search(r"[^\W\d_]{3,}", text[found.end() :]):
        return None
    first, mark, second, third = int(found[1]), found[2], int(found[3]), int(found[4])
    year = _year(found[4])
    if len(found[1]) > 2:
        return (first, second, third) if len(found[1]) == 4 and len(found[4]) == 2 else None
    if mark == ".":
        return year, second, first
    weekday = next((n for n, day in enumerate(_WEEKDAYS) if text.lower().startswith(day)), None)
    readings = [(year, second, first), (year, first, second)]
    if len(found[4]) == 2:
        readings.append((_year(found[1]), second, third))
    possible = [
        reading
        for reading in dict.fromkeys(readings)
        if 1 <= reading[1] <= 12
        and 1 <= reading[2] <= 31
        and (weekday is None or _weekday(reading) == weekday)
    ]
    return possible[0] if len(possible) == 1 else None


def _weekday(date: tuple[int, int, int]) -> int | None:
    try:
        return datetime(*date, tzinfo=UTC).weekday()
    except ValueError:
        return None


def _named(text: str) -> tuple[int, int, int] | None:
    """Read a date with a month by name: "16. Novembre 2020", "Nov. 16, 2020", "Nov. 2020"."""
    numbers: list[str] = []
    months: list[tuple[int, str]] = []
    strange = 0
    for word in _WORD.findall(_ORDINAL.sub("", text).casefold()):
        if word.isdigit():
            numbers.append(word)
        elif word in _MONTHS:
            months.append((_MONTHS[word], word))
        elif word not in _DROPPED_WORDS:
            strange += 1
    # "mar., 01 déc. 2020": of two months the first is a weekday that looks like one.
    if not months or len(months) > 2 or strange > 1 or not 1 <= len(numbers) <= 2:
        return None
    month = months[-1][0]
    if len(numbers) == 1:
        return (int(numbers[0]), month, 1) if len(numbers[0]) == 4 else None
    day, year = numbers
    if len(day) == 4:
        day, year = year, day
    return (_year(year), month, int(day)) if len(day) <= 2 else None


def _year(text: str) -> int:
    year = int(text)
    return year if len(text) > 2 else year + (2000 if year < 70 else 1900)


def _moment(
    year: int,
    month: int,
    day: int,
    clock: tuple[str | None, str | None, str | None],
    zone: tzinfo,
) -> datetime:
    hour, minute, second = (int(part or 0) for part in clock)
    start = datetime(year, month, day, tzinfo=zone)
    if hour > 24 or minute > 59 or second > 60:
        raise ValueError(clock)
    if hour == 24:
        return start.replace(minute=minute) + timedelta(days=1)
    return start.replace(hour=hour, minute=minute, second=min(second, 59))
