"""What can only be seen with all sections read: names that exist, rules that can ever fire."""

from __future__ import annotations

from fnmatch import fnmatchcase
from functools import lru_cache
from importlib.util import find_spec
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from watcher.config.findings import did_you_mean, nearest, one_of, shown
from watcher.config.languages import may_be_written_in, scripts_of
from watcher.config.packs import shipped_entities
from watcher.core import identity
from watcher.core.model import Article, ArticleId, FullText, Group, Term, TermKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from watcher.config.findings import Page
    from watcher.config.sections import FeedDraft
    from watcher.config.watchlist import RuleDraft
    from watcher.core.model import Channel, Config, Entity, Feed, Rule
    from watcher.core.rules import RuleBook


def feeds(drafts: Sequence[FeedDraft]) -> tuple[Feed, ...]:
    """Return the feeds, each address once; a second one is noted, for it would be polled twice."""
    found: dict[str, tuple[FeedDraft, Feed]] = {}
    for draft in drafts:
        if draft.feed is None:
            continue
        key = canonical(draft.feed.asked)
        if key in found:
            first = found[key][0]
            draft.page.warning(
                draft.at,
                f'the feed "{shown_feed(draft.feed)}" already stands on line '
                f"{first.page.line(first.at)} of {first.page.name}. Only that one is used.",
            )
            continue
        found[key] = (draft, draft.feed)
    _full_text([draft for draft, _ in found.values()])
    return tuple(feed for _, feed in found.values())


def _full_text(drafts: Iterable[FeedDraft]) -> None:
    """Note once that pages are asked for, and what reads them is not installed."""
    for draft in drafts:
        if draft.feed and draft.feed.full_text is not FullText.NEVER:
            if find_spec("trafilatura") is None:
                draft.page.warning(
                    draft.at,
                    'full_text: needs the extra "fulltext", which is not installed; until then '
                    "articles are judged by their summaries. "
                    "Install it with: pip install trafilatura lxml-html-clean",
                )
            return


def canonical(url: str) -> str:
    """Return the form in which two addresses of one feed are equal.

    http or https, www. or not, capitals in the site's name, the default port, a last slash and what
    follows # make no difference; a query does, but for tracking keys.
    """
    return identity.canonical(url.strip().partition("#")[0])


def shown_feed(feed: Feed) -> str:
    """Return a feed's address for a message, without what may be secret in it."""
    parts = urlsplit(feed.url)
    return shown(f"{parts.hostname or ''}{parts.path}", 80)


def rules(
    drafts: Sequence[RuleDraft],
    *,
    channels: Sequence[Channel],
    channel_pages: Mapping[str, tuple[Page, int]],
    feeds: Sequence[Feed],
    tags: AbstractSet[str],
    entities: Mapping[str, Entity],
    whole: bool,
) -> None:
    """Note everything about rules that needs the other sections.

    `whole` is False when YAML could not read a file as it stands: then a name may only be missing
    because its section is out of sight, and only what is certain is noted.
    """
    used: set[str] = set()
    first: dict[str, RuleDraft] = {}
    names = list(channel_pages)
    for draft in drafts:
        where = f'rule "{shown(draft.rule.name)}"'
        # One that is only misspelt is told already, and is no channel that nobody uses.
        shared = draft.shared
        wanted = {channel.name for channel in (*shared.notify, *shared.escalate_to)}
        used |= wanted | {nearest(name, names) or "" for name in wanted - set(names)}
        _equal_names(draft, first)
        if whole:
            _channels(draft, where, names)
            _tags(draft, where, tags, feeds)
            _entities(draft, where, entities)
            _tests(draft, feeds, entities)
        _languages(draft, where, entities)
        _covered(draft, where, entities)
    if whole and drafts and not (names or used):
        drafts[0].page.warning(
            drafts[0].at,
            "nobody is told of what the rules find: there is no channels: section. Write one, such "
            'as channels: {screen: "terminal://"}, and under defaults: notify: [screen]',
        )
    for channel in channels if whole else ():
        if channel.name not in used and not channel.health:
            page, at = channel_pages[channel.name]
            page.warning(
                at,
                f'no rule tells channel "{shown(channel.name)}". Name it under notify: of a rule '
                "or of defaults, or say health: true.",
            )


def _equal_names(draft: RuleDraft, first: dict[str, RuleDraft]) -> None:
    key = " ".join(draft.rule.name.casefold().split())
    other = first.setdefault(key, draft)
    if other is not draft:
        draft.page.mistake(
            draft.at,
            f'rule "{shown(draft.rule.name)}" has the name of the rule on line '
            f"{other.page.line(other.at)} of {other.page.name}. Alerts tell rules apart by name: "
            "rename one.",
        )


