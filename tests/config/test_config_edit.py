"""Feeds put in and taken out: nothing else of the file moves."""

import stat
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watcher import config
from watcher.core.errors import RulesError, UsageError
from watcher.core.model import Feed

TEXT = """\
# My list.
timezone: Asia/Almaty   # here

feeds:
  # English
  - https://a.example.org/rss    # the first
  - {url: https://b.example.org/rss, name: "B: news", tags: [x]}
  - url: https://c.example.org/rss
    name: C
    # about C

# The rules
rules:
  - name:   Odd   spaces
    find: [ Atajurt ,  Bilash ]
"""
NEW = "https://new.example.org/rss"


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "rules.yaml"
    path.write_bytes(text.encode())
    return path


def urls(path: Path) -> list[str]:
    return [feed.url for feed in config.load(path, environ={}).feeds]


def test_a_new_feed_stands_behind_the_last_and_nothing_else_moves(tmp_path: Path) -> None:
    path = write(tmp_path, TEXT)

    assert config.add_feed(path, NEW)

    line = f"  - {NEW}\n"
    after = path.read_text(encoding="utf-8")
    assert after.replace(line, "") == TEXT
    assert after.index("name: C\n") < after.index(line) < after.index("# The rules")


def test_what_is_known_of_a_feed_is_written_with_it(tmp_path: Path) -> None:
    path = write(tmp_path, TEXT)

    config.add_feed(path, NEW, name="New: times, [daily]", language="kk", tags=["b", "a, c"])

    assert (
        f'  - {{url: {NEW}, name: "New: times, [daily]", language: kk, tags: ["a, c", b]}}\n'
        in path.read_text(encoding="utf-8")
    )
    added = config.load(path, environ={}).feeds[-1]
    assert added == Feed(
        url=NEW, name="New: times, [daily]", language="kk", tags=frozenset({"b", "a, c"})
    )


@pytest.mark.parametrize(
    "same",
    [
        "https://a.example.org/rss",
        "http://A.example.org:80/rss/",
        "https://b.example.org/rss#top",
    ],
)
def test_a_feed_that_is_there_already_is_not_added(tmp_path: Path, same: str) -> None:
    path = write(tmp_path, TEXT)

    assert not config.add_feed(path, same)

    assert path.read_text(encoding="utf-8") == TEXT


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("rules: []\n", f"rules: []\n\nfeeds:\n  - {NEW}\n"),
        ("rules: []", f"rules: []\n\nfeeds:\n  - {NEW}\n"),
        ("", f"feeds:\n  - {NEW}\n"),
        ("# none yet\n", f"# none yet\n\nfeeds:\n  - {NEW}\n"),
        ("feeds:\nrules: []\n", f"feeds:\n  - {NEW}\nrules: []\n"),
        ("feeds:   # none\n", f"feeds:   # none\n  - {NEW}\n"),
        ("feeds:", f"feeds:\n  - {NEW}\n"),
        ("feeds: []   # none\n", f"feeds: [{NEW}]   # none\n"),
        (
            "feeds: [https://a.example.org/x, https://b.example.org/x]\n",
            f"feeds: [https://a.example.org/x, https://b.example.org/x, {NEW}]\n",
        ),
        (
            "feeds:\n- https://a.example.org/x\nrules: []\n",
            f"feeds:\n- https://a.example.org/x\n- {NEW}\nrules: []\n",
        ),
        ("feeds:\n    -   https://a.example", f"feeds:\n    -   https://a.example\n    - {NEW}\n"),
    ],
)  # fmt: skip
def test_a_feed_finds_its_place_in_every_kind_of_list(
    tmp_path: Path, before: str, after: str
) -> None:
    path = write(tmp_path, before)

    assert config.add_feed(path, NEW)

    assert path.read_text(encoding="utf-8") == after


