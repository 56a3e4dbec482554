"""`channels:` and `feeds:` out of the tree: whom to tell, and where to look."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from watcher.config import when
from watcher.config.findings import shown
from watcher.config.languages import COMMON, MEANT, is_language
from watcher.config.nodes import Node, Table, Word
from watcher.config.schema import FULL_TEXT, keys_of
from watcher.config.secrets import secret_parts
from watcher.config.values import Pairs, Reader, is_empty, word_at
from watcher.core.model import Channel, Feed, FullText

if TYPE_CHECKING:
    from watcher.config.findings import Page
    from watcher.config.secrets import Secrets

_UNFILLED = re.compile(r"\$([A-Z][A-Z0-9_]{2,})|(?<!\$)\{([A-Za-z_][A-Za-z0-9_]*)\}")
"""$NAME and {NAME}, as shells and manuals write them. What was written may be a password."""
SPAN = "a time such as 10m, 6h or 7d"
DIGEST = (
    "hourly, daily at 08:00, weekdays at 08:00 and 17:00, every monday at 09:00, or as in cron "
    "(0 8 * * 1-5)"
)
_SHORTEST_EVERY = 60
"""Seconds; no publisher likes to be asked more often."""


@dataclass(slots=True)
class FeedDraft:
    """A feed and where it stands. `opml` is set in place of `feed` for a list to be read."""

    page: Page
    at: int
    feed: Feed | None = None
    opml: str = ""
    language: str | None = None
    tags: frozenset[str] = frozenset()


# --- channels ----------------------------------------------------------------------------------


Wording = Callable[[Reader, int, str], str]
"""Reads a channel's template: where it is named, and as what."""


def channels(
    page: Page, node: Node, secrets: Secrets, *, require: bool, wording: Wording
) -> list[Channel]:
    """Return the channels of `channels:`, their secrets filled in, their templates read."""
    pairs = Reader(page, '"channels"').named(node, "desk: slack://...")
    found = [
        _channel(
            Reader(page, f'channel "{shown(name)}"'),
            (word, body),
            secrets,
            require=require,
            wording=wording,
        )
        for name, (word, body) in pairs.items()
    ]
    return [channel for channel in found if channel is not None]


def _channel(
    reader: Reader,
    pair: tuple[Word, Node],
    secrets: Secrets,
    *,
    require: bool,
    wording: Wording,
) -> Channel | None:
    word, node = pair
    name = word.text
    if "/" in name or not name.strip() or len(name) > 60:
        reader.mistake(
            word.at, f"{reader.where}: a name is short and holds no slash (/). Rename the channel."
        )
    if isinstance(node, Word):
        if is_empty(node):
            reader.empty(node, reader.where)
            return None
        url = _address(reader, node, secrets, require=require)
        return Channel(name=name, url=url, place=reader.page.place(node.at))
    pairs = reader.table(node, "channel")
    if "url" not in pairs:
        if isinstance(node, Table) and "url" not in reader.meant:
            reader.mistake(word.at, f"{reader.where} has no address. Add url: ...")
        return None
    return Channel(
        name=name,
        url=_address(reader, pairs["url"][1], secrets, require=require),
        digest=reader.parsed_of(pairs, "digest", when.digest, DIGEST),
        quiet=reader.parsed_of(pairs, "quiet", when.quiet, "hours such as 22:00-07:00"),
        limit=reader.parsed_of(pairs, "limit", when.limit, "a number and a time: 20 per 1h"),
        health=reader.flag_of(pairs, "health"),
        template=_template(reader, pairs, wording),
        place=reader.page.place(pairs["url"][1].at),
    )


def _template(reader: Reader, pairs: Pairs, wording: Wording) -> str:
    written = reader.text_of(pairs, "template")
    return wording(reader, pairs["template"][1].at, written) if written else ""


