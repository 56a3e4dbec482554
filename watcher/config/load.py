"""rules.yaml and what it includes, from the disk into core values, or every mistake at once."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from watcher.config import checks, opml, packs, sections, watchlist
from watcher.config.entities import entities as entities_of
from watcher.config.files import MAX_BYTES, decoded, read_text
from watcher.config.findings import MAX_FINDINGS, Page, TooManyError, nearest, one_of, shown
from watcher.config.languages import is_language
from watcher.config.nodes import Node, Table, read
from watcher.config.own import Own
from watcher.config.secrets import Secrets
from watcher.config.values import Pairs, Reader
from watcher.core.errors import RulesError
from watcher.core.model import Config, Entity, Feed, Mistake, Weight
from watcher.core.render import TemplateMistakeError, try_template

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from watcher.core.model import Channel

MAX_FILES = 100
MAX_FEEDS = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """A rules file as far as it can be read.

    `mistakes` are errors and warnings in the order of their places. `config` holds the rules whose
    words, and the channels whose addresses, have no error: they can be tried although others have.
    """

    config: Config
    mistakes: tuple[Mistake, ...]
    names: tuple[str, ...]
    """The files as messages call them, in the order in which they were read."""

    def with_more(self, mistakes: Iterable[Mistake]) -> tuple[Mistake, ...]:
        """Return `mistakes` among those that are known, in the order of their places."""
        return _in_order((*self.mistakes, *mistakes), self.names)


def load(
    path: Path,
    *,
    environ: Mapping[str, str],
    secrets_file: Path | None = None,
    require_secrets: bool = True,
) -> Config:
    """Read `path` and what it includes.

    Raises RulesError with every mistake found, in order of file and line. What may be meant is in
    `Config.warnings`. With `require_secrets` a `${NAME}` that is set nowhere is a mistake, else it
    stays as written.
    """
    loading = _Loading(path, Secrets(environ, secrets_file), require=require_secrets)
    loading.read()
    loading.raise_errors()
    return loading.config()


def examine(
    path: Path, *, environ: Mapping[str, str], secrets_file: Path | None = None
) -> Examined:
    """Read `path` and what it includes, and say all that can be said of it. Never raises."""
    loading = _Loading(path, Secrets(environ, secrets_file), require=True)
    loading.read()
    return Examined(
        config=loading.sound(),
        mistakes=_in_order(loading.findings, loading.names),
        names=tuple(loading.names),
    )


def read_entities(path: Path) -> tuple[Entity, ...]:
    """Return the entities of one pack file; raises RulesError."""
    loading = _Loading(path, Secrets({}), require=True)
    loading.file(path, f"packs/{path.name}", main=False)
    loading.raise_errors()
    return tuple(loading.entities.values())


class _Loading:
    """What has been read so far."""

    def __init__(self, path: Path, secrets: Secrets, *, require: bool) -> None:
        self.path = path
        self.secrets = secrets
        self.require = require
        self.findings: list[Mistake] = []
        self.pages: list[Page] = []
        self.files: list[Path] = []
        self.names: list[str] = []
        self.own = Own()
        self.channels: list[Channel] = []
        self.channel_pages: dict[str, tuple[Page, int]] = {}
        """Every channel that is named, those with mistakes included."""
        self.feeds: list[sections.FeedDraft] = []
        self.rules: list[watchlist.RuleDraft] = []
        self.entities: dict[str, Entity] = {}
        self.wrong_entities: set[str] = set()
        self.known_feeds: tuple[Feed, ...] = ()

    # --- files ---------------------------------------------------------------------------------

    def file(self, path: Path, name: str, *, main: bool) -> None:
        """Read one file and, after it, what it includes."""
        page = self._page(path, name)
        if page is None:
            return
        tree = read(page)
        if tree is None:
            if not page.broken and not any(one.file == name for one in self.findings):
                page.mistake(
                    0,
                    "the file is empty. `watcher init` writes one to begin with."
                    if main
                    else "the file is empty. Take it out of include:",
                )
            return
        if not isinstance(tree, Table):
            page.mistake(
                tree.at, "the file doesn't begin with a key and a colon. Expected rules: or feeds:"
            )
            return
        reader = Reader(page, "the file")
        self._sections(reader, path, reader.table(tree, "file"), main=main)

    def _page(self, path: Path, name: str) -> Page | None:
        self.files.append(path)
        self.names.append(name)
        page = Page(name, "", self.findings)
        text = read_text(path, page)
        if text is None:
            return None
        page.retext(text)
        self.pages.append(page)
        return page

    def _include(self, page: Page, at: int, written: str, path: Path) -> None:
        beside = path.parent / written
        shipped = packs.shipped(written)
        if beside.is_file() or (shipped is None and beside.exists()):
            target, name = beside, os.path.join(os.path.dirname(page.name), written)  # noqa: PTH118, PTH120 - as people wrote it
        elif shipped is not None:
            target, name = shipped, f"packs/{shipped.name}"
        else:
            choices = [f"packs/{pack}.yaml" for pack in packs.pack_names()]
            guess = nearest(written.partition("#")[0], choices)
            meant = f' Did you mean "{guess}"?' if guess else ""
            if "#" in written:
                meant += " A remark begins with a space and #."
            page.mistake(
                at,
                f'"{shown(written)}" is neither a file beside {Path(page.name).name} nor a shipped '
                f"pack.{meant}{one_of(choices)}",
            )
            self.files.append(beside)  # when it appears, the rules have changed
            return
        if any(_same(target, known) for known in self.files):
            return
        if len(self.files) >= MAX_FILES:
            page.mistake(at, f"more than {MAX_FILES} files are included.")
            return
        self.file(target, name, main=False)

    # --- sections ------------------------------------------------------------------------------

    def _sections(self, reader: Reader, path: Path, pairs: Pairs, *, main: bool) -> None:
        page = reader.page
        reader.text_of(pairs, "title")
        self.own.read(reader, pairs, self.secrets, require=self.require, main=main)
        if "channels" in pairs:
            self._channels(page, pairs["channels"][1], path)
        if "feeds" in pairs:
            self._feeds(page, pairs["feeds"][1], path)
        shared = watchlist.Shared()
        if "defaults" in pairs:
            shared = watchlist.defaults(page, pairs["defaults"][1])
        if "rules" in pairs:
            self.rules += watchlist.rules(page, pairs["rules"][1], shared)
        for written, at in reader.words_of(pairs, "include"):
            self._include(page, at, written, path)
        sources = _sources(page, pairs)
        if "entities" in pairs:  # after the packs, which they may add to
            self._entities(page, pairs, sources)
        lost = "rules" not in pairs and not (reader.meant or self.findings or self.rules)
        if lost and main:
            page.warning(0, "there is no rules: section, so nothing will ever be told.")

    def _entities(self, page: Page, pairs: Pairs, sources: Mapping[str, str]) -> None:
        """Read entities; one that a pack has too adds to it."""
        node = pairs["entities"][1]
        for entity in entities_of(page, node, sources):
            if isinstance(node, Table) and not page.sound(*_span(node.pairs[entity.id])):
                self.wrong_entities.add(entity.id)
            known = self.entities.get(entity.id)
            self.entities[entity.id] = merged(known, entity) if known else entity

    def _feeds(self, page: Page, node: Node, path: Path) -> None:
        for draft in sections.feeds(page, node, self.secrets, require=self.require):
            self.feeds += self._listed(draft, path) if draft.opml else [draft]

    def _channels(self, page: Page, node: Node, path: Path) -> None:
        for name, (word, _) in node.pairs.items() if isinstance(node, Table) else ():
            if name in self.channel_pages:
                page.mistake(
                    word.at,
                    f'channel "{shown(name)}" already exists in another file. Rename one of them.',
                )
            self.channel_pages[name] = (page, word.at)
        self.channels += sections.channels(
            page,
            node,
            self.secrets,
            require=self.require,
            wording=partial(self._template, path),
        )

    def _template(self, path: Path, reader: Reader, at: int, written: str) -> str:
        """Return a channel's own wording, tried on made-up alerts; "" when it can't be used."""
        if "{{" in written or "{%" in written:
            if mistake := _template_mistake(written):
                reader.mistake(at, f"the template of {reader.where} breaks in its line {mistake}")
            return written
        file = path.parent / written
        self.files.append(file)
        name = os.path.join(os.path.dirname(reader.page.name), written)  # noqa: PTH118, PTH120 - as people wrote it
        if not file.is_file():
            beside = Path(reader.page.name).name
            reader.mistake(
                at,
                f'there is no file "{shown(written)}" beside {beside}. Write the wording into it, '
                'or here: template: "{{ alert.rule }}: {{ alert.headline }}"',
            )
            return ""
        page = Page(name, "", self.findings)
        self.names.append(name)
        text = decoded(file.read_bytes()[:MAX_BYTES], page)
        if text and (mistake := _template_mistake(text)):
            page.retext(text)
            line, _, words = mistake.partition(": ")
            page.mistake(page.start(int(line)), f"the template of {reader.where} breaks: {words}")
        return text or ""

    def _listed(self, draft: sections.FeedDraft, path: Path) -> list[sections.FeedDraft]:
        """Return the feeds of a list that `feeds:` names; one that can't be asked is a warning."""
        file = path.parent / draft.opml
        self.files.append(file)
        where = f'"{shown(draft.opml)}"'
        if not file.is_file():
            beside = Path(draft.page.name).name
            draft.page.mistake(draft.at, f"there is no file {where} beside {beside}.")
            return []
        try:
            with file.open("rb") as opened:
                outlines = opml.read(opened.read(MAX_BYTES + 1))
        except (OSError, ValueError) as error:
            reason = (error.strerror or "") if isinstance(error, OSError) else str(error)
            draft.page.mistake(draft.at, f"{where} can't be read as a list of feeds: {reason}.")
            return []
        found = []
        for one in outlines[:MAX_FEEDS]:
            problem = sections.url_problem(one.url)
            if problem:
                address = sections.address_shown(one.url)
                draft.page.warning(
                    draft.at, f'{where}: the address "{address}" {problem} It is left out.'
                )
                continue
            code = one.language.lower().replace("_", "-")
            feed = Feed(
                url=one.url,
                name=one.name or sections.outlet(one.url),
                language=draft.language or (code if is_language(code) else None),
                tags=draft.tags | frozenset(one.folders),
                named=bool(one.name),
            )
            found.append(sections.FeedDraft(draft.page, draft.at, feed))
        return found

    # --- all together --------------------------------------------------------------------------

    def read(self) -> None:
        """Read everything, and note what is wrong with it."""
        with suppress(TooManyError):
            self.file(self.path, str(self.path), main=True)
            self.known_feeds = feeds = checks.feeds(self.feeds)
            checks.rules(
                self.rules,
                channels=self.channels,
                channel_pages=self.channel_pages,
                feeds=feeds,
                tags={tag for draft in self.feeds for tag in draft.tags}
                | {tag for feed in feeds for tag in feed.tags},
                entities=self.entities,
                whole=not any(page.broken for page in self.pages),
            )

    def config(self) -> Config:
        """Return everything that was read."""
        return Config(
            path=str(self.path),
            timezone=self.own.timezone,
            public_url=self.own.public_url,
            listen=self.own.listen,
            contact=self.own.contact,
            heartbeat=self.own.heartbeat,
            alive=self.own.alive,
            across_languages=self.own.across_languages,
            channels=tuple(self.channels),
            feeds=self.known_feeds,
            rules=tuple(draft.rule for draft in self.rules),
            entities=tuple(self.entities.values()),
            warnings=self._sorted(Weight.WARNING),
            files=self._files(),
            secrets=frozenset(self.secrets.used),
        )

    def sound(self) -> Config:
        """Return what has no error: rules by their words, channels by their addresses."""
        if any(page.guessed for page in self.pages) or len(self.findings) > MAX_FINDINGS:
            return replace(self.config(), rules=(), channels=())
        sound = self.entities.keys() - self.wrong_entities
        wrong = {(one.file, one.line, one.column) for one in self._sorted(Weight.ERROR)}
        return replace(
            self.config(),
            rules=tuple(rule for draft in self.rules if (rule := draft.sound(sound))),
            channels=tuple(
                channel
                for channel in self.channels
                if (channel.place.file, channel.place.line, channel.place.column) not in wrong
            ),
        )

    def raise_errors(self) -> None:
        """Raise RulesError when there is any mistake."""
        errors = self._sorted(Weight.ERROR)
        if errors:
            raise RulesError(errors, self._files())

    def _files(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(str(file) for file in (*self.files, *self.secrets.read)))

    def _sorted(self, weight: Weight) -> tuple[Mistake, ...]:
        return _in_order((one for one in self.findings if one.weight is weight), self.names)


