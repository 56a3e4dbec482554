"""Servers that misbehave, seen from the whole service (F01 to F10)."""

from __future__ import annotations

import gzip

import pytest
from support.faults import LIMITS, SLACK, Scene, headline, item, rss
from support.feed_server import (
    Reply,
    answer,
    drip,
    endless,
    hang_after,
    reset_after,
    silent,
)

from watcher.core.model import FeedFault

pytestmark = pytest.mark.asyncio(loop_scope="module")

START = b'HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nETag: "broken"\r\n'
CHUNKED = START + b"Transfer-Encoding: chunked\r\n\r\n"
NEWS = rss(item("in a broken answer"))
"""A sound document: that it comes in a broken answer is all that is wrong with it."""

WAITING: dict[str, Reply] = {
    "F01 never answers": silent,
    "F02 header by drops": drip(b"HTTP/1.1 200 OK\r\nX: " + b"a" * 5000),
    "F03 body by drops": drip(START + b"Content-Length: 100000\r\n\r\n" + b"x" * 99_000),
    "F03 half a body": hang_after(START + b"Content-Length: 9000\r\n\r\n" + NEWS),
    "F05 100 Continue for ever": endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "F05 102 Processing for ever": endless(b"", b"HTTP/1.1 102 Processing\r\n\r\n" * 50),
}


@pytest.mark.parametrize("name", WAITING)
async def test_one_deadline_ends_every_kind_of_waiting(scene: Scene, name: str) -> None:
    feed = await scene.feed(name)

    cycle = await feed.answers(WAITING[name])

    assert cycle.state.fault is FeedFault.TIMEOUT
    assert LIMITS.fetch_seconds <= cycle.seconds < LIMITS.fetch_seconds + SLACK
    await feed.recovers()


def squeezed(data: bytes, encoding: str = "gzip") -> bytes:
    return answer(body=data, headers={"Content-Encoding": encoding, "ETag": '"broken"'})


TOO_LARGE = {FeedFault.TOO_LARGE}
CUT_OFF = {FeedFault.TRUNCATED}
NO_HTTP = {FeedFault.BAD_RESPONSE}
NO_CHUNKS = {FeedFault.BAD_RESPONSE, FeedFault.TRUNCATED}
NO_GZIP = {FeedFault.BAD_COMPRESSION}
NEVER_ENDS = NO_CHUNKS | TOO_LARGE | {FeedFault.TIMEOUT}
HALF_GZIP = gzip.compress(NEWS)[:-9]
BROKEN: dict[str, tuple[Reply, set[FeedFault]]] = {
    "F04 body without end": (
        endless(START + b"Connection: close\r\n\r\n" + NEWS[:-20], item("x").encode() * 500),
        TOO_LARGE,
    ),
    "F04 chunks without end": (
        endless(CHUNKED, b"1000\r\n" + b"<item/>x" * 512 + b"\r\n"),
        TOO_LARGE,
    ),
    "F06 headers without end": (
        endless(START, b"X-Odd: " + b"y" * 200 + b"\r\n"),
        NO_HTTP | {FeedFault.TIMEOUT},
    ),
    "F06 header of 64 KB": (
        START + b"X: " + b"a" * 65_536 + b"\r\nContent-Length: 0\r\n\r\n",
        NO_HTTP,
    ),
    "F07 length too long": (
        START + b"Content-Length: 5000\r\n\r\n" + NEWS,
        CUT_OFF,
    ),
    "F08 length too short": (
        START + b"Content-Length: 50\r\n\r\n" + NEWS,
        NO_HTTP | {FeedFault.NOT_A_FEED},
    ),
    "F08 two lengths": (
        START + b"Content-Length: 50\r\nContent-Length: 60\r\n\r\n" + NEWS,
        NO_HTTP,
    ),
    "F08 negative length": (START + b"Content-Length: -1\r\n\r\n" + NEWS, NO_HTTP),
    "F09 chunks cut short": (CHUNKED + b"400\r\n" + NEWS, CUT_OFF),
    "F09 chunks without last": (CHUNKED + f"{len(NEWS):x}\r\n".encode() + NEWS + b"\r\n", CUT_OFF),
    "F09 chunk size of letters": (CHUNKED + b"zz\r\n" + NEWS, NO_CHUNKS),
    "F09 negative chunk": (CHUNKED + b"-5\r\n" + NEWS, NO_CHUNKS),
    "F09 huge chunk size": (CHUNKED + b"f" * 40 + b"\r\n" + NEWS, NO_CHUNKS),
    "F09 chunk extension without end": (endless(CHUNKED + b"5;", b"x" * 4096), NEVER_ENDS),
    "F10 bomb": (squeezed(gzip.compress(NEWS[:-20] + b" " * 200_000_000, 1)), TOO_LARGE),
    "F10 bomb in a bomb": (
        squeezed(gzip.compress(gzip.compress(b" " * 50_000_000)), "gzip, gzip"),
        TOO_LARGE,
    ),
    "F10 half a gzip": (squeezed(HALF_GZIP), CUT_OFF),
    "F10 no gzip": (squeezed(NEWS), NO_GZIP),
    "F10 gzip then rubbish": (squeezed(gzip.compress(NEWS)[:60] + b"\xff" * 400), NO_GZIP),
    "F18 reset at once": (reset_after(b""), {FeedFault.RESET}),
    "F18 reset in the body": (
        reset_after(START + b"Content-Length: 9000\r\n\r\n" + NEWS),
        {FeedFault.RESET, FeedFault.TRUNCATED},
    ),
    "F18 nothing at all": (b"", {FeedFault.RESET}),
    "F18 another protocol": (b"SSH-2.0-OpenSSH_9.2\r\n", NO_HTTP),
}


