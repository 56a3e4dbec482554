# ruff: noqa: PLC0415 - what a command needs is imported when it runs, so that --help stays light
"""evidence: what was served for the alerts, and whether it is still as it was kept."""

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from watcher.cli.common import Call, command, since
from watcher.cli.deliveries import CsvOption, LimitOption, RuleOption, SinceOption
from watcher.cli.words import many, one_line, short
from watcher.core.errors import UsageError, WatcherError

if TYPE_CHECKING:
    from watcher.core.evidence import Facts, Flaw, Record
    from watcher.store import Queries

PANEL = "What was told"
KeyArgument = Annotated[
    str,
    typer.Argument(
        metavar="KEY", help="The key of an alert or article, or the number or hash of a record."
    ),
]


def register(app: typer.Typer) -> None:
    """Add the commands of this file to `app`."""
    from watcher.cli.evidence_export import evidence_export

    evidence = typer.Typer(
        help="What was served for each alert, provable later: list, show, verify, export.",
        no_args_is_help=True,
    )
    command(
        evidence,
        "list",
        examples=["watcher evidence list --since 7d", "watcher evidence list --rule Camps --csv"],
    )(evidence_list)
    command(
        evidence,
        "show",
        examples=[
            "watcher evidence show 3f2a9c01",
            "watcher evidence show 17 --raw record | sha256sum",
        ],
    )(evidence_show)
    command(
        evidence,
        "verify",
        examples=[
            "watcher evidence verify",
            f"watcher evidence verify --head {'4355a46b19d348dc' * 4}",
        ],
    )(evidence_verify)
    command(
        evidence,
        "export",
        examples=[
            "watcher evidence export 3f2a9c01 erbol.warc.gz",
            "watcher evidence export --since 2026-11-01 november.warc.gz",
        ],
    )(evidence_export)
    command(evidence, "head", examples=["watcher evidence head"])(evidence_head)
    app.add_typer(evidence, name="evidence", rich_help_panel=PANEL)


# --- list ----------------------------------------------------------------------------------------


def evidence_list(
    call: Call,
    *,
    start: SinceOption = None,
    rule: RuleOption = None,
    limit: LimitOption = 50,
    csv: CsvOption = False,
) -> int:
    """List what is kept, newest first: a record for each alerted article and each edit of one."""
    moment = since(start, call) if start else None
    with call.store().read() as queries:
        found = queries.evidence_of(since=moment, rule=rule, limit=limit)
    if call.json or csv:
        call.rows([_row_json(record) for record in found], csv=csv)
    elif not found:
        call.say("nothing is kept yet" if start is rule is None else "nothing of this is kept")
    else:
        call.table(
            ("record", "time", "alert", "exact", "bytes", "article"),
            [_row(call, record) for record in found],
            right=["record", "bytes"],
        )
    return 0


def _facts(record: "Record") -> "Facts":
    """Return what a record says; nothing where it can't be read any more."""
    try:
        return record.facts
    except ValueError:
        return {}


def _row_json(record: "Record") -> dict[str, Any]:
    facts = _facts(record)
    item, page = facts.get("item") or {}, facts.get("page") or {}
    return {
        "record": record.seq,
        "at": record.at,
        "alert": record.alert or None,
        "article": record.article,
        "title": facts.get("title"),
        "url": facts.get("url"),
        "asked": facts.get("asked"),
        "part": item.get("part"),
        "exact": item.get("exact"),
        "bytes": item.get("bytes"),
        "sha256": item.get("sha256"),
        "page_sha256": page.get("sha256"),
        "hash": record.hash,
    }


def _row(call: Call, record: "Record") -> tuple[object, ...]:
    row = _row_json(record)
    return (
        record.seq,
        _time(call, record),
        short(record.alert) or "-",
        ("yes", "") if row["exact"] else ("no", "yellow"),
        row["bytes"],
        one_line(row["title"] or row["url"] or "can't be read: watcher evidence verify", 120),
    )


def _time(call: Call, record: "Record") -> str:
    from datetime import datetime

    try:
        return call.brief(datetime.fromisoformat(record.at))
    except ValueError:
        return "?"


# --- show ----------------------------------------------------------------------------------------


