"""The shipped packs: complete, clean, quick to load."""

import time
from pathlib import Path

import pytest
import yaml

from watcher import config
from watcher.config.packs import shipped_entities

SHARED = Path(__file__).parents[2].parent / "shared" / "data" / "rules" / "entities.yaml"


@pytest.mark.parametrize("name", config.pack_names())
def test_a_pack_has_entities_with_names_types_and_sources(name: str) -> None:
    entities = config.load_pack(name)

    assert entities
    for entity in entities:
        assert entity.name != entity.id
        assert entity.type
        assert entity.aliases
        assert all(alias.source for alias in entity.aliases), entity.id


def test_the_packs_that_are_shipped() -> None:
    countries = ("kazakhstan", "kyrgyzstan", "tajikistan", "turkmenistan", "uzbekistan")

    assert set(config.pack_names()) == {"press-freedom", "xinjiang", *countries}
    with pytest.raises(KeyError):
        config.load_pack("nothing")


def test_the_pack_of_every_shipped_entity_is_known_without_loading_it() -> None:
    loaded = {
        entity.id: f"packs/{name}.yaml"
        for name in config.pack_names()
        for entity in config.load_pack(name)
    }

    assert shipped_entities() == loaded


@pytest.mark.parametrize("name", config.pack_names())
def test_a_flagged_alias_has_something_to_stand_beside_in_its_own_script(name: str) -> None:
    """Otherwise it could never count: 南疆 needs 新疆 beside it, not only Doğu Türkistan."""
    from watcher.config.languages import scripts_of  # noqa: PLC0415 - only this test looks inside

    for entity in config.load_pack(name):
        sure = [alias.text for alias in entity.aliases if not alias.ctx]
        scripts = frozenset().union(*(scripts_of(word) for word in (*entity.context, *sure)))
        for alias in entity.aliases:
            if alias.ctx:
                assert scripts_of(alias.text) & scripts, (entity.id, alias)


EVERY_LANGUAGE = set(
    "en ru kk zh-hans zh-hant ug tr de fr uk es ar uz uz-cyrl ky".split()  # noqa: SIM905 - shorter
)


def test_what_is_done_to_people_has_words_in_every_language() -> None:
    entities = config.load_pack("press-freedom")

    assert {"detention", "release", "extradition", "torture", "ban", "fine"} <= {
        entity.id for entity in entities
    }
    for entity in entities:
        assert {alias.language for alias in entity.aliases} == EVERY_LANGUAGE, entity.id


@pytest.mark.parametrize(
    ("name", "code", "own"),
    [
        ("kazakhstan", "kz", "kk"),
        ("kyrgyzstan", "kg", "ky"),
        ("tajikistan", "tj", "tg"),
        ("turkmenistan", "tm", "tk"),
        ("uzbekistan", "uz", "uz"),
    ],
)
def test_a_government_has_its_offices_and_names_itself(name: str, code: str, own: str) -> None:
    entities = {entity.id: entity for entity in config.load_pack(name)}

    offices = "presidency security-service parliament foreign-ministry interior-ministry"
    for office in (*offices.split(), "supreme-court", "prosecutor-general"):
        spelled = {alias.language for alias in entities[f"{code}-{office}"].aliases}
        assert {"en", "ru", "zh-hans", "tr", "de", "fr", "uk", "es", "ar", own} <= spelled, office
    assert {alias.language for alias in entities[name].aliases} >= EVERY_LANGUAGE
    assert any(entity.type == "person" for entity in entities.values())


def test_an_id_stands_in_one_pack_only() -> None:
    ids = [entity.id for name in config.pack_names() for entity in config.load_pack(name)]

    assert len(ids) == len(set(ids))


def test_no_word_means_both_detained_and_released() -> None:
    entities = {entity.id: entity for entity in config.load_pack("press-freedom")}

    held = {alias.text for id_ in ("detention", "arrest") for alias in entities[id_].aliases}
    free = {alias.text for alias in entities["release"].aliases}
    assert not held & free


def test_a_pack_loads_in_a_blink() -> None:
    config.load_pack("xinjiang")

    best = min(_seconds() for _ in range(3))

    assert best < 0.25  # 10 ms on the machine where it was written


def _seconds() -> float:
    start = time.perf_counter()
    config.load_pack("xinjiang")
    return time.perf_counter() - start


def test_nothing_of_the_material_is_lost() -> None:
    if not SHARED.is_file():
        pytest.skip(f"the material the pack was made from is not beside the project: {SHARED}")
    drafts = yaml.load(SHARED.read_text(encoding="utf-8"), yaml.BaseLoader)
    pack = {entity.id: entity for entity in config.load_pack("xinjiang")}

    assert [draft["id"] for draft in drafts["entities"]] == list(pack)
    for draft in drafts["entities"]:
        entity = pack[draft["id"]]
        found = {(alias.language, alias.text): alias for alias in entity.aliases}
        for language, rows in draft["aliases"].items():
            for text, source, *flags in rows:
                alias = found.pop((language, text))
                assert alias.ctx == ("ctx" in flags)
                assert alias.case == ("case" in flags)
                assert (alias.source == "unverified") == (source == "unverified")
                if source in drafts["sources"]:
                    assert alias.source == drafts["sources"][source]
        # What was added since speaks for itself, in languages that the material has not.
        assert {alias.source for alias in found.values()} <= {"unverified"}
        assert not {alias.language for alias in found.values()} & set(draft["aliases"])
        assert set(draft.get("context", ())) <= set(entity.context)
        assert set(draft.get("not_with", ())) <= set(entity.not_with)
        assert set(draft.get("not_inside", ())) <= set(entity.not_inside)
        assert set(draft.get("not_lang", ())) == entity.not_languages
    assert sum(len(entity.aliases) for entity in pack.values()) >= 466
