"""What feedparser found, turned into plain values; runs only in the child process.

feedparser's dictionaries stop here: out come strings, lists and None, in plain text, ready to
be sent to the parent as JSON. Dates stay raw beside feedparser's reading of them; the parent
decides which to trust (`dates`).
"""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any, Final, TypedDict
from xml.sax import SAXException

from watcher.feeds import links, text
from watcher.feeds.feedparser_repair import feedparser

LONGEST_GUID: Final = 4_096
LONGEST_NAME: Final = 300
MOST_OF_A_KIND: Final = 50
"""Authors, categories and enclosures kept of one item."""

_ATOM_ROOT = re.compile(rb"<(?:[\w.-]{1,30}:)?feed(?=[\s>])")
_URI_OF_LINK = re.compile(rb"""<link uri=(?:"[^"<>]{0,999}"|'[^'<>]{0,999}')>""")
"""feedparser would take that name (at://...) for the link and drop the address inside."""
_NAMES = re.compile(rb"&(?!(?:lt|gt|amp|quot|apos);)([A-Za-z_][A-Za-z0-9_.-]{0,40});")


class RawEntry(TypedDict):
    """One entry as it crosses the pipe."""

    guid: str | None
    url: str | None
    title: str
    summary: str
    text: str
    published: str | None
    published_parsed: list[int] | None
    updated: str | None
    updated_parsed: list[int] | None
    authors: list[str]
    language: str | None
    categories: list[str]
    enclosures: list[str]


class RawDocument(TypedDict):
    """One reading of a document as it crosses the pipe."""

    format: str
    title: str
    language: str | None
    period: str | None
    entries: list[RawEntry]
    strict: bool
    """Whether the XML was well-formed; feedparser guesses its way through the rest."""


def parse(data: bytes, url: str) -> RawDocument:
    """Parse one feed document of clean UTF-8. May raise anything feedparser raises.

    Only a stream is handed over: a str or bytes would be opened as a path or address. Addresses
    are made absolute here, against xml:base (by feedparser), the site's link, and `url`.
    """
    # Any: feedparser has no types; each value is checked as it is taken out below.
    headers = {"content-type": "application/xml; charset=utf-8"}
    if _ATOM_ROOT.match(data):
        # Without an outermost base, an entry's relative xml:base would hold for all after it.
        headers["content-location"] = url
    result: Any = feedparser.parse(
        BytesIO(_URI_OF_LINK.sub(b"<link>", _with_numeric_references(data))),
        response_headers=headers,
        sanitize_html=False,
        resolve_relative_uris=False,
    )
    feed = result["feed"]
    version = _string(result, "version") or ""
    home = _string(feed, "link")
    bases = (url, home) if version.startswith("atom") else (home, url)
    return {
        "format": version,
        "title": _words(feed, "title", version),
        "language": _string(feed, "language"),
        "period": _string(feed, "sy_updateperiod"),
        "entries": [_entry(entry, version, bases) for entry in result["entries"]],
        "strict": not isinstance(result.get("bozo_exception"), SAXException),
    }


def _with_numeric_references(data: bytes) -> bytes:
    """Write `&nbsp;` as a number and `&unknown;` as text: undeclared, both are ill-formed XML."""
    return _NAMES.sub(_numeric, data)


def _numeric(reference: re.Match[bytes]) -> bytes:
    name = reference[1].decode("ascii")
    signs = text.unescape(f"&{name};")
    if signs.startswith("&"):
        return b"&amp;" + reference[0][1:]
    return b"".join(b"&#%d;" % ord(sign) for sign in signs)


def _entry(entry: object, version: str, bases: tuple[str | None, ...]) -> RawEntry:
    summary = _words(entry, "summary", version, lines=True)
    body = ""
    for content in _list(entry, "content"):
        words = _plain(content, version, lines=True)
        body = max(body, words, key=len)
    if not summary or body == summary:
        summary, body = summary or body, ""
    published = _string(entry, "published") or _string(entry, "created")
    published_key = "published_parsed" if _string(entry, "published") else "created_parsed"
    updated = _string(entry, "updated")
    updated_key = "updated_parsed"
    if published is None and not version.startswith("atom"):
        # dc:date, which feedparser calls updated, is when an RSS item was published.
        published, published_key, updated = updated, updated_key, None
    return {
        "guid": _guid(_string(entry, "id")),
        "url": _link(entry, bases),
        "title": text.tidy(_words(entry, "title", version)),
        "summary": summary,
        "text": body,
        "published": published,
        "published_parsed": _parsed(entry, published_key),
        "updated": updated,
        "updated_parsed": _parsed(entry, updated_key),
        "authors": _names([_string(author, "name") for author in _list(entry, "authors")]),
        "language": _language(entry),
        "categories": _names(
            [_string(tag, "term") or _string(tag, "label") for tag in _list(entry, "tags")]
        ),
        "enclosures": [
            href
            for link in _list(entry, "links")[:MOST_OF_A_KIND]
            if _string(link, "rel") == "enclosure"
            and (href := links.clean(_string(link, "href"), *bases))
        ],
    }


