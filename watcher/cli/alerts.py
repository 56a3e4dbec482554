# ruff: noqa: PLC0415 - what a command needs is imported when it runs, so that --help stays light
"""alerts, stories: what was told, and of what."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from watcher.cli import care
from watcher.cli.common import Call, command, since
from watcher.cli.deliveries import delivery_json, delivery_words
from watcher.cli.words import iso, now, one_line, short
from watcher.core.errors import UsageError, WatcherError
from watcher.core.model import (
    Ack,
    Alert,
    AlertKind,
    Article,
    Delivery,
    Hit,
    Link,
    LinkKind,
    Member,
    Severity,
    Story,
    StoryId,
)

if TYPE_CHECKING:
    from watcher.store import Queries

PANEL = "What was told"
LATELY = timedelta(days=7)
"""The short id of a story is looked for here first: people ask about what is new."""


class By(StrEnum):
    """The order of stories."""

    NEWEST = "newest"
    OUTLETS = "outlets"


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
    stories = typer.Typer(
        help="Stories: one event with all its copies and reports.", no_args_is_help=True
    )
    command(stories, "list", examples=["watcher stories list --since 12h --by outlets"])(
        stories_list
    )
    command(stories, "show", examples=["watcher stories show 1b9f03c2"])(stories_show)
    app.add_typer(stories, name="stories", rich_help_panel=PANEL)


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
    found_json = [alert_json(alert, article) for alert, article in rows]
    if call.json or csv:
        call.rows(found_json, csv=csv)
        return 0
    if not rows:
        call.say("no alerts yet" if (start, rule, feed) == (None, None, None) else "no such alerts")
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


def _kind(alert: Alert) -> tuple[str, str]:
    if alert.severity is Severity.NORMAL:
        return (alert.kind.value, "")
    style = "red" if alert.severity.rank > Severity.NORMAL.rank else "dim"
    # Most are new: what is rarer is worth the room.
    kind = "" if alert.kind is AlertKind.NEW else f"{alert.kind.value}, "
    return (f"{kind}{alert.severity.value}", style)


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
        call.say(f"  {alert.kind.value}, {alert.severity.value}{rules}, {call.when(alert.created)}")
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
            _print_members(call, self.story)
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


# --- stories -------------------------------------------------------------------------------------


def stories_list(
    call: Call,
    *,
    start: SinceOption = "1d",
    by: Annotated[
        By, typer.Option("--by", help="Newest article first, or most outlets first.")
    ] = By.NEWEST,
    limit: Annotated[int, typer.Option("--limit", min=1, help="At most so many.")] = 50,
    csv: CsvOption = False,
) -> int:
    """List the stories that got an article lately, those with the newest article first."""
    moment = since(start or "1d", call)
    groups: dict[StoryId, list[tuple[Article, Link]]] = {}
    with call.store().read() as queries:
        for article, link in queries.articles_since(moment):
            groups.setdefault(link.story, []).append((article, link))
    rows = [_story_row(story, group) for story, group in groups.items()]
    rows.sort(key=lambda row: row["last"] or "", reverse=True)
    if by is By.OUTLETS:
        rows.sort(key=lambda row: -row["outlets"])
    rows = rows[:limit]
    if call.json or csv:
        call.rows(rows, csv=csv)
        return 0
    if not rows:
        call.say(f"no stories since {call.when(moment)}")
        return 0
    call.table(
        ("story", "outlets", "articles", "copies", "last", "headline"),
        [
            (
                short(row["story"]),
                row["outlets"],
                row["articles"],
                row["copies"],
                call.brief(datetime.fromisoformat(row["last"]) if row["last"] else None),
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
    call: Call,
    story: Annotated[
        str, typer.Argument(metavar="STORY", help="The id of a story; its first letters do.")
    ],
) -> int:
    """Show one story: every article in it, how it belongs there, and what was told of it."""
    with call.store().read() as queries:
        found = find_story(queries, story)
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


def find_story(queries: "Queries", wanted: str) -> Story:
    """Return the story with that id, or the only one whose id begins so; raises WatcherError."""
    found = queries.story(StoryId(wanted))
    if found is None and wanted:
        for since in (now() - LATELY, datetime.min.replace(tzinfo=UTC)):
            links = (link for _, link in queries.articles_since(since))
            ids = {link.story for link in links if link.story.startswith(wanted)}
            if len(ids) > 1:
                raise UsageError(f"{wanted} is the start of {len(ids)} ids; give more letters")
            if ids:
                found = queries.story(ids.pop())
                break
    if found is None or not found.members:
        raise WatcherError(f"{wanted}: no story has this id (watcher stories list)")
    return found


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
