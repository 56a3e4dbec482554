"""Nothing that a feed writes is alive in a message, whatever the target reads."""

from __future__ import annotations

import html
import re
from html.parser import HTMLParser

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st
from support.hostile import HOSTILE, LIVE
from support.make import a_member, a_story, an_article
from support.telling import a_hit_on, a_telling, worded

from watcher.core.model import AlertKind, Format, Message
from watcher.core.render import safe

LINK = re.compile(r"^https://\S+$", re.MULTILINE)
CONTROLS = regex.compile(r"[\p{Cc}\p{Zl}\p{Zp}\p{Cs}--\n]", flags=regex.V1)
BIDI = set("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def everywhere(words: str, shape: Format = Format.PLAIN, *, title_limit: int = 250) -> Message:
    """Return an alert whose every part from a feed holds the words."""
    article = an_article(
        f"{words} headline",
        summary=f"First. {words} and Atajurt {words}. Last.",
        outlet=f"{words} Outlet",
        url=f"https://e.org/{words}",
    )
    first = a_member("a0", words, title=words)
    hit = a_hit_on(article, "Atajurt", alias=words, term=words)
    before = an_article(words, summary=f"{words} was Atajurt.")
    story = a_story(first, a_member(outlet=words))
    telling = a_telling(article, hit, story=story, before=before, kind=AlertKind.EDIT)
    return worded(telling, format=shape, title_limit=title_limit)


@pytest.mark.parametrize("words", HOSTILE)
@pytest.mark.parametrize("title_limit", [0, 250])
def test_plain_text_is_inert(words: str, title_limit: int) -> None:
    message = everywhere(words, title_limit=title_limit)

    assert not LIVE.search(message.title), message.title
    assert not LIVE.search(LINK.sub("", message.body)), message.body
    assert not re.search(r"@(?:everyone|here|all)|[<>`|*;]", "".join(LINK.findall(message.body)))
    assert not CONTROLS.search(message.title + message.body)
    assert not BIDI & set(message.title + message.body)
    assert "\n" not in message.title


@pytest.mark.parametrize("words", HOSTILE)
def test_markdown_is_inert(words: str) -> None:
    body = everywhere(words, Format.MARKDOWN, title_limit=0).body
    signs = re.sub(r"\\[^A-Za-z0-9\s]", "", LINK.sub("", body))

    assert not LIVE.search(signs), signs
    assert not re.search(r"[`_~|]", signs)
    assert not re.search(r"^\s*(?:[#>=+-]|\d+\. )", signs, re.MULTILINE)
    assert set(re.findall(r"\*+[^*]*\*+", signs)) <= {"**Atajurt**"}


class _Tags(HTMLParser):
    """Collects the tags and addresses of a document."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: set[str] = set()
        self.links: list[tuple[str, str]] = []
        self._open: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        if tag == "a":
            self._open = dict(attrs)["href"]
        assert {name for name, _ in attrs} <= {"dir", "href", "rel"}

    def handle_endtag(self, tag: str) -> None:
        if tag == "a":
            self._open = None

    def handle_data(self, data: str) -> None:
        if self._open is not None:
            self.links.append((self._open, data))


@pytest.mark.parametrize("words", HOSTILE)
def test_html_holds_our_tags_only_and_shows_the_link_it_opens(words: str) -> None:
    parser = _Tags()
    parser.feed(everywhere(words, Format.HTML).html)
    parser.close()

    assert parser.seen <= {"p", "span", "br", "mark", "bdi", "a"}
    assert all(opened == shown for opened, shown in parser.links)
    assert all(opened.startswith("https://e.org/") for opened, _ in parser.links)


@pytest.mark.parametrize("words", HOSTILE)
def test_what_is_inert_stays_as_it_is(words: str) -> None:
    once = safe.said(words)

    assert safe.inert(once) == once


@pytest.mark.parametrize(
    "text",
    [
        "Серикжан Билаш и «Атажұрт»: суд 10:30, a@b.example",
        "C# and F# & co: 5 < 6 > 4",
        "ئۇيغۇر ئېلى — شىنجاڭ",
        "نامه‌ای از می‌خواهم",  # with the joiners that Persian needs
        "👩‍👩‍👧 family",
        "再教育营（新疆）",
    ],
)
def test_ordinary_words_stay_as_they_are(text: str) -> None:
    assert safe.said(text) == text


@pytest.mark.parametrize(
    ("given_", "shown"),
    [
        ("https://e.org/a?b=1&c=2#d", "https://e.org/a?b=1&c=2#d"),
        ("HTTP://E.org", "http://e.org/"),
        ("https://bank.example@evil.example/x", "https://evil.example/x"),
        ("https://e.org/(x)*[y]|z", "https://e.org/%28x%29%2A%5By%5D%7Cz"),
        ("https://e.org/Билаш", "https://e.org/%D0%91%D0%B8%D0%BB%D0%B0%D1%88"),
        ("https://пример.example/", "https://xn--e1afmkfd.example/"),
        ("https://e.org/\u202etxt.exe", "https://e.org/%E2%80%AEtxt.exe"),
        ("https://[2001:db8::1]:8080/x", "https://[2001:db8::1]:8080/x"),
        ("https://e.org/%41%2f", "https://e.org/%41%2f"),
        ("javascript:alert(1)", ""),
        ("file:///etc/passwd", ""),
        ("data:text/html,x", ""),
        ("ftp://e.org/x", ""),
        ("//e.org/x", ""),
        ("https://", ""),
        ("https://e.org/a b", ""),
        ("https://e.org/a\nb", ""),
        ("http://[::1", ""),
        ("https://e.org:99999/", ""),
        ("https://e<b>.org/", ""),
        ("https://" + "a" * 300 + "é.org/", ""),
        ("https://e.org/" + "a" * 3000, ""),
        (None, ""),
        ("", ""),
    ],
)
def test_only_web_links_pass_and_are_shown_as_they_open(given_: str | None, shown: str) -> None:
    assert safe.safe_url(given_) == shown


@given(st.text())
def test_no_address_breaks_out_of_its_link(text: str) -> None:
    link = safe.safe_url("https://e.org/" + text)

    assert re.fullmatch(r"(?:https://e\.org[A-Za-z0-9/%:@!$&'+,=._~?#-]*)?", link)


@given(st.text())
def test_cleaning_twice_changes_nothing_more(text: str) -> None:
    once = safe.clean(text)

    assert safe.clean(once) == once
    assert not CONTROLS.search(once)
    assert not BIDI & set(once)


@given(st.lists(st.sampled_from([*HOSTILE, "Atajurt", " ", "@", "<", "](", "&"]), max_size=6))
def test_no_mixture_of_tricks_comes_alive(parts: list[str]) -> None:
    message = everywhere("".join(parts))

    assert not LIVE.search(message.title)
    assert not LIVE.search(LINK.sub("", message.body))


def test_a_found_word_behind_an_at_sign_is_no_mention() -> None:
    article = an_article("Ask @Atajurt about it")

    assert "@Atajurt" not in worded(a_telling(article, a_hit_on(article, "Atajurt"))).title


def test_a_health_message_may_quote_a_feed() -> None:
    headline = "Feed @everyone <!channel>\nis gone"
    message = worded(a_telling(kind=AlertKind.HEALTH, headline=headline, body="<@U1> moved"))

    assert not LIVE.search(message.title + message.body)
    assert "\n" not in message.title


def test_html_shows_the_words_as_they_were_written() -> None:
    shown = html.unescape(re.sub(r"<[^>]+>", "", everywhere("5 < 6 & 7 > 4", Format.HTML).html))

    assert "5 < 6 & 7 > 4" in shown
