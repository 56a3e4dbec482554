"""What README, docs/ and systemd/ tell people to type and to write must work.

Conventions: commands stand in ```console (lines with "$ "), ```sh or ```bash blocks, or as
`watcher ...` in the text. Every ```yaml block is a whole rules.yaml, unless the line above it is an
HTML comment that begins with "not rules.yaml" (<!-- not rules.yaml: a workflow -->); then it need
only be YAML.
"""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from functools import cache
from itertools import dropwhile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import typer
import yaml

from watcher import config
from watcher.core.errors import RulesError

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
PAGES = (
    ROOT / "README.md",
    ROOT / "systemd" / "README.md",
    *sorted((ROOT / "docs").rglob("*.md")),
)
SHELL = {"console", "sh", "bash", "shell"}
WRAPPER = re.compile(r"\w+=.*|env|exec|nohup|time|uvx?|run|sudo|--\w+")
MARK = re.compile(r"<!--\s*not rules\.yaml\b")
FENCE = re.compile(r"^(?P<indent> *)(?P<fence>`{3,}|~{3,})\s*(?P<info>\S*).*$")
SPAN = re.compile(r"(?<!`)`(watcher [^`\n]+)`(?!`)")


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block: the word after the fence, its lines, and the line above it."""

    info: str
    lines: tuple[str, ...]
    above: str
    line: int
    page: str = ""

    @property
    def text(self) -> str:
        return "\n".join(self.lines) + "\n"


def blocks(text: str, page: str = "") -> Iterator[Block]:
    above, opened, lines, begin = "", None, list[str](), 0
    for number, line in enumerate(text.splitlines(), 1):
        fence = FENCE.match(line)
        if opened is None and fence is None:
            above = line if line.strip() else above
        elif opened is None:
            opened, lines, begin = fence, [], number
        elif line.strip() == opened["fence"]:
            yield Block(opened["info"].lower(), tuple(lines), above, begin, page)
            opened, above = None, ""
        else:
            lines.append(line.removeprefix(opened["indent"]))


def prose(text: str) -> str:
    """`text` without its fenced blocks."""
    return re.sub(r"^ *(`{3,}).*?^ *\1 *$", "", text, flags=re.DOTALL | re.MULTILINE)


def command_lines(text: str) -> Iterator[str]:
    """Every shell line of `text`, continued lines joined, without prompt; then the spans."""
    for block in blocks(text):
        if block.info in SHELL:
            prompts = any(line.startswith("$ ") for line in block.lines)
            for line in re.sub(r"\\\n\s*", "", block.text).splitlines():
                if not prompts or line.startswith("$ "):
                    yield line.removeprefix("$ ")
    yield from SPAN.findall(prose(text))


def watcher_calls(line: str) -> Iterator[list[str]]:
    """The arguments of every call of watcher in a shell line."""
    plain = re.sub(r"\bsudo -u (\S+)", "sudo", line.replace("\\|", "|"))
    lexer = shlex.shlex(plain, posix=True, punctuation_chars="&;()<>")
    lexer.whitespace_split = True
    lexer.commenters = "#"
    simple: list[str] = []
    for word in [*lexer, ";"]:
        if not re.fullmatch(r"[&;|()<>]+", word):
            simple.append(word)
            continue
        words = list(dropwhile(WRAPPER.fullmatch, simple))
        if words and words[0].rpartition("/")[2] == "watcher":
            yield words[1:]
        simple = []


@cache
def program() -> Any:
    from watcher.cli.app import app  # noqa: PLC0415 - the pages are read without it

    return typer.main.get_command(app)


def faults(arguments: list[str], command: Any = None) -> list[str]:
    """What in `arguments` watcher does not know: commands, and long options."""
    command = command or program()
    options = {name: param for param in command.params for name in param.opts}
    found, rest = list[str](), list(arguments)
    while rest:
        word = rest.pop(0)
        if word.startswith("-") and len(word) > 1:
            name, equals, _ = word.partition("=")
            if name in {"--help", "-h"} or re.fullmatch(r"-[vq]+", name):
                continue
            if name not in options:
                found.append(f"{command.name}: no option {name}")
            elif not equals and not options[name].is_flag and rest:
                rest.pop(0)
        elif hasattr(command, "commands"):
            # In a table `watcher feeds list|add` stands for several
            for choice in word.split("|"):
                if choice not in command.commands:
                    found.append(f"{command.name}: no command {choice!r}")
            known = [choice for choice in word.split("|") if choice in command.commands]
            return found + [
                bad for choice in known for bad in faults(rest, command.commands[choice])
            ]
    return found


def rules_files() -> list[Block]:
    return [
        block
        for page in PAGES
        for block in blocks(page.read_text(encoding="utf-8"), str(page.relative_to(ROOT)))
        if block.info in {"yaml", "yml"}
    ]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_command_that_a_page_names_exists(page: Path) -> None:
    text = page.read_text(encoding="utf-8")

    wrong = [
        f"{line}: {fault}"
        for line in command_lines(text)
        for call in watcher_calls(line)
        for fault in faults(call)
    ]

    assert wrong == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_rules_file_on_a_page_loads(page: Path, tmp_path: Path) -> None:
    name = str(page.relative_to(ROOT))

    for block in rules_files():
        if block.page != name:
            continue
        assert yaml.safe_load(block.text) is not None, f"{name}:{block.line}: empty"
        if MARK.match(block.above):
            continue
        path = tmp_path / f"line-{block.line}.yaml"
        path.write_text(block.text, encoding="utf-8")
        try:
            config.load(path, environ={}, require_secrets=False)
        except RulesError as error:
            pytest.fail(f"{name}:{block.line}: {error}")


def test_a_block_is_found_with_the_line_above_it() -> None:
    page = "<!-- not rules.yaml: such -->\n\n```yaml\na: 1\n```\n\ntext\n```sh\nwatcher run\n```\n"

    marked, shell = blocks(page)

    assert MARK.match(marked.above)
    assert (marked.info, marked.text) == ("yaml", "a: 1\n")
    assert (shell.info, shell.above) == ("sh", "text")


def test_only_typed_lines_of_a_console_block_are_commands() -> None:
    page = "```console\n$ watcher status\nwatcher is fine\n```\nand `watcher feeds list`\n"

    assert list(command_lines(page)) == ["watcher status", "watcher feeds list"]


@pytest.mark.parametrize(
    ("line", "calls"),
    [
        ("python3 -m venv .venv && .venv/bin/watcher demo", [["demo"]]),
        ("watcher parse - < feed.xml | head", [["parse", "-"]]),
        ("WATCHER_STATE=/tmp/s watcher --json status # all", [["--json", "status"]]),
        ("pip install watcher", []),
        ("journalctl -u watcher -f", []),
        ("sudo install -d -o watcher /var/lib/watcher", []),
        ("sudo -u watcher /opt/watcher/bin/watcher check", [["check"]]),
        ("uv run watcher demo; watcher once", [["demo"], ["once"]]),
        ("sudo systemctl restart watcher.service", []),
    ],
)
def test_calls_are_found_in_a_shell_line(line: str, calls: list[list[str]]) -> None:
    assert list(watcher_calls(line)) == calls


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ("watcher demo", []),
        ("watcher --rules my.yaml feeds list", []),
        (r"watcher rules list\|schema", []),
        ("watcher rules list|sing", ["rules: no command 'sing'"]),
        ("watcher dance", ["watcher: no command 'dance'"]),
        ("watcher once --slowly", ["once: no option --slowly"]),
    ],
)
def test_a_command_or_option_that_is_not_there_is_found(line: str, wrong: list[str]) -> None:
    [call] = watcher_calls(line)

    assert faults(call) == wrong
