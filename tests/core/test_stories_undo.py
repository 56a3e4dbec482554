"""A link that is undone takes along what hangs on it; what differs is said in the texts' words."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from support.make import an_article

from watcher.core.model import ArticleId, Link, LinkKind, StoryId
from watcher.core.stories.changes import changes
from watcher.core.stories.undo import BY_HAND, split


def linked(article: str, to: str | None = None) -> Link:
    kind = LinkKind.COPY if to else LinkKind.NEW
    id_ = ArticleId(to) if to else None
    return Link(article=ArticleId(article), kind=kind, story=StoryId("a"), to=id_, score=0.9)


STORY = [linked("a"), linked("b", "a"), linked("c", "b"), linked("d", "c"), linked("e", "a")]


def test_what_is_split_takes_along_what_hangs_on_it() -> None:
    changed = split(STORY, ArticleId("b"))

    assert [link.article for link in changed] == ["b", "c", "d"]
    assert {link.story for link in changed} == {"b"}
    assert (changed[0].kind, changed[0].to, changed[0].why) == (LinkKind.NEW, None, (BY_HAND,))
    assert [link.to for link in changed[1:]] == ["b", "c"]


def test_what_begins_a_story_can_not_leave_it() -> None:
    assert split(STORY, ArticleId("a")) == []
    assert split(STORY, ArticleId("not in it")) == []


@given(st.lists(st.integers(0, 8), max_size=9), st.integers(0, 9))
def test_every_article_stays_in_one_story_with_what_it_is_linked_to(
    parents: list[int], wanted: int
) -> None:
    links = [linked("0"), *(linked(str(n + 1), str(min(p, n))) for n, p in enumerate(parents))]

    changed = {link.article: link for link in split(links, ArticleId(str(wanted)))}
    after = {link.article: changed.get(link.article, link) for link in links}

    assert set(changed) <= set(after)
    assert all(
        link.to is None or link.story == after[link.to].story
        for link in after.values()
        if link.to is not None
    )


def test_differences_are_told_in_the_words_of_the_texts() -> None:
    first = an_article("Police hold 3 activists", summary="ALMATY (AFP) - They were held at dawn.")
    second = an_article(
        "Police hold 4 activists", summary="They were held at dawn. Lawyers came. Read more"
    )

    found = changes(first, second)

    assert found.changed == (("3", "4"),)
    assert found.added == ("Lawyers came.",)
    assert found.dropped == ()


def test_a_headline_of_its_own_is_told_in_one_piece() -> None:
    first = an_article("Kazakh court bans rights group for five years")
    second = an_article("Rights group gets five-year ban in Almaty")

    found = changes(first, second)

    assert found.dropped == ("Kazakh court bans rights group for five years",)
    assert found.added == ("Rights group gets five-year ban in Almaty",)
    assert found.changed == ()


def test_furniture_capitals_and_quotes_are_no_difference() -> None:
    first = an_article("Court frees “Atajurt” man", summary="A court freed him on Tuesday.")
    second = an_article(
        'UPDATE 1-Court Frees "Atajurt" Man', summary="ALMATY (AFP) - A court freed him on Tuesday."
    )

    assert not changes(first, second)
