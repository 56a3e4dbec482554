"""The sections of rules.yaml, one function each: channels, feeds, entities, defaults, rules.

Each takes the page and the tree of its section and returns core values; what is wrong is noted on
the page. What needs other sections (does the channel exist?) is left to `checks`.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from watcher.config import leaves, when
from watcher.config.findings import one_of, shown
from watcher.config.languages import COMMON, MEANT, is_language
from watcher.config.nodes import Items, Node, Table, Word
from watcher.config.schema import FIELDS, FLAGS, FOLLOW_UPS, SEVERITIES
from watcher.config.secrets import secret_parts
from watcher.config.terms import Finder, Placed
from watcher.config.values import (
    Pairs,
    choice,
    choices_of,
    empty,
    flag,
    is_empty,
    kind,
    maybe,
    named,
    number,
    parsed,
    table,
    text,
    words,
)
from watcher.core.model import (
    Alias,
    AtLeast,
    Channel,
    Entity,
    Feed,
    FollowUps,
    Rule,
    RuleTest,
    Severity,
    Sources,
    Term,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import timedelta

    from watcher.config.findings import Page
    from watcher.config.secrets import Secrets

SPAN = "a time such as 10m, 6h or 7d"
DIGEST = "hourly, daily at 08:00, weekdays at 08:00 and 17:00, or every monday at 09:00"
UNVERIFIED = "unverified"


@dataclass(slots=True)
class RuleDraft:
    """A rule and where its words stand, for the checks that need the other sections."""

    rule: Rule
    page: Page
    at: int
    leaves: list[Placed]
    notify: list[tuple[str, int]]
    tags: list[tuple[str, int]]
    only_at: int | None = None


@dataclass(slots=True)
class FeedDraft:
    """A feed and where it stands. `opml` is set in place of `feed` for a list to be read."""

    page: Page
    at: int
    feed: Feed | None = None
    opml: str = ""
    language: str | None = None
    tags: frozenset[str] = frozenset()


@dataclass(slots=True)
class Defaults:
    """What rules say that say nothing: the same values as in `Rule`."""

    search_in: tuple[str, ...] = FIELDS
    languages: frozenset[str] = frozenset()
    sources: Sources = field(default_factory=Sources)
    at_least: AtLeast = field(default_factory=AtLeast)
    severity: Severity = Severity.NORMAL
    notify: list[tuple[str, int]] = field(default_factory=list)
    follow_ups: FollowUps = FollowUps.HOURLY
    tags: list[tuple[str, int]] = field(default_factory=list)
    only_at: int | None = None


# --- channels ----------------------------------------------------------------------------------


def channels(page: Page, node: Node, secrets: Secrets, *, require: bool) -> list[Channel]:
    """Return the channels of `channels:`, their secrets filled in."""
    found = []
    for name, (word, body) in named(page, node, '"channels"', "desk: slack://...").items():
        channel = _channel(page, name, word, body, secrets, require=require)
        if channel is not None:
            found.append(channel)
    return found


def _channel(
    page: Page, name: str, word: Word, node: Node, secrets: Secrets, *, require: bool
) -> Channel | None:
    where = f'channel "{shown(name)}"'
    if "/" in name or not name.strip() or len(name) > 60:
        page.mistake(
            word.at, f"{where}: a name is short and holds no slash (/). Rename the channel."
        )
    if isinstance(node, Word):
        if is_empty(node):
            empty(page, node, where)
            return None
        return Channel(
            name=name, url=_address(page, node, where, secrets, require), line=page.line(word.at)
        )
    pairs = table(page, node, "channel", where)
    if "url" not in pairs:
        if isinstance(node, Table):
            page.mistake(word.at, f"{where} has no address. Add url: ...")
        return None
    return Channel(
        name=name,
        url=_address(page, pairs["url"][1], where, secrets, require),
        digest=maybe(page, pairs, "digest", where, when.digest, DIGEST),
        quiet=maybe(page, pairs, "quiet", where, when.quiet, "hours such as 22:00-07:00"),
        limit=maybe(page, pairs, "limit", where, when.limit, "a number and a time: 20 per 1h"),
        health="health" in pairs and flag(page, pairs["health"][1], "health", where),
        line=page.line(word.at),
    )


def _address(page: Page, node: Node, where: str, secrets: Secrets, require: bool) -> str:
    """Return a channel's address. No message shows it: it may hold a token."""
    written = text(page, node, "url", where)
    if written is None:
        return ""
    url = _filled(page, node.at, written, where, secrets, require=require)
    scheme, found, rest = written.partition("://")
    if not found or not (rest or scheme == "terminal"):
        if not written.startswith("${"):
            page.mistake(
                node.at,
                f"the address of {where} is none. Expected a service, :// and what it asks for, "
                "such as slack://${SLACK_TOKEN}",
            )
    elif any(sign.isspace() for sign in written):
        page.mistake(node.at, f"the address of {where} holds a space. Write %20, or take it out.")
    secrets.used |= secret_parts(url)
    return url


