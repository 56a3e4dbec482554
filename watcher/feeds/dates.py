"""Dates as feeds write them, in many languages and habits; or None, never a guess.

feedparser reads most forms, but some wrongly: a named zone it doesn't know (CEST,
America/Los_Angeles) counts as UTC without a word. So our reading comes first and feedparser's is
only a fall-back. A date that could be two days ("05/06/2020") and a year before the web or after
2100 count as unread: an article without a date is "first seen now", one with a wrong date is
sorted wrongly for ever.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from watcher.feeds import month_names
from watcher.feeds.month_names import MONTHS

LONGEST = 120
"""Characters of the longest date looked at."""
EARLIEST_YEAR = 1980
LATEST_YEAR = 2100

_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
"""Only to choose where a date could be read in two ways."""
_HOURS_OF_ZONE = {
    "z": 0.0, "ut": 0.0, "utc": 0.0, "gmt": 0.0, "wet": 0.0, "west": 1.0, "bst": 1.0,
    "cet": 1.0, "met": 1.0, "mez": 1.0, "cest": 2.0, "mest": 2.0, "mesz": 2.0, "eet": 2.0,
    "sast": 2.0, "cat": 2.0, "wat": 1.0, "eest": 3.0, "trt": 3.0, "eat": 3.0,
    "samt": 4.0, "azt": 4.0, "get": 4.0, "irst": 3.5, "irdt": 4.5, "aft": 4.5, "pkt": 5.0,
    "yekt": 5.0, "uzt": 5.0, "tjt": 5.0, "tmt": 5.0, "aqtt": 5.0, "npt": 5.75, "kgt": 6.0,
    "xjt": 6.0, "omst": 6.0, "novt": 7.0, "krat": 7.0, "yakt": 9.0, "vlat": 10.0,
    "ict": 7.0, "wib": 7.0, "hkt": 8.0, "sgt": 8.0, "awst": 8.0, "irkt": 8.0, "jst": 9.0,
    "kst": 9.0, "acst": 9.5, "aest": 10.0, "aedt": 11.0, "nzst": 12.0, "nzdt": 13.0,
    "nst": -3.5, "ndt": -2.5, "brt": -3.0, "art": -3.0, "ast": -4.0, "adt": -3.0,
    "est": -5.0, "edt": -4.0, "cst": -6.0, "cdt": -5.0, "mst": -7.0, "mdt": -6.0,
    "pst": -8.0, "pdt": -7.0, "akst": -9.0, "akdt": -8.0, "hst": -10.0,
}  # fmt: skip
"""RFC 822 names and those with one meaning in practice. IST has three, so it stays unread; CST is
what RFC 822 says, though Chinese programs mean their own zone by it."""
_PLACE_OF_ZONE = {"msk": "europe/moscow", "мск": "europe/moscow", "almt": "asia/almaty"}
"""Names whose distance from UTC has changed since feeds began."""

_ISO = re.compile(
    r"(\d{4})-?(\d{2})(?:-?(\d{2}))?"
    r"(?:[Tt\s_]+-?\s*(\d{1,2}):?(\d{2})(?::?(\d{2})(?:[.,:]\d{1,12})?)?)?\s*(.*)",
    re.DOTALL,
)
_CLOCK = re.compile(
    r"(?<!\d)(\d{1,2})[:h](\d{1,2})(?!\d)(?::(\d{1,2})(?:[.,]\d{1,9})?)?\s*"
    r"([ap]\.?\s?m\.?(?![a-z]))?",
    re.IGNORECASE,
)
_NO_OFFSET = re.compile(r":\d\d\s?[+-](?:(?:1[5-9]|[2-9]\d):?\d\d|\d\d:?[6-9]\d)$")
_OFFSET = re.compile(r"(?:gmt|utc|ut|z)?\s*([+-])\s*(\d{1,2}):?(\d{2})?\s*z?", re.IGNORECASE)
_SLASHED = re.compile(r"(?<!\d)(\d{1,4})([/.\-\s])(\d{1,2})\2(\d{4}|\d{2})(?!\d)")
_COMMENT = re.compile(r"\([^()]*\)")
_WORD = re.compile(r"[^\W\d_]+(?:[./_][^\W\d_]+)*|\d+")
_JAPANESE = re.compile(
    r"(\d{4})\s*[年년]\s*(\d{1,2})\s*[月월]\s*(\d{1,2})\s*[日일号號]?(.*)", re.DOTALL
)
_ORDINAL = re.compile(r"(?<=\d)(?:st|nd|rd|th|er|o|a)\b")
_AT = "at um le den de del of the à в о об і uhr"
_OF_YEAR = "г год года р рік року ж жыл жылы жылғы жылдын жылдың й йил йили yil yili يىل يىلى"
_DROPPED_WORDS = frozenset(month_names.plain(f"{_AT} {_OF_YEAR} كۈنى").split())
"""Words for "at", "of", "year" and "day"; they don't count as strange."""
_STRANGE = 2
"""Other words in a date, at most: a weekday, perhaps of two words."""
_AFTER_CLOCK = re.compile(r"\s*(?:uhr|hrs?|ч|год|س|saat)(?!\w)\.?")
_BRACKETED = re.compile(r"(?<=\d|z)\s*\[[^\[\]]*\]$")
"""Java writes the place behind the distance: +08:00[Asia/Shanghai]."""
_UYGHUR = re.compile(
    r"(\d{4})\s*-?\s*ي[يى]ل\w*\s*(\d{1,2})\s*-?\s*ئاي\w*\s*(\d{1,2})\s*-?\s*(?:كۈن\w*)?(.*)",
    re.DOTALL,
)
"""2024-يىلى 3-ئاينىڭ 5-كۈنى: year, month and day, each with its word."""
_CHINESE_DIGITS = str.maketrans("〇零一二三四五六七八九", "00123456789")
_CHINESE_DATE = re.compile(
    r"([〇零一二三四五六七八九]{4})年([一二三四五六七八九十]{1,3})月([一二三四五六七八九十]{1,3})[日号號]"
)
_HOUR_WORD = re.compile(r"\s*[时時点點시]\s*(?:整)?(?=(\d)?)")
_MINUTE_WORD = re.compile(r"\s*[分분]\s*(?=(\d)?)")
_MORNING = ("上午", "凌晨", "早上", "清晨", "午前", "오전")
_AFTERNOON = ("下午", "傍晚", "晚上", "午後", "오후")
_INVISIBLE = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060-\u2069\u061c\ufeff]")
_SIGNS = str.maketrans({"\u2212": "-", "\u2010": "-", "\u2011": "-", "\u060c": ",", "\u3002": "."})


