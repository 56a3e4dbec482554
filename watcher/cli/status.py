# ruff: noqa: PLC0415 - what a command needs is imported when it runs, so that --help stays light
"""status: is it running, are the feeds alive, do the alerts arrive? One screen."""

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import typer

from watcher.cli.common import Call, command
from watcher.cli.known import named
from watcher.cli.words import ago, iso, many, now, one_line
from watcher.core.errors import RulesError, WatcherError
from watcher.core.model import NOT_POLLED, AlertKind, Config, DeliveryState, FeedState

if TYPE_CHECKING:
    from watcher.core.rhythm import Health

BROKEN = "rules_broken"
"""The note in which a running daemon keeps the mistakes of rules that it didn't take over."""
PULSE = "pulse"
"""The note in which a running daemon says every few seconds that it is alive."""
SHOWN = 10
"""Failing feeds on the screen; `feeds list` has them all."""


def register(app: typer.Typer) -> None:
    """Add the command of this file to `app`."""
    command(app, "status", panel="Start", examples=["watcher status", "watcher status --json"])(
        status
    )


def status(call: Call) -> int:
    """Show on one screen how it goes: daemon, feeds, alerts, deliveries.

    Exit code 0 also when feeds fail: that is told, not judged. 4: there is no state yet.
    """
    report = collect(call)
    if call.json:
        call.data(report)
    else:
        _print(call, report)
    return 0


def collect(call: Call) -> dict[str, Any]:
    """Return the state of things as `status --json` prints it."""
    from watcher.cli import state as at_rest

    store = call.store()
    at = now()
    midnight = at.astimezone(call.zone).replace(hour=0, minute=0, second=0, microsecond=0)
    rules, mistakes = _rules(call)
    with store.read() as queries:
        known = queries.feed_states(active=True)
        pushed = at_rest.pushed(queries, at)
        counts = queries.counts()
        pulse = _moment(queries.note(PULSE))
        lost = queries.note("recovered")
        muted = {
            f"{mute.kind.value} {call.address(mute.what)}": iso(mute.until)
            for mute in queries.mutes(at)
        }
        next_delivery = queries.next_delivery()
        broken = queries.note(BROKEN)
        alerts_today = Counter(
            alert.kind is AlertKind.HEALTH
            for alert in queries.alerts(since=midnight, limit=1_000_000)
        )
        stories_today = len({link.story for _, link in queries.articles_since(midnight)})
        by_state = {state.value: counts.get(state.value, 0) for state in DeliveryState}
    worker = at_rest.worker(call.options, pulse, at)
    wanted = {feed.url: feed for feed in (rules.feeds if rules else [one.feed for one in known])}
    feeds = [
        replace(state, feed=named(wanted[state.feed.url], state))
        for state in known
        if state.feed.url in wanted
    ]
    unknown = len(wanted) - len(feeds)
    failing = sorted(
        (feed for feed in feeds if feed.fault is not None), key=lambda feed: -feed.failures
    )
    from watcher.core import rhythm

    found = [(feed, rhythm.health(feed, now=at)) for feed in feeds]
    ailing = [(feed, how) for feed, how in found if how.readable and how.word not in rhythm.WELL]
    return {
        "running": worker is not None,
        "worker": worker,
        "pulse": iso(pulse),
        "feeds": {
            "total": len(wanted),
            # What was never seen is due at once.
            "due": sum(feed.next_due <= at for feed in feeds) + unknown,
            "push": sum(feed.id in pushed for feed in feeds),
            "failing": len(failing),
            "never_polled": sum(feed.last_polled is None for feed in feeds) + unknown,
            "last_poll": iso(max((f.last_polled for f in feeds if f.last_polled), default=None)),
            "next_due": iso(min((feed.next_due for feed in feeds), default=None)),
            "faults": [_fault_json(call, feed) for feed in failing],
            "ailing": [_ailing_json(call, feed, how) for feed, how in ailing],
        },
        "stories_today": stories_today,
        "alerts_today": alerts_today[False],
        "notices_today": alerts_today[True],
        "muted": list(muted),
        "muted_until": muted,
        "deliveries": by_state,
        "next_delivery": iso(next_delivery),
        "articles": counts["articles"],
        "stories": counts["stories"],
        "alerts": counts["alerts"],
        "recovered": lost,
        # What a running daemon has found counts: it may read another copy of the rules.
        "rules_broken": (broken if worker else mistakes) or None,
    }


def _rules(call: Call) -> tuple[Config | None, str]:
    """Return rules.yaml as it stands, or its mistakes; neither when there is no such file."""
    try:
        return call.config(), ""
    except RulesError as error:
        return None, str(error)
    except WatcherError:
        return None, ""


