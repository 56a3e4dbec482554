"""Titles of any length in seven scripts, and sixty hostile ones, as services and mail get them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from email.message import EmailMessage

import pytest
from support.hostile import HOSTILE, LIVE
from support.make import an_article
from support.services import pointed
from support.smtp import Postbox, mailserver
from support.telling import ALMATY, a_batch, a_hit_on, a_telling
from support.webhook import Answer, Webhook, serving

from watcher.alerts import Target, split
from watcher.core.model import Batch, Channel, Sent
from watcher.core.render import render

SCRIPTS = {
    "Latin": "The court in Almaty heard the lawyer of an activist again ",
    "Cyrillic": "Суд в Алматы снова выслушал адвоката активиста ",
    "Kazakh": "Алматыдағы сот белсендінің қорғаушысын қайта тыңдады ",
    "Han": "阿拉木图法院再次听取了活动人士律师的陈述",
    "Arabic": "استمعت المحكمة في ألماتي مجددا إلى محامي الناشط ",
    "Uyghur": "ئالمۇتا سوتى پائالىيەتچىنىڭ ئادۋوكاتىنى يەنە بىر قېتىم ئاڭلىدى ",
    "Thai": "ศาลในอัลมาตีรับฟังทนายความของนักกิจกรรมอีกครั้ง",
}
LENGTHS = (1, 2, 17, 80, 150, 151, 250, 256, 500, 997, 1000, 1999, 2000)
LIMITS = {"telegram": 4096, "slack": 40_000, "discord": 2000, "mattermost": 4000, "ntfy": 4096}
WEB = ("telegram", "slack", "discord", "mattermost", "rocket.chat", "ntfy", "gotify")


@pytest.fixture(scope="module")
def webhook() -> Iterator[Webhook]:
    with serving() as server:
        yield server


@pytest.fixture(scope="module")
def box() -> Iterator[Postbox]:
    with mailserver() as server:
        yield server


def hurried(name: str, webhook: Webhook) -> Target:
    """Return a target that doesn't keep to the pace of the live service, which answers well."""
    target = pointed(name, webhook)
    vars(target.plugin)["request_rate_per_sec"] = 0
    webhook.default = Answer(body=b"ok" if name == "slack" else b'{"ok": true}')
    return target


def by_mail(box: Postbox) -> Target:
    url = f"mailto://127.0.0.1:{box.port}?from=w@ngo.example&to=desk@paper.example"
    [target] = split(Channel(name="desk", url=url))
    return target


def titled(script: str, length: int, key: str) -> Batch:
    title = (SCRIPTS[script] * (2000 // len(SCRIPTS[script]) + 1))[:length]
    return a_batch(a_telling(an_article(title)), key=key)


@pytest.mark.parametrize("name", LIMITS)
def test_a_title_of_any_length_in_any_script_is_one_post_under_the_limit(
    name: str, webhook: Webhook
) -> None:
    target = hurried(name, webhook)
    for script in SCRIPTS:
        for length in LENGTHS:
            before = len(webhook.got)
            message = render(titled(script, length, f"k{length}"), target.traits, timezone=ALMATY)

            outcome = target.send(message)

            posts = webhook.got[before:]
            assert (outcome.sent, len(posts)) == (Sent.OK, 1), (script, length, outcome.detail)
            said = posts[0].json()
            text = said.get("text") or said.get("content") or said.get("message")
            text = text or said["attachments"][0]["text"]
            size = len(text.encode()) if name == "ntfy" else len(text.encode("utf-16-le")) // 2
            assert 0 < size <= LIMITS[name], (script, length)


def test_a_title_of_any_length_in_any_script_arrives_by_mail_with_legal_headers(
    box: Postbox,
) -> None:
    target = by_mail(box)
    for script in SCRIPTS:
        for length in LENGTHS:
            before = len(box.raw)
            batch = titled(script, length, f"{script}{length}")

            outcome = target.send(render(batch, target.traits, timezone=ALMATY))

            assert (outcome.sent, len(box.raw) - before) == (Sent.OK, 1), (script, length)
            head = box.raw[-1].partition(b"\r\n\r\n")[0]
            assert max(map(len, head.split(b"\r\n"))) <= 998, (script, length)
            mail = box.mails[-1]
            assert str(mail["Subject"]).startswith("Atajurt · Courier: "), (script, length)
            article = batch.tellings[0].article
            assert article is not None
            assert article.title.strip() in str(mail["Subject"]) + _plain(mail)


def _plain(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def everywhere(words: str) -> Batch:
    """Return an alert whose every part from a feed holds the words."""
    article = an_article(
        f"{words} Atajurt",
        summary=f"{words} and Atajurt. {words}",
        outlet=words,
        url="https://e.org/news?a=1",
    )
    return a_batch(a_telling(article, a_hit_on(article, "Atajurt", alias=words, term=words)))


@pytest.mark.parametrize("name", WEB)
def test_sixty_hostile_strings_are_inert_at_each_service(name: str, webhook: Webhook) -> None:
    target = hurried(name, webhook)
    for words in HOSTILE:
        before = len(webhook.got)

        target.send(render(everywhere(words), target.traits, timezone=ALMATY))

        [got] = webhook.got[before:]
        said = json.dumps(got.json(), ensure_ascii=False)
        if name in ("slack", "telegram"):  # as they read what is escaped for them
            said = said.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
            said = said.replace("&emsp;", " ").replace("&nbsp;", " ")
        said = said.replace("https://e.org/news?a=1", "")
        assert not LIVE.search(said), (words, said)


def test_sixty_hostile_strings_add_no_header_recipient_or_tag_to_a_mail(box: Postbox) -> None:
    target = by_mail(box)
    usual: set[str] = set()
    for words in HOSTILE:
        before = len(box.raw)

        outcome = target.send(render(everywhere(words), target.traits, timezone=ALMATY))

        assert (outcome.sent, len(box.raw) - before) == (Sent.OK, 1), words
        mail = box.mails[-1]
        usual = usual or set(mail.keys())
        assert set(mail.keys()) == usual, words
        assert box.recipients[-1] == ["desk@paper.example"], words
        html = mail.get_body(("html",))
        assert html is not None
        tags = set(re.findall(r"<(\w+)", html.get_content()))
        assert tags <= {"p", "span", "bdi", "mark", "a", "br"}, words
        assert not LIVE.search(str(mail["Subject"])), words
