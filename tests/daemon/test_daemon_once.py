"""One run from cron: every feed once, however few are in hand at a time."""

from __future__ import annotations

from collections import Counter
from importlib import import_module
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.feed_server import FeedServer, answer

from watcher.core.model import FeedId
from watcher.daemon import Limits
from watcher.watch import Settings

once = import_module("watcher.daemon.once")  # the package has a function of that name

DOCUMENT = (
    b"<rss version='2.0'><channel><title>F</title><item><guid>1</guid>"
    b"<title>Rain over the steppe</title></item></channel></rss>"
)


@given(st.lists(st.sampled_from("abc")))
def test_no_host_is_asked_twice_while_another_waits_for_its_first_turn(hosts: list[str]) -> None:
    feeds = [(FeedId(number), host) for number, host in enumerate(hosts)]
    host_of = dict(feeds)

    order = once.spread(feeds)

    assert sorted(order) == sorted(host_of)
    turns: list[int] = []
    asked = Counter[str]()
    for feed in order:
        turns.append(asked[host_of[feed]])
        asked[host_of[feed]] += 1
    assert turns == sorted(turns)
    for host in asked:
        own = [feed for feed in order if host_of[feed] == host]
        assert own == sorted(own), "each host's feeds keep their order"


async def test_every_feed_is_polled_once_though_few_are_in_hand_at_a_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(once, "IN_HAND", 4)
    async with FeedServer() as feeds:
        paths = [f"/{n}" for n in range(11)]
        for path in paths:
            feeds.put(path, answer(body=DOCUMENT))
        named = "".join(f"  - {{url: '{feeds.url(path)}', private: true}}\n" for path in paths)
        (tmp_path / "rules.yaml").write_text(
            f"channels:\n  screen: terminal://\nfeeds:\n{named}"
            "rules:\n  - {name: Atajurt, find: Atajurt, notify: [screen]}\n"
        )
        settings = Settings(rules=tmp_path / "rules.yaml", state=tmp_path / "state", json=True)

        result = await once._once(
            settings, Limits(), poll_all=True, feed=None, report=lambda _: None
        )

        assert (result["polled"], result["items_new"]) == (11, 11)
        assert Counter(got.path for got in feeds.requests) == dict.fromkeys(paths, 1)
