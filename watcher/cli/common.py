# ruff: noqa: PLC0415 - what a command needs is imported when it runs, so that --help stays light
"""What all commands share: the global options, how they print, and how errors become exit codes.

Data goes to stdout and everything else to stderr. Text that came from a feed is printed without
control characters, because a headline must not be able to steer a person's terminal. Nothing
heavy is imported here before a command runs.
"""

import functools
import inspect
import json
import os
import sys
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Self

import typer

from watcher.core.errors import UsageError, WatcherError
from watcher.core.model import Config, Mistake, Weight

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from rich.console import Console

    from watcher.store import Store
    from watcher.watch import Settings

GLOBAL_PANEL = "Global options (also before the command)"

Row = Sequence[object]
Command = Callable[..., int | None]


class InterruptedByPersonError(Exception):
    """Ctrl-C, or SIGINT."""


class ReaderGoneError(Exception):
    """Whoever read our output (head, less) has seen enough."""


# --- the global options --------------------------------------------------------------------------

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


_GLOBALS: dict[str, Any] = {
    "rules": RulesOption,
    "state": StateOption,
    "json": JsonOption,
    "verbose": VerboseOption,
    "quiet": QuietOption,
    "no_color": NoColorOption,
}
_DEFAULTS: dict[str, Any] = {
    "rules": None,
    "state": None,
    "json": False,
    "verbose": 0,
    "quiet": 0,
    "no_color": False,
}


def command(
    app: typer.Typer, name: str, *, panel: str | None = None, examples: Sequence[str] = ()
) -> Callable[[Command], Command]:
    """Register a function as the command `name` of `app`.

    The function takes a `Call` first and its own parameters after it, and returns an exit code
    (None is 0). The global options are added behind its own, because people type
    `watcher status --json` as well as `watcher --json status`. `examples` stand in its --help.
    """

    def register(function: Command) -> Command:
        own = list(inspect.signature(function).parameters.values())[1:]

        @functools.wraps(function)
        def run(ctx: typer.Context, **values: Any) -> int | None:  # noqa: ANN401 - typer's values
            here = {key: values.pop(f"global_{key}") for key in _GLOBALS}
            options = Options.merged(ctx.obj or {}, here)
            # typer would answer these two itself, in its own way and with its own exit codes.
            try:
                with Call(options) as call:
                    return function(call, **values)
            except KeyboardInterrupt:
                raise InterruptedByPersonError from None
            except BrokenPipeError:
                raise ReaderGoneError from None

        keyword = inspect.Parameter.KEYWORD_ONLY
        parameters = [
            inspect.Parameter("ctx", keyword, annotation=typer.Context),
            *(parameter.replace(kind=keyword) for parameter in own),
            *(
                inspect.Parameter(
                    f"global_{key}", keyword, annotation=annotation, default=_DEFAULTS[key]
                )
                for key, annotation in _GLOBALS.items()
            ),
        ]
        run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
        run.__annotations__ = {}
        # One line for each paragraph: the terminal's width decides where it wraps.
        paragraphs = inspect.cleandoc(function.__doc__ or "").split("\n\n")
        text = "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)
        if examples:
            # \b keeps the lines that follow as they are.
            text += "\n\n\b\n" + "\n".join(("Examples:", *(f"  {line}" for line in examples)))
        return app.command(name, rich_help_panel=panel, help=text)(run)

    return register


# --- one call ------------------------------------------------------------------------------------


