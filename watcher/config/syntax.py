"""What a YAML error means, in the words of someone who edits a watch list.

The parser says where it gave up, which is often a line after the slip. Here the lines around that
place are looked at again for the slips that people make, and where the mend is plain the text is
mended in thought, so that reading can go on. No line is ever added or taken away by that.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

import yaml

from watcher.config.findings import quoted, shown
from watcher.config.lines import (
    COMMENT,
    closing_quote,
    in_brackets,
    indent_of,
    item_around,
    key_column,
    last_open,
    unclosed,
    with_colon,
)
from watcher.config.schema import ALL_KEYS

if TYPE_CHECKING:
    from collections.abc import Callable

    from watcher.config.nodes import Word

_LEAD = r"^(?P<lead>[ ]*(?:-[ ]+)*)"
_PAIR = re.compile(_LEAD + r"(?P<key>[^\s:#\[\]{}'\"-][^:#\[\]{}]*?):[ ]+(?P<value>\S.*)$")
_ITEM = re.compile(r"^(?P<lead>[ ]*-[ ]+)(?P<value>\S.*)$")
_GLUED = re.compile(_LEAD + r"(?P<key>[\w-]{2,30})[:：](?P<value>(?!//)\S.*)$")
_WIDE = re.compile(_LEAD + r"(?P<key>[\w-]{2,30})：[ ]*(?P<value>.*)$")
_GLUED_DASH = re.compile(r"^(?P<lead>[ ]*)-(?P<rest>[^\s-].*)$")
_STRANGE = frozenset("@`%&*!|>")
_CLOSERS = {"[": "]", "{": "}"}
_MANY = 20
"""So many places of one slip are named; more would bury the rest."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Where and what; `mended` is the text to read on with, `sure` that it says what was meant."""

    messages: tuple[tuple[int, str], ...]
    mended: str | None = None
    sure: bool = True


def _one(at: int, message: str, mended: str | None = None, *, sure: bool = True) -> Finding:
    return Finding(((at, message),), mended, sure)


@dataclass(frozen=True, slots=True)
class _Case:
    """One error of the parser, and the lines around it. Line numbers count from 0."""

    text: str
    lines: list[str]
    """With their line ends."""
    starts: list[int]
    problem: str
    context: str
    at: int
    context_at: int | None
    last: Word | None

    @property
    def line(self) -> int:
        return self.line_of(self.at)

    @property
    def column(self) -> int:
        return self.at - self.starts[self.line]

    def line_of(self, at: int) -> int:
        return max(0, min(bisect_right(self.starts, at), len(self.lines)) - 1)

    def body(self, line: int) -> str:
        return self.lines[line].rstrip("\r\n") if 0 <= line < len(self.lines) else ""

    def before(self, line: int) -> int | None:
        """Return the nearest line above that says something."""
        for above in range(line - 1, -1, -1):
            stripped = self.body(above).strip()
            if stripped and not stripped.startswith("#"):
                return above
        return None

    def with_line(self, line: int, body: str) -> str:
        old = self.lines[line]
        end = old[len(old.rstrip("\r\n")) :]
        return "".join([*self.lines[:line], body + end, *self.lines[line + 1 :]])


def diagnose(text: str, error: yaml.YAMLError, last: Word | None) -> Finding:
    """Say what is wrong with `text`, given the parser's error and the last word it read."""
    lines = re.split(r"(?<=\n)|(?<=\r)(?!\n)", text)
    starts = [0]
    for line in lines[:-1]:
        starts.append(starts[-1] + len(line))
    at, context_at = _index(error, "problem_mark"), _index(error, "context_mark")
    if at is None:
        at = context_at if context_at is not None else int(getattr(error, "position", 0))
    problem = str(getattr(error, "problem", "") or "")
    if problem.startswith("expected "):  # the parser in Python says less than the one in C
        problem = f"did not find {problem}"
    case = _Case(
        text=text,
        lines=lines,
        starts=starts,
        problem=problem,
        context=str(getattr(error, "context", "") or ""),
        at=min(at, len(text)),
        context_at=context_at,
        last=last,
    )
    for look in _LOOKS:
        finding = look(case)
        if finding is not None:
            return finding
    return _one(
        case.at,
        f"YAML can't read on from here ({case.problem or 'it breaks off'}). Look for a quote, "
        "bracket or colon that is missing here or in the line above.",
    )


def _index(error: yaml.YAMLError, name: str) -> int | None:
    mark = getattr(error, name, None)
    return None if mark is None else int(mark.index)


# --- the slips, most telling first -----------------------------------------------------------


