"""One conditional GET of one feed, bounded in time and bytes, behind the address guard.

The page of an article is fetched the same way, without validators, for who wants its whole text.

Every way in which servers and networks fail ends in a FeedError with a named cause; nothing else
leaves `Fetcher.fetch`. No cookies, no Referer, no caches, no following of anything but HTTP
redirects that the guard has seen. What the bytes mean is `parse`'s business.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Self
from urllib.parse import quote, urljoin

import aiohttp

from watcher import __version__
from watcher.core.errors import FeedError
from watcher.core.model import FeedFault, Fetched
from watcher.feeds import answers, inflate, links, network
from watcher.feeds.guard import Guard
from watcher.feeds.room import LARGEST, SMALL, Place, Room

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Mapping
    from types import TracebackType

    from aiohttp.abc import AbstractResolver
    from yarl import URL

    from watcher.core.model import Feed

TIMEOUT: Final = 30.0
"""Seconds for all of one fetch."""
MOST_HOPS: Final = 5
ACCEPT: Final = (
    "application/rss+xml, application/atom+xml, application/feed+json, application/rdf+xml;q=0.9, "
    "application/xml;q=0.8, text/xml;q=0.8, application/json;q=0.5, */*;q=0.1"
)
ACCEPT_PAGE: Final = "text/html, application/xhtml+xml;q=0.9, */*;q=0.1"
LARGEST_PAGE: Final = 3_000_000
"""Bytes; some thirty times what the page of an article takes."""
_CONNECTIONS: Final = 200
_KEPT_ALIVE: Final = 2.0
"""Seconds: the next feed of a large host comes after one; 5,000 hosts are too many to hold."""
_UNDERSTOOD: Final = frozenset({200, 203, 226})
_PERMANENT: Final = frozenset({301, 308})
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_COMMENT_SAFE: Final = "%/:?=&;+,$!*'@[]~#"
_LOCATION_SAFE: Final = "%/:?=&;+,$!*'()@[]~#"


def user_agent(contact: str = "") -> str:
    """Return the name we go by, the same to everybody; `contact` is for who wonders who asks.

    What stands in brackets is a comment (RFC 9110 5.6.5): brackets in an address would end it.
    A page has a plus in front, as crawlers write it; a mail address has none.
    """
    if not contact:
        return f"watcher/{__version__} (feed reader)"
    plus = "+" if "://" in contact else ""
    return f"watcher/{__version__} (feed reader; {plus}{quote(contact, safe=_COMMENT_SAFE)})"


@dataclass(slots=True)
class _Trip:
    """What is asked for, and how far it has come, for the message when its time is up."""

    where: str
    guard: Callable[[str], Guard]
    """What guards an address on the way."""
    most: int
    """Bytes of the body, before and after decompression."""
    place: Place
    """What holds the room that the body takes."""
    page: bool = False
    """Whether the page of an article is asked for, not a feed."""
    method: str = "GET"
    peek: bool = False
    """Whether only the answer's head is wanted."""
    received: int = 0
    hops: list[int] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


