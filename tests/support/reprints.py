"""News that outlets print again, and news in one form about somebody else, in all the languages.

reprints.txt: two lines are one story as two outlets print it, then an empty line. templates.txt:
as opposites.txt, one line is two stories; "[left|right]" stands where they differ.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from support.opposites import read_pairs

if TYPE_CHECKING:
    from support.opposites import Text

HERE = Path(__file__).parent


def templates() -> list[tuple[str, Text, Text]]:
    """Return language, one story and the other in the same form, for each pair."""
    return read_pairs(HERE / "templates.txt")


def reprints() -> list[tuple[str, Text, Text]]:
    """Return language, one print and the other of the same story, for each pair."""
    pairs: list[tuple[str, Text, Text]] = []
    language, first = "", ""
    for line in filter(None, (HERE / "reprints.txt").read_text(encoding="utf-8").splitlines()):
        if line.startswith("# "):
            language = line[2:]
        elif not first:
            first = line
        else:
            pairs.append((language, _text(first), _text(line)))
            first = ""
    return pairs


def _text(line: str) -> Text:
    title, _, summary = line.partition(" // ")
    return title, summary
