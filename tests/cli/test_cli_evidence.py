"""evidence: list, show, verify, export, head, as a person types them."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.cli_run import watcher
from support.make import NOON, an_answer
from support.stored import FEED, an_alert, an_article, put
from warcio.archiveiterator import ArchiveIterator

from watcher.core import evidence
from watcher.core.model import Page, Served
from watcher.store import open_store

ITEM = "<item><title>Атажурт ждёт</title><summary>@everyone <script>x</script></summary></item>"
PAGE = b"<html><body>Relatives wait at the gate.</body></html>"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A state with three records: an alert in windows-1251, one with its page, and an edit."""
    with open_store(tmp_path / "state", now=NOON) as store, store.write() as tx:
        articles = [an_article(n, title=f"Part {n} <b>") for n in (1, 2)]
        tx.sync_feeds([FEED], now=NOON)
        put(tx, *articles)
        alerts = [an_alert(n, article=articles[n - 1].id, rules=(f"Rule {n}",)) for n in (1, 2)]
        tx.add_alerts(alerts)
        answer = an_answer(
            url="https://steppe.example/rss", headers=((b"Content-Type", b"text/xml"),)
        )
        page = Page(
            url="https://steppe.example/2",
            text="Relatives wait.",
            answer=an_answer(
                url="https://steppe.example/2",
                body=PAGE,
                headers=((b"Content-Type", b"text/html; charset=utf-8"),),
            ),
        )
        shown: list[tuple[Any, str, Page | None]] = [
            (articles[0], alerts[0].id, None),
            (articles[1], alerts[1].id, page),
            (articles[1], "", None),
        ]
        tx.add_evidence(
            [
                evidence.exhibit(
                    article,
                    Served(data=f"{ITEM}{n}".encode("cp1251"), offset=100),
                    alert=alert,
                    at=NOON,
                    asked=FEED.url,
                    answer=answer,
                    document={
                        "sha256": "ab" * 32,
                        "bytes": 900,
                        "charset": "cp1251",
                        "format": "rss20",
                    },
                    page=its_page,
                    program="watcher 1",
                    hide=lambda text: text,
                )
                for n, (article, alert, its_page) in enumerate(shown)
            ]
        )
    return tmp_path


@contextlib.contextmanager
def tampering(folder: Path) -> Iterator[sqlite3.Connection]:
    database = sqlite3.connect(folder / "state" / "watcher.db")
    with database:
        yield database
    database.close()


def raw(folder: Path, *words: str) -> bytes:
    """Run it as a program of its own: bytes are written past the text of stdout."""
    ran = subprocess.run(
        [sys.executable, "-m", "watcher", "evidence", "show", *words],
        cwd=folder,
        capture_output=True,
        check=True,
    )
    return ran.stdout


def test_list_shows_each_record_and_finds_those_of_a_rule(folder: Path) -> None:
    rows = watcher("evidence", "list", "--json", cwd=folder).rows
    of_rule = watcher("evidence", "list", "--rule", "Rule 2", "--json", cwd=folder).rows
    table = watcher("evidence", "list", cwd=folder)

    assert [row["record"] for row in rows] == [3, 2, 1]
    assert [row["record"] for row in of_rule] == [2]
    assert rows[1]["page_sha256"] == hashlib.sha256(PAGE).hexdigest()
    assert "Part 2" in table.out
    assert watcher("evidence", "list", "--since", "2026-03-11", "--json", cwd=folder).rows == []
    assert watcher("evidence", "list", "--csv", cwd=folder).out.count("\n") == 4


def test_show_says_what_was_served_and_how_to_check_it_by_hand(folder: Path) -> None:
    shown = watcher("evidence", "show", f"a{1:015x}", cwd=folder)

    assert shown.code == 0
    assert "Атажурт ждёт" in shown.out, "in the charset of its document"
    assert f"SHA-256 {hashlib.sha256(f'{ITEM}0'.encode('cp1251')).hexdigest()}" in shown.out
    assert "from byte 100 of the document on" in shown.out
    assert "watcher evidence show 1 --raw record | sha256sum" in shown.out


def test_what_show_says_by_hand_gives_the_hashes(folder: Path) -> None:
    rows = watcher("evidence", "list", "--json", cwd=folder).rows

    assert hashlib.sha256(raw(folder, "2", "--raw", "record")).hexdigest() == rows[1]["hash"]
    assert hashlib.sha256(raw(folder, "2", "--raw", "item")).hexdigest() == rows[1]["sha256"]
    assert raw(folder, "2", "--raw", "page") == PAGE


def test_show_takes_an_alert_an_article_a_number_and_a_hash(folder: Path) -> None:
    rows = watcher("evidence", "list", "--json", cwd=folder).rows
    for key, found in (
        (f"a{2:015x}", [2, 3]),
        (f"{2:016x}", [2, 3]),
        ("3", [3]),
        (rows[2]["hash"][:10], [1]),
    ):
        shown = watcher("evidence", "show", key, "--json", cwd=folder)
        assert [row["seq"] for row in shown.rows] == found, key


def test_show_says_that_a_key_is_unknown(folder: Path) -> None:
    ran = watcher("evidence", "show", "feedfeed", cwd=folder)

    assert ran.code == 1
    assert "nothing is kept" in ran.said


