"""Which stored articles may tell the story of a new one: some ten, found without scanning.

An article is filed under its rarest words, under the rarest words of its headline, and under the
smallest hashes of its word trigrams. A copy shares several of these with its original whatever
was put before or after the text; unrelated articles share next to none. Rarity is counted over
the window as it moves, so the cost of a look-up follows what is new and not what is stored.

Words stand here as numbers of 32 bits (`mark`): they are counted and filed in plain arrays, some
ten bytes for each key of an article where sets and dictionaries of strings take a hundred.

Sources: A. Broder, "On the resemblance and containment of documents", 1997 (smallest hashes);
Xiao et al., "Efficient similarity joins for near-duplicate detection", 2011 (rarest words first).
"""

from __future__ import annotations

import math
from array import array
from bisect import bisect_left, insort
from collections import defaultdict
from functools import lru_cache
from itertools import groupby
from typing import TYPE_CHECKING, Final
from zlib import crc32

from watcher.core.stories import shelf
from watcher.core.stories.stems import REMEMBERED
from watcher.core.stories.words import COMMON_STEMS, STOP_STEMS

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Sequence

KEPT: Final = 16
"""Rarest words of the whole text an article is filed under."""
KEPT_TITLE: Final = 5
"""Rarest words of the headline it is filed under as well."""
ASKED: Final = 24
"""Rarest words that are looked up."""
ASKED_TITLE: Final = 8
"""Rarest words of the headline that are looked up as well."""
RUN_WORTH: Final = 1.5
"""What a shared trigram hash is worth beside a shared word (at most 1)."""
LEAST: Final = 0.08
"""Share of what was asked that a candidate must have."""
NEAR_BEST: Final = 0.2
"""Share of the best candidate's worth that another must have."""
SKETCH: Final = 8
"""Smallest trigram hashes of the text, for filing and for looking up."""
READ: Final = 48
"""Newest entries read of one key: a key with more is of a word that tells little."""
FOUND: Final = 10
"""Candidates that are compared word by word."""
BACKGROUND: Final = 2_000
"""Articles imagined before the first real one: half of them with every stop word, a twentieth with
every common one."""
FEW: Final = 1_000
"""Articles up to which all words are filed and asked: so few don't tell yet which are rare."""

CELLS: Final = 1 << 20
"""Counters of words; two words in one cell count together, which a few in a hundred do."""
BUCKETS: Final = 1 << 17
"""Lists of filed keys: with 150,000 articles some twenty keys in each."""
THINNED_AT: Final = 256
"""Length at which a list is looked through for keys with more entries than are read."""

_LOW: Final = (1 << 32) - 1


@lru_cache(maxsize=REMEMBERED)
def mark(stemmed: str) -> int:
    """Return the number that stands for a stem: of equally rare ones, figures come first."""
    number = crc32(stemmed.encode("utf-8", "surrogatepass"))
    return number >> 4 if stemmed[0].isdigit() else number


class Gist:
    """What an article is filed and looked up by, worked out once from its stems."""

    def __init__(self, title: Sequence[str], body: Sequence[str]) -> None:
        one, two = list(map(mark, title)), list(map(mark, body))
        self.title = frozenset(one)
        self.marks = self.title.union(two)
        self.sketch = sketch(one, two)


