# ruff: noqa: PLC0415 - what a command needs is imported when it runs, so that --help stays light
"""notify: a test message to each channel, and how a channel words its messages."""

import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from watcher.cli.alerts import PANEL, alerts_of
from watcher.cli.common import Call, command
from watcher.cli.words import nearest, now, one_line
from watcher.core.errors import UsageError, WatcherError
from watcher.core.model import (
    Alert,
    Batch,
    Channel,
    Config,
    Delivery,
    DeliveryId,
    DeliveryState,
    Message,
    Outcome,
    Sent,
    Telling,
    Traits,
)

if TYPE_CHECKING:
    from watcher.alerts import Target
    from watcher.store import Queries

_SORTS = ("a new story", "an edit", "a digest of two stories")
_WIDEST = 70


def register(app: typer.Typer) -> None:
    """Add the commands of this file to `app`."""
    notify = typer.Typer(
        help="The channels: send a test message, see how messages look.", no_args_is_help=True
    )
    command(notify, "test", examples=["watcher notify test newsroom"])(notify_test)
    command(
        notify,
        "preview",
        examples=["watcher notify preview desk", "watcher notify preview desk --alert 3f2a9c01"],
    )(notify_preview)
    app.add_typer(notify, name="notify", rich_help_panel=PANEL)


def notify_test(
    call: Call,
    channel: Annotated[
        str | None,
        typer.Argument(metavar="CHANNEL", help="Only this channel.", show_default="all"),
    ] = None,
    *,
    deadline: Annotated[
        float, typer.Option(metavar="SECONDS", min=1, max=300, help="Give up after so long.")
    ] = 30.0,
) -> int:
    """Send a test message to the channels of rules.yaml and say what came of it.

    Exit code 1 when one didn't arrive. "unknown" means that it may have arrived: look there.
    """
    from concurrent.futures import ThreadPoolExecutor

    from watcher.alerts import split

    channels = chosen(call.config(require_secrets=True), call, channel)
    targets = [target for one in channels for target in split(one)]
    with ThreadPoolExecutor(max_workers=min(16, len(targets))) as pool:
        results = list(pool.map(lambda target: try_target(target, deadline), targets))
    for target, (outcome, ms) in zip(targets, results, strict=True):
        if call.json:
            call.data(
                {
                    "channel": target.channel,
                    "target": target.name,
                    "outcome": outcome.sent.name.lower(),
                    "ok": outcome.sent is Sent.OK,
                    "detail": outcome.detail,
                    "ms": ms,
                }
            )
    if not call.json:
        call.table(
            ("channel", "outcome", "ms", "detail"),
            [
                (
                    target.name,
                    (outcome.sent.value, "green" if outcome.sent is Sent.OK else "red"),
                    ms,
                    one_line(outcome.detail, 120),
                )
                for target, (outcome, ms) in zip(targets, results, strict=True)
            ],
            right=["ms"],
            elastic=["channel"],
        )
    return 0 if all(outcome.sent is Sent.OK for outcome, _ in results) else 1


def try_target(target: "Target", deadline: float) -> tuple[Outcome, int]:
    """Send the test message; return what came of it, and after how many milliseconds."""
    start = time.monotonic()
    outcome = target.send(_test_message(now()), deadline=deadline)
    return outcome, round((time.monotonic() - start) * 1000)


def _test_message(at: datetime) -> Message:
    """Return the test; its key is new each second, so that no target swallows the second one."""
    return Message(
        key=f"test-{at - timedelta(microseconds=at.microsecond):%Y%m%dT%H%M%S}",
        title="watcher: test message",
        body="This is a test. Alerts from watcher will arrive here.",
    )


# --- preview -----------------------------------------------------------------------------------


def notify_preview(
    call: Call,
    channel: Annotated[
        str | None,
        typer.Argument(metavar="CHANNEL", help="Only this channel.", show_default="all"),
    ] = None,
    *,
    alert: Annotated[
        str | None,
        typer.Option("--alert", metavar="KEY", help="Word this alert instead of made-up ones."),
    ] = None,
) -> int:
    """Show how messages look in the channels of rules.yaml, with their own templates; send nothing.

    Without --alert on made-up alerts: a new story, an edit, a digest. What a channel marks as bold
    or as a link stands as it is written to its service.
    """
    from zoneinfo import ZoneInfo

    from watcher.core.render import render, samples

    config = call.config()
    batches = [(name, batch) for name, batch in zip(_SORTS, samples(), strict=True)]
    if alert is not None:
        with call.store().read() as queries:
            batches = [("this alert", _stored(queries, config, alert))]
    for one in chosen(config, call, channel):
        traits = _traits(call, one)
        for name, batch in batches:
            zone = ZoneInfo(config.timezone)
            message = render(batch, traits, timezone=zone, template=one.template)
            if call.json:
                call.data(
                    {
                        "channel": one.name,
                        "sample": name if alert is None else None,
                        "format": traits.format.value,
                        "title": message.title,
                        "body": message.body,
                        "html": message.html or None,
                    }
                )
            else:
                call.say(f"{f'== {one.name}: {name} ':=<{_WIDEST}}", "bold")
                call.say(message.title or "(this channel shows no title line)")
                call.say()
                for line in message.body.splitlines():
                    call.say(line)
                call.say()
    return 0


def chosen(config: Config, call: Call, name: str | None) -> Sequence[Channel]:
    """Return the channel of this name, or all; raises UsageError, WatcherError."""
    if not config.channels:
        raise WatcherError(f"no channels in {call.options.rules}: put one under `channels:`")
    if name is None:
        return config.channels
    names = [one.name for one in config.channels]
    if name not in names:
        raise UsageError(
            f'no channel is called "{name}".{nearest(name, names)} Channels: {", ".join(names)}'
        )
    return [one for one in config.channels if one.name == name]


def _traits(call: Call, channel: Channel) -> Traits:
    """Return what the channel can show; as plain text where its address can't be used yet."""
    from watcher.alerts import split

    try:
        return split(channel)[0].traits
    except WatcherError as error:
        call.warn(f"{error}\nshown as plain text")
        return Traits()


def _stored(queries: "Queries", config: Config, key: str) -> Batch:
    """Return a stored alert as it would be told now."""
    from watcher.watch import Desk

    found = alerts_of(queries, key)
    if not found:
        raise WatcherError(f"no alert has the key {key} (watcher alerts list)")
    desk = Desk(replace(config, channels=()))
    tellings = [_telling(queries, one) for one in found]
    keys = {telling.delivery.message for telling in tellings} - {None}
    return Batch(
        key=keys.pop() or key if keys else str(found[0].id),
        target="preview",
        tellings=tuple(map(desk.explain, tellings)),
    )


def _telling(queries: "Queries", alert: Alert) -> Telling:
    deliveries = queries.deliveries(alert=alert.id)
    unsent = Delivery(
        id=DeliveryId(str(alert.id)),
        alert=alert.id,
        target="preview",
        rules=alert.rules,
        state=DeliveryState.DUE,
        due=alert.created,
    )
    return Telling(
        delivery=deliveries[0] if deliveries else unsent,
        alert=alert,
        article=queries.article(alert.article) if alert.article else None,
        hits=queries.hits(alert.article) if alert.article else (),
        story=queries.story(alert.story) if alert.story else None,
    )
