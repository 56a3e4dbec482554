"""Articles whose pages are looked at again: what is due, where there is room, what is over."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from support.stored import HOUR, MINUTE, NOW, an_article, put

from watcher.core.model import Recheck
from watcher.core.rhythm.looks import LOOKS, MOST_AN_HOUR, OLDEST, first_look

if TYPE_CHECKING:
    from watcher.store import Store, Tx


def a_recheck(n: int, **more: Any) -> Recheck:
    return replace(first_look(an_article(n), None, now=NOW), **more)


def add(tx: Tx, *rechecks: Recheck) -> None:
    put(tx, *(an_article(n) for n in range(len(rechecks))))
    for recheck in rechecks:
        tx.add_recheck(recheck)


def test_what_is_to_be_looked_at_comes_back_as_it_was_and_the_first_word_stands(
    store: Store,
) -> None:
    recheck = a_recheck(0, page="0" * 16, missing=NOW, looked=NOW, etag='W/"1"', last_modified="x")
    with store.write() as tx:
        add(tx, recheck)
        tx.add_recheck(a_recheck(0))

        assert tx.recheck(recheck.article) == recheck


def test_the_longest_due_is_looked_at_first_and_nothing_before_its_time(store: Store) -> None:
    now = NOW + HOUR
    rechecks = [a_recheck(n, due=now + (n - 2) * MINUTE) for n in reversed(range(4))]
    with store.write() as tx:
        add(tx, *rechecks)

        found = tx.due_rechecks(now, limit=9)
        first = tx.due_rechecks(now, limit=1)
        others = tx.due_rechecks(now, limit=9, skip={found[0].article})

    assert [one.due for one in found] == [now - 2 * MINUTE, now - MINUTE, now]
    assert (first, others) == (found[:1], found[1:])


def test_a_host_has_room_for_few_looks_an_hour_and_does_not_keep_others_waiting(
    store: Store,
) -> None:
    now = NOW + HOUR
    rechecks = [a_recheck(n, host="many.example") for n in range(MOST_AN_HOUR + 3)]
    rechecks += [a_recheck(len(rechecks), host="one.example", due=now)]
    with store.write() as tx:
        add(tx, *rechecks)

        first = tx.due_rechecks(now, limit=100)
        for one in first:
            tx.save_recheck(replace(one, looked=now, due=now + 5 * HOUR))
        tx.end_recheck(first[0].article, now=now)
        meanwhile = tx.due_rechecks(now + HOUR / 2, limit=100)
        later = tx.due_rechecks(now + HOUR, limit=100)

    assert [one.host for one in first] == ["many.example"] * MOST_AN_HOUR + ["one.example"]
    assert meanwhile == []
    assert len(later) == 3


def test_what_is_over_is_forgotten(store: Store) -> None:
    with store.write() as tx:
        add(
            tx,
            a_recheck(0, due=None),
            a_recheck(1, due=None, looked=NOW),
            a_recheck(2),
            a_recheck(3, since=NOW - OLDEST - HOUR),
        )

        left = []
        for now in (NOW, NOW + HOUR, NOW + OLDEST + 2 * HOUR):
            tx.drop_rechecks(now=now)
            left.append([n for n in range(4) if tx.recheck(an_article(n).id) is not None])

    assert left == [[1, 2, 3], [2], []]


def test_nothing_is_looked_at_that_is_older_than_its_days(store: Store) -> None:
    with store.write() as tx:
        add(tx, a_recheck(0))

        assert len(tx.due_rechecks(NOW + OLDEST, limit=9)) == 1
        assert tx.due_rechecks(NOW + OLDEST + MINUTE, limit=9) == []


def test_what_a_clock_that_ran_ahead_has_put_off_begins_anew(store: Store) -> None:
    with store.write() as tx:
        add(tx, a_recheck(0, since=NOW + 99 * HOUR, due=NOW + 100 * HOUR))
        tx.mend_times(now=NOW)

        recheck = tx.recheck(an_article(0).id)

    assert recheck is not None
    assert (recheck.since, recheck.due) == (NOW, NOW + LOOKS[0])
