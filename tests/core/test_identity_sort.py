"""When fetched items are new, edited, or known."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st
from support.make import NOON, a_feed, an_entry

from watcher.core import identity
from watcher.core.model import Article, Entry, Feed, Known

FEED = a_feed()


def remember(articles: Sequence[Article]) -> list[Known]:
    return [
        Known(
            id=a.id,
            key=a.key,
            fingerprint=identity.fingerprint(a.url, a.title),
            content=identity.content(a.title, a.summary, a.text),
            title=a.title,
            url=a.url,
        )
        for a in articles
    ]


def sort(
    entries: Sequence[Entry], known: Sequence[Known] = (), feed: Feed = FEED
) -> identity.Sorted:
    return identity.sort_out(feed, entries, known, now=NOON)


def test_an_item_seen_before_is_no_news() -> None:
    entries = [an_entry(guid="1"), an_entry("Rain", guid="2")]

    assert not sort(entries, remember(sort(entries).new)).new


def test_an_edited_item_is_a_version_of_the_same_article() -> None:
    first = sort([an_entry("Police hold man", guid="1", url="https://c.example/1")]).new

    again = sort(
        [an_entry("Police hold activist", guid="1", url="https://c.example/1")], remember(first)
    )

    assert not again.new
    assert [a.id for a in again.changed] == [first[0].id]


def test_one_guid_on_all_items_loses_none() -> None:
    entries = [an_entry(f"Headline {n}", guid="same", url=f"https://c.example/{n}") for n in "123"]
    first = sort(entries).new
    later = [an_entry("Headline 4", guid="same", url="https://c.example/4"), *entries]

    assert len({a.id for a in first}) == 3
    assert [a.title for a in sort(later, remember(first)).new] == ["Headline 4"]


def test_a_guid_that_changes_at_every_poll_is_no_news() -> None:
    first = sort([an_entry(guid="a", url="https://c.example/1")]).new

    again = sort([an_entry(guid="b", url="https://c.example/1")], remember(first))

    assert not again.new
    assert not again.changed


def test_a_feed_that_moved_to_https_with_new_ids_is_no_news() -> None:
    old = [
        an_entry(f"T{n}", guid=f"http://c.example/?p={n}", url=f"http://c.example/{n}")
        for n in "12"
    ]
    new = [an_entry(f"T{n}", guid=f"urn:x:{n}", url=f"https://c.example/{n}/") for n in "12"]
    known = remember(sort(old, feed=a_feed(url="http://c.example/rss")).new)

    moved = sort(new, known, feed=a_feed(url="https://c.example/rss"))

    assert not moved.new


def test_the_same_item_twice_in_a_document_is_one_article() -> None:
    entry = an_entry(guid="1")

    assert len(sort([entry, entry]).new) == 1


def test_two_briefings_with_one_title_and_no_link_are_two_articles() -> None:
    first = sort([an_entry("Morning briefing", guid="1", summary="Rain.")]).new

    again = sort([an_entry("Morning briefing", guid="2", summary="Snow.")], remember(first))

    assert len(again.new) == 1


def test_two_texts_without_guid_under_one_link_and_title_are_two_articles() -> None:
    rain, snow = (an_entry("Briefing", guid=None, summary=words) for words in ("Rain.", "Snow."))

    both = sort([snow, rain]).new
    again = sort([snow, rain], remember(both))
    alone = sort([snow], remember(both))

    assert [article.summary for article in both] == ["Rain.", "Snow."]
    assert (again.new, again.changed) == ((), ())
    assert (alone.new, alone.changed) == ((), ())


def test_a_twin_that_comes_later_is_news_and_the_first_stays_what_it_is() -> None:
    rain, snow = (an_entry("Briefing", guid=None, summary=words) for words in ("Rain.", "Snow."))

    later = sort([snow, rain], remember(sort([rain]).new))

    assert [article.summary for article in later.new] == ["Snow."]
    assert not later.changed


def test_another_text_without_guid_at_the_next_poll_is_a_version() -> None:
    rain, snow = (an_entry("Briefing", guid=None, summary=words) for words in ("Rain.", "Snow."))
    first = sort([rain]).new

    again = sort([snow], remember(first))

    assert not again.new
    assert [article.id for article in again.changed] == [first[0].id]


def test_one_guid_with_two_texts_is_one_article_in_its_newest_version() -> None:
    found = sort([an_entry("B", guid="1", summary="new"), an_entry("B", guid="1", summary="old")])

    assert [article.summary for article in found.new] == ["new"]


@given(
    st.lists(
        st.builds(
            an_entry,
            title=st.sampled_from(["", "A", "B"]),
            guid=st.none(),
            url=st.sampled_from([None, "https://c.example/1", "http://c.example/2"]),
            summary=st.sampled_from(["", "x", "y"]),
        ),
        max_size=8,
    )
)
def test_without_guids_no_text_of_a_document_is_lost(entries: list[Entry]) -> None:
    told = {(a.url, a.title, a.summary) for a in sort(entries).new}

    assert told == {(entry.url, entry.title, entry.summary) for entry in entries}


def test_a_date_years_ahead_is_no_date_and_articles_come_oldest_first() -> None:
    newest = an_entry("B", guid="2", published=NOON + timedelta(days=900))
    found = sort([newest, an_entry("A", guid="1", published=NOON)]).new

    assert [(a.title, a.published) for a in found] == [("A", NOON), ("B", None)]


@given(
    st.lists(
        st.builds(
            an_entry,
            title=st.sampled_from(["", "A", "B"]),
            guid=st.sampled_from([None, "", "1", "2", "javascript:alert(1)"]),
            url=st.sampled_from([None, "https://c.example/1", "http://c.example/2"]),
            summary=st.sampled_from(["", "x"]),
        ),
        max_size=8,
    )
)
def test_a_document_read_twice_brings_nothing_the_second_time(entries: list[Entry]) -> None:
    first = sort(entries)

    again = sort(entries, remember([*first.new, *first.changed]))

    assert not again.new


@given(page=st.text(max_size=40), text=st.text(max_size=20))
def test_a_page_that_was_fetched_makes_no_version_of_an_article(page: str, text: str) -> None:
    plain = an_entry("Rain", guid="1", text=text)
    read = an_entry("Rain", guid="1", text=text, page=page)

    alone, whole = sort([plain]), sort([read])
    [article] = whole.new

    assert alone.contents == whole.contents
    assert article.text == (page if len(page) > len(text) else text)
    known = [Known(
        id=article.id,
        key=article.key,
        fingerprint=identity.fingerprint(article.url, article.title),
        content=whole.contents[article.id],
        title=article.title,
    )]  # fmt: skip
    assert not sort([plain], known).changed
    assert not sort([read], known).changed


def test_two_texts_under_one_link_are_two_articles_also_when_one_of_them_is_known() -> None:
    link = "https://c.example/briefing"
    morning = an_entry("Briefing", url=link, summary="Rain in Almaty")
    evening = an_entry("Briefing", url=link, summary="Snow in Oral")
    first = sort([morning]).new

    both = sort([evening, morning], remember(first))
    edited = sort([evening], remember(first))

    assert [a.summary for a in both.new] == ["Snow in Oral"]
    assert not both.changed
    assert [a.id for a in edited.changed] == [first[0].id], "alone it is the publisher's edit"


def test_a_text_that_is_another_articles_is_no_edit_of_the_one_that_had_the_link_first() -> None:
    link = "https://c.example/briefing"
    morning = an_entry("Briefing", url=link, summary="Rain in Almaty")
    evening = an_entry("Briefing", url=link, summary="Snow in Oral")
    first = sort([morning]).new
    second = sort([evening, morning], remember(first)).new

    left = sort([evening], remember([*first, *second]))

    assert not left.new
    assert not left.changed
