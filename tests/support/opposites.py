"""Pairs of news that differ in one fact and else in nothing, in seven languages.

One line of opposites.txt is a pair: headline, "//", first sentences; "[left|right]" stands where
the two differ. "# en" begins a language.
"""

from __future__ import annotations

import re
from pathlib import Path

FILE = Path(__file__).with_suffix(".txt")

_CHOICE = re.compile(r"\[([^|\]]*)\|([^\]]*)\]")

Text = tuple[str, str]
"""Headline and summary."""


def opposites() -> list[tuple[str, Text, Text]]:
    """Return language, one text and the other, for each pair."""
    return read_pairs(FILE)


def read_pairs(file: Path) -> list[tuple[str, Text, Text]]:
    """Read a file in which each line is a pair."""
    pairs = []
    language = ""
    for line in filter(None, file.read_text(encoding="utf-8").splitlines()):
        if line.startswith("# "):
            language = line[2:]
        else:
            pairs.append((language, _side(line, 1), _side(line, 2)))
    return pairs


def _side(line: str, number: int) -> Text:
    title, _, summary = _CHOICE.sub(rf"\{number}", line).partition(" // ")
    return title, summary
