"""One error of the YAML parser, and the lines around it in which its cause is looked for."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

from watcher.config.slips import Finding

if TYPE_CHECKING:
    from watcher.config.nodes import Word

LEAD = r"^(?P<lead>[ ]*(?:-[ ]+)*)"
PAIR = re.compile(LEAD + r"(?P<key>[^\s:#\[\]{}'\"-][^:#\[\]{}]*?):[ ]+(?P<value>\S.*)$")
"""A line `key: value`, with or without dashes."""
KEY = re.compile(r"^[ ]*[\w-]+:(?:[ ]|$)")
"""A line that begins with a key."""
ITEM = re.compile(r"^(?P<lead>[ ]*-[ ]+)(?P<value>\S.*)$")


def one(at: int, message: str, mended: str | None = None, *, sure: bool = True) -> Finding:
    """Return what is to be said of one place."""
    return Finding(((at, message),), mended, sure)


@dataclass(frozen=True, slots=True)
class Case:
    """One error of the parser, and the lines around it. Line numbers count from 0."""

    text: str
    lines: list[str]
    """With their line ends."""
    starts: list[int]
    problem: str
    context: str
    at: int
    context_at: int | None
    last: Word | None

    @property
    def line(self) -> int:
        """The line in which the parser gave up."""
        return self.line_of(self.at)

    @property
    def column(self) -> int:
        """The column in that line, counted from 0."""
        return self.at - self.starts[self.line]

    def line_of(self, at: int) -> int:
        """Return the line that `at` is in."""
        return max(0, min(bisect_right(self.starts, at), len(self.lines)) - 1)

    def body(self, line: int) -> str:
        """Return a line without its end."""
        return self.lines[line].rstrip("\r\n") if 0 <= line < len(self.lines) else ""

    def before(self, line: int) -> int | None:
        """Return the nearest line above that says something."""
        for above in range(line - 1, -1, -1):
            stripped = self.body(above).strip()
            if stripped and not stripped.startswith("#"):
                return above
        return None

    def with_line(self, line: int, body: str) -> str:
        """Return the text with another `body` in a line."""
        old = self.lines[line]
        end = old[len(old.rstrip("\r\n")) :]
        return "".join([*self.lines[:line], body + end, *self.lines[line + 1 :]])