def _invisible(case: _Case) -> Finding | None:
    """Find control characters, which no editor shows."""
    bad = yaml.reader.Reader.NON_PRINTABLE
    places = list(bad.finditer(case.text))
    if not places:
        return None
    mend = "stands here. Delete it and type the place again."
    messages = [
        (place.start(), f"an invisible control character (U+{ord(place.group()):04X}) {mend}")
        for place in places[:_MANY]
    ]
    return Finding(tuple(messages), bad.sub(" ", case.text))


def _tabs(case: _Case) -> Finding | None:
    """Find tabs where YAML wants spaces."""
    if "tab" not in case.problem and case.text[case.at : case.at + 1] != "\t":
        return None
    guilty = [
        number
        for number, line in enumerate(case.lines)
        if line.strip() and "\t" in line[: len(line) - len(line.lstrip(" \t"))]
    ] or [case.line]
    message = (
        "a tab stands at the start of this line, and YAML takes only spaces there. Put two spaces "
        "for each step to the right."
    )
    messages = [
        (case.starts[number] + max(case.body(number).find("\t"), 0), message)
        for number in guilty[:_MANY]
    ]
    mended = "".join(
        line.replace("\t", "  ") if number in guilty else line
        for number, line in enumerate(case.lines)
    )
    return Finding(tuple(messages), mended if mended != case.text else None, sure=False)


def _strange_start(case: _Case) -> Finding | None:
    """Find a text that begins with a sign that means something to YAML: *.kz, @name, %."""
    at = case.context_at
    if "start any token" in case.problem or at is None:
        at = case.at
    elif not re.search("alias|anchor|block scalar|tag|directive|node", case.context):
        return None
    line = case.line_of(at)
    body, column = case.body(line), at - case.starts[line]
    sign = body[column : column + 1]
    if sign not in _STRANGE or not sign:
        return None
    rest = re.match(r"[^,\]}]*" if in_brackets(body[:column]) else r".*", body[column:])
    found = COMMENT.sub("", rest.group() if rest else "").rstrip()
    return _one(
        at,
        f"a text that begins with {sign} must stand in quotes: {quoted(shown(found))}",
        case.with_line(line, body[:column] + quoted(found) + body[column + len(found) :]),
    )


def _escape(case: _Case) -> Finding | None:
    r"""Find a backslash in double quotes: "\d+"."""
    if "escape" not in case.problem or case.context_at is None:
        return None
    line = case.line_of(case.context_at)
    body, column = case.body(line), case.context_at - case.starts[line]
    end = closing_quote(body, column)
    mended = None
    if end is not None:
        inner = body[column + 1 : end].replace("'", "''")
        mended = case.with_line(line, f"{body[:column]}'{inner}'{body[end + 1 :]}")
    backslash = case.text.rfind("\\", case.context_at, case.at + 1)
    return _one(
        backslash if backslash >= 0 else case.at,
        "in double quotes a backslash \\ begins a code that YAML knows, and this is none. "
        "Use single quotes: '...'",
        mended,
    )


def _open_quote(case: _Case) -> Finding | None:
    """Find a quote that is never closed; it swallows the lines after it."""
    if "quoted scalar" in case.context and case.context_at is not None:
        at = case.context_at
    elif case.last is not None and _swallowed(case, case.last):
        at = case.last.at
    else:
        return None
    line = case.line_of(at)
    body, column = case.body(line), at - case.starts[line]
    quote = body[column : column + 1]
    mended = None
    if not in_brackets(body[:column]):
        mended = case.with_line(line, body.rstrip() + quote)
    return _one(
        at,
        f"the quote {quote} opened here is not closed. Put {quote} at the end of the text.",
        mended,
    )


def _swallowed(case: _Case, word: Word) -> bool:
    """Say whether `word` is a text in quotes over several lines that ends where YAML gave up."""
    return (
        case.text[word.at : word.at + 1] in {'"', "'"}
        and not word.plain
        and "expected" in case.problem
        and case.line_of(word.at) < case.line_of(word.end) == case.line
    )


def _colon_in_text(case: _Case) -> Finding | None:
    """Find a text after a key that holds ": " or ends with a colon."""
    if "mapping values are not allowed" not in case.problem:
        return None
    body = case.body(case.line)
    pair = _PAIR.match(body)
    if pair is None or pair.start("value") > case.column:
        return None
    value, start = COMMENT.sub("", pair["value"]), pair.start("value")
    sign = 'contains ": "' if ": " in value else "ends with a colon"
    return _one(
        case.starts[case.line] + start,
        f'the text after "{shown(pair["key"])}:" {sign}, so YAML reads a key. Put it in quotes: '
        f"{shown(pair['key'])}: {quoted(shown(value, 80))}",
        case.with_line(case.line, body[:start] + quoted(value) + body[start + len(value) :]),
    )


