"""What a plugin's try to send looks like from the wire: connected or not, status, headers, body.

Apprise's plugins answer True or False and keep the HTTP answer to themselves. While a thread has an
`Attempt`, every request that it makes through `requests` is observed: its timeouts follow the
attempt's deadline, its sockets can be closed from outside, redirects are not followed, and the
attempt's headers are added. Threads without an attempt are not touched. The one hook is
`HTTPAdapter.send`, wrapped once per process.
"""

from __future__ import annotations

import re
import socket
import threading
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from requests.utils import select_proxy
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from watcher.alerts.attempt import Exchange, current

CONNECT_TIMEOUT = 10.0
"""Seconds to connect; what is slower is a network failure, and nothing was sent."""
MAX_BODY = 4_000_000
"""Bytes of an answer that are read; a list of a big workspace's channels is the longest seen."""
_TRANSACTION = re.compile(r"(/rooms/[^/?]+/send/[^/?]+/)[^/?]+")
"""The address of an event; Matrix takes an event with a known transaction id for a resend."""


class _Watched:
    """Tells the attempt of the connections it opens. Mixed into urllib3's two connections."""

    def _new_conn(self) -> socket.socket:
        sock: socket.socket = super()._new_conn()  # type: ignore[misc] # urllib3's own method
        if (attempt := current()) is not None:
            attempt.opened(sock)
        return sock

    def connect(self) -> None:
        super().connect()  # type: ignore[misc] # urllib3's own method
        if (attempt := current()) is not None and attempt.exchanges:
            attempt.exchanges[-1].begun = True


class _Plain(_Watched, HTTPConnection):
    """HTTP connection that can be cut."""


class _Tls(_Watched, HTTPSConnection):
    """HTTPS connection that can be cut."""


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _Plain


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _Tls


_POOLS = {"http": _PlainPool, "https": _TlsPool}
_send = HTTPAdapter.send
_installed = threading.Lock()


def install() -> None:
    """Put the hook in place; safe to call twice."""
    with _installed:
        if HTTPAdapter.send is _send:
            HTTPAdapter.send = _observed  # type: ignore[method-assign] # the one hook


def _observed(
    self: HTTPAdapter,
    request: requests.PreparedRequest,
    *args: Any,  # noqa: ANN401 # passed on as they come
    **kwargs: Any,  # noqa: ANN401
) -> requests.Response:
    attempt = current()
    if attempt is None:
        return _send(self, request, *args, **kwargs)
    if attempt.is_put_off():
        raise requests.ConnectionError("the service asked us to wait")
    exchange = Exchange()
    attempt.exchanges.append(exchange)
    if attempt.is_aborted():
        exchange.fault = "Aborted"
        raise requests.ConnectionError("the deadline has passed")
    request.headers.update(attempt.headers)
    if attempt.transaction and request.url:
        request.url = _TRANSACTION.sub(rf"\g<1>{attempt.transaction}", request.url)
    proxy = select_proxy(request.url or "", kwargs.get("proxies"))
    if proxy:
        exchange.begun = True  # a proxy's connection is not seen: assume the most
    else:
        self.poolmanager.pool_classes_by_scheme = _POOLS
    left = attempt.remaining()
    kwargs["timeout"] = (min(CONNECT_TIMEOUT, left), left)
    try:
        response = _send(self, request, *args, **kwargs)
        exchange.status, exchange.headers = response.status_code, response.headers
        exchange.body = _read(response)
        if attempt.is_aborted():
            # http.client takes the end of a cut connection for the end of the headers.
            exchange.status = None
            raise requests.ConnectionError("the deadline has passed")  # noqa: TRY301
    except Exception as error:
        exchange.fault = type(error).__name__
        raise
    if attempt.is_put_off():
        # Discord's and Matrix's plugins would wait here, and ask again behind our back.
        raise requests.ConnectionError("the service asked us to wait")
    if response.is_redirect:
        # What the plugin is told can't be followed: the token in the request is not for others.
        del response.headers["location"]
    return response


def _read(response: requests.Response) -> bytes:
    """Read the answer, bounded, and leave it where `requests` looks for it."""
    body = b""
    for chunk in response.iter_content(16_384):
        body += chunk
        if len(body) > MAX_BODY:
            response.close()
            raise requests.ConnectionError("the answer is too long")
    response._content = body  # noqa: SLF001 # as Response.content itself does
    response._content_consumed = True  # noqa: SLF001
    return body
