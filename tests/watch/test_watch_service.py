"""One process, from a feed server on loopback to a webhook, with everything real in between."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from support.feed_server import FeedServer, answer
from support.postgres import schema
from support.webhook import Answer, Webhook, serving

from watcher.core.errors import RulesError
from watcher.core.model import DeliveryState, FeedFault, Hold
from watcher.daemon import Service, open_service
from watcher.daemon.clock import now
from watcher.store import keep
from watcher.watch import Settings, Tally

DETAIL = (
    "Police took him from his flat on Abay street early in the morning, his wife said."
    " Two lawyers were not let into the station. The group collects stories of relatives."
)


def rss(*items: tuple[str, str], tag: str = '"1"') -> bytes:
    """Answer with a feed of (title, summary) items, newest first."""
    body = "".join(
        f"<item><guid>{title}</guid><title>{title}</title><description>{summary}</description>"
        f"<link>https://outlet.example/{abs(hash(title))}</link></item>"
        for title, summary in items
    )
    document = f'<rss version="2.0"><channel><title>F</title>{body}</channel></rss>'
    return answer(body=document, headers={"ETag": tag})


OLD = ("Rain over the steppe", "It will rain until Monday.")
HELD = ("Police hold Atajurt volunteer Erbol Daulet", DETAIL)
HELD_COPY = ("Atajurt volunteer Erbol Daulet taken from his flat", f"ALMATY (Wire) - {DETAIL}")
FREED = ("Atajurt volunteer Erbol Daulet is free again", "A court let him go home after a week.")


@dataclass
class Scene:
    """A folder with rules, a feed server, and webhooks that stand for the channels."""

    folder: Path
    feeds: FeedServer
    desk: Webhook
    operator: Webhook
    database_url: str | None = None

    def write(self, *paths: str, rules: str = "", more: str = "") -> None:
        feeds = "".join(
            f'  - {{url: "{self.feeds.url(path)}", name: "{path[1:].title()}", private: true}}\n'
            for path in paths
        )
        rules = rules or "  - {name: Atajurt, find: Atajurt, notify: [desk]}\n"
        (self.folder / "rules.yaml").write_text(
            f"channels:\n  desk: json://127.0.0.1:{self.desk.port}/\n"
            f"  operator: {{url: 'json://127.0.0.1:{self.operator.port}/', health: true}}\n"
            f"{more}feeds:\n{feeds}rules:\n{rules}",
            encoding="utf-8",
        )

    @asynccontextmanager
    async def service(self) -> AsyncIterator[Service]:
        settings = Settings(
            rules=self.folder / "rules.yaml",
            state=self.folder / "state",
            database_url=self.database_url,
        )
        async with open_service(settings, "test") as service:
            yield service

    def told(self) -> list[str]:
        return [got.json()["title"] + "\n" + got.json()["message"] for got in self.desk.got]


@pytest.fixture
def hooks() -> Iterator[tuple[Webhook, Webhook]]:
    with serving() as desk, serving() as operator:
        yield desk, operator


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> Iterator[str | None]:
    if request.param == "sqlite":
        yield None
        return
    with schema(request.getfixturevalue("postgres")) as url:
        yield url


@pytest.fixture
async def scene(
    tmp_path: Path, hooks: tuple[Webhook, Webhook], database_url: str | None
) -> AsyncIterator[Scene]:
    async with FeedServer() as feeds:
        yield Scene(tmp_path, feeds, *hooks, database_url=database_url)


async def poll(service: Service) -> Tally:
    before = service.tally
    service.tally = Tally()
    with service.store.read() as known:
        service.poller.give(known.feed_states())
    await service.poller.idle()
    tally, service.tally = service.tally, before
    return tally


async def deliver(service: Service) -> None:
    with service.store.write() as tx:
        for hold in (Hold.BASELINE, Hold.FOLLOW_UPS):
            tx.release(hold, now=now())
    await service.outbox.drain(timeout=10)


async def test_the_first_sight_of_feeds_is_one_summary_and_news_after_it_is_one_alert_per_story(
    scene: Scene,
) -> None:
    scene.feeds.put("/courier", rss(FREED, OLD), rss(HELD, FREED, OLD, tag='"2"'))
    scene.feeds.put("/herald", rss(OLD), rss(HELD_COPY, OLD, tag='"2"'))
    scene.write("/courier", "/herald")

    async with scene.service() as service:
        first = await poll(service)
        await deliver(service)
        summary = scene.told()
        second = await poll(service)
        await deliver(service)

    assert (first.items_new, first.matches, len(summary)) == (3, 1, 1)
    assert (second.items_new, second.copies, second.alerts) == (2, 1, 1)
    assert len(scene.told()) == 2
    assert "Herald" in scene.told()[1], "the copy's outlet is named in the alert"


async def test_validators_are_kept_across_a_restart_and_nothing_is_told_again(scene: Scene) -> None:
    scene.feeds.put("/courier", rss(OLD), rss(HELD, OLD, tag='"2"'), answer(304))
    scene.write("/courier")
    async with scene.service() as service:
        await poll(service)
        await poll(service)
        await deliver(service)

    async with scene.service() as service:
        tally = await poll(service)
        await deliver(service)

    tags = [request.header("If-None-Match") for request in scene.feeds.asked("/courier")]
    assert tags == [None, '"1"', '"2"']
    assert (tally.not_modified, len(scene.told())) == (1, 1)


@pytest.mark.parametrize("file", ["is there", "is lost", "is damaged", "is of another state"])
async def test_a_copy_after_a_restart_is_still_known_as_one_though_the_index_file(
    scene: Scene, file: str
) -> None:
    scene.feeds.put("/courier", rss(OLD), rss(HELD, OLD, tag='"2"'))
    scene.feeds.put("/herald", rss(OLD), rss(OLD), rss(HELD_COPY, OLD, tag='"2"'))
    scene.write("/courier", "/herald")
    async with scene.service() as service:
        await poll(service)
        await poll(service)
    kept = scene.folder / "state" / "stories.index"
    if file == "is lost":
        kept.unlink()
    elif file == "is damaged":
        kept.write_bytes(kept.read_bytes()[:-20])
    elif file == "is of another state":
        first, *others = keep.read(kept)
        keep.write(kept, [first.replace(b', "', b', "0'), *others[:1]])

    async with scene.service() as service:
        tally = await poll(service)

    assert (tally.items_new, tally.copies, tally.alerts) == (1, 1, 0)
    assert kept.exists()


async def test_what_came_after_the_index_was_written_down_is_read_from_the_articles(
    scene: Scene,
) -> None:
    scene.feeds.put("/courier", rss(OLD), rss(HELD, OLD, tag='"2"'))
    scene.feeds.put("/herald", rss(OLD), rss(OLD), rss(HELD_COPY, OLD, tag='"2"'))
    scene.write("/courier", "/herald")
    async with scene.service() as service:
        await poll(service)
    kept = scene.folder / "state" / "stories.index"
    early = kept.read_bytes()
    async with scene.service() as service:
        await poll(service)
    kept.write_bytes(early)

    async with scene.service() as service:
        tally = await poll(service)

    assert (tally.items_new, tally.copies, tally.alerts) == (1, 1, 0)


async def test_when_the_news_can_not_be_written_down_nothing_of_it_is_known_and_it_comes_again(
    scene: Scene,
) -> None:
    scene.feeds.put("/courier", rss(OLD), rss(HELD, OLD, tag='"2"'))
    scene.write("/courier")
    async with scene.service() as service:
        await poll(service)
        rename(service, "delivery", "hidden")
        failed = await poll(service)
        rename(service, "hidden", "delivery")
        service.poller.forget_pauses()
        again = await poll(service)
        await deliver(service)

    tags = [request.header("If-None-Match") for request in scene.feeds.asked("/courier")]
    assert (failed.failed, again.items_new, again.copies) == (1, 1, 0)
    assert tags == [None, '"1"', '"1"'], "the ETag of news that was lost was not kept"
    assert len(scene.told()) == 1


def rename(service: Service, old: str, new: str) -> None:
    """Take a table away under the running program."""
    with service.store.write() as tx:
        tx._connection.execute(text(f"ALTER TABLE {old} RENAME TO {new}"))


async def test_a_broken_feed_and_a_dead_target_delay_nobody(scene: Scene) -> None:
    scene.feeds.put(
        "/captive", answer(body="<html>sign in</html>", headers={"Content-Type": "text/html"})
    )
    scene.feeds.put("/canary", rss(OLD), rss(HELD, OLD, tag='"2"'))
    scene.write(
        "/captive",
        "/canary",
        rules="  - {name: Atajurt, find: Atajurt, notify: [dead, desk]}\n",
        more="  dead: json://127.0.0.1:9/\n",
    )

    async with scene.service() as service:
        await poll(service)
        tally = await poll(service)
        await deliver(service)
        with service.store.read() as known:
            captive = known.feed(scene.feeds.url("/captive"))
            [dead] = known.deliveries(target="dead")

    assert (tally.failed, tally.alerts, len(scene.told())) == (1, 1, 1)
    assert captive is not None
    assert captive.fault is FeedFault.HTML
    assert (dead.state, dead.attempts) == (DeliveryState.DUE, 1)


async def test_a_copy_that_matches_another_rule_still_alerts(scene: Scene) -> None:
    scene.feeds.put("/courier", rss(OLD), rss(HELD, OLD, tag='"2"'))
    longer = (HELD[0], DETAIL + " Serikzhan Bilash spoke for the group.")
    scene.feeds.put("/herald", rss(OLD), rss(OLD), rss(longer, OLD, tag='"2"'))
    scene.write(
        "/courier",
        "/herald",
        rules="  - {name: Atajurt, find: Atajurt, notify: [desk]}\n"
        "  - {name: Bilash, find: Serikzhan Bilash, notify: [desk]}\n",
    )

    async with scene.service() as service:
        for _ in range(3):
            await poll(service)
            await deliver(service)

    assert len(scene.told()) == 2
    assert "Bilash" in scene.told()[1].splitlines()[0]


async def test_trouble_with_a_feed_is_told_to_the_operator_once_and_its_end_once(
    scene: Scene,
) -> None:
    page = answer(body="<html>sign in</html>", headers={"Content-Type": "text/html"})
    scene.feeds.put("/courier", rss(OLD), page, page, page, page, rss(OLD, tag='"2"'))
    scene.write("/courier")

    async with scene.service() as service:
        for _ in range(6):
            await poll(service)
            await deliver(service)

    titles = [got.json()["title"] for got in scene.operator.got]
    assert len(titles) == 2
    assert "can't be read: html" in titles[0]
    assert "can be read again" in titles[1]


async def test_a_message_refused_for_good_is_parked_and_the_operator_is_told(scene: Scene) -> None:
    scene.desk.default = Answer(status=404, body=b"no such hook")
    scene.feeds.put("/courier", rss(OLD), rss(HELD, OLD, tag='"2"'))
    scene.write("/courier")

    async with scene.service() as service:
        await poll(service)
        await poll(service)
        await deliver(service)
        await deliver(service)
        with service.store.read() as known:
            [parked] = known.deliveries(target="desk")

    assert parked.state is DeliveryState.PARKED
    assert len(scene.desk.got) == 1
    assert ["desk is parked" in got.json()["title"] for got in scene.operator.got] == [True]


async def test_an_edit_of_the_matched_sentence_is_told_with_what_it_was(scene: Scene) -> None:
    def held(title: str, tag: str) -> bytes:
        item = (
            f"<item><guid>7</guid><title>{title}</title><description>{DETAIL}</description>"
            "<link>https://outlet.example/7</link></item>"
        )
        return answer(
            body=f'<rss version="2.0"><channel>{item}</channel></rss>', headers={"ETag": tag}
        )

    scene.feeds.put(
        "/courier",
        rss(OLD),
        held("Police detain Atajurt volunteer", '"2"'),
        held("Police speak to Atajurt volunteer", '"3"'),
    )
    scene.write("/courier")

    async with scene.service() as service:
        for _ in range(3):
            await poll(service)
            await deliver(service)

    assert len(scene.told()) == 2
    assert "detain" in scene.told()[1]
    assert "speak to" in scene.told()[1]


async def test_a_host_that_asks_us_to_wait_is_left_alone_with_all_its_feeds(scene: Scene) -> None:
    scene.feeds.put("/first", answer(429, headers={"Retry-After": "3600"}))
    scene.feeds.put("/second", rss(OLD))
    scene.write("/first")

    async with scene.service() as service:
        await poll(service)
        scene.write("/first", "/second")
        await service.reload()
        await poll(service)

    assert len(scene.feeds.asked("/second")) == 0


async def test_a_rule_that_wants_two_outlets_waits_for_the_second(scene: Scene) -> None:
    scene.feeds.put("/courier", rss(OLD), rss(HELD, OLD, tag='"2"'))
    scene.feeds.put("/herald", rss(OLD), rss(OLD), rss(HELD_COPY, OLD, tag='"2"'))
    scene.write(
        "/courier",
        "/herald",
        rules="  - {name: Atajurt, find: Atajurt, notify: [desk], at_least: {outlets: 2}}\n",
    )

    async with scene.service() as service:
        await poll(service)
        await poll(service)
        await deliver(service)
        waiting = scene.told()
        await poll(service)
        await deliver(service)

    assert (waiting, len(scene.told())) == ([], 1)


async def test_a_copy_of_the_edited_words_is_still_a_copy(scene: Scene) -> None:
    def held(title: str, detail: str, tag: str) -> bytes:
        item = (
            f"<item><guid>7</guid><title>{title}</title><description>{detail}</description></item>"
        )
        body = f'<rss version="2.0"><channel>{item}</channel></rss>'
        return answer(body=body, headers={"ETag": tag})

    stub = "More soon about Atajurt."
    scene.feeds.put(
        "/courier", rss(OLD), held("Atajurt: a short note", stub, '"2"'), held(*HELD, '"3"')
    )
    scene.feeds.put("/herald", rss(OLD), rss(OLD), rss(OLD), rss(HELD_COPY, OLD, tag='"2"'))
    scene.write("/courier", "/herald")

    async with scene.service() as service:
        for _ in range(3):
            await poll(service)
        tally = await poll(service)

    assert (tally.items_new, tally.copies) == (1, 1)


async def test_a_lost_state_is_told_once_and_the_backlog_is_no_news(scene: Scene) -> None:
    if scene.database_url:
        pytest.skip("a server keeps its own files")
    scene.feeds.put("/courier", rss(HELD, FREED, OLD))
    scene.write("/courier")
    async with scene.service() as service:
        await poll(service)
        await deliver(service)
    (scene.folder / "state" / "watcher.db").write_bytes(b"not a database" * 500)
    before = len(scene.told())

    for _ in range(2):
        async with scene.service() as service:
            tally = await poll(service)
            await deliver(service)

    assert tally.items_new == 0
    assert len(scene.told()) == before + 1, "one summary of what the feeds show"
    assert [got.json()["title"] for got in scene.operator.got] == ["The state was lost"]


async def test_a_channel_that_can_not_work_is_a_mistake_with_its_line(scene: Scene) -> None:
    scene.write("/courier", more="  hook: http://127.0.0.1/x\n  odd: slck://abc\n")

    with pytest.raises(RulesError) as caught:
        async with scene.service():
            pass

    assert [mistake.line for mistake in caught.value.mistakes] == [4, 5]
    assert '"http://"' in str(caught.value)


async def test_a_feed_that_nobody_named_is_called_what_it_calls_itself(scene: Scene) -> None:
    scene.feeds.put("/courier", rss(OLD), rss(HELD, OLD, tag='"2"'))
    scene.write("/courier")
    rules = scene.folder / "rules.yaml"
    rules.write_text(rules.read_text(encoding="utf-8").replace(', name: "Courier"', ""))

    async with scene.service() as service:
        await poll(service)
        await poll(service)
        await deliver(service)
        with service.store.read() as known:
            [state] = known.feed_states()

    assert state.feed.name == "F"
    assert "· F:" in scene.told()[0]


async def test_the_message_key_explains_the_alert(scene: Scene) -> None:
    scene.feeds.put("/courier", rss(OLD), rss(HELD, OLD, tag='"2"'))
    scene.write("/courier")

    async with scene.service() as service:
        await poll(service)
        await poll(service)
        await deliver(service)
        key = scene.desk.got[0].headers["idempotency-key"]
        with service.store.read() as known:
            [alert] = known.alerts_by_key(key)

    assert key in scene.told()[0]
    assert alert.headline == HELD[0]


async def test_a_new_rule_does_not_fire_on_the_old_words_of_an_edited_article(scene: Scene) -> None:
    def speech(end: str, tag: str) -> bytes:
        item = (
            "<item><guid>7</guid><title>Serikzhan Bilash speaks in the library</title>"
            f"<description>The hall was full. {end}</description></item>"
        )
        body = f'<rss version="2.0"><channel><title>F</title>{item}</channel></rss>'
        return answer(body=body, headers={"ETag": tag})

    scene.feeds.put("/courier", rss(OLD), speech("Ten came.", '"2"'), speech("Twenty came.", '"3"'))
    scene.write("/courier")

    async with scene.service() as service:
        await poll(service)
        await poll(service)
        scene.write("/courier", rules="  - {name: B, find: Serikzhan Bilash, notify: [desk]}\n")
        await service.reload()
        tally = await poll(service)

    assert (tally.items_new, tally.alerts) == (0, 0)


async def test_an_edit_that_brings_a_name_in_is_news(scene: Scene) -> None:
    def note(words: str, tag: str) -> bytes:
        item = (
            "<item><guid>7</guid><title>Office opens</title>"
            f"<description>{words}</description></item>"
        )
        body = f'<rss version="2.0"><channel><title>F</title>{item}</channel></rss>'
        return answer(body=body, headers={"ETag": tag})

    scene.feeds.put(
        "/courier", rss(OLD), note("More soon.", '"2"'), note("It is Atajurt's.", '"3"')
    )
    scene.write("/courier")

    async with scene.service() as service:
        for _ in range(3):
            await poll(service)
        await deliver(service)

    assert len(scene.told()) == 1
    assert "Atajurt" in scene.told()[0]


async def test_broken_health_channels_do_not_tell_of_each_other(scene: Scene) -> None:
    scene.desk.default = scene.operator.default = Answer(status=401, body=b"no")
    scene.feeds.put("/courier", rss(OLD), rss(HELD, OLD, tag='"2"'))
    with serving(Answer(status=401, body=b"no")) as other:
        scene.write(
            "/courier",
            more=f"  other: {{url: 'json://127.0.0.1:{other.port}/', health: true}}\n",
        )
        async with scene.service() as service:
            await poll(service)
            await poll(service)
            for _ in range(4):
                await deliver(service)

        assert (len(scene.operator.got), len(other.got)) == (1, 1)


async def test_one_notice_for_many_messages_that_a_target_refuses(scene: Scene) -> None:
    scene.desk.default = Answer(status=404, body=b"no such hook")
    names = ("Aktau library", "Semey bakery", "Oral museum", "Taraz station")
    news = [(f"Atajurt and the {name}", f"About the {name} only.") for name in names]
    scene.feeds.put("/courier", rss(OLD), rss(*news, OLD, tag='"2"'))
    scene.write("/courier")

    async with scene.service() as service:
        await poll(service)
        tally = await poll(service)
        for _ in range(2):
            await deliver(service)

    assert (tally.alerts, len(scene.desk.got), len(scene.operator.got)) == (4, 4, 1)


async def test_a_429_stops_the_other_feeds_of_its_host_that_wait_their_turn(scene: Scene) -> None:
    paths = [f"/f{number}" for number in range(60)]
    for path in paths:
        scene.feeds.put(path, answer(429, headers={"Retry-After": "3600"}))
    scene.write(*paths)

    async with scene.service() as service:
        await poll(service)

    assert len(scene.feeds.requests) < len(paths)


async def test_a_clock_that_ran_ahead_delays_nothing_after_the_next_start(scene: Scene) -> None:
    scene.feeds.put("/courier", rss(OLD))
    scene.write("/courier")
    ahead = datetime(2100, 1, 1, tzinfo=UTC)
    async with scene.service() as service:
        with service.store.write() as tx:
            [state] = tx.feed_states()
            tx.save_feed(replace(state, last_polled=ahead, next_due=ahead + timedelta(minutes=15)))

    async with scene.service() as service:
        with service.store.read() as known:
            [state] = known.feed_states()

    assert state.next_due < now() + timedelta(hours=1)


async def test_a_briefing_beside_the_one_before_it_is_news_and_no_edit(scene: Scene) -> None:
    def briefings(*words: str, tag: str) -> bytes:
        items = "".join(
            f"<item><title>Briefing</title><link>https://outlet.example/today</link>"
            f"<description>{one}</description></item>"
            for one in words
        )
        document = f'<rss version="2.0"><channel><title>F</title>{items}</channel></rss>'
        return answer(body=document, headers={"ETag": tag})

    morning, evening = "Rain until Monday.", "Police hold an Atajurt volunteer."
    scene.feeds.put(
        "/courier", briefings(morning, tag='"1"'), briefings(evening, morning, tag='"2"')
    )
    scene.write("/courier")

    async with scene.service() as service:
        await poll(service)
        second = await poll(service)
        await deliver(service)
        with service.store.read() as known:
            articles = known.counts()["articles"]

    assert (second.items_new, articles) == (1, 2)
    assert "edited" not in scene.told()[-1]
