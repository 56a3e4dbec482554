"""How one article's words differ from another's, for people: added, dropped, changed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Final

from rapidfuzz.distance import Levenshtein

from watcher.core.stories.words import LENGTH, clean_body, clean_title
from watcher.core.text import fold

if TYPE_CHECKING:
    from watcher.core.model import Article

_SIGNS = re.compile(r"[^\w.,]+|[.,](?!\d)")
LONGEST: Final = 6
"""Words on either side that still count as changed; more is a passage dropped and one added."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """Runs of words, as they are written, in the order of the texts."""

    added: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    changed: tuple[tuple[str, str], ...] = ()
    """Before, and after."""

    def __bool__(self) -> bool:
        """Tell whether there is any difference."""
        return bool(self.added or self.dropped or self.changed)


def changes(before: Article, after: Article) -> Changes:
    """Return how `after` differs from `before` in headline and first LENGTH characters.

    Furniture (datelines, "Read more"), capitals, quotes and marks make no difference.
    """
    added: list[str] = []
    dropped: list[str] = []
    changed: list[tuple[str, str]] = []
    for old, new in zip(_texts(before), _texts(after), strict=True):
        ops = Levenshtein.opcodes([*map(_folded, old)], [*map(_folded, new)])
        for equal, group in groupby(ops, key=lambda op: op.tag == "equal"):
            first, *rest = group
            last = rest[-1] if rest else first
            lost = old[first.src_start : last.src_end]
            come = new[first.dest_start : last.dest_end]
            if equal:
                continue
            if lost and come and max(len(lost), len(come)) <= LONGEST:
                changed.append((" ".join(lost), " ".join(come)))
                continue
            dropped += [" ".join(lost)] if lost else []
            added += [" ".join(come)] if come else []
    return Changes(added=tuple(added), dropped=tuple(dropped), changed=tuple(changed))


def _texts(article: Article) -> tuple[list[str], list[str]]:
    body = clean_body(article.summary or article.text, article.outlet)
    return clean_title(article.title, article.outlet).split(), body[:LENGTH].split()


def _folded(word: str) -> str:
    """Return what a word is compared by; signs around it make no difference."""
    folded = fold(word).text
    return _SIGNS.sub("", folded) or folded
