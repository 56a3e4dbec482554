"""From which words of an article an alert is told, where the publisher edited them meanwhile."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from watcher.core.model import AlertKind, Hit, Telling, Version


def worded(telling: Telling, past: Sequence[Version]) -> Telling:
    """Return a telling, which has the newest words, with those that it is to be told from.

    `past` are the article's earlier versions, oldest first. An edit is told with what it made of
    the words it replaced, whatever was edited later. Anything else is told in the newest words,
    unless those that matched are gone from them: then in the words that were decided about.
    """
    if not past or telling.article is None:
        return telling
    at = telling.alert.created
    then = next((version for version in past if version.until > at), None)
    if telling.alert.kind is AlertKind.EDIT:
        before = next((one for one in reversed(past) if one.until <= at), past[0])
        telling = replace(telling, before=before.article, hits_before=_of(telling, before.hits))
        return _as_of(telling, then)
    if then is None:
        return telling
    gone = {hit.rule for hit in _of(telling, then.hits)} - {hit.rule for hit in telling.hits}
    return replace(_as_of(telling, then), edited_since=True) if gone else telling


def _as_of(telling: Telling, then: Version | None) -> Telling:
    if then is None or then.hits is None:
        return telling
    return replace(telling, article=then.article, hits=_of(telling, then.hits))


def _of(telling: Telling, hits: Iterable[Hit] | None) -> tuple[Hit, ...]:
    """Return the hits of the rules that the target asked for."""
    return tuple(hit for hit in hits or () if hit.rule in telling.delivery.rules)
