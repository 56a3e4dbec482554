"""The door for WebSub: what is asked of a hub, and what comes from one.

A hub's address comes out of a stranger's feed, and whoever finds the callback may send to it: the
one goes through the address guard, the other is believed only with the right signature (see
`receiver`, the web server that hubs send to). When to ask and what the answers mean is
`core.rhythm.hub`'s business.

Source: W3C Recommendation "WebSub", 23 January 2018, sections 5 to 8.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final, Protocol

from watcher.core.model import HubState

if TYPE_CHECKING:
    from watcher.core.model import Subscription
    from watcher.feeds.fetch import Fetcher

METHODS: Final = frozenset({"sha1", "sha256", "sha384", "sha512"})
"""The ways of signing that the Recommendation names."""

SUBSCRIBED: Final = frozenset({HubState.ASKED, HubState.LIVE, HubState.DENIED})
"""What a subscription is in that is not being left."""


def new_token() -> str:
    """Return an unguessable name for a callback, or an unguessable secret: 43 signs."""
    return secrets.token_urlsafe(32)


async def ask(
    fetcher: Fetcher, subscription: Subscription, lease: timedelta, *, private: bool
) -> None:
    """Ask a hub for the subscription, or for its end when it is being left.

    What the hub decides comes later, as a request to the callback. Raises FeedError.
    """
    form = {"hub.callback": subscription.callback, "hub.topic": subscription.topic}
    if subscription.state in SUBSCRIBED:
        form |= {
            "hub.mode": "subscribe",
            "hub.secret": subscription.secret,
            "hub.lease_seconds": str(round(lease.total_seconds())),
        }
    else:
        form |= {"hub.mode": "unsubscribe"}
    # Hubs that speak the version before the Recommendation insist on it.
    form |= {"hub.verify": "async"}
    await fetcher.post(subscription.hub, form, private=private)


def is_signed(body: bytes, header: str, secret: str) -> bool:
    """Return whether X-Hub-Signature ("sha256=hex") belongs to `body` and `secret`."""
    method, _, given = header.strip().partition("=")
    method = method.strip().lower()
    if method not in METHODS:
        return False
    right = hmac.digest(secret.encode(), body, method).hex()
    # As bytes: a header may hold any letter, and comparing those as text raises.
    return hmac.compare_digest(right.encode(), given.strip().lower().encode("utf-8", "replace"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """What a hub asks at the callback: whether we meant it, or that it says no."""

    mode: str
    topic: str
    lease: timedelta | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pushed:
    """What a hub sent, signed, inflated."""

    body: bytes
    content_type: str | None


class Desk(Protocol):
    """Who knows the subscriptions, and takes what comes."""

    async def find(self, token: str) -> Subscription | None:
        """Return the subscription of a callback."""

    async def answer(self, token: str, intent: Intent) -> bool:
        """Return whether what the hub asks was meant, and remember its answer."""

    async def refuse(self, subscription: Subscription, why: str) -> None:
        """Count a push that is not believed."""

    def take(self, subscription: Subscription, pushed: Pushed) -> None:
        """Take a push; returns at once."""
