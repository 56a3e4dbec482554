"""`rules:` and `defaults:` out of the tree: what to look for, and what is done about it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from watcher.config import when
from watcher.config.findings import quoted, shown
from watcher.config.nodes import Items, Node, Table, Word
from watcher.config.schema import FIELDS, FOLLOW_UPS, SEVERITIES, keys_of
from watcher.config.sections import DIGEST, SPAN, language_code
from watcher.config.terms import Finder, Placed
from watcher.config.values import Pairs, Reader, is_empty, no_colon, word_at
from watcher.core.model import (
    AtLeast,
    Digest,
    Escalation,
    FollowUps,
    Group,
    Rule,
    RuleTest,
    Severity,
    Sources,
    Term,
    TermKind,
)

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet
    from datetime import date, timedelta

    from watcher.config.findings import Page

_DAY = "a day such as 2026-11-01"


@dataclass(slots=True)
class Named:
    """A name that must exist elsewhere, where it stands, and in what."""

    name: str
    at: int
    where: str


@dataclass(slots=True)
class Shared:
    """What rules and `defaults:` may both say."""

    search_in: tuple[str, ...] = FIELDS
    languages: frozenset[str] = frozenset()
    sources: Sources = field(default_factory=Sources)
    sources_at: int | None = None
    tags: list[Named] = field(default_factory=list)
    at_least: AtLeast = field(default_factory=AtLeast)
    severity: Severity = Severity.NORMAL
    notify: list[Named] = field(default_factory=list)
    follow_ups: FollowUps = FollowUps.HOURLY
    digest: Digest | None = None
    throttle: timedelta | None = None
    escalate: Escalation | None = None
    escalate_to: list[Named] = field(default_factory=list)
    edits: bool = True


@dataclass(slots=True)
class RuleDraft:
    """A rule and where its words stand, for the checks that need the other sections."""

    rule: Rule
    page: Page
    at: int
    leaves: list[Placed]
    shared: Shared
    find_at: tuple[int, int] | None = None
    """From where to where `find` stands; None when nothing could be made of it."""
    vias: list[Named] = field(default_factory=list)
    printers: list[Named] = field(default_factory=list)
    """Who prints the sentences of its tests."""
    tests_at: list[tuple[int, int]] = field(default_factory=list)
    """From where to where each of its tests stands."""

    def sound(self, entities: AbstractSet[str]) -> Rule | None:
        """Return the rule with the tests that have no error; None when its words have one.

        `entities` are those without an error.
        """
        named = {leaf.term.text for leaf in self.leaves if leaf.term.kind is TermKind.ENTITY}
        if self.find_at is None or not self.page.sound(*self.find_at) or named - entities:
            return None
        tests = zip(self.rule.tests, self.tests_at, strict=True)
        return replace(
            self.rule, tests=tuple(test for test, place in tests if self.page.sound(*place))
        )


def defaults(page: Page, node: Node) -> Shared:
    """Return what `defaults:` says for all rules of its file."""
    reader = Reader(page, '"defaults"')
    return _shared(reader, reader.table(node, "defaults"), Shared())


def rules(page: Page, node: Node, shared: Shared) -> list[RuleDraft]:
    """Return the rules of `rules:`; what one doesn't say is taken from `shared`."""
    drafts = [
        _rule(page, one, number, shared)
        for number, one in enumerate(_listed(Reader(page, '"rules"'), node), 1)
    ]
    return [draft for draft in drafts if draft is not None]


def _listed(reader: Reader, node: Node) -> list[Node]:
    """Return the rules of the list; one without its dash is read, too."""
    if not isinstance(node, Table) or not node.pairs:
        return reader.items(node, "- name: ...")
    first = next(iter(node.pairs))
    if first in keys_of("rule"):
        written = f"{first}: {shown(word_at(node, first)) or '...'}"
        mend = (
            f"Put brackets around the braces: [{{{written}, ...}}]"
            if node.flow
            else f"Write - {written} and put the lines below it under its first letter."
        )
        reader.mistake(node.at, f"a dash is missing: each rule begins with one. {mend}")
        return [node]
    reader.mistake(
        node.at,
        "the rules are a list, and their names stand behind name: Write - name: "
        f"{shown(first)} and put the lines below it under the word name.",
    )
    return []


