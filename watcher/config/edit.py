"""Feeds put into rules.yaml and taken out of it; every other sign of the file stays as it is.

A YAML writer that keeps comments still lays out the whole file anew (quotes, brackets, indents,
long lines). People's files are theirs: the lines of the feed are put in or cut out where the tree
says they stand, the result is read again before it replaces the file, and what can't be done so
is refused with the mend.
"""

from __future__ import annotations

import contextlib
import os
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from watcher.config import opml
from watcher.config.checks import canonical
from watcher.config.files import MAX_BYTES, decoded
from watcher.config.findings import Page, quoted
from watcher.config.nodes import Items, Node, Table, Word, read
from watcher.config.sections import address_shown, outlet, url_problem
from watcher.core.errors import RulesError, UsageError, WatcherError
from watcher.core.model import Feed, FullText, Mistake

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import timedelta

_PLAIN = re.compile(r"[\w/.][\w/. ()+&'–—-]*(?<! )")
"""Text that needs no quotes, in a list in braces too."""


def add_feed(
    path: Path,
    url: str,
    *,
    name: str | None = None,
    language: str | None = None,
    tags: Iterable[str] = (),
) -> bool:
    """Add one feed; False when it stands there already. Raises RulesError, UsageError."""
    feed = Feed(url=url, name=name or "", language=language, tags=frozenset(tags))
    return add_feeds(path, [feed]) == 1


def add_feeds(path: Path, feeds: Sequence[Feed]) -> int:
    """Add feeds at the end of `feeds:`; return how many were not there yet.

    An empty name stands for the site's. Raises UsageError for an address that can't be polled, and
    RulesError when the file can't be read.
    """
    editing = _Editing(path)
    known = {canonical(url) for url, _ in editing.feeds()}
    lines = []
    for feed in feeds:
        problem = address_problem(feed.url, private=feed.private)
        if problem:
            raise UsageError(f'the feed address "{address_shown(feed.url)}" {problem}')
        if canonical(feed.url) not in known:
            known.add(canonical(feed.url))
            lines.append(line_of(feed))
    if lines:
        editing.insert(lines)
        editing.write()
    return len(lines)


def address_problem(url: str, *, private: bool = False) -> str:
    """Return what is wrong with an address given on the command line, and the mend there; or ""."""
    problem = url_problem(url, private=private)
    if problem and not private and in_own_network(url):
        return "is in your own network. If that is meant, say --private"
    return problem


def in_own_network(url: str) -> bool:
    """Say whether only `private` is missing for an address to be polled."""
    return url_problem(url) != "" and not url_problem(url, private=True)


def import_opml(path: Path, body: str | bytes) -> int:
    """Add the feeds of an OPML document; return how many were not there yet.

    Feeds whose address can't be polled are left out. Raises UsageError when it is no OPML.
    """
    try:
        outlines = opml.read(body.encode() if isinstance(body, str) else body)
    except opml.NotOpmlError as error:
        raise UsageError(f"this is no list of feeds (OPML): {error}.") from None
    return add_feeds(
        path,
        [
            Feed(url=one.url, name=one.name, language=None, tags=frozenset(one.folders))
            for one in outlines
            if not url_problem(one.url)
        ],
    )


