"""Words, lists and tables out of the tree, each with its message when it is something else.

A `Reader` reads one thing of a page ('rule "Camps"') and names it in its messages. Its methods
return None (or nothing) after they have noted a mistake; callers just go on.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeVar

from watcher.config.findings import did_you_mean, meant, one_of, shown
from watcher.config.lines import with_colon
from watcher.config.nodes import Items, Node, Table, Word
from watcher.config.schema import OTHER_VALUES, OTHER_WORDS, keys_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from watcher.config.findings import Page

T = TypeVar("T")

Pairs = dict[str, tuple[Word, Node]]

_YES = frozenset({"true", "yes", "on"})
_NO = frozenset({"false", "no", "off"})
_COMMA = re.compile(r"\s*[,،，、；]\s*")
_WIDE_COMMA = re.compile(r"\s*[،，、；]\s*")
_GLUED = re.compile(r"([A-Za-z_]+):(?!//)(\S+)")
LONGEST = 2_000
"""Longest text of one value; `why` and tests are the longest that make sense."""


class Reader:
    """Reads the values of one thing; `where` is what messages call it."""

    __slots__ = ("meant", "page", "where")

    def __init__(self, page: Page, where: str) -> None:
        self.page = page
        self.where = where
        self.meant: set[str] = set()
        """Keys that stand there under another name: they aren't missing."""

    def within(self, where: str) -> Reader:
        """Return a reader of something else on the same page."""
        return Reader(self.page, where)

    def mistake(self, at: int, message: str) -> None:
        """Note an error."""
        self.page.mistake(at, message)

    def table(self, node: Node, shape: str) -> Pairs:
        """Return the pairs of a table whose keys `shape` lists; others are noted and left out."""
        allowed = keys_of(shape)
        if not isinstance(node, Table):
            if is_empty(node):
                self.empty(node, self.where)
            elif mended := no_colon(node, allowed, self.where) or glued(node, allowed, self.where):
                self.mistake(node.at, mended)
            else:
                self.mistake(
                    node.at,
                    f"{self.where} is {kind(node)}; expected keys and values, such as "
                    f"{allowed[0]}: ...{one_of(allowed)}",
                )
            return {}
        found: Pairs = {key: pair for key, pair in node.pairs.items() if key in allowed}
        for key, (word, value) in node.pairs.items():
            if key in allowed:
                continue
            small = key.strip().lower()
            if small in allowed and small not in found:
                self.mistake(
                    word.at, f'"{shown(key)}" in {self.where} is written in small letters: {small}'
                )
                found[small] = (word, value)
                continue
            slip = no_colon(word, allowed, self.where) if is_empty(value) else ""
            slip = slip or _belongs_under(key, allowed, self.where)
            self.meant.add(meant(key, allowed, OTHER_WORDS) or "")
            self.mistake(word.at, slip or unknown_key(key, allowed, self.where))
        return found

    def named(self, node: Node, example: str) -> Pairs:
        """Return the pairs of a table whose keys are names of the person's own choice."""
        if isinstance(node, Table):
            return node.pairs
        if is_empty(node):
            self.empty(node, self.where)
        else:
            self.mistake(
                node.at, f"{self.where} is {kind(node)}; expected a name and a colon: {example}"
            )
        return {}

    def items(self, node: Node, example: str) -> list[Node]:
        """Return the items of a list."""
        if isinstance(node, Items):
            return node.nodes
        if is_empty(node):
            self.empty(node, self.where)
        else:
            self.mistake(
                node.at,
                f"{self.where} is {kind(node)}; expected a list, each item beginning with a dash: "
                f"{example}",
            )
        return []

    def empty(self, node: Node, subject: str) -> None:
        """Note that nothing stands behind a key, or only what YAML takes for a comment."""
        rest = self.page.rest_of_line(node.at).strip()
        if rest.startswith("#") and len(rest) > 1 and rest[1] not in " #":
            self.mistake(
                node.at,
                f"{subject} is empty, for what follows # is a comment. If it is meant as text, "
                f'put it in quotes: "{shown(rest)}"',
            )
        elif rest.startswith("&") and len(rest) > 1:
            self.mistake(
                node.at,
                f"{subject} is empty, for YAML takes what begins with & for a mark of its own. Put "
                f'it in quotes: "{shown(rest)}"',
            )
        else:
            self.mistake(node.at, f"{subject} is empty. Write a value, or take the key out.")

    def text(self, node: Node, what: str) -> str | None:
        """Return the text of a word."""
        subject = f'"{what}" in {self.where}'
        if not isinstance(node, Word):
            only = node.nodes[0] if isinstance(node, Items) and len(node.nodes) == 1 else None
            mend = f" Write {what}: {shown(only.text)}" if isinstance(only, Word) else ""
            self.mistake(node.at, f"{subject} is {kind(node)}; expected one text.{mend}")
            return None
        found = node.text.strip()
        if not found:
            self.empty(node, subject)
            return None
        if len(found) > LONGEST:
            self.mistake(
                node.at, f"{subject} has {len(found):,} characters; at most {LONGEST:,} are read."
            )
            return None
        return found

    def text_of(self, pairs: Pairs, key: str) -> str | None:
        """Return the text of a key that need not be there."""
        return self.text(pairs[key][1], key) if key in pairs else None

    def words(self, node: Node, what: str) -> list[tuple[str, int]]:
        """Return one text or a list of texts, each with where it stands."""
        if isinstance(node, Word) and node.plain and (parts := _parts(node.text)):
            self.mistake(
                node.at,
                f'"{what}" in {self.where} is one text with a comma in it. Several stand in '
                f"brackets: {what}: [{', '.join(map(shown, parts))}]",
            )
            raw = self.page.text[node.at : node.end]
            return [(part, node.at + max(raw.find(part), 0)) for part in parts]
        nodes = node.nodes if isinstance(node, Items) else [node]
        if not nodes:
            self.mistake(
                node.at, f'"{what}" in {self.where} is an empty list. Take it out, or fill it.'
            )
        return [
            (word, one.at)
            for one in nodes
            if (written := self.text(one, what)) is not None
            for word in self._split(one, written, what)
        ]

    def _split(self, node: Node, written: str, what: str) -> list[str]:
        """Return the parts of an item with the comma of another keyboard in it."""
        parts = _parts(written, _WIDE_COMMA)
        if not parts or not (isinstance(node, Word) and node.plain):
            return [written]
        self.mistake(
            node.at,
            f'"{shown(written)}" under "{what}" in {self.where} holds a comma of another keyboard. '
            f"Between the items of a list write , and a space: {', '.join(map(shown, parts))}",
        )
        return parts

    def words_of(self, pairs: Pairs, key: str) -> list[tuple[str, int]]:
        """Return the texts of a key that need not be there."""
        return self.words(pairs[key][1], key) if key in pairs else []

    def flag_of(self, pairs: Pairs, key: str) -> bool:
        """Return a yes or no; what isn't there is no."""
        found = self.text_of(pairs, key)
        if found is None or found.lower() in _NO:
            return False
        if found.lower() not in _YES:
            self.mistake(
                pairs[key][1].at,
                f'"{key}" in {self.where} is "{shown(found)}"; expected true or false.',
            )
        return True

    def choices_of(self, pairs: Pairs, key: str, choices: Sequence[str]) -> tuple[str, ...]:
        """Return one or several of `choices`, whatever their capitals."""
        found = []
        for word, at in self.words_of(pairs, key):
            if word.lower() in choices:
                found.append(word.lower())
            else:
                self.mistake(
                    at,
                    f'"{key}" in {self.where} can\'t be "{shown(word)}".'
                    f"{did_you_mean(word, choices, OTHER_VALUES)}{one_of(choices)}",
                )
        return tuple(dict.fromkeys(found))

    def choice_of(self, pairs: Pairs, key: str, choices: Sequence[str]) -> str | None:
        """Return one of `choices`."""
        if key in pairs and self.text(pairs[key][1], key) is None:
            return None
        found = self.choices_of(pairs, key, choices)
        return found[0] if found else None

    def parsed_of(
        self, pairs: Pairs, key: str, reader: Callable[[str], T | None], expected: str
    ) -> T | None:
        """Return what `reader` makes of a text; `expected` shows how it is written."""
        found = self.text_of(pairs, key)
        if found is None:
            return None
        value = reader(found)
        if value is None:
            self.mistake(
                pairs[key][1].at,
                f'"{key}" in {self.where} can\'t be "{shown(found)}"; expected {expected}.',
            )
        return value

    def number_of(self, pairs: Pairs, key: str) -> int | None:
        """Return a whole number from 1 to 1000."""
        return self.parsed_of(pairs, key, _number, "a whole number such as 2")


