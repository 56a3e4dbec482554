"""The pages of articles: fetched like feeds, read in a child process, and each failure named.

A page is a favour to the reader, never a condition: whatever goes wrong with it costs its text
alone and has a named cause, and the feed's own words stay. Which articles deserve a request is
for others to say (`watch`), and when a host may be asked (`lanes`).
"""

from __future__ import annotations

import asyncio
import re
from functools import partial
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final, Self

from watcher.core.errors import FeedError
from watcher.core.identity import host_of
from watcher.core.model import FeedFault, Glimpse, Page, PageFault, Sight
from watcher.feeds import walls
from watcher.feeds.decode import decode
from watcher.feeds.lanes import HeldError, Lanes
from watcher.feeds.room import NoRoomError, asked_again
from watcher.feeds.worker import ChildDiedError, Worker

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType

    from watcher.core.model import Feed, Fetched, Recheck
    from watcher.feeds.fetch import Fetcher
    from watcher.feeds.room import Place

MOST: Final = 20
"""Pages fetched for one poll of a feed."""
ALL_SECONDS: Final = 20.0
"""How long the pages of one poll may keep its news waiting."""
PAGE_SECONDS: Final = 8.0
"""For one page: name, connection, redirects, headers, body."""
READ_SECONDS: Final = 5.0
"""For taking the text out of it, which takes 10 to 20 ms."""
STRIKES: Final = 2
"""Pages of one poll that may kill the child; the others are not tried, for other feeds wait."""
MEND: Final = "pip install trafilatura lxml-html-clean"
"""By their own names: "watcher" may be somebody else's package where packages come from."""

_META: Final = re.compile(
    rb"<meta\b[^>]{0,300}?charset\s{0,9}=\s{0,9}[\"']?\s{0,9}([\w:.-]{1,40})", re.IGNORECASE
)
_HEAD: Final = 4_096
"""Bytes in which a page names its charset; the standard says 1,024, and pages don't keep to it."""


def installed() -> bool:
    """Tell whether the extra that reads pages is there, without importing it."""
    return find_spec("trafilatura") is not None