def _address(reader: Reader, node: Node, secrets: Secrets, *, require: bool) -> str:
    """Return a channel's address. No message shows it: it may hold a token."""
    written = reader.text(node, "url")
    if written is None:
        return ""
    url = filled(reader, node.at, written, secrets, require=require)
    scheme, found, rest = written.partition("://")
    if not (found and (rest or scheme == "terminal")) and not written.startswith("${"):
        reader.mistake(
            node.at,
            f"{reader.where} has no address that can be used. "
            + (
                "For mail write mailtos://${MAIL_USER}:${MAIL_PASSWORD}@mail.example.org?to=..."
                if "@" in written
                else "Expected a service, :// and what it asks for, such as slack://${SLACK_TOKEN}"
            ),
        )
    elif any(sign.isspace() for sign in written):
        reader.mistake(
            node.at, f"the address of {reader.where} holds a space. Write %20, or take it out."
        )
    if _UNFILLED.search(written):
        reader.mistake(
            node.at,
            f"a $NAME or {{NAME}} in the address of {reader.where} is not filled in: only "
            "${NAME} is. Set NAME in the environment or in state/secrets.env",
        )
    secrets.used |= secret_parts(url)
    return url


def filled(reader: Reader, at: int, written: str, secrets: Secrets, *, require: bool) -> str:
    """Return an address with its secrets in place; what is set nowhere is a mistake, or stays."""
    url, missing = secrets.fill(written)
    for name in missing if require else ():
        reader.mistake(
            at,
            f"${{{shown(name)}}} in {reader.where} is set nowhere. Set it in the environment, as "
            f"a systemd credential, or as a line {shown(name)}=... of state/secrets.env",
        )
    return url


# --- feeds -------------------------------------------------------------------------------------


def feeds(page: Page, node: Node, secrets: Secrets, *, require: bool) -> list[FeedDraft]:
    """Return the feeds of `feeds:` and the lists (OPML) that are to be read."""
    reader = Reader(page, '"feeds"')
    if isinstance(node, Table) and (found := _named_address(node)):
        reader.mistake(
            node.at,
            f"feeds are a list: each begins with a dash. Write - {{url: {found[1]}, name: "
            f"{found[0]}}}",
        )
        return []
    drafts = [
        _feed(page, one, secrets, require=require) for one in reader.items(node, "- https://...")
    ]
    return [draft for draft in drafts if draft is not None]


def _feed(page: Page, node: Node, secrets: Secrets, *, require: bool) -> FeedDraft | None:
    called = word_at(node, "name") or address_shown(word_at(node, "url"))
    reader = Reader(page, f'feed "{shown_address(called)}"' if called else "a feed")
    if isinstance(node, Word):
        written = reader.text(node, "url")
        asked = written and _feed_url(reader, node.at, written, secrets, require=require)
        if not (written and asked):
            return None
        url, secret = _addresses(written, asked)
        feed = Feed(url=url, name=outlet(asked), named=False, secret_url=secret)
        return FeedDraft(page, node.at, feed)
    if isinstance(node, Table) and "opml" in node.pairs:
        return _list(reader.within("a list of feeds"), node)
    if isinstance(node, Table) and len(node.pairs) == 1 and (found := _named_address(node)):
        reader.mistake(
            node.at,
            f"a feed's name stands behind name: Write {{url: {found[1]}, name: {found[0]}}}",
        )
        return None
    pairs = reader.table(node, "feed")
    if "url" not in pairs:
        if isinstance(node, Table) and "url" not in reader.meant:
            reader.mistake(node.at, f"{reader.where} has no address. Add url: https://...")
        return FeedDraft(page, node.at, tags=_tags(reader, pairs))
    private = reader.flag_of(pairs, "private")
    at = pairs["url"][1].at
    written = reader.text_of(pairs, "url")
    asked = written and _feed_url(reader, at, written, secrets, private=private, require=require)
    every = reader.parsed_of(pairs, "every", when.duration, SPAN)
    if every is not None and every.total_seconds() < _SHORTEST_EVERY:
        reader.mistake(
            pairs["every"][1].at,
            f'"every" in {reader.where} is under a minute, which no publisher likes. At least 1m.',
        )
    name = reader.text_of(pairs, "name")
    language, tags = _language(reader, pairs), _tags(reader, pairs)
    full_text = reader.choice_of(pairs, "full_text", FULL_TEXT)
    if not (written and asked):
        return FeedDraft(page, at, tags=tags)
    url, secret = _addresses(written, asked)
    feed = Feed(
        url=url,
        name=name or outlet(asked),
        language=language,
        tags=tags,
        every=every,
        private=private,
        full_text=FullText(full_text or FullText.NEVER),
        named=bool(name),
        secret_url=secret,
    )
    return FeedDraft(page, at, feed)


