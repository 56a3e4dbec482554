"""TLS that can't be trusted (F17): the cause is named, and nothing is asked in clear."""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
import warnings
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import pytest_asyncio
from support.certificates import Authority
from support.faults import LIMITS, Faulty, Scene, open_scene, served
from support.feed_server import FeedServer

from watcher.core.model import FeedFault

pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclass
class Secure:
    """A TLS server whose certificate can be changed while it runs."""

    authority: Authority
    server: FeedServer
    context: ssl.SSLContext

    def shows(self, name: str, *, expired: bool = False) -> None:
        self.authority.server(name, expired=expired)
        self._load("own")

    def shows_own(self, name: str) -> None:
        self.authority.self_signed(name)
        self._load("self")

    def _load(self, name: str) -> None:
        folder = self.authority.folder
        self.context.load_cert_chain(folder / f"{name}.pem", folder / f"{name}.key")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def secure(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Secure]:
    authority = Authority.make(tmp_path_factory.mktemp("authority"))
    context = authority.server("first.example")
    async with FeedServer(tls=context) as server:
        yield Secure(authority, server, context)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def scene(tmp_path_factory: pytest.TempPathFactory, secure: Secure) -> AsyncIterator[Scene]:
    limits = replace(LIMITS, allow=secure.server.allow, tls=secure.authority.trusting)
    folder: Path = tmp_path_factory.mktemp("service")
    async with open_scene(folder, limits=limits) as ready:
        yield ready


async def read_once(scene: Scene, secure: Secure, name: str) -> Faulty:
    """Watch a feed over sound TLS."""
    feed = Faulty(scene=scene, name=name, server=secure.server)
    secure.shows(feed.host)
    secure.server.put(feed.path, served())
    await scene.watch(feed.line)
    assert (await scene.cycle(feed)).state.fault is None
    return feed


UNTRUSTED: dict[str, tuple[Callable[[Secure, str], None], str]] = {
    "F17 expired": (lambda server, host: server.shows(host, expired=True), "expired"),
    "F17 self-signed": (lambda server, host: server.shows_own(host), "self-signed"),
    "F17 another name": (lambda server, _: server.shows("bank.example"), "another site"),
}


@pytest.mark.parametrize("name", UNTRUSTED)
async def test_a_certificate_that_is_not_right_ends_it_before_anything_is_asked(
    scene: Scene, secure: Secure, name: str
) -> None:
    spoil, words = UNTRUSTED[name]
    feed = await read_once(scene, secure, name)

    spoil(secure, feed.host)
    cycle = await scene.cycle(feed)

    assert cycle.state.fault is FeedFault.TLS
    assert words in cycle.state.fault_detail
    assert len(feed.tags) == 1, "no request, neither in TLS nor in clear"
    secure.shows(feed.host)
    await feed.recovers()


@contextmanager
def old_server(authority: Authority, name: str, port: int) -> Iterator[list[bytes]]:
    """Speak TLS 1.0 and nothing newer; yields what was asked over it."""
    context = authority.server(name)
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1
    asked: list[bytes] = []

    def serve() -> None:
        # With sockets, not asyncio, which hangs up before it has said why (the alert).
        connection, _ = listening.accept()
        with connection, suppress(OSError):
            asked.append(context.wrap_socket(connection, server_side=True).recv(100))

    with socket.create_server(("127.0.0.1", port)) as listening:
        thread = threading.Thread(target=serve)
        thread.start()
        yield asked
        thread.join()


async def test_f17_a_version_of_tls_too_old_to_be_safe_is_not_spoken(
    scene: Scene, secure: Secure
) -> None:
    feed = Faulty(scene=scene, name="F17 TLS 1.0", server=scene.server)
    url = f"https://{feed.host}:{scene.closed_port}/feed"
    await scene.watch(f"{{url: '{url}', name: '{feed.name}'}}")

    with old_server(secure.authority, feed.host, scene.closed_port) as asked:
        cycle = await scene.poll(url, feed.name)

    assert cycle.state.fault is FeedFault.TLS
    assert "too old" in cycle.state.fault_detail
    assert asked == []


async def test_f17_a_port_that_speaks_plain_http_gets_no_request(scene: Scene) -> None:
    feed = Faulty(scene=scene, name="F17 plain HTTP", server=scene.server)
    scene.server.put(feed.path, served())
    secure_url = feed.url.replace("http:", "https:")
    await scene.watch(f"{{url: '{secure_url}', name: '{feed.name}'}}")

    cycle = await scene.poll(secure_url, feed.name)

    assert cycle.state.fault is FeedFault.TLS
    assert "does not speak TLS" in cycle.state.fault_detail
    assert feed.tags == []


async def test_f17_a_handshake_that_is_broken_off_is_named(scene: Scene) -> None:
    async def leave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.transport.abort()

    feed = Faulty(scene=scene, name="F17 reset in the handshake", server=scene.server)
    url = f"https://{feed.host}:{scene.closed_port}/feed"
    await scene.watch(f"{{url: '{url}', name: '{feed.name}'}}")
    async with await asyncio.start_server(leave, "127.0.0.1", scene.closed_port):
        cycle = await scene.poll(url, feed.name)

    assert cycle.state.fault is FeedFault.TLS
    assert "broke off" in cycle.state.fault_detail
