# ruff: noqa: PLC0415 - what a command needs is imported when it runs, so that --help stays light
"""feeds: how the feeds are, as last asked (list) and now (check); edits are in `feed_edits`."""

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from watcher.cli import known
from watcher.cli.common import Call, command
from watcher.cli.discover import feeds_discover
from watcher.cli.feed_edits import feeds_add, feeds_export, feeds_import, feeds_remove
from watcher.cli.words import ago, iso, many, now, one_line
from watcher.core.errors import WatcherError
from watcher.core.model import NOT_POLLED, Feed, FeedState

if TYPE_CHECKING:
    from watcher.cli.net import Checked


def register(app: typer.Typer) -> None:
    """Add the commands of this file to `app`."""
    feeds = typer.Typer(
        help="The feeds in rules.yaml: list, add, remove, check.", no_args_is_help=True
    )
    command(feeds, "list", examples=["watcher feeds list --json"])(feeds_list)
    command(
        feeds,
        "add",
        examples=[
            "watcher feeds add https://example.kz/rss --name Example --tag kazakhstan",
            "watcher feeds add example.kz/rss example.org/feed",
        ],
    )(feeds_add)
    command(feeds, "remove", examples=["watcher feeds remove https://example.kz/rss"])(feeds_remove)
    command(
        feeds,
        "import",
        examples=[
            "watcher feeds import subscriptions.opml",
            "watcher feeds import intranet.opml --private",
        ],
    )(feeds_import)
    command(feeds, "export", examples=["watcher feeds export feeds.opml"])(feeds_export)
    command(
        feeds,
        "discover",
        examples=[
            "watcher feeds discover https://www.hrw.org",
            "watcher feeds discover hrw.org --add",
        ],
    )(feeds_discover)
    command(feeds, "check", examples=["watcher feeds check", "watcher feeds check Example --json"])(
        feeds_check
    )
    app.add_typer(feeds, name="feeds", rich_help_panel="Rules and feeds")


def feeds_list(call: Call) -> int:
    """List the feeds of rules.yaml, and how each did when it was last polled."""
    states, pushed = known.states(call), known.pushed(call)
    feeds = known.feeds(call, states)
    if call.json:
        for feed in feeds:
            row = feed_json(feed, states.get(feed.url))
            row |= {
                "url": call.address(feed.url),
                "detail": call.address(row["detail"]) if row["detail"] else None,
                "push": feed.url in pushed,
            }
            call.data(row)
        return 0
    at = now()
    call.table(
        ("feed", "language", "state", "last new", "next poll", "address"),
        [
            (
                one_line(feed.name, 30),
                feed.language or "-",
                _state_cell(states.get(feed.url), pushed=feed.url in pushed),
                ago(state.last_new, at) if (state := states.get(feed.url)) else "-",
                call.brief(state.next_due if state else None),
                call.address(feed.url),
            )
            for feed in feeds
        ],
        elastic=["feed"],
    )
    return 0


def _state_cell(state: FeedState | None, *, pushed: bool) -> tuple[str, str]:
    if state is None or state.last_polled is None:
        return (NOT_POLLED, "dim")
    from watcher.core import rhythm

    found = rhythm.health(state, now=now())
    tries = f" ({state.failures}x)" if state.failures else ""
    push = ", push" if pushed else ""
    return (f"{found.word}{push}{tries}", _style(found.word, failed=not found.readable))


def feed_json(feed: Feed, state: FeedState | None) -> dict[str, Any]:
    """Return a feed and its state for scripts."""
    from watcher.core import rhythm

    polled = state is not None and state.last_polled is not None
    found = rhythm.health(state, now=now()) if state and polled else None
    return {
        "feed": feed.name,
        "url": feed.url,
        "language": feed.language,
        "tags": sorted(feed.tags),
        "private": feed.private,
        "full_text": feed.full_text.value,
        "state": found.word if found else None,
        "since": iso(found.since) if found else None,
        "detail": (found.detail or None) if found else None,
        "failures": state.failures if state else 0,
        "last_polled": iso(state.last_polled) if state else None,
        "last_new": iso(state.last_new) if state else None,
        "next_due": iso(state.next_due) if state else None,
    }


