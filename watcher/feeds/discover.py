"""The feeds of a site, found as a person would: what its pages name, then where feeds usually are.

What a page says comes first (link rel=alternate, then its own links that look like feeds).
Only when none of that is a feed are usual addresses tried, and the news sitemaps that robots.txt
names: newsrooms without RSS keep those. Few requests, in the same lanes as polls.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Final
from urllib.parse import urljoin, urlsplit

from watcher.core.errors import FeedError
from watcher.core.identity import canonical, host_of
from watcher.core.model import Document, Feed, FeedFault, Fetched
from watcher.feeds import links, sitemap, text
from watcher.feeds.decode import decode
from watcher.feeds.fetch import Fetcher
from watcher.feeds.lanes import HeldError, Lanes
from watcher.feeds.parse import Reader
from watcher.feeds.split import strip_prolog

MOST_NAMED: Final = 12
MOST_SITEMAPS: Final = 4
"""Addresses tried of what a page, and of what robots.txt, names."""
USUAL_PATHS: Final = (
    "/feed/", "/rss", "/rss.xml", "/feed.xml", "/atom.xml", "/index.xml", "/feeds/posts/default",
    "/rss/index.xml", "/rss/news", "/en/rss", "/feed.json",
)  # fmt: skip
"""WordPress, Drupal and Ghost, Jekyll and Hugo, Blogger, and what newsrooms wrote themselves."""
NEWS_SITEMAPS: Final = ("/news-sitemap.xml", "/sitemap_news.xml", "/sitemap-news.xml")
_LOOKED_AT: Final = 1_000_000
"""Bytes of a page that are searched."""

_TAG = re.compile(r"<(link|a)\b([^<>]{1,2000})>", re.IGNORECASE)
_ATTRIBUTE = re.compile(
    r"""([a-zA-Z-]{1,20})\s{0,9}=\s{0,9}(?:"([^"]{0,2000})"|'([^']{0,2000})'|([^\s"'>]{1,2000}))"""
)
_FEED_TYPES = frozenset(
    {"application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml"}
)
_FEEDLIKE = re.compile(
    r"(?:^|[/._-])(?:rss|feeds?|atom)(?:$|[/._?-])|\.rdf$|format=(?:rss|feed|atom)", re.IGNORECASE
)
_WHOLE_SITE = frozenset(
    {
        FeedFault.BAD_URL,
        FeedFault.BLOCKED_ADDRESS,
        FeedFault.DNS,
        FeedFault.REFUSED,
        FeedFault.UNREACHABLE,
        FeedFault.TLS,
        FeedFault.TIMEOUT,
        FeedFault.RATE_LIMITED,
    }
)
"""What keeps every other address of the site from being opened, too."""
_COMMENTS = re.compile(r"comment|коммент|пікір|评论|評論|yorum", re.IGNORECASE)
_ROBOTS = re.compile(r"^\s{0,9}sitemap\s{0,9}:\s{0,9}(\S{1,2000})", re.IGNORECASE | re.MULTILINE)

Progress = Callable[[str, int], AbstractContextManager[Callable[[], None]]]
"""Shows how far so many look-ups are; each call of what it yields is one of them done."""


class How(IntEnum):
    """How an address was come by, the most telling first."""

    GIVEN = 0
    NAMED = 1
    LINKED = 2
    USUAL = 3
    SITEMAP = 4

    @property
    def words(self) -> str:
        """What people read."""
        return _HOW[self]


