"""The fold: what counts as the same text, and the way back to the original."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from watcher.core.text import as_typed, fold
from watcher.core.text.folding import _ODD, _TABLE, _fold_clusters, _fold_parts

# Letters, marks, entities and look-alikes, so that drawn texts meet the hard cases.
PIECES = st.sampled_from(
    [
        *(
            "&amp;",
            "&#8217;",
            "&lt;",
            "&",
            "amp;",
            "#",
            "38;",
            "\u200b",
            "\u00ad",
            "\u0301",
            "\u0306",
            "\u3099",
            "\u093c",
            "न",
        ),
        *("и", "й", "ё", "і", "ә", "ə", "a", "а", "x", "х", "h", "İ", "ı", "ß", "ﷺ", "ﻼ", "ـ", "ٴ"),
        *("疆", "賽", "苧", "ｶ", "ﾞ", "ᄀ", "ᅡ", "가", "·", "・", "\n", " ", "…", "ﬃ", "Ǆ", "K", "μ"),
    ]
)
TEXTS = st.one_of(st.text(max_size=40), st.lists(PIECES, max_size=12).map("".join))

SAME = [
    ("Xin\u200bjiang", "XINJIANG"),
    ("Xin\u00adjiang", "xinjiang"),
    ("Ｘｉｎｊｉａｎｇ", "Xinjiang"),
    ("Ürümqi", "Urumqi"),
    ("U\u0308ru\u0308mqi", "Ürümqi"),
    ("Şıñjañ", "sinjan"),
    ("İLHAM", "ilham"),
    ("ILHAM", "ılham"),
    ("Ø Œ ß đ", "o oe ss d"),
    ("Синьцзя\u0301н", "СИНЬЦЗЯН"),
    ("заключённый", "заключенный"),
    ("Серiкжан", "Серікжан"),
    ("Білəш", "Біләш"),
    ("Хinjiang", "Xinjiang"),
    ("Атажурт", "Aтaжуpт"),
    ("شـىـنـجـاڭ", "شىنجاڭ"),
    ("ﺷﯩﻨﺠﺎﯓ", "شىنجاڭ"),
    ("الإِيغُور", "الايغور"),
    ("رايونی", "رايونى"),
    ("ءۇرىمجى", "ۇرىمجى"),
    ("ٴماجىلىسى", "ماجىلىسى"),
    ("賽爾克堅", "赛尔克坚"),
    ("再教育營", "再教育营"),
    ("a\u2011b\u2013c\u2014d", "a-b-c-d"),
    ("Xi’an Xi‘an Xi`an", "xi'an xi'an xi'an"),
    ("土・赫‧提•", "土·赫·提·"),
    ("Xinjiang&#8217;s", "Xinjiang's"),
    ("caf&eacute; &amp;amp;#39;", "cafe '"),
    ("١٢٣", "123"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_two_ways_to_write_a_word_fold_to_one(one: str, other: str) -> None:
    assert fold(one).text == fold(other).text


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("воин", "войн"),
        ("шынжан", "шыңжаң"),
        ("уйгур", "ұйғыр"),
        ("ئۇ", "ۇ"),
        ("ھ", "ه"),
        ("лагер", "лагерь"),
    ],
)
def test_different_letters_stay_different(one: str, other: str) -> None:
    assert fold(one).text != fold(other).text


def test_every_sign_of_unicode_folds_to_something_that_stays() -> None:
    odd = (c for c in map(chr, range(0x20000)) if unicodedata.category(c) not in ("Cn", "Co"))
    alike = re.compile("[\u3400-\u4dbf\uac00-\ud7a3\U00017000-\U00018cff]")
    signs = [sign for sign in odd if not alike.match(sign)]

    unsettled = [hex(ord(sign)) for sign in signs if fold(once := fold(sign).text).text != once]

    assert unsettled == []


@settings(max_examples=200)
@given(TEXTS)
@example("\u1100\u0300\u1161")  # a mark between the two jamo of one syllable
@example("\u1100\u0640\u1161\u0640\u11a8")  # tatweel between all three
@example("\u3131\u0640\u314f")
@example("\u30ab\u0640\u3099")  # kana, tatweel, the mark of voice
@example("\u0928\u0640\u093c")  # Devanagari, tatweel, nukta
def test_folding_twice_changes_nothing(text: str) -> None:
    once = fold(text).text

    assert fold(once).text == once


@settings(max_examples=200)
@given(TEXTS)
def test_offsets_lead_every_folded_sign_back_into_the_text_in_order(text: str) -> None:
    folded = fold(text)

    spans = [folded.original(at, at + 1) for at in range(len(folded.text))]
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert spans == sorted(spans)


@settings(max_examples=300)
@given(TEXTS)
@example("x e\u0301 &amp;#769; \u0939\u093c \u1100\u1161 疆\ufe00賽 ﬃİ")
def test_the_fast_way_and_the_slow_way_agree(text: str) -> None:
    """The slow way looks at every sign with its neighbours, the fast one only where it must."""
    slow, spans = _fold_clusters(text)

    assert _fold_parts(text) == slow
    folded = fold(text)
    for at, (start, end) in enumerate(spans):
        first, last = folded.original(at, at + 1)
        # The slow way takes a letter and its vowel sign as one, the fast way as two.
        assert start <= first < last <= end


def test_what_is_not_looked_up_is_its_own_fold_in_small_letters() -> None:
    signs = [s for s in map(chr, range(0x30000)) if not unicodedata.category(s).startswith("C")]

    wrong = [s for s in signs if not _ODD.search(s.lower()) and _TABLE[ord(s)] != s.lower()]

    assert wrong == []


@given(st.text(max_size=30))
def test_composed_and_decomposed_forms_fold_to_one(text: str) -> None:
    composed, decomposed = (unicodedata.normalize(form, text) for form in ("NFC", "NFD"))

    assert fold(composed).text == fold(decomposed).text


def test_a_range_with_invisible_signs_inside_is_given_back_whole() -> None:
    text = "«Xin\u200bjiang»"

    start, end = fold(text).original(1, 9)

    assert text[start:end] == "Xin\u200bjiang"


def test_a_range_over_an_entity_covers_the_whole_entity() -> None:
    text = "Xinjiang&#8217;s cotton"

    start, end = fold(text).original(8, 9)

    assert text[start:end] == "&#8217;"


def test_an_empty_range_stays_empty() -> None:
    assert fold("ab").original(2, 2) == (2, 2)
    assert fold("ab").original(1, 1) == (1, 1)


def test_an_unknown_entity_is_left_as_it_is_written() -> None:
    assert fold("R&D &foo; &bar").text == "r+d +foo; +bar"


@pytest.mark.parametrize("word", ["Facebookта", "XUARFiles", "Zoomдан"])
def test_a_latin_name_with_a_cyrillic_ending_is_not_a_misspelling(word: str) -> None:
    assert fold(word).text == word.casefold()


def test_as_typed_keeps_case_and_marks_and_drops_what_nobody_sees() -> None:
    assert as_typed("Ü\u200brümqi&#8217;s ＷＨＯ") == "Ürümqi's WHO"


@given(st.text(alphabet=st.one_of(st.characters(), st.sampled_from("…ßﬁаҒ新。&ـي")), max_size=40))
def test_the_way_back_is_the_same_whether_or_not_the_fold_was_plain(text: str) -> None:
    folded = fold(text)
    slow = replace(folded, plain=False)

    places = range(len(folded.text))
    assert [folded.original(at, at + 1) for at in places] == [
        slow.original(at, at + 1) for at in places
    ]
