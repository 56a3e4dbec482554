"""What eight services are sent for one alert in each of six languages, captured on loopback.

The files in golden/ are what people read. After a change that is meant:
`WATCHER_WRITE_GOLDEN=1 pytest tests/alerts/test_alerts_golden.py`, and read the difference.
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Any

import pytest
from support.make import a_member, a_story, an_article
from support.services import pointed
from support.smtp import mailserver
from support.telling import ALMATY, a_batch, a_match, a_telling
from support.webhook import serving

from watcher.alerts import split
from watcher.core.model import Batch, Channel, Hit, How, Severity
from watcher.core.render import render

GOLDEN = Path(__file__).parent / "golden"
WEB = ("telegram", "slack", "discord", "mattermost", "rocket.chat", "ntfy", "json")


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One alert: what the feed wrote, and the words that were found."""

    title: str
    summary: str
    outlet: str
    found: str
    alias: str
    how: How


ALERTS = {
    "en": Said(
        title="Almaty court frees Atajurt volunteer after 15 days",
        summary="A court in Almaty released a volunteer of Ata-Jurt on Friday. His lawyer said "
        "that the charges (article 174, part 1) stand.",
        outlet="Steppe Herald",
        found="Ata-Jurt",
        alias="Atajurt",
        how=How.FOLDED,
    ),
    "ru": Said(
        title="Суд в Алматы отпустил волонтёра «Атажурта»",
        summary="Суд отпустил волонтёра «Атажурта» в пятницу. Адвокат говорит, что обвинение "
        "не снято.",
        outlet="Степной вестник",
        found="Атажурта",
        alias="Атажурт",
        how=How.INFLECTED,
    ),
    "kk": Said(
        title="Алматы соты «Атажұрттың» еріктісін босатты",
        summary="Сот жұма күні «Атажұрттың» еріктісін босатты. Адвокаты айып алынған жоқ дейді.",
        outlet="Дала хабаршысы",
        found="Атажұрттың",
        alias="Атажұрт",
        how=How.INFLECTED,
    ),
    "zh": Said(
        title="阿拉木图法院释放阿塔珠尔特志愿者",
        summary="法院周五释放了阿塔珠尔特的一名志愿者。律师表示指控仍未撤销。",
        outlet="草原报",
        found="阿塔珠尔特",
        alias="阿塔珠尔特",
        how=How.EXACT,
    ),
    "ug": Said(
        title="ئالمۇتا سوتى «ئاتاجۇرت» پىدائىيسىنى قويۇپ بەردى",
        summary="سوت جۈمە كۈنى «ئاتاجۇرت»نىڭ بىر پىدائىيسىنى قويۇپ بەردى. ئادۋوكاتى ئەيىبنىڭ "
        "ئېلىپ تاشلانمىغانلىقىنى ئېيتتى.",
        outlet="دالا خەۋەرلىرى",
        found="ئاتاجۇرت",
        alias="ئاتاجۇرت",
        how=How.EXACT,
    ),
    "tr": Said(
        title="Almatı mahkemesi Atajurt'un gönüllüsünü serbest bıraktı",
        summary="Mahkeme cuma günü Atajurt'un bir gönüllüsünü serbest bıraktı. Avukatı, "
        "suçlamanın sürdüğünü söyledi.",
        outlet="Bozkır Postası",
        found="Atajurt'un",
        alias="Atajurt",
        how=How.INFLECTED,
    ),
}


def batch_of(language: str) -> Batch:
    said = ALERTS[language]
    article = an_article(
        said.title,
        summary=said.summary,
        outlet=said.outlet,
        language=language,
        url="https://news.example/2026/atajurt?id=7&page=2",
    )
    matches = tuple(
        a_match(article, said.found, field, alias=said.alias, entity="atajurt", how=said.how)
        for field in ("title", "summary")
        if said.found in article.field_text(field)
    )
    story = a_story(a_member(outlet=said.outlet), a_member("a2", "NTD"), a_member("a3", "Guardian"))
    telling = a_telling(
        article,
        Hit(rule="Atajurt", matches=matches),
        story=story,
        severity=Severity.CRITICAL,
        whys={"Atajurt": "UPR submission, section 4"},
    )
    return a_batch(telling)


def posted(service: str, language: str) -> Any:
    """Return what the service is sent, as JSON."""
    with serving() as webhook:
        target = pointed(service, webhook)
        target.send(render(batch_of(language), target.traits, timezone=ALMATY))
    [got] = webhook.got
    sent = got.json()
    for part in sent.get("attachments", ()):
        part.pop("ts", None)  # Slack's time of sending
    return sent


def mailed(language: str) -> Any:
    with mailserver() as box:
        url = f"mailto://127.0.0.1:{box.port}?from=w@ngo.example&to=desk@paper.example"
        [target] = split(Channel(name="desk", url=url))
        target.send(render(batch_of(language), target.traits, timezone=ALMATY))
    mail = message_from_bytes(box.raw[0], policy=SMTP)
    assert isinstance(mail, EmailMessage)
    names = ("Subject", "From", "To", "Message-ID", "References", "List-Id", "Auto-Submitted")
    parts = {kind: mail.get_body((kind,)) for kind in ("plain", "html")}
    return {name: str(mail[name]) for name in names if mail[name]} | {
        kind: part.get_content().splitlines() for kind, part in parts.items() if part is not None
    }


@pytest.mark.parametrize("language", ALERTS)
@pytest.mark.parametrize("service", [*WEB, "mail"])
def test_a_service_gets_these_words(service: str, language: str) -> None:
    sent = mailed(language) if service == "mail" else posted(service, language)

    text = json.dumps(sent, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
    text = re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1:port", text)
    file = GOLDEN / f"{service}.{language}.json"
    if os.environ.get("WATCHER_WRITE_GOLDEN"):
        GOLDEN.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8")
    assert text == file.read_text(encoding="utf-8")
