"""WebSub's door: links to hubs, questions to strangers' addresses, and who is believed."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import hmac
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.feed_server import FeedServer, Reply, answer, drip, redirect, silent
from support.hub import Hub
from support.make import NOON
from support.webhook import closed_port

from watcher.core.errors import FeedError
from watcher.core.model import Feed, FeedFault, FeedId, HubState, Subscription
from watcher.feeds import Fetcher, Reader, heads, links, websub
from watcher.feeds.receiver import AT_ONCE, Receiver

URL = "https://courier.example/rss"
HUB = "https://hub.example/"
LEASE = timedelta(days=10)
SECRET = "s" * 43
SMALL = 20_000
"""Bytes that the receiver of these tests takes."""


def a_subscription(**more: object) -> Subscription:
    plain: dict[str, object] = {
        "token": "t" * 43,
        "secret": SECRET,
        "feed": FeedId(1),
        "hub": HUB,
        "topic": URL,
        "base": "https://watch.example.org/hooks",
        "state": HubState.LIVE,
        "renew": NOON,
    }
    return Subscription(**(plain | more))  # type: ignore[arg-type] # a test gives what it means


# --- links -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ([f'<{HUB}>; rel="hub", <{URL}>; rel="self"'], (HUB, URL)),
        ([f"<{HUB}>; rel=hub", f"<{URL}>;rel=self"], (HUB, URL)),
        ([f'<{HUB}>; title="a, b"; REL="HUB alternate"'], (HUB, None)),
        (["</hub>; rel=hub"], ("https://courier.example/hub", None)),
        ([f"<ftp://x.example/>; rel=hub, <{HUB}>; rel=hub"], (HUB, None)),
        (["<javascript:alert(1)>; rel=hub"], (None, None)),
        ([f"<{HUB}>", f"<{HUB}>; rel=next"], (None, None)),
        (["<<<<>>>>;rel=hub", "", ";rel=hub"], (None, None)),
    ],
)
def test_hub_and_self_are_read_from_link_headers(
    values: list[str], found: tuple[str | None, str | None]
) -> None:
    assert links.of_header(values, URL) == found


@given(st.lists(st.text(alphabet='<>;,="rel hubself/:x ', max_size=60), max_size=4))
def test_any_link_header_is_read_without_complaint(values: list[str]) -> None:
    links.of_header(values, URL)


RSS = (
    '<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel><title>F</title>'
    "<link>https://courier.example/</link>{}<item><title>x</title>{}</item></channel></rss>"
)
ATOM = '<feed xmlns="http://www.w3.org/2005/Atom"><title>F</title>{}<entry>{}</entry></feed>'


@pytest.mark.parametrize(
    ("document", "links_", "found"),
    [
        (RSS, f'<atom:link rel="hub" href="{HUB}"/>', (HUB, None)),
        (
            RSS,
            f"<atom10:link href='{HUB}' rel='hub' /><a:link rel='self' href='{URL}?a=1&amp;b=2'/>",
            (HUB, f"{URL}?a=1&b=2"),
        ),
        (ATOM, f'<link rel="hub" href="{HUB}"/><link rel="self" href="/atom"/>',
         (HUB, "https://courier.example/atom")),
        (ATOM, f'<link rel="alternate" href="{HUB}"/><link href="{HUB}"/>', (None, None)),
        (ATOM, f'<link rel="hub" href="file:///etc"/><link rel="hub" href="{HUB}"/>', (HUB, None)),
        (RSS, "<link rel='hub'/><link href/><link ><link", (None, None)),
    ],
)  # fmt: skip
def test_hub_and_self_are_read_from_the_head_of_a_document(
    document: str, links_: str, found: tuple[str | None, str | None]
) -> None:
    head = heads.read(document.format(links_, "").encode(), URL)

    assert (head.hub, head.topic) == found


def test_a_link_inside_an_item_is_not_the_feeds() -> None:
    inside = f'<atom:link rel="hub" href="{HUB}"/>'

    assert heads.read(RSS.format("", inside).encode(), URL).hub is None


async def test_the_document_says_who_its_hub_is_whatever_its_format() -> None:
    bodies = [
        RSS.format(f'<atom:link rel="hub" href="{HUB}"/>', "").encode(),
        (
            b'{"version": "https://jsonfeed.org/version/1.1", "items": [{"id": "1", "title": "x"}],'
            b'"feed_url": "/feed.json", "hubs": [{"type": "rssCloud", "url": "https://no.example"},'
            b'7, {"type": "WebSub", "url": "https://hub.example/"}]}'
        ),
    ]
    async with Reader() as reader:
        found = [await reader.read(body, url=URL, content_type=None) for body in bodies]

    assert [document.hub for document in found] == [HUB, HUB]
    assert found[1].topic == "https://courier.example/feed.json"


async def test_a_fetch_tells_what_the_link_header_says() -> None:
    async with FeedServer() as server, Fetcher(user_agent="w", allow=server.allow) as fetcher:
        headers = [("Link", f"<{HUB}>; rel=hub"), ("Link", f"<{URL}>; rel=self")]
        url = server.put("/feed", answer(body=RSS, headers=headers))
        fetched = await fetcher.fetch(Feed(url=url, name="x"))

    assert (fetched.hub, fetched.topic) == (HUB, URL)


# --- questions to hubs -------------------------------------------------------------------------


async def asked(fetcher: Fetcher, hub: str, **more: object) -> FeedError:
    with pytest.raises(FeedError) as failure:
        await websub.ask(fetcher, a_subscription(hub=hub, **more), LEASE, private=False)
    return failure.value


async def test_a_hub_is_sent_a_form_with_callback_topic_secret_and_lease() -> None:
    async with Hub() as hub, Fetcher(user_agent="w/1", allow=allow(hub.port)) as fetcher:
        await websub.ask(fetcher, a_subscription(hub=hub.url), LEASE, private=False)
        leaving = a_subscription(hub=hub.url, state=HubState.LEAVING)
        await websub.ask(fetcher, leaving, LEASE, private=False)

    first, second = hub.asked
    assert first == {
        "hub.mode": "subscribe",
        "hub.topic": URL,
        "hub.callback": f"https://watch.example.org/hooks/{'t' * 43}",
        "hub.secret": SECRET,
        "hub.lease_seconds": "864000",
        "hub.verify": "async",
    }
    assert (second["hub.mode"], "hub.secret" in second) == ("unsubscribe", False)
    assert hub.agents == ["w/1", "w/1"]


def allow(*ports: int) -> frozenset[tuple[str, int]]:
    return frozenset(("127.0.0.1", port) for port in ports)


async def test_a_hub_in_our_own_network_is_never_asked() -> None:
    async with (
        Hub() as hub,
        FeedServer() as server,
        Fetcher(user_agent="w", allow=server.allow) as fetcher,
    ):
        away = server.put("/away", redirect(hub.url, 307))
        errors = [
            await asked(fetcher, address)
            for address in (hub.url, away, "http://169.254.169.254/latest", "http://0x7f.1/")
        ]

    assert {error.fault for error in errors} == {FeedFault.BLOCKED_ADDRESS}
    assert hub.asked == []


async def test_a_hub_that_hangs_drips_redirects_in_a_circle_or_fails_is_a_named_failure() -> None:
    async with (
        FeedServer() as server,
        Fetcher(user_agent="w", allow=server.allow, timeout=0.3) as fetcher,
    ):
        replies: dict[str, Reply] = {
            "/silent": silent,
            "/drip": drip(b"HTTP/1.1 202 A"),
            "/circle": redirect(server.url("/circle"), 308),
            "/moved": redirect(server.url("/silent"), 302),
            "/down": answer(503, headers={"Retry-After": "600"}),
        }
        errors = {
            path: await asked(fetcher, server.put(path, reply)) for path, reply in replies.items()
        }
        refused = await asked(fetcher, f"http://127.0.0.1:{server.port}/none")

    assert {path: error.fault for path, error in errors.items()} == {
        "/silent": FeedFault.TIMEOUT,
        "/drip": FeedFault.TIMEOUT,
        "/circle": FeedFault.REDIRECT,
        "/moved": FeedFault.BAD_STATUS,
        "/down": FeedFault.SERVER_ERROR,
    }
    assert errors["/down"].retry_after == timedelta(minutes=10)
    assert refused.fault is FeedFault.NOT_FOUND


# --- who is believed ---------------------------------------------------------------------------


@given(body=st.binary(), secret=st.text(min_size=1), method=st.sampled_from(sorted(websub.METHODS)))
def test_what_is_signed_with_the_secret_is_believed_and_nothing_else(
    body: bytes, secret: str, method: str
) -> None:
    right = hmac.new(secret.encode(), body, method).hexdigest()

    assert websub.is_signed(body, f"{method}={right}", secret)
    assert websub.is_signed(body, f"{method.upper()}={right.upper()}", secret)
    assert not websub.is_signed(body + b"x", f"{method}={right}", secret)
    assert not websub.is_signed(body, f"{method}={right}", secret + "x")
    assert not websub.is_signed(body, right, secret)


@given(header=st.text())
def test_no_signature_of_any_form_is_believed_without_the_secret(header: str) -> None:
    assert not websub.is_signed(b"body", header, SECRET)


def test_md5_is_no_signature() -> None:
    digest = hmac.new(SECRET.encode(), b"body", hashlib.md5).hexdigest()

    assert not websub.is_signed(b"body", f"md5={digest}", SECRET)


# --- the web server for hubs -------------------------------------------------------------------


@dataclass
class Desk:
    """Knows one subscription, and notes what comes."""

    known: Subscription
    taken: list[websub.Pushed] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    waits: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.waits.set()

    async def find(self, token: str) -> Subscription | None:
        await self.waits.wait()
        return self.known if token == self.known.token else None

    async def answer(self, token: str, intent: websub.Intent) -> bool:
        return token == self.known.token and intent.topic == self.known.topic

    async def refuse(self, subscription: Subscription, why: str) -> None:
        assert subscription == self.known
        self.refused.append(why)

    def take(self, subscription: Subscription, pushed: websub.Pushed) -> None:
        assert subscription == self.known
        self.taken.append(pushed)


@dataclass
class Place:
    """A receiver, who sits at it, and a hub that sends to it."""

    desk: Desk
    hub: Hub
    port: int


@pytest.fixture
async def place() -> AsyncIterator[Place]:
    port = closed_port()
    desk = Desk(a_subscription())
    receiver = Receiver(desk, host="127.0.0.1", port=port, most_bytes=SMALL)
    await receiver.start()
    async with Hub() as hub:
        hub.reach("https://watch.example.org", f"http://127.0.0.1:{port}")
        form = {"hub.mode": "subscribe", "hub.topic": URL, "hub.secret": SECRET}
        hub.asked.append(form | {"hub.callback": desk.known.callback})
        yield Place(desk, hub, port)
    await receiver.stop()


async def test_the_callback_is_known_by_its_last_part_whatever_a_web_server_cuts_off(
    place: Place,
) -> None:
    for prefix in ("", "/hooks", "/a/b"):
        to = f"http://127.0.0.1:{place.port}{prefix}/{place.desk.known.token}"

        assert (await place.hub.push(b"<rss/>", to=to)).status == 202
    assert len(place.desk.taken) == 3


async def test_a_challenge_is_given_back_as_plain_text_and_only_if_it_was_meant(
    place: Place,
) -> None:
    right = await place.hub.verify(challenge="<script>alert(1)</script>")
    wrong = await place.hub.verify(topic="https://other.example/")
    endless = await place.hub.verify(challenge="x" * 5_000)

    assert (right.status, right.text) == (200, "<script>alert(1)</script>")
    assert (wrong.status, wrong.text) == (404, "")
    assert endless.status == 404


async def test_a_body_over_the_cap_is_refused_and_so_is_one_that_inflates_over_it(
    place: Place,
) -> None:
    large = await place.hub.push(b"x" * (SMALL + 1))
    bomb = gzip.compress(b"x" * 5_000_000)
    inflating = await place.hub.push(bomb, headers={"Content-Encoding": "gzip"})
    zipped = gzip.compress(b"<rss/>")
    fine = await place.hub.push(zipped, headers={"Content-Encoding": "gzip"})

    assert len(bomb) < SMALL
    assert (large.status, inflating.status, fine.status) == (413, 202, 202)
    assert place.desk.refused == ["that can't be decompressed"]
    assert [pushed.body for pushed in place.desk.taken] == [b"<rss/>"]


async def test_after_the_end_of_a_subscription_its_hub_is_told_so(place: Place) -> None:
    place.desk.known = a_subscription(state=HubState.LEFT)

    assert (await place.hub.push(b"<rss/>")).status == 410
    assert place.desk.taken == []


async def test_more_than_so_many_at_once_are_asked_to_come_back(place: Place) -> None:
    place.desk.waits.clear()
    pushes = [asyncio.create_task(place.hub.push(b"<rss/>")) for _ in range(AT_ONCE + 5)]
    done, waiting = await asyncio.wait(pushes, return_when=asyncio.FIRST_COMPLETED)
    while len(done) < 5:
        more, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        done |= more
    place.desk.waits.set()
    rest = await asyncio.gather(*waiting)

    assert [task.result().status for task in done] == [503] * 5
    assert [said.status for said in rest] == [202] * AT_ONCE


async def test_two_receivers_at_one_address_are_refused(place: Place) -> None:
    second = Receiver(place.desk, host="127.0.0.1", port=place.port, most_bytes=SMALL)

    with pytest.raises(OSError, match="address already in use"):
        await second.start()
