"""The clock and the life: what is polled when, signals, reload, systemd.

It knows when; `watch` knows what.
"""

from __future__ import annotations

from watcher.daemon.limits import Limits
from watcher.daemon.logs import start_logging
from watcher.daemon.once import once
from watcher.daemon.service import Service, open_service
from watcher.watch import Settings

__all__ = ["Limits", "Service", "once", "open_service", "run", "start_logging"]


def run(settings: Settings) -> int:
    """Poll, alert and reload until SIGTERM or SIGINT; return the exit code."""
    # Late: only what goes on for ever needs a scheduler.
    from watcher.daemon import life  # noqa: PLC0415

    return life.run(settings)
