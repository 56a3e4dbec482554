"""Global options, times, and text that can't steer a terminal."""

from __future__ import annotations

import contextlib
import unicodedata
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.cli_run import watcher

from watcher.cli.common import Call, since
from watcher.cli.options import Options
from watcher.cli.words import ago, clean, dumps, duration, nearest, one_line
from watcher.core.errors import UsageError

AT = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


# --- options -------------------------------------------------------------------------------------


def test_the_later_option_wins_over_the_earlier_one_and_the_environment() -> None:
    environ = {"WATCHER_RULES": "env.yaml", "WATCHER_STATE": "env"}

    options = Options.merged({"rules": Path("a")}, {"rules": Path("b")}, environ=environ)

    assert (options.rules, options.state) == (Path("b"), Path("env"))
    assert options.rules_given


def test_an_empty_variable_is_as_good_as_none() -> None:
    options = Options.merged(environ={"WATCHER_RULES": "", "WATCHER_DATABASE_URL": ""})

    assert (options.rules, options.rules_given) == (Path("rules.yaml"), False)
    assert options.database_url is None


@pytest.mark.parametrize(
    ("given", "verbose"),
    [(({"verbose": 1}, {"verbose": 1}), 2), (({"quiet": 1}, {}), -1), (({}, {}), 0)],
)
def test_verbosity_adds_up(given: tuple[dict[str, int], ...], verbose: int) -> None:
    assert Options.merged(*given, environ={}).verbose == verbose


def test_no_color_is_honoured_from_the_environment_and_the_line() -> None:
    assert not Options.merged(environ={"NO_COLOR": "1"}).color
    assert not Options.merged({"no_color": True}, environ={}).color
    assert Options.merged(environ={}).color


@pytest.mark.parametrize("order", [("--json", "status"), ("status", "--json")])
def test_global_options_may_stand_on_either_side(tmp_path: Path, order: tuple[str, ...]) -> None:
    ran = watcher(*order, "--state", tmp_path / "none", cwd=tmp_path)

    assert ran.code == 4


# --- times ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90s", 90), ("30m", 1800), ("72h", 259_200), ("7d", 604_800), ("1.5h", 5400), (" 2W ", None)],
)
def test_durations_are_read(text: str, seconds: int | None) -> None:
    assert duration(text) == timedelta(seconds=seconds or 1_209_600)


@pytest.mark.parametrize("text", ["", "7", "d", "-1d", "0h", "nand", "infd", "1e99d", "7 days ago"])
def test_what_is_no_duration_is_wrong_use(text: str) -> None:
    with pytest.raises(UsageError, match="no duration"):
        duration(text)


@given(st.text(max_size=12))
def test_any_text_is_a_duration_or_wrong_use(text: str) -> None:
    with contextlib.suppress(UsageError):
        assert duration(text) > timedelta(0)


def test_a_date_is_midnight_in_the_persons_time_zone(tmp_path: Path) -> None:
    call = Call(Options(rules=tmp_path / "none.yaml"))

    assert since("2026-11-01", call) == datetime(2026, 11, 1, tzinfo=UTC)
    assert since("2026-11-01T03:00+05:00", call) == datetime(2026, 10, 31, 22, tzinfo=UTC)


@pytest.mark.parametrize(
    ("before", "words"),
    [
        (timedelta(seconds=5), "5 s"),
        (timedelta(minutes=5), "5 min"),
        (timedelta(hours=3), "3 h"),
        (timedelta(days=12), "12 d"),
        (timedelta(minutes=-5), "in 5 min"),
    ],
)
def test_ages_have_one_unit(before: timedelta, words: str) -> None:
    assert ago(AT - before, AT) == words


# --- text ----------------------------------------------------------------------------------------


@given(st.text())
def test_nothing_that_is_printed_steers_the_terminal(text: str) -> None:
    left = clean(text)

    assert all(letter == "\n" or unicodedata.category(letter) != "Cc" for letter in left)
    assert not set(left) & set("\u202a\u202b\u202d\u202e\u2066\u2067\u2068\u2069")


@given(st.text(), st.integers(2, 80))
def test_one_line_is_one_line_and_fits(text: str, width: int) -> None:
    line = one_line(text, width)
    columns = sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in line)

    assert "\n" not in line
    assert columns <= width


def test_letters_of_every_script_stay_as_they_are_in_json() -> None:
    assert dumps({"title": "Серікжан 新疆"}) == '{"title": "Серікжан 新疆"}'


def test_the_nearest_name_is_offered() -> None:
    assert nearest("newsrom", ["desk", "newsroom"]) == ' Did you mean "newsroom"?'
    assert nearest("xyz", ["desk"]) == ""
