"""One conditional GET: what goes out, what comes back (POLITENESS 1 to 6, 9 to 16)."""

from __future__ import annotations

import asyncio
import gzip
import zlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from support.feed_server import FeedServer, Request, answer, redirect

from watcher.core.errors import FeedError
from watcher.core.model import Feed, FeedFault
from watcher.feeds import Fetcher
from watcher.feeds.inflate import ACCEPTED

BODY = "<rss version='2.0'><channel><title>Лента</title></channel></rss>".encode()


@pytest.fixture
async def server() -> AsyncIterator[FeedServer]:
    async with FeedServer() as running:
        yield running


@pytest.fixture
async def fetcher(server: FeedServer) -> AsyncIterator[Fetcher]:
    async with Fetcher(
        user_agent="watcher/0 (+https://example.org)",
        timeout=5,
        max_bytes=200_000,
        allow=server.allow,
    ) as ready:
        yield ready


def feed(url: str) -> Feed:
    return Feed(url=url, name="x")


async def fault_of(fetcher: Fetcher, url: str) -> FeedError:
    with pytest.raises(FeedError) as failure:
        await fetcher.fetch(feed(url))
    return failure.value


# --- what goes out -----------------------------------------------------------------------------


async def test_a_first_request_carries_no_validator_cookie_or_referer(
    server: FeedServer, fetcher: Fetcher
) -> None:
    url = server.put("/feed", answer(body=BODY, headers={"Set-Cookie": "id=1; Path=/"}))

    await fetcher.fetch(feed(url))
    await fetcher.fetch(feed(url))

    for request in server.requests:
        assert not request.conditional
        assert request.header("Cookie") is None
        assert request.header("Referer") is None
        assert request.header("User-Agent") == "watcher/0 (+https://example.org)"
        assert "application/rss+xml" in (request.header("Accept") or "")
        assert request.header("Accept-Encoding") == ACCEPTED
        assert request.header("A-IM") == "feed"
        assert request.path == "/feed"


@pytest.mark.parametrize("etag", ['"1"', 'W/"a\\"b"', "unquoted", '"día"', 'W/""', "0"])
@pytest.mark.parametrize(
    "modified",
    [
        "Sunday, 06-Nov-94 08:49:37 GMT",
        "Thu, 01 Jan 1970 00:00:00 GMT",
        "sun nov  6 08:49:37 1994",
        "2024-01-01T00:00:00+06:00",
    ],
)
async def test_both_validators_go_back_byte_for_byte(
    server: FeedServer, fetcher: Fetcher, etag: str, modified: str
) -> None:
    url = server.put("/feed", answer(body=BODY, headers={"ETag": etag, "Last-Modified": modified}))

    first = await fetcher.fetch(feed(url))
    await fetcher.fetch(feed(url), etag=first.etag, last_modified=first.last_modified)

    assert (first.etag, first.last_modified) == (etag, modified)
    sent = server.requests[1].header("If-None-Match") or ""
    assert sent.encode("latin-1").decode() == etag
    assert server.requests[1].header("If-Modified-Since") == modified


async def test_a_304_gives_the_new_validators_and_no_body(
    server: FeedServer, fetcher: Fetcher
) -> None:
    url = server.put("/feed", answer(304, headers={"ETag": '"2"', "Last-Modified": "x"}))

    fetched = await fetcher.fetch(feed(url), etag='"1"')

    assert (fetched.status, fetched.body) == (304, None)
    assert (fetched.etag, fetched.last_modified) == ('"2"', "x")


async def test_a_200_without_validators_says_so(server: FeedServer, fetcher: Fetcher) -> None:
    url = server.put("/feed", answer(body=BODY))

    fetched = await fetcher.fetch(feed(url), etag='"1"', last_modified="x")

    assert (fetched.etag, fetched.last_modified) == (None, None)
    assert fetched.body == BODY
    assert fetched.content_type == "application/rss+xml; charset=utf-8"


async def test_a_304_that_nobody_asked_for_is_an_error(
    server: FeedServer, fetcher: Fetcher
) -> None:
    error = await fault_of(fetcher, server.put("/feed", answer(304)))

    assert (error.fault, error.status) == (FeedFault.BAD_STATUS, 304)


async def test_a_226_is_an_answer(server: FeedServer, fetcher: Fetcher) -> None:
    url = server.put("/feed", answer(226, BODY, {"IM": "feed"}))

    assert (await fetcher.fetch(feed(url), etag='"1"')).status == 226


