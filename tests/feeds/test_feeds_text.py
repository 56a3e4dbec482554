"""From markup to words (F32 to F34 as far as reading goes), in linear time (F24)."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher.feeds import links, text


@pytest.mark.parametrize(
    ("markup", "words"),
    [
        ("<p>Первый абзац.</p><p>Второй.</p>", "Первый абзац.\nВторой."),
        ("<b>Ата</b>журт", "Атажурт"),
        ("eins<br/>zwei<br>drei", "eins\nzwei\ndrei"),
        ("<td>a</td><td>b</td>", "a b"),
        ("AT&amp;T &lt;b&gt; &nbsp;&copy;", "AT&T <b> ©"),
        ("&#1040;&#x442;&#1072;", "Ата"),
        ("&#xD800;&#99999999999;&#" + "9" * 9_999 + ";", "\ufffd\ufffd\ufffd"),
        ("a<script>alert('x')</script>b", "a b"),
        ("a<SCRIPT>if (a</b>c) {}</sCript >b", "a b"),
        ("a<style>p{}</style><svg><text>x</text></svg>b", "a b"),
        ("a<!-- <b>no</b> -->b", "ab"),
        ("a<![CDATA[ <kept> ]]>b", "a <kept> b"),
        ("<a href='x>y' title=\"a>b\">word</a>", "word"),
        ("1 < 2 and 3 > 2", "1 < 2 and 3 > 2"),
        ("a <3 b", "a <3 b"),
        ("<div", ""),
        ("text <a href=", "text"),
        ("<?php echo ?>x<!doctype html>y", "xy"),
        ("  many \t spaces \n\n\n and lines ", "many spaces\nand lines"),
        ("a\x00b\x1fc\x7f", "abc"),
        ("<img src=x onerror=alert(1)>", ""),
        ("Атажұрт\u200b ئۇيغۇر", "Атажұрт\u200b ئۇيغۇر"),
    ],
)
def test_words_come_out_and_markup_does_not(markup: str, words: str) -> None:
    assert text.to_text(markup) == words


def test_in_plain_text_only_tags_that_exist_are_tags() -> None:
    assert text.one_line("<Xinjiang> and <b>bold</b>", every_tag=False) == "<Xinjiang> and bold"


@pytest.mark.parametrize(
    "title", ["a\r\nBcc: x@example.org", "a\u2028b", "a\x85b", "a\x0bb", "a\u2029b", "a\x1cb"]
)
def test_a_title_is_one_line(title: str) -> None:
    line = text.one_line(title)

    assert len(line.splitlines()) == 1
    assert line.replace(" ", "").startswith("a")


@pytest.mark.parametrize(
    ("seen", "meant"),
    [
        ("Ð’ ÐœÐ¾Ñ\x81ÐºÐ²Ðµ", "В Москве"),
        ("cafÃ©", "café"),
        ("â€œTudoâ€\x9d", "“Tudo”"),
        ("café", "café"),
        ("В Москве", "В Москве"),
        ("Ñandú", "Ñandú"),
        ("plain", "plain"),
    ],
)
def test_text_encoded_twice_is_set_right(seen: str, meant: str) -> None:
    assert text.untwisted(seen) == meant


HOSTILE = {
    "comments": "<!--" * 120_000,
    "escaped comments": "&lt;!--" * 150_000,
    "opening brackets": "<" * 400_000,
    "open tags": "<b " * 120_000,
    "open quotes": "<a ='" * 200_000,
    "open double quotes": '<a x="' * 150_000,
    "quotes and ends": "<a x='>" * 150_000,
    "scripts": "<script></scrip" * 70_000,
    "many scripts": "<script>" * 120_000,
    "cdata": "<![CDATA[" * 100_000,
    "bangs": "<!x" * 120_000,
    "nested": "<b>" * 120_000,
    "ampersands": "&" * 400_000,
    "names": "&amp" * 120_000,
    "long names": "&" + "a" * 400_000,
    "digits": "&#" + "1" * 400_000,
    "spaces": " \n" * 500_000,
}


@pytest.mark.parametrize("markup", HOSTILE.values(), ids=HOSTILE)
def test_hostile_markup_takes_linear_time(markup: str) -> None:
    def seconds(size: int) -> float:
        started = time.process_time()
        text.to_text(markup[:size])
        return time.process_time() - started

    quarter = seconds(len(markup) // 4)

    assert seconds(len(markup)) < max(0.3, 8 * quarter)


@given(st.text())
def test_no_text_makes_it_fail_and_no_control_character_remains(markup: str) -> None:
    words = text.to_text(markup)

    assert not any(c < " " and c != "\n" for c in words)
    assert len(text.one_line(markup).splitlines()) <= 1


@given(st.text(st.characters(categories=["L", "N"], include_characters=" ")))
def test_text_without_markup_is_only_trimmed(plain: str) -> None:
    assert text.to_text(plain).split() == plain.split()


@pytest.mark.parametrize(
    ("link", "absolute"),
    [
        ("https://example.org/a?b=c&d=e#f", "https://example.org/a?b=c&d=e#f"),
        ("/news/1", "https://site.example.org/news/1"),
        ("2", "https://site.example.org/dir/2"),
        ("//cdn.example.org/x", "https://cdn.example.org/x"),
        (" https://example.org/a\n  b ", "https://example.org/ab"),
        ("https://example.org/новости", "https://example.org/новости"),
        ('https://example.org/a b<"c', "https://example.org/a%20b%3C%22c"),
        ("https://example.org/\u202etxt.exe", "https://example.org/%E2%80%AEtxt.exe"),
        ("javascript:alert(1)", None),
        ("JaVaScRiPt:alert(1)", None),
        ("java\nscript:alert(1)", None),
        ("file:///etc/passwd", None),
        ("data:text/html,x", None),
        ("mailto:a@example.org", None),
        ("https://bank.example@evil.example/", None),
        ("https://evil.example|bank.example/", None),
        ("https://evil.example\\bank.example/", None),
        ("http://[::1", None),
        ("https://", None),
        ("", None),
        (None, None),
        ("https://example.org/" + "a" * 9_000, None),
    ],
)
def test_a_link_is_absolute_and_opens_what_it_shows(link: str | None, absolute: str | None) -> None:
    assert links.clean(link, None, "/x", "https://site.example.org/dir/page") == absolute


@given(st.text(max_size=60), st.text(max_size=60))
def test_no_link_makes_it_fail(link: str, base: str) -> None:
    found = links.clean(link, base, f"http://{base}")

    assert found is None or found.startswith(("http://", "https://"))
