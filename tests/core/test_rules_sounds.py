"""Names sound the same in whatever letters they are written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher.core.rules.sounds import sounds
from watcher.core.text import fold


@pytest.mark.parametrize(
    "spellings",
    [
        "Atajurt Atazhurt Атажурт Атажұрт Атаджурт Atacurt اتاجۇرت",
        "Serikzhan Serikjan Серикжан Серікжан",
        "Uyghur Uighur Uygur Ouïghour уйғур ئۇيغۇر",
        "Sayragul Saïragoul Сайрагуль Сайрагүл سايراگۈل",
        "Hotan Hoten Хотан خوتەن",
        "Tohti Tokhti Тохти توختى",
        "Bilash Билаш Біләш Bilaş",
    ],
)
def test_one_name_sounds_the_same_in_all_its_letters(spellings: str) -> None:
    first, *others = (set(sounds(fold(spelling).text)) for spelling in spellings.split())

    for other in others:
        assert first & other


@pytest.mark.parametrize(
    ("one", "other"), [("Almaty", "Alma"), ("Kashgar", "Hotan"), ("Bilash", "Balqash")]
)
def test_other_names_sound_otherwise(one: str, other: str) -> None:
    assert not set(sounds(fold(one).text)) & set(sounds(fold(other).text))


@given(st.text(max_size=30))
def test_any_word_has_one_to_four_sounds(word: str) -> None:
    found = sounds(fold(word).text)

    assert 1 <= len(found) <= 4
    assert len(set(found)) == len(found)
