"""Each bad file and, beside it, word for word what its author is told."""

from pathlib import Path

import pytest
import yaml

from watcher import config
from watcher.config.findings import Page
from watcher.config.nodes import read
from watcher.config.schema import ALL_KEYS
from watcher.core.errors import RulesError
from watcher.core.model import Mistake, Weight

HERE = Path(__file__).parent
BAD = sorted((HERE / "bad").glob("*.yaml"))
GOOD = sorted((HERE / "good").glob("*.yaml"))
SECRETS = {
    "SLACK_TOKEN": "T1A/B2C/secretsecret",
    "MAIL_USER": "desk@example.org",
    "MAIL_PASSWORD": "p@ss/word",
    "TG_TOKEN": "123456:telegram-token",
    "TG_CHAT": "-100200",
}


def told(path: Path) -> str:
    """Return what is said about `path`: its mistakes, or its warnings and that it loads."""
    try:
        loaded = config.load(path, environ={})
    except RulesError as error:
        lines = [str(mistake) for mistake in error.mistakes]
    else:
        lines = [*map(str, loaded.warnings), "(loads)"]
    return "\n".join(lines).replace(f"{path.parent}/", "") + "\n"


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_every_mistake_is_told_at_once_with_place_and_mend(path: Path) -> None:
    expected = path.with_suffix(".expected").read_text(encoding="utf-8")

    assert told(path) == expected


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_examining_says_what_loading_says_and_the_warnings_too(path: Path) -> None:
    errors: tuple[Mistake, ...] = ()
    warnings: tuple[Mistake, ...] = ()
    try:
        warnings = config.load(path, environ={}).warnings
    except RulesError as error:
        errors = error.mistakes

    found = config.examine(path, environ={}).mistakes

    assert tuple(one for one in found if one.weight is Weight.ERROR) == errors
    assert set(warnings) <= set(found)
    assert list(found) == sorted(found, key=lambda one: (one.line, one.column, one.message))


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_the_parser_without_c_finds_the_same(path: Path) -> None:
    """PyYAML has no C parser on some machines; its other parser words its errors otherwise."""
    text = path.read_text(encoding="utf-8", errors="replace")
    found: list[list[Mistake]] = []

    for parser in (yaml.CBaseLoader, yaml.BaseLoader):
        page = Page(path.name, text, [])
        read(page, parser=parser)
        found.append(page.findings)

    assert found[0] == found[1]


def test_there_are_enough_bad_files_and_each_has_its_words() -> None:
    assert len(BAD) > 50
    assert {path.stem for path in (HERE / "bad").glob("*.expected")} == {path.stem for path in BAD}


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.stem)
def test_good_files_have_no_finding(path: Path) -> None:
    loaded = config.load(path, environ=SECRETS)

    assert loaded.warnings == ()


def test_positions_point_at_what_they_quote() -> None:
    """Where a message begins by quoting a text of the file, the text stands at its position."""
    for path in BAD:
        lines = path.read_text(encoding="utf-8", errors="replace").split("\n")
        for row in path.with_suffix(".expected").read_text(encoding="utf-8").splitlines():
            if row == "(loads)":
                continue
            _, line, column, message = row.split(":", 3)
            rest = lines[int(line) - 1][int(column) - 1 :]
            subject = message.strip()
            if subject.startswith("unknown ") and '"' in subject:
                word = subject.split('"')[1]
                assert rest.lstrip('"{').startswith(word), row
            value = any(said in subject for said in ("can't be", "expected", "takes names"))
            if subject.startswith('"') and '" in rule' in subject and not value:
                word = subject.split('"')[1]
                assert word in rest or word in ALL_KEYS, row


def test_a_mistake_in_a_channel_never_shows_its_address(tmp_path: Path) -> None:
    path = tmp_path / "rules.yaml"
    path.write_text(
        "channels:\n"
        "  a: slack://very-secret-token: x\n"
        "  b: [slack://very-secret-token]\n"
        '  c: {url: "slack://very-secret-token x", quiet: never}\n'
        '  d: "slack://very-secret-token" or so\n'
        "rules:\n  - name: x\n    find: Atajurt\n    notify: [slack://very-secret-token]\n",
        encoding="utf-8",
    )

    said = told(path)

    assert "very-secret" not in said
    assert said.count("\n") >= 5


def test_a_file_that_is_not_there_is_a_mistake_like_others(tmp_path: Path) -> None:
    with pytest.raises(RulesError) as raised:
        config.load(tmp_path / "rules.yaml", environ={})

    assert "no such file" in str(raised.value)
    assert "watcher init" in str(raised.value)


def test_a_folder_a_binary_file_and_a_huge_one_are_mistakes(tmp_path: Path) -> None:
    binary, huge = tmp_path / "binary.yaml", tmp_path / "huge.yaml"
    binary.write_bytes(b"rules:\n  - name: \xff\xfe\x80\n")
    huge.write_bytes(b"# " + b"x" * 5_000_001)

    for path, word in ((tmp_path, "no file"), (binary, "UTF-8"), (huge, "5 MB")):
        with pytest.raises(RulesError) as raised:
            config.load(path, environ={})
        assert word in str(raised.value)
    assert "binary.yaml:2:11:" in told(binary)
