"""When two fetched items are the same article."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from watcher.core.identity import article_id, canonical, content, fingerprint, key_of
from watcher.core.model import Entry


def an_entry(
    *, guid: str | None = None, url: str | None = None, title: str = "A title", summary: str = ""
) -> Entry:
    return Entry(guid=guid, url=url, title=title, summary=summary)


def test_a_guid_names_the_entry_before_its_link() -> None:
    entry = an_entry(guid="tag:example.org,2026:7", url="https://example.org/a")

    assert key_of(entry) == "tag:example.org,2026:7"


def test_a_site_that_moves_to_https_keeps_its_keys() -> None:
    before = an_entry(guid="http://Example.org:80/a/")
    after = an_entry(guid="https://example.org/a")

    assert key_of(before) == key_of(after)


def test_the_query_of_a_key_is_never_touched() -> None:
    one = an_entry(url="https://example.org/?p=1234")
    other = an_entry(url="https://example.org/?p=1235")

    assert key_of(one) == "//example.org/?p=1234"
    assert key_of(one) != key_of(other)


def test_without_guid_and_link_the_words_name_the_entry() -> None:
    assert key_of(an_entry(title="Two  words")) == key_of(an_entry(title="Two\nwords "))
    assert key_of(an_entry(title="Two words")) != key_of(an_entry(title="Three words"))
    assert key_of(an_entry(title="", summary="a")) != key_of(an_entry(title="", summary="b"))


def test_an_article_keeps_its_id_when_the_feed_moves_to_https() -> None:
    assert article_id("http://example.org/rss", "7") == article_id("https://Example.org/rss", "7")
    assert article_id("https://example.org/rss", "7") != article_id("https://example.org/b", "7")
    assert len(article_id("https://example.org/rss", "7")) == 16


def test_tracking_keys_do_not_change_a_fingerprint() -> None:
    plain = fingerprint("https://example.org/a?p=1234", "Title")

    for extra in (
        "utm_source=rss",
        "fbclid=x",
        "gclid=x",
        "at_medium=RSS",
        "maca=en-rss",
        "ref=rss",
    ):
        assert fingerprint(f"http://www.example.org/a?p=1234&{extra}#xtor=RSS-3", "Title") == plain


def test_keys_that_name_an_article_stay_in_its_fingerprint() -> None:
    for one, other in (
        ("p=1", "p=2"),
        ("id=1", "id=2"),
        ("ref=a", "ref=b"),
        ("source=1", "source=2"),
    ):
        assert canonical(f"https://example.org/?{one}") != canonical(
            f"https://example.org/?{other}"
        )


def test_whitespace_is_no_new_content() -> None:
    assert content("T", "some  words\n", "x") == content(" T", "some words", "x")
    assert content("T", "some words", "x") != content("T", "some", "words x")


@given(st.text(), st.text())
def test_no_address_and_no_title_is_too_odd_to_be_named(url: str, title: str) -> None:
    entry = an_entry(url="http://" + url, title=title)

    assert article_id("http://" + url, key_of(entry)) == article_id("http://" + url, key_of(entry))
    assert len(fingerprint("http://" + url, title)) == 16
