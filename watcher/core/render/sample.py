"""Made-up alerts to try a wording on: one alone, one edited, and several in one message."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from watcher.core.model import (
    Alert,
    AlertId,
    AlertKind,
    Article,
    ArticleId,
    Batch,
    Delivery,
    DeliveryId,
    DeliveryState,
    Hit,
    Hold,
    How,
    LinkKind,
    Match,
    Member,
    Severity,
    Story,
    StoryId,
    Telling,
)

_AT = datetime(2026, 3, 10, 12, 10, tzinfo=UTC)
_KEY = "0123456789abcdef"


def _article(number: int, title: str, summary: str, outlet: str, language: str) -> Article:
    return Article(
        id=ArticleId(f"a{number}"),
        title=title,
        summary=summary,
        outlet=outlet,
        language=language,
        url=f"https://news.example/{number}?from=feed",
        published=_AT - timedelta(minutes=8),
        seen=_AT,
    )


def _hit(article: Article, rule: str, alias: str, words: str, how: How) -> Hit:
    fields = [name for name in ("title", "summary") if words in article.field_text(name)]
    places = [(name, article.field_text(name).index(words)) for name in fields]
    return Hit(
        rule=rule,
        matches=tuple(
            Match(
                term=alias, alias=alias, entity="atajurt", field=name, start=at,
                end=at + len(words), text=words, how=how,
            )
            for name, at in places
        ),
    )  # fmt: skip


def _telling(article: Article, hit: Hit, number: int, kind: AlertKind = AlertKind.NEW) -> Telling:
    members = [
        Member(
            article=ArticleId(f"{article.id}{other}"), outlet=outlet, title=article.title, url=None,
            kind=LinkKind.NEW if not other else LinkKind.COPY, seen=_AT,
        )
        for other, outlet in enumerate((article.outlet, "Almaty Courier", "Silk Road Monitor"))
    ]  # fmt: skip
    alert = Alert(
        id=AlertId(f"al{number}"), kind=kind, created=_AT, severity=Severity.HIGH,
        rules=(hit.rule,), story=StoryId(f"s{number}"), article=article.id,
    )  # fmt: skip
    return Telling(
        delivery=Delivery(
            id=DeliveryId(f"d{number}"), alert=alert.id, target="sample", rules=alert.rules,
            state=DeliveryState.SENDING, due=_AT,
        ),
        alert=alert,
        article=article,
        hits=(hit,),
        story=Story(id=StoryId(f"s{number}"), members=tuple(members)),
        whys={hit.rule: "Call the lawyer on duty."},
        names={"atajurt": "Atajurt"},
    )  # fmt: skip


_ENGLISH = _article(
    1,
    "Almaty police detain Atajurt activist",
    "An activist of Atajurt was detained on the steps of a library. A lawyer was turned away.",
    "Steppe Herald",
    "en",
)
_KAZAKH = _article(
    2,
    "Атажұрттың белсендісі босатылды",
    "Сот шешім шығарды. Атажұрттың мүшелері сот алдында күтті.",
    "Дала хабаршысы",
    "kk",
)


def samples() -> tuple[Batch, ...]:
    """Return one message of each sort that a channel gets; no article in them is real."""
    one = _telling(_ENGLISH, _hit(_ENGLISH, "Atajurt", "Atajurt", "Atajurt", How.EXACT), 1)
    hit = _hit(_KAZAKH, "Detentions", "Атажұрт", "Атажұрттың", How.INFLECTED)
    other = _telling(_KAZAKH, hit, 2)
    edited = _telling(_ENGLISH, one.hits[0], 1, AlertKind.EDIT)
    before = replace(_ENGLISH, summary="An activist of Atajurt was invited to a library.")
    return (
        Batch(key=_KEY, target="sample", tellings=(one,)),
        Batch(key=_KEY, target="sample", tellings=(replace(edited, before=before),)),
        Batch(key=_KEY, target="sample", tellings=tuple(map(_held, (one, other)))),
    )


def _held(telling: Telling) -> Telling:
    return replace(telling, delivery=replace(telling.delivery, hold=Hold.DIGEST))