def read(text: str | None, fallback: Sequence[int] | None = None) -> datetime | None:
    """Return the moment `text` names in UTC, or None. Never raises.

    A date without a zone counts as UTC, one without a time as midnight. `fallback` is what
    feedparser made of the text (year, month, day, hour, minute, second in UTC); it is used for
    forms not known here, unless a zone stands there by name.
    """
    if not text or len(text) > LONGEST:
        return None
    try:
        cleaned = _cleaned(text)
        if cleaned is None:
            return None
        found = _epoch(cleaned) or _iso(cleaned) or _eastern(cleaned) or _words(cleaned)
        if found is None and fallback is not None and not _names_a_zone(cleaned):
            found = datetime(*fallback[:6], tzinfo=UTC)  # type: ignore[misc, arg-type] # 6 ints
        if found is None:
            return None
        found = found.astimezone(UTC)
    except (ValueError, OverflowError, TypeError):
        return None
    return found if EARLIEST_YEAR <= found.year <= LATEST_YEAR else None


def _cleaned(text: str) -> str | None:
    """Return `text` in one spelling and with ASCII digits; None when it's of another calendar."""
    text = text.replace("\\n", " ")
    if not text.isascii():
        text = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text)).translate(_SIGNS)
        text = "".join(str(unicodedata.decimal(sign, sign)) for sign in text)
    return month_names.gregorian(" ".join(month_names.plain(text).split()))


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
    """Read 2020年11月16日 下午3:54, 二〇二〇年十一月十六日, and the Korean and Uyghur forms."""
    text = _CHINESE_DATE.sub(_in_digits, text)
    found = _JAPANESE.match(text) or _UYGHUR.search(text)
    if not found:
        return None
    time = _MINUTE_WORD.sub(_colon, _HOUR_WORD.sub(_colon_or_hour, found[4]))
    clock = _CLOCK.search(time)
    zone = _zone(time[clock.end() :].strip("초秒")) if clock else UTC
    if zone is None:
        return None
    parts = _half_of_day(time, _hours(clock))
    return _moment(int(found[1]), int(found[2]), int(found[3]), parts, zone)


def _in_digits(date: re.Match[str]) -> str:
    year = date[1].translate(_CHINESE_DIGITS)
    return f"{year}年{_small(date[2])}月{_small(date[3])}日"


