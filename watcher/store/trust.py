"""Whether a database file may be used without reading all of it first.

SQLite's own check reads the whole file, half a second for 200 MB, and a run from cron would pay
for it each time. So who closes the database in order leaves a note of its size and time of change;
a file that is as the note says, and was read through in the last day, is taken as it is. The note
is taken away when the file is opened: after a crash, a power cut or a sign of damage none is there.
"""

from __future__ import annotations

import os
from contextlib import suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

NOTE: Final = "watcher.checked"
"""In the folder of the database. Without it the file is read through at the next start."""
CHECKED_EVERY: Final = timedelta(days=1)
"""So often it is read through in any case: disks forget without telling."""


class Trust:
    """What is known of the soundness of one database file, `path`. `now` is aware."""

    def __init__(self, path: Path, *, now: datetime) -> None:
        self._path = path
        self._note = path.with_name(NOTE)
        self._now = now
        self._checked: datetime | None = None

    def take(self) -> bool:
        """Take the note away; return whether the file is as it says."""
        try:
            size, changed, checked = self._note.read_text(encoding="ascii").split()
            self._note.unlink()
            at = datetime.fromisoformat(checked)
            fresh = timedelta(0) <= self._now - at < CHECKED_EVERY
            whole = not self._path.with_name(f"{self._path.name}-wal").exists()
            if fresh and whole and (int(size), int(changed)) == self._stamp():
                self._checked = at
        except (OSError, ValueError, TypeError):
            return False
        return self._checked is not None

    def gain(self) -> None:
        """Say that the file has just been made, or read through and found sound."""
        self._checked = self._now

    def lose(self) -> None:
        """Say that SQLite has met damage: the next start reads all of it."""
        self._checked = None

    def leave(self) -> None:
        """Leave the note, once the file is closed. A full disk costs one more check, no more."""
        if self._checked is None:
            return
        with suppress(OSError):
            size, changed = self._stamp()
            words = f"{size} {changed} {self._checked.isoformat()}"
            note = os.open(self._note, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
            with os.fdopen(note, "w", encoding="ascii") as file:
                file.write(words)

    def _stamp(self) -> tuple[int, int]:
        found = self._path.stat()
        return found.st_size, found.st_mtime_ns
