# ruff: noqa: PLC0415 - what a command needs is imported when it runs, so that --help stays light
"""What all commands share: how they are registered, how they print, what they open.

Data goes to stdout and everything else to stderr. Text that came from a feed is printed without
control characters, because a headline must not be able to steer a person's terminal. Nothing
heavy is imported here before a command runs.
"""

import functools
import inspect
import os
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import typer

from watcher.cli.options import DEFAULTS, GLOBALS, Options
from watcher.cli.words import clean, dumps, duration, now
from watcher.core.errors import UsageError, WatcherError
from watcher.core.model import Config, Mistake, Weight

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import ProgressColumn

    from watcher.store import Store

WIDE = 120
"""Columns of a terminal in which tables have room for whole dates."""

Row = Sequence[object]
Command = Callable[..., int | None]


class InterruptedByPersonError(Exception):
    """Ctrl-C, or SIGINT."""


class ReaderGoneError(Exception):
    """Whoever read our output (head, less) has seen enough."""


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
            here = {key: values.pop(f"global_{key}") for key in GLOBALS}
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
                    f"global_{key}", keyword, annotation=annotation, default=DEFAULTS[key]
                )
                for key, annotation in GLOBALS.items()
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
        self,
        heads: Sequence[str],
        rows: Iterable[Row],
        *,
        right: Collection[str] = (),
        elastic: Collection[str] = (),
        spare: Sequence[str] = (),
    ) -> None:
        """Print an aligned table whose last column gets the room that the others leave.

        A cell is any value or a (value, style) pair. `right` columns are numbers; `elastic` ones
        are cut where the terminal is narrow, and `spare` ones left out before that.
        """
        from watcher.cli.table import lay_out

        cells = [[_cell(value) for value in row] for row in rows]
        # What is piped is read by programs and by people who scroll: never cut it to 80 columns.
        width = self.out.width if sys.stdout.isatty() else None
        for line in lay_out(
            self.out, heads, cells, width=width, right=right, elastic=elastic, spare=spare
        ):
            self.out.print(line, soft_wrap=True)

    def csv(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Print JSON rows as CSV that a spreadsheet shows and doesn't run."""
        import csv

        writer = csv.writer(sys.stdout, lineterminator="\n")
        if rows:
            writer.writerow(rows[0])
        for row in rows:
            writer.writerow([_harmless(clean(_flat(value))) for value in row.values()])

    def rows(self, rows: Sequence[Mapping[str, Any]], *, csv: bool) -> None:
        """Print rows for scripts: as CSV, or as JSON Lines."""
        if csv:
            self.csv(rows)
            return
        for row in rows:
            self.data(row)

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
            _rate_column(),
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

    def address(self, url: str) -> str:
        """Return a feed's address for the screen: what ${NAME} put into it stays hidden."""
        try:
            secrets = self.config().secrets
        except WatcherError:
            return url
        if not secrets:
            return url
        from watcher.alerts.redact import redact

        return redact(url, secrets)

    def filled(self, written: str) -> str:
        """Return an address of rules.yaml with its secrets in place, as far as they are set."""
        from watcher.config.secrets import Secrets

        return Secrets(os.environ, secrets_file(self.options)).fill(written)[0]

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

    def brief(self, moment: datetime | None) -> str:
        """Return a time for a column of a table: shorter where the terminal is narrow."""
        if moment is None or not sys.stdout.isatty() or self.out.width >= WIDE:
            return self.when(moment)
        local = moment.astimezone(self.zone)
        this_year = local.year == now().astimezone(self.zone).year
        return local.strftime("%m-%d %H:%M" if this_year else "%Y-%m-%d")


def _rate_column() -> "ProgressColumn":
    """Return the column that says how many a second are done."""
    from rich.progress import ProgressColumn, Task
    from rich.text import Text

    class Rate(ProgressColumn):
        """Done per second."""

        def render(self, task: Task) -> Text:
            """Return the rate, once there is one."""
            return Text(f"{task.speed:.0f}/s" if task.speed else "")

    return Rate()


def load_config(path: Path, options: Options, *, require_secrets: bool) -> Config:
    """Read `path` with the environment and the secrets file beside the state."""
    from watcher import config

    return config.load(
        path,
        environ=os.environ,
        secrets_file=secrets_file(options),
        require_secrets=require_secrets,
    )


def secrets_file(options: Options) -> Path | None:
    """Return the file of secrets beside the state, if there is one."""
    file = options.state / "secrets.env"
    return file if file.is_file() else None


def zone_of(name: str) -> tzinfo:
    """Return the zone called `name`, UTC for a name nobody knows."""
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return UTC


def print_mistakes(mistakes: Iterable[Mistake], call: Call) -> None:
    """Print findings in rules.yaml to stderr, one line each, as editors read them."""
    for mistake in mistakes:
        word = "warning: " if mistake.weight is Weight.WARNING else ""
        place = f"{mistake.file}:{mistake.line}:{mistake.column}: "
        call.warn(f"{place}{word}{mistake.message}", "yellow" if word else "red")


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


def _cell(value: object) -> tuple[str, str]:
    text, style = value if isinstance(value, tuple) else (value, "")
    return " ".join(clean("-" if text is None else str(text)).splitlines()), style


def _flat(value: object) -> str:
    if isinstance(value, list | tuple):
        return "; ".join(map(str, value))
    return "" if value is None else str(value)


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
        highlight=False,
        markup=False,
        soft_wrap=False,
    )
