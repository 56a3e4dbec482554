"""Bytes of a feed in, clean UTF-8 out: the charset is decided here and nowhere else.

A parser left to guess turns a whole feed into nonsense for one half character, so it is only
ever given what this module made: valid UTF-8 without control characters or impossible character
references. The order is that of RFC 7303 (BOM, HTTP, XML declaration) with one change that real
feeds demand: text that is valid UTF-8 is UTF-8, whatever its label says.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from watcher.feeds import guess

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_HTTP_CHARSET = re.compile(r"""charset\s*=\s*["']?([^\s"';,]{1,40})""", re.IGNORECASE)
_XML_CHARSET = re.compile(
    rb"""^[^<]{0,200}<\?xml[^>]{0,200}?encoding\s*=\s*["']([^"'>]{1,40})["']"""
)
_LABEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,39}")

_SUPERSETS = {
    # What is labelled with the left is written with the right (WHATWG Encoding Standard).
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "big5": "big5hkscs",
    "euc_kr": "cp949",
    "shift_jis": "cp932",
}
_TEXT_CODECS = frozenset(
    {"utf-8", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"}
    | {"gb18030", "hz", "big5hkscs", "cp949", "iso2022_kr", "johab", "cp932", "euc_jp"}
    | {"iso2022_jp", "iso2022_jp_1", "iso2022_jp_2", "iso2022_jp_3", "iso2022_jp_ext"}
    | {f"cp{n}" for n in (437, 850, 852, 855, 862, 866, 874, *range(1250, 1259))}
    | {f"iso8859-{n}" for n in (2, 3, 4, 5, 6, 7, 8, 10, 13, 14, 15, 16)}
    | {"koi8-r", "koi8-u", "koi8-t", "kz1048", "ptcp154", "mac-roman", "mac-cyrillic"}
)
"""Codecs that turn bytes into text and do nothing else; unicode_escape, punycode, utf-7, rot13
and their like are refused, because feeds name them only to break readers (F27)."""

_SEVEN_BIT = frozenset({"hz"} | {name for name in _TEXT_CODECS if name.startswith("iso2022")})
"""Charsets whose bytes are also valid ASCII, so that "valid UTF-8 wins" must not apply."""

FEW = 20
"""A text is UTF-8 with some damage when it has this many good sequences per bad byte; where it is
labelled so, when it has more good than bad ones."""

_SEPARATORS = b"\x0b\x0c\x1c\x1d\x1e\x1f"
_CONTROLS = bytes(n for n in (*range(0x20), 0x7F) if n not in b"\t\n\r")
_NONCHARACTERS = (b"\xef\xbf\xbe", b"\xef\xbf\xbf")
"""U+FFFE and U+FFFF in UTF-8."""
_NO_BEGINNINGS = bytes(range(0xC0))
_GAPS = bytes.maketrans(_SEPARATORS, b" " * len(_SEPARATORS))
_DROPPED = bytes(n for n in _CONTROLS if n not in _SEPARATORS)
_REFERENCE = re.compile(rb"&#(?:[xX]([0-9A-Fa-f]+)|([0-9]+));?")
_ODD_REFERENCE = re.compile(
    # Cheap test first: decimal below 32 or long, hexadecimal short of 0x20 or long or D800-DFFF.
    rb"&#(?:[xX]0*(?:1?[0-9A-Fa-f]|7[fF]|[dD][89A-Fa-f][0-9A-Fa-f]{2}|[fF]{3}[eEfF]|[0-9A-Fa-f]{6,})"
    rb"|0*(?:[12]?\d|3[01]|127|5[5-7]\d{3}|6553[45]|\d{7,}))(?![0-9A-Fa-f])"
)


@dataclass(frozen=True, slots=True)
class Decoded:
    """Clean UTF-8, the charset the bytes were read with, and what was odd about them."""

    data: bytes
    encoding: str
    notes: tuple[str, ...] = ()
    garbled: float = 0.0
    """Share of the letters outside ASCII that could not be read, 0 to 1."""

    @property
    def text(self) -> str:
        """The text itself."""
        return self.data.decode()


def decode(body: bytes, content_type: str | None) -> Decoded:
    """Return `body` as clean UTF-8. Never raises; what can't be read becomes U+FFFD."""
    data, encoding, notes = _to_utf8(body, content_type or "")
    clean = harmless(data)
    if clean != data:
        notes = (*notes, "impossible characters were removed")
    return Decoded(clean, encoding, notes, _garbled(clean) if b"\xef\xbf\xbd" in clean else 0.0)


def _garbled(data: bytes) -> float:
    """Return the share of U+FFFD among the letters outside ASCII."""
    # Continuation bytes are 80 to BF, so every other byte above 7F begins one letter.
    letters = len(data.translate(None, _NO_BEGINNINGS))
    return data.count(b"\xef\xbf\xbd") / letters


def harmless(data: bytes) -> bytes:
    """Return UTF-8 without control characters and impossible character references.

    NUL and its like vanish, separators become spaces, `&#xD800;` and `&#9999999999;` become
    U+FFFD.
    """
    # translate() passes once at the speed of C; a search for a class of bytes takes ten times that.
    if len(data.translate(None, _CONTROLS)) != len(data):
        data = data.translate(_GAPS, _DROPPED)
    for sign in _NONCHARACTERS:
        data = data.replace(sign, b"")
    if _ODD_REFERENCE.search(data):
        data = _REFERENCE.sub(_checked, data)
    return data


def _checked(reference: re.Match[bytes]) -> bytes:
    hexadecimal, decimal = reference.groups()
    digits = (hexadecimal or decimal).lstrip(b"0") or b"0"
    # The length is checked first: int() of thousands of digits raises.
    code = int(digits, 16 if hexadecimal else 10) if len(digits) <= 7 else 0x110000
    if code in {9, 10, 13} or 0x20 <= code < 0x7F or 0x80 <= code < 0xD800:
        return reference[0]
    if 0xE000 <= code < 0xFFFE or 0x10000 <= code < 0x110000:
        return reference[0]
    if code in {0x0B, 0x0C} or 0x1C <= code < 0x20:
        return b" "
    return b"" if code < 0x80 else "\ufffd".encode()


def _to_utf8(body: bytes, content_type: str) -> tuple[bytes, str, tuple[str, ...]]:
    for bom, codec in _BOMS:
        if body.startswith(bom):
            return _read(body[len(bom) :], codec, ())
    wide = _wide(body)
    if wide is not None:
        return _read(body, wide, ())
    labels, notes = _labels(body, content_type)
    seven = next((label for label in labels if label in _SEVEN_BIT), None)
    if seven is not None and (b"\x1b" in body or b"~{" in body):
        return _read(body, seven, notes)
    try:
        body.decode()
    except UnicodeDecodeError:
        pass
    else:
        return body, "utf-8", _mislabelled(labels, notes)
    text = body.decode("utf-8", "replace")
    bad = text.count("\ufffd")
    good = _non_ascii(text) - bad
    if good >= FEW * bad or ("utf-8" in labels and good > bad):
        return text.encode(), "utf-8", (*_mislabelled(labels, notes), f"{bad} damaged characters")
    return _legacy(body, labels, notes, mostly_utf8=good > 4 * bad)


def _legacy(
    body: bytes, labels: list[str], notes: tuple[str, ...], *, mostly_utf8: bool
) -> tuple[bytes, str, tuple[str, ...]]:
    """Read bytes that are not UTF-8: by label if it fits, else by what the text looks like."""
    for label in labels:
        if label.startswith("utf-"):
            continue
        try:
            return body.decode(label).encode("utf-8", "replace"), label, notes
        except (UnicodeDecodeError, LookupError):
            continue
    named = next((label for label in labels if not label.startswith("utf-")), None)
    if named is not None:
        text = body.decode(named, "replace")
        bad = text.count("\ufffd")
        if FEW * bad <= max(_non_ascii(text), 1):
            return (
                text.encode("utf-8", "replace"),
                named,
                (*notes, f"{bad} damaged characters"),
            )
    guessed = None if mostly_utf8 else guess.charset(body)
    if guessed is not None:
        return _read(body, guessed, (*notes, f"its charset is wrongly named; read as {guessed}"))
    return _read(body, "utf-8", notes)


def _read(body: bytes, codec: str, notes: tuple[str, ...]) -> tuple[bytes, str, tuple[str, ...]]:
    text = body.decode(codec, "replace")
    bad = text.count("\ufffd")
    if bad:
        notes = (*notes, f"{bad} damaged characters")
    # A lone surrogate can come out of a UTF-16 half; UTF-8 has no form for it.
    return text.encode("utf-8", "replace"), codec, notes


def _labels(body: bytes, content_type: str) -> tuple[list[str], tuple[str, ...]]:
    """Return the codecs named by HTTP and the XML declaration, and a note for each refused one."""
    http = _HTTP_CHARSET.search(content_type)
    xml = _XML_CHARSET.match(body[:1024])
    named = [http[1]] if http else []
    if xml:
        named.append(xml[1].decode("latin-1"))
    labels: list[str] = []
    notes: list[str] = []
    for name in named:
        codec = _codec(name)
        if codec is None:
            notes.append(f"unknown charset {name[:40]!r} was ignored")
        elif codec not in labels:
            labels.append(codec)
    return labels, tuple(notes)


def _codec(label: str) -> str | None:
    if not _LABEL.fullmatch(label):
        return None
    try:
        name = codecs.lookup(label).name
    except (LookupError, ValueError):
        return None
    name = _SUPERSETS.get(name, name)
    return name if name in _TEXT_CODECS else None


def _mislabelled(labels: list[str], notes: tuple[str, ...]) -> tuple[str, ...]:
    other = next((label for label in labels if label not in {"utf-8", "cp1252"}), None)
    return (*notes, f"labelled {other} but it is UTF-8") if other else notes


def _wide(body: bytes) -> str | None:
    """Recognise UTF-16 and UTF-32 without BOM by the zero bytes around the first "<" or "{"."""
    start = body[:64].lstrip(b"\x00 \t\r\n")[:1]
    if start not in {b"<", b"{"}:
        return None
    head = body[:4]
    for pattern, codec in (
        (b"\x00\x00\x00" + start, "utf-32-be"),
        (start + b"\x00\x00\x00", "utf-32-le"),
    ):
        if head == pattern:
            return codec
    if head[:1] == b"\x00" and head[1:2] == start:
        return "utf-16-be"
    if head[:1] == start and head[1:2] == b"\x00":
        return "utf-16-le"
    return None


def _non_ascii(text: str) -> int:
    return len(text) - len(text.encode("ascii", "ignore"))
