"""Words, lists and tables out of the tree, each with its message when it is something else.

`where` names the thing being read ('rule "Camps"'), `what` the key, so that a message says both.
A reader returns None (or nothing) after it has noted a mistake; callers just go on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from watcher.config.findings import did_you_mean, one_of, shown
from watcher.config.nodes import Items, Node, Table, Word
from watcher.config.schema import OTHER_WORDS, keys_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from watcher.config.findings import Page

T = TypeVar("T")

Pairs = dict[str, tuple[Word, Node]]

_YES = frozenset({"true", "yes", "on"})
_NO = frozenset({"false", "no", "off"})
LONGEST = 2_000
"""Longest text of one value; `why` and tests are the longest that make sense."""


def kind(node: Node) -> str:
    """Return what a person would call `node`."""
    if isinstance(node, Items):
        return "a list"
    return "a table (key: value)" if isinstance(node, Table) else "a text"


def is_empty(node: Node) -> bool:
    """Say whether nothing stands behind a key."""
    return isinstance(node, Word) and node.plain and not node.text


def table(page: Page, node: Node, shape: str, where: str) -> Pairs:
    """Return the pairs of a table whose keys `shape` lists; other keys are noted and left out."""
    if not isinstance(node, Table):
        if is_empty(node):
            empty(page, node, where)
        else:
            page.mistake(
                node.at,
                f"{where} is {kind(node)}; expected keys and values: {keys_of(shape)[0]}: ..."
                f"{one_of(keys_of(shape))}",
            )
        return {}
    allowed = keys_of(shape)
    for key, (word, _) in node.pairs.items():
        if key not in allowed:
            page.mistake(word.at, unknown_key(key, allowed, where))
    return {key: pair for key, pair in node.pairs.items() if key in allowed}


def unknown_key(key: str, allowed: Sequence[str], where: str) -> str:
    """Return the message for a key that nobody knows."""
    if key == "<<":
        return (
            f"<< (merging) isn't used here, in {where}. Write the keys out, or put what rules "
            "share under defaults:"
        )
    return (
        f'unknown key "{shown(key)}" in {where}.{did_you_mean(key, allowed, OTHER_WORDS)}'
        f"{one_of(allowed)}"
    )


def named(page: Page, node: Node, where: str, what: str) -> Pairs:
    """Return the pairs of a table whose keys are names of the person's own choice."""
    if isinstance(node, Table):
        return node.pairs
    if is_empty(node):
        empty(page, node, where)
    else:
        page.mistake(node.at, f"{where} is {kind(node)}; expected a name and a colon: {what}")
    return {}


def empty(page: Page, node: Node, where: str) -> None:
    """Note that nothing stands behind a key, or only what YAML takes for a comment."""
    rest = page.rest_of_line(node.at).strip()
    if rest.startswith("#") and len(rest) > 1 and rest[1] not in " #":
        page.mistake(
            node.at,
            f"{where} is empty, for what follows # is a comment. If it is meant as text, put it "
            f'in quotes: "{shown(rest)}"',
        )
    else:
        page.mistake(node.at, f"{where} is empty. Write a value, or take the key out.")


def text(page: Page, node: Node, what: str, where: str) -> str | None:
    """Return the text of a word."""
    subject = f'"{what}" in {where}'
    if not isinstance(node, Word):
        page.mistake(node.at, f"{subject} is {kind(node)}; expected one text.")
        return None
    found = node.text.strip()
    if not found:
        empty(page, node, subject)
        return None
    if len(found) > LONGEST:
        page.mistake(
            node.at, f"{subject} has {len(found):,} characters; at most {LONGEST:,} are read."
        )
        return None
    return found


def words(page: Page, node: Node, what: str, where: str) -> list[tuple[str, int]]:
    """Return one text or a list of texts, each with where it stands."""
    nodes = node.nodes if isinstance(node, Items) else [node]
    if isinstance(node, Items) and not nodes:
        page.mistake(node.at, f'"{what}" in {where} is an empty list. Take it out, or fill it.')
    found = [(text(page, one, what, where), one.at) for one in nodes]
    return [(word, at) for word, at in found if word is not None]


def flag(page: Page, node: Node, what: str, where: str) -> bool:
    """Return a yes or no."""
    found = text(page, node, what, where)
    if found is None or found.lower() in _NO:
        return False
    if found.lower() not in _YES:
        page.mistake(node.at, f'"{what}" in {where} is "{shown(found)}"; expected true or false.')
    return True


def choice(page: Page, node: Node, what: str, where: str, choices: Sequence[str]) -> str | None:
    """Return one of `choices`, whatever its capitals."""
    found = text(page, node, what, where)
    if found is None or found.lower() in choices:
        return found.lower() if found else None
    page.mistake(
        node.at,
        f'"{what}" in {where} can\'t be "{shown(found)}".{did_you_mean(found, choices)}'
        f"{one_of(choices)}",
    )
    return None


def choices_of(
    page: Page, node: Node, what: str, where: str, choices: Sequence[str]
) -> tuple[str, ...]:
    """Return one or several of `choices`."""
    nodes = node.nodes if isinstance(node, Items) else [node]
    found = [choice(page, one, what, where, choices) for one in nodes]
    return tuple(dict.fromkeys(one for one in found if one is not None))


def parsed(
    page: Page,
    node: Node,
    what: str,
    where: str,
    reader: Callable[[str], T | None],
    expected: str,
) -> T | None:
    """Return what `reader` makes of a text; `expected` shows how it is written."""
    found = text(page, node, what, where)
    if found is None:
        return None
    value = reader(found)
    if value is None:
        page.mistake(
            node.at, f'"{what}" in {where} can\'t be "{shown(found)}"; expected {expected}.'
        )
    return value


def maybe(
    page: Page,
    pairs: Pairs,
    key: str,
    where: str,
    reader: Callable[[str], T | None],
    expected: str,
) -> T | None:
    """Return `parsed` of a key that need not be there."""
    return parsed(page, pairs[key][1], key, where, reader, expected) if key in pairs else None


def number(page: Page, node: Node, what: str, where: str) -> int | None:
    """Return a whole number from 1 to 1000."""
    return parsed(page, node, what, where, _number, "a whole number such as 2")


def _number(found: str) -> int | None:
    if not (found.isascii() and found.isdigit() and len(found) < 5):
        return None
    return int(found) if 1 <= int(found) <= 1000 else None
