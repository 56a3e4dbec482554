"""Which stream the terminal channel writes to: stdout, unless that is kept for data (`--json`)."""

from __future__ import annotations

import sys
from typing import TextIO

_kept_for_data = False


def keep_stdout_for_data() -> None:
    """Let alerts for the terminal go to stderr from now on, for the whole process."""
    global _kept_for_data  # noqa: PLW0603 - stdout itself is one for the whole process
    _kept_for_data = True


def screen() -> TextIO:
    """Return the stream that alerts are printed on."""
    return sys.stderr if _kept_for_data else sys.stdout
