"""Entities: all spellings are one thing, and ambiguous ones need support."""

from __future__ import annotations

import pytest
from support.matching import a_text, found

from watcher.core.model import Alias, Entity, How, Term, TermKind
from watcher.core.rules import compile_terms


def alias(text: str, language: str = "en", *, ctx: bool = False, case: bool = False) -> Alias:
    return Alias(text=text, language=language, ctx=ctx, case=case)


ATAJURT = Entity(
    id="atajurt",
    name="Atajurt",
    type="organisation",
    aliases=(
        alias("Atajurt"),
        alias("Ata Jurt"),
        alias("Ata-Jurt", ctx=True),
        alias("Атажұрт", "kk", ctx=True),
        alias("Атажурт", "ru"),
        alias("阿塔珠尔特", "zh-hans"),
    ),
    context=("волонтёр", "еріктілері", "Xinjiang"),
    not_with=("партия Ата-Журт", "Bishkek"),
)
ASTANA = Entity(
    id="astana", name="Astana", aliases=(alias("Astana"),), not_with=("cycling", "FC Astana")
)
XINJIANG = Entity(
    id="xinjiang",
    name="Xinjiang",
    aliases=(
        alias("Xinjiang"),
        alias("Sincan", "tr", ctx=True),
        alias("XUAR", case=True),
        alias("新疆", "zh"),
    ),
    context=("Uygur", "Çin"),
    not_with=("Ankara",),
    not_inside=("纯新疆域",),
)
BILASH = Entity(
    id="bilash",
    name="Serikzhan Bilash",
    type="person",
    aliases=(alias("Serikzhan Bilash"), alias("Серикжан Билаш", "ru"), alias("Bilash", ctx=True)),
    context=("Atajurt",),
)
ALL = (ATAJURT, ASTANA, XINJIANG, BILASH)


def seen(entity: str, text: str) -> list[str]:
    return [match.text for match in found(entity, text, TermKind.ENTITY, entities=ALL)]


def test_every_spelling_of_every_script_is_the_entity() -> None:
    assert seen("atajurt", "Atajurt, Атажурта, 阿塔珠爾特") == ["Atajurt", "Атажурта", "阿塔珠爾特"]


def test_a_match_names_the_entity_and_the_spelling() -> None:
    [match] = found("bilash", "Серикжана Билаша", TermKind.ENTITY, entities=ALL)

    assert (match.term, match.entity, match.alias) == ("bilash", "bilash", "Серикжан Билаш")
    assert match.how is How.INFLECTED


def test_an_ambiguous_spelling_needs_a_context_word_in_the_item() -> None:
    assert seen("atajurt", "Атажұртқа қоныс аударған отбасы") == []
    assert seen("atajurt", "Атажұрт еріктілері") == ["Атажұрт"]


def test_a_context_word_may_be_the_beginning_of_another_word() -> None:
    assert seen("atajurt", "волонтёрское движение Ata-Jurt") == ["Ata-Jurt"]


def test_an_unambiguous_spelling_supports_an_ambiguous_one() -> None:
    assert seen("bilash", "Bilash spoke") == []
    assert seen("bilash", "Serikzhan Bilash was held; Bilash spoke") == [
        "Serikzhan Bilash",
        "Bilash",
    ]


def test_the_spelling_nearest_to_the_text_decides_whether_context_is_needed() -> None:
    assert seen("atajurt", "Ata Jurt office in Almaty") == ["Ata Jurt"]
    assert seen("atajurt", "Ata-Jurt party nominates") == []


def test_a_word_that_speaks_against_silences_an_entity_without_context() -> None:
    assert seen("astana", "Astana wins the stage, cycling fans cheer") == []
    assert seen("astana", "Astana hosts talks") == ["Astana"]


def test_a_word_that_speaks_against_leaves_unambiguous_spellings_alone() -> None:
    assert seen("xinjiang", "Ankara raises Xinjiang with Beijing") == ["Xinjiang"]
    assert seen("xinjiang", "Ankara'da Sincan, Çin lokantası") == []


def test_a_phrase_that_speaks_against_covers_the_spelling_itself() -> None:
    assert seen("atajurt", "партия Атажурт и волонтёры") == []


def test_a_name_inside_a_longer_word_is_left_out() -> None:
    assert seen("xinjiang", "清纯新疆域") == []


def test_a_spelling_in_capitals_is_not_the_word_in_small_letters() -> None:
    assert seen("xinjiang", "the XUAR’s camps") == ["XUAR"]
    assert seen("xinjiang", "xuar") == []


def test_the_longest_spelling_is_told_not_its_parts() -> None:
    assert seen("bilash", "Atajurt: Serikzhan Bilash") == ["Serikzhan Bilash"]


def test_a_persons_name_may_come_family_name_first() -> None:
    [match] = found("bilash", "Билаша Серикжана", TermKind.ENTITY, entities=ALL)

    assert match.alias == "Серикжан Билаш"


@pytest.mark.parametrize(
    "text",
    [
        "Серикжана Умирбековича Билаша",
        "Серикжан Умірбекұлы Билаш",
        "Serikzhan Umirbekovich Bilash",
        "Билаш Серикжан Умирбекович",
    ],
)
def test_a_fathers_name_may_stand_in_between(text: str) -> None:
    assert seen("bilash", f"Дело: {text}")


