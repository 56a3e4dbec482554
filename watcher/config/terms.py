"""`find:` out of the tree: leaves and groups, and whether each leaf can be meant as written."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from watcher.config import leaves
from watcher.config.findings import meant, quoted, shown
from watcher.config.lines import with_colon
from watcher.config.nodes import Items, Node, Table, Word
from watcher.config.schema import GROUPS, LEAVES, OTHER_WORDS, keys_of
from watcher.config.values import Reader, is_empty, kind, no_colon, unknown_key
from watcher.core.model import Group, Term, TermKind

if TYPE_CHECKING:
    from watcher.config.findings import Page
    from watcher.config.values import Pairs

MAX_GROUPS = 6
"""Groups within each other; more than three can't be read."""
MAX_NEAR = 100
_NEAR = re.compile(r"(?:within\s+)?(\d{1,4})(?:\s*words?)?", re.IGNORECASE)


@dataclass(slots=True)
class Placed:
    """A leaf and where it stands; `wanted` is False below a `none`."""

    term: Term
    at: int
    wanted: bool


@dataclass(slots=True)
class Finder:
    """Reads the `find:` of one rule and remembers its leaves."""

    page: Page
    where: str
    leaves: list[Placed] = field(default_factory=list)

    def read(
        self, node: Node, *, context: bool = False, wanted: bool = True, depth: int = 0
    ) -> Term | Group | None:
        """Return a leaf or group. `context`: other words must stand beside it."""
        if depth > MAX_GROUPS:
            self.page.mistake(
                node.at, f"groups stand more than {MAX_GROUPS} deep in {self.where}. Split it up."
            )
            return None
        if isinstance(node, Word):
            if node.plain and depth == 0:
                self._key_without_colon(node)
            return self._leaf(node, TermKind.WORD, context=context, wanted=wanted)
        if isinstance(node, Items):
            if key := _lonely(node):
                self.page.mistake(
                    key.at,
                    f'"{key.text}" in {self.where} stands in the list as an item of its own. Take '
                    "the dashes before it and before its neighbours away, so that they belong "
                    "together: find: {all: [...], none: [...]}",
                )
                return None
            parts = self._parts(node, "find", context=context, wanted=wanted, depth=depth)
            return Group(any=parts) if parts else None
        return self._table(node, context=context, wanted=wanted, depth=depth)

    def _table(
        self, node: Table, *, context: bool, wanted: bool, depth: int
    ) -> Term | Group | None:
        for key, (word, value) in node.pairs.items():
            if key not in keys_of("find"):
                self.page.mistake(word.at, self._stray(node, word, value))
        pairs: Pairs = {key: pair for key, pair in node.pairs.items() if key in keys_of("find")}
        leaf_keys = [key for key in pairs if key in LEAVES]
        if not pairs:
            if not node.pairs:
                self.page.mistake(node.at, f"{{}} in {self.where} is empty.")
            return None
        if leaf_keys and len(pairs) > 1:
            self.page.mistake(
                pairs[leaf_keys[0]][0].at,
                f'"{leaf_keys[0]}" stands beside {", ".join(k for k in pairs if k != leaf_keys[0])}'
                f" in {self.where}. Put it into a list: all: [{{{leaf_keys[0]}: ...}}]",
            )
            return None
        if leaf_keys:
            key = leaf_keys[0]
            value = pairs[key][1]
            if isinstance(value, Items) and value.nodes:
                self.page.mistake(
                    value.at,
                    f'"{key}" in {self.where} takes one text. Several go into a list: '
                    f"any: [{{{key}: ...}}, {{{key}: ...}}]",
                )
                return None
            return self._leaf(value, TermKind(key), context=context, wanted=wanted)
        return self._group(node, pairs, context=context, wanted=wanted, depth=depth)

    def _stray(self, node: Table, word: Word, value: Node) -> str:
        """Return what to say of a key that `find` doesn't have."""
        key = word.text
        if self._is_text_with_colon(node, key, value):
            written = self.page.text[word.at : value.end]
            return (
                f'a text in {self.where} contains ": ", so YAML reads a key. Put it in '
                f"quotes: {quoted(shown(written))}"
            )
        if is_empty(value) and (slip := no_colon(word, keys_of("find"), self.where)):
            return slip
        if is_empty(value) and node.flow:
            return (
                f'"{shown(key)}" in braces has no value in {self.where}. A list stands in '
                f"brackets: [{shown(key)}]; an entity is {{entity: {shown(key)}}}"
            )
        return unknown_key(key, keys_of("find"), self.where)

    def _is_text_with_colon(self, node: Table, key: str, value: Node) -> bool:
        """Say whether a table is a text such as "Atajurt: a statement" rather than a slip."""
        return (
            len(node.pairs) == 1
            and isinstance(value, Word)
            and bool(value.text)
            and meant(key, keys_of("find"), OTHER_WORDS) is None
            and self.page.text[node.at : node.at + 1] != "{"
        )

    def _group(
        self, node: Table, pairs: Pairs, *, context: bool, wanted: bool, depth: int
    ) -> Group | None:
        near = self._near(pairs)
        beside = context or _count(pairs, "all") + (1 if "any" in pairs else 0) > 1
        found: dict[str, tuple[Term | Group, ...]] = {}
        for key in GROUPS[:3]:
            if key in pairs:
                found[key] = self._parts(
                    pairs[key][1],
                    key,
                    context=beside or key == "none",
                    wanted=wanted and key != "none",
                    depth=depth,
                )
        if isinstance(pairs.get("near", (None, None))[1], Items):
            return None  # noted
        if "all" not in pairs and "any" not in pairs:
            self.page.mistake(
                node.at,
                f"{self.where} says only what must not be there, so it would fire on nearly "
                "everything. Add any: or all:"
                if "none" in pairs
                else f'"near" in {self.where} has nothing to be near to. Add all: [..., ...]',
            )
            return None
        if "near" in pairs and _count(pairs, "all") + (1 if "any" in pairs else 0) < 2:
            self.page.mistake(
                pairs["near"][0].at,
                f'"near" in {self.where} needs two things that stand near each other. Put them '
                "under all: [first, second]; each may be {any: [...]}",
            )
        if not found.get("all") and not found.get("any"):
            return None  # noted where its parts stand
        return Group(
            any=found.get("any", ()),
            all=found.get("all", ()),
            none=found.get("none", ()),
            near=near,
        )

    def _near(self, pairs: Pairs) -> int | None:
        if "near" not in pairs:
            return None
        value = pairs["near"][1]
        if isinstance(value, Items):
            self.page.mistake(
                value.at,
                f'"near" in {self.where} says how many words may lie between; what stands near '
                "each other goes under all: {near: 8 words, all: [..., ...]}",
            )
            return None
        written = Reader(self.page, self.where).text(value, "near")
        if written is None:
            return None
        found = _NEAR.fullmatch(written)
        if found is None or not 1 <= int(found[1]) <= MAX_NEAR:
            self.page.mistake(
                value.at,
                f'"near" in {self.where} can\'t be "{shown(written)}"; expected a number of '
                f"words from 1 to {MAX_NEAR}, such as 8 words.",
            )
            return None
        return int(found[1])

    def _parts(
        self, node: Node, key: str, *, context: bool, wanted: bool, depth: int
    ) -> tuple[Term | Group, ...]:
        if isinstance(node, Items):
            if not node.nodes:
                self.page.mistake(
                    node.at, f'"{key}" in {self.where} is an empty list. Fill it or take it out.'
                )
            nodes = node.nodes
        else:
            nodes = [node]
        found = [self.read(one, context=context, wanted=wanted, depth=depth + 1) for one in nodes]
        return tuple(one for one in found if one is not None)

    def _leaf(self, node: Node, term_kind: TermKind, *, context: bool, wanted: bool) -> Term | None:
        what = "find" if term_kind is TermKind.WORD else term_kind.value
        if not isinstance(node, Word):
            self.page.mistake(
                node.at, f'"{what}" in {self.where} is {kind(node)}; expected one text.'
            )
            return None
        written = Reader(self.page, self.where).text(node, what)
        if written is None:
            return None
        block = self.page.text[node.at : node.at + 1] in {"|", ">"} and "\n" in written
        if block or (node.plain and self.page.spans_lines(node.at, node.end)):
            self.page.mistake(
                node.at,
                f'a text in {self.where} goes on in the next line: "{shown(written)}". Begin '
                "each item with a dash and a space, or put the text in quotes.",
            )
            return None
        plain = written if term_kind is TermKind.REGEX else " ".join(written.split())
        term = Term(text=plain, kind=term_kind)
        leaves.check(self.page, node.at, term, self.where, context=context, quoted=not node.plain)
        self.leaves.append(Placed(term, node.at, wanted))
        return term

    def _key_without_colon(self, node: Word) -> None:
        """Note `any [smog, fog]` and `entity atajurt` behind find:, which YAML reads as a text."""
        mended = with_colon(node.text, keys_of("find"))
        value = mended.partition(": ")[2]
        if value[:1] in {"[", "{"}:
            self.page.mistake(node.at, f'a colon is missing in {self.where}. Write "{mended}"')
            self.page.spoilt.add(node.at)
        elif mended.startswith("entity: ") and " " not in value:
            self.page.warning(
                node.at,
                f'"{shown(node.text)}" in {self.where} is looked for as these two words. If the '
                f'entity is meant, write "{shown(mended)}"; if not, put it in quotes.',
            )


def _lonely(node: Items) -> Word | None:
    """Return `none` or `near` that is alone in an item of a list, beside items with groups."""
    tables = [one.pairs for one in node.nodes if isinstance(one, Table)]
    alone = [next(iter(pairs)) for pairs in tables if len(pairs) == 1]
    if not {"none", "near"} & set(alone) or not {"any", "all"} & set(alone):
        return None
    return next(pairs[key][0] for pairs in tables for key in pairs if key in {"none", "near"})


def _count(pairs: Pairs, key: str) -> int:
    if key not in pairs:
        return 0
    value = pairs[key][1]
    return len(value.nodes) if isinstance(value, Items) else 1
