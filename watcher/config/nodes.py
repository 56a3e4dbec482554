"""YAML as a person wrote it: words, lists and tables that know where they stand.

PyYAML's C parser gives the events; the tree is built here, because its own composer takes six
times as long, its resolver turns `no` into False, `on` into True and 12:30 into 750, it keeps the
last of two equal keys, and it descends into itself, so that a file of open brackets ends the
process. Here every word stays a word, and what would hurt (tags, alias bombs, depth) is a mistake.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml

from watcher.config.findings import quoted, shown
from watcher.config.slips import Finding, before_reading
from watcher.config.syntax import diagnose

if TYPE_CHECKING:
    from collections.abc import Iterator

    from watcher.config.findings import Page

Parser = type[yaml.BaseLoader] | type[yaml.CBaseLoader]
PARSER: Parser = yaml.CBaseLoader if yaml.__with_libyaml__ else yaml.BaseLoader

_Event = Any
"""An event of the parser. Its stubs say that marks may be None, which they never are."""

_PLACEHOLDER = re.compile(r"\$\{([A-Za-z_][\w.-]*)\}")
_OPEN, _CLOSE = "\ufdd0", "\ufdd1"
"""Stand for the braces of ${NAME} while YAML reads, which would take them for a table in
{url: tgram://${TG_TOKEN}/1}. No text has these code points, and no position moves."""

MAX_NODES = 400_000
"""Words, lists and tables in one file, those that aliases bring in included."""
MAX_DEPTH = 30
"""Lists and tables within each other; a watch list needs nine."""
MAX_ALIAS_DEPTH = 2
"""Aliases (*name) within what aliases name: bombs are made of nine."""
MAX_MENDS = 25
"""Syntax errors mended in thought, so that what follows them is read too."""


@dataclass(slots=True)
class Word:
    """A scalar: `text` as YAML reads it, `at` and `end` in the file, `plain` without quotes."""

    at: int
    end: int
    text: str
    plain: bool


@dataclass(slots=True)
class Items:
    """A list; `flow` in brackets."""

    at: int
    end: int
    flow: bool
    nodes: list[Node]


@dataclass(slots=True)
class Table:
    """A mapping. Keys are words and differ; of two equal ones the first is kept."""

    at: int
    end: int
    flow: bool
    pairs: dict[str, tuple[Word, Node]]


Node = Word | Items | Table


@dataclass(slots=True)
class _Open:
    """A list or table that isn't closed yet, and what it has cost so far."""

    node: Items | Table
    anchor: str | None
    key: Word | None = None
    skip: bool = False
    size: int = 1
    alias_depth: int = 0


@dataclass(slots=True)
class _Anchored:
    node: Node
    size: int
    alias_depth: int


class _Stop(Exception):  # noqa: N818 - it ends the reading, the mistake is already noted
    """Nothing after this can be understood."""


def read(page: Page, *, parser: Parser = PARSER) -> Node | None:
    """Return the tree of `page`, or None when it is empty or can't be read (then it is noted).

    A syntax error whose mend is plain is noted, mended in thought and read over, so that the
    mistakes behind it come out in the same run.
    """
    original = page.text
    slips = before_reading(page.text)
    sure = slips is None or _note(page, slips)
    try:
        for _ in range(MAX_MENDS):
            before = len(page.findings)
            builder = _Builder(page, parser)
            try:
                return builder.build()
            except yaml.YAMLError as error:
                del page.findings[before:]
                if not sure:
                    return None
                finding = diagnose(page.text, error, builder.last)
                sure = _note(page, finding)
                if finding.mended is None:
                    return None
    except _Stop:
        pass
    finally:
        if page.text is not original:
            page.broken = True
    return None


def _note(page: Page, finding: Finding) -> bool:
    """Note what was found and go on with the mended text; say whether that is sure."""
    for at, message in finding.messages:
        page.mistake(at, message)
    page.guessed = page.guessed or not finding.sure
    if finding.mended is not None:
        page.retext(finding.mended)
    return finding.sure


class _Builder:
    """Builds the tree from events, without descending into itself."""

    def __init__(self, page: Page, parser: Parser) -> None:
        self.page = page
        self.parser = parser
        self.last: Word | None = None
        """The last word read: where a quote that was never closed begins."""
        self._open: list[_Open] = []
        self._anchors: dict[str, _Anchored] = {}
        self._size = 0
        self._root: Node | None = None
        self._documents = 0

    def build(self) -> Node | None:
        for event in _events(self.page.text, self.parser):
            kind = type(event)
            if kind is yaml.ScalarEvent:
                self._scalar(event)
            elif kind is yaml.MappingStartEvent:
                self._start(event, Table(event.start_mark.index, 0, bool(event.flow_style), {}))
            elif kind is yaml.SequenceStartEvent:
                self._start(event, Items(event.start_mark.index, 0, bool(event.flow_style), []))
            elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
                self._end(event)
            elif kind is yaml.AliasEvent:
                self._alias(event)
            elif kind is yaml.DocumentStartEvent:
                self._documents += 1
                if self._documents > 1:
                    self._stop(
                        event.start_mark.index,
                        "--- begins a second document, and only the first would be read. "
                        "Take the line out.",
                    )
        return self._root

    def _scalar(self, event: _Event) -> None:
        start, end = event.start_mark.index, event.end_mark.index
        text = event.value
        if _OPEN in text:
            text = text.replace(_OPEN, "{").replace(_CLOSE, "}")
        word = Word(start, end, text, event.implicit[0])
        if event.tag is not None:
            self._tag(event)
        self.last = word
        if event.anchor:
            self._anchors[event.anchor] = _Anchored(word, 1, 0)
        self._place(word, 1, 0)

    def _start(self, event: _Event, node: Items | Table) -> None:
        if len(self._open) >= MAX_DEPTH:
            self._stop(
                node.at,
                f"lists and tables stand more than {MAX_DEPTH} deep in each other here. "
                "Is a bracket not closed, or a line too far to the right?",
            )
        if event.tag is not None:
            self._tag(event)
        if event.anchor:
            self._anchors.pop(event.anchor, None)
        self._open.append(_Open(node, event.anchor))

    def _end(self, event: _Event) -> None:
        done = self._open.pop()
        done.node.end = event.end_mark.index
        if done.anchor:
            self._anchors[done.anchor] = _Anchored(done.node, done.size, done.alias_depth)
        self._place(done.node, done.size, done.alias_depth)

    def _alias(self, event: _Event) -> None:
        at, name = event.start_mark.index, event.anchor
        target = self._anchors.get(name)
        if target is None:
            if any(part.anchor == name for part in self._open):
                message = f"*{shown(name)} stands inside what it names, which has no end."
            else:
                message = (
                    f"a text that begins with * is an alias in YAML, and nothing here is called "
                    f'"{shown(name)}". Put it in quotes: {quoted("*" + shown(name))}'
                )
            self.page.mistake(at, message)
            self.page.spoilt.add(at)
            self._place(Word(at, event.end_mark.index, "*" + name, plain=False), 1, 0)
            return
        depth = target.alias_depth + 1
        if depth > MAX_ALIAS_DEPTH:
            self._stop(
                at,
                f"YAML aliases stand {depth} deep in each other here, which can grow without "
                f"bound. Write out what *{shown(name)} stands for.",
            )
        self._place(target.node, target.size, depth, cost=target.size)

    def _place(self, node: Node, size: int, alias_depth: int, *, cost: int = 1) -> None:
        """Put `node` where it belongs: into the list or table that is open, or at the root."""
        self._size += cost
        if self._size > MAX_NODES:
            self._stop(node.at, f"the file holds more than {MAX_NODES:,} words. Split it up.")
        if not self._open:
            self._root = node
            return
        parent = self._open[-1]
        parent.size += size
        if alias_depth:
            parent.alias_depth = max(parent.alias_depth, alias_depth)
        if isinstance(parent.node, Items):
            parent.node.nodes.append(node)
        elif parent.key is None and not parent.skip:
            self._key(parent, node)
        else:
            if parent.key is not None:
                parent.node.pairs[parent.key.text] = (parent.key, node)
            parent.key, parent.skip = None, False

    def _key(self, parent: _Open, node: Node) -> None:
        if not isinstance(node, Word):
            self.page.mistake(
                node.at,
                "a list or table stands where a name is expected. Braces and brackets belong "
                "behind a colon: key: [a, b]",
            )
            parent.skip = True
            return
        pairs = parent.node.pairs if isinstance(parent.node, Table) else {}
        first = pairs.get(node.text)
        if first is not None:
            new = " or begin the next one with a dash: - name: ..." if node.text == "name" else ""
            self.page.mistake(
                node.at,
                f'"{shown(node.text)}" stands twice here, first on line '
                f"{self.page.line(first[0].at)}. Keep one of them{new or '.'}",
            )
            parent.skip = True
            return
        parent.key = node

    def _tag(self, event: _Event) -> None:
        if event.tag != "!":
            at = event.start_mark.index
            word = self.page.rest_of_line(at).split(maxsplit=1)[0]
            self.page.mistake(
                at,
                f"{shown(word)} is a YAML tag, and none is used here. Take it out, or put the "
                "text in quotes.",
            )
            self.page.spoilt.add(at)

    def _stop(self, at: int, message: str) -> None:
        self.page.mistake(at, message)
        raise _Stop


def _events(text: str, parser: Parser) -> Iterator[_Event]:
    """Yield the events of `text`; raises yaml.YAMLError where YAML ends."""
    loader = parser(_PLACEHOLDER.sub(rf"${_OPEN}\1{_CLOSE}", text))
    try:
        get = loader.get_event
        while (event := get()) is not None:
            yield event
            if type(event) is yaml.StreamEndEvent:
                return
    finally:
        loader.dispose()
