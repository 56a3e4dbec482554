# ruff: noqa: PLC0415 - what a command needs is imported when it runs, so that --help stays light
"""evidence export: records as a WARC file, and a page beside it for people."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer

from watcher.cli.common import Call, since
from watcher.cli.deliveries import SinceOption
from watcher.cli.evidence import decoded, records_of, served_bytes
from watcher.cli.words import iso, many, now
from watcher.core.errors import UsageError, WatcherError

if TYPE_CHECKING:
    from watcher.core.evidence import Record
    from watcher.store import Queries


def evidence_export(
    call: Call,
    key: Annotated[
        str | None,
        typer.Argument(metavar="[KEY]", help="As for show; or instead of it --since."),
    ] = None,
    file: Annotated[
        Path | None,
        typer.Argument(metavar="FILE.warc.gz", help="Written anew, never over another."),
    ] = None,
    *,
    start: SinceOption = None,
) -> int:
    """Write what was served, with its records, as a WARC file and a page beside it to read.

    Only what is still whole is written; the page (FILE.html) has the same in words.
    """
    if start is not None and file is None and key is not None:
        file, key = Path(key), None
    if file is None or (key is None) is (start is None):
        raise UsageError("say what to export: KEY FILE.warc.gz, or --since WHEN FILE.warc.gz")
    moment = since(start, call) if start else None
    with call.store().read() as queries:
        records = records_of(queries, key) if key else queries.evidence_of(since=moment)[::-1]
        if not records:
            raise WatcherError("nothing was kept since then (watcher evidence list)")
        page = _write(call, queries, records, file)
    if call.json:
        call.data({"records": len(records), "file": str(file), "page": str(page)})
    else:
        call.say(f"{many(len(records), 'record')} in {file}, to read: {page}", "green")
    return 0


def _write(call: Call, queries: "Queries", records: "list[Record]", file: Path) -> Path:
    from watcher.cli.warc import WarcFile
    from watcher.core.render.exhibits import Shown, exhibits_page

    beside = file.with_name(f"{file.name.removesuffix('.gz').removesuffix('.warc')}.html")
    if beside == file or beside.exists():
        raise UsageError(f"{beside} is where the page goes; it is never written over another file")
    shown: list[Shown] = []
    with _new(file) as out:
        try:
            warc = WarcFile(out, name=file.name)
            with call.progress("writing", len(records)) as step:
                for record in records:
                    bodies = _bodies(queries, record)
                    warc.add(record, bodies)
                    shown.append(Shown(record=record, text=decoded(bodies["item"], record.facts)))
                    step()
        except BaseException:
            file.unlink()
            raise
    page = exhibits_page(shown, file=file.name, made=iso(now()) or "")
    with _new(beside) as out:
        out.write(page.encode("utf-8", "replace"))
    return beside


def _bodies(queries: "Queries", record: "Record") -> dict[str, bytes]:
    """Return the bytes of a record, every one as it was served. Raises WatcherError."""
    from watcher.core.evidence import digest

    found: dict[str, bytes] = {}
    parts = ["item"]
    if digest(record.text) == record.hash and record.facts["page"]:
        parts.append("page")
    for part in parts:
        data = served_bytes(queries, record, part)
        if data is None or digest(record.text) != record.hash:
            raise WatcherError(
                f"record {record.seq} is not whole any more, so nothing was written "
                "(watcher evidence verify)"
            )
        found[part] = data
    return found


def _new(path: Path) -> BinaryIO:
    """Open a new file for its owner only."""
    try:
        return os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb")
    except FileExistsError:
        raise UsageError(f"{path} is there already; it is never written over") from None
