"""run, once and demo as processes: what cron, systemd and a curious person see."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.cli_run import watcher
from support.cli_site import Site, served

PROGRAM = [sys.executable, "-m", "watcher"]
ONCE = {
    "polled", "not_modified", "failed", "items_new", "stories_new", "copies", "matches", "alerts",
    "delivered", "held", "waiting", "parked", "pages", "pages_failed",
}  # fmt: skip


@pytest.fixture
def site() -> Iterator[Site]:
    with served() as running:
        yield running


def write_rules(folder: Path, at: str, *paths: str) -> None:
    feeds = "".join(f'  - {{url: "http://{at}{path}", private: true}}\n' for path in paths)
    (folder / "rules.yaml").write_text(
        f"channels: {{desk: 'json://{at}/ok'}}\nfeeds:\n{feeds}"
        "defaults: {notify: [desk]}\nrules:\n  - {name: Courts, find: суд}\n"
    )


def run(folder: Path, *args: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*PROGRAM, *args], cwd=folder, capture_output=True, text=True, timeout=60, check=False
    )


def test_once_polls_alerts_and_counts(tmp_path: Path, site: Site) -> None:
    at, posts = site.at, site.posts
    write_rules(tmp_path, at, "/good")

    first = run(tmp_path, "once", "--json")
    again = run(tmp_path, "once", "--all", "--json")

    assert (first.returncode, first.stderr) == (0, "")
    counts = json.loads(first.stdout)
    assert set(counts) == ONCE
    assert (counts["polled"], counts["items_new"], counts["matches"]) == (1, 1, 1)
    assert counts["delivered"] >= 1
    assert posts
    assert json.loads(again.stdout)["items_new"] == 0
    status = watcher("status", "--json", cwd=tmp_path).row
    assert (status["running"], status["alerts"]) == (False, 1)


def test_once_says_what_waits_to_be_tried_again(tmp_path: Path, site: Site) -> None:
    write_rules(tmp_path, site.at, "/good")
    rules = tmp_path / "rules.yaml"
    rules.write_text(rules.read_text().replace("/ok", "/broken"))

    ran = run(tmp_path, "once")

    assert ran.stdout == (
        "1 feed polled, 1 new item, 1 new story, 1 match, 1 alert, 1 waiting to be tried again\n"
    )


def test_once_with_a_feed_that_fails_is_exit_code_1(tmp_path: Path, site: Site) -> None:
    write_rules(tmp_path, site.at, "/none", "/good")

    ran = run(tmp_path, "once")

    assert ran.returncode == 1
    assert "2 feeds polled, 1 failed" in ran.stdout
    assert "Traceback" not in ran.stderr


def test_once_for_a_feed_that_is_not_there_is_wrong_use(tmp_path: Path, site: Site) -> None:
    write_rules(tmp_path, site.at, "/good")

    ran = run(tmp_path, "once", "--feed", "Nobody")

    assert ran.returncode == 2
    assert "Nobody" in ran.stderr


def test_the_daemon_is_seen_by_status_and_stops_when_told(tmp_path: Path, site: Site) -> None:
    at, posts = site.at, site.posts
    write_rules(tmp_path, at, "/good")
    with subprocess.Popen(
        [*PROGRAM, "run"], cwd=tmp_path, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr
        for line in process.stderr:
            if "watching" in line:
                break
        status = watcher("status", "--json", cwd=tmp_path).row
        second = run(tmp_path, "run")
        process.send_signal(signal.SIGTERM)
        process.stderr.read()
        process.wait(timeout=20)

    assert status["running"]
    assert str(process.pid) in status["worker"]
    assert process.returncode == 0
    assert second.returncode == 4
    assert "another watcher" in second.stderr
    assert isinstance(posts, list)


def test_the_demo_shows_the_whole_job(tmp_path: Path) -> None:
    ran = run(tmp_path, "demo")

    assert ran.returncode == 0, ran.stderr
    assert "Traceback" not in ran.stderr
    assert not list(tmp_path.iterdir())
