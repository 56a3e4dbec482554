"""A world for chaos: feeds that grow, and targets that fail in every way and keep what they got.

Articles have a code in their headline ("q0042z"), by which they are known again wherever they
arrive. Each is a story of its own. Three of ten match the rule.
"""

from __future__ import annotations

import contextlib
import json
import logging
import random
import re
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email import message_from_bytes
from email.policy import SMTP as POLICY
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from support.smtp import Postbox, mailserver

FEEDS = 10
SYLLABLES = [
    "ba",
    "de",
    "fi",
    "go",
    "ku",
    "la",
    "me",
    "ni",
    "po",
    "ru",
    "sa",
    "te",
    "vi",
    "zo",
    "cha",
    "dro",
    "fle",
    "gri",
    "hul",
    "jem",
]
CODE = re.compile(r"q(\d{4})z")
SECRETS = {
    "keyed": "canarykeyed0000000",
    "blind": "canaryblind000000000000000",
    "hang": "canaryhang00000000",
    "ops": "canaryops000000000",
    "user": "canaryuser00000000",
    "mail": "canarymail00000000",
}
"""Planted in the addresses of the channels; each is needed to be let in."""
TARGETS = ("keyed", "blind", "a@ngo.example", "b@ngo.example", "hang")
FAULTS = ("500", "502", "404", "429", "reset", "drop", "no", "portal")
MAIL_FAULTS = ("451 greylisted", "421 busy", "drop")


def matches(number: int) -> bool:
    """Whether the rule finds the article."""
    return number % 10 in {0, 3, 6}


def is_for_all(number: int) -> bool:
    """Whether it also goes to the target that hangs."""
    return number % 100 == 3


