"""Cut a feed document into what stands around its items and the items, without parsing it.

Most polls bring a document in which nothing, or one item, is new. Hashing each item's bytes tells
which, at about 1 % of the cost of a parse, and damage in one item stays in that item. The cut is
refused (`Layout.refused`) where it could be wrong; the whole document is then parsed instead.
Every function takes time linear in its input, whatever the input.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice

NO_ITEM = "no item found"

MOST_ITEMS = 20_000
"""Items looked at; what lies beyond is only counted."""
MOST_TWINS = 50
"""Known items parsed again with those that share their link; a site's briefings are a handful."""
_MOST_UNCLOSED = 1_000
_MOST_STEPS = 10_000
"""Marks looked at before the root element; real documents have a handful."""

_LAST = 4_000
"""Bytes in which the root element must end; some servers add comments and scripts."""

_TOKEN = re.compile(
    rb"<!\[CDATA\[|<!--|<(/?)((?:[A-Za-z_][A-Za-z0-9_.-]{0,40}:)?(?:item|entry))(?=[\s>/])"
)
_DATES_OF_HEAD = re.compile(
    rb"<((?:[A-Za-z][\w.-]{0,20}:)?(?:lastBuildDate|pubDate|updated|modified|date))\b[^<>]{0,200}>"
    rb"[^<]{0,200}</\1\s*>"
)
_ROOT = re.compile(rb"<([A-Za-z_][A-Za-z0-9_.:-]{0,60})(?=[\s>/])")
_KNOWN_ROOT = re.compile(
    rb"<(?:[A-Za-z_][\w.-]{0,30}:)?(?:rss|feed|rdf|channel)(?=[\s>])", re.IGNORECASE
)
_CLOSED_ROOT = re.compile(
    rb"</(?:[A-Za-z_][\w.-]{0,30}:)?(?:rss|feed|rdf|channel)\s{0,20}>", re.IGNORECASE
)
_CHILD = re.compile(rb"<([A-Za-z_][\w:.-]{0,60})([^<>]{0,4000})>")
_WRAPPED_ROOT = re.compile(
    rb"<(?:rss\s[^<>]{0,400}\bversion|feed\s[^<>]{0,400}www\.w3\.org/2005/Atom|rdf:RDF\s)",
    re.IGNORECASE,
)
_NAME = re.compile(rb"<(?:[\w.-]{1,30}:)?(?:guid|id)[\s>]|\babout\s{0,9}=")
_LINK = re.compile(
    rb"<link\b[^<>]{0,999}>(?:\s|<!\[CDATA\[){0,9}([^<>\s\]]{1,2000})"
    rb"|<link\b[^<>]{0,999}?\bhref\s{0,9}=\s{0,9}[\"']([^\"'<>]{1,2000})"
)
_TITLE = re.compile(rb"<title\b[^<>]{0,200}>([^<]{1,2000}|<!\[CDATA\[[^\]]{1,2000})")
_SUBSET_END = re.compile(rb"\]\s{0,200}>")
_GAP = re.compile(rb"\s*(?:<!--.{0,400}?-->\s*)*", re.DOTALL)


def digest(data: bytes) -> bytes:
    """Return the hash by which an item's bytes are known again: 16 bytes."""
    return hashlib.blake2b(data, digest_size=16).digest()


@dataclass(frozen=True, slots=True)
class Item:
    """The bytes of one item, their hash, and where they begin in what was cut.

    `start` is -1 where they don't stand there as they are here.
    """

    data: bytes
    digest: bytes
    start: int = -1


@dataclass(frozen=True, slots=True)
class Layout:
    """A document cut up. `refused` says why it could not be cut ("" when it could).

    `head` and `tail` are what stands before and after the items; `head_digest` is the hash of both
    without the dates that change with every request. `breaks_off` says that the last item has no
    end; `half` is what of it can be used ("" if nothing). `beyond` counts items after the first
    20,000.
    """

    head: bytes
    items: tuple[Item, ...]
    tail: bytes
    head_digest: bytes
    refused: str = ""
    half: bytes = b""
    breaks_off: bool = False
    beyond: int = 0


