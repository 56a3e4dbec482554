"""When two fetched items are the same article: by name (key), by link and title, by their words.

Feeds change their guids, switch to https and add tracking keys to links; none of that is news.
What is dropped from a link is a listed set of tracking keys and never more: `/?p=1234` *is* the
article on many sites. Hashes are blake2b of 8 bytes in hex: short enough to read aloud, and for
ten million articles a chance collision is expected once in some 370,000 stores.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import blake2b
from urllib.parse import SplitResult, urlsplit

from watcher.core.model import Article, ArticleId, Entry, Feed, Known

AHEAD = timedelta(days=1)
"""A date further ahead than this is a mistake, and counts as no date."""

FEWEST_REISSUED = 3
"""Items with new guids at once from which a feed can be said to be re-issued."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Sorted:
    """What a document brings: articles not known before, and new versions of known ones.

    Both are oldest first. `contents` has the content hash of each; a version keeps the id of the
    article that it is a version of. `entries` has what each was read from.
    """

    new: tuple[Article, ...] = ()
    changed: tuple[Article, ...] = ()
    contents: Mapping[ArticleId, str]
    entries: Mapping[ArticleId, Entry] = field(default_factory=dict)


def names(entries: Sequence[Entry]) -> tuple[list[str], list[str]]:
    """Return the keys and the fingerprints under which the entries may already be known."""
    plain = [key_of(entry) for entry in entries]
    prints = [fingerprint(entry.url, entry.title) for entry in entries]
    shared = [_apart(key, print_) for key, print_ in zip(plain, prints, strict=True)]
    return list(dict.fromkeys(plain + shared)), list(dict.fromkeys(prints))


def sort_out(
    feed: Feed,
    entries: Sequence[Entry],
    known: Iterable[Known],
    *,
    now: datetime,
    language: str | None = None,
) -> Sorted:
    """Tell new articles from new versions and from what is known already.

    `known` are the stored articles of the feed found under `names(entries)`; `language` is the
    document's word, used where neither the user nor the entry has one. Habits of feeds that are
    no news: a new guid for the same link, title and words (some number their items afresh at each
    poll); new guids for most items at once, though their words were touched, too (the feed is
    re-issued by another program); a link that moved to https; the same item twice. One guid on
    different items is no reason to lose any: if link and title both differ, it is another article.
    Nor are two briefings in one document that share link and title, have no guid, and say other
    things.
    """
    by_key = {item.key: item for item in known}
    told = {(item.fingerprint, item.content) for item in by_key.values()}
    crowded, twins = _crowded(entries), _twins(entries)
    before = _reissued(entries, by_key)
    new: dict[ArticleId, Article] = {}
    changed: dict[ArticleId, Article] = {}
    contents: dict[ArticleId, str] = {}
    sources: dict[ArticleId, Entry] = {}
    for entry in reversed(entries):
        key, mark = key_of(entry), fingerprint(entry.url, entry.title)
        words = content(entry.title, entry.summary, entry.text)
        owner = by_key.get(key)
        if key in crowded or (owner is not None and not _same(owner, entry)):
            key = _apart(key, mark)
            owner = by_key.get(key)
        if mark in twins and not _has_guid(entry):
            key = _apart(key, words)
            owner = by_key.get(key)
        owner = owner or before.get(mark)
        # Without a guid of its own it is the article that says the same, whoever has its link.
        told_already = (mark, words) in told and (owner is None or not _has_guid(entry))
        if told_already or (owner is not None and owner.content == words):
            continue
        id_ = owner.id if owner else article_id(feed.url, key)
        article = _article(feed, entry, id_, key, now=now, language=language)
        (changed if owner and id_ not in new else new)[id_] = article
        contents[id_] = words
        sources[id_] = entry
        by_key[key] = Known(
            id=id_, key=key, fingerprint=mark, content=words, title=entry.title, url=entry.url
        )
        told.add((mark, words))
    return Sorted(
        new=tuple(new.values()),
        changed=tuple(changed.values()),
        contents=contents,
        entries=sources,
    )


def _reissued(entries: Sequence[Entry], by_key: Mapping[str, Known]) -> Mapping[str, Known]:
    """Return the known articles by link and title, if most entries have only their guid new.

    A link and title that stand on several items name none of them ("Live", the home page).
    """
    unknown = [entry for entry in entries if key_of(entry) not in by_key and entry.url]
    shown = Counter(fingerprint(entry.url, entry.title) for entry in unknown)
    stored = Counter(item.fingerprint for item in by_key.values())
    before = {
        item.fingerprint: item
        for item in by_key.values()
        if shown[item.fingerprint] == stored[item.fingerprint] == 1
    }
    return before if len(before) > max(FEWEST_REISSUED - 1, len(entries) / 2) else {}


def _crowded(entries: Sequence[Entry]) -> frozenset[str]:
    """Return the keys that stand on more than one article of this document."""
    prints: defaultdict[str, set[str]] = defaultdict(set)
    for entry in entries:
        prints[key_of(entry)].add(fingerprint(entry.url, entry.title))
    return frozenset(key for key, marks in prints.items() if len(marks) > 1)


def _twins(entries: Sequence[Entry]) -> frozenset[str]:
    """Return the fingerprints under which this document has several texts without a guid.

    Only in one document: from poll to poll, another text under the same link and title is an edit.
    """
    texts: defaultdict[str, set[str]] = defaultdict(set)
    for entry in entries:
        if not _has_guid(entry):
            words = content(entry.title, entry.summary, entry.text)
            texts[fingerprint(entry.url, entry.title)].add(words)
    return frozenset(mark for mark, words in texts.items() if len(words) > 1)


def _has_guid(entry: Entry) -> bool:
    return bool((entry.guid or "").strip())


def _apart(key: str, mark: str) -> str:
    return f"{key} {mark}"


def _same(owner: Known, entry: Entry) -> bool:
    """Return whether an entry under a known key is that article, perhaps edited."""
    if owner.url and entry.url and canonical(owner.url) == canonical(entry.url):
        return True
    return _one_line(owner.title) == _one_line(entry.title)


def _article(
    feed: Feed, entry: Entry, id_: ArticleId, key: str, *, now: datetime, language: str | None
) -> Article:
    published = entry.published or entry.updated
    if published is not None and published > now + AHEAD:
        published = None
    return Article(
        id=id_,
        title=entry.title,
        summary=entry.summary,
        # Only here: what an entry is called, and whether it has changed, is the feed's word alone.
        text=max(entry.text, entry.page, key=len),
        key=key,
        feed=feed.url,
        outlet=feed.name,
        url=entry.url,
        language=feed.language or entry.language or language,
        published=published,
        seen=now,
        tags=feed.tags,
        authors=entry.authors,
        categories=entry.categories,
    )


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


def host_of(url: str) -> str:
    """Return the host that serves `url`, in small letters; an unreadable address is its own."""
    try:
        return urlsplit(url).hostname or url
    except ValueError:  # "http://[::1": the address guard names the mistake
        return url


def site_of(url: str) -> str:
    """Return scheme, host and port of `url`; an unreadable address is its own."""
    parts = _split(url)
    return url if parts is None else f"{parts.scheme}://{parts.netloc}"


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