def _filled(
    page: Page, at: int, written: str, where: str, secrets: Secrets, *, require: bool
) -> str:
    url, missing = secrets.fill(written)
    for name in missing if require else ():
        place = f" or write {name}=... into {secrets.file}" if secrets.file else ""
        page.mistake(
            at,
            f"${{{shown(name)}}} in {where} is set nowhere. Set it in the environment or as a "
            f"systemd credential,{place or ' or write it into state/secrets.env'}.",
        )
    return url


# --- feeds -------------------------------------------------------------------------------------


def feeds(page: Page, node: Node, secrets: Secrets, *, require: bool) -> list[FeedDraft]:
    """Return the feeds of `feeds:` and the lists (OPML) that are to be read."""
    if not isinstance(node, Items):
        if is_empty(node):
            empty(page, node, '"feeds"')
        else:
            page.mistake(
                node.at,
                f'"feeds" is {kind(node)}; expected a list, each item on a line that begins '
                "with a dash: - https://...",
            )
        return []
    drafts = [_feed(page, one, secrets, require=require) for one in node.nodes]
    return [draft for draft in drafts if draft is not None]


def _feed(page: Page, node: Node, secrets: Secrets, *, require: bool) -> FeedDraft | None:
    if isinstance(node, Word):
        written = text(page, node, "url", "a feed")
        if written is None:
            return None
        url = feed_url(page, node.at, written, secrets, private=False, require=require)
        return FeedDraft(page, node.at, Feed(url=url, name=outlet(url))) if url else None
    if isinstance(node, Table) and "opml" in node.pairs:
        pairs = table(page, node, "opml", "a list of feeds")
        file = text(page, pairs["opml"][1], "opml", "a list of feeds")
        return (
            file
            and FeedDraft(
                page,
                pairs["opml"][1].at,
                opml=file,
                language=_language(page, pairs, "a list of feeds"),
                tags=_tags(page, pairs, "a list of feeds"),
            )
            or None
        )
    where = "a feed"
    if isinstance(node, Table):
        naming = node.pairs.get("name") or node.pairs.get("url")
        if naming and isinstance(naming[1], Word) and naming[1].text:
            where = f'feed "{shown(naming[1].text)}"'
    pairs = table(page, node, "feed", where)
    if "url" not in pairs:
        if isinstance(node, Table):
            page.mistake(node.at, f"{where} has no address. Add url: https://...")
        return None
    private = "private" in pairs and flag(page, pairs["private"][1], "private", where)
    at = pairs["url"][1].at
    written = text(page, pairs["url"][1], "url", where)
    url = written and feed_url(page, at, written, secrets, private=private, require=require)
    name = text(page, pairs["name"][1], "name", where) if "name" in pairs else None
    every = maybe(page, pairs, "every", where, when.duration, SPAN)
    if every is not None and every.total_seconds() < 60:
        page.mistake(
            pairs["every"][1].at,
            f'"every" in {where} is under a minute, which no publisher likes. At least 1m.',
        )
    language, tags = _language(page, pairs, where), _tags(page, pairs, where)
    if not url:
        return None
    feed = Feed(
        url=url,
        name=name or outlet(url),
        language=language,
        tags=tags,
        every=every,
        private=private,
    )
    return FeedDraft(page, at, feed)


