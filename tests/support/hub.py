"""A WebSub hub on loopback: verifies intent, pushes signed content, denies, lies, and dies.

async with Hub() as hub:
    hub.reach("https://watch.example.org", "http://127.0.0.1:8077")
    ...                                   # somebody subscribes at hub.url
    await hub.verify()
    await hub.push(DOCUMENT)
"""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self
from urllib.parse import parse_qsl

from aiohttp import ClientSession
from support.feed_server import FeedServer, Request, answer

if TYPE_CHECKING:
    from types import TracebackType


@dataclass(frozen=True, slots=True)
class Said:
    """What a callback answered."""

    status: int
    text: str


@dataclass
class Hub:
    """The hub. `asked` has every form it got; `status` is what it answers them with."""

    status: int = 202
    headers: Mapping[str, str] = field(default_factory=dict)
    lease: int | None = 864_000
    asked: list[dict[str, str]] = field(default_factory=list)
    agents: list[str] = field(default_factory=list)
    server: FeedServer = field(default_factory=FeedServer)
    _doors: list[tuple[str, str]] = field(default_factory=list)
    _session: ClientSession | None = None

    async def __aenter__(self) -> Self:
        await self.server.__aenter__()
        self.server.put("/", self._take)
        self._session = ClientSession()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._session is not None
        await self._session.close()
        await self.server.__aexit__(kind, error, trace)

    @property
    def port(self) -> int:
        return self.server.port

    @property
    def url(self) -> str:
        return self.server.url("/")

    def reach(self, public: str, door: str) -> None:
        """Reach addresses that begin with `public` at `door`, as a web server in front does."""
        self._doors.append((public, door))

    async def _take(self, request: Request, writer: asyncio.StreamWriter) -> None:
        self.asked.append(dict(parse_qsl(request.body.decode(), keep_blank_values=True)))
        self.agents.append(request.header("User-Agent") or "")
        writer.write(answer(self.status, headers=self.headers))

    # --- what it does to callbacks -----------------------------------------------------------

    @property
    def last(self) -> dict[str, str]:
        """The last form."""
        return self.asked[-1]

    async def verify(self, form: Mapping[str, str] | None = None, **more: str) -> Said:
        """Ask the callback of `form` (else of the last one) whether it was meant."""
        form = form or self.last
        query = {
            "hub.mode": form["hub.mode"],
            "hub.topic": form["hub.topic"],
            "hub.challenge": "riddle <b>",
        }
        if self.lease is not None and form["hub.mode"] == "subscribe":
            query["hub.lease_seconds"] = str(self.lease)
        query |= {f"hub.{name}": value for name, value in more.items()}
        return await self.get(form["hub.callback"], query)

    async def deny(self, reason: str = "no room") -> Said:
        """Say no to the last form."""
        query = {"hub.mode": "denied", "hub.topic": self.last["hub.topic"], "hub.reason": reason}
        return await self.get(self.last["hub.callback"], query)

    async def push(
        self,
        body: bytes,
        *,
        to: str | None = None,
        method: str = "sha256",
        signature: str | None = None,
        content_type: str = "application/rss+xml",
        headers: Mapping[str, str] | None = None,
    ) -> Said:
        """Send `body`, signed with the secret that we were given unless `signature` says other."""
        if signature is None:
            digest = hmac.new(self.last["hub.secret"].encode(), body, method).hexdigest()
            signature = f"{method}={digest}"
        assert self._session is not None
        sent = {"Content-Type": content_type, **(headers or {})}
        if signature:
            sent["X-Hub-Signature"] = signature
        where = self._door(to or self.last["hub.callback"])
        async with self._session.post(where, data=body, headers=sent) as response:
            return Said(response.status, await response.text())

    async def get(self, url: str, query: Mapping[str, str]) -> Said:
        assert self._session is not None
        async with self._session.get(self._door(url), params=query) as response:
            return Said(response.status, await response.text())

    def _door(self, url: str) -> str:
        for public, door in self._doors:
            if url.startswith(public):
                return door + url.removeprefix(public)
        return url
