"""The watcher on its own health: when the disk is too full, and what the weekly word says.

Pure: sizes, numbers and times are arguments.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

DISK_LOW = 200_000_000
"""Bytes free below which the state may soon not be written any more: a busy week fits in."""
DISK_WELL = 300_000_000
"""Bytes free from which it is well again: what lies between keeps a notice from flapping."""
HEARTBEAT = timedelta(minutes=5)
"""Between two words to the address under `heartbeat:`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """What was done since a time, and how things stand now."""

    articles: int
    stories: int
    alerts: int
    """About the news, without those about the watcher itself."""
    messages: int
    """Deliveries that arrived."""
    waiting: int
    parked: int
    evidence: int = 0
    """Records of what was served, all that there are."""
    head: str = ""
    """The hash of the last one."""


def disk_low(free: int, *, was_low: bool) -> bool:
    """Return whether there is too little room on the disk of the state; `free` in bytes."""
    return free < (DISK_WELL if was_low else DISK_LOW)


def disk_words(free: int, folder: str) -> tuple[str, str]:
    """Return headline and body of the notice that the disk is nearly full."""
    body = (
        f"The state is in {folder}. When it can't be written, nothing new is polled or sent, and "
        "nothing is lost; it goes on by itself when there is room."
    )
    return f"The disk is nearly full: {free // 1_000_000} MB left", body


def alive_words(
    numbers: Numbers, feeds: int, ailing: Mapping[str, int], *, since: str
) -> tuple[str, str]:
    """Return headline and body of the word that all goes on, with numbers since `since`.

    `ailing` counts the feeds that are not well by how they are: {"silent": 2, "blocked": 1}.
    """
    told = (
        f"Since {since}: {_many(numbers.articles, 'article')} in "
        f"{_many(numbers.stories, 'story', 'stories')}, {_many(numbers.alerts, 'alert')}, "
        f"{_many(numbers.messages, 'message')} delivered."
    )
    well = feeds - sum(ailing.values())
    lines = [told, f"{well} of {_many(feeds, 'feed')} well."]
    if ailing:
        words = ", ".join(f"{count} {word}" for word, count in sorted(ailing.items()))
        lines.append(f"To look after: {words}. See which with: watcher feeds check")
    if numbers.waiting:
        lines.append(f"{_many(numbers.waiting, 'message')} waiting.")
    if numbers.parked:
        lines.append(
            f"{_many(numbers.parked, 'message')} parked. See them with: "
            "watcher deliveries list --in parked"
        )
    if numbers.evidence:
        # Whoever keeps this message can tell later whether the whole chain was written anew.
        lines.append(
            f"Evidence: {_many(numbers.evidence, 'record')}. Keep this message; later this tells "
            f"whether any of them was changed: watcher evidence verify --head {numbers.head}"
        )
    return "The watcher is alive and watching", "\n".join(lines)


def _many(number: int, noun: str, nouns: str = "") -> str:
    return f"{number:,} {noun if number == 1 else nouns or noun + 's'}"