def _belongs_under(key: str, allowed: Sequence[str], where: str) -> str:
    """Return the message for a key that stands beside the one it belongs under."""
    for parent in ("find", "sources", "at_least", "active"):
        if parent not in allowed:
            continue
        inner = keys_of(parent)
        own = key if key in inner else OTHER_WORDS.get(key, "") if parent == "find" else ""
        if own in inner and own not in allowed:
            example = "{all: [...], none: [...]}" if own == "none" else f"{{{own}: ...}}"
            return f'"{shown(key)}" in {where} belongs under {parent}: {parent}: {example}'
    return ""


def glued(node: Node, allowed: Sequence[str], where: str) -> str:
    """Return the message for `name:Camps`, a colon without its space; "" for anything else."""
    found = _GLUED.match(node.text) if isinstance(node, Word) and node.plain else None
    if found is None or found[1].lower() not in allowed:
        return ""
    return (
        f'a space is missing after "{found[1]}:" in {where}, so YAML reads one text. Write '
        f"{found[1]}: {shown(found[2])}"
    )


def _parts(written: str, comma: re.Pattern[str] = _COMMA) -> list[str]:
    """Return what a person has put between commas; nothing when there is no comma."""
    if not comma.search(written):
        return []
    return [part.strip() for part in comma.split(written) if part.strip()]


def kind(node: Node) -> str:
    """Return what a person would call `node`."""
    if isinstance(node, Items):
        return "a list"
    return "a table (key: value)" if isinstance(node, Table) else "a text"


def is_empty(node: Node) -> bool:
    """Say whether nothing stands behind a key."""
    return isinstance(node, Word) and node.plain and not node.text


def word_at(node: Node, key: str) -> str:
    """Return the word behind `key` of a table as it stands, "" when there is none."""
    if isinstance(node, Table) and key in node.pairs:
        value = node.pairs[key][1]
        return value.text.strip() if isinstance(value, Word) else ""
    return ""


def no_colon(node: Node, allowed: Sequence[str], where: str) -> str:
    """Return the message for `severity high`, a key without its colon; "" for anything else."""
    mended = with_colon(node.text.strip(), allowed) if isinstance(node, Word) else ""
    return mended and f'a colon is missing in {where}. Write "{shown(mended)}"'


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


def _number(found: str) -> int | None:
    if not (found.isascii() and found.isdigit() and len(found) < 5):
        return None
    return int(found) if 1 <= int(found) <= 1000 else None