def _no_space(case: _Case) -> Finding | None:
    """Find `name:Camps`, `name：Camps` or `-Camps`: a space is missing."""
    if not ("mapping values" in case.problem or "could not find expected ':'" in case.problem):
        return None
    candidates = {case.before(case.line), case.line}
    if case.context_at is not None:
        candidates.add(case.line_of(case.context_at))
    for line in sorted(number for number in candidates if number is not None):
        finding = _glued(case, line)
        if finding is not None:
            return finding
    return None


def _glued(case: _Case, line: int) -> Finding | None:
    body = case.body(line)
    glued = _WIDE.match(body) or _GLUED.match(body)
    if glued is not None and _PAIR.match(body) is None:
        key, value = glued["key"], glued["value"].strip()
        why = (
            f'the colon after "{key}" is a wide one (：)'
            if "：" in body[: glued.start("value")]
            else f'a space is missing after "{key}:"'
        )
        return _one(
            case.starts[line] + glued.start("key"),
            f"{why}, so YAML reads one word. Write {key}: {shown(value)}",
            case.with_line(line, f"{glued['lead']}{key}: {value}"),
        )
    dash = _GLUED_DASH.match(body)
    if dash is None:
        return None
    return _one(
        case.starts[line] + dash.start("rest") - 1,
        f"a space is missing after the dash. Write - {shown(dash['rest'])}",
        case.with_line(line, f"{dash['lead']}- {dash['rest']}"),
    )


def _no_colon(case: _Case) -> Finding | None:
    """Find `severity high` or `severity = high`: a key without its colon."""
    if not ("mapping values" in case.problem or "could not find expected ':'" in case.problem):
        return None
    candidates = {case.before(case.line), case.line}
    if case.context_at is not None:
        candidates.add(case.line_of(case.context_at))
    for line in sorted(number for number in candidates if number is not None):
        body = COMMENT.sub("", case.body(line)).rstrip()
        start = key_column(body)
        mended = with_colon(body[start:], ALL_KEYS)
        if mended and not _continues_list(case, line):
            return _one(
                case.starts[line] + start,
                f'a colon is missing here. Write "{shown(mended)}"',
                case.with_line(line, body[:start] + mended),
            )
    return None


def _continues_list(case: _Case, line: int) -> bool:
    """Say whether a line without a dash stands below an item of a list of texts."""
    above = case.before(line)
    if above is None or case.body(line).lstrip().startswith("-"):
        return False
    body = case.body(above)
    item = body[key_column(body) :]
    is_pair = _PAIR.match(body) is not None or with_colon(item, ALL_KEYS) != ""
    return body.lstrip().startswith("-") and not is_pair


def _bare_line(case: _Case) -> Finding | None:
    """Find a line that is neither a key nor an item of a list."""
    if "could not find expected ':'" not in case.problem or case.context_at is None:
        return None
    line = case.line_of(case.context_at)
    body, above = case.body(line), case.before(line)
    in_list = above is not None and case.body(above).lstrip().startswith("-")
    word = shown(body.strip())
    return _one(
        case.starts[line] + indent_of(body),
        'this line is neither "key: value" nor an item of a list. Write '
        f"{f'- {word}' if in_list else f'{word}: ...'}, or take it out.",
        case.with_line(line, ""),
    )


def _list_in_line(case: _Case) -> Finding | None:
    """Find `find: - Atajurt`: a list that begins behind its key."""
    if "sequence entries are not allowed" not in case.problem:
        return None
    body = case.body(case.line)
    item = body[case.column :].removeprefix("-").strip()
    return _one(
        case.at,
        "a list can't begin behind its key. Put each item on a line of its own, or write "
        f"[{shown(item)}]",
        case.with_line(case.line, f"{body[: case.column]}[{item}]"),
        sure=False,
    )


def _brackets(case: _Case) -> Finding | None:
    """Find a list or table in brackets that isn't closed, or lacks a comma."""
    if "flow" not in case.context or case.context_at is None:
        return None
    opener = _opener(case)
    if opener is None:
        return None
    sign = case.text[opener]
    closer = _CLOSERS[sign]
    line = case.line_of(opener)
    missing = unclosed(case.body(line))
    body = case.body(case.line)
    ends = not body[case.column :].strip() or case.text[case.at :].isspace()
    if missing and (line != case.line or ends):
        trimmed = COMMENT.sub("", case.body(line)).rstrip().rstrip(",")
        return _one(
            opener,
            f"the {sign} opened here is not closed. Put {closer} at the end of the list.",
            case.with_line(line, trimmed + missing),
            sure=line in {case.line, case.before(case.line), case.before(case.line + 1)},
        )
    wrong = case.text[case.at : case.at + 1]
    if wrong in _CLOSERS.values() and wrong != closer:
        return _one(
            case.at,
            f"{wrong} stands where the {sign} of line {line + 1} is to be closed. Put {closer} "
            "before it.",
            case.with_line(case.line, body[: case.column] + closer + body[case.column :]),
            sure=False,
        )
    if case.text[case.at : case.at + 1] == ":":
        start, end = item_around(body, case.column)
        return _one(
            case.starts[case.line] + start,
            'a text in brackets contains ": ", so YAML reads a key. Put it in quotes: '
            f"{quoted(shown(body[start:end]))}",
            case.with_line(case.line, body[:start] + quoted(body[start:end]) + body[end:]),
        )
    return _one(
        case.at,
        f"a comma is missing before this, or the {sign} of line {line + 1} is not closed with "
        f"{closer}",
        case.with_line(case.line, f"{body[: case.column].rstrip()}, {body[case.column :]}"),
        sure=False,
    )