def feed_url(
    page: Page, at: int, written: str, secrets: Secrets, *, private: bool, require: bool
) -> str | None:
    """Return a feed's address with its secrets, or None when it can't be one."""
    url = _filled(page, at, written, "the address of a feed", secrets, require=require)
    problem = url_problem(url, private=private)
    if problem:
        page.mistake(at, f'the feed address "{address_shown(written)}" {problem}')
        return None
    return url


def url_problem(url: str, *, private: bool = False) -> str:
    """Return what is wrong with a feed's address, and the mend; "" when it can be asked."""
    if any(sign.isspace() for sign in url):
        return "holds a space. Take it out, or write %20."
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        _ = parts.port
    except ValueError:
        return "can't be read. Copy it from the browser again."
    if parts.scheme.lower() not in {"http", "https"}:
        if "://" not in url:
            return "has no https:// in front. Write https://..."
        return "is neither http:// nor https://, and only these are asked."
    if not host:
        return "names no site. Expected https://site/path"
    if "@" in parts.netloc:
        return "holds a name or password in front of @, which feeds don't take. Take it out."
    if not private and _in_own_network(host):
        return "is in your own network. If that is meant, say so: {url: ..., private: true}"
    return ""


def _in_own_network(host: str) -> bool:
    if host == "localhost" or host.endswith((".localhost", ".local", ".internal")):
        return True
    try:
        return not ipaddress.ip_address(host.strip("[]")).is_global
    except ValueError:
        return False


def address_shown(url: str) -> str:
    """Return the address of a feed for a message, without its query, which may hold a key."""
    plain = re.sub(r"://[^/@]*@", "://…@", url.split("?")[0])
    return plain if len(plain) <= 80 else plain[:79] + "…"


def outlet(url: str) -> str:
    """Return the name that alerts show for a feed without one: its site."""
    host = urlsplit(url).hostname or url
    return host.removeprefix("www.")


def _language(page: Page, pairs: Pairs, where: str) -> str | None:
    if "language" not in pairs:
        return None
    found = text(page, pairs["language"][1], "language", where)
    return found and language_code(page, pairs["language"][1].at, found, where)


def language_code(page: Page, at: int, written: str, where: str) -> str | None:
    """Return a language's code in lower case, or None when there is none such."""
    code = written.lower().replace("_", "-")
    if is_language(code):
        return code
    meant = MEANT.get(code)
    guess = f' Did you mean "{meant}"?' if meant else ""
    page.mistake(
        at,
        f'unknown language "{shown(written)}" in {where}.{guess} Codes of two letters, such as '
        f"{', '.join(COMMON)}.",
    )
    return None


def _tags(page: Page, pairs: Pairs, where: str) -> frozenset[str]:
    if "tags" not in pairs:
        return frozenset()
    return frozenset(tag for tag, _ in words(page, pairs["tags"][1], "tags", where))


# --- entities ----------------------------------------------------------------------------------


def entities(page: Page, node: Node, sources: Mapping[str, str]) -> list[Entity]:
    """Return the entities of `entities:`; `sources` are the keys that aliases may name."""
    found = []
    for id_, (word, body) in named(page, node, '"entities"', "atajurt: {name: ...}").items():
        where = f'entity "{shown(id_)}"'
        if not re.fullmatch(r"[\w.-]{1,80}", id_):
            page.mistake(
                word.at,
                f"{where}: an id is one word of letters, digits and dashes, such as "
                "serikzhan-bilash.",
            )
        pairs = table(page, body, "entity", where)
        found.append(_entity(page, id_, word, pairs, where, sources))
    return found


