"""Small sites on loopback: any pages in any answer, and one of all kinds of feeds for commands."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

FEED = """<?xml version="1.0"?><rss version="2.0"><channel><title>Steppe</title>
<item><guid>s1</guid><title>Суд в Алматы &amp; рядом</title><link>/news/1</link>
<pubDate>{date}</pubDate><description>&lt;p&gt;Hearing&lt;/p&gt;</description></item>
</channel></rss>"""
WELCOME = "<!doctype html><html><body>Welcome</body></html>"


@dataclass(frozen=True, slots=True)
class Page:
    """One answer. `{here}` in it stands for the address of the site."""

    text: str = ""
    kind: str = "text/html"
    status: int = 200
    location: str = ""
    wait: int = 0
    """Seconds of Retry-After."""


PAGES = {
    "/good": Page(FEED.format(date="Fri, 20 Nov 2099 10:00:00 GMT"), "application/rss+xml"),
    "/old": Page(FEED.format(date="Mon, 02 Jan 2017 10:00:00 GMT"), "application/rss+xml"),
    "/page": Page(WELCOME),
    "/moved": Page(status=301, location="/good"),
}


@dataclass
class Site:
    """A running site: its address, and what it was asked for and sent."""

    host: str
    port: int = 0
    pages: Mapping[str, Page] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    posts: list[Any] = field(default_factory=list)

    @property
    def at(self) -> str:
        return f"{self.host}:{self.port}"

    @property
    def url(self) -> str:
        return f"http://{self.at}"


class Handler(BaseHTTPRequestHandler):
    site: Site

    def do_GET(self) -> None:
        self.site.asked.append(self.path)
        page = self.site.pages.get(self.path, Page("no", "text/plain", 404))
        self._answer(page)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.site.posts.append(json.loads(body))
        self._answer(Page("{}", "application/json", 200 if self.path == "/ok" else 500))

    def _answer(self, page: Page) -> None:
        body = page.text.replace("{here}", self.site.url).encode()
        self.send_response(page.status)
        if page.location:
            self.send_header("Location", page.location)
        if page.wait:
            self.send_header("Retry-After", str(page.wait))
        self.send_header("Content-Type", page.kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""


@contextmanager
def served(pages: Mapping[str, Page | str] = PAGES, host: str = "127.0.0.1") -> Iterator[Site]:
    """Serve `pages` (a text is a web page), and take JSON at /ok."""
    site = Site(host, pages={path: _page(page) for path, page in pages.items()})
    handler = type("Answering", (Handler,), {"site": site})
    with ThreadingHTTPServer((host, 0), handler) as server:
        site.port = server.server_port
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield site
        finally:
            server.shutdown()
            thread.join()


def _page(page: Page | str) -> Page:
    return Page(page) if isinstance(page, str) else page
