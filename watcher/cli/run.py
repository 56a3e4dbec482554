# ruff: noqa: PLC0415 - what a command needs is imported when it runs, so that --help stays light
"""demo, init, run, once: to see it, to set it up, to keep it running."""

import contextlib
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from watcher.cli.common import Call, command
from watcher.cli.words import many
from watcher.core.errors import UsageError, WatcherError

PANEL = "Start"

SECRETS_EXAMPLE = """\
# Tokens and passwords that rules.yaml names as ${NAME}. Copy this file to state/secrets.env,
# fill it in, and keep it to yourself:  chmod 600 state/secrets.env
# One NAME=value on each line. The same names in the environment win over this file.
#
# SLACK_TOKEN=T000/B000/xxxx
# TG_TOKEN=123456:ABC-DEF
# TG_CHAT=-1001234567890
# MAIL_USER=desk
# MAIL_PASSWORD=change-me
"""


def register(app: typer.Typer) -> None:
    """Add the commands of this file to `app`."""
    command(app, "demo", panel=PANEL)(demo)
    command(app, "init", panel=PANEL, examples=["watcher init ~/monitor"])(init)
    command(
        app,
        "run",
        panel=PANEL,
        examples=["watcher run --rules /etc/watcher/rules.yaml --state /var/lib/watcher"],
    )(run)
    command(app, "once", panel=PANEL, examples=["watcher once", "watcher once --all --json"])(once)


def demo(call: Call) -> int:
    """Show the whole job, without set-up or network, in under 15 seconds.

    Serves a few made-up feeds on this machine, polls them twice, folds the copies of one wire
    story, finds names in five languages, and sends alerts to this terminal, to a local web
    address and to a local mail server. It touches no file of yours.
    """
    import logging

    from rich.console import Console

    from watcher.demo import run_demo

    if call.options.verbose < 1:
        # The demo tells of its broken feeds itself; the log would tell it a second time.
        logging.getLogger("watcher").addHandler(logging.NullHandler())
    width = None if sys.stdout.isatty() else 100
    return run_demo(Console(no_color=not call.options.color, highlight=False, width=width))


def init(
    call: Call,
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="Where to write it.", show_default="here")
    ] = Path(),
) -> int:
    """Write a commented rules.yaml to start from, a state folder and an example of secrets.

    Nothing that exists is overwritten: it is left as it is, and said so.
    """
    from watcher import config

    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is a file; init wants a folder")
    texts: Mapping[Path, str] = {
        folder / "rules.yaml": config.starter(),
        folder / "rules.schema.json": dumps_pretty(config.schema()),
        folder / "secrets.env.example": SECRETS_EXAMPLE,
    }
    state = folder / "state"
    written: list[str] = []
    kept: list[str] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path, text in texts.items():
            (written if _write_new(path, text) else kept).append(str(path))
        if state.is_dir():
            kept.append(f"{state}/")
        else:
            state.mkdir(mode=0o700)
            written.append(f"{state}/")
    except OSError as error:
        raise WatcherError(f"{error.filename or folder}: {error.strerror}") from None
    if call.json:
        call.data({"written": written, "kept": kept})
        return 0
    for name in written:
        call.say(f"wrote  {name}", "green")
    for name in kept:
        call.say(f"kept   {name} (exists; not touched)", "yellow")
    call.say()
    inside = "" if folder.resolve() == Path.cwd() else f" in {folder}/"
    call.say(f"What to do next{inside}:")
    call.say("  1. Open rules.yaml: it explains itself. Put in your names, feeds and one channel.")
    call.say("  2. watcher check          says what is wrong, with line and mend")
    call.say("  3. watcher notify test    sends a test message to your channels")
    call.say("  4. watcher run            keeps watching; stop it with Ctrl-C")
    return 0


def run(call: Call) -> int:
    """Keep watching: poll, alert, and read rules.yaml again when it changes.

    Stops cleanly on Ctrl-C or SIGTERM; nothing is lost, also not by kill -9. SIGHUP reads the
    rules again at once.
    """
    call.rules_file()
    with _few_collections():
        from watcher import daemon

    settings = call.options.settings()
    daemon.start_logging(settings)
    return daemon.run(settings)


def once(
    call: Call,
    *,
    everything: Annotated[
        bool, typer.Option("--all", help="Poll every feed, not only those that are due.")
    ] = False,
    feed: Annotated[
        str | None, typer.Option("--feed", metavar="NAME", help="Poll only this feed.")
    ] = None,
) -> int:
    """Poll once what is due, deliver, and exit: for cron.

    Exit code 1 says that a feed failed or a delivery was parked. What is waiting to be tried again
    is: with the next `watcher once`, or by `watcher run`.
    """
    call.rules_file()
    with _few_collections():
        from watcher import daemon

    settings = call.options.settings()
    # cron mails what is printed: without a terminal, only what needs attention is.
    wordy = sys.stderr.isatty() or settings.verbose > 0
    daemon.start_logging(replace(settings, verbose=settings.verbose - 1))
    result = daemon.once(
        settings, poll_all=everything, feed=feed, report=call.note if wordy else _keep_quiet
    )
    if call.json:
        call.data(result)
    else:
        call.say(_once_in_words(result))
    return 1 if result.get("failed") or result.get("parked") else 0


@contextlib.contextmanager
def _few_collections() -> Iterator[None]:
    """Look for cycles less often: an article makes hundreds of objects and hardly a cycle.

    What is imported within stays until the end, so it isn't looked through; and at the end
    nothing is, as all of it goes with the process (half a second for the articles of some days).
    """
    import atexit
    import gc

    gc.disable()
    yield
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
    gc.enable()
    atexit.register(gc.freeze)


def _keep_quiet(_: str) -> None:
    """Say nothing."""


def _once_in_words(result: Mapping[str, int]) -> str:
    unchanged = f" ({result['not_modified']} unchanged)" if result["not_modified"] else ""
    words = {
        "failed": ("failed", "failed"),
        "items_new": ("new item", "new items"),
        "pages": ("page read", "pages read"),
        "pages_failed": ("page not read", "pages not read"),
        "stories_new": ("new story", "new stories"),
        "copies": ("copy folded", "copies folded"),
        "matches": ("match", "matches"),
        "alerts": ("alert", "alerts"),
        "delivered": ("delivered", "delivered"),
        "held": ("held", "held"),
        "waiting": ("waiting to be tried again", "waiting to be tried again"),
        "parked": ("parked", "parked"),
    }
    said = [many(result[key], *nouns) for key, nouns in words.items() if result[key]]
    polled = f"{many(result['polled'], 'feed')} polled{unchanged}"
    return ", ".join([polled, *(said or ["nothing new"])])


def dumps_pretty(value: object) -> str:
    """Return indented JSON with a line end, for files that people open."""
    import json

    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


def _write_new(path: Path, text: str) -> bool:
    """Write `path` unless something of that name exists; True when it was written."""
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        return False
    return True
