"""mailto:// and mailtos://: our own mail plugin under Apprise's address form.

Apprise's plugin makes a new Message-ID on each try, breaks the line limit on long subjects in
Cyrillic or Chinese, and has no deadline over a dripping server. This one keeps Apprise's parsing
of addresses (with its table of mail providers) and sends by itself: one recipient per message,
the same Message-ID on every resend, threads by story, TLS that never falls back to clear text.
"""

# mypy: disable-error-code="no-untyped-call, override"
# Apprise says that it is typed; half of its functions are not, and its plugins override freely.

from __future__ import annotations

import base64
import contextlib
import re
import smtplib
import socket
import ssl
from collections.abc import Iterable
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from ipaddress import ip_address
from typing import Any

from apprise.exception import AppriseImproperlyConfigured
from apprise.plugins.email import NotifyEmail, SecureMailMode
from apprise.utils.parse import is_email, parse_emails

from watcher.alerts.attempt import Attempt
from watcher.core.model import Message, Outcome, Sent

_NAME = re.compile(r"[^A-Za-z0-9._-]+")


class Mail(NotifyEmail):
    """One recipient's mail. `post` is what `Target` calls; `send` is Apprise's own interface."""

    service_name = "Mail"
    title_maxlen = 150
    """A subject of 150 Han signs is some 900 octets once encoded, under the 998 of RFC 5322."""
    body_maxlen = 100_000
    request_rate_per_sec = 0

    def __init__(self, targets: Any = None, **kwargs: Any) -> None:  # noqa: ANN401 # Apprise's
        super().__init__(targets=targets, **kwargs)
        if any(kwargs.get(name) for name in ("pgp_mode", "use_pgp", "use_wkd")):
            raise AppriseImproperlyConfigured("pgp is not supported")
        self._clear_text_said = kwargs.get("secure_mode") == SecureMailMode.INSECURE
        if self.secure_protocol == self.schema and self.secure_mode == SecureMailMode.INSECURE:
            raise AppriseImproperlyConfigured("mailtos:// with mode=insecure contradicts itself")
        copies = [(False, address) for address in sorted({*self.cc, *self.bcc})]
        self.cc, self.bcc = set(), set()
        each = {address: (name, address) for name, address in self.targets + copies}
        self.targets = list(each.values())
        asked: list[Iterable[str] | str | None] = [targets, kwargs.get("cc"), kwargs.get("bcc")]
        self.invalid_targets = [one for addresses in asked for one in _unread(addresses)]

    def send(self, body: str, title: str = "", **_kwargs: Any) -> bool:  # noqa: ANN401
        """Send as Apprise asks for it: without a key of its own."""
        attempt = Attempt(seconds=30.0)
        message = Message(key=f"{datetime.now(UTC):%Y%m%d%H%M%S%f}", title=title, body=body)
        try:
            return self.post(message, attempt).sent is Sent.OK
        finally:
            attempt.finish()

    def post(self, message: Message, attempt: Attempt) -> Outcome:
        """Send the message to the one recipient and say what became of it."""
        [(_, recipient)] = self.targets
        stage = _Stage()
        try:
            return self._deliver(self.compose(message), recipient, attempt, stage)
        except smtplib.SMTPResponseException as error:
            return _answered(error.smtp_code, error.smtp_error, stage)
        except (smtplib.SMTPNotSupportedError, smtplib.SMTPException) as error:
            if isinstance(error, smtplib.SMTPServerDisconnected):
                return stage.lost("the server closed the connection")
            return Outcome(sent=Sent.RETRY, detail=f"{stage.name}: {error}")
        except ssl.SSLError as error:
            why = getattr(error, "verify_message", "") or error.reason or "handshake failed"
            return stage.lost(f"TLS: {why}")
        except OSError as error:
            return stage.lost(_reason(error, aborted=attempt.is_aborted()))
        except UnicodeError:
            detail = "user, password or address has letters that SMTP can't carry"
            return Outcome(sent=Sent.REFUSED, detail=detail)

    # --- the message ---------------------------------------------------------------------------

    def compose(self, message: Message) -> EmailMessage:
        """Return the mail: the same Message-ID for the same key, the same thread for a story."""
        name, sender = map(str, self.from_addr)
        [(to_name, recipient)] = self.targets
        domain = _NAME.sub("", sender.rpartition("@")[2]) or "localhost"
        mail = EmailMessage(policy=SMTP)
        # Python 3.11's own folding loses spaces between long words: the subject is folded here.
        subject = message.title or message.body.partition("\n")[0][: self.title_maxlen]
        mail.set_raw("Subject", encoded_subject(subject))
        mail["From"] = _address(name if self.from_addr[0] else "", sender)
        mail["To"] = _address(str(to_name or ""), recipient)
        mail["Date"] = format_datetime(datetime.now(UTC))
        mail["Message-ID"] = f"<{_id(message.key)}@{domain}>"
        if message.thread:
            root = f"<story.{_id(message.thread)}@{domain}>"
            mail["In-Reply-To"] = root
            mail["References"] = root
        if self.reply_to:
            mail["Reply-To"] = ", ".join(sorted(self.reply_to))
        mail["List-Id"] = f"<watcher.{domain}>"
        mail["Auto-Submitted"] = "auto-generated"
        mail["X-Auto-Response-Suppress"] = "All"
        for header, value in self.headers.items():
            if header.lower() not in {key.lower() for key in mail}:
                mail[header] = " ".join(value.split())
        mail.set_content(message.body + "\n", cte="base64" if _wide(message.body) else None)
        if message.html:
            mail.add_alternative(message.html, subtype="html", cte="base64")
        return mail

    # --- the conversation ----------------------------------------------------------------------

    def _deliver(
        self, mail: EmailMessage, recipient: str, attempt: Attempt, stage: _Stage
    ) -> Outcome:
        server = _Server(
            attempt, self._context() if self.secure_mode == SecureMailMode.SSL else None
        )
        try:
            stage.name = "connecting"
            _expect(server.connect(str(self.smtp_host), int(self.port or 25)), 220)
            # The message and its final dot go out one after the other: together they would wait for
            # each other (Nagle, 40 ms).
            if server.sock is not None:
                server.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            server.ehlo_or_helo_if_needed()
            if self.secure_mode == SecureMailMode.STARTTLS:
                stage.name = "STARTTLS"
                _expect(server.starttls(context=self._context()), 220)
                server.ehlo_or_helo_if_needed()
            if self.user and self.password:
                stage.name = "signing in"
                if self._in_clear():
                    detail = (
                        "the password would travel in clear text: use mailtos://, or say "
                        "mode=insecure if that is meant"
                    )
                    return Outcome(sent=Sent.REFUSED, detail=detail)
                server.login(self.user, self.password)
            stage.name = "the sender"
            _expect(server.mail(str(self.from_addr[1])), 250)
            stage.name = "the recipient"
            _expect(server.rcpt(recipient), 250, 251)
            stage.name = "the message"
            _expect(server.docmd("DATA"), 354)
            # Lines end in CRLF (policy SMTP); a dot that begins a line is doubled: RFC 5321, 4.5.2.
            server.send(re.sub(rb"(?m)^\.", b"..", mail.as_bytes()))
            stage.sent = True
            server.send(b".\r\n")
            code, text = server.getreply()
            if code != 250:
                return _answered(code, text, stage)
            with contextlib.suppress(OSError):
                server.quit()
            return Outcome(sent=Sent.OK, detail=_line(text))
        finally:
            server.close()

    def _context(self) -> ssl.SSLContext:
        context = ssl.create_default_context()
        if not self.verify_certificate:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context

    def _in_clear(self) -> bool:
        """Return whether a password would be readable on the way, without the user saying so."""
        if self.secure_mode != SecureMailMode.INSECURE or self._clear_text_said:
            return False
        return not _is_loopback(self.smtp_host)


