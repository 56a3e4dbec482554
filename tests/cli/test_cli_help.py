"""Every command says what it does, and what it says is so."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from typing import Any

import pytest
import typer
from support.cli_run import watcher

from watcher.cli.app import app

PROMISED = {
    "demo",
    "init",
    "run",
    "once",
    "check",
    "match",
    "dedup",
    "parse",
    "why",
    "replay",
    "status",
    "feeds list",
    "feeds add",
    "feeds remove",
    "feeds import",
    "feeds export",
    "feeds check",
    "rules list",
    "rules schema",
    "rules test",
    "rules suggest",
    "alerts list",
    "alerts show",
    "stories list",
    "stories show",
    "deliveries list",
    "deliveries retry",
    "notify test",
    "audit",
    "packs list",
    "packs show",
}


def leaves(command: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    for name, child in command.commands.items():
        here = f"{path} {name}".strip()
        if hasattr(child, "commands"):
            yield from leaves(child, here)
        else:
            yield here, child


COMMANDS = dict(leaves(typer.main.get_command(app)))


def examples() -> list[str]:
    return [
        line.strip()
        for command in COMMANDS.values()
        for line in command.help.partition("Examples:")[2].splitlines()
        if line.strip()
    ]


def test_every_promised_command_is_there() -> None:
    assert set(COMMANDS) >= PROMISED


@pytest.mark.parametrize("path", sorted(COMMANDS))
def test_every_command_explains_itself(path: str) -> None:
    ran = watcher(*path.split(), "--help")

    assert ran.code == 0
    assert COMMANDS[path].help
    for option in ("--rules", "--state", "--json", "--no-color"):
        assert option in ran.out


GROUPS = ["feeds", "rules", "alerts", "stories", "deliveries", "packs", "notify"]


@pytest.mark.parametrize("group", GROUPS)
def test_a_group_without_a_command_is_half_a_command_and_shows_its_help(group: str) -> None:
    ran = watcher(group)

    assert (ran.code, ran.err) == (2, "")
    assert ran.out.strip() == watcher(group, "--help").out.strip()
    assert "Commands" in ran.out


@pytest.mark.parametrize("example", examples())
def test_every_example_is_a_command_that_exists(example: str) -> None:
    words = shlex.split(example)
    words = words[words.index("watcher") + 1 :]
    command: Any = typer.main.get_command(app)
    while hasattr(command, "commands"):
        command = command.commands[words.pop(0)]

    known = {name for parameter in command.params for name in parameter.opts}

    assert {word for word in words if word.startswith("--")} <= known


def test_version_is_told() -> None:
    ran = watcher("--version")

    assert (ran.code, ran.out.split()[0]) == (0, "watcher")


def test_no_command_shows_the_help() -> None:
    ran = watcher()

    assert (ran.code, ran.err) == (0, "")
    assert ran.out.strip() == watcher("--help").out.strip()
