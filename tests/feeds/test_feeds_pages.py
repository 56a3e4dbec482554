"""The page of an article: its text in any script, and a name for whatever stands before it."""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from support.article_pages import FOOTER, MENU, PARAGRAPHS, TEASER, article_page
from support.feed_server import (
    FeedServer,
    Misbehave,
    Reply,
    answer,
    endless,
    redirect,
    silent,
)

from watcher.core.model import Feed, FeedFault, Page, PageFault
from watcher.feeds import Fetcher, Lanes, Pages
from watcher.feeds.pages import MOST
from watcher.feeds.worker import Worker

HTML = {"Content-Type": "text/html; charset=utf-8"}
PATIENCE = 1.5
"""Seconds for what is meant to take too long."""
WHOLE = article_page(PARAGRAPHS["en"])
ROOT = Path(__file__).parents[2]


def open_lanes() -> Lanes:
    """Lanes without a pause, away from the full minute."""
    return Lanes(pause=0.0, jitter=lambda: 0.0, wall=lambda: 30.0)


@dataclass
class Site:
    server: FeedServer
    pages: Pages
    private: bool = False

    def serves(self, path: str, page: str | bytes | Reply, *, status: int = 200) -> str:
        body = page if isinstance(page, str | bytes) else b""
        raw = page if callable(page) else answer(status, body, HTML)
        return self.server.put(path, raw)

    async def read(self, *urls: str) -> list[Page]:
        feed = Feed(url=self.server.url("/rss"), name="Outlet", private=self.private)
        return await self.pages.read(feed, urls)

    async def cause(self, url: str) -> FeedFault | PageFault | None:
        [page] = await self.read(url)
        assert (page.text == "") == (page.cause is not None)
        assert (page.detail == "") == (page.cause is None)
        return page.cause


@pytest.fixture(scope="module")
def child() -> Iterator[Worker]:
    """One child for all tests of this file: its start takes a second."""
    worker = Worker("watcher.feeds.article")
    yield worker
    asyncio.run(worker.stop())


@pytest.fixture
async def site(child: Worker) -> AsyncIterator[Site]:
    async with (
        FeedServer() as server,
        Fetcher(user_agent="watcher/1 (test)", allow=server.allow) as fetcher,
    ):
        pages = Pages(fetcher, open_lanes(), page_seconds=PATIENCE, read_seconds=PATIENCE)
        pages._worker = child
        server.put("/warm", answer(body=WHOLE, headers=HTML))
        await pages.read(Feed(url=server.url("/rss"), name="x"), [server.url("/warm")])
        server.requests.clear()
        yield Site(server, pages)


# --- the text -------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", PARAGRAPHS)
async def test_the_article_comes_without_what_stands_around_it(site: Site, language: str) -> None:
    url = site.serves("/a", article_page(PARAGRAPHS[language], language=language))

    [page] = await site.read(url)

    assert [words for words in PARAGRAPHS[language] if words not in page.text] == []
    assert [words for words in (TEASER, MENU, FOOTER, "var page") if words in page.text] == []


@pytest.mark.parametrize(
    ("language", "charset", "content_type"),
    [
        ("ru", "windows-1251", "text/html; charset=windows-1251"),
        ("ru", "koi8-r", "text/html"),
        ("zh", "gb18030", "text/html"),
        ("zh", "gb2312", "text/html"),
        ("tr", "iso-8859-9", "text/html"),
    ],
)
async def test_the_charset_is_that_of_http_else_that_of_the_page(
    site: Site, language: str, charset: str, content_type: str
) -> None:
    page = article_page(PARAGRAPHS[language], charset=charset)
    body = page.replace("ё", "е").encode(charset)
    url = site.server.put("/a", answer(body=body, headers={"Content-Type": content_type}))

    [read] = await site.read(url)

    assert PARAGRAPHS[language][1].replace("ё", "е") in read.text


async def test_what_stands_in_a_table_of_the_article_is_part_of_it(site: Site) -> None:
    cells = "<tr><th>Name</th><th>Since</th></tr><tr><td>Erbol Daulet</td><td>May</td></tr>"
    page = WHOLE.replace("</article>", f"<table>{cells}</table></article>")

    [read] = await site.read(site.serves("/a", page))

    assert "Erbol Daulet" in read.text


