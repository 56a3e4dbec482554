# ruff: noqa: PLC0415 - what a command needs is imported when it runs, so that --help stays light
"""The global options: the same on both sides of a command, then the environment, then defaults."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from watcher.watch import Settings

GLOBAL_PANEL = "Global options (also before the command)"

RulesOption = Annotated[
    Path | None,
    typer.Option(
        "--rules",
        metavar="FILE",
        help="The watch rules. (default: $WATCHER_RULES or rules.yaml)",
        rich_help_panel=GLOBAL_PANEL,
        show_default=False,
    ),
]
StateOption = Annotated[
    Path | None,
    typer.Option(
        "--state",
        metavar="DIR",
        help="Where the program keeps what it knows. (default: $WATCHER_STATE or state/)",
        rich_help_panel=GLOBAL_PANEL,
        show_default=False,
    ),
]
JsonOption = Annotated[
    bool,
    typer.Option(
        "--json",
        help="Print JSON on stdout, for scripts.",
        rich_help_panel=GLOBAL_PANEL,
        metavar="",
    ),
]
VerboseOption = Annotated[
    int,
    typer.Option(
        "--verbose",
        "-v",
        count=True,
        help="Say more on stderr (-vv: still more).",
        rich_help_panel=GLOBAL_PANEL,
        show_default=False,
        metavar="",
    ),
]
QuietOption = Annotated[
    int,
    typer.Option(
        "--quiet",
        "-q",
        count=True,
        help="Say less on stderr.",
        rich_help_panel=GLOBAL_PANEL,
        show_default=False,
        metavar="",
    ),
]
NoColorOption = Annotated[
    bool,
    typer.Option(
        "--no-color", help="No colour (also: NO_COLOR=1).", rich_help_panel=GLOBAL_PANEL, metavar=""
    ),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The global options, from the command line and the environment.

    `rules_given` says that a person named the rules file, so its absence is an error.
    """

    rules: Path = Path("rules.yaml")
    rules_given: bool = False
    state: Path = Path("state")
    database_url: str | None = None
    json: bool = False
    verbose: int = 0
    color: bool = True

    @classmethod
    def merged(
        cls, *given: Mapping[str, Any], environ: Mapping[str, str] | None = None
    ) -> "Options":
        """Return the options of one call: the later of `given` wins, then the environment."""
        environ = os.environ if environ is None else environ
        rules = _last(given, "rules") or environ.get("WATCHER_RULES") or None
        state = _last(given, "state") or environ.get("WATCHER_STATE") or "state"
        return cls(
            rules=Path(rules or "rules.yaml"),
            rules_given=rules is not None,
            state=Path(state),
            database_url=environ.get("WATCHER_DATABASE_URL") or None,
            json=any(part.get("json") for part in given),
            verbose=sum(part.get("verbose", 0) - part.get("quiet", 0) for part in given),
            color=not (any(part.get("no_color") for part in given) or environ.get("NO_COLOR")),
        )

    def settings(self) -> "Settings":
        """Return them as the daemon takes them."""
        from watcher.watch import Settings

        return Settings(
            rules=self.rules,
            state=self.state,
            database_url=self.database_url,
            json=self.json,
            verbose=self.verbose,
            color=self.color,
        )


def _last(given: Sequence[Mapping[str, Any]], key: str) -> Any:  # noqa: ANN401 - as typer gave it
    return next((part[key] for part in reversed(given) if part.get(key) is not None), None)


GLOBALS: dict[str, Any] = {
    "rules": RulesOption,
    "state": StateOption,
    "json": JsonOption,
    "verbose": VerboseOption,
    "quiet": QuietOption,
    "no_color": NoColorOption,
}
DEFAULTS: dict[str, Any] = {
    "rules": None,
    "state": None,
    "json": False,
    "verbose": 0,
    "quiet": 0,
    "no_color": False,
}
