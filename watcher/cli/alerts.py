# ruff: noqa: PLC0415 - what a command needs is imported when it runs, so that --help stays light
"""alerts, stories: what was told, and of what."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from watcher.cli import care
from watcher.cli.common import Call, command, since
from watcher.cli.deliveries import delivery_json, delivery_words
from watcher.cli.words import iso, nearest, one_line, short
from watcher.core.errors import UsageError, WatcherError
from watcher.core.model import (
    Ack,
    Alert,
    AlertKind,
    Article,
    Delivery,
    Hit,
    Link,
    Member,
    Severity,
    Story,
)

if TYPE_CHECKING:
    from watcher.store import Queries

PANEL = "What was told"
SinceOption = Annotated[
    str | None, typer.Option("--since", metavar="WHEN", help="An age (7d, 12h) or a date.")
]
LimitOption = Annotated[int, typer.Option("--limit", min=1, help="At most so many, newest first.")]
CsvOption = Annotated[bool, typer.Option("--csv", help="Print CSV, for spreadsheets.")]
RuleOption = Annotated[
    str | None, typer.Option("--rule", metavar="NAME", help="Only those of this rule.")
]
FeedOption = Annotated[
    str | None, typer.Option("--feed", metavar="URL|NAME", help="Only those from this feed.")
]


def register(app: typer.Typer) -> None:
    """Add the commands of this file to `app`."""
    alerts = typer.Typer(
        help="The alerts so far: list, show, take note, mute.", no_args_is_help=True
    )
    command(
        alerts,
        "list",
        examples=["watcher alerts list --since 7d --rule Atajurt", "watcher alerts list --csv"],
    )(alerts_list)
    command(alerts, "show", examples=["watcher alerts show 3f2a9c01"])(alerts_show)
    care.add(alerts)
    app.add_typer(alerts, name="alerts", rich_help_panel=PANEL)


# --- alerts --------------------------------------------------------------------------------------


def alerts_list(
    call: Call,
    *,
    start: SinceOption = None,
    rule: RuleOption = None,
    feed: FeedOption = None,
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
    found_json = [alert_json(alert, article) for alert, article in rows]
    if call.json or csv:
        call.rows(found_json, csv=csv)
        return 0
    if not rows:
        some = "no alerts yet" if (start, rule, feed) == (None, None, None) else "no such alerts"
        call.say(f"{some}{no_such_rule(call, rule)}")
        return 0
    call.table(
        ("alert", "time", "kind", "rules", "outlet", "headline"),
        [
            (
                short(alert.id),
                call.brief(alert.created),
                _kind(alert),
                one_line(", ".join(alert.rules) or "-", 30),
                one_line(article.outlet if article else "-", 20),
                one_line(headline(alert, article), 120),
            )
            for alert, article in rows
        ],
        elastic=["rules", "outlet"],
    )
    return 0


def no_such_rule(call: Call, rule: str | None) -> str:
    """Return what to say of a rule that rules.yaml hasn't; alerts of one that it had are listed."""
    try:
        names = [one.name for one in call.config().rules]
    except WatcherError:
        return ""
    if rule is None or rule in names:
        return ""
    return f': no rule is called "{rule}".{nearest(rule, names) or " (watcher rules list)"}'


def _kind(alert: Alert) -> tuple[str, str]:
    if alert.severity is Severity.NORMAL:
        return (_said(alert.kind), "")
    style = "red" if alert.severity.rank > Severity.NORMAL.rank else "dim"
    # Most are new: what is rarer is worth the room.
    kind = "" if alert.kind is AlertKind.NEW else f"{_said(alert.kind)}, "
    return (f"{kind}{alert.severity.value}", style)


