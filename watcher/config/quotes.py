"""Quotes, brackets and signs that mean something to YAML: slips within a line.

Each function looks at one error of the parser and returns what it is, or None when it is another.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from watcher.config.case import ITEM, PAIR, Case, one
from watcher.config.findings import quoted, shown
from watcher.config.lines import (
    COMMENT,
    closing_quote,
    in_brackets,
    item_around,
    last_open,
    unclosed,
)
from watcher.config.schema import GROUPS
from watcher.config.slips import MANY, Finding

if TYPE_CHECKING:
    from watcher.config.nodes import Word

_HIDDEN = re.compile(r"[\[{,][ ]*(?P<word>#[^\s,\]}#][^,\]}]*)")
"""A hashtag in a list in brackets."""
_LEAF = re.compile(r"^(entity|phrase|exact|fuzzy|regex|any|all|none|near):[ ]+(\S.*)$")
_TEST = re.compile(r"^(no_)?match:[ ]+\S")
_LIST_OF_TEXTS = re.compile(r"""^(?:"[^"]*"|'[^']*')(?:\s*,\s*(?:"[^"]*"|'[^']*'))+$""")
_TYPOGRAPHIC = "“”„‟«»‘’「」"
_STRANGE = frozenset("@`%&*!|>")
_CLOSERS = {"[": "]", "{": "}"}
_OPENERS = {"]": "[", "}": "{"}


def strange_start(case: Case) -> Finding | None:
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
    return one(
        at,
        f"a text that begins with {sign} must stand in quotes: {quoted(shown(found))}",
        case.with_line(line, body[:column] + quoted(found) + body[column + len(found) :]),
    )


def question(case: Case) -> Finding | None:
    """Find a text that begins with a question mark and a space."""
    body = case.body(case.line)
    if "mapping keys are not allowed" not in case.problem or body[case.column :][:1] != "?":
        return None
    found = COMMENT.sub("", body[case.column :]).rstrip()
    return one(
        case.at,
        f"a text that begins with ? must stand in quotes: {quoted(shown(found))}",
        case.with_line(case.line, body[: case.column] + quoted(found)),
    )


def escape(case: Case) -> Finding | None:
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
    return one(
        backslash if backslash >= 0 else case.at,
        "in double quotes a backslash \\ begins a code that YAML knows, and this is none. "
        "Use single quotes: '...'",
        mended,
    )


def open_quote(case: Case) -> Finding | None:
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
    return one(
        at,
        f"the quote {quote} opened here is not closed. Put {quote} at the end of the text.",
        mended,
    )


def _swallowed(case: Case, word: Word) -> bool:
    """Say whether `word` is a text in quotes over several lines that ends where YAML gave up."""
    return (
        case.text[word.at : word.at + 1] in {'"', "'"}
        and not word.plain
        and "expected" in case.problem
        and case.line_of(word.at) < case.line_of(word.end) == case.line
    )


def colon_in_text(case: Case) -> Finding | None:
    """Find a text after a key that holds ": " or ends with a colon."""
    if "mapping values are not allowed" not in case.problem:
        return None
    body = case.body(case.line)
    pair = PAIR.match(body)
    if pair is None or pair.start("value") > case.column:
        return None
    value, start = COMMENT.sub("", pair["value"]), pair.start("value")
    if _LEAF.match(value) and pair["key"] in {"find", *GROUPS}:
        return one(
            case.starts[case.line] + start,
            f"two keys stand in one line. Put the second into braces: {pair['key']}: "
            f"{{{shown(value)}}}",
            case.with_line(case.line, f"{body[:start]}{{{value}}}{body[start + len(value) :]}"),
        )
    if pair["key"] == "tests" and _TEST.match(value):
        return one(
            case.starts[case.line] + start,
            f"tests are a list. Write each in braces: tests: [{{{shown(value)}}}]",
            case.with_line(case.line, f"{body[:start]}[{{{value}}}]{body[start + len(value) :]}"),
        )
    if value[:1] in _TYPOGRAPHIC and value[-1:] in _TYPOGRAPHIC:
        inner = value.strip(_TYPOGRAPHIC)
        return one(
            case.starts[case.line] + start,
            f"{value[0]} and {value[-1]} are no quotes to YAML. Write "
            f"{shown(pair['key'])}: {quoted(shown(inner, 80))}",
            case.with_line(case.line, body[:start] + quoted(inner) + body[start + len(value) :]),
        )
    sign = 'contains ": "' if ": " in value else "ends with a colon"
    return one(
        case.starts[case.line] + start,
        f'the text after "{shown(pair["key"])}:" {sign}, so YAML reads a key. Put it in quotes: '
        f"{shown(pair['key'])}: {quoted(shown(value, 80))}",
        case.with_line(case.line, body[:start] + quoted(value) + body[start + len(value) :]),
    )


