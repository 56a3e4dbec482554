"""docs/politeness.md names the tests of each rule, and the tests name their rule."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from pathlib import Path

TESTS = Path(__file__).parents[1]
TABLE = TESTS.parent / "docs" / "politeness.md"
HERE = Path(__file__).parent
RULES = range(1, 29)


def rows() -> dict[int, set[str]]:
    """Return the tests that the table names for each rule."""
    found = {}
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 4 and cells[0].isdigit():
            found[int(cells[0])] = set(re.findall(r"`(test_\w+)`", cells[3]))
    return found


def documented(folder: Path) -> dict[str, str]:
    """Return the docstring of each test function under `folder`."""
    found = {}
    for path in folder.rglob("test_*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                found[node.name] = ast.get_docstring(node) or ""
    return found


def test_every_rule_has_a_test_that_exists() -> None:
    named, there = rows(), documented(TESTS)

    assert list(named) == list(RULES)
    assert all(named.values())
    assert [name for names in named.values() for name in names if name not in there] == []


def test_every_test_of_a_rule_stands_in_the_row_of_its_rule() -> None:
    by_rule: dict[int, set[str]] = defaultdict(set)
    for name, words in documented(HERE).items():
        for number in re.findall(r"^Rule (\d+)\.", words):
            by_rule[int(number)].add(name)
    here = documented(HERE)
    table = {rule: {name for name in names if name in here} for rule, names in rows().items()}

    assert by_rule == {rule: names for rule, names in table.items() if names}
