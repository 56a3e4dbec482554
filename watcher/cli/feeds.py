# ruff: noqa: PLC0415 - what a command needs is imported when it runs, so that --help stays light
"""feeds: list, add, remove, import, export, discover, check. Edits keep the comments."""

import sys
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from watcher.cli.common import Call, command
from watcher.cli.discover import feeds_discover
from watcher.cli.lines import opened
from watcher.cli.words import ago, duration, iso, many, nearest, now, one_line
from watcher.core.errors import UsageError, WatcherError
from watcher.core.model import Feed, FeedState

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
            "watcher feeds add https://example.kz/rss --name Example --language kk --tag kazakhstan"
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
    feeds = call.config().feeds
    states, pushed = _states(call), _pushed(call)
    if call.json:
        for feed in feeds:
            row = feed_json(feed, states.get(feed.url))
            call.data(row | {"url": call.address(feed.url), "push": feed.url in pushed})
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


def _states(call: Call) -> dict[str, FeedState]:
    """Return what the state knows of the feeds; nothing when there is no state yet."""
    from watcher.cli.state import exists

    if not exists(call.options):
        return {}
    with call.store().read() as queries:
        return {state.feed.url: state for state in queries.feed_states(active=True)}


def _pushed(call: Call) -> frozenset[str]:
    """Return the addresses of the feeds whose hub sends what is new."""
    from watcher.cli.state import exists, pushed

    if not exists(call.options):
        return frozenset()
    with call.store().read() as queries:
        sent = pushed(queries, now())
        return frozenset(state.feed.url for state in queries.feed_states() if state.id in sent)


def _state_cell(state: FeedState | None, *, pushed: bool) -> tuple[str, str]:
    if state is None or state.last_polled is None:
        return ("not polled yet", "dim")
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


# --- edits ---------------------------------------------------------------------------------------


def feeds_add(
    call: Call,
    url: Annotated[str, typer.Argument(metavar="URL", help="The address of the feed.")],
    *,
    name: Annotated[
        str | None, typer.Option("--name", metavar="NAME", help="The outlet, as alerts name it.")
    ] = None,
    language: Annotated[
        str | None, typer.Option("--language", metavar="CODE", help="en, ru, kk, zh, ug, tr ...")
    ] = None,
    tag: Annotated[
        list[str] | None, typer.Option("--tag", metavar="TAG", help="For rules; may be repeated.")
    ] = None,
    every: Annotated[
        str | None, typer.Option("--every", metavar="TIME", help="How often to poll it: 10m, 1h.")
    ] = None,
    private: Annotated[
        bool, typer.Option("--private", help="The address is in your own network.")
    ] = False,
) -> int:
    """Add a feed to rules.yaml; comments and order are kept.

    A running daemon takes it up by itself.
    """
    from watcher import config
    from watcher.core import rhythm

    known_as = _language(language)
    if language and known_as is None:
        raise UsageError(f'"{language}" is no language code; write en, ru, kk, zh, ug, tr ...')
    new = Feed(
        url=url,
        name=name or "",
        language=known_as,
        tags=frozenset(tag or ()),
        every=duration(every) if every else None,
        private=private,
    )
    if new.every is not None and new.every < rhythm.FLOOR:
        raise UsageError(
            f"--every {every} is under a minute, which no publisher likes. At least 1m."
        )
    if config.add_feeds(call.rules_file(), [new]):
        _done(call, url, "added", f"added {url}", "green")
    else:
        _done(call, url, "known", f"{url} is in {call.options.rules} already", "yellow")
    return 0


def feeds_remove(
    call: Call,
    feed: Annotated[str, typer.Argument(metavar="URL|NAME", help="The feed, as listed.")],
) -> int:
    """Take a feed out of rules.yaml. What was read from it stays stored."""
    from watcher import config

    url = find_feed(call, feed).url
    if not config.remove_feed(call.rules_file(), url):
        raise WatcherError(
            f"{url} does not stand in {call.options.rules} itself: it comes from a file that is "
            "included there (include: or opml:). Take it out of that file."
        )
    _done(call, url, "removed", f"removed {url}", "green")
    return 0


def feeds_import(
    call: Call,
    file: Annotated[str, typer.Argument(metavar="FILE|-", help="An OPML file.")],
    *,
    private: Annotated[
        bool, typer.Option("--private", help="Take those in your own network, too.")
    ] = False,
) -> int:
    """Add the feeds of an OPML file, as feed readers export it, to rules.yaml.

    Feeds that are there already, or can't be polled, are named and left out. So are those with an
    address in your own network, unless you say --private.
    """
    from watcher import config
    from watcher.config.edit import in_own_network
    from watcher.feeds import opml

    path = call.rules_file()
    with opened(file) as source:
        feeds = opml.read(source.read())
    feeds = tuple(
        replace(
            feed,
            language=_language(feed.language),
            private=private and in_own_network(feed.url),
        )
        for feed in feeds
    )
    with call.progress("looking at feeds", len(feeds)) as advance:
        results = _sorted_out(feeds, call.config().feeds, advance)
    new = [feed for feed, why_not in results if not why_not]
    config.add_feeds(path, new)
    for feed, why_not in results:
        if call.json:
            row = {"url": feed.url, "feed": feed.name, "added": not why_not}
            call.data(row | {"why_not": why_not or None})
        elif why_not:
            call.note(f"left out: {feed.url} {why_not}", "yellow")
    if not call.json:
        call.say(
            f"{len(new)} of {many(len(feeds), 'feed')} added to {path}", "green" if new else None
        )
    return 0


