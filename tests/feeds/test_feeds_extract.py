"""What is taken out of a parsed document is the entry's own."""

from __future__ import annotations

import pytest

from watcher.feeds import extract

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