_HOW = {
    How.GIVEN: "the address given",
    How.NAMED: "named by the page",
    How.LINKED: "linked from the page",
    How.USUAL: "a usual address",
    How.SITEMAP: "a news sitemap",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An address that may be a feed."""

    url: str
    how: How


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A feed of the site, read once."""

    url: str
    """Where redirects led."""
    how: How
    document: Document
    moved_to: str | None = None
    """Where it has moved for good, if the site says so."""

    @property
    def newest(self) -> datetime | None:
        """The newest date of its items."""
        dates = [entry.published or entry.updated for entry in self.document.entries]
        return max((at for at in dates if at is not None), default=None)

    @property
    def comments(self) -> bool:
        """Whether it has readers' comments and not the news."""
        return bool(_COMMENTS.search(self.url) or _COMMENTS.search(self.document.title))


def named(page: bytes, base: str) -> list[Candidate]:
    """Return the feeds that a web page names, and the links in it that look like feeds."""
    markup = page[:_LOOKED_AT].decode("utf-8", "replace")
    found: list[Candidate] = []
    for tag, inside in _TAG.findall(markup):
        given = {
            key.lower(): text.unescape(double or single or bare)
            for key, double, single, bare in _ATTRIBUTE.findall(inside)
        }
        href = given.get("href", "")
        kind = given.get("type", "").partition(";")[0].strip().lower()
        if tag.lower() == "link":
            is_feed = "alternate" in given.get("rel", "").lower().split() and kind in _FEED_TYPES
            how = How.NAMED
        else:
            is_feed, how = kind in _FEED_TYPES or bool(_FEEDLIKE.search(href)), How.LINKED
        url = links.clean(href, base) if is_feed else None
        if url is not None:
            found.append(Candidate(url=url, how=how))
    return _distinct(found)


def best_first(found: Iterable[Found]) -> list[Found]:
    """Sort feeds as a monitor wants them: news before comments, what the site names first."""
    return sorted(
        found,
        key=lambda one: (one.comments, not one.document.items, one.how, -one.document.items),
    )


class Scout:
    """Looks for the feeds of one site. `private`: it may lie in the user's own network."""

    def __init__(self, door: Fetcher, reader: Reader, lanes: Lanes, *, private: bool) -> None:
        self._door = door
        self._reader = reader
        self._lanes = lanes
        self._private = private
        self._home = ""
        self._page: Fetched | None = None
        self._tried: set[str] = set()

    async def look(self, url: str) -> Found:
        """Return the feed at `url` itself: one request.

        Raises FeedError when it can't be opened, or is no feed.
        """
        self._home, self._page = host_of(url), None
        self._page = await self._fetch(url)
        return await self._document(self._page, How.GIVEN)

    async def named_there(self, progress: Progress) -> list[Found]:
        """Return the feeds that the page names which was last looked at, the best first."""
        page = self._page
        candidates = named(page.body or b"", page.url)[:MOST_NAMED] if page else []
        with progress("trying what the page names", len(candidates)) as advance:
            return best_first(await self._try(candidates, advance))

    async def search(self, url: str, *, thorough: bool, progress: Progress) -> list[Found]:
        """Return the feeds of the site of `url`, the best first; with `thorough` all of them.

        Raises FeedError when the address itself can't be opened and nothing else is found; at
        once when that is true of the whole site.
        """
        try:
            return [await self.look(url)]
        except FeedError as error:
            failure = error
        if failure.fault in _WHOLE_SITE:
            raise failure
        found = await self.named_there(progress)
        if thorough or not found:
            home = self._page.url if self._page else url
            further = [*_usual(home), *await self._sitemaps(home)]
            with progress("trying usual addresses", len(further)) as advance:
                found += await self._try(further, advance, enough=not thorough)
        if not found and self._page is None:
            raise failure
        return best_first(found)

    async def _try(
        self, candidates: Sequence[Candidate], advance: Callable[[], None], *, enough: bool = False
    ) -> list[Found]:
        """Read the candidates one after another; with `enough` the first feed ends it."""
        found: list[Found] = []
        for candidate in candidates:
            advance()
            if enough and found:
                continue
            for url in await self._unfolded(candidate):
                one = await self._attempt(url, candidate.how)
                if one is not None and not _is_among(one, found):
                    found.append(one)
        return found

    async def _unfolded(self, candidate: Candidate) -> list[str]:
        """Return the news sitemaps that a sitemap index lists; any other address is itself."""
        if candidate.how is not How.SITEMAP:
            return [candidate.url]
        try:
            data = strip_prolog((await self._fetch(candidate.url)).body or b"")[0]
        except FeedError:
            return []
        if not sitemap.is_index(data):
            return [candidate.url]
        listed = [one for one in sitemap.others(data) if "news" in one.lower()]
        return [url for one in listed[:MOST_SITEMAPS] if (url := links.clean(one, candidate.url))]

    async def _sitemaps(self, url: str) -> list[Candidate]:
        """Return the news sitemaps: those that robots.txt names, and the usual ones."""
        try:
            robots = await self._fetch(urljoin(url, "/robots.txt"))
        except FeedError:
            listed = []
        else:
            lines = decode((robots.body or b"")[:_LOOKED_AT], robots.content_type).text
            listed = sorted(_ROBOTS.findall(lines), key=lambda one: "news" not in one.lower())
        named_here = [found for one in listed[:MOST_SITEMAPS] if (found := links.clean(one, url))]
        usual = [urljoin(url, path) for path in NEWS_SITEMAPS]
        return _distinct(Candidate(url=one, how=How.SITEMAP) for one in [*named_here, *usual])

    async def _attempt(self, url: str, how: How) -> Found | None:
        key = canonical(url)
        if key in self._tried:
            return None
        self._tried.add(key)
        try:
            return await self._document(await self._fetch(url), how)
        except FeedError:
            return None

    async def _document(self, page: Fetched, how: How) -> Found:
        document = await self._reader.read(
            page.body or b"", url=page.url, content_type=page.content_type
        )
        return Found(url=page.url, how=how, document=document, moved_to=page.moved_to)

    async def _fetch(self, url: str) -> Fetched:
        host = host_of(url)
        # What a page names is written by others: `private` opens the site that was asked for only.
        own = self._private and host == self._home
        try:
            async with self._lanes.turn(host, own=own):
                return await self._door.fetch(Feed(url=url, name=host, private=own))
        except HeldError:
            why = "not asked: this site was told to wait."
            raise FeedError(FeedFault.RATE_LIMITED, why) from None


def _usual(url: str) -> list[Candidate]:
    """Return the usual addresses: beside the page that was given, and at the top of its site."""
    parts = urlsplit(url)
    deep = parts.path.strip("/")
    beside = [urljoin(f"{url.partition('?')[0].rstrip('/')}/", name) for name in ("feed/", "rss")]
    top = [urljoin(url, path) for path in USUAL_PATHS]
    return _distinct(
        Candidate(url=one, how=How.USUAL) for one in ([*beside, *top] if deep else top)
    )


def _is_among(one: Found, found: Iterable[Found]) -> bool:
    """Tell whether the same feed was found under another address."""
    return any(
        canonical(one.url) == canonical(other.url)
        or (one.document.digests and one.document.digests == other.document.digests)
        for other in found
    )


def _distinct(candidates: Iterable[Candidate]) -> list[Candidate]:
    found: dict[str, Candidate] = {}
    for candidate in candidates:
        found.setdefault(canonical(candidate.url), candidate)
    return sorted(found.values(), key=lambda one: one.how)
