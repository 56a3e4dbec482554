"""The open state: transactions for one writer, snapshots for any number of readers."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Self

from watcher.core.errors import StateError
from watcher.store.engine import is_whole, start
from watcher.store.queries import Queries
from watcher.store.tx import Tx

if TYPE_CHECKING:
    from collections.abc import Iterator

    from watcher.store.claim import Claim
    from watcher.store.engine import Engines
    from watcher.store.trust import Trust


class Store:
    """What is known. Any thread may read or write; writers wait for each other, readers never.

    `fresh`: the database was made now, so whatever the feeds hold is a baseline and no news.
    `recovered`: when a damaged file was put aside, what happened and where it is, for people.
    """

    def __init__(
        self,
        engines: Engines,
        claim: Claim,
        *,
        fresh: bool = False,
        recovered: str = "",
        trust: Trust | None = None,
    ) -> None:
        self.fresh = fresh
        self.recovered = recovered
        self._engines = engines
        self._claim = claim
        self._trust = trust
        self._turn = threading.Lock()
        self._writing: int | None = None

    def claim(self, owner: str) -> None:
        """Make sure that no other daemon works on this state. `owner` names us to a second one.

        Raises StateError that names the process that does.
        """
        self._claim.take(owner)

    @contextmanager
    def write(self, *, light: bool = False) -> Iterator[Tx]:
        """Yield ONE transaction: kept when the block ends, undone when it raises.

        A `light` one does not wait for the disk (SQLite): it outlives the process, whatever ends
        it, but a power cut may undo it, and then all light ones after it, up to the next other one.

        Raises StateError when the database can't go on (disk full, server gone); nothing is
        half-written then, and the next call may succeed.
        """
        if self._writing == threading.get_ident():
            raise RuntimeError("write() within write() would wait for itself")
        with self._turn:
            self._claim.confirm()
            engine = self._engines.light if light else self._engines.writer
            with engine.begin() as connection:
                self._writing = threading.get_ident()
                start(connection)
                try:
                    yield Tx(connection)
                finally:
                    self._writing = None
                if not is_whole(connection):
                    raise StateError(
                        f"{self._engines.place}: the transaction failed and was undone, though "
                        "the failure was not passed on."
                    )

    @contextmanager
    def read(self) -> Iterator[Queries]:
        """Yield a snapshot: what was kept when it began, whatever is written meanwhile."""
        with self._engines.reader.begin() as connection:
            yield Queries(connection)

    def close(self) -> None:
        """Close all connections and drop the claim."""
        self._engines.close()
        if self._trust is not None:
            self._trust.leave()
        self._claim.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()
