"""The schema that editors complete from agrees with what the loader takes."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from support.config_schema import Judge

from watcher import config
from watcher.config.packs import FOLDER
from watcher.config.schema import OTHER_VALUES, OTHER_WORDS, keys_of
from watcher.core.errors import RulesError

HERE = Path(__file__).parent
GOOD = [
    HERE.parents[1] / "rules.yaml",
    HERE / "good" / "everything.yaml",
    HERE / "good" / "more.yaml",
    *sorted(FOLDER.glob("*.yaml")),
]
SHAPES = (
    "file", "rule", "defaults", "find", "test", "sources", "at_least", "active", "channel",
    "feed", "opml", "entity", "alias",
)  # fmt: skip


def as_an_editor_reads_it(text: str) -> object:
    """Return the values as YAML 1.2 has them: only true, false and numbers are no words."""
    return _read(yaml.load(text, yaml.BaseLoader))


def _read(value: object) -> object:
    if isinstance(value, dict):
        return {key: _read(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_read(one) for one in value]
    if value in {"true", "false"}:
        return value == "true"
    return int(str(value)) if str(value).isdigit() and str(value).isascii() else value


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


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.stem)
def test_what_loads_without_a_finding_is_right_by_the_schema(path: Path) -> None:
    value = as_an_editor_reads_it(path.read_text(encoding="utf-8"))

    assert Judge(config.schema()).problems(value) == []


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

    assert Judge(config.schema()).problems(as_an_editor_reads_it(text))
    with pytest.raises(RulesError):
        config.load(path, environ={})


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
