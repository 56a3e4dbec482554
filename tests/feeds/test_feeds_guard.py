"""Which addresses may be opened (F12 to F16)."""

from __future__ import annotations

import contextlib
import ipaddress
import socket

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult
from hypothesis import given
from hypothesis import strategies as st
from support.feed_server import FeedServer, answer, redirect

from watcher.core.errors import FeedError
from watcher.core.model import Feed, FeedFault
from watcher.feeds import Fetcher, Guard
from watcher.feeds.guard import BlockedAddressError

RSS = "<rss version='2.0'><channel><title>t</title></channel></rss>"

REFUSED = [
    "http://127.0.0.1/",
    "http://127.0.0.1:8080/feed",
    "https://127.0.0.1/",
    "http://127.1/",
    "http://127.0.1/",
    "http://127.255.255.254/",
    "http://2130706433/",
    "http://0x7f000001/",
    "http://0x7f.1/",
    "http://0x7F.0.0.1/",
    "http://0177.0.0.1/",
    "http://0177.1/",
    "http://017700000001/",
    "http://127.0.0.1./",
    "http://127.0.0.01/",
    "http://１２７.０.０.１/",
    "http://127。0。0。1/",
    "http://①②⑦.⓪.⓪.①/",
    "http://１２７．０．０．１/",
    "http://%31%32%37.0.0.1/",
    "http://0/",
    "http://0.0.0.0/",
    "http://10.0.0.1/",
    "http://172.16.5.4/",
    "http://192.168.1.1/feed",
    "http://100.64.0.1/",
    "http://169.254.169.254/latest/meta-data/",
    "http://2852039166/latest/meta-data/",
    "http://100.100.100.200/",
    "http://168.63.129.16/",
    "http://192.0.0.9/",
    "http://192.88.99.1/",
    "http://198.18.0.1/",
    "http://203.0.113.7/",
    "http://224.0.0.1/",
    "http://240.0.0.1/",
    "http://255.255.255.255/",
    "http://[::1]/",
    "http://[::]/",
    "http://[0:0:0:0:0:0:0:1]/",
    "http://[::127.0.0.1]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:7f00:1]/",
    "http://[64:ff9b::7f00:1]/",
    "http://[64:ff9b:1::1]/",
    "http://[2002:7f00:1::]/",
    "http://[2001::1]/",
    "http://[2001:db8::1]/",
    "http://[3fff::1]/",
    "http://[5f00::1]/",
    "http://[fc00::1]/",
    "http://[fd00:ec2::254]/",
    "http://[fe80::1]/",
    "http://[fe80::1%25eth0]/",
    "http://[fe80::1%eth0]/",
    "http://[fec0::1]/",
    "http://[ff02::1]/",
    "http://localhost/",
    "http://LOCALHOST:80/",
    "http://localhost./",
    "http://feeds.localhost/",
]
MALFORMED = [
    "",
    "feed.example.org/rss",
    "//example.org/feed",
    "http:example.org",
    "http:/example.org/feed",
    "http:///example.org/feed",
    "http://",
    "http://:80/",
    "file:///etc/passwd",
    "ftp://example.org/feed",
    "gopher://example.org/",
    "data:text/xml,<rss/>",
    "javascript:alert(1)",
    "http://user@example.org/",
    "http://user:word@example.org/feed",
    "http://example.org@127.0.0.1/",
    "http://127.0.0.1\\@example.org/",
    "http://example.org\\.evil.org/",
    "http://exam ple.org/",
    "http://exam\tple.org/",
    "http://example.org/\r\nHost: evil.org",
    "http://exam\u200bple.org/",
    "http://example\u202egro.org/",
    "http://example..org/",
    "http://-example.org/",
    "http://exa%6dple.org/",
    "http://example.org:0/",
    "http://example.org:65536/",
    "http://example.org:٨٠/",
    "http://example.org:80:80/",
    "http://[::1/",
    "http://[zz]/",
    "http://example.org|evil.org/",
    "http://" + "a" * 9_000,
]
TECHNICAL = ("errno", "socket", "getaddrinfo", "traceback", "exception", "none", "nat64")


@pytest.mark.parametrize("address", REFUSED + MALFORMED)
def test_no_spelling_of_an_inner_address_is_opened_and_the_reason_is_in_plain_words(
    address: str,
) -> None:
    with pytest.raises(FeedError) as refusal:
        Guard().url(address)

    expected = {FeedFault.BLOCKED_ADDRESS, FeedFault.BAD_URL}
    assert refusal.value.fault in expected
    assert len(refusal.value.detail) > 20
    assert not any(word in refusal.value.detail.lower() for word in TECHNICAL)


@pytest.mark.parametrize("address", REFUSED)
def test_an_inner_address_is_named_as_such(address: str) -> None:
    with pytest.raises(FeedError) as refusal:
        Guard().url(address)

    blocked = refusal.value.fault is FeedFault.BLOCKED_ADDRESS
    assert blocked or "disguised" in refusal.value.detail or "invisible" in refusal.value.detail


@pytest.mark.parametrize(
    ("address", "asked"),
    [
        ("https://example.org", "https://example.org/"),
        ("HTTPS://Example.ORG/Feed", "https://example.org/Feed"),
        ("http://example.org:8080/a?b=c&d=%7E%2f#top", "http://example.org:8080/a?b=c&d=%7E%2f"),
        ("http://example.org?x=1", "http://example.org/?x=1"),
        ("http://пример.рф/лента", "http://xn--e1afmkfd.xn--p1ai/%D0%BB%D0%B5%D0%BD%D1%82%D0%B0"),
        ("http://8.8.8.8/", "http://8.8.8.8/"),
        ("http://[2606:4700::1111]/x", "http://[2606:4700::1111]/x"),
        ("  https://example.org/feed\n", "https://example.org/feed"),
        ("https://a_b.example.org/", "https://a_b.example.org/"),
    ],
)
def test_a_public_address_goes_out_as_written(address: str, asked: str) -> None:
    assert str(Guard().url(address)) == asked


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1/", "http://10.1.2.3/x", "http://localhost/", "http://[fd12::1]/"]
)
def test_private_true_opens_ones_own_network(address: str) -> None:
    assert str(Guard(private=True).url(address)) == address


