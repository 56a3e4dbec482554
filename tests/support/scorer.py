"""A publisher who keeps score of what a feed reader asks for, feed by feed, over its whole life.

    async with FeedServer() as server:
        feed = Scored(server, "/courier")
        ...
        assert feed.score == Score(requests=3, unconditional=1, etags=Column(2), dates=Column(2))

The columns are those of Rachel Kroll's feed reader score (rachelbythebay.com/fs). What counts as
given stands in the bytes that went out; a validator is good when it is the last one given, old
when it was given before that, and invented when this server never gave it.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html import escape

from support.feed_server import FeedServer, Request, answer

LEAST = timedelta(minutes=1)
"""Nobody is asked more often, whatever the headers say."""
MOST = timedelta(hours=6)
"""What a max-age is believed up to."""
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
_LONGEST = timedelta(hours=24)
_AGENT = re.compile(r"watcher/\d[\w.]* \(feed reader(; \+https?://[^)]+)?\)")
_KINDS = ("application/rss+xml", "application/atom+xml", "application/feed+json")
_SENT = {
    "host", "user-agent", "accept", "accept-encoding", "a-im", "if-none-match",
    "if-modified-since", "cookie", "referer",
}  # fmt: skip
"""Headers that have a meaning here; the last two have columns of their own."""


def now() -> datetime:
    return datetime.now(UTC)


# --- what is counted ---------------------------------------------------------------------------


@dataclass
class Column:
    """The values of one kind of validator that came back."""

    good: int = 0
    old: int = 0
    invented: int = 0


@dataclass
class Score:
    """All columns of one feed."""

    requests: int = 0
    unconditional: int = 0
    etags: Column = field(default_factory=Column)
    dates: Column = field(default_factory=Column)
    left_out: int = 0
    """Conditional requests without one of the validators last given."""
    cookies: int = 0
    referrers: int = 0
    queries: int = 0
    too_soon: int = 0
    """Requests before the time that the feed, or another one of its host, had named."""
    wrong_headers: int = 0
    """Requests with a header that nobody needs, without one that is due, or under another name."""


def clean(requests: int, *, etags: bool = True, dates: bool = True) -> Score:
    """Return the score to reach: one unconditional request for life, all others conditional."""
    good = requests - 1
    return Score(
        requests=requests,
        unconditional=1 if etags or dates else requests,
        etags=Column(good if etags else 0),
        dates=Column(good if dates else 0),
    )


# --- what is handed out ------------------------------------------------------------------------

Hand = Callable[[int, int], tuple[str | None, str | None]]
"""(version, answer number) -> the ETag and the Last-Modified that go out with this answer."""


def both(version: int, _: int) -> tuple[str, str]:
    return f'"v{version}"', f"Fri, 06 Nov 2026 08:49:{version:02} GMT"


def odd(version: int, _: int) -> tuple[str, str]:
    """Quotes and a backslash in a weak ETag, a date as RFC 850 wrote it."""
    return f'W/"a\\"b{version}"', f"Sunday, 06-Nov-94 08:49:{version:02} GMT"


def epoch(version: int, _: int) -> tuple[str, str]:
    """A date that many programs take for none."""
    return f"unquoted{version}", "Thu, 01 Jan 1970 00:00:00 GMT"


def etag_only(version: int, number: int) -> tuple[str, None]:
    return both(version, number)[0], None


def date_only(version: int, number: int) -> tuple[None, str]:
    return None, both(version, number)[1]


def neither(_: int, __: int) -> tuple[None, None]:
    return None, None


def etag_rotates(version: int, number: int) -> tuple[str, str]:
    return f'"answer{number}"', both(version, number)[1]


def date_rotates(version: int, number: int) -> tuple[str, str]:
    return both(version, number)[0], f"Fri, 06 Nov 2026 09:{number // 60:02}:{number % 60:02} GMT"


# --- the feed ----------------------------------------------------------------------------------


def item(title: str, more: str = "", *, guid: str = "", scheme: str = "http") -> str:
    """Return an RSS item with guid, link and title."""
    name = re.sub(r"\W+", "-", title.lower())
    return (
        f"<item><guid isPermaLink='false'>{escape(guid or name)}</guid>"
        f"<title>{escape(title)}</title>"
        f"<link>{scheme}://outlet.example/{name}</link>{more}</item>"
    )


@dataclass
class Host:
    """What one host has asked for, with all its feeds."""

    not_before: datetime = LONG_AGO
    agents: set[str] = field(default_factory=set)


@dataclass
class Scored:
    """One feed of a FeedServer: hands out validators as told, answers, and keeps the score.

    `script` holds raw answers that come before all else; `lies` answers every conditional request
    with 304. `times` has when each request came. Feeds of one host share a `Host`.
    """

    server: FeedServer
    path: str
    hand: Hand = both
    site: str = "outlet.example"
    clock: Callable[[], datetime] = now
    host: Host = field(default_factory=Host)
    head: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    items: list[str] = field(default_factory=lambda: [item("Rain over the steppe")])
    script: list[bytes] = field(default_factory=list)
    lies: bool = False
    score: Score = field(default_factory=Score)
    times: list[datetime] = field(default_factory=list)
    _version: int = 1
    _served: int = 0
    _answers: int = 0
    _etags: list[str | None] = field(default_factory=list)
    _dates: list[str | None] = field(default_factory=list)
    _not_before: datetime = LONG_AGO

    def __post_init__(self) -> None:
        self.server.put(self.path, self._reply)
        self.url = self.server.url(self.path, self.site)

    def publish(self, *items: str) -> None:
        """Put new items on top."""
        self.items = [*items, *self.items]
        self._version += 1

    def touch(self) -> None:
        """Let the same document count as a new one."""
        self._version += 1

    @property
    def document(self) -> str:
        """The feed as it is now."""
        body = "".join(self.items)
        return f"<rss version='2.0'><channel><title>F</title>{self.head}{body}</channel></rss>"

    async def _reply(self, request: Request, writer: asyncio.StreamWriter) -> None:
        self._count(request)
        sent = self.script.pop(0) if self.script else self._answer(request)
        self._remember(sent)
        writer.write(sent)

    def _answer(self, request: Request) -> bytes:
        self._answers += 1
        unchanged = self.lies and request.conditional
        if not self.lies and self._served == self._version:
            etag, date = map(request.header, ("If-None-Match", "If-Modified-Since"))
            unchanged = bool(etag == self._etags[-1] if etag else date and date == self._dates[-1])
        etag, date = self.hand(self._version, self._answers)
        validators = {"ETag": etag, "Last-Modified": date}
        headers = {name: value for name, value in validators.items() if value is not None}
        headers |= {"Set-Cookie": f"visitor={self._answers}; Path=/"}
        if unchanged:
            return answer(304, headers=headers)
        self._served = self._version
        return answer(body=self.document, headers=headers | self.headers)

    def _count(self, request: Request) -> None:
        score, at = self.score, self.clock()
        self.times.append(at)
        score.requests += 1
        score.unconditional += not request.conditional
        etag, date = map(request.header, ("If-None-Match", "If-Modified-Since"))
        _judge(etag, self._etags, score.etags)
        _judge(date, self._dates, score.dates)
        if request.conditional and self._etags:
            due = (self._etags[-1] and not etag, self._dates[-1] and not date)
            score.left_out += any(due)
        score.cookies += request.header("Cookie") is not None
        score.referrers += request.header("Referer") is not None
        score.queries += request.path != self.path
        score.too_soon += at < max(self._not_before, self.host.not_before)
        score.wrong_headers += self._wrong(request)

    def _wrong(self, request: Request) -> bool:
        names = [name.lower() for name, _ in request.headers]
        agent, accept = request.header("User-Agent") or "", request.header("Accept") or ""
        self.host.agents.add(agent)
        return not (
            request.method == "GET"
            and _SENT.issuperset(names)
            and len(names) == len(set(names))
            and _AGENT.fullmatch(agent)
            and len(self.host.agents) == 1
            and all(kind in accept for kind in _KINDS)
            and "gzip" in (request.header("Accept-Encoding") or "")
            and request.header("A-IM") == "feed"
        )

    def _remember(self, sent: bytes) -> None:
        """Read what was given, and what was asked for, from the bytes that go out."""
        status, at = int(sent[9:12]), self.clock()
        head = sent.partition(b"\r\n\r\n")[0].decode()
        self._not_before = max(self._not_before, at + LEAST)
        if status in {200, 226} or (status == 304 and self._etags):
            etag, date = _header(head, "ETag"), _header(head, "Last-Modified")
            keeps = status == 304
            self._etags.append(etag or (self._etags[-1] if keeps else None))
            self._dates.append(date or (self._dates[-1] if keeps else None))
        age = re.search(r"max-age=(\d+)", head)
        if age:
            span = min(timedelta(seconds=int(age[1])), MOST)
            self._not_before = max(self._not_before, at + span)
        wait = _header(head, "Retry-After") or ""
        if wait.isdigit():
            self.host.not_before = at + min(timedelta(seconds=int(wait)), _LONGEST)


def _judge(value: str | None, given: Sequence[str | None], column: Column) -> None:
    if value is None:
        return
    if given and value == given[-1]:
        column.good += 1
    elif value in given:
        column.old += 1
    else:
        column.invented += 1


def _header(head: str, name: str) -> str | None:
    found = re.search(rf"^{name}: (.*?)\r?$", head, re.MULTILINE)
    return found[1] if found else None