def _get(where: object, key: str) -> Any:  # noqa: ANN401 - feedparser has no types
    # dict's own method: feedparser's gives another key's value for an absent one.
    return dict.get(where, key) if isinstance(where, dict) else None


def _string(where: object, key: str) -> str | None:
    value = _get(where, key)
    return value.strip() or None if isinstance(value, str) else None


def _list(where: object, key: str) -> list[Any]:
    value = _get(where, key)
    return value if isinstance(value, list) else []


def _parsed(entry: object, key: str) -> list[int] | None:
    value = _get(entry, key)
    return [int(part) for part in value[:6]] if value is not None else None


def _words(where: object, key: str, version: str, *, lines: bool = False) -> str:
    detail = _get(where, f"{key}_detail")
    value = _string(where, key)
    if isinstance(detail, dict) and (words := _string(detail, "value")):
        # The detail is of whatever came last, be it the title of an <image> inside the item.
        own = words if key == "summary" or value is None else value
        return _plain({**detail, "value": own}, version, lines=lines)
    if value is None:
        return ""
    value = text.untwisted(value)
    return text.to_text(value) if lines else text.one_line(value)


def _plain(detail: object, version: str, *, lines: bool) -> str:
    """Return the words of a text construct; its type says what "<" means in it."""
    value = text.untwisted(_string(detail, "value") or "")
    plain = _string(detail, "type") == "text/plain"
    if plain and version.startswith("atom"):
        # RFC 4287 3.1.1.1: no markup in it, so "<b>" is three characters.
        words = text.unescape(value) if "&" in value else value
        return words[: text.LONGEST_TEXT].strip() if lines else text.tidy(words)
    if lines:
        return text.to_text(value, every_tag=not plain)
    return text.one_line(value, every_tag=not plain)


def _link(entry: object, bases: tuple[str | None, ...]) -> str | None:
    guid = _string(entry, "id") or ""
    guid_is_address = guid.startswith(("http://", "https://"))
    link = _string(entry, "link")
    # feedparser takes a guid for a permalink unless the feed says otherwise; "1" is none. And it
    # takes the last link that has its address as text, though that be an enclosure.
    doubtful = link == guid and not guid_is_address
    named = _list(entry, "links")[:MOST_OF_A_KIND]
    doubtful = doubtful or link in {_string(one, "href") for one in named if _is_file(one)}
    candidates = [None if doubtful else link]
    candidates += [
        _string(link, "href")
        for link in named
        if _string(link, "rel") in {None, "alternate", "related", "via"}
    ]
    candidates.append(_string(entry, "feedburner_origlink"))
    candidates.append(guid if guid_is_address else None)
    for candidate in candidates:
        found = links.clean(candidate, *bases)
        if found is not None:
            return found
    return None


def _is_file(link: object) -> bool:
    return _string(link, "rel") == "enclosure"


def _guid(guid: str | None) -> str | None:
    """Return the id as the feed writes it; a monstrous one is shortened, and stays distinct."""
    if guid is None or len(guid) <= LONGEST_GUID:
        return guid
    from hashlib import blake2b  # noqa: PLC0415 - once in a lifetime

    return f"blake2b:{blake2b(guid.encode(), digest_size=16).hexdigest()}"


def _names(found: list[str | None]) -> list[str]:
    names = [text.one_line(name, limit=LONGEST_NAME) for name in found[:MOST_OF_A_KIND] if name]
    return [name for name in dict.fromkeys(names) if name]


def _language(entry: object) -> str | None:
    own = _string(entry, "language")
    for key in ("title_detail", "summary_detail"):
        detail = _get(entry, key)
        own = own or (_string(detail, "language") if isinstance(detail, dict) else None)
    return own[:35] if own else None
