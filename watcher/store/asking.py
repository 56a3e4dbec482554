"""How questions are put to the state: rows of one statement, or of as many as the values need."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import Select

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement
    from sqlalchemy.engine import Connection

    from watcher.store.values import Record

    Question = Select[*tuple[Any, ...]]

Item = TypeVar("Item")

CHUNK = 900
"""Values in one IN list; the databases take some 32,000 parameters per statement."""


def chunks(items: Iterable[Item]) -> Iterator[list[Item]]:
    """Yield lists short enough for one statement."""
    rest = iter(items)
    while chunk := list(islice(rest, CHUNK)):
        yield chunk


class Asking:
    """Statements within one snapshot."""

    def __init__(self, connection: Connection) -> None:
        self._open = connection

    @property
    def _connection(self) -> Connection:
        """The connection, in the midst of its transaction."""
        return self._open

    def _rows(self, statement: Question) -> Sequence[Record]:
        return self._connection.execute(statement).all()

    def _rows_in(
        self, statement: Question, column: ColumnElement[Any], wanted: Iterable[object]
    ) -> Iterator[Record]:
        """Yield the rows of `statement` whose `column` is among `wanted`, chunk by chunk."""
        for chunk in chunks(dict.fromkeys(wanted)):
            yield from self._rows(statement.where(column.in_(chunk)))
