"""A person in a hurry gets one plain line and the right exit code, never a traceback."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from support.cli_run import watcher

PROGRAM = [sys.executable, "-m", "watcher"]

GOOD_RULES = """\
channels:
  screen: json://127.0.0.1:9/
feeds:
  - {url: "https://example.org/feed", name: Example}
defaults: {notify: [screen]}
rules:
  - name: Atajurt
    find: Atajurt
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with good rules, and no state yet."""
    (tmp_path / "rules.yaml").write_text(GOOD_RULES)
    return tmp_path


WRONG = [
    (["status"], 4, "no state in state/ yet"),
    (["alerts", "list"], 4, "no state in state/ yet"),
    (["alerts", "show", "abc1"], 4, "no state in state/ yet"),
    (["stories", "list"], 4, "no state in state/ yet"),
    (["deliveries", "list"], 4, "no state in state/ yet"),
    (["why", "https://example.org/1"], 4, "no state in state/ yet"),
    (["status", "--state", "rules.yaml"], 4, "rules.yaml is a file"),
    (["check", "nowhere.yaml"], 2, "nowhere.yaml: there is no such file"),
    (["check", "."], 2, "is a folder"),
    (["run", "--rules", "nowhere.yaml"], 2, "there is no such file"),
    (["once", "--rules", "nowhere.yaml"], 2, "there is no such file"),
    (["match", "nowhere.jsonl"], 2, "nowhere.jsonl: there is no such file"),
    (["match", "."], 2, ". is a folder, not a file"),
    (["match", "--terms", "nowhere.jsonl"], 2, "nowhere.jsonl: there is no such file"),
    (["match", "-", "--terms", "-"], 2, "only one"),
    (["dedup", "nowhere.jsonl"], 2, "there is no such file"),
    (["dedup", "--window", "soon"], 2, '"soon" is no duration'),
    (["parse", "nowhere.xml"], 2, "there is no such file"),
    (["parse", "rules.yaml"], 1, "rules.yaml"),
    (["parse", "http://[::1"], 1, "bad-url"),
    (["parse", ""], 2, "is empty"),
    (["notify", "test", "scren"], 2, 'Did you mean "screen"?'),
    (["rules", "test", "Atajrt"], 2, 'Did you mean "Atajurt"?'),
    (["why", "Some words", "--rule", "Atajrt"], 2, 'Did you mean "Atajurt"?'),
    (["why", "  "], 2, "give a key"),
    (["packs", "show", "nothing"], 2, "no pack"),
    (["feeds", "add", "steppe"], 2, "has no https:// in front"),
    (["feeds", "add", "ftp://example.org/feed"], 2, "neither http:// nor https://"),
    (["feeds", "remove", "Exmple"], 2, 'Did you mean "Example"?'),
    (["feeds", "check", "Exmple"], 2, 'Did you mean "Example"?'),
    (["feeds", "import", "nowhere.opml"], 2, "there is no such file"),
    (["feeds", "export", "rules.yaml"], 2, "exists"),
    (["deliveries", "retry"], 2, "--all"),
    (["init", "rules.yaml"], 2, "is a file"),
    (["statos"], 2, 'no command is called "statos". Did you mean "watcher status"?'),
    (["feeds", "lst"], 2, 'Did you mean "watcher feeds list"?'),
    (["feeds", "rm"], 2, 'Did you mean "watcher feeds remove"?'),
    (["rm"], 2, 'Did you mean "watcher feeds remove"?'),
    (["help"], 2, 'Did you mean "watcher --help"?'),
    (["feeds", "help"], 2, 'Did you mean "watcher feeds --help"?'),
    (["list"], 2, '"watcher alerts list"'),
    (["zzz"], 2, 'no command is called "zzz". (help: watcher --help)'),
    (["status", "--jsno"], 2, 'no option is called "--jsno". Did you mean "--json"?'),
    (["deliveries", "list", "--in", "prked"], 2, '--in: "prked" is none of due, held,'),
    (["deliveries", "list", "--in", "prked"], 2, 'cancelled. Did you mean "parked"?'),
    (["alerts", "list", "--limit", "0"], 2, "--limit: at least 1 is expected"),
    (["alerts", "list", "--limit", "some"], 2, "--limit: a whole number is expected"),
    (["alerts", "show", "a", "b"], 2, "too many words: b"),
    (["packs", "show", "qq"], 2, 'no pack is called "qq". (watcher packs list)'),
    (["match", "--terms"], 2, "--terms: nothing stands behind it (help: watcher match --help)"),
    (["alerts", "show"], 2, "KEY is missing"),
    (["alerts", "list", "--limit", "many"], 2, "--limit"),
]


@pytest.mark.parametrize(("args", "code", "words"), WRONG, ids=lambda value: str(value)[:40])
def test_wrong_use_gets_one_plain_line(
    folder: Path, args: list[str], code: int, words: str
) -> None:
    ran = watcher(*args, cwd=folder)

    assert (ran.code, ran.out) == (code, "")
    assert words in ran.said
    assert "Traceback" not in ran.err


def test_no_rules_file_names_the_way_to_one(tmp_path: Path) -> None:
    ran = watcher("check", cwd=tmp_path)

    assert ran.code == 2
    assert "watcher init" in ran.said


def test_a_command_that_looks_makes_no_state(folder: Path) -> None:
    watcher("status", cwd=folder)

    assert not (folder / "state").exists()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_said_to_be_one(tmp_path: Path) -> None:
    locked = tmp_path / "a.jsonl"
    locked.write_text("{}")
    locked.chmod(0)

    assert "may not read" in watcher("dedup", locked).said


# --- as a process --------------------------------------------------------------------------------


def test_an_interrupt_is_130_and_one_line() -> None:
    with subprocess.Popen(
        [*PROGRAM, "dedup"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin
        assert process.stdout
        process.stdin.write('{"id": 1, "title": "Court hearing in Almaty"}\n' * 2000)
        process.stdin.flush()
        assert process.stdout.readline()  # it is at work
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)

    assert process.returncode == 130
    assert err.strip() == "watcher: interrupted"


def test_a_reader_that_has_seen_enough_is_no_error(tmp_path: Path) -> None:
    many = tmp_path / "many.jsonl"
    many.write_text('{"id": 1, "title": "Court hearing in Almaty"}\n' * 3000)
    with subprocess.Popen(
        [*PROGRAM, "dedup", str(many)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.readline()
        process.stdout.close()
        err = process.stderr.read()
        process.wait(timeout=30)

    assert (process.returncode, err) == (0, "")
