"""Which stored articles may tell the story of a new one: some ten, found without scanning.

An article is filed under its rarest words, under the rarest words of its headline, and under the
smallest hashes of its word trigrams. A copy shares several of these with its original whatever
was put before or after the text; unrelated articles share next to none. Rarity is counted over
the window as it moves, so the cost of a look-up follows what is new and not what is stored.

Sources: A. Broder, "On the resemblance and containment of documents", 1997 (smallest hashes);
Xiao et al., "Efficient similarity joins for near-duplicate detection", 2011 (rarest words first).
"""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING, Final
from zlib import crc32

from watcher.core.stories.words import STOP_STEMS, stem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from watcher.core.stories.words import Words

KEPT: Final = 10
"""Rarest words of the whole text an article is filed under."""
KEPT_TITLE: Final = 5
"""Rarest words of the headline it is filed under as well."""
ASKED: Final = 18
"""Rarest words that are looked up."""
ASKED_TITLE: Final = 8
"""Rarest words of the headline that are looked up as well."""
RUN_WORTH: Final = 1.5
"""What a shared trigram hash is worth beside a shared word (at most 1)."""
LEAST: Final = 0.05
"""Share of what was asked that a candidate must have."""
NEAR_BEST: Final = 0.2
"""Share of the best candidate's worth that another must have."""
SKETCH: Final = 8
"""Smallest trigram hashes of the text, for filing and for looking up."""
READ: Final = 48
"""Newest entries read of one list: a list longer than that is of a word that tells little."""
FOUND: Final = 10
"""Candidates that are compared word by word."""
BACKGROUND: Final = 2_000
"""Articles imagined before the first real one, half of them with every stop word."""

Key = str | int
"""A word, or the hash of a trigram."""


class Rarity:
    """In how many articles of the window a word occurs, and what that makes it worth."""

    def __init__(self) -> None:
        self._articles = 0
        self._count: Counter[str] = Counter()
        self._total = 0
        self._known: dict[int, float] = {}

    def add(self, stems: Iterable[str]) -> None:
        """Count one article with these different words."""
        self._articles += 1
        self._count.update(stems)

    def discard(self, stems: Iterable[str]) -> None:
        """Forget one article that was counted with these words."""
        self._articles -= 1
        count = self._count
        for word in stems:
            if count[word] <= 1:
                del count[word]
            else:
                count[word] -= 1

    def worth(self, word: str) -> float:
        """Return the inverse document frequency of a stem, from near 0 (everywhere) to 1 (new)."""
        return self._worth(
            self._count.get(word, 0) + (BACKGROUND // 2 if word in STOP_STEMS else 0)
        )

    def weights(self, words: Iterable[str]) -> dict[str, float]:
        """Return what each of the stems is worth."""
        count, worth = self._count, self._worth
        return {
            word: worth(count.get(word, 0) + (BACKGROUND // 2 if word in STOP_STEMS else 0))
            for word in words
        }

    def _worth(self, known: int) -> float:
        total = self._articles + BACKGROUND
        if total != self._total:
            self._total = total
            self._known = {}
        found = self._known.get(known)
        if found is None:
            found = self._known[known] = 1.0 - math.log(known + 1) / math.log(total)
        return found

    def rarest(self, stems: Iterable[str], count: int) -> list[str]:
        """Return the `count` rarest of different stems, ties in the order of the alphabet."""
        get = self._count.get
        return sorted(
            stems, key=lambda word: (get(word, 0) + (BACKGROUND if word in STOP_STEMS else 0), word)
        )[:count]


class Candidates:
    """The inverted index: keys of articles to the numbers (slots) of the articles."""

    def __init__(self) -> None:
        self.rarity = Rarity()
        self._lists: dict[Key, list[int] | int] = {}

    def keys(self, words: Words) -> tuple[Key, ...]:
        """Return what an article is filed under at this moment."""
        rarity = self.rarity
        title, every = stems(words.title), stems(words.all)
        chosen = dict.fromkeys(rarity.rarest(every, KEPT))
        chosen.update(dict.fromkeys(rarity.rarest(title, KEPT_TITLE)))
        return (*chosen, *sketch(words))

    def add(self, slot: int, words: Words, keys: Iterable[Key]) -> None:
        """File the article `slot` under `keys`."""
        self.rarity.add(stems(words.all))
        lists = self._lists
        for key in keys:
            held = lists.get(key)
            if held is None:
                lists[key] = slot  # most keys have one article: an int is a fifth of a list
            elif isinstance(held, int):
                lists[key] = [held, slot]
            else:
                held.append(slot)

    def discard(self, slot: int, words: Words, keys: Iterable[Key]) -> None:
        """Undo `add` with the same arguments."""
        self.rarity.discard(stems(words.all))
        lists = self._lists
        for key in keys:
            held = lists[key]
            if isinstance(held, int):
                del lists[key]
                continue
            held.remove(slot)
            if len(held) == 1:
                lists[key] = held[0]

    def find(self, words: Words) -> list[int]:
        """Return up to FOUND slots of articles that share rare keys, the likeliest first."""
        score: dict[int, float] = {}
        asked = 0.0
        for key, weight in self._questions(words):
            asked += weight
            for slot in self._newest(key):
                score[slot] = score.get(slot, 0.0) + weight
        if not score:
            return []
        least = max(LEAST * asked, NEAR_BEST * max(score.values()))
        best = sorted((-told, slot) for slot, told in score.items() if told >= least)
        return [slot for _, slot in best[:FOUND]]

    def _questions(self, words: Words) -> Iterator[tuple[Key, float]]:
        """Yield the keys to look up, and what each is worth."""
        rarity = self.rarity
        asked = set(rarity.rarest(stems(words.all), ASKED))
        asked.update(rarity.rarest(stems(words.title), ASKED_TITLE))
        yield from rarity.weights(asked).items()
        for hashed in sketch(words):
            yield hashed, RUN_WORTH

    def _newest(self, key: Key) -> Sequence[int]:
        held = self._lists.get(key)
        if held is None:
            return ()
        return (held,) if isinstance(held, int) else held[-READ:]


def stems(words: Iterable[str]) -> frozenset[str]:
    """Return the different stems of words."""
    return frozenset(map(stem, words))


def trigrams(words: Sequence[str]) -> set[tuple[str, ...]]:
    """Return the different runs of three words; a shorter text is one run."""
    if len(words) < 3:
        return {tuple(words)} if words else set()
    return set(zip(words, words[1:], words[2:], strict=False))


def sketch(words: Words) -> list[int]:
    """Return the smallest hashes of the trigrams: two texts share some when one holds the other."""
    runs = trigrams(words.title) | trigrams(words.body)
    return sorted(crc32(" ".join(run).encode("utf-8", "surrogatepass")) for run in runs)[:SKETCH]
