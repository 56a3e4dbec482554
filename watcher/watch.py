"""The story of one article, top to bottom: poll a feed, judge what is new, drain the outbox."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the command line says about where things are and how to print."""

    rules: Path = Path("rules.yaml")
    state: Path = Path("state")
    database_url: str | None = None
    json: bool = False
    verbose: int = 0
    color: bool = True
