# ruff: noqa: PLC0415 - what a command needs is imported when it runs, so that --help stays light
"""The feeds of rules.yaml under the names that people see, and how to find one of them."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from watcher.cli.common import Call
from watcher.cli.words import nearest, now
from watcher.core.errors import StateError, UsageError
from watcher.core.model import Feed, FeedState


def states(call: Call) -> dict[str, FeedState]:
    """Return what the state knows of the feeds by address; nothing when there is no state yet."""
    from watcher.cli.state import exists

    if not exists(call.options):
        return {}
    with call.store().read() as queries:
        return {state.feed.url: state for state in queries.feed_states(active=True)}


def pushed(call: Call) -> frozenset[str]:
    """Return the addresses of the feeds whose hub sends what is new."""
    from watcher.cli import state as at_rest

    if not at_rest.exists(call.options):
        return frozenset()
    with call.store().read() as queries:
        sent = at_rest.pushed(queries, now())
        return frozenset(state.feed.url for state in queries.feed_states() if state.id in sent)


def resting(call: Call) -> dict[str, datetime]:
    """Return the hosts that asked to be left alone, each with when that is over."""
    from watcher.cli.state import exists

    if not exists(call.options):
        return {}
    with call.store().read() as queries:
        return queries.held_hosts(now())


def feeds(call: Call, known: Mapping[str, FeedState] | None = None) -> tuple[Feed, ...]:
    """Return the feeds of rules.yaml, each called as alerts call it.

    One that rules.yaml doesn't name goes by its own title once it has been read, else by its
    site. `known` is what the state knows, where it was read already; a state that can't be read
    costs only these names.
    """
    if known is None:
        known = {}
        with suppress(StateError):
            known = states(call)
    return tuple(named(feed, known.get(feed.url)) for feed in call.config().feeds)


def named(feed: Feed, state: FeedState | None) -> Feed:
    """Return `feed` under the name that alerts use."""
    own = not feed.named and state is not None and state.title
    return replace(feed, name=state.title) if own and state else feed


def find_feed(call: Call, wanted: str) -> Feed:
    """Return the only feed of that address or name; which one is not guessed."""
    found = find_feeds(call, wanted)
    if len(found) > 1:
        addresses = "\n".join(f"  {call.address(feed.url)}" for feed in found)
        raise UsageError(f'{len(found)} feeds are called "{wanted}". Say its address:\n{addresses}')
    return found[0]


def find_feeds(call: Call, wanted: str) -> list[Feed]:
    """Return the feed of that address, or all of that name (any case), as any screen shows it."""
    from watcher.core.identity import canonical

    every = feeds(call)
    # As it stands in the file; as a screen shows it; as people write it.
    for same in (
        [feed for feed in every if feed.url == wanted],
        [feed for feed in every if call.address(feed.url) == wanted],
        [feed for feed in every if "://" in wanted and canonical(feed.asked) == canonical(wanted)],
    ):
        if same:
            return same
    plain = {feed.url: feed.name for feed in call.config().feeds}
    name = wanted.casefold()
    found = [feed for feed in every if name in {feed.name.casefold(), plain[feed.url].casefold()}]
    # As a hurried person types it: without https://.
    found = found or [
        feed for feed in every if canonical(feed.asked) == canonical(f"https://{wanted}")
    ]
    if not found:
        known = [feed.name for feed in every] + [call.address(feed.url) for feed in every]
        raise UsageError(
            f'no feed is called "{wanted}".{nearest(wanted, known)} (watcher feeds list)'
        )
    return found
