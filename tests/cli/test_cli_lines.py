"""JSON Lines in: what can't be used is named with its line, the rest is done."""

from __future__ import annotations

import contextlib
import gzip
import json
import os
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher.cli.common import Call
from watcher.cli.lines import BadLineError, Given, Lines, article_of, articles, must_open, term_of
from watcher.cli.options import Options
from watcher.core.errors import UsageError
from watcher.core.model import Feed, Term, TermKind

GOOD = '{"id": 7, "title": "Суд в Алматы"}'


def read(path: Path, body: bytes | str) -> tuple[list[Given], Lines]:
    path.write_bytes(body.encode() if isinstance(body, str) else body)
    lines = Lines(Call(Options()), str(path))
    return list(articles(lines)), lines


def test_ids_are_echoed_as_they_were_written(tmp_path: Path) -> None:
    given, _ = read(tmp_path / "a", f'{GOOD}\n{{"id": "x", "title": "t"}}\n{{"title": "t"}}\n')

    assert [one.id for one in given] == [7, "x", 3]


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        (b"nonsense", 'not JSON: one object a line is expected, as in {"id": "1", '),
        (b'{"title": "cut', 'not JSON: a text has no closing " and begins at column 11'),
        (b'{"title": "cut"', "not JSON: a comma or a closing bracket is missing at column 16"),
        (b'{"title": }', "not JSON: a value is missing at column 11"),
        (b'{"title" "t"}', "not JSON: a colon is missing at column 10"),
        (b"{title: 1}", "not JSON: a name in double quotes is missing at column 2"),
        (b'{"title": "a\tb"}', "not JSON: a tab or line break stands inside a text at column 13"),
        (b'{"title": "a\\d"}', "not JSON: a backslash stands alone; write two at column 13"),
        (b'{"title": "a"} {}', "one object a line is expected, and something more begins"),
        (b"[1, 2]", "one object a line"),
        (b'{"id": 1}', 'needs a "title"'),
        (b'{"title": 5}', '"title" must be text'),
        (b'{"title": "\xff"}', "not UTF-8"),
        (b"[" * 100_000, "nested too deep"),
        (b'{"title": "t", "n": ' + b"9" * 5000 + b"}", "number too long"),
    ],
)
def test_a_bad_line_is_named_and_costs_only_itself(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], bad: bytes, why: str
) -> None:
    given, lines = read(tmp_path / "a.jsonl", b"\n".join([GOOD.encode(), bad, GOOD.encode()]))

    assert ([one.number for one in given], lines.bad) == ([1, 3], 1)
    said = capsys.readouterr().err
    assert f"{tmp_path}/a.jsonl:2: " in said
    assert why in said


def test_empty_lines_and_a_byte_order_mark_are_no_mistakes(tmp_path: Path) -> None:
    given, lines = read(tmp_path / "a", f"\ufeff{GOOD}\r\n\r\n\n{GOOD}")

    assert (len(given), lines.bad) == (2, 0)


def test_a_gzipped_file_is_read_as_it_is(tmp_path: Path) -> None:
    given, _ = read(tmp_path / "a.gz", gzip.compress(GOOD.encode()))

    assert [one.article.title for one in given] == ["Суд в Алматы"]


def test_a_pipe_is_read_though_it_can_be_read_only_once(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_text, args=(GOOD,))
    writer.start()

    must_open(str(pipe))
    given = list(articles(Lines(Call(Options()), str(pipe))))
    writer.join()

    assert [one.id for one in given] == [7]


def test_a_cut_gzip_file_is_wrong_use(tmp_path: Path) -> None:
    body = gzip.compress(b"".join(b'{"title": "%d"}\n' % number for number in range(999)))

    with pytest.raises(UsageError, match="damaged gzip"):
        read(tmp_path / "a.gz", body[:-40])


@pytest.mark.parametrize(
    ("published", "read_as"),
    [
        ("2026-11-01T10:00:00Z", "2026-11-01T10:00:00+00:00"),
        ("2026-11-01T10:00:00", "2026-11-01T10:00:00+00:00"),
        ("2026-11-01T10:00:00+05:00", "2026-11-01T05:00:00+00:00"),
        ("yesterday", None),
        ("0001-01-01T00:00:00+14:00", None),
        (None, None),
        (5, None),
    ],
)
def test_an_unread_date_is_no_date(published: object, read_as: str | None) -> None:
    article = article_of({"title": "t", "published": published}, 1)

    assert (article.published and article.published.isoformat()) == read_as


def test_a_known_feed_lends_its_outlet_language_and_tags(tmp_path: Path) -> None:
    feed = Feed(url="https://a.example/rss", name="A", language="kk", tags=frozenset({"kz"}))
    path = tmp_path / "a"
    path.write_text(json.dumps({"title": "t", "feed": feed.url}))

    [given] = articles(Lines(Call(Options()), str(path)), {feed.url: feed})

    assert (given.article.outlet, given.article.language) == ("A", "kk")
    assert given.article.tags == {"kz"}


@pytest.mark.parametrize(
    ("row", "term"),
    [
        ({"term": "Xinjiang"}, Term(text="Xinjiang")),
        ({"term": "Xinjiang", "fuzzy": 1}, Term(text="Xinjiang", kind=TermKind.FUZZY)),
        ({"term": "X", "opts": {"fuzzy": 1}}, Term(text="X", kind=TermKind.FUZZY)),
        ({"term": "Xinjiang", "kind": "term"}, Term(text="Xinjiang")),
        ({"term": "xpcc", "kind": "entity"}, Term(text="xpcc", kind=TermKind.ENTITY)),
        ({"entity": "xpcc"}, Term(text="xpcc", kind=TermKind.ENTITY)),
        ({"exact": "UFLPA"}, Term(text="UFLPA", kind=TermKind.EXACT)),
        ({"fuzzy": "Sauytbay"}, Term(text="Sauytbay", kind=TermKind.FUZZY)),
        ({"regex": "a+"}, Term(text="a+", kind=TermKind.REGEX)),
    ],
)
def test_terms_are_read_in_every_form(row: dict[str, object], term: Term) -> None:
    assert term_of(row) == term


@pytest.mark.parametrize("row", [{}, {"term": ""}, {"term": "x", "kind": "guess"}, {"term": 5}])
def test_what_is_no_term_is_a_bad_line(row: dict[str, object]) -> None:
    with pytest.raises(BadLineError):
        term_of(row)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)
KEYS = st.sampled_from(["id", "title", "summary", "text", "url", "feed", "language", "published"])


@given(st.dictionaries(KEYS, JSON))
def test_any_object_is_an_article_or_a_bad_line(row: dict[str, object]) -> None:
    with contextlib.suppress(BadLineError):
        article = article_of(row, 1)

        assert article.title or article.summary or article.text
