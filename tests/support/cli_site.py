"""A small site on loopback: a feed, an old one, a page, a moved one, and a place to post to."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

FEED = """<?xml version="1.0"?><rss version="2.0"><channel><title>Steppe</title>
<item><guid>s1</guid><title>Суд в Алматы &amp; рядом</title><link>/news/1</link>
<pubDate>{date}</pubDate><description>&lt;p&gt;Hearing&lt;/p&gt;</description></item>
</channel></rss>"""
PAGES = {
    "/good": (200, "application/rss+xml", FEED.format(date="Fri, 20 Nov 2099 10:00:00 GMT")),
    "/old": (200, "application/rss+xml", FEED.format(date="Mon, 02 Jan 2017 10:00:00 GMT")),
    "/page": (200, "text/html", "<!doctype html><html><body>Welcome</body></html>"),
}


class Handler(BaseHTTPRequestHandler):
    posts: list[Any]

    def do_GET(self) -> None:
        if self.path == "/moved":
            self.send_response(301)
            self.send_header("Location", "/good")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        status, kind, text = PAGES.get(self.path, (404, "text/plain", "no"))
        self._answer(status, kind, text)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.posts.append(json.loads(body))
        self._answer(200 if self.path == "/ok" else 500, "application/json", "{}")

    def _answer(self, status: int, kind: str, text: str) -> None:
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""


@contextmanager
def served() -> Iterator[tuple[str, list[Any]]]:
    posts: list[Any] = []
    handler = type("Posting", (Handler,), {"posts": posts})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield f"127.0.0.1:{server.server_port}", posts
        finally:
            server.shutdown()
            thread.join()