# --- check ---------------------------------------------------------------------------------------


def feeds_check(
    call: Call,
    feed: Annotated[
        list[str] | None,
        typer.Argument(metavar="URL|NAME", help="Only these.", show_default="all"),
    ] = None,
) -> int:
    """Ask every feed now and say how it is; nothing is stored and nobody is told.

    A site that asked to be left alone for a while is, also by this.

    alive; silent (nothing new for longer than it is used to); zombie (its newest item is years
    old); moved; mojibake (damaged letters); missed (items may have come and gone between two
    polls); broken-xml (read all the same); or why it can't be read: blocked, html, rate-limited,
    gone, not-found, timeout, tls and so on. Exit code 1 when some can't be read.
    """
    import asyncio

    from watcher.cli.net import Checked, check_feeds, fetcher

    states, pushed = known.states(call), known.pushed(call)
    every = known.feeds(call, states)
    asked = [one for wanted in feed for one in known.find_feeds(call, wanted)] if feed else every
    feeds = list(dict.fromkeys(asked))
    if not feeds:
        raise WatcherError(f"no feeds in {call.options.rules} (watcher feeds add URL)")
    with call.progress("asking feeds", len(feeds)) as advance:

        def done(result: Checked) -> None:
            advance()
            if call.json:
                url = result.feed.url
                shown = {"url": call.address(url), "detail": call.address(result.detail)}
                call.data(result.json() | shown | {"push": url in pushed})

        door = fetcher(call.config().contact)
        held = known.resting(call)
        results = asyncio.run(check_feeds(feeds, states, done=done, door=door, held=held))
    failed = sum(result.failed for result in results)
    if not call.json:
        _print_checked(call, results)
        call.say()
        verdict = f"{failed} can't be read" if failed else "all can be read"
        call.say(f"{many(len(results), 'feed')}, {verdict}", "red" if failed else "green")
    return 1 if failed else 0


def _print_checked(call: Call, results: list["Checked"]) -> None:
    at = now()
    names = Counter(result.feed.name.casefold() for result in results)
    call.table(
        (
            "feed", "state", "since", "items", "newest", "usually", "asked", "format", "encoding",
            "ms", "detail",
        ),
        [
            (
                one_line(result.feed.name, 40),
                (result.word, _style(result.word, failed=result.failed)),
                ago(result.since, at),
                result.items or "-",
                ago(state.last_new, at),
                _every(state.habits.gap),
                "-" if result.failed else _every(state.interval),
                state.format or "-",
                state.encoding or "-",
                result.ms,
                _detail(call, result, alone=names[result.feed.name.casefold()] == 1),
            )
            # What needs a person's attention stands at the end, where the eye is.
            for result in sorted(results, key=lambda one: (one.failed, one.word != "alive"))
            for state in [result.state]
        ],
        right=["items", "ms"],
        elastic=["feed"],
        spare=["ms", "encoding", "format", "usually", "asked"],
    )  # fmt: skip


def _detail(call: Call, result: "Checked", *, alone: bool) -> str:
    """Return the detail, with the address where a person may have to type it next."""
    said = one_line(call.address(result.detail), 200)
    if result.word == "alive" and alone:
        return said
    return " · ".join(filter(None, (call.address(result.feed.url), said)))


def _every(span: timedelta | None) -> str:
    from watcher.core.rhythm.health import span_in_words

    return "-" if span is None else f"per {span_in_words(span).removeprefix('1 ')}"


def _style(word: str, *, failed: bool) -> str:
    if failed:
        return "red"
    return "green" if word == "alive" else "yellow"
