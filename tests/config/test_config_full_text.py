"""A feed that is to be read in full needs an extra; rules.yaml says so before the daemon does."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

CHECK = """
import sys
from pathlib import Path
from watcher import config
{before}
for warning in config.load(Path(sys.argv[1]), environ={{}}).warnings:
    print(warning)
"""
WITHOUT = 'sys.modules["trafilatura"] = None'
RULES = (
    "channels: {desk: 'json://example.org/'}\n"
    "feeds:\n"
    "  - https://a.example/rss\n"
    "  - {url: https://b.example/rss, full_text: %s}\n"
    "  - {url: https://c.example/rss, full_text: %s}\n"
    "defaults: {notify: [desk]}\n"
    "rules:\n  - {name: Atajurt, find: Atajurt}\n"
)


def warnings(folder: Path, full_text: str, before: str) -> list[str]:
    file = folder / "rules.yaml"
    file.write_text(RULES % (full_text, full_text), encoding="utf-8")
    ran = subprocess.run(
        [sys.executable, "-c", CHECK.format(before=before), str(file)],
        capture_output=True,
        text=True,
        check=True,
    )
    return ran.stdout.splitlines()


@pytest.mark.parametrize("full_text", ["always", "when-near"])
def test_full_text_without_its_extra_is_warned_of_once_with_the_mend(
    tmp_path: Path, full_text: str
) -> None:
    [warning] = warnings(tmp_path, full_text, WITHOUT)

    assert "rules.yaml:4:11:" in warning
    assert "pip install trafilatura lxml-html-clean" in warning


def test_full_text_with_its_extra_and_no_full_text_without_it_are_fine(tmp_path: Path) -> None:
    assert warnings(tmp_path, "always", "") == []
    assert warnings(tmp_path, "never", WITHOUT) == []
