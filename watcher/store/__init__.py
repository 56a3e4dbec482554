"""What is known: feeds, articles, stories, alerts and their deliveries, in SQLite or PostgreSQL.

The only SQL of the program. Core values go in and come out; rows never leave this room, and it
knows nothing of HTTP, rules or wording.
"""

from watcher.store import keep
from watcher.store.open import open_store
from watcher.store.queries import Queries
from watcher.store.scratch import Scratch
from watcher.store.store import Store
from watcher.store.tx import Tx

__all__ = ["Queries", "Scratch", "Store", "Tx", "keep", "open_store"]
