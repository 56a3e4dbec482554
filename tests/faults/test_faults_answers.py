"""Answers that are good HTTP and bring no news (F18 to F21)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from support.faults import OLD, Faulty, Scene, headline, item, rss
from support.feed_server import answer, lying
from support.names import HANGS

from watcher.core.model import FeedFault
from watcher.daemon.clock import now

pytestmark = pytest.mark.asyncio(loop_scope="module")

PAGE = "<!doctype html><html><head><title>{}</title></head><body>{}</body></html>"
DAY = timedelta(hours=24)


# --- F18: no way there -------------------------------------------------------------------------


async def lost(scene: Scene, feed: Faulty, url: str) -> tuple[FeedFault | None, timedelta]:
    """Poll `url` three times; return its fault and by how much the wait has grown."""
    await scene.watch(f"{{url: '{url}', name: '{feed.name}'}}")
    waits = []
    for _ in range(3):
        before = now()
        cycle = await scene.poll(url, feed.name)
        waits.append(cycle.state.next_due - before)
    assert waits[0] < waits[1] < waits[2], "each failure waits longer"
    return cycle.state.fault, waits[0]


@pytest.mark.parametrize(
    ("name", "addresses", "fault"),
    [
        ("F18 no such name", [], FeedFault.DNS),
        ("F18 names that hang", [HANGS], FeedFault.TIMEOUT),
        ("F18 refused", ["127.0.0.1"], FeedFault.REFUSED),
    ],
)
async def test_a_feed_without_a_way_to_it_waits_longer_each_time(
    scene: Scene, name: str, addresses: list[str], fault: FeedFault
) -> None:
    feed = Faulty(scene=scene, name=name, server=scene.server)
    scene.names.answers[feed.host] = [addresses]
    # The server of the canary, but for its port: what listens there now is asked by nobody else.
    url = f"http://{feed.host}:{scene.closed_port}/feed"

    found, first = await lost(scene, feed, url)

    assert found is fault
    assert first >= timedelta(minutes=2)


# --- F19: statuses -----------------------------------------------------------------------------


def late(status: int, wait: str) -> bytes:
    return answer(status, headers={"Retry-After": wait})


STATUSES = {
    "F19 204": (answer(204), FeedFault.EMPTY),
    "F19 200 empty": (answer(200), FeedFault.EMPTY),
    "F19 401": (answer(401, "no"), FeedFault.UNAUTHORIZED),
    "F19 403": (answer(403, "no"), FeedFault.BLOCKED),
    "F19 404": (answer(404, "no"), FeedFault.NOT_FOUND),
    "F19 410": (answer(410, "no"), FeedFault.GONE),
    "F19 429": (answer(429, "no"), FeedFault.RATE_LIMITED),
    "F19 500": (answer(500, "no"), FeedFault.SERVER_ERROR),
    "F19 503": (answer(503, "no"), FeedFault.SERVER_ERROR),
    "F19 999": (answer(999, "no"), FeedFault.BAD_STATUS),
    "F20 captive portal": (
        answer(body=PAGE.format("Wi-Fi login", "")),
        FeedFault.HTML,
    ),
    "F20 consent page": (
        answer(body=PAGE.format("Before you continue", "cookies")),
        FeedFault.HTML,
    ),
    "F20 firewall": (
        answer(body=PAGE.format("Just a moment...", "Checking your browser")),
        FeedFault.BLOCKED,
    ),
    "F20 JSON": (answer(body='{"error": "quota"}'), FeedFault.NOT_A_FEED),
    "F20 plain text": (answer(body="Service paused"), FeedFault.NOT_A_FEED),
    "F20 other XML": (answer(body="<error><code>7</code></error>"), FeedFault.NOT_A_FEED),
}


def with_validators(reply: bytes) -> bytes:
    """Give an answer an ETag that must not be kept."""
    head, end, body = reply.partition(b"\r\n\r\n")
    return head + b'\r\nETag: "of-no-feed"' + end + body


@pytest.mark.parametrize("name", STATUSES)
async def test_an_answer_without_a_feed_is_a_failure_with_a_name_and_no_item_is_gone(
    scene: Scene, name: str
) -> None:
    reply, fault = STATUSES[name]
    feed = await scene.feed(name)

    cycle = await feed.answers(with_validators(reply))

    assert cycle.state.fault is fault
    assert (cycle.state.etag, cycle.told) == ('"1"', ())
    again = await feed.recovers()
    assert again.tally.items_new == 2, "the canary's and this feed's: old items are not news again"


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(
    ("wait", "least", "most"),
    [
        ("7200", timedelta(hours=2), timedelta(hours=3)),
        ("99999999", DAY, DAY * 1.2),
        (f"{now() + 3 * DAY:%d %b %Y %H:%M:%S} GMT", DAY, DAY * 1.2),
    ],
    ids=["seconds", "years", "date"],
)
async def test_f19_a_site_that_asks_us_to_wait_is_left_alone_for_so_long_but_a_day_at_most(
    scene: Scene, status: int, wait: str, least: timedelta, most: timedelta
) -> None:
    feed = await scene.feed(f"F19 {status} wait {wait[:8]}")
    before = now()

    cycle = await feed.answers(answer(status, headers={"Retry-After": wait}))
    again = await feed.answers(answer(200, rss(OLD)))

    assert least <= cycle.state.next_due - before <= most
    assert len(feed.tags) == 2, "not even asked"
    assert again.state == cycle.state


@pytest.mark.parametrize(
    ("name", "reply", "failures"),
    [
        ("F19 gone for good", answer(410, "gone"), 2),
        ("F19 not found for long", answer(404, "no"), 3),
        ("F20 a portal for long", STATUSES["F20 captive portal"][0], 3),
    ],
)
async def test_trouble_that_stays_is_told_once_and_its_end_once(
    scene: Scene, name: str, reply: bytes, failures: int
) -> None:
    feed = await scene.feed(name)

    notices = [(await feed.answers(reply)).notices for _ in range(failures + 2)]
    back = await feed.recovers()

    assert [len(told) for told in notices] == [0] * (failures - 1) + [1, 0, 0]
    assert len(back.notices) == 1
    assert name in notices[failures - 1][0]


async def test_f19_a_redirect_for_now_is_followed_and_its_news_told(scene: Scene) -> None:
    feed = await scene.feed("F19 301")
    scene.server.put("/moved", answer(body=rss(item("moved away"), OLD)))

    cycle = await feed.answers(answer(301, headers={"Location": "/moved"}))

    assert cycle.state.fault is None
    [told] = cycle.told
    assert headline("moved away") in told


# --- F21 ---------------------------------------------------------------------------------------


async def test_f21_a_server_that_says_not_modified_for_ever_is_asked_for_all_in_the_end(
    scene: Scene,
) -> None:
    feed = await scene.feed("F21 lying")
    liar = lying(rss(item("hidden by lies"), OLD))
    stuck = await feed.answers(liar)

    with scene.service.store.write() as tx:
        # Nine days go by with nothing but 304.
        tx.save_feed(replace(stuck.state, validated_since=now() - timedelta(days=9)))
    cycle = await scene.cycle(feed)
    after = await scene.cycle(feed)

    assert stuck.told == ()
    [told] = cycle.told
    assert headline("hidden by lies") in told
    assert feed.tags == [None, '"1"', None, '"for-ever"'], "one unconditional request is enough"
    assert after.told == ()
