"""Findings in words: where a mistake stands, what was found, and the mend.

Every message of this room is made here or with what stands here, so that all of them read alike.
Nothing here knows YAML or what a rule is.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING

from rapidfuzz import fuzz, process

from watcher.core.model import Mistake, Place, Weight

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_LINE_END = re.compile(r"\r\n|\r|\n")
_ADDRESS = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://\S+")
_NEAR_ENOUGH = 66.0
"""Least similarity (0-100) for a "Did you mean": "desc" finds "desk", "mail" not "main"."""


MAX_FINDINGS = 1_000
"""Nobody reads more; the rest waits for the next run."""


class TooManyError(Exception):
    """So much is wrong that reading on is of no use."""


class Page:
    """One file as it is read: its name for people, its text, and where its lines begin.

    Positions are indexes into `text` (code points) until they are told; `findings` is shared by
    all pages of one load, so that every mistake comes out at once.
    """

    def __init__(self, name: str, text: str, findings: list[Mistake]) -> None:
        self.name = name
        self.findings = findings
        self.spoilt: set[int] = set()
        """Places about which all is said: what follows from the mistake there isn't noted too."""
        self.broken = False
        """YAML could not read it as it stands: what is missing in it may only be out of sight."""
        self.guessed = False
        """A mend that it was read on with may not be what its author means."""
        self.retext(text)

    def retext(self, text: str) -> None:
        """Go on with `text`: the file with one line mended in thought; no line moves."""
        self.text = text
        self._starts = [0, *(end.end() for end in _LINE_END.finditer(text))]

    def place(self, at: int) -> Place:
        """Return where `at` is, as editors count."""
        line = bisect_right(self._starts, at)
        return Place(file=self.name, line=line, column=at - self._starts[line - 1] + 1)

    def line(self, at: int) -> int:
        """Return the line of `at`, counted from 1."""
        return bisect_right(self._starts, at)

    def start(self, line: int) -> int:
        """Return where a line (from 1) begins; the last one's, when there are fewer."""
        return self._starts[min(line, len(self._starts)) - 1]

    def spans_lines(self, at: int, end: int) -> bool:
        """Say whether the text from `at` to `end` goes over more than one line."""
        return self.line(at) != self.line(max(at, end - 1))

    def sound(self, at: int, end: int) -> bool:
        """Say whether no error stands from `at` to `end`."""
        first, last = self.place(at), self.place(end)
        return not any(
            one.file == self.name
            and one.weight is Weight.ERROR
            and (first.line, first.column) <= (one.line, one.column) <= (last.line, last.column)
            for one in self.findings
        )

    def rest_of_line(self, at: int) -> str:
        """Return what stands in the line from `at` on."""
        end = _LINE_END.search(self.text, at)
        return self.text[at : end.start() if end else len(self.text)]

    def mistake(self, at: int, message: str) -> None:
        """Note an error at `at`."""
        self._note(at, message, Weight.ERROR)

    def warning(self, at: int, message: str) -> None:
        """Note something that may be meant."""
        self._note(at, message, Weight.WARNING)

    def _note(self, at: int, message: str, weight: Weight) -> None:
        if at in self.spoilt:
            return
        if len(self.findings) >= MAX_FINDINGS:
            message = f"over {MAX_FINDINGS:,} findings; those after this line are not listed."
        self.findings.append(Mistake.at(self.place(at), message, weight))
        if len(self.findings) > MAX_FINDINGS:
            raise TooManyError


def shown(text: str, limit: int = 60) -> str:
    """Return `text` as one short line for a message.

    What stands behind "scheme://" is left out: it may hold a token (I12).
    """
    line = _ADDRESS.sub(r"\1://…", " ".join(text.split()))
    line = "".join(sign if sign.isprintable() else "�" for sign in line)
    return line if len(line) <= limit else line[: limit - 1] + "…"


def nearest(word: str, choices: Iterable[str]) -> str | None:
    """Return the choice that `word` most likely stands for, or None when none is near."""
    by_fold = {_plain(choice): choice for choice in choices}
    best = process.extractOne(
        _plain(word)[:80], list(by_fold), scorer=fuzz.ratio, score_cutoff=_NEAR_ENOUGH
    )
    return by_fold[best[0]] if best else None


def meant(word: str, choices: Iterable[str], others: Mapping[str, str]) -> str | None:
    """Return the choice that is meant; `others` are words for a choice (receivers: notify)."""
    known = list(choices)
    meanings = {**others, **{choice: choice for choice in known}}
    guess = nearest(word, [key for key, choice in meanings.items() if choice in known])
    return meanings[guess] if guess else None


def did_you_mean(word: str, choices: Iterable[str], others: Mapping[str, str] | None = None) -> str:
    """Return ` Did you mean "x"?` or nothing."""
    guess = meant(word, choices, others or {})
    return f' Did you mean "{guess}"?' if guess else ""


def one_of(choices: Sequence[str], limit: int = 20) -> str:
    """Return ` One of: a, b, c.`, cut after `limit` names."""
    if not choices:
        return ""
    more = f" and {len(choices) - limit} more" if len(choices) > limit else ""
    return f" One of: {', '.join(choices[:limit])}{more}."


def quoted(text: str) -> str:
    """Return `text` in the YAML quotes that keep it as it is."""
    if '"' not in text and "\\" not in text:
        return f'"{text}"'
    return "'" + text.replace("'", "''") + "'"


def _plain(word: str) -> str:
    return word.casefold().replace("_", " ").replace("-", " ").strip()
