"""Feeds that are read in full: from the page of an article to a quote in an alert, politely."""

from __future__ import annotations

import asyncio
import logging
import random
import sys
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from support.article_pages import PARAGRAPHS, article_page
from support.cli_run import watcher
from support.feed_server import FeedServer, Misbehave, Request, answer
from support.webhook import Webhook, serving

from watcher import config
from watcher.core.model import Feed, FullText, Hold
from watcher.daemon import Service, open_service
from watcher.daemon.clock import now
from watcher.daemon.poller import Poller
from watcher.feeds import Fetcher, Lanes, Pages, Reader
from watcher.feeds.lanes import PER_HOST
from watcher.store import open_store
from watcher.watch import MOST_EDITED, Desk, Settings, Tally, Watch

DAY = timedelta(1)
HTML = {"Content-Type": "text/html; charset=utf-8"}
NAMED = "Among the names on the list is Erbol Daulet, whom nobody has seen since the spring."
PAGE = article_page([*PARAGRAPHS["en"], NAMED], times=2)
PAYWALL = article_page(
    [*PARAGRAPHS["en"], NAMED], head='<meta itemprop="isAccessibleForFree" content="false">'
)
OLD = {"title": "Rain over the steppe", "summary": "It will rain until Monday."}
NEWS = {"title": "Relatives read out names", "summary": "They stood at the consulate again."}


@dataclass
class Scene:
    """A site with a feed and pages, a webhook that stands for the newsroom, and the rules."""

    folder: Path
    site: FeedServer
    desk: Webhook

    def write(self, full_text: str, rules: str) -> None:
        (self.folder / "rules.yaml").write_text(
            f"channels: {{desk: 'json://127.0.0.1:{self.desk.port}/'}}\n"
            f"feeds:\n  - {{url: '{self.site.url('/rss')}', name: Courier, private: true, "
            f"full_text: {full_text}}}\n"
            f"defaults: {{notify: [desk]}}\nrules:\n  - {rules}\n",
            encoding="utf-8",
        )

    def shows(self, *items: Mapping[str, str]) -> None:
        self.site.put("/rss", answer(body=rss(self.site, *items)))

    @asynccontextmanager
    async def service(self) -> AsyncIterator[Service]:
        settings = Settings(rules=self.folder / "rules.yaml", state=self.folder / "state")
        async with open_service(settings, "test") as service:
            yield service

    def asked(self) -> list[str]:
        return [one.path for one in self.site.requests if one.path not in {"/rss", "/robots.txt"}]

    def told(self) -> list[str]:
        return [got.json()["message"] for got in self.desk.got]


def rss(site: FeedServer, *items: Mapping[str, str]) -> str:
    body = "".join(
        f"<item><guid>{item['title']}</guid><title>{item['title']}</title>"
        f"<description>{item['summary']}</description>"
        f"<link>{item.get('link', site.url(path_of(item)))}</link></item>"
        for item in items
    )
    return f'<rss version="2.0"><channel><title>F</title>{body}</channel></rss>'


def path_of(item: Mapping[str, str]) -> str:
    return "/" + item["title"].lower().replace(" ", "-")


@pytest.fixture
def desk() -> Iterator[Webhook]:
    with serving() as running:
        yield running


@pytest.fixture
async def scene(tmp_path: Path, desk: Webhook) -> AsyncIterator[Scene]:
    async with FeedServer() as site:
        yield Scene(tmp_path, site, desk)


async def poll(service: Service) -> Tally:
    service.tally = Tally()
    with service.store.read() as known:
        service.poller.give(known.feed_states())
    await service.poller.idle()
    with service.store.write() as tx:
        for hold in (Hold.BASELINE, Hold.FOLLOW_UPS):
            tx.release(hold, now=now())
    await service.outbox.drain(timeout=10)
    return service.tally


async def test_a_name_that_stands_only_in_the_page_is_alerted_with_its_sentence(
    scene: Scene,
) -> None:
    scene.write("always", "{name: Daulet, find: Erbol Daulet}")
    scene.site.put(path_of(NEWS), answer(body=PAGE, headers=HTML))
    async with scene.service() as service:
        scene.shows(OLD)
        await poll(service)
        scene.shows(NEWS, OLD)

        tally = await poll(service)

        with service.store.read() as known:
            [article] = [a for a, _ in known.articles_since(now() - DAY) if a.text]
            [hit] = known.hits(article.id)
    assert (tally.items_new, tally.pages, tally.pages_failed, tally.alerts) == (1, 1, 0, 1)
    [message] = scene.told()
    assert "Erbol Daulet" in message
    assert "whom nobody has seen since the spring." in message
    [*_, match] = hit.matches
    assert match.field == "text"
    assert article.text[match.start : match.end] == "Erbol Daulet"
    asked = await asyncio.to_thread(watcher, "why", str(article.url), "--json", cwd=scene.folder)
    assert '"field": "text"' in asked.out, "and can be asked for"


