"""Short ways to ask one question of the matcher."""

from __future__ import annotations

from typing import TYPE_CHECKING

from watcher.core.model import Article, ArticleId, Group, Match, Rule, Term, TermKind
from watcher.core.rules import compile_rules, compile_terms

if TYPE_CHECKING:
    from collections.abc import Sequence

    from watcher.core.model import Entity


def a_text(
    title: str, *, summary: str = "", text: str = "", language: str | None = None
) -> Article:
    """Return an article of these words."""
    return Article(
        id=ArticleId("0" * 16), title=title, summary=summary, text=text, language=language
    )


def a_term(text: str, kind: TermKind = TermKind.WORD) -> Term:
    """Return a leaf."""
    return Term(text=text, kind=kind)


def found(
    term: str,
    text: str,
    kind: TermKind = TermKind.WORD,
    *,
    entities: Sequence[Entity] = (),
    language: str | None = None,
) -> list[Match]:
    """Return the matches of one term in a title; each is checked to quote the title."""
    book = compile_terms([a_term(term, kind)], entities)
    matches = [
        match for hit in book.match(a_text(text, language=language)) for match in hit.matches
    ]
    for match in matches:
        assert text[match.start : match.end] == match.text
    return matches


def words(term: str, text: str, kind: TermKind = TermKind.WORD) -> list[str]:
    """Return the words that matched."""
    return [match.text for match in found(term, text, kind)]


def holds(find: Term | Group, title: str, *, summary: str = "", text: str = "") -> bool:
    """Tell whether a rule with this `find` holds."""
    book = compile_rules([Rule(name="rule", find=find)], ())
    return bool(book.match(a_text(title, summary=summary, text=text)))
