"""Rules 20, 21, 22 and 26: odd dates, ids that change, bodies that are no feed, and entities."""

from __future__ import annotations

import re
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from support.feed_server import FeedServer, answer
from support.polite import START, Scene
from support.scorer import clean, item

from watcher.core.model import Article, FeedFault
from watcher.daemon import Service

REAL = Path(__file__).resolve().parents[3] / "shared" / "data" / "feeds" / "real_feeds"
DAY = timedelta(days=1)


def articles(service: Service) -> dict[str, Article]:
    with service.store.read() as known:
        found = [article for article, _ in known.articles_since(START - 400 * DAY)]
    return {article.title: article for article in found}


# --- rule 20 -----------------------------------------------------------------------------------


def pub(text: str) -> str:
    return f"<pubDate>{text}</pubDate>"


@pytest.mark.parametrize(
    ("more", "published"),
    [
        ("", None),
        (pub(""), None),
        (pub("the day before yesterday"), None),
        (pub("Tue, 99 Nov 2026 10:00:00 GMT"), None),
        (pub(format_datetime(START + 2 * DAY)), None),
        (pub("Fri, 31 Dec 9999 23:59:59 GMT"), None),
        (pub(format_datetime(START + DAY / 2)), START + DAY / 2),
        (pub("Mon, 02 Jan 2017 10:00:00 GMT"), datetime(2017, 1, 2, 10, tzinfo=UTC)),
    ],
    ids=[
        "missing", "empty", "words", "impossible", "two days ahead", "year 9999",
        "half a day ahead", "old",
    ],
)  # fmt: skip
async def test_a_date_that_can_not_be_is_none_and_an_old_one_stays_old(
    scene: Scene, more: str, published: datetime | None
) -> None:
    """Rule 20. Whatever its date, what is new is told."""
    feed = scene.feed()
    scene.watch(feed)

    async with scene.service() as service:
        await scene.once_due(service)
        feed.publish(item("Atajurt opens an office", more))
        tally = await scene.once_due(service)
        article = articles(service)["Atajurt opens an office"]
        read = scene.state(service, feed)

    assert (tally.items_new, tally.alerts) == (1, 1)
    assert (article.published, article.seen) == (published, scene.clock.at)
    assert read.last_new == scene.clock.at, "no date moves what is known of its rhythm"


# --- rule 21 -----------------------------------------------------------------------------------


async def test_a_feed_re_issued_over_https_with_new_ids_is_no_news(scene: Scene) -> None:
    """Rule 21. Its words are touched, too: another program writes its summaries."""
    names = [f"Atajurt story {number}" for number in range(10)]
    feed = scene.feed(items=[item(name, "<description>Short</description>") for name in names])
    scene.watch(feed)

    async with scene.service() as service:
        await scene.once_due(service)
        more = "<description>Another program writes a longer summary.</description>"
        feed.items = [item(n, more, guid=f"post-{n}", scheme="https") for n in names]
        feed.publish(item("Atajurt goes on", guid="post-11"))
        moved = await scene.once_due(service)
        feed.touch()
        after = await scene.once_due(service)

    assert (moved.items_new, moved.alerts) == (1, 1), "only what is new is told"
    assert (after.items_new, after.alerts) == (0, 0)


async def test_one_title_for_many_items_of_one_page_is_no_re_issue(scene: Scene) -> None:
    """Rule 21. It must not cost an item either."""

    def live(number: int) -> str:
        return (
            f"<item><guid>{number}</guid><title>Live {number % 3}</title>"
            f"<link>https://outlet.example/</link>"
            f"<description>Atajurt, part {number}</description></item>"
        )

    feed = scene.feed(items=[live(number) for number in range(6)])
    scene.watch(feed)

    async with scene.service() as service:
        await scene.once_due(service)
        feed.publish(*(live(number) for number in range(6, 9)))
        tally = await scene.once_due(service)

    assert tally.items_new == 3


@pytest.mark.parametrize(
    "name", ["FeedReader__Rss20LeMonde.xml", "FeedReader__Rss20JapanTimes.xml"]
)
async def test_a_real_feed_moved_to_https_with_all_ids_changed_tells_nothing(
    scene: Scene, name: str
) -> None:
    """Rule 21."""
    if not (REAL / name).exists():
        pytest.skip("the collection of real feeds is not here")
    document = (REAL / name).read_text(encoding="utf-8", errors="replace")
    titles = re.findall(r"<title>(?:<!\[CDATA\[)?\s*([^<\]]+)", document)[2:]
    words = {word for title in titles for word in re.findall(r"[^\W\d_]{6,}", title)}
    moved = re.sub(r"(<guid[^>]*>)", r"\g<1>urn:new:", document).replace("http:", "https:")
    assert moved.count("urn:new:") > 5
    feed = scene.feed()
    feed.script = [answer(body=document, headers={"ETag": '"1"'})]
    scene.watch(feed, find="%s")
    rules = scene.folder / "rules.yaml"
    found = "\n".join(f"      - '{word}'" for word in sorted(words)[:40])
    text = rules.read_text(encoding="utf-8").replace("find: '%s', notify: [desk]", "F")
    block = f"  - name: R\n    notify: [desk]\n    find:\n{found}\n"
    rules.write_text(text.replace("  - {name: R, F}\n", block), encoding="utf-8")

    async with scene.service() as service:
        first = await scene.once_due(service)
    feed.script = [answer(body=moved, headers={"ETag": '"2"'})]
    async with scene.service() as service:
        again = await scene.once_due(service)

    assert first.matches >= 5
    assert (again.not_modified, again.items_new, again.alerts) == (0, 0, 0)


