"""A scene for each test: rules, state, publishers that keep score, and a clock."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from support.feed_server import FeedServer
from support.polite import Scene


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    async with FeedServer() as server:
        yield Scene(tmp_path, server)
