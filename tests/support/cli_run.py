"""Runs a command as a person would, and keeps what it printed."""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from watcher.cli import main


@dataclass(frozen=True, slots=True)
class Ran:
    """What came of one command."""

    code: int
    out: str
    err: str

    @property
    def rows(self) -> list[Any]:
        """Stdout as JSON Lines."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def row(self) -> Any:
        """The only JSON line of stdout."""
        [only] = self.rows
        return only

    @property
    def said(self) -> str:
        """The only line of stderr."""
        [only] = self.err.splitlines()
        return only


@contextlib.contextmanager
def environment(values: Mapping[str, str]) -> Iterator[None]:
    """Run with `values` in the environment, and without what the tester's own shell says."""
    before = dict(os.environ)
    for name in [name for name in os.environ if name.startswith("WATCHER_")]:
        del os.environ[name]
    os.environ.update(values)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def watcher(
    *args: str | Path,
    stdin: str | bytes = b"",
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
) -> Ran:
    """Run `watcher args...` in this process, in the folder `cwd`."""
    given = stdin.encode() if isinstance(stdin, str) else stdin
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
    keyboard = sys.stdin
    sys.stdin = io.TextIOWrapper(io.BytesIO(given), encoding="utf-8")
    try:
        with (
            environment(env or {}),
            contextlib.chdir(cwd or Path.cwd()),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
        ):
            code = main([str(arg) for arg in args])
    finally:
        sys.stdin = keyboard
    return Ran(code, _text(out), _text(err))


def _text(stream: io.TextIOWrapper) -> str:
    stream.flush()
    stream.seek(0)
    return stream.read()
