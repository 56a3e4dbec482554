"""The door for WebSub: what is asked of a hub, and the small web server that hubs send to.

A hub's address comes out of a stranger's feed, and whoever finds the callback may send to it: the
one goes through the address guard, the other is believed only with the right signature. When to
ask and what the answers mean is `core.rhythm.hub`'s business.

Source: W3C Recommendation "WebSub", 23 January 2018, sections 5 to 8.
"""

from __future__ import annotations

import asyncio
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final, Protocol

from aiohttp import web

from watcher.core.model import HubState
from watcher.feeds import inflate, network

if TYPE_CHECKING:
    from watcher.core.model import Subscription
    from watcher.feeds.fetch import Fetcher

METHODS: Final = frozenset({"sha1", "sha256", "sha384", "sha512"})
"""The ways of signing that the Recommendation names."""
AT_ONCE: Final = 16
"""Requests served at the same time; the others are asked to come back."""
DEADLINE: Final = 30.0
"""Seconds for all of one request's body."""
LONGEST_CHALLENGE: Final = 4_000
LONGEST_TOKEN: Final = 100

_SUBSCRIBED = frozenset({HubState.ASKED, HubState.LIVE, HubState.DENIED})


def new_token() -> str:
    """Return an unguessable name for a callback, or an unguessable secret: 43 signs."""
    return secrets.token_urlsafe(32)


async def ask(
    fetcher: Fetcher, subscription: Subscription, lease: timedelta, *, private: bool
) -> None:
    """Ask a hub for the subscription, or for its end when it is being left.

    What the hub decides comes later, as a request to the callback. Raises FeedError.
    """
    form = {"hub.callback": subscription.callback, "hub.topic": subscription.topic}
    if subscription.state in _SUBSCRIBED:
        form |= {
            "hub.mode": "subscribe",
            "hub.secret": subscription.secret,
            "hub.lease_seconds": str(round(lease.total_seconds())),
        }
    else:
        form |= {"hub.mode": "unsubscribe"}
    # Hubs that speak the version before the Recommendation insist on it.
    form |= {"hub.verify": "async"}
    await fetcher.post(subscription.hub, form, private=private)


def is_signed(body: bytes, header: str, secret: str) -> bool:
    """Return whether X-Hub-Signature ("sha256=hex") belongs to `body` and `secret`."""
    method, _, given = header.strip().partition("=")
    method = method.strip().lower()
    if method not in METHODS:
        return False
    right = hmac.digest(secret.encode(), body, method).hex()
    # As bytes: a header may hold any letter, and comparing those as text raises.
    return hmac.compare_digest(right.encode(), given.strip().lower().encode("utf-8", "replace"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """What a hub asks at the callback: whether we meant it, or that it says no."""

    mode: str
    topic: str
    lease: timedelta | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pushed:
    """What a hub sent, signed, inflated."""

    body: bytes
    content_type: str | None


class Desk(Protocol):
    """Who knows the subscriptions, and takes what comes."""

    async def find(self, token: str) -> Subscription | None:
        """Return the subscription of a callback."""

    async def answer(self, token: str, intent: Intent) -> bool:
        """Return whether what the hub asks was meant, and remember its answer."""

    async def refuse(self, subscription: Subscription, why: str) -> None:
        """Count a push that is not believed."""

    def take(self, subscription: Subscription, pushed: Pushed) -> None:
        """Take a push; returns at once."""


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
            if subscription.state not in _SUBSCRIBED:
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