def _entity(
    page: Page, id_: str, word: Word, pairs: Pairs, where: str, sources: Mapping[str, str]
) -> Entity:
    def one(key: str) -> str:
        return (text(page, pairs[key][1], key, where) or "") if key in pairs else ""

    def several(key: str) -> tuple[str, ...]:
        if key not in pairs:
            return ()
        return tuple(found for found, _ in words(page, pairs[key][1], key, where))

    aliases: list[Alias] = []
    if "aliases" in pairs:
        aliases = _aliases(page, pairs["aliases"][1], where, sources, bool(several("context")))
    elif pairs:
        page.mistake(word.at, f"{where} has no spellings. Add aliases: {{en: [...], ru: [...]}}")
    languages = (
        words(page, pairs["not_language"][1], "not_language", where)
        if ("not_language" in pairs)
        else []
    )
    codes = [language_code(page, at, code, where) for code, at in languages]
    return Entity(
        id=id_,
        name=one("name") or id_,
        type=one("type"),
        aliases=tuple(aliases),
        context=several("context"),
        not_with=several("not_with"),
        not_inside=several("not_inside"),
        not_languages=frozenset(code for code in codes if code),
        note=one("note"),
    )


def _aliases(
    page: Page, node: Node, where: str, sources: Mapping[str, str], has_context: bool
) -> list[Alias]:
    if not isinstance(node, Table):
        page.mistake(
            node.at,
            f'"aliases" in {where} is {kind(node)}; expected languages: aliases: '
            "{en: [Atajurt], ru: [Атажурт]}",
        )
        return []
    found: dict[tuple[str, str], Alias] = {}
    for language, (word, body) in node.pairs.items():
        code = language_code(page, word.at, language, f"aliases of {where}")
        for one in body.nodes if isinstance(body, Items) else [body]:
            alias = _alias(page, one, code or language, where, sources)
            if alias is None:
                continue
            check_alias(page, one.at, alias, where, has_context=has_context)
            if (alias.language, alias.text) in found:
                page.warning(
                    one.at, f'"{shown(alias.text)}" stands twice among the aliases of {where}.'
                )
            found[alias.language, alias.text] = alias
    return list(found.values())


def _alias(
    page: Page, node: Node, language: str, where: str, sources: Mapping[str, str]
) -> Alias | None:
    if isinstance(node, Word):
        written = node.text.strip() or text(page, node, "aliases", where)
        return Alias(text=written, language=language) if written else None
    if isinstance(node, Items):
        if not node.nodes:
            page.mistake(node.at, f"[] among the aliases of {where} is empty.")
            return None
        first, *rest = node.nodes
        written = text(page, first, "aliases", where)
        marks = [(text(page, mark, "aliases", where), mark.at) for mark in rest]
        source, flags = "", []
        for mark, at in marks:
            if mark in FLAGS:
                flags.append(mark)
            elif mark == UNVERIFIED or mark in sources:
                source = sources.get(mark, mark)
            elif mark is not None:
                page.mistake(at, _unknown_mark(mark, where, sources))
        return _made(written, language, source, flags)
    pairs = table(page, node, "alias", f"an alias of {where}")
    if "text" not in pairs:
        page.mistake(node.at, f"an alias of {where} has no text. Add text: ...")
        return None
    written = text(page, pairs["text"][1], "text", where)
    source = ""
    if "source" in pairs:
        key = text(page, pairs["source"][1], "source", where) or ""
        source = sources.get(key, key)
    marked = choices_of(page, pairs["flags"][1], "flags", where, FLAGS) if "flags" in pairs else ()
    return _made(written, language, source, list(marked))


def _made(written: str | None, language: str, source: str, flags: list[str]) -> Alias | None:
    if not written:
        return None
    return Alias(
        text=written,
        language=language,
        source=source,
        exact="exact" in flags,
        case="case" in flags,
        ctx="ctx" in flags,
        fuzzy="fuzzy" in flags,
    )