@pytest.mark.parametrize(
    "text",
    ["Серикжан Ахметов Билаш", "Серикжан умирбекович Билаш", "Серикжан Дулат Умирбекович Билаш"],
)
def test_no_other_word_may(text: str) -> None:
    assert seen("bilash", f"Дело: {text}") == []


def test_a_full_name_may_come_family_name_first() -> None:
    full = Entity(
        id="full",
        name="Full",
        type="person",
        aliases=(alias("Касым-Жомарт Кемелевич Токаев", "ru"),),
    )

    [match] = found("full", "Токаев Касым-Жомарт Кемелевич", TermKind.ENTITY, entities=(full,))

    assert match.alias == "Касым-Жомарт Кемелевич Токаев"


# --- initials ------------------------------------------------------------------------------------

TOKAYEV = Entity(
    id="tokayev",
    name="Kassym-Jomart Tokayev",
    type="person",
    aliases=(
        alias("Kassym-Jomart Tokayev"),
        alias("Касым-Жомарт Токаев", "ru"),
        alias("Zhomart Tokayev"),
    ),
    context=("president", "президент"),
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("President K. Tokayev signed", ["K. Tokayev"]),
        ("President K.-J. Tokayev signed", ["K.-J. Tokayev"]),
        ("President Zh. Tokayev signed", ["Zh. Tokayev"]),
        ("Указ президента К. Токаева", ["К. Токаева"]),
        ("Указ президента К.-Ж. Токаева", ["К.-Ж. Токаева"]),
        ("Указ президента К.Ж.Токаева", ["К.Ж.Токаева"]),
        ("Список: президент Токаев К.К., Иванов И.И.", ["Токаев К"]),
    ],
)
def test_a_family_name_with_the_right_initial_is_the_person(text: str, expected: list[str]) -> None:
    matches = found("tokayev", text, TermKind.ENTITY, entities=(TOKAYEV,))

    assert [match.text for match in matches] == expected
    assert matches[0].alias in {one.text for one in TOKAYEV.aliases}


@pytest.mark.parametrize(
    "text",
    [
        "President B. Tokayev of the rowing club",
        "President k. Tokayev",
        "президент был в с. Токаев",
        "президент и К. Сам Токаев молчит",
        "президент: К, Токаев",
        "К. Токаев открыл кафе",
        "президент Токаев к. сожалению",
        "президент Токаев К нам не приехал",
        "президент Токаев Б. Б.",
        "президент А. К. Токаев",
        "The president, vitamin K. A. B. Tokayev",
    ],
)
def test_another_initial_a_village_or_a_name_without_support_is_not(text: str) -> None:
    assert found("tokayev", text, TermKind.ENTITY, entities=(TOKAYEV,)) == []


# --- where a spelling is something else ----------------------------------------------------------

KANDAS = Entity(
    id="kandas",
    name="Kandas",
    aliases=(
        alias("kandas"),
        Alias(text="Sincan", language="tr", not_with=("Etimesgut",), not_inside=("Sincanköy",)),
        Alias(text="Ili", language="en", exact=True, not_languages=frozenset({"tr", "fr"})),
    ),
    context=("Kazakh",),
    not_languages=frozenset({"id", "ms"}),
)


def kandas(text: str, language: str | None = None) -> list[str]:
    matches = found("kandas", text, TermKind.ENTITY, entities=(KANDAS,), language=language)
    return [match.text for match in matches]


def test_an_entity_is_not_looked_for_in_a_language_in_which_it_is_another_word() -> None:
    assert kandas("Kandas families return") == ["Kandas"]
    assert kandas("Timnas kandas di semifinal", "id") == []
    assert kandas("Timnas kandas di semifinal", "ms-MY") == []


def test_the_language_of_an_article_that_says_none_is_told_by_its_words() -> None:
    assert kandas("Timnas kandas dengan skor tidak imbang") == []


def test_a_feed_that_says_its_language_wrongly_does_not_silence_an_entity() -> None:
    text = "Kandas отбасылары елге оралды, деп жазды"

    assert kandas(text, "id") == ["Kandas"]


def test_a_language_may_be_ruled_out_for_one_spelling_only() -> None:
    assert kandas("The Ili valley, kandas", "en") == ["Ili", "kandas"]
    assert kandas("Ankara ili, kandas", "tr") == ["kandas"]


def test_a_word_may_speak_against_one_spelling_only() -> None:
    assert kandas("Sincan, kandas") == ["Sincan", "kandas"]
    assert kandas("Sincan, Etimesgut, kandas") == ["kandas"]


def test_a_longer_word_may_hide_one_spelling_only() -> None:
    assert kandas("Sincanköy, kandas") == ["kandas"]


def test_why_says_that_the_word_is_another_one_in_that_language() -> None:
    book = compile_terms([Term(text="kandas", kind=TermKind.ENTITY)], [KANDAS])

    [explained] = book.explain(a_text("Timnas kandas di semifinal", language="id"))

    assert explained.leaves[0].nearest == (
        '"kandas" found, but in a text in "id" it is another word'
    )