def brackets(case: Case) -> Finding | None:
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
    hidden = _HIDDEN.search(case.body(line), opener - case.starts[line])
    if missing and hidden:
        body = case.body(line)
        start, word = hidden.start("word"), hidden["word"]
        return one(
            case.starts[line] + start,
            f"what follows # is a comment, so the {sign} before it is not closed. Put the text in "
            f"quotes: {quoted(shown(word))}",
            case.with_line(line, body[:start] + quoted(word) + body[hidden.end() :]),
        )
    body = case.body(case.line)
    ends = not body[case.column :].strip() or case.text[case.at :].isspace()
    if missing and (line != case.line or ends):
        trimmed = COMMENT.sub("", case.body(line)).rstrip().rstrip(",")
        return one(
            opener,
            f"the {sign} opened here is not closed. Put {closer} at the end of the list.",
            case.with_line(line, trimmed + missing),
            sure=line in {case.line, case.before(case.line), case.before(case.line + 1)},
        )
    wrong = case.text[case.at : case.at + 1]
    if wrong in _CLOSERS.values() and wrong != closer:
        # Nothing that it could close is open in its line: typed for the other one.
        typed = body.count(_OPENERS[wrong], 0, case.column) <= body.count(wrong, 0, case.column)
        rest = body[case.column + typed :]
        return one(
            case.at,
            f"{wrong} stands where the {sign} of line {line + 1} is to be closed. Put {closer} "
            f"{'in its place' if typed else 'before it'}.",
            case.with_line(case.line, body[: case.column] + closer + rest),
            sure=False,
        )
    if case.text[case.at : case.at + 1] == ":":
        start, end = item_around(body, case.column)
        return one(
            case.starts[case.line] + start,
            'a text in brackets contains ": ", so YAML reads a key. Put it in quotes: '
            f"{quoted(shown(body[start:end]))}",
            case.with_line(case.line, body[:start] + quoted(body[start:end]) + body[end:]),
        )
    return one(
        case.at,
        f"a comma is missing before this, or the {sign} of line {line + 1} is not closed with "
        f"{closer}",
        case.with_line(case.line, f"{body[: case.column].rstrip()}, {body[case.column :]}"),
        sure=False,
    )


def _opener(case: Case) -> int | None:
    """Return where the bracket stands in which YAML gave up."""
    if case.context_at is None:
        return None
    if case.text[case.context_at : case.context_at + 1] in _CLOSERS:
        return case.context_at
    for line in range(case.line, max(-1, case.line - MANY), -1):
        # What YAML misses is the next item: the bracket was opened in one of the lines above.
        column = last_open(case.body(line))
        if column is not None:
            return case.starts[line] + column
    return None


def after_closing(case: Case) -> Finding | None:
    """Find text that goes on after a closing quote or bracket: `find: "Atajurt" volunteers`."""
    body = case.body(case.line)
    before = body[: case.column].rstrip()
    pair = PAIR.match(body) or ITEM.match(body)
    if "did not find expected" not in case.problem or not before.strip(" -") or pair is None:
        return None
    value, start = COMMENT.sub("", pair["value"]), pair.start("value")
    key = f"{shown(pair['key'])}: " if "key" in pair.groupdict() else "- "
    if _LIST_OF_TEXTS.match(value):
        return one(
            case.starts[case.line] + start,
            f"several texts stand in brackets: {key}[{shown(value, 80)}]",
            case.with_line(case.line, f"{body[:start]}[{value}]{body[start + len(value) :]}"),
        )
    if value[0] in {'"', "'"}:
        # 'it's' is one text in quotes, "Atajurt" volunteers begins with quotes of its own
        whole = value[1:-1] if len(value) > 1 and value[-1] == value[0] else value
        return one(
            case.starts[case.line] + start,
            f"the text goes on after its closing quote {value[0]}. Put quotes around all of it: "
            f"{key}{quoted(shown(whole))}",
            case.with_line(case.line, body[:start] + quoted(whole)),
        )
    if before[-1] not in {"]", "}"}:
        return None
    rest = body[case.column :].strip()
    if rest.startswith(","):
        return one(
            case.starts[case.line] + start,
            f"several stand in brackets: {key}[{shown(value, 80)}]",
            case.with_line(case.line, f"{body[:start]}[{value}]"),
        )
    message = (
        f"one closing {rest[0]} too many. Take it out."
        if rest[:1] in {"]", "}"}
        else f"text goes on after the closing {before[-1]}. Take it out, or put it inside."
    )
    return one(case.at, message, case.with_line(case.line, before))
