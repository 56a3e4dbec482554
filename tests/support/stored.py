"""Values for the tests of the store: plain ones with defaults, and any at all for properties."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from watcher.core.model import (
    Ailment,
    Alert,
    AlertId,
    AlertKind,
    Article,
    ArticleId,
    Decision,
    Delivery,
    DeliveryId,
    DeliveryState,
    Feed,
    FeedFault,
    FeedId,
    FeedState,
    FullText,
    Habits,
    Hit,
    Hold,
    How,
    Link,
    LinkKind,
    Match,
    Outcome,
    Reason,
    Sent,
    Severity,
    StoryId,
    Told,
    Wishes,
)
from watcher.store import Store, Tx, open_store

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
FEED = Feed(url="https://steppe.example/rss", name="Steppe Post")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a state lies: a folder, or with `url` a PostgreSQL schema."""

    state: Path
    url: str | None = None

    def open(self, *, create: bool = True, now: datetime = NOW) -> Store:
        """Open the store there."""
        return open_store(self.state, url=self.url, now=now, create=create)


def a_feed(n: int, **more: Any) -> Feed:
    fields: dict[str, Any] = {"url": f"https://outlet{n}.example/rss", "name": f"Outlet {n}"}
    return Feed(**fields | more)


def an_article(n: int, **more: Any) -> Article:
    fields: dict[str, Any] = {
        "id": ArticleId(f"{n:016x}"),
        "title": f"Villagers wait for news, part {n}",
        "summary": "They have waited since spring.",
        "key": f"guid-{n}",
        "feed": FEED.url,
        "outlet": FEED.name,
        "url": f"https://steppe.example/{n}",
        "seen": NOW,
    }
    return Article(**fields | more)


def a_link(article: Article, **more: Any) -> Link:
    fields: dict[str, Any] = {
        "article": article.id,
        "kind": LinkKind.NEW,
        "story": StoryId(article.id),
    }
    return Link(**fields | more)


def a_hit(rule: str = "Detained", text: str = "Villagers") -> Hit:
    match = Match(
        term=text, alias=text, field="title", start=0, end=len(text), text=text, how=How.EXACT
    )
    return Hit(rule=rule, matches=(match,))


def an_alert(n: int, **more: Any) -> Alert:
    fields: dict[str, Any] = {
        "id": AlertId(f"a{n:015x}"),
        "kind": AlertKind.NEW,
        "created": NOW,
        "rules": ("Detained",),
        "headline": f"Headline {n}",
    }
    return Alert(**fields | more)


def a_delivery(n: int, **more: Any) -> Delivery:
    fields: dict[str, Any] = {
        "id": DeliveryId(f"d{n:015x}"),
        "alert": AlertId(f"a{n:015x}"),
        "target": "desk",
        "rules": ("Detained",),
        "state": DeliveryState.HELD if more.get("hold") else DeliveryState.DUE,
        "due": NOW,
    }
    return Delivery(**fields | more)


def contents(articles: Sequence[Article]) -> dict[ArticleId, str]:
    """Return a stand-in for the content hashes: equal exactly when the words are."""
    return {a.id: repr((a.title, a.summary, a.text)) for a in articles}


def put(tx: Tx, *articles: Article) -> None:
    """Store articles, each as a story of its own."""
    tx.add_articles(articles, contents=contents(articles))
    tx.add_links([a_link(article) for article in articles])


def post(tx: Tx, *deliveries: Delivery) -> None:
    """Store deliveries, each with an alert of its own."""
    tx.add_alerts([an_alert(int(d.alert[1:], 16)) for d in deliveries])
    tx.add_deliveries(deliveries)


class _Undo(Exception):  # noqa: N818 - no error: it ends a transaction
    pass


@contextlib.contextmanager
def undone(store: Store) -> Iterator[Tx]:
    """Yield a transaction that is rolled back at the end: each example finds an empty state."""
    with contextlib.suppress(_Undo), store.write() as tx:
        yield tx
        raise _Undo


SENT = Outcome(sent=Sent.OK)
FAILED = Outcome(sent=Sent.RETRY, detail="503")
VANISHED = Outcome(sent=Sent.UNKNOWN, detail="no answer in time")
REFUSED = Outcome(sent=Sent.REFUSED, detail="no such chat")


# --- any value at all ----------------------------------------------------------------------------

ANY_TEXT = st.text(st.characters(), max_size=40) | st.text(
    st.sampled_from("\x00\ud800\udfff\ufdd0\ufdd10a"), max_size=8
)
"""Any string Python can hold: NUL, lone surrogates and the store's own escape included."""
MOMENTS = st.datetimes(timezones=st.just(UTC))
WHOLE_SECONDS = st.integers(0, 10**8).map(lambda n: timedelta(seconds=n))
SPANS = st.timedeltas(timedelta(0), timedelta(days=400))
IDS = st.integers(0, 2**64 - 1).map("{:016x}".format)
TEXTS = st.lists(ANY_TEXT, max_size=3).map(tuple)
SETS = st.frozensets(ANY_TEXT, max_size=3)
NUMBERS = st.integers(0, 2**31 - 1)

