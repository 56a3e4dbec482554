"""A message is under its target's limits whatever a feed wrote, and shows the found words."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
import regex
from hypothesis import assume, example, given
from hypothesis import strategies as st
from support.make import an_article
from support.telling import a_hit_on, a_telling, many, worded

from watcher.core.model import AlertKind, Format, Telling
from watcher.core.render import cut, safe
from watcher.core.render.clip import octets, units

SCRIPTS = st.text(
    st.sampled_from(
        "ab Z.,!? 1-'\"<>&*_@#[]()|\\`~/:;"
        "жқңЩ ұ«»—…"
        "新疆教育營，。！ の"
        "ئۇيغۇر ئې ، ؟"
        "हिन्दी ไทย 한국어"
        "é\u0301\u200d👩👧🇰🇿\n\u202e\u2028\ud800"
    ),
    max_size=200,
)
SHAPES = st.sampled_from(list(Format))
GRAPHEME = regex.compile(r"\X")


@given(SCRIPTS, st.integers(0, 120))
@example("", 0)
@example("👩‍👩‍👧‍👦", 3)
@example("слово", 1)
def test_a_cut_is_within_its_limit_and_never_inside_a_grapheme(text: str, limit: int) -> None:
    shown = cut(text, limit)

    assert units(shown) <= limit
    if shown == text:
        return
    head = shown.removesuffix("…")
    assert shown.endswith("…") or shown == ""
    assert text.startswith(head)
    ends = {0, *(found.end() for found in GRAPHEME.finditer(text))}
    assert len(head) in ends


@given(SCRIPTS, st.integers(0, 120))
def test_what_fits_is_not_cut(text: str, limit: int) -> None:
    assume(units(text) <= limit)

    assert cut(text, limit) == text


@given(st.lists(st.text("abcжқ", min_size=1, max_size=8), min_size=2, max_size=30), st.data())
def test_a_cut_leaves_whole_words(words: list[str], data: st.DataObject) -> None:
    text = " ".join(words)
    limit = data.draw(st.integers(len(words[0]) + 1, len(text) - 1))

    head = cut(text, limit).removesuffix("…")

    # Half a word only where a whole one would waste more than half of the room.
    assert f"{text} ".startswith(f"{head} ") or len(head) * 2 > len(text[:limit].rpartition(" ")[0])


@pytest.mark.parametrize(
    ("text", "limit", "shown"),
    [
        ("Activists detained in Almaty", 20, "Activists detained…"),
        ("Activists, detained", 12, "Activists…"),
        ("Задержаны активисты", 12, "Задержаны…"),
        ("再教育营里的人", 4, "再教育…"),
        ("Donaudampfschifffahrt", 8, "Donauda…"),
        ("one two", 0, ""),
        ("one two", 1, ""),
    ],
)
def test_cuts_as_people_would(text: str, limit: int, shown: str) -> None:
    assert cut(text, limit) == shown


@given(
    title=SCRIPTS,
    summary=SCRIPTS,
    outlet=SCRIPTS,
    shape=SHAPES,
    title_limit=st.integers(0, 300),
    body_limit=st.integers(1, 600),
    bytes_=st.booleans(),
    kind=st.sampled_from(list(AlertKind)),
    repeat=st.booleans(),
)
def test_every_message_is_within_its_limits(
    title: str,
    summary: str,
    outlet: str,
    *,
    shape: Format,
    title_limit: int,
    body_limit: int,
    bytes_: bool,
    kind: AlertKind,
    repeat: bool,
) -> None:
    article = an_article(
        title + "Atajurt",
        summary=f"{summary} Atajurt {title}",
        outlet=outlet,
        url="https://e.org/x",
    )
    telling = a_telling(
        article, a_hit_on(article, "Atajurt"), kind=kind, headline=title, body=summary
    )

    message = worded(
        telling,
        repeat=repeat,
        format=shape,
        title_limit=title_limit,
        body_limit=body_limit,
        count_bytes=bytes_,
    )

    measure = octets if bytes_ else units
    assert measure(message.title) <= title_limit
    assert measure(message.body) <= body_limit
    assert measure(message.html) <= body_limit
    assert "\n" not in message.title
    assert len(message.title) <= title_limit


@given(
    before=SCRIPTS,
    words=st.text(st.sampled_from("Atajur Билаш教育营ئۇيغۇر-@*_"), min_size=1, max_size=20),
    after=SCRIPTS,
    shape=SHAPES,
    limit=st.integers(160, 400),
)
def test_the_found_words_are_shown_marked_where_there_is_room(
    before: str, words: str, after: str, shape: Format, limit: int
) -> None:
    assume(words.strip())
    text = f"{before} {words} {after}"
    article = an_article("", summary=text, outlet="", url=None)
    hit = a_hit_on(replace(article, summary=words), words)
    start = len(before) + 1
    match = replace(hit.matches[0], start=start, end=start + len(words))

    message = worded(
        a_telling(article, replace(hit, matches=(match,))),
        format=shape,
        title_limit=100,
        body_limit=limit,
    )

    shown = safe.said(words)
    marked = {f"**{safe.escape_markdown(shown)}**"}
    if shape is not Format.MARKDOWN:
        # Which of the two depends on the guillemets that the cut leaves in the line.
        marked = {f"»{shown}«", f"›{shown}‹"}
    assert any(one in message.body for one in marked)


@pytest.mark.parametrize("limit", [2, 20, 100, 500, 2000])
@pytest.mark.parametrize("shape", list(Format))
def test_groups_are_within_their_limits(limit: int, shape: Format) -> None:
    message = worded(*many(50), format=shape, title_limit=limit, body_limit=limit)

    assert units(message.title) <= limit
    assert 0 < units(message.body) <= limit


def test_a_link_is_shown_whole_or_not_at_all() -> None:
    link = "https://e.org/" + "a" * 100
    article = an_article("Atajurt " * 40, url=link)

    for limit in range(20, 400, 7):
        body = worded(a_telling(article), title_limit=0, body_limit=limit).body
        assert "https" not in body or link in body.splitlines()


def test_the_link_goes_before_longer_words() -> None:
    article = an_article("A headline " * 100, summary="word " * 1000, url="https://e.org/1")

    body = worded(a_telling(article), title_limit=0, body_limit=300).body

    assert "https://e.org/1" in body.splitlines()


def test_a_huge_article_is_worded_quickly_and_shows_its_words() -> None:
    text = "слово " * 100_000 + "Серикжан Билаш сказал " + "слово " * 100_000
    article = an_article("T" * 100_000, summary="", text=text, url="https://e.org/1")

    telling = a_telling(article, a_hit_on(article, "Серикжан Билаш"))
    for limit in (2000, 4096, 32_000):
        assert "»Серикжан Билаш« сказал" in worded(telling, body_limit=limit).body


def test_more_room_never_shows_less_of_a_group() -> None:
    tellings: tuple[Telling, ...] = many(30)
    shown = [worded(*tellings, body_limit=n).body.count("https://") for n in range(100, 3000, 50)]

    assert all(less <= more for less, more in pairwise(shown))
