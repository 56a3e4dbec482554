"""Quoting an article: its sentences with the found words marked, in its own words and order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise

import regex
from rapidfuzz import fuzz

from watcher.core.model import Article, Hit, Match
from watcher.core.render import safe
from watcher.core.render.clip import Line, Span

_SENTENCE_END = regex.compile(r"(?<=[.!?…؟۔]['\"”»)\]]*)\s+(?=\S)|(?<=[。！？])|\n+")
_LONGEST = 2_000
"""Characters looked at around a match: a feed may send a book as one sentence."""
_COMPARED = 512
_ALIKE = 50.0
"""Ratio from which a sentence may be what another was made into: some words of it were changed."""
_SAME = 85.0
"""Ratio from which two sentences are one: a dateline before a long sentence leaves 88 or more."""


def matches_in(hits: Iterable[Hit], field: str) -> list[Match]:
    """Return the matches of a field in reading order, the longer first where they overlap."""
    found = {(m.start, -m.end): m for hit in hits for m in hit.matches if m.field == field}
    kept: list[Match] = []
    for _, match in sorted(found.items()):
        if match.end > match.start and (not kept or match.start >= kept[-1].end):
            kept.append(match)
    return kept


def marked(text: str, matches: Iterable[Match], start: int = 0, end: int | None = None) -> Line:
    """Return text[start:end] as a line in which the words of the matches are marked."""
    end = len(text) if end is None else end
    pieces: list[tuple[str, bool]] = []
    at = start
    for match in matches:
        if match.start >= at and match.end <= end:
            pieces += [(text[at : match.start], False), (text[match.start : match.end], True)]
            at = match.end
    pieces.append((text[at:end], False))
    return tuple(_tidy(pieces))


def _tidy(pieces: Iterable[tuple[str, bool]]) -> Iterator[Span]:
    """Clean the pieces one by one, with one space at most where two of them meet."""
    line: list[tuple[str, bool]] = []
    for raw, mark in pieces:
        text = safe.clean(raw)
        if mark:
            # Marks stand close around the words; the spaces go outside.
            if text[:1] == " ":
                line.append((" ", False))
            line.append((text.strip(), True))
            if text[-1:] == " ":
                line.append((" ", False))
        else:
            line.append((text, False))
    space = True
    last = max((index for index, (text, _) in enumerate(line) if text.strip()), default=-1)
    for index, (raw, mark) in enumerate(line[: last + 1]):
        text = raw.lstrip() if space else raw
        text = text.rstrip() if index == last else text
        if text:
            space = text[-1] == " "
            yield Span(text=safe.inert(text), mark=mark)


def sentences(text: str) -> list[tuple[int, int]]:
    """Return where the sentences of a text start and end."""
    cuts = [0, *(found.end() for found in _SENTENCE_END.finditer(text)), len(text)]
    return [(a, b) for a, b in pairwise(cuts) if text[a:b].strip()]


def sentence_of(text: str, match: Match) -> tuple[int, int]:
    """Return where the sentence around a match starts and ends."""
    low, high = max(0, match.start - _LONGEST), min(len(text), match.end + _LONGEST)
    start, end = low, high
    for found in _SENTENCE_END.finditer(text, low, high):
        if found.end() <= match.start:
            start = found.end()
        elif found.start() >= match.end:
            end = found.start()
            break
    return start, end


def quotes(article: Article, hits: tuple[Hit, ...], *, most: int = 3) -> list[Line]:
    """Return the sentences of summary and text in which words were found, marked, `most` at most.

    A sentence that says again what is shown already (the text repeats the summary behind a
    dateline, "The post <headline> appeared first on ...") is left out.
    """
    shown: list[Line] = []
    title = safe.clean(article.title).strip()
    seen = [title]
    for name in ("summary", "text"):
        text = article.field_text(name)
        matches = matches_in(hits, name)
        for match in matches:
            if len(shown) == most:
                return shown
            start, end = sentence_of(text, match)
            words = safe.clean(text[start:end]).strip()
            quoted = safe.clean(text[match.start : match.end]).strip() in title
            if not any(_says_again(words, earlier) for earlier in seen) and not (
                quoted and title in words
            ):
                seen.append(words)
                shown.append(marked(text, matches, start, end))
    return shown


def _says_again(words: str, earlier: str) -> bool:
    a, b = words[:_COMPARED], earlier[:_COMPARED]
    return a in b or (b != "" and fuzz.ratio(a, b) >= _SAME)


def first_sentence(text: str) -> Line:
    """Return the first sentence of a text, for context."""
    text = text[:_LONGEST]
    found = sentences(text)
    return marked(text, (), *found[0]) if found else ()


def headline(article: Article, hits: tuple[Hit, ...]) -> Line:
    """Return the headline with the found words marked."""
    return marked(article.title, matches_in(hits, "title"))


def sentence_now(before: Article, after: Article, match: Match) -> str:
    """Return the sentence that stands where the one with the match stood; "" if none is like it."""
    old, new = before.field_text(match.field), after.field_text(match.field)
    start, end = sentence_of(old, match)
    target = old[start:end][:_COMPARED]
    rated = [
        (fuzz.ratio(new[a:b][:_COMPARED], target), new[a:b])
        for a, b in sentences(new[: 50 * _LONGEST])
    ]
    likeness, found = max(rated, default=(0.0, ""), key=lambda one: one[0])
    return found if likeness >= _ALIKE else ""


def sentence_before(before: Article, after: Article, match: Match) -> str:
    """Return the sentence of the earlier version that is nearest to the one with the match.

    "" when the field is the same in both, or had no words.
    """
    old, new = before.field_text(match.field), after.field_text(match.field)
    if old == new:
        return ""
    start, end = sentence_of(new, match)
    target = new[start:end][:_COMPARED]
    candidates = [old[a:b] for a, b in sentences(old[: 50 * _LONGEST])]
    return max(candidates, key=lambda s: fuzz.ratio(s[:_COMPARED], target), default="")