async def test_headlines_of_other_articles_are_no_words_of_this_one(site: Site) -> None:
    other = "Erbol Daulet is free again"
    inside = (
        f"<p><a href='/t'>{other}</a></p><ul><li><a href='/u'>{other} <b>today</b></a></li></ul>"
        f"<p>They quoted <a href='/v'>the court</a> in full, word for word.</p>"
    )
    whole = WHOLE.replace("</article>", f"{inside}<p>{PARAGRAPHS['en'][0]}</p></article>")
    only_menu = article_page([], title=other).replace("<h1>", "<h1 hidden>")

    [read] = await site.read(site.serves("/a", whole))

    assert "They quoted the court in full, word for word." in read.text
    assert other not in read.text
    assert await site.cause(site.serves("/b", only_menu)) is PageFault.NO_ARTICLE


async def test_signs_of_markup_in_the_words_stay_words(site: Site) -> None:
    page = article_page([*PARAGRAPHS["en"], "Shares of &lt;BAC.N&gt; fell, AT&amp;T&#39;s rose."])

    [read] = await site.read(site.serves("/a", page))

    assert "Shares of <BAC.N> fell, AT&T's rose." in read.text


async def test_a_page_is_asked_for_like_a_feed_but_as_a_page(site: Site) -> None:
    site.server.put("/old", redirect("/new").replace(b"\r\n\r\n", b"\r\nSet-Cookie: a=1\r\n\r\n"))
    site.serves("/new", WHOLE)

    [page] = await site.read(site.server.url("/old"))

    assert page.text
    for request in site.server.requests:
        assert request.header("Accept") == "text/html, application/xhtml+xml;q=0.9, */*;q=0.1"
        assert request.header("User-Agent") == "watcher/1 (test)"
        unwanted = ("Cookie", "Referer", "A-IM", "If-None-Match", "If-Modified-Since")
        assert [name for name in unwanted if request.header(name)] == []


# --- walls ----------------------------------------------------------------------------------------


def declared(value: object) -> str:
    return f'<script type="application/ld+json">{json.dumps(value)}</script>'


CLOSED = {"@type": "NewsArticle", "isAccessibleForFree": False}
OPEN = {"@type": ["Thing", "NewsArticle"], "isAccessibleForFree": "True"}


@pytest.mark.parametrize(
    "head",
    [
        declared(CLOSED),
        declared([{"@type": "BreadcrumbList"}, CLOSED]),
        declared({"@context": "https://schema.org", "@graph": [{"@type": "Person"}, CLOSED]}),
        declared({"@type": "ReportageNewsArticle", "isAccessibleForFree": "False"}),
        declared({"@type": "BlogPosting", "isAccessibleForFree": "http://schema.org/False"}),
        '<meta itemprop="isAccessibleForFree" content="false">',
        '<meta property="article:content_tier" content="locked">',
        declared("{") + declared(CLOSED),
    ],
)
async def test_a_page_that_says_its_article_is_not_free_is_a_paywall(site: Site, head: str) -> None:
    url = site.serves("/a", article_page(PARAGRAPHS["en"], head=head))

    assert await site.cause(url) is PageFault.PAYWALL


@pytest.mark.parametrize(
    "head",
    [
        declared(OPEN),
        declared(OPEN) + declared(CLOSED),
        declared({"@type": "ItemList", "itemListElement": [CLOSED]}),
        declared({"@type": "NewsArticle", "mentions": CLOSED}),
        declared({"@type": "Product", "isAccessibleForFree": False}),
        '<meta property="article:content_tier" content="metered">',
        declared([[[[[[[[[[CLOSED]]]]]]]]]]),
        f'<script type="application/ld+json">{"[" * 90_000}</script>',
    ],
)
async def test_what_a_page_says_of_other_things_makes_it_no_paywall(site: Site, head: str) -> None:
    assert await site.cause(site.serves("/a", article_page(PARAGRAPHS["en"], head=head))) is None


BARRIERS = [
    "Subscribe to continue reading.",
    "Jetzt weiterlesen mit unserem Abo",
    "Cet article est réservé aux abonnés",
    "Подпишитесь, чтобы читать дальше",
    "Оқуды жалғастыру үшін жазылыңыз",
    "Devamını okumak için abone ol",
    "订阅后继续阅读",
    "訂閱後繼續閱讀",
]


