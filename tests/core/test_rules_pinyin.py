"""Signs are read as the standard that sorts them by their readings says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher.core.rules.pinyin import pinyin, reading
from watcher.core.rules.sounds import sounds, sounds_of_signs

EVERYDAY = [
    sign
    for row in range(0xB0, 0xD8)
    for sign in bytes(byte for cell in range(0xA1, 0xFF) for byte in (row, cell)).decode(
        "gb2312", errors="ignore"
    )
]


@pytest.mark.parametrize(
    ("signs", "read"),
    [
        ("新疆", "xinjiang"),
        ("和田", "hetian"),
        ("阿克苏", "akesu"),
        ("长安", "changan"),
        ("女", "nu"),
        ("略", "lue"),
        ("座", "zuo"),
        # Not all of it is known.
        ("饕餮", ""),
        ("Xi安", ""),
        ("", ""),
    ],
)
def test_signs_are_read_one_after_the_other(signs: str, read: str) -> None:
    assert pinyin(signs) == read


def test_every_everyday_sign_has_a_reading_and_they_are_in_its_order() -> None:
    read = [reading(sign) for sign in EVERYDAY]

    assert len(read) == 3_755
    assert all(read)
    # u stands for ü, which is sorted after it: 芦 lu, 峦 luan, 掠 lüe, 抡 lun.
    assert read == sorted(read, key=lambda one: one.replace("lue", "luao").replace("nue", "nuao"))


@given(st.text(max_size=6))
def test_any_text_has_a_reading_or_none(text: str) -> None:
    assert pinyin(text) == "" or all(map(reading, text))


@pytest.mark.parametrize(
    ("signs", "name"), [("新疆", "Синьцзян"), ("乌鲁木齐", "urumuqi"), ("阿克苏", "акесу")]
)
def test_signs_sound_like_the_name_that_they_write(signs: str, name: str) -> None:
    assert set(sounds_of_signs(signs)) & set(sounds(name.lower()))
