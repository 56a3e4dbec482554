"""The chain of evidence as it lies in the database: whatever is changed in it is found."""

from __future__ import annotations

import contextlib
import zlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import BigInteger, LargeBinary, column, delete, insert, select, table, update
from support import stored
from support.make import an_answer
from support.stored import NOW, Place, a_feed, an_alert, an_article

from watcher.core import evidence
from watcher.core.evidence import Exhibit, Flaw
from watcher.core.model import Article, Served
from watcher.store import Store, Tx
from watcher.store.queries import Queries
from watcher.store.rows import EVIDENCE, EVIDENCE_BODY, NOTE

if TYPE_CHECKING:
    from sqlalchemy import Table

COLUMNS = [
    *((EVIDENCE, name) for name in ("hash", "record", "alert", "article", "at")),
    *((EVIDENCE_BODY, name) for name in ("sha256", "packed", "data")),
]
SEEN = settings(
    max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)


def an_exhibit(n: int, *, alert: str = "", article: Article | None = None) -> Exhibit:
    return evidence.exhibit(
        article or an_article(n),
        Served(data=f"<item>Villagers wait, part {n}</item>".encode() * 3, offset=n),
        alert=alert or f"a{n:015x}",
        at=NOW,
        asked="https://steppe.example/rss",
        answer=an_answer(body=None),
        document={"sha256": "0" * 64, "bytes": 9, "charset": "utf-8", "format": "rss20"},
        page=None,
        program="watcher 1",
        hide=lambda text: text,
    )


def checked(known: Queries) -> Flaw | None:
    path = evidence.Walk()
    for record in known.evidence_all():
        names = []
        with contextlib.suppress(ValueError):
            names = [name for name, _ in evidence.bodies_of(record.facts)]
        flaw = path.step(record, known.evidence_bodies(names))
        if flaw is not None:
            return flaw
    return path.end(known.evidence_note(), known.evidence_body_names())


def untyped(of: Table) -> Any:
    """Return a table without our types: what a tamperer writes to."""
    binary = [column(one.name, LargeBinary) for one in of.c if one.name != "seq"]
    return table(of.name, column("seq", BigInteger), *binary)


@given(
    where=st.sampled_from(COLUMNS), row=st.integers(0, 2), at=st.integers(0), bit=st.integers(0, 7)
)
@SEEN
def test_any_changed_bit_of_any_stored_column_is_found(
    lasting: Store, where: tuple[Table, str], row: int, at: int, bit: int
) -> None:
    of, name = where
    with stored.undone(lasting) as tx:
        tx.add_evidence([an_exhibit(n) for n in range(3)])
        assert checked(tx) is None
        connection = tx._connection
        plain = untyped(of)
        key = plain.c["seq" if of is EVIDENCE else "sha256"]
        found = connection.execute(select(key, plain.c[name]).order_by(key)).all()
        changed = bytearray(found[row][1])
        changed[at % len(changed)] ^= 1 << bit
        here = key == found[row][0]
        connection.execute(update(plain).where(here).values({name: bytes(changed)}))

        assert checked(tx) is not None


@given(row=st.integers(1, 4), by=st.integers(1, 10))
@SEEN
def test_a_record_that_is_gone_or_numbered_anew_is_found(lasting: Store, row: int, by: int) -> None:
    for change in (
        delete(EVIDENCE).where(EVIDENCE.c.seq == row),
        delete(EVIDENCE).where(EVIDENCE.c.seq >= row),
        update(EVIDENCE).where(EVIDENCE.c.seq == row).values(seq=row + 10 * by),
    ):
        with stored.undone(lasting) as tx:
            tx.add_evidence([an_exhibit(n) for n in range(4)])
            tx._connection.execute(change)

            flaw = checked(tx)

            assert flaw is not None
            assert flaw.seq in {row, None}


def test_bytes_that_are_gone_or_were_packed_anew_are_found(store: Store) -> None:
    with store.write() as tx:
        tx.add_evidence([an_exhibit(1)])
    for change in (
        delete(EVIDENCE_BODY),
        update(EVIDENCE_BODY).values(data=zlib.compress(b"<item>Nothing happened</item>")),
        update(EVIDENCE_BODY).values(data=b""),
    ):
        with stored.undone(store) as tx:
            tx._connection.execute(change)

            flaw = checked(tx)

            assert flaw is not None
            assert flaw.seq == 1


