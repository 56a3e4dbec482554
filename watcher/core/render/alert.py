"""The words of one alert: what, where, the sentence, why, the story so far, link, time, key."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from watcher.core.model import (
    Alert,
    AlertKind,
    Article,
    Batch,
    Hit,
    Hold,
    How,
    Match,
    Member,
    Severity,
    Story,
    Telling,
)
from watcher.core.render import quote, safe
from watcher.core.render.clip import Line, Span
from watcher.core.render.languages import language_name
from watcher.core.render.page import Block

_KINDS = {
    AlertKind.FOLLOW_UP: "Follow-up: ",
    AlertKind.CHANGED_WORDS: "New words in a story already told: ",
    AlertKind.EDIT: "Edited after we told you: ",
    AlertKind.VANISHED: "Gone from its page: ",
    AlertKind.BASELINE: "First sight of the feed: ",
}
_UNSAID = "No longer says it: "
_HOWS = {
    How.EXACT: "",
    How.INFLECTED: "inflected",
    How.FOLDED: "in another spelling of the same letters",
    How.FUZZY: "with one letter different",
    How.REGEX: "by a regular expression",
}
_OUTLETS_NAMED = 3
_MATCHES_NAMED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A message before it is cut to a target: the first line, and the blocks below it."""

    first: Line
    blocks: tuple[Block, ...]
    entries: tuple[Block, ...] = ()
    """One per story of a grouped message, between `blocks` and `last`."""
    last: Block | None = None
    rest: Callable[[int], Line] | None = None
    """What to say of the entries after the first n."""
    thread: str = ""
    url: str = ""


def own(text: str) -> Span:
    """Return words of ours (or of the user's rules) as a span."""
    return Span(text=text)


def foreign(text: str) -> Span:
    """Return feed content that stands inside a line of ours."""
    return Span(text=safe.said(text), aside=True)


def single_sheet(batch: Batch, article: Article, zone: tzinfo) -> Sheet:
    """Return the words of the one alert of the batch, which is about `article`."""
    [telling] = batch.tellings
    url = safe.safe_url(article.url)
    blocks = (
        Block(lines=tuple(sentences(telling, article)), rank=3, most=900, spaced=True),
        Block(lines=tuple(reasons(telling)), rank=4, most=700, spaced=True),
        Block(lines=_so_far(telling, article, zone), rank=5, most=500),
        Block(lines=_link(url), rank=2, whole=True, spaced=True),
        Block(lines=((own(_when(article, telling.alert, zone, batch.key)),),), rank=6, whole=True),
    )
    return Sheet(
        first=_first_line(telling, article, url),
        blocks=tuple(block for block in blocks if block.lines),
        thread=str(telling.alert.story or article.id),
        url=url,
    )


def _first_line(telling: Telling, article: Article, url: str) -> Line:
    return (
        own(label(telling)),
        own(", ".join(safe.said(rule) for rule in rules_of(telling)) + " · "),
        *((foreign(article.outlet), own(": ")) if safe.said(article.outlet) else ()),
        *headline(telling, article, url),
    )


def headline(telling: Telling, article: Article, url: str) -> Line:
    """Return the headline with the found words marked; without one the address."""
    line = quote.headline(article, telling.hits)
    if not line:
        return (own(url or "(no headline)"),)
    text = "".join(span.text for span in line)
    if not safe.is_right_to_left(text):
        return line
    return (own(safe.FSI), *line, own(safe.PDI))


def label(telling: Telling) -> str:
    """Return what stands before the rules: how urgent, and what kind of news it is."""
    alert = telling.alert
    urgent = "CRITICAL: " if alert.severity is Severity.CRITICAL else ""
    waits = "nobody acknowledged this yet: " if telling.delivery.hold is Hold.ESCALATION else ""
    since = "Edited since: " if telling.edited_since else ""
    kind = _UNSAID if is_unsaid(telling) else _KINDS.get(alert.kind, "")
    return urgent + waits + since + kind


def is_unsaid(telling: Telling) -> bool:
    """Tell whether an edit took out all that the target was told of."""
    return telling.alert.kind is AlertKind.EDIT and bool(_lost(telling)) and not hits_of(telling)


