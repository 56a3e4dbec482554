"""audit: the sums agree, or it says where not."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from support.cli_run import watcher
from support.cli_state import FIRST, fill


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return fill(tmp_path)


def test_audit_counts_every_article_that_matched_once(folder: Path) -> None:
    ran = watcher("audit", "--json", cwd=folder)

    row = ran.row
    assert ran.code == 0, row
    assert row["balanced"]
    assert row["matched"] == sum(
        row[fate] for fate in ("delivered", "held", "folded", "muted", "parked")
    )
    assert row["parked"] == 1
    assert {"fate": "parked", "reason": "404 Not Found", "count": 1} in row["decisions"]


def test_audit_says_it_in_words(folder: Path) -> None:
    ran = watcher("audit", cwd=folder)

    assert ran.code == 0
    assert "parked     1  (404 Not Found: 1)" in ran.out
    assert "The sums agree." in ran.out


def test_audit_names_what_is_not_accounted_for(folder: Path) -> None:
    with sqlite3.connect(folder / "state" / "watcher.db") as database:
        database.execute("PRAGMA foreign_keys = OFF")
        database.execute("DELETE FROM delivery WHERE state = 'parked'")
    database.close()

    shown, told = watcher("audit", cwd=folder), watcher("audit", "--json", cwd=folder).row

    assert shown.code == 1
    assert "NOT ACCOUNTED FOR: 1" in shown.out
    assert "there is no delivery" in shown.out
    assert [one["article"] for one in told["missing"]] == [FIRST.id]
