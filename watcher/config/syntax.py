"""What a YAML error means, in the words of someone who edits a watch list.

The parser says where it gave up, which is often a line after the slip. Here the lines around that
place are looked at again for the slips that people make, and where the mend is plain the text is
mended in thought, so that reading can go on. No line is ever added or taken away by that.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import yaml

from watcher.config.findings import quoted, shown

if TYPE_CHECKING:
    from collections.abc import Callable

    from watcher.config.nodes import Word


@dataclass(frozen=True, slots=True)
class Finding:
    """Where and what; `mended` is the text to read on with, `sure` that it says what was meant."""

    messages: tuple[tuple[int, str], ...]
    mended: str | None = None
    sure: bool = True


@dataclass(frozen=True, slots=True)
class _Case:
    """One error of the parser, and the lines around it."""

    text: str
    lines: list[str]
    """With their line ends."""
    starts: list[int]
    problem: str
    context: str
    at: int
    line: int
    """0-based line of the problem."""
    context_at: int | None
    context_line: int | None
    last: Word | None

    def column(self) -> int:
        return self.at - self.starts[self.line]

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


_PAIR = re.compile(
    r"^(?P<lead>[ ]*(?:-[ ]+)*)(?P<key>[^\s:#\[\]{}'\"-][^:#\[\]{}]*?):[ ]+(?P<value>\S.*)$"
)
_GLUED = re.compile(
    r"^(?P<lead>[ ]*(?:-[ ]+)*)(?P<key>[\w-]{2,30})(?P<colon>[:：])(?P<value>(?!//)\S.*)$"
)
_WIDE = re.compile(r"^(?P<lead>[ ]*(?:-[ ]+)*)(?P<key>[\w-]{2,30})：[ ]*(?P<value>.*)$")
_GLUED_DASH = re.compile(r"^(?P<lead>[ ]*)-(?P<rest>[^\s-].*)$")
_COMMENT = re.compile(r"\s+#.*$")
_STRANGE = {"@", "`", "%", "&", "*", "!", "|", ">"}


def diagnose(text: str, error: yaml.YAMLError, last: Word | None) -> Finding:
    """Say what is wrong with `text`, given the parser's error and the last word it read."""
    lines = re.split(r"(?<=\n)|(?<=\r)(?!\n)", text)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    at = _index(error, "problem_mark")
    context_at = _index(error, "context_mark")
    if at is None:
        at = context_at if context_at is not None else min(getattr(error, "position", 0), len(text))
    case = _Case(
        text=text,
        lines=lines,
        starts=starts,
        problem=str(getattr(error, "problem", "") or ""),
        context=str(getattr(error, "context", "") or ""),
        at=at,
        line=_line(starts, at),
        context_at=context_at,
        context_line=None if context_at is None else _line(starts, context_at),
        last=last,
    )
    for look in _LOOKS:
        finding = look(case)
        if finding is not None:
            return finding
    return Finding(
        (
            (
                at,
                f"YAML can't read on from here ({case.problem or 'it breaks off'}). Look for a "
                "quote, bracket or colon that is missing here or in the line above.",
            ),
        )
    )


def _index(error: yaml.YAMLError, name: str) -> int | None:
    mark = getattr(error, name, None)
    return None if mark is None else int(mark.index)


def _line(starts: list[int], at: int) -> int:
    line = 0
    for number, start in enumerate(starts[:-1]):
        if start > at:
            break
        line = number
    return line


# --- the slips, most telling first -----------------------------------------------------------


def _invisible(case: _Case) -> Finding | None:
    """Control characters, which no editor shows."""
    bad = yaml.reader.Reader.NON_PRINTABLE
    places = list(bad.finditer(case.text))
    if not places:
        return None
    messages = tuple(
        (
            place.start(),
            f"an invisible control character (U+{ord(place.group()):04X}) stands "
            "here. Delete it and type the place again.",
        )
        for place in places[:20]
    )
    return Finding(messages, bad.sub(" ", case.text))


def _tabs(case: _Case) -> Finding | None:
    """A tab where YAML wants spaces."""
    guilty = "tab" in case.problem or case.text[case.at : case.at + 1] == "\t"
    if not guilty:
        return None
    at_fault = [
        number
        for number, line in enumerate(case.lines)
        if "\t" in line[: len(line) - len(line.lstrip(" \t"))] and line.strip()
    ] or [case.line]
    messages = tuple(
        (
            case.starts[number] + max(case.body(number).find("\t"), 0),
            "a tab stands at the start of this line, and YAML takes only spaces there. "
            "Put two spaces for each step to the right.",
        )
        for number in at_fault[:20]
    )
    mended = "".join(
        line.replace("\t", "  ") if number in at_fault else line
        for number, line in enumerate(case.lines)
    )
    return Finding(messages, mended if mended != case.text else None, sure=False)