def _sources(page: Page, pairs: Pairs) -> dict[str, str]:
    """Return the sources that aliases may name, by their keys."""
    if "sources" not in pairs:
        return {}
    reader = Reader(page, '"sources"')
    named = reader.named(pairs["sources"][1], "s1: ...")
    return {key: reader.text(node, key) or key for key, (_, node) in named.items()}


def _in_order(mistakes: Iterable[Mistake], names: Sequence[str]) -> tuple[Mistake, ...]:
    """Return each of `mistakes` once, by place; files come in the order of `names`."""
    order = {name: number for number, name in reversed(list(enumerate(names)))}
    return tuple(
        sorted(set(mistakes), key=lambda one: (order[one.file], one.line, one.column, one.message))
    )


def _template_mistake(text: str) -> str:
    """Return line and mistake of a template, "" when it can be used."""
    try:
        try_template(text)
    except TemplateMistakeError as error:
        return f"{error.line}: {error}"
    return ""


def _span(pair: tuple[Node, Node]) -> tuple[int, int]:
    return pair[0].at, pair[1].end


def merged(known: Entity, more: Entity) -> Entity:
    """Return `known` (from a pack) with what a person added to it; flags are taken from `more`."""

    def both(first: Sequence[str], second: Sequence[str]) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*first, *second)))

    aliases = {(alias.language, alias.text): alias for alias in (*known.aliases, *more.aliases)}
    return replace(
        known,
        name=known.name if more.name == more.id else more.name,
        type=more.type or known.type,
        aliases=tuple(aliases.values()),
        context=both(known.context, more.context),
        not_with=both(known.not_with, more.not_with),
        not_inside=both(known.not_inside, more.not_inside),
        not_languages=known.not_languages | more.not_languages,
        note=more.note or known.note,
    )


def _same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return False