class _Stage:
    """How far the conversation has come; after the final dot the server may have the message."""

    def __init__(self) -> None:
        self.name = "connecting"
        self.sent = False

    def lost(self, why: str) -> Outcome:
        """Return the outcome of a conversation that broke off here."""
        if self.sent:
            return Outcome(sent=Sent.UNKNOWN, detail=f"{why} after the message was handed over")
        return Outcome(sent=Sent.RETRY, detail=f"{self.name}: {why}")


class _Server(smtplib.SMTP):
    """smtplib whose socket the attempt can cut, and that greets with its address, not a name."""

    def __init__(self, attempt: Attempt, context: ssl.SSLContext | None) -> None:
        super().__init__(local_hostname="localhost", timeout=attempt.remaining())
        self._attempt, self._context = attempt, context

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        sock = socket.create_connection((host, port), min(timeout, 10.0))
        try:
            self._attempt.opened(sock)
            sock.settimeout(timeout)
            address = sock.getsockname()[0]
            self.local_hostname = f"[IPv6:{address}]" if ":" in address else f"[{address}]"
            if self._context is not None:
                sock = self._context.wrap_socket(sock, server_hostname=host)
        except BaseException:
            sock.close()
            raise
        self._host = host  # smtplib sets it in __init__ only, and STARTTLS checks the name by it
        return sock


