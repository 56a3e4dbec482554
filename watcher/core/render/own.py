"""A message in the user's own wording: what a template is given, and what it gives as a sheet."""

from __future__ import annotations

from dataclasses import replace
from datetime import tzinfo
from itertools import chain

from watcher.core.model import AlertKind, Article, Batch, Telling
from watcher.core.render import safe, template
from watcher.core.render.alert import (
    Sheet,
    headline,
    label,
    other_outlets,
    published,
    reasons,
    rules_of,
    sentences,
)
from watcher.core.render.clip import Line, Span
from watcher.core.render.group import HOLDS
from watcher.core.render.languages import language_name
from watcher.core.render.template import Lines, Names, Told, Values, sealed


def own_sheet(batch: Batch, usual: Sheet, text: str, zone: tzinfo) -> Sheet:
    """Return the sheet that the template `text` makes of a batch; raises TemplateMistakeError.

    Messages about the watcher itself keep the usual wording.
    """
    told = [
        _told(telling, telling.article, zone)
        for telling in batch.tellings[: template.MOST_ALERTS]
        if telling.article is not None and telling.alert.kind is not AlertKind.HEALTH
    ]
    if not told:
        return usual
    held = {t.delivery.hold for t in batch.tellings if t.delivery.hold is not None}
    blocks = [*usual.blocks, *usual.entries, *([usual.last] if usual.last else [])]
    lines = [[*([()] if block.spaced else []), *block.lines] for block in blocks]
    values = Values(
        alerts=tuple(told),
        title=sealed(usual.first),
        body=Lines(sealed(line) for line in chain.from_iterable(lines)),
        count=len(batch.tellings),
        held=", ".join(HOLDS[hold] for hold in sorted(held)),
        key=batch.key,
        repeat=batch.repeat,
    )
    first, own = template.write(text, values)
    return replace(usual, first=first, blocks=own, entries=(), last=None, rest=None)


def _told(telling: Telling, article: Article, zone: tzinfo) -> Told:
    url = safe.safe_url(article.url)
    rules = Names(map(safe.said, rules_of(telling)))
    outlets = other_outlets(telling.story, article) if telling.story is not None else []
    return Told(
        rule=str(rules),
        rules=rules,
        severity=telling.alert.severity.value,
        kind=telling.alert.kind.value,
        label=label(telling),
        outlet=_foreign(article.outlet),
        headline=sealed(headline(telling, article, url)),
        sentences=Lines(map(sealed, sentences(telling, article))),
        why=Lines(map(sealed, reasons(telling))),
        language=language_name(article.language),
        outlets=Names(map(_foreign, outlets)),
        first=_foreign(telling.story.members[0].outlet if telling.story else article.outlet),
        url=sealed(_link(url)),
        when=published(article, telling.alert, zone),
    )


def _foreign(text: str) -> str:
    return sealed((Span(text=safe.said(text), aside=True),))


def _link(url: str) -> Line:
    return (Span(text=url, link=True),) if url else ()