def _rule(page: Page, node: Node, number: int, shared: Shared) -> RuleDraft | None:
    called = word_at(node, "name")
    reader = Reader(page, f'rule "{shown(called)}"' if called else f"rule {number}")
    node = _find_inside(reader, node)
    pairs = reader.table(node, "rule")
    if not isinstance(node, Table):
        return None
    at = pairs["name"][1].at if "name" in pairs else node.at
    name = reader.text_of(pairs, "name") or reader.where
    if "name" not in pairs and "name" not in reader.meant:
        reader.mistake(node.at, f"{reader.where} has no name. Add name: ...")
    finder = Finder(page, reader.where)
    find = _find(reader, pairs, finder, at)
    own = _shared(reader, pairs, shared)
    if "escalate" in pairs and own.severity is not Severity.CRITICAL:
        page.warning(
            pairs["escalate"][0].at,
            f"{reader.where} is not critical, and only critical alerts are escalated. Add "
            "severity: critical, or take escalate out.",
        )
    first, last = _active(reader, pairs)
    tests = _Tests(reader, pairs)
    rule = Rule(
        name=name,
        find=find or Term(text=name),
        severity=own.severity,
        notify=tuple(dict.fromkeys(channel.name for channel in own.notify)),
        search_in=own.search_in,
        languages=own.languages,
        sources=own.sources,
        at_least=own.at_least,
        follow_ups=own.follow_ups,
        digest=own.digest,
        throttle=own.throttle,
        escalate=own.escalate,
        edits=own.edits,
        spike=reader.flag_of(pairs, "spike"),
        active_from=first,
        active_until=last,
        why=reader.text_of(pairs, "why") or "",
        tests=tuple(tests.found),
        place=page.place(at),
    )
    return RuleDraft(
        rule,
        page,
        at,
        finder.leaves,
        own,
        find_at=(pairs["find"][1].at, pairs["find"][1].end) if find else None,
        vias=tests.vias,
        printers=tests.printers,
        tests_at=tests.places,
    )


def _find_inside(reader: Reader, node: Node) -> Node:
    """Return a rule with the keys of `find` that stand beside its name put where they belong."""
    if not isinstance(node, Table) or "find" in node.pairs:
        return node
    strays = {key: pair for key, pair in node.pairs.items() if key in keys_of("find")}
    if not strays:
        return node
    key, (word, value) = next(iter(strays.items()))
    written = shown(value.text) if isinstance(value, Word) else "..."
    reader.mistake(
        word.at,
        f'"{key}" in {reader.where} says what to look for, so it stands under find: Write find: '
        f"{{{key}: {written}}}",
    )
    find = Table(word.at, max(pair[1].end for pair in strays.values()), flow=False, pairs=strays)
    rest = {key: pair for key, pair in node.pairs.items() if key not in strays}
    pairs = {**rest, "find": (word, find)}
    return Table(node.at, node.end, flow=node.flow, pairs=pairs)


def _find(reader: Reader, pairs: Pairs, finder: Finder, at: int) -> Term | Group | None:
    if "find" not in pairs:
        if "find" not in reader.meant:
            reader.mistake(at, f"{reader.where} doesn't say what to look for. Add find: ...")
        return None
    node = pairs["find"][1]
    if is_empty(node):
        reader.empty(node, f'"find" in {reader.where}')
        return None
    return finder.read(node)


