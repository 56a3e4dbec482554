"""One killable child process: start it, ask it, and end it when it takes too long."""

from __future__ import annotations

import asyncio
import contextlib
import json
import math
import os
import struct
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import watcher
from watcher.core.errors import FeedError
from watcher.core.model import FeedFault
from watcher.feeds import wire

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_START_SECONDS: Final = 20.0
"""A new child imports feedparser; on a busy machine that takes a while, and isn't a bad feed."""
_RECYCLED_AFTER: Final = 5_000
"""Requests; a fresh process has no fragments of memory from thousands of documents."""
_BROKEN: Final = (OSError, EOFError, ValueError, struct.error)


class ChildDiedError(Exception):
    """The child was killed for taking too long (`slow`), or ended by itself."""

    def __init__(self, why: str, *, slow: bool) -> None:
        super().__init__(why)
        self.slow = slow


class Worker:
    """A child process that answers one request at a time. Started when first asked.

    `module` is what it runs: the parser of feeds, or the reader of article pages.

    Its pipes are served by a thread of its own: asyncio's subprocesses depend on a child watcher
    that loses exit codes when a killed child is polled, and the loop's shared threads may all be
    busy sending alerts.
    """

    def __init__(self, module: str = "watcher.feeds.child") -> None:
        self._module = module
        self._process: subprocess.Popen[bytes] | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="feed-parser")
        self._asked = 0

    async def ask(
        self, request: dict[str, Any], parts: Sequence[bytes], seconds: float
    ) -> dict[str, Any]:
        """Send one request and return the answer.

        Raises ChildDiedError after `seconds` or when the child ends, and FeedError when none can
        be started: that is no item's fault, so none may be counted as read.
        """
        if self._process is None or self._asked >= _RECYCLED_AFTER:
            self._kill()
            try:
                await self._run(self._start, _START_SECONDS)
            except ChildDiedError as died:
                raise FeedError(
                    FeedFault.POISONED,
                    "the parser could not be started; this computer may be short of memory.",
                ) from died
        self._asked += 1
        head = json.dumps({**request, "seconds": math.ceil(seconds) + 5}).encode()
        frame = wire.pack([head, *parts])
        return await self._run(lambda: self._exchange(frame), seconds)

    async def stop(self) -> None:
        """End the child and its thread."""
        self._kill()
        await asyncio.to_thread(self._thread.shutdown)

    async def _run(self, work: Callable[[], dict[str, Any]], seconds: float) -> dict[str, Any]:
        """Do `work` in the thread; what ends it early kills the child, which frees the thread."""
        future = asyncio.get_running_loop().run_in_executor(self._thread, work)
        try:
            async with asyncio.timeout(seconds):
                return await asyncio.shield(future)
        except TimeoutError:
            died = ChildDiedError(f"it took longer than {seconds:.1f} s", slow=True)
        except _BROKEN:
            died = ChildDiedError("it needed too much memory or broke the parser", slow=False)
        except BaseException:
            # Cancelled half-way: the pipe holds half an answer, so the process is of no use.
            await self._end(future)
            raise
        await self._end(future)
        raise died

    async def _end(self, future: asyncio.Future[dict[str, Any]]) -> None:
        self._kill()
        await asyncio.wait([future])
        if not future.cancelled():
            future.exception()  # seen, so that asyncio doesn't report it as lost

    def _start(self) -> dict[str, Any]:
        # Nothing of our environment goes along: it may hold the tokens of channels.
        environment = {
            "PYTHONPATH": str(Path(watcher.__file__).parent.parent),
            "PYTHONUTF8": "1",
            "PATH": os.defpath,
        }
        self._process = subprocess.Popen(  # noqa: S603 - one of our own modules
            [sys.executable, "-s", "-P", "-m", self._module],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            cwd="/" if os.name == "posix" else None,
            start_new_session=True,  # Ctrl-C is for the parent
        )
        self._asked = 0
        return self._exchange(wire.pack([b'{"kind": "ready", "url": "", "seconds": 20}', b""]))

    def _exchange(self, frame: Sequence[bytes]) -> dict[str, Any]:
        process = self._process
        if process is None or process.stdin is None or process.stdout is None:
            raise EOFError
        process.stdin.writelines(frame)
        process.stdin.flush()
        parts = wire.unpack(process.stdout.read)
        if parts is None:
            raise EOFError
        answer: dict[str, Any] = json.loads(parts[0])
        return answer

    def _kill(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                self._thread.submit(_close, pipe)


def _close(pipe: Any) -> None:  # noqa: ANN401 - typeshed's IO classes differ by version
    """Close a pipe of a dead child; what it still buffers can't be written any more."""
    with contextlib.suppress(OSError):
        pipe.close()
