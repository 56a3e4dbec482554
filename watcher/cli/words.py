"""Times, sizes and texts as people and scripts read them. Knows no command and no screen."""

import difflib
import json
import re
import unicodedata
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from watcher.core.errors import UsageError


def now() -> datetime:
    """Return the time now, aware, UTC."""
    return datetime.now(UTC)


def iso(moment: datetime | None) -> str | None:
    """Return a time as ISO 8601 with offset, None for none."""
    return None if moment is None else moment.isoformat()


def dumps(value: object) -> str:
    """Return one line of JSON; letters of every script as they are."""
    return json.dumps(value, ensure_ascii=False, default=str)


def nearest(word: str, known: Iterable[str]) -> str:
    """Return " Did you mean ...?" with the known word most like `word`, or nothing."""
    close = difflib.get_close_matches(word, list(known), n=1, cutoff=0.5)
    return f' Did you mean "{close[0]}"?' if close else ""


A_CENTURY = 3.2e9
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}


def duration(text: str) -> timedelta:
    """Read "90s", "30m", "72h", "7d" or "2w".

    Raises:
        UsageError: anything else, or what reaches beyond the calendar.

    """
    number, unit = text.strip()[:-1], text.strip()[-1:].lower()
    try:
        seconds = float(number) * _UNITS[unit]
    except (ValueError, KeyError):
        seconds = 0.0
    if 0 < seconds < A_CENTURY:  # false for nan and inf, too
        return timedelta(seconds=seconds)
    raise UsageError(f'"{text}" is no duration. Write it like 30m, 72h or 7d.')


def ago(moment: datetime | None, at: datetime) -> str:
    """Return how long `moment` lies back, in one unit: "5 min", "3 h", "12 d"; "-" for None."""
    if moment is None:
        return "-"
    seconds = (at - moment).total_seconds()
    size = abs(seconds)
    for limit, divisor, unit in ((90, 1, "s"), (5400, 60, "min"), (172_800, 3600, "h")):
        if size < limit:
            return f"{'in ' if seconds < 0 else ''}{size / divisor:.0f} {unit}"
    return f"{'in ' if seconds < 0 else ''}{size / 86_400:.0f} d"


_SEQUENCE = re.compile(r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]")
"""A command to a terminal (ECMA-48, control sequence)."""

# Steering characters: C0 and C1 controls, and the marks that turn the direction of what follows.
_STEERING = dict.fromkeys(
    (*range(0x20), *range(0x7F, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A))
) | {ord("\t"): " ", ord("\n"): "\n"}


def clean(text: str) -> str:
    """Return `text` without characters that could steer a terminal or turn its lines around."""
    return _SEQUENCE.sub("", text).translate(_STEERING)


def short(id_: str) -> str:
    """Return the first half of an id: enough to name one, and the commands take it."""
    return id_[:8]


def one_line(text: str, width: int = 100) -> str:
    """Return `text` on one line, cut to `width` columns (a Han sign is two)."""
    flat = " ".join(clean(text).split())
    used = 0
    for position, letter in enumerate(flat):
        used += 2 if unicodedata.east_asian_width(letter) in "WF" else 1
        if used > width:
            return flat[: max(position - 1, 0)] + "…"
    return flat


def many(count: int, noun: str, plural: str = "") -> str:
    """Return "1 feed", "2 feeds", "2 stories"."""
    return f"{count} {noun}" if count == 1 else f"{count} {plural or f'{noun}s'}"
