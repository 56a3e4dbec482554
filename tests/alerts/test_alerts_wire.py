"""What arrives at each kind of service: inert, in one post, and under its limit."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from email import message_from_bytes
from email.policy import SMTP

import pytest
from support.make import an_article
from support.services import URLS, pointed
from support.smtp import mailserver
from support.telling import ALMATY, a_batch, a_hit_on, a_telling, many
from support.webhook import Answer, serving

from watcher.alerts import split
from watcher.core.model import Batch, Channel, Sent
from watcher.core.render import render

HOSTILE = (
    "@everyone @here <!channel> <@U1> <https://evil.example|bank> <script>x</script> "
    "<b>bold</b> [bank](https://evil.example) &lt;i&gt; javascript:alert(1)"
)
LIVE = re.compile(
    r"@everyone|@here|<!channel|<@U1|<https|<script|<b>b|\]\(http|<i>|javascript:|&lt;!channel"
)
LIMITS = {"telegram": 4096, "discord": 2000, "mattermost": 4000, "rocket.chat": 1000}


def hostile() -> Batch:
    article = an_article(
        f"{HOSTILE} Atajurt",
        summary=f"{HOSTILE} and Atajurt.",
        outlet=HOSTILE,
        url="https://e.org/news?a=1&b=2",
    )
    return a_batch(a_telling(article, a_hit_on(article, "Atajurt")))


def long() -> Batch:
    article = an_article("Заголовок " * 500, summary="Слово & <слово> *слово* " * 2000)
    return a_batch(a_telling(article))


@pytest.mark.parametrize("name", URLS)
def test_a_hostile_feed_is_inert_at_every_service(name: str) -> None:
    with serving() as webhook:
        target = pointed(name, webhook)
        target.send(render(hostile(), target.traits, timezone=ALMATY))

    [got] = webhook.got
    text = got.body.decode()
    payload = json.dumps(json.loads(text), ensure_ascii=False) if text.startswith("{") else text
    if name == "slack":  # what Slack escapes back is checked as Slack reads it
        payload = payload.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    assert not LIVE.search(payload), payload
    assert "https://e.org/news" in payload or name in ("form", "xml")


@pytest.mark.parametrize("name", LIMITS)
@pytest.mark.parametrize("words", ["one", "many"])
def test_a_long_alert_is_one_post_under_the_limit(name: str, words: str) -> None:
    batch = long() if words == "one" else a_batch(*many(300))
    with serving() as webhook:
        target = pointed(name, webhook)
        target.send(render(batch, target.traits, timezone=ALMATY))

    [got] = webhook.got
    said = got.json()
    text = said.get("text") or said.get("content") or ""
    shown = re.sub(r"&\w+;", "x", text) if name == "telegram" else text
    assert LIMITS[name] // 2 < len(shown) <= LIMITS[name]


@pytest.mark.parametrize("name", URLS)
def test_every_service_may_say_when_to_come_again_and_is_asked_once(name: str) -> None:
    with serving(Answer(status=429, headers={"Retry-After": "7"})) as webhook:
        target = pointed(name, webhook)
        outcome = target.send(render(hostile(), target.traits, timezone=ALMATY))

    assert (outcome.sent, outcome.retry_after) == (Sent.RETRY, timedelta(seconds=7))
    assert len(webhook.got) == 1


@pytest.mark.parametrize("name", URLS)
@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_what_any_service_refuses_for_good_is_not_tried_again(name: str, status: int) -> None:
    with serving(Answer(status=status)) as webhook:
        target = pointed(name, webhook)
        outcome = target.send(render(hostile(), target.traits, timezone=ALMATY))

    assert outcome.sent is Sent.REFUSED
    assert len(webhook.got) == 1


def test_ntfy_gets_a_message_and_not_an_attachment() -> None:
    with serving() as webhook:
        target = pointed("ntfy", webhook)
        target.send(render(long(), target.traits, timezone=ALMATY))

    [got] = webhook.got
    assert 1000 < len(got.json()["message"].encode()) <= 4096


def test_a_hostile_feed_is_inert_in_mail() -> None:
    with mailserver() as box:
        url = f"mailto://127.0.0.1:{box.port}?from=w@ngo.example&to=desk@paper.example"
        [target] = split(Channel(name="desk", url=url))
        outcome = target.send(render(hostile(), target.traits, timezone=ALMATY))

    mail = message_from_bytes(box.raw[0], policy=SMTP)
    html = mail.get_body(("html",))
    assert outcome.sent is Sent.OK
    assert html is not None
    assert set(re.findall(r"<(\w+)", html.get_content())) == {"p", "span", "bdi", "mark", "a", "br"}
    assert not LIVE.search(str(mail["Subject"]))
    assert box.recipients == [["desk@paper.example"]]


def test_a_headline_too_long_for_the_subject_stands_whole_in_the_mail() -> None:
    title = "Задержаны активисты " * 60
    article = an_article(title.strip())
    with mailserver() as box:
        url = f"mailto://127.0.0.1:{box.port}?from=w@ngo.example&to=desk@paper.example"
        [target] = split(Channel(name="desk", url=url))
        target.send(render(a_batch(a_telling(article)), target.traits, timezone=ALMATY))

    mail = message_from_bytes(box.raw[0], policy=SMTP)
    plain = mail.get_body(("plain",))
    assert plain is not None
    assert title.strip() in plain.get_content()
    assert len(str(mail["Subject"])) <= 150
