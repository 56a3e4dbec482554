"""Servers that misbehave: each ends in a named cause, in time, and others go on (F01 to F18)."""

from __future__ import annotations

import asyncio
import resource
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from support.certificates import Authority
from support.feed_server import (
    FeedServer,
    Misbehave,
    Reply,
    answer,
    drip,
    endless,
    reset_after,
    silent,
)

from watcher.core.errors import FeedError
from watcher.core.model import Feed, FeedFault
from watcher.feeds import Fetcher

BODY = b"<rss version='2.0'><channel><title>t</title></channel></rss>"
START = b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n"
CHUNKED = START + b"Transfer-Encoding: chunked\r\n\r\n"
DEADLINE = 0.4


@pytest.fixture
async def server() -> AsyncIterator[FeedServer]:
    async with FeedServer() as running:
        running.put("/canary", answer(body=BODY))
        yield running


@pytest.fixture
async def fetcher(server: FeedServer) -> AsyncIterator[Fetcher]:
    async with Fetcher(
        user_agent="t/1", timeout=DEADLINE, max_bytes=500_000, allow=server.allow
    ) as ready:
        yield ready


def then_hang(data: bytes) -> Misbehave:
    async def hanging(_: object, writer: asyncio.StreamWriter) -> None:
        writer.write(data)
        await writer.drain()
        await asyncio.Event().wait()

    return hanging


ENDLESS = {
    "silent": silent,
    "header by drops": drip(b"HTTP/1.1 200 OK\r\nX: " + b"a" * 5000),
    "body by drops": drip(START + b"Content-Length: 100000\r\n\r\n" + b"x" * 99_000),
    "headers, then nothing": then_hang(START + b"Content-Length: 10\r\n\r\n"),
    "half a body": then_hang(START + b"Content-Length: 100\r\n\r\n<rss>"),
    "100 Continue for ever": endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "102 Processing for ever": endless(b"", b"HTTP/1.1 102 Processing\r\n\r\n" * 50),
}


@pytest.mark.parametrize("reply", ENDLESS.values(), ids=ENDLESS)
async def test_one_deadline_ends_every_kind_of_waiting(
    server: FeedServer, fetcher: Fetcher, reply: Reply
) -> None:
    bad = Feed(url=server.put("/bad", reply), name="bad")
    started = time.monotonic()

    waiting = asyncio.create_task(fetcher.fetch(bad))
    canary = await fetcher.fetch(Feed(url=server.url("/canary"), name="canary"))
    with pytest.raises(FeedError) as failure:
        await waiting

    assert canary.body == BODY
    assert failure.value.fault is FeedFault.TIMEOUT
    assert time.monotonic() - started < DEADLINE + 1.0


BROKEN: dict[str, tuple[Reply, set[FeedFault]]] = {
    "no end": (
        endless(START + b"Connection: close\r\n\r\n<rss>", b"<item/>" * 5000),
        {FeedFault.TOO_LARGE},
    ),
    "no end, chunked": (
        endless(CHUNKED, b"1000\r\n" + b"x" * 4096 + b"\r\n"),
        {FeedFault.TOO_LARGE},
    ),
    "length too long": (answer(body=BODY, length=5000), {FeedFault.TRUNCATED}),
    "two lengths": (
        START + b"Content-Length: 5\r\nContent-Length: 60\r\n\r\n" + BODY,
        {FeedFault.BAD_RESPONSE},
    ),
    "negative length": (START + b"Content-Length: -1\r\n\r\n" + BODY, {FeedFault.BAD_RESPONSE}),
    "length of letters": (START + b"Content-Length: ten\r\n\r\n" + BODY, {FeedFault.BAD_RESPONSE}),
    "chunks cut short": (CHUNKED + b"400\r\n" + BODY, {FeedFault.TRUNCATED}),
    "chunks without end": (CHUNKED + b"5\r\n<rss>\r\n", {FeedFault.TRUNCATED}),
    "chunk size of letters": (
        CHUNKED + b"zz\r\n" + BODY,
        {FeedFault.BAD_RESPONSE, FeedFault.TRUNCATED},
    ),
    "negative chunk": (
        CHUNKED + b"-5\r\n" + BODY,
        {FeedFault.BAD_RESPONSE, FeedFault.TRUNCATED},
    ),
    "huge chunk size": (
        CHUNKED + b"f" * 40 + b"\r\n" + BODY,
        {FeedFault.BAD_RESPONSE, FeedFault.TRUNCATED},
    ),
    "endless chunk extension": (
        endless(CHUNKED + b"5;", b"x" * 4096),
        {FeedFault.BAD_RESPONSE, FeedFault.TRUNCATED, FeedFault.TIMEOUT, FeedFault.TOO_LARGE},
    ),
    "endless headers": (
        endless(START, b"X-Odd: " + b"y" * 200 + b"\r\n"),
        {FeedFault.BAD_RESPONSE, FeedFault.TIMEOUT},
    ),
    "header of 64 KB": (
        START + b"X: " + b"a" * 65_536 + b"\r\nContent-Length: 0\r\n\r\n",
        {FeedFault.BAD_RESPONSE},
    ),
    "cookie of 60 KB": (
        START + b"Set-Cookie: a=" + b"b" * 60_000 + b"\r\n\r\n",
        {FeedFault.BAD_RESPONSE},
    ),
    "no HTTP": (b"SSH-2.0-OpenSSH_9.2\r\n", {FeedFault.BAD_RESPONSE}),
    "nothing": (b"", {FeedFault.RESET}),
    "reset at once": (reset_after(b""), {FeedFault.RESET}),
    "reset in the body": (
        reset_after(START + b"Content-Length: 9000\r\n\r\n<rss>"),
        {FeedFault.RESET, FeedFault.TRUNCATED},
    ),
}


