"""Where something stands in a rules file."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place in a file, as editors count: lines and columns from 1, columns in code points."""

    file: str = ""
    line: int = 0
    column: int = 1


NOWHERE = Place()
"""Of what was made by a program."""
