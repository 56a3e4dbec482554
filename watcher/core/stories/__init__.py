"""The story an article belongs to: found by rare words, judged word by word, linked to one member.

    article -> words (clean, fold, cut) -> candidates (some ten) -> evidence -> verdict -> Link

A link goes to the single best member, so that one short headline can't chain two stories. Nothing
here stores or tells; an index lives in memory for one window and is rebuilt from the store.
"""

from __future__ import annotations

import json
from array import array
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from watcher.core.model import ArticleId, Link, LinkKind, StoryId
from watcher.core.stories import shelf
from watcher.core.stories.candidates import Candidates, Gist
from watcher.core.stories.evidence import Evidence, compare
from watcher.core.stories.furniture import Furniture
from watcher.core.stories.held import Held
from watcher.core.stories.records import Block, Records
from watcher.core.stories.side import Side
from watcher.core.stories.verdict import Verdict, differs, judge
from watcher.core.stories.words import cleaned, cut

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from watcher.core.model import Article
    from watcher.core.stories.records import Segment

WINDOW: Final = timedelta(hours=72)
"""How far apart two articles of one story may be."""


NO_HOUR: Final = 1 << 40
MOST_DEAD: Final = 10_000
"""Discarded articles whose keys may stay filed."""


class StoryIndex:
    """The articles of the last `window`, so that a new one finds its story.

    `place` asks, `add` files, `discard` undoes an `add`, `expire` lets go of what is too old.
    `segments` makes what keeps the articles themselves; see `records`.
    """

    def __init__(
        self, *, window: timedelta = WINDOW, segments: Callable[[], Segment] = Block
    ) -> None:
        self._window = window
        self._candidates = Candidates()
        self._furniture = Furniture()
        self._records = Records(segments)
        self._slots: dict[ArticleId, int] = {}
        self._alive: set[int] = set()
        self._hours: dict[int, array[int]] = {}
        self._dead = 0
        self._weights = self._candidates.rarity.weights()
        self._last: tuple[Article, Side, Gist] | None = None
        self._clean: tuple[Article, str, str] | None = None

    def __len__(self) -> int:
        return len(self._slots)

    def __contains__(self, article_id: ArticleId) -> bool:
        return article_id in self._slots

    def place(self, article: Article) -> Link:
        """Return the story `article` belongs to, without adding it.

        The clock is `article.seen`, else `published`; one without either is compared with all.
        """
        side, gist = self._sides(article)
        self._weights = self._candidates.rarity.weights()
        best = max(self._verdicts(article, side, gist), key=_rank, default=None)
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
        side, gist = self._sides(article)
        self._weights = self._candidates.rarity.weights()
        return [(held.id, evidence) for held, evidence in self._look(article, side, gist)]

    def add(self, article: Article, link: Link) -> None:
        """File `article` under the story of `link`, so that later ones find it.

        An article that is held already is filed anew: a new version has other words.
        """
        self.discard(article.id)
        side, gist = self._sides(article)
        self._furniture.learn(*self._cleaned(article), article.outlet)
        clock = article.seen or article.published
        held = Held(
            article.id,
            link.story,
            self._group(link),
            article.outlet,
            _language(article),
            clock,
            " ".join(side.words.title),
            " ".join(side.words.body),
            side.words.capitals,
            side.words.names,
        )
        slot = self._records.add(held.pack())
        self._candidates.add(slot, gist)
        self._slots[article.id] = slot
        self._alive.add(slot)
        self._hours.setdefault(_hour(clock), array("I")).append(slot)

    def _group(self, link: Link) -> ArticleId:
        if link.kind is not LinkKind.COPY or link.to is None:
            return link.article
        held = self._of(link.to)
        return held.group if held else link.to

    def discard(self, article_id: ArticleId) -> None:
        """Undo `add`; an article that isn't held is no mistake."""
        slot = self._slots.pop(article_id, None)
        if slot is None:
            return
        held = self._at(slot)
        self._alive.remove(slot)
        self._records.drop(slot)
        self._dead += 1
        if held is not None:
            side = Side(held.words)
            self._candidates.discard(Gist(side.title, side.body))

    def expire(self, now: datetime) -> int:
        """Let go of articles older than the window before `now`; return how many."""
        limit = now - self._window
        old: list[ArticleId] = []
        for hour in [hour for hour in self._hours if hour <= _hour(limit)]:
            here = [slot for slot in self._hours[hour] if slot in self._alive]
            found = filter(None, map(self._at, here))
            old += [held.id for held in found if held.clock and held.clock < limit]
            if hour < _hour(limit):
                del self._hours[hour]
        for article_id in old:
            self.discard(article_id)
        if self._dead > max(MOST_DEAD, len(self)):
            self._candidates.thin(self._alive)
            self._dead = 0
        return len(old)

    def dump(self) -> Iterator[bytes]:
        """Yield what `load` makes an equal index of, in pieces of some megabytes at most."""
        yield from shelf.dump_numbers((self._dead,))
        yield json.dumps(self._furniture.dump()).encode()
        yield from self._candidates.dump()
        yield from shelf.dump_slots(self._slots)
        yield from self._records.dump()
        yield from shelf.dump_lists(self._hours)

    def load(self, pieces: Iterator[bytes]) -> None:
        """Take over what `dump` gave, in a new index. Raises ValueError for what it didn't give."""
        try:
            (self._dead,) = shelf.load_numbers(pieces)
            self._furniture.load(json.loads(next(pieces)))
            self._candidates.load(pieces)
            self._slots = shelf.load_slots(pieces)
            self._alive = set(self._slots.values())
            self._records.load(pieces)
            self._hours = shelf.load_lists(pieces, "I")
        except (StopIteration, UnicodeDecodeError, TypeError, EOFError) as error:
            raise ValueError("this is no dump of a story index") from error

    def _at(self, slot: int) -> Held | None:
        """Return the article of a slot; None when whoever keeps it has lost it."""
        try:
            return Held.unpack(self._records.get(slot))
        except ValueError:
            return None

    def _of(self, id_: ArticleId) -> Held | None:
        slot = self._slots.get(id_)
        return None if slot is None else self._at(slot)

    def _verdicts(self, article: Article, side: Side, gist: Gist) -> Iterator[tuple[Held, Verdict]]:
        """Yield one verdict for each group of copies among the candidates.

        A headline alone agrees with its article and with the same article about somebody else;
        so where a fuller member of the group shows other names or numbers, that member decides.
        """
        groups: dict[ArticleId, list[tuple[Held, Evidence]]] = {}
        for held, evidence in self._look(article, side, gist):
            groups.setdefault(held.group, []).append((held, evidence))
        for group, members in groups.items():
            if all(held.id != group for held, _ in members):
                first = self._compare(article, side, self._of(group))
                members.extend([first] if first else [])
            told = self._verdict(article, members)
            if told and (told[1].kind is LinkKind.COPY or self._opens(article, side, told[0])):
                yield told

    def _verdict(
        self, article: Article, members: list[tuple[Held, Evidence]]
    ) -> tuple[Held, Verdict] | None:
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

    def _opens(self, article: Article, side: Side, held: Held) -> bool:
        """Tell whether the article is a report of what opened the story of `held`, too.

        Without this, reports of reports would wander from one event to the next.
        """
        opener = ArticleId(held.story)
        if opener not in self._slots or held.group == opener:
            return opener in self._slots
        first = self._compare(article, side, self._of(opener))
        return bool(first and judge(first[1], same_language=_one_language(article, first[0])))

    def _look(self, article: Article, side: Side, gist: Gist) -> Iterator[tuple[Held, Evidence]]:
        for slot in self._candidates.find(gist, self._alive):
            found = self._compare(article, side, self._at(slot))
            if found is not None:
                yield found

    def _compare(
        self, article: Article, side: Side, held: Held | None
    ) -> tuple[Held, Evidence] | None:
        if held is None:
            return None
        clock = article.seen or article.published
        apart = abs(clock - held.clock) if clock and held.clock else timedelta()
        if apart > self._window or held.id == article.id:
            return None
        same_outlet = article.outlet == held.outlet
        evidence = compare(side, Side(held.words), self._weights, same_outlet=same_outlet)
        return None if evidence is None else (held, evidence)

    def _sides(self, article: Article) -> tuple[Side, Gist]:
        """Return the article as it is compared; `add` after `place` doesn't cut it again."""
        if self._last is None or self._last[0] is not article:
            title, body = self._cleaned(article)
            side = Side(cut(title, self._furniture.without(body, article.outlet)))
            self._last = article, side, Gist(side.title, side.body)
        return self._last[1:]

    def _cleaned(self, article: Article) -> tuple[str, str]:
        """Return its headline and body without furniture; `add` after `place` cleans once."""
        if self._clean is None or self._clean[0] is not article:
            self._clean = article, *cleaned(article)
        return self._clean[1:]


def _rank(told: tuple[Held, Verdict]) -> tuple[bool, float, ArticleId]:
    held, verdict = told
    return verdict.kind is LinkKind.COPY, verdict.score, held.id


def _one_language(article: Article, held: Held) -> bool:
    """Tell whether both are in one language, as far as is known."""
    language = _language(article)
    return not (language and held.language) or language == held.language


def _hour(clock: datetime | None) -> int:
    """Return the hour since 1970, so that expiry needn't look at all; far ahead without a clock."""
    return int(clock.timestamp()) // 3600 if clock else NO_HOUR


def _language(article: Article) -> str:
    """Return the language without region: "zh" for "zh-Hant". What is longer is none."""
    return (article.language or "").partition("-")[0][:8].lower()
