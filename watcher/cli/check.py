# ruff: noqa: PLC0415 - what a command needs is imported when it runs, so that --help stays light
"""check: everything that can be said of rules.yaml, at once."""

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from watcher.cli.common import Call, command, print_mistakes
from watcher.cli.tryout import failed_tests
from watcher.cli.words import many, now, one_line
from watcher.core.errors import StateError, WatcherError
from watcher.core.model import Channel, Config, Mistake, Sent, Weight

if TYPE_CHECKING:
    from watcher.cli.net import Checked
    from watcher.config import Examined

RULES_ERROR = 3
DEADLINE = 30.0
"""Seconds that a channel may take to take a test message."""


def register(app: typer.Typer) -> None:
    """Add the command of this file to `app`."""
    command(
        app,
        "check",
        panel="Start",
        examples=["watcher check", "watcher check other.yaml --json", "watcher check --live"],
    )(check)


def check(
    call: Call,
    file: Annotated[
        Path | None,
        typer.Argument(metavar="FILE", help="The rules file.", show_default="that of --rules"),
    ] = None,
    *,
    live: Annotated[
        bool,
        typer.Option(
            "--live", help="Ask every feed, too, and send a test message to every channel."
        ),
    ] = False,
) -> int:
    """Check rules.yaml: syntax, names, channels, and every test written beside a rule.

    All mistakes are named at once, each with its place and a mend. Exit code 3 when there are
    any; warnings alone are fine. Where articles are stored already, a rule that would have told
    more than 50 times a day over the last week is named, too.

    With --live, exit code 1 when a feed can't be read or a test message didn't arrive.
    """
    if file is not None:
        call.options = replace(call.options, rules=file, rules_given=True)
    path = call.rules_file()
    examined = _examine(path, call)
    config = examined.config
    channels = list(wrong_channels(config.channels))
    usable = _without(config, channels)
    more = (*channels, *failed_tests(config), *too_loud(usable, call))
    mistakes = examined.with_more(more)
    wrong = [mistake for mistake in mistakes if mistake.weight is Weight.ERROR]
    if not call.json:
        _print(path, config, mistakes, call)
    asked = _ask(usable, call) if live else None
    if call.json:
        call.data(_json(path, config, mistakes) | ({} if asked is None else {"live": asked}))
    if wrong:
        return RULES_ERROR
    return 0 if asked is None or all(row["ok"] for rows in asked.values() for row in rows) else 1


def _print(path: Path, config: Config, mistakes: Sequence[Mistake], call: Call) -> None:
    wrong = [mistake for mistake in mistakes if mistake.weight is Weight.ERROR]
    print_mistakes(mistakes, call)
    if wrong:
        call.note(f"{many(len(wrong), 'mistake')} in {path}", "bold")
    elif config.rules:
        call.say(f"{path} is fine: {_counts(config)}", "green")
    else:
        said = f"{path} has no mistakes and no rule yet, so nothing would be told"
        call.say(f"{said}: {_counts(config)}", "yellow")


def _examine(path: Path, call: Call) -> "Examined":
    from watcher import config

    secrets = call.options.state / "secrets.env"
    return config.examine(path, environ=os.environ, secrets_file=secrets)


def _json(path: Path, config: Config, mistakes: Sequence[Mistake]) -> dict[str, Any]:
    def of(weight: Weight) -> list[dict[str, Any]]:
        return [
            {
                "file": mistake.file,
                "line": mistake.line,
                "column": mistake.column,
                "message": mistake.message,
            }
            for mistake in mistakes
            if mistake.weight is weight
        ]

    wrong = of(Weight.ERROR)
    return {
        "file": str(path),
        "ok": not wrong,
        "mistakes": wrong,
        "warnings": of(Weight.WARNING),
        "rules": None if wrong else len(config.rules),
        "feeds": None if wrong else len(config.feeds),
        "channels": None if wrong else len(config.channels),
    }


def _counts(config: Config) -> str:
    tests = sum(len(rule.tests) for rule in config.rules)
    return ", ".join(
        [
            many(len(config.rules), "rule"),
            many(len(config.feeds), "feed"),
            many(len(config.channels), "channel"),
            *([f"{many(tests, 'test')} passed"] if tests else []),
        ]
    )