# --- rule 22 -----------------------------------------------------------------------------------

HTML = {"Content-Type": "text/html"}


@pytest.mark.parametrize(
    ("body", "headers", "fault", "says"),
    [
        ("<!doctype html><html><title>Welcome</title></html>", HTML, FeedFault.HTML, "Welcome"),
        ("<html><title>Just a moment...</title></html>", HTML, FeedFault.BLOCKED, "a person"),
        ("", {}, FeedFault.EMPTY, "empty"),
        ("hello world", {}, FeedFault.NOT_A_FEED, "plain text"),
        ("<svg xmlns='http://www.w3.org/2000/svg'/>", {}, FeedFault.NOT_A_FEED, "<svg>"),
        ('{"error": "no"}', {}, FeedFault.NOT_A_FEED, ""),
    ],
    ids=["page", "challenge", "empty", "11 bytes", "other XML", "JSON"],
)
async def test_a_body_that_is_no_feed_is_a_failure_with_a_name(
    scene: Scene, body: str, headers: dict[str, str], fault: FeedFault, says: str
) -> None:
    """Rule 22. What came with it is not kept: the next answer is read as if nothing had been."""
    feed = scene.feed()
    scene.watch(feed)

    async with scene.service() as service:
        await scene.once_due(service)
        feed.script.append(answer(body=body, headers=headers))
        await scene.once_due(service)
        state = scene.state(service, feed)
        good = await scene.once_due(service)

    assert (state.fault, state.etag) == (fault, '"v1"')
    assert says in state.fault_detail
    assert (good.failed, good.items_new) == (0, 0)


async def test_xml_that_is_not_well_formed_is_read_all_the_same(scene: Scene) -> None:
    """Rule 22."""
    feed = scene.feed(items=[item("Rain", "<description>R&D & <b>bold</description>")] * 1)
    scene.watch(feed)

    async with scene.service() as service:
        tally = await scene.once_due(service)
        state = scene.state(service, feed)

    assert (tally.failed, tally.items_new) == (0, 1)
    assert (state.fault, state.ill_formed) == (None, True)
    assert feed.score == clean(1)


# --- rule 26 -----------------------------------------------------------------------------------


@pytest.fixture
async def trap() -> AsyncIterator[FeedServer]:
    async with FeedServer() as server:
        yield server


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))


@pytest.mark.parametrize(
    "entities",
    [
        f'<!ENTITY l0 "lol">{LAUGHS}<!ENTITY x "&l9;">',
        f'<!ENTITY y "{"A" * 100_000}"><!ENTITY x "{"&y;" * 1000}">',
        '<!ENTITY x SYSTEM "file://{file}">',
        '<!ENTITY x SYSTEM "{url}">',
        '<!ENTITY % p SYSTEM "{url}"> %p; <!ENTITY x "plain">',
        '<!ENTITY x PUBLIC "-//A//B//EN" "{url}">',
    ],
    ids=["laughs", "quadratic", "file", "http", "parameter", "public"],
)
async def test_no_entity_is_expanded_and_none_from_elsewhere_is_opened(
    scene: Scene, trap: FeedServer, entities: str
) -> None:
    """Rule 26."""
    secret = scene.folder / "secret.txt"
    secret.write_text("the secret of the house", encoding="utf-8")
    declared = entities.replace("{file}", str(secret)).replace("{url}", trap.url("/dtd"))
    feed = scene.feed(items=[item("Atajurt", "<description>It says: &x;</description>")])
    dtd = f'<?xml version="1.0"?><!DOCTYPE rss SYSTEM "{trap.url("/x.dtd")}" [{declared}]>'
    feed.script = [answer(body=dtd + feed.document)]
    scene.watch(feed)

    async with scene.service() as service:
        started = time.monotonic()
        await scene.once_due(service)
        took = time.monotonic() - started
        found = articles(service)["Atajurt"]

    words = found.title + found.summary + found.text
    assert (trap.connections, "secret of the house" in words) == (0, False)
    assert len(words) < 200
    assert took < 5
