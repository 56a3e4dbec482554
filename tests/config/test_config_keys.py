"""Each key of rules.yaml, with what can't be its value: its writer is told, and nothing else is."""

import re
from pathlib import Path

import pytest

from watcher import config
from watcher.config.schema import keys_of
from watcher.core.errors import RulesError
from watcher.core.model import Mistake

SHAPES = {
    # a file in which @ is the table of that shape, with what it needs beside the key under trial
    "file": "@",
    "defaults": "defaults: {@}",
    "rule": "rules: [{name: Water, find: reservoir, @}]",
    "find": "rules: [{name: Water, find: {all: [dam, flood], @}}]",
    "test": "rules: [{name: Water, find: reservoir, tests: [{match: A reservoir, @}]}]",
    "sources": "rules: [{name: Water, find: reservoir, sources: {@}}]",
    "at_least": "rules: [{name: Water, find: reservoir, at_least: {@}}]",
    "active": "rules: [{name: Water, find: reservoir, active: {@}}]",
    "escalate": "rules: [{name: Water, find: reservoir, escalate: {after: 15m, to: desk, @}}]\n"
    "channels: {desk: 'terminal://'}",
    "channel": "channels: {desk: {url: 'json://127.0.0.1:9/', @}}",
    "feed": "feeds: [{url: https://steppe.example/rss, @}]",
    "opml": "feeds: [{opml: feeds.opml, @}]",
    "entity": "entities: {dam: {aliases: {en: [Dam]}, @}}",
    "alias": "entities: {dam: {aliases: {en: [{text: Dam, @}]}}}",
}
KEYS = [(shape, key) for shape in SHAPES for key in keys_of(shape)]


def told(folder: Path, shape: str, key: str, value: str) -> tuple[Mistake, ...]:
    """Return what is said of a file with `key: value` in a table of that shape."""
    (folder / "feeds.opml").write_text("<opml><body/></opml>")
    text = SHAPES[shape]
    before, _, after = text.partition("@")
    # The key under trial takes the place of the one that the table needs.
    before = re.sub(rf"(?<=[{{ ]){key}: (?:\{{[^{{}}]*\}}|\[[^\[\]]*\]|[^,{{}}]*), ", "", before)
    if shape == "find" and key not in {"all", "any", "none", "near"}:
        before = before.replace("all: [dam, flood], ", "")
    text = f"{before}@{after}"
    path = folder / "rules.yaml"
    path.write_text(text.replace("@", f"{key}: {value}") + "\n", encoding="utf-8")
    try:
        config.load(path, environ={})
    except RulesError as error:
        return error.mistakes
    return ()


@pytest.mark.parametrize(("shape", "key"), KEYS)
def test_a_value_of_the_wrong_kind_is_told_where_it_stands(
    shape: str, key: str, tmp_path: Path
) -> None:
    mistakes = told(tmp_path, shape, key, "[[{x: {y: z}}]]")

    text = (tmp_path / "rules.yaml").read_text(encoding="utf-8")
    first = text.index(f"{key}: [[") + 1
    last = first + len(f"{key}: [[{{x: {{y: z}}}}]]")
    assert mistakes
    assert all(first <= one.column <= last for one in mistakes), (first, last, mistakes)


@pytest.mark.parametrize(("shape", "key"), KEYS)
def test_a_key_without_a_value_is_told(shape: str, key: str, tmp_path: Path) -> None:
    mistakes = told(tmp_path, shape, key, "")

    assert any("empty" in one.message or "no value" in one.message for one in mistakes), mistakes
