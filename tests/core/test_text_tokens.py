"""Words of a text and what stands between them."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher.core.text import Gap, fold, tokenise


def cut(text: str) -> list[str]:
    return [token.text for token in tokenise(fold(text))]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Xinjiang-born", ["xinjiang", "born"]),
        ("l’Ouïghour", ["l", "ouighour"]),
        ("XPCC压迫", ["xpcc", "压", "迫"]),
        ("Xinjiangда", ["xinjiang", "да"]),
        ("covid19", ["covid", "19"]),
        ("新疆ウイグル", ["新", "疆", "ウ", "イ", "グ", "ル"]),
        ("شىنجاڭ، 2020", ["شينجاڭ", "2020"]),
        ("#FreeIlhamTohti", ["free", "ilham", "tohti"]),
        ("#XPCCCamps2020_Now", ["xpcc", "camps", "2020", "now"]),
        ("@SerikzhanBilash", ["serikzhan", "bilash"]),
        ("#ГолосАтажурта", ["голос", "атажурта"]),
        ("YouTube", ["youtube"]),
        ("", []),
        ("…!?", []),
    ],
)
def test_words_end_where_script_or_hump_changes(text: str, words: list[str]) -> None:
    assert cut(text) == words


@pytest.mark.parametrize(
    ("between", "gap"),
    [
        (" ", Gap.SPACE),
        ("\u00a0", Gap.SPACE),
        ("\n", Gap.LINE),
        ("-", Gap.HYPHEN),
        ("–", Gap.HYPHEN),
        ("-\n", Gap.WRAP),
        ("’", Gap.APOSTROPHE),
        (" · ", Gap.MIDDOT),
        (".", Gap.DOT),
        (" «", Gap.QUOTE),
        (". ", Gap.HARD),
        (", ", Gap.HARD),
        (" — ", Gap.HARD),
        ("\n\n", Gap.HARD),
        ("。", Gap.HARD),
    ],
)
def test_what_stands_between_two_words_has_a_name(between: str, gap: Gap) -> None:
    assert tokenise(fold(f"a{between}b"))[1].gap is gap


@given(st.text(max_size=60))
def test_tokens_are_slices_of_the_folded_text_in_order(text: str) -> None:
    folded = fold(text)

    tokens = tokenise(folded)

    assert all(folded.text[token.start : token.end] == token.text for token in tokens)
    assert all(one.end <= other.start for one, other in pairwise(tokens))
