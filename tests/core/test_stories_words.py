"""What newsrooms put around a story comes off; what is the story stays."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher.core.model import Article, ArticleId
from watcher.core.stories import spellings
from watcher.core.stories.stems import stem
from watcher.core.stories.words import clean_body, clean_title, cleaned, normal, read_back, words_of
from watcher.core.text import fold


@pytest.mark.parametrize(
    ("title", "outlet"),
    [
        ("UPDATE 1-Court frees Atajurt activist", ""),
        ("WRAPUP 2-Court frees Atajurt activist", ""),
        ("CORRECTED-Court frees Atajurt activist", ""),
        ("EXCLUSIVE: Court frees Atajurt activist", ""),
        ("Breaking news: Court frees Atajurt activist", ""),
        ("Factbox: Court frees Atajurt activist", ""),
        ("Watch: Court frees Atajurt activist", ""),
        ("Court frees Atajurt activist - Reuters", ""),
        ("Court frees Atajurt activist | The Guardian", ""),
        ("Court frees Atajurt activist – Steppe Courier", "Steppe Courier"),
        ("Court frees Atajurt activist (video)", ""),
        ("UPDATE 1-Court frees Atajurt activist - Steppe Courier", "Steppe Courier"),
    ],
)
def test_labels_and_outlets_come_off_a_headline(title: str, outlet: str) -> None:
    assert clean_title(title, outlet) == "Court frees Atajurt activist"


@pytest.mark.parametrize(
    "title",
    ["Live: | BBC", "Xinjiang - China's far west", "Kashgar: a city rebuilt", "Video", ""],
)
def test_a_headline_that_only_looks_labelled_stays(title: str) -> None:
    assert clean_title(title) == title


@pytest.mark.parametrize(
    ("body", "rest"),
    [
        ("ALMATY, March 10 (Reuters) - A court freed him.", "A court freed him."),
        ("ALMATY (AFP) — A court freed him.", "A court freed him."),
        ("Almaty, 10 March – A court freed him on bail.", "A court freed him on bail."),
        ("By Anna Reed, The Herald. A court freed him.", "A court freed him."),
        ("(Adds quotes, background) A court freed him.", "A court freed him."),
        ("Listen to this article 4 min. A court freed him.", "A court freed him."),
        ("A court in Almaty freed him. Continue reading...", "A court in Almaty freed him."),
        ("A court in Almaty freed him. Read more at The Herald.", "A court in Almaty freed him."),
        (
            "A court in Almaty freed him. The post Court frees man appeared first on Herald.",
            "A court in Almaty freed him.",
        ),
        (
            "A court in Almaty freed him. © 2026 Herald. All rights reserved. Sign up now.",
            "A court in Almaty freed him.",
        ),
        ("АЛМАТЫ. КазТАГ - Суд освободил активиста.", "Суд освободил активиста."),
        ("Москва. 17 мая. INTERFAX.RU - Суд освободил активиста.", "Суд освободил активиста."),
        ("МОСКВА, 25 мая. /ТАСС/. Суд освободил активиста.", "Суд освободил активиста."),
        ("Суд Алматы освободил активиста. Читать далее...", "Суд Алматы освободил активиста."),
        ("АЛМАТЫ. ҚазТАГ - Сот белсендіні босатты.", "Сот белсендіні босатты."),
        ("ANKARA (AA) - Mahkeme aktivisti serbest bıraktı.", "Mahkeme aktivisti serbest bıraktı."),
        (
            "新华社北京3月10日电 法院星期二释放了这名活动人士，律师说。",
            "法院星期二释放了这名活动人士，律师说。",
        ),
        (
            "法院星期二释放了这名活动人士，他的律师对记者说。阅读全文",
            "法院星期二释放了这名活动人士，他的律师对记者说。",
        ),
        ("<p>A court freed him &amp; his son.</p>", "A court freed him & his son."),
        ("ألماتي 10 مارس (رويترز) - أفرجت محكمة عن ناشط.", "أفرجت محكمة عن ناشط."),
        ("أنقرة / الأناضول - أفرجت محكمة عن ناشط.", "أفرجت محكمة عن ناشط."),
        ("ئۈرۈمچى، 10-مارت (شىنخۇا) — سوت ئۇنى قويۇپ بەردى.", "سوت ئۇنى قويۇپ بەردى."),
        ("ئەركىن ئاسىيا رادىيوسى: سوت ئۇنى قويۇپ بەردى.", "سوت ئۇنى قويۇپ بەردى."),
        ("ANKARA / Cihan - Mahkeme onu serbest bıraktı.", "Mahkeme onu serbest bıraktı."),
        ("TAUPO, New Zealand, March 22 - A court freed him.", "A court freed him."),
    ],
)
def test_datelines_bylines_and_invitations_come_off_a_body(body: str, rest: str) -> None:
    assert clean_body(body).strip() == rest


def test_a_dateline_comes_off_a_headline_made_of_first_words() -> None:
    assert clean_title("ALMATY, March 10 (Reuters) - A court freed him") == "A court freed him"


def test_a_stock_ticker_is_no_markup() -> None:
    assert (
        clean_body("Shares of Example Inc <EXMP.O> fell.") == "Shares of Example Inc <EXMP.O> fell."
    )


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("uighur", "uyghur"),
        ("kiev", "kyiv"),
        ("organise", "organize"),
        ("organisations", "organizations"),
        ("colour", "color"),
        ("1,000", "1000"),
        ("5,1", "5.1"),
        ("three", "3"),
        ("трое", "3"),
        ("lawyer's", "lawyer"),
        ("tokaev", "tokayev"),
        ("toqayev", "tokayev"),
        ("bichkek", "bishkek"),
        ("kirghizstan", "kyrgyzstan"),
        ("urumchi", "urumqi"),
        ("zelenskyy", "zelensky"),
        ("councillors", "councilors"),
    ],
)
def test_two_spellings_are_one_word(one: str, other: str) -> None:
    assert normal(one) == normal(other)


@pytest.mark.parametrize(("one", "other"), [("5.1", "51"), ("5.1", "6.0"), ("iran", "iraq")])
def test_different_words_stay_different(one: str, other: str) -> None:
    assert normal(one) != normal(other)


def words(title: str, body: str = "") -> tuple[str, ...]:
    return words_of(Article(id=ArticleId("a"), title=title, summary=body)).all


def test_dots_in_initials_make_no_difference() -> None:
    assert words("U.S. envoy in Almaty") == words("US envoy in Almaty")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Floods near Ust-Kamenogorsk", "Floods near Oskemen"),
        ("Наводнение в Киргизии", "Наводнение в Кыргызии"),
        ("Президент Белоруссии", "Президент Беларуси"),
        ("川普訪問義大利", "特朗普访问意大利"),
        ("哈萨克斯坦与乌兹别克会谈", "哈萨克斯坦与乌兹别克斯坦会谈"),
    ],
)
def test_names_of_two_words_or_letters_meet(one: str, other: str) -> None:
    assert set(map(stem, words(one))) == set(map(stem, words(other)))


def test_a_people_is_no_country() -> None:
    assert words("乌兹别克族音乐") != words("乌兹别克斯坦族音乐")


def test_a_spelling_is_of_one_word_only() -> None:
    """A word in two lists would be compared as the last of them."""
    seen = [word for word in spellings.SPELLINGS if word in spellings.SPELLINGS.values()]

    assert seen == []


def test_signs_without_spaces_are_cut_into_overlapping_pairs() -> None:
    assert words("阿塔珠尔特") == ("阿塔", "塔珠", "珠尔", "尔特")
    assert read_back(words("阿塔珠尔特")) == "阿塔珠尔特"


def test_a_name_is_a_capital_within_a_sentence() -> None:
    found = words_of(
        Article(id=ArticleId("a"), title="Home searched", summary="They say that Atajurt sued.")
    )

    named = [word for at, word in enumerate(found.all) if found.names >> at & 1]

    assert named == ["atajurt"]


def test_a_headline_in_capitals_says_nothing_of_names() -> None:
    assert words_of(Article(id=ArticleId("a"), title="COURT FREES MAN IN ALMATY")).capitals == 0


def test_only_the_first_part_of_a_long_text_is_compared() -> None:
    assert len(words("title", "word " * 100_000)) < 200


@given(st.text(string.ascii_letters, min_size=1))
def test_words_of_plain_letters_need_no_folding_but_small_letters(word: str) -> None:
    assert fold(word).text == word.lower()


def test_a_body_that_only_repeats_the_headline_is_none() -> None:
    """Aggregators write the headline, a dash and the outlet; below, both again without the dash."""
    told = Article(
        id=ArticleId("a"),
        title="Court frees Atajurt activist - Steppe Courier",
        summary="<a href='https://a.example/1'>Court frees Atajurt activist</a>&nbsp;&nbsp;"
        "<font color='#6f6f6f'>Steppe Courier</font>",
        outlet="Aggregator",
    )

    assert cleaned(told) == ("Court frees Atajurt activist", "")


def test_a_dash_that_the_body_has_too_belongs_to_the_headline() -> None:
    title = "Kairat - Astana: a draw"

    assert cleaned(Article(id=ArticleId("a"), title=title, summary=title)) == (title, "")