def _said(kind: AlertKind) -> str:
    """Return a kind in the words that messages have for it."""
    return {AlertKind.BASELINE: "first sight", AlertKind.CHANGED_WORDS: "new words"}.get(kind, kind)


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
    key: Annotated[
        str,
        typer.Argument(
            metavar="KEY", help="The key at the end of a message, or an id; its first letters do."
        ),
    ],
) -> int:
    """Show an alert: the article, the words that fired, the story so far, the deliveries.

    The key of a message that grouped several alerts shows each of them.
    """
    with call.store().read() as queries:
        details = [_details(queries, alert) for alert in alerts_of(queries, key)]
        if not details:
            raise WatcherError(f"{key}: no alert has this key (watcher alerts list)")
    for number, detail in enumerate(details):
        if call.json:
            call.data(detail.json())
        else:
            if number:
                call.say(f"\n{'-' * 60}\n")
            detail.print(call)
    return 0


def alerts_of(queries: "Queries", key: str) -> list[Alert]:
    """Return the alerts that a key, or the beginning of one, stands for; oldest first.

    Several only when one message told them: letters that several keys begin with are wrong use.
    """
    found = queries.alerts_by_key(key)
    if len(found) > 1:
        messages = [
            {one.message for one in queries.deliveries(alert=alert.id) if one.message}
            for alert in found
        ]
        if not any(message.startswith(key) for message in set.intersection(*messages)):
            raise UsageError(f"{key}: several keys begin so; give more letters")
    return found


@dataclass(frozen=True, slots=True)
class _Details:
    """An alert and all that is stored about it."""

    alert: Alert
    article: Article | None
    hits: tuple[Hit, ...]
    story: Story | None
    deliveries: list[Delivery]
    ack: Ack | None

    def json(self) -> dict[str, Any]:
        from watcher.cli.articles import match_json

        return alert_json(self.alert, self.article) | {
            "body": self.alert.body or None,
            "acked": iso(self.ack.at) if self.ack else None,
            "acked_by": self.ack.by if self.ack else None,
            "hits": [
                {"rule": hit.rule, "matches": [match_json(match) for match in hit.matches]}
                for hit in self.hits
            ],
            "members": [member_json(member) for member in self.story.members] if self.story else [],
            "deliveries": [delivery_json(delivery) for delivery in self.deliveries],
        }

    def print(self, call: Call) -> None:
        alert, article = self.alert, self.article
        call.say(headline(alert, article), "bold")
        rules = f" for {', '.join(alert.rules)}" if alert.rules else ""
        call.say(
            f"  {_said(alert.kind)}, {alert.severity.value}{rules}, {call.when(alert.created)}"
        )
        if self.ack:
            call.say(f"  acknowledged by {self.ack.by} at {call.when(self.ack.at)}", "green")
        if article:
            call.say(f"  {article.outlet}  {article.url or ''}")
        if alert.body:
            call.say(f"\n{alert.body}")
        for hit in self.hits:
            words = dict.fromkeys(f"“{match.text}” ({match.field})" for match in hit.matches)
            call.say(f"  {hit.rule}: {', '.join(words)}")
        if self.story:
            call.say("\nStory", "bold")
            print_members(call, self.story)
        call.say("\nDeliveries", "bold")
        for delivery in self.deliveries:
            call.say(f"  {delivery_words(call, delivery)}")
        if not self.deliveries:
            call.say("  none")
        if article:
            call.say(f"\nThe whole reason: watcher why {alert.id}")


def _details(queries: "Queries", alert: Alert) -> _Details:
    hits = queries.hits(alert.article) if alert.article else ()
    return _Details(
        alert,
        queries.article(alert.article) if alert.article else None,
        tuple(hit for hit in hits if hit.rule in alert.rules),
        queries.story(alert.story) if alert.story else None,
        queries.deliveries(alert=alert.id),
        queries.acks([alert.id]).get(alert.id),
    )


# --- the members of a story ----------------------------------------------------------------------


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


def print_members(call: Call, story: Story) -> None:
    """Print the articles of a story in order of appearance."""
    call.table(
        ("", "outlet", "seen", "headline"),
        [
            (
                member.kind.value,
                one_line(member.outlet, 30),
                call.brief(member.seen),
                one_line(member.title, 90),
            )
            for member in story.members
        ],
        elastic=["outlet"],
    )
