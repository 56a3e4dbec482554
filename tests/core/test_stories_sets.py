"""How well copies are found on the labelled sets; skipped where the sets are not at hand."""

from __future__ import annotations

from itertools import pairwise

import pytest
from support.story_sets import FOLDER, mutants_joined, rows, run, score

from watcher.core.model import LinkKind

pytestmark = pytest.mark.skipif(
    not FOLDER.is_dir(), reason="the labelled sets (shared/data/stories) are not beside the project"
)


def test_syndicated_copies_are_found_and_mutants_stay_out() -> None:
    read = [row for row in rows("synd") if row.held_out]

    links = run(row.article for row in read)
    told = score(read, links)
    joined, mutants = mutants_joined(read, links)

    assert told.f1 >= 0.96  # .991 when this was written; .75 is what must never be undercut
    assert told.precision >= 0.97
    assert joined <= 0.05 * mutants


def test_one_event_told_by_many_outlets_is_no_copy() -> None:
    read = rows("allsides_natural")[-2500:]

    links = run(row.article for row in read)

    assert score(read, links).wrong <= 2


def test_links_go_back_in_time_to_an_article_that_was_there() -> None:
    read = rows("uci_titles")
    links = run(row.article for row in read)
    order = {link.article: at for at, link in enumerate(links)}

    assert all(earlier.article != later.article for earlier, later in pairwise(links))
    assert all(
        link.to is not None and order[link.to] < order[link.article]
        for link in links
        if link.kind is not LinkKind.NEW
    )
