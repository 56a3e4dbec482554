"""When to poll a feed next, what its habits are, and when its trouble is worth a notice.

Pure: the time and a jitter in [0, 1) are arguments. `pace` decides when to ask and with which
validators, `habits` learns how a feed usually behaves, `health` says how it is and what the
health channels should hear of it, `hub` how WebSub spares polls, `vigil` how the watcher itself is,
`looks` when the page of an article that was told is looked at again.
"""

from watcher.core.rhythm import hub, looks, vigil
from watcher.core.rhythm.health import (
    WELL,
    Health,
    Incident,
    Notice,
    discover,
    health,
    incidents,
    notice_of,
)
from watcher.core.rhythm.pace import (
    BACKOFF_CAP,
    BACKOFF_FIRST,
    DAILY,
    FLOOR,
    HINT_CAP,
    LIVELY,
    LONGEST_NAME,
    NEWS,
    RETRY_AFTER_CAP,
    SLOW,
    STUCK_304,
    after_answer,
    after_failure,
    own_name,
    validators,
)

__all__ = [
    "BACKOFF_CAP",
    "BACKOFF_FIRST",
    "DAILY",
    "FLOOR",
    "HINT_CAP",
    "LIVELY",
    "LONGEST_NAME",
    "NEWS",
    "RETRY_AFTER_CAP",
    "SLOW",
    "STUCK_304",
    "WELL",
    "Health",
    "Incident",
    "Notice",
    "after_answer",
    "after_failure",
    "discover",
    "health",
    "hub",
    "incidents",
    "looks",
    "notice_of",
    "own_name",
    "validators",
    "vigil",
]
