# ruff: noqa: PLC0415 - what a command needs is imported when it runs, so that --help stays light
"""The commands a person types; thin. `main` is the one place where errors become exit codes."""

from __future__ import annotations

import gc
import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

WRONG_USE = 2
INTERRUPTED = 130


def main(args: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; no error that a user can cause leaves it.

    0 done; 1 the answer is "no" or some of the work failed; 2 wrong use; 3 rules.yaml has
    mistakes; 4 the state can't be used; 130 interrupted.
    """
    # Until a command begins (`app.remember`) nothing is garbage: looking for it takes a twentieth.
    gc.disable()
    from watcher.cli.common import InterruptedByPersonError, ReaderGoneError
    from watcher.core.errors import RulesError, WatcherError

    arguments = list(sys.argv[1:] if args is None else args)
    _speak_utf8()
    try:
        code = _run(arguments)
        sys.stdout.flush()
    except RulesError as error:
        # These lines are what editors and people jump to: nothing in front of them.
        return _fail(str(error), error.exit_code)
    except WatcherError as error:
        return _fail(f"watcher: {error}", error.exit_code)
    except (KeyboardInterrupt, InterruptedByPersonError):
        return _fail("watcher: interrupted", INTERRUPTED)
    except (BrokenPipeError, ReaderGoneError):
        # Python would complain again, while it exits, of what is left to write.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        return _fail(f"watcher: {where}{error.strerror or error}", 1)
    except Exception as error:
        if any(word in ("-vv", "-vvv") for word in arguments):
            raise
        kind = type(error).__name__
        return _fail(f"watcher: a fault in the program: {kind}: {error} (-vv shows where)", 1)
    return code


def _run(arguments: list[str]) -> int:
    """Hand the arguments to typer; its usage errors become one line and exit code 2."""
    import typer

    from watcher.cli.app import app

    try:
        result: object = app(args=arguments, prog_name="watcher", standalone_mode=False)
    except typer.Abort:
        raise KeyboardInterrupt from None
    except Exception as error:
        # typer keeps its own copy of click, so its errors are known by what they can do.
        message = getattr(error, "format_message", None)
        if message is None:
            raise
        from watcher.cli.usage import asked_for_help, in_words, typed

        context = getattr(error, "ctx", None)
        if asked_for_help(error):
            # `watcher` alone asks for the help, `watcher feeds` alone is half a command.
            return WRONG_USE if context is not None and context.parent else 0
        said = in_words(message(), context, typed(arguments, typer.main.get_command(app)))
        return _fail(f"watcher: {said}", getattr(error, "exit_code", WRONG_USE))
    return result if isinstance(result, int) else 0


def _fail(message: str, code: int) -> int:
    from watcher.cli.words import clean

    red, plain = ("\x1b[31m", "\x1b[0m") if _colored() else ("", "")
    print(f"{red}{clean(message)}{plain}", file=sys.stderr)
    return code


def _colored() -> bool:
    return (
        sys.stderr.isatty()
        and not os.environ.get("NO_COLOR")
        and os.environ.get("TERM") != "dumb"
        and "--no-color" not in sys.argv
    )


def _speak_utf8() -> None:
    r"""Write UTF-8 whatever the locale says, because JSON Lines are.

    A lone surrogate, which UTF-8 can't hold, comes out as \udc80: in JSON that is its escape.
    """
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="backslashreplace")
