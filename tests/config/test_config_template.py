"""A channel's own wording in rules.yaml: a file beside it, or the text itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from watcher import config
from watcher.core.errors import RulesError
from watcher.core.model import Config

RULES = (
    "channels:\n"
    "  desk:\n"
    "    url: json://desk.example/\n"
    "    template: {}\n"
    "defaults: {{notify: [desk]}}\n"
    "rules:\n  - {{name: Atajurt, find: Atajurt}}\n"
)


def loaded(folder: Path, template: str) -> Config:
    file = folder / "rules.yaml"
    file.write_text(RULES.format(template), encoding="utf-8")
    return config.load(file, environ={})


def mistakes(folder: Path, template: str) -> list[str]:
    with pytest.raises(RulesError) as raised:
        loaded(folder, template)
    return [str(one).removeprefix(f"{folder}/") for one in raised.value.mistakes]


def test_a_template_in_a_file_is_read_and_watched_for_changes(tmp_path: Path) -> None:
    (tmp_path / "desk.txt").write_text("{{ alert.rule }}: жаңалық\n", encoding="utf-8")

    read = loaded(tmp_path, "desk.txt")

    assert read.channels[0].template == "{{ alert.rule }}: жаңалық\n"
    assert str(tmp_path / "desk.txt") in read.files


def test_a_template_may_stand_in_the_rules(tmp_path: Path) -> None:
    read = loaded(tmp_path, "|\n      {{ alert.rule }}\n\n      {{ alert.url }}")

    assert read.channels[0].template == "{{ alert.rule }}\n\n{{ alert.url }}"


def test_a_mistake_in_a_templates_file_names_the_file_and_the_line(tmp_path: Path) -> None:
    (tmp_path / "desk.txt").write_text("{{ alert.rule }}\n\n{{ alert.titel }}\n", encoding="utf-8")

    [mistake] = mistakes(tmp_path, "desk.txt")

    assert mistake.startswith(
        'desk.txt:3:1: the template of channel "desk" breaks: an alert has no "titel". It has: '
    )


def test_a_mistake_in_the_rules_names_the_line_of_the_template(tmp_path: Path) -> None:
    [mistake] = mistakes(tmp_path, "|\n      {{ alert.rule }}\n      {{ rule }}")

    assert mistake.startswith(
        'rules.yaml:4:15: the template of channel "desk" breaks in its line 2: there is no "rule"'
    )


def test_a_template_that_isnt_there_is_a_mistake_with_the_mend(tmp_path: Path) -> None:
    [mistake] = mistakes(tmp_path, "desk.txt")

    assert mistake.startswith(
        'rules.yaml:4:15: there is no file "desk.txt" beside rules.yaml. Write the wording into it'
    )
