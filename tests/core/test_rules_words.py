"""Which forms of a bare word match, language by language, and which other words don't."""

from __future__ import annotations

import pytest
from support.matching import a_term, a_text, found, words

from watcher.core.model import Group, How, Rule, Severity, TermKind
from watcher.core.rules import compile_rules
from watcher.core.rules.friends import FALSE_FRIENDS
from watcher.core.rules.index import _is_typo

FORMS = {
    "en": {
        "Uyghur": "Uyghurs' | Uyghurs | Uyghur’s",
        "company": "companies",
        "witness": "witnesses",
        "forced labor": "forced-labour",
        "detention centre": "detention centers",
        "re-education camp": "reeducation camp | re education camps | re–education camp",
        "reeducation camp": "Re-Education Camps",
        "Xinjiang": "anti-Xinjiang | XINJIANG | Xin-\njiang",
    },
    "ru": {
        "Серикжан Билаш": "Серикжана Билаша | Серикжаном БИЛАШЕМ",
        "лагерь перевоспитания": "лагерей «перевоспитания» | лагерях перевоспитания",
        "Умарова": "Умаровой | Умарову",
        "беженец": "беженцев | беженца",
        "боец": "бойцов",
        "узник": "узникам",
        "казашка": "казашек | казашки",
        "Китай": "Китае | китайскими",
        "Астана": "Астане | астанинский",
        "партия": "партией | партий",
        "санкции": "санкций | санкциями",
        "принудительный труд": "принудительного труда",
        "волонтёр": "волонтеров",
        "СУАР": "СУАР | СУАРе",
    },
    "kk": {
        "қазақ": "қазақтарымыздың | қазағым",
        "Шыңжаң": "Шыңжаңдағы | Шыңжаңнан | Шынжандагы",
        "қайта тәрбиелеу лагері": "қайта тәрбиелеу лагерьлерінде | қайта тәрбиелеу лагерінен",
        "адам құқығы": "адам құқықтары",
        "Қытай": "Қытайдың",
        "Алматы": "Алматыда",
        "شينجياڭ": "شينجياڭنىڭ | شينجياڭداعى",
        "قازاق": "قازاقتارعا",
        "Ürimşi": "Ürimşide",
    },
    "ug": {
        "ئۇيغۇر": "ئۇيغۇرلارغىمۇ | ئۇيغۇرلارنىڭ",
        "تۈرمە": "تۈرمىلەردە",
        "دۆلەت": "دۆلىتى",
        "قەشقەر": "قەشقىرى",
        "يىغىۋېلىش لاگېرى": "يىغىۋېلىش لاگېرلىرىدا",
        "lagér": "lagérdiki",
        "уйғур": "уйғурларниң",
    },
    "tr": {
        "Şincan": "Şincan’daki | ŞİNCAN'DA",
        "Doğu Türkistan": "Doğu Türkistanlıların | DOĞU TÜRKİSTAN'IN",
        "toplama kampı": "toplama kamplarında | toplama kampına",
        "Uygur": "Uygurların",
        "çocuk": "çocuğu",
    },
    "de": {
        "Uigure": "Uiguren | Uigurinnen",
        "Umerziehungslager": "Umerziehungslagern | Umerziehungslagerinsassen",
        "Zwangsarbeit": "Zwangsarbeitsvorwürfe",
        "uigurisch": "uigurischen",
    },
    "fr": {
        "Ouïghour": "OUIGHOURS | d’Ouïghoure",
        "camp de rééducation": "camps de rééducation",
        "travail forcé": "travaux forcés",
    },
    "ar": {
        "الإيغور": "والايغور | للإيغور | بالإيغور",
        "معسكر": "المعسكرات",
    },
    "zh": {
        "伊力哈木·土赫提": "伊力哈木・土赫提 | 伊力哈木.土赫提 | 伊力哈木土赫提",
        "再教育营": "再教育營",
        "新疆": "新 疆",
    },
}


@pytest.mark.parametrize(
    ("term", "form"),
    [
        pytest.param(term, form, id=f"{language} {form}")
        for language, rows in FORMS.items()
        for term, forms in rows.items()
        for form in forms.split(" | ")
    ],
)
def test_every_form_of_the_word_is_found(term: str, form: str) -> None:
    assert words(term, f"1. {form}, 2")


@pytest.mark.parametrize(
    ("term", "text"),
    [
        ("Kazakh", "Kazakhstan"),
        ("Uyghur", "Uyghuristan"),
        ("camp", "campaign camping campus camper"),
        ("organization", "organ organic"),
        ("report", "reporter reporting"),
        ("corps", "corpse"),
        ("market", "marketing"),
        ("Han", "hand Hanover"),
        ("Turk", "Turkey Turkmen Turkish"),
        ("казах", "Казахстан казахстанский"),
        ("воин", "война войн"),
        ("труд", "трудоустройство трудный"),
        ("Билаш", "беляши Билашев"),
        ("кит", "китайский"),
        ("қазақ", "Қазақстан қазақстандық казаки"),
        ("қандас", "қандай"),
        ("قازاق", "قازاقىستانغا قازاقستان"),
        ("Uygur", "uygun uygulama uygarlık"),
        ("kamp", "kampanya kampüs"),
        ("Lager", "Lagerfeuer"),
        ("Kasache", "Kasachstan"),
        ("camp de rééducation", "campagne de rééducation"),
        ("تركي", "تركيا"),
        ("新疆", "创新疆域 全新疆土 创新 疆域"),
        ("集中营", "集中营业"),
        ("兵团", "士兵团结"),
        ("再教育营", "再教育课程"),
        ("re-education camp", "pre-education camp"),
        ("Atajurt", "Ata-Jurt"),
        ("forced labor", "forced. Labor"),
        ("Ilham Tohti", "Ilham, Tohti"),
    ],
)
def test_another_word_with_the_same_beginning_is_not_found(term: str, text: str) -> None:
    assert words(term, text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The WHO said", ["WHO"]),
        ("The W.H.O. said", ["W.H.O"]),
        ("who said", []),
        ("Who said", []),
        ("WHO IS TO BLAME FOR THIS", []),
        ("WHO's", ["WHO"]),
        ("WHO-led", ["WHO"]),
    ],
)
def test_capitals_alone_are_an_acronym(text: str, expected: list[str]) -> None:
    assert words("WHO", text) == expected


