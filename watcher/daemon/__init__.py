"""The clock and the life: what is polled when, signals, reload, systemd.

It knows when; `watch` knows what.
"""

from __future__ import annotations

from watcher.daemon.life import run
from watcher.daemon.limits import Limits
from watcher.daemon.logs import start_logging
from watcher.daemon.once import once
from watcher.daemon.service import Service, open_service

__all__ = ["Limits", "Service", "once", "open_service", "run", "start_logging"]
