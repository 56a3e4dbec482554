"""Sentences with the words that must be found in them, as people write them down.

    + word of the list | a sentence with the [form] that must be found in brackets
    - word of the list | a sentence in which it must not be found

`\\n`, `\\u200b` and the like stand for what could not be seen.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_MARKED = re.compile(r"\[([^]]+)\]")
_ESCAPED = re.compile(r"\\(n|u[0-9a-f]{4})")


class Line(NamedTuple):
    """One line of a file: the sentence without brackets, and the words that stood in them."""

    term: str
    sentence: str
    forms: list[str]


def _plain(written: str) -> str:
    return _ESCAPED.sub(
        lambda found: "\n" if found[1] == "n" else chr(int(found[1][1:], 16)), written
    )


def lines(path: Path) -> Iterator[Line]:
    """Yield the lines of a file; other lines than those that begin with + or - are remarks."""
    for written in path.read_text("utf-8").splitlines():
        if written.startswith(("+ ", "- ")):
            term, _, marked = written[2:].partition(" | ")
            forms = [_plain(form) for form in _MARKED.findall(marked)]
            assert bool(forms) == written.startswith("+"), written
            yield Line(_plain(term.strip()), _plain(_MARKED.sub(r"\1", marked)), forms)