def test_records_taken_from_the_end_stay_missed_when_others_follow(store: Store) -> None:
    with store.write() as tx:
        tx.add_evidence([an_exhibit(n) for n in range(3)])
        tx._connection.execute(delete(EVIDENCE).where(EVIDENCE.c.seq > 1))
        tx.add_evidence([an_exhibit(n) for n in range(3, 5)])

        flaw = checked(tx)

    assert flaw is not None
    assert flaw.seq is None


def test_a_chain_that_somebody_emptied_is_no_new_chain(store: Store) -> None:
    with store.write() as tx:
        tx.add_evidence([an_exhibit(1)])
        tx._connection.execute(delete(EVIDENCE))
        tx._connection.execute(delete(EVIDENCE_BODY))
        assert checked(tx) is not None
        tx.add_evidence([an_exhibit(2)])

        assert checked(tx) is not None


def test_without_its_note_a_chain_is_flawed(store: Store) -> None:
    with store.write() as tx:
        tx.add_evidence([an_exhibit(1)])
        tx._connection.execute(delete(NOTE))

        assert checked(tx) is not None


def test_text_in_place_of_bytes_is_found_and_stops_nothing(tmp_path: Any) -> None:
    with Place(state=tmp_path / "state").open() as opened, opened.write() as tx:
        tx.add_evidence([an_exhibit(n) for n in range(3)])
        tx._connection.exec_driver_sql("UPDATE evidence SET record = 'words' WHERE seq = 2")

        flaw = checked(tx)

    assert flaw is not None
    assert flaw.seq == 2


def test_the_chain_goes_on_from_transaction_to_transaction(store: Store) -> None:
    for n in range(3):
        with store.write() as tx:
            tx.add_evidence([an_exhibit(n), an_exhibit(n + 100)])

    with store.read() as known:
        assert checked(known) is None
        assert known.evidence_count() == 6
        assert known.evidence_head()[0] == 6


def test_a_transaction_that_fails_leaves_neither_alert_nor_evidence(store: Store) -> None:
    with stored.undone(store) as tx:
        tx.add_alerts([an_alert(1)])
        tx.add_evidence([an_exhibit(1)])

    with store.read() as known:
        assert known.alerts(limit=9) == []
        assert known.evidence_count() == 0
        assert checked(known) is None


def test_equal_bytes_are_stored_once(store: Store) -> None:
    with store.write() as tx:
        tx.add_evidence([an_exhibit(1), an_exhibit(1)])
        tx.add_evidence([an_exhibit(1)])

        assert len(list(tx.evidence_body_names())) == 1
        assert checked(tx) is None


def test_records_are_found_by_alert_article_rule_time_and_hash(store: Store) -> None:
    with store.write() as tx:
        tx.sync_feeds([a_feed(1)], now=NOW)
        tx.add_alerts([an_alert(1), replace(an_alert(2), rules=("Camps",))])
        tx.add_evidence([an_exhibit(1), an_exhibit(2)])

    with store.read() as known:
        newest, oldest = known.evidence_of()
        assert (newest.seq, oldest.seq) == (2, 1)
        assert known.evidence_of(limit=1) == [newest]
        assert known.evidence_of(rule="Camps") == [newest]
        assert known.evidence_of(alerts=[an_alert(1).id]) == [oldest]
        assert known.evidence_of(article=an_article(1).id) == [oldest]
        assert known.evidence_of(begins=newest.hash[:12]) == [newest]
        assert known.evidence_of(since=NOW + stored.MINUTE) == []
        assert known.evidence_of(since=NOW) == [newest, oldest]
        assert known.with_evidence([an_article(1).id, an_article(9).id]) == {an_article(1).id}


def test_a_thousand_records_are_checked_within_seconds(store: Store) -> None:
    with store.write() as tx:
        tx.add_evidence([an_exhibit(n) for n in range(1_000)])

    with store.read() as known:
        assert checked(known) is None


def _plant(tx: Tx) -> None:
    one = evidence.pack(b"planted")
    values = {"sha256": one.sha256, "packed": one.packed, "data": one.data}
    tx._connection.execute(insert(EVIDENCE_BODY).values(values))


def test_bytes_that_no_record_names_are_found(store: Store) -> None:
    with store.write() as tx:
        tx.add_evidence([an_exhibit(1)])
        _plant(tx)

        assert checked(tx) is not None
