"""What is changed in feedparser can be changed in the one that is installed, and does its work."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from watcher.feeds import extract, feedparser_repair

URL = "https://example.org/feeds/all.xml"
HEAD = "<rss version='2.0'><channel><title>t</title><link>https://example.org/home/</link>"
BASES = st.sampled_from(["", "https://cdn.example/a/", "/b/", "c/", "../d/", "?e", "javascript:f"])
LINKS = st.sampled_from(["1", "/2", "?n=3", "../4", "https://other.example/5", "#6"])


def test_this_feedparser_has_all_that_is_changed_in_it() -> None:
    version = feedparser_repair.feedparser.__version__

    assert not feedparser_repair.missing(), (
        f"feedparser {version} is built otherwise than those before it: see "
        "watcher/feeds/feedparser_repair.py, or keep its version out of pyproject.toml"
    )


def item(base: str, link: str) -> str:
    own = f" xml:base='{base}'" if base else ""
    return f"<item{own}><title>n</title><link>{link}</link><guid>tag:{link}</guid></item>"


def urls(*items: str) -> list[str | None]:
    document = extract.parse(f"{HEAD}{''.join(items)}</channel></rss>".encode(), URL)
    return [entry["url"] for entry in document["entries"]]


@given(st.lists(st.tuples(BASES, LINKS), min_size=1, max_size=5))
def test_no_base_of_an_rss_item_moves_the_links_of_another(items: list[tuple[str, str]]) -> None:
    written = [item(base, link) for base, link in items]

    assert urls(*written) == [url for one in written for url in urls(one)]


def test_a_base_holds_for_its_own_item() -> None:
    assert urls(item("https://cdn.example/a/", "1"), item("", "1")) == [
        "https://cdn.example/a/1",
        "https://example.org/home/1",
    ]