def evidence_show(
    call: Call,
    key: KeyArgument,
    *,
    raw: Annotated[
        str | None,
        typer.Option(
            "--raw",
            metavar="PART",
            help="Only these bytes, as they are: record, item or page. For sha256sum.",
        ),
    ] = None,
) -> int:
    """Show what was served for an alert, when, by whom, and how to check it by hand."""
    if raw not in {None, "record", "item", "page"}:
        raise UsageError(f"--raw {raw}: one of record, item, page")
    with call.store().read() as queries:
        records = records_of(queries, key)
        if raw is not None:
            return _print_raw(queries, records, key, raw)
        for number, record in enumerate(records):
            served = served_bytes(queries, record, "item")
            if call.json:
                facts = dict(_facts(record))
                call.data(
                    facts
                    | {
                        "hash": record.hash,
                        "served": None if served is None else decoded(served, facts),
                    }
                )
                continue
            if number:
                call.say(f"\n{'-' * 60}\n")
            try:
                _print(call, record, served)
            except (KeyError, TypeError) as error:
                raise _unreadable(record) from error
    return 0


def records_of(queries: "Queries", key: str) -> "list[Record]":
    """Return the records that a key stands for, the first one first. Raises WatcherError."""
    from watcher.cli.alerts import alerts_of
    from watcher.core.model import ArticleId

    if key.isascii() and key.isdigit() and len(key) < 10:
        numbered = queries.evidence_numbered([int(key)])
        if numbered:
            return numbered
    alerts = alerts_of(queries, key)
    found = queries.evidence_of(alerts=[alert.id for alert in alerts]) if alerts else []
    for article in dict.fromkeys(alert.article for alert in alerts if alert.article):
        # What was kept while it waited for a second outlet names no alert.
        found += [one for one in queries.evidence_of(article=article) if one not in found]
    found = found or queries.evidence_of(article=ArticleId(key))
    if not found and len(key) >= 6:
        found = queries.evidence_of(begins=key, limit=2)
        if len(found) > 1:
            raise UsageError(f"{key}: several hashes begin so; give more letters")
    if not found:
        why = " of this alert: it is from before evidence was kept" if alerts else ": no such key"
        raise WatcherError(f"{key}: nothing is kept{why} (watcher evidence list)")
    return sorted(found, key=lambda record: record.seq)


def served_bytes(queries: "Queries", record: "Record", part: str) -> bytes | None:
    """Return the bytes of a record's item or page; None when there are none, or not whole."""
    try:
        named = record.facts[part]
        if named is None:
            return None
        return queries.evidence_bodies([named["sha256"]])[named["sha256"]].plain(named["bytes"])
    except (KeyError, TypeError, ValueError):
        return None


def _print_raw(queries: "Queries", records: "list[Record]", key: str, part: str) -> int:
    if len(records) > 1:
        numbers = ", ".join(str(record.seq) for record in records)
        raise UsageError(f"{key} stands for several records: name one of them: {numbers}")
    [record] = records
    data = record.text if part == "record" else served_bytes(queries, record, part)
    if data is None:
        raise WatcherError(f"record {record.seq} has no {part}, or not whole any more")
    sys.stdout.flush()
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()
    return 0


def decoded(data: bytes, facts: "Facts") -> str:
    """Return bytes as text for the screen, in the document's charset where they are exact."""
    item, document = facts.get("item") or {}, facts.get("document") or {}
    charset = document.get("charset") if item.get("exact") else "utf-8"
    try:
        return data.decode(charset or "utf-8", "replace")
    except LookupError:
        return data.decode("utf-8", "replace")


def _unreadable(record: "Record") -> WatcherError:
    return WatcherError(f"record {record.seq} can't be read: watcher evidence verify")


_PARTS = {
    "item": "the item's own bytes, as they stood in the document",
    "document": "the whole document: its items can't be told apart in it",
    "reading": "what was read, as JSON: the document was too large to be kept",
}
_INEXACT = "the text of the item as it was read (UTF-8): the document has it in other bytes"


