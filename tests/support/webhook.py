"""A real HTTP server on loopback that records what it got and answers as it is told."""

from __future__ import annotations

import contextlib
import json
import socket
import struct
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Got:
    """One request; header names are in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the server does with a request.

    `act`: "answer"; "echo" (quote the request with its secrets); "drop" (close without an
    answer), "reset" (RST), "hang" (say nothing until the server ends), "drip" (one byte of the
    headers at a time until the other side leaves).
    """

    status: int = 200
    body: bytes = b'{"ok": true}'
    headers: Mapping[str, str] = field(default_factory=dict)
    act: str = "answer"


class Webhook:
    """The server. `script` holds the answers to come, one each; then `default` answers."""

    def __init__(self, default: Answer) -> None:
        self.default = default
        self.script: list[Answer] = []
        self.got: list[Got] = []
        self.connections = 0
        self.closing = threading.Event()
        self._news = threading.Condition()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.webhook = self
        self.port: int = self._server.server_port
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))

    def take(self, got: Got) -> Answer:
        with self._news:
            self.got.append(got)
            answer = self.script.pop(0) if self.script else self.default
            self._news.notify_all()
        return answer

    def wait_for(self, number: int, seconds: float = 10.0) -> list[Got]:
        """Wait until so many requests came; return them."""
        with self._news:
            came = self._news.wait_for(lambda: len(self.got) >= number, seconds)
        assert came, f"{len(self.got)} of {number} requests came"
        return self.got

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    webhook: Webhook

    def process_request(self, request: Any, client_address: Any) -> None:
        self.webhook.connections += 1
        super().process_request(request, client_address)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Stay silent: clients that leave in the middle are what the tests are about."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def _take(self) -> None:
        length = int(self.headers.get("content-length") or 0)
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = self.rfile.read(length)
        got = Got(method=self.command, path=self.path, headers=headers, body=body)
        answer = self.server.webhook.take(got)
        self.close_connection = True
        getattr(self, f"_{answer.act}")(answer)

    do_POST = do_PUT = do_GET = _take  # noqa: N815 # the names http.server looks for

    def _answer(self, answer: Answer) -> None:
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)

    def _echo(self, answer: Answer) -> None:
        said = f"{self.path} {self.headers.as_string()} is not allowed"
        self._answer(replace(answer, body=json.dumps({"description": said}).encode()))

    def _drop(self, _answer: Answer) -> None:
        pass

    def _reset(self, _answer: Answer) -> None:
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    def _hang(self, _answer: Answer) -> None:
        self.server.webhook.closing.wait(60)

    def _drip(self, _answer: Answer) -> None:
        with contextlib.suppress(OSError):
            self.connection.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
            while not self.server.webhook.closing.wait(0.05):
                self.connection.sendall(b"a")

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Write no log."""


@contextlib.contextmanager
def serving(default: Answer | None = None) -> Iterator[Webhook]:
    """Run a webhook for the length of a block."""
    webhook = Webhook(default or Answer())
    webhook.start()
    try:
        yield webhook
    finally:
        webhook.stop()


def closed_port() -> int:
    """Return a port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
