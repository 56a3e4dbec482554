"""across_languages: is off unless the main file says otherwise."""

from __future__ import annotations

from pathlib import Path

import pytest

from watcher import config
from watcher.core.errors import RulesError


def load(folder: Path, line: str) -> bool:
    (folder / "rules.yaml").write_text(f"{line}\nrules: []\n", encoding="utf-8")
    return config.load(folder / "rules.yaml", environ={}).across_languages


@pytest.mark.parametrize(
    ("line", "on"),
    [("", False), ("across_languages: true", True), ("across_languages: false", False)],
)
def test_it_is_on_only_where_that_is_said(tmp_path: Path, line: str, *, on: bool) -> None:
    assert load(tmp_path, line) is on


def test_anything_but_true_and_false_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(RulesError, match="expected true or false"):
        load(tmp_path, "across_languages: sometimes")


def test_a_file_that_is_included_can_not_set_it(tmp_path: Path) -> None:
    (tmp_path / "more.yaml").write_text("across_languages: true\n", encoding="utf-8")
    with pytest.raises(RulesError, match="belongs into the main file"):
        load(tmp_path, "include: [more.yaml]")
