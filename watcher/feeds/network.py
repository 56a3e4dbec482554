"""Names for what goes wrong between here and a server, in words for the person who reads them."""

from __future__ import annotations

import errno
import socket
import ssl
from typing import Final

import aiohttp
from aiohttp.http_exceptions import HttpProcessingError

from watcher.core.errors import FeedError
from watcher.core.model import FeedFault
from watcher.feeds.guard import blocked, causes
from watcher.feeds.inflate import BadCompressionError, CutOffError

ERRORS: Final = (aiohttp.ClientError, HttpProcessingError, OSError, ValueError, EOFError)
"""What aiohttp and the decoders raise; FeedError and cancellation are none of these."""

_CERTIFICATE: Final = {
    # OpenSSL's X509_V_ERR_* numbers.
    9: "its certificate is not valid yet (or this computer's clock is wrong)",
    10: "its certificate has expired",
    18: "its certificate is self-signed: nobody vouches for it",
    19: "its certificate comes from an authority that isn't trusted here",
    20: "its certificate comes from an authority that isn't known here",
    21: "its certificate can't be verified; the site sends an incomplete chain",
    23: "its certificate was revoked",
    62: "its certificate is for another site",
    64: "its certificate is for another address",
}
_OLD: Final = frozenset(
    {"UNSUPPORTED_PROTOCOL", "TLSV1_ALERT_PROTOCOL_VERSION", "NO_PROTOCOLS_AVAILABLE"}
)
_PLAIN: Final = frozenset(
    {"WRONG_VERSION_NUMBER", "HTTP_REQUEST", "HTTPS_PROXY_REQUEST", "UNKNOWN_PROTOCOL"}
)
_UNREACHABLE: Final = frozenset(
    {errno.ENETUNREACH, errno.EHOSTUNREACH, errno.EADDRNOTAVAIL, errno.ENETDOWN, errno.EHOSTDOWN}
)


def fault(error: BaseException, where: str, *, asked: str) -> FeedError:
    """Return the FeedError that names what `error` means for the address `where`.

    The address is said only when redirects led away from the one that was asked for.
    """
    hop = "" if where.rstrip("/") == asked.rstrip("/") else f"{where}: "
    reason = blocked(error)
    if reason is not None:
        return FeedError(FeedFault.BLOCKED_ADDRESS, reason)
    for cause in causes(error):
        found = _tls(cause) or _compression(cause)
        if found:
            return FeedError(found[0], f"{hop}{found[1]}")
    kind, why = _connection(error, secure=where.startswith("https:"))
    return FeedError(kind, f"{hop}{why}")


def _tls(cause: BaseException) -> tuple[FeedFault, str] | None:
    if isinstance(cause, aiohttp.ClientError):
        # aiohttp's wrappers are SSL errors too, without the number that tells the cause.
        return None
    if isinstance(cause, ssl.SSLCertVerificationError):
        known = _CERTIFICATE.get(cause.verify_code)
        return FeedFault.TLS, known or f"its certificate is not valid ({cause.verify_message})"
    if isinstance(cause, ssl.SSLZeroReturnError | ssl.SSLEOFError):
        return FeedFault.TLS, "the server broke off while the secure connection was being made"
    if isinstance(cause, ssl.SSLError):
        reason = cause.reason or ""
        if reason in _OLD:
            return FeedFault.TLS, "it only speaks a version of TLS too old to be safe"
        if reason in _PLAIN:
            return FeedFault.TLS, "it does not speak TLS at this port (try http://)"
        return FeedFault.TLS, f"the secure connection failed ({reason.lower() or cause})"
    return None


def _compression(cause: BaseException) -> tuple[FeedFault, str] | None:
    if isinstance(cause, BadCompressionError):
        return FeedFault.BAD_COMPRESSION, f"the compressed answer can't be read ({cause})"
    if isinstance(cause, CutOffError):
        return FeedFault.TRUNCATED, "the compressed answer breaks off before its end"
    return None


def _connection(error: BaseException, *, secure: bool) -> tuple[FeedFault, str]:
    chain = list(causes(error))
    kinds = tuple(type(one) for one in chain)
    connecting = isinstance(error, aiohttp.ClientConnectorError)
    broken = any(issubclass(kind, ConnectionResetError | BrokenPipeError) for kind in kinds)
    found = FeedFault.BAD_RESPONSE, f"the server's answer is not proper HTTP ({_words(error)})"
    if any(issubclass(kind, aiohttp.ClientConnectorDNSError | socket.gaierror) for kind in kinds):
        found = FeedFault.DNS, "no address is known for this name; is it spelled right?"
    elif any(issubclass(kind, ConnectionRefusedError) for kind in kinds):
        found = FeedFault.REFUSED, "no server is listening there"
    elif _UNREACHABLE.intersection(one.errno for one in chain if isinstance(one, OSError)):
        found = FeedFault.UNREACHABLE, "there is no way to this server"
    elif broken and connecting and secure:
        found = FeedFault.TLS, "the server broke off while the secure connection was being made"
    elif broken:
        found = FeedFault.RESET, "the server broke the connection off"
    elif isinstance(error, aiohttp.ServerDisconnectedError):
        found = FeedFault.RESET, "the server hung up without an answer"
    elif isinstance(error, aiohttp.ClientPayloadError):
        found = _payload(chain)
    elif connecting:
        found = FeedFault.UNREACHABLE, "no connection could be made"
    return found


def _words(error: BaseException) -> str:
    return " ".join(str(error).split())[:120]


def _payload(chain: list[BaseException]) -> tuple[FeedFault, str]:
    words = " ".join(str(error) for error in chain).lower()
    if "chunk" in words and "not enough data" not in words:
        return FeedFault.BAD_RESPONSE, "the server's answer is cut up wrongly (chunks)"
    return FeedFault.TRUNCATED, "the answer breaks off before its end"