def wrong_channels(channels: Iterable[Channel]) -> Iterator[Mistake]:
    """Yield a mistake for each channel whose address no service understands."""
    from watcher.alerts import split

    for channel in channels:
        try:
            split(channel)
        except WatcherError as error:
            yield Mistake.at(channel.place, str(error))


def _without(config: Config, wrong: Iterable[Mistake]) -> Config:
    """Return the configuration without the channels that can't be used."""
    places = {(one.file, one.line, one.column) for one in wrong}
    return replace(
        config,
        channels=tuple(
            channel
            for channel in config.channels
            if (channel.place.file, channel.place.line, channel.place.column) not in places
        ),
    )


# --- the last week -------------------------------------------------------------------------------


def too_loud(config: Config, call: Call) -> Iterator[Mistake]:
    """Yield a warning for each rule that would have told very often; nothing without a state."""
    from watcher.cli.state import exists, open_existing

    try:
        if not exists(call.options):
            return
        from watcher.watch import rehearsal

        store = open_existing(call.options)
        try:
            loud = rehearsal.too_loud(config, store, now=now(), progress=call.progress)
        finally:
            store.close()
    except (StateError, OSError) as error:
        call.note(f"how often the rules would have told is not known: {error}", "yellow")
        return
    for rule, told in loud:
        yield Mistake.at(
            rule.place,
            f'rule "{rule.name}" would have told {told.times:,} times in '
            f"{many(told.days, 'day')} of stored articles, {told.a_day:,} a day. Ask for a second "
            "word beside it (all:), look only in titles (search_in: [title]), or listen to fewer "
            "feeds (sources:).",
            Weight.WARNING,
        )


# --- live ----------------------------------------------------------------------------------------


def _ask(config: Config, call: Call) -> dict[str, list[dict[str, Any]]]:
    """Ask each feed, and send a test to each channel; print what is wrong, return everything."""
    feeds = _ask_feeds(config, call)
    channels = _ask_channels(config, call)
    if not call.json:
        for row in (*feeds, *channels):
            if not row["ok"]:
                call.warn(one_line(row["says"], 300), "red")
        for rows, noun, verdict in (
            (feeds, "feed", "can be read"),
            (channels, "channel", "took a test message"),
        ):
            good = sum(row["ok"] for row in rows)
            call.say(
                f"{good} of {many(len(rows), noun)} {verdict}",
                "green" if good == len(rows) else "red",
            )
    return {"feeds": feeds, "channels": channels}


def _ask_feeds(config: Config, call: Call) -> list[dict[str, Any]]:
    import asyncio

    from watcher.cli.net import check_feeds, fetcher

    with call.progress("asking feeds", len(config.feeds)) as advance:

        def done(_: "Checked") -> None:
            advance()

        door = fetcher(config.contact)
        results = asyncio.run(check_feeds(config.feeds, {}, done=done, door=door))
    rows = []
    for one in results:
        url = _hidden(one.feed.url, config)
        says = f'feed "{one.feed.name}" ({url}) can\'t be read: {one.word}: {one.detail}'
        rows.append(
            {
                "feed": one.feed.name,
                "url": url,
                "ok": not one.failed,
                "state": one.word,
                "detail": one.detail,
                "says": says if one.failed else "",
            }
        )
    return rows


def _ask_channels(config: Config, call: Call) -> list[dict[str, Any]]:
    from concurrent.futures import ThreadPoolExecutor

    from watcher.alerts import split
    from watcher.cli.notify import try_target

    targets = [target for channel in config.channels for target in split(channel)]
    with (
        call.progress("asking channels", len(targets)) as advance,
        ThreadPoolExecutor(max_workers=16) as pool,
    ):
        outcomes = []
        for outcome, _ in pool.map(lambda target: try_target(target, DEADLINE), targets):
            outcomes.append(outcome)
            advance()
    return [
        {
            "channel": target.channel,
            "target": target.name,
            "ok": outcome.sent is Sent.OK,
            "outcome": outcome.sent.name.lower(),
            "detail": outcome.detail,
            "says": ""
            if outcome.sent is Sent.OK
            else f'channel "{target.name}": {outcome.sent.value}: {outcome.detail}',
        }
        for target, outcome in zip(targets, outcomes, strict=True)
    ]


def _hidden(url: str, config: Config) -> str:
    from watcher.alerts.redact import redact

    return redact(url, config.secrets)
