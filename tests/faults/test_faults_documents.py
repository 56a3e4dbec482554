"""Documents that are hostile or broken (F22 to F29): what is good in them is still told."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.faults import LIMITS, OLD, SLACK, Scene, headline, item, rss, words
from support.feed_server import FeedServer, answer

from watcher.core.model import FeedFault

pytestmark = pytest.mark.asyncio(loop_scope="module")


# --- F22, F23: entities ------------------------------------------------------------------------

LAUGHS = "<!DOCTYPE rss [<!ENTITY a 'ha'>" + "".join(
    f"<!ENTITY a{n} '{f'&a{n - 1};' * 10 if n else '&a;'}'>" for n in range(12)
)
ENTITIES = {
    "F22 billion laughs": (f"{LAUGHS}]>", "&a11;"),
    "F22 quadratic blow-up": (f"<!DOCTYPE rss [<!ENTITY a '{'x' * 50_000}'>]>", "&a;" * 20_000),
    "F22 parameter entities": (
        "<!DOCTYPE rss [<!ENTITY % a '<!ENTITY b \"x\">'> %a; %a; <!ENTITY % c '%a;%a;%a;'> %c;]>",
        "&b;",
    ),
    "F22 an entity of itself": ("<!DOCTYPE rss [<!ENTITY a '&a;'>]>", "&a;"),
}


@pytest.mark.parametrize("name", ENTITIES)
async def test_entities_are_not_expanded_and_the_news_beside_them_is_told(
    scene: Scene, name: str
) -> None:
    before, use = ENTITIES[name]
    feed = await scene.feed(name)
    poisoned = item(f"{name} 2", more=f"<description>{use}</description>")

    cycle = await feed.serves(item(f"{name} 1"), poisoned, before=before)

    assert len(cycle.told) == 2
    assert cycle.seconds < 1.0 + SLACK
    assert cycle.grown < 20_000_000
    assert not any("haha" in told or "xxx" in told for told in cycle.told)
    await feed.recovers(tag=None)


@pytest.mark.parametrize(
    ("name", "declaration"),
    [
        ("F23 entity in a file", '<!DOCTYPE rss [<!ENTITY x SYSTEM "{file}">]>'),
        ("F23 entity on the web", '<!DOCTYPE rss [<!ENTITY x SYSTEM "{http}">]>'),
        ("F23 DTD on the web", '<!DOCTYPE rss SYSTEM "{http}">'),
        ("F23 parameter entity", '<!DOCTYPE rss [<!ENTITY % x SYSTEM "{http}"> %x;]>'),
        ("F23 public DTD", '<!DOCTYPE rss PUBLIC "-//N//DTD RSS//EN" "{http}">'),
        ("F23 stylesheet", '<?xml-stylesheet href="{http}" type="text/xsl"?>'),
    ],
)
async def test_f23_nothing_that_a_document_points_to_is_opened(
    scene: Scene, name: str, declaration: str, tmp_path: Path
) -> None:
    feed = await scene.feed(name)
    file = tmp_path / "passwords"
    file.write_text("root:x:0:0")
    async with FeedServer() as listener:
        before = declaration.format(file=file.as_uri(), http=listener.url("/evil.dtd"))
        cycle = await feed.serves(item(name, more="<description>&x;</description>"), before=before)

        assert listener.connections == 0
    [told] = cycle.told
    assert "root:x" not in told


# --- F24: poison -------------------------------------------------------------------------------

SLOW_READ = LIMITS.parse_seconds + SLACK
ATTRIBUTES = "".join(f" a{n}='x'" for n in range(200_000))
POISON = {
    "F24 200 000 attributes": f"<item><title{ATTRIBUTES}>x</title></item>",
    "F24 a million nested tags": (
        f"<item><title>x</title><description>{'<b>' * 900_000}</description></item>"
    ),
}
SLOW = {
    "F24 entity declarations": {"before": "\n<!ENTITY" + " " * 300_000},
    "F24 entity lines": {"before": ("\n<!ENTITY" + " " * 20) * 10_000},
    "F24 comment starts": {"head": f"<description>{'&lt;!--' * 50_000}</description>"},
}


@pytest.mark.parametrize("name", POISON)
async def test_a_poisoned_item_is_given_up_in_time_and_costs_only_itself(
    scene: Scene, name: str
) -> None:
    feed = await scene.feed(name)

    cycle = await feed.serves(item(f"{name} 1"), POISON[name], item(f"{name} 2"))

    assert len(cycle.told) == 2
    assert cycle.seconds < SLOW_READ
    assert cycle.state.damaged == 1
    [line] = cycle.lines
    assert "could not be read" in line
    await feed.recovers(tag=None)


@pytest.mark.parametrize("name", POISON)
async def test_a_document_of_nothing_but_poison_is_called_poisoned(scene: Scene, name: str) -> None:
    feed = await scene.feed(f"{name} alone")

    cycle = await feed.answers(answer(body=rss(POISON[name]), headers={"ETag": '"poison"'}))

    assert cycle.state.fault is FeedFault.POISONED
    assert cycle.seconds < SLOW_READ
    await feed.recovers()


@pytest.mark.parametrize("name", SLOW)
async def test_what_would_keep_the_parser_busy_for_ever_is_not_shown_to_it(
    scene: Scene, name: str
) -> None:
    feed = await scene.feed(name)

    cycle = await feed.serves(item(name), **SLOW[name])

    assert len(cycle.told) == 1
    assert cycle.seconds < SLOW_READ
    await feed.recovers(tag=None)


# --- F25: masses -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "big"),
    [
        ("F25 a text of 2.5 MB", "<item><title>x</title><description>{}</description></item>"),
        ("F25 an attribute of 2.5 MB", "<item><title x='{}'>x</title></item>"),
        ("F25 a comment of 2.5 MB", "<item><!--{}--><title>x</title></item>"),
    ],
)
async def test_a_huge_item_is_bounded_and_hides_no_other(scene: Scene, name: str, big: str) -> None:
    feed = await scene.feed(name)

    cycle = await feed.serves(item(name), big.format("y " * 1_250_000))

    assert len(cycle.told) == 1
    await feed.recovers(tag=None)


async def test_f25_a_document_over_the_limit_is_refused_by_name(scene: Scene) -> None:
    feed = await scene.feed("F25 too large")

    cycle = await feed.serves(item("F25 too large", more=f"<x>{'y' * LIMITS.most_bytes}</x>"))

    assert cycle.state.fault is FeedFault.TOO_LARGE
    await feed.recovers()


# --- F26, F27: impossible characters and charsets ----------------------------------------------


IMPOSSIBLE = [
    "&#xD800;",
    "&#xDFFF;",
    "&#99999999999999999999;",
    f"&#{'9' * 5000};",
    "&#0;",
    "&#x1F;",
    "&#xFFFE;",
    "\x00",
    "\x01\x02\x1b[31m",
    "\x0b\x0c",
    "\x7f\x85\u2028",
]


async def test_f26_an_impossible_character_costs_neither_its_item_nor_the_others(
    scene: Scene,
) -> None:
    feed = await scene.feed("F26 impossible characters")
    bad = [
        item(f"F26 bad {number}", title=f"{headline(f'F26 bad {number}')} {odd} end")
        for number, odd in enumerate(IMPOSSIBLE)
    ]

    cycle = await feed.serves(item("F26 first"), *bad, item("F26 last"))

    assert len(cycle.told) == len(bad) + 2
    for number in range(len(bad)):
        [told] = [told for told in cycle.told if headline(f"F26 bad {number}") in told]
        assert " end" in told
    assert not set("".join(cycle.told)) & set("\x00\x01\x1b\x7f\ud800")
    await feed.recovers(tag=None)


@pytest.mark.parametrize(
    "charset",
    [
        "punycode",
        "undefined",
        "unicode_escape",
        "raw_unicode_escape",
        "a\\0b",
        "utf-7",
        "rot13",
        "idna",
        "zlib",
        "base64",
        "no-such-charset",
        "x" * 3000,
    ],
    ids=lambda charset: charset[:20],
)
@pytest.mark.parametrize("place", ["declaration", "header"])
async def test_f27_a_charset_that_is_a_trick_is_not_followed(
    scene: Scene, charset: str, place: str
) -> None:
    name = f"F27 {charset[:18]} {place}"
    feed = await scene.feed(name.replace("\\", ""))
    title = f"{headline(name)} Қазақ"
    inside = f"<?xml version='1.0' encoding='{charset}'?>" if place == "declaration" else ""
    outside = f"text/xml; charset={charset}" if place == "header" else "text/xml"
    body = rss(item(name, title=title), OLD, before=inside)

    cycle = await feed.answers(answer(body=body, headers={"Content-Type": outside}))

    [told] = cycle.told
    assert title in told


async def test_f27_a_charset_header_that_is_no_text_is_not_followed(scene: Scene) -> None:
    feed = await scene.feed("F27 surrogate in the header")
    body = rss(item("F27 surrogate"), OLD)
    start = b"HTTP/1.1 200 OK\r\nContent-Type: text/xml; charset=\xed\xa0\x80\xff\r\n"

    cycle = await feed.answers(start + b"Content-Length: %d\r\n\r\n" % len(body) + body)

    assert len(cycle.told) == 1


# --- F28: wrongly named charsets ---------------------------------------------------------------

LETTERS = {
    "F28 windows-1251": (
        "Волонтёры Атажурт рассказали о работе в Алматы",
        "Родственники задержанных собрались вчера вечером у здания суда и ждали решения.",
        "cp1251",
    ),
    "F28 KOI8-R": (
        "Суд перенёс слушание по делу группы Атажурт",
        "Адвокаты просили вызвать новых свидетелей, прокурор не возражал против этого.",
        "koi8-r",
    ),
    "F28 GB18030": (
        "阿塔珠尔特志愿者在阿拉木图接受采访",
        "他们说，过去一年里有很多家庭来到办公室，希望知道亲人的下落。",
        "gb18030",
    ),
    "F28 Big5": (
        "阿塔珠爾特成員在法院外面等候消息",
        "家屬表示，他們已經三個月沒有見到自己的親人，也沒有收到任何信件。",
        "big5hkscs",
    ),
    "F28 UTF-16 with BOM": (
        "阿塔珠尔特公布新的证词",
        "一名妇女讲述了她丈夫在边境被带走的经过。",
        "utf-16",
    ),
    "F28 UTF-16 without BOM": (
        "Новый отчёт группы Атажурт",
        "В нём описаны сорок семей из трёх областей страны.",
        "utf-16-le",
    ),
    "F28 windows-1256": (
        "متطوعو أتاجورت يتحدثون عن عملهم في ألماتي",
        "قال المتطوعون إن كثيرا من العائلات جاءت إلى المكتب في العام الماضي.",
        "cp1256",
    ),
}


@pytest.mark.parametrize("name", LETTERS)
async def test_a_name_is_found_though_the_charset_is_wrongly_named(scene: Scene, name: str) -> None:
    title, text, charset = LETTERS[name]
    feed = await scene.feed(name)
    entry = item(name, title=title, more=f"<description>{text}</description>")
    body = rss(entry, before="<?xml version='1.0' encoding='utf-8'?>").decode().encode(charset)

    cycle = await feed.answers(
        answer(body=body, headers={"Content-Type": "text/xml; charset=utf-8"})
    )

    [told] = cycle.told
    assert title in told


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("F28 bytes broken in Cyrillic", "Группа Атажурт открыла новый архив писем"),
        ("F28 bytes broken in Chinese", "阿塔珠尔特建立新的档案馆收集信件"),
        ("F28 bytes broken in Arabic", "أتاجورت تفتح أرشيفا جديدا للرسائل"),
    ],
)
async def test_damaged_bytes_cost_themselves_and_are_told(
    scene: Scene, name: str, title: str
) -> None:
    feed = await scene.feed(name)
    body = rss(item(name, title=title + "?"), OLD).replace(b"?</title>", b"\xff\xc3</title>")

    cycle = await feed.answers(answer(body=body))

    [told] = cycle.told
    assert title in told
    [line] = cycle.lines
    assert "damaged characters" in line


async def test_f28_letters_beyond_repair_are_flagged_and_told_to_the_operator(scene: Scene) -> None:
    feed = await scene.feed("F28 beyond repair")
    # Half of each letter is gone: neither UTF-8 nor anything else.
    broken = "".join("Волонтёры Атажурт рассказали").encode()[1::3] + b"\xff\xfe\xfd\xfc" * 9

    body = rss(item("F28", title="??"), OLD).replace(b"??", broken)
    cycle = await feed.answers(answer(body=body))

    assert cycle.told == ()
    [line] = cycle.lines
    assert "damaged characters" in line
    [notice] = cycle.notices
    assert "damaged letters" in notice


# --- F29: broken XML ---------------------------------------------------------------------------


async def test_f29_a_document_that_breaks_off_tells_its_whole_items_and_the_half_one_once(
    scene: Scene,
) -> None:
    name = "F29 half an item"
    feed = await scene.feed(name)
    last = item(f"{name} last", more=f"<description>Atajurt {words('more')}. End.</description>")
    whole = rss(OLD, item(f"{name} 1"), item(f"{name} 2"), last)

    cut_off = whole[: whole.index(b". End.")]
    cycle = await feed.answers(answer(body=cut_off, headers={"ETag": '"half"'}))
    later = await feed.answers(answer(body=whole, headers={"ETag": '"whole"'}))

    for number in (1, 2):
        assert sum(headline(f"{name} {number}") in told for told in cycle.told) == 1
    alerts = [told for told in (*cycle.told, *later.told) if headline(f"{name} last") in told]
    assert len(alerts) == 1
    assert (cycle.state.damaged, later.state.damaged) == (1, 0)
    assert feed.tags == [None, '"1"', None], "the broken one can't be confirmed"


async def test_f29_a_feed_that_always_breaks_off_is_believed_at_the_second_time(
    scene: Scene,
) -> None:
    feed = await scene.feed("F29 always half")
    half = rss(item("F29 always"), OLD)[:-12]

    for _ in range(4):
        cycle = await feed.answers(answer(body=half, headers={"ETag": '"half"'}))

    assert feed.tags == [None, '"1"', None, '"half"', '"half"']
    assert cycle.state.fault is None


BROKEN = {
    "F29 bare signs": "<item><title>Tom & Jerry < 5</title><guid>1</guid></item>",
    "F29 unclosed tag inside": "<item><title>x</title><description><b>y</description></item>",
    "F29 unclosed title": "<item><title>x<guid>2</guid></item>",
    "F29 unknown entities": "<item><title>&nosuch; &copy; x</title></item>",
    "F29 tags crossed": "<item><title>a</b></title></item>",
    "F29 unclosed CDATA": "<item><title><![CDATA[x]]</title><guid>3</guid></item>",
    "F29 unclosed comment": "<item><title>x</title><!-- never closed</item>",
    "F29 unknown prefixes": "<item xmlns:y='' y:z='1'><q:title>x</q:title></item>",
}


@pytest.mark.parametrize("name", BROKEN)
async def test_a_broken_item_hides_no_other(scene: Scene, name: str) -> None:
    feed = await scene.feed(name)

    cycle = await feed.serves(item(f"{name} 1"), BROKEN[name], item(f"{name} 2"))

    told = "\n".join(cycle.told)
    assert headline(f"{name} 1") in told
    assert headline(f"{name} 2") in told
    await feed.recovers(tag=None)
