# ruff: noqa: PLC0415 - what a command needs is imported when it runs, so that --help stays light
"""alerts, stories, deliveries, notify: what was told, of what, and whether it arrived."""

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from watcher.cli.common import Call, Row, command, iso, nearest, now, one_line, since
from watcher.cli.why import delivery_json, delivery_words
from watcher.core.errors import UsageError, WatcherError
from watcher.core.model import (
    Alert,
    Article,
    Delivery,
    DeliveryId,
    DeliveryState,
    Link,
    LinkKind,
    Member,
    Message,
    Outcome,
    Sent,
    Story,
    StoryId,
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
    alerts = typer.Typer(help="The alerts so far: list them, show one.", no_args_is_help=True)
    command(
        alerts,
        "list",
        examples=["watcher alerts list --since 7d --rule Atajurt", "watcher alerts list --csv"],
    )(alerts_list)
    command(alerts, "show", examples=["watcher alerts show 3f2a9c01"])(alerts_show)
    app.add_typer(alerts, name="alerts", rich_help_panel=PANEL)
    stories = typer.Typer(
        help="Stories: one event with all its copies and reports.", no_args_is_help=True
    )
    command(stories, "list", examples=["watcher stories list --since 12h --json"])(stories_list)
    command(stories, "show", examples=["watcher stories show 1b9f03c2d4e5a687"])(stories_show)
    app.add_typer(stories, name="stories", rich_help_panel=PANEL)
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


# --- alerts --------------------------------------------------------------------------------------


def alerts_list(
    call: Call,
    *,
    start: SinceOption = None,
    rule: RuleOption = None,
    feed: Annotated[
        str | None, typer.Option("--feed", metavar="URL|NAME", help="Only those from this feed.")
    ] = None,
    limit: LimitOption = 50,
    csv: CsvOption = False,
) -> int:
    """List the alerts, newest first."""
    moment = since(start, call) if start else None
    with call.store().read() as queries:
        found = queries.alerts(since=moment, rule=rule, feed=feed, limit=limit)
        rows = [
            (alert, queries.article(alert.article) if alert.article else None) for alert in found
        ]
    if call.json:
        for alert, article in rows:
            call.data(alert_json(alert, article))
        return 0
    heads = ("alert", "time", "kind", "severity", "rules", "outlet", "headline")
    if csv:
        call.csv(
            (*heads, "url"),
            [
                (
                    *_alert_row(call, alert, article, iso(alert.created)),
                    article.url if article else "",
                )
                for alert, article in rows
            ],
        )
        return 0
    if not rows:
        call.say("no alerts yet" if (start, rule, feed) == (None, None, None) else "no such alerts")
        return 0
    call.table(
        heads,
        [
            _alert_row(call, alert, article, call.when(alert.created), width=90)
            for alert, article in rows
        ],
    )
    return 0


def _alert_row(
    call: Call, alert: Alert, article: Article | None, when: str | None, width: int = 100_000
) -> Row:
    del call
    return (
        alert.id,
        when,
        alert.kind.value,
        (alert.severity.value, "red" if alert.severity.rank > 1 else ""),
        ", ".join(alert.rules),
        article.outlet if article else "-",
        one_line(headline(alert, article), width),
    )


def headline(alert: Alert, article: Article | None) -> str:
    """Return what an alert is about on one line."""
    return alert.headline or (article and (article.title or article.url)) or "(no title)"


def alert_json(alert: Alert, article: Article | None) -> dict[str, Any]:
    """Return an alert for scripts."""
    return {
        "id": alert.id,
        "kind": alert.kind.value,
        "created": iso(alert.created),
        "severity": alert.severity.value,
        "rules": list(alert.rules),
        "story": alert.story,
        "article": alert.article,
        "title": headline(alert, article),
        "outlet": article.outlet if article else None,
        "url": article.url if article else None,
        "feed": article.feed if article else None,
    }


def alerts_show(
    call: Call,
    alert: Annotated[str, typer.Argument(metavar="ALERT", help="Its id, or the first letters.")],
) -> int:
    """Show one alert: the article, the words that fired, the story so far, the deliveries."""
    with call.store().read() as queries:
        found = queries.alert(alert)
        if found is None:
            raise WatcherError(f"{alert}: no alert has this id (watcher alerts list)")
        article = queries.article(found.article) if found.article else None
        hits = queries.hits(found.article) if found.article else ()
        story = queries.story(found.story) if found.story else None
        deliveries = queries.deliveries(alert=found.id)
    hits = tuple(hit for hit in hits if hit.rule in found.rules)
    if call.json:
        from watcher.cli.articles import match_json

        call.data(
            alert_json(found, article)
            | {
                "body": found.body or None,
                "hits": [
                    {"rule": hit.rule, "matches": [match_json(match) for match in hit.matches]}
                    for hit in hits
                ],
                "members": [member_json(member) for member in story.members] if story else [],
                "deliveries": [delivery_json(delivery) for delivery in deliveries],
            }
        )
        return 0
    call.say(headline(found, article), "bold")
    rules = f" for {', '.join(found.rules)}" if found.rules else ""
    call.say(f"  {found.kind.value}, {found.severity.value}{rules}, {call.when(found.created)}")
    if article:
        call.say(f"  {article.outlet}  {article.url or ''}")
    if found.body:
        call.say(f"\n{found.body}")
    for hit in hits:
        words = dict.fromkeys(f"“{match.text}” ({match.field})" for match in hit.matches)
        call.say(f"  {hit.rule}: {', '.join(words)}")
    if story:
        call.say("\nStory", "bold")
        _print_members(call, story)
    call.say("\nDeliveries", "bold")
    for delivery in deliveries:
        call.say(f"  {delivery_words(call, delivery)}")
    if not deliveries:
        call.say("  none")
    call.say(f"\nThe whole reason: watcher why {found.id}")
    return 0


# --- stories -------------------------------------------------------------------------------------


def stories_list(
    call: Call,
    *,
    start: SinceOption = "1d",
    limit: LimitOption = 50,
    csv: CsvOption = False,
) -> int:
    """List the stories that got an article lately, those with the most outlets first."""
    moment = since(start or "1d", call)
    groups: dict[StoryId, list[tuple[Article, Link]]] = {}
    with call.store().read() as queries:
        for article, link in queries.articles_since(moment):
            groups.setdefault(link.story, []).append((article, link))
    rows = sorted(
        (_story_row(story, group) for story, group in groups.items()),
        key=lambda row: (-row["outlets"], row["last"] or ""),
    )[:limit]
    if call.json:
        for row in rows:
            call.data(row)
        return 0
    heads = ("story", "outlets", "articles", "copies", "last", "headline")
    if csv:
        call.csv(heads, [[row[head] for head in heads] for row in rows])
        return 0
    if not rows:
        call.say(f"no stories since {call.when(moment)}")
        return 0
    call.table(
        heads,
        [
            (
                row["story"],
                row["outlets"],
                row["articles"],
                row["copies"],
                call.when(datetime.fromisoformat(row["last"])) if row["last"] else "-",
                one_line(row["headline"], 90),
            )
            for row in rows
        ],
        right=["outlets", "articles", "copies"],
    )
    return 0


def _story_row(story: StoryId, group: Sequence[tuple[Article, Link]]) -> dict[str, Any]:
    times = [article.seen for article, _ in group if article.seen]
    return {
        "story": story,
        "outlets": len({article.outlet for article, _ in group}),
        "articles": len(group),
        "copies": sum(link.kind is LinkKind.COPY for _, link in group),
        "reports": sum(link.kind is LinkKind.REPORT for _, link in group),
        "last": iso(max(times, default=None)),
        "headline": group[0][0].title,
    }


def stories_show(
    call: Call, story: Annotated[str, typer.Argument(metavar="STORY", help="The id of a story.")]
) -> int:
    """Show one story: every article in it, how it belongs there, and what was told of it."""
    with call.store().read() as queries:
        found = queries.story(StoryId(story))
        if found is None or not found.members:
            raise WatcherError(f"{story}: no story has this id (watcher stories list)")
        links = {member.article: queries.link(member.article) for member in found.members}
    if call.json:
        call.data(
            {
                "story": found.id,
                "members": [
                    member_json(member) | link_json(links[member.article])
                    for member in found.members
                ],
                "told": [
                    {
                        "rule": told.rule,
                        "target": told.target,
                        "at": iso(told.at),
                        "terms": sorted(told.terms),
                    }
                    for told in found.told
                ],
            }
        )
        return 0
    _print_members(call, found)
    for told in found.told:
        call.say(f"  told to {told.target} for {told.rule} at {call.when(told.at)}")
    return 0


def link_json(link: Link | None) -> dict[str, Any]:
    """Return why an article belongs to its story, for scripts."""
    if link is None:
        return {}
    return {"to": link.to, "score": round(link.score, 4), "why": list(link.why)}


def member_json(member: Member) -> dict[str, Any]:
    """Return one article of a story for scripts."""
    return {
        "article": member.article,
        "outlet": member.outlet,
        "title": member.title,
        "url": member.url,
        "link": member.kind.value,
        "seen": iso(member.seen),
    }


def _print_members(call: Call, story: Story) -> None:
    call.table(
        ("", "outlet", "seen", "headline"),
        [
            (member.kind.value, member.outlet, call.when(member.seen), one_line(member.title, 90))
            for member in story.members
        ],
    )


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
        found = queries.deliveries(state=state, target=target, limit=EVERY)[-limit:][::-1]
    if call.json:
        for delivery in found:
            call.data(delivery_json(delivery))
        return 0
    heads = ("delivery", "alert", "channel", "state", "due", "sent", "tries", "why not")
    rows: list[Row] = [_delivery_row(call, delivery) for delivery in found]
    if csv:
        call.csv(heads, rows)
    elif not rows:
        call.say("no such deliveries" if state or target else "no deliveries yet")
    else:
        call.table(heads, rows, right=["tries"])
    return 0


def _delivery_row(call: Call, delivery: Delivery) -> Row:
    styles = {DeliveryState.SENT: "green", DeliveryState.PARKED: "red"}
    hold = f"waits for {delivery.hold.value}" if delivery.hold else ""
    return (
        delivery.id,
        delivery.alert,
        delivery.target,
        (delivery.state.value, styles.get(delivery.state, "yellow")),
        call.when(delivery.due),
        call.when(delivery.sent),
        delivery.attempts,
        one_line(delivery.error or (hold if delivery.state is not DeliveryState.SENT else ""), 100),
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
        parked = [one.id for one in queries.deliveries(state=DeliveryState.PARKED, limit=1_000_000)]
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
            call.warn(f"{wanted}: no parked delivery has this id (deliveries list --in parked)")
        call.say(f"{len(retried)} due again", "green" if retried else None)
    return 1 if missing else 0


def _starting_with(ids: Sequence[DeliveryId], wanted: str) -> list[DeliveryId]:
    found = [one for one in ids if one.startswith(wanted)]
    if len(found) > 1:
        raise UsageError(f"{wanted} is the start of {len(found)} ids; give more letters")
    return found


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