def _opener(case: _Case) -> int | None:
    """Return where the bracket stands in which YAML gave up."""
    if case.context_at is None:
        return None
    if case.text[case.context_at : case.context_at + 1] in _CLOSERS:
        return case.context_at
    for line in range(case.line, max(-1, case.line - _MANY), -1):
        # What YAML misses is the next item: the bracket was opened in one of the lines above.
        column = last_open(case.body(line))
        if column is not None:
            return case.starts[line] + column
    return None


def _after_closing(case: _Case) -> Finding | None:
    """Find text that goes on after a closing quote or bracket: `find: "Atajurt" volunteers`."""
    body = case.body(case.line)
    before = body[: case.column].rstrip()
    pair = _PAIR.match(body) or _ITEM.match(body)
    if "did not find expected" not in case.problem or not before.strip(" -") or pair is None:
        return None
    value, start = COMMENT.sub("", pair["value"]), pair.start("value")
    key = f"{shown(pair['key'])}: " if "key" in pair.groupdict() else "- "
    if value[0] in {'"', "'"}:
        # 'it's' is one text in quotes, "Atajurt" volunteers begins with quotes of its own
        whole = value[1:-1] if len(value) > 1 and value[-1] == value[0] else value
        return _one(
            case.starts[case.line] + start,
            f"the text goes on after its closing quote {value[0]}. Put quotes around all of it: "
            f"{key}{quoted(shown(whole))}",
            case.with_line(case.line, body[:start] + quoted(whole)),
        )
    if before[-1] not in {"]", "}"}:
        return None
    rest = body[case.column :].strip()
    message = (
        f"one closing {rest[0]} too many. Take it out."
        if rest[:1] in {"]", "}"}
        else f"text goes on after the closing {before[-1]}. Take it out, or put it inside."
    )
    return _one(case.at, message, case.with_line(case.line, before))


def _indent(case: _Case) -> Finding | None:
    """Find a line that begins in a column where nothing above it begins."""
    body, above = case.body(case.line), case.before(case.line)
    columns = _columns(case, case.line)
    if above is None or not body.strip() or not columns:
        return None
    indent = indent_of(body)
    at = case.starts[case.line] + indent
    if "mapping values are not allowed" in case.problem:
        best = key_column(case.body(above))
        if best >= indent:
            return None
    elif "did not find expected" not in case.problem or case.column > indent:
        return None
    elif body.lstrip().startswith("- ") and indent in columns:
        return _one(
            at,
            "an item of a list (-) stands where a key is expected. Put it further right than the "
            "key it belongs to.",
        )
    else:
        best = min(columns, key=lambda column: (abs(column - indent), -column))
    if best == indent:
        return _one(
            at,
            "this line doesn't go with the one above it: in one table all lines are "
            '"key: value", in one list all begin with a dash.',
        )
    return _one(
        at,
        f"this line stands too far {'right' if indent > best else 'left'}: it begins in column "
        f"{indent + 1}, the lines it goes with begin in column {best + 1}. Move it there.",
        case.with_line(case.line, " " * best + body.lstrip(" ")),
        sure=False,
    )


def _columns(case: _Case, line: int) -> set[int]:
    """Return the columns in which the tables and lists around `line` begin."""
    columns: set[int] = set()
    limit: float = float("inf")
    for above in range(line - 1, -1, -1):
        body = case.body(above)
        if not body.strip() or body.lstrip().startswith("#"):
            continue
        indent, key = indent_of(body), key_column(body)
        columns |= {column for column in (indent, key) if column < limit}
        limit = min(limit, indent)
        if limit == 0:
            break
    return columns


_LOOKS: tuple[Callable[[_Case], Finding | None], ...] = (
    _invisible,
    _tabs,
    _strange_start,
    _escape,
    _open_quote,
    _colon_in_text,
    _no_space,
    _no_colon,
    _bare_line,
    _list_in_line,
    _brackets,
    _after_closing,
    _indent,
)