def _unknown_mark(mark: str, where: str, sources: Mapping[str, str]) -> str:
    known = [*FLAGS, UNVERIFIED]
    more = " or a key of sources:" if sources else ""
    return (
        f'"{shown(mark)}" behind an alias of {where} is no flag. Flags are '
        f"{', '.join(known)}{more}; several spellings need no inner brackets: [a, b]"
    )


def check_alias(page: Page, at: int, alias: Alias, where: str, *, has_context: bool) -> None:
    """Note an alias that would be found everywhere, or can't be found."""
    if alias.ctx and not has_context:
        page.mistake(
            at,
            f'"{shown(alias.text)}" in {where} is flagged ctx, but the entity has no context '
            "words. Add context: [...]",
        )
    if not any(sign.isalnum() for sign in alias.text):
        page.mistake(at, f'"{shown(alias.text)}" in {where} holds no letter and no digit.')
    elif not alias.ctx and not alias.exact and leaves.is_short(alias.text):
        page.mistake(
            at,
            f'"{shown(alias.text)}" in {where} is very short and would be found everywhere. '
            f"Flag it ctx, and give the entity context words: [{shown(alias.text)}, ctx]",
        )
    elif not alias.ctx and not alias.exact and alias.text.casefold() in leaves.STOP_WORDS:
        page.mistake(
            at,
            f'"{shown(alias.text)}" in {where} is a word that stands in nearly every text. Flag '
            "it ctx, or take it out.",
        )
    leaves.mixed_scripts(page, at, alias.text, where)


# --- rules -------------------------------------------------------------------------------------


def defaults(page: Page, node: Node) -> Defaults:
    """Return what `defaults:` says for all rules of its file."""
    return _shared(page, table(page, node, "defaults", '"defaults"'), '"defaults"', Defaults())


def rules(page: Page, node: Node, shared: Defaults) -> list[RuleDraft]:
    """Return the rules of `rules:`."""
    if not isinstance(node, Items):
        if is_empty(node):
            empty(page, node, '"rules"')
        else:
            page.mistake(
                node.at,
                f'"rules" is {kind(node)}; expected a list, each rule beginning with a dash: '
                "- name: ...",
            )
        return []
    drafts = [_rule(page, one, number_, shared) for number_, one in enumerate(node.nodes, 1)]
    return [draft for draft in drafts if draft is not None]


def _rule(page: Page, node: Node, number_: int, shared: Defaults) -> RuleDraft | None:
    where = f"rule {number_}"
    if isinstance(node, Table) and "name" in node.pairs:
        naming = node.pairs["name"][1]
        if isinstance(naming, Word) and naming.text.strip():
            where = f'rule "{shown(naming.text)}"'
    pairs = table(page, node, "rule", where)
    if not isinstance(node, Table):
        return None
    at = pairs["name"][1].at if "name" in pairs else node.at
    name = text(page, pairs["name"][1], "name", where) if "name" in pairs else None
    if "name" not in pairs:
        page.mistake(node.at, f"{where} has no name. Add name: ...")
    finder = Finder(page, where)
    find = None
    if "find" not in pairs:
        page.mistake(at, f"{where} doesn't say what to look for. Add find: ...")
    elif is_empty(pairs["find"][1]):
        empty(page, pairs["find"][1], f'"find" in {where}')
    else:
        find = finder.read(pairs["find"][1])
    own = _shared(page, pairs, where, shared)
    active = table(page, pairs["active"][1], "active", where) if "active" in pairs else {}
    day = "a day such as 2026-11-01"
    first = maybe(page, active, "from", where, when.day, day)
    last = maybe(page, active, "until", where, when.day, day)
    if first and last and last < first:
        page.mistake(
            active["until"][1].at, f"{where} ends ({last}) before it begins ({first}). Swap them."
        )
    rule = Rule(
        name=name or where,
        find=find or Term(text=name or where),
        severity=own.severity,
        notify=tuple(dict.fromkeys(channel for channel, _ in own.notify)),
        search_in=own.search_in,
        languages=own.languages,
        sources=own.sources,
        at_least=own.at_least,
        follow_ups=own.follow_ups,
        active_from=first,
        active_until=last,
        why=(text(page, pairs["why"][1], "why", where) or "") if "why" in pairs else "",
        tests=_tests(page, pairs["tests"][1], where) if "tests" in pairs else (),
        line=page.line(node.at),
    )
    return RuleDraft(rule, page, at, finder.leaves, own.notify, own.tags, own.only_at)