def test_verify_walks_the_whole_chain(folder: Path) -> None:
    ran = watcher("evidence", "verify", cwd=folder)
    head = watcher("evidence", "head", "--json", cwd=folder).row

    assert ran.code == 0
    assert "3 records, all as they were kept" in ran.out
    assert head["records"] == 3
    assert head["head"] in ran.out


def test_verify_names_the_first_broken_record_and_what_is_wrong(folder: Path) -> None:
    with tampering(folder) as database:
        database.execute(
            "UPDATE evidence SET record = CAST(replace(CAST(record AS TEXT), 'Part 2', 'Part 9')"
            " AS BLOB) WHERE seq = 2"
        )

    ran = watcher("evidence", "verify", cwd=folder)
    told = watcher("evidence", "verify", "--json", cwd=folder).row

    assert ran.code == 1
    assert "broken: record 2: its hash is not that of its words" in ran.out
    assert (told["whole"], told["broken"], told["records"]) == (False, 2, 1)


def test_a_chain_written_anew_as_a_whole_is_found_by_a_hash_noted_before(folder: Path) -> None:
    noted = watcher("evidence", "head", "--json", cwd=folder).row["head"]
    assert watcher("evidence", "verify", "--head", noted, cwd=folder).code == 0
    with open_store(folder / "state", now=NOON) as store, store.write() as tx:
        facts = [dict(record.facts) for record in tx.evidence_all()]
        facts[0]["title"] = "Nothing happened"
        anew = evidence.chain(
            [evidence.Exhibit(facts=one, bodies=()) for one in facts], seq=0, previous="0" * 64
        )
        connection = tx._connection
        for one in anew:
            connection.exec_driver_sql(
                "UPDATE evidence SET hash = ?, record = ? WHERE seq = ?",
                (one.hash.encode(), one.text, one.seq),
            )
            head = evidence.head_note(one.seq, one.hash)
        connection.exec_driver_sql("UPDATE note SET value = ? WHERE key = 'evidence_head'", (head,))
    assert watcher("evidence", "verify", cwd=folder).code == 0, "it is whole in itself"

    ran = watcher("evidence", "verify", "--head", noted, cwd=folder)

    assert ran.code == 1
    assert "the chain is another one" in ran.out


def test_export_writes_a_warc_that_others_read_and_check(folder: Path) -> None:
    ran = watcher("evidence", "export", f"a{2:015x}", "two.warc.gz", cwd=folder)

    assert ran.code == 0
    file = folder / "two.warc.gz"
    found = []
    for entry in ArchiveIterator(io.BytesIO(file.read_bytes()), check_digests="raise"):
        data = entry.content_stream().read()
        found.append((entry.rec_type, entry.rec_headers, data))
    assert [kind for kind, _, _ in found] == [
        "warcinfo",
        *("resource", "resource", "metadata"),
        *("resource", "metadata"),
    ]
    _, item, page, words, *_ = found
    assert found[0][1].protocol == "WARC/1.1"
    assert item[2] == f"{ITEM}1".encode("cp1251")
    assert page[2] == PAGE
    assert item[1].get_header("WARC-Payload-Digest") == f"sha256:{evidence.digest(item[2])}"
    assert item[1].get_header("WARC-Target-URI") == FEED.url
    assert item[1].get_header("WARC-Date") == "2026-03-10T12:10:00.000000Z"
    assert words[1].get_header("WARC-Refers-To") == item[1].get_header("WARC-Record-ID")
    assert json.loads(words[2])["seq"] == 2
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_the_page_beside_it_is_inert(folder: Path) -> None:
    assert (
        watcher("evidence", "export", "--since", "2026-03-01", "all.warc.gz", cwd=folder).code == 0
    )

    file = folder / "all.html"
    page = file.read_text(encoding="utf-8")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "default-src 'none'" in page
    assert "&lt;script&gt;" in page
    for live in ("<script", "<a ", "<img", "<b>", 'http-equiv="refresh'):
        assert live not in page
    assert page.count("<article>") == 3


def test_export_never_writes_over_a_file(folder: Path) -> None:
    (folder / "one.warc.gz").write_text("mine", encoding="utf-8")

    ran = watcher("evidence", "export", "1", "one.warc.gz", cwd=folder)

    assert ran.code == 2
    assert (folder / "one.warc.gz").read_text(encoding="utf-8") == "mine"


def test_export_gives_nothing_out_that_was_changed(folder: Path) -> None:
    with tampering(folder) as database:
        database.execute("UPDATE evidence_body SET data = x'00'")

    ran = watcher("evidence", "export", "1", "one.warc.gz", cwd=folder)

    assert ran.code == 1
    assert "not whole any more" in ran.said
    assert not (folder / "one.warc.gz").exists()


@pytest.mark.parametrize(
    "words",
    [
        ["export", "1"],
        ["export", "--since", "7d"],
        ["show", "2", "--raw", "all"],
        ["verify", "--head", "xyz"],
    ],
)
def test_half_a_command_is_wrong_use(folder: Path, words: list[str]) -> None:
    assert watcher("evidence", *words, cwd=folder).code == 2


def test_before_the_first_alert_there_is_nothing_and_nothing_is_wrong(tmp_path: Path) -> None:
    open_store(tmp_path / "state", now=NOON).close()

    assert "0 records" in watcher("evidence", "verify", cwd=tmp_path).out
    assert watcher("evidence", "list", cwd=tmp_path).out == "nothing is kept yet\n"
    assert watcher("evidence", "head", "--json", cwd=tmp_path).row["records"] == 0