def _channels(draft: RuleDraft, where: str, names: Sequence[str]) -> None:
    for wanted in (*draft.shared.notify, *draft.shared.escalate_to):
        if "@" in wanted.name or "://" in wanted.name:
            draft.page.mistake(
                wanted.at,
                f"an address stands where {wanted.where} names a channel. Give it a name under "
                "channels: (desk: mailto://...), and write the name here.",
            )
        elif wanted.name not in names:
            mend = one_of(names) if names else " There is no channels: section yet."
            draft.page.mistake(
                wanted.at,
                f'unknown channel "{shown(wanted.name)}" in {wanted.where}.'
                f"{did_you_mean(wanted.name, names)}{mend}",
            )
    if names and not draft.shared.notify:
        draft.page.warning(
            draft.at, f"{where} tells nobody. Add notify: to it or to defaults.{one_of(names)}"
        )


def _tags(draft: RuleDraft, where: str, tags: AbstractSet[str], feeds: Sequence[Feed]) -> None:
    known = sorted(tags)
    heard = [tag.name for tag in draft.shared.tags if tag.name in tags]
    for tag in draft.shared.tags:
        if tag.name not in tags:
            said = f'no feed has the tag "{shown(tag.name)}" that {tag.where} asks for.'
            guess = did_you_mean(tag.name, known) + (
                one_of(known) or f" Give it to some: {{url: ..., tags: [{shown(tag.name)}]}}"
            )
            if heard:
                still = f" It still hears those with {' or '.join(map(shown, heard))}."
                draft.page.warning(tag.at, f"{said}{still}{guess}")
            else:
                draft.page.mistake(tag.at, f"{said}{guess}")
    # An address among them has been named a mistake already.
    only = tuple(site for site in draft.rule.sources.only if "://" not in site)
    at = draft.shared.sources_at
    if only and feeds and at is not None and not any(_hears(only, feed) for feed in feeds):
        draft.page.warning(
            at,
            f"{where} listens to no feed of this file: none is from {', '.join(map(shown, only))}.",
        )


def tags_lost(config: Config, url: str) -> list[tuple[Rule, str]]:
    """Return each rule, and the tag of it, that hears no feed once the one at `url` is gone.

    rules.yaml is then a mistake: the rule would be silent.
    """
    going = canonical(url)
    own = {tag for feed in config.feeds if canonical(feed.url) == going for tag in feed.tags}
    left = {tag for feed in config.feeds if canonical(feed.url) != going for tag in feed.tags}
    return [
        (rule, tag)
        for rule in config.rules
        if not rule.sources.tags & left
        for tag in sorted(rule.sources.tags & own)
    ]


def _hears(patterns: Sequence[str], feed: Feed) -> bool:
    host = (urlsplit(feed.asked).hostname or "").lower()
    name = feed.name.casefold()
    for pattern in patterns:
        plain = pattern.casefold()
        if plain == name or fnmatchcase(host, plain) or host.endswith(f".{plain}"):
            return True
    return False


def _entities(draft: RuleDraft, where: str, entities: Mapping[str, Entity]) -> None:
    for leaf in draft.leaves:
        if leaf.term.kind is not TermKind.ENTITY or leaf.term.text in entities:
            continue
        pack = shipped_entities().get(leaf.term.text)
        by_name = {entity.name: id_ for id_, entity in entities.items()}
        guess = nearest(leaf.term.text, [*entities, *by_name])
        meant = f' Did you mean "{by_name.get(guess, guess)}"?' if guess else ""
        if pack is not None:
            meant, known = "", f" It comes with the program: add {pack} to include:"
        elif entities:
            known = one_of(list(entities), 12)
        else:
            known = " None is known: add entities: or include: [packs/xinjiang.yaml]"
        draft.page.mistake(
            leaf.at, f'unknown entity "{shown(leaf.term.text)}" in {where}.{meant}{known}'
        )


def _tests(draft: RuleDraft, feeds: Sequence[Feed], entities: Mapping[str, Entity]) -> None:
    """Note a spelling or an outlet of a test that nothing has."""
    if not (draft.vias or draft.printers):
        return
    spellings = {leaf.term.text for leaf in draft.leaves if leaf.wanted}
    for id_ in spellings & entities.keys():
        spellings |= {alias.text for alias in entities[id_].aliases}
    folded = {_plain(one) for one in spellings}
    for via in draft.vias:
        if _plain(via.name) not in folded:
            draft.page.mistake(
                via.at,
                f'"via" in {via.where} names "{shown(via.name)}", which the rule doesn\'t look for.'
                f"{did_you_mean(via.name, spellings)}",
            )
    names = {feed.name.casefold(): feed.name for feed in feeds if feed.named}
    for printer in draft.printers:
        if "." not in printer.name and printer.name.casefold() not in names:
            draft.page.mistake(
                printer.at,
                f'"outlets" in {printer.where} names "{shown(printer.name)}", and no feed has '
                f"that name.{did_you_mean(printer.name, names.values())} A site such as "
                "example.org can stand there, too.",
            )


