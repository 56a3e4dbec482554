"""Sentences that an outlet puts under or over everything it prints, learned as it prints.

"The Courier is a project of ..." is in no table. A sentence with which several different articles
of one outlet end, or begin, is none of their news and is not compared.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final
from zlib import crc32

TIMES: Final = 5
"""Different headlines of an outlet under which a sentence must have stood."""
SHORTEST: Final = 20
"""Letters of the shortest sentence that is learned."""
LEFT: Final = 40
"""Letters of a body that must be left."""
MOST_OUTLETS: Final = 2_000
MOST_SENTENCES: Final = 48
"""Of one outlet; the oldest goes first, unless it is known already."""

_END = re.compile(r"[.!?؟۔。！？](?:(?<=[。！？])|['\"”’»)]?\s+(?=\S))")


class Furniture:
    """What recurs at the ends of the bodies of each outlet: a few numbers for each."""

    def __init__(self) -> None:
        self._seen: dict[str, dict[int, tuple[int, int]]] = {}
        """Of each outlet: sentence -> in how many articles, and the last headline over it."""

    def without(self, body: str, outlet: str) -> str:
        """Return a cleaned body less the sentences at its ends that are known of its outlet."""
        seen = self._seen.get(outlet)
        if not seen:
            return body
        for sentence, rest in _ends(body):
            times, _ = seen.get(_mark(sentence), (0, 0))
            if times >= TIMES:
                return self.without(rest, outlet)
        return body

    def learn(self, title: str, body: str, outlet: str) -> None:
        """Count the first and the last sentence of an article."""
        if not outlet or len(body) < SHORTEST + LEFT:
            return
        seen = self._seen.pop(outlet, {})
        self._seen[outlet] = seen
        if len(self._seen) > MOST_OUTLETS:
            del self._seen[next(iter(self._seen))]
        headline = _mark(title)
        for sentence, _ in _ends(body):
            number = _mark(sentence)
            times, last = seen.pop(number, (0, 0))
            seen[number] = (times + (last != headline), headline)
            if len(seen) > MOST_SENTENCES:
                old = next((n for n, (t, _) in seen.items() if t < TIMES), next(iter(seen)))
                del seen[old]

    def dump(self) -> list[list[object]]:
        """Return all of it as lists, strings and numbers."""
        return [
            [outlet, [[number, *counted] for number, counted in seen.items()]]
            for outlet, seen in self._seen.items()
        ]

    def load(self, dumped: list[list[object]]) -> None:
        """Take over what `dump` gave. Raises ValueError or TypeError for anything else."""
        self._seen = {
            str(outlet): {int(n): (int(times), int(last)) for n, times, last in sentences}  # type: ignore[attr-defined]
            for outlet, sentences in dumped
        }


@lru_cache(maxsize=8)
def _ends(body: str) -> tuple[tuple[str, str], ...]:
    """Return the last sentence with what stands before it, and the first with what follows.

    A body is asked about when its article is placed, and again when it is learned from.
    """
    cuts = [found.end() for found in _END.finditer(body) if found.end() < len(body)]
    if not cuts:
        return ()
    halves = (body[cuts[-1] :], body[: cuts[-1]]), (body[: cuts[0]], body[cuts[0] :])
    return tuple(
        (sentence.strip(), rest.strip())
        for sentence, rest in halves
        if len(sentence) >= SHORTEST and len(rest) >= LEFT
    )


def _mark(text: str) -> int:
    return crc32(text.strip().encode("utf-8", "surrogatepass"))
