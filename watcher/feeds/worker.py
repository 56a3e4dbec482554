"""One killable child process: start it, ask it, and end it when it takes too long."""

from __future__ import annotations

import asyncio
import contextlib
import json
import math
import os
import struct
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import watcher
from watcher.feeds import wire

if TYPE_CHECKING:
    from collections.abc import Sequence

_START_SECONDS: Final = 20.0
"""A new child imports feedparser; on a busy machine that takes a while, and isn't a bad feed."""
_RECYCLED_AFTER: Final = 5_000
"""Requests; a fresh process has no fragments of memory from thousands of documents."""


class ChildDiedError(Exception):
    """The child was killed for taking too long, or ended by itself; the message says which."""


class Worker:
    """A child process that answers one request at a time. Started when first asked."""

    def __init__(self) -> None:
        self._process: Process | None = None
        self._asked = 0

    async def ask(
        self, request: dict[str, Any], parts: Sequence[bytes], seconds: float
    ) -> dict[str, Any]:
        """Send one request and return the answer; raises ChildDiedError after `seconds`."""
        if self._process is None or self._process.returncode is not None:
            await self._start()
        elif self._asked >= _RECYCLED_AFTER:
            await self.stop()
            await self._start()
        self._asked += 1
        request = {**request, "seconds": math.ceil(seconds) + 5}
        frame = wire.pack([json.dumps(request).encode(), *parts])
        try:
            async with asyncio.timeout(seconds):
                return await self._exchange(frame)
        except TimeoutError:
            await self._kill()
            raise ChildDiedError(f"it took longer than {seconds:.1f} s") from None
        except (OSError, EOFError, ValueError):
            await self._kill()
            raise ChildDiedError("it needed too much memory or broke the parser") from None
        except BaseException:
            # Cancelled half-way: the pipe holds half an answer, so the process is of no use.
            await self._kill()
            raise

    async def stop(self) -> None:
        """End the child."""
        if self._process is not None:
            await self._kill()

    async def _start(self) -> None:
        # Nothing of our environment goes along: it may hold the tokens of channels.
        environment = {
            "PYTHONPATH": str(Path(watcher.__file__).parent.parent),
            "PYTHONUTF8": "1",
            "PATH": os.defpath,
        }
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-s", "-P", "-m", "watcher.feeds.child"),
            stdin=PIPE,
            stdout=PIPE,
            stderr=DEVNULL,
            env=environment,
            cwd="/" if os.name == "posix" else None,
            start_new_session=True,
        )
        self._asked = 0
        try:
            async with asyncio.timeout(_START_SECONDS):
                await self._exchange(
                    wire.pack([b'{"kind": "ready", "url": "", "seconds": 20}', b""])
                )
        except (TimeoutError, OSError, EOFError, ValueError):
            await self._kill()
            raise ChildDiedError("the parser could not be started") from None

    async def _exchange(self, frame: bytes) -> dict[str, Any]:
        process = self._process
        if process is None or process.stdin is None or process.stdout is None:
            raise EOFError
        process.stdin.write(frame)
        await process.stdin.drain()
        count, length = struct.unpack(">II", await process.stdout.readexactly(8))
        if count != 1 or length > wire.LARGEST_FRAME:
            raise ValueError(length)
        answer: dict[str, Any] = json.loads(await process.stdout.readexactly(length))
        return answer

    async def _kill(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
        if process.stdin is not None:
            process.stdin.close()
        await process.wait()
