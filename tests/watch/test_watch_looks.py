"""Articles that were told are looked at again on their pages: edits and vanishing, told once."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from support.article_pages import PARAGRAPHS, article_page
from support.edits import OLD, Newsroom
from support.feed_server import FeedServer, Request, answer, redirect
from support.make import NOON
from support.postgres import schema
from support.webhook import serving

from watcher.core.audit import balance
from watcher.core.rhythm.looks import LOOKS, MOST_AN_HOUR
from watcher.daemon import Service
from watcher.daemon.looks import Rounds

HOUR = timedelta(hours=1)
HTML = {"Content-Type": "text/html; charset=utf-8"}
NEWS = ("Relatives read out names", "Atajurt was at the consulate again.")
SAID = "A volunteer of Atajurt was led away by two men in plain clothes."
SAYS = "A volunteer of Atajurt went home by himself in the evening."
LESS = "A volunteer was led away by two men in plain clothes."


def page(sentence: str, *, tag: str = "", footer: str = "") -> bytes:
    body = article_page([*PARAGRAPHS["en"], sentence], times=2, after=footer)
    return answer(body=body, headers=HTML | ({"ETag": tag} if tag else {}))


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> Iterator[str | None]:
    if request.param == "sqlite":
        yield None
        return
    with schema(request.getfixturevalue("postgres")) as url:
        yield url


@pytest.fixture
async def site() -> AsyncIterator[FeedServer]:
    async with FeedServer() as running:
        yield running


@pytest.fixture
def anywhere(tmp_path: Path, site: FeedServer, database_url: str | None) -> Iterator[Newsroom]:
    with serving() as desk:
        yield Newsroom(tmp_path, site, desk, database_url)


@pytest.fixture
def room(tmp_path: Path, site: FeedServer) -> Iterator[Newsroom]:
    with serving() as desk:
        yield Newsroom(tmp_path, site, desk)


async def told(room: Newsroom, service: Service, *items: tuple[str, str]) -> list[str]:
    """Let the feed show what is told, after its first sight; return the alerts."""
    room.shows("courier", OLD)
    await room.poll(service)
    room.shows("courier", *(items or (NEWS,)), OLD)
    await room.poll(service)
    return await room.deliver(service)


async def look(room: Newsroom, service: Service, *, after: timedelta) -> list[str]:
    """Look at what is due so long after the alert; return what was told."""
    room.now = NOON + after
    await Rounds(service).go()
    return await room.deliver(service)


def asked(room: Newsroom) -> list[Request]:
    return [one for one in room.site.requests if one.path.startswith("/courier/")]


async def test_an_edit_that_only_the_page_shows_is_told_once_with_both_sentences(
    anywhere: Newsroom,
) -> None:
    room = anywhere
    room.write("courier", feed=", full_text: always")
    room.site.put("/courier/Relatives", page(SAID), page(SAID, footer="Read by 12"), page(SAYS))
    async with room.service() as service:
        first = await told(room, service)
        looks = [await look(room, service, after=one) for one in LOOKS]
        with service.store.read() as known:
            audit = balance(*known.books(), targets=service.desk.targets)
            left = known.due_rechecks(room.now + 99 * HOUR, limit=9)

    assert len(first) == 1
    assert [len(messages) for messages in looks] == [0, 1, 0, 0]
    assert looks[1][0].startswith("Edited after we told you: Atajurt · courier: ")
    assert f"Before: {SAID}" in looks[1][0]
    assert "Now: A volunteer of »Atajurt« went home by himself in the evening." in looks[1][0]
    assert len(asked(room)) == 1 + len(LOOKS)
    assert left == []
    assert audit.balances, audit.missing


async def test_words_that_are_gone_from_the_page_alone_are_told_as_gone(room: Newsroom) -> None:
    room.write("courier", feed=", full_text: always")
    room.site.put("/courier/Relatives", page(SAID), page(LESS))
    title = ("Relatives read out names", "They were at the consulate again.")
    async with room.service() as service:
        await told(room, service, title)

        [message] = await look(room, service, after=HOUR)

    assert message.startswith("No longer says it: Atajurt · courier: ")
    assert "No longer says: A volunteer of »Atajurt« was led away" in message
    assert f"Now: {LESS}" in message


@pytest.mark.parametrize("gone", [answer(404), answer(410), redirect("/")], ids=["404", "410", "/"])
async def test_a_page_that_is_gone_is_told_after_the_second_look_an_hour_later_and_once(
    room: Newsroom, gone: bytes
) -> None:
    room.write("courier", rule=", severity: high")
    room.site.put("/", answer(body="<h1>Courier</h1>", headers=HTML))
    room.site.put("/courier/Relatives", gone)
    async with room.service() as service:
        await told(room, service)
        looks = [await look(room, service, after=n * HOUR) for n in (1, 1.5, 2, 3, 6, 24, 72)]

    assert [len(messages) for messages in looks] == [0, 0, 1, 0, 0, 0, 0]
    [message] = looks[2]
    assert message.startswith("Gone from its page: Atajurt · courier: ")
    assert "»Atajurt« was at the consulate again." in message
    assert "The article is gone from its page: " in message


async def test_a_page_that_comes_back_within_the_hour_was_not_gone(room: Newsroom) -> None:
    room.write("courier", rule=", severity: high")
    there = page(SAID)
    room.site.put("/courier/Relatives", answer(404), answer(404), there, answer(404), answer(404))
    async with room.service() as service:
        await told(room, service)

        looks = [await look(room, service, after=n * HOUR) for n in (1, 2, 6)]

    assert looks == [[], [], []]


@pytest.mark.parametrize(
    "trouble", [answer(403), answer(500), answer(503), redirect("https://127.0.0.1:1/")]
)
async def test_a_wall_or_a_server_in_trouble_is_evidence_of_nothing(
    room: Newsroom, trouble: bytes
) -> None:
    room.write("courier", feed=", full_text: always")
    room.site.put("/courier/Relatives", page(SAID), trouble)
    async with room.service() as service:
        await told(room, service)

        looks = [await look(room, service, after=one) for one in LOOKS]

    assert looks == [[], [], [], []]
    assert len(asked(room)) == 1 + len(LOOKS)


async def test_a_look_asks_with_the_validators_of_the_last_one(room: Newsroom) -> None:
    room.write("courier", feed=", full_text: always")
    room.site.put(
        "/courier/Relatives", page(SAID, tag='"1"'), answer(304), page(SAYS, tag='"2"'), answer(304)
    )
    async with room.service() as service:
        await told(room, service)
        looks = [await look(room, service, after=one) for one in LOOKS]

    tags = [request.header("If-None-Match") for request in asked(room)]
    assert tags == [None, '"1"', '"1"', '"2"', '"2"']
    assert [len(messages) for messages in looks] == [0, 1, 0, 0]


async def test_only_heads_are_asked_for_where_there_is_nothing_to_compare(room: Newsroom) -> None:
    room.write("courier", rule=", severity: critical")
    room.site.put("/courier/Relatives", page(SAID))
    async with room.service() as service:
        await told(room, service)
        for one in LOOKS:
            await look(room, service, after=one)

    assert [request.method for request in asked(room)] == ["HEAD"] * len(LOOKS)


@pytest.mark.parametrize(
    ("feed", "rule"),
    [("", ""), (", full_text: always", ", edits: off"), ("", ", severity: high, edits: off")],
)
async def test_nobody_is_asked_again_where_the_rules_do_not_want_it(
    room: Newsroom, feed: str, rule: str
) -> None:
    room.write("courier", feed=feed, rule=rule)
    room.site.put("/courier/Relatives", page(SAID))
    async with room.service() as service:
        await told(room, service)
        before = len(asked(room))
        for one in LOOKS:
            await look(room, service, after=one)

    assert len(asked(room)) == before


async def test_what_the_first_sight_of_a_feed_shows_is_not_looked_at_again(room: Newsroom) -> None:
    room.write("courier", rule=", severity: high")
    room.site.put("/courier/Relatives", page(SAID))
    room.shows("courier", NEWS, OLD)
    async with room.service() as service:
        await room.poll(service)
        assert len(await room.deliver(service)) == 1
        await look(room, service, after=HOUR)

    assert asked(room) == []


async def test_a_host_is_asked_for_few_pages_an_hour_restarts_included(room: Newsroom) -> None:
    room.write("courier", rule=", severity: high")
    many = [(f"N{n} of Atajurt", f"Told on day {n} by nobody else.") for n in range(20)]
    for title, _ in many:
        room.site.put(f"/courier/{title.split()[0]}", page(SAID))
    async with room.service() as service:
        await told(room, service, *many)
        await look(room, service, after=HOUR)
        first = len(asked(room))
    async with room.service() as service:
        await look(room, service, after=1.5 * HOUR)
        second = len(asked(room))
        await look(room, service, after=2.1 * HOUR)

    assert (first, second) == (MOST_AN_HOUR, MOST_AN_HOUR)
    assert len({request.path for request in asked(room)}) == len(many)


async def test_a_host_that_asks_us_to_wait_is_left_alone_with_its_feed(room: Newsroom) -> None:
    room.write("courier", rule=", severity: high")
    room.site.put("/courier/Relatives", answer(429, headers={"Retry-After": "7200"}))
    async with room.service() as service:
        await told(room, service)
        await look(room, service, after=HOUR)
        await look(room, service, after=2 * HOUR)
        with service.store.read() as known:
            due = known.next_due()

    assert len(asked(room)) == 1
    assert due is not None
    assert due >= NOON + 3 * HOUR


async def test_what_is_too_old_is_forgotten_after_a_long_stop(room: Newsroom) -> None:
    room.write("courier", rule=", severity: high")
    room.site.put("/courier/Relatives", answer(404))
    async with room.service() as service:
        await told(room, service)
    async with room.service() as service:
        assert await look(room, service, after=100 * HOUR) == []
        with service.store.read() as known:
            [(article, _)] = [
                one for one in known.articles_since(NOON - HOUR) if one[0].title == NEWS[0]
            ]
            assert known.recheck(article.id) is None

    assert asked(room) == []


async def test_a_look_that_was_not_written_down_is_made_again_and_told_once(
    anywhere: Newsroom,
) -> None:
    room = anywhere
    room.write("courier", rule=", severity: high")
    room.site.put("/courier/Relatives", answer(404))
    async with room.service() as service:
        await told(room, service)
        await look(room, service, after=HOUR)
        room.now = NOON + 2 * HOUR
        [due] = service.watch.looks.due()
        assert await service.watch.looks.look(due) is not None  # and then the machine is gone
    async with room.service() as service:
        again = await look(room, service, after=2 * HOUR)
        later = await look(room, service, after=3 * HOUR)

    assert [len(again), len(later)] == [1, 0]
