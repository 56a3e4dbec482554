"""A loopback feed server that can also misbehave, for tests over real HTTP.

    async with FeedServer() as server:
        server.put("/feed", answer(body=RSS, headers={"ETag": '"1"'}), answer(304))
        await fetcher.fetch(Feed(url=server.url("/feed"), name="x"))
        assert server.requests[0].header("If-None-Match") is None

A path answers with its replies in turn and repeats the last. A reply is the raw bytes of an HTTP
answer (see `answer`), or a coroutine function that gets the request and the connection and may do
anything to it. It speaks just enough HTTP/1.1 for a GET and a POST, one request per connection
unless `keep_alive`.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    import ssl
    from types import TracebackType


@dataclass(frozen=True, slots=True)
class Request:
    """One request as it came, header names and values untouched, with its whole body."""

    method: str
    path: str
    headers: tuple[tuple[str, str], ...]
    body: bytes = b""

    def header(self, name: str) -> str | None:
        """The value of header `name` in any case, or None."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), None)

    @property
    def conditional(self) -> bool:
        """Whether the request carried a validator."""
        return any(map(self.header, ("If-None-Match", "If-Modified-Since")))


Misbehave = Callable[[Request, asyncio.StreamWriter], Awaitable[None]]
Reply = bytes | Misbehave


def answer(
    status: int = 200,
    body: bytes | str = b"",
    headers: Mapping[str, str] | Iterable[tuple[str, str]] = (),
    *,
    length: int | None = None,
) -> bytes:
    """Return the bytes of a whole HTTP answer; `length` overrides the true Content-Length."""
    content = body.encode() if isinstance(body, str) else body
    try:
        phrase = HTTPStatus(status).phrase
    except ValueError:
        phrase = "Odd"
    pairs = list(headers.items()) if isinstance(headers, Mapping) else list(headers)
    names = {name.lower() for name, _ in pairs}
    if "content-type" not in names and content:
        pairs.append(("Content-Type", "application/rss+xml; charset=utf-8"))
    if "transfer-encoding" not in names and status not in {204, 304}:
        pairs.append(("Content-Length", str(len(content) if length is None else length)))
    lines = "".join(f"{name}: {value}\r\n" for name, value in pairs)
    return f"HTTP/1.1 {status} {phrase}\r\n{lines}\r\n".encode() + content


def redirect(location: str, status: int = 302) -> bytes:
    """Return a redirect to `location`."""
    return answer(status, headers={"Location": location})


async def silent(_: Request, __: asyncio.StreamWriter) -> None:
    """Accept and never answer."""
    await asyncio.Event().wait()


def drip(data: bytes, *, every: float = 0.01) -> Misbehave:
    """Send `data` byte by byte, for ever from the start again."""

    async def dripping(_: Request, writer: asyncio.StreamWriter) -> None:
        while True:
            for byte in data:
                writer.write(bytes([byte]))
                await writer.drain()
                await asyncio.sleep(every)

    return dripping


def endless(start: bytes, again: bytes) -> Misbehave:
    """Send `start`, then `again` without end, as fast as it is taken."""

    async def streaming(_: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(start)
        while True:
            writer.write(again)
            await writer.drain()
            await asyncio.sleep(0)

    return streaming


def reset_after(data: bytes) -> Misbehave:
    """Send `data`, then break the connection with RST."""

    async def resetting(_: Request, writer: asyncio.StreamWriter) -> None:
        if data:
            writer.write(data)
            await writer.drain()
        own: socket.socket = writer.get_extra_info("socket")
        own.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()

    return resetting


def hang_after(data: bytes) -> Misbehave:
    """Send `data`, then keep the connection open and say nothing more."""

    async def hanging(_: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(data)
        await writer.drain()
        await asyncio.Event().wait()

    return hanging


def lying(*bodies: bytes) -> Misbehave:
    """Serve `bodies` in turn to who asks for all, and "not modified" to who has any validator."""
    left = list(bodies)

    async def answering(request: Request, writer: asyncio.StreamWriter) -> None:
        if request.conditional:
            writer.write(answer(304, headers={"ETag": '"for-ever"'}))
            return
        body = left.pop(0) if len(left) > 1 else left[0]
        writer.write(answer(body=body, headers={"ETag": '"for-ever"'}))

    return answering


@dataclass
class FeedServer:
    """The server; an async context manager. `requests` is its log, `connections` a counter."""

    tls: ssl.SSLContext | None = None
    keep_alive: bool = False
    host: str = "127.0.0.1"
    port: int = 0
    requests: list[Request] = field(default_factory=list)
    connections: int = 0
    _replies: dict[str, list[Reply]] = field(default_factory=dict)
    _server: asyncio.Server | None = None
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(
            self._accepted, self.host, self.port, ssl=self.tls
        )
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def allow(self) -> frozenset[tuple[str, int]]:
        """What a Fetcher must be told to reach this server."""
        return frozenset({(self.host, self.port)})

    def url(self, path: str = "/", host: str | None = None) -> str:
        """Return the address of `path` on this server."""
        return f"{'https' if self.tls else 'http'}://{host or self.host}:{self.port}{path}"

    def put(self, path: str, *replies: Reply) -> str:
        """Let `path` answer with `replies` in turn, the last for ever; return its address."""
        self._replies[path] = list(replies)
        return self.url(path)

    def asked(self, path: str) -> list[Request]:
        """Return the requests for `path`, oldest first."""
        return [request for request in self.requests if request.path == path]

    async def _accepted(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
                while await self._serve(reader, writer) and self.keep_alive:
                    pass
        except asyncio.CancelledError:
            pass  # the test is over
        finally:
            self._tasks.discard(task)
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        try:
            start = await reader.readexactly(1)
            if not start.isalpha():
                # A TLS hello at a port without TLS gets what web servers give it.
                writer.write(answer(400, "this is plain HTTP"))
                return False
            head = (start + await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        except asyncio.IncompleteReadError:
            return False
        first, *lines = head.rstrip("\r\n").split("\r\n")
        method, path, _ = first.split(" ", 2)
        pairs = (line.split(":", 1) for line in lines)
        headers = tuple((name, value.strip(" ")) for name, value in pairs)
        request = Request(method, path, headers)
        # A body left unread would end the connection with RST.
        body = await reader.readexactly(int(request.header("Content-Length") or 0))
        request = replace(request, body=body)
        self.requests.append(request)
        replies = self._replies.get(path.partition("?")[0])
        if replies is None:
            writer.write(answer(404, "no such path"))
        else:
            reply = replies.pop(0) if len(replies) > 1 else replies[0]
            if isinstance(reply, bytes):
                head_end = reply.index(b"\r\n\r\n") + 4 if method == "HEAD" else None
                writer.write(reply[:head_end])
            else:
                await reply(request, writer)
        await writer.drain()
        return True
