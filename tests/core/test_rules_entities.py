"""Entities: all spellings are one thing, and ambiguous ones need support."""

from __future__ import annotations

from support.matching import found

from watcher.core.model import Alias, Entity, How, TermKind


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
