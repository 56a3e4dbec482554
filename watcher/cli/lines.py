# ruff: noqa: PLC0415 - what a command needs is imported when it runs, so that --help stays light
"""JSON Lines from a file or stdin: bytes in, articles and terms out, bad lines named by number.

Files may be gzipped. A line that can't be used costs only itself.
"""

import json
import os
import sys
import zlib
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, Any

from watcher.cli.common import Call
from watcher.cli.words import one_line
from watcher.core.errors import UsageError
from watcher.core.model import Article, ArticleId, Feed, Term, TermKind

ONE_OBJECT = 'one object a line is expected, as in {"id": "1", "title": "..."}'
_JSON = {
    "Expecting value": "a value is missing",
    "Expecting property name": "a name in double quotes is missing",
    "Expecting ',' delimiter": "a comma or a closing bracket is missing",
    "Expecting ':' delimiter": "a colon is missing",
    "Unterminated string": 'a text has no closing " and begins',
    "Invalid control character": "a tab or line break stands inside a text",
    "Invalid \\": "a backslash stands alone; write two",
    "Extra data": "one object a line is expected, and something more begins",
    "Illegal trailing comma": "a comma too many stands",
}
"""What the json module says -> what is meant; "at column 5" follows."""
TEXTS = ("title", "summary", "text")
GZIP = b"\x1f\x8b"


class BadLineError(ValueError):
    """One line can't be used; the message says why."""


@dataclass(frozen=True, slots=True)
class Given:
    """An article as it came in: `id` is echoed as the user wrote it, number or text."""

    number: int
    id: object
    article: Article


@dataclass(frozen=True, slots=True)
class Asked:
    """A term of a --terms file; `id` is None when the line has none."""

    number: int
    id: object
    term: Term


def must_open(source: str) -> None:
    """Say in plain words that a file can't be read, before the work begins.

    It is not opened: a pipe, as in `match <(...)`, can be read only once.
    """
    if source == "-":
        return
    if not source:
        raise UsageError('the name of the file is empty; give a file, or "-" for stdin')
    path = Path(source)
    if path.is_dir():
        raise UsageError(f"{source} is a folder, not a file")
    if not path.exists():
        raise UsageError(f"{source}: there is no such file")
    if not os.access(path, os.R_OK):
        raise UsageError(f"{source}: you may not read this file")


@contextmanager
def opened(source: str) -> Iterator[IO[bytes]]:
    """Open a file, or stdin for "-"; what can't be opened is wrong use."""
    import gzip

    if source == "-":
        yield sys.stdin.buffer
        return
    must_open(source)
    try:
        with Path(source).open("rb") as file:
            if file.peek(2)[:2] == GZIP:
                with gzip.open(file) as unpacked:
                    yield unpacked  # type: ignore[misc]  # GzipFile reads like any binary file
            else:
                yield file
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise UsageError(f"{source}: damaged gzip file ({error})") from None


class Lines:
    """The objects of a JSON Lines file, one by one; counts and names the lines that are none."""

    def __init__(self, call: Call, source: str) -> None:
        self.call = call
        self.source = source
        self.bad = 0

    def __iter__(self) -> Iterator[tuple[int, dict[str, Any]]]:
        if self.source == "-" and sys.stdin.isatty():
            self.call.note("reading JSON Lines from the keyboard; Ctrl-D ends them")
        with opened(self.source) as file:
            for number, line in enumerate(file, 1):
                if not line.strip():
                    continue
                try:
                    yield number, _object(line, first=number == 1)
                except BadLineError as error:
                    self.refuse(number, str(error))

    def refuse(self, number: int, why: str) -> None:
        """Name a bad line on stderr and count it."""
        self.bad += 1
        name = "stdin" if self.source == "-" else self.source
        self.call.warn(f"{name}:{number}: {why}", "red")


def articles(lines: Lines, feeds: dict[str, Feed] | None = None) -> Iterator[Given]:
    """Yield the articles of `lines`; `feeds` (by address and name) lend outlet, language, tags."""
    for number, row in lines:
        try:
            given = Given(number, row.get("id", number), article_of(row, number))
        except BadLineError as error:
            lines.refuse(number, str(error))
            continue
        feed = (feeds or {}).get(given.article.feed) or (feeds or {}).get(given.article.outlet)
        yield given if feed is None else replace(given, article=_lent(given.article, feed))


