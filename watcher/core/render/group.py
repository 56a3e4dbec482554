"""Several alerts in one message: what was held together is told together, and counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import tzinfo

from watcher.core.model import AlertKind, Batch, Hold, Telling
from watcher.core.render import quote, safe
from watcher.core.render.alert import Sheet, foreign, hits_of, label, own, rules_of, stamp
from watcher.core.render.clip import Line, Span
from watcher.core.render.page import Block

HOLDS = {
    Hold.QUIET: "held during quiet hours",
    Hold.DIGEST: "digest",
    Hold.LIMIT: "over the channel's limit",
    Hold.THROTTLE: "since the last message about the rule",
    Hold.ESCALATION: "nobody acknowledged them yet",
    Hold.FOLLOW_UPS: "follow-ups",
    Hold.BASELINE: "found on the first sight of a feed",
}
"""What people read of why messages were held and grouped."""
_LONGEST_LINK = 500
"""A longer one would crowd out other stories; it is in the store."""


@dataclass(slots=True)
class _Entry:
    """The tellings of one story: the first is shown, the others counted."""

    tellings: list[Telling]

    @property
    def rank(self) -> tuple[int, float]:
        severity = max(t.alert.severity.rank for t in self.tellings)
        return (-severity, self.tellings[0].alert.created.timestamp())


def group_sheet(batch: Batch, zone: tzinfo) -> Sheet:
    """Return one message for all tellings: counts by rule, then one entry per story."""
    held = {t.delivery.hold for t in batch.tellings if t.delivery.hold is not None}
    entries = _entries(batch, digest=Hold.DIGEST in held)
    counts = Counter(rule for entry in entries for rule in _rules(entry))
    reason = ", ".join(HOLDS[hold] for hold in sorted(held))
    number = f"{len(entries)} {'story' if len(entries) == 1 else 'stories'}"
    first = own(number + (f" ({reason})" if reason else "") + ": " + _counted(counts))
    tail = own(f"{stamp(max(t.alert.created for t in batch.tellings), zone)} · {batch.key}")

    def rest(shown: int) -> Line:
        left = entries[shown:]
        missing = Counter(rule for entry in left for rule in _rules(entry))
        return (own(f"and {len(left)} more: {_counted(missing)}"),)

    return Sheet(
        first=(first,),
        blocks=(),
        entries=tuple(
            Block(lines=lines, rank=10 + index, most=500, whole=True, spaced=True)
            for index, lines in enumerate(_listed(entries, counts, digest=Hold.DIGEST in held))
        ),
        last=Block(lines=((tail,),), rank=3, whole=True, spaced=True),
        rest=rest,
        thread=_thread(batch),
    )


def _thread(batch: Batch) -> str:
    stories = {t.alert.story for t in batch.tellings}
    [only] = stories if len(stories) == 1 else {None}
    return str(only) if only is not None else batch.key


def _entries(batch: Batch, *, digest: bool) -> list[_Entry]:
    """Return the stories, the most urgent first; in a digest those of one rule stand together."""
    stories: dict[str, _Entry] = {}
    for telling in batch.tellings:
        name = str(telling.alert.story or telling.alert.id)
        stories.setdefault(name, _Entry([])).tellings.append(telling)
    entries = sorted(stories.values(), key=lambda entry: entry.rank)
    if not digest:
        return entries
    # A story of several rules stands under the first of them.
    order = {rule: place for place, rule in reversed([*enumerate(map(_heading, entries))])}
    return sorted(entries, key=lambda entry: order[_heading(entry)])


def _heading(entry: _Entry) -> str:
    return next(iter(_rules(entry)), "")


def _listed(
    entries: list[_Entry], counts: Counter[str], *, digest: bool
) -> Iterator[tuple[Line, ...]]:
    """Yield the lines of each story; in a digest the first one of a rule stands under its name."""
    above = None
    for entry in entries:
        lines, heading = _lines(entry), _heading(entry)
        if digest and heading != above and len(counts) > 1:
            above = heading
            lines = ((own(f"{safe.said(heading)} ({counts[heading]})"),), *lines)
        yield lines


def _rules(entry: _Entry) -> list[str]:
    return list(dict.fromkeys(rule for t in entry.tellings for rule in rules_of(t)))


def _counted(counts: Counter[str]) -> str:
    return ", ".join(f"{safe.said(rule)} {count}" for rule, count in counts.most_common())


def _lines(entry: _Entry) -> tuple[Line, ...]:
    first = entry.tellings[0]
    article = first.article
    if article is None or first.alert.kind is AlertKind.HEALTH:
        return ((own("• "), foreign(first.alert.headline)),)
    url = safe.safe_url(article.url)
    url = url if len(url) <= _LONGEST_LINK else ""
    outlets = dict.fromkeys(
        member.outlet for t in entry.tellings if t.story is not None for member in t.story.members
    )
    others = len([name for name in outlets if name != article.outlet])
    title = quote.headline(article, hits_of(first)) or (own(url or "(no headline)"),)
    line: Line = (
        own(f"• {label(first)}{', '.join(map(safe.said, _rules(entry)))} · "),
        *((foreign(article.outlet), own(": ")) if safe.said(article.outlet) else ()),
        *title,
        *((own(f" (+{others} {'outlet' if others == 1 else 'outlets'})"),) if others else ()),
    )
    return (line, (Span(text=url, link=True),)) if url else (line,)
