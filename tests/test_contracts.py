"""Imports run only downwards, and the tool that says so would notice if they didn't."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FLOORS = "Imports run only downwards"
CORE_FLOORS = (
    "Inside core: audit, decide, rhythm, render -> stories, rules -> identity, text -> model"
)
PURE = "core never touches the world"
SQL = "The only SQL is in store"


def lint_imports(root: Path) -> tuple[int, str]:
    tool = Path(sys.executable).with_name("lint-imports")
    run = subprocess.run(
        [tool, "--no-cache"],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root), "COLUMNS": "200", "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
        timeout=120,
    )
    return run.returncode, run.stdout + run.stderr


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What the linter says of a copy of the program in which each contract is broken once."""
    root = tmp_path_factory.mktemp("planted")
    shutil.copy(ROOT / "pyproject.toml", root)
    shutil.copytree(
        ROOT / "watcher", root / "watcher", ignore=shutil.ignore_patterns("__pycache__")
    )
    for module, line in (
        ("feeds/planted.py", "import watcher.store"),
        ("core/errors.py", "import watcher.core.decide"),
        ("core/identity.py", "import random"),
        ("alerts/planted.py", "import sqlalchemy"),
    ):
        with (root / "watcher" / module).open("a", encoding="utf-8") as file:
            file.write(f"\n{line}\n")
    code, text = lint_imports(root)
    assert code == 1, text
    return text


def test_every_contract_is_kept() -> None:
    code, text = lint_imports(ROOT)

    assert code == 0, text
    assert [name for name in (FLOORS, CORE_FLOORS, PURE, SQL) if f"{name} KEPT" not in text] == []


@pytest.mark.parametrize("contract", [FLOORS, CORE_FLOORS, PURE, SQL])
def test_a_planted_import_breaks_its_contract(contract: str, planted: str) -> None:
    assert f"{contract} BROKEN" in planted


@pytest.mark.parametrize(
    "culprit",
    [
        "watcher.feeds.planted -> watcher.store",
        "watcher.core.errors -> watcher.core.decide",
        "watcher.core.identity -> random",
        "watcher.alerts.planted -> sqlalchemy",
    ],
)
def test_a_planted_import_is_named(culprit: str, planted: str) -> None:
    assert culprit in planted
