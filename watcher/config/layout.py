"""Columns, dashes and colons: slips in how the lines of a file stand to each other.

Each function looks at one error of the parser and returns what it is, or None when it is another.
"""

from __future__ import annotations

import re

import yaml

from watcher.config.case import KEY, LEAD, PAIR, Case, one
from watcher.config.findings import shown
from watcher.config.lines import COMMENT, indent_of, key_column, with_colon
from watcher.config.schema import ALL_KEYS
from watcher.config.slips import MANY, Finding

_GLUED = re.compile(LEAD + r"(?P<key>[\w-]{2,30})[:：](?P<value>(?!//)\S.*)$")
_WIDE = re.compile(LEAD + r"(?P<key>[\w-]{2,30})：[ ]*(?P<value>.*)$")
_ITEM_KEY = re.compile(r"^(?P<lead>[ ]*)-[ ]+(?P<key>[\w-]+):(?:[ ]|$)")
_GLUED_DASH = re.compile(r"^(?P<lead>[ ]*)-(?P<rest>[^\s-].*)$")


def invisible(case: Case) -> Finding | None:
    """Find control characters, which no editor shows."""
    bad = yaml.reader.Reader.NON_PRINTABLE
    places = list(bad.finditer(case.text))
    if not places:
        return None
    mend = "stands here. Delete it and type the place again."
    messages = [
        (place.start(), f"an invisible control character (U+{ord(place.group()):04X}) {mend}")
        for place in places[:MANY]
    ]
    return Finding(tuple(messages), bad.sub(" ", case.text))


def tabs(case: Case) -> Finding | None:
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
        for number in guilty[:MANY]
    ]
    mended = "".join(
        line.replace("\t", "  ") if number in guilty else line
        for number, line in enumerate(case.lines)
    )
    return Finding(tuple(messages), mended if mended != case.text else None, sure=False)


def no_space(case: Case) -> Finding | None:
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


def _glued(case: Case, line: int) -> Finding | None:
    body = case.body(line)
    glued = _WIDE.match(body) or _GLUED.match(body)
    if glued is not None and PAIR.match(body) is None:
        key, value = glued["key"], glued["value"].strip()
        why = (
            f'the colon after "{key}" is a wide one (：)'
            if "：" in body[: glued.start("value")]
            else f'a space is missing after "{key}:"'
        )
        return one(
            case.starts[line] + glued.start("key"),
            f"{why}, so YAML reads one word. Write {key}: {shown(value)}",
            case.with_line(line, f"{glued['lead']}{key}: {value}"),
        )
    dash = _GLUED_DASH.match(body)
    if dash is None:
        return None
    return one(
        case.starts[line] + dash.start("rest") - 1,
        f"a space is missing after the dash. Write - {shown(dash['rest'])}",
        case.with_line(line, f"{dash['lead']}- {dash['rest']}"),
    )


def no_colon(case: Case) -> Finding | None:
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
            return one(
                case.starts[line] + start,
                f'a colon is missing here. Write "{shown(mended)}"',
                case.with_line(line, body[:start] + mended),
            )
    return None


def _continues_list(case: Case, line: int) -> bool:
    """Say whether a line without a dash stands below an item of a list of texts."""
    above = case.before(line)
    if above is None or case.body(line).lstrip().startswith("-"):
        return False
    body = case.body(above)
    item = body[key_column(body) :]
    is_pair = PAIR.match(body) is not None or with_colon(item, ALL_KEYS) != ""
    return body.lstrip().startswith("-") and not is_pair


def bare_line(case: Case) -> Finding | None:
    """Find a line that is neither a key nor an item of a list."""
    if "could not find expected ':'" not in case.problem or case.context_at is None:
        return None
    line = case.line_of(case.context_at)
    body, above = case.body(line), case.before(line)
    in_list = above is not None and case.body(above).lstrip().startswith("-")
    word = shown(body.strip())
    return one(
        case.starts[line] + indent_of(body),
        'this line is neither "key: value" nor an item of a list. Write '
        f"{f'- {word}' if in_list else f'{word}: ...'}, or take it out.",
        case.with_line(line, ""),
    )


def words_above(case: Case) -> Finding | None:
    """Find a line of plain words above a key: YAML reads both as one text."""
    above = case.before(case.line)
    if "mapping values are not allowed" not in case.problem or above is None:
        return None
    body, here = case.body(above), case.body(case.line)
    is_words = not (PAIR.match(body) or KEY.match(body) or body.lstrip().startswith("-"))
    if not (is_words and KEY.match(here) and indent_of(body) == indent_of(here)):
        return None
    return one(
        case.starts[above] + indent_of(body),
        f'this line is no "key: value". If it is for people, put a # in front: '
        f"# {shown(body.strip())}",
        case.with_line(above, ""),
    )


def list_in_line(case: Case) -> Finding | None:
    """Find `find: - Atajurt`: a list that begins behind its key."""
    if "sequence entries are not allowed" not in case.problem:
        return None
    body = case.body(case.line)
    item = body[case.column :].removeprefix("-").strip()
    return one(
        case.at,
        "a list can't begin behind its key. Put each item on a line of its own, or write "
        f"[{shown(item)}]",
        case.with_line(case.line, f"{body[: case.column]}[{item}]"),
        sure=False,
    )


def no_dash(case: Case) -> Finding | None:
    """Find a first item of a list that lacks its dash: the second one has it, further left."""
    item = _ITEM_KEY.match(case.body(case.line))
    if "did not find expected" not in case.problem or item is None:
        return None
    line, above = case.line, case.before(case.line)
    while above is not None and indent_of(case.body(above)) > len(item["lead"]):
        line, above = above, case.before(above)
    first = case.body(line)
    if line == case.line or not KEY.match(first) or first.split(":")[0].strip() != item["key"]:
        return None
    return one(
        case.starts[line] + indent_of(first),
        f"a dash is missing: the next item of the list has one, on line {case.line + 1}. "
        f"Write - {shown(first.strip())}",
        case.with_line(line, f"{item['lead']}- {first.strip()}"),
    )


def indent(case: Case) -> Finding | None:
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
    elif (dash := _GLUED_DASH.match(body)) and indent in columns:
        return one(
            at,
            f"a space is missing after the dash. Write - {shown(dash['rest'])}",
            case.with_line(case.line, f"{dash['lead']}- {dash['rest']}"),
        )
    elif body.lstrip().startswith("- ") and indent in columns:
        return one(
            at,
            "an item of a list (-) stands where a key is expected. Put it further right than the "
            "key it belongs to.",
        )
    else:
        best = min(columns, key=lambda column: (abs(column - indent), -column))
        if best == indent and _goes_with_item(case.body(above), body, indent):
            best = key_column(case.body(above))
    if best == indent:
        return one(
            at,
            "this line doesn't go with the one above it: in one table all lines are "
            '"key: value", in one list all begin with a dash.',
        )
    return one(
        at,
        f"this line stands too far {'right' if indent > best else 'left'}: it begins in column "
        f"{indent + 1}, the lines it goes with begin in column {best + 1}. Move it there.",
        case.with_line(case.line, " " * best + body.lstrip(" ")),
        sure=False,
    )


def _goes_with_item(above: str, body: str, indent: int) -> bool:
    """Say whether a key stands below the dash of the item above, not below its first key."""
    dashed = above.lstrip().startswith("- ") and indent_of(above) == indent
    return dashed and PAIR.match(above) is not None and KEY.match(body) is not None


def _columns(case: Case, line: int) -> set[int]:
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
