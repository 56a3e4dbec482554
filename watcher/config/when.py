"""Times, durations, dates and digests in the words of rules.yaml. Each returns None when unread."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, time, timedelta

from watcher.core.model import Digest, Limit, Quiet

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 7 * 86400}
_UNIT_WORDS = {
    "sec": "s", "secs": "s", "second": "s", "seconds": "s", "min": "m", "mins": "m",
    "minute": "m", "minutes": "m", "hour": "h", "hours": "h", "hr": "h", "hrs": "h",
    "day": "d", "days": "d", "week": "w", "weeks": "w", **{unit: unit for unit in _UNITS},
}  # fmt: skip
_SPAN = re.compile(r"(\d{1,6}|an?)?\s*([a-z]+)")
_CLOCK = re.compile(r"(\d{1,2})[:.](\d{2})")
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_DAY = {
    **{name: number for number, name in enumerate(_DAYS)},
    **{name[:3]: number for number, name in enumerate(_DAYS)},
    **{f"{name}s": number for number, name in enumerate(_DAYS)},
    "tues": 1, "thur": 3, "thurs": 3,
}  # fmt: skip
_CRON_DAYS = {name[:3]: (number + 1) % 7 for number, name in enumerate(_DAYS)}
_WEEKDAYS = frozenset(range(5))
_WEEKEND = frozenset({5, 6})

LONGEST = timedelta(weeks=1_000)


def duration(text: str) -> timedelta | None:
    """Read "10m", "1h", "7d", "90 minutes", "an hour"; None when it is none or has no length."""
    found = _SPAN.fullmatch(text.strip().lower())
    if found is None:
        return None
    unit = _UNIT_WORDS.get(found[2])
    if unit is None:
        return None
    count = int(found[1]) if found[1] and found[1].isdigit() else 1
    span = timedelta(seconds=count * _UNITS[unit])
    return span if timedelta(0) < span <= LONGEST else None


def clock(text: str) -> time | None:
    """Read "08:00"; 24:00 is midnight."""
    found = _CLOCK.fullmatch(text.strip())
    if found is None:
        return None
    hour, minute = int(found[1]), int(found[2])
    if (hour, minute) == (24, 0):
        return time(0)
    return time(hour, minute) if hour < 24 and minute < 60 else None


def day(text: str) -> date | None:
    """Read "2026-11-01"."""
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text.strip()):
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None


def quiet(text: str) -> Quiet | None:
    """Read "22:00-07:00"; the two differ."""
    parts = re.split(
        r"\s*(?:[-–—]|\bto\b|\buntil\b)\s*", text.strip().lower().removeprefix("from ")
    )
    if len(parts) != 2:
        return None
    start, end = clock(parts[0]), clock(parts[1])
    return None if start is None or end is None or start == end else Quiet(start=start, end=end)


def limit(text: str) -> Limit | None:
    """Read "20 per 1h", "20 per hour", "5/10m"."""
    found = re.fullmatch(
        r"(\d{1,6})\s*(?:messages?\s*)?(?:per|/|an?|in)\s*(.+)", text.strip().lower()
    )
    if found is None:
        return None
    per = duration(found[2])
    return Limit(count=int(found[1]), per=per) if per and int(found[1]) > 0 else None


def digest(text: str) -> Digest | None:
    """Read "hourly", "daily at 08:00", "weekdays at 08:00 and 17:00", "every monday at 09:00".

    Also a line as of cron: minute, hour, day of the month and month (both *), day of the week.
    """
    words = text.strip().lower()
    if len(words.split()) == 5 and (read := _cron(words.split())) is not None:
        return read
    if words in {"hourly", "every hour"}:
        return Digest(at=tuple(time(hour) for hour in range(24)))
    days, found, hours = words.partition(" at ")
    if not found:
        return None
    weekdays = _weekdays(days.strip())
    times = [clock(part) for part in re.split(r"\s*,\s*(?:and\s+)?|\s+and\s+", hours.strip())]
    if weekdays is None or None in times:
        return None
    return Digest(at=tuple(sorted({at for at in times if at is not None})), weekdays=weekdays)


def _cron(fields: Sequence[str]) -> Digest | None:
    """Read the five fields of cron; only times of the day and days of the week are meant here."""
    minutes, hours = _numbers(fields[0], 0, 59), _numbers(fields[1], 0, 23)
    days = _numbers(re.sub("|".join(_CRON_DAYS), lambda d: str(_CRON_DAYS[d[0]]), fields[4]), 0, 7)
    if not (minutes and hours and days) or fields[2:4] != ["*", "*"]:
        return None
    # In cron Sunday is 0, and 7 too; here Monday is.
    weekdays = frozenset((day + 6) % 7 for day in days)
    return Digest(
        at=tuple(time(hour, minute) for hour in sorted(hours) for minute in sorted(minutes)),
        weekdays=weekdays if len(weekdays) < 7 else frozenset(),
    )


def _numbers(field: str, least: int, most: int) -> set[int] | None:
    """Read "*", "5", "1-5", "*/10", "8-18/2" or several with commas; None when it is none."""
    found: set[int] = set()
    for part in field.split(","):
        read = re.fullmatch(r"(?:(\*)|(\d{1,2})(?:-(\d{1,2}))?)(?:/(\d{1,2}))?", part)
        if read is None:
            return None
        every, first, last, step = read.groups()
        low = least if every else int(first)
        high = most if every or (step and not last) else int(last or first)
        if not least <= low <= high <= most or step == "0":
            return None
        found |= set(range(low, high + 1, int(step or 1)))
    return found


def _weekdays(text: str) -> frozenset[int] | None:
    """Return the days meant; empty is every day, None is not understood."""
    days = text.removeprefix("every ").removeprefix("on ")
    if days in {"daily", "day"}:
        return frozenset()
    if days in {"weekday", "weekdays", "workdays"}:
        return _WEEKDAYS
    if days in {"weekend", "weekends"}:
        return _WEEKEND
    numbers = [_DAY.get(part) for part in re.split(r"\s*,\s*(?:and\s+)?|\s+and\s+", days)]
    if None in numbers:
        return None
    return frozenset(number for number in numbers if number is not None)