# --- statuses and waiting ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "fault"),
    [
        (204, FeedFault.EMPTY),
        (206, FeedFault.BAD_STATUS),
        (300, FeedFault.BAD_STATUS),
        (400, FeedFault.BAD_STATUS),
        (401, FeedFault.UNAUTHORIZED),
        (403, FeedFault.BLOCKED),
        (404, FeedFault.NOT_FOUND),
        (410, FeedFault.GONE),
        (418, FeedFault.BAD_STATUS),
        (429, FeedFault.RATE_LIMITED),
        (451, FeedFault.BLOCKED),
        (500, FeedFault.SERVER_ERROR),
        (503, FeedFault.SERVER_ERROR),
        (599, FeedFault.SERVER_ERROR),
        (999, FeedFault.BAD_STATUS),
    ],
)
async def test_each_status_has_a_named_cause(
    server: FeedServer, fetcher: Fetcher, status: int, fault: FeedFault
) -> None:
    error = await fault_of(fetcher, server.put("/feed", answer(status)))

    assert (error.fault, error.status, error.retry_after) == (fault, status, None)
    assert str(status) in error.detail


async def test_a_question_whether_a_person_is_there_is_a_block_whatever_its_status(
    server: FeedServer, fetcher: Fetcher
) -> None:
    reply = answer(503, headers={"cf-mitigated": "challenge"})

    error = await fault_of(fetcher, server.put("/feed", reply))

    assert error.fault is FeedFault.BLOCKED


@pytest.mark.parametrize(
    ("value", "seconds"), [("120", 120), ("0", 0), ("316800", 86_400), ("9" * 5_000, 86_400)]
)
@pytest.mark.parametrize("status", [429, 503])
async def test_retry_after_is_read_in_seconds_and_bounded_to_a_day(
    server: FeedServer, fetcher: Fetcher, status: int, value: str, seconds: int
) -> None:
    url = server.put("/feed", answer(status, headers={"Retry-After": value}))

    assert (await fault_of(fetcher, url)).retry_after == timedelta(seconds=seconds)


async def test_retry_after_is_read_as_a_date(server: FeedServer, fetcher: Fetcher) -> None:
    until = format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)
    past = "Wed, 21 Oct 2015 07:28:00 GMT"
    answers = [answer(503, headers={"Retry-After": value}) for value in (until, past, "soon")]
    url = server.put("/feed", *answers)

    waits = [(await fault_of(fetcher, url)).retry_after for _ in answers]

    assert waits[0] is not None
    assert timedelta(minutes=59) < waits[0] <= timedelta(hours=1)
    assert waits[1:] == [timedelta(0), None]


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"Cache-Control": "max-age=300"}, 300),
        ({"Cache-Control": "public, Max-Age = 60"}, 60),
        ({"Cache-Control": "s-maxage=900"}, None),
        ({"Cache-Control": "no-cache", "Expires": "0"}, None),
        ({"Cache-Control": "max-age=60", "Expires": "Fri, 01 Jan 2027 00:00:00 GMT"}, 60),
        (
            {
                "Date": "Fri, 01 Jan 2027 00:00:00 GMT",
                "Expires": "Fri, 01 Jan 2027 02:00:00 GMT",
            },
            7200,
        ),
        ({"Expires": "Thu, 01 Jan 1970 00:00:00 GMT"}, None),
    ],
)
async def test_freshness_comes_from_max_age_else_expires(
    server: FeedServer, fetcher: Fetcher, headers: dict[str, str], seconds: int | None
) -> None:
    fetched = await fetcher.fetch(feed(server.put("/feed", answer(body=BODY, headers=headers))))

    assert fetched.max_age == (None if seconds is None else timedelta(seconds=seconds))


# --- redirects ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("statuses", "moved"),
    [([301], True), ([308, 301], True), ([302], False), ([301, 302], False), ([307, 301], False)],
)
async def test_only_a_chain_of_permanent_redirects_is_a_move(
    server: FeedServer, fetcher: Fetcher, statuses: list[int], moved: bool
) -> None:
    for number, status in enumerate(statuses):
        server.put(f"/{number}", redirect(f"/{number + 1}", status))
    final = server.put(f"/{len(statuses)}", answer(body=BODY))

    fetched = await fetcher.fetch(feed(server.url("/0")), etag='"1"')

    assert fetched.url == final
    assert fetched.moved_to == (final if moved else None)
    assert server.requests[-1].header("If-None-Match") == '"1"'


async def test_a_move_counts_though_nothing_changed_there(
    server: FeedServer, fetcher: Fetcher
) -> None:
    server.put("/old", redirect("/new", 301))
    new = server.put("/new", answer(304))

    assert (await fetcher.fetch(feed(server.url("/old")), etag='"1"')).moved_to == new


async def test_five_hops_are_followed_and_the_sixth_is_not(
    server: FeedServer, fetcher: Fetcher
) -> None:
    for number in range(6):
        server.put(f"/{number}", redirect(f"/{number + 1}"))
    server.put("/6", answer(body=BODY))

    assert (await fetcher.fetch(feed(server.url("/1")))).body == BODY
    error = await fault_of(fetcher, server.url("/0"))

    assert error.fault is FeedFault.REDIRECT
    assert "more than 5" in error.detail


@pytest.mark.parametrize("location", ["/feed", "/other", ""])
async def test_a_circle_and_a_redirect_to_nowhere_are_named(
    server: FeedServer, fetcher: Fetcher, location: str
) -> None:
    server.put("/feed", redirect(location))
    server.put("/other", redirect("/feed"))

    error = await fault_of(fetcher, server.url("/feed"))

    assert error.fault is FeedFault.REDIRECT
    assert len(server.requests) <= 2