class Call:
    """One run of one command: its options, its screen, and what it opened."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.json = options.json
        self._out: Console | None = None
        self._err: Console | None = None
        self._zone: tzinfo | None = None
        self._configs: dict[bool, Config] = {}
        self._store: Store | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        close = getattr(self._store, "close", None)
        if close is not None:
            close()

    # printing

    @property
    def out(self) -> "Console":
        """The screen for data."""
        if self._out is None:
            self._out = _console(sys.stdout, color=self.options.color)
        return self._out

    @property
    def err(self) -> "Console":
        """The screen for everything that is not data."""
        if self._err is None:
            self._err = _console(sys.stderr, color=self.options.color)
        return self._err

    def data(self, value: object) -> None:
        """Print one JSON line."""
        print(dumps(value))

    def say(self, text: str = "", style: str | None = None) -> None:
        """Print one line of data for people; `text` may come from a feed."""
        if style is None or not sys.stdout.isatty():
            print(clean(text))
        else:
            self.out.print(clean(text), style=style, markup=False, highlight=False, soft_wrap=True)

    def note(self, text: str, style: str | None = None) -> None:
        """Print one line that is not data, to stderr; silent with -q."""
        if self.options.verbose < 0:
            return
        self.warn(text, style)

    def warn(self, text: str, style: str | None = None) -> None:
        """Print one line to stderr that -q doesn't silence."""
        if style is None or not sys.stderr.isatty():
            print(clean(text), file=sys.stderr)
        else:
            self.err.print(clean(text), style=style, markup=False, highlight=False, soft_wrap=True)

    def table(
        self, heads: Sequence[str], rows: Iterable[Row], *, right: Iterable[str] = ()
    ) -> None:
        """Print an aligned table; a cell is any value or a (value, style) pair."""
        from rich.table import Table
        from rich.text import Text

        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
        for head in heads:
            table.add_column(
                head, justify="right" if head in right else "left", overflow="fold", no_wrap=False
            )
        for row in rows:
            table.add_row(*(Text(clean(text), style=style) for text, style in map(_cell, row)))
        self.out.print(table)

    def csv(self, heads: Sequence[str], rows: Iterable[Row]) -> None:
        """Print rows as CSV that a spreadsheet can't run as formulas."""
        import csv

        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(heads)
        for row in rows:
            writer.writerow([_harmless(clean(_cell(value)[0])) for value in row])

    @contextmanager
    def progress(self, label: str, total: int) -> Iterator[Callable[[], None]]:
        """Show a bar with rate and time left on a terminal; nothing elsewhere."""
        if not sys.stderr.isatty() or self.options.verbose < 0:
            yield lambda: None
            return
        from rich import progress

        bar = progress.Progress(
            progress.TextColumn("{task.description}"),
            progress.BarColumn(),
            progress.MofNCompleteColumn(),
            progress.TimeElapsedColumn(),
            progress.TextColumn("left"),
            progress.TimeRemainingColumn(),
            console=self.err,
            transient=True,
        )
        with bar:
            task = bar.add_task(label, total=total)
            yield lambda: bar.advance(task)

    # what commands need from other rooms

    def rules_file(self) -> Path:
        """Return the rules file, or say in plain words that there is none (exit 2)."""
        path = self.options.rules
        if path.is_dir():
            raise UsageError(
                f"{path} is a folder; --rules wants the file in it, as in {path}/rules.yaml"
            )
        if not path.exists():
            hint = "" if self.options.rules_given else " `watcher init` writes one to start from."
            raise UsageError(f"{path}: there is no such file.{hint}")
        return path

    def config(self, *, require_secrets: bool = False) -> Config:
        """Return rules.yaml, checked; raises RulesError with all its mistakes."""
        if require_secrets not in self._configs:
            self._configs[require_secrets] = load_config(
                self.rules_file(), self.options, require_secrets=require_secrets
            )
        return self._configs[require_secrets]

    def store(self) -> "Store":
        """Return the opened state; raises StateError when there is none yet."""
        if self._store is None:
            from watcher.cli.state import open_existing

            self._store = open_existing(self.options)
        return self._store

    @property
    def zone(self) -> tzinfo:
        """The time zone of rules.yaml for people; UTC when the file can't be read."""
        if self._zone is None:
            try:
                name = self.config().timezone
            except WatcherError:
                name = "UTC"
            self._zone = zone_of(name)
        return self._zone

    def when(self, moment: datetime | None, *, empty: str = "-") -> str:
        """Return a time for people: minutes, in their time zone."""
        if moment is None:
            return empty
        return moment.astimezone(self.zone).strftime("%Y-%m-%d %H:%M")


def load_config(path: Path, options: Options, *, require_secrets: bool) -> Config:
    """Read `path` with the environment and the secrets file beside the state."""
    from watcher import config

    secrets = options.state / "secrets.env"
    return config.load(
        path,
        environ=os.environ,
        secrets_file=secrets if secrets.is_file() else None,
        require_secrets=require_secrets,
    )


def zone_of(name: str) -> tzinfo:
    """Return the zone called `name`, UTC for a name nobody knows."""
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return UTC


# --- small things --------------------------------------------------------------------------------


def now() -> datetime:
    """Return the time now, aware, UTC."""
    return datetime.now(UTC)


def iso(moment: datetime | None) -> str | None:
    """Return a time as ISO 8601 with offset, None for none."""
    return None if moment is None else moment.isoformat()


