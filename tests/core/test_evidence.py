"""The chain of evidence: what a record says, and what a walk along the chain finds."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.make import NOON, an_answer, an_article

from watcher.core import evidence
from watcher.core.evidence import Body, Exhibit, Flaw, Record
from watcher.core.model import Page, Part, Served

DOCUMENT = {"sha256": "d" * 64, "bytes": 900, "charset": "utf-8", "format": "rss20"}


def an_exhibit(words: bytes = b"<item>Relatives wait</item>", **more: Any) -> Exhibit:
    plain: dict[str, Any] = {
        "article": an_article(),
        "served": Served(data=words, offset=120),
        "alert": "f00d",
        "at": NOON,
        "asked": "https://courier.example/rss",
        "answer": an_answer(body=None, headers=((b"Content-Type", b"text/xml"),)),
        "document": DOCUMENT,
        "page": None,
        "program": "watcher 1",
        "hide": lambda text: text.replace("s3cret", "***"),
    }
    return evidence.exhibit(**(plain | more))


def chained(*exhibits: Exhibit) -> tuple[list[Record], dict[str, Body]]:
    records = list(evidence.chain(exhibits, seq=0, previous=evidence.ZEROS))
    bodies = [evidence.pack(data) for one in exhibits for data in one.bodies]
    return records, {one.sha256: one for one in bodies}


def walk(records: list[Record], bodies: dict[str, Body], noted: str | None = None) -> Flaw | None:
    path = evidence.Walk()
    for record in records:
        flaw = path.step(record, bodies)
        if flaw is not None:
            return flaw
    return path.end(noted or evidence.head_note(path.seq, path.head), bodies)


def test_a_record_is_checked_by_hand_as_the_sha256_of_its_words() -> None:
    records, bodies = chained(an_exhibit(b"one"), an_exhibit(b"two"))

    assert [evidence.digest(record.text) for record in records] == [one.hash for one in records]
    assert json.loads(records[0].text)["previous"] == evidence.ZEROS
    assert json.loads(records[1].text)["previous"] == records[0].hash
    assert records[1].facts["item"] == {
        "part": "item",
        "exact": True,
        "offset": 120,
        "sha256": evidence.digest(b"two"),
        "bytes": 3,
    }
    assert walk(records, bodies) is None


def test_cookies_and_secrets_are_left_out_and_the_record_says_so() -> None:
    headers = (
        (b"Set-Cookie", b"visit=7"),
        (b"X-Forwarded-For", b"192.0.2.7"),
        (b"ETag", b'"1"'),
        (b"Link", b"<https://anna:pass@courier.example/?key=s3cret>"),
    )
    kept = an_exhibit(
        asked="https://anna:pass@courier.example/rss?key=s3cret",
        answer=an_answer(url="https://courier.example/rss?key=s3cret", headers=headers),
    )

    text = evidence.canonical(kept.facts).decode()
    assert kept.facts["response"]["left_out"] == ["Set-Cookie", "X-Forwarded-For"]
    assert ["ETag", '"1"'] in kept.facts["response"]["headers"]
    assert kept.facts["asked"] == "https://***@courier.example/rss?key=***"
    for secret in ("s3cret", "pass", "visit=7", "192.0.2.7"):
        assert secret not in text


def test_where_the_bytes_are_not_at_hand_what_was_read_is_kept_and_called_inexact() -> None:
    kept = an_exhibit(served=None, article=an_article("Relatives wait"))

    assert kept.facts["item"]["part"] == Part.READING.value
    assert kept.facts["item"]["exact"] is False
    assert json.loads(kept.bodies[0])["title"] == "Relatives wait"


def test_what_a_hub_sent_unasked_is_kept_as_such() -> None:
    kept = an_exhibit(answer=None)

    assert kept.facts["via"] == "push"
    assert kept.facts["response"] is None


def test_the_page_of_an_article_is_kept_with_the_answer_that_brought_it() -> None:
    answer = an_answer(url="https://courier.example/a", body=b"<html>words</html>")
    page = Page(url="https://courier.example/a?x", text="words", answer=answer)

    kept = an_exhibit(page=page)

    assert kept.facts["page"]["sha256"] == evidence.digest(b"<html>words</html>")
    assert kept.facts["page"]["response"]["address"] == "https://courier.example/a"
    assert kept.bodies[1] == b"<html>words</html>"


@given(
    count=st.integers(1, 4),
    at=st.integers(0),
    column=st.sampled_from(["text", "hash", "alert", "article", "at"]),
    bit=st.integers(0, 7),
    where=st.integers(0),
)
def test_any_changed_bit_of_a_record_is_found_at_that_record(
    count: int, at: int, column: str, bit: int, where: int
) -> None:
    records, bodies = chained(*(an_exhibit(b"%d" % n) for n in range(count)))
    at %= count
    value = getattr(records[at], column)
    raw = bytearray(value if isinstance(value, bytes) else value.encode())
    raw[where % len(raw)] ^= 1 << bit
    changed: Any = bytes(raw) if column == "text" else raw.decode("latin-1")
    records[at] = replace(records[at], **{column: changed})

    flaw = walk(records, bodies)

    assert flaw is not None
    assert flaw.seq == at + 1


@given(data=st.binary(max_size=300), bit=st.integers(0), of=st.sampled_from(["data", "packed"]))
def test_any_changed_bit_of_stored_bytes_is_found(data: bytes, bit: int, of: str) -> None:
    records, bodies = chained(an_exhibit(data))
    [(name, body)] = bodies.items()
    value = getattr(body, of)
    raw = bytearray(value if isinstance(value, bytes) else value.encode())
    raw[bit // 8 % len(raw)] ^= 1 << bit % 8
    changed: Any = bytes(raw) if of == "data" else raw.decode("latin-1")

    flaw = walk(records, {name: replace(body, **{of: changed})})

    assert flaw is not None
    assert flaw.seq == 1


@pytest.mark.parametrize("first", range(4))
@pytest.mark.parametrize("second", range(4))
def test_records_that_change_places_or_are_missing_are_found(first: int, second: int) -> None:
    records, bodies = chained(*(an_exhibit(b"%d" % n) for n in range(5)))
    noted = evidence.head_note(records[-1].seq, records[-1].hash)
    swapped = records[:]
    swapped[first], swapped[second] = swapped[second], swapped[first]
    dropped = [one for one in records if one.seq != first + 1]

    flaw = walk(swapped, bodies, noted)
    assert (flaw is None) == (first == second)
    missing = walk(dropped, bodies, noted)
    assert missing is not None
    assert missing.seq == first + 1


def test_records_taken_from_the_end_are_missed_by_the_note_beside_the_chain() -> None:
    records, bodies = chained(an_exhibit(b"one"), an_exhibit(b"two"))
    noted = evidence.head_note(records[-1].seq, records[-1].hash)
    left = {name: one for name, one in bodies.items() if name == evidence.digest(b"one")}

    flaw = walk(records[:1], left, noted)

    assert flaw is not None
    assert "ends with record 1, and the note beside it says 2" in flaw.what


def test_a_record_written_anew_with_its_hash_is_found_at_the_next_one() -> None:
    records, bodies = chained(an_exhibit(b"one"), an_exhibit(b"two"))
    facts = {**records[0].facts, "title": "Nothing happened"}
    text = evidence.canonical(facts)
    records[0] = replace(records[0], text=text, hash=evidence.digest(text))

    flaw = walk(records, bodies)

    assert flaw == Flaw(
        seq=2, what="it does not follow the record before it: one of them was replaced"
    )


def test_bytes_that_no_record_names_are_found() -> None:
    records, bodies = chained(an_exhibit(b"one"))
    strange = evidence.pack(b"planted")

    flaw = walk(records, bodies | {strange.sha256: strange})

    assert flaw is not None
    assert strange.sha256 in flaw.what
