"""`entities:` out of the tree: names with all their spellings, their flags and sources."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from watcher.config import leaves
from watcher.config.findings import shown
from watcher.config.nodes import Items, Node, Table, Word
from watcher.config.schema import FLAGS
from watcher.config.sections import language_code
from watcher.config.values import Pairs, Reader, is_empty, kind, word_at
from watcher.core.model import Alias, Entity

if TYPE_CHECKING:
    from collections.abc import Mapping

    from watcher.config.findings import Page

UNVERIFIED = "unverified"
DEFAULT = "default"
"""The key in `sources` of what counts for spellings that name no source."""
_ID = re.compile(r"[\w.-]{1,80}")


def entities(page: Page, node: Node, sources: Mapping[str, str]) -> list[Entity]:
    """Return the entities of `entities:`; `sources` are the keys that aliases may name."""
    found = []
    whole = Reader(page, '"entities"')
    if isinstance(node, Items) and node.nodes:
        called = word_at(node.nodes[0], "name") or "Atajurt"
        id_ = re.sub(r"[^\w.-]+", "-", called).strip("-").lower()
        whole.mistake(
            node.at,
            "entities are no list: each begins with an id of yours and a colon. Write "
            f"{shown(id_)}: in place of the dash",
        )
        return []
    pairs = whole.named(node, "atajurt: {name: ...}")
    for id_, (word, body) in pairs.items():
        reader = Reader(page, f'entity "{shown(id_)}"')
        if not _ID.fullmatch(id_):
            reader.mistake(
                word.at,
                f"{reader.where}: an id is one word of letters, digits and dashes, such as "
                "serikzhan-bilash.",
            )
        if isinstance(body, Items | Word) and not is_empty(body):
            reader.mistake(
                body.at,
                f"{reader.where} is {kind(body)}; its spellings stand by language under aliases: "
                f"{{aliases: {{en: [{shown(_first(body))}]}}}}",
            )
            found.append(_entity(reader, word, {}, sources))
            continue
        found.append(_entity(reader, word, reader.table(body, "entity"), sources))
    return found


def _first(body: Items | Word) -> str:
    one = body.nodes[0] if isinstance(body, Items) and body.nodes else body
    return one.text if isinstance(one, Word) else "..."


def _entity(reader: Reader, word: Word, pairs: Pairs, sources: Mapping[str, str]) -> Entity:
    def several(key: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(found for found, _ in reader.words_of(pairs, key)))

    context = several("context")
    aliases: tuple[Alias, ...] = ()
    if "aliases" in pairs:
        spellings = _Spellings(reader, sources, has_context=bool(context))
        aliases = spellings.read(pairs["aliases"][1])
    elif pairs and "aliases" not in reader.meant:
        reader.mistake(
            word.at, f"{reader.where} has no spellings. Add aliases: {{en: [...], ru: [...]}}"
        )
    return Entity(
        id=word.text,
        name=reader.text_of(pairs, "name") or word.text,
        type=reader.text_of(pairs, "type") or "",
        aliases=aliases,
        context=context,
        not_with=several("not_with"),
        not_inside=several("not_inside"),
        not_languages=_languages(reader, pairs),
        note=reader.text_of(pairs, "note") or "",
    )


def _languages(reader: Reader, pairs: Pairs) -> frozenset[str]:
    codes = [language_code(reader, at, code) for code, at in reader.words_of(pairs, "not_language")]
    return frozenset(code for code in codes if code)


class _Spellings:
    """Reads the aliases of one entity."""

    def __init__(self, reader: Reader, sources: Mapping[str, str], *, has_context: bool) -> None:
        self.reader = reader
        self.where = reader.where
        self.sources = sources
        self.default = sources.get(DEFAULT, "")
        self.has_context = has_context

    def read(self, node: Node) -> tuple[Alias, ...]:
        """Return the aliases by language, each once."""
        if is_empty(node):
            self.reader.empty(node, f'"aliases" in {self.where}')
            return ()
        if not isinstance(node, Table):
            self.reader.mistake(
                node.at,
                f'"aliases" in {self.where} is {kind(node)}; expected languages: aliases: '
                "{en: [Atajurt], ru: [Атажурт]}",
            )
            return ()
        found: dict[tuple[str, str], Alias] = {}
        flagged: list[tuple[int, Alias]] = []
        for written, (word, body) in node.pairs.items():
            language = language_code(self.reader, word.at, written) or written
            for one in body.nodes if isinstance(body, Items) else [body]:
                alias = self._alias(one, language)
                if alias is None:
                    continue
                self._check(one.at, alias)
                if alias.ctx:
                    flagged.append((one.at, alias))
                if (language, alias.text) in found:
                    self.reader.page.warning(
                        one.at,
                        f'"{shown(alias.text)}" stands twice among the aliases of {self.where}.',
                    )
                found[language, alias.text] = alias
        if not self.has_context and all(alias.ctx for alias in found.values()):
            for at, alias in flagged:
                self.reader.mistake(
                    at,
                    f'"{shown(alias.text)}" in {self.where} is flagged ctx, but nothing can stand '
                    "beside it: the entity has no context words, and no spelling without the "
                    "flag. Add context: [...]",
                )
        return tuple(found.values())

    def _alias(self, node: Node, language: str) -> Alias | None:
        if isinstance(node, Word):
            written = self.reader.text(node, "aliases")
            if written is not None and node.plain:
                leaves.several(self.reader.page, node.at, written, self.where)
            return _made(written, language, self.default, ())
        if isinstance(node, Items):
            return self._marked(node, language)
        reader = self.reader.within(f"an alias of {self.where}")
        pairs = reader.table(node, "alias")
        written = reader.text_of(pairs, "text")
        if "text" not in pairs:
            reader.mistake(node.at, f"{reader.where} has no text. Add text: ...")
        source = reader.text_of(pairs, "source") or self.default
        flags = reader.choices_of(pairs, "flags", FLAGS)
        alias = _made(written, language, self.sources.get(source, source), flags)
        return alias and replace(
            alias,
            not_with=tuple(word for word, _ in reader.words_of(pairs, "not_with")),
            not_inside=tuple(word for word, _ in reader.words_of(pairs, "not_inside")),
            not_languages=_languages(reader, pairs),
        )

    def _marked(self, node: Items, language: str) -> Alias | None:
        """Read [text, flag, source ...]."""
        if not node.nodes:
            self.reader.mistake(node.at, f"[] among the aliases of {self.where} is empty.")
            return None
        written = self.reader.text(node.nodes[0], "aliases")
        source, flags = "", []
        for one in node.nodes[1:]:
            mark = self.reader.text(one, "aliases")
            if mark in FLAGS:
                flags.append(mark)
            elif mark is not None and (mark == UNVERIFIED or mark in self.sources):
                source = self.sources.get(mark, mark)
            elif mark is not None:
                self.reader.mistake(one.at, self._unknown(mark))
        return _made(written, language, source or self.default, flags)

    def _unknown(self, mark: str) -> str:
        more = " or a key of sources:" if self.sources else ""
        return (
            f'"{shown(mark)}" behind an alias of {self.where} is no flag. Flags are '
            f"{', '.join((*FLAGS, UNVERIFIED))}{more}; several spellings need no inner brackets: "
            "[a, b]"
        )

    def _check(self, at: int, alias: Alias) -> None:
        """Note an alias that would be found everywhere, or can't be found."""
        problem = ""
        last = alias.text.rpartition(" ")[2]
        if last in {"ctx", UNVERIFIED}:
            problem = (
                f"ends with a flag. A spelling and its flags stand in brackets of their own: "
                f"[{shown(alias.text.rpartition(' ')[0]) or '...'}, {last}]"
            )
        everywhere = not (alias.ctx or alias.exact)
        if problem:
            pass
        elif not any(sign.isalnum() for sign in alias.text):
            problem = "holds no letter and no digit."
        elif everywhere and leaves.is_short(alias.text):
            problem = (
                "is very short and would be found everywhere. Flag it ctx, and give the entity "
                f"context words: [{shown(alias.text)}, ctx]"
            )
        elif everywhere and alias.text.casefold() in leaves.STOP_WORDS:
            problem = "is a word that stands in nearly every text. Flag it ctx, or take it out."
        if problem:
            self.reader.mistake(at, f'"{shown(alias.text)}" in {self.where} {problem}')
        leaves.mixed_scripts(self.reader.page, at, alias.text, self.where)


def _made(
    written: str | None, language: str, source: str, flags: tuple[str, ...] | list[str]
) -> Alias | None:
    if not written:
        return None
    return Alias(
        text=" ".join(written.split()),
        language=language,
        source=source,
        exact="exact" in flags,
        case="case" in flags,
        ctx="ctx" in flags,
        fuzzy="fuzzy" in flags,
    )
