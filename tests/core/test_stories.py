"""Copies fold through new headlines, furniture and spellings; opposites and templates never."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watcher.core.model import Article, ArticleId, Link, LinkKind
from watcher.core.stories import StoryIndex

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
NUMBER = count(1)

POLICE = (
    "Police in Almaty detained an activist of the Atajurt group on Tuesday, his lawyer said. "
    "Officers searched his home for three hours and took away two telephones."
)


def an_article(
    title: str,
    summary: str = "",
    *,
    language: str | None = "en",
    outlet: str = "",
    hours: float = 0,
) -> Article:
    return Article(
        id=ArticleId(f"{next(NUMBER):016x}"),
        title=title,
        summary=summary,
        language=language,
        outlet=outlet,
        seen=NOON + timedelta(hours=hours),
    )


def filed(*articles: Article) -> StoryIndex:
    index = StoryIndex()
    for article in articles:
        index.add(article, index.place(article))
    return index


def link_between(first: Article, second: Article) -> Link:
    return filed(first).place(second)


COPIES = {
    "en": (
        an_article(
            "Uighur activist detained in Almaty",
            f"ALMATY, March 10 (Reuters) - {POLICE}",
            outlet="Reuters",
        ),
        an_article(
            "Lawyer: two telephones taken from Atajurt volunteer | The Herald",
            f"By Anna Reed, The Herald. {POLICE} Continue reading...",
            outlet="The Herald",
        ),
    ),
    "en, spelling": (
        an_article(
            "Uighur activist held after protest",
            "The Uighur activist was held near the Kiev organisation's centre, witnesses said.",
        ),
        an_article(
            "UPDATE 1-Uyghur activist held after protest - Herald",
            "KYIV (AP) — The Uyghur activist was held near the Kyiv organization's center, "
            "witnesses said. The post Uyghur activist held after protest appeared first on Herald.",
            outlet="Herald",
        ),
    ),
    "ru": (
        an_article(
            "Полиция задержала активиста «Атажурт» в Алматы",
            "АЛМАТЫ. КазТАГ - Полиция Алматы задержала во вторник активиста организации «Атажурт», "
            "сообщил его адвокат. В доме три часа шел обыск, изъяты два телефона.",
            language="ru",
        ),
        an_article(
            "В доме волонтёра «Атажурт» прошёл обыск",
            "Полиция Алматы задержала во вторник активиста организации «Атажурт», сообщил его "
            "адвокат. В доме три часа шёл обыск, изъяты два телефона. Читать далее...",
            language="ru",
        ),
    ),
    "kk": (
        an_article(
            "Алматыда Атажұрт белсендісі қамауға алынды",
            "АЛМАТЫ. ҚазТАГ - Алматы полициясы сейсенбі күні Атажұрт ұйымының белсендісін ұстады, "
            "деді оның адвокаты. Үйінде үш сағат тінту жүріп, екі телефон тәркіленді.",
            language="kk",
        ),
        an_article(
            "Атажұрт еріктісінің үйі тінтілді",
            "Алматы полициясы сейсенбі күні Атажұрт ұйымының белсендісін ұстады, деді оның "
            "адвокаты. Үйінде үш сағат тінту жүріп, екі телефон тәркіленді. Толығырақ",
            language="kk",
        ),
    ),
    "zh": (
        an_article(
            "哈萨克斯坦警方拘留阿塔珠尔特活动人士",
            "新华社阿拉木图3月10日电 阿拉木图警方星期二拘留了一名阿塔珠尔特组织的活动人士，"
            "其律师说，警察在他家中搜查了三个小时，并带走两部手机。",
            language="zh",
            outlet="新华社",
        ),
        an_article(
            "阿塔珠尔特志愿者住所遭搜查",
            "阿拉木图警方星期二拘留了一名阿塔珠尔特组织的活动人士，其律师说，警察在他家中搜查了三个小时，"
            "并带走两部手机。阅读全文",
            language="zh",
        ),
    ),
    "tr": (
        an_article(
            "Aktivist Almatı'da gözaltına alındı",
            "ALMATI (AA) - Almatı polisi salı günü Atajurt örgütünün bir aktivistini gözaltına "
            "aldı, dedi avukatı. Evinde üç saat arama yapıldı ve iki telefona el konuldu.",
            language="tr",
        ),
        an_article(
            "Atajurt gönüllüsünün evi arandı - Gazete",
            "Almatı polisi salı günü Atajurt örgütünün bir aktivistini gözaltına aldı, dedi "
            "avukatı. Evinde üç saat arama yapıldı ve iki telefona el konuldu. Devamını oku",
            language="tr",
            outlet="Gazete",
        ),
    ),
}

OPPOSITES = {
    "en": (
        ("Atajurt activist detained in Almaty", "Police detained the Atajurt activist on Tuesday."),
        ("Atajurt activist released in Almaty", "Police released the Atajurt activist on Tuesday."),
    ),
    "en, confirms": (
        ("Ministry confirms deal on gas with China", "The ministry confirmed the gas deal."),
        ("Ministry denies deal on gas with China", "The ministry denied the gas deal."),
    ),
    "ru": (
        ("Активист «Атажурт» задержан в Алматы", "Суд Алматы задержал активиста во вторник."),
        ("Активист «Атажурт» освобождён в Алматы", "Суд Алматы освободил активиста во вторник."),
    ),
    "kk": (
        (
            "Алматыда Атажұрт белсендісі қамауға алынды",
            "Сот белсендіні сейсенбі күні қамауға алды.",
        ),
        ("Алматыда Атажұрт белсендісі босатылды", "Сот белсендіні сейсенбі күні босатты."),
    ),
    "zh": (
        (
            "阿塔珠尔特活动人士在阿拉木图被拘留",
            "阿拉木图法院星期二拘留了这名活动人士，律师对记者说。",
        ),
        (
            "阿塔珠尔特活动人士在阿拉木图获释",
            "阿拉木图法院星期二释放了这名活动人士，律师对记者说。",
        ),
    ),
    "tr": (
        ("Atajurt aktivisti gözaltına alındı", "Mahkeme salı günü aktivisti gözaltına aldı."),
        ("Atajurt aktivisti serbest bırakıldı", "Mahkeme salı günü aktivisti serbest bıraktı."),
    ),
    "ug": (
        (
            "ئاتايۇرت پائالىيەتچىسى قولغا ئېلىندى",
            "ساقچىلار پائالىيەتچىنى سەيشەنبە كۈنى قولغا ئالدى.",
        ),
        (
            "ئاتايۇرت پائالىيەتچىسى قويۇپ بېرىلدى",
            "ساقچىلار پائالىيەتچىنى سەيشەنبە كۈنى قويۇپ بەردى.",
        ),
    ),
    "ar": (
        ("اعتقال ناشط من أتاجورت في ألماتي", "الشرطة تعلن اعتقال ناشط من أتاجورت يوم الثلاثاء."),
        (
            "الإفراج عن ناشط من أتاجورت في ألماتي",
            "الشرطة تعلن الإفراج عن ناشط من أتاجورت يوم الثلاثاء.",
        ),
    ),
}


@pytest.mark.parametrize("language", COPIES)
def test_a_copy_folds_through_headline_furniture_and_spelling(language: str) -> None:
    first, second = COPIES[language]

    assert link_between(first, second).kind is LinkKind.COPY
    assert link_between(second, first).kind is LinkKind.COPY


@pytest.mark.parametrize("language", OPPOSITES)
def test_the_opposite_is_never_a_copy(language: str) -> None:
    code = language[:2]
    first, second = (an_article(*words, language=code) for words in OPPOSITES[language])

    assert link_between(first, second).kind is not LinkKind.COPY
    assert link_between(second, first).kind is not LinkKind.COPY


def quake(magnitude: str, place: str = "Xinjiang") -> Article:
    return an_article(
        f"Magnitude {magnitude} earthquake strikes {place}",
        f"An earthquake of magnitude {magnitude} struck {place} at a depth of 10 km, the centre "
        "said. There were no reports of damage.",
    )


def test_another_magnitude_is_another_earthquake() -> None:
    assert link_between(quake("5.1"), quake("6.0")).kind is not LinkKind.COPY
    assert link_between(quake("5.1"), quake("5.1")).kind is LinkKind.COPY


def test_another_place_in_the_same_template_is_no_story_of_it() -> None:
    assert link_between(quake("5.1"), quake("5.1", "Sichuan")).kind is LinkKind.NEW


def sentence(name: str, city: str) -> Article:
    return an_article(
        f"Court in {city} jails {name} for 5 years",
        f"A court in {city} sentenced {name} to 5 years in prison on charges of extremism, his "
        "lawyer said. The defence will appeal.",
    )


def test_another_name_in_the_same_template_is_no_story_of_it() -> None:
    first = sentence("Nurlan Serik", "Taldykorgan")
    second = sentence("Bakyt Omar", "Shymkent")

    assert link_between(first, second).kind is LinkKind.NEW


def test_a_short_headline_does_not_let_another_name_into_the_story() -> None:
    full = sentence("Nurlan Serik", "Taldykorgan")
    short = an_article("The defence will appeal, says lawyer of man jailed for extremism")
    other = sentence("Bakyt Omar", "Shymkent")
    index = filed(full, short)

    assert str(index.place(other).story) == other.id


@pytest.mark.parametrize("title", ["", "China", "Live: | BBC", "What happened?", "12:30", "— — —"])
def test_an_empty_or_short_title_joins_nothing(title: str) -> None:
    assert link_between(an_article(title), an_article(title)).kind is LinkKind.NEW


def test_a_single_word_does_not_join_every_headline_with_it() -> None:
    first = an_article("China")
    second = an_article("China and Kazakhstan sign an agreement on river water", POLICE)

    assert link_between(first, second).kind is LinkKind.NEW


def test_two_languages_are_never_a_copy() -> None:
    first = an_article("Serikzhan Bilash Atajurt", "Serikzhan Bilash spoke.", language="en")
    second = an_article("Serikzhan Bilash Atajurt", "Serikzhan Bilash sprach.", language="de")

    assert link_between(first, second).kind is not LinkKind.COPY


def test_a_region_is_no_other_language() -> None:
    first = an_article("Police search a home in Almaty", POLICE, language="en-GB")
    second = an_article("Police search a home in Almaty", POLICE, language="en")

    assert link_between(first, second).kind is LinkKind.COPY


def test_the_story_of_a_new_article_is_its_own() -> None:
    article = an_article("Police search a home in Almaty", POLICE)

    link = StoryIndex().place(article)

    assert (str(link.story), link.to, link.score, link.why) == (article.id, None, 0.0, ())


def test_a_copy_of_a_copy_is_in_the_first_ones_story() -> None:
    articles = [an_article("Police search a home in Almaty", POLICE) for _ in range(3)]
    index = filed(*articles[:2])

    assert str(index.place(articles[2]).story) == articles[0].id


def test_a_link_says_why_in_plain_words() -> None:
    first, second = COPIES["en"]

    why = link_between(first, second).why

    assert "% of the words" in why[0]
    assert "headline differs" in why


def test_what_was_exchanged_is_quoted_in_its_own_script() -> None:
    words = OPPOSITES["zh"]
    link = link_between(*(an_article(*each, language="zh") for each in words))

    assert "opposite facts" in link.why
    assert any("获释" in reason for reason in link.why)


def test_articles_further_apart_than_the_window_are_not_compared() -> None:
    first = an_article("Police search a home in Almaty", POLICE)
    late = an_article("Police search a home in Almaty", POLICE, hours=73)

    assert link_between(first, late).kind is LinkKind.NEW


def test_what_is_older_than_the_window_is_let_go() -> None:
    index = filed(an_article("Old", POLICE), an_article("Young", POLICE, hours=10))

    gone = index.expire(NOON + timedelta(hours=73))

    assert gone == 1
    assert len(index) == 1


def test_an_article_without_a_date_is_compared_and_kept() -> None:
    first = Article(id=ArticleId("a"), title="Police search a home in Almaty", summary=POLICE)
    index = filed(first)

    index.expire(NOON)

    assert index.place(an_article("Police search a home in Almaty", POLICE)).to == first.id


def test_a_new_version_takes_the_place_of_the_old_one() -> None:
    before = an_article("Police search a home in Almaty", POLICE)
    index = filed(before)
    after = Article(id=before.id, title="Minister opens a bridge", summary="A bridge was opened.")

    index.add(after, index.place(after))

    assert len(index) == 1
    assert index.place(an_article("Police search a home in Almaty", POLICE)).kind is LinkKind.NEW


def test_the_full_text_finds_a_teaser() -> None:
    full = Article(id=ArticleId("full"), title="Home searched", text=POLICE * 3, seen=NOON)
    teaser = an_article("Almaty police search the home of an activist", POLICE)

    assert link_between(full, teaser).kind is LinkKind.COPY


# --- properties ---------------------------------------------------------------------------------

VOCABULARY = [
    "river",
    "minister",
    "bridge",
    "school",
    "market",
    "winter",
    "harvest",
    "museum",
    "railway",
    "doctor",
    "island",
    "teacher",
    "garden",
    "hospital",
    "festival",
    "engine",
    "library",
    "airport",
    "painter",
    "football",
    "forest",
    "factory",
    "village",
    "судья",
    "мост",
    "школа",
    "рынок",
    "зима",
    "урожай",
    "музей",
    "врач",
    "остров",
    "учитель",
    "завод",
    "деревня",
    "река",
    "поезд",
    "өзен",
    "көпір",
    "мектеп",
    "базар",
    "қыс",
    "егін",
    "мұражай",
    "дәрігер",
    "арал",
    "мұғалім",
    "зауыт",
    "ауыл",
    "теміржол",
    "қала",
]
TEXTS = st.lists(st.sampled_from(VOCABULARY), min_size=14, max_size=40, unique=True)


def told(words: list[str]) -> Article:
    return an_article(" ".join(words[:6]), " ".join(words[6:]), language=None)


@given(TEXTS)
def test_an_article_is_a_copy_of_itself(words: list[str]) -> None:
    first, second = told(words), told(words)

    link = link_between(first, second)

    assert (link.kind, link.to) == (LinkKind.COPY, first.id)


@settings(max_examples=30)
@given(st.lists(TEXTS, min_size=1, max_size=8), TEXTS)
def test_asking_changes_nothing(stored: list[list[str]], asked: list[str]) -> None:
    index = filed(*map(told, stored))
    article = told(asked)
    before = index.place(article)

    for words in stored:
        index.place(told(words))

    assert index.place(article) == before
    assert len(index) == len(stored)


@settings(max_examples=30)
@given(st.lists(TEXTS, min_size=1, max_size=8), TEXTS, TEXTS)
def test_discard_undoes_add(stored: list[list[str]], extra: list[str], asked: list[str]) -> None:
    index = filed(*map(told, stored))
    article, more = told(asked), told(extra)
    before = index.place(article)

    index.add(more, index.place(more))
    index.discard(more.id)

    assert index.place(article) == before
    assert len(index) == len(stored)


@settings(max_examples=30)
@given(st.permutations(range(6)))
def test_the_order_of_unrelated_articles_does_not_matter(order: list[int]) -> None:
    size = len(VOCABULARY) // 6
    parts = [VOCABULARY[at * size : (at + 1) * size] for at in range(6)]
    unrelated = [told([f"{word}{at}" for word in part] * 2) for at, part in enumerate(parts)]
    copy = Article(
        id=ArticleId("copy"), title=unrelated[0].title, summary=unrelated[0].summary, seen=NOON
    )

    links = {link.article: link for link in map(filed().place, unrelated)}
    index = filed(*(unrelated[at] for at in order))

    assert all(link.kind is LinkKind.NEW for link in links.values())
    assert index.place(copy).to == unrelated[0].id


@given(st.text(max_size=300), st.text(max_size=300), st.text(max_size=30))
def test_no_text_is_too_odd_to_be_placed(title: str, summary: str, outlet: str) -> None:
    first = an_article(title, summary, outlet=outlet)
    index = filed(first)

    link = index.place(an_article(title, summary, outlet=outlet))
    index.discard(first.id)

    assert 0.0 <= link.score <= 1.0
    assert len(index) == 0


@pytest.mark.parametrize(("one", "other"), [("ru", "en-US"), ("kk", "ru"), ("en", "kk")])
def test_what_a_feed_states_as_its_language_does_not_part_the_same_words(
    one: str, other: str
) -> None:
    first = an_article("Activist held after protest", POLICE, language=one, outlet="Courier")
    again = an_article("Activist held after protest", POLICE, language=other, outlet="Herald")

    assert link_between(first, again).kind is LinkKind.COPY


@pytest.mark.parametrize(
    ("said", "denied", "language"),
    [
        ("Bilash pleads guilty in Almaty court", "Bilash pleads not guilty in Almaty court", "en"),
        ("Активист виновен в разжигании", "Активист не виновен в разжигании", "ru"),
        ("Белсенді кінәлі деп танылды", "Белсенді кінәлі емес деп танылды", "kk"),
    ],
)
def test_a_headline_and_its_denial_are_never_a_copy(said: str, denied: str, language: str) -> None:
    first = an_article(said, POLICE if language == "en" else "", language=language)
    second = an_article(denied, POLICE if language == "en" else "", language=language)

    assert link_between(first, second).kind is not LinkKind.COPY
