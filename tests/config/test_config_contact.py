"""Who publishers may ask: a page or a mail address, and nothing that is neither."""

from __future__ import annotations

from pathlib import Path

import pytest

from watcher import config
from watcher.core.errors import RulesError


def load(folder: Path, contact: str) -> str:
    file = folder / "rules.yaml"
    file.write_text(f"contact: {contact}\nrules: [{{name: Atajurt, find: Atajurt}}]\n")
    return config.load(file, environ={}).contact


@pytest.mark.parametrize(
    ("written", "contact"),
    [
        ("https://watch.example.org/about", "https://watch.example.org/about"),
        ("desk@watch.example.org", "desk@watch.example.org"),
        ("mailto:desk+feeds@watch.example.org", "desk+feeds@watch.example.org"),
    ],
)
def test_a_contact_is_a_page_or_a_mail_address(tmp_path: Path, written: str, contact: str) -> None:
    assert load(tmp_path, written) == contact


@pytest.mark.parametrize(
    "written",
    [
        "the desk",
        "desk@localhost",
        "'desk@watch.example.org (urgent)'",
        "watch.example.org",
        "a@@b.c",
    ],
)
def test_what_is_neither_is_a_mistake_that_names_both(tmp_path: Path, written: str) -> None:
    with pytest.raises(RulesError, match=r"desk@example\.org or https://example\.org/about"):
        load(tmp_path, written)


def test_a_page_in_ones_own_network_tells_nobody_anything(tmp_path: Path) -> None:
    with pytest.raises(RulesError, match="where nobody reaches it"):
        load(tmp_path, "http://192.168.1.5/about")