def _shared(reader: Reader, pairs: Pairs, base: Shared) -> Shared:
    """Return what `pairs` say, over `base`."""
    found = replace(base)
    if "search_in" in pairs:
        found.search_in = reader.choices_of(pairs, "search_in", FIELDS) or base.search_in
    if "language" in pairs:
        codes = [language_code(reader, at, code) for code, at in reader.words_of(pairs, "language")]
        found.languages = frozenset(code for code in codes if code)
    if severity := reader.choice_of(pairs, "severity", SEVERITIES):
        found.severity = Severity(severity)
    if follow_ups := reader.choice_of(pairs, "follow_ups", FOLLOW_UPS):
        found.follow_ups = FollowUps(follow_ups)
    if "notify" in pairs:
        found.notify = _names(reader, pairs, "notify")
    if "sources" in pairs:
        _sources(reader, pairs["sources"], found)
    if "at_least" in pairs:
        inner = reader.within(f"at_least of {reader.where}")
        node = pairs["at_least"][1]
        if isinstance(node, Word) and (number := re.match(r"\d+", node.text)):
            what = "origins" if "origin" in node.text else "outlets"
            reader.mistake(
                node.at,
                f"{inner.where} counts outlets or origins (independent texts). Write at_least: "
                f"{{{what}: {number[0]}}}",
            )
            return found
        counted = inner.table(pairs["at_least"][1], "at_least")
        found.at_least = AtLeast(
            outlets=inner.number_of(counted, "outlets") or 1,
            origins=inner.number_of(counted, "origins") or 1,
            within=inner.parsed_of(counted, "within", when.duration, SPAN),
        )
    _timing(reader, pairs, found)
    return found


def _timing(reader: Reader, pairs: Pairs, found: Shared) -> None:
    """Read when it is told, and what is told later."""
    found.digest = reader.parsed_of(pairs, "digest", when.digest, DIGEST) or found.digest
    found.throttle = reader.parsed_of(pairs, "throttle", when.duration, SPAN) or found.throttle
    if "escalate" in pairs:
        _escalate(reader, pairs, found)
    if "edits" in pairs:
        found.edits = reader.flag_of(pairs, "edits")


def _escalate(reader: Reader, pairs: Pairs, found: Shared) -> None:
    inner = reader.within(f"escalate of {reader.where}")
    parts = inner.table(pairs["escalate"][1], "escalate")
    for key in ("after", "to"):
        if isinstance(pairs["escalate"][1], Table) and key not in {*parts, *inner.meant}:
            example = "to: director-phone" if key == "to" else "after: 15m"
            inner.mistake(pairs["escalate"][1].at, f'{inner.where} has no "{key}". Add {example}')
    after = inner.parsed_of(parts, "after", when.duration, SPAN)
    found.escalate_to = _names(inner, parts, "to")
    names = tuple(dict.fromkeys(channel.name for channel in found.escalate_to))
    found.escalate = Escalation(after=after, to=names) if after and names else None


def _names(reader: Reader, pairs: Pairs, key: str) -> list[Named]:
    return [Named(name, at, reader.where) for name, at in reader.words_of(pairs, key)]


def _sources(reader: Reader, pair: tuple[Node, Node], found: Shared) -> None:
    inner = reader.within(f"sources of {reader.where}")
    if isinstance(pair[1], Word) and pair[1].text.strip():
        named = shown(pair[1].text.strip())
        named = quoted(named) if named.startswith("*") else named
        reader.mistake(
            pair[1].at,
            f"{inner.where} say which: Write sources: {{only: [{named}]}}, or except:, or tags:",
        )
        return
    pairs = inner.table(pair[1], "sources")
    for key in ("only", "except"):
        for pattern, at in inner.words_of(pairs, key) if key in pairs else ():
            if "://" in pattern:
                site = urlsplit(pattern).hostname or "example.org"
                inner.mistake(
                    at,
                    f'"{key}" in {inner.where} takes sites or names of feeds, and no addresses. '
                    f"Write {shown(site).removeprefix('www.')}",
                )
    found.sources_at = pair[0].at
    found.tags = _names(reader, pairs, "tags")
    found.sources = Sources(
        only=tuple(pattern for pattern, _ in inner.words_of(pairs, "only")),
        exclude=tuple(pattern for pattern, _ in inner.words_of(pairs, "except")),
        tags=frozenset(tag.name for tag in found.tags),
    )


