"""Redirects, odd addresses and DNS tricks (F11 to F16): nothing inside is ever reached."""

from __future__ import annotations

import pytest
from support.faults import Scene
from support.feed_server import FeedServer, redirect

from watcher.core.errors import RulesError
from watcher.core.model import FeedFault

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_f11_a_redirect_in_a_circle_is_named(scene: Scene) -> None:
    feed = await scene.feed("F11 circle")

    cycle = await feed.answers(redirect(feed.full_url))

    assert cycle.state.fault is FeedFault.REDIRECT
    await feed.recovers()


@pytest.mark.parametrize("hops", [5, 6])
async def test_f11_five_redirects_are_followed_and_no_sixth(scene: Scene, hops: int) -> None:
    feed = await scene.feed(f"F11 {hops} hops")
    for hop in range(1, hops):
        scene.server.put(f"/{hops}/{hop}", redirect(f"/{hops}/{hop + 1}"))
    scene.server.put(f"/{hops}/{hops}", b"HTTP/1.1 404 Reached\r\nContent-Length: 0\r\n\r\n")

    cycle = await feed.answers(redirect(f"/{hops}/1"))

    reached = len(scene.server.asked(f"/{hops}/{hops}"))
    assert reached == (hops <= 5)
    assert cycle.state.fault is (FeedFault.NOT_FOUND if reached else FeedFault.REDIRECT)
    await feed.recovers()


@pytest.mark.parametrize(
    "location",
    [
        "file:///etc/passwd",
        "ftp://example.org/",
        "gopher://x/",
        "data:text/xml,<rss/>",
        "javascript:alert(1)",
        "http://[::1",
        "http://\\\\evil",
        "http://user@canary.example/",
        "http://a b/",
        "",
        "//",
        "http://xn--a-ecp.ru:99999/",
    ],
)
async def test_f12_a_redirect_to_what_is_no_web_address_is_refused_with_a_name(
    scene: Scene, location: str
) -> None:
    feed = await scene.feed(f"F12 {location or 'nowhere'}")

    cycle = await feed.answers(redirect(location))

    assert cycle.state.fault in {FeedFault.REDIRECT, FeedFault.BLOCKED_ADDRESS}
    await feed.recovers()


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "127.1",
        "2130706433",
        "0x7f.1",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "10.0.0.1",
        "192.168.1.1",
        "169.254.1.1",
        "169.254.169.254",
        "inside.example",
    ],
)
async def test_f13_a_redirect_inside_is_refused_at_the_door_and_nothing_there_is_touched(
    scene: Scene, host: str
) -> None:
    feed = await scene.feed(f"F13 {host}")
    scene.names.answers["inside.example"] = [["127.0.0.1"]]
    async with FeedServer() as inside:
        cycle = await feed.answers(redirect(f"http://{host}:{inside.port}/latest/meta-data"))

        assert cycle.state.fault is FeedFault.BLOCKED_ADDRESS
        assert inside.connections == 0
    await feed.recovers()


async def test_f15_a_name_that_leads_elsewhere_at_the_second_look_up_reaches_nothing(
    scene: Scene,
) -> None:
    feed = await scene.feed("F15 rebinding")
    async with FeedServer(host="127.0.0.9", port=scene.server.port) as inside:
        before = scene.names.asked[feed.host]
        scene.names.answers[feed.host] = [["127.0.0.1"], ["127.0.0.9"]]
        sound = await feed.serves()
        once = scene.names.asked[feed.host] - before
        rebound = await feed.serves()

        assert (sound.state.fault, once) == (None, 1), "checked and connected with one answer"
        assert rebound.state.fault is FeedFault.BLOCKED_ADDRESS
        assert inside.connections == 0
    del scene.names.answers[feed.host]
    await feed.recovers(tag=None)


@pytest.mark.parametrize("inner", ["127.0.0.9", "10.0.0.1", "169.254.169.254", "fd00::1"])
async def test_f16_a_name_with_one_address_inside_is_refused_whole(
    scene: Scene, inner: str
) -> None:
    feed = await scene.feed(f"F16 {inner}")
    scene.names.answers[feed.host] = [["127.0.0.1", inner]]
    asked = len(feed.tags)

    cycle = await scene.cycle(feed)

    assert cycle.state.fault is FeedFault.BLOCKED_ADDRESS
    assert len(feed.tags) == asked
    del scene.names.answers[feed.host]
    await feed.recovers()


# --- F14 ---------------------------------------------------------------------------------------

INNER = [
    "http://127.0.0.1/f",
    "http://127.1/f",
    "http://127.0.1/f",
    "http://2130706433/f",
    "http://0x7f000001/f",
    "http://0x7f.1/f",
    "http://0177.0.0.1/f",
    "http://017700000001/f",
    "http://１２７.０.０.１/f",
    "http://127。0。0。1/f",
    "http://127.0.0.1./f",
    "http://0/f",
    "http://0.0.0.0/f",
    "http://localhost/f",
    "http://LOCALHOST./f",
    "http://a.localhost/f",
    "http://10.0.0.1/f",
    "http://172.16.0.1/f",
    "http://192.168.1.1/f",
    "http://100.64.0.1/f",
    "http://169.254.169.254/f",
    "http://100.100.100.200/f",
    "http://168.63.129.16/f",
    "http://198.18.0.1/f",
    "http://224.0.0.1/f",
    "http://255.255.255.255/f",
    "http://[::]/f",
    "http://[::1]/f",
    "http://[::ffff:127.0.0.1]/f",
    "http://[::ffff:7f00:1]/f",
    "http://[::127.0.0.1]/f",
    "http://[64:ff9b::7f00:1]/f",
    "http://[64:ff9b:1::7f00:1]/f",
    "http://[2002:7f00:1::]/f",
    "http://[fe80::1]/f",
    "http://[fe80::1%25eth0]/f",
    "http://[fc00::1]/f",
    "http://[fd00:ec2::254]/f",
    "http://[fec0::1]/f",
    "http://[::1/f",
    "http://user@example.org/f",
    "http://user:pass@127.0.0.1/f",
    "http://127.0.0.1#@example.org/f",
    "http://example.org\\\\@127.0.0.1/f",
    "http:\\\\\\\\127.0.0.1/f",
    "http:///127.0.0.1/f",
    "http:127.0.0.1/f",
    "http://%31%32%37.0.0.1/f",
    "file:///etc/passwd",
    "ftp://127.0.0.1/f",
    "javascript:alert(1)",
    "//127.0.0.1/f",
]


async def test_f14_no_spelling_of_an_inner_address_is_ever_asked(scene: Scene) -> None:
    """Some are refused when rules.yaml is read, the others when they are polled; all in words."""
    said: dict[str, str] = {}
    lines: dict[str, str] = {}
    for number, url in enumerate(INNER):
        line = f'{{url: "{url}", name: "F14 {number}"}}'
        try:
            await scene.watch(line)
        except RulesError as mistakes:
            said[url] = str(mistakes)
        else:
            lines[url] = line
    await scene.watch(*lines.values())
    asked = len(scene.server.requests)

    await scene.poll(scene.canary_url, "Canary")

    found = {state.feed.name: state for state in scene.states()}
    for url in lines:
        state = found[f"F14 {INNER.index(url)}"]
        assert state.fault in {FeedFault.BLOCKED_ADDRESS, FeedFault.BAD_URL}, url
        said[url] = state.fault_detail
    assert set(said) == set(INNER)
    assert all(len(words.split()) > 5 and "Error" not in words for words in said.values())
    assert len(scene.server.requests) == asked
