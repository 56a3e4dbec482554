"""The daemon as a process: it starts, reloads, survives bad rules, and stops."""

from __future__ import annotations

import hmac
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlencode
from urllib.request import Request, urlopen

import pytest
from support.webhook import Answer, Webhook, closed_port, serving

DOCUMENT = (
    '<rss version="2.0"><channel><title>F</title><item><guid>{0}</guid>'
    "<title>Atajurt volunteers open library number {0}</title></item></channel></rss>"
)


class Daemon:
    """A `watcher run` whose log can be waited for."""

    def __init__(self, folder: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "watcher", "run"],
            cwd=folder,
            env={**os.environ, "NO_COLOR": "1"},
            stderr=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            text=True,
        )
        self.lines: list[str] = []
        self._news: queue.Queue[str | None] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self._news.put(line)
        self._news.put(None)

    def wait_for(self, words: str, seconds: float = 20.0) -> str:
        """Wait for a line of the log with these words in it."""
        end = time.monotonic() + seconds
        while True:
            try:
                line = self._news.get(timeout=max(0.0, end - time.monotonic()))
            except queue.Empty:
                raise AssertionError(f"no {words!r} in:\n{''.join(self.lines)}") from None
            if line is None:
                raise AssertionError(f"it ended without {words!r}:\n{''.join(self.lines)}")
            self.lines.append(line)
            if words in line:
                return line

    def stop(self, how: int = signal.SIGTERM) -> int:
        self.process.send_signal(how)
        return self.process.wait(20)


@contextmanager
def running(folder: Path) -> Iterator[Daemon]:
    daemon = Daemon(folder)
    try:
        daemon.wait_for("watching")
        yield daemon
    finally:
        daemon.process.kill()
        daemon.process.wait()
        if daemon.process.stderr is not None:
            daemon.process.stderr.close()


@pytest.fixture
def hook() -> Iterator[Webhook]:
    with serving() as webhook:
        yield webhook


@pytest.fixture
def site() -> Iterator[Webhook]:
    """A web server whose every path is a feed with one item."""
    body = DOCUMENT.format(1).encode()
    headers = {"Content-Type": "application/rss+xml", "ETag": '"1"'}
    with serving(Answer(body=body, headers=headers)) as webhook:
        yield webhook


@pytest.fixture
def write(tmp_path: Path, hook: Webhook, site: Webhook) -> Callable[..., None]:
    def writing(
        *paths: str, rules: str = "  - {name: Atajurt, find: Atajurt, notify: [desk]}\n"
    ) -> None:
        feeds = "".join(
            f"  - {{url: 'http://127.0.0.1:{site.port}{path}', name: '{path}', private: true}}\n"
            for path in paths
        )
        temporary = tmp_path / "rules.new"
        temporary.write_text(
            f"channels:\n  desk: {{url: 'json://127.0.0.1:{hook.port}/', health: true}}\n"
            f"feeds:\n{feeds}rules:\n{rules}",
            encoding="utf-8",
        )
        temporary.replace(tmp_path / "rules.yaml")

    return writing


def test_it_polls_reloads_keeps_the_last_good_rules_and_stops(
    tmp_path: Path, hook: Webhook, site: Webhook, write: Callable[..., None]
) -> None:
    write("/one")
    with running(tmp_path) as daemon:
        site.wait_for(1)

        write("/one", "/two")
        daemon.wait_for("new rules are in force")
        site.wait_for(2)

        write("/one", "/two", rules="  - {name: Atajurt, fnd: Atajurt}\n")
        daemon.wait_for("the last good rules stay in force")
        [notice] = hook.wait_for(1)
        assert notice.json()["title"] == "rules.yaml has a mistake"
        assert 'unknown key "fnd"' in notice.json()["message"]

        write("/one", "/two", "/three")
        daemon.wait_for("new rules are in force")
        site.wait_for(3)
        hook.wait_for(2)

        start = time.monotonic()
        assert daemon.stop() == 0
        assert time.monotonic() - start < 20

    assert [got.path for got in site.got] == ["/one", "/two", "/three"], "each was asked once"


def test_sighup_reads_the_rules_again(tmp_path: Path, write: Callable[..., None]) -> None:
    write("/one")
    with running(tmp_path) as daemon:
        daemon.process.send_signal(signal.SIGHUP)

        daemon.wait_for("the rules were read again and are the same")


def test_a_second_daemon_on_the_same_state_is_refused(
    tmp_path: Path, write: Callable[..., None]
) -> None:
    write("/one")
    with running(tmp_path) as daemon:
        second = subprocess.run(
            [sys.executable, "-m", "watcher", "run"],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=20,
            check=False,
        )

        assert second.returncode == 4
        assert str(daemon.process.pid) in second.stderr
        assert "Traceback" not in second.stderr


def test_it_stops_in_time_while_a_feed_and_a_target_hang(
    tmp_path: Path, hook: Webhook, site: Webhook, write: Callable[..., None]
) -> None:
    site.default = Answer(act="hang")
    hook.default = Answer(act="hang")
    write("/one")
    with running(tmp_path) as daemon:
        site.wait_for(1)

        start = time.monotonic()
        assert daemon.stop(signal.SIGINT) == 0
        assert time.monotonic() - start < 20


def test_it_subscribes_tells_what_is_pushed_and_unsubscribes_nothing_when_it_stops(
    tmp_path: Path, hook: Webhook, site: Webhook, write: Callable[..., None]
) -> None:
    link = f'<link xmlns="http://www.w3.org/2005/Atom" rel="hub" href="{url(site, "/hub")}"/>'
    document = DOCUMENT.format(0).replace("</title><item>", f"</title>{link}<item>")
    site.default = Answer(body=document.encode(), headers={"Content-Type": "application/rss+xml"})
    write("/one")
    rules, port = tmp_path / "rules.yaml", closed_port()
    own = f"public_url: https://watch.example.org/hooks\nlisten: 127.0.0.1:{port}\n"
    rules.write_text(own + rules.read_text(encoding="utf-8"), encoding="utf-8")

    with running(tmp_path) as daemon:
        asked = site.wait_for(2)[1]
        form = {name: values[0] for name, values in parse_qs(asked.body.decode()).items()}
        token = form["hub.callback"].rpartition("/")[2]
        callback = f"http://127.0.0.1:{port}/{token}"
        intent = {"hub.mode": "subscribe", "hub.topic": form["hub.topic"], "hub.challenge": "why"}
        with urlopen(f"{callback}?{urlencode(intent)}") as said:
            assert said.read() == b"why"
        daemon.wait_for("live")
        hook.got.clear()
        body = DOCUMENT.format(1).encode()
        signed = hmac.new(form["hub.secret"].encode(), body, "sha256").hexdigest()
        start = time.monotonic()
        with urlopen(Request(callback, body, {"X-Hub-Signature": f"sha256={signed}"})) as said:
            assert said.status == 202
        [told] = hook.wait_for(1)
        took = time.monotonic() - start
        assert daemon.stop() == 0

    assert "library number 1" in told.json()["title"]
    assert took < 1.0
    assert [got.path for got in site.got] == ["/one", "/hub"]
    assert token not in "".join(daemon.lines)


def url(server: Webhook, path: str) -> str:
    return f"http://127.0.0.1:{server.port}{path}"