def _active(reader: Reader, pairs: Pairs) -> tuple[date | None, date | None]:
    if "active" not in pairs:
        return None, None
    inner = reader.within(f"active of {reader.where}")
    days = inner.table(pairs["active"][1], "active")
    first = inner.parsed_of(days, "from", when.day, _DAY)
    last = inner.parsed_of(days, "until", when.day, _DAY)
    if first and last and last < first:
        reader.mistake(
            days["until"][1].at, f"{reader.where} ends ({last}) before it begins ({first})."
        )
    return first, last


class _Tests:
    """The sentences beside a rule, and what they name."""

    def __init__(self, reader: Reader, pairs: Pairs) -> None:
        self.found: list[RuleTest] = []
        self.vias: list[Named] = []
        self.printers: list[Named] = []
        self.places: list[tuple[int, int]] = []
        self._where = f"a test of {reader.where}"
        if "tests" not in pairs:
            return
        whole = reader.within(f"tests of {reader.where}")
        for one in whole.items(pairs["tests"][1], '- match: "..." or - no_match: "..."'):
            self._read(reader.within(self._where), one)

    def _read(self, reader: Reader, node: Node) -> None:
        if isinstance(node, Word) and node.text.strip():
            expected, _, quote = node.text.strip().partition(":")
            if expected in {"match", "no_match"} and quote:
                reader.mistake(
                    node.at,
                    f"the quotes in {self._where} stand around too much. Write {expected}: "
                    f"{quoted(shown(quote.strip()))}",
                )
                return
            written = shown(node.text)
            reader.mistake(
                node.at,
                no_colon(node, keys_of("test"), self._where)
                or f'"{written}" in {self._where} doesn\'t say whether it must be found. Write '
                f'match: "{written}" or no_match: "{written}"',
            )
            return
        pairs = reader.table(node, "test")
        sentences = [
            (key, sentence, pairs[key][1].at)
            for key in ("match", "no_match")
            if key in pairs and (sentence := self._sentence(reader, pairs[key][1], key))
        ]
        if pairs and not {"match", "no_match"} & pairs.keys() and not reader.meant:
            reader.mistake(node.at, f"{self._where} has no sentence. Add match: or no_match:")
            return
        via = reader.text_of(pairs, "via")
        if via and "match" not in pairs:
            reader.mistake(
                pairs["via"][0].at,
                f'"via" in {self._where} says which spelling must find a sentence, so it stands '
                "beside match:",
            )
        elif via:
            self.vias.append(Named(via, pairs["via"][1].at, self._where))
        outlets, printed_by = self._outlets(reader, pairs)
        for key, sentence, at in sentences:
            self.places.append((node.at, node.end))
            self.found.append(
                RuleTest(
                    text=sentence,
                    expect=key == "match",
                    via=via or "" if key == "match" else "",
                    outlets=outlets,
                    origins=reader.number_of(pairs, "origins") or 0,
                    printed_by=printed_by,
                    place=reader.page.place(at),
                )
            )

    def _sentence(self, reader: Reader, node: Node, key: str) -> str | None:
        if isinstance(node, Items) and node.nodes:
            reader.mistake(
                node.at,
                f'"{key}" in {self._where} takes one sentence. Give each a line of its own: '
                f'- {key}: "..."',
            )
            return None
        return reader.text(node, key)

    def _outlets(self, reader: Reader, pairs: Pairs) -> tuple[int, tuple[str, ...]]:
        """Read `outlets: 3` or `outlets: [Example, azattyq.org]`."""
        if "outlets" not in pairs:
            return 0, ()
        node = pairs["outlets"][1]
        if isinstance(node, Word) and node.text.strip().isdecimal():
            return reader.number_of(pairs, "outlets") or 0, ()
        named = _names(reader, pairs, "outlets")
        self.printers += named
        return 0, tuple(one.name for one in named)