def test_a_feed_is_taken_out_with_its_lines_and_no_other(tmp_path: Path) -> None:
    path = write(tmp_path, TEXT)

    assert config.remove_feed(path, "https://a.example.org/rss")
    assert config.remove_feed(path, "C")
    assert not config.remove_feed(path, "https://nobody.example.org/rss")

    assert path.read_text(encoding="utf-8") == TEXT.replace(
        "  - https://a.example.org/rss    # the first\n", ""
    ).replace("  - url: https://c.example.org/rss\n    name: C\n", "")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (f"feeds:\n  - {NEW}\nrules: []\n", "feeds: []\nrules: []\n"),
        (f"feeds: [{NEW}]\n", "feeds: []\n"),
        (f"feeds: [{NEW}, https://a.example.org/x]\n", "feeds: [https://a.example.org/x]\n"),
        (f"feeds: [https://a.example.org/x, {NEW}]\n", "feeds: [https://a.example.org/x]\n"),
        (
            f"feeds:\n- {NEW}\n- https://a-b.example.org/x\n",
            "feeds:\n- https://a-b.example.org/x\n",
        ),
    ],
)
def test_the_last_feed_leaves_an_empty_list(tmp_path: Path, before: str, after: str) -> None:
    path = write(tmp_path, before)

    assert config.remove_feed(path, NEW)

    assert path.read_text(encoding="utf-8") == after


def test_mode_line_ends_and_byte_order_mark_stay(tmp_path: Path) -> None:
    path = tmp_path / "rules.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + TEXT.replace("\n", "\r\n").encode())
    path.chmod(0o640)

    config.add_feed(path, NEW)

    body = path.read_bytes()
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert body.startswith(b"\xef\xbb\xbf# My list.\r\n")
    assert body.count(b"\n") == body.count(b"\r\n") == TEXT.count("\n") + 1


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    path = write(tmp_path, TEXT)
    link = tmp_path / "link.yaml"
    link.symlink_to(path)

    config.add_feed(link, NEW)

    assert link.is_symlink()
    assert NEW in urls(path)


def test_a_file_with_syntax_errors_is_not_touched(tmp_path: Path) -> None:
    path = write(tmp_path, "feeds:\n  - https://a.example.org/rss\n\tbroken\n")
    before = path.read_bytes()

    with pytest.raises(RulesError):
        config.add_feed(path, NEW)

    assert path.read_bytes() == before
    assert [one.name for one in tmp_path.iterdir()] == ["rules.yaml"]


@pytest.mark.parametrize("url", ["javascript:alert(1)", "https://", "http://127.0.0.1/x", "a b"])
def test_an_address_that_can_not_be_polled_is_refused(tmp_path: Path, url: str) -> None:
    path = write(tmp_path, TEXT)

    with pytest.raises(UsageError):
        config.add_feed(path, url)


def test_a_list_of_another_reader_is_added_once(tmp_path: Path) -> None:
    path = write(tmp_path, TEXT)
    body = (Path(__file__).parent / "import.opml").read_bytes()

    assert config.import_opml(path, body) == 2
    assert config.import_opml(path, body.decode()) == 0

    assert urls(path)[-2:] == [
        "https://one.example.org/rss?a=1&b=2",
        "https://two.example.org/rss",
    ]


@pytest.mark.parametrize(
    "body",
    [
        "",
        "<html></html>",
        "<opml",
        '<!DOCTYPE opml [<!ENTITY a "b">]><opml>&a;</opml>',
        '<?xml version="1.0" encoding="no-such"?><opml/>',
    ],
)
def test_what_is_no_list_is_said_to_be_none(tmp_path: Path, body: str) -> None:
    path = write(tmp_path, TEXT)

    with pytest.raises(UsageError, match="OPML"):
        config.import_opml(path, body)


@settings(max_examples=60, deadline=None)
@given(
    name=st.text(min_size=1, max_size=40).filter(str.strip),
    tags=st.lists(st.text(min_size=1, max_size=12).filter(str.strip), max_size=3),
    part=st.from_regex(r"[a-zA-Z0-9_.~!$&'()*+,;=:@%/?-]{0,30}", fullmatch=True),
)
def test_whatever_a_feed_is_called_it_can_be_read_back_and_taken_out(
    tmp_path_factory: pytest.TempPathFactory, name: str, tags: list[str], part: str
) -> None:
    path = write(tmp_path_factory.mktemp("edit"), TEXT)
    url = f"https://new.example.org/{part}"

    assert config.add_feed(path, url, name=name, tags=tags)
    added = config.load(path, environ={}).feeds[-1]
    assert added.url == url
    assert config.remove_feed(path, url)

    assert path.read_text(encoding="utf-8") == TEXT
