"""When the page of an article that was told is looked at again, and what a look means.

Most corrections are made within the first hours, so looks become rarer; after three days they end.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import blake2b

from watcher.core.identity import host_of
from watcher.core.model import (
    Article,
    Feed,
    FullText,
    Glimpse,
    Page,
    Recheck,
    Rule,
    Severity,
    Sight,
)

LOOKS = (timedelta(hours=1), timedelta(hours=6), timedelta(hours=24), timedelta(hours=72))
"""After the first alert about the article."""
CONFIRM = timedelta(hours=1)
"""A page that is gone is looked at again after so long, before anybody is told."""
OLDEST = LOOKS[-1] + 2 * CONFIRM
"""Nothing is looked at later than this, however long the watcher was stopped."""
MOST_AN_HOUR = 12
"""Pages of one host that are looked at again in an hour, restarts included."""


def wanted(article: Article, feed: Feed, rules: Iterable[Rule]) -> bool:
    """Return whether the page of an article that these rules told is to be looked at again.

    For edits only where pages are read at all; for its vanishing also where a rule weighs much.
    """
    if article.url is None:
        return False
    edits = [rule for rule in rules if rule.edits]
    weighty = any(rule.severity.rank >= Severity.HIGH.rank for rule in edits)
    return weighty or (bool(edits) and feed.full_text is not FullText.NEVER)


def first_look(article: Article, page: Page | None, *, now: datetime) -> Recheck:
    """Return the first look at the page of an article that is told now.

    `page` is what the article's text was read from, if it was.
    """
    url = article.url or ""
    due = now + LOOKS[0]
    recheck = Recheck(article=article.id, url=url, host=host_of(url), since=now, due=due)
    return recheck if page is None else read_anew(recheck, page)


def read_anew(recheck: Recheck, page: Page) -> Recheck:
    """Return what is to be looked at after the article's text was read from its page (again)."""
    etag = page.answer.etag if page.answer else None
    last_modified = page.answer.last_modified if page.answer else None
    return replace(recheck, page=text_mark(page.text), etag=etag, last_modified=last_modified)


def text_mark(text: str) -> str:
    """Return the hash by which the text of a page is known again."""
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def seconds(number: float) -> timedelta:
    """Return so many seconds."""
    return timedelta(seconds=number)


def has_vanished(recheck: Recheck, glimpse: Glimpse, *, now: datetime) -> bool:
    """Return whether a look makes it sure that the article is gone: twice, an hour apart."""
    gone = glimpse.sight is Sight.GONE
    return gone and recheck.missing is not None and now - recheck.missing >= CONFIRM


def after_look(recheck: Recheck, glimpse: Glimpse, *, now: datetime) -> Recheck:
    """Return what is to be looked at next, after a look that told nobody or told an edit."""
    missing = recheck.missing
    if glimpse.sight is Sight.THERE:
        missing = None
    elif glimpse.sight is Sight.GONE:
        missing = missing or now
    if has_vanished(recheck, glimpse, now=now):
        due = None
    elif missing is not None:
        due = now + CONFIRM
    else:
        due = next((recheck.since + one for one in LOOKS if recheck.since + one > now), None)
    if due is not None and glimpse.retry_after:
        due = max(due, now + glimpse.retry_after)
    if due is not None and due > recheck.since + OLDEST:
        due = None
    there = glimpse.sight is Sight.THERE
    return replace(
        recheck,
        due=due,
        missing=missing,
        looked=now,
        etag=glimpse.etag or recheck.etag if there else recheck.etag,
        last_modified=glimpse.last_modified or recheck.last_modified
        if there
        else recheck.last_modified,
    )