@pytest.mark.parametrize(
    ("term", "text", "how"),
    [
        ("Xinjiang", "in Xinjiang", How.EXACT),
        ("Xinjiang", "in XINJIANG", How.FOLDED),
        ("Ürümqi", "in Urumqi", How.FOLDED),
        ("Xinjiang", "in Xin\u00adjiang", How.FOLDED),
        ("re-education camp", "a re education camp", How.FOLDED),
        ("Синьцзян", "в Синьцзяне", How.INFLECTED),
        ("新疆", "在新疆", How.EXACT),
    ],
)
def test_a_match_says_how_it_was_recognised(term: str, text: str, how: How) -> None:
    [match] = found(term, text)

    assert match.how is how


def test_a_phrase_takes_no_endings_but_any_case_and_separator() -> None:
    assert words("forced labor", "Forced-Labor", TermKind.PHRASE) == ["Forced-Labor"]
    assert words("forced labor", "forced labors", TermKind.PHRASE) == []


def test_an_exact_term_is_found_as_written_only() -> None:
    assert words("Turkestan", "Turkestan and TURKESTAN", TermKind.EXACT) == ["Turkestan"]
    assert words("Ata-Jurt", "Ata-Jurt Ata Jurt Atajurt", TermKind.EXACT) == ["Ata-Jurt"]
    assert words("Turkestan", "Turk\u200bestan", TermKind.EXACT) == ["Turk\u200bestan"]


@pytest.mark.parametrize(
    ("term", "text"),
    [
        ("Xinjiang", "Xinjaing"),
        ("Xinjiang", "Xinjang"),
        ("Xinjiang", "Xinjjiang"),
        ("Sauytbay", "Sautbay"),
        ("Синьцзян", "Синцзяне"),
        ("Serikzhan Bilash", "Serikzhan Bilahs"),
    ],
)
def test_a_fuzzy_term_forgives_one_slip(term: str, text: str) -> None:
    [match] = found(term, text, TermKind.FUZZY)

    assert (match.text, match.how) == (text, How.FUZZY)
    assert words(term, text) == []


@pytest.mark.parametrize(
    ("term", "text"),
    [
        ("Astana", "Asiana"),
        ("kandas", "Kansas"),
        ("Yining", "mining"),
        ("Xinjiang", "Zinjiang"),
        ("Xinjiang", "Xinjan"),
        ("Hotan", "Hotn"),
    ],
)
def test_a_fuzzy_term_does_not_forgive_what_makes_another_word(term: str, text: str) -> None:
    assert words(term, text, TermKind.FUZZY) == []


def test_hashtags_are_cut_at_their_capitals_and_lower_case_ones_are_names_run_together() -> None:
    assert words("Ilham Tohti", "#FreeIlhamTohti") == ["IlhamTohti"]
    assert words("Serikzhan Bilash", "#serikzhanbilash") == ["serikzhanbilash"]


def test_a_name_may_go_on_after_a_possessive() -> None:
    assert words("Xinjiang camp", "Xinjiang's camps") == ["Xinjiang's camps"]


@pytest.mark.parametrize(
    ("term", "friend"),
    [(term, friend) for term, friends in FALSE_FRIENDS.items() for friend in friends.split()],
)
def test_a_false_friend_is_no_slip_though_it_is_one_letter_away(term: str, friend: str) -> None:
    assert _is_typo(friend, term)
    assert words(term, f"the {friend} here", TermKind.FUZZY) == []


def test_a_match_that_is_only_fuzzy_matters_no_more_than_a_normal_one() -> None:
    find = Group(any=(a_term("Xinjiang", TermKind.FUZZY), a_term("police")))
    book = compile_rules([Rule(name="r", find=find, severity=Severity.CRITICAL)], ())

    def severity(text: str, of_rule: Severity) -> Severity:
        [hit] = book.match(a_text(text))
        return hit.severity(of_rule)

    assert severity("Xinjaing", Severity.CRITICAL) is Severity.NORMAL
    assert severity("Xinjaing", Severity.LOW) is Severity.LOW
    assert severity("Xinjaing police", Severity.CRITICAL) is Severity.CRITICAL
    assert severity("Xinjiang", Severity.CRITICAL) is Severity.CRITICAL


@pytest.mark.parametrize(
    ("term", "text", "expected"),
    [
        ("C++", "Written in C++ and C, not in c", ["C"]),
        ("C++", "A grade C+ movie; vitamin C", []),
        ("C#", "C# is not C", ["C"]),
        # Around one letter alone: a name of more letters is known by them.
        ("Yahoo!", "Yahoo is sold", ["Yahoo"]),
        ('"X"', "X is sold", ["X"]),
        ("+", "C+", []),
    ],
)
def test_the_only_letter_of_a_name_needs_the_signs_around_it(
    term: str, text: str, expected: list[str]
) -> None:
    assert words(term, text) == expected