def _addresses(written: str, asked: str) -> tuple[str, str | None]:
    """Return the address that names a feed, and apart from it the one that has secrets in it."""
    return (written, asked) if "${" in written else (asked, None)


def _named_address(node: Table) -> tuple[str, str] | None:
    """Return (name, address) of `Example: https://example.org/rss`."""
    for key, (_, value) in node.pairs.items():
        address = value.text if isinstance(value, Word) else ""
        if key not in keys_of("feed") and address.startswith(("http://", "https://")):
            return shown(key), address_shown(address)
    return None


def _list(reader: Reader, node: Table) -> FeedDraft | None:
    pairs = reader.table(node, "opml")
    file = reader.text_of(pairs, "opml")
    language, tags = _language(reader, pairs), _tags(reader, pairs)
    if file is None:
        return None
    at = pairs["opml"][1].at
    return FeedDraft(reader.page, at, opml=file, language=language, tags=tags)


def _feed_url(
    reader: Reader,
    at: int,
    written: str,
    secrets: Secrets,
    *,
    private: bool = False,
    require: bool,
) -> str | None:
    """Return a feed's address with its secrets, or None when it can't be one."""
    url = filled(reader, at, written, secrets, require=require)
    problem = url_problem(url, private=private)
    if problem:
        reader.mistake(at, f'the feed address "{address_shown(written)}" {problem}')
        return None
    return url


def url_problem(url: str, *, private: bool = False) -> str:
    """Return what is wrong with a feed's address, and the mend; "" when it can be asked."""
    if url and url.split() != [url]:
        several = url.count("://") > 1
        return (
            "is more than one. Give each a line of its own, with a dash in front."
            if several
            else "holds a space. Take it out, or write %20."
        )
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        _ = parts.port
    except ValueError:
        return "can't be read. Copy it from the browser again."
    if parts.scheme.lower() not in {"http", "https"}:
        if "://" not in url:
            return "has no https:// in front. Write https://..."
        return "is neither http:// nor https://, and only these are asked."
    if not host:
        return "names no site. Expected https://site/path"
    if "@" in parts.netloc:
        return "holds a name or password in front of @, which feeds don't take. Take it out."
    if not private and _in_own_network(host):
        return "is in your own network. If that is meant, say so: {url: ..., private: true}"
    return ""


def _in_own_network(host: str) -> bool:
    if host == "localhost" or host.endswith((".localhost", ".local", ".internal")):
        return True
    try:
        return not ipaddress.ip_address(host.strip("[]")).is_global
    except ValueError:
        return False


def address_shown(url: str) -> str:
    """Return the address of a feed for a message, without its query, which may hold a key."""
    return shown_address(re.sub(r"://[^/@]*@", "://…@", url.partition("?")[0]))


def shown_address(text: str) -> str:
    """Return a feed's name or address as one short line."""
    line = " ".join(text.split())
    if not line.isprintable():
        line = "".join(filter(str.isprintable, line))
    return line if len(line) <= 80 else line[:79] + "…"


def outlet(url: str) -> str:
    """Return the name that alerts show for a feed without one: its site."""
    host = urlsplit(url).hostname or url
    return host.removeprefix("www.")


def _language(reader: Reader, pairs: Pairs) -> str | None:
    found = reader.text_of(pairs, "language")
    return found and language_code(reader, pairs["language"][1].at, found)


def language_code(reader: Reader, at: int, written: str) -> str | None:
    """Return a language's code in lower case, or None when there is none such."""
    code = written.lower().replace("_", "-")
    if is_language(code):
        return code
    meant = MEANT.get(code)
    guess = f' Did you mean "{meant}"?' if meant else ""
    reader.mistake(
        at,
        f'unknown language "{shown(written)}" in {reader.where}.{guess} Codes of two letters, '
        f"such as {', '.join(COMMON)}.",
    )
    return None


def _tags(reader: Reader, pairs: Pairs) -> frozenset[str]:
    return frozenset(tag for tag, _ in reader.words_of(pairs, "tags"))
