"""deliveries, notify: whether what was told arrives."""

from collections.abc import Sequence
from typing import Annotated, Any

import typer

from watcher.cli.common import Call, Row, command
from watcher.cli.words import iso, now, one_line, short
from watcher.core.errors import UsageError
from watcher.core.model import (
    Delivery,
    DeliveryId,
    DeliveryState,
)

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


# --- deliveries ----------------------------------------------------------------------------------


def deliveries_list(
    call: Call,
    *,
    state: Annotated[
        DeliveryState | None,
        typer.Option("--in", metavar="STATE", help="Only those in this state."),
    ] = None,
    target: Annotated[
        str | None,
        typer.Option("--channel", "--target", metavar="NAME", help="Only those to this one."),
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
            spare=["due", "tries"],
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
