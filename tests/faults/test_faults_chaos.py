"""Killed at any moment while every target fails (F40 to F51): none lost, none twice unmarked."""

from __future__ import annotations

from pathlib import Path

from support.chaos import KEYED, chaos

KILLS = 6


def test_whatever_fails_and_whenever_it_is_killed_each_alert_arrives_and_repeats_are_marked(
    tmp_path: Path,
) -> None:
    result = chaos(tmp_path, kills=KILLS, articles=30, seed=7, destroy=False, hurry=True)

    assert {one.target: one.lost for one in result.accounts if one.lost} == {}
    assert {
        one.target: one.repeated for one in result.accounts if one.target in KEYED
    } == dict.fromkeys(KEYED, 0)
    assert sum(one.unmarked for one in result.accounts) == 0
    assert max(one.by_kills for one in result.accounts) <= KILLS
    assert result.left == 0
    assert result.audit["balanced"]
    assert (result.audit["matched"], result.audit["delivered"]) == (9, 9)
    assert result.leaked == []
    assert sum(result.injected.values()) > 0