class Rarity:
    """In how many articles of the window a word occurs, and what that makes it worth."""

    def __init__(self) -> None:
        self.articles = 0
        self.count = array("I", bytes(4 * CELLS))
        for stemmed in COMMON_STEMS:
            self.count[mark(stemmed) % CELLS] = BACKGROUND // 20
        for stemmed in STOP_STEMS:
            self.count[mark(stemmed) % CELLS] = BACKGROUND // 2

    def add(self, marks: Iterable[int]) -> None:
        """Count one article with these different words."""
        self.articles += 1
        count = self.count
        for word in marks:
            count[word % CELLS] += 1

    def discard(self, marks: Iterable[int]) -> None:
        """Forget one article that was counted with these words."""
        self.articles -= 1
        count = self.count
        for word in marks:
            count[word % CELLS] -= 1

    def weights(self) -> Weights:
        """Return what stems are worth as of now, from near 0 (everywhere) to 1 (new)."""
        return Weights(self)

    def worths(self, marks: Iterable[int]) -> list[float]:
        """Return the inverse document frequency of each mark, from near 0 to 1.

        A word that one article has is worth as much as a new one: that article may be the one
        with which a new one is compared.
        """
        count, log = self.count, math.log
        scale = 1.0 / log(self.articles + BACKGROUND)
        return [1.0 - log(count[word % CELLS] or 1) * scale for word in marks]

    def ranked(self, marks: Iterable[int]) -> list[int]:
        """Return the marks, the rarest first."""
        count = self.count
        return [
            pair & _LOW for pair in sorted([count[word % CELLS] << 32 | word for word in marks])
        ]


class Weights(dict[str, float]):
    """What stems are worth while one article is placed; each is worked out once."""

    def __init__(self, rarity: Rarity) -> None:
        super().__init__()
        self._count = rarity.count
        self._scale = 1.0 / math.log(rarity.articles + BACKGROUND)
        self._masses: dict[frozenset[str], float] = {}

    def __missing__(self, word: str) -> float:
        """Work out and keep the worth of a stem."""
        count = self._count[mark(word) % CELLS]
        worth = self[word] = 1.0 - math.log(count) * self._scale if count else 1.0
        return worth

    def mass(self, words: Iterable[str]) -> float:
        """Return what words are worth together."""
        return sum(map(self.__getitem__, words))

    def mass_of(self, words: frozenset[str]) -> float:
        """Return the same for a set that is asked about more than once."""
        known = self._masses.get(words)
        if known is None:
            known = self._masses[words] = self.mass(words)
        return known


