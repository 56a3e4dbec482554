"""Slips that can be seen before YAML reads a file: signs that only look like those YAML knows.

Text that was pasted from a chat, a web page or a word processor brings spaces that are none, list
signs that are no dashes, wide colons, and marks of its own. YAML reads most of them as text and
gives up somewhere else, or not at all; here each is named where it stands, and mended in thought.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from watcher.config.findings import shown
from watcher.config.schema import ALL_KEYS

MANY = 20
"""So many places of one slip are named; more would bury the rest."""

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|$)")
_STRANGE_SPACES = "\u00a0\u2000-\u200b\u202f\u205f\u3000\ufeff"
_INDENT = re.compile(rf"^[ ]*[{_STRANGE_SPACES}][ {_STRANGE_SPACES}]*")
_AFTER_COLON = re.compile(rf"^[ ]*(?:-[ ]+)*(?P<key>\w+):(?P<space>[{_STRANGE_SPACES}]+)")
_WIDE_COLON = re.compile(r"^(?P<lead>[ ]*(?:-[ ]+)*)(?P<key>\w+)[ ]*：[ ]*(?P<value>.*)$")
_BULLET = re.compile(r"^(?P<lead>[ ]*)(?P<sign>[•·‣◦▪●○–—−*])[ \u00a0]+(?P<rest>\S.*)$")
_KEY = re.compile(r"(?P<key>\w+)[ ]*:(?:[ ]|$)")
_SUSPECT = re.compile(
    rf"[：{_STRANGE_SPACES}]|(?:^|\r)[ ]*(?:[•·‣◦▪●○–—−*<`~]|={{7}}|>{{7}})", re.MULTILINE
)
"""What a file with a slip has somewhere; most files have none of it, and are not looked at."""
_BLOCK = re.compile(r"(?:^|[:-][ ]+)[|>][-+0-9]{0,2}[ ]*(?:#.*)?$")
_QUOTE = re.compile(r"""(?:^[ ]*|: +|- +|[\[{,] *)(?P<quote>["'])(?P<rest>[^"']*)$""")
_FENCE = re.compile(r"^[ ]*(?:```|~~~)")
_CONFLICT = re.compile(r"^(?:<{7}|={7}|>{7})(?: |$)")
_HTML = re.compile(r"^[ ]*</?[A-Za-z!][^>]*>")


@dataclass(frozen=True, slots=True)
class Finding:
    """Where and what; `mended` is the text to read on with, `sure` that it says what was meant."""

    messages: tuple[tuple[int, str], ...]
    mended: str | None = None
    sure: bool = True


@dataclass(frozen=True, slots=True)
class _Line:
    """A line without its end, and the line above that says something."""

    body: str
    above: str


@dataclass(frozen=True, slots=True)
class _Slip:
    column: int
    message: str
    body: str
    sure: bool = True


_Look = Callable[[_Line], _Slip | None]


def before_reading(text: str) -> Finding | None:
    """Return the slips of a file, each with the line mended; None when there is none."""
    if not _SUSPECT.search(text):
        return None
    messages: list[tuple[int, str]] = []
    lines: list[str] = []
    sure = True
    seen: dict[_Look, int] = {}
    around = _Around()
    for found in _LINE.finditer(text):
        whole = found.group()
        body = whole.rstrip("\r\n")
        indent = len(body) - len(body.lstrip(" "))
        mended = body
        if not around.within(body, indent) and _SUSPECT.search(body):
            for look in _LOOKS:
                slip = look(_Line(mended, around.above))
                if slip is None:
                    continue
                seen[look] = seen.get(look, 0) + 1
                if seen[look] <= _TIMES.get(look, MANY):
                    messages.append((found.start() + slip.column, slip.message))
                mended, sure = slip.body, sure and slip.sure
        # An emptied line between the two signs of "\r" and "\n" would make one line end of them.
        lines.append((mended or (body and " ")) + whole[len(body) :])
        around.take(body, indent)
    return Finding(tuple(messages), "".join(lines), sure) if messages else None


class _Around:
    """What stands above a line: whether a text in quotes, or as a block, goes on in it."""

    def __init__(self) -> None:
        self.above = ""
        """The last line that says something."""
        self._block: int | None = None
        """How far the line is indented that began a text of several lines (| or >)."""
        self._quote = ""
        self._goes_on = False

    def within(self, body: str, indent: int) -> bool:
        """Say whether a line goes on with a text that began above."""
        if self._block is not None and indent <= self._block and body.strip():
            self._block = None
        self._goes_on = bool(self._quote) or self._block is not None
        return self._goes_on

    def take(self, body: str, indent: int) -> None:
        """Go on to the next line."""
        if self._quote:
            self._quote = "" if self._quote in body else self._quote
        elif not self._goes_on and body.strip() and body[indent] != "#":
            self.above = body
            if ("|" in body or ">" in body) and _BLOCK.search(body):
                self._block = indent
            if '"' in body or "'" in body:
                opened = _QUOTE.search(body)
                if opened and opened["quote"] not in opened["rest"]:
                    self._quote = opened["quote"]


def _strange_indent(line: _Line) -> _Slip | None:
    """Find spaces that are none of the keyboard's in front of a line."""
    found = _INDENT.match(line.body)
    if found is None:
        return None
    column = next(at for at, sign in enumerate(found.group()) if sign != " ")
    sign = line.body[column]
    width = sum(2 if one == "\u3000" else one not in "\u200b\ufeff" for one in found.group())
    return _Slip(
        column,
        f"this line begins with a space that is no ordinary one (U+{ord(sign):04X}), as web pages "
        "and word processors have them. Delete it and type spaces.",
        (" " * width + line.body[found.end() :]).rstrip(),
        sure=sign != "\u3000",
    )


def _strange_space(line: _Line) -> _Slip | None:
    """Find such a space behind a key's colon."""
    found = _AFTER_COLON.match(line.body)
    if found is None or found["key"].lower() not in ALL_KEYS:
        return None
    return _Slip(
        found.start("space"),
        f'the space after "{found["key"]}:" is no ordinary one (U+{ord(found["space"][0]):04X}), '
        "so YAML reads one word. Delete it and type a space.",
        f"{line.body[: found.start('space')]} {line.body[found.end('space') :]}",
    )


def _wide_colon(line: _Line) -> _Slip | None:
    """Find `find：新疆`, with the colon of a Chinese keyboard."""
    found = _WIDE_COLON.match(line.body)
    if found is None or found["key"].lower() not in ALL_KEYS:
        return None
    mended = f"{found['key']}: {found['value']}".rstrip()
    return _Slip(
        found.start("key"),
        f'the colon after "{found["key"]}" is a wide one (：), so YAML reads one word. Write '
        f"{shown(mended)}",
        found["lead"] + mended,
    )


def _bullet(line: _Line) -> _Slip | None:
    """Find list signs of a word processor: a bullet, a long dash, an asterisk."""
    found = _BULLET.match(line.body)
    if found is None:
        return None
    key = _KEY.match(found["rest"])
    known = key is not None and key["key"].lower() in ALL_KEYS
    listed = _BULLET.match(line.above) or line.above.split(" #")[0].rstrip().endswith(":")
    if not (known or listed or found["rest"].startswith(("http://", "https://"))):
        return None
    mended = f"- {found['rest']}"
    return _Slip(
        found.start("sign"),
        f"{found['sign']} begins no item of a list; a dash (-) does. Write {shown(mended)}",
        found["lead"] + mended,
    )


def _fence(line: _Line) -> _Slip | None:
    if not _FENCE.match(line.body):
        return None
    message = (
        f"{line.body.strip()[:3]} marks a piece of code in chats and web pages and is no part of "
        "the file. Take the line out."
    )
    return _Slip(len(line.body) - len(line.body.lstrip()), message, "")


def _conflict(line: _Line) -> _Slip | None:
    if not _CONFLICT.match(line.body):
        return None
    message = (
        "git has put two versions of the file into each other here. Keep one of them, and take out "
        "the lines that begin with <<<<<<<, ======= and >>>>>>>"
    )
    return _Slip(0, message, "", sure=False)


def _html(line: _Line) -> _Slip | None:
    if not _HTML.match(line.body):
        return None
    message = (
        "this is HTML, as a web page is made of. Copy the text that the page shows, or download "
        "the file itself."
    )
    return _Slip(len(line.body) - len(line.body.lstrip()), message, "", sure=False)


_LOOKS: tuple[_Look, ...] = (
    _strange_indent,
    _strange_space,
    _wide_colon,
    _bullet,
    _fence,
    _conflict,
    _html,
)
_TIMES: dict[_Look, int] = {_html: 1, _conflict: 1}
"""What one message says of the whole file."""