def _strange_start(case: _Case) -> Finding | None:
    """A text that begins with a sign that means something to YAML: *.kz, @name, %."""
    if "alias" in case.context or "anchor" in case.context or "block scalar" in case.context:
        at = case.context_at if case.context_at is not None else case.at
    elif "start any token" in case.problem or "tag" in case.problem or "tag" in case.context:
        at = case.context_at if "tag" in case.context and case.context_at is not None else case.at
    elif "directive" in case.context and case.context_at is not None:
        at = case.context_at
    else:
        return None
    line = _line(case.starts, at)
    column = at - case.starts[line]
    body = case.body(line)
    sign = body[column : column + 1]
    if sign not in _STRANGE:
        return None
    inside = _in_brackets(body[:column])
    rest = re.match(r"[^,\]}]*" if inside else r".*", body[column:])
    found = _COMMENT.sub("", rest.group() if rest else "").rstrip()
    return Finding(
        ((at, f"a text that begins with {sign} must stand in quotes: {quoted(shown(found))}"),),
        case.with_line(line, body[:column] + quoted(found) + body[column + len(found) :]),
    )


def _escape(case: _Case) -> Finding | None:
    r"""A backslash in double quotes: "\d+"."""
    if "escape" not in case.problem or case.context_at is None:
        return None
    line = _line(case.starts, case.context_at)
    body, column = case.body(line), case.context_at - case.starts[line]
    end = _closing(body, column)
    mended = None
    if end is not None:
        inner = body[column + 1 : end].replace("'", "''")
        mended = case.with_line(line, f"{body[:column]}'{inner}'{body[end + 1 :]}")
    return Finding(
        (
            (
                case.at,
                "in double quotes a backslash \\ begins a code that YAML knows, and this is "
                "none. Use single quotes: '...'",
            ),
        ),
        mended,
    )


def _open_quote(case: _Case) -> Finding | None:
    """A quote that is never closed; it swallows the lines after it."""
    if "quoted scalar" in case.context and case.context_at is not None:
        at = case.context_at
    elif (
        case.last is not None
        and not case.last.plain
        and case.text[case.last.at : case.last.at + 1] in {'"', "'"}
        and _line(case.starts, case.last.at) < _line(case.starts, max(case.last.end - 1, 0))
        and case.last.end <= case.at
        and _line(case.starts, case.last.end) == case.line
        and ("expected" in case.problem)
    ):
        at = case.last.at
    else:
        return None
    line = _line(case.starts, at)
    body, column = case.body(line), at - case.starts[line]
    quote = body[column : column + 1]
    message = f"the quote {quote} opened here is not closed. Put {quote} at the end of the text."
    mended = None
    if not _in_brackets(body[:column]):
        mended = case.with_line(line, body.rstrip() + quote)
    return Finding(((at, message),), mended)


def _colon_in_text(case: _Case) -> Finding | None:
    """The text after a key holds ": " (or ends with a colon)."""
    if "mapping values are not allowed" not in case.problem:
        return None
    body = case.body(case.line)
    pair = _PAIR.match(body)
    if pair is None or pair.start("value") > case.column():
        return None
    value = _COMMENT.sub("", pair["value"])
    found = quoted(shown(value, 80))
    return Finding(
        (
            (
                case.starts[case.line] + pair.start("value"),
                f'the text after "{pair["key"]}:" contains ": ", so YAML reads a key. '
                f"Put it in quotes: {pair['key']}: {found}",
            ),
        ),
        case.with_line(
            case.line,
            body[: pair.start("value")] + quoted(value) + pair["value"][len(value) :],
        ),
    )


def _no_space(case: _Case) -> Finding | None:
    """`name:Camps`, `name：Camps` or `-Camps`: a space is missing."""
    if not ("mapping values" in case.problem or "could not find expected ':'" in case.problem):
        return None
    candidates = {case.context_line, case.before(case.line), case.line} - {None}
    for line in sorted(number for number in candidates if number is not None):
        body = case.body(line)
        glued = _WIDE.match(body) or _GLUED.match(body)
        if glued is not None and _PAIR.match(body) is None:
            key, value = glued["key"], glued["value"].strip()
            wide = "：" in body[: glued.start("value")]
            why = (
                f'the colon after "{key}" is a wide one (：)'
                if wide
                else f'a space is missing after "{key}:"'
            )
            return Finding(
                (
                    (
                        case.starts[line] + glued.start("key"),
                        f"{why}, so YAML reads one word. Write {key}: {shown(value)}",
                    ),
                ),
                case.with_line(line, f"{glued['lead']}{key}: {value}"),
            )
        dash = _GLUED_DASH.match(body)
        if dash is not None:
            rest = dash["rest"]
            return Finding(
                (
                    (
                        case.starts[line] + dash.start("rest") - 1,
                        f"a space is missing after the dash. Write - {shown(rest)}",
                    ),
                ),
                case.with_line(line, f"{dash['lead']}- {rest}"),
            )
    return None


