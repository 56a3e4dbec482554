"""`.ci/run` runs what README says and every check, and names each that failed."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

RUN = Path(__file__).parents[1] / ".ci" / "run"
# Stands for README's command: it "installs" the tools from the folder beside it
COMMAND = ": python3 -m venv .venv && cp -r tools .venv && .venv/bin/pytest"
TOOLS = ("pytest", "ruff", "mypy", "lint-imports")


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A checkout whose tools only say what they were asked, and pass."""
    (tmp_path / ".ci").mkdir()
    shutil.copy(RUN, tmp_path / ".ci" / "run")
    (tmp_path / "tools" / "bin").mkdir(parents=True)
    for name in TOOLS:
        tool(tmp_path, name, f'echo "{name} was asked: $*"')
    tool(tmp_path, "pytest", 'echo "==== 12 passed, 1 skipped in 3.45s ===="')
    readme(tmp_path, f"# x\n\n```console\n$ {COMMAND}\n```\n")
    return tmp_path


def tool(root: Path, name: str, script: str) -> None:
    path = root / "tools" / "bin" / name
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)


def readme(root: Path, text: str) -> None:
    (root / "README.md").write_text(text, encoding="utf-8")


def run(root: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [root / ".ci" / "run"],
        cwd="/",
        env={"PATH": os.environ["PATH"], "CI": "true"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_it_passes_when_all_pass_and_ends_with_pytests_closing_line(clone: Path) -> None:
    done = run(clone)

    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1] == "==== 12 passed, 1 skipped in 3.45s ===="
    for asked in ("ruff was asked: check .", "ruff was asked: format --check .", "mypy was asked"):
        assert asked in done.stdout


def test_it_runs_the_command_of_readme_and_no_other(clone: Path) -> None:
    readme(clone, f"```sh\n# tests\n{COMMAND} --and-this\n```\n")
    tool(clone, "pytest", 'echo "args: $*"; echo "1 passed in 0.01s"')

    assert "args: --and-this" in run(clone).stdout


@pytest.mark.parametrize("name", TOOLS)
def test_one_failure_fails_the_run_and_the_others_still_run(clone: Path, name: str) -> None:
    tool(clone, name, 'echo "1 failed in 0.1s"; exit 1')

    done = run(clone)

    assert done.returncode == 1
    report = done.stdout.rpartition("== :")[2]
    assert report.count("FAILED  ") == (2 if name == "ruff" else 1)
    assert report.count("ok      ") == (3 if name == "ruff" else 4)


def test_a_failed_installation_fails_every_step(clone: Path) -> None:
    readme(clone, f"```sh\n{COMMAND.replace('cp -r tools .venv', 'false')}\n```\n")

    done = run(clone)

    assert done.returncode == 1
    assert done.stdout.count("FAILED  ") == 5
    assert "pytest printed no closing line" in done.stdout


def test_an_old_environment_is_not_used_again(clone: Path) -> None:
    (clone / ".venv").mkdir()
    (clone / ".venv" / "old").touch()

    assert run(clone).returncode == 0
    assert not (clone / ".venv" / "old").exists()


@pytest.mark.parametrize(
    "text", ["", "Run `python3 -m venv .venv && .venv/bin/pytest`.\n", "```sh\npytest\n```\n"]
)
def test_it_refuses_a_readme_without_the_command(clone: Path, text: str) -> None:
    readme(clone, text)

    done = run(clone)

    assert done.returncode == 2
    assert "README.md" in done.stderr
