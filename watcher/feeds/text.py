"""Markup in, plain words out: what a reader would see, and nothing that could act.

Feeds carry HTML of every age, often broken and sometimes hostile, and standard parsers take
quadratic time on some of it. This scanner goes through the input once. It keeps letters as they
are (folding belongs to `core.text`), drops scripts, styles, comments and tags, and lets block tags
separate words and lines.
"""

from __future__ import annotations

import html
import re
from typing import Final

LONGEST_TITLE: Final = 10_000
LONGEST_TEXT: Final = 200_000
"""Characters of plain text kept of one field: an hour's reading."""
LONGEST_MARKUP: Final = 4_000_000
"""Characters of markup looked at for one field."""

_BLOCK_NAMES = """
address article aside blockquote body br caption center dd details dialog dir div dl dt fieldset
figcaption figure footer form h1 h2 h3 h4 h5 h6 head header hr html li main menu nav ol option p
pre section select summary table tbody tfoot thead title tr ul
"""
_INLINE_NAMES = """
a abbr acronym applet area audio b base basefont bdi bdo big canvas cite code col colgroup data
datalist del dfn em embed font frame frameset i img input ins kbd link map mark meta meter noframes
optgroup output param picture progress q rp rt ruby s samp small source span strike strong sub sup
textarea time track tt u var video wbr
"""
_BLOCKS = frozenset(_BLOCK_NAMES.split())
_SPACED = frozenset(["td", "th", "button", "label", "legend"])
_HIDDEN = frozenset(["script", "style", "template", "noscript", "iframe", "object", "svg", "math"])
_INLINE = frozenset(_INLINE_NAMES.split())
_TO_BYTES = {ord(bytes([n]).decode("cp1252", "replace")): n for n in range(0x80, 0xA0)}
_TO_BYTES.pop(0xFFFD)
_KNOWN = _BLOCKS | _SPACED | _HIDDEN | _INLINE

_OPENING = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9:-]{0,30})(?=[\s/>]|\Z)|<!--|<!\[CDATA\[|<[!?]")
_LONG_REFERENCE = re.compile(r"&#[xX]?0*([0-9A-Fa-f]{9,});?")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_BLANKS = re.compile(r"[^\S\n]+")
_LINES = re.compile(r" ?\n[ \n]*")
_QUOTED_FAR = 2_000
"""How far a quoted attribute may run past the first ">"."""


def to_text(markup: str, *, every_tag: bool = True, limit: int = LONGEST_TEXT) -> str:
    """Return the words of `markup` with paragraphs on lines of their own.

    With `every_tag` False only tags that HTML knows count as tags, so that "<Xinjiang>" in a field
    said to be plain text stays a word. Entities are resolved once. Takes linear time.
    """
    if "<" in markup:
        markup = _without_tags(markup[:LONGEST_MARKUP], every_tag=every_tag)
    text = unescape(markup[: limit * 12])
    # Blanks first: \s*\n alone would take quadratic time on a run of spaces.
    text = _LINES.sub("\n", _BLANKS.sub(" ", text)).strip()
    return text[:limit]


def one_line(markup: str, *, every_tag: bool = True, limit: int = LONGEST_TITLE) -> str:
    """Return the words of `markup` on a single line, as a title is shown."""
    return tidy(to_text(markup, every_tag=every_tag, limit=limit), limit=limit)


def tidy(text: str, *, limit: int = LONGEST_TITLE) -> str:
    """Return `text` without control characters and with single spaces: safe in a header line."""
    return " ".join(_CONTROL.sub("", text).split())[:limit]


def untwisted(text: str) -> str:
    """Return `text` as it was meant when it is UTF-8 that was read as windows-1252 on its way.

    Some sites store it so, and a name in it would never be found. Real text can't be taken for
    it: all its letters outside ASCII would have to be valid UTF-8 by chance.
    """
    if text.isascii():
        return text
    try:
        return text.translate(_TO_BYTES).encode("latin-1").decode()
    except UnicodeError:
        return text


def unescape(text: str) -> str:
    """Resolve HTML character references once; impossible ones become U+FFFD. Never raises."""
    if "&" in text:
        # html.unescape raises on references of thousands of digits.
        text = html.unescape(_LONG_REFERENCE.sub("\ufffd", text))
    return _CONTROL.sub("", text)


def _without_tags(markup: str, *, every_tag: bool) -> str:
    pieces: list[str] = []
    scan = _Scan(markup)
    position = 0
    while True:
        tag = _OPENING.search(markup, position)
        if tag is None:
            pieces.append(markup[position:])
            return "".join(pieces)
        pieces.append(markup[position : tag.start()])
        position, words = _step(scan, tag, every_tag=every_tag)
        pieces.append(words)


def _step(scan: _Scan, tag: re.Match[str], *, every_tag: bool) -> tuple[int, str]:
    """Return where to go on after `tag`, and the text that stands for it."""
    start, name = tag.start(), (tag[2] or "").lower()
    if tag[0] == "<![CDATA[":
        end = scan.find("]]>", tag.end())
        return (end + 3, scan.text[tag.end() : end]) if end >= 0 else (tag.end(), "")
    if tag[0] == "<!--":
        end = scan.find("-->", tag.end())
        return (end + 3 if end >= 0 else tag.end()), ""
    if not name:
        end = scan.find(">", start)
        return (end + 1 if end >= 0 else tag.end()), ""
    if not every_tag and name not in _KNOWN:
        return start + 1, "<"
    end = scan.tag_end(tag.end())
    if end < 0:
        return len(scan.text), ""
    if name in _HIDDEN and not tag[1] and scan.text[end - 2] != "/":
        closing = scan.find_closing(name, end)
        return (closing if closing >= 0 else end), " "
    if name in _BLOCKS:
        return end, "\n"
    return end, " " if name in _SPACED else ""


class _Scan:
    """A text that is searched forwards only; what was once not found is not looked for again."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._missing: set[str] = set()
        self._lower: str | None = None

    def find(self, mark: str, start: int) -> int:
        """Return the place of `mark` at or after `start`, or -1."""
        if mark in self._missing:
            return -1
        found = self.text.find(mark, start)
        if found < 0:
            self._missing.add(mark)
        return found

    def find_closing(self, name: str, start: int) -> int:
        """Return the place after `</name ...>`, whatever its case, or -1."""
        if self._lower is None:
            # casefold would change lengths; only ASCII matters here.
            self._lower = self.text.translate(_ASCII_LOWER)
        mark = f"</{name}"
        if mark in self._missing:
            return -1
        found = self._lower.find(mark, start)
        if found < 0:
            self._missing.add(mark)
            return -1
        end = self.find(">", found)
        return end + 1 if end >= 0 else len(self.text)

    def tag_end(self, start: int) -> int:
        """Return the place after the ">" that ends a tag, stepping over ones in quotes."""
        end = self.find(">", start)
        while end >= 0:
            inside = self.text[start:end]
            for quote in ('"', "'"):
                if inside.count(quote) % 2 and f"={quote}" in inside.replace(" ", ""):
                    break
            else:
                return end + 1
            closing = self.text.find(quote, end, end + _QUOTED_FAR)
            further = self.text.find(">", closing, closing + _QUOTED_FAR) if closing >= 0 else -1
            if further < 0 or self.text.find("<", end, further) >= 0:
                return end + 1
            end, start = further, closing + 1
        return -1


_ASCII_LOWER = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}
