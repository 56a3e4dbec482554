"""Targets over real HTTP: what is counted as sent, as failed, as refused, as unknown."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any, cast

import pytest
from support.webhook import Answer, Webhook, closed_port, serving

from watcher.alerts import Target, hand, split
from watcher.core.errors import WatcherError
from watcher.core.model import Channel, Format, Message, Sent

TELEGRAM = "tgram://123456789:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA/12345"
PORTAL = b"<!DOCTYPE html>\n<html><body>Please sign in to the hotel's network</body></html>"


def a_message(key: str = "0011223344556677", **more: str) -> Message:
    return Message(**({"key": key, "title": "Title", "body": "Body"} | more))


def a_target(url: str) -> Target:
    [target] = split(Channel(name="desk", url=url))
    return target


def json_target(webhook: Webhook) -> Target:
    return a_target(f"json://127.0.0.1:{webhook.port}/hook")


def telegram(webhook: Webhook) -> Target:
    target = a_target(TELEGRAM)
    vars(target.plugin)["notify_url"] = f"http://127.0.0.1:{webhook.port}/bot"
    return target


def test_a_2xx_answer_is_sent_and_carries_the_key() -> None:
    with serving() as webhook:
        outcome = json_target(webhook).send(a_message(key="abc"))

    assert outcome.sent is Sent.OK
    assert [got.headers["idempotency-key"] for got in webhook.got] == ["abc"]


@pytest.mark.parametrize("scheme", ["json", "form", "xml"])
def test_every_generic_webhook_carries_the_key(scheme: str) -> None:
    with serving() as webhook:
        a_target(f"{scheme}://127.0.0.1:{webhook.port}/hook").send(a_message(key="abc"))

    assert webhook.got[0].headers["idempotency-key"] == "abc"


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504, 408])
def test_a_service_in_trouble_is_tried_again(status: int) -> None:
    with serving(Answer(status=status)) as webhook:
        outcome = json_target(webhook).send(a_message())

    assert outcome.sent is Sent.RETRY
    assert f"HTTP {status}" in outcome.detail
    assert len(webhook.got) == 1


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 413, 422])
def test_a_refusal_is_for_good(status: int) -> None:
    with serving(Answer(status=status)) as webhook:
        outcome = json_target(webhook).send(a_message())

    assert outcome.sent is Sent.REFUSED
    assert f"HTTP {status}" in outcome.detail


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("asked", ["", "?redirect=yes"])
def test_a_redirect_is_refused_and_never_followed(status: int, asked: str) -> None:
    with serving() as elsewhere:
        there = f"http://127.0.0.1:{elsewhere.port}/stolen"
        with serving(Answer(status=status, headers={"Location": there})) as webhook:
            target = a_target(f"json://127.0.0.1:{webhook.port}/hook{asked}")
            outcome = target.send(a_message())

    assert outcome.sent is Sent.REFUSED
    assert elsewhere.connections == 0


def test_retry_after_is_read_in_seconds() -> None:
    with serving(Answer(status=429, headers={"Retry-After": "30"})) as webhook:
        outcome = json_target(webhook).send(a_message())

    assert outcome.retry_after == timedelta(seconds=30)


def test_retry_after_is_read_from_telegrams_body() -> None:
    body = (
        b'{"ok": false, "error_code": 429, "description": "Too Many Requests: retry later",'
        b' "parameters": {"retry_after": 17}}'
    )
    with serving(Answer(status=429, body=body)) as webhook:
        outcome = telegram(webhook).send(a_message())

    assert outcome.sent is Sent.RETRY
    assert outcome.retry_after == timedelta(seconds=17)


def test_telegrams_200_with_a_failure_in_it_is_not_sent() -> None:
    body = b'{"ok": false, "error_code": 403, "description": "Forbidden: bot was blocked"}'
    with serving(Answer(body=body)) as webhook:
        outcome = telegram(webhook).send(a_message())

    assert outcome.sent is Sent.REFUSED
    assert "bot was blocked" in outcome.detail


def test_a_captive_portal_is_not_telegram() -> None:
    with serving(Answer(body=PORTAL)) as webhook:
        outcome = telegram(webhook).send(a_message())

    assert outcome.sent is Sent.RETRY


def test_a_web_page_from_a_generic_webhook_is_not_counted_as_sent() -> None:
    with serving(Answer(body=PORTAL)) as webhook:
        outcome = json_target(webhook).send(a_message())

    assert outcome.sent is Sent.UNKNOWN


def test_a_connection_that_is_refused_is_tried_again() -> None:
    outcome = a_target(f"json://127.0.0.1:{closed_port()}/hook").send(a_message())

    assert outcome.sent is Sent.RETRY
    assert outcome.detail == "could not connect (ConnectionError)"


@pytest.mark.parametrize("act", ["drop", "reset"])
def test_a_connection_lost_after_the_request_may_have_delivered(act: str) -> None:
    with serving(Answer(act=act)) as webhook:
        outcome = json_target(webhook).send(a_message())

    assert outcome.sent is Sent.UNKNOWN
    assert len(webhook.got) == 1


@pytest.mark.parametrize("act", ["hang", "drip"])
def test_a_server_that_hangs_or_drips_is_unknown_at_the_deadline(act: str) -> None:
    with serving(Answer(act=act)) as webhook:
        target = json_target(webhook)
        start = time.monotonic()
        outcome = target.send(a_message(), deadline=0.3)
        took = time.monotonic() - start

    assert outcome.sent is Sent.UNKNOWN
    assert took < 1.5


def test_a_thread_cut_at_its_deadline_ends() -> None:
    before = set(threading.enumerate())
    with serving(Answer(act="drip")) as webhook:
        json_target(webhook).send(a_message(), deadline=0.2)

        new = set(threading.enumerate()) - before
        assert not [one for one in new if one.name == "send-desk"]


def test_abort_ends_a_send_at_once() -> None:
    with serving(Answer(act="hang")) as webhook:
        target = json_target(webhook)
        outcomes: list[Sent] = []
        sender = threading.Thread(target=lambda: outcomes.append(target.send(a_message()).sent))
        sender.start()
        webhook.wait_for(1)
        target.abort()
        sender.join(5)

    assert outcomes == [Sent.UNKNOWN]


def test_what_the_service_says_is_told_without_its_token() -> None:
    body = b'{"ok": false, "error_code": 400, "description": "no bot%s:%s here"}'
    body %= (b"123456789", b"A" * 35)
    with serving(Answer(status=400, body=body)) as webhook:
        outcome = telegram(webhook).send(a_message())

    assert "no bot" in outcome.detail
    assert "AAAAAA" not in outcome.detail


def test_one_alert_is_one_post_at_every_limit() -> None:
    with serving() as webhook:
        target = a_target(f"mmost://127.0.0.1:{webhook.port}/3ccdd113474722377935511fc85d3dd4")
        target.send(a_message(title="", body="x" * target.traits.body_limit))

    assert len(webhook.got) == 1


def test_ntfy_can_tell_a_resend_by_its_sequence_id() -> None:
    with serving() as webhook:
        [target] = split(Channel(name="n", url=f"ntfy://127.0.0.1:{webhook.port}/topic"))
        target.send(a_message(key="abc"))

    assert webhook.got[0].headers["x-sequence-id"] == "abc"


# --- Matrix: events that are sent again, and services that ask us to wait -------------------------

ROOM = b'{"room_id": "!r:e.org", "event_id": "$1", "joined_rooms": ["!r:e.org"]}'


def matrix(webhook: Webhook) -> Target:
    return a_target(f"matrix://a-long-token@127.0.0.1:{webhook.port}/!r:e.org")


def test_a_matrix_event_bears_the_key_so_that_the_server_knows_a_resend() -> None:
    with serving(Answer(body=ROOM)) as webhook:
        target = matrix(webhook)
        outcomes = [target.send(a_message(key=key)).sent for key in ("one", "two", "o/n?e", "one")]

    sent = [got.path.rpartition("/")[2] for got in webhook.got if "/send/" in got.path]
    assert outcomes == [Sent.OK] * 4
    assert sent == ["one", "two", "o-n-e", "one"]


def test_matrix_says_in_milliseconds_when_to_come_again_and_is_not_asked_before() -> None:
    slow = b'{"errcode": "M_LIMIT_EXCEEDED", "retry_after_ms": 2500}'
    with serving(Answer(body=ROOM)) as webhook:
        target = matrix(webhook)
        target.send(a_message(key="first"))
        webhook.default = Answer(status=429, body=slow)
        before, began = len(webhook.got), time.monotonic()
        outcome = target.send(a_message())
        took = time.monotonic() - began

    assert (outcome.sent, outcome.retry_after) == (Sent.RETRY, timedelta(seconds=2.5))
    assert len(webhook.got) == before + 1
    assert took < 2


def test_discord_is_not_asked_again_behind_our_back() -> None:
    slow = Answer(status=429, body=b'{"retry_after": 7.5}', headers={"X-RateLimit-Remaining": "0"})
    with serving(slow) as webhook:
        target = a_target(f"discord://{'1' * 18}/{'a' * 68}")
        vars(target.plugin)["notify_url"] = f"http://127.0.0.1:{webhook.port}/d"
        outcome = target.send(a_message())

    assert (outcome.sent, outcome.retry_after) == (Sent.RETRY, timedelta(seconds=7.5))
    assert len(webhook.got) == 1


# --- from a channel to its targets ---------------------------------------------------------------


def test_a_channel_with_one_recipient_keeps_its_name() -> None:
    assert a_target(TELEGRAM).name == "desk"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (f"{TELEGRAM}/67890", TELEGRAM.replace("12345", "67890", 1).replace("67890678", "1234567")),
        ("mailto://u@e.org?to=a@e.org,b@e.org", "mailto://u@e.org?to=b@e.org,a@e.org"),
        ("ntfy://ntfy.example/a/b", "ntfy://ntfy.example/b/a"),
        ("mailto://u@e.org?to=a@e.org&cc=b@e.org", "mailto://u@e.org?to=b@e.org&bcc=a@e.org"),
    ],
)
def test_several_recipients_are_a_target_each_whatever_their_order(one: str, other: str) -> None:
    if "tgram" in one:
        other = f"{TELEGRAM.removesuffix('12345')}67890/12345"
    names = {target.name for target in split(Channel(name="desk", url=one))}

    assert len(names) == 2
    assert all(name.startswith("desk/") and len(name) == len("desk/") + 6 for name in names)
    assert {target.name for target in split(Channel(name="desk", url=other))} == names


def test_the_targets_of_one_address_go_to_one_recipient_each() -> None:
    with serving() as webhook:
        url = f"ntfy://127.0.0.1:{webhook.port}/first/second"
        for target in split(Channel(name="n", url=url)):
            target.send(a_message())

    assert [got.json()["topic"] for got in webhook.got] == ["first", "second"]


def test_a_recipient_named_twice_is_one_target() -> None:
    targets = split(Channel(name="desk", url="mailto://u@e.org?to=a@e.org,a@e.org"))

    assert [target.name for target in targets] == ["desk"]


@pytest.mark.parametrize(
    ("url", "mend"),
    [
        ("T0KENT0KEN", "not an address of the form"),
        ("slak://T0KENT0KEN/x/y", 'Did you mean "slack://"'),
        ("https://hooks.example/T0KENT0KEN", '"jsons://"'),
        ("tgram://T0KENT0KEN/1", "appriseit.com"),
        ("mailtos://u:T0KENT0KEN@e.org?to=nobody", "recipient"),
        ("mailtos://u:T0KENT0KEN@e.org?to=a@e.org,b", "recipient"),
        ("mailtos://u:T0KENT0KEN@e.org?to=a@e.org&mode=insecure", "appriseit.com"),
        ("", "not an address of the form"),
    ],
)
def test_an_address_that_cant_be_used_names_channel_and_mend_but_no_secret(
    url: str, mend: str
) -> None:
    with pytest.raises(WatcherError) as caught:
        split(Channel(name="newsroom", url=url))

    assert '"newsroom"' in str(caught.value)
    assert mend in str(caught.value)
    assert "T0KEN" not in str(caught.value)


def test_neither_a_target_nor_its_channel_prints_the_address() -> None:
    assert "AAAA" not in repr(a_target(TELEGRAM))


@pytest.mark.parametrize(
    ("url", "shape", "title", "body"),
    [
        (TELEGRAM, Format.PLAIN, 0, 4096),
        (f"discord://{'1' * 18}/{'a' * 68}", Format.MARKDOWN, 0, 2000),
        ("mmost://chat.example/3ccdd113474722377935511fc85d3dd4", Format.MARKDOWN, 0, 4000),
        ("mailto://u@e.org?to=a@e.org", Format.HTML, 150, 100_000),
        ("ntfy://ntfy.example/t", Format.PLAIN, 200, 2300),
        ("json://h.example", Format.PLAIN, 250, 32768),
        ("terminal://", Format.PLAIN, 0, 32_000),
    ],
)
def test_a_targets_traits_are_those_of_its_service(
    url: str, shape: Format, title: int, body: int
) -> None:
    traits = a_target(url).traits

    assert (traits.format, traits.title_limit, traits.body_limit) == (shape, title, body)


def test_the_terminal_prints_the_message(capsys: pytest.CaptureFixture[str]) -> None:
    outcome = a_target("terminal://").send(a_message(title="", body="an alert"))

    assert outcome.sent is Sent.OK
    assert capsys.readouterr().out == "an alert\n\n"


# --- the thread that sends -----------------------------------------------------------------------


def test_one_thread_sends_a_targets_messages_and_ends_when_there_are_no_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(hand, "IDLE", 0.05)
    senders: list[threading.Thread] = []

    def sends() -> bool:
        senders.append(threading.current_thread())
        return True

    target = made_of(sends)
    outcomes = [target.send(a_message()).sent for _ in range(3)]
    senders[0].join(10)
    later = target.send(a_message()).sent

    assert [*outcomes, later] == [Sent.OK] * 4
    assert [one is senders[0] for one in senders] == [True, True, True, False]


# --- plugins that do not speak HTTP --------------------------------------------------------------


class APlugin:
    """What Target needs of an Apprise plugin, behaving as a test says."""

    title_maxlen = 250
    body_maxlen = 1000
    overflow_amalgamate_title = False

    def __init__(self, behave: Callable[[], bool]) -> None:
        self.notify: Callable[..., bool] = lambda **_kwargs: behave()

    def _formats(self) -> tuple[str, ...]:
        return ("text",)


def made_of(behave: Callable[[], bool]) -> Target:
    split(Channel(name="warm-up", url="terminal://"))
    make = cast("Callable[[], Any]", lambda: APlugin(behave))
    return Target("own", "own", make, scheme="own", secrets=frozenset(), grace=0.01)


def test_a_plugin_that_says_no_is_tried_again() -> None:
    outcome = made_of(lambda: False).send(a_message())

    assert (outcome.sent, outcome.detail) == (Sent.RETRY, "the plugin reported a failure")


def test_a_plugin_that_breaks_is_tried_again_and_its_text_is_not_shown() -> None:
    def breaks() -> bool:
        raise KeyError("a token perhaps")

    outcome = made_of(breaks).send(a_message())

    assert (outcome.sent, outcome.detail) == (Sent.RETRY, "the plugin failed: KeyError")


def test_a_plugin_that_hangs_beyond_help_is_left_behind_and_never_piles_up() -> None:
    free = threading.Event()
    target = made_of(lambda: free.wait(60))

    outcomes = [target.send(a_message(), deadline=0.01).sent for _ in range(4)]
    free.set()

    assert outcomes == [Sent.UNKNOWN, Sent.UNKNOWN, Sent.UNKNOWN, Sent.RETRY]
