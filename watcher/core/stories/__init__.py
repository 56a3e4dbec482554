"""The story an article belongs to: found by rare words, judged word by word, linked to one member.

    article -> words (clean, fold, cut) -> candidates (some ten) -> evidence -> verdict -> Link

A link goes to the single best member, so that one short headline can't chain two stories. Nothing
here stores or tells; an index lives in memory for one window and is rebuilt from the store.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from watcher.core.model import ArticleId, Link, LinkKind, StoryId
from watcher.core.stories.candidates import Candidates
from watcher.core.stories.evidence import Evidence, Side, compare
from watcher.core.stories.verdict import Verdict, differs, judge
from watcher.core.stories.words import Words, words_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from watcher.core.model import Article
    from watcher.core.stories.candidates import Key

WINDOW: Final = timedelta(hours=72)
"""How far apart two articles of one story may be."""


NO_HOUR: Final = 1 << 40


@dataclass(slots=True, frozen=True)
class _Held:
    """An article in the index, as small as it can be: its words as one string each."""

    id: ArticleId
    story: StoryId
    group: ArticleId
    """The article that this one is, at last, a copy of."""
    outlet: str
    language: str
    clock: datetime | None
    title: str
    body: str
    capitals: int
    names: int
    keys: tuple[Key, ...]

    @property
    def words(self) -> Words:
        title, body = tuple(self.title.split()), tuple(self.body.split())
        return Words(title=title, body=body, capitals=self.capitals, names=self.names)


class StoryIndex:
    """The articles of the last `window`, so that a new one finds its story.

    `place` asks, `add` files, `discard` undoes an `add`, `expire` lets go of what is too old.
    """

    def __init__(self, *, window: timedelta = WINDOW) -> None:
        self._window = window
        self._candidates = Candidates()
        self._held: dict[int, _Held] = {}
        self._slots: dict[ArticleId, int] = {}
        self._hours: dict[int, set[int]] = {}
        self._next = 0
        self._last: tuple[Article, Words] | None = None

    def __len__(self) -> int:
        return len(self._held)

    def __contains__(self, article_id: ArticleId) -> bool:
        return article_id in self._slots

    def place(self, article: Article) -> Link:
        """Return the story `article` belongs to, without adding it.

        The clock is `article.seen`, else `published`; one without either is compared with all.
        """
        side = Side(self._words(article))
        best = max(self._verdicts(article, side), key=_rank, default=None)
        if best is None:
            return Link(article=article.id, kind=LinkKind.NEW, story=StoryId(article.id))
        held, verdict = best
        return Link(
            article=article.id,
            kind=verdict.kind,
            story=held.story,
            to=held.id,
            score=verdict.score,
            why=verdict.why,
        )

    def compared(self, article: Article) -> list[tuple[ArticleId, Evidence]]:
        """Return the articles that `place` looks at first, with what was found; for learning."""
        side = Side(self._words(article))
        return [(held.id, evidence) for held, evidence in self._look(article, side)]

    def add(self, article: Article, link: Link) -> None:
        """File `article` under the story of `link`, so that later ones find it.

        An article that is held already is filed anew: a new version has other words.
        """
        self.discard(article.id)
        words = self._words(article)
        keys = self._candidates.keys(words)
        slot = self._next
        self._next += 1
        self._candidates.add(slot, words, keys)
        clock = article.seen or article.published
        self._slots[article.id] = slot
        self._hours.setdefault(_hour(clock), set()).add(slot)
        self._held[slot] = _Held(
            article.id,
            link.story,
            self._group(link),
            article.outlet,
            _language(article),
            clock,
            " ".join(words.title),
            " ".join(words.body),
            words.capitals,
            words.names,
            keys,
        )

    def _group(self, link: Link) -> ArticleId:
        if link.kind is not LinkKind.COPY or link.to is None:
            return link.article
        slot = self._slots.get(link.to)
        return link.to if slot is None else self._held[slot].group

    def discard(self, article_id: ArticleId) -> None:
        """Undo `add`; an article that isn't held is no mistake."""
        slot = self._slots.pop(article_id, None)
        if slot is None:
            return
        held = self._held.pop(slot)
        self._candidates.discard(slot, held.words, held.keys)
        hour = self._hours[_hour(held.clock)]
        hour.discard(slot)
        if not hour:
            del self._hours[_hour(held.clock)]

    def expire(self, now: datetime) -> int:
        """Let go of articles older than the window before `now`; return how many."""
        limit = now - self._window
        old = [
            held.id
            for hour, slots in self._hours.items()
            if hour <= _hour(limit)
            for held in map(self._held.__getitem__, slots)
            if held.clock and held.clock < limit
        ]
        for article_id in old:
            self.discard(article_id)
        return len(old)

    def _verdicts(self, article: Article, side: Side) -> Iterator[tuple[_Held, Verdict]]:
        """Yield one verdict for each group of copies among the candidates.

        A headline alone agrees with its article and with the same article about somebody else;
        so where a fuller member of the group shows other names or numbers, that member decides.
        """
        groups: dict[ArticleId, list[tuple[_Held, Evidence]]] = {}
        for held, evidence in self._look(article, side):
            groups.setdefault(held.group, []).append((held, evidence))
        for group, members in groups.items():
            if all(held.id != group for held, _ in members) and group in self._slots:
                first = self._compare(article, side, self._held[self._slots[group]])
                members.extend([first] if first else [])
            told = self._verdict(article, members)
            if told and (told[1].kind is LinkKind.COPY or self._opens(article, side, told[0])):
                yield told

    def _verdict(
        self, article: Article, members: list[tuple[_Held, Evidence]]
    ) -> tuple[_Held, Verdict] | None:
        """Judge the members of one group; the best counts unless a fuller one says otherwise."""
        told = [
            (held, verdict, evidence.shared)
            for held, evidence in members
            if (verdict := judge(evidence, same_language=_one_language(article, held)))
        ]
        if not told:
            return None
        held, verdict, shared = max(told, key=lambda each: _rank(each[:2]))
        fuller = [
            (found.shared, other.id, other, found)
            for other, found in members
            if found.shared > shared and differs(found)
        ]
        if verdict.kind is LinkKind.REPORT or not fuller:
            return held, verdict
        _, _, held, found = max(fuller)
        again = judge(found, same_language=_one_language(article, held))
        return (held, again) if again else None

    def _opens(self, article: Article, side: Side, held: _Held) -> bool:
        """Tell whether the article is a report of what opened the story of `held`, too.

        Without this, reports of reports would wander from one event to the next.
        """
        opener = ArticleId(held.story)
        slot = self._slots.get(opener)
        if slot is None or held.group == opener:
            return slot is not None
        first = self._compare(article, side, self._held[slot])
        return bool(first and judge(first[1], same_language=_one_language(article, first[0])))

    def _look(self, article: Article, side: Side) -> Iterator[tuple[_Held, Evidence]]:
        for slot in self._candidates.find(side.words):
            found = self._compare(article, side, self._held[slot])
            if found is not None:
                yield found

    def _compare(self, article: Article, side: Side, held: _Held) -> tuple[_Held, Evidence] | None:
        clock = article.seen or article.published
        apart = abs(clock - held.clock) if clock and held.clock else timedelta()
        if apart > self._window or held.id == article.id:
            return None
        evidence = compare(
            side,
            Side(held.words),
            self._candidates.rarity,
            same_outlet=article.outlet == held.outlet,
        )
        return None if evidence is None else (held, evidence)

    def _words(self, article: Article) -> Words:
        """Return the article's words; `add` after `place` doesn't cut them again."""
        if self._last is None or self._last[0] is not article:
            self._last = article, words_of(article)
        return self._last[1]


def _rank(told: tuple[_Held, Verdict]) -> tuple[bool, float, ArticleId]:
    held, verdict = told
    return verdict.kind is LinkKind.COPY, verdict.score, held.id


def _one_language(article: Article, held: _Held) -> bool:
    """Tell whether both are in one language, as far as is known."""
    language = _language(article)
    return not (language and held.language) or language == held.language


def _hour(clock: datetime | None) -> int:
    """Return the hour since 1970, so that expiry needn't look at all; far ahead without a clock."""
    return int(clock.timestamp()) // 3600 if clock else NO_HOUR


def _language(article: Article) -> str:
    """Return the language without region: "zh" for "zh-Hant"."""
    return (article.language or "").partition("-")[0].lower()
