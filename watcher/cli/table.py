"""Tables that fit a terminal: short columns stay short, the last one, the text, has the room."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from rich.cells import cell_len, set_cell_size
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from rich.console import Console

Cell = tuple[str, str]
"""A text of one line and its style."""

ROOM = 28
"""Columns that the last text needs beside the others; with fewer it becomes a tower of words."""
GAP = 2
INDENT = 4
"""Where the last text begins when it stands below the others."""
READABLE = 20
"""Columns of a name that say which one it is."""
LEAST = 8
"""An elastic column is never cut to less."""


def lay_out(
    console: Console,
    heads: Sequence[str],
    rows: Sequence[Sequence[Cell]],
    *,
    width: int | None,
    right: Collection[str] = (),
    elastic: Collection[str] = (),
    spare: Sequence[str] = (),
) -> Iterator[Text]:
    """Yield the lines of a table, at most `width` columns wide (None: as wide as it is).

    The columns in `spare` go first, in that order, where the others would have to be cut to less
    than READABLE; those in `elastic` are cut next, with an ellipsis. When the last column still has
    too little room, it goes onto lines of its own below the others: no word of it, such as an
    address that is to be copied, is broken where that can be helped.
    """
    if width is not None:
        heads, rows = _spared(heads, rows, width=width, elastic=elastic, spare=spare)
    natural = [
        max(cell_len(head), *(cell_len(row[at][0]) for row in rows), 0)
        for at, head in enumerate(heads)
    ]
    bending = {at for at, head in enumerate(heads[:-1]) if head in elastic}
    widths, text = natural[:-1], natural[-1]
    below = False
    if width is not None:
        room = min(text, max(ROOM, _longest_word(row[-1][0] for row in rows)))
        widths = _cut(widths, bending, width - room - GAP)
        below = _sum(widths) + GAP + room > width
        if below:
            widths = _cut(natural[:-1], bending, width)
            widths = _cut(widths, range(len(widths)), width, least=1)
    at_right = {at for at, head in enumerate(heads) if head in right}
    start = INDENT if below else _sum(widths) + GAP if widths else 0
    for row in chain([[(head, "bold") for head in heads]], rows):
        lead = Text()
        for at, ((words, style), size) in enumerate(zip(row, widths, strict=False)):
            lead.append(_fit(words, size, right=at in at_right), style)
            lead.append(" " * GAP)
        last = Text(*row[-1])
        if below:
            yield _trimmed(lead)
            lead = Text(" " * INDENT)
        if width is None:
            yield _trimmed(lead + last)
            continue
        for line in last.wrap(console, max(width - start, 1), overflow="fold") or ():
            if line.plain.strip() or not below:
                yield _trimmed(lead + line)
            lead = Text(" " * start)


def _spared(
    heads: Sequence[str],
    rows: Sequence[Sequence[Cell]],
    *,
    width: int,
    elastic: Collection[str],
    spare: Sequence[str],
) -> tuple[Sequence[str], Sequence[Sequence[Cell]]]:
    """Return the table without the spare columns for which there is no room."""
    for name in spare:
        at = heads.index(name)
        sizes = [
            max([cell_len(head), *(cell_len(row[number][0]) for row in rows)])
            for number, head in enumerate(heads[:-1])
        ]
        least = [
            min(size, READABLE) if head in elastic else size
            for size, head in zip(sizes, heads, strict=False)
        ]
        if _sum(least) <= width:
            break
        heads = [*heads[:at], *heads[at + 1 :]]
        rows = [[*row[:at], *row[at + 1 :]] for row in rows]
    return heads, rows


def _longest_word(texts: Iterable[str]) -> int:
    """Return the width of the longest word, unless it is of a script without spaces."""
    words = (word for text in texts for word in text.split() if word.isascii())
    return max(map(cell_len, words), default=0)


def _sum(widths: Sequence[int]) -> int:
    return sum(widths) + GAP * max(len(widths) - 1, 0)


def _cut(
    widths: Sequence[int], bending: Collection[int], width: int, *, least: int = LEAST
) -> list[int]:
    """Return the widths with those of `bending` made smaller, the widest first, to fit."""
    found = list(widths)
    while _sum(found) > width:
        widest = max(bending, key=lambda at: found[at], default=None)
        if widest is None or found[widest] <= least:
            break
        found[widest] -= 1
    return found


def _fit(words: str, size: int, *, right: bool) -> str:
    if cell_len(words) > size:
        # set_cell_size never cuts a wide sign in two: it leaves a space in its place.
        return set_cell_size(words, size - 1).rstrip() + "…" if size > 1 else "…"
    room = " " * (size - cell_len(words))
    return room + words if right else words + room


def _trimmed(line: Text) -> Text:
    line.rstrip()
    return line
