"""Articles, their versions, their stories, and what identity asks of them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from support.stored import (
    FEED,
    HOUR,
    MINUTE,
    NOW,
    a_feed,
    a_hit,
    a_link,
    an_article,
    contents,
    put,
)

from watcher.core.identity import article_id, fingerprint
from watcher.core.model import ArticleId, Link, LinkKind, Member, StoryId, Told, Version

if TYPE_CHECKING:
    from watcher.core.model import Article
    from watcher.store import Store


def test_an_article_is_known_by_its_key_and_by_link_and_title(store: Store) -> None:
    one, two, three = (an_article(n) for n in (1, 2, 3))
    with store.write() as tx:
        put(tx, one, two, three)

    with store.read() as queries:
        found = queries.known(
            FEED.url,
            keys=[one.key, "never seen"],
            fingerprints=[fingerprint(two.url, two.title), fingerprint(one.url, one.title)],
        )
    assert [known.id for known in found] == [one.id, two.id]
    assert found[0].key == one.key
    assert found[0].content == contents([one])[one.id]
    assert (found[0].title, found[0].url) == (one.title, one.url)


def test_a_key_means_nothing_in_another_feed(store: Store) -> None:
    with store.write() as tx:
        put(tx, an_article(1))

        assert tx.known(a_feed(1).url, keys=["guid-1"], fingerprints=[]) == []


def test_a_feed_that_moved_to_https_still_knows_its_articles(store: Store) -> None:
    old = "http://steppe.example/rss"
    article = an_article(1, id=article_id(old, "guid-1"), feed=old)
    with store.write() as tx:
        put(tx, article)

        [known] = tx.known("https://steppe.example/rss", keys=["guid-1"], fingerprints=[])

    assert known.id == article.id


def test_thousands_of_keys_can_be_asked_for_at_once(store: Store) -> None:
    articles = [an_article(n) for n in range(2500)]
    with store.write() as tx:
        put(tx, *articles)

        found = tx.known(FEED.url, keys=[a.key for a in articles], fingerprints=[])

    assert [known.id for known in found] == [article.id for article in articles]


def test_keys_and_addresses_may_be_of_any_length(store: Store) -> None:
    endless = an_article(1, key="k" * 20_000, url="https://steppe.example/" + "u" * 20_000)
    with store.write() as tx:
        put(tx, endless)

        assert len(tx.known(FEED.url, keys=[endless.key], fingerprints=[])) == 1
        assert tx.article_by_url(endless.url or "") == [endless]


def test_an_article_that_is_there_already_stays_as_it_is(store: Store) -> None:
    first = an_article(1)
    with store.write() as tx:
        put(tx, first)
        put(tx, replace(first, title="Other words"), an_article(2))

        assert tx.article(first.id) == first
        assert tx.counts()["articles"] == 2


def test_an_article_of_a_feed_that_is_not_in_the_rules_is_kept(store: Store) -> None:
    article = an_article(1, feed="https://unlisted.example/rss")
    with store.write() as tx:
        put(tx, article)

        assert tx.article(article.id) == article
        assert tx.feed_states() == []


def test_two_feeds_may_link_to_one_address(store: Store) -> None:
    articles = [an_article(n, feed=a_feed(n).url, url="https://wire.example/1") for n in (1, 2)]
    with store.write() as tx:
        put(tx, *articles)

        assert tx.article_by_url("https://wire.example/1") == articles
        assert tx.article_by_url("https://wire.example/2") == []


def test_articles_come_back_oldest_first_with_their_links(store: Store) -> None:
    articles = [an_article(n, seen=NOW + minutes * MINUTE) for n, minutes in enumerate([2, 0, 1])]
    unlinked = an_article(9)
    with store.write() as tx:
        put(tx, *articles)
        tx.add_articles([unlinked], contents=contents([unlinked]))

        found = list(tx.articles_since(NOW + MINUTE))

    assert found == [(a, a_link(a)) for a in (articles[2], articles[0])]


@pytest.mark.parametrize(
    ("back", "most", "begins", "count"), [(9, 9, 0, 3), (9, 2, 1, 2), (-1, 9, 1, 2), (-5, 9, 5, 0)]
)
def test_the_newest_articles_begin_at_the_first_of_them(
    store: Store, back: int, most: int, begins: int, count: int
) -> None:
    articles = [an_article(n, seen=NOW + n * MINUTE) for n in range(3)]
    with store.write() as tx:
        put(tx, *articles)

        assert tx.newest_since(NOW - back * MINUTE, most=most) == (NOW + begins * MINUTE, count)


def test_many_articles_stream_in_order(store: Store) -> None:
    articles = [an_article(n) for n in range(2100)]
    with store.write() as tx:
        put(tx, *articles)

    with store.read() as queries:
        assert [article for article, _ in queries.articles_since(NOW)] == articles


def edited(article: Article, n: int) -> Article:
    return replace(article, title=f"{article.title} (edit {n})", published=NOW, authors=("A. B.",))


def test_a_new_version_keeps_the_words_before(store: Store) -> None:
    first = an_article(1)
    second, third = edited(first, 1), edited(edited(first, 1), 2)
    with store.write() as tx:
        put(tx, first)
        assert tx.version_before(first.id) is None

        for version in (second, third):
            tx.add_versions([version], contents=contents([version]), at=NOW + HOUR)

        assert tx.article(first.id) == third
        assert tx.version_before(first.id) == second


def test_a_new_version_is_found_by_its_new_link_and_title(store: Store) -> None:
    first = an_article(1)
    moved = replace(first, url="https://steppe.example/moved", title="New words")
    with store.write() as tx:
        put(tx, first)
        tx.add_versions([moved], contents=contents([moved]), at=NOW)

        [known] = tx.known(FEED.url, keys=[], fingerprints=[fingerprint(moved.url, moved.title)])
        assert known.id == first.id
        assert tx.article_by_url("https://steppe.example/moved") == [moved]


def test_a_new_version_does_not_move_when_the_article_was_first_seen(store: Store) -> None:
    first = an_article(1)
    later = replace(edited(first, 1), seen=NOW + HOUR)
    with store.write() as tx:
        put(tx, first)
        tx.add_versions([later], contents=contents([later]), at=NOW + HOUR)

        assert tx.article(first.id) == replace(later, seen=NOW)


def test_equal_words_make_no_version(store: Store) -> None:
    first = an_article(1)
    with store.write() as tx:
        put(tx, first)
        tx.add_versions([first], contents=contents([first]), at=NOW + HOUR)

        assert tx.version_before(first.id) is None


def test_a_version_of_an_unknown_article_is_a_new_article(store: Store) -> None:
    article = an_article(1)
    with store.write() as tx:
        tx.add_versions([article], contents=contents([article]), at=NOW)

        assert tx.article(article.id) == article


def test_new_hits_replace_those_before_and_keep_the_order_of_the_rules(store: Store) -> None:
    article = an_article(1)
    with store.write() as tx:
        put(tx, article)
        tx.add_hits(article.id, [a_hit("Z"), a_hit("A")])
        assert [hit.rule for hit in tx.hits(article.id)] == ["Z", "A"]

        tx.add_hits(article.id, [a_hit("B")])

        assert tx.hits(article.id) == (a_hit("B"),)
        assert tx.hits(ArticleId("none")) == ()


def test_the_first_link_of_an_article_stands(store: Store) -> None:
    one, two = an_article(1), an_article(2)
    with store.write() as tx:
        put(tx, one, two)
        tx.add_links([a_link(two, kind=LinkKind.COPY, story=StoryId(one.id), to=one.id)])

        assert tx.link(two.id) == a_link(two)


def test_a_story_shows_its_members_as_they_came_with_what_was_told(store: Store) -> None:
    first, copy = an_article(1), an_article(2, seen=NOW - MINUTE, outlet="Early Bird")
    told = Told(rule="Detained", target="desk", terms=frozenset({"atajurt"}), at=NOW)
    link = Link(
        article=copy.id, kind=LinkKind.COPY, story=StoryId(first.id), to=first.id, score=0.9
    )
    with store.write() as tx:
        tx.add_articles([first, copy], contents=contents([first, copy]))
        tx.add_links([a_link(first), link])
        tx.add_hits(first.id, [a_hit()])
        tx.add_hits(copy.id, [a_hit(), a_hit("Other")])
        tx.add_told(StoryId(first.id), [told])
        tx.add_told(StoryId(first.id), [told])

        story = tx.story(StoryId(first.id))

    assert story is not None
    assert story.members == (
        Member(
            article=copy.id,
            outlet="Early Bird",
            title=copy.title,
            url=copy.url,
            kind=LinkKind.COPY,
            seen=NOW - MINUTE,
        ),
        Member(
            article=first.id,
            outlet=first.outlet,
            title=first.title,
            url=first.url,
            kind=LinkKind.NEW,
            seen=NOW,
        ),
    )
    assert story.told == (told, told)
    assert [(id_, hit.rule) for id_, hit in story.hits] == [
        (copy.id, "Detained"),
        (copy.id, "Other"),
        (first.id, "Detained"),
    ]


def test_stories_that_do_not_exist_are_left_out(store: Store) -> None:
    article = an_article(1)
    with store.write() as tx:
        put(tx, article)

        assert list(tx.stories([StoryId("none"), StoryId(article.id)])) == [StoryId(article.id)]
        assert tx.story(StoryId("none")) is None


def test_a_version_keeps_what_was_found_in_its_words(store: Store) -> None:
    first = an_article(1)
    second = replace(first, title="Other words")
    with store.write() as tx:
        put(tx, first)
        tx.add_hits(first.id, [a_hit(), a_hit("Other rule")])
        tx.add_versions([second], contents=contents([second]), at=NOW + HOUR)
        tx.add_hits(first.id, [])

        [version] = tx.past([first.id])[first.id]
        now = tx.hits(first.id)

    assert version == Version(until=NOW + HOUR, article=first, hits=(a_hit(), a_hit("Other rule")))
    assert now == ()
