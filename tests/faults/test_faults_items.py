"""Items that are hostile or odd (F30 to F39): each is told once, inert, and hides no other."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html import escape

import pytest
from support.faults import Scene, headline, item, unmarked, words
from support.smtp import Postbox, mailserver

from watcher.core.model import Hold
from watcher.daemon.clock import now

pytestmark = pytest.mark.asyncio(loop_scope="module")


# --- F30: dates --------------------------------------------------------------------------------

DATES = {
    "none": "",
    "empty": "<pubDate></pubDate>",
    "year 9999": "<pubDate>Fri, 31 Dec 9999 23:59:59 GMT</pubDate>",
    "year 1": "<pubDate>0001-01-01T00:00:00Z</pubDate>",
    "zeros": "<pubDate>0000-00-00 00:00:00</pubDate>",
    "offset of 99 hours": "<pubDate>Tue, 10 Mar 2026 12:00:00 +99:99</pubDate>",
    "in ten years": "<pubDate>Tue, 10 Mar 2036 12:00:00 GMT</pubDate>",
    "5000 digits": f"<pubDate>{'9' * 5000}</pubDate>",
    "words": "<pubDate>the day before yesterday</pubDate>",
    "before all newspapers": "<pubDate>Sat, 01 Jan 1600 00:00:00 GMT</pubDate>",
    "two dates": "<pubDate>0000-00-00</pubDate><pubDate>9999-99-99</pubDate>",
}


async def test_f30_no_date_hides_an_item_or_what_comes_after_it(scene: Scene) -> None:
    feed = await scene.feed("F30 dates")

    cycle = await feed.serves(
        *(item(f"F30 {number}", more=more) for number, more in enumerate(DATES.values()))
    )

    for number, name in enumerate(DATES):
        [told] = [told for told in cycle.told if headline(f"F30 {number}") in told]
        assert "undated" in told, name
    await feed.recovers(tag=None)


# --- F31: guids --------------------------------------------------------------------------------


def named(guid: str, key: str, more: str = "") -> str:
    """Return an item whose guid is what the test says; link and title come from `key`."""
    link = f"<link>https://outlet.example/{key.replace(' ', '-')}</link>"
    return f"<item>{guid}<title>{headline(key)}</title>{link}{more}</item>"


GUIDS: dict[str, Callable[[str], str]] = {
    "F31 missing": lambda _: "",
    "F31 empty": lambda _: "<guid></guid>",
    "F31 the same for all": lambda _: "<guid isPermaLink='false'>7</guid>",
    "F31 700 KB": lambda _: f"<guid isPermaLink='false'>{'x' * 700_000}</guid>",
    "F31 another at each poll": lambda poll: f"<guid isPermaLink='false'>{poll}</guid>",
    "F31 javascript": lambda _: "<guid>javascript:alert(1)</guid>",
    "F31 an address that is not one": lambda _: "<guid>http://[::1</guid>",
}


@pytest.mark.parametrize("name", GUIDS)
async def test_whatever_the_guid_each_item_is_told_once_in_five_polls(
    scene: Scene, name: str
) -> None:
    feed = await scene.feed(name)
    guid = GUIDS[name]
    keys = [f"{name} {letter}" for letter in "abc"]

    told: list[str] = []
    for poll in range(5):
        items = [named(guid(f"{poll}-{key}" if "another" in name else key), key) for key in keys]
        told += (await feed.serves(*items)).told

    assert sorted(sum(headline(key) in one for one in told) for key in keys) == [1, 1, 1]
    assert len(told) == 3


async def test_f31_an_item_without_link_whose_guid_changes_is_told_once(scene: Scene) -> None:
    feed = await scene.feed("F31 no link and another guid")
    title = f"<title>{headline('F31 no link')}</title>"

    told: list[str] = []
    for poll in range(5):
        told += (await feed.serves(f"<item><guid>{poll}</guid>{title}</item>")).told

    assert len(told) == 1


# --- F32 to F35: words -------------------------------------------------------------------------


@pytest.fixture
def box() -> Iterator[Postbox]:
    with mailserver() as running:
        yield running


def mailed(port: int) -> str:
    return f"  mail: mailto://127.0.0.1:{port}?from=w@ngo.example&to=desk@paper.example\n"


BOTH = (
    "  - {name: Atajurt, find: [Atajurt, Атажурт, 阿塔珠尔特, Xinjiang], "
    "notify: [desk, mail], follow_ups: now}\n"
)


@pytest.mark.parametrize(
    ("number", "ending"),
    list(enumerate(["\r\n", "\n", "&#13;&#10;", "&#x2028;", "\u2029", "\x85", "\x0b", "&#12;"])),
    ids=ascii,
)
async def test_f32_no_title_adds_a_header_or_a_recipient_to_a_mail(
    scene: Scene, box: Postbox, number: int, ending: str
) -> None:
    name = f"F32 line ending {number}"
    title = f"{headline(name)}{ending}Bcc: spy@evil.example{ending}{ending}Hello"
    feed = await scene.feed(name, channels=mailed(box.port), rules=BOTH)

    cycle = await feed.serves(item(name, title=title))

    [mail] = box.mails
    assert box.recipients == [["desk@paper.example"]]
    assert mail["Bcc"] is None
    assert headline(name) in str(mail["Subject"])
    assert len(cycle.told) == 1


HOSTILE = (
    "<script>alert(1)</script> <img src=x onerror=alert(1)> [bank](javascript:alert(1)) "
    "@everyone @here <!channel> <@U1> <https://evil.example|bank> <b>bold</b> file:///etc/passwd"
)
ALIVE = re.compile(
    r"@everyone|@here|<!channel|<@U1|<https|<script|<img|onerror=|<b>|\]\(|javascript:|file:///"
)


async def test_f33_markup_and_mentions_of_a_stranger_arrive_as_dead_text(
    scene: Scene, box: Postbox
) -> None:
    feed = await scene.feed("F33 markup", channels=mailed(box.port), rules=BOTH)

    cycle = await feed.serves(
        f"<item><title>{headline('F33')} {escape(HOSTILE)}</title>"
        f"<description><![CDATA[{HOSTILE} Atajurt {HOSTILE}]]></description></item>"
    )

    [told], [mail] = cycle.told, box.mails
    plain = mail.get_body(("plain",))
    assert plain is not None
    for text in (told, unmarked(plain.get_content())):
        assert headline("F33") in text
        assert not ALIVE.search(text), text


@pytest.mark.parametrize("link", ["javascript:alert(1)", "file:///etc/passwd", "data:text/html,x"])
async def test_f33_only_web_links_are_passed_on(scene: Scene, link: str) -> None:
    name = f"F33 link {link[:4]}"
    feed = await scene.feed(name)

    cycle = await feed.serves(f"<item><title>{headline(name)}</title><link>{link}</link></item>")

    [told] = cycle.told
    assert link not in told


DISGUISED = {
    "F34 zero-width space": "Xin\u200bjiang",
    "F34 soft hyphen": "Xin\u00adjiang",
    "F34 joiners": "X\u200di\u200cn\u2060jiang",
    "F34 bidi override": "\u202eXinjiang\u202c",
    "F34 bidi isolates": "\u2066Xin\u2069jiang",
    "F34 Cyrillic letters": "Хіnјіаng",
    "F34 fullwidth": "Ｘｉｎｊｉａｎｇ",
    "F34 combining mark": "Xi\u0301njiang",
}


@pytest.mark.parametrize("name", DISGUISED)
async def test_a_name_in_disguise_is_found_and_its_tricks_do_not_pass_on(
    scene: Scene, name: str
) -> None:
    feed = await scene.feed(name, rules=BOTH.replace("desk, mail", "desk"))

    cycle = await feed.serves(item(name, title=f"Report on {DISGUISED[name]} {words(name)}"))

    [told] = cycle.told
    assert words(name) in told
    assert not set(told) & set("\u202e\u202c\u2066\u2069\u202a\u202b\u202d")


LONG = {
    "F35 Latin of 100 KB": "Atajurt " + "a long way home " * 6_400,
    "F35 Cyrillic of 163": "Атажурт " + "щ" * 155,
    "F35 Cyrillic of 2000": "Атажурт " + "новости из области " * 105,
    "F35 Chinese of 108": "阿塔珠尔特" + "新" * 103,
    "F35 Chinese of 2000": "阿塔珠尔特" + "的消息来自边境" * 285,
}


@pytest.mark.parametrize("name", LONG)
async def test_a_title_of_any_length_reaches_mail_and_chat(
    scene: Scene, box: Postbox, name: str
) -> None:
    feed = await scene.feed(name, channels=mailed(box.port), rules=BOTH)

    cycle = await feed.serves(item(name, title=LONG[name]))

    [raw] = box.raw
    [mail] = box.mails
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    assert len(cycle.told) == 1
    start = LONG[name][:60]
    assert start in unmarked(str(mail["Subject"]))
    assert start in cycle.told[0]


# --- F36 to F39: stories -----------------------------------------------------------------------


async def test_f36_headlines_of_10_000_letters_are_compared_in_no_time(scene: Scene) -> None:
    feed = await scene.feed("F36 long headlines")
    long = words("F36", 1_100)

    titles = [f"Atajurt {long} {words(f'F36 {number}', 3)}" for number in range(20)]
    cycle = await feed.serves(
        *(item(f"F36 {number}", title=title) for number, title in enumerate(titles))
    )

    assert cycle.tally.items_new == 21
    assert cycle.seconds < 3.0


async def test_f37_items_without_words_are_no_copies_of_each_other(scene: Scene) -> None:
    feed = await scene.feed("F37 empty")
    empty = [
        f"<item><link>https://outlet.example/empty/{number}</link><title></title>"
        "<description></description></item>"
        for number in range(4)
    ]
    nameless = (
        "<item><link>https://outlet.example/nameless</link>"
        f"<description>Atajurt {words('F37')}</description></item>"
    )

    cycle = await feed.serves(*empty, nameless)

    assert (cycle.tally.items_new, cycle.tally.copies) == (6, 0)
    [told] = cycle.told
    first = told.splitlines()[0]
    assert words("F37")[:20] in first or "outlet.example" in first


async def test_f38_a_headline_edited_twenty_times_is_one_alert_and_one_update(scene: Scene) -> None:
    hourly = "  - {name: Atajurt, find: Atajurt, notify: [desk], follow_ups: hourly}\n"
    feed = await scene.feed("F38 edited", rules=hourly)

    told: list[str] = []
    for edit in range(20):
        title = f"{headline('F38')} update {edit}"
        told += (await feed.serves(item("F38", title=title))).told
    with scene.service.store.write() as tx:
        tx.release(Hold.FOLLOW_UPS, now=now())
    scene.service.outbox.nudge()
    before = len(scene.desk.got)
    await scene.delivered()

    assert len(told) == 1
    assert len(scene.desk.got) - before <= 1
