"""Rules 14 and 16: compressed answers and partial ones."""

from __future__ import annotations

import gzip
import sys
import tracemalloc
import zlib
from collections.abc import Callable
from importlib import import_module
from typing import Any

import pytest
from support.feed_server import answer
from support.polite import Scene
from support.scorer import clean, item

from watcher.core.model import FeedFault

brotli: Any = import_module("brotli")
zstd: Any = import_module("compression.zstd" if sys.version_info >= (3, 14) else "backports.zstd")
MB = 1_000_000

PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": lambda data: gzip.compress(data, 6),
    "deflate": zlib.compress,
    "br": lambda data: brotli.compress(data, quality=4),
    "zstd": zstd.compress,
}


@pytest.mark.parametrize("encoding", PACKERS)
async def test_every_compression_that_is_asked_for_is_undone(scene: Scene, encoding: str) -> None:
    """Rule 14."""
    feed = scene.feed()
    scene.watch(feed)
    packed = PACKERS[encoding](feed.document.encode())
    feed.script.append(answer(body=packed, headers={"Content-Encoding": encoding}))

    async with scene.service() as service:
        tally = await scene.once_due(service)

    accepted = scene.server.requests[0].header("Accept-Encoding") or ""
    assert accepted.split(", ") == list(PACKERS)
    assert tally.items_new == 1


@pytest.mark.parametrize("encoding", PACKERS)
async def test_a_bomb_is_refused_without_being_inflated(scene: Scene, encoding: str) -> None:
    """Rule 14."""
    feed = scene.feed()
    scene.watch(feed)
    bomb = PACKERS[encoding](bytes(200 * MB))
    feed.script = [answer(body=bomb, headers={"Content-Encoding": encoding, "ETag": '"bomb"'})]

    async with scene.service() as service:
        tracemalloc.start()
        try:
            await scene.once_due(service)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        state = scene.state(service, feed)

    assert (state.fault, state.etag) == (FeedFault.TOO_LARGE, None)
    assert peak < 30 * MB


@pytest.mark.parametrize("encoding", PACKERS)
async def test_a_compressed_answer_that_is_cut_off_is_a_failure(
    scene: Scene, encoding: str
) -> None:
    """Rule 14."""
    feed = scene.feed()
    scene.watch(feed)
    packed = PACKERS[encoding](feed.document.encode())[:-6]
    feed.script = [answer(body=packed, headers={"Content-Encoding": encoding, "ETag": '"cut"'})]

    async with scene.service() as service:
        await scene.once_due(service)
        state = scene.state(service, feed)
        tally = await scene.once_due(service)

    assert (state.fault, state.etag) == (FeedFault.TRUNCATED, None)
    assert tally.items_new == 1


async def test_a_zstd_answer_that_wants_a_huge_window_is_refused(scene: Scene) -> None:
    """Rule 14. Its decoder would need 64 MB for a feed of a few bytes."""
    feed = scene.feed()
    scene.watch(feed)
    options = {zstd.CompressionParameter.window_log: 26, zstd.CompressionParameter.checksum_flag: 1}
    packer = zstd.ZstdCompressor(options=options)
    packed = packer.compress(feed.document.encode()) + packer.flush()
    feed.script = [answer(body=packed, headers={"Content-Encoding": "zstd"})]

    async with scene.service() as service:
        await scene.once_due(service)

        assert scene.state(service, feed).fault is FeedFault.BAD_COMPRESSION


async def test_a_partial_answer_deletes_nothing_and_repeats_nothing(scene: Scene) -> None:
    """Rule 16."""
    old = [item(f"Old story {number}") for number in range(5)]
    feed = scene.feed(items=old)
    scene.watch(feed, find="story")

    async with scene.service() as service:
        await scene.once_due(service)
        feed.publish(item("A new story"))
        partial = feed.document.replace("".join(old), "")
        headers = {"ETag": '"part"', "Last-Modified": "Fri, 06 Nov 2026 10:00:00 GMT", "IM": "feed"}
        feed.script.append(answer(226, partial, headers))
        some = await scene.once_due(service)
    async with scene.service() as service:
        every = await scene.once_due(service)
        with service.store.read() as known:
            stored = known.counts()["articles"]

    assert (some.items_new, some.alerts) == (1, 1)
    assert (every.items_new, every.alerts, every.not_modified) == (0, 0, 0)
    assert stored == 6
    assert feed.score == clean(3)
