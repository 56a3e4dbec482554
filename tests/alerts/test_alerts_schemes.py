"""Every service that Apprise knows can be a channel, with one recipient a target."""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Iterator

import pytest
from support.schemes import addresses, services

from watcher.alerts import Target, split
from watcher.core.errors import WatcherError
from watcher.core.model import Channel

NEEDS_MORE = {"amqp"}
"""What Apprise itself makes no plugin of without a package or program that is not installed."""


@pytest.fixture(scope="module")
def usable() -> dict[str, tuple[Target, ...]]:
    """The targets of each service's first address that works."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        split(Channel(name="first", url="terminal://"))
        return {scheme: _first(addresses(scheme, plugin)) for scheme, plugin in services().items()}


def _first(urls: Iterator[str]) -> tuple[Target, ...]:
    for url in urls:
        with contextlib.suppress(WatcherError):  # of the wrong kind: the next one is another
            return split(Channel(name="desk", url=url))
    return ()


def test_every_service_of_apprise_can_be_a_channel(usable: dict[str, tuple[Target, ...]]) -> None:
    assert len(usable) > 150
    assert {scheme for scheme, targets in usable.items() if not targets} <= NEEDS_MORE


def test_a_target_of_any_service_has_one_recipient_and_knows_its_limits(
    usable: dict[str, tuple[Target, ...]],
) -> None:
    for scheme, targets in usable.items():
        for target in targets:
            assert len(target.plugin) == 1, scheme
            assert target.traits.body_limit > 0, scheme
            assert target.mark, scheme


def test_no_two_services_are_taken_for_the_same_recipient(
    usable: dict[str, tuple[Target, ...]],
) -> None:
    marks = [target.mark for targets in usable.values() for target in targets]

    assert len(set(marks)) == len(marks)
