"""The log follows the rules."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import UTC

import pytest

from watcher.daemon.logs import follow_rules


@pytest.fixture
def handler() -> Iterator[logging.Handler]:
    own = logging.NullHandler()
    logging.getLogger().addHandler(own)
    yield own
    logging.getLogger().removeHandler(own)


def test_rules_that_are_read_again_make_the_log_no_slower(handler: logging.Handler) -> None:
    for _ in range(5):
        follow_rules(UTC, frozenset({"first-secret"}))
    follow_rules(UTC, frozenset({"first-secret", "second-secret"}))
    follow_rules(UTC, frozenset({"first-secret"}))

    assert len(handler.filters) == 2, "one for each secret that was new"