@pytest.mark.parametrize("words", BARRIERS)
async def test_a_teaser_before_the_words_of_a_paywall_is_no_article(site: Site, words: str) -> None:
    barrier = f"<div class='wall'><h2>{words}</h2></div>"
    teaser = article_page(PARAGRAPHS["en"], after=barrier, times=1)
    article = article_page(PARAGRAPHS["en"], after=barrier, times=12)

    assert await site.cause(site.serves("/teaser", teaser)) is PageFault.PAYWALL
    assert await site.cause(site.serves("/article", article)) is None


CONSENT = (
    "<html><head><title>Outlet</title></head><body><div><h1>Before you continue to the Outlet</h1>"
    "<p>We use cookies and data to deliver our services and measure what you read.</p>"
    "<button>Accept all</button><button>Reject all</button></div></body></html>"
)


async def test_a_page_that_asks_for_consent_first_is_named(site: Site) -> None:
    site.serves("/consent/collect", article_page(PARAGRAPHS["en"]))
    led = site.server.put("/a", redirect("/consent/collect?back=/a"))
    shown = site.serves("/b", CONSENT)

    assert await site.cause(led) is PageFault.CONSENT
    assert await site.cause(shown) is PageFault.CONSENT


async def test_a_page_that_asks_for_a_login_first_is_named(site: Site) -> None:
    form = "<form><input name=user><input type=password name=word></form>"
    site.serves("/login", f"<html><title>Outlet</title><body>{form}</body></html>")
    led = site.server.put("/a", redirect("/login?back=/a"))
    shown = site.serves("/b", f"<html><title>Outlet</title><body>{form}</body></html>")

    assert await site.cause(led) is PageFault.LOGIN
    assert await site.cause(shown) is PageFault.LOGIN


async def test_banners_and_login_forms_beside_an_article_are_no_wall(site: Site) -> None:
    banner = (
        "<div class='cookie-banner'>We value your privacy. Accept all cookies to go on.</div>"
        "<form><input type=password></form><a href='/x'>Already a subscriber? Sign in to continue"
        "</a>"
    )
    short = article_page(PARAGRAPHS["en"], before=banner, times=2)

    assert await site.cause(site.serves("/a", short)) is None


@pytest.mark.parametrize(
    "page",
    [
        "<html><title>Just a moment...</title><body>Enable JavaScript and cookies to continue",
        "<html><title>Outlet</title><body><h1>Verify you are human</h1>",
        "<html><title>Ой!</title><body>Подтвердите, что запросы отправляли вы, а не робот",
        "<html><title>安全验证</title><body>请完成安全验证",
    ],
)
async def test_a_robot_check_is_named(site: Site, page: str) -> None:
    assert await site.cause(site.serves("/a", page)) is PageFault.ROBOT_CHECK


async def test_an_article_about_a_robot_check_is_an_article(site: Site) -> None:
    page = article_page(
        ["Sites ask visitors: verify you are human. Few know why.", *PARAGRAPHS["en"]],
        title="Access denied: how sites shut readers out",
        times=9,
    )

    assert await site.cause(site.serves("/a", page)) is None


async def test_a_page_without_an_article_and_one_that_leads_home_have_none(site: Site) -> None:
    site.serves("/", WHOLE)
    home = site.server.put("/gone", redirect("/"))
    assert await site.cause(site.server.url("/")) is PageFault.NO_ARTICLE
    assert site.server.requests == [], "the front page itself is not asked for"
    gallery = site.serves("/b", "<html><title>Photos</title><body><img src=a><p>One photo.</p>")

    assert await site.cause(home) is PageFault.NO_ARTICLE
    assert await site.cause(gallery) is PageFault.NO_ARTICLE
    assert await site.cause(site.serves("/c", "")) is PageFault.NO_ARTICLE


# --- servers --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "cause"),
    [
        (401, PageFault.LOGIN),
        (402, PageFault.PAYWALL),
        (403, FeedFault.BLOCKED),
        (404, FeedFault.NOT_FOUND),
        (410, FeedFault.GONE),
        (429, FeedFault.RATE_LIMITED),
        (500, FeedFault.SERVER_ERROR),
        (304, FeedFault.BAD_STATUS),
    ],
)
async def test_each_status_has_its_cause(site: Site, status: int, cause: PageFault) -> None:
    assert await site.cause(site.server.put("/a", answer(status, headers=HTML))) is cause


async def test_a_page_that_asks_to_wait_speaks_for_its_host(site: Site) -> None:
    url = site.server.put("/a", answer(429, headers={"Retry-After": "90"}))

    [page] = await site.read(url)
    [other] = await site.read(site.serves("/b", WHOLE))

    assert page.retry_after == timedelta(seconds=90)
    assert other.cause is FeedFault.RATE_LIMITED
    assert len(site.server.requests) == 1


