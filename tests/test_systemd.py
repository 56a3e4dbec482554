"""The units must load in systemd, start the daemon, and allow it no more than it needs."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SYSTEM = ROOT / "systemd" / "watcher.service"
USER = ROOT / "systemd" / "user" / "watcher.service"


def settings(unit: Path) -> dict[str, list[str]]:
    """Every "section.Key" of a unit with its values, in order."""
    found: dict[str, list[str]] = {}
    section = ""
    for line in unit.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            section = line.strip("[]")
        elif line and not line.startswith(("#", ";")):
            key, equals, value = line.partition("=")
            assert equals, line
            found.setdefault(f"{section}.{key}", []).append(value)
    return found


@pytest.mark.parametrize("unit", [SYSTEM, USER], ids=["system", "user"])
def test_systemd_understands_the_unit(unit: Path, tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed: the unit is only parsed here")
    program = tmp_path / "watcher"
    program.write_text("#!/bin/sh\n", encoding="utf-8")
    program.chmod(0o755)
    start = settings(unit)["Service.ExecStart"][0].partition(" ")[0]
    copy = tmp_path / "watcher.service"
    copy.write_text(unit.read_text(encoding="utf-8").replace(start, str(program)), encoding="utf-8")

    run = subprocess.run(
        ["systemd-analyze", "verify", copy], capture_output=True, text=True, check=False, timeout=60
    )

    assert (run.returncode, run.stderr) == (0, "")


@pytest.mark.parametrize("unit", [SYSTEM, USER], ids=["system", "user"])
def test_the_unit_starts_the_daemon_watches_it_and_brings_it_back(unit: Path) -> None:
    have = settings(unit)

    assert have["Service.ExecStart"][0].endswith("/watcher run")
    assert have["Service.Type"] == ["notify"]
    assert have["Service.Restart"] == ["always"]
    assert int(have["Service.WatchdogSec"][0]) >= 60  # the program speaks every ten seconds
    assert int(have["Service.TimeoutStopSec"][0]) > 20  # what the program may take to stop
    assert have["Service.ExecReload"] == ["/bin/kill -HUP $MAINPID"]
    assert have["Unit.StartLimitIntervalSec"] == ["0"]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("ProtectSystem", "strict"),
        ("ProtectHome", "yes"),
        ("NoNewPrivileges", "yes"),
        ("CapabilityBoundingSet", ""),
        ("PrivateTmp", "yes"),
        ("PrivateDevices", "yes"),
        ("ProtectKernelTunables", "yes"),
        ("RestrictNamespaces", "yes"),
        ("StateDirectory", "watcher"),
        ("StateDirectoryMode", "0700"),
        ("UMask", "0077"),
        ("User", "watcher"),
    ],
)
def test_the_service_of_the_machine_may_do_no_more_than_it_needs(key: str, value: str) -> None:
    assert settings(SYSTEM)[f"Service.{key}"] == [value]


def test_the_unit_reads_the_rules_and_state_that_its_comments_name() -> None:
    environment = settings(SYSTEM)["Service.Environment"]

    assert "WATCHER_RULES=/etc/watcher/rules.yaml" in environment
    assert "WATCHER_STATE=/var/lib/watcher" in environment
