"""No secret in any log, outcome or error, at any level."""

from __future__ import annotations

import io
import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.smtp import mailserver
from support.webhook import Answer, closed_port, serving

from watcher.alerts import Redactor, Target, redact, secrets_of, split
from watcher.core.errors import WatcherError
from watcher.core.model import Channel, Message

MESSAGE = Message(key="k1", title="", body="watching Serikzhan Bilash")
TOKENS = {
    "telegram": "AAtelegramCanary0000000000000000000",
    "slack": "slackCanary0000000000000",
    "discord": "discordCanary" + "0" * 55,
    "mattermost": "mattermostcanary0000000000",
    "smtp": "smtpCanary0000",
    "webhook": "webhookCanary0000",
}


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Everything that any logger writes at DEBUG, as somebody sets it up who looks for a fault."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    root = logging.getLogger()
    names = ["apprise", "urllib3", "urllib3.connectionpool", "requests", "smtplib", "asyncio"]
    before = {name: logging.getLogger(name).level for name in names}
    root_level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    split(Channel(name="first", url="terminal://"))
    for name in names:
        logging.getLogger(name).setLevel(logging.DEBUG)
    yield written
    root.removeHandler(handler)
    root.setLevel(root_level)
    for name, level in before.items():
        logging.getLogger(name).setLevel(level)


def pointed(url: str, port: int, attribute: str = "", path: str = "") -> Target:
    """Return the target of an address; `attribute` holds the service's address in the plugin."""
    [target] = split(Channel(name="desk", url=url))
    if attribute:
        vars(target.plugin)[attribute] = f"http://127.0.0.1:{port}{path}"
    return target


def the_six(port: int, smtp: int) -> list[Target]:
    return [
        pointed(f"tgram://123456789:{TOKENS['telegram']}/12345", port, "notify_url", "/bot"),
        pointed(f"slack://TAAAAAAAA/BBBBBBBBB/{TOKENS['slack']}/#x", port, "webhook_url", "/s"),
        pointed(f"discord://123456789012345678/{TOKENS['discord']}", port, "notify_url", "/d"),
        pointed(f"mmost://127.0.0.1:{port}/{TOKENS['mattermost']}", port),
        pointed(f"mailto://user:{TOKENS['smtp']}@127.0.0.1:{smtp}?from=a@e.org&to=b@e.org", port),
        pointed(f"json://u:{TOKENS['webhook']}@127.0.0.1:{port}/{TOKENS['webhook']}", port),
    ]


@pytest.mark.parametrize(
    "answer",
    [
        Answer(),
        Answer(status=401, act="echo"),
        Answer(status=500, act="echo"),
        Answer(act="echo"),
        Answer(act="drop"),
    ],
)
def test_six_planted_secrets_are_in_no_log_and_no_outcome(answer: Answer, log: io.StringIO) -> None:
    with serving(answer) as webhook, mailserver(require_login=True) as box:
        outcomes = [target.send(MESSAGE) for target in the_six(webhook.port, box.port)]
        unreachable = [target.send(MESSAGE) for target in the_six(closed_port(), closed_port())]

    asked = " ".join(f"{got.path} {got.headers}" for got in webhook.got)
    written = log.getvalue() + repr(outcomes) + repr(unreachable)
    assert TOKENS["telegram"] in asked  # the secrets were used
    assert not [name for name, token in TOKENS.items() if token in written]
    assert "Serikzhan" not in written


def test_errors_of_the_six_hold_no_secret(log: io.StringIO) -> None:
    for url in (
        f"tgram://bad{TOKENS['telegram']}/1",
        f"slack://{TOKENS['slack']}",
        f"discord://{TOKENS['discord']}",
        f"mmos://host.example/{TOKENS['mattermost']}",
        f"mailtos://:{TOKENS['smtp']}@",
        f"jso://u:{TOKENS['webhook']}@host.example",
    ):
        with pytest.raises(WatcherError) as caught:
            split(Channel(name="desk", url=url))
        assert "anary" not in str(caught.value)

    assert "anary" not in log.getvalue()


def test_a_channel_prints_without_its_address() -> None:
    assert "canary" not in repr(Channel(name="desk", url="json://canary@host.example"))


@given(st.text(min_size=3).filter(lambda s: len(s.strip()) >= 3), st.text(), st.text())
def test_a_secret_is_gone_whatever_stands_around_it(secret: str, before: str, after: str) -> None:
    shown = redact(f"{before}{secret}{after}", frozenset({secret}))

    assert secret not in shown or secret in "***" or secret in f"{before}***{after}"


@pytest.mark.parametrize("secret", ["pa ss/wörd+&", "p@ss:word", 'q"uote\\d'])
def test_a_secret_is_hidden_in_every_spelling_of_an_address(secret: str) -> None:
    spelled = (secret, quote(secret), quote(secret, safe=""), json.dumps(secret), repr(secret))

    for text in spelled:
        assert "***" in redact(f"x {text} y", frozenset({secret}))
        assert secret not in redact(f"x {text} y", frozenset({secret}))


def test_the_longer_of_two_secrets_is_hidden_whole() -> None:
    assert redact("abcdef", frozenset({"abc", "abcdef"})) == "***"


def test_no_secrets_change_nothing() -> None:
    assert redact("abc", frozenset()) == "abc"
    assert redact("a b", frozenset({"a", " "})) == "a b"


@pytest.mark.parametrize(
    ("url", "parts"),
    [
        ("tgram://123456789:tokentoken/12345", {"123456789", "tokentoken"}),
        ("slack://tokenA1/tokenB1/tokenC1/#general", {"tokenA1", "tokenB1", "tokenC1"}),
        ("mailtos://user77:p%40ss@mail.example.org?to=desk@e.org", {"p@ss", "p%40ss", "user77"}),
        ("json://u:pw@h.example/secretpath?apikey=queryvalue", {"pw", "secretpath", "queryvalue"}),
        ("ntfy://pw1234@ntfy.example/topic7", {"pw1234", "topic7"}),
    ],
)
def test_what_is_secret_in_an_address_is_known(url: str, parts: set[str]) -> None:
    assert parts <= secrets_of(url)


def test_a_host_name_is_no_secret() -> None:
    found = secrets_of("mailtos://user77:password@mail.example.org:587?mode=ssl")

    assert not {value for value in found if "mail.example" in value or value == "ssl"}


def test_the_filter_hides_secrets_in_message_arguments_and_traceback() -> None:
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.addFilter(Redactor(frozenset({"s3cret"})))
    logger = logging.getLogger("test.redact")
    logger.addHandler(handler)

    try:
        int("s3cret")
    except ValueError:
        logger.exception("failed with %s and %d", "s3cret", 5)
    logger.warning("s3cret")
    logger.removeHandler(handler)

    # The source line in a traceback is the program's own text, and holds no secret but in tests.
    assert "s3cret" not in written.getvalue()
    assert "failed with *** and 5" in written.getvalue()
    assert "base 10: '***'" in written.getvalue()


def test_a_record_with_wrong_arguments_does_not_break_the_log() -> None:
    record = logging.LogRecord("x", logging.INFO, "p", 1, "%d and %s", ("s3cret",), None)

    assert Redactor(frozenset({"s3cret"})).filter(record)
    assert "s3cret" not in record.getMessage()


def test_the_package_is_imported_without_apprise() -> None:
    code = (
        "import watcher.alerts, sys; print({'apprise', 'requests', 'smtplib'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout == "set()\n"