FEEDS = st.builds(
    Feed,
    url=ANY_TEXT,
    name=ANY_TEXT,
    language=st.none() | ANY_TEXT,
    tags=SETS,
    every=st.none() | SPANS,
    private=st.booleans(),
    full_text=st.sampled_from(FullText),
)
STATES = st.builds(
    FeedState,
    id=st.just(FeedId(0)),
    feed=FEEDS,
    next_due=MOMENTS,
    interval=SPANS,
    etag=st.none() | ANY_TEXT,
    last_modified=st.none() | ANY_TEXT,
    head=st.none() | st.binary(max_size=16),
    digests=st.frozensets(st.binary(min_size=8, max_size=8) | st.binary(max_size=20), max_size=20),
    first_read=st.none() | MOMENTS,
    last_polled=st.none() | MOMENTS,
    last_read=st.none() | MOMENTS,
    last_new=st.none() | MOMENTS,
    validated_since=st.none() | MOMENTS,
    failures=NUMBERS,
    fault=st.none() | st.sampled_from(FeedFault),
    fault_detail=ANY_TEXT,
    fault_since=st.none() | MOMENTS,
    told=st.frozensets(st.sampled_from(Ailment)),
    habits=st.builds(
        Habits,
        gap=st.none() | WHOLE_SECONDS,
        longest=st.none() | WHOLE_SECONDS,
        gaps=NUMBERS,
        reach=st.none() | WHOLE_SECONDS,
    ),
    wishes=st.builds(
        Wishes,
        max_age=st.none() | WHOLE_SECONDS,
        ttl=st.none() | WHOLE_SECONDS,
        skip_hours=st.frozensets(st.integers(0, 23)),
        skip_days=SETS,
    ),
    missed_at=st.none() | MOMENTS,
    damaged=NUMBERS,
    dropped=NUMBERS,
    ill_formed=st.booleans(),
    garbled=st.floats(0, 1),
    moved_to=st.none() | ANY_TEXT,
    moved_since=st.none() | MOMENTS,
    hub=st.none() | ANY_TEXT,
    topic=st.none() | ANY_TEXT,
    format=st.none() | ANY_TEXT,
    encoding=st.none() | ANY_TEXT,
)
ARTICLES = st.builds(
    Article,
    id=IDS,
    title=ANY_TEXT,
    summary=ANY_TEXT,
    text=ANY_TEXT,
    key=ANY_TEXT,
    feed=ANY_TEXT,
    outlet=ANY_TEXT,
    url=st.none() | ANY_TEXT,
    language=st.none() | ANY_TEXT,
    published=st.none() | MOMENTS,
    seen=MOMENTS,
    tags=SETS,
    authors=TEXTS,
    categories=TEXTS,
)
MATCHES = st.builds(
    Match,
    term=ANY_TEXT,
    alias=ANY_TEXT,
    field=st.sampled_from(["title", "summary", "text"]),
    start=NUMBERS,
    end=NUMBERS,
    text=ANY_TEXT,
    how=st.sampled_from(How),
    entity=st.none() | ANY_TEXT,
)
HITS = st.builds(Hit, rule=ANY_TEXT, matches=st.lists(MATCHES, max_size=3).map(tuple))
LINKS = st.builds(
    Link,
    article=IDS,
    kind=st.sampled_from(LinkKind),
    story=IDS,
    to=st.none() | IDS,
    score=st.floats(0, 1),
    why=TEXTS,
)
TOLDS = st.builds(Told, rule=ANY_TEXT, target=ANY_TEXT, terms=SETS, at=MOMENTS)
DECISIONS = st.builds(
    Decision,
    rule=ANY_TEXT,
    target=ANY_TEXT,
    tell=st.booleans(),
    reason=st.sampled_from(Reason),
    kind=st.sampled_from(AlertKind),
    due=st.none() | MOMENTS,
    hold=st.none() | st.sampled_from(Hold),
    matched_in=st.none() | IDS,
)
ALERTS = st.builds(
    Alert,
    id=IDS,
    kind=st.sampled_from(AlertKind),
    created=MOMENTS,
    severity=st.sampled_from(Severity),
    rules=TEXTS,
    story=st.none() | IDS,
    article=st.none(),
    headline=ANY_TEXT,
    body=ANY_TEXT,
)
DELIVERIES = st.builds(
    Delivery,
    id=IDS,
    alert=IDS,
    target=ANY_TEXT,
    rules=TEXTS,
    state=st.sampled_from(DeliveryState),
    due=MOMENTS,
    hold=st.none() | st.sampled_from(Hold),
    attempts=NUMBERS,
    message=st.none() | IDS,
    error=ANY_TEXT,
    sent=st.none() | MOMENTS,
)