async def test_a_redirect_may_be_relative_and_hold_any_letters(
    server: FeedServer, fetcher: Fetcher
) -> None:
    server.put("/a/feed", redirect("../b/новости и мир?q=a%20b#top"))
    path = "/b/%D0%BD%D0%BE%D0%B2%D0%BE%D1%81%D1%82%D0%B8%20%D0%B8%20%D0%BC%D0%B8%D1%80"
    server.put(path, answer(body=BODY))

    await fetcher.fetch(feed(server.url("/a/feed")))

    assert server.requests[-1].path == f"{path}?q=a%20b"


# --- compression and size ----------------------------------------------------------------------


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


@pytest.mark.parametrize(
    ("encoding", "packed"),
    [
        ("gzip", gzip.compress(BODY)),
        ("x-gzip", gzip.compress(BODY)),
        ("GZIP", gzip.compress(BODY[:20]) + gzip.compress(BODY[20:])),
        ("gzip", gzip.compress(BODY) + b"\0" * 30),
        ("deflate", zlib.compress(BODY)),
        ("deflate", raw_deflate(BODY)),
        ("gzip, gzip", gzip.compress(gzip.compress(BODY))),
        ("identity", BODY),
        ("", BODY),
    ],
    # Without: a gzip header holds the second, and each process of a test run names its tests anew.
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_every_compression_asked_for_is_undone(
    server: FeedServer, fetcher: Fetcher, encoding: str, packed: bytes
) -> None:
    url = server.put("/feed", answer(body=packed, headers={"Content-Encoding": encoding}))

    assert (await fetcher.fetch(feed(url))).body == BODY


async def test_brotli_is_undone_where_it_is_asked_for(server: FeedServer, fetcher: Fetcher) -> None:
    brotli = pytest.importorskip("brotli")
    url = server.put(
        "/feed",
        answer(body=brotli.compress(BODY), headers={"Content-Encoding": "br"}),
        answer(body=brotli.compress(bytes(10_000_000)), headers={"Content-Encoding": "br"}),
        answer(body=brotli.compress(BODY)[:-5], headers={"Content-Encoding": "br"}),
        answer(body=BODY, headers={"Content-Encoding": "br"}),
    )

    assert "br" in ACCEPTED
    assert (await fetcher.fetch(feed(url))).body == BODY
    assert [(await fault_of(fetcher, url)).fault for _ in range(3)] == [
        FeedFault.TOO_LARGE,
        FeedFault.TRUNCATED,
        FeedFault.BAD_COMPRESSION,
    ]


@pytest.mark.parametrize(
    ("encoding", "packed", "fault"),
    [
        ("gzip", gzip.compress(bytes(200_000_000), 1), FeedFault.TOO_LARGE),
        ("gzip, gzip", gzip.compress(gzip.compress(bytes(9_000_000))), FeedFault.TOO_LARGE),
        ("deflate", zlib.compress(bytes(9_000_000)), FeedFault.TOO_LARGE),
        ("gzip", gzip.compress(BODY)[:-4], FeedFault.TRUNCATED),
        ("gzip", gzip.compress(BODY)[:15], FeedFault.TRUNCATED),
        ("deflate", zlib.compress(BODY)[:-4], FeedFault.TRUNCATED),
        ("gzip", BODY, FeedFault.BAD_COMPRESSION),
        ("gzip", gzip.compress(BODY)[:10] + b"\xff" * 40, FeedFault.BAD_COMPRESSION),
        ("compress", BODY, FeedFault.BAD_COMPRESSION),
        ("gzip, gzip, gzip", BODY, FeedFault.BAD_COMPRESSION),
        ("identity", bytes(200_001), FeedFault.TOO_LARGE),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_bombs_and_broken_compression_are_failures(
    server: FeedServer, fetcher: Fetcher, encoding: str, packed: bytes, fault: FeedFault
) -> None:
    url = server.put("/feed", answer(body=packed, headers={"Content-Encoding": encoding}))

    assert (await fault_of(fetcher, url)).fault is fault


# --- life --------------------------------------------------------------------------------------


async def test_a_cancelled_fetch_is_cancelled_and_not_a_fault(
    server: FeedServer, fetcher: Fetcher
) -> None:
    asked = asyncio.Event()

    async def hang(_: Request, __: asyncio.StreamWriter) -> None:
        asked.set()
        await asyncio.Event().wait()

    task = asyncio.create_task(fetcher.fetch(feed(server.put("/feed", hang))))
    await asked.wait()

    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task


async def test_feeds_of_one_host_share_a_connection_that_does_not_live_long() -> None:
    async with FeedServer(keep_alive=True) as server:
        urls = [server.put(f"/{number}", answer(body=BODY)) for number in range(5)]
        async with Fetcher(user_agent="t", allow=server.allow) as fetcher:
            for url in urls:
                await fetcher.fetch(feed(url))

        assert server.connections == 1