def _small(numeral: str) -> int:
    """Read a Chinese numeral below one hundred: 五, 十, 十六, 二十, 三十一."""
    tens, ten, ones = numeral.partition("十")
    if not ten:
        return int(numeral.translate(_CHINESE_DIGITS))
    return 10 * int((tens or "一").translate(_CHINESE_DIGITS)) + int(
        (ones or "零").translate(_CHINESE_DIGITS)
    )


def _colon(word: re.Match[str]) -> str:
    return ":" if word[1] else ""


def _colon_or_hour(word: re.Match[str]) -> str:
    return ":" if word[1] else ":00"


_Clock = tuple[str | None, str | None, str | None]
"""Hour, minute and second in digits."""


def _half_of_day(text: str, clock: _Clock) -> _Clock:
    """Add what 上午 and 下午 say; raises ValueError for twelve at night, which may be two days."""
    hour = int(clock[0] or 0)
    if clock[0] is None:
        return clock
    if "晚上" in text and hour == 12:
        raise ValueError(text)
    if hour < 12 and any(word in text for word in _AFTERNOON):
        hour += 12
    elif hour == 12 and any(word in text for word in _MORNING):
        hour = 0
    return str(hour), clock[1], clock[2]


def _words(text: str) -> datetime | None:
    """Read dates made of words: RFC 822, ctime, and what people and programs make of them."""
    text = _COMMENT.sub(" ", text).strip()
    clock = _clock(text)
    before, after = (text[: clock.start()], text[clock.end() :]) if clock else (text, "")
    after = _AFTER_CLOCK.sub("", after, count=1) if _AFTER_CLOCK.match(after) else after
    day_part, zone = _day_and_zone(before, after)
    if zone is None:
        return None
    date = _slashed(day_part) or _named(day_part)
    if date is None:
        return None
    return _moment(*date, _hours(clock), zone)


def _clock(text: str) -> re.Match[str] | None:
    """Find the time of day."""
    return _CLOCK.search(text)


def _hours(clock: re.Match[str] | None) -> _Clock:
    if clock is None:
        return None, None, None
    hour, half = int(clock[1]), (clock[4] or "")
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
        if len(last) == 2 and last[1] in _HOURS_OF_ZONE and last[1] not in MONTHS:
            return last[0], UTC
    return before, _zone(after)


def _zone(text: str) -> tzinfo | None:
    """Return the zone a text names; UTC for none, None for one that isn't known."""
    text = text.strip(" ,.-" if not re.match(r"\s*-\s*\d", text) else " ,.").strip()
    text = _BRACKETED.sub("", text)
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
    known = _HOURS_OF_ZONE.get(word)
    if known is not None:
        return timezone(timedelta(hours=known))
    return _named_zone(_PLACE_OF_ZONE.get(word, word))


@lru_cache(maxsize=64)
def _named_zone(name: str) -> tzinfo | None:
    place = _places().get(name) if "/" in name else None
    return ZoneInfo(place) if place else None


@lru_cache(maxsize=1)
def _places() -> dict[str, str]:
    """Return the names of the time zones by their names in small letters."""
    return {name.casefold(): name for name in available_timezones()}


def _names_a_zone(text: str) -> bool:
    """Say whether a word in Latin letters ends the text: feedparser would take it for UTC.

    So does an offset that no place has (+99:99), which it would count with.
    """
    return bool(re.search(r"[A-Za-z]{2,}[)\s.]*$", text) or _NO_OFFSET.search(text))


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
    weekday = next((n for n, day in enumerate(_WEEKDAYS) if text.startswith(day)), None)
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
    for word in _WORD.findall(_ORDINAL.sub("", text)):
        if word.isdigit():
            numbers.append(word)
        elif word in MONTHS:
            months.append((MONTHS[word], word))
        elif word not in _DROPPED_WORDS:
            strange += 1
    # "mar., 01 déc. 2020": of two months the first is a weekday that looks like one.
    if not months or len(months) > 2 or strange > _STRANGE or not 1 <= len(numbers) <= 2:
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
    clock: _Clock,
    zone: tzinfo,
) -> datetime:
    hour, minute, second = (int(part or 0) for part in clock)
    start = datetime(year, month, day, tzinfo=zone)
    if hour > 24 or minute > 59 or second > 60:
        raise ValueError(clock)
    if hour == 24:
        return start.replace(minute=minute) + timedelta(days=1)
    return start.replace(hour=hour, minute=minute, second=min(second, 59))
