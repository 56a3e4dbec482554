"""The little world of the demo: feeds, a webhook and a mail server on loopback, nothing beyond it.

It answers as real servers do (ETag, Last-Modified, 304, gzip, an old Cyrillic charset, a cut
letter, a sign-in page in place of a feed) and keeps a log of what it was asked and sent. It must
not know how feeds are read or alerts are worded: it is the outside of the program.
"""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default as modern
from email.utils import format_datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Self

from aiohttp import web
from aiosmtpd.smtp import SMTP

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType

    from aiosmtpd.smtp import Envelope

HOST = "127.0.0.1"
DOCUMENTS = Path(__file__).with_name("documents")
_EARLIER = timedelta(hours=5)
"""Age of the documents as the first poll finds them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlet:
    """One made-up outlet: the file of its feed, and what its server says the file is."""

    name: str
    language: str
    file: str
    content_type: str

    @property
    def fails(self) -> bool:
        """Whether its server answers with something that is not a feed."""
        return self.content_type == "text/html"


_RSS, _ATOM = "application/rss+xml", "application/atom+xml"
OUTLETS = tuple(
    Outlet(name=name, language=language, file=file, content_type=content_type)
    for name, language, file, content_type in (
        ("Steppe Wire", "en", "steppe-wire.rss", _RSS),
        ("Almaty Courier", "en", "almaty-courier.atom", _ATOM),
        ("Silk Road Monitor", "en", "silk-road-monitor.rss", _RSS),
        ("Central Asia Desk", "en", "central-asia-desk.jsonfeed", "application/feed+json"),
        ("Степной вестник", "ru", "stepnoy-vestnik.rss", _RSS),
        ("Жетісу таңы", "kk", "zhetisu-tany.rss", _RSS),
        ("戈壁新闻", "zh", "gobi-news.rdf", "application/rdf+xml"),
        ("تەڭرىتاغ خەۋەرلىرى", "ug", "tengritagh.rss", _RSS),
        ("Bozkır Postası", "tr", "bozkir-postasi.atom", _ATOM),
        ("Bishkek Bulletin", "en", "bishkek-bulletin.rss", "text/xml"),
        ("Caspian Sport", "en", "caspian-sport.atom", _ATOM),
        ("Border Radio", "en", "border-radio.html", "text/html"),
    )
)


class Address(NamedTuple):
    """Where a feed of the world is found, for a list of feeds."""

    name: str
    url: str
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request for a feed and its answer; `octets` is the length of the body as sent."""

    path: str
    status: int
    octets: int
    etag: str | None
    """If-None-Match, as it came."""
    since: str | None
    """If-Modified-Since, as it came."""
    agent: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """One POST to the webhook. Names of headers are in lower case."""

    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailed:
    """One mail that was taken: envelope and content."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes

    @property
    def message(self) -> EmailMessage:
        """The mail as a message, headers decoded."""
        return BytesParser(policy=modern).parsebytes(self.content)


class World:
    """Servers on loopback that live as long as the `async with` block.

    `now` is the time from which the documents count their dates back; it stays what it is, since
    an item must look the same at both polls. Round 1 is what the feeds show at the first poll;
    `advance()` puts the news on top.
    """

    def __init__(self, *, now: datetime) -> None:
        self.now = now.astimezone(UTC).replace(microsecond=0)
        self.round = 1
        self.asked: list[Asked] = []
        self.posted: list[Posted] = []
        self.mailed: list[Mailed] = []
        self._runner: web.AppRunner | None = None
        self._mail: _MailServer | None = None
        self._port = 0

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.add_routes([web.post("/webhook", self._take_post), web.get("/{file}", self._answer)])
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, HOST, 0).start()
        self._port = self._runner.addresses[0][1]
        self._mail = _MailServer(self.mailed)
        await self._mail.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        if self._mail is not None:
            await self._mail.stop()
        if self._runner is not None:
            await self._runner.cleanup()

    def advance(self) -> None:
        """Let some minutes pass: from now on the feeds show their news."""
        self.round = 2

    @property
    def feeds(self) -> tuple[Address, ...]:
        """All feeds, the failing one among them."""
        return tuple(
            Address(outlet.name, f"http://{HOST}:{self._port}/{outlet.file}", outlet.language)
            for outlet in OUTLETS
        )

    @property
    def webhook_url(self) -> str:
        """Where the webhook listens (http)."""
        return f"http://{HOST}:{self._port}/webhook"

    @property
    def smtp_port(self) -> int:
        """The port of the mail server on 127.0.0.1: no TLS, no password."""
        return self._mail.port if self._mail is not None else 0

    @property
    def allowed(self) -> frozenset[tuple[str, int]]:
        """What the address guard must let through for the demo, and nothing else."""
        return frozenset({(HOST, self._port)})

    @property
    def environ(self) -> dict[str, str]:
        """What the demo's rules.yaml asks the environment for."""
        return {
            "DEMO_WEBHOOK": self.webhook_url.removeprefix("http://"),
            "DEMO_MAIL": f"{HOST}:{self.smtp_port}",
        }

    async def _answer(self, request: web.Request) -> web.Response:
        response = self._respond(request)
        self.asked.append(
            Asked(
                path=request.path,
                status=response.status,
                octets=len(response.body) if isinstance(response.body, bytes) else 0,
                etag=request.headers.get("If-None-Match"),
                since=request.headers.get("If-Modified-Since"),
                agent=request.headers.get("User-Agent", ""),
            )
        )
        return response

    def _respond(self, request: web.Request) -> web.Response:
        outlet = next((one for one in OUTLETS if one.file == request.match_info["file"]), None)
        if outlet is None:
            return web.Response(status=404, text="no such feed")
        body = document(outlet.file, now=self.now, later=self.round > 1)
        if outlet.fails:
            return web.Response(body=body, content_type=outlet.content_type)
        headers = {"ETag": _etag(body), "Last-Modified": self._changed(outlet, body)}
        headers |= {"Vary": "Accept-Encoding", "Cache-Control": "max-age=60"}
        if _not_modified(request.headers, headers):
            return web.Response(status=304, headers=headers)
        if "gzip" in request.headers.get("Accept-Encoding", ""):
            headers["Content-Encoding"] = "gzip"
            body = gzip.compress(body, mtime=0)
        return web.Response(body=body, content_type=outlet.content_type, headers=headers)

    def _changed(self, outlet: Outlet, body: bytes) -> str:
        before = document(outlet.file, now=self.now, later=False)
        return _http_date(self.now - _EARLIER if body == before else self.now)

    async def _take_post(self, request: web.Request) -> web.Response:
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.posted.append(Posted(headers=headers, body=await request.read()))
        return web.json_response({"taken": len(self.posted)})