def _bare_line(case: _Case) -> Finding | None:
    """A line that is neither a key nor an item of a list."""
    if "could not find expected ':'" not in case.problem or case.context_line is None:
        return None
    line = case.context_line
    body = case.body(line)
    word = body.strip()
    mend = f"- {shown(word)}" if _in_list(case, line) else f"{shown(word)}: ..."
    return Finding(
        (
            (
                case.starts[line] + len(body) - len(body.lstrip()),
                f'this line is neither "key: value" nor an item of a list. Write {mend}, or take it '
                "out.",
            ),
        ),
        case.with_line(line, ""),
    )


def _list_in_line(case: _Case) -> Finding | None:
    """`find: - Atajurt`: a list that begins behind its key."""
    if "block sequence entries are not allowed" not in case.problem:
        return None
    body = case.body(case.line)
    item = body[case.column() :].removeprefix("-").strip()
    return Finding(
        (
            (
                case.at,
                "a list can't begin behind its key. Put each item on a line of its own, or "
                f"write [{shown(item)}]",
            ),
        ),
        case.with_line(case.line, f"{body[: case.column()]}[{item}]"),
        sure=False,
    )


def _brackets(case: _Case) -> Finding | None:
    """A list or table in brackets that isn't closed, or lacks a comma."""
    if "flow" not in case.context or case.context_at is None or case.context_line is None:
        return None
    sign = case.text[case.context_at : case.context_at + 1]
    closer = {"[": "]", "{": "}"}.get(sign)
    if closer is None:
        return None
    line = case.context_line
    body = case.body(line)
    missing = _unclosed(body)
    if missing and line != case.line:
        trimmed = _COMMENT.sub("", body).rstrip().rstrip(",")
        return Finding(
            (
                (
                    case.context_at,
                    f"the {sign} opened here is not closed. Put {closer} at the end of the list.",
                ),
            ),
            case.with_line(line, trimmed + missing),
            sure=case.before(case.line) == line or case.before(case.line + 1) == line,
        )
    found = case.text[case.at : case.at + 1]
    body = case.body(case.line)
    if found == ":":
        start, end = _item(body, case.column())
        item = body[start:end]
        return Finding(
            (
                (
                    case.starts[case.line] + start,
                    f'a text in brackets contains ": ", so YAML reads a key. Put it in quotes: '
                    f"{quoted(shown(item))}",
                ),
            ),
            case.with_line(case.line, body[:start] + quoted(item) + body[end:]),
        )
    return Finding(
        (
            (
                case.at,
                f"a comma is missing before this, or the {sign} of line {line + 1} is not "
                f"closed with {closer}.",
            ),
        ),
        case.with_line(case.line, f"{body[: case.column()].rstrip()}, {body[case.column() :]}"),
        sure=False,
    )


def _after_closing(case: _Case) -> Finding | None:
    """Text goes on after a closing quote or bracket: `find: "Atajurt" volunteers`."""
    body = case.body(case.line)
    before = body[: case.column()].rstrip()
    if "did not find expected" not in case.problem or not before.strip(" -"):
        return None
    closed = before[-1]
    pair = _PAIR.match(body) or re.match(r"^(?P<lead>[ ]*-[ ]+)(?P<value>\S.*)$", body)
    if pair is None:
        return None
    value = _COMMENT.sub("", pair["value"])
    start = pair.start("value")
    key = f"{pair['key']}: " if "key" in pair.groupdict() else "- "
    if value[:1] in {'"', "'"}:
        whole = value if value[-1:] != value[0] else value[1:-1]
        if value[0] == '"' and value[-1:] != '"':
            whole = value
        return Finding(
            (
                (
                    case.starts[case.line] + start,
                    f"the text goes on after its closing quote {value[0]}. Put quotes around all of "
                    f"it: {key}{quoted(shown(whole))}",
                ),
            ),
            case.with_line(case.line, body[:start] + quoted(whole)),
        )
    if closed in "]}":
        rest = body[case.column() :].strip()
        too_many = rest[:1] in {"]", "}"}
        message = (
            f"one closing {rest[0]} too many."
            if too_many
            else f"text goes on after the closing {closed}. Take it out, or put it inside."
        )
        return Finding(((case.at, message),), case.with_line(case.line, before))
    return None


