"""Mail over real SMTP: one recipient, one Message-ID, no fallback, and what each failure means."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

import pytest
from support.smtp import mailserver, scripted, self_signed

from watcher.alerts import Target, split
from watcher.core.model import Channel, Message, Sent

needs_openssl = pytest.mark.skipif(
    shutil.which("openssl") is None, reason="openssl makes the certificate of the test server"
)
GREETING = ("220 mail.example", "250 mail.example", "250 sender", "250 recipient", "354 go on")


def a_message(title: str = "Subject", **more: str) -> Message:
    return Message(**({"key": "00aa11bb22cc33dd", "title": title, "body": "Body"} | more))


def a_target(port: int, query: str = "", scheme: str = "mailto", user: str = "") -> Target:
    who = f"{user}@" if user else ""
    url = f"{scheme}://{who}127.0.0.1:{port}?from=watch@ngo.example&to=desk@paper.example{query}"
    [target] = split(Channel(name="desk", url=url))
    return target


def test_a_mail_goes_to_its_one_recipient_with_both_parts() -> None:
    with mailserver() as box:
        message = a_message(title="Новость", body="текст", html="<p>текст</p>", thread="s1")
        outcome = a_target(box.port).send(message)

    [mail] = box.mails
    plain, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert outcome.sent is Sent.OK
    assert box.recipients == [["desk@paper.example"]]
    assert plain is not None
    assert plain.get_content() == "текст\r\n"
    assert html is not None
    assert html.get_content().strip() == "<p>текст</p>"
    assert mail["Subject"] == "Новость"
    assert mail["From"] == "Watcher <watch@ngo.example>" or "watch@ngo.example" in mail["From"]
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["List-Id"] == "<watcher.ngo.example>"


def test_a_resend_is_the_same_mail_to_every_mail_program() -> None:
    with mailserver() as box:
        target = a_target(box.port)
        for _ in range(2):
            target.send(a_message(thread="story-1"))

    assert {mail["Message-ID"] for mail in box.mails} == {"<00aa11bb22cc33dd@ngo.example>"}
    assert {mail["References"] for mail in box.mails} == {"<story.story-1@ngo.example>"}
    assert {mail["In-Reply-To"] for mail in box.mails} == {"<story.story-1@ngo.example>"}
    assert all(raw.lower().count(b"message-id:") == 1 for raw in box.raw)


@pytest.mark.parametrize(
    "title",
    [
        "Ж" * 150,
        "Задержаны активисты и их родственники " * 4,
        "再教育营" * 37,
        "ئۇيغۇر تىلىدىكى خەۋەر " * 6,
        "a" * 150,
        "😀" * 75,
        "è",
        "x" + "й" * 149,
    ],
)
def test_a_subject_in_any_script_arrives_whole_within_the_line_limits(title: str) -> None:
    with mailserver() as box:
        outcome = a_target(box.port).send(a_message(title=title.strip()))

    [raw] = box.raw
    assert outcome.sent is Sent.OK
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998
    assert box.mails[0]["Subject"] == title.strip()


def test_a_body_with_long_lines_and_dots_arrives_whole() -> None:
    body = ".\n..two\n" + "я" * 3000 + "\n.end"
    with mailserver() as box:
        outcome = a_target(box.port).send(a_message(body=body))

    part = box.mails[0].get_body(("plain",))
    assert outcome.sent is Sent.OK
    assert part is not None
    assert part.get_content().replace("\r\n", "\n") == body + "\n"


@pytest.mark.parametrize(
    "body", ["plain .\n.\n..x\r.y", "a" * 2000, "x\r\n.\r\nRCPT TO:<evil@e.org>"]
)
def test_no_body_ends_the_message_early(body: str) -> None:
    with mailserver() as box:
        outcome = a_target(box.port).send(a_message(body=body))

    assert outcome.sent is Sent.OK
    assert box.recipients == [["desk@paper.example"]]
    assert len(box.raw) == 1


def test_a_subject_cant_add_a_header_or_recipient() -> None:
    with mailserver() as box:
        a_target(box.port).send(a_message(title="x\r\nBcc: evil@e.org"))

    assert all(mail["Bcc"] is None for mail in box.mails)
    assert all(recipients == ["desk@paper.example"] for recipients in box.recipients)


def test_each_recipient_is_a_target_and_a_refused_one_touches_no_other() -> None:
    with mailserver() as box:
        box.refuse = {"gone@paper.example": "550 no such user"}
        url = f"mailto://127.0.0.1:{box.port}?from=w@ngo.example&to=gone@paper.example,b@paper.example"
        outcomes = [target.send(a_message()) for target in split(Channel(name="d", url=url))]

    assert [outcome.sent for outcome in outcomes] == [Sent.REFUSED, Sent.OK]
    assert "550" in outcomes[0].detail
    assert box.recipients == [["b@paper.example"]]


@pytest.mark.parametrize(
    ("lines", "sent"),
    [
        (("421 busy",), Sent.RETRY),
        (("554 go away",), Sent.REFUSED),
        (("220 hi", "250 hi", "451 later"), Sent.RETRY),
        (("220 hi", "250 hi", "250 ok", "451 greylisted"), Sent.RETRY),
        (("220 hi", "250 hi", "250 ok", "550 no such user"), Sent.REFUSED),
        (("220 hi", "250 hi", "250 ok", "250 ok", "452 full"), Sent.RETRY),
        ((*GREETING, "451 try again"), Sent.RETRY),
        ((*GREETING, "554 spam"), Sent.REFUSED),
        ((*GREETING, "250 taken", "221 bye"), Sent.OK),
        ((*GREETING, "250 taken"), Sent.OK),
        ((*GREETING, ""), Sent.UNKNOWN),
        ((*GREETING, "hang"), Sent.UNKNOWN),
        (("",), Sent.RETRY),
        (("hang",), Sent.RETRY),
        (("220 hi", ""), Sent.RETRY),
        (("220 hi", "250 hi", "250 ok", "hang"), Sent.RETRY),
        (("garbage",), Sent.RETRY),
    ],
)
def test_only_a_message_given_over_can_be_unknown(lines: tuple[str, ...], sent: Sent) -> None:
    with scripted(*lines) as port:
        outcome = a_target(port).send(a_message(), deadline=0.5)

    assert outcome.sent is sent, outcome


def test_a_dripping_server_is_left_at_the_deadline() -> None:
    with scripted("220 hi", drip=True) as port:
        start = time.monotonic()
        outcome = a_target(port).send(a_message(), deadline=0.3)
        took = time.monotonic() - start

    assert outcome.sent is Sent.RETRY
    assert took < 1.5


def test_without_starttls_nothing_is_sent_in_clear() -> None:
    with mailserver() as box:
        outcome = a_target(box.port, scheme="mailtos", user="u:right").send(a_message())

    assert outcome.sent is Sent.RETRY
    assert "STARTTLS" in outcome.detail
    assert box.logins == []
    assert box.raw == []


@needs_openssl
def test_a_certificate_nobody_vouches_for_is_not_trusted(tmp_path: Path) -> None:
    with mailserver(context=self_signed(tmp_path)) as box:
        outcome = a_target(box.port, scheme="mailtos", user="u:right").send(a_message())

    assert outcome.sent is Sent.RETRY
    assert "TLS: " in outcome.detail
    assert box.raw == []


@needs_openssl
@pytest.mark.parametrize("mode", ["starttls", "ssl"])
def test_mail_travels_encrypted_in_both_modes(tmp_path: Path, mode: str) -> None:
    with mailserver(
        context=self_signed(tmp_path), implicit=mode == "ssl", require_login=True
    ) as box:
        query = f"&mode={mode}&verify=no"
        outcome = a_target(box.port, query, scheme="mailtos", user="u:right").send(a_message())

    assert outcome.sent is Sent.OK, outcome
    assert box.encrypted == [True]
    assert box.logins == [b"right"]


def test_a_wrong_password_is_refused_for_good() -> None:
    with mailserver(require_login=True) as box:
        outcome = a_target(box.port, user="u:wr0ngs3cret").send(a_message())

    assert outcome.sent is Sent.REFUSED
    assert "wr0ngs3cret" not in outcome.detail


def test_a_password_is_not_sent_in_clear_to_another_machine() -> None:
    url = "mailto://u:secret@192.0.2.1:25?from=a@ngo.example&to=b@ngo.example"
    [target] = split(Channel(name="desk", url=url))

    assert target.plugin._in_clear()  # type: ignore[attr-defined]


def test_plain_mode_may_be_asked_for() -> None:
    url = "mailto://u:secret@192.0.2.1:25?from=a@ngo.example&to=b@ngo.example&mode=insecure"
    [target] = split(Channel(name="desk", url=url))

    assert not target.plugin._in_clear()  # type: ignore[attr-defined]


def test_a_known_provider_needs_no_server_in_the_address() -> None:
    [target] = split(Channel(name="desk", url="mailtos://someone:pw@gmail.com"))

    assert vars(target.plugin)["smtp_host"] == "smtp.gmail.com"