def _expect(answer: tuple[int, bytes], *codes: int) -> None:
    if answer[0] not in codes:
        raise smtplib.SMTPResponseException(answer[0], answer[1])


def _answered(code: int, text: bytes | str, stage: _Stage) -> Outcome:
    detail = f"{stage.name}: {code} {_line(text)}"
    if 500 <= code < 600:
        return Outcome(sent=Sent.REFUSED, detail=detail)
    return Outcome(sent=Sent.RETRY, detail=detail)


def _line(text: bytes | str) -> str:
    words = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return " ".join("".join(c if c.isprintable() else " " for c in words).split())[:160]


def _reason(error: OSError, *, aborted: bool) -> str:
    if aborted or isinstance(error, TimeoutError):
        return "no answer before the deadline"
    return error.strerror or type(error).__name__


def _unread(addresses: Iterable[str] | str | None) -> list[str]:
    """Return what is left of a list of addresses when those that Apprise can read are taken out."""
    text = addresses if isinstance(addresses, str) else ", ".join(map(str, addresses or ()))
    for address in sorted(parse_emails(text), key=len, reverse=True):
        if is_email(address):
            text = text.replace(address, "")
    return re.findall(r"[^\s,;]+", text)


def encoded_subject(subject: str) -> str:
    """Return a subject as it stands in the mail: plain when short ASCII, else encoded and folded.

    Every encoded word holds whole characters and every line is at most 76 characters long.
    Source: RFC 2047, 2 and 5.
    """
    line = " ".join("".join(c if c.isprintable() else " " for c in subject).split())
    if line.isascii() and len(line) <= 66 and "=?" not in line:
        return line
    words, word = list[str](), b""
    for character in line:
        octets = character.encode("utf-8", "replace")
        if len(word) + len(octets) > (45 if words else 36):  # "Subject: " stands before the first
            words.append(_encoded_word(word))
            word = b""
        word += octets
    return "\r\n ".join([*words, _encoded_word(word)])


def _encoded_word(octets: bytes) -> str:
    return f"=?utf-8?b?{base64.b64encode(octets).decode('ascii')}?="


def _address(name: str, address: str) -> Address:
    plain = " ".join("".join(c if c.isprintable() else " " for c in name).split())
    return Address(display_name=plain, addr_spec=address)


def _id(key: str) -> str:
    return _NAME.sub("-", key) or "-"


def _wide(text: str) -> bool:
    """Return whether base64 is shorter than quoted-printable, as for Cyrillic or Han."""
    return sum(not c.isascii() for c in text) * 6 > len(text)


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