def dumps(value: object) -> str:
    """Return one line of JSON; letters of every script as they are."""
    return json.dumps(value, ensure_ascii=False, default=str)


def print_mistakes(mistakes: Iterable[Mistake], call: Call) -> None:
    """Print findings in rules.yaml to stderr, one line each, as editors read them."""
    for mistake in mistakes:
        word = "warning: " if mistake.weight is Weight.WARNING else ""
        place = f"{mistake.file}:{mistake.line}:{mistake.column}: "
        call.warn(f"{place}{word}{mistake.message}", "yellow" if word else "red")


def nearest(word: str, known: Iterable[str]) -> str:
    """Return " Did you mean ...?" with the known word most like `word`, or nothing."""
    import difflib

    close = difflib.get_close_matches(word, list(known), n=1, cutoff=0.5)
    return f' Did you mean "{close[0]}"?' if close else ""


A_CENTURY = 3.2e9
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}


def duration(text: str) -> timedelta:
    """Read "90s", "30m", "72h", "7d" or "2w".

    Raises:
        UsageError: anything else, or what reaches beyond the calendar.

    """
    number, unit = text.strip()[:-1], text.strip()[-1:].lower()
    try:
        seconds = float(number) * _UNITS[unit]
    except (ValueError, KeyError):
        seconds = 0.0
    if 0 < seconds < A_CENTURY:  # false for nan and inf, too
        return timedelta(seconds=seconds)
    raise UsageError(f'"{text}" is no duration. Write it like 30m, 72h or 7d.')


def since(text: str, call: Call) -> datetime:
    """Read a point in time: an age ("7d") or a date ("2026-11-01", in the person's time zone).

    Raises:
        UsageError: anything else.

    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        try:
            return now() - duration(text)
        except UsageError:
            raise UsageError(
                f'"{text}" is neither an age such as 7d nor a date such as 2026-11-01.'
            ) from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=call.zone)).astimezone(UTC)


def ago(moment: datetime | None, at: datetime) -> str:
    """Return how long `moment` lies back, in one unit: "5 min", "3 h", "12 d"; "-" for None."""
    if moment is None:
        return "-"
    seconds = (at - moment).total_seconds()
    size = abs(seconds)
    for limit, divisor, unit in ((90, 1, "s"), (5400, 60, "min"), (172_800, 3600, "h")):
        if size < limit:
            return f"{'in ' if seconds < 0 else ''}{size / divisor:.0f} {unit}"
    return f"{'in ' if seconds < 0 else ''}{size / 86_400:.0f} d"


# Steering characters: C0 and C1 controls, and the marks that turn the direction of what follows.
_STEERING = dict.fromkeys(
    (*range(0x20), *range(0x7F, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A))
) | {ord("\t"): " ", ord("\n"): "\n"}


def clean(text: str) -> str:
    """Return `text` without characters that could steer a terminal or turn its lines around."""
    return text.translate(_STEERING)


def one_line(text: str, width: int = 100) -> str:
    """Return `text` on one line, cut to `width` columns (a Han sign is two)."""
    flat = " ".join(clean(text).split())
    used = 0
    for position, letter in enumerate(flat):
        used += 2 if unicodedata.east_asian_width(letter) in "WF" else 1
        if used > width:
            return flat[: max(position - 1, 0)] + "…"
    return flat


def _cell(value: object) -> tuple[str, str]:
    if isinstance(value, tuple):
        text, style = value
        return str(text), style
    return ("-" if value is None else str(value)), ""


def _harmless(text: str) -> str:
    """Return a cell that a spreadsheet shows and doesn't run."""
    return f"'{text}" if text[:1] in tuple("=+-@\t") and text[1:] else text


def _console(stream: Any, *, color: bool) -> "Console":  # noqa: ANN401 - any text stream
    from rich.console import Console

    class Screen(Console):
        def on_broken_pipe(self) -> None:
            raise ReaderGoneError

    terminal = stream.isatty()
    return Screen(
        file=stream,
        no_color=not color,
        color_system="auto" if terminal and color else None,
        # What is piped is read by programs and by people who scroll: never cut it to 80 columns.
        width=None if terminal else 400,
        highlight=False,
        markup=False,
        soft_wrap=False,
    )


def working(call: Call, label: str) -> "AbstractContextManager[object]":
    """Show that something is going on, on a terminal only."""
    if not sys.stderr.isatty() or call.options.verbose < 0:
        return nullcontext()
    return call.err.status(label)