class Fetcher:
    """Fetch feeds. An async context manager; one for the life of the program.

    `timeout` (seconds) bounds all of one fetch: names, connections, redirects, headers, body.
    `max_bytes` bounds the body before and after decompression. `allow` holds exact (address, port)
    pairs that pass the guard; `resolver` and `tls` replace the system's (tests).
    """

    def __init__(
        self,
        *,
        user_agent: str,
        timeout: float = TIMEOUT,
        max_bytes: int = LARGEST,
        allow: frozenset[tuple[str, int]] = frozenset(),
        resolver: AbstractResolver | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._headers = {
            "User-Agent": user_agent,
            "Accept": ACCEPT,
            "Accept-Encoding": inflate.ACCEPTED,
            "A-IM": "feed",
        }
        self._timeout = timeout
        self._max_bytes = max_bytes
        self.room = Room(largest=max_bytes)
        """What all documents share that are fetched with a place in it."""
        self._allow = allow
        self._given_resolver = resolver
        self._resolver: AbstractResolver | None = None
        self._tls = tls
        self._sessions: dict[tuple[bool, bool], aiohttp.ClientSession] = {}

    async def __aenter__(self) -> Self:
        self._resolver = self._given_resolver or aiohttp.DefaultResolver()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for session in self._sessions.values():
            await session.close()
        self._sessions.clear()
        if self._resolver is not None and self._given_resolver is None:
            await self._resolver.close()

    def go_by(self, user_agent: str) -> None:
        """Go by another name from the next request on."""
        self._headers["User-Agent"] = user_agent

    async def fetch(
        self,
        feed: Feed,
        *,
        etag: str | None = None,
        last_modified: str | None = None,
        place: Place | None = None,
    ) -> Fetched:
        """Return the server's answer; both validators go out byte for byte as they came.

        Raises FeedError for everything that isn't 200, 203, 226 or (with a validator) 304, and
        NoRoomError where `place` is given and finds no room for the body; what it holds afterwards
        is the caller's to give back. Without it the body counts for nothing.
        """
        guard = Guard(private=feed.private, allow=self._allow)
        headers = dict(self._headers)
        if etag:
            headers["If-None-Match"] = etag
        if last_modified:
            headers["If-Modified-Since"] = last_modified
        trip = self._trip(feed.asked, guard, place)
        return await self._get(feed.asked, headers, trip, self._timeout)

    async def page(
        self,
        feed: Feed,
        url: str,
        *,
        seconds: float,
        etag: str | None = None,
        last_modified: str | None = None,
        place: Place | None = None,
    ) -> Fetched:
        """Return the page of one of the feed's articles; `body` is None when it is no web page.

        It is also None for a 304, which only who has a validator is answered. What `private: true`
        opens is the feed's own server and nothing else: the links in a feed are written by others.
        Raises FeedError and NoRoomError as `fetch` does.
        """
        headers = {name: value for name, value in self._headers.items() if name != "A-IM"}
        headers["Accept"] = ACCEPT_PAGE
        if etag:
            headers["If-None-Match"] = etag
        if last_modified:
            headers["If-Modified-Since"] = last_modified
        return await self._get(url, headers, self._page_trip(feed, url, place), seconds)

    async def peek(self, feed: Feed, url: str, *, seconds: float, head: bool) -> Fetched:
        """Ask whether the page of an article is there, without its body; `head`: by HEAD.

        Guarded as `page` is; raises FeedError as `fetch` does.
        """
        headers = {name: value for name, value in self._headers.items() if name != "A-IM"}
        trip = self._page_trip(feed, url, None)
        trip.method, trip.peek = ("HEAD" if head else "GET"), True
        return await self._get(url, headers | {"Accept": ACCEPT_PAGE}, trip, seconds)

    def _trip(self, url: str, guard: Guard, place: Place | None = None) -> _Trip:
        return _Trip(
            where=url,
            guard=lambda _: guard,
            most=self._max_bytes,
            place=place or Room(shared=self._max_bytes).place(),
        )

    def _page_trip(self, feed: Feed, url: str, place: Place | None) -> _Trip:
        home = (Guard(private=feed.private, allow=self._allow), Guard(allow=self._allow))
        server = _server(home[0].url(feed.asked))
        trip = self._trip(url, home[0], place)
        trip.guard = lambda other: home[_server(home[0].url(other)) != server]
        trip.most = min(LARGEST_PAGE, self._max_bytes)
        trip.page = True
        return trip

    async def _get(self, url: str, headers: dict[str, str], trip: _Trip, seconds: float) -> Fetched:
        started = time.monotonic()
        try:
            async with asyncio.timeout(seconds):
                return await self._follow(url, headers, trip, started)
        except TimeoutError:
            raise FeedError(
                FeedFault.TIMEOUT,
                f"{trip.where} did not answer in full within {seconds:g} s "
                f"({trip.received} bytes came).",
            ) from None
        except network.ERRORS as error:
            raise network.fault(error, trip.where, asked=url) from error

    async def post(self, url: str, form: Mapping[str, str], *, private: bool = False) -> None:
        """Send a form to an address that a stranger may have written, as guarded as a fetch.

        Raises FeedError for whatever keeps it from being answered with 2xx. Redirects (307, 308)
        are followed as long as they lead to nothing less protected.
        """
        guard = Guard(private=private, allow=self._allow)
        trip = self._trip(url, guard)
        try:
            async with asyncio.timeout(self._timeout):
                await self._post(guard, guard.url(url), form, trip)
        except TimeoutError:
            raise FeedError(
                FeedFault.TIMEOUT, f"{trip.where} did not answer within {self._timeout:g} s."
            ) from None
        except network.ERRORS as error:
            raise network.fault(error, trip.where, asked=url) from error

    async def _post(self, guard: Guard, url: URL, form: Mapping[str, str], trip: _Trip) -> None:
        headers = {**self._headers, "Accept": "*/*"}
        del headers["A-IM"]
        while True:
            trip.where = str(url)
            async with self._session(guard, keep=False).post(
                url, data=form, headers=headers, allow_redirects=False
            ) as response:
                if 200 <= response.status < 300:
                    response.close()
                    return
                if response.status not in {307, 308}:
                    response.close()
                    raise answers.refusal(response)
                trip.hops.append(response.status)
                following = _next(url, response, trip)
                response.close()
            if len(trip.hops) > MOST_HOPS or (url.scheme, following.scheme) == ("https", "http"):
                raise FeedError(FeedFault.REDIRECT, f"{url} redirects to where a form may not go.")
            url = following

    async def _follow(
        self, asked: str, headers: dict[str, str], trip: _Trip, started: float
    ) -> Fetched:
        url = trip.guard(asked).url(asked)
        seen = {str(url)}
        while True:
            trip.where = str(url)
            session = self._session(trip.guard(str(url)))
            asked_now = session.request(trip.method, url, headers=headers, allow_redirects=False)
            async with asked_now as response:
                if response.status not in _REDIRECTS:
                    return await self._answer(response, url, headers, trip, started)
                trip.hops.append(response.status)
                following = _next(url, response, trip)
                response.close()
            if str(following) in seen:
                raise FeedError(
                    FeedFault.REDIRECT, f"{url} redirects in a circle.", status=trip.hops[-1]
                )
            seen.add(str(following))
            if len(trip.hops) > MOST_HOPS:
                raise FeedError(
                    FeedFault.REDIRECT,
                    f"{asked} redirects more than {MOST_HOPS} times.",
                    status=trip.hops[-1],
                )
            if url.scheme == "https" and following.scheme == "http":
                trip.notes.append(f"{url.host} redirects from https to unprotected http")
            url = following

    async def _answer(
        self,
        response: aiohttp.ClientResponse,
        url: URL,
        headers: dict[str, str],
        trip: _Trip,
        started: float,
    ) -> Fetched:
        conditional = "If-None-Match" in headers or "If-Modified-Since" in headers
        body: bytes | None = None
        unread = trip.peek or (trip.page and not answers.is_page(response))
        if response.status in _UNDERSTOOD and unread:
            response.close()  # a film is not worth its bytes
        elif response.status in _UNDERSTOOD:
            body = await self._body(response, trip)
        elif response.status != 304 or not conditional:
            error = answers.refusal(response)
            response.close()
            raise error
        hub, topic = links.of_header(response.headers.getall("Link", []), str(url))
        permanent = bool(trip.hops) and _PERMANENT.issuperset(trip.hops) and not trip.notes
        return Fetched(
            status=response.status,
            url=str(url),
            body=body,
            content_type=answers.header(response, "Content-Type"),
            etag=answers.header(response, "ETag"),
            last_modified=answers.header(response, "Last-Modified"),
            max_age=answers.max_age(response),
            moved_to=str(url) if permanent else None,
            hub=hub,
            topic=topic,
            elapsed=time.monotonic() - started,
            headers=() if body is None else tuple(response.raw_headers),
            notes=tuple(trip.notes),
        )

    async def _body(self, response: aiohttp.ClientResponse, trip: _Trip) -> bytes:
        """Return the whole inflated body, or raise TOO_LARGE, TRUNCATED, BAD_COMPRESSION.

        What is larger than SMALL takes room for as much as it has come to. Raises NoRoomError.
        """
        layers = inflate.decoders(response.headers.get("Content-Encoding", ""))
        body, asked_for = bytearray(), SMALL
        async for chunk in response.content.iter_any():
            trip.received += len(chunk)
            for piece in inflate.through(layers, chunk):
                body += piece
                if len(body) > trip.most:
                    raise _too_large(response, trip)
                while len(body) > asked_for:
                    trip.place.take(SMALL)
                    asked_for += SMALL
            if trip.received > trip.most:
                raise _too_large(response, trip)
        for layer in layers:
            layer.finish()
        return bytes(body)

    def _session(self, guard: Guard, *, keep: bool = True) -> aiohttp.ClientSession:
        # One pool for each kind of feed: a connection that `private: true` opened must not be
        # reused for a feed that may not have it. A form needs a connection of its own (`keep`
        # False): one kept that the server has closed meanwhile is tried anew for a GET only.
        session = self._sessions.get((guard.private, keep))
        if session is None:
            if self._resolver is None:
                raise RuntimeError("a Fetcher is used as an async context manager")
            connector = aiohttp.TCPConnector(
                limit=_CONNECTIONS,
                keepalive_timeout=_KEPT_ALIVE if keep else None,
                force_close=not keep,
                socket_factory=guard.socket_factory,
                resolver=guard.resolver(self._resolver),
                use_dns_cache=False,
                ssl=self._tls or True,
            )
            session = aiohttp.ClientSession(
                connector=connector,
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                timeout=aiohttp.ClientTimeout(total=None),
                skip_auto_headers=["User-Agent", "Accept", "Accept-Encoding"],
            )
            self._sessions[guard.private, keep] = session
        return session


def _server(url: URL) -> tuple[str | None, int | None]:
    return url.host, url.port


def _next(url: URL, response: aiohttp.ClientResponse, trip: _Trip) -> URL:
    """Return where a redirect leads, as far as the guard permits."""
    location = response.headers.get("Location", "")
    if not location:
        raise FeedError(
            FeedFault.REDIRECT, f"{url} redirects without saying where to.", status=response.status
        )
    try:
        raw = location.encode("utf-8", "surrogateescape")
        target = urljoin(str(url), quote(raw, safe=_LOCATION_SAFE))
        return trip.guard(target).url(target)
    except (ValueError, FeedError) as error:
        blocked = isinstance(error, FeedError) and error.fault is FeedFault.BLOCKED_ADDRESS
        why = error.detail if isinstance(error, FeedError) else "that is not an address."
        raise FeedError(
            FeedFault.BLOCKED_ADDRESS if blocked else FeedFault.REDIRECT,
            f"{trip.where} redirects to an address that is not opened: {why}",
            status=response.status,
        ) from None


def _too_large(response: aiohttp.ClientResponse, trip: _Trip) -> FeedError:
    return FeedError(
        FeedFault.TOO_LARGE,
        f"the {'page' if trip.page else 'feed'} is larger than {trip.most / 1e6:g} MB.",
        status=response.status,
    )
