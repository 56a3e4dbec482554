"""docs/feeds.md explains every word that a feed can be called, and no other."""

from __future__ import annotations

import re
from pathlib import Path

from watcher.core.model import NOT_POLLED, Ailment, FeedFault

PAGE = (Path(__file__).parents[1] / "docs" / "feeds.md").read_text(encoding="utf-8")


def words(heading: str) -> set[str]:
    """Return the words explained in the table under `heading`."""
    section = PAGE.partition(f"### {heading}\n")[2].partition("\n#")[0]
    return set(re.findall(r"^\| `([a-z -]+)` \|", section, re.MULTILINE))


def test_every_fault_is_explained() -> None:
    assert words("It can't be read") == {fault.value for fault in FeedFault}


def test_every_state_of_a_feed_that_can_be_read_is_explained() -> None:
    ailments = {ailment.value for ailment in Ailment} - {Ailment.TROUBLE.value}

    assert words("It can be read") == ailments | {"alive", NOT_POLLED, "broken-xml"}