def _shared(page: Page, pairs: Pairs, where: str, base: Defaults) -> Defaults:
    """Return the keys that rules and defaults have in common, over those of `base`."""
    found = Defaults(
        search_in=base.search_in,
        languages=base.languages,
        sources=base.sources,
        at_least=base.at_least,
        severity=base.severity,
        notify=base.notify,
        follow_ups=base.follow_ups,
        tags=base.tags,
        only_at=base.only_at,
    )
    if "search_in" in pairs:
        chosen = choices_of(page, pairs["search_in"][1], "search_in", where, FIELDS)
        found.search_in = chosen or base.search_in
    if "language" in pairs:
        codes = words(page, pairs["language"][1], "language", where)
        known = [language_code(page, at, code, where) for code, at in codes]
        found.languages = frozenset(code for code in known if code)
    if "severity" in pairs:
        severity = choice(page, pairs["severity"][1], "severity", where, SEVERITIES)
        found.severity = Severity(severity) if severity else base.severity
    if "follow_ups" in pairs:
        wanted = choice(page, pairs["follow_ups"][1], "follow_ups", where, FOLLOW_UPS)
        found.follow_ups = FollowUps(wanted) if wanted else base.follow_ups
    if "notify" in pairs:
        found.notify = words(page, pairs["notify"][1], "notify", where)
    if "sources" in pairs:
        inner = table(page, pairs["sources"][1], "sources", f"sources of {where}")
        found.sources, found.tags = _sources(page, inner, where)
        found.only_at = pairs["sources"][0].at
    if "at_least" in pairs:
        inner = table(page, pairs["at_least"][1], "at_least", f"at_least of {where}")
        found.at_least = _at_least(page, inner, where)
    return found


def _sources(page: Page, pairs: Pairs, where: str) -> tuple[Sources, list[tuple[str, int]]]:
    def several(key: str) -> list[tuple[str, int]]:
        return words(page, pairs[key][1], key, where) if key in pairs else []

    tags = several("tags")
    found = Sources(
        only=tuple(pattern for pattern, _ in several("only")),
        exclude=tuple(pattern for pattern, _ in several("except")),
        tags=frozenset(tag for tag, _ in tags),
    )
    return found, tags


def _at_least(page: Page, pairs: Pairs, where: str) -> AtLeast:
    counts = {
        key: number(page, pairs[key][1], key, where) or 1
        for key in ("outlets", "origins")
        if key in pairs
    }
    within: timedelta | None = maybe(page, pairs, "within", where, when.duration, SPAN)
    return AtLeast(
        outlets=counts.get("outlets", 1), origins=counts.get("origins", 1), within=within
    )


def _tests(page: Page, node: Node, where: str) -> tuple[RuleTest, ...]:
    if not isinstance(node, Items):
        page.mistake(
            node.at,
            f'"tests" in {where} is {kind(node)}; expected a list: - match: "..." and '
            '- no_match: "..."',
        )
        return ()
    found = []
    for one in node.nodes:
        pairs = table(page, one, "test", f"a test of {where}")
        for key, (_, value) in pairs.items():
            sentence = text(page, value, key, f"a test of {where}")
            if sentence:
                found.append(
                    RuleTest(text=sentence, expect=key == "match", line=page.line(value.at))
                )
    return tuple(found)


__all__ = [
    "Defaults", "FeedDraft", "RuleDraft", "channels", "defaults", "entities", "feeds", "one_of",
    "rules",
]  # fmt: skip
