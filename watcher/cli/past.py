"""Articles that came in: those that are stored, or those of a file. For commands that look back."""

from typing import Annotated

import typer

from watcher.cli.lines import must_open
from watcher.core.errors import UsageError

WEEK = "7d"
"""How far a command looks back that is not told."""

Since = Annotated[
    str | None,
    typer.Option("--since", metavar="WHEN", help="An age (7d, 12h) or a date.  (default: 7d)"),
]
From = Annotated[
    str | None,
    typer.Option(
        "--from", metavar="FILE", help="Articles as JSON Lines, not those that are stored."
    ),
]


def one_of(start: str | None, source: str | None) -> None:
    """Refuse a command that asks both, and a file that can't be read."""
    if source is None:
        return
    if start is not None:
        raise UsageError("--since asks the stored articles and --from a file; give one of them")
    must_open(source)