async def test_a_paywalled_article_is_alerted_from_its_summary_and_the_wall_is_named_once(
    scene: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    scene.write("always", "{name: Consulate, find: consulate}")
    other = {"title": "Relatives wait", "summary": "The consulate stayed closed."}
    for item in (NEWS, other):
        scene.site.put(path_of(item), answer(body=PAYWALL, headers=HTML))
    async with scene.service() as service:
        scene.shows(OLD)
        await poll(service)
        scene.shows(NEWS, other, OLD)

        with caplog.at_level(logging.WARNING):
            tally = await poll(service)

    assert (tally.items_new, tally.pages, tally.pages_failed, tally.alerts) == (2, 0, 2, 2)
    told = "\n".join(scene.told())
    assert "They stood at the »consulate« again." in told
    assert "Erbol Daulet" not in told
    lines = [record.getMessage() for record in caplog.records if "paywall" in record.getMessage()]
    assert len(lines) == 1
    assert "Courier" in lines[0]


async def test_at_the_first_sight_of_a_feed_no_page_is_asked_for(scene: Scene) -> None:
    scene.write("always", "{name: Daulet, find: Erbol Daulet}")
    scene.shows(NEWS, OLD)
    async with scene.service() as service:
        first = await poll(service)
        again = await poll(service)

    assert (first.items_new, first.pages, first.pages_failed) == (2, 0, 0)
    assert (again.items_new, again.pages, again.pages_failed) == (0, 0, 0)
    assert scene.asked() == []


async def test_a_feed_that_does_not_ask_for_pages_has_none(scene: Scene) -> None:
    scene.write("never", "{name: Daulet, find: Erbol Daulet}")
    async with scene.service() as service:
        scene.shows(OLD)
        await poll(service)
        scene.shows(NEWS, OLD)
        tally = await poll(service)

    assert tally.items_new == 1
    assert scene.asked() == []


async def test_a_page_that_several_items_link_to_is_not_read_for_any_of_them(scene: Scene) -> None:
    scene.write("always", "{name: Daulet, find: Erbol Daulet}")
    ticker = scene.site.put("/ticker", answer(body=PAGE, headers=HTML))
    async with scene.service() as service:
        scene.shows(OLD)
        await poll(service)
        scene.shows({**NEWS, "link": ticker}, {"title": "b", "summary": "c", "link": ticker}, OLD)
        tally = await poll(service)

    assert (tally.items_new, tally.matches) == (2, 0)
    assert scene.asked() == []


async def test_when_near_asks_only_for_the_pages_that_could_decide(scene: Scene) -> None:
    scene.write("when-near", "{name: Names, find: {all: [Erbol Daulet, consulate]}}")
    far = {"title": "Bridge opened", "summary": "The bridge was opened."}
    whole = {"title": "Erbol Daulet at the consulate", "summary": "He came by himself."}
    for item in (NEWS, far, whole):
        scene.site.put(path_of(item), answer(body=PAGE, headers=HTML))
    async with scene.service() as service:
        scene.shows(OLD)
        await poll(service)
        scene.shows(whole, far, NEWS, OLD)

        tally = await poll(service)

    assert scene.asked() == [path_of(NEWS)]
    assert (tally.items_new, tally.matches) == (3, 2)


async def test_an_edited_article_has_its_page_read_again_and_a_known_one_has_not(
    scene: Scene,
) -> None:
    scene.write("always", "{name: Daulet, find: Erbol Daulet}")
    freed = PAGE.replace("whom nobody has seen since the spring", "who came home on Friday")
    scene.site.put(path_of(NEWS), answer(body=PAGE, headers=HTML), answer(body=freed, headers=HTML))
    async with scene.service() as service:
        scene.shows(OLD)
        await poll(service)
        scene.shows(NEWS, OLD)
        await poll(service)
        # The document changes around the item, so that all its items are looked at again.
        scene.site.put(
            "/rss", answer(body=rss(scene.site, NEWS, OLD).replace("<title>F", "<title>G"))
        )
        unchanged = await poll(service)
        scene.shows({**NEWS, "summary": "They stood at the consulate for the last time."}, OLD)

        await poll(service)

    assert (unchanged.items_new, unchanged.pages) == (0, 0)
    assert scene.asked() == [path_of(NEWS)] * 2
    assert len(scene.told()) == 2
    assert "who came home on Friday" in scene.told()[1], "an edit of the matched sentence is told"


async def test_a_feed_that_edits_all_its_items_at_every_poll_has_few_pages_read_again(
    scene: Scene,
) -> None:
    scene.write("always", "{name: Daulet, find: Erbol Daulet}")
    items = [{"title": f"News {n}", "summary": "Read by nobody."} for n in range(12)]
    for item in items:
        scene.site.put(path_of(item), answer(body=PAGE, headers=HTML))
    async with scene.service() as service:
        scene.shows(*items)
        await poll(service)
        scene.shows(NEWS, *({**item, "summary": "Read by three."} for item in items))

        await poll(service)

    assert scene.asked()[0] == path_of(NEWS), "what is new comes first"
    assert len(scene.asked()) == 1 + MOST_EDITED


async def test_what_the_page_said_stays_when_an_edit_finds_it_gone(scene: Scene) -> None:
    scene.write("always", "{name: Daulet, find: Erbol Daulet}")
    scene.site.put(path_of(NEWS), answer(body=PAGE, headers=HTML), answer(404))
    async with scene.service() as service:
        scene.shows(OLD)
        await poll(service)
        scene.shows(NEWS, OLD)
        await poll(service)
        scene.shows({**NEWS, "summary": "They stood at the consulate for the last time."}, OLD)
        tally = await poll(service)
        with service.store.read() as known:
            articles = [a for a, _ in known.articles_since(now() - DAY) if a.text]

    assert tally.pages_failed == 1
    assert [NAMED in article.text for article in articles] == [True]
    assert len(scene.told()) == 1


async def test_a_copy_of_the_summary_in_another_outlet_is_still_a_copy_of_the_whole_page(
    scene: Scene,
) -> None:
    summary = " ".join(PARAGRAPHS["en"])
    scene.write("always", "{name: Volunteers, find: volunteers}")
    rules = scene.folder / "rules.yaml"
    herald = f"  - {{url: '{scene.site.url('/herald')}', name: Herald, private: true}}\n"
    rules.write_text(rules.read_text().replace("defaults:", f"{herald}defaults:"))
    wire = {"title": "Relatives read out names at consulate", "summary": "The list grows longer."}
    copy = {"title": "Relatives read out the names at the consulate", "summary": summary}
    page = article_page(
        [*PARAGRAPHS["en"], NAMED], before="<figure><p>Photo: a street.</p></figure>"
    )
    scene.site.put(path_of(wire), answer(body=page, headers=HTML))
    scene.site.put("/herald", answer(body=rss(scene.site, OLD)))
    async with scene.service() as service:
        scene.shows(OLD)
        await poll(service)
        scene.shows(wire, OLD)
        await poll(service)
        scene.site.put("/herald", answer(body=rss(scene.site, copy, OLD)))

        tally = await poll(service)

    assert (tally.items_new, tally.copies) == (1, 1)


# --- politeness: on a host that is not the user's own -------------------------------------------

HOST_PAUSE = 1.0
"""Seconds."""


@dataclass
class Clocked:
    """A reply that notes when it was asked and how many were being answered at once."""

    body: bytes
    seconds: float = 0.0
    starts: list[float] = field(default_factory=list)
    now: int = 0
    most: int = 0
    asked: asyncio.Event = field(default_factory=asyncio.Event)

    def reply(self) -> Misbehave:
        async def answering(_: Request, writer: asyncio.StreamWriter) -> None:
            self.starts.append(time.monotonic())
            self.asked.set()
            self.now += 1
            self.most = max(self.most, self.now)
            await asyncio.sleep(self.seconds)
            self.now -= 1
            writer.write(self.body)

        return answering


@asynccontextmanager
async def polling(folder: Path, site: FeedServer, *paths: str) -> AsyncIterator[Poller]:
    """Everything but the outbox, for feeds on one host that is not the user's own."""
    (folder / "rules.yaml").write_text("rules:\n  - {name: Daulet, find: Erbol Daulet}\n")
    feeds = tuple(
        Feed(url=site.url(path), name=path[1:], full_text=FullText.ALWAYS) for path in paths
    )
    rules = replace(config.load(folder / "rules.yaml", environ={}), feeds=feeds)
    store = open_store(folder / "state", now=now())
    with store.write() as tx:
        tx.sync_feeds(feeds, now=now())
    lanes = Lanes(pause=HOST_PAUSE, jitter=lambda: 0.0, wall=lambda: 30.0)
    async with (
        Fetcher(user_agent="x", allow=site.allow) as fetcher,
        Reader() as reader,
        Pages(fetcher, lanes) as pages,
    ):
        watch = Watch(
            store=store,
            desk=Desk(rules),
            fetcher=fetcher,
            reader=reader,
            pages=pages,
            clock=now,
            jitter=random.random,
        )
        poller = Poller(watch, lanes, fetcher.room, settled=lambda _: None)
        try:
            yield poller
        finally:
            await poller.stop(1.0)
            store.close()


async def give(poller: Poller) -> None:
    with poller._watch.store.read() as known:
        poller.give(known.feed_states())
    await poller.idle()


async def test_pages_and_polls_of_one_host_keep_one_pause_and_go_two_at_a_time(
    tmp_path: Path,
) -> None:
    items = [{"title": f"News {n}", "summary": "Something happened."} for n in range(3)]
    async with FeedServer() as site:
        feed = Clocked(answer(body=rss(site, OLD)))
        page = Clocked(answer(body=PAGE, headers=HTML), seconds=2.5 * HOST_PAUSE)
        site.put("/rss", feed.reply())
        for item in items:
            site.put(path_of(item), page.reply())
        async with polling(tmp_path, site, "/rss") as poller:
            await give(poller)
            feed.body = answer(body=rss(site, *items, OLD))
            await give(poller)

    starts = [*feed.starts, *page.starts]
    assert len(starts) == 5
    gaps = [late - early for early, late in pairwise(starts)]
    assert min(gaps) >= HOST_PAUSE - 0.05
    assert page.most == PER_HOST


async def test_a_page_that_asks_for_a_rest_rests_its_host_with_all_pages_and_feeds(
    tmp_path: Path,
) -> None:
    items = [{"title": f"News {n}", "summary": "Something happened."} for n in range(6)]
    async with FeedServer() as site:
        wait = answer(429, headers={"Retry-After": "3600"})
        for item in items:
            site.put(path_of(item), wait)
        site.put("/rss", answer(body=rss(site, OLD)), answer(body=rss(site, *items, OLD)))
        site.put("/other", answer(body=rss(site, OLD)))
        async with polling(tmp_path, site, "/rss", "/other") as poller:
            await give(poller)
            await give(poller)
            asked = len([one for one in site.requests if "/news" in one.path])
            with poller._watch.store.read() as known:
                states = known.feed_states()
                stored = sum(1 for _ in known.articles_since(now() - DAY))

    assert asked <= PER_HOST, "those under way when the first answer came"
    assert stored == 8, "what is new is told from its summary"
    assert all(state.next_due > now() + timedelta(minutes=50) for state in states)


async def test_news_whose_page_is_being_read_when_we_stop_comes_again(tmp_path: Path) -> None:
    async with FeedServer() as site:
        page = Clocked(b"", seconds=60)
        site.put(path_of(NEWS), page.reply())
        site.put("/rss", answer(body=rss(site, OLD)), answer(body=rss(site, NEWS, OLD)))
        async with polling(tmp_path, site, "/rss") as poller:
            await give(poller)
            with poller._watch.store.read() as known:
                poller.give(known.feed_states())
            await asyncio.wait_for(page.asked.wait(), 10)

            await poller.stop(0.1)

            with poller._watch.store.read() as known:
                stored = [article.title for article, _ in known.articles_since(now() - DAY)]
    assert stored == [OLD["title"]]
    assert not poller.in_hand


async def test_news_waits_no_longer_for_its_pages_than_the_bound(tmp_path: Path) -> None:
    items = [{"title": f"News {n}", "summary": "Something happened."} for n in range(4)]
    async with FeedServer() as site:
        for item in items:
            site.put(path_of(item), Clocked(b"", seconds=60).reply())
        site.put("/rss", answer(body=rss(site, OLD)), answer(body=rss(site, *items, OLD)))
        async with polling(tmp_path, site, "/rss") as poller:
            assert poller._watch.pages._pages is not None
            poller._watch.pages._pages._all_seconds = 1.5
            await give(poller)
            started = time.monotonic()
            await give(poller)
            took = time.monotonic() - started
            with poller._watch.store.read() as known:
                stored = sum(1 for _ in known.articles_since(now() - DAY))
            lanes = poller._lanes._lanes

            assert stored == 5
            assert took < 1.5 + HOST_PAUSE + 2.0
            assert [lane.running for lane in lanes.values()] == [0] * len(lanes)


@pytest.mark.parametrize(("full_text", "lines"), [("always", 1), ("never", 0)])
async def test_what_reads_pages_is_missed_in_one_line(
    scene: Scene,
    full_text: str,
    lines: int,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setitem(sys.modules, "trafilatura", None)
    scene.write(full_text, "{name: Daulet, find: Daulet}")
    scene.shows(OLD)

    def said() -> int:
        return sum("pip install trafilatura lxml-html-clean" in one for one in caplog.messages)

    async with scene.service() as service:
        at_start = said()
        await poll(service)
        scene.shows(NEWS, OLD)
        await poll(service)
        await service.reload()

    assert (at_start, said()) == (lines, lines)
