"""Edits that a feed shows: told to whoever was told of the words, as far as they were told."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from support.edits import OLD, Newsroom
from support.feed_server import FeedServer
from support.postgres import schema
from support.webhook import serving

from watcher.core.audit import balance

MINUTE = timedelta(minutes=1)
HELD = "Police took him from his flat on Abay street early in the morning, his wife said."
END = "Two lawyers were not let into the station."
NAMED = f"{HELD} He is a volunteer of Atajurt. {END}"
FULLER = f"{HELD} He has been a volunteer of Atajurt for years. {END}"
UNNAMED = f"{HELD} He is a volunteer. {END}"
TITLE = "Volunteer taken from his flat"


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> Iterator[str | None]:
    if request.param == "sqlite":
        yield None
        return
    with schema(request.getfixturevalue("postgres")) as url:
        yield url


@pytest.fixture
async def room(tmp_path: Path, database_url: str | None) -> AsyncIterator[Newsroom]:
    with serving() as desk:
        async with FeedServer() as site:
            room = Newsroom(tmp_path, site, desk, database_url)
            for name in ("courier", "herald"):
                room.shows(name, OLD)
            yield room


async def test_words_that_an_edit_takes_out_are_told_as_gone_and_told_when_they_are_back(
    room: Newsroom,
) -> None:
    room.write("courier")
    told = []
    async with room.service() as service:
        for words in ("", NAMED, UNNAMED, UNNAMED, NAMED):
            room.shows("courier", *([(TITLE, words)] if words else []), OLD)
            await room.poll(service)
            told.append(await room.deliver(service))
            room.now += MINUTE
        with service.store.read() as known:
            audit = balance(*known.books(), targets=service.desk.targets)

    first, [new], [gone], again, [back] = told
    assert (first, again) == ([], [])
    assert new.startswith("Atajurt · courier: ")
    assert gone.startswith("No longer says it: Atajurt · courier: ")
    assert "No longer says: He is a volunteer of »Atajurt«." in gone
    assert "Now: He is a volunteer.\n" in gone
    assert back.startswith("Edited after we told you: ")
    assert "Before: He is a volunteer.\nNow: He is a volunteer of »Atajurt«." in back
    assert audit.balances, audit.missing


async def test_an_alert_that_waits_is_told_in_the_words_that_matched_and_says_they_are_gone(
    room: Newsroom,
) -> None:
    room.write("courier", channel=", quiet: 00:00-23:59")
    async with room.service() as service:
        await room.poll(service)
        for words in (NAMED, UNNAMED):
            room.now += MINUTE
            room.shows("courier", (TITLE, words), OLD)
            await room.poll(service)

        told = "\n\n".join(await room.deliver(service))

    assert "Edited since: Atajurt · courier: " in told
    assert "He is a volunteer of »Atajurt«." in told
    assert "The publisher has edited it since: these words are gone." in told


async def test_an_edit_of_a_folded_copy_is_not_told_as_if_the_copy_had_been(room: Newsroom) -> None:
    room.write("courier", "herald")
    async with room.service() as service:
        await room.poll(service)
        room.shows("courier", (TITLE, NAMED), OLD)
        await room.poll(service)
        room.shows("herald", (TITLE, f"ALMATY (Wire) - {NAMED}"), OLD)
        tally = await room.poll(service)
        told = [await room.deliver(service)]
        for words in (FULLER, UNNAMED):
            room.now += MINUTE
            room.shows("herald", (TITLE, f"ALMATY (Wire) - {words}"), OLD)
            await room.poll(service)
            told.append(await room.deliver(service))
        room.shows("courier", (TITLE, FULLER), OLD)
        await room.poll(service)
        told.append(await room.deliver(service))

    assert tally.copies == 1
    assert [len(messages) for messages in told] == [1, 0, 0, 1]
    assert "courier" in told[3][0]


async def test_a_rule_that_was_changed_takes_no_words_out_of_an_article(room: Newsroom) -> None:
    room.write("courier")
    async with room.service() as service:
        await room.poll(service)
        room.shows("courier", (TITLE, NAMED), OLD)
        await room.poll(service)
        await room.deliver(service)
        room.write("courier", rule=", language: [ru]")
        await service.reload()
        room.shows("courier", (TITLE, f"{NAMED} More soon."), OLD)
        room.now += MINUTE
        await room.poll(service)

        told = await room.deliver(service)

    assert told == []
