"""One try to send one message: its deadline, what was seen of it, and the means to end it.

`listening` sets the attempt of the current thread; `tap` shows it what that thread sends by HTTP,
and our own plugins tell it of the connections they open.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

_TOO_MANY = 429


@dataclass(slots=True)
class Exchange:
    """One HTTP request and what came back. `begun`: the server may have read the request."""

    begun: bool = False
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    fault: str = ""
    """Class of the error that ended it, without its text (which holds the address)."""


class Attempt:
    """One try to send one message: its deadline, what was seen of it, and the means to end it."""

    def __init__(
        self, *, seconds: float, headers: Mapping[str, str] | None = None, transaction: str = ""
    ) -> None:
        self.headers = dict(headers or {})
        self.transaction = transaction
        """What stands for the message in the address of a Matrix event; "" leaves it as it is."""
        self.exchanges: list[Exchange] = []
        self._ends = time.monotonic() + seconds
        self._ended = threading.Event()
        self._aborted = False
        self._sockets: list[socket.socket] = []
        self._lock = threading.Lock()

    def is_aborted(self) -> bool:
        """Whether it was ended from outside: nothing may be sent any more."""
        return self._aborted

    def is_put_off(self) -> bool:
        """Whether the service asked us to come again later: asking it again is for a later try."""
        return bool(self.exchanges) and self.exchanges[-1].status == _TOO_MANY

    def remaining(self) -> float:
        """Return the seconds left, never less than a moment."""
        return max(0.05, self._ends - time.monotonic())

    def opened(self, sock: socket.socket) -> None:
        """Remember a connection, so that it can be cut; cut it at once when it is too late.

        A duplicate is kept: the original changes owner when TLS is put on it.
        """
        with self._lock:
            if self._aborted:
                with contextlib.suppress(OSError):
                    sock.shutdown(socket.SHUT_RDWR)
                raise ConnectionAbortedError("the deadline has passed")
            self._sockets.append(sock.dup())

    def abort(self) -> None:
        """Cut the connections; whoever waits for the end is woken by the sender itself."""
        with self._lock:
            self._aborted = True
            for sock in self._sockets:
                with contextlib.suppress(OSError):
                    sock.shutdown(socket.SHUT_RDWR)

    def finish(self) -> None:
        """Say that the sender is through."""
        with self._lock:
            for sock in self._sockets:
                sock.close()
            self._sockets.clear()
        self._ended.set()

    def wait(self, seconds: float) -> bool:
        """Wait for the end; return whether it came in time."""
        return self._ended.wait(seconds)


_here = threading.local()


def current() -> Attempt | None:
    """Return the attempt of this thread, if any."""
    return getattr(_here, "attempt", None)


@contextlib.contextmanager
def listening(attempt: Attempt) -> Iterator[Attempt]:
    """Observe what this thread sends, until the end of the block."""
    _here.attempt = attempt
    try:
        yield attempt
    finally:
        _here.attempt = None
