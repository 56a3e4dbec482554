"""What things are called: ids, made from what they name."""

from __future__ import annotations

from typing import NewType

FeedId = NewType("FeedId", int)
"""Row number of a feed in the store."""
ArticleId = NewType("ArticleId", str)
"""16 hex digits made from the feed's address and the entry's key (`core.identity.article_id`)."""
StoryId = NewType("StoryId", str)
"""The id of the story's first article."""
AlertId = NewType("AlertId", str)
"""16 hex digits made from what is told (`core.decide`)."""
DeliveryId = NewType("DeliveryId", str)
"""16 hex digits made from alert and target (`core.decide`)."""