def _print(call: Call, record: "Record", served: bytes | None) -> None:
    facts = _facts(record)
    if not facts:
        raise _unreadable(record)
    item, document, page = facts["item"], facts["document"], facts["page"]
    response = facts["response"]
    call.say(one_line(facts["title"] or facts["url"] or "(no title)", 200), "bold")
    about = f"alert {record.alert}" if record.alert else "no alert of its own"
    call.say(f"  record {record.seq}, {about}, article {record.article}")
    call.say(f"  read      {facts['at']}  by {facts['program']}")
    call.say(f"  asked     {facts['asked']}")
    if response is None:
        call.say("  served    sent unasked by the feed's hub")
    else:
        call.say(f"  answered  {response['address']}  HTTP {response['status']}")
        for name, value in response["headers"]:
            call.say(f"            {name}: {one_line(value, 300)}")
        if response["left_out"]:
            call.say(f"            (not kept: {', '.join(response['left_out'])})")
    call.say(f"  document  {document['bytes']} bytes, {document['charset']}")
    call.say(f"            SHA-256 {document['sha256']} (the document itself is not kept)")
    exact = item["exact"] or item["part"] == "reading"
    call.say(f"  kept      {item['bytes']} bytes: {_PARTS[item['part']] if exact else _INEXACT}")
    if item["offset"] is not None:
        call.say(f"            from byte {item['offset']} of the document on")
    call.say(f"            SHA-256 {item['sha256']}")
    if page is not None:
        answer = page["response"]
        call.say(f"  page      {answer['address']}  HTTP {answer['status']}, {page['bytes']} bytes")
        call.say(f"            SHA-256 {page['sha256']}")
    call.say(f"  hash      {record.hash}")
    call.say(f"  follows   {facts['previous']}")
    call.say("\nServed", "bold")
    gone = "not whole any more: watcher evidence verify"
    call.say(gone if served is None else decoded(served, facts)[:4000])
    call.say("\nBy hand", "bold")
    call.say(f"  watcher evidence show {record.seq} --raw record | sha256sum  # the hash above")
    call.say(f"  watcher evidence show {record.seq} --raw item | sha256sum")
    if page is not None:
        call.say(f"  watcher evidence show {record.seq} --raw page | sha256sum")


# --- verify, head --------------------------------------------------------------------------------


def evidence_verify(
    call: Call,
    *,
    head: Annotated[
        str | None,
        typer.Option(
            "--head", metavar="HASH", help="A hash noted before: it must still be in the chain."
        ),
    ] = None,
) -> int:
    """Walk the chain and compute every hash anew. Exit code 1: something is not as it was kept.

    With --head, a hash that was noted elsewhere (the weekly message has one): so a chain that was
    written anew as a whole is found out, too.
    """
    # A part of one won't do: whoever writes a chain anew can search for one that begins so.
    if head is not None and (len(head) != 64 or not set(head) <= set("0123456789abcdef")):
        raise UsageError(f"--head {head}: that is no whole hash (64 letters and digits)")
    with call.store().read() as queries:
        flaw, records, last, met = _walk(call, queries, head)
    if flaw is None and head is not None and met is None:
        from watcher.core.evidence import Flaw

        flaw = Flaw(seq=None, what=f"no record has the hash {head}: the chain is another one")
    if call.json:
        call.data(
            {
                "whole": flaw is None,
                "records": records,
                "head": last,
                "broken": flaw.seq if flaw else None,
                "what": flaw.what if flaw else None,
            }
        )
    elif flaw is not None:
        where = "" if flaw.seq is None else f"record {flaw.seq}: "
        call.say(f"broken: {where}{flaw.what}", "red")
        if flaw.seq is not None:
            call.say(f"{many(records, 'record')} before it are whole")
    else:
        call.say(f"{many(records, 'record')}, all as they were kept", "green")
        if records:
            call.say(f"head: {last}")
        if met is not None and head is not None:
            call.say(f"{head} is record {met}")
    return 0 if flaw is None else 1


def _walk(
    call: Call, queries: "Queries", head: str | None
) -> "tuple[Flaw | None, int, str, int | None]":
    """Return the first flaw, how many records are whole before it, the last hash, and `head`'s."""
    from contextlib import suppress

    from watcher.core.evidence import Walk, bodies_of

    walk, met = Walk(), None
    with call.progress("checking", queries.evidence_count()) as step:
        for record in queries.evidence_all():
            names: list[str] = []
            with suppress(ValueError):
                names = [name for name, _ in bodies_of(record.facts)]
            flaw = walk.step(record, queries.evidence_bodies(names))
            if flaw is not None:
                return flaw, walk.seq, walk.head, met
            if head is not None and record.hash == head:
                met = record.seq
            step()
    flaw = walk.end(queries.evidence_note(), queries.evidence_body_names())
    return flaw, walk.seq, walk.head, met


def evidence_head(call: Call) -> int:
    """Print the hash of the last record: note it where nobody who can change the state can.

    Whoever has it can tell later that nothing before it was changed: `evidence verify --head`.
    """
    with call.store().read() as queries:
        number, head = queries.evidence_head()
    if call.json:
        call.data({"records": number, "head": head})
    else:
        call.say(f"{number} {head}")
    return 0