class _MailServer:
    """A mail server in the running loop: it takes every mail and keeps it."""

    def __init__(self, mailed: list[Mailed]) -> None:
        self._mailed = mailed
        self._sessions: list[_MailSession] = []
        self._server: asyncio.Server | None = None
        self.port = 0

    async def start(self) -> None:
        self._server = await asyncio.get_running_loop().create_server(self._session, HOST, 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        if self._server is None:
            return
        self._server.close()
        for session in self._sessions:
            await session.end()
        await self._server.wait_closed()

    def _session(self) -> asyncio.StreamReaderProtocol:
        session = _MailSession(
            self, hostname="mail.example", enable_SMTPUTF8=True, loop=asyncio.get_running_loop()
        )
        self._sessions.append(session)
        return session

    async def handle_DATA(self, _server: object, _session: object, envelope: Envelope) -> str:  # noqa: N802
        """Keep the mail; name and arguments are aiosmtpd's."""
        self._mailed.append(
            Mailed(
                sender=envelope.mail_from or "",
                recipients=tuple(envelope.rcpt_tos),
                content=envelope.original_content or b"",
            )
        )
        return "250 taken"


class _MailSession(SMTP):
    """One connection to the mail server."""

    async def end(self) -> None:
        """Drop the connection and wait until nothing of it is left in the loop."""
        if isinstance(self.transport, asyncio.Transport):
            self.transport.abort()
        if self._handler_coroutine is not None:
            await asyncio.wait({self._handler_coroutine})


_MINUTES = re.compile(r"\{\{minutes_ago:(\d+)\}\}")
_LATER = re.compile(r"^\{\{later\}\}\n(.*?)^\{\{end\}\}\n", re.DOTALL | re.MULTILINE)
_ENCODING = re.compile(r'\A<\?xml [^>]*encoding="([^"]+)"')


def document(file: str, *, now: datetime, later: bool) -> bytes:
    """Return the bytes that `file` has at the first poll, or at a `later` one.

    Dates are written as the format wants them (RFC 822 in RSS 2.0, RFC 3339 elsewhere). The
    marks are explained in documents/README.
    """
    text = (DOCUMENTS / file).read_text(encoding="utf-8")
    text = _LATER.sub(r"\1" if later else "", text)
    built = now if later else now - timedelta(minutes=10)
    text = text.replace("{{built}}", _date(file, built))
    text = _MINUTES.sub(lambda found: _date(file, now - timedelta(minutes=int(found[1]))), text)
    declared = _ENCODING.match(text)
    encoding = declared[1] if declared else "utf-8"
    *cut, rest = (part.encode(encoding) for part in text.split("{{cut}}"))
    return b"".join(part[:-1] for part in cut) + rest


def _date(file: str, at: datetime) -> str:
    return format_datetime(at) if file.endswith(".rss") else at.isoformat().replace("+00:00", "Z")


def _http_date(at: datetime) -> str:
    return format_datetime(at, usegmt=True)


def _etag(body: bytes) -> str:
    return f'"{hashlib.blake2b(body, digest_size=8).hexdigest()}"'


def _not_modified(asked: Mapping[str, str], have: Mapping[str, str]) -> bool:
    """RFC 9110, 13.2.2: If-Modified-Since counts only where there is no If-None-Match."""
    if "If-None-Match" in asked:
        return asked["If-None-Match"] == have["ETag"]
    return asked.get("If-Modified-Since") == have["Last-Modified"]
