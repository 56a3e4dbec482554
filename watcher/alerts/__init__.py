"""The way out: channels become targets of one recipient each, and an outbox that never loses.

`split` makes the targets of a channel, `Outbox` delivers to them what the store holds due,
`redact` and `Redactor` keep secrets out of what is written. Nothing here imports Apprise before
the first channel is split.
"""

from watcher.alerts.outbox import Outbox, OutboxPort, Recorded, Sender
from watcher.alerts.redact import Redactor, redact, secrets_of
from watcher.alerts.screen import keep_stdout_for_data
from watcher.alerts.targets import Target, split

__all__ = [
    "Outbox",
    "OutboxPort",
    "Recorded",
    "Redactor",
    "Sender",
    "Target",
    "keep_stdout_for_data",
    "redact",
    "secrets_of",
    "split",
]
