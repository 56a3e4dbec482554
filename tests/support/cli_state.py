"""A state folder as some days of work leave it, filled through the real store."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from watcher.core.identity import article_id, content
from watcher.core.model import (
    Alert,
    AlertId,
    AlertKind,
    Article,
    Decision,
    Delivery,
    DeliveryId,
    DeliveryState,
    Feed,
    FeedFault,
    Hit,
    Hold,
    How,
    Link,
    LinkKind,
    Match,
    Reason,
    Severity,
    StoryId,
    Told,
)
from watcher.store import open_store

AT = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=5)

RULES = """\
timezone: Asia/Almaty
channels:
  desk: json://127.0.0.1:9/desk
feeds:
  - {url: "https://steppe.example/rss", name: Steppe Post, language: en}
  - {url: "https://dala.example/rss", name: Dala, language: kk}
  - {url: "https://gone.example/rss", name: Gone Gazette}
defaults: {notify: [desk]}
rules:
  - name: Atajurt
    find: [Atajurt, Атажұрт]
    severity: high
    tests:
      - match: "Атажұрт еріктілері"
      - no_match: "The harvest begins"
  - name: Camps
    find: re-education camp
"""

FEEDS = (
    Feed(url="https://steppe.example/rss", name="Steppe Post", language="en"),
    Feed(url="https://dala.example/rss", name="Dala", language="kk"),
    Feed(url="https://gone.example/rss", name="Gone Gazette"),
)
FIRST = Article(
    id=article_id(FEEDS[0].url, "s1"),
    key="s1",
    feed=FEEDS[0].url,
    outlet="Steppe Post",
    title="Atajurt volunteer held in Almaty\x1b[31m",
    summary="Police gave no reason.",
    url="https://steppe.example/1",
    language="en",
    seen=AT,
    published=AT,
)
COPY = replace(
    FIRST,
    id=article_id(FEEDS[1].url, "d1"),
    key="d1",
    feed=FEEDS[1].url,
    outlet="Dala",
    title="=Atajurt volunteer held in Almaty, 中文",
    url="https://dala.example/1",
    seen=AT + timedelta(minutes=1),
)
ALERT = Alert(
    id=AlertId("3f2a9c01aa00bb11"),
    kind=AlertKind.NEW,
    created=AT,
    severity=Severity.HIGH,
    rules=("Atajurt",),
    story=StoryId(FIRST.id),
    article=FIRST.id,
)
NOTICE = Alert(
    id=AlertId("77aa00bb11cc22dd"),
    kind=AlertKind.HEALTH,
    created=AT + timedelta(minutes=2),
    headline="Gone Gazette can't be read",
    body="not-found since yesterday",
)
PARKED = Delivery(
    id=DeliveryId("9c01d2aa00000001"),
    alert=ALERT.id,
    target="desk",
    rules=("Atajurt",),
    state=DeliveryState.PARKED,
    due=AT,
    attempts=6,
    error="404 Not Found",
)
HELD = Delivery(
    id=DeliveryId("9c01d2aa00000002"),
    alert=NOTICE.id,
    target="operator",
    rules=(),
    state=DeliveryState.HELD,
    due=AT + timedelta(hours=8),
    hold=Hold.QUIET,
)
MATCH = Match(
    term="Atajurt",
    alias="Atajurt",
    field="title",
    start=0,
    end=7,
    text="Atajurt",
    how=How.EXACT,
)


def fill(folder: Path) -> Path:
    """Write rules and state into `folder`: a story of two outlets, an alert, a notice."""
    (folder / "rules.yaml").write_text(RULES, encoding="utf-8")
    store = open_store(folder / "state", now=AT)
    try:
        with store.write() as tx:
            tx.sync_feeds(FEEDS, now=AT)
            states = {state.feed.url: state for state in tx.feed_states()}
            steppe, gone = states[FEEDS[0].url], states[FEEDS[2].url]
            tx.save_feed(
                replace(steppe, last_polled=AT, last_new=AT, next_due=AT + timedelta(days=1))
            )
            tx.save_feed(
                replace(
                    gone,
                    last_polled=AT,
                    next_due=AT + timedelta(hours=6),
                    fault=FeedFault.NOT_FOUND,
                    fault_detail="404 Not Found",
                    fault_since=AT - timedelta(days=1),
                    failures=4,
                )
            )
            tx.add_articles(
                (FIRST, COPY),
                contents={one.id: content(one.title, one.summary, "") for one in (FIRST, COPY)},
            )
            tx.add_links(
                (
                    Link(article=FIRST.id, kind=LinkKind.NEW, story=StoryId(FIRST.id)),
                    Link(
                        article=COPY.id,
                        kind=LinkKind.COPY,
                        story=StoryId(FIRST.id),
                        to=FIRST.id,
                        score=0.97,
                        why=("same words",),
                    ),
                )
            )
            tx.add_hits(FIRST.id, (Hit(rule="Atajurt", matches=(MATCH,)),))
            tx.add_decisions(
                FIRST.id,
                (Decision(rule="Atajurt", target="desk", tell=True, reason=Reason.NEW_STORY),),
                at=AT,
            )
            tx.add_decisions(
                COPY.id,
                (Decision(rule="Atajurt", target="desk", tell=False, reason=Reason.FOLDED),),
                at=AT,
            )
            tx.add_told(
                StoryId(FIRST.id),
                (Told(rule="Atajurt", target="desk", terms=frozenset({"Atajurt"}), at=AT),),
            )
            tx.add_alerts((ALERT, NOTICE))
            tx.add_deliveries((PARKED, HELD))
    finally:
        store.close()
    return folder
