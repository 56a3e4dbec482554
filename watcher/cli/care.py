# ruff: noqa: PLC0415 - what a command needs is imported when it runs, so that --help stays light
"""alerts ack, mute, unmute: what people took note of, and what they want to hear no more of."""

import getpass
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from watcher.cli.common import Call, command
from watcher.cli.words import duration, iso, many, nearest, now, one_line, short
from watcher.core.errors import UsageError, WatcherError
from watcher.core.model import Ack, Mute, MuteKind

if TYPE_CHECKING:
    from watcher.store import Queries

RuleOption = Annotated[str | None, typer.Option("--rule", metavar="NAME", help="A rule.")]
FeedOption = Annotated[str | None, typer.Option("--feed", metavar="URL|NAME", help="A feed.")]
StoryOption = Annotated[
    str | None, typer.Option("--story", metavar="STORY", help="A story, by its id.")
]


def add(alerts: typer.Typer) -> None:
    """Add these commands to `watcher alerts`."""
    command(alerts, "ack", examples=["watcher alerts ack 3f2a9c01"])(alerts_ack)
    command(
        alerts,
        "mute",
        examples=[
            "watcher alerts mute",
            "watcher alerts mute --rule Camps --until 8h",
            "watcher alerts mute --story 1b9f03c2",
        ],
    )(alerts_mute)
    command(alerts, "unmute", examples=["watcher alerts unmute --rule Camps"])(alerts_unmute)


def alerts_ack(
    call: Call,
    key: Annotated[
        str,
        typer.Argument(
            metavar="KEY", help="The key at the end of a message, or an id; its first letters do."
        ),
    ],
    *,
    by: Annotated[
        str | None, typer.Option("--by", metavar="NAME", help="Who takes note. Without it: you.")
    ] = None,
) -> int:
    """Take note of an alert: nobody else is called about it.

    What `escalate:` would have sent later is cancelled. The first acknowledgement stands.
    """
    from watcher.cli.alerts import alerts_of

    with call.store().read() as queries:
        alerts = alerts_of(queries, key)
    if not alerts:
        raise WatcherError(f"{key}: no alert has this key (watcher alerts list)")
    who = by or _me()
    with call.store().write() as tx:
        known = tx.acks([alert.id for alert in alerts])
        saved = sum(tx.ack(Ack(alert=alert.id, at=now(), by=who)) for alert in alerts)
    for alert in alerts:
        first = known.get(alert.id)
        if call.json:
            at = first.at if first else now()
            call.data({"alert": alert.id, "acked": iso(at), "by": first.by if first else who})
        elif first:
            call.say(f"{short(alert.id)} was acknowledged by {first.by} at {call.when(first.at)}")
        else:
            call.say(f"acknowledged: {one_line(alert.headline, 100)}", "green")
    if saved and not call.json:
        call.say(f"{many(saved, 'escalation')} cancelled")
    return 0


def _me() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "somebody"


# --- mute ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Subject:
    """What is to be muted, and what people call it."""

    kind: MuteKind
    what: str
    name: str


def alerts_mute(
    call: Call,
    *,
    rule: RuleOption = None,
    feed: FeedOption = None,
    story: StoryOption = None,
    until: Annotated[
        str | None,
        typer.Option("--until", metavar="WHEN", help="A time from now (8h, 7d), or a date."),
    ] = None,
) -> int:
    """Tell nothing of a rule, a feed or a story until a time, or until it is unmuted.

    What is muted is still polled, stored, matched and shown by `why`. Messages already on their way
    still come. Without an option: what is muted now.
    """
    if rule is feed is story is None:
        if until is not None:
            raise UsageError("say what to mute: --rule, --feed or --story")
        return _list(call)
    subject = _subject(call, rule, feed, story)
    end = _end(until, call) if until else None
    with call.store().write() as tx:
        tx.mute(Mute(kind=subject.kind, what=subject.what, since=now(), until=end))
    if call.json:
        call.data(_mute_json(subject.kind, call.address(subject.what), end))
        return 0
    lasts = f"until {call.when(end)}" if end else "until it is unmuted"
    call.say(f"muted {lasts}: {subject.kind.value} {subject.name}", "yellow")
    return 0


def alerts_unmute(
    call: Call,
    *,
    rule: RuleOption = None,
    feed: FeedOption = None,
    story: StoryOption = None,
) -> int:
    """Tell a muted rule, feed or story again, from now on. Exit code 1: it was not muted."""
    subject = _subject(call, rule, feed, story, gone=True)
    with call.store().write() as tx:
        was = tx.unmute(subject.kind, subject.what)
    if call.json:
        call.data({"kind": subject.kind.value, "what": subject.what, "was_muted": was})
    elif was:
        call.say(f"told again: {subject.kind.value} {subject.name}", "green")
    else:
        call.warn(f"{subject.kind.value} {subject.name} is not muted (watcher alerts mute)")
    return 0 if was else 1


def _list(call: Call) -> int:
    with call.store().read() as queries:
        mutes = queries.mutes(now())
    if call.json:
        for mute in mutes:
            call.data(_mute_json(mute.kind, call.address(mute.what), mute.until))
    elif not mutes:
        call.say("nothing is muted")
    else:
        call.table(
            ("what", "name", "since", "until"),
            [
                (
                    mute.kind.value,
                    call.address(mute.what) if mute.kind is MuteKind.FEED else mute.what,
                    call.brief(mute.since),
                    call.brief(mute.until) if mute.until else "unmuted",
                )
                for mute in mutes
            ],
            elastic=["name"],
        )
    return 0


def _mute_json(kind: MuteKind, what: str, until: datetime | None) -> dict[str, Any]:
    return {"kind": kind.value, "what": what, "until": iso(until)}


def _subject(
    call: Call, rule: str | None, feed: str | None, story: str | None, *, gone: bool = False
) -> _Subject:
    """Return the one thing that is named. `gone`: it need not be in rules.yaml any more."""
    if sum(one is not None for one in (rule, feed, story)) != 1:
        raise UsageError("name one thing: --rule NAME, --feed URL|NAME or --story STORY")
    with call.store().read() as queries:
        if gone:
            known = {(mute.kind, mute.what) for mute in queries.mutes(now())}
            for kind, what in ((MuteKind.RULE, rule), (MuteKind.FEED, feed)):
                if what is not None and (kind, what) in known:
                    return _Subject(kind, what, what)
        if story is not None:
            return _story(queries, story)
    if rule is not None:
        names = [one.name for one in call.config().rules]
        if rule not in names:
            raise UsageError(f'no rule is called "{rule}".{nearest(rule, names)}')
        return _Subject(MuteKind.RULE, rule, rule)
    from watcher.cli.known import find_feed

    found = find_feed(call, feed or "")
    return _Subject(MuteKind.FEED, found.url, found.name)


def _story(queries: "Queries", wanted: str) -> _Subject:
    from watcher.cli.stories import find_story

    found = find_story(queries, wanted)
    return _Subject(MuteKind.STORY, str(found.id), one_line(found.members[0].title, 80))


def _end(text: str, call: Call) -> datetime:
    """Read a time to come: "8h" from now, or a date in the person's time zone."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        try:
            return now() + duration(text)
        except UsageError:
            raise UsageError(
                f'"{text}" is neither a time from now such as 8h or 7d nor a date such as '
                "2026-11-01."
            ) from None
    end = (moment if moment.tzinfo else moment.replace(tzinfo=call.zone)).astimezone(UTC)
    if end <= now():
        raise UsageError(f"{text} is over already")
    return end
