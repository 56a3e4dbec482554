"""When two fetched items are the same article: by name (key), by link and title, by their words.

Feeds change their guids, switch to https and add tracking keys to links; none of that is news.
What is dropped from a link is a listed set of tracking keys and never more: `/?p=1234` *is* the
article on many sites. Hashes are blake2b of 8 bytes in hex: short enough to read aloud, and for
ten million articles a chance collision is expected once in some 370,000 stores.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from watcher.core.model import ArticleId

if TYPE_CHECKING:
    from collections.abc import Iterable
    from urllib.parse import SplitResult

    from watcher.core.model import Entry

TRACKING_PREFIXES = ("utm_", "at_", "mtm_", "pk_", "wt_", "hsa_", "ns_")
"""Query keys that begin so say where a reader came from (Google, BBC, Matomo, DW, HubSpot)."""

TRACKING_KEYS = frozenset(
    [
        "fbclid",
        "gclid",
        "gclsrc",
        "dclid",
        "gbraid",
        "wbraid",
        "msclkid",
        "yclid",
        "ysclid",
        "twclid",
        "ttclid",
        "igshid",
        "igsh",
        "mc_cid",
        "mc_eid",
        "mkt_tok",
        "_hsenc",
        "_hsmi",
        "_ga",
        "_gl",
        "_openstat",
        "vero_id",
        "oly_enc_id",
        "oly_anon_id",
        "xtor",
        "maca",
        "emc",
        "smid",
        "cmpid",
        "cmp",
        "ocid",
        "ftag",
        "traffic_source",
    ]
)
"""Query keys that say where a reader came from, whatever their value."""

TRACKING_IF_RSS = frozenset(["ref", "source", "from", "partner", "via"])
"""Keys that may name the article, and are dropped only when their value is a word for a feed."""

RSS_VALUES = frozenset(["rss", "feed", "rss20", "rssfeed", "feeds", "atom"])


def key_of(entry: Entry) -> str:
    """Return what names `entry` within its feed: guid, else link, else a hash of its title.

    An address used as a key loses its scheme and a trailing slash, so that a site's move to https
    doesn't bring its whole archive back as news.
    """
    name = (entry.guid or "").strip() or (entry.url or "").strip()
    if name:
        return _address(name)
    words = entry.title.strip() or entry.summary.strip() or entry.text
    return _digest((_one_line(words), ""))


def article_id(feed_url: str, key: str) -> ArticleId:
    """Return the id of the entry `key` of the feed at `feed_url`: 16 hex digits."""
    return ArticleId(_digest((_without_scheme(feed_url.strip()), key)))


def fingerprint(url: str | None, title: str) -> str:
    """Hash link and title: what stays when a feed gives the same article a new guid."""
    return _digest((canonical(url or ""), _one_line(title)))


def content(title: str, summary: str, text: str) -> str:
    """Hash the words of an article; runs of whitespace count as one space."""
    return _digest(_one_line(part) for part in (title, summary, text))


def canonical(url: str) -> str:
    """Return `url` without scheme, `www.`, default port, tracking keys and trailing slash.

    Only for comparing. An address that can't be read comes back as it is.
    """
    parts = _split(url)
    if parts is None:
        return url
    path = parts.path.rstrip("/")
    query = "&".join(pair for pair in parts.query.split("&") if pair and not _is_tracking(pair))
    fragment = "" if _is_tracking(parts.fragment) else parts.fragment
    host = _host(parts).removeprefix("www.")
    return host + path + (f"?{query}" if query else "") + (f"#{fragment}" if fragment else "")


def _address(name: str) -> str:
    """Return a guid as it is, and an address so that http, https and a last slash are equal."""
    if not name.lower().startswith(("http://", "https://")):
        return name
    return _without_scheme(name).rstrip("/")


def _without_scheme(url: str) -> str:
    """Return `//host/path...` with the host in small letters; the rest as written."""
    parts = _split(url)
    if parts is None:
        return url
    rest = url.partition("://")[2]
    return "//" + _host(parts) + rest[len(parts.netloc) :]


def _split(url: str) -> SplitResult | None:
    """Split an http(s) address; None for anything else and for what can't be read."""
    try:
        parts = urlsplit(url)
    except ValueError:  # "http://[::1" and its like
        return None
    readable = parts.scheme in {"http", "https"} and parts.netloc in url
    return parts if readable and parts.netloc else None


def _host(parts: SplitResult) -> str:
    """Return host and port in small letters, without a port that the scheme implies."""
    host = parts.netloc.lower()
    return host.removesuffix(":443" if parts.scheme == "https" else ":80")


def _is_tracking(pair: str) -> bool:
    """Tell whether `key=value` of a query, or a fragment, only says where a reader came from."""
    key, _, value = pair.lower().partition("=")
    if key in TRACKING_IF_RSS:
        return value in RSS_VALUES
    return key in TRACKING_KEYS or (bool(value) and key.startswith(TRACKING_PREFIXES))


def _one_line(text: str) -> str:
    """Return `text` with every run of whitespace as one space."""
    return " ".join(text.split())


def _digest(parts: Iterable[str]) -> str:
    """Hash the parts, kept apart by NUL, to 16 hex digits; a lone surrogate does not stop it."""
    data = "\0".join(parts).encode("utf-8", "surrogatepass")
    return blake2b(data, digest_size=8).hexdigest()
