"""What was served, as a page to be read: inert text, no scripts, nothing loaded from anywhere."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

from watcher.core.evidence import Record
from watcher.core.render.safe import clean, escape_html

_STYLE: Final = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:52rem;margin:2rem auto;padding:0 1rem}"
    "article{border-top:1px solid #888;padding:1rem 0}dt{font-weight:600}dd{margin:0 0 .4rem}"
    "dd,pre{overflow-wrap:anywhere}pre{white-space:pre-wrap;background:#8882;padding:.8rem}"
)
_POLICY: Final = (
    "default-src 'none'; base-uri 'none'; form-action 'none'; style-src 'sha256-"
    + b64encode(sha256(_STYLE.encode()).digest()).decode()
    + "'"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One record with the text that was served, as far as it can be read."""

    record: Record
    text: str = field(repr=False)


def exhibits_page(shown: Sequence[Shown], *, file: str, made: str) -> str:
    """Return an HTML page about records; `file` is the WARC beside it, `made` says when."""
    articles = "".join(_article(one) for one in shown)
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="referrer" content="no-referrer"><title>What was served</title>'
        f"<style>{_STYLE}</style></head><body><h1>What was served</h1>"
        f"<p>{len(shown)} records, written {escape_html(made)}. The bytes themselves are in "
        f"<code>{_said(file)}</code>; this page is for reading only.</p>"
        f"{articles}</body></html>\n"
    )


def _article(one: Shown) -> str:
    facts = one.record.facts
    item, document, page, response = (
        facts["item"],
        facts["document"],
        facts["page"],
        facts["response"],
    )
    rows: list[tuple[str, object]] = [
        ("Record", one.record.seq),
        ("Read", facts["at"]),
        ("Article", facts["url"] or "-"),
        ("Published", facts["published"] or "no date"),
        ("Asked", facts["asked"]),
    ]
    if response is None:
        rows.append(("Answered", "sent unasked by the feed's hub"))
    else:
        rows.append(("Answered", f"{response['address']} (HTTP {response['status']})"))
        rows += [("Header", f"{name}: {value}") for name, value in response["headers"]]
        rows += [("Header, not kept", name) for name in response["left_out"]]
    where = "" if item["offset"] is None else f", from byte {item['offset']} of the document on"
    exact = "as they stood in the document" if item["exact"] else "not the bytes of the document"
    rows += [
        ("Document", f"{document['bytes']} bytes, {document['charset']}"),
        ("SHA-256 of the document", document["sha256"]),
        ("Kept", f"{item['part']}: {item['bytes']} bytes, {exact}{where}"),
        ("SHA-256 of what is kept", item["sha256"]),
    ]
    if page is not None:
        rows += [
            ("Page", f"{page['response']['address']} ({page['bytes']} bytes)"),
            ("SHA-256 of the page", page["sha256"]),
        ]
    rows += [
        ("Hash of this record", one.record.hash),
        ("Hash of the record before it", facts["previous"]),
    ]
    return (
        f"<article><h2>{_said(facts['title'] or '(no title)')}</h2><dl>{_list(rows)}</dl>"
        f'<pre dir="auto">{_lines(one.text)}</pre></article>'
    )


def _list(rows: Iterable[tuple[str, object]]) -> str:
    return "".join(f"<dt>{escape_html(name)}</dt><dd>{_said(value)}</dd>" for name, value in rows)


def _said(value: object) -> str:
    return escape_html(clean(f"{value}"))


def _lines(text: str) -> str:
    return "\n".join(_said(line) for line in text.splitlines())
