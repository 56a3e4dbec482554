# ruff: noqa: PLC0415 - what a command needs is imported when it runs, so that --help stays light
"""deliveries, notify: whether what was told arrives."""

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from watcher.cli.common import Call, Row, command
from watcher.cli.words import iso, nearest, now, one_line, short
from watcher.core.errors import UsageError, WatcherError
from watcher.core.model import (
    Delivery,
    DeliveryId,
    DeliveryState,
    Message,
    Outcome,
    Sent,
)

if TYPE_CHECKING:
    from watcher.alerts import Target

PANEL = "What was told"
EVERY = 1_000_000

SinceOption = Annotated[
    str | None, typer.Option("--since", metavar="WHEN", help="An age (7d, 12h) or a date.")
]
LimitOption = Annotated[int, typer.Option("--limit", min=1, help="At most so many, newest first.")]
CsvOption = Annotated[bool, typer.Option("--csv", help="Print CSV, for spreadsheets.")]
RuleOption = Annotated[
    str | None, typer.Option("--rule", metavar="NAME", help="Only those of this rule.")
]


def register(app: typer.Typer) -> None:
    """Add the commands of this file to `app`."""
    deliveries = typer.Typer(
        help="Alerts on their way to each channel; parked ones can be sent again.",
        no_args_is_help=True,
    )
    command(deliveries, "list", examples=["watcher deliveries list --in parked"])(deliveries_list)
    command(
        deliveries,
        "retry",
        examples=["watcher deliveries retry 9c01d2aa", "watcher deliveries retry --all"],
    )(deliveries_retry)
    app.add_typer(deliveries, name="deliveries", rich_help_panel=PANEL)
    notify = typer.Typer(help="The channels: send a test message.", no_args_is_help=True)
    command(notify, "test", examples=["watcher notify test newsroom"])(notify_test)
    app.add_typer(notify, name="notify", rich_help_panel=PANEL)


# --- deliveries ----------------------------------------------------------------------------------


def deliveries_list(
    call: Call,
    *,
    state: Annotated[
        DeliveryState | None,
        typer.Option("--in", metavar="STATE", help="Only those in this state."),
    ] = None,
    target: Annotated[
        str | None, typer.Option("--target", metavar="NAME", help="Only those to this channel.")
    ] = None,
    limit: LimitOption = 50,
    csv: CsvOption = False,
) -> int:
    """List the deliveries, newest first: each alert on its way to each channel.

    due, held (quiet hours, digest, limit), sending, sent, unknown (it may have arrived; it is sent
    again, marked so), parked (given up: mend the cause, then `deliveries retry`).
    """
    with call.store().read() as queries:
        found = queries.deliveries(state=state, target=target, newest=True, limit=limit)
    if call.json or csv:
        call.rows([delivery_json(delivery) for delivery in found], csv=csv)
    elif not found:
        call.say("no such deliveries" if state or target else "no deliveries yet")
    else:
        call.table(
            ("delivery", "alert", "channel", "state", "due", "sent", "tries", "why not"),
            [_delivery_row(call, delivery) for delivery in found],
            right=["tries"],
            elastic=["channel"],
        )
    return 0


def _delivery_row(call: Call, delivery: Delivery) -> Row:
    styles = {DeliveryState.SENT: "green", DeliveryState.PARKED: "red"}
    return (
        short(delivery.id),
        short(delivery.alert),
        delivery.target,
        (delivery.state.value, styles.get(delivery.state, "yellow")),
        call.brief(delivery.due),
        call.brief(delivery.sent),
        delivery.attempts,
        one_line(delivery.error or _waits_for(delivery), 100),
    )


def deliveries_retry(
    call: Call,
    delivery: Annotated[
        list[str] | None, typer.Argument(metavar="DELIVERY", help="Their ids.")
    ] = None,
    *,
    everything: Annotated[bool, typer.Option("--all", help="All that are parked.")] = False,
) -> int:
    """Send parked deliveries again: with the next poll, or at once by a running daemon."""
    if bool(delivery) is everything:
        raise UsageError("name the deliveries to send again, or --all (not both)")
    with call.store().read() as queries:
        parked = [one.id for one in queries.deliveries(state=DeliveryState.PARKED, limit=EVERY)]
    chosen = (
        parked
        if everything
        else [one for wanted in delivery or () for one in _starting_with(parked, wanted)]
    )
    retried: list[DeliveryId] = []
    with call.store().write() as tx:
        retried += [one for one in chosen if tx.retry(one, now=now())]
    missing = [
        wanted for wanted in delivery or () if not any(one.startswith(wanted) for one in retried)
    ]
    if call.json:
        call.data({"retried": retried, "not_parked": missing})
    else:
        for wanted in missing:
            call.warn(
                f"{wanted}: no parked delivery has this id (watcher deliveries list --in parked)"
            )
        if retried or not missing:
            call.say(f"{len(retried)} due again", "green" if retried else None)
    return 1 if missing else 0


def _starting_with(ids: Sequence[DeliveryId], wanted: str) -> list[DeliveryId]:
    found = [one for one in ids if one.startswith(wanted)]
    if len(found) > 1:
        raise UsageError(f"{wanted} is the start of {len(found)} ids; give more letters")
    return found


def delivery_json(delivery: Delivery) -> dict[str, Any]:
    """Return one delivery for scripts."""
    return {
        "id": delivery.id,
        "alert": delivery.alert,
        "target": delivery.target,
        "rules": list(delivery.rules),
        "state": delivery.state.value,
        "due": iso(delivery.due),
        "hold": delivery.hold.value if delivery.hold else None,
        "attempts": delivery.attempts,
        "sent": iso(delivery.sent),
        "error": delivery.error or None,
    }


def delivery_words(call: Call, delivery: Delivery) -> str:
    """Return one delivery on one line."""
    tries = f" after {delivery.attempts} tries" if delivery.attempts > 1 else ""
    error = f": {delivery.error}" if delivery.error else ""
    state = delivery.state
    if state is DeliveryState.SENT:
        words = f"sent at {call.when(delivery.sent or delivery.due)}{tries}"
    elif state is DeliveryState.PARKED:
        words = f"parked{tries}{error} (watcher deliveries retry {short(delivery.id)})"
    else:
        waits = _waits_for(delivery)
        wait = f", {waits}" if waits else ""
        words = f"{state.value}, goes out at {call.when(delivery.due)}{wait}{tries}{error}"
    return f"{delivery.target}: {words}"


def _waits_for(delivery: Delivery) -> str:
    """Return what a held delivery waits for; its hold stays written down when it has been sent."""
    held = delivery.state is DeliveryState.HELD and delivery.hold
    return f"waits for {held.value}" if held else ""


# --- notify --------------------------------------------------------------------------------------


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
    from watcher.alerts import split

    channels = call.config(require_secrets=True).channels
    if channel is not None:
        names = [one.name for one in channels]
        if channel not in names:
            raise UsageError(
                f'no channel is called "{channel}".{nearest(channel, names)}'
                f" Channels: {', '.join(names) or 'none'}"
            )
        channels = tuple(one for one in channels if one.name == channel)
    if not channels:
        raise WatcherError(f"no channels in {call.options.rules}: put one under `channels:`")
    targets = [target for one in channels for target in split(one)]
    with ThreadPoolExecutor(max_workers=min(16, len(targets))) as pool:
        results = list(pool.map(lambda target: _try(target, deadline), targets))
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


def _try(target: "Target", deadline: float) -> tuple[Outcome, int]:
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
