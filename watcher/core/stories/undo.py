"""Undo a link: an article that was wrongly put into a story begins one of its own."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from watcher.core.model import ArticleId, Link, LinkKind, StoryId

if TYPE_CHECKING:
    from collections.abc import Iterable

BY_HAND: Final = "split by hand"
"""The reason that such a link gives."""


def split(links: Iterable[Link], article: ArticleId) -> list[Link]:
    """Return the links that change when `article` leaves the story that `links` are of.

    What is linked to it goes with it. The article itself comes first; nothing is returned for one
    that begins the story, as then all the others would have to leave.
    """
    by_article = {link.article: link for link in links}
    own = by_article.get(article)
    if own is None or own.kind is LinkKind.NEW:
        return []
    story = StoryId(article)
    alone = Link(article=article, kind=LinkKind.NEW, story=story, why=(BY_HAND,))
    followers = [
        replace(link, story=story)
        for link in by_article.values()
        if link.article != article and _leads_to(article, link, by_article)
    ]
    return [alone, *followers]


def _leads_to(wanted: ArticleId, link: Link, links: dict[ArticleId, Link]) -> bool:
    seen: set[ArticleId] = set()
    at: Link | None = link
    while at is not None and at.to is not None and at.to not in seen:
        if at.to == wanted:
            return True
        seen.add(at.to)
        at = links.get(at.to)
    return False
