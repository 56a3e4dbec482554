"""Secrets come from three places, are never shown, and are all known to who must hide them."""

from pathlib import Path

import pytest

from watcher import config
from watcher.core.errors import RulesError
from watcher.core.model import Config

RULES = """\
channels:
  newsroom: {url}
rules:
  - name: Atajurt
    find: Atajurt
    notify: newsroom
"""


def load(tmp_path: Path, url: str, **options: object) -> Config:
    path = tmp_path / "rules.yaml"
    path.write_text(RULES.format(url=url), encoding="utf-8")
    environ = options.get("environ", {})
    file = options.get("secrets_file")
    assert isinstance(environ, dict)
    assert file is None or isinstance(file, Path)
    return config.load(
        path,
        environ=environ,
        secrets_file=file,
        require_secrets=bool(options.get("require_secrets", True)),
    )


def test_the_environment_goes_before_credentials_and_credentials_before_the_file(
    tmp_path: Path,
) -> None:
    folder, file = tmp_path / "credentials", tmp_path / "secrets.env"
    folder.mkdir()
    (folder / "TOKEN").write_text("from-systemd\n", encoding="utf-8")
    file.write_text('# mine\nexport TOKEN="from-file"\nOTHER = from-file\n', encoding="utf-8")
    environ = {"CREDENTIALS_DIRECTORY": str(folder)}

    first = load(tmp_path, "slack://${TOKEN}/x", environ={**environ, "TOKEN": "from-environ"})
    second = load(tmp_path, "slack://${TOKEN}/x", environ=environ, secrets_file=file)
    third = load(tmp_path, "slack://${OTHER}/x", environ=environ, secrets_file=file)

    assert [one.channels[0].url for one in (first, second, third)] == [
        "slack://from-environ/x",
        "slack://from-systemd/x",
        "slack://from-file/x",
    ]
    assert str(file) in third.files


def test_a_file_of_lines_among_the_credentials_is_read_too(tmp_path: Path) -> None:
    (tmp_path / "secrets.env").write_text("TOKEN=from-lines\r\n", encoding="utf-8")

    loaded = load(tmp_path, "slack://${TOKEN}/x", environ={"CREDENTIALS_DIRECTORY": str(tmp_path)})

    assert loaded.channels[0].url == "slack://from-lines/x"


def test_what_is_set_nowhere_is_named_and_nothing_else(tmp_path: Path) -> None:
    with pytest.raises(RulesError) as raised:
        load(tmp_path, "tgram://${TG_TOKEN}/${TG_CHAT}", environ={"TG_TOKEN": "123:planted-canary"})

    assert "${TG_CHAT}" in str(raised.value)
    assert "canary" not in str(raised.value)


def test_unset_secrets_stay_as_written_where_they_are_not_required(tmp_path: Path) -> None:
    loaded = load(tmp_path, "slack://${TOKEN}", require_secrets=False)

    assert loaded.channels[0].url == "slack://${TOKEN}"
    assert loaded.secrets == frozenset()


@pytest.mark.parametrize(
    "body",
    [
        "{url: tgram://${TG_TOKEN}/${TG_CHAT}, health: true}",
        "{health: true, url: tgram://${TG_TOKEN}/${TG_CHAT}}",
        '{url: "tgram://${TG_TOKEN}/${TG_CHAT}", health: true}',
    ],
)
def test_the_braces_of_a_secret_are_no_table_in_a_table(tmp_path: Path, body: str) -> None:
    loaded = load(tmp_path, body, environ={"TG_TOKEN": "123:abc", "TG_CHAT": "-100"})

    assert loaded.channels[0].url == "tgram://123:abc/-100"
    assert loaded.channels[0].health


def test_an_empty_secret_is_not_set(tmp_path: Path) -> None:
    with pytest.raises(RulesError):
        load(tmp_path, "slack://${TOKEN}", environ={"TOKEN": ""})


@pytest.mark.parametrize("name", ["../rules.yaml", "", "A B", "/etc/passwd"])
def test_a_name_is_no_path(tmp_path: Path, name: str) -> None:
    with pytest.raises(RulesError):
        load(
            tmp_path,
            f'"slack://${{{name}}}"',
            environ={"CREDENTIALS_DIRECTORY": str(tmp_path), name: "value"},
        )


def test_a_password_with_signs_of_addresses_keeps_its_meaning(tmp_path: Path) -> None:
    url = "mailtos://${USER}:${PASSWORD}@mail.example.org?to=desk@example.org"
    environ = {"USER": "desk@example.org", "PASSWORD": "p@ss/w:rd?"}

    plain = load(tmp_path, url, environ=environ)
    written = load(tmp_path, url, environ={**environ, "PASSWORD": "p%40ss%2Fw%3Ard%3F"})

    address = "mailtos://desk%40example.org:p%40ss%2Fw%3Ard%3F@mail.example.org?to=desk@example.org"
    assert plain.channels[0].url == address
    assert written.channels[0].url == address
    assert {"p@ss/w:rd?", "p%40ss%2Fw%3Ard%3F"} <= plain.secrets


@pytest.mark.parametrize(
    ("url", "hidden", "open_"),
    [
        ("slack://TokenAAAA/TokenBBBB/TokenCCCCCC", {"TokenAAAA", "TokenCCCCCC"}, set()),
        ("tgram://123456:AbCdEfGhIj/-1001234", {"123456:AbCdEfGhIj"}, set()),
        ("mailtos://desk:hunter22@mail.example.org", {"hunter22"}, {"mail.example.org", "desk"}),
        ("jsons://alerts.example.org/hook?+token=abcdef12", {"abcdef12"}, {"alerts.example.org"}),
        ("discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV", {"JHMHI8qBe7bk2ZwO5U711o3dV"}, set()),
        ("ntfys://user:pass1234@ntfy.example.org/topic", {"pass1234"}, {"ntfy.example.org"}),
        ('"terminal://"', set(), set()),
    ],
)
def test_tokens_written_into_the_file_are_known_as_secrets(
    tmp_path: Path, url: str, hidden: set[str], open_: set[str]
) -> None:
    secrets = load(tmp_path, url).secrets

    assert hidden <= secrets
    assert not open_ & secrets


def test_no_secret_is_printed_with_the_configuration(tmp_path: Path) -> None:
    loaded = load(tmp_path, "slack://${TOKEN}/x", environ={"TOKEN": "planted-canary"})

    assert "canary" in loaded.channels[0].url
    assert "canary" not in repr(loaded)
