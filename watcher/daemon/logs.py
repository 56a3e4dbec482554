"""The log on stderr: a line each, in the user's time zone, without secrets."""

from __future__ import annotations

import logging
import os
import sys
from datetime import UTC, datetime, tzinfo

from watcher.alerts import Redactor
from watcher.watch import Settings


class Lines(logging.Formatter):
    """Formats the log; `zone` is the user's once rules.yaml has been read."""

    zone: tzinfo | None = None

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: ARG002, N802 - logging's own names
        """Return the time as the messages say theirs."""
        at = datetime.fromtimestamp(record.created, UTC).astimezone(self.zone)
        return f"{at:%Y-%m-%d %H:%M:%S}"


def start_logging(settings: Settings) -> None:
    """Log to stderr: with the time, unless systemd adds it."""
    level = logging.DEBUG if settings.verbose > 1 else logging.INFO
    if settings.verbose < 0:
        level = logging.WARNING
    time_of = "" if os.environ.get("JOURNAL_STREAM") else "%(asctime)s "
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Lines(f"{time_of}%(levelname)s %(message)s"))
    logging.basicConfig(level=level, handlers=[handler])
    for noisy in ("apscheduler", "alembic"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


def follow_rules(zone: tzinfo, secrets: frozenset[str]) -> None:
    """Let the log use the time zone of rules.yaml, and leave out what must appear nowhere."""
    for handler in logging.getLogger().handlers:
        if isinstance(handler.formatter, Lines):
            handler.formatter.zone = zone
        # Those before stay: a message under way may still use an address that has left the rules.
        if not any(isinstance(one, Redactor) and one.hides(secrets) for one in handler.filters):
            handler.addFilter(Redactor(secrets))
