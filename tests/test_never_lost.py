"""Killed again and again while stories flow: nothing is lost, nothing comes twice unmarked."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

KILLS = 20
FEEDS = 3
SYLLABLES = ["ba", "de", "fi", "go", "ku", "la", "me", "ni", "po", "ru", "sa", "te", "vi", "zo"]


def headline(feed: int, number: int) -> str:
    """A headline that shares one word with the others, so that each is a story of its own."""
    dice = random.Random(1000 * feed + number)
    words = ("".join(dice.choices(SYLLABLES, k=4)) for _ in range(6))
    return f"Atajurt {' '.join(words)}"


@dataclass
class Scene:
    """Feeds that grow by an item at each request, a webhook that counts, and somebody to kill."""

    asked: Counter[int] = field(default_factory=Counter)
    posts: list[tuple[str, str]] = field(default_factory=list)
    victim: subprocess.Popen[bytes] | None = None
    kill_on_post: int | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)

    def feed(self, number: int) -> bytes:
        with self.lock:
            self.asked[number] += 1
            count = 2 + min(self.asked[number], 12)
        items = "".join(
            f"<item><guid>{number}-{n}</guid><title>{headline(number, n)}</title>"
            f"<link>https://outlet{number}.example/{n}</link></item>"
            for n in reversed(range(count))
        )
        return f'<rss version="2.0"><channel><title>F</title>{items}</channel></rss>'.encode()

    def take(self, key: str, body: str) -> None:
        with self.lock:
            self.posts.append((key, body))
            if self.kill_on_post is not None and self.victim is not None:
                self.kill_on_post -= 1
                if self.kill_on_post <= 0:
                    self.kill_on_post = None
                    self.victim.send_signal(signal.SIGKILL)


@contextmanager
def on_loopback(scene: Scene) -> Iterator[int]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(scene.feed(int(self.path.strip("/"))), "application/rss+xml")

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            words = json.loads(body)
            text = f"{words['title']}\n{words['message']}".replace("»", "").replace("«", "")
            scene.take(self.headers.get("Idempotency-Key", ""), text)
            self._answer(b"{}", "application/json")

        def _answer(self, body: bytes, kind: str) -> None:
            try:
                self.send_response(200)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
            except ConnectionError:
                pass  # the one who asked was killed

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 the base class's name
            pass

    class Server(ThreadingHTTPServer):
        def handle_error(self, request: Any, client_address: Any) -> None:
            pass  # connections of killed processes break

    with Server(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


def write_rules(folder: Path, port: int) -> None:
    feeds = "".join(
        f"  - {{url: 'http://127.0.0.1:{port}/{n}', name: Outlet {n}, private: true}}\n"
        for n in range(FEEDS)
    )
    (folder / "rules.yaml").write_text(
        f"channels:\n  hook: json://127.0.0.1:{port}/hook\n"
        f"feeds:\n{feeds}"
        "rules:\n  - {name: Atajurt, find: Atajurt, notify: [hook]}\n",
        encoding="utf-8",
    )


def start(folder: Path, *words: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "watcher", "-q", *words],
        cwd=folder,
        env={**os.environ, "NO_COLOR": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_killed_at_twenty_points_nothing_is_lost_and_no_repeat_is_unmarked(
    tmp_path: Path, scene: Scene
) -> None:
    dice = random.Random(20)
    with on_loopback(scene) as port:
        write_rules(tmp_path, port)
        start(tmp_path, "once", "--all").communicate(timeout=60)
        baseline = list(scene.posts)
        took = 1.0
        for number in range(KILLS):
            process = start(tmp_path, "once", "--all")
            with scene.lock:
                scene.victim = process
                # Half of the kills hit a message in flight, the others any point of the run.
                scene.kill_on_post = dice.randint(1, 3) if number % 2 else None
            try:
                process.communicate(timeout=60 if number % 2 else dice.uniform(0.3, 1.6) * took)
            except subprocess.TimeoutExpired:
                process.kill()
                process.communicate()
        with scene.lock:
            scene.victim = scene.kill_on_post = None
        for _ in range(2):
            out, err = start(tmp_path, "--json", "once", "--all").communicate(timeout=60)
        last = json.loads(out)

    shown = {headline(f, n) for f in range(FEEDS) for n in range(2 + min(scene.asked[f], 12))}
    bodies = [body for _, body in scene.posts]
    lost = {title for title in shown if not any(title in body for body in bodies)}
    by_key = Counter(key for key, _ in scene.posts)
    again = [
        (key, body) for n, (key, body) in enumerate(scene.posts) if key in keys_before(scene, n)
    ]
    unmarked = [key for key, body in again if "possible repeat" not in body]
    told = Counter(title for title in shown for key in by_key if title in body_of(scene, key))

    assert not lost
    assert not unmarked
    assert max(told.values()) == 1, "an article was told under two keys"
    assert len(baseline) == 1, "the first sight of three feeds is one summary"
    assert last["failed"] == last["held"] == last["parked"] == 0, err.decode()


def keys_before(scene: Scene, number: int) -> set[str]:
    return {key for key, _ in scene.posts[:number]}


def body_of(scene: Scene, key: str) -> str:
    return next(body for k, body in scene.posts if k == key)
