"""When the disk is too full, and what the weekly word says."""

from __future__ import annotations

import pytest

from watcher.core.rhythm import vigil
from watcher.core.rhythm.vigil import Numbers

MB = 1_000_000


@pytest.mark.parametrize(
    ("free", "was_low", "low"),
    [(199, False, True), (201, False, False), (299, True, True), (301, True, False)],
)
def test_a_disk_is_told_low_once_and_not_well_at_the_first_byte(
    free: int, *, was_low: bool, low: bool
) -> None:
    assert vigil.disk_low(free * MB, was_low=was_low) is low


def test_the_word_that_all_goes_on_has_numbers_and_what_to_look_after() -> None:
    numbers = Numbers(articles=1234, stories=1, alerts=14, messages=20, waiting=1, parked=2)

    headline, body = vigil.alive_words(numbers, 31, {"silent": 2, "blocked": 1}, since="Monday")

    assert headline == "The watcher is alive and watching"
    assert body == (
        "Since Monday: 1,234 articles in 1 story, 14 alerts, 20 messages delivered.\n"
        "28 of 31 feeds well.\n"
        "To look after: 1 blocked, 2 silent. See which with: watcher feeds check\n"
        "1 message waiting.\n"
        "2 messages parked. See them with: watcher deliveries list --in parked"
    )


def test_where_nothing_is_wrong_nothing_is_said_of_it() -> None:
    numbers = Numbers(articles=0, stories=0, alerts=0, messages=0, waiting=0, parked=0)

    _, body = vigil.alive_words(numbers, 1, {}, since="Monday")

    assert body.splitlines()[1:] == ["1 of 1 feed well."]


def test_the_word_carries_the_end_of_the_chain_of_evidence() -> None:
    numbers = Numbers(
        articles=9, stories=9, alerts=2, messages=2, waiting=0, parked=0, evidence=2, head="ab" * 32
    )

    _, body = vigil.alive_words(numbers, 1, {}, since="Monday")

    assert body.splitlines()[-1] == (
        "Evidence: 2 records. Keep this message; later this tells whether any of them was changed: "
        f"watcher evidence verify --head {'ab' * 32}"
    )
