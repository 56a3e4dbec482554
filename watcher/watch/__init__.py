"""The story of one article, from the bytes of a feed to a message on its way.

`watch` is the page to read: poll a feed, judge what is new, write it down once. Beside it stand the
rules in force (`desk`), the pages of articles (`pages`), what is known of the last days (`memory`),
what the outbox asks (`ledger`), and the looks at pages that may have been edited since (`looks`).
`hindsight` tries rules on history, `replay` adds it up.
"""

from watcher.watch.desk import Desk
from watcher.watch.hindsight import Hindsight, Tried, polls
from watcher.watch.ledger import Ledger, adopt, write_notice
from watcher.watch.looks import Looks, Seen
from watcher.watch.memory import WINDOW
from watcher.watch.nouns import Placed, Polled, Settings, Tally
from watcher.watch.pages import MOST_EDITED
from watcher.watch.replay import Line, Replay, Sum
from watcher.watch.spikes import tell_spikes
from watcher.watch.watch import Watch

__all__ = [
    "MOST_EDITED",
    "WINDOW",
    "Desk",
    "Hindsight",
    "Ledger",
    "Line",
    "Looks",
    "Placed",
    "Polled",
    "Replay",
    "Seen",
    "Settings",
    "Sum",
    "Tally",
    "Tried",
    "Watch",
    "adopt",
    "polls",
    "tell_spikes",
    "write_notice",
]
