"""Rules 8, 9, 12, 13, 23 and 24: how soon a feed is asked again, and when its silence is told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import pairwise

import pytest
from support.feed_server import answer
from support.polite import SPREAD, START, Scene
from support.scorer import Column, Hand, Score, Scored, both, clean, item, neither

from watcher.core.errors import RulesError
from watcher.core.model import FeedFault

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
LATER = 1.1
"""Polls are moved up to a tenth later, so that they don't fall together."""


def pauses(feed: Scored) -> list[timedelta]:
    return [after - before for before, after in pairwise(feed.times)]


def dated(title: str, at: datetime) -> str:
    return item(title, f"<pubDate>{format_datetime(at)}</pubDate>")


async def test_ten_restarts_ask_nobody_before_the_time(scene: Scene) -> None:
    """Rule 8."""
    feed = scene.feed()
    scene.watch(feed)
    async with scene.service() as service:
        await scene.once_due(service)
        due = scene.state(service, feed).next_due

    for _ in range(10):
        scene.clock.at += MINUTE
        async with scene.service() as service:
            await scene.due(service)
            assert scene.state(service, feed).next_due == due
    early = feed.score.requests
    async with scene.service() as service:
        await scene.once_due(service)

    assert (early, feed.score) == (1, clean(2))


@pytest.mark.parametrize(
    ("hand", "newest", "every", "least"),
    [
        (both, HOUR, "", 15 * MINUTE),
        (both, 9 * DAY, "", HOUR),
        (neither, 9 * DAY, "", DAY),
        (neither, HOUR, "10m", 10 * MINUTE),
        (both, HOUR, "1m", MINUTE),
    ],
    ids=["news", "slow", "no validators", "no validators, but the user's word", "floor"],
)
async def test_the_pause_fits_the_feed(
    scene: Scene, hand: Hand, newest: timedelta, every: str, least: timedelta
) -> None:
    """Rule 8."""
    stories = [dated(f"Story {n}", START - newest - n * 9 * DAY) for n in range(8)]
    feed = scene.feed(hand=hand, items=stories)
    scene.watch(feed, every=every)

    async with scene.service() as service:
        await scene.once_due(service)
        await scene.pass_time(service, least * LATER + SPREAD)

    [pause, *_] = pauses(feed)
    assert least <= pause <= least * LATER + SPREAD


async def test_a_minute_is_the_least_that_a_user_may_ask_for(scene: Scene) -> None:
    """Rule 8."""
    scene.watch(scene.feed(), every="30s")

    with pytest.raises(RulesError, match="At least 1m"):
        async with scene.service():
            pass


YEARLY = (
    "<sy:updatePeriod xmlns:sy='http://purl.org/rss/1.0/modules/syndication/'>yearly"
    "</sy:updatePeriod>"
)
SERVED = "Mon, 02 Nov 2026 09:20:00 GMT"


@pytest.mark.parametrize(
    ("headers", "head", "least"),
    [
        ({"Cache-Control": "public, max-age=7200"}, "", 2 * HOUR),
        ({"Date": SERVED, "Expires": "Mon, 02 Nov 2026 12:20:00 GMT"}, "", 3 * HOUR),
        ({"Cache-Control": "max-age=3600", "Expires": "Mon, 02 Nov 2026 12:20:00 GMT"}, "", HOUR),
        ({}, "<ttl>120</ttl>", 2 * HOUR),
        ({"Cache-Control": "max-age=3600"}, "<ttl>120</ttl>", 2 * HOUR),
        ({"Cache-Control": "max-age=31536000"}, "", 6 * HOUR),
        ({}, "<ttl>525600</ttl>", 6 * HOUR),
        ({"Cache-Control": "max-age=30"}, "<ttl>1</ttl>", 15 * MINUTE),
        (
            {},
            YEARLY,
            6 * HOUR,
        ),
    ],
    ids=[
        "max-age", "Expires", "max-age before Expires", "ttl", "the longer of two", "a year",
        "a year of ttl", "short ones do not hurry", "yearly, by Rule 13",
    ],
)  # fmt: skip
async def test_freshness_and_ttl_are_lower_bounds_up_to_six_hours(
    scene: Scene, headers: dict[str, str], head: str, least: timedelta
) -> None:
    """Rule 9. A 304 takes nothing back that it leaves out, and neither does a restart."""
    stories = [dated(f"Story {n}", START - n * HOUR) for n in range(20)]
    feed = scene.feed(headers=headers, head=head, items=stories)
    scene.watch(feed)

    for _ in range(4):
        async with scene.service() as service:
            await scene.once_due(service)

    for pause in pauses(feed)[:3]:
        assert least <= pause <= max(least, HOUR) * LATER + SPREAD
    assert feed.score == clean(4)


async def test_a_feed_that_is_gone_is_told_after_the_second_time_and_asked_once_a_day(
    scene: Scene,
) -> None:
    """Rule 12."""
    feed = scene.feed(script=[answer(410)] * 20)
    scene.watch(feed)

    async with scene.service() as service:
        await scene.once_due(service)
        first = scene.notices(service)
        await scene.once_due(service)
        second = scene.notices(service)
        await scene.pass_time(service, 9 * DAY)
        told = scene.notices(service)

    assert (first, second, told) == ([], ["Feed 0 can't be read: gone"], second)
    assert all(DAY <= pause <= DAY * LATER + SPREAD for pause in pauses(feed)[1:])
    assert feed.score.requests >= 9, "and it is never given up"


