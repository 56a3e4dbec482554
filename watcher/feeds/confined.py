"""The life of a child process that reads what strangers wrote: few powers, one request at a time.

It reads frames (`wire`) from stdin and answers on stdout until stdin closes. Before the first
frame it gives up what a parser never needs: new files and sockets, processes, more memory than a
document can want. The parent kills it when it takes too long.
"""

from __future__ import annotations

import contextlib
import json
import signal
import sys
from importlib.machinery import BuiltinImporter, FrozenImporter
from typing import TYPE_CHECKING, Any

from watcher.feeds import wire

if TYPE_CHECKING:
    from collections.abc import Callable

if sys.platform != "win32":  # there only the deadline protects
    import resource


def serve(answer: Callable[[dict[str, Any], list[bytes]], dict[str, Any]], *, memory: int) -> None:
    """Give up all powers but `memory` bytes of address space, then answer until the pipe closes.

    Whatever `answer` imports or opens late must have been imported or opened before.
    """
    stdin, stdout = sys.stdin.buffer, sys.stdout.buffer
    _give_up_powers(memory)
    _import_nothing_more()
    while (parts := wire.unpack(stdin.read)) is not None:
        request = json.loads(parts[0])
        # Should the parent be killed meanwhile, nobody else would end an endless parse.
        _alarm(request["seconds"])
        reply = answer(request, parts[1:])
        stdout.writelines(
            wire.pack([json.dumps(reply, ensure_ascii=False).encode("utf-8", "replace")])
        )
        stdout.flush()
        _alarm(0)


def _import_nothing_more() -> None:
    """Let what is imported late and was not imported before be absent, as far as can be told.

    It could not be opened anyway, but the attempt looks into folders as soon as something was
    installed beside us meanwhile, and fails there as if an item were damaged.
    """
    sys.meta_path[:] = [BuiltinImporter, FrozenImporter]


def _give_up_powers(memory: int) -> None:
    if sys.platform == "win32":
        return
    for limit, value in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_NOFILE, 3),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NPROC, 0),
    ):
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(limit, (value, value))


def _alarm(seconds: int) -> None:
    if hasattr(signal, "alarm"):
        signal.alarm(seconds)
