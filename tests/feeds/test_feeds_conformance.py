"""What other readers' suites demand is what comes out, but for differences that have a reason."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from support import conformance

from watcher.core.errors import FeedError
from watcher.core.model import Entry
from watcher.feeds import Reader

LISTED = tomllib.loads((Path(__file__).parent / "conformance.toml").read_text())

pytestmark = pytest.mark.skipif(
    not conformance.EXPECTED.exists(), reason="../shared/data is not here"
)


@pytest.mark.parametrize("suite", [*conformance.GOFEED, "feedsmith", "feedparser_wellformed"])
async def test_each_difference_from_another_reader_is_listed_and_no_other(suite: str) -> None:
    found = set()

    async with Reader() as reader:
        for path, address, items, count in conformance.suite(suite):
            entries = await _read(reader, path.read_bytes(), address)
            name = path.relative_to(conformance.EXPECTED / suite).as_posix()
            found |= {(name, field) for field in _differences(entries, items, count)}

    listed = {(name, field) for name, field, _ in _listed(suite)}
    assert found - listed == set(), "differs, and no reason is given"
    assert listed - found == set(), "no longer differs"


def test_each_listed_difference_has_a_reason() -> None:
    assert all(len(reason) > 20 for suite in LISTED for *_, reason in _listed(suite))


async def _read(reader: Reader, body: bytes, address: str) -> tuple[Entry, ...] | None:
    try:
        document = await reader.read(body, url=address, content_type=None)
    except FeedError:
        return None
    return document.entries


def _differences(
    entries: tuple[Entry, ...] | None, items: dict[int, conformance.Item], count: int | None
) -> Iterator[str]:
    if entries is None:
        yield "document"
        return
    if count is not None and len(entries) != count:
        yield "count"
    for place, item in items.items():
        if place >= len(entries):
            yield "count"
            continue
        for field, theirs in item.items():
            if not conformance.same(field, getattr(entries[place], field), theirs):
                yield field


def _listed(suite: str) -> Iterator[tuple[str, str, str]]:
    for group in LISTED[suite]:
        for name in group["files"]:
            for field in group["fields"]:
                yield name, field, group["reason"]