@pytest.mark.parametrize(("reply", "faults"), BROKEN.values(), ids=BROKEN)
async def test_each_broken_answer_has_a_named_cause_and_gives_no_validators(
    server: FeedServer, fetcher: Fetcher, reply: Reply, faults: set[FeedFault]
) -> None:
    url = server.put("/bad", reply)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    with pytest.raises(FeedError) as failure:
        await fetcher.fetch(Feed(url=url, name="bad"))

    assert failure.value.fault in faults
    assert failure.value.detail
    canary = await fetcher.fetch(Feed(url=server.url("/canary"), name="canary"))
    assert canary.body == BODY
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 10_000


async def test_a_closed_port_is_refused_and_an_unknown_name_has_no_address() -> None:
    async with FeedServer() as server:
        allow, url = server.allow, server.url()

    async with Fetcher(user_agent="t/1", timeout=5, allow=allow) as fetcher:
        with pytest.raises(FeedError) as refused:
            await fetcher.fetch(Feed(url=url, name="closed"))
        with pytest.raises(FeedError) as unknown:
            await fetcher.fetch(Feed(url="http://no-such-name.invalid/feed", name="unknown"))

    assert refused.value.fault is FeedFault.REFUSED
    assert unknown.value.fault in {FeedFault.DNS, FeedFault.TIMEOUT}


# --- TLS ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    folder: Path = tmp_path_factory.mktemp("authority")
    return Authority.make(folder)


async def over_tls(authority: Authority, server: FeedServer) -> bytes:
    async with Fetcher(
        user_agent="t/1", timeout=5, allow=server.allow, tls=authority.trusting
    ) as fetcher:
        fetched = await fetcher.fetch(
            Feed(url=f"https://127.0.0.1:{server.port}/canary", name="tls")
        )
    return fetched.body or b""


async def test_a_good_certificate_is_accepted(authority: Authority) -> None:
    async with FeedServer(tls=authority.server("127.0.0.1")) as server:
        server.put("/canary", answer(body=BODY))

        assert await over_tls(authority, server) == BODY


@pytest.mark.parametrize(
    ("case", "words"),
    [
        ("expired", "expired"),
        ("self-signed", "self-signed"),
        ("wrong name", "another"),
        ("plain HTTP", "does not speak TLS"),
    ],
)
async def test_each_tls_failure_names_its_cause_and_nothing_is_asked(
    authority: Authority, case: str, words: str
) -> None:
    made = {
        "expired": lambda: authority.server("127.0.0.1", expired=True),
        "self-signed": lambda: authority.self_signed("127.0.0.1"),
        "wrong name": lambda: authority.server("127.0.0.9"),
    }
    context = made[case]() if case in made else None
    async with FeedServer(tls=context) as server:
        with pytest.raises(FeedError) as failure:
            await over_tls(authority, server)

    assert failure.value.fault is FeedFault.TLS
    assert words in failure.value.detail
    assert not server.requests


@pytest.mark.parametrize(
    ("hello", "words"),
    [
        # A fatal alert 70: the server speaks no version that we do.
        (b"\x15\x03\x01\x00\x02\x02\x46", "too old"),
        (b"", "broke off"),
    ],
)
async def test_a_handshake_that_fails_names_its_cause(
    authority: Authority, hello: bytes, words: str
) -> None:
    async def shake(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(hello)
        writer.close()

    raw = await asyncio.start_server(shake, "127.0.0.1", 0)
    server = FeedServer(port=raw.sockets[0].getsockname()[1])
    async with raw:
        with pytest.raises(FeedError) as failure:
            await over_tls(authority, server)

    assert failure.value.fault is FeedFault.TLS
    assert words in failure.value.detail