def _language(written: str | None) -> str | None:
    """Return the code that rules.yaml takes for a language; lists say "en_US", "unknown", "kaz"."""
    from watcher.config.languages import MEANT, is_language

    code = (written or "").strip().lower().replace("_", "-")
    return code if code and is_language(code) else MEANT.get(code)


def _sorted_out(
    feeds: Iterable[Feed], known: Iterable[Feed], advance: Callable[[], None]
) -> list[tuple[Feed, str]]:
    """Return each feed with the reason to leave it out, or ""."""
    from watcher.config.checks import canonical
    from watcher.config.edit import address_problem

    taken = {canonical(feed.url): feed for feed in known}
    results = []
    for feed in feeds:
        same = taken.get(canonical(feed.url))
        why_not = address_problem(feed.url, private=feed.private)
        if not why_not and same is not None:
            why_not = f"is there already, as {same.name}"
        if not why_not:
            taken[canonical(feed.url)] = feed
        results.append((feed, why_not))
        advance()
    return results


def feeds_export(
    call: Call,
    file: Annotated[str, typer.Argument(metavar="FILE", help="Where to; - is stdout.")] = "-",
) -> int:
    """Write the feeds of rules.yaml as OPML, which every feed reader takes."""
    from watcher.feeds import opml

    feeds = call.config().feeds
    shown = [replace(feed, url=call.address(feed.url)) for feed in feeds]
    hidden = sum(here.url != there.url for here, there in zip(feeds, shown, strict=True))
    if hidden:
        call.note(f"{many(hidden, 'address', 'addresses')} with secrets: *** stands for them")
    text = opml.write(shown, "watcher")
    if file == "-":
        sys.stdout.write(text)
        return 0
    target = Path(file)
    if target.exists():
        raise UsageError(f"{file} exists; choose another name")
    try:
        target.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{file}: {error.strerror}") from None
    call.note(f"{many(len(feeds), 'feed')} written to {file}")
    return 0


def _done(call: Call, url: str, result: str, words: str, style: str) -> None:
    if call.json:
        call.data({"url": url, "result": result})
    else:
        call.say(words, style)


def find_feed(call: Call, wanted: str) -> Feed:
    """Return the only feed of that address or name; which one is not guessed."""
    found = find_feeds(call, wanted)
    if len(found) > 1:
        addresses = "\n".join(f"  {call.address(feed.url)}" for feed in found)
        raise UsageError(f'{len(found)} feeds are called "{wanted}". Say its address:\n{addresses}')
    return found[0]


def find_feeds(call: Call, wanted: str) -> list[Feed]:
    """Return the feed of that address, or all of that name (any case), as any screen shows it."""
    feeds = call.config().feeds
    if same := [feed for feed in feeds if feed.url == wanted]:
        return same
    states = _states(call)
    names = {feed.url: {feed.name.casefold()} for feed in feeds}
    for url in names.keys() & states.keys():
        names[url].add(states[url].feed.name.casefold())
    found = [feed for feed in feeds if wanted.casefold() in names[feed.url]]
    if not found:
        known = [feed.name for feed in feeds] + [feed.url for feed in feeds]
        raise UsageError(
            f'no feed is called "{wanted}".{nearest(wanted, known)} (watcher feeds list)'
        )
    return found


# --- check ---------------------------------------------------------------------------------------


def feeds_check(
    call: Call,
    feed: Annotated[
        list[str] | None,
        typer.Argument(metavar="URL|NAME", help="Only these.", show_default="all"),
    ] = None,
) -> int:
    """Ask every feed now and say how it is; nothing is stored and nobody is told.

    alive; silent (nothing new for longer than it is used to); zombie (its newest item is years
    old); moved; mojibake (damaged letters); missed (items may have come and gone between two
    polls); broken-xml (read all the same); or why it can't be read: blocked, html, rate-limited,
    gone, not-found, timeout, tls and so on. Exit code 1 when some can't be read.
    """
    import asyncio

    from watcher.cli.net import Checked, check_feeds, fetcher

    every = call.config().feeds
    asked = [one for wanted in feed for one in find_feeds(call, wanted)] if feed else every
    feeds = list(dict.fromkeys(asked))
    if not feeds:
        raise WatcherError(f"no feeds in {call.options.rules} (watcher feeds add URL)")
    pushed = _pushed(call)
    with call.progress("asking feeds", len(feeds)) as advance:

        def done(result: Checked) -> None:
            advance()
            if call.json:
                url = result.feed.url
                call.data(result.json() | {"url": call.address(url), "push": url in pushed})

        door = fetcher(call.config().contact)
        results = asyncio.run(check_feeds(feeds, _states(call), done=done, door=door))
    failed = sum(result.failed for result in results)
    if not call.json:
        _print_checked(call, results)
        call.say()
        verdict = f"{failed} can't be read" if failed else "all can be read"
        call.say(f"{many(len(results), 'feed')}, {verdict}", "red" if failed else "green")
    return 1 if failed else 0


def _print_checked(call: Call, results: list["Checked"]) -> None:
    at = now()
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
                one_line(result.detail, 120),
            )
            # What needs a person's attention stands at the end, where the eye is.
            for result in sorted(results, key=lambda one: (one.failed, one.word != "alive"))
            for state in [result.state]
        ],
        right=["items", "ms"],
        elastic=["feed"],
    )  # fmt: skip


def _every(span: timedelta | None) -> str:
    from watcher.core.rhythm.health import span_in_words

    return "-" if span is None else f"per {span_in_words(span).removeprefix('1 ')}"


def _style(word: str, *, failed: bool) -> str:
    if failed:
        return "red"
    return "green" if word == "alive" else "yellow"
