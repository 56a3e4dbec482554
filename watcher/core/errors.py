"""The tree of errors that a person may meet; each says what went wrong, where, and the mend.

WatcherError
├── RulesError      rules.yaml has mistakes (exit 3); carries all of them
├── StateError      the state can't be used (exit 4)
├── FeedError       one feed could not be read; carries a `FeedFault`
└── UsageError      the command was given something it can't use (exit 2)
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from watcher.core.model import FeedFault, Mistake


class WatcherError(Exception):
    """Root of all errors whose message is written for the person who runs the program."""

    exit_code = 1


class UsageError(WatcherError):
    """The command line named something that can't be used."""

    exit_code = 2


class RulesError(WatcherError):
    """rules.yaml (or a file it includes) has mistakes; `mistakes` holds every one of them.

    `files` are all that were looked for: a change of any of them, one that is only missing
    included, may be the mend.
    """

    exit_code = 3

    def __init__(self, mistakes: tuple[Mistake, ...], files: tuple[str, ...] = ()) -> None:
        super().__init__("\n".join(str(mistake) for mistake in mistakes))
        self.mistakes = mistakes
        self.files = files


class StateError(WatcherError):
    """The state folder or database can't be used; the message names the mend."""

    exit_code = 4


class FeedError(WatcherError):
    """One poll of one feed failed. `fault` is its named cause, `detail` one line for people.

    `retry_after` is what the server asked for (429, 503), already bounded to 24 h; it is meant for
    the whole host. `status` is the HTTP status, if there was one.
    """

    def __init__(
        self,
        fault: FeedFault,
        detail: str,
        *,
        retry_after: timedelta | None = None,
        status: int | None = None,
    ) -> None:
        super().__init__(f"{fault.value}: {detail}")
        self.fault = fault
        self.detail = detail
        self.retry_after = retry_after
        self.status = status
