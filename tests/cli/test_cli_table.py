"""Tables fit the terminal, and the headline is read in words."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console
from support.cli_state import ALERT, AT, FIRST, PARKED, fill

from watcher.cli.table import lay_out
from watcher.cli.words import clean
from watcher.core.model import AlertId, ArticleId
from watcher.store import open_store

LATIN = "Activists detained in Almaty after presenting interviews with former detainees"
HAN = "警方在阿拉木图拘留了一名维吾尔权利活动人士并搜查了他的办公室和住所，随后将其带走"
LINES = st.text(st.characters(exclude_categories=("C", "Z", "M")), max_size=60)


def table(
    heads: Sequence[str],
    *rows: Sequence[str],
    width: int | None,
    elastic: Sequence[str] = (),
    spare: Sequence[str] = (),
) -> list[str]:
    cells = [[(text, "") for text in row] for row in rows]
    lines = lay_out(
        Console(width=width or 80), heads, cells, width=width, elastic=elastic, spare=spare
    )
    return [line.plain for line in lines]


@given(st.lists(st.tuples(LINES, LINES, LINES, LINES), max_size=5), st.integers(20, 130))
def test_no_line_is_wider_than_the_terminal(
    rows: list[tuple[str, str, str, str]], width: int
) -> None:
    heads = ("alert", "rules", "outlet", "headline")

    lines = table(heads, *rows, width=width, elastic=["rules", "outlet"])

    assert all(cell_len(line) <= width for line in lines)


def test_what_is_piped_is_not_cut() -> None:
    [_, row] = table(("id", "outlet", "headline"), ("1", "x" * 200, LATIN * 5), width=None)

    assert row == f"1   {'x' * 200}  {LATIN * 5}"


def test_elastic_columns_are_cut_before_the_headline_moves() -> None:
    [head, row, *_] = table(
        ("id", "outlet", "headline"), ("1", "x" * 40, LATIN), width=60, elastic=["outlet"]
    )

    assert head.endswith("  headline")
    assert "x…  Activists detained" in row


def test_a_headline_without_room_stands_below() -> None:
    lines = table(("id", "detail of it", "headline"), ("1", "x" * 40, LATIN), width=60)

    assert lines[:2] == ["id  detail of it", "    headline"]
    assert lines[2].startswith("1   xxxx")
    assert lines[3].startswith("    Activists detained in Almaty")


@pytest.mark.parametrize("width", [60, 90])
def test_an_address_is_never_broken_where_it_fits_on_a_line(width: int) -> None:
    address = "https://news.example/kazakhstan/feeds/all/articles.xml"

    lines = table(("feed", "detail"), ("x" * 30, f"{address} · gone for good"), width=width)

    assert any(address in line for line in lines)


@pytest.mark.parametrize(
    ("width", "shown"),
    [
        (None, ["feed", "state", "asked", "ms", "detail"]),
        (120, ["feed", "state", "asked", "ms", "detail"]),
        (44, ["feed", "state", "asked"]),
        (40, ["feed", "state"]),
    ],
)
def test_what_can_be_spared_goes_before_a_name_is_cut_beyond_reading(
    width: int | None, shown: list[str]
) -> None:
    heads = ("feed", "state", "asked", "ms", "detail")
    row = ("Human Rights in Central Asia", "server-error", "per 2 h", "1234", LATIN)

    lines = table(heads, row, width=width, elastic=["feed"], spare=["ms", "asked"])

    assert lines[0].split() == shown
    assert any("Human Rights in Cen" in line and "server-error" in line for line in lines)


def on_terminal(columns: int, *args: str, folder: Path) -> list[str]:
    """What `watcher args` shows on a terminal of so many columns."""
    screen, keyboard = pty.openpty()
    fcntl.ioctl(keyboard, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    environ = {key: value for key, value in os.environ.items() if key not in {"COLUMNS", "LINES"}}
    with subprocess.Popen(
        [sys.executable, "-m", "watcher", "--no-color", *args],
        cwd=folder,
        stdout=keyboard,
        stderr=keyboard,
        env=environ | {"TERM": "xterm"},  # a "dumb" one counts as 80 columns wide
    ):
        os.close(keyboard)
        shown = b""
        try:
            while part := os.read(screen, 65_536):
                shown += part
        except OSError:  # so a terminal of Linux says that nobody writes any more
            pass
        os.close(screen)
    return re.sub(r"\x1b\[[\d;]*m", "", shown.decode()).splitlines()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = fill(tmp_path_factory.mktemp("monitor"))
    store = open_store(folder / "state", now=AT)
    with store.write() as tx:
        for number, title in enumerate((LATIN, HAN)):
            article = replace(FIRST, id=ArticleId(f"a{number}"), key=f"k{number}", title=title)
            alert = replace(
                ALERT,
                id=AlertId(f"{number}f2a9c01aa00bb11"),
                article=article.id,
                rules=("Activists detained", "Serikzhan Bilash"),
            )
            tx.add_articles((article,), contents={article.id: title})
            tx.add_alerts((alert,))
    store.close()
    return folder


@pytest.mark.parametrize("columns", [80, 100])
def test_a_headline_on_a_terminal_keeps_its_words_and_its_room(folder: Path, columns: int) -> None:
    lines = on_terminal(columns, "alerts", "list", folder=folder)

    assert all(cell_len(line) <= columns for line in lines)
    words = {word for line in lines for word in line.split()}
    assert set(clean(LATIN).split()) <= words
    han = max(lines, key=lambda line: sum(letter in HAN for letter in line))
    assert sum(letter in HAN for letter in han) >= 13


def test_an_id_that_is_to_be_typed_stays_whole_on_a_narrow_terminal(folder: Path) -> None:
    lines = on_terminal(60, "deliveries", "list", folder=folder)

    assert all(cell_len(line) <= 60 for line in lines)
    assert f"{PARKED.id[:8]}  {PARKED.alert[:8]}  desk" in "\n".join(lines)
