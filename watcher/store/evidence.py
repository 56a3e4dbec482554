"""What was served for the articles that people were told of: a chain of records, only added to.

What is read here may have been tampered with, so it is read as bytes, and a row that can't be read
at all comes back as one whose hash is wrong.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from sqlalchemy import func, insert, select, update

from watcher.core import evidence
from watcher.core.errors import StateError
from watcher.core.evidence import Body, Exhibit, Record
from watcher.core.model import AlertId, ArticleId
from watcher.store.asking import Asking, chunks
from watcher.store.rows import ALERT_RULE, EVIDENCE, EVIDENCE_BODY, NOTE
from watcher.store.waiting import insert_into

if TYPE_CHECKING:
    from datetime import datetime

    from watcher.store.asking import Question
    from watcher.store.values import Record as Row

HEAD: Final = "evidence_head"
"""The note that says where the chain ends."""
_STEP: Final = 200
_UNREADABLE: Final = (TypeError, ValueError, StateError)


class Evidence(Asking):
    """Questions about it, within one snapshot."""

    def evidence_head(self) -> tuple[int, str]:
        """Return number and hash of the last record; 0 and zeros for none."""
        last = select(EVIDENCE.c.seq, EVIDENCE.c.hash).order_by(EVIDENCE.c.seq.desc()).limit(1)
        row = self._connection.execute(last).first()
        return (0, evidence.ZEROS) if row is None else (row.seq, row.hash)

    def evidence_note(self) -> str | None:
        """Return the end of the chain as it was noted beside it."""
        noted = select(NOTE.c.value).where(NOTE.c.key == HEAD)
        return self._connection.execute(noted).scalar()

    def evidence_count(self) -> int:
        """Return how many records there are."""
        counted = select(func.count()).select_from(EVIDENCE)
        return self._connection.execute(counted).scalar() or 0

    def evidence_all(self) -> Iterator[Record]:
        """Yield every record, the first one first."""
        at: int | None = None
        while True:
            numbers = select(EVIDENCE.c.seq).order_by(EVIDENCE.c.seq).limit(_STEP)
            if at is not None:
                numbers = numbers.where(EVIDENCE.c.seq > at)
            found = [row.seq for row in self._rows(numbers)]
            if not found:
                return
            yield from self.evidence_numbered(found)
            at = found[-1]

    def evidence_numbered(self, numbers: Sequence[int]) -> list[Record]:
        """Return the records with these numbers, those that can't be read with an empty text."""
        statement = select(EVIDENCE).order_by(EVIDENCE.c.seq)
        try:
            return [_record(row) for row in self._rows_in(statement, EVIDENCE.c.seq, numbers)]
        except _UNREADABLE:
            if len(numbers) == 1:
                nothing = Record(seq=numbers[0], hash="", text=b"", alert="", article="", at="")
                return [nothing]
            return [one for number in numbers for one in self.evidence_numbered([number])]

    def evidence_bodies(self, names: Sequence[str]) -> Mapping[str, Body]:
        """Return the stored bytes that have these SHA-256."""
        try:
            rows = self._rows_in(select(EVIDENCE_BODY), EVIDENCE_BODY.c.sha256, names)
            return {row.sha256: _body(row) for row in rows}
        except _UNREADABLE:
            if len(names) == 1:
                return {names[0]: Body(sha256=names[0], packed="", data=b"")}
            return {
                name: one for part in names for name, one in self.evidence_bodies([part]).items()
            }

    def evidence_body_names(self) -> Iterator[str]:
        """Yield the SHA-256 of all stored bytes."""
        for row in self._rows(select(EVIDENCE_BODY.c.sha256)):
            yield row.sha256

    def evidence_of(
        self,
        *,
        since: datetime | None = None,
        rule: str | None = None,
        alerts: Iterable[AlertId] | None = None,
        article: ArticleId | None = None,
        begins: str | None = None,
        limit: int | None = None,
    ) -> list[Record]:
        """Return the newest records of these kinds, the newest first.

        `begins`: the hash begins so. Of a rule: those of the alerts that tell of it.
        """
        statement = select(EVIDENCE.c.seq).order_by(EVIDENCE.c.seq.desc())
        if since is not None:
            statement = statement.where(EVIDENCE.c.at >= evidence.moment(since))
        if rule is not None:
            named = self._rows(select(ALERT_RULE.c.alert).where(ALERT_RULE.c.rule == rule))
            return self._of_alerts(statement, [row.alert for row in named], limit)
        if alerts is not None:
            return self._of_alerts(statement, list(alerts), limit)
        if article is not None:
            statement = statement.where(EVIDENCE.c.article == article)
        if begins is not None:
            statement = statement.where(EVIDENCE.c.hash >= begins, EVIDENCE.c.hash < f"{begins}~")
        numbers = [row.seq for row in self._rows(statement.limit(limit))]
        return self._newest_first(numbers)

    def _of_alerts(
        self, statement: Question, alerts: Iterable[str], limit: int | None
    ) -> list[Record]:
        found = sorted(
            (row.seq for row in self._rows_in(statement, EVIDENCE.c.alert, alerts)), reverse=True
        )
        return self._newest_first(found[:limit])

    def _newest_first(self, numbers: Sequence[int]) -> list[Record]:
        found = {one.seq: one for part in chunks(numbers) for one in self.evidence_numbered(part)}
        return [found[number] for number in numbers]

    def with_evidence(self, articles: Iterable[ArticleId]) -> set[ArticleId]:
        """Return those of the articles of which something is kept."""
        rows = self._rows_in(select(EVIDENCE.c.article), EVIDENCE.c.article, articles)
        return {ArticleId(row.article) for row in rows}