def _fault_json(call: Call, feed: FeedState) -> dict[str, Any]:
    return {
        "feed": feed.feed.name,
        "url": call.address(feed.feed.url),
        "fault": feed.fault.value if feed.fault else None,
        "detail": feed.fault_detail or None,
        "failures": feed.failures,
        "since": iso(feed.fault_since),
        "next_due": iso(feed.next_due),
    }


def _ailing_json(call: Call, feed: FeedState, how: "Health") -> dict[str, Any]:
    return {
        "feed": feed.feed.name,
        "url": call.address(feed.feed.url),
        "state": how.word,
        "since": iso(how.since),
        "detail": call.address(how.detail),
    }


def _print(call: Call, report: dict[str, Any]) -> None:
    at = now()
    feeds = report["feeds"]
    if report["running"]:
        alive = f", last sign of life {_ago(report['pulse'], at)}" if report["pulse"] else ""
        call.say(f"running   yes, {report['worker']}{alive}", "green")
    else:
        call.say("running   no (watcher run)", "yellow")
    if report["rules_broken"]:
        first, *more = report["rules_broken"].splitlines()
        force = "; the last good rules are in force" if report["running"] else ""
        call.say(f"rules     broken{force}: watcher check", "red")
        call.say(f"          {first}", "red")
        if more:
            call.say(f"          and {many(len(more), 'more line')}", "red")
    if report["recovered"]:
        call.say(f"state     {report['recovered']}", "red")
    push = f"{feeds['push']} push, " if feeds["push"] else ""
    call.say(
        f"feeds     {feeds['total']}: {push}{feeds['due']} due, {feeds['failing']} failing, "
        f"{feeds['never_polled']} {NOT_POLLED}; last poll {_ago(feeds['last_poll'], at)}, "
        f"next {_next(feeds['next_due'], at)}"
    )
    stories = many(report["stories_today"], "story", "stories")
    notices = report["notices_today"]
    told = f", {many(notices, 'notice')} about the watcher itself" if notices else ""
    call.say(f"today     {stories}, {many(report['alerts_today'], 'alert')}{told}")
    if report["muted"]:
        told = ", ".join(
            f"{what} until {call.when(_moment(until)) if until else 'it is unmuted'}"
            for what, until in report["muted_until"].items()
        )
        call.say(f"muted     {told} (watcher alerts mute)", "yellow")
    states = ", ".join(f"{count} {state}" for state, count in report["deliveries"].items() if count)
    style = "red" if report["deliveries"].get("parked") else None
    call.say(f"sending   {states or 'nothing on its way'}", style)
    if report["next_delivery"]:
        call.say(f"          next delivery {_next(report['next_delivery'], at)}")
    if report["deliveries"].get("parked"):
        call.say("          parked ones: watcher deliveries list --in parked")
    _print_ailing(call, feeds["ailing"], at)
    faults = feeds["faults"]
    if not faults:
        return
    causes = Counter(fault["fault"] for fault in faults)
    call.say()
    call.say("Feeds that fail: " + ", ".join(f"{n} {cause}" for cause, n in causes.most_common()))
    call.table(
        ("feed", "cause", "times", "since", "next try", "detail"),
        [
            (
                one_line(fault["feed"], 40),
                (fault["fault"], "red"),
                fault["failures"],
                _ago(fault["since"], at),
                _ago(fault["next_due"], at),
                f"{fault['url']} · {one_line(fault['detail'] or '', 200)}",
            )
            for fault in faults[:SHOWN]
        ],
        right=["times"],
        elastic=["feed"],
    )
    if len(faults) > SHOWN:
        call.say(f"... and {len(faults) - SHOWN} more: watcher feeds list")


def _print_ailing(call: Call, ailing: list[dict[str, Any]], at: datetime) -> None:
    """Show the feeds that can be read and are not as they should be."""
    if not ailing:
        return
    words = Counter(feed["state"] for feed in ailing)
    call.say()
    call.say("Feeds to look after: " + ", ".join(f"{n} {word}" for word, n in words.most_common()))
    call.table(
        ("feed", "state", "since", "detail"),
        [
            (
                one_line(feed["feed"], 40),
                (feed["state"], "yellow"),
                _ago(feed["since"], at),
                f"{feed['url']} · {one_line(feed['detail'], 200)}",
            )
            for feed in ailing[:SHOWN]
        ],
        elastic=["feed"],
    )
    if len(ailing) > SHOWN:
        call.say(f"... and {len(ailing) - SHOWN} more: watcher feeds list")


def _moment(text: str | None) -> datetime | None:
    try:
        return datetime.fromisoformat(text) if text else None
    except ValueError:
        return None


def _next(text: str | None, at: datetime) -> str:
    moment = _moment(text)
    return "never" if moment is None else ago(moment, at) if moment > at else "now"


def _ago(text: str | None, at: datetime) -> str:
    moment = _moment(text)
    if moment is None:
        return "never"
    if timedelta(0) <= moment - at:
        return ago(moment, at)
    return f"{ago(moment, at)} ago"
