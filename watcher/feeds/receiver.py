"""The small web server to which hubs send. Loaded only where somebody listens: it takes 50 ms.

Source: W3C Recommendation "WebSub", 23 January 2018, sections 5.3 and 7.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from aiohttp import web

from watcher.feeds import inflate, network
from watcher.feeds.websub import SUBSCRIBED, Intent, Pushed, is_signed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from watcher.feeds.websub import Desk

AT_ONCE: Final = 16
"""Requests served at the same time; the others are asked to come back."""
DEADLINE: Final = 30.0
"""Seconds for all of one request's body."""
LONGEST_CHALLENGE: Final = 4_000
LONGEST_TOKEN: Final = 100


class Receiver:
    """The web server at `host`:`port` (0: any) to which hubs send. Start it, and stop it.

    `most_bytes` bounds a body before and after decompression.
    """

    def __init__(self, desk: Desk, *, host: str, port: int, most_bytes: int) -> None:
        self._desk = desk
        self._most_bytes = most_bytes
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._host, self._port = host, port
        app = web.Application()
        app.router.add_get("/{path:.*}", self._get, allow_head=False)
        app.router.add_post("/{path:.*}", self._post)
        # The log of requests would hold the tokens; and what is signed is the body as it came.
        self._runner = web.AppRunner(
            app, access_log=None, handle_signals=False, auto_decompress=False, shutdown_timeout=1.0
        )

    async def start(self) -> None:
        """Listen. Raises OSError when the address can't be had."""
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, self._host, self._port).start()
        except OSError:
            await self._runner.cleanup()
            raise

    async def stop(self) -> None:
        """Hang up."""
        await self._runner.cleanup()

    async def _get(self, request: web.Request) -> web.Response:
        """Answer a hub that asks whether a subscription, or its end, was meant."""
        token = _token(request)
        query = request.query
        challenge = query.get("hub.challenge", "")
        if self._slots.locked():
            return _busy()
        async with self._slots:
            if await self._desk.find(token) is None or len(challenge) > LONGEST_CHALLENGE:
                return _plain(404)
            intent = Intent(
                mode=query.get("hub.mode", ""),
                topic=query.get("hub.topic", ""),
                lease=_lease(query.get("hub.lease_seconds", "")),
                reason=query.get("hub.reason", "")[:LONGEST_CHALLENGE],
            )
            meant = await self._desk.answer(token, intent)
        return _plain(200, challenge) if meant else _plain(404)

    async def _post(self, request: web.Request) -> web.Response:
        """Take what a hub sends, and answer before anything is done with it."""
        if self._slots.locked():
            return _busy()
        async with self._slots:
            subscription = await self._desk.find(_token(request))
            if subscription is None:
                return _plain(404)
            if subscription.state not in SUBSCRIBED:
                return _plain(410)
            try:
                async with asyncio.timeout(DEADLINE):
                    body = await self._body(request)
            except TimeoutError:
                return _plain(408)
            if body is None:
                return _plain(413)
            if not is_signed(body, request.headers.get("X-Hub-Signature", ""), subscription.secret):
                # The Recommendation wants it acknowledged: who guesses learns nothing.
                await self._desk.refuse(subscription, "without the right signature")
                return _plain(202)
            try:
                plain = self._inflated(body, request.headers)
            except network.ERRORS:
                await self._desk.refuse(subscription, "that can't be decompressed")
                return _plain(202)
        self._desk.take(
            subscription, Pushed(body=plain, content_type=request.headers.get("Content-Type"))
        )
        return _plain(202)

    async def _body(self, request: web.Request) -> bytes | None:
        body = bytearray()
        async for chunk in request.content.iter_any():
            body += chunk
            if len(body) > self._most_bytes:
                return None
        return bytes(body)

    def _inflated(self, body: bytes, headers: Mapping[str, str]) -> bytes:
        layers = inflate.decoders(headers.get("Content-Encoding", ""))
        plain = bytearray()
        for piece in inflate.through(layers, body):
            plain += piece
            if len(plain) > self._most_bytes:
                raise ValueError(f"more than {self._most_bytes} bytes")
        for layer in layers:
            layer.finish()
        return bytes(plain)


def _token(request: web.Request) -> str:
    """Return the last part of the path: a web server in front may cut off what is before it."""
    return request.path.rpartition("/")[2][:LONGEST_TOKEN]


def _lease(written: str) -> timedelta | None:
    written = written.strip()
    if not (written.isascii() and written.isdigit()):
        return None
    return timedelta(seconds=min(int(written[:12]), 10**9))


def _plain(status: int, words: str = "") -> web.Response:
    headers = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}
    return web.Response(status=status, text=words, headers=headers)


def _busy() -> web.Response:
    return web.Response(status=503, headers={"Retry-After": "60"})