@pytest.mark.parametrize("name", BROKEN)
async def test_a_broken_answer_is_a_failure_with_a_name_and_nothing_of_it_is_kept(
    scene: Scene, name: str
) -> None:
    reply, faults = BROKEN[name]
    feed = await scene.feed(name)

    cycle = await feed.answers(reply)

    assert cycle.state.fault in faults
    assert cycle.told == (), "nothing half-read is told"
    assert cycle.state.etag == '"1"'
    assert cycle.seconds < LIMITS.fetch_seconds + SLACK
    await feed.recovers()


@pytest.mark.parametrize(
    ("name", "extra"),
    [
        ("F06 hundreds of headers", b"".join(b"X-%d: y\r\n" % n for n in range(400))),
        ("F06 cookie of 6 KB", b"Set-Cookie: a=" + b"b" * 6_000 + b"\r\n"),
        ("F06 cookie of 60 KB", b"Set-Cookie: a=" + b"b" * 60_000 + b"\r\n"),
    ],
)
async def test_headers_in_masses_are_refused_or_cost_nothing_and_no_cookie_is_kept(
    scene: Scene, name: str, extra: bytes
) -> None:
    feed = await scene.feed(name)
    length = b"Content-Length: %d\r\n\r\n" % len(NEWS)
    before = scene.scale.look()

    cycle = await feed.answers(START + extra + length + NEWS)

    assert cycle.state.fault in {None, FeedFault.BAD_RESPONSE}
    assert len(cycle.told) == (cycle.state.fault is None)
    assert scene.scale.look() - before < 10_000_000
    await feed.recovers(tag=cycle.state.etag)
    assert all(request.header("Cookie") is None for request in scene.server.requests)


async def test_f10_a_layer_of_gzip_too_many_is_undone_and_its_news_is_told(scene: Scene) -> None:
    feed = await scene.feed("F10 gzip twice")
    news = gzip.compress(gzip.compress(rss(item("twice squeezed"))))

    cycle = await feed.answers(squeezed(news, "gzip, gzip"))

    assert cycle.state.fault is None
    [told] = cycle.told
    assert headline("twice squeezed") in told


@pytest.mark.parametrize(
    ("name", "broken"),
    [
        ("F08 length short by half an item", "<link>"),
        ("F08 length short by an item", "<item>"),
        ("F08 length short by all items", "<item>"),
    ],
)
async def test_a_length_too_short_is_no_complete_answer_and_the_rest_is_told_later(
    scene: Scene, name: str, broken: str
) -> None:
    feed = await scene.feed(name)
    items = [item(f"{name}: first"), item(f"{name}: second")]
    whole = rss(*items)
    end = (whole.index if "all" in name else whole.rindex)(broken.encode())

    cycle = await feed.answers(START + b"Content-Length: %d\r\n\r\n" % end + whole[:end])
    later = await feed.answers(answer(body=whole, headers={"ETag": '"whole"'}))

    assert len(cycle.lines) == 1
    assert "breaks off" in cycle.lines[0]
    assert cycle.state.etag is None
    told = [*cycle.told, *later.told]
    assert len(told) == 2, "each once, whenever the whole item came"
    for one in ("first", "second"):
        assert any(headline(f"{name}: {one}") in alert for alert in told)
    await feed.recovers(tag='"whole"')