class EvidenceTx(Evidence):
    """What adds to it. Nothing changes or drops a record."""

    def add_evidence(self, exhibits: Sequence[Exhibit]) -> None:
        """Put these behind the last record of the chain, with the bytes that they name.

        The note beside the chain moves on only if it said where the chain ended: records that
        somebody took from its end stay missed.
        """
        if not exhibits:
            return
        seq, head, noted = self._end()
        records = list(evidence.chain(exhibits, seq=seq, previous=head))
        # The same bytes may be what several items stood in; some may be stored already.
        plain = {evidence.digest(data): data for one in exhibits for data in one.bodies}
        bodies = [_body_values(evidence.pack(data)) for data in plain.values()]
        connection = self._connection
        connection.execute(insert(EVIDENCE), [_values(one) for one in records])
        connection.execute(insert_into(EVIDENCE_BODY, connection), bodies)
        if noted != evidence.head_note(seq, head):
            return
        value = evidence.head_note(records[-1].seq, records[-1].hash)
        if noted is None:
            connection.execute(insert(NOTE).values(key=HEAD, value=value))
        else:
            connection.execute(update(NOTE).where(NOTE.c.key == HEAD).values(value=value))

    def _end(self) -> tuple[int, str, str | None]:
        """Return number and hash of the last record, and the note beside the chain."""
        note = select(NOTE.c.value).where(NOTE.c.key == HEAD).scalar_subquery()
        end = select(EVIDENCE.c.seq).order_by(EVIDENCE.c.seq.desc()).limit(1).scalar_subquery()
        head = select(EVIDENCE.c.hash).where(EVIDENCE.c.seq == end).scalar_subquery()
        row = self._connection.execute(select(end, head, note)).one()
        return row[0] or 0, row[1] or evidence.ZEROS, row[2]


def _record(row: Row) -> Record:
    return Record(
        seq=row.seq,
        hash=row.hash,
        text=bytes(row.record),
        alert=row.alert,
        article=row.article,
        at=row.at,
    )


def _values(record: Record) -> dict[str, object]:
    return {
        "seq": record.seq,
        "hash": record.hash,
        "record": record.text,
        "alert": record.alert,
        "article": record.article,
        "at": record.at,
    }


def _body_values(body: Body) -> dict[str, object]:
    return {"sha256": body.sha256, "packed": body.packed, "data": body.data}


def _body(row: Row) -> Body:
    return Body(sha256=row.sha256, packed=row.packed, data=bytes(row.data))