@pytest.mark.parametrize(
    "address",
    [
        "http://169.254.169.254/",
        "http://100.100.100.200/",
        "http://[fd00:ec2::254]/",
        "http://[::ffff:169.254.169.254]/",
        "http://0x7f.1/",
        "http://224.0.0.1/",
    ],
)
def test_private_true_opens_neither_metadata_services_nor_odd_spellings(address: str) -> None:
    with pytest.raises(FeedError) as refusal:
        Guard(private=True).url(address)

    assert refusal.value.fault is FeedFault.BLOCKED_ADDRESS


def test_only_the_exact_pair_is_allowed() -> None:
    guard = Guard(allow=frozenset({("127.0.0.1", 8080)}))

    assert guard.refusal("127.0.0.1", 8080) is None
    assert guard.refusal("127.0.0.1", 8081) is not None
    assert guard.refusal("127.0.0.2", 8080) is not None


@given(st.ip_addresses())
def test_what_python_calls_private_is_never_opened_by_default(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> None:
    opened = Guard().refusal(str(address), 80) is None

    assert address.is_global or not opened


@given(st.text(max_size=60))
def test_no_address_makes_the_guard_fail_otherwise_than_by_refusing(text: str) -> None:
    for address in (text, f"http://{text}", f"http://example.org/{text}", f"http://[{text}]/"):
        with contextlib.suppress(FeedError):
            Guard().url(address)


class Answers(AbstractResolver):
    """A resolver that gives each name its answers in turn."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)
        self.asked = 0

    async def resolve(
        self,
        host: str,
        port: int = 0,
        family: socket.AddressFamily = socket.AF_INET,  # noqa: ARG002 - aiohttp's signature
    ) -> list[ResolveResult]:
        self.asked += 1
        found = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for address in found
        ]

    async def close(self) -> None:
        pass


async def fault_of(fetcher: Fetcher, url: str, *, private: bool = False) -> FeedError:
    with pytest.raises(FeedError) as failure:
        await fetcher.fetch(Feed(url=url, name="x", private=private))
    return failure.value


async def test_a_name_with_one_inner_address_is_refused_whole() -> None:
    async with (
        FeedServer() as inner,
        Fetcher(user_agent="t/1", resolver=Answers(["8.8.8.8", "127.0.0.1"])) as fetcher,
    ):
        error = await fault_of(fetcher, f"http://both.example.org:{inner.port}/")

    assert error.fault is FeedFault.BLOCKED_ADDRESS
    assert "127.0.0.1" in error.detail
    assert inner.connections == 0


async def test_a_name_is_resolved_once_per_connection_and_rebinding_reaches_nothing() -> None:
    async with FeedServer() as server, FeedServer() as inner:
        names = Answers(["127.0.0.1"], ["127.0.0.2"])
        server.put("/feed", answer(body=RSS))
        async with Fetcher(user_agent="t/1", allow=server.allow, resolver=names) as fetcher:
            url = f"http://rebinding.example.org:{server.port}/feed"
            await fetcher.fetch(Feed(url=url, name="x"))
            asked_once = names.asked
            error = await fault_of(fetcher, url)

    assert asked_once == 1
    assert error.fault is FeedFault.BLOCKED_ADDRESS
    assert inner.connections == 0


def test_the_socket_is_not_even_made_for_a_refused_address() -> None:
    info = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("10.0.0.1", 80))

    with pytest.raises(BlockedAddressError):
        Guard().socket_factory(info)


@pytest.mark.parametrize("target", ["127.0.0.1", "localhost", "2130706433", "[::ffff:127.0.0.1]"])
async def test_a_redirect_to_an_inner_address_is_refused_and_never_arrives(target: str) -> None:
    async with FeedServer() as server, FeedServer() as inner:
        server.put("/feed", redirect(f"http://{target}:{inner.port}/secret"))
        async with Fetcher(user_agent="t/1", allow=server.allow) as fetcher:
            error = await fault_of(fetcher, server.url("/feed"))

    assert error.fault is FeedFault.BLOCKED_ADDRESS
    assert "redirects" in error.detail
    assert inner.connections == 0


@pytest.mark.parametrize(
    "location",
    ["file:///etc/passwd", "ftp://example.org/", "gopher://x/", "data:,x", "http://[::1", "\\\\x"],
)
async def test_a_redirect_to_something_else_is_refused_with_a_name(location: str) -> None:
    async with FeedServer() as server:
        server.put("/feed", redirect(location))
        async with Fetcher(user_agent="t/1", allow=server.allow) as fetcher:
            error = await fault_of(fetcher, server.url("/feed"))

    assert error.fault in {FeedFault.REDIRECT, FeedFault.NOT_FOUND}


async def test_what_a_private_feed_opened_is_not_reused_for_another() -> None:
    async with FeedServer(keep_alive=True) as server:
        server.put("/feed", answer(body=RSS))
        async with Fetcher(user_agent="t/1") as fetcher:
            await fetcher.fetch(Feed(url=server.url("/feed"), name="own", private=True))
            error = await fault_of(fetcher, server.url("/feed"))

    assert error.fault is FeedFault.BLOCKED_ADDRESS
    assert server.connections == 1