def headline(number: int) -> str:
    """Return a headline that shares hardly a word with any other."""
    dice = random.Random(number)
    words = ["".join(dice.choices(SYLLABLES, k=3)) for _ in range(7)]
    name = "Atajurt " if matches(number) else ""
    gate = "Lighthouse " if is_for_all(number) else ""
    long = " ".join("".join(dice.choices(SYLLABLES, k=3)) for _ in range(300 * (number % 50 == 6)))
    return f"{name}{gate}q{number:04}z {' '.join(words)} {long}".strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A message that a target has processed."""

    life: int
    target: str
    key: str
    codes: frozenset[int]
    marked: bool
    answered: bool
    """The sender was told so; False: the answer was lost on purpose."""


@dataclass
class World:
    """What is shown, what arrived, and what is to go wrong next."""

    seed: int
    shown: int = 0
    life: int = 0
    calm: bool = True
    arrivals: list[Arrival] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    injected: dict[str, int] = field(default_factory=dict)
    kill: Callable[[], None] | None = None
    """Kills the daemon; set as long as it is to be killed by an event."""
    kill_at: tuple[str, int] = ("", 0)
    """("before" | "inside" | "after", how many messages from now)."""
    busy: int = 0
    """Messages that are being read or answered."""
    lock: threading.RLock = field(default_factory=threading.RLock)
    port: int = 0
    box: Postbox | None = None

    def __post_init__(self) -> None:
        self.dice = random.Random(self.seed)

    def feed(self, number: int) -> bytes:
        """Return the document of one feed."""
        with self.lock:
            mine = [n for n in range(self.shown) if n % FEEDS == number]
        items = "".join(
            f"<item><guid>{n}</guid><title>{headline(n)}</title>"
            f"<link>https://outlet{number}.example/{n}</link></item>"
            for n in reversed(mine)
        )
        rain = f"<item><guid>rain{number}</guid><title>It rains {number}</title></item>"
        return f'<rss version="2.0"><channel><title>F</title>{items}{rain}</channel></rss>'.encode()

    def fault(self, *menu: str) -> str:
        """Return what goes wrong with this message, "" for nothing."""
        with self.lock:
            spared = self.dice.random() > 0.12
            # The first one always: a slow machine sends few messages in the time of a short run.
            if self.calm or (spared and self.injected):
                return ""
            chosen = self.dice.choice(menu)
            name = chosen.partition(" ")[0]
            self.injected[name] = self.injected.get(name, 0) + 1
            return chosen

    @contextlib.contextmanager
    def handling(self) -> Iterator[None]:
        """Count a message as long as it is handled."""
        with self.lock:
            self.busy += 1
        try:
            yield
        finally:
            with self.lock:
                self.busy -= 1

    def moment(self, name: str) -> None:
        """Kill the daemon if this is the moment."""
        with self.lock:
            when, left = self.kill_at
            if self.kill is None or when != name:
                return
            self.kill_at = (when, left - 1)
            if left <= 1:
                kill, self.kill = self.kill, None
                kill()

    def processed(self, target: str, key: str, text: str, *, answered: bool) -> None:
        """Keep what arrived."""
        with self.lock:
            self.arrivals.append(
                Arrival(
                    life=self.life,
                    target=target,
                    key=key,
                    codes=frozenset(int(code) for code in CODE.findall(text)),
                    marked="possible repeat" in text,
                    answered=answered,
                )
            )


class _Handler(BaseHTTPRequestHandler):
    world: World
    closing: threading.Event

    def do_GET(self) -> None:
        body = self.world.feed(int(self.path.rpartition("/")[2]))
        with contextlib.suppress(ConnectionError):
            self._answer(200, body, "application/rss+xml")

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        target = next((name for name, secret in SECRETS.items() if secret in self.path), "")
        self.close_connection = True
        hangs = target == "hang" and not self.world.calm
        handled = contextlib.nullcontext() if hangs else self.world.handling()
        with contextlib.suppress(ConnectionError), handled:
            self._take(target, body)

    def _take(self, target: str, body: bytes) -> None:
        words = json.loads(body)
        text = words["text"] if target == "blind" else f"{words['title']}\n{words['message']}"
        if target == "ops":
            self.world.notices.append(text)
            self._answer(200, b"{}")
            return
        if target == "hang" and not self.world.calm:
            self.closing.wait(60)
            return
        self.world.moment("before")
        fault = self.world.fault(*FAULTS)
        if fault.isdigit():
            self._answer(int(fault), b"not now", more={"Retry-After": "1"})
        elif fault == "reset":
            linger = struct.pack("ii", 1, 0)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        elif fault == "no":
            self._answer(200, b'{"ok": false, "description": "the room is closed"}')
        elif fault == "portal":
            self._answer(200, b"<!DOCTYPE html><html><body>Sign in</body></html>", "text/html")
        else:
            key = self.headers.get("Idempotency-Key", "") if target != "blind" else ""
            self.world.processed(target, key, text, answered=fault != "drop")
            self.world.moment("inside")
            if fault != "drop":
                self._answer(200, b"ok" if target == "blind" else b"{}")
                self.world.moment("after")

    def _answer(
        self,
        status: int,
        body: bytes,
        kind: str = "application/json",
        more: dict[str, str] | None = None,
    ) -> None:
        self.send_response(status)
        for name, value in ({"Content-Type": kind} | (more or {})).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 the base class's name
        pass


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request: Any, client_address: Any) -> None:
        pass  # connections of killed processes break


class _Box(Postbox):
    """The mail server; b@ngo.example is refused until the world is calm."""

    world: World

    async def handle_RCPT(  # noqa: N802 # aiosmtpd's name
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        if address.startswith("b@") and not self.world.calm:
            return "550 no such user"
        fault = self.world.fault("451 greylisted")
        return fault or await super().handle_RCPT(server, session, envelope, address, options)

    async def handle_DATA(self, server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        with self.world.handling():
            return self._take(server, envelope)

    def _take(self, server: Any, envelope: Any) -> str:
        self.world.moment("before")
        fault = self.world.fault(*MAIL_FAULTS)
        if fault and fault != "drop":
            return fault
        mail = message_from_bytes(envelope.original_content, policy=POLICY)
        part = mail.get_body(("plain",))
        text = f"{mail['Subject']}\n{part.get_content() if part else ''}"
        [to] = envelope.rcpt_tos
        self.world.processed(to, mail["Message-ID"], text, answered=not fault)
        self.world.moment("inside")
        if fault:
            server.transport.close()
        return "250 taken"


@contextlib.contextmanager
def world(seed: int) -> Iterator[World]:
    """Run the servers of a world for the length of a block."""
    here, closing = World(seed=seed), threading.Event()
    logging.getLogger("mail.log").setLevel(logging.ERROR)  # "AUTH without TLS": it is a test
    handler = type("Handler", (_Handler,), {"world": here, "closing": closing})
    box = _Box(password=SECRETS["mail"].encode())
    box.world = here
    with _Server(("127.0.0.1", 0), handler) as server, mailserver(box=box, require_login=True):
        here.port, here.box = server.server_address[1], box
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield here
        closing.set()
        server.shutdown()


def rules(here: World) -> str:
    """Return the rules.yaml for a world."""
    assert here.box is not None
    at = f"127.0.0.1:{here.port}"
    login = f"{SECRETS['user']}:{SECRETS['mail']}"
    feeds = "".join(
        f"  - {{url: 'http://{at}/feed/{n}', name: Outlet {n}, private: true}}\n"
        for n in range(FEEDS)
    )
    return (
        "channels:\n"
        f"  keyed: json://{at}/{SECRETS['keyed']}\n"
        f"  blind: mmost://{at}/{SECRETS['blind']}\n"
        f"  hang: json://{at}/{SECRETS['hang']}\n"
        f"  mail: 'mailto://{login}@127.0.0.1:{here.box.port}"
        "?from=w@ngo.example&to=a@ngo.example,b@ngo.example'\n"
        f"  ops: {{url: 'json://{at}/{SECRETS['ops']}', health: true}}\n"
        f"feeds:\n{feeds}"
        "rules:\n  - {name: Atajurt, find: Atajurt, notify: [keyed, blind, mail]}\n"
        "  - {name: Lighthouse, find: Lighthouse, notify: [hang]}\n"
    )