async def test_a_page_over_the_limit_is_given_up(site: Site) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html><body>"
    url = site.server.put("/a", endless(head, b"<p>word</p>" * 1_000))

    [page] = await site.read(url)

    assert (page.cause, page.detail) == (FeedFault.TOO_LARGE, "the page is larger than 3 MB.")


async def test_a_silent_server_costs_no_more_than_its_time(site: Site) -> None:
    started = time.monotonic()

    assert await site.cause(site.server.put("/a", silent)) is FeedFault.TIMEOUT
    assert time.monotonic() - started < 3 * PATIENCE


async def test_a_pdf_or_a_film_is_not_a_page_and_its_bytes_are_not_fetched(site: Site) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/pdf\r\n\r\n%PDF-1.7"
    named = site.server.put("/a.pdf", endless(head, b"0" * 10_000))
    hidden = site.serves("/b", b"%PDF-1.7\n" + b"0" * 1_000)

    assert await site.cause(named) is PageFault.NOT_A_PAGE
    assert await site.cause(hidden) is PageFault.NOT_A_PAGE


# --- hostile pages --------------------------------------------------------------------------------

HANGING = "<html><body><div " + " ".join(f"a{n}=1" for n in range(200_000)) + ">x</div>"
"""Each attribute is compared with those before it: over a minute."""


async def test_a_page_that_hangs_its_reader_is_killed_and_the_next_is_read(site: Site) -> None:
    hanging, whole = site.serves("/a", HANGING), site.serves("/b", WHOLE)

    [stuck] = await site.read(hanging)
    [read] = await site.read(whole)

    assert stuck.cause is FeedFault.POISONED
    assert PARAGRAPHS["en"][0] in read.text


async def test_after_two_pages_that_hang_their_reader_the_others_of_the_poll_are_not_tried(
    site: Site,
) -> None:
    urls = [site.serves(f"/{n}", HANGING) for n in range(6)]
    started = time.monotonic()

    pages = await site.read(*urls)

    assert {page.cause for page in pages} == {FeedFault.POISONED}
    assert time.monotonic() - started < 5.5 * PATIENCE
    assert PARAGRAPHS["en"][0] in (await site.read(site.serves("/b", WHOLE)))[0].text


@pytest.mark.parametrize(
    "page",
    [
        "<html><body>" + "<div>" * 300_000,
        "<html><body>" + "<p>a" * 400_000,
        "<html><body><table>" + "<tr><td colspan=99999999>x" * 1_000,
        "<html><body>" + "&#x0;&#xD800;&bogus;\x00" * 10_000,
        "<" * 500_000,
        "\ud800".encode("utf-8", "surrogatepass"),
    ],
    ids=["deep", "many", "wide", "odd", "open", "half"],
)
async def test_a_hostile_page_has_a_cause_and_harms_nothing(site: Site, page: str | bytes) -> None:
    [bad] = await site.read(site.serves("/a", page))
    [good] = await site.read(site.serves("/b", WHOLE))

    assert bad.cause in {PageFault.NO_ARTICLE, FeedFault.POISONED} or bad.text
    assert good.cause is None