# --- can it ever fire? -------------------------------------------------------------------------


def _languages(draft: RuleDraft, where: str, entities: Mapping[str, Entity]) -> None:
    languages = draft.rule.languages
    if not languages:
        return
    for leaf in draft.leaves:
        if not leaf.wanted or leaf.term.kind is TermKind.REGEX:
            continue
        if leaf.term.kind is TermKind.ENTITY:
            entity = entities.get(leaf.term.text)
            spellings = [alias.text for alias in entity.aliases] if entity else []
        else:
            spellings = [leaf.term.text]
        if spellings and not any(
            _can_stand_in(language, spelling) for language in languages for spelling in spellings
        ):
            named = ", ".join(sorted(languages))
            draft.page.warning(
                leaf.at,
                f'"{shown(leaf.term.text)}" in {where} is in a script that its languages '
                f"({named}) don't use, so it can hardly be found. Add its language, or take it "
                "out.",
            )


def _can_stand_in(language: str, spelling: str) -> bool:
    """Say whether `spelling` can occur in texts of `language`. Names in Latin occur anywhere."""
    scripts = scripts_of(spelling)
    if scripts == {"Latin"} and spelling != spelling.lower():
        return True
    return all(may_be_written_in(language, script) for script in scripts)


def _covered(draft: RuleDraft, where: str, entities: Mapping[str, Entity]) -> None:
    for group in _groups(draft.rule.find):
        nots = [leaf for part in group.none for leaf in _alternatives(part)]
        if not nots:
            continue
        wanted = [list(_alternatives(part)) for part in group.all]
        if group.any:
            wanted.append([leaf for part in group.any for leaf in _alternatives(part)])
        for alternatives in wanted:
            covered = [
                (leaf, by)
                for leaf in alternatives
                if (by := next((no for no in nots if _covers(no, leaf, entities)), None))
            ]
            if covered and len(covered) == len(alternatives):
                leaf, by = covered[0]
                draft.page.mistake(
                    _at(draft, by, wanted=False),
                    f'"none" in {where} rules out what it looks for: "{shown(by.text)}" stands in '
                    f'every "{shown(leaf.text)}", so it can never fire. Take one of them out.',
                )
            elif covered and alternatives is wanted[-1] and group.any:
                leaf, by = covered[0]
                draft.page.warning(
                    _at(draft, by, wanted=False),
                    f'"none" in {where} rules out one of its own words: "{shown(by.text)}" stands '
                    f'in every "{shown(leaf.text)}", which can never fire.',
                )


def _groups(find: Term | Group) -> Iterator[Group]:
    if isinstance(find, Group):
        yield find
        for part in (*find.any, *find.all, *find.none):
            yield from _groups(part)


def _alternatives(find: Term | Group) -> Iterator[Term]:
    """Yield the leaves of which one is enough; a group of another kind yields nothing certain."""
    if isinstance(find, Term):
        yield find
    elif not find.all and not find.none and find.near is None:
        for part in find.any:
            yield from _alternatives(part)


def _covers(no: Term, wanted: Term, entities: Mapping[str, Entity]) -> bool:
    """Say whether every text with `wanted` also holds `no`."""
    if no == wanted:
        return True
    if TermKind.REGEX in {no.kind, wanted.kind}:
        return False
    if no.kind is TermKind.EXACT and wanted.kind is not TermKind.EXACT:
        return False
    if wanted.kind is TermKind.ENTITY:
        entity = entities.get(wanted.text)
        spellings = [alias.text for alias in entity.aliases] if entity else []
    else:
        spellings = [wanted.text]
    return bool(spellings) and all(_found_in(one, no, entities) for one in spellings)


def _found_in(spelling: str, no: Term, entities: Mapping[str, Entity]) -> bool:
    """Say whether `no` is found in the spelling itself: then it is in every text that has it."""
    entity = entities.get(no.text) if no.kind is TermKind.ENTITY else None
    if no.kind is TermKind.ENTITY and entity is None:
        return False
    # Endings change, beginnings don't: most pairs need no closer look.
    if entity is None and _plain(no.text)[:2] not in _plain(spelling):
        return False
    return bool(_book(no, entity).match(Article(id=ArticleId("spelling"), title=spelling)))


@lru_cache(maxsize=64)
def _book(term: Term, entity: Entity | None) -> RuleBook:
    from watcher.core.rules import compile_terms  # noqa: PLC0415 - few rules have a `none`

    return compile_terms([term], [entity] if entity else [])


def _plain(text: str) -> str:
    return " ".join(text.casefold().replace("-", " ").split())


def _at(draft: RuleDraft, term: Term, *, wanted: bool) -> int:
    return next(
        (leaf.at for leaf in draft.leaves if leaf.term == term and leaf.wanted is wanted), draft.at
    )