def strip_prolog(data: bytes) -> tuple[bytes, str]:
    """Return the document from its root element on, and the root's name ("" when it has none).

    XML declaration, processing instructions, comments, DOCTYPE with all its entity declarations,
    and stray text in front go. So no entity is ever expanded and no DTD ever looked for: the
    parser doesn't see them.
    """
    at = 0
    unclosed: set[bytes] = set()
    for _ in range(_MOST_STEPS):
        at = data.find(b"<", at)
        if at < 0:
            break
        if data.startswith(b"<?", at):
            at = _after(data, b"?>", at + 2, unclosed)
        elif data.startswith(b"<!--", at):
            at = _after(data, b"-->", at + 4, unclosed)
        elif data.startswith(b"<!", at):
            at = _after_declaration(data, at)
        else:
            root = _ROOT.match(data, at)
            if root:
                return _junk_before(data, at, root)
            at += 1
    return data, ""


def cut(data: bytes) -> Layout:
    """Cut `data` (a document from its root element on) into head, items and tail."""
    scan = _Scan(data)
    scan.run()
    if not scan.spans:
        return _uncut(data, scan.refused or NO_ITEM)
    breaks_off = scan.opened >= 0
    if breaks_off and _CLOSED_ROOT.search(data, scan.opened):
        return _uncut(data, "an item is not closed")
    head, end = data[: scan.spans[0][0]], scan.spans[-1][1]
    if scan.beyond:
        last = max(data.rfind(b"</" + scan.name), data.rfind(b"<" + scan.name))
        end = data.find(b">", last) + 1 or len(data)
    tail = b"" if breaks_off else data[end:]
    return Layout(
        head=head,
        items=scan.items(),
        tail=tail,
        head_digest=digest(_dateless(head + tail)),
        half=mend(data[scan.opened :]) if breaks_off else b"",
        breaks_off=breaks_off,
        beyond=scan.beyond,
    )


def with_twins(items: Sequence[Item], new: Sequence[Item], known: frozenset[bytes]) -> list[Item]:
    """Return the `new` ones of `items`, and with them those that one may be taken for.

    Items without a name of their own (guid, id) go by their link. Where a new one shares it with
    one that was read before, only both together show that it is no edit of that one.
    """
    shared = {_address(item.data) for item in new} - {b""}
    if not shared:
        return list(new)
    read_before = (item for item in items if item.digest in known and _address(item.data) in shared)
    wanted = {id(item) for item in (*new, *islice(read_before, MOST_TWINS))}
    return [item for item in items if id(item) in wanted]


def _address(item: bytes) -> bytes:
    """Return the link of an item that has no other name, else its title; b"" for others."""
    if _NAME.search(item):
        return b""
    found = _LINK.search(item) or _TITLE.search(item)
    return found[found.lastindex or 0].strip() if found else b""


def is_whole(data: bytes) -> bool:
    """Tell whether a document has its end, as one that was cut off on its way has not."""
    return _CLOSED_ROOT.search(data, max(0, len(data) - _LAST)) is not None


def mend(half: bytes) -> bytes:
    """Close an item that breaks off after its last whole element; b"" when it has no name yet.

    Without guid (or id, or rdf:about) it would be told again once it arrives whole (F29).
    """
    start = _CHILD.match(half)
    if start is None:
        return b""
    end = start.end()
    named = b":about" in start[2]
    while (child := _CHILD.search(half, end)) is not None:
        if child[2].endswith(b"/"):
            end = child.end()
            continue
        close = half.find(b"</" + child[1] + b">", child.end())
        if close < 0:
            break
        end = close + len(child[1]) + 3
        named = named or child[1] in {b"guid", b"id", b"atom:id"}
    return half[:end] + b"</" + start[1] + b">" if named and b"</title>" in half[:end] else b""


def _uncut(data: bytes, why: str) -> Layout:
    return Layout(data, (), b"", digest(_dateless(data)), why)


