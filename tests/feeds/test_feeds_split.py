"""Cutting a document into items without parsing it."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher.feeds import split

HEAD = (
    "<rss version='2.0'><channel><title>Лента</title><lastBuildDate>{}</lastBuildDate>"
    "<pubDate>{}</pubDate>"
)
TAIL = "</channel></rss>"


def rss(*items: str, date: str = "Mon, 01 Jan 2024 00:00:00 GMT") -> bytes:
    return (HEAD.format(date, date) + "\n".join(items) + TAIL).encode()


def item(text: str) -> str:
    return f"<item><title>{text}</title><guid>{text}</guid></item>"


TEXTS = st.lists(st.text(st.characters(categories=["L", "N"])), unique=True, max_size=8)


@given(TEXTS)
def test_the_parts_put_together_are_the_document(texts: list[str]) -> None:
    layout = split.cut(rss(*map(item, texts)))

    assert [one.data.decode() for one in layout.items] == [item(text) for text in texts]
    if texts:
        joined = layout.head + b"\n".join(one.data for one in layout.items) + layout.tail
        assert joined == rss(*map(item, texts))


@given(TEXTS, st.integers(0, 7))
def test_a_change_in_one_item_changes_one_digest(texts: list[str], at: int) -> None:
    changed = [f"{text}!" if number == at else text for number, text in enumerate(texts)]

    before = split.cut(rss(*map(item, texts)))
    after = split.cut(rss(*map(item, changed), date="Tue, 02 Jan 2024 09:00:00 GMT"))

    differ = {i.digest for i in after.items} - {i.digest for i in before.items}
    assert len(differ) == (1 if at < len(texts) else 0)
    if texts:
        assert before.head_digest == after.head_digest


@pytest.mark.parametrize(
    "items",
    [
        "<item>a</item><item>b</item>",
        "<item rdf:about='x'>a</item>\n  <!-- next -->\n<item\n>b</item >",
        "<entry>a</entry><entry/>",
        "<atom:entry>a</atom:entry><atom:entry>b</atom:entry>",
        "<item><![CDATA[</item><item>]]></item><item>b</item>",
        "<item><!-- </item><item> --></item><item>b</item>",
        "<item><items/><itemize>x</itemize></item><item>b</item>",
        "<item><media:item>x</media:item><entry>y</entry></item><item>b</item>",
    ],
)
def test_two_items_are_two_items(items: str) -> None:
    layout = split.cut(rss(items))

    assert (len(layout.items), layout.refused, layout.tail) == (2, "", TAIL.encode())


@pytest.mark.parametrize(
    "items",
    [
        "",
        "<ITEM>a</ITEM>",
        "<item><item>a</item></item>",
        "<item>a</item></item>",
        "<item>a<item>b</item>",
        "<item>a</item><title>between</title><item>b</item>",
        "<item>a</item><entry>b</entry>",
        "<item>a</item><![CDATA[",
        "<item>a</item><!-- <item>b</item>",
    ],
)
def test_what_could_be_cut_wrongly_is_not_cut(items: str) -> None:
    layout = split.cut(rss(items))

    assert layout.refused
    assert layout.items == ()


@pytest.mark.parametrize("section", ["<![CDATA[", "<!--"])
@pytest.mark.parametrize("end", ["", "<x><![CDATA[c]]></x>", "<x><!-- c --></x>"])
def test_a_section_that_its_item_does_not_end_costs_no_other_item(section: str, end: str) -> None:
    broken = item("b").replace("<guid>", f"{section}<guid>")

    layout = split.cut(rss(item("a"), broken, item("c"), item(end or "d")))

    assert [one.data.decode() for one in layout.items] == [
        item("a"),
        item("b"),
        item("c"),
        item(end or "d"),
    ]


@pytest.mark.parametrize(
    ("broken", "kept"),
    [
        ("<item><title>b</title><guid>2</guid><description>half of a sent", True),
        ("<item><guid>2</guid><title>b</title><link>http", True),
        ("<item><title>b</title><link>http://example.org/2</link><descr", False),
        ("<item><title>b", False),
        ("<item", False),
    ],
)
def test_a_document_that_breaks_off_keeps_the_whole_items_and_a_named_half(
    broken: str, kept: bool
) -> None:
    layout = split.cut(rss(item("a"), broken).removesuffix(TAIL.encode()))

    assert [one.data.decode() for one in layout.items] == [item("a")]
    assert layout.breaks_off or broken == "<item"
    assert bool(layout.half) is kept
    if kept:
        assert layout.half.endswith(b"</item>")
        assert b"half of" not in layout.half
        assert b"<link>" not in layout.half


@pytest.mark.parametrize(
    ("before", "root"),
    [
        ("<?xml version='1.0'?>\n", "rss"),
        ("\n\n  \ufeff<?xml version='1.0'?><?xml-stylesheet href='x'?><!-- <feed> -->", "rss"),
        ("<!DOCTYPE rss PUBLIC '-//x' 'http://example.org/x.dtd'>", "rss"),
        ("<!DOCTYPE rss [<!ENTITY a 'x>'><!ENTITY % b SYSTEM 'file:///x'> %b; ] >", "rss"),
        ("Warning: mysql_connect() in <b>/x.php</b> on line <b>3</b><br />\n", "rss"),
        ("<!ENTITY a 'x'>\n<!ENTITY b '&a;'>", "rss"),
        ("<html><body>", "rss"),
    ],
)
def test_what_stands_before_the_root_never_reaches_a_parser(before: str, root: str) -> None:
    data, name = split.strip_prolog(before.encode() + rss(item("a")))

    assert name == root
    assert data == rss(item("a"))


HOSTILE = {
    "open items": b"<rss>" + b"<item>" * 400_000,
    "closed items": b"<rss>" + b"</item>" * 400_000,
    "empty items": b"<rss>" + b"<item/>" * 400_000,
    "comments": b"<rss><item>a</item>" + b"<!--" * 400_000,
    "cdata": b"<rss>" + b"<![CDATA[" * 400_000,
    "unclosed comments": b"<rss><item>" + b"<!--" * 400_000 + b"</item><!-- -->",
    "unclosed far": b"<rss>" + b"<item><!--</item>" * 100_000 + b"<!-- -->",
    "unclosed both": b"<rss>" + b"<item><!--<![CDATA[</item>" * 80_000 + b"-->]]>",
    "gaps": b"<rss><item/>" + (b" " * 50 + b"<!-- -->") * 40_000 + b"<item/>",
    "instructions": b"<?" * 1_000_000,
    "declarations": b"<!" * 1_000_000,
    "doctypes": b"<!DOCTYPE [" * 100_000,
    "entities": (b"\n<!ENTITY" + b" " * 40) * 40_000,
    "brackets": b"<" * 2_000_000,
    "spaces": b"<rss>" + b" " * 2_000_000,
    "dates": b"<rss>" + b"<pubDate>" * 200_000 + b"<item/>",
    "half": b"<rss><item/><item>" + b"<a>" * 300_000,
}


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE)
def test_cutting_hostile_documents_takes_linear_time(data: bytes) -> None:
    def seconds(size: int) -> float:
        started = time.process_time()
        split.cut(split.strip_prolog(data[:size])[0])
        return time.process_time() - started

    quarter = seconds(len(data) // 4)

    assert seconds(len(data)) < max(0.4, 8 * quarter)


def test_items_over_the_cap_are_counted_and_the_end_is_kept() -> None:
    layout = split.cut(rss("<item/>" * (split.MOST_ITEMS + 5)))

    assert (len(layout.items), layout.beyond) == (split.MOST_ITEMS, 5)
    assert layout.tail == TAIL.encode()


@given(st.binary(max_size=200))
def test_any_bytes_can_be_cut(data: bytes) -> None:
    rest, _ = split.strip_prolog(data)
    layout = split.cut(rest)

    assert layout.refused or layout.items


@pytest.mark.parametrize(
    ("end", "whole"),
    [
        ("</channel></rss>", True),
        ("</rdf:RDF >\n<!-- served in 0.3 s -->", True),
        ("</atom:feed>", True),
        ("</item>", False),
        ("</channe", False),
        ("", False),
    ],
)
def test_a_document_is_whole_when_its_root_ends(end: str, whole: bool) -> None:
    assert split.is_whole(f"<rss><item>x{end}".encode()) is whole
