"""What recurs at the ends of an outlet's items is learned, and no longer compared."""

from __future__ import annotations

import pytest
from support.make import an_article

from watcher.core.model import ArticleId
from watcher.core.stories import StoryIndex
from watcher.core.stories.furniture import TIMES, Furniture
from watcher.core.stories.words import words_of

NEWS = (
    "Item {0} tells of village {0} and of its bridge over river {0}, which was rebuilt in spring."
)
FOOT = "The Steppe Courier is a project of readers from nine countries."
HEAD = "You read the morning edition of our paper."


def learned(times: int, outlet: str = "Courier") -> Furniture:
    furniture = Furniture()
    for number in range(times):
        body = f"{HEAD} {NEWS.format(number)} {FOOT}"
        furniture.learn(f"Bridge {number} rebuilt", body, outlet)
    return furniture


def test_a_sentence_under_many_headlines_of_one_outlet_comes_off() -> None:
    body = f"{HEAD} {NEWS.format(99)} {FOOT}"

    assert learned(TIMES).without(body, "Courier") == NEWS.format(99)


@pytest.mark.parametrize("times", [0, 1, TIMES - 1])
def test_a_sentence_that_recurs_seldom_stays(times: int) -> None:
    body = f"{HEAD} {NEWS.format(99)} {FOOT}"

    assert learned(times).without(body, "Courier") == body


def test_what_one_outlet_repeats_is_news_elsewhere() -> None:
    body = f"{NEWS.format(99)} {FOOT}"

    assert learned(TIMES).without(body, "Herald") == body


def test_one_story_printed_again_and_again_is_not_furniture() -> None:
    furniture = Furniture()
    for _ in range(2 * TIMES):
        furniture.learn("Bridge rebuilt", f"{NEWS.format(1)} {FOOT}", "Courier")

    body = f"{NEWS.format(1)} {FOOT}"
    assert furniture.without(body, "Courier") == body


def test_a_body_is_never_taken_away_whole() -> None:
    assert learned(TIMES).without(f"Short. {FOOT}", "Courier") == f"Short. {FOOT}"


def test_what_was_learned_outlasts_the_process() -> None:
    again = Furniture()
    again.load(learned(TIMES).dump())

    assert again.without(f"{NEWS.format(9)} {FOOT}", "Courier") == NEWS.format(9)


def test_an_index_learns_from_what_is_added_and_hands_it_on() -> None:
    index = StoryIndex()
    for number in range(TIMES):
        article = an_article(
            f"Bridge {number} rebuilt",
            id=ArticleId(f"{number:016x}"),
            summary=f"{NEWS.format(number)} {FOOT}",
            outlet="Courier",
        )
        index.add(article, index.place(article))
    loaded = StoryIndex()
    loaded.load(index.dump())
    last = an_article(
        "Bridge 77 rebuilt", summary=f"{NEWS.format(77)} {FOOT}", outlet="Courier", id="z"
    )

    with_foot = words_of(last).body
    for each in (index, loaded):
        each.add(last, each.place(last))
        held = each._at(each._slots[last.id])
        assert held is not None
        assert with_foot[: len(held.words.body)] == held.words.body
        assert len(with_foot) > len(held.words.body)
