"""The program as typer sees it: one app, the commands of each file, and the global options."""

import gc
from typing import Annotated

import typer

from watcher import __version__
from watcher.cli import (
    alerts,
    articles,
    audit,
    check,
    deliveries,
    evidence,
    feeds,
    notify,
    packs,
    replay,
    rules,
    run,
    status,
    stories,
    why,
)
from watcher.cli.options import (
    JsonOption,
    NoColorOption,
    QuietOption,
    RulesOption,
    StateOption,
    VerboseOption,
)

app = typer.Typer(
    name="watcher",
    help=(
        "Watches news feeds for names and subjects, in any script, and tells people once, soon "
        "and with the reason.\n\n"
        "First steps:  `watcher demo` shows the whole job in a few seconds; `watcher init` writes "
        "a rules.yaml to start from; `watcher check` says what is wrong in it; `watcher run` "
        "keeps watching."
    ),
    epilog=(
        "Exit codes: 0 done; 1 the answer is no, or some of the work failed; 2 wrong use; "
        "3 rules.yaml has mistakes; 4 the state can't be used; 130 interrupted."
    ),
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        print(f"watcher {__version__}")
        raise typer.Exit


@app.callback()
def remember(
    ctx: typer.Context,
    *,
    rules_file: RulesOption = None,
    state: StateOption = None,
    json: JsonOption = False,
    verbose: VerboseOption = 0,
    quiet: QuietOption = 0,
    no_color: NoColorOption = False,
    version: Annotated[
        bool,
        typer.Option("--version", help="Print the version.", callback=_version, is_eager=True),
    ] = False,
) -> None:
    """Keep what stands before the command, for the command."""
    del version
    gc.enable()
    ctx.obj = {
        "rules": rules_file,
        "state": state,
        "json": json,
        "verbose": verbose,
        "quiet": quiet,
        "no_color": no_color,
    }


for part in (
    run,
    status,
    articles,
    why,
    replay,
    check,
    rules,
    packs,
    feeds,
    alerts,
    stories,
    deliveries,
    notify,
    evidence,
    audit,
):
    part.register(app)
