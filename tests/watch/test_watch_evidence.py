"""What was served is kept with the alert, byte for byte: over HTTP, in the charsets of feeds."""

from __future__ import annotations

import codecs
import gzip
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from support.article_pages import PARAGRAPHS, article_page
from support.feed_server import FeedServer, answer
from support.webhook import Webhook, serving

from watcher.core import evidence
from watcher.core.evidence import Facts, Record
from watcher.daemon import Service, open_service
from watcher.store.queries import Queries
from watcher.watch import Settings

OLD = "<item><guid>0</guid><title>Rain</title><description>Until Monday.</description></item>"
WORDS = {
    "utf-8": "Иргаш Далабеков и Erbol 新疆 — Atajurt",
    "windows-1251": "Активист Atajurt Ербол задержан — «дело»",
    "gbk": "新疆阿塔珠尔特 Atajurt 志愿者被拘留",
    "utf-16": "Atajurt еріктісі Ербол ұсталды 新疆",
    "iso-2022-jp": "新疆 Atajurt の活動家",
}


@dataclass
class Scene:
    """A site with one feed, and the rules of who watches it."""

    folder: Path
    site: FeedServer
    desk: Webhook

    def write(self, *rules: str, more: str = "") -> None:
        (self.folder / "rules.yaml").write_text(
            f"channels: {{desk: 'json://127.0.0.1:{self.desk.port}/'}}\n"
            f"feeds:\n  - {{url: '{self.site.url('/rss')}', name: Courier, private: true{more}}}\n"
            f"defaults: {{notify: [desk]}}\nrules:\n"
            + "".join(f"  - {rule}\n" for rule in rules or ["{name: Atajurt, find: Atajurt}"]),
            encoding="utf-8",
        )

    @asynccontextmanager
    async def service(self) -> AsyncIterator[Service]:
        settings = Settings(rules=self.folder / "rules.yaml", state=self.folder / "state")
        async with open_service(settings, "test") as service:
            yield service


@pytest.fixture
def desk() -> Iterator[Webhook]:
    with serving() as running:
        yield running


@pytest.fixture
async def scene(tmp_path: Path, desk: Webhook) -> AsyncIterator[Scene]:
    async with FeedServer() as site:
        yield Scene(tmp_path, site, desk)


async def poll(service: Service) -> None:
    with service.store.read() as known:
        service.poller.give(known.feed_states())
    await service.poller.idle()


def an_item(words: str, *, guid: str = "1", more: str = "") -> str:
    return f"<item><guid>{guid}</guid><title>{words}</title>{more}</item>"


def rss(*items: str, charset: str = "utf-8") -> bytes:
    head = f'<?xml version="1.0" encoding="{charset}"?>\n<rss version="2.0"><channel>'
    return f"{head}<title>Курьер</title>{''.join(items)}</channel></rss>".encode(charset)


def bytes_of(known: Queries, facts: Facts, part: str = "item") -> bytes:
    name = facts[part]["sha256"]
    return known.evidence_bodies([name])[name].plain(facts[part]["bytes"])


def checked(known: Queries) -> list[Record]:
    """Return all records, the first one first, after a walk along the chain."""
    path, records = evidence.Walk(), list(known.evidence_all())
    for record in records:
        names = [name for name, _ in evidence.bodies_of(record.facts)]
        assert path.step(record, known.evidence_bodies(names)) is None
    assert path.end(known.evidence_note(), known.evidence_body_names()) is None
    return records


@pytest.mark.parametrize("charset", WORDS)
@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
async def test_the_bytes_of_an_alerted_item_are_those_of_the_document_at_its_place(
    scene: Scene, charset: str, packed: bool
) -> None:
    scene.write()
    item = an_item(WORDS[charset])
    body = rss(OLD, item, OLD.replace("0<", "2<"), charset=charset)
    headers = {"Content-Type": "application/xml", "ETag": '"7"', "Set-Cookie": "visit=1"}
    if packed:
        headers["Content-Encoding"] = "gzip"
    scene.site.put("/rss", answer(body=gzip.compress(body) if packed else body, headers=headers))
    async with scene.service() as service:
        await poll(service)

        with service.store.read() as known:
            [record] = checked(known)
            [alert] = known.alerts(limit=9)
            kept = bytes_of(known, record.facts)
    facts = record.facts
    bare = item.encode(charset)
    if charset == "utf-16":
        bare = bare.removeprefix(codecs.BOM_UTF16)
    assert kept == bare
    assert facts["item"]["exact"] is True
    at = facts["item"]["offset"]
    assert body[at : at + len(kept)] == kept, "at the place that the record names"
    assert facts["document"]["sha256"] == evidence.digest(body)
    assert facts["document"]["bytes"] == len(body)
    assert (facts["alert"], facts["article"]) == (alert.id, alert.article)
    assert facts["asked"] == facts["response"]["address"] == scene.site.url("/rss")
    assert facts["response"]["status"] == 200
    assert ["ETag", '"7"'] in facts["response"]["headers"]
    assert facts["response"]["left_out"] == ["Set-Cookie"]


