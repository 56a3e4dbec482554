"""A thread that does one job after another, and can be left behind when a job hangs.

A thread of its own for each message costs a start and two switches; one for all targets would let
one that hangs stop the others.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import Generic, TypeVar

IDLE = 1.0
"""Seconds without a job after which the thread ends: most targets get a message now and then."""

Job = TypeVar("Job")


class Hand(Generic[Job]):
    """Runs `work` on each job in a daemon thread. `work` must not raise."""

    def __init__(self, name: str, work: Callable[[Job], None]) -> None:
        self._work = work
        self._jobs: SimpleQueue[Job | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._gone = False
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def takes(self, job: Job) -> bool:
        """Do the job next; False when the thread has ended or was left."""
        with self._lock:
            if self._gone:
                return False
            self._jobs.put(job)
            return True

    def leave(self) -> None:
        """Let the thread end as soon as it comes back from its job."""
        with self._lock:
            self._gone = True
            self._jobs.put(None)

    def _run(self) -> None:
        while True:
            try:
                job = self._jobs.get(timeout=IDLE)
            except Empty:
                with self._lock:
                    if self._jobs.empty():
                        self._gone = True
                        return
                continue
            if job is None:
                return
            self._work(job)