@pytest.mark.parametrize("status", [404, 403, 500, 503])
async def test_a_feed_that_fails_is_asked_less_and_less_and_never_given_up(
    scene: Scene, status: int
) -> None:
    """Rule 12."""
    feed = scene.feed(script=[answer(status)] * 60)
    scene.watch(feed)

    async with scene.service() as service:
        await scene.pass_time(service, 10 * DAY)
        feed.script.clear()
        tally = await scene.pass_time(service, 7 * HOUR)
        told = scene.notices(service)

    waits = pauses(feed)[:40]
    assert waits[0] <= 3 * MINUTE
    assert all(after > before for before, after in pairwise(waits[:7]))
    assert all(6 * HOUR <= wait <= 6 * HOUR * LATER + SPREAD for wait in waits[8:35])
    assert (tally.items_new, len(told)) == (1, 2), "told once, and once that it is back"


async def test_a_host_without_a_name_or_a_server_is_asked_again_within_six_hours(
    scene: Scene,
) -> None:
    """Rule 12."""
    gone = f"http://no-such-host.invalid:{scene.server.port}/"
    scene.watch(gone)

    async with scene.service() as service:
        tally = await scene.pass_time(service, 5 * DAY)
        state = scene.state(service, gone)

    assert state.fault is FeedFault.DNS
    assert state.next_due - scene.clock.at <= 6 * HOUR * LATER + SPREAD
    assert tally.polled == scene.names.asked["no-such-host.invalid"]
    assert 20 < tally.polled < 40


async def test_hours_and_days_in_which_the_publisher_sleeps_are_kept_though_304s_repeat_them_not(
    scene: Scene,
) -> None:
    """Rule 13."""
    hours = "".join(f"<hour>{hour}</hour>" for hour in range(12))
    days = "<day>Saturday</day><day>Sunday</day>"
    feed = scene.feed(
        head=f"<skipHours>{hours}</skipHours><skipDays>{days}</skipDays>",
        script=[answer(500)],  # a feed that could not be read yet may be asked at any hour
    )
    scene.watch(feed)

    async with scene.service() as service:
        await scene.pass_time(service, 3 * DAY)
    async with scene.service() as service:
        await scene.pass_time(service, 4 * DAY)

    asked = feed.times[2:]
    assert len(asked) > 50
    assert {at.hour for at in asked} <= set(range(12, 24))
    assert {at.weekday() for at in asked} == {0, 1, 2, 3, 4}
    assert feed.score == Score(
        requests=len(feed.times),
        unconditional=2,
        etags=Column(len(asked)),
        dates=Column(len(asked)),
    )


async def test_a_feed_that_falls_silent_is_told_once_and_once_when_it_is_back(
    scene: Scene,
) -> None:
    """Rule 23. It prints twice a day for two weeks, then answers 200 with nothing new."""
    feed = scene.feed(items=[dated("Story 0", START)])
    scene.watch(feed, every="4h")

    async with scene.service() as service:
        for number in range(28):
            feed.publish(dated(f"Story {number + 1}", scene.clock.at))
            await scene.pass_time(service, DAY / 2)
        lively = scene.notices(service)
        for _ in range(20):
            feed.touch()
            await scene.pass_time(service, DAY)
        silent = scene.notices(service)
        feed.publish(dated("Story 99", scene.clock.at))
        await scene.pass_time(service, DAY)
        back = scene.notices(service)

    assert lively == []
    assert silent == ["Feed 0 is silent"]
    assert back == ["Feed 0 is silent", "Feed 0 brings news again"]


async def test_a_feed_whose_newest_item_is_from_2017_is_told(scene: Scene) -> None:
    """Rule 23."""
    feed = scene.feed(items=[dated("Story", datetime(2017, 3, 1, tzinfo=UTC))])
    scene.watch(feed)

    async with scene.service() as service:
        await scene.once_due(service)
        await scene.once_due(service)

        assert scene.notices(service) == ["Feed 0 seems to be dead"]


async def test_no_item_slips_through_between_two_polls_of_a_feed_that_turns_over_fast(
    scene: Scene,
) -> None:
    """Rule 24. Ten items stand in it, and every four minutes one is pushed out."""
    feed = scene.feed(items=[dated(f"Early {n}", START - n * 4 * MINUTE) for n in range(10)])
    scene.watch(feed)
    printed = 10

    async with scene.service() as service:
        for number in range(120):
            await scene.pass_time(service, 4 * MINUTE)
            feed.publish(dated(f"Story {number}", scene.clock.at))
            feed.items = feed.items[:10]
            printed += 1
        await scene.pass_time(service, 30 * MINUTE)
        with service.store.read() as known:
            stored = known.counts()["articles"]
        told = scene.notices(service)

    assert (stored, told) == (printed, [])
    assert feed.score == clean(feed.score.requests)
    assert feed.score.requests < 120, "fewer requests than items"
