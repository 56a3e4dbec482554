"""Rule 11: redirects are followed at once, and believed only after two weeks."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from support.feed_server import FeedServer, answer, redirect
from support.polite import START, Scene
from support.scorer import Column, Score, clean, item

from watcher.core.model import FeedFault

DAY = timedelta(days=1)
PAGE = answer(body="<html>sign in</html>", headers={"Content-Type": "text/html"})
MOVED = "Feed 0 has moved"


@pytest.fixture
async def other() -> AsyncIterator[FeedServer]:
    async with FeedServer() as server:
        yield server


@pytest.mark.parametrize("status", [301, 308])
async def test_a_permanent_redirect_is_followed_at_once_and_proposed_after_14_days(
    scene: Scene, status: int
) -> None:
    """Rule 11."""
    feed = scene.feed("/new")
    old = scene.server.url("/old", "outlet.example")
    scene.server.put("/old", redirect("/hop", status))
    scene.server.put("/hop", redirect("/new", 301))
    scene.watch(old, every="6h")

    async with scene.service() as service:
        tally = await scene.once_due(service)
        await scene.pass_time(service, 13 * DAY)
        early = scene.notices(service)
    async with scene.service() as service:
        await scene.pass_time(service, 2 * DAY)
        await scene.pass_time(service, 9 * DAY)
        told = scene.notices(service)
        state = scene.state(service, old)

    assert (tally.items_new, early, told) == (1, [], [MOVED])
    assert (state.moved_to, state.moved_since) == (feed.url, START)
    asked = feed.score.requests
    assert feed.score == Score(
        requests=asked,
        unconditional=3,  # the first, and one after each eight days of 304
        etags=Column(asked - 3),
        dates=Column(asked - 3),
    )


@pytest.mark.parametrize("statuses", [[302], [307], [303], [301, 302], [307, 308]])
async def test_a_temporary_redirect_is_never_a_move(scene: Scene, statuses: list[int]) -> None:
    """Rule 11."""
    for number, status in enumerate(statuses):
        scene.server.put(f"/{number}", redirect(f"/{number + 1}", status))
    scene.feed(f"/{len(statuses)}")
    scene.watch(scene.server.url("/0", "outlet.example"), every="12h")

    async with scene.service() as service:
        await scene.pass_time(service, 30 * DAY)

        assert scene.notices(service) == []


async def test_an_address_that_flips_back_and_forth_is_never_a_move(scene: Scene) -> None:
    """Rule 11."""
    feed, old = scene.feed("/new"), scene.server.url("/old", "outlet.example")
    scene.feed("/newer")
    scene.watch(old, every="12h")

    async with scene.service() as service:
        for turn in range(6):
            scene.server.put("/old", redirect(("/new", "/newer")[turn % 2], 301))
            await scene.pass_time(service, 10 * DAY)
        flipping = scene.notices(service)
        scene.server.put("/old", *feed.server._replies["/new"])
        await scene.once_due(service)
        scene.server.put("/old", redirect("/newer", 301))
        await scene.pass_time(service, 10 * DAY)

        assert MOVED not in {*flipping, *scene.notices(service)}


async def test_a_login_page_behind_a_redirect_is_a_failure_and_no_move(scene: Scene) -> None:
    """Rule 11. A captive portal sends everybody to its page, once."""
    feed = scene.feed("/courier")
    scene.watch(feed, every="12h")
    scene.server.put("/portal", PAGE)

    async with scene.service() as service:
        await scene.once_due(service)
        feed.script.append(redirect("/portal", 301))
        await scene.once_due(service)
        during = scene.state(service, feed)
        feed.publish(item("A bridge is closed"))
        tally = await scene.once_due(service)
        after = scene.state(service, feed)
        told = scene.notices(service)

    assert (during.fault, during.moved_to) == (FeedFault.HTML, None)
    assert (after.fault, after.moved_to, tally.items_new, told) == (None, None, 1, [])
    assert feed.score == clean(3), "and the page's validators were not taken for the feed's"


async def test_circles_and_more_than_five_hops_are_named(scene: Scene) -> None:
    """Rule 11."""
    for number in range(7):
        scene.server.put(f"/{number}", redirect(f"/{number + 1}", 301))
    scene.server.put("/circle", redirect("/back", 301))
    scene.server.put("/back", redirect("/circle", 301))
    feed = scene.feed("/7")
    urls = {name: scene.server.url(name, "outlet.example") for name in ("/1", "/2", "/circle")}
    scene.watch(*urls.values())

    async with scene.service() as service:
        await scene.due(service)
        faults = {name: scene.state(service, url).fault for name, url in urls.items()}

    assert faults == {"/1": FeedFault.REDIRECT, "/2": None, "/circle": FeedFault.REDIRECT}
    assert feed.score.requests == 1
    assert len(scene.server.asked("/circle")) == 1


async def test_nothing_but_the_feed_s_own_validators_crosses_to_another_host(
    scene: Scene, other: FeedServer
) -> None:
    """Rule 11."""
    feed = scene.feed("/courier")
    elsewhere = Scene(scene.folder, other, clock=scene.clock).feed(site="elsewhere.example")
    scene.server.put("/old", redirect(elsewhere.url, 301))
    secret = elsewhere.url.replace("http://", "http://desk:secret@")
    scene.server.put("/named", redirect(secret, 301))
    old, with_name = (scene.server.url(path, "outlet.example") for path in ("/old", "/named"))
    scene.watch(old, with_name, feed)
    scene.more_allowed = other.allow

    async with scene.service() as service:
        await scene.once_due(service)
        await scene.pass_time(service, DAY / 4)
        refused = scene.state(service, with_name)

    assert elsewhere.score == clean(elsewhere.score.requests)
    assert elsewhere.score.requests > 2
    assert refused.fault is FeedFault.REDIRECT
    assert "secret" not in refused.fault_detail


async def test_a_feed_whose_address_is_changed_to_where_it_moved_is_the_same_feed(
    scene: Scene,
) -> None:
    """Rule 11. Its articles are no news, and its validators go on being good."""
    feed = scene.feed("/new")
    old = scene.server.url("/old", "outlet.example")
    scene.server.put("/old", redirect("/new", 301))
    scene.watch(old, find="steppe")
    async with scene.service() as service:
        await scene.once_due(service)

    scene.watch(feed, find="steppe")
    async with scene.service() as service:
        tally = await scene.once_due(service)

    assert (tally.items_new, tally.alerts, tally.not_modified) == (0, 0, 1)
    assert feed.score == clean(2)
