"""Text that must fit: measured as the strictest services do, cut at a word, never in a grapheme."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import regex

ELLIPSIS = "…"
_GRAPHEME = regex.compile(r"\X")
_NO_SPACES = regex.compile(
    r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}\p{Tibetan}，。、；：！？]"
)
_TAIL = regex.compile(r"[\s,;:，、；：(\[«“‘-]+$")

Measure = Callable[[str], int]


def units(text: str) -> int:
    """Return the length in UTF-16 units: Telegram's count, and never less than code points."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def octets(text: str) -> int:
    """Return the length in UTF-8 bytes: ntfy's count."""
    return len(text.encode("utf-8", "surrogatepass"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Some words of a line. `mark`: they are what a rule found; `link`: an address, never cut."""

    text: str
    mark: bool = False
    link: bool = False
    aside: bool = False
    """Feed content inside a line of our own: keeps its own direction."""


Line = tuple[Span, ...]
Write = Callable[[Line], str]


def cut(text: str, limit: int, measure: Measure = units) -> str:
    """Return the text, or as many of its whole words as fit with an ellipsis.

    Only when the first word alone is too long is a word cut, between graphemes. The result never
    measures more than `limit`; a limit that holds nothing gives "".
    """
    line = clip((Span(text=text),), limit, write=_bare, measure=measure)
    return _bare(line)


def _bare(line: Line) -> str:
    return "".join(span.text for span in line)


def clip(line: Line, limit: int, *, write: Write, measure: Measure) -> Line:
    """Return the line, cut so that what is written of it measures no more than `limit`."""
    if limit <= 0 or not line:
        return ()
    # A sign takes at least one unit in writing, so what lies beyond the limit can't fit: leave it
    # out before it costs time.
    near = _head(line, limit + 1)
    if near == line and measure(write(line)) <= limit:
        return line
    text = _bare(near)
    ends = [found.end() for found in _GRAPHEME.finditer(text)]

    def fits(end: int) -> bool:
        return measure(write(_ended(near, end))) <= limit

    count = _last(ends, fits)
    if count == 0:
        return ()
    hard = ends[count - 1]
    words = [end for end in ends[:count] if _is_word_end(text, end)]
    soft = words[-1] if words else 0
    return _ended(near, soft if soft * 2 >= hard else hard)


def _last(ends: Sequence[int], fits: Callable[[int], bool]) -> int:
    """Return how many of the ends fit; they fit up to one point and not beyond."""
    return bisect_right(ends, 0, key=lambda end: 0 if fits(end) else 1)


def _head(line: Line, length: int) -> Line:
    """Return the first `length` characters of the line."""
    kept: list[Span] = []
    for span in line:
        if length <= 0:
            break
        kept.append(replace(span, text=span.text[:length]) if len(span.text) > length else span)
        length -= len(span.text)
    return tuple(kept)


def _ended(line: Line, end: int) -> Line:
    """Return the line up to `end`, with an ellipsis behind it."""
    head = list(_head(line, end))
    while head and not _TAIL.sub("", head[-1].text):
        head.pop()
    if not head:
        return ()
    head[-1] = replace(head[-1], text=_TAIL.sub("", head[-1].text))
    return (*head, Span(text=ELLIPSIS))


def _is_word_end(text: str, end: int) -> bool:
    if end >= len(text) or text[end].isspace():
        return True
    return bool(_NO_SPACES.match(text[end]) or _NO_SPACES.match(text[end - 1]))


def around(line: Line, limit: int, *, write: Write, measure: Measure) -> Line:
    """Return the line cut on both sides so that its first marked words stay, if they fit at all."""
    first = next((index for index, span in enumerate(line) if span.mark), None)
    if first is None or measure(write(line)) <= limit:
        return clip(line, limit, write=write, measure=measure)
    before, rest = line[:first], line[first:]
    marked = measure(write(rest[:1]))
    room = max(0, min(limit // 3, limit - marked - 2))
    for lead in (_tail(before, room), _tail(before, room // 3), ()):
        shown = clip((*lead, *rest), limit, write=write, measure=measure)
        if rest[0] in shown:
            return shown
    return clip(rest, limit, write=write, measure=measure)


def _tail(line: Line, length: int) -> Line:
    """Return the last words of the line, at most `length` characters, behind an ellipsis."""
    text = _bare(line)
    if len(text) <= length:
        return line
    starts = [found.start() for found in _GRAPHEME.finditer(text)]
    starts = [start for start in starts if len(text) - start <= length]
    words = [start for start in starts if start and _is_word_end(text, start)]
    if not words:
        return ()
    return (Span(text=ELLIPSIS), Span(text=text[words[0] :]))