async def test_of_a_damaged_item_the_text_is_kept_and_called_inexact(scene: Scene) -> None:
    scene.write()
    item = an_item("Atajurt \x01 waits")
    scene.site.put("/rss", answer(body=rss(an_item("Atajurt office", guid="7"), item)))
    async with scene.service() as service:
        await poll(service)

        with service.store.read() as known:
            kept = {
                record.facts["key"]: (record.facts["item"], bytes_of(known, record.facts))
                for record in checked(known)
            }
    assert kept["7"][0]["exact"] is True
    assert kept["1"][0]["exact"] is False
    assert kept["1"][0]["offset"] is None
    assert kept["1"][1] == an_item("Atajurt  waits").encode()


async def test_of_a_json_feed_the_whole_document_is_kept_once(scene: Scene) -> None:
    scene.write()
    items = [{"id": f"{n}", "content_text": f"Atajurt opens office {n} in {n}"} for n in range(3)]
    version = "https://jsonfeed.org/version/1.1"
    body = json.dumps({"version": version, "title": "F", "items": items}).encode()
    scene.site.put("/rss", answer(body=body, headers={"Content-Type": "application/feed+json"}))
    async with scene.service() as service:
        await poll(service)

        with service.store.read() as known:
            records = checked(known)
            assert len(list(known.evidence_body_names())) == 1
            kept = bytes_of(known, records[0].facts)
    assert kept == body
    assert {record.facts["item"]["part"] for record in records} == {"document"}


async def test_every_edit_of_an_alerted_article_is_recorded_and_no_other(scene: Scene) -> None:
    scene.write()
    versions = ["Atajurt volunteer held", "Atajurt volunteer set free", "A volunteer is free"]
    versions += ["A man is free"]
    other, link = an_item("Rain", guid="r"), "<link>https://courier.example/1</link>"
    scene.site.put(
        "/rss",
        answer(body=rss(OLD)),
        *(answer(body=rss(OLD, an_item(words, more=link), other)) for words in versions),
        answer(body=rss(OLD, an_item(versions[-1], more=link), an_item("Sun", guid="r"))),
    )
    async with scene.service() as service:
        for _ in range(6):
            await poll(service)

        with service.store.read() as known:
            records = checked(known)
    assert [record.facts["title"] for record in records] == versions
    assert len({record.article for record in records}) == 1
    assert records[0].alert
    assert records[2].alert, "that the words are gone is told"
    assert not records[-1].alert, "the last edit told nothing, and is kept all the same"


async def test_what_waits_for_a_second_outlet_is_kept_before_it_is_told(scene: Scene) -> None:
    scene.write("{name: Two, find: Atajurt, at_least: {outlets: 2}}")
    scene.site.put("/rss", answer(body=rss(OLD)), answer(body=rss(an_item("Atajurt waits"), OLD)))
    async with scene.service() as service:
        await poll(service)
        await poll(service)

        with service.store.read() as known:
            assert known.alerts(limit=9) == []
            [record] = checked(known)
    assert record.alert == ""


async def test_the_page_of_an_article_is_kept_with_it(scene: Scene) -> None:
    scene.write("{name: Daulet, find: Erbol Daulet}", more=", full_text: always")
    page = article_page(
        [*PARAGRAPHS["en"], "On the list is Erbol Daulet, not seen since."], times=2
    )
    link = f"<link>{scene.site.url('/a')}</link>"
    scene.site.put("/a", answer(body=page, headers={"Content-Type": "text/html; charset=utf-8"}))
    scene.site.put(
        "/rss",
        answer(body=rss(OLD)),
        answer(body=rss(an_item("Relatives read out names", more=link), OLD)),
    )
    async with scene.service() as service:
        await poll(service)
        await poll(service)

        with service.store.read() as known:
            [record] = checked(known)
            kept = bytes_of(known, record.facts, "page")
    assert kept == page.encode()
    assert record.facts["page"]["response"]["address"] == scene.site.url("/a")


async def test_news_without_a_match_leave_no_evidence(scene: Scene) -> None:
    scene.write()
    scene.site.put("/rss", answer(body=rss(OLD)))
    async with scene.service() as service:
        await poll(service)

        with service.store.read() as known:
            assert checked(known) == []
            assert known.evidence_note() is None
