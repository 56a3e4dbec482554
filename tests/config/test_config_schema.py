"""The schema that editors complete from agrees with what the loader takes."""

import json
import re
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from watcher import config
from watcher.config.packs import FOLDER
from watcher.config.schema import OTHER_VALUES, OTHER_WORDS, SPAN_PATTERN, keys_of
from watcher.config.when import duration
from watcher.core.errors import RulesError
from watcher.core.model import FollowUps, FullText, Severity, TermKind

HERE = Path(__file__).parent
GOOD = [
    HERE.parents[1] / "rules.yaml",
    *sorted((HERE / "good").glob("*.yaml")),
    *sorted(FOLDER.glob("*.yaml")),
]
SHAPES = (
    "file", "rule", "defaults", "find", "test", "sources", "at_least", "active", "channel",
    "feed", "opml", "entity", "alias", "escalate",
)  # fmt: skip


def as_an_editor_reads_it(text: str) -> object:
    """Return the values as YAML 1.2 has them: true, false and numbers are no words.

    Null isn't, either, but what is called null here is the word.
    """
    return _read(yaml.load(text, yaml.BaseLoader))


def _read(value: object) -> object:
    if isinstance(value, dict):
        return {key: _read(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_read(one) for one in value]
    if value in {"true", "false"}:
        return value == "true"
    if re.fullmatch(r"[0-9]+", str(value)):
        return int(str(value))
    return float(str(value)) if re.fullmatch(r"[0-9]+\.[0-9]+", str(value)) else value


def problems(value: object) -> list[str]:
    """Return what an editor would underline."""
    judge = Draft202012Validator(
        config.schema(), format_checker=Draft202012Validator.FORMAT_CHECKER
    )
    return [f"{error.json_path}: {error.message}" for error in judge.iter_errors(value)]


def objects(schema: object) -> Iterator[dict[str, object]]:
    """Yield every part of the schema that has properties."""
    if isinstance(schema, dict):
        if isinstance(schema.get("properties"), dict):
            yield schema
        for part in schema.values():
            yield from objects(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from objects(part)


def test_it_is_json_and_says_which_draft() -> None:
    schema = config.schema()

    assert json.loads(json.dumps(schema)) == schema
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.stem)
def test_what_loads_without_a_finding_is_right_by_the_schema(path: Path) -> None:
    value = as_an_editor_reads_it(path.read_text(encoding="utf-8"))

    assert problems(value) == []


@pytest.mark.parametrize(
    "text",
    [
        "recievers: []",
        "rules: [{name: x}]",
        "rules: [{name: x, find: y, severity: urgent}]",
        "rules: [{name: x, find: {entity: a, exact: b}}]",
        "rules: [{name: x, find: {anny: [b]}}]",
        "rules: [{name: x, find: y, active: {form: 2026-01-01}}]",
        "rules: [{name: x, find: y, at_least: {origins: 0}}]",
        "channels: {desk: {digest: daily at 08:00}}",
        "feeds: [{name: x}]",
        "feeds: [{url: https://a.example.org, every: soon}]",
        "entities: {a: {aliases: {en: [{flags: [ctx]}]}}}",
    ],
)
def test_what_the_loader_refuses_is_wrong_by_the_schema(text: str, tmp_path: Path) -> None:
    path = tmp_path / "rules.yaml"
    path.write_text(text, encoding="utf-8")

    assert problems(as_an_editor_reads_it(text))
    with pytest.raises(RulesError):
        config.load(path, environ={})


@pytest.mark.parametrize(
    ("shape", "key", "known"),
    [
        ("rule", "severity", Severity),
        ("rule", "follow_ups", FollowUps),
        ("feed", "full_text", FullText),
        ("defaults", "severity", Severity),
    ],
)
def test_what_the_schema_offers_is_what_the_program_knows(
    shape: str, key: str, known: type[StrEnum]
) -> None:
    defs = config.schema()["$defs"]
    assert isinstance(defs, dict)

    assert set(defs[shape]["properties"][key]["enum"]) == {one.value for one in known}


def test_every_kind_of_leaf_has_its_key() -> None:
    kinds = {kind.value for kind in TermKind} - {TermKind.WORD.value}

    assert kinds | {"any", "all", "none", "near"} == set(keys_of("find"))


@pytest.mark.parametrize("shape", SHAPES)
def test_the_loader_offers_the_keys_of_the_schema_for_a_wrong_one(
    shape: str, tmp_path: Path
) -> None:
    """A key that nobody knows is answered with the list that editors complete from."""
    wrong = "{zzzzz: 1}"
    texts = {
        "file": "zzzzz: 1",
        "rule": f"rules: [{wrong}]",
        "defaults": f"defaults: {wrong}",
        "find": f"rules: [{{name: x, find: {wrong}}}]",
        "test": f"rules: [{{name: x, find: Atajurt, tests: [{wrong}]}}]",
        "sources": f"rules: [{{name: x, find: Atajurt, sources: {wrong}}}]",
        "at_least": f"rules: [{{name: x, find: Atajurt, at_least: {wrong}}}]",
        "active": f"rules: [{{name: x, find: Atajurt, active: {wrong}}}]",
        "channel": f"channels: {{a: {wrong}}}",
        "feed": f"feeds: [{wrong}]",
        "opml": "feeds: [{opml: x.opml, zzzzz: 1}]",
        "entity": f"entities: {{a: {wrong}}}",
        "escalate": f"rules: [{{name: x, find: Atajurt, escalate: {wrong}}}]",
        "alias": f"entities: {{a: {{aliases: {{en: [{wrong}]}}}}}}",
    }
    path = tmp_path / "rules.yaml"
    path.write_text(texts[shape], encoding="utf-8")

    with pytest.raises(RulesError) as raised:
        config.load(path, environ={})

    assert f"One of: {', '.join(keys_of(shape))}." in str(raised.value)


@given(span=st.from_regex(re.compile(SPAN_PATTERN, re.ASCII), fullmatch=True))
def test_every_time_that_editors_take_is_read(span: str) -> None:
    assert duration(span.strip()) is not None


def test_every_key_says_what_it_means() -> None:
    for part in objects(config.schema()):
        properties = part["properties"]
        assert isinstance(properties, dict)
        for key, body in properties.items():
            described = "description" in body or "$ref" in body
            assert described, key


def test_the_example_uses_every_key_there_is() -> None:
    text = (HERE / "good" / "everything.yaml").read_text(encoding="utf-8")

    for shape in SHAPES:
        for key in keys_of(shape):
            assert f"{key}:" in text, (shape, key)


def test_other_words_stand_for_keys_that_exist() -> None:
    keys = {key for shape in SHAPES for key in keys_of(shape)}

    assert set(OTHER_WORDS.values()) <= keys
    assert all(OTHER_VALUES.values())


def test_the_shipped_rules_name_the_schema_beside_them() -> None:
    root = HERE.parents[1]
    first = (root / "rules.yaml").read_text(encoding="utf-8").splitlines()[0]
    named = first.removeprefix("# yaml-language-server: $schema=")

    shipped = json.loads((root / named).read_text(encoding="utf-8"))

    assert shipped == config.schema(), "watcher rules schema > rules.schema.json"