def _lost(telling: Telling) -> tuple[Hit, ...]:
    """Return what was found before an edit, and by the same rules not any more."""
    left = {hit.rule for hit in telling.hits}
    rules = rules_of(telling)
    return tuple(h for h in telling.hits_before if h.rule in rules and h.rule not in left)


def rules_of(telling: Telling) -> tuple[str, ...]:
    """Return the rules this target asked for, in the order of the rules file."""
    return telling.delivery.rules or telling.alert.rules


def hits_of(telling: Telling) -> tuple[Hit, ...]:
    """Return the hits of the rules this target asked for."""
    rules = rules_of(telling)
    return tuple(hit for hit in telling.hits if hit.rule in rules)


def sentences(telling: Telling, article: Article) -> list[Line]:
    """Return the sentences in which the words were found; for an edit also what stood there."""
    lines = quote.quotes(article, hits_of(telling))
    if telling.alert.kind is AlertKind.VANISHED:
        lines = [*lines, (own("The article is gone from its page: "), foreign(telling.alert.body))]
    if telling.edited_since:
        lines = [*lines, (own("The publisher has edited it since: these words are gone."),)]
    if telling.alert.kind is AlertKind.EDIT and telling.before is not None:
        return _edited(telling, telling.before, article, lines)
    if not lines and (context := quote.first_sentence(article.summary)):
        lines = [context]
    return lines


def _edited(telling: Telling, before: Article, article: Article, lines: list[Line]) -> list[Line]:
    if gone := _unsaid(before, article, _lost(telling)):
        return [*gone, *lines]
    matches = [match for hit in hits_of(telling) for match in hit.matches]
    changed = [(m, quote.sentence_before(before, article, m)) for m in matches]
    for match, old in changed:
        if old:
            text = article.field_text(match.field)
            now = quote.marked(
                text,
                quote.matches_in(telling.hits, match.field),
                *quote.sentence_of(text, match),
            )
            return [(own("Before: "), foreign(old)), (own("Now: "), *now)]
    if safe.said(before.title) != safe.said(article.title):
        return [(own("Headline before: "), foreign(before.title)), *lines]
    return lines


def _unsaid(before: Article, article: Article, lost: tuple[Hit, ...]) -> list[Line]:
    """Return the sentences that are gone with the words in them, and the headline's new words."""
    headline = quote.headline(before, lost)
    lines: list[Line] = []
    if any(span.mark for span in headline):
        lines.append((own("Headline before: "), *headline))
    lines += [(own("No longer says: "), *line) for line in quote.quotes(before, lost)]
    for match in (match for hit in lost for match in hit.matches):
        now = quote.sentence_now(before, article, match) if match.field != "title" else ""
        if now:
            return [*lines, (own("Now: "), foreign(now))]
    return lines


def reasons(telling: Telling) -> list[Line]:
    """Return a line for each rule: which words it found, how, and why it is there."""
    lines: list[Line] = []
    lost = _lost(telling)
    for hit in (*hits_of(telling), *lost):
        verb = "had matched" if hit in lost else "matched"
        line: list[Span] = [own(f"{safe.said(hit.rule)}: {verb} ")]
        told = list(dict.fromkeys(_reason(match, telling.names) for match in hit.matches))
        for index, reason in enumerate(told[:_MATCHES_NAMED]):
            line += [own("; "), *reason] if index else reason
        if len(told) > _MATCHES_NAMED:
            line.append(own(f"; and {len(told) - _MATCHES_NAMED} more"))
        if why := safe.said(telling.whys.get(hit.rule, "")):
            line.append(own(f" ({why})"))
        lines.append(tuple(line))
    return lines


def _reason(match: Match, names: Mapping[str, str]) -> tuple[Span, ...]:
    """Return how the words of a match came to be recognised, in plain words."""
    spans = [own("“"), foreign(match.text), own("”")]
    # Capitals are no other spelling for a reader: most headlines begin with one.
    as_known = match.text.casefold() == match.alias.casefold()
    how = "" if as_known else _HOWS[match.how]
    if match.entity is not None:
        spans.append(own(", alias of " + safe.said(names.get(match.entity, match.entity))))
        if not as_known:
            spans += [own(" (“"), foreign(match.alias), own("”)")]
    elif match.term.casefold() != match.text.casefold():
        spans += [own(", your term “"), foreign(match.term), own("”")]
    if how:
        spans.append(own(f", {how}"))
    return tuple(spans)


