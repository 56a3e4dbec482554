"""Whether to tell, whom, when, and the reason.

Everything here is a function of values: the story so far, the rules, the channels and the time.
The same functions decide live, in tests, and when history is replayed. `telling` decides, `when`
holds and groups, `written` makes alerts and deliveries, `worded` says from which words they are
told, `again` when to try again.
"""

from watcher.core.decide.again import (
    LONGEST_WAIT,
    REPEAT_FOR,
    RETRY_CAP,
    RETRY_FIRST,
    RETRY_FOR,
    retry,
)
from watcher.core.decide.spikes import SPIKE_DAYS, Spike, spike_of
from watcher.core.decide.telling import (
    SUMMARY_WAIT,
    Occasion,
    decide,
    edited,
    enough,
    reads_otherwise,
    severity_of,
    subjects,
)
from watcher.core.decide.when import next_digest, quiet_until, schedule
from watcher.core.decide.worded import worded
from watcher.core.decide.written import delivery_id, escalations, notice, outgoing, spike_alert

__all__ = [
    "LONGEST_WAIT",
    "REPEAT_FOR",
    "RETRY_CAP",
    "RETRY_FIRST",
    "RETRY_FOR",
    "SPIKE_DAYS",
    "SUMMARY_WAIT",
    "Occasion",
    "Spike",
    "decide",
    "delivery_id",
    "edited",
    "enough",
    "escalations",
    "next_digest",
    "notice",
    "outgoing",
    "quiet_until",
    "reads_otherwise",
    "retry",
    "schedule",
    "severity_of",
    "spike_alert",
    "spike_of",
    "subjects",
    "worded",
]