def _indent(case: _Case) -> Finding | None:
    """A line that begins in a column where nothing above it begins."""
    body = case.body(case.line)
    indent = len(body) - len(body.lstrip(" "))
    above = case.before(case.line)
    if above is None or not body.strip():
        return None
    columns = _columns(case, case.line)
    if not columns:
        return None
    if "mapping values are not allowed" in case.problem:
        best = _key_column(case.body(above))
        if best >= indent:
            return None
    elif "did not find expected" in case.problem and case.column() <= indent:
        if body.lstrip().startswith("- ") and indent in columns:
            return Finding(
                (
                    (
                        case.starts[case.line] + indent,
                        "an item of a list (-) stands where a key is expected. Put it further right "
                        "than the key it belongs to.",
                    ),
                )
            )
        best = min(columns, key=lambda column: (abs(column - indent), -column))
    else:
        return None
    if best == indent:
        return Finding(
            (
                (
                    case.starts[case.line] + indent,
                    "this line doesn't go with the one above it: in one table all lines are "
                    '"key: value", in one list all begin with a dash.',
                ),
            )
        )
    way = "right" if indent > best else "left"
    return Finding(
        (
            (
                case.starts[case.line] + indent,
                f"this line stands too far {way}: it begins in column {indent + 1}, the lines it goes "
                f"with begin in column {best + 1}. Move it there.",
            ),
        ),
        case.with_line(case.line, " " * best + body.lstrip(" ")),
        sure=False,
    )


_LOOKS: tuple[Callable[[_Case], Finding | None], ...] = (
    _invisible,
    _tabs,
    _strange_start,
    _escape,
    _open_quote,
    _colon_in_text,
    _no_space,
    _bare_line,
    _list_in_line,
    _brackets,
    _after_closing,
    _indent,
)


# --- looking at one line ---------------------------------------------------------------------


def _outside_quotes(body: str) -> list[tuple[int, str]]:
    """Return the signs of a line that stand outside quotes and comments, with their columns."""
    found = []
    quote = ""
    for column, sign in enumerate(body):
        if quote:
            if sign == quote:
                quote = ""
        elif sign in "\"'" and (column == 0 or body[column - 1] in " [{,:"):
            quote = sign
        elif sign == "#" and (column == 0 or body[column - 1] in " \t"):
            break
        else:
            found.append((column, sign))
    return found


def _unclosed(body: str) -> str:
    """Return the closing brackets that a line lacks."""
    stack: list[str] = []
    for _, sign in _outside_quotes(body):
        if sign in "[{":
            stack.append("]" if sign == "[" else "}")
        elif stack and sign == stack[-1]:
            stack.pop()
    return "".join(reversed(stack))


def _in_brackets(before: str) -> bool:
    return bool(_unclosed(before))


def _closing(body: str, start: int) -> int | None:
    """Return the column of the double quote that closes the one at `start`."""
    column = start + 1
    while column < len(body):
        if body[column] == "\\":
            column += 2
            continue
        if body[column] == '"':
            return column
        column += 1
    return None


def _item(body: str, column: int) -> tuple[int, int]:
    """Return where the item around `column` of a list in brackets begins and ends."""
    start = max((at for at, sign in _outside_quotes(body[:column]) if sign in "[{,"), default=-1)
    end = next(
        (at for at, sign in _outside_quotes(body) if at > column and sign in "]},"), len(body)
    )
    text = body[start + 1 : end]
    lead = len(text) - len(text.lstrip())
    return start + 1 + lead, start + 1 + len(text.rstrip())


def _key_column(body: str) -> int:
    """Return the column in which the key of a line begins, behind its dashes."""
    lead = re.match(r"[ ]*(?:-[ ]+)*", body)
    return len(lead.group()) if lead else 0


def _columns(case: _Case, line: int) -> set[int]:
    """Return the columns in which the tables and lists around `line` begin."""
    columns: set[int] = set()
    limit = 1_000_000
    for above in range(line - 1, -1, -1):
        body = case.body(above)
        stripped = body.lstrip(" ")
        if not stripped or stripped.startswith("#"):
            continue
        indent, key = len(body) - len(stripped), _key_column(body)
        if key < limit:
            columns.add(key)
        if indent < limit:
            columns.add(indent)
            limit = min(limit, indent if indent < key else key)
        if limit == 0:
            break
    return columns


def _in_list(case: _Case, line: int) -> bool:
    above = case.before(line)
    return above is not None and case.body(above).lstrip().startswith("-")