def _so_far(telling: Telling, article: Article, zone: tzinfo) -> tuple[Line, ...]:
    """Return who else has the story, and who had it first."""
    story = telling.story
    if story is None or len(story.members) < 2:
        return ()
    first = story.members[0]
    lines: list[Line] = []
    if telling.alert.kind is AlertKind.FOLLOW_UP and first.article != article.id:
        lines.append((own("Follow-up to: "), foreign(first.outlet), *_titled(first)))
    outlets = other_outlets(story, article)
    if not outlets:
        return tuple(lines)
    line: list[Span] = [own("Also: ")]
    for index, name in enumerate(outlets[:_OUTLETS_NAMED]):
        line += [*((own(", "),) if index else ()), foreign(name)]
    if len(outlets) > _OUTLETS_NAMED:
        line.append(own(f", {len(outlets) - _OUTLETS_NAMED} more"))
    # Not "; first": a semicolon of ours behind "&name" of theirs would make an entity of it.
    line += [own(" (first: "), foreign(first.outlet)]
    line.append(own(f" {_clock(first.seen, telling.alert.created, zone)})"))
    return (*lines, tuple(line))


def _titled(member: Member) -> Line:
    title = safe.said(member.title)
    return (own(" “"), Span(text=title, aside=True), own("”")) if title else ()


def other_outlets(story: Story, article: Article) -> list[str]:
    """Return the outlets of the story beside the article's own, in order of appearance."""
    names = dict.fromkeys(member.outlet for member in story.members)
    return [name for name in names if name != article.outlet and safe.said(name)]


def _link(url: str) -> tuple[Line, ...]:
    return ((Span(text=url, link=True),),) if url else ()


# --- times ---------------------------------------------------------------------------------------


def stamp(at: datetime, zone: tzinfo) -> str:
    """Return a time as people read it, with its zone; else in UTC."""
    try:
        local = at.astimezone(zone)
    except (OverflowError, ValueError):
        local = at
    # Not strftime: it writes the year 1 as "1" on some systems.
    return f"{local.isoformat(sep=' ')[:16]} {local.tzname()}"


def _clock(at: datetime, today: datetime, zone: tzinfo) -> str:
    """Return the time of day, with the date when it is another one."""
    try:
        local, reference = at.astimezone(zone), today.astimezone(zone)
    except (OverflowError, ValueError):
        return stamp(at, zone)
    text = local.isoformat(sep=" ")[:16]
    return text[11:] if local.date() == reference.date() else text


def _when(article: Article, alert: Alert, zone: tzinfo, key: str) -> str:
    """Return when it was published, in which language, and the key of the message.

    The language stands between them, so that people know whom to ask for a translation.
    """
    said_in = language_name(article.language)
    return " · ".join(part for part in (published(article, alert, zone), said_in, key) if part)


def published(article: Article, alert: Alert, zone: tzinfo) -> str:
    """Return when it was published, as the publisher says, else when it was seen.

    A date the publisher can't have meant (a day or more ahead) is not shown as one.
    """
    seen = article.seen or alert.created
    if article.published is None:
        return f"seen {stamp(seen, zone)}, undated"
    if article.published - seen > timedelta(days=1):
        return f"seen {stamp(seen, zone)}, dated in the future"
    return stamp(article.published, zone)


def health_sheet(batch: Batch, zone: tzinfo) -> Sheet:
    """Return a message about the watcher itself: its headline, and its body line by line."""
    [telling] = batch.tellings
    alert = telling.alert
    headline = safe.said(alert.headline) or "A message from the watcher"
    lines = tuple((own(safe.said(line)),) for line in alert.body.splitlines() if line.strip())
    last = ((own(f"{stamp(alert.created, zone)} · {batch.key}"),),)
    blocks = (
        Block(lines=lines, rank=2, spaced=True),
        Block(lines=last, rank=3, whole=True, spaced=True),
    )
    return Sheet(
        first=(own(headline),),
        blocks=tuple(block for block in blocks if block.lines),
        thread=str(alert.id),
    )