@dataclass(slots=True)
class _Scan:
    """Where the items of a document are, found in one pass over its marks.

    The first start tag gives the name of all items; another such name inside an item is content,
    and anything but space and comments between two items refuses the cut.
    """

    data: bytes
    spans: list[tuple[int, int]] = field(default_factory=list)
    name: bytes = b""
    opened: int = -1
    """Where the item begins that is being passed; -1 between items."""
    beyond: int = 0
    refused: str = ""
    unclosed: list[tuple[int, int]] = field(default_factory=list)
    """Where a CDATA section or comment begins that its item doesn't end; left out of the item."""
    ends: dict[bytes, int] = field(default_factory=dict)
    """Where the next section ends, found before; so that no byte is searched twice."""

    def items(self) -> tuple[Item, ...]:
        """Return the items, without the beginnings of sections that none of them ends."""
        marks = iter([*self.unclosed, (len(self.data), len(self.data))])
        mark = next(marks)
        found = []
        for start, end in self.spans:
            pieces, at = [], start
            while mark[0] < end:
                pieces.append(self.data[at : mark[0]])
                at = mark[1]
                mark = next(marks)
            one = b"".join([*pieces, self.data[at:end]])
            found.append(Item(one, digest(one), -1 if pieces else start))
        return tuple(found)

    def run(self) -> None:
        """Pass over the whole document, or up to what refuses the cut."""
        position = 0
        while position >= 0:
            mark = _TOKEN.search(self.data, position)
            if mark is None:
                return
            if mark[2] is None:
                position = self._skip(mark)
            elif self.name and mark[2] != self.name:
                # Another name is content inside an item, and a second kind of item outside.
                position = mark.end() if self.opened >= 0 else self._refuse("items of other names")
            elif mark[1]:
                position = self._close(mark.end())
            else:
                position = self._open(mark)

    def _refuse(self, why: str) -> int:
        self.spans, self.opened, self.refused = [], -1, why
        return -1

    def _skip(self, mark: re.Match[bytes]) -> int:
        """Step over a CDATA section or comment."""
        end = self._end(b"]]>" if mark[0] == b"<![CDATA[" else b"-->", mark.end())
        if self.opened >= 0 and self._outlives_its_item(mark, end):
            if len(self.unclosed) >= _MOST_UNCLOSED:
                return self._refuse("too many CDATA sections and comments are not closed")
            self.unclosed.append(mark.span())
            return mark.end()
        if end >= 0:
            return end + 3
        if self.opened >= 0 and self.spans:
            return -1  # inside the last item: the break only costs that one
        return self._refuse("a CDATA section or comment is not closed")

    def _end(self, mark: bytes, start: int) -> int:
        known = self.ends.get(mark, 0)
        if 0 <= known < start:
            known = self.ends[mark] = self.data.find(mark, start)
        return known

    def _outlives_its_item(self, mark: re.Match[bytes], end: int) -> bool:
        """Say whether the item ends first: what would end the section belongs to another one."""
        close = self._end(b"</" + self.name, mark.end())
        if close < 0 or 0 <= end < close:
            return False
        return end < 0 or 0 <= self._end(mark[0], close) < end

    def _close(self, position: int) -> int:
        if self.opened < 0:
            return self._refuse("an item ends that did not begin")
        end = self.data.find(b">", position) + 1 or len(self.data)
        self.spans.append((self.opened, end))
        self.opened = -1
        return end

    def _open(self, mark: re.Match[bytes]) -> int:
        self.name = mark[2]
        if self.opened >= 0:
            return self._refuse("an item inside an item")
        if self.spans and not _GAP.fullmatch(self.data, self.spans[-1][1], mark.start()):
            return self._refuse("something stands between the items")
        if len(self.spans) >= MOST_ITEMS:
            self.beyond = self.data.count(b"<" + self.name, mark.start())
            return -1
        self.opened = mark.start()
        end = self.data.find(b">", mark.end())
        if end >= 0 and self.data[end - 1 : end] == b"/":
            return self._close(end)
        return mark.end()


def _dateless(head: bytes) -> bytes:
    return _DATES_OF_HEAD.sub(b"", head)


def _after(data: bytes, mark: bytes, at: int, unclosed: set[bytes]) -> int:
    """Return the place after the next `mark`; an unclosed one is looked for only once."""
    end = -1 if mark in unclosed else data.find(mark, at)
    if end < 0:
        unclosed.add(mark)
        return at
    return end + len(mark)


def _after_declaration(data: bytes, at: int) -> int:
    """Return the place after a `<!DOCTYPE ...>` with or without [internal subset]."""
    end = data.find(b">", at)
    if end < 0:
        return len(data)
    bracket = data.find(b"[", at, end)
    if bracket < 0 or data[at : at + 9].upper() != b"<!DOCTYPE":
        return end + 1
    close = _SUBSET_END.search(data, bracket)
    return close.end() if close else end + 1


def _junk_before(data: bytes, at: int, root: re.Match[bytes]) -> tuple[bytes, str]:
    """Step over stray markup (a warning in <b>, a page around) when a feed's root follows soon."""
    if not _KNOWN_ROOT.match(data, at):
        page = root[1].lower() in {b"html", b"body", b"head"}
        known = (_WRAPPED_ROOT if page else _KNOWN_ROOT).search(data, at, at + 4_000)
        if known:
            at = known.start()
            root = _ROOT.match(data, at) or root
    return data[at:], root[1].decode("ascii")
