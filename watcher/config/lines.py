"""Looking at single lines of a YAML file: brackets, quotes and columns, without a parser."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

COMMENT = re.compile(r"\s+#.*$")
_LEAD = re.compile(r"[ ]*(?:-[ ]+)*")
_NO_COLON = re.compile(r"(?P<key>[A-Za-z_]+)(?:(?:\s*(?:=>|->|=|;|：)\s*|\s+)(?P<value>\S.*))?")
_NEXT_KEY = re.compile(r"\s+(?=[A-Za-z_]+\s*=)")
_CLOSER = {"[": "]", "{": "}"}


def outside_quotes(body: str) -> list[tuple[int, str]]:
    """Return the signs of a line that stand outside quotes and comments, with their columns."""
    found = []
    quote = ""
    for column, sign in enumerate(body):
        if quote:
            if sign == quote:
                quote = ""
        elif sign in "\"'" and (column == 0 or body[column - 1] in " [{,:"):
            quote = sign
        elif sign == "#" and (column == 0 or body[column - 1] in " \t[{,"):
            break
        else:
            found.append((column, sign))
    return found


def unclosed(body: str) -> str:
    """Return the closing brackets that a line lacks."""
    stack: list[str] = []
    for _, sign in outside_quotes(body):
        if sign in _CLOSER:
            stack.append(_CLOSER[sign])
        elif stack and sign == stack[-1]:
            stack.pop()
    return "".join(reversed(stack))


def last_open(body: str) -> int | None:
    """Return the column of the innermost bracket that a line opens and doesn't close."""
    stack: list[int] = []
    for column, sign in outside_quotes(body):
        if sign in _CLOSER:
            stack.append(column)
        elif stack and sign == _CLOSER[body[stack[-1]]]:
            stack.pop()
    return stack[-1] if stack else None


def in_brackets(before: str) -> bool:
    """Say whether the place behind `before` is inside a bracket that its line opened."""
    return bool(unclosed(before))


def closing_quote(body: str, start: int) -> int | None:
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


def item_around(body: str, column: int) -> tuple[int, int]:
    """Return where the item around `column` of a list in brackets begins and ends."""
    start = max((at for at, sign in outside_quotes(body[:column]) if sign in "[{,"), default=-1)
    ends = (at for at, sign in outside_quotes(body) if at > column and sign in "]},")
    end = next(ends, len(body))
    text = body[start + 1 : end]
    lead = len(text) - len(text.lstrip())
    return start + 1 + lead, start + 1 + len(text.rstrip())


def with_colon(written: str, keys: Collection[str]) -> str:
    """Return `severity high` or `severity = high` with its colon; "" if no key stands in front."""
    found = _NO_COLON.fullmatch(written)
    if found is None or found["key"].lower() not in keys:
        return ""
    # Several lines such as "find = x" are read as one text: the next key is another line's.
    value = _NEXT_KEY.split(found["value"] or "")[0]
    return f"{found['key'].lower()}: {value}".rstrip()


def indent_of(body: str) -> int:
    """Return how many spaces a line begins with."""
    return len(body) - len(body.lstrip(" "))


def key_column(body: str) -> int:
    """Return the column in which the key of a line begins, behind its dashes."""
    lead = _LEAD.match(body)
    return len(lead.group()) if lead else 0