class Pages:
    """Read article pages. An async context manager; its child is started by the first page.

    `all_seconds`, `page_seconds` and `read_seconds` bound all pages of a poll, the fetch of one,
    and the reading of one.
    """

    def __init__(
        self,
        fetcher: Fetcher,
        lanes: Lanes,
        *,
        all_seconds: float = ALL_SECONDS,
        page_seconds: float = PAGE_SECONDS,
        read_seconds: float = READ_SECONDS,
    ) -> None:
        self._fetcher = fetcher
        self._lanes = lanes
        self._all_seconds = all_seconds
        self._page_seconds = page_seconds
        self._read_seconds = read_seconds
        self._worker = Worker("watcher.feeds.article")
        self._turn = asyncio.Lock()
        self._missing = False

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._worker.stop()

    async def read(self, feed: Feed, urls: Sequence[str], place: Place | None = None) -> list[Page]:
        """Return what came of each of the pages, all within `all_seconds`.

        The first MOST are fetched, several hosts at once; each host as its lane allows, and as far
        as `place` finds room. Raises nothing but HeldError, when the lanes are closed.
        """
        if self._missing or not installed():
            return [_not_installed(url) for url in urls]
        killed: list[str] = []
        tasks = [asyncio.create_task(self._page(feed, url, killed, place)) for url in urls[:MOST]]
        try:
            done, late = await asyncio.wait(tasks, timeout=self._all_seconds)
        except BaseException:
            await _end(tasks)
            raise
        await _end(late)
        closed = [error for task in done if (error := task.exception())]
        if closed:
            raise closed[0]
        waited = f"the news could not wait for it longer than {self._all_seconds:g} s."
        limit = f"more than {MOST} new articles came at once."
        return [
            *(
                task.result() if task in done else _none(url, PageFault.NO_TIME, waited)
                for url, task in zip(urls, tasks, strict=False)
            ),
            *(_none(url, PageFault.OVER_LIMIT, limit) for url in urls[MOST:]),
        ]

    async def look(self, feed: Feed, recheck: Recheck, *, read: bool) -> Glimpse:
        """Look again at the page of an article that was told; with `read` for its text, too.

        Whoever has a validator asks with it. Without `read` only the head of the answer is asked
        for, and what seems to be gone is asked for once more by GET: some servers know no HEAD.
        Raises HeldError when the host, or everybody, is to be left alone.
        """
        read = read and not self._missing and installed()
        ways = (None,) if read else (True, False)
        glimpse = Glimpse(sight=Sight.UNSURE)
        for head in ways:
            with self._fetcher.room.place() as place:
                glimpse = await asked_again(
                    place, partial(self._glimpse, feed, recheck, head=head, place=place)
                )
            if glimpse.sight is Sight.THERE or glimpse.retry_after:
                break
        return glimpse

    async def _glimpse(
        self, feed: Feed, recheck: Recheck, *, head: bool | None, place: Place
    ) -> Glimpse:
        """Ask once: for the head of the answer by HEAD or GET, or (None) for the page itself."""
        url, host = recheck.url, recheck.host
        try:
            async with self._lanes.turn(host, own=feed.private and host == host_of(feed.asked)):
                if head is None:
                    fetched = await self._fetcher.page(
                        feed,
                        url,
                        seconds=self._page_seconds,
                        etag=recheck.etag,
                        last_modified=recheck.last_modified,
                        place=place,
                    )
                else:
                    fetched = await self._fetcher.peek(
                        feed, url, seconds=self._page_seconds, head=head
                    )
        except FeedError as error:
            if error.retry_after:
                self._lanes.hold(host, error.retry_after.total_seconds())
            gone = error.fault in {FeedFault.NOT_FOUND, FeedFault.GONE}
            return Glimpse(
                sight=Sight.GONE if gone else Sight.UNSURE,
                detail=error.detail,
                retry_after=error.retry_after,
            )
        if walls.led_home(url, fetched.url):
            detail = f"its address leads to the front page of {host_of(fetched.url)} now."
            return Glimpse(sight=Sight.GONE, detail=detail)
        if fetched.body is None:
            elsewhere = walls.led_elsewhere(url, fetched.url)
            sight = Sight.UNSURE if elsewhere else Sight.THERE
            return Glimpse(sight=sight, etag=fetched.etag, last_modified=fetched.last_modified)
        page = await self._text(url, fetched, [])
        if page.cause is not None:
            return Glimpse(sight=Sight.UNSURE, detail=page.detail)
        return Glimpse(
            sight=Sight.THERE,
            text=page.text,
            etag=fetched.etag,
            last_modified=fetched.last_modified,
        )

    async def _page(self, feed: Feed, url: str, killed: list[str], place: Place | None) -> Page:
        """Fetch and read one page; `killed` are those of the same poll that killed the child."""
        if walls.is_front(url):
            return _none(url, PageFault.NO_ARTICLE, "the link leads to the front page of a site.")
        host = host_of(url)
        own = feed.private and host == host_of(feed.asked)
        try:
            async with self._lanes.turn(host, own=own):
                fetched = await self._fetcher.page(
                    feed, url, seconds=self._page_seconds, place=place
                )
        except HeldError as held:
            if not held.rest:
                raise  # nobody is asked any more
            why = f"{host} has asked to be left alone for now."
            return _none(url, FeedFault.RATE_LIMITED, why)
        except NoRoomError:
            return _none(url, PageFault.NO_TIME, "there was no room for it among larger documents.")
        except FeedError as error:
            if error.retry_after:
                self._lanes.hold(host, error.retry_after.total_seconds())
            return _failed(url, error)
        return await self._text(url, fetched, killed)

    async def _text(self, url: str, fetched: Fetched, killed: list[str]) -> Page:
        if fetched.body is None:
            what = fetched.content_type or "nothing"
            return _none(url, PageFault.NOT_A_PAGE, f"the link leads to {what}, not to a web page.")
        if fetched.body.startswith(b"%PDF-"):
            return _none(url, PageFault.NOT_A_PAGE, "the link leads to a PDF, not to a web page.")
        try:
            found = await self._ask(_clean(fetched.body, fetched.content_type), killed)
        except ChildDiedError as died:
            killed.append(url)
            return _none(url, FeedFault.POISONED, f"the page could not be read: {died}.")
        except FeedError as error:
            return _failed(url, error)
        if "missing" in found:
            self._missing = True
            return _not_installed(url, found["missing"])
        if "error" in found:
            return _none(url, PageFault.NO_ARTICLE, f"the page could not be read: {found['error']}")
        wall = walls.judge(walls.Signs(asked=url, answered=fetched.url, **found))
        if wall is not None:
            return _none(url, *wall)
        return Page(url=url, text=found["text"], answer=fetched)

    async def _ask(self, data: bytes, killed: list[str]) -> dict[str, Any]:
        async with self._turn:
            if len(killed) >= STRIKES:
                raise FeedError(
                    FeedFault.POISONED, f"{STRIKES} pages that came with it had to be given up."
                )
            return await self._worker.ask({"kind": "page"}, [data], self._read_seconds)


def _clean(body: bytes, content_type: str | None) -> bytes:
    """Return a page as clean UTF-8; the charset it names itself counts where HTTP names none."""
    named = None if "charset" in (content_type or "").lower() else _META.search(body[:_HEAD])
    if named:
        content_type = f"text/html; charset={named[1].decode('ascii', 'replace')}"
    return decode(body, content_type).data


def _none(url: str, cause: FeedFault | PageFault, detail: str) -> Page:
    return Page(url=url, cause=cause, detail=detail)


def _failed(url: str, error: FeedError) -> Page:
    cause: FeedFault | PageFault = error.fault
    detail = error.detail
    if error.status == 402:
        cause = PageFault.PAYWALL
    elif error.fault is FeedFault.UNAUTHORIZED:
        cause = PageFault.LOGIN
    elif error.fault is FeedFault.BLOCKED_ADDRESS:
        detail = "the link leads into a private network, where only the feed's own server is asked."
    return Page(url=url, cause=cause, detail=detail, retry_after=error.retry_after)


def _not_installed(url: str, why: str = "") -> Page:
    more = f" ({why})" if why else ""
    return _none(url, PageFault.NOT_INSTALLED, f"what reads pages is not installed{more}: {MEND}")


async def _end(tasks: Sequence[asyncio.Task[Page]] | set[asyncio.Task[Page]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
