"""What else folds copies: exact titles, token_set over all titles, SimHash, MinHash LSH.

Each files articles in order and answers with the earlier one that it holds for the same, if any.
They get the text as `words_of` cleans it, which flatters them. Thresholds are in their tables'
usual range and were chosen, as the score cards were, on the half of synd that is not reported on.

Sources: M. Charikar, "Similarity estimation techniques from rounding algorithms", 2002, and Manku
et al., "Detecting near-duplicates for web crawling", 2007 (SimHash); A. Broder, 1997 (MinHash).
"""

from __future__ import annotations

from collections import Counter, deque
from typing import TYPE_CHECKING, Any, Final, Protocol
from zlib import crc32

from rapidfuzz import fuzz, process

from watcher.core.stories.words import words_of

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from watcher.core.model import Article, ArticleId


class Rival(Protocol):
    """A way to find the article that a new one repeats."""

    name: str

    def place(self, article: Article) -> ArticleId | None:
        """Return the earlier article that this one repeats."""
        ...

    def add(self, article: Article) -> None:
        """Remember an article."""
        ...

    def expire(self, before: datetime) -> None:
        """Forget what is older."""
        ...


def clock(article: Article) -> datetime | None:
    return article.seen or article.published


class ExactTitle:
    """The cleaned headline, in small letters."""

    name = "exact title"

    def __init__(self) -> None:
        self._known: dict[tuple[str, ...], Article] = {}

    def place(self, article: Article) -> ArticleId | None:
        found = self._known.get(words_of(article).title)
        return found.id if found else None

    def add(self, article: Article) -> None:
        title = words_of(article).title
        if title:
            self._known.setdefault(title, article)

    def expire(self, before: datetime) -> None:
        old = [title for title, a in self._known.items() if (at := clock(a)) and at < before]
        for title in old:
            del self._known[title]


class TokenSet:
    """rapidfuzz's token_set_ratio over all headlines."""

    name = "token_set over all titles"
    LEAST: Final = 100.0

    def __init__(self) -> None:
        self._titles: deque[str] = deque()
        self._articles: deque[Article] = deque()

    def place(self, article: Article) -> ArticleId | None:
        title = " ".join(words_of(article).title)
        found = process.extractOne(
            title, self._titles, scorer=fuzz.token_set_ratio, score_cutoff=self.LEAST
        )
        return self._articles[found[2]].id if found else None

    def add(self, article: Article) -> None:
        self._titles.append(" ".join(words_of(article).title))
        self._articles.append(article)

    def expire(self, before: datetime) -> None:
        while self._articles and (at := clock(self._articles[0])) and at < before:
            self._titles.popleft()
            self._articles.popleft()


def shingles(article: Article) -> list[str]:
    """Return the runs of three words of headline and body."""
    words = words_of(article).all
    if len(words) < 3:
        return list(words)
    return [" ".join(run) for run in zip(words, words[1:], words[2:], strict=False)]


class SimHash:
    """64 bits of the weighted words; the nearest of all within MOST differing bits."""

    name = "SimHash, 64 bits"
    MOST: Final = 5

    def __init__(self) -> None:
        self._prints: deque[int] = deque()
        self._articles: deque[Article] = deque()

    def place(self, article: Article) -> ArticleId | None:
        own = self.fingerprint(article)
        bits, at = min(
            (((own ^ other).bit_count(), at) for at, other in enumerate(self._prints)),
            default=(64, 0),
        )
        return self._articles[at].id if bits <= self.MOST else None

    def add(self, article: Article) -> None:
        self._prints.append(self.fingerprint(article))
        self._articles.append(article)

    def expire(self, before: datetime) -> None:
        while self._articles and (at := clock(self._articles[0])) and at < before:
            self._prints.popleft()
            self._articles.popleft()

    @staticmethod
    def fingerprint(article: Article) -> int:
        sums = [0] * 64
        for word, times in Counter(words_of(article).all).items():
            raw = word.encode("utf-8", "surrogatepass")
            number = crc32(raw) << 32 | crc32(raw[::-1] + b"*")
            for bit in range(64):
                sums[bit] += times if number >> bit & 1 else -times
        return sum(1 << bit for bit, total in enumerate(sums) if total > 0)


class MinHashLsh:
    """datasketch's MinHash LSH over runs of three words."""

    name = "MinHash LSH, 128 permutations"
    LEAST: Final = 0.6

    def __init__(self) -> None:
        from datasketch import MinHashLSH  # noqa: PLC0415 - an extra of the benchmarks

        self._lsh: Any = MinHashLSH(threshold=self.LEAST, num_perm=128)
        self._known: dict[str, tuple[Article, Any]] = {}
        self._last: tuple[Article, Any] | None = None

    def _minhash(self, article: Article) -> Any:  # noqa: ANN401 - datasketch has no types
        if self._last is None or self._last[0] is not article:
            from datasketch import MinHash  # noqa: PLC0415

            made = MinHash(num_perm=128)
            made.update_batch([run.encode("utf-8", "surrogatepass") for run in shingles(article)])
            self._last = article, made
        return self._last[1]

    def place(self, article: Article) -> ArticleId | None:
        own = self._minhash(article)
        found = [self._known[key] for key in self._lsh.query(own) if key in self._known]
        best = max(found, key=lambda each: float(own.jaccard(each[1])), default=None)
        alike = best is not None and float(own.jaccard(best[1])) >= self.LEAST
        return best[0].id if best is not None and alike else None

    def add(self, article: Article) -> None:
        own = self._minhash(article)
        self._known[article.id] = article, own
        self._lsh.insert(article.id, own)

    def expire(self, before: datetime) -> None:
        old = [key for key, (a, _) in self._known.items() if (at := clock(a)) and at < before]
        for key in old:
            del self._known[key]
            self._lsh.remove(key)


RIVALS: tuple[type[ExactTitle | TokenSet | SimHash | MinHashLsh], ...] = (
    ExactTitle,
    TokenSet,
    SimHash,
    MinHashLsh,
)


def groups_of(rival: Rival, articles: list[Article], window: timedelta) -> dict[ArticleId, str]:
    """Place and add each article in order; return the group of each."""
    group: dict[ArticleId, str] = {}
    for number, article in enumerate(articles):
        at = clock(article)
        if at and number % 50 == 0:
            rival.expire(at - window)
        found = rival.place(article)
        rival.add(article)
        group[article.id] = group[found] if found else article.id
    return group
