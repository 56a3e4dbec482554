"""terminal://: prints the message, for the demo and for people who try things out."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final

from watcher.alerts.screen import screen
from watcher.core.model import Message, Outcome, Sent

if TYPE_CHECKING:
    from watcher.alerts.attempt import Attempt

SCHEME: Final = "terminal"
_lock = threading.Lock()


class Terminal:
    """Writes title and body on the screen, as they would stand in a chat.

    It has what a target asks of a plugin, without Apprise: who tries things out needn't load it.
    """

    title_maxlen = 0
    body_maxlen = 32_000
    overflow_amalgamate_title = False

    def _formats(self) -> tuple[str, ...]:
        return ("text",)

    def post(self, message: Message, _attempt: Attempt) -> Outcome:
        """Print the message in one piece."""
        text = f"{message.title}\n{message.body}" if message.title else message.body
        stream = screen()
        with _lock:
            stream.write(f"{text}\n\n")
            stream.flush()
        return Outcome(sent=Sent.OK)
