"""The core decides and touches nothing: no clock, no file, no chance, no printing.

import-linter forbids the modules (test_contracts.py); this reads the source for what needs no
import, or comes with an import that is allowed: `datetime.now()`, `open()`, `print()`.
"""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
CORE = sorted((ROOT / "watcher" / "core").rglob("*.py"))

CALLS = frozenset(
    {
        "open", "print", "input", "breakpoint", "exec", "eval", "compile", "__import__",
        "hash",  # of a str it differs from process to process
    }
)  # fmt: skip
METHODS = frozenset(
    {"now", "today", "utcnow", "monotonic", "perf_counter", "time_ns", "read_text", "write_text"}
)
MODULES = frozenset(
    {
        "aiohttp", "alembic", "apprise", "apscheduler", "asyncio", "builtins", "concurrent",
        "ctypes", "feedparser", "fileinput", "glob", "http", "importlib", "io", "logging",
        "multiprocessing", "numpy", "os", "pathlib", "pydantic", "queue", "random", "requests",
        "rich", "secrets", "select", "shutil", "signal", "socket", "sqlalchemy", "sqlite3",
        "sqlmodel", "ssl", "subprocess", "sys", "tempfile", "threading", "time", "typer",
        "urllib.request", "uuid", "warnings", "yaml",
    }
)  # fmt: skip


def impurities(source: str) -> list[str]:
    """Return every touch of the world in `source`, as "line: what"."""
    found = [
        (getattr(node, "lineno", 0), what)
        for node in ast.walk(ast.parse(source))
        for what in touches(node)
    ]
    return [f"{line}: {what}" for line, what in sorted(set(found))]


def touches(node: ast.AST) -> list[str]:
    match node:
        case ast.Import(names=names):
            return [f"import {name.name}" for name in names if forbidden(name.name)]
        case ast.ImportFrom(module=str(module), names=names, level=0):
            wholes = [module, *(f"{module}.{name.name}" for name in names)]
            return [f"import {whole}" for whole in wholes if forbidden(whole)][:1]
        case ast.Call(func=ast.Name(id=name)) if name in CALLS:
            return [f"{name}()"]
        case ast.Attribute(value=ast.Name(id="time"), attr="time"):
            return ["time.time"]
        case ast.Call(func=ast.Attribute(attr=name)) if name in METHODS:
            return [f".{name}"]
        case ast.Attribute(value=owner, attr=name) if name in METHODS:
            # `clock = datetime.now` is the same thing later; `facts.now` is a value
            whole = ast.unparse(owner).rpartition(".")[2]
            return [f".{name}"] if whole in {"datetime", "date", "dt"} else []
        case ast.Global():
            return [f"global {', '.join(node.names)}"]
    return []


def forbidden(module: str) -> bool:
    return module in MODULES or module.partition(".")[0] in MODULES


@pytest.mark.parametrize("path", CORE, ids=lambda path: str(path.relative_to(ROOT)))
def test_the_core_touches_nothing(path: Path) -> None:
    assert impurities(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("source", "what"),
    [
        ("from datetime import datetime\nat = datetime.now()", "2: .now"),
        ("import datetime as dt\nat = dt.datetime.now(dt.UTC)", "2: .now"),
        ("from datetime import date\nday = date.today()", "2: .today"),
        ("from datetime import datetime\nat = datetime.utcnow()", "2: .utcnow"),
        ("from datetime import datetime\n\nclock = datetime.now", "3: .now"),
        ("text = open('rules.yaml').read()", "1: open()"),
        ("def fold(text):\n    print(text)\n    return text", "2: print()"),
        ("name = input()", "1: input()"),
        ("import random", "1: import random"),
        ("from random import choice", "1: import random"),
        ("import time\nat = time.time()", "1: import time"),
        ("import time\nat = time.time()", "2: time.time"),
        ("from time import monotonic", "1: import time"),
        ("import os.path", "1: import os.path"),
        ("import urllib.request", "1: import urllib.request"),
        ("from urllib import request", "1: import urllib.request"),
        ("def later():\n    import asyncio", "2: import asyncio"),
        ("def count():\n    global seen\n    seen += 1", "2: global seen"),
        ("def key(text):\n    return hash(text)", "2: hash()"),
        ("def load(path):\n    return path.read_text()", "2: .read_text"),
    ],
)
def test_a_planted_touch_of_the_world_is_found(source: str, what: str) -> None:
    assert what in impurities(source)


@pytest.mark.parametrize(
    "source",
    [
        "from datetime import datetime, time\n\nnoon = time(12, 0)",
        "from urllib.parse import urlsplit",
        "def due(now, every):\n    return now + every",
        "def due(facts):\n    return facts.now",
        "import re\n\nWORD = re.compile('a')",
        "def hashes(rows):\n    return rows.time",
    ],
)
def test_what_needs_no_world_is_let_be(source: str) -> None:
    assert impurities(source) == []


HEAVY = (
    "aiohttp", "aiosmtpd", "alembic", "apprise", "apscheduler", "feedparser", "pydantic",
    "ruamel", "sqlalchemy", "sqlmodel", "yaml",
)  # fmt: skip
ASK_FOR_HELP = """
import json, resource, sys
sys.argv[:] = ["watcher", "--help"]
MAIN
try:
    code = main()
except SystemExit as end:
    code = end.code
used = resource.getrusage(resource.RUSAGE_SELF)
modules = sorted({name.partition(".")[0] for name in sys.modules})
facts = {"code": code or 0, "modules": modules, "cpu": used.ru_utime + used.ru_stime}
print("\\0" + json.dumps(facts))
"""


SMALLEST = """
import typer
main = typer.Typer()
main.command()(lambda: None)
main.command("demo")(lambda: None)
"""


@dataclass(frozen=True, slots=True)
class Answer:
    code: int
    text: str
    modules: frozenset[str]
    cpu: float
    """Seconds."""


def ask_for_help(main: str = "from watcher.cli import main") -> Answer:
    run = subprocess.run(
        [sys.executable, "-c", ASK_FOR_HELP.replace("MAIN", main)],
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
        timeout=60,
    )
    text, nul, measured = run.stdout.partition("\0")
    assert nul, run.stderr
    facts = json.loads(measured)
    return Answer(facts["code"], text, frozenset(facts["modules"]), facts["cpu"])


@pytest.fixture(scope="module")
def answers() -> list[Answer]:
    # The first run may have to write the bytecode, which a second one need not
    return [ask_for_help(), ask_for_help()]


def test_help_is_answered(answers: list[Answer]) -> None:
    for answer in answers:
        assert answer.code == 0
        assert "watcher" in answer.text
        assert "demo" in answer.text


def test_help_loads_nothing_heavy(answers: list[Answer]) -> None:
    for answer in answers:
        assert "watcher" in answer.modules
        assert answer.modules.isdisjoint(HEAVY)


def test_help_takes_little_more_than_the_help_of_the_smallest_program_of_its_kind() -> None:
    # Seconds say more of the machine than of the program, so its peer is asked in turns with it.
    turns = [(ask_for_help().cpu, ask_for_help(SMALLEST).cpu) for _ in range(6)]

    ours, smallest = (min(spent) for spent in zip(*turns, strict=True))
    assert ours < 2 * smallest
