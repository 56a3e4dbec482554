"""What is taken out of a parsed document is the entry's own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from feedparser import mixin, urls

from watcher.core.errors import FeedError
from watcher.feeds import extract, feedparser_repair, parse

URL = "https://example.org/feeds/all.xml"
ATOM = "<feed xmlns='http://www.w3.org/2005/Atom'>{}</feed>"
RSS = "<rss version='2.0'><channel><title>t</title>{}</channel></rss>"


def entries(form: str, inside: str) -> list[extract.RawEntry]:
    return extract.parse(form.format(inside).encode(), URL)["entries"]


@pytest.mark.parametrize("base", ["/other/?page=2", "https://example.net/"])
def test_an_entry_is_the_same_whatever_stands_before_it(base: str) -> None:
    before = (
        f"<entry><id>a</id><content type='xhtml' xml:base='{base}'><div>b</div></content></entry>"
    )
    entry = "<entry><id>t3_1</id><link href='one'/><title>One</title></entry>"

    [alone] = entries(ATOM, entry)
    [_, after] = entries(ATOM, before + entry)

    assert alone == after
    assert (alone["guid"], alone["url"]) == ("t3_1", "https://example.org/feeds/one")


def test_an_id_is_not_made_absolute() -> None:
    inside = "<item xml:base='https://example.net/'><guid>one/1</guid><title>One</title></item>"

    assert [entry["guid"] for entry in entries(RSS, inside)] == ["one/1"]


def test_the_title_of_an_image_is_not_the_title_of_its_item() -> None:
    image = "<image><url>https://example.org/i.png</url><title>A photo</title></image>"

    [entry] = entries(RSS, f"<item><title>The news</title>{image}</item>")

    assert entry["title"] == "The news"


@pytest.mark.parametrize(
    "links",
    [
        "<link>https://example.org/1</link><link rel='enclosure'>https://example.org/1.mp3</link>",
        "<link rel='enclosure'>https://example.org/1.mp3</link><link href='https://example.org/1'/>",
        "<link uri='at://did:plc:x/post/3'>https://example.org/1</link>",
    ],
)
def test_the_link_is_the_page_and_not_what_is_attached(links: str) -> None:
    [entry] = entries(ATOM, f"<entry><id>1</id>{links}</entry>")

    assert entry["url"] == "https://example.org/1"


OWN = [
    ATOM.format(
        "<entry xml:base='/news/' xml:lang='ru'><id>a</id><link href='1'/>"
        "<title type='html' xml:lang='kk'>A &lt;b&gt;word&lt;/b&gt;</title>"
        "<content type='xhtml' xml:base='x/'><div><a href='y'>b</a> &amp; c</div></content></entry>"
        "<entry xml:base='javascript:1'><id>b</id><link href='2'/>"
        "<content type='text/plain' mode='base64'>QSB3b3Jk</content></entry>"
    ).encode(),
    RSS.format(
        "<link>https://example.net/</link><item xml:base='http://[::1'><link>3</link>"
        "<description>one &lt;i&gt;two&lt;/i&gt;</description></item><item><guid>4</guid></item>"
    ).encode(),
]
REAL = Path(__file__).parents[2].parent / "shared" / "data" / "feeds" / "real_feeds"


def real() -> list[bytes]:
    if not REAL.exists():
        pytest.skip("../shared/data is not here")
    found = []
    for path in sorted(REAL.iterdir())[::7]:
        try:
            found.append(parse._prepare(path.read_bytes(), None, URL).data)
        except FeedError:
            continue
    return found


@pytest.mark.parametrize("documents", [lambda: OWN, real], ids=["own", "real"])
def test_what_is_made_cheaper_in_the_parser_changes_nothing_of_what_it_finds(
    documents: Callable[[], list[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    found = documents()
    cheap = [extract.parse(document, URL) for document in found]
    monkeypatch.setattr(mixin, "make_safe_absolute_uri", urls.make_safe_absolute_uri)
    monkeypatch.setattr(mixin._FeedParserMixin, "push_content", feedparser_repair.PLAIN_PUSH)

    assert cheap == [extract.parse(document, URL) for document in found]
    assert any(document["entries"] for document in cheap)
