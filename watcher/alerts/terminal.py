"""terminal://: prints the message, for the demo and for people who try things out."""

# mypy: disable-error-code="no-untyped-call, override, assignment"
# Apprise says that it is typed; half of its functions are not, and its plugins override freely.

from __future__ import annotations

import threading
from typing import Any

from apprise import NotifyFormat
from apprise.plugins import NotifyBase

from watcher.alerts.screen import screen

_lock = threading.Lock()


class Terminal(NotifyBase):
    """Writes title and body on the screen, as they would stand in a chat."""

    service_name = "Terminal"
    protocol = "terminal"
    request_rate_per_sec = 0
    notify_format = NotifyFormat.TEXT
    title_maxlen = 0
    body_maxlen = 32_000

    def send(self, body: str, title: str = "", **_kwargs: Any) -> bool:  # noqa: ANN401
        """Print the message in one piece."""
        text = f"{title}\n{body}" if title else body
        stream = screen()
        with _lock:
            stream.write(f"{text}\n\n")
            stream.flush()
        return True

    def url(self, privacy: bool = False, *_args: Any, **_kwargs: Any) -> str:  # noqa: ANN401, ARG002
        """Return the address; there is nothing secret in it."""
        return "terminal://"

    @staticmethod
    def parse_url(url: str) -> dict[str, Any] | None:
        """Return the arguments for the plugin; there is nothing to choose."""
        return {"schema": "terminal", "host": "localhost"} if url.startswith("terminal:") else None
