"""The rules.yaml that `watcher init` writes; the one at the top of the project is the same."""

from __future__ import annotations

from pathlib import Path


def starter() -> str:
    """Return the text of the shipped rules.yaml."""
    return (Path(__file__).parent / "rules.yaml").read_text(encoding="utf-8")