class Candidates:
    """The inverted index: keys of articles to the numbers (slots) of the articles.

    An entry is a key and a slot in 64 bits; a bucket keeps its entries in order, so that those of
    one key stand together, the newest last. What was discarded stays until `thin` drops it; who
    asks tells which slots still count.
    """

    def __init__(self) -> None:
        self.rarity = Rarity()
        self._buckets: list[array[int] | None] = [None] * BUCKETS
        self._ranking: tuple[Gist, list[int]] | None = None

    def add(self, slot: int, gist: Gist) -> None:
        """File the article `slot` under its keys."""
        ranked = self._ranked(gist)
        self.rarity.add(gist.marks)
        self._ranking = None
        buckets = self._buckets
        kept = KEPT if self.rarity.articles > FEW else len(ranked)
        for key in {*ranked[:kept], *_first(ranked, gist.title, KEPT_TITLE), *gist.sketch}:
            entry = key << 32 | slot
            bucket = buckets[key % BUCKETS]
            if bucket is None:
                buckets[key % BUCKETS] = array("Q", (entry,))
                continue
            insort(bucket, entry)
            if len(bucket) % THINNED_AT == 0:
                buckets[key % BUCKETS] = _newest_of_each(bucket)

    def discard(self, gist: Gist) -> None:
        """Forget the words of an article; its slot must not count any more."""
        self.rarity.discard(gist.marks)
        self._ranking = None

    def thin(self, alive: Container[int]) -> None:
        """Drop the entries of all other slots."""
        for at, bucket in enumerate(self._buckets):
            if bucket is not None:
                left = array("Q", [entry for entry in bucket if entry & _LOW in alive])
                self._buckets[at] = left or None

    def find(self, gist: Gist, alive: Container[int]) -> list[int]:
        """Return up to FOUND slots of articles that share rare keys, the likeliest first."""
        score: defaultdict[int, float] = defaultdict(float)
        asked = 0.0
        for key, weight in self._questions(gist):
            asked += weight
            for slot in self._newest(key):
                score[slot] += weight
        least = LEAST * asked
        found: list[int] = []
        # Asked last whether they still count: of a thousand slots that are read some ten are left.
        for told, slot in sorted((-told, slot) for slot, told in score.items() if told >= least):
            if -told < least or len(found) == FOUND:
                break
            if slot in alive:
                least = max(least, NEAR_BEST * -told)
                found.append(slot)
        return found

    def dump(self) -> Iterator[bytes]:
        """Yield all counts and entries, for `load`."""
        yield from shelf.dump_numbers((self.rarity.articles,))
        yield self.rarity.count.tobytes()
        for start in range(0, BUCKETS, shelf.CHUNK):
            chunk = self._buckets[start : start + shelf.CHUNK]
            yield from shelf.dump_lists(
                {start + at: bucket for at, bucket in enumerate(chunk) if bucket is not None}
            )

    def load(self, pieces: Iterator[bytes]) -> None:
        """Take over what `dump` gave."""
        (self.rarity.articles,) = shelf.load_numbers(pieces)
        self.rarity.count = shelf.numbers("I", next(pieces), CELLS)
        for _ in range(0, BUCKETS, shelf.CHUNK):
            for at, bucket in shelf.load_lists(pieces, "Q").items():
                self._buckets[at] = bucket

    def _questions(self, gist: Gist) -> Iterator[tuple[int, float]]:
        """Yield the keys to look up, and what each is worth."""
        ranked = self._ranked(gist)
        asked = ASKED if self.rarity.articles > FEW else len(ranked)
        keys = {*ranked[:asked], *_first(ranked, gist.title, ASKED_TITLE)}
        yield from zip(keys, self.rarity.worths(keys), strict=True)
        for key in gist.sketch:
            yield key, RUN_WORTH

    def _ranked(self, gist: Gist) -> list[int]:
        """Return the marks of an article by rarity; `add` after `find` doesn't rank them again."""
        if self._ranking is None or self._ranking[0] is not gist:
            self._ranking = gist, self.rarity.ranked(gist.marks)
        return self._ranking[1]

    def _newest(self, key: int) -> Sequence[int]:
        """Return the slots of the newest entries of a key, also of what was discarded."""
        bucket = self._buckets[key % BUCKETS]
        if bucket is None:
            return ()
        low = key << 32
        first = bisect_left(bucket, low)
        after = bisect_left(bucket, low + _LOW + 1, first)
        if first == after:
            return ()
        return [entry - low for entry in bucket[max(first, after - READ) : after]]


def _first(ranked: Iterable[int], wanted: Container[int], count: int) -> list[int]:
    """Return the first `count` of those wanted."""
    return [word for word in ranked if word in wanted][:count]


def _newest_of_each(bucket: array[int]) -> array[int]:
    """Return the entries less those that are never read: a key's newest READ stay."""
    left = array("Q")
    for _, entries in groupby(bucket, key=lambda entry: entry >> 32):
        left.extend(list(entries)[-READ:])
    return left


def trigrams(words: Sequence[str]) -> set[tuple[str, ...]]:
    """Return the different runs of three words; a shorter text is one run."""
    if len(words) < 3:
        return {tuple(words)} if words else set()
    return set(zip(words, words[1:], words[2:], strict=False))


def sketch(title: Sequence[int], body: Sequence[int]) -> list[int]:
    """Return the smallest hashes of the trigrams: two texts share some when one holds the other."""
    runs = {*_runs(title), *_runs(body)}
    return sorted(runs)[:SKETCH]


def _runs(marks: Sequence[int]) -> list[int]:
    """Return a hash of each run of three words; a shorter text is one run."""
    if len(marks) < 3:
        marks = [*marks, *[0] * (3 - len(marks))] if marks else []
    return [
        (one * 0x9E3779B1 + two * 0x85EBCA6B + three * 0xC2B2AE35) & _LOW
        for one, two, three in zip(marks, marks[1:], marks[2:], strict=False)
    ]