async def test_no_entity_is_opened_and_no_file_read(site: Site, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("a word nobody may see")
    evil = site.server.put("/evil.dtd", answer(body="<!ENTITY x 'fetched'>"))
    page = WHOLE.replace(
        "<!doctype html>",
        f'<?xml version="1.0"?><!DOCTYPE html SYSTEM "{evil}" ['
        f'<!ENTITY x SYSTEM "file://{secret}"><!ENTITY y SYSTEM "{evil}">]>',
    ).replace("<article>", "<article><p>Said &x; and &y;, as everybody there could hear.</p>")

    [read] = await site.read(site.serves("/a", page))

    assert "Said" in read.text
    assert "nobody may see" not in read.text
    assert "fetched" not in read.text
    assert site.server.asked("/evil.dtd") == []


async def test_private_opens_the_feeds_own_server_and_no_other(site: Site) -> None:
    async with (
        FeedServer() as other,
        Fetcher(user_agent="x") as fetcher,
        Pages(fetcher, open_lanes()) as pages,
    ):
        home = Site(site.server, pages, private=True)
        other.put("/admin", answer(body=WHOLE, headers=HTML))
        site.server.put("/led", redirect(other.url("/admin")))

        own, admin, led = await home.read(
            site.serves("/own", WHOLE), other.url("/admin"), site.server.url("/led")
        )

        assert own.text
        assert (admin.cause, led.cause) == (FeedFault.BLOCKED_ADDRESS, FeedFault.BLOCKED_ADDRESS)
        assert other.connections == 0


async def test_a_host_that_an_article_linked_to_is_forgotten(site: Site) -> None:
    await site.read(site.serves("/a", WHOLE))
    lanes = site.pages._lanes._lanes

    async with asyncio.timeout(5):
        while lanes:  # noqa: ASYNC110 - lanes go quietly
            await asyncio.sleep(0.01)


# --- bounds ---------------------------------------------------------------------------------------


async def test_no_more_pages_are_asked_for_at_once_than_the_limit(site: Site) -> None:
    urls = [site.serves(f"/{n}", WHOLE) for n in range(MOST + 3)]

    pages = await site.read(*urls)

    assert [page.url for page in pages] == urls
    assert len(site.server.requests) == MOST
    assert {page.cause for page in pages[:MOST]} == {None}
    assert {page.cause for page in pages[MOST:]} == {PageFault.OVER_LIMIT}


async def test_what_is_not_there_in_time_is_left_and_what_is_there_is_kept(
    site: Site, child: Worker
) -> None:
    async with Fetcher(user_agent="x", allow=site.server.allow) as fetcher:
        hasty = Site(site.server, Pages(fetcher, open_lanes(), all_seconds=PATIENCE))
        hasty.pages._worker = child
        started = time.monotonic()

        slow, whole = await hasty.read(site.server.put("/a", silent), site.serves("/b", WHOLE))

        assert time.monotonic() - started < 3 * PATIENCE
        assert (slow.cause, whole.cause) == (PageFault.NO_TIME, None)


async def test_given_up_from_outside_nothing_is_left_running(site: Site) -> None:
    begun = asyncio.Event()

    def tell(reply: Misbehave) -> Misbehave:
        async def told(request: object, writer: asyncio.StreamWriter) -> None:
            begun.set()
            await reply(request, writer)  # type: ignore[arg-type]  # handed through

        return told

    before = asyncio.all_tasks()
    reading = asyncio.create_task(site.read(site.server.put("/a", tell(silent))))
    await begun.wait()
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading

    left = asyncio.all_tasks() - before
    assert [task for task in left if "Pages" in repr(task)] == []


# --- without the extra ----------------------------------------------------------------------------

ASK = """
import asyncio, sys
from watcher.core.model import Feed
from watcher.feeds import Fetcher, Lanes, Pages
{before}
async def main():
    async with Fetcher(user_agent="x", allow=frozenset({{("127.0.0.1", {port})}})) as fetcher:
        async with Pages(fetcher, Lanes(wall=lambda: 30.0)) as pages:
            for _ in range(2):
                for page in await pages.read(Feed(url="{url}", name="x"), ["{url}"]):
                    print(page.cause.value, page.detail)
asyncio.run(main())
"""


async def in_another_process(root: Path, server: FeedServer, before: str = "") -> list[str]:
    url = server.put("/a", answer(body=WHOLE, headers=HTML))
    script = ASK.format(before=before, port=server.port, url=url)
    ran = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-c", script],
        cwd=root,
        env={"PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return ran.stdout.splitlines()


async def test_without_the_extra_no_page_is_asked_for_and_the_mend_is_named(site: Site) -> None:
    lines = await in_another_process(ROOT, site.server, 'sys.modules["trafilatura"] = None')

    assert len(lines) == 2
    assert lines[0].startswith("not-installed")
    assert "pip install trafilatura lxml-html-clean" in lines[0]
    assert site.server.requests == []


async def test_an_extra_that_is_half_installed_is_found_out_with_the_first_page(
    site: Site, tmp_path: Path
) -> None:
    shutil.copytree(
        ROOT / "watcher", tmp_path / "watcher", ignore=shutil.ignore_patterns("__pycache__")
    )
    (tmp_path / "trafilatura.py").write_text("raise ImportError('lxml.html.clean is elsewhere')\n")

    lines = await in_another_process(tmp_path, site.server)

    assert [line.partition(" ")[0] for line in lines] == ["not-installed"] * 2
    assert "lxml.html.clean is elsewhere" in lines[0]
    assert len(site.server.requests) == 1, "once, not for every page"
