"""A page under a limit: blocks of lines, the important ones served first, in one format."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from watcher.core.model import Format, Traits
from watcher.core.render import safe
from watcher.core.render.clip import Line, Measure, Span, around, clip, octets, units

_NEWLINE = 2
"""Apprise sends CR LF where it turns plain text into HTML (Telegram)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """What a message is written on: how a line is written, and how its length is counted."""

    write: Callable[[Line], str]
    measure: Measure

    @classmethod
    def of(cls, traits: Traits) -> Paper:
        """Return the paper of a target. HTML targets also get the plain text, so it rules."""
        write = write_markdown if traits.format is Format.MARKDOWN else write_plain
        return cls(write=write, measure=octets if traits.count_bytes else units)

    def size(self, line: Line) -> int:
        """Return what the line takes of the limit."""
        return self.measure(self.write(line))

    def clip(self, line: Line, limit: int) -> Line:
        """Return the line cut at a word so that it fits."""
        return clip(line, limit, write=self.write, measure=self.measure)

    def around(self, line: Line, limit: int) -> Line:
        """Return the line cut on both sides of its first marked words."""
        return around(line, limit, write=self.write, measure=self.measure)


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Lines that belong together. Lower `rank` is served first; `most` bounds its share.

    The lines of a `whole` block are cut to `most` at worst and stand or fall so: the words are
    not squeezed into what room is left. A line with a link is never cut: half an address opens
    another page. `spaced` puts an empty line before the block.
    """

    lines: tuple[Line, ...]
    rank: int
    most: int = 1_000_000
    whole: bool = False
    spaced: bool = False


@dataclass(slots=True)
class Served:
    """A block and as many of its lines as there was room for."""

    block: Block
    lines: list[Line] = field(default_factory=list)

    @property
    def complete(self) -> bool:
        """Whether every line of the block is there (the words of a line may be cut)."""
        return len(self.lines) == len(self.block.lines)


Page = tuple[Served, ...]


def compose(blocks: Sequence[Block], limit: int, paper: Paper) -> Page:
    """Return the blocks' lines, cut so that the page as written is within the limit.

    Blocks keep their order on the page and are served by rank; a line break before each line and
    an empty line before a spaced block are counted. Blocks that got nothing are left out.
    """
    served = [Served(block) for block in blocks]
    left = limit + _NEWLINE  # the first line has no newline before it
    for item in sorted(served, key=lambda s: s.block.rank):
        left -= _serve(item, left, paper)
    return tuple(item for item in served if item.lines)


def compose_list(
    blocks: Sequence[Block],
    entries: Sequence[Block],
    last: Block,
    *,
    rest: Callable[[int], Line],
    limit: int,
    paper: Paper,
) -> Page:
    """Return a page that ends with as many entries as fit, and then says how many more there are.

    `rest(n)` words what is missing when the first n entries are shown.
    """
    page = compose((*blocks, *entries, last), limit, paper)
    shown = _leading(page, entries)
    while shown < len(entries):
        more = Block(lines=(rest(shown),), rank=2, spaced=True)
        page = compose((*blocks, *entries[:shown], more, last), limit, paper)
        fit = _leading(page, entries)
        if fit >= shown:
            break
        shown = fit
    return page


def _leading(page: Page, entries: Sequence[Block]) -> int:
    """Return how many entries are on the page whole, before the first that is not."""
    whole = {id(item.block) for item in page if item.complete}
    return next((n for n, entry in enumerate(entries) if id(entry) not in whole), len(entries))


def _serve(item: Served, left: int, paper: Paper) -> int:
    """Fill the block as far as `left` goes; return what it took."""
    taken = _NEWLINE if item.block.spaced else 0
    share = item.block.most + taken + _NEWLINE * len(item.block.lines)
    room = left if item.block.whole else min(left, share)
    for line in item.block.lines:
        budget = room - taken - _NEWLINE
        if any(span.link for span in line):
            shown = line
        elif item.block.whole:
            shown = paper.clip(line, item.block.most)
        else:
            shown = paper.around(line, budget)
        if not shown or paper.size(shown) > budget:
            break
        item.lines.append(shown)
        taken += paper.size(shown) + _NEWLINE
    return taken if item.lines else 0


# --- writing -------------------------------------------------------------------------------------


def write_plain(line: Line) -> str:
    """Return the line in plain text: found words stand in »these marks«.

    In ›these‹ where the line has guillemets of its own: «»Атажұрт«» can't be read.
    """
    quoted = any("«" in span.text or "»" in span.text for span in line)
    left, right = "›‹" if quoted else "»«"
    return "".join(
        _sided(span, f"{left}{text}{right}" if span.mark else text)
        for span in line
        if (text := span.text)
    )


def write_markdown(line: Line) -> str:
    """Return the line in Markdown: found words are bold, everything else is escaped."""
    return "".join(_markdown(span) for span in line if span.text)


def _markdown(span: Span) -> str:
    if span.link:
        return span.text
    text = safe.escape_markdown(span.text)
    return _sided(span, f"**{text}**" if span.mark else text)


def _sided(span: Span, text: str) -> str:
    return safe.isolate(text) if span.aside else text


def write_html(page: Page) -> str:
    """Return the page as HTML paragraphs; each line takes the direction of its own words."""
    paragraphs: list[list[str]] = []
    for item in page:
        if item.block.spaced or not paragraphs:
            paragraphs.append([])
        paragraphs[-1] += [
            f'<span dir="auto">{"".join(map(_html, line))}</span>' for line in item.lines
        ]
    return "\n".join(f'<p dir="auto">{"<br>".join(lines)}</p>' for lines in paragraphs)


def _html(span: Span) -> str:
    text = safe.escape_html(span.text)
    if span.link:
        return f'<a href="{text}" rel="noopener noreferrer">{text}</a>'
    if span.mark:
        text = f"<mark>{text}</mark>"
    return f"<bdi>{text}</bdi>" if span.aside else text


def write_page(page: Page, paper: Paper) -> str:
    """Return the page as text, a line each, an empty one before each spaced block but the first."""
    lines: list[str] = []
    for index, item in enumerate(page):
        lines += [""] if item.block.spaced and index else []
        lines += [paper.write(line) for line in item.lines]
    return "\n".join(lines)