def remove_feed(path: Path, url: str) -> bool:
    """Take out the feed with this address or name; False when `feeds:` has none such."""
    editing = _Editing(path)
    wanted = canonical(url)
    nodes = [
        node
        for address, node in editing.feeds()
        if canonical(address) == wanted or _name(node) == url.strip()
    ]
    for node in reversed(nodes):
        editing.cut(node)
    if nodes:
        editing.write()
    return bool(nodes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a feed stands in a file (its line, from 1) and its address as written there."""

    line: int
    url: str


def standing(path: Path, url: str, *, filled: Callable[[str], str] = str) -> Standing | None:
    """Return where the feed with this address stands in `feeds:` of `path` itself, if it does.

    `filled` puts the secrets into an address as written, so that one with ${NAME} in it is found.
    """
    editing = _Editing(path)
    wanted = canonical(url)
    for address, node in editing.feeds():
        if wanted in {canonical(address), canonical(filled(address))}:
            return Standing(line=editing.text.count("\n", 0, node.at) + 1, url=address)
    return None


def _name(node: Node) -> str | None:
    if isinstance(node, Table) and "name" in node.pairs:
        naming = node.pairs["name"][1]
        return naming.text if isinstance(naming, Word) else None
    return None


def line_of(feed: Feed) -> str:
    """Return a feed as it is written behind its dash."""
    pairs = [("url", _written(feed.url))]
    if _visible(feed.name) and feed.name != outlet(feed.url):
        pairs.append(("name", _written(feed.name)))
    if feed.language:
        pairs.append(("language", _written(feed.language)))
    if tags := [_written(tag) for tag in sorted(feed.tags) if _visible(tag)]:
        pairs.append(("tags", f"[{', '.join(tags)}]"))
    if feed.every is not None:
        pairs.append(("every", span_in_file(feed.every)))
    if feed.full_text is not FullText.NEVER:
        pairs.append(("full_text", feed.full_text.value))
    if feed.private:
        pairs.append(("private", "true"))
    if len(pairs) == 1:
        return pairs[0][1]
    return "{" + ", ".join(f"{key}: {value}" for key, value in pairs) + "}"


def span_in_file(span: timedelta) -> str:
    """Return a time as people write it: 2h, 90m, 90s."""
    seconds = max(60, round(span.total_seconds()))
    for size, unit in ((86_400, "d"), (3600, "h"), (60, "m")):
        if seconds % size == 0:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"


def _written(text: str) -> str:
    plain = _visible(text)
    if _PLAIN.fullmatch(plain) or re.fullmatch(r"https?://[\w/.~%?=&+:;@!$*()'-]*[\w/=-]", plain):
        return plain
    return quoted(plain)


def _visible(text: str) -> str:
    return " ".join("".join(s if s.isprintable() else " " for s in text).split())


class _Editing:
    """One file being edited: its text with plain line ends, and what it was made of."""

    def __init__(self, path: Path) -> None:
        self.path = path.resolve()
        self.name = str(path)
        try:
            with self.path.open("rb") as file:
                self.body = file.read(MAX_BYTES + 1)
        except OSError as error:
            raise RulesError(
                (
                    Mistake(
                        file=self.name,
                        line=1,
                        column=1,
                        message=f"the file can't be read: {error.strerror}.",
                    ),
                )
            ) from None
        findings: list[Mistake] = []
        page = Page(self.name, "", findings)
        text = decoded(self.body, page)
        if text is None:
            raise RulesError(tuple(findings))
        self.mark = self.body.startswith(b"\xef\xbb\xbf")
        self.end = "\r\n" if "\r\n" in text else "\n"
        self.text = text.replace("\r\n", "\n")
        self.tree = self._read()

    def _read(self) -> Table | None:
        findings: list[Mistake] = []
        tree = read(Page(self.name, self.text, findings))
        if findings or not (tree is None or isinstance(tree, Table)):
            raise RulesError(
                tuple(findings)
                or (
                    Mistake(
                        file=self.name,
                        line=1,
                        column=1,
                        message="the file doesn't begin with a key and a colon.",
                    ),
                )
            )
        return tree

    def _section(self) -> tuple[Word, Node] | None:
        return None if self.tree is None else self.tree.pairs.get("feeds")

    def feeds(self) -> list[tuple[str, Node]]:
        """Return the address and node of each feed of `feeds:` (not those of lists)."""
        section = self._section()
        if section is None or not isinstance(section[1], Items):
            return []
        found: list[tuple[str, Node]] = []
        for node in section[1].nodes:
            if isinstance(node, Word):
                found.append((node.text, node))
            elif isinstance(node, Table) and "url" in node.pairs:
                address = node.pairs["url"][1]
                if isinstance(address, Word):
                    found.append((address.text, node))
        return found

    # --- putting in ----------------------------------------------------------------------------

    def insert(self, lines: Sequence[str]) -> None:
        """Put `lines` behind the last feed."""
        section = self._section()
        if section is None:
            gap = "" if not self.text or self.text.endswith("\n") else "\n"
            added = "".join(f"  - {line}\n" for line in lines)
            space = "\n" if self.text.strip() else ""
            self.text = f"{self.text}{gap}{space}feeds:\n{added}"
            return
        key, node = section
        if isinstance(node, Word) and node.plain and not node.text:
            at = self._line_end(key.end)
            self._put(at, [f"{self._indent(key.at)}  - {line}" for line in lines])
        elif isinstance(node, Items) and node.flow:
            comma = ", " if node.nodes else ""
            at = node.nodes[-1].end if node.nodes else node.at + 1
            self.text = self.text[:at] + comma + ", ".join(lines) + self.text[at:]
        elif isinstance(node, Items) and node.nodes:
            last = node.nodes[-1]
            indent = self._dash(last)
            self._put(self._line_end(_last(last)), [f"{indent}- {line}" for line in lines])
        else:
            raise UsageError(
                f'"feeds" in {self.name} is no list. Write feeds: and below it one feed per line, '
                "each with a dash in front."
            )

    def _put(self, at: int, lines: Sequence[str]) -> None:
        gap = "" if self.text[at - 1 : at] == "\n" else "\n"
        self.text = self.text[:at] + gap + "".join(f"{line}\n" for line in lines) + self.text[at:]

    # --- cutting out ---------------------------------------------------------------------------

    def cut(self, node: Node) -> None:
        """Take `node` out of `feeds:`, with the comment behind it on its line."""
        section = self._section()
        items = section[1] if section else None
        if not isinstance(items, Items) or section is None:
            return
        if items.flow:
            self._cut_flow(items, node)
            return
        start = self._line_start(self.text.rindex("-", 0, node.at + 1 if node.at == 0 else node.at))
        end = self._line_end(_last(node))
        self.text = self.text[:start] + self.text[end:]
        if len(items.nodes) == 1:
            self.text = self.text[: section[0].end] + ": []" + self.text[section[0].end + 1 :]
        self.tree = self._read()

    def _cut_flow(self, items: Items, node: Node) -> None:
        at = next(number for number, one in enumerate(items.nodes) if one is node)
        if at + 1 < len(items.nodes):
            start, end = node.at, items.nodes[at + 1].at
        elif at:
            start, end = items.nodes[at - 1].end, node.end
        else:
            start, end = node.at, node.end
        self.text = self.text[:start] + self.text[end:]
        self.tree = self._read()

    # --- places --------------------------------------------------------------------------------

    def _line_start(self, at: int) -> int:
        return self.text.rfind("\n", 0, at) + 1

    def _line_end(self, at: int) -> int:
        """Return where the line after the one of `at` begins."""
        end = self.text.find("\n", at)
        return len(self.text) if end < 0 else end + 1

    def _indent(self, at: int) -> str:
        start = self._line_start(at)
        line = self.text[start:at]
        return line[: len(line) - len(line.lstrip(" "))]

    def _dash(self, node: Node) -> str:
        """Return the spaces in front of the dash of an item."""
        return self._indent(self.text.rindex("-", 0, node.at))

    # --- writing -------------------------------------------------------------------------------

    def write(self) -> None:
        """Replace the file in one step, with the mode it had; raises when the result is unread."""
        self._read()
        body = self.text.replace("\n", self.end).encode()
        body = (b"\xef\xbb\xbf" if self.mark else b"") + body
        try:
            handle, temporary = tempfile.mkstemp(prefix=".rules-", dir=self.path.parent)
        except OSError as error:
            raise WatcherError(f"{self.name} can't be written: {error.strerror}.") from None
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(body)
                file.flush()
                os.fsync(file.fileno())
            found = self.path.stat()
            Path(temporary).chmod(found.st_mode & 0o7777)
            with contextlib.suppress(OSError):
                os.chown(temporary, found.st_uid, found.st_gid)
            Path(temporary).replace(self.path)
        except OSError as error:
            Path(temporary).unlink(missing_ok=True)
            raise WatcherError(f"{self.name} can't be written: {error.strerror}.") from None


def _last(node: Node) -> int:
    """Return where the last word of `node` ends: a block's own end lies behind its comments."""
    if isinstance(node, Word):
        return node.end
    if node.flow:
        return node.end
    parts = node.nodes if isinstance(node, Items) else [value for _, value in node.pairs.values()]
    keys = [] if isinstance(node, Items) else [key.end for key, _ in node.pairs.values()]
    return max([_last(part) for part in parts] + keys, default=node.end)
