"""alerts ack, mute, unmute."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from support.cli_run import watcher
from support.cli_state import ALERT, FIRST, fill


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return fill(tmp_path)


def test_an_alert_is_acknowledged_once_and_shown_so(folder: Path) -> None:
    first = watcher("alerts", "ack", ALERT.id[:8], "--by", "Aigul", cwd=folder)
    second = watcher("alerts", "ack", ALERT.id, "--by", "Bolat", cwd=folder)
    shown = watcher("alerts", "show", ALERT.id, "--json", cwd=folder).row

    assert (first.code, second.code) == (0, 0)
    assert "was acknowledged by Aigul" in second.out
    assert shown["acked_by"] == "Aigul"
    assert "acknowledged by Aigul" in watcher("alerts", "show", ALERT.id, cwd=folder).out


def test_an_unknown_key_is_no_alert(folder: Path) -> None:
    ran = watcher("alerts", "ack", "ffff0000", cwd=folder)

    assert (
        ran.code,
        "no alert has the key" in ran.said or "no alert has this key" in ran.said,
    ) == (
        1,
        True,
    )


@pytest.mark.parametrize(
    ("option", "name", "kind", "what"),
    [
        ("--rule", "Camps", "rule", "Camps"),
        ("--feed", "Steppe Post", "feed", "https://steppe.example/rss"),
        ("--story", FIRST.id[:8], "story", FIRST.id),
    ],
)
def test_a_rule_a_feed_or_a_story_is_muted_and_unmuted(
    folder: Path, option: str, name: str, kind: str, what: str
) -> None:
    muted = watcher("alerts", "mute", option, name, "--until", "8h", cwd=folder)
    rows = watcher("alerts", "mute", "--json", cwd=folder).rows
    status = watcher("status", cwd=folder).out
    again = watcher("alerts", "unmute", option, name, cwd=folder)
    gone = watcher("alerts", "unmute", option, name, cwd=folder)

    assert (muted.code, again.code, gone.code) == (0, 0, 1)
    assert [(row["kind"], row["what"]) for row in rows] == [(kind, what)]
    assert rows[0]["until"]
    assert re.search(rf"muted     {kind} .+ until \d{{4}}-\d\d-\d\d \d\d:\d\d", status)
    assert "is not muted" in gone.said


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (("mute", "--rule", "Camp"), 'no rule is called "Camp". Did you mean "Camps"?'),
        (("mute", "--rule", "Camps", "--until", "soon"), '"soon" is neither a time from now'),
        (("mute", "--rule", "Camps", "--until", "2020-01-01"), "2020-01-01 is over already"),
        (("mute", "--until", "8h"), "say what to mute"),
        (("mute", "--rule", "Camps", "--story", "a1"), "name one thing"),
        (("unmute",), "name one thing"),
    ],
)
def test_wrong_use_is_said_with_the_mend(folder: Path, args: tuple[str, ...], words: str) -> None:
    ran = watcher("alerts", *args, cwd=folder)

    assert ran.code == 2
    assert words in ran.said


def test_a_muted_rule_that_left_the_rules_can_be_unmuted(folder: Path) -> None:
    watcher("alerts", "mute", "--rule", "Camps", cwd=folder)
    rules = folder / "rules.yaml"
    rules.write_text(rules.read_text().replace("name: Camps", "name: Other"))

    assert watcher("alerts", "unmute", "--rule", "Camps", cwd=folder).code == 0
    assert watcher("alerts", "mute", cwd=folder).out.strip() == "nothing is muted"