def article_of(row: dict[str, Any], number: int) -> Article:
    """Return the article that one JSON object describes.

    The line number names it inside, because two lines may carry the same id. `source` and `lang`
    are read as `outlet` and `language`: so they are called in the data sets of this field.
    """
    if not any(_text(row, name) for name in TEXTS):
        raise BadLineError('an article needs a "title", a "summary" or a "text"')
    return Article(
        id=ArticleId(str(number)),
        title=_text(row, "title"),
        summary=_text(row, "summary"),
        text=_text(row, "text"),
        feed=_text(row, "feed"),
        outlet=_text(row, "outlet") or _text(row, "source"),
        url=_text(row, "url") or None,
        language=_text(row, "language") or _text(row, "lang") or None,
        published=_moment(row),
    )


class Clock:
    """When articles that come from a file arrived.

    Their own date, when it is one; else that of the article before. The time that has certainly
    passed is the median of many, so that one wrong date can't throw the others out of the window.
    """

    EVERY = 500

    def __init__(self, today: datetime) -> None:
        self._latest_possible = today + timedelta(days=1)
        self._last = datetime(1970, 1, 1, tzinfo=UTC)
        self._recent: deque[datetime] = deque(maxlen=self.EVERY)
        self._count = 0
        self.passed: datetime | None = None
        """Set at every 500th article."""

    def arrival(self, published: datetime | None) -> datetime:
        """Return when an article that says `published` is taken to have arrived."""
        from statistics import median_low

        if published is not None and published <= self._latest_possible:
            self._last = published
        self._recent.append(self._last)
        self._count += 1
        at_mark = self._count % self.EVERY == 0
        self.passed = median_low(self._recent) if at_mark else None
        return self._last


def terms(lines: Lines) -> Iterator[Asked]:
    """Yield the terms of a --terms file."""
    for number, row in lines:
        try:
            yield Asked(number, row.get("id"), term_of(row))
        except BadLineError as error:
            lines.refuse(number, str(error))


def term_of(row: dict[str, Any]) -> Term:
    """Return the term of {"term": ...}, {"entity": ...}, {"exact": ...} and the like.

    Beside "term", "kind" may name how it is meant, and "fuzzy": 1 allows one edit.
    """
    for kind in (TermKind.ENTITY, TermKind.PHRASE, TermKind.EXACT, TermKind.REGEX):
        if isinstance(row.get(kind.value), str) and row[kind.value].strip():
            return Term(text=row[kind.value], kind=kind)
    if isinstance(row.get("fuzzy"), str):
        return Term(text=row["fuzzy"], kind=TermKind.FUZZY)
    text = _text(row, "term")
    if not text.strip():
        raise BadLineError('a term needs "term" or "entity", as in {"term": "Xinjiang"}')
    options = row.get("opts")
    fuzzy = row.get("fuzzy") or (isinstance(options, dict) and options.get("fuzzy"))
    name = "fuzzy" if fuzzy else str(row.get("kind") or "word")
    if name == "term":
        name = "word"
    try:
        return Term(text=text, kind=TermKind(name))
    except ValueError:
        kinds = ", ".join(TermKind)
        raise BadLineError(f'"kind" is one of {kinds}, not "{one_line(name, 30)}"') from None


def _object(line: bytes, *, first: bool) -> dict[str, Any]:
    try:
        text = line.decode("utf-8-sig" if first else "utf-8")
        value = json.loads(text.rstrip("\r\n"))
    except UnicodeDecodeError as error:
        raise BadLineError(f"not UTF-8 (byte {error.start + 1}); save the file as UTF-8") from None
    except json.JSONDecodeError as error:
        raise BadLineError(_no_json(error)) from None
    except (RecursionError, ValueError):
        raise BadLineError(
            "not JSON that can be read: nested too deep, or a number too long"
        ) from None
    if not isinstance(value, dict):
        raise BadLineError(ONE_OBJECT)
    return value


def _no_json(error: json.JSONDecodeError) -> str:
    """Return what is wrong with a line in the words of a person who wrote or exported it."""
    if error.msg == "Expecting value" and not error.doc[: error.pos].strip():
        return f"not JSON: {ONE_OBJECT}"
    why = next((words for msg, words in _JSON.items() if error.msg.startswith(msg)), "it breaks")
    return f"not JSON: {why} at column {error.colno}"


def _text(row: dict[str, Any], name: str) -> str:
    value = row.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise BadLineError(f'"{name}" must be text, not {type(value).__name__}')
    return value


def _moment(row: dict[str, Any]) -> datetime | None:
    """Return "published"; None when it is absent or unreadable, because a guess sorts as news."""
    value = row.get("published")
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value.strip())
        aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return aware.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _lent(article: Article, feed: Feed) -> Article:
    return replace(
        article,
        feed=feed.url,
        outlet=article.outlet or feed.name,
        language=article.language or feed.language,
        tags=feed.tags,
    )
