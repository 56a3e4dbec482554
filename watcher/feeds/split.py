"""Cut a feed document into what stands around its items and the items, without parsing it.

Most polls bring a document in which nothing, or one item, is new. Hashing each item's bytes tells
which, at about 1 % of the cost of a parse, and damage in one item stays in that item. The cut is
refused (`Layout.refused`) where it could be wrong; the whole document is then parsed instead.
Every function takes time linear in its input, whatever the input.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

MOST_ITEMS = 20_000
"""Items looked at; what lies beyond is only counted."""

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
_GAP = re.compile(rb"\s*(?:<!--.{0,400}?-->\s*)*", re.DOTALL)


def digest(data: bytes) -> bytes:
    """Return the hash by which an item's bytes are known again: 16 bytes."""
    return hashlib.blake2b(data, digest_size=16).digest()


@dataclass(frozen=True, slots=True)
class Item:
    """The bytes of one item and their hash."""

    data: bytes
    digest: bytes


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
    while True:
        at = data.find(b"<", at)
        if at < 0:
            return data, ""
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


def cut(data: bytes) -> Layout:
    """Cut `data` (a document from its root element on) into head, items and tail."""
    spans, half_from, beyond, refused = _scan(data)
    if refused or not spans:
        return Layout(data, (), b"", digest(_dateless(data)), refused or "no item found")
    head = data[: spans[0][0]]
    after = spans[-1][1]
    half = b""
    if half_from >= 0:
        if _CLOSED_ROOT.search(data, half_from):
            return _uncut(data, "an item is not closed")
        half, tail = mend(data[half_from:]), b""
    elif beyond:
        tail = data[max(data.rfind(b"</item>"), data.rfind(b"</entry>"), after) :]
        tail = tail[tail.find(b">") + 1 :]
    else:
        tail = data[after:]
    items = tuple(Item(data[start:end], digest(data[start:end])) for start, end in spans)
    mark = digest(_dateless(head + tail))
    return Layout(head, items, tail, mark, "", half, half_from >= 0, beyond)


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


def _scan(data: bytes) -> tuple[list[tuple[int, int]], int, int, str]:
    """Find the items: their spans, where a half one begins (else -1), how many lie beyond, why not.

    The first start tag gives the name of all items; another such name inside an item is content,
    and anything but space and comments between two items refuses the cut.
    """
    spans: list[tuple[int, int]] = []
    name = b""
    opened = -1
    position = 0
    while True:
        token = _TOKEN.search(data, position)
        if token is None:
            return spans, opened, 0, ""
        position = token.end()
        kind = token[0]
        if kind == b"<![CDATA[" or kind == b"<!--":
            end = data.find(b"]]>" if kind == b"<![CDATA[" else b"-->", position)
            if end < 0:
                why = "a CDATA section or comment is not closed"
                # Inside the last item the break only costs that item.
                return (spans, opened, 0, "") if opened >= 0 and spans else ([], -1, 0, why)
            position = end + 3
            continue
        closing, found = token[1], token[2]
        name = name or found
        if found != name:
            if opened < 0:
                return [], -1, 0, "items of different names"
            continue
        if closing:
            if opened < 0:
                return [], -1, 0, "an item ends that did not begin"
            position = data.find(b">", position) + 1 or len(data)
            spans.append((opened, position))
            opened = -1
        elif opened >= 0:
            return [], -1, 0, "an item inside an item"
        else:
            if spans and not _GAP.fullmatch(data, spans[-1][1], token.start()):
                return [], -1, 0, "something stands between the items"
            if len(spans) >= MOST_ITEMS:
                return spans, -1, data.count(b"<" + name, token.start()), ""
            opened = token.start()
            end = data.find(b">", position)
            if end >= 0 and data[end - 1 : end] == b"/":
                position = end + 1
                spans.append((opened, position))
                opened = -1


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
    if bracket < 0 or not data[at : at + 9].upper() == b"<!DOCTYPE":
        return end + 1
    close = re.compile(rb"\]\s{0,200}>").search(data, bracket)
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
