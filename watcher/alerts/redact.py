"""Secrets kept out of everything that is written down: logs, errors, outcomes.

The values come from rules.yaml's secrets and from the channels' own addresses. Replacing text is
the last line of defence; the first is not to write an address at all.
"""

from __future__ import annotations

import base64
import json
import logging
import re
from collections.abc import Iterator
from functools import lru_cache
from urllib.parse import quote, quote_plus, unquote, urlsplit

HIDDEN = "***"
_SHORTEST = 3
"""A shorter value occurs in ordinary words; hiding it would hide the log."""
_QUIET = (
    "apprise",
    "urllib3",
    "urllib3.connectionpool",
    "urllib3.connection",
    "urllib3.util.retry",
    "requests",
    "requests_oauthlib",
    "oauthlib",
    "smtplib",
)
"""Loggers that write addresses with their tokens, below WARNING or in the text of a warning."""


def redact(text: str, secrets: frozenset[str]) -> str:
    """Return the text with every secret replaced by ***, also percent-, base64- or JSON-encoded."""
    pattern = _pattern(secrets)
    return pattern.sub(HIDDEN, text) if pattern is not None else text


@lru_cache(maxsize=64)
def _pattern(secrets: frozenset[str]) -> re.Pattern[str] | None:
    forms = {
        form for secret in secrets if len(secret.strip()) >= _SHORTEST for form in _forms(secret)
    }
    if not forms:
        return None
    return re.compile("|".join(re.escape(form) for form in sorted(forms, key=len, reverse=True)))


def _forms(secret: str) -> Iterator[str]:
    """Yield how a secret may be spelled where addresses and headers are written."""
    yield secret
    yield quote(secret)
    yield quote(secret, safe="")
    yield quote_plus(secret)
    yield quote(secret, safe="").lower()
    yield json.dumps(secret)[1:-1]
    yield repr(secret)[1:-1]
    encoded = base64.b64encode(secret.encode("utf-8", "replace")).decode("ascii").rstrip("=")
    if len(encoded) >= 8:
        yield encoded


def secrets_of(url: str) -> frozenset[str]:
    """Return what in a channel's address may be secret: user, password, path and query values.

    Short and common values (a port, "yes", "starttls") are left out: they are no secret, and
    hiding them would garble the text around them.
    """
    scheme, _, rest = url.partition("://")
    parts = urlsplit(f"{scheme if scheme.isascii() else 'x'}://{rest}" if rest else url)
    found = set[str]()
    user, _, host = parts.netloc.rpartition("@")
    name, _, password = user.partition(":")
    found |= {part for part in (name, password) if part}
    if password:
        basic = f"{unquote(name)}:{unquote(password)}"
        found |= {basic, base64.b64encode(basic.encode("utf-8", "replace")).decode("ascii")}
    if "." not in host and host != "localhost":
        found |= set(host.split(":"))  # tgram://id:token/..., slack://tokenA/...: no host at all
    found |= set(re.split(r"[/,]", parts.path))
    for pair in re.split(r"[&?]", parts.query):
        found.add(pair.partition("=")[2])
    plain = {unquote(value) for value in found} | found
    own = {password, unquote(password)} - {""}
    return frozenset(value for value in plain if len(value) >= 6 or value in own)


class Redactor(logging.Filter):
    """A filter for log handlers: nothing secret passes, in message, arguments or traceback."""

    def __init__(self, secrets: frozenset[str]) -> None:
        super().__init__()
        self._secrets = secrets

    def hides(self, secrets: frozenset[str]) -> bool:
        """Return whether all of `secrets` are hidden already."""
        return secrets <= self._secrets

    def filter(self, record: logging.LogRecord) -> bool:
        """Hide the secrets of the record; it always passes."""
        try:
            text = record.getMessage()
        except (TypeError, ValueError, KeyError):  # arguments that don't fit: told, not lost
            text = f"{record.msg} {record.args!r}"
        record.msg = redact(text, self._secrets)
        record.args = None
        if record.exc_info:
            trace = logging.Formatter().formatException(record.exc_info)
            record.exc_text = redact(trace, self._secrets)
            record.exc_info = None
        if record.exc_text:
            record.exc_text = redact(record.exc_text, self._secrets)
        if record.stack_info:
            record.stack_info = redact(record.stack_info, self._secrets)
        return True


class _Silence(logging.Filter):
    """Drops what a library writes, whatever level somebody sets on its logger later."""

    def filter(self, _record: logging.LogRecord) -> bool:
        return False


_silence = _Silence()


def silence_libraries() -> None:
    """Keep the libraries under the channels from writing logs: they name tokens in clear.

    At DEBUG Apprise and urllib3 write the addresses of Telegram, Discord, Slack and Mattermost
    with their tokens, and some warnings quote a token that looks wrong. What they would say of a
    delivery is in its outcome. Safe to call twice.
    """
    for name in _QUIET:
        logger = logging.getLogger(name)
        logger.addFilter(_silence)
        logger.setLevel(logging.CRITICAL)
