"""Alerts to word: tellings and batches, with defaults for all that a test does not speak of."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from support.make import NOON, a_member, a_story, an_article

from watcher.core.model import (
    Alert,
    AlertId,
    AlertKind,
    Article,
    Batch,
    Delivery,
    DeliveryId,
    DeliveryState,
    Hit,
    How,
    Match,
    Message,
    StoryId,
    Telling,
    Traits,
)
from watcher.core.render import render

ALMATY = ZoneInfo("Asia/Almaty")
KEY = "0123456789abcdef"


def a_match(article: Article, words: str, field: str = "title", **more: Any) -> Match:
    """Return the match of words that stand in a field of the article."""
    start = article.field_text(field).index(words)
    plain: dict[str, Any] = {
        "term": words,
        "alias": words,
        "field": field,
        "start": start,
        "end": start + len(words),
        "text": words,
        "how": How.EXACT,
    }
    return Match(**(plain | more))


def a_hit_on(article: Article, *words: str, rule: str = "Atajurt", **more: Any) -> Hit:
    """Return a rule's hit on words of the article, each in the first field that has them."""
    fields = ("title", "summary", "text")
    return Hit(
        rule=rule,
        matches=tuple(
            a_match(article, one, next(f for f in fields if one in article.field_text(f)), **more)
            for one in words
        ),
    )


def an_alert(article: Article | None, *rules: str, **more: Any) -> Alert:
    plain: dict[str, Any] = {
        "id": AlertId("al1"),
        "kind": AlertKind.NEW,
        "created": NOON,
        "rules": rules or ("Atajurt",),
        "story": StoryId("a1"),
        "article": article.id if article is not None else None,
    }
    return Alert(**(plain | more))


def a_telling(article: Article | None = None, *hits: Hit, **more: Any) -> Telling:
    """Return a telling; what is not a field of Telling goes to its alert."""
    names = ("story", "before", "hits_before", "edited_since", "whys", "hold")
    own = {key: more.pop(key) for key in names if key in more}
    hold = own.pop("hold", None)
    article = article if article is not None else an_article()
    alert = an_alert(article, *more.pop("rules", (hit.rule for hit in hits)), **more)
    delivery = Delivery(
        id=DeliveryId("d1"),
        alert=alert.id,
        target="desk",
        rules=alert.rules,
        state=DeliveryState.SENDING,
        due=NOON,
        hold=hold,
    )
    whole = article if alert.kind is not AlertKind.HEALTH else None
    return Telling(delivery=delivery, alert=alert, article=whole, hits=hits, **own)


def a_batch(*tellings: Telling, **more: Any) -> Batch:
    return Batch(**({"key": KEY, "target": "desk", "tellings": tellings} | more))


def worded(*tellings: Telling, repeat: bool = False, **traits: Any) -> Message:
    """Return the message of the tellings for a target with these traits."""
    return render(a_batch(*tellings, repeat=repeat), Traits(**traits), timezone=ALMATY)


def many(number: int, **more: Any) -> tuple[Telling, ...]:
    """Return tellings of so many stories."""
    tellings = []
    for index in range(number):
        article = an_article(f"Headline number {index} about Atajurt", url=f"https://e.org/{index}")
        story = a_story(a_member(), a_member("a2", "NTD"))
        one = a_telling(article, a_hit_on(article, "Atajurt"), story=story, **more)
        alert = replace(one.alert, id=AlertId(f"al{index}"), story=StoryId(f"s{index}"))
        tellings.append(replace(one, alert=alert))
    return tuple(tellings)
