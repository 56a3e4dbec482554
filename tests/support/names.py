"""A resolver for tests: names lead to loopback, or wherever a test says."""

from __future__ import annotations

import asyncio
import socket
from collections import Counter

from aiohttp.abc import AbstractResolver, ResolveResult

HANGS = "hangs"
"""An address that is never given."""


class Names(AbstractResolver):
    """Every name under `.example` leads to 127.0.0.1, unless `answers` has others; none else does.

    `answers` gives a name its lists of addresses in turn, the last for ever; `asked` counts.
    """

    def __init__(self) -> None:
        self.answers: dict[str, list[list[str]]] = {}
        self.asked: Counter[str] = Counter()

    async def resolve(
        self,
        host: str,
        port: int = 0,
        family: socket.AddressFamily = socket.AF_INET,  # noqa: ARG002 - aiohttp's signature
    ) -> list[ResolveResult]:
        """Return the addresses of `host`; OSError when it has none."""
        self.asked[host] += 1
        turns = self.answers.get(host, [["127.0.0.1"]] if host.endswith(".example") else [[]])
        found = turns.pop(0) if len(turns) > 1 else turns[0]
        if HANGS in found:
            await asyncio.Event().wait()
        if not found:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return [_result(host, address, port) for address in found]

    async def close(self) -> None:
        """Nothing is open."""


def _result(host: str, address: str, port: int) -> ResolveResult:
    return ResolveResult(
        hostname=host,
        host=address,
        port=port,
        family=socket.AF_INET6 if ":" in address else socket.AF_INET,
        proto=0,
        flags=socket.AI_NUMERICHOST,
    )
