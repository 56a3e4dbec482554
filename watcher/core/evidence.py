"""The chain of evidence: what was served for each article that people were told of.

A record is canonical JSON: ASCII, keys sorted, no spaces, no fractions. Its hash is the SHA-256
of these bytes, and it names the hash of the record before it; so whoever changes one must change
all that follow, up to the last hash, which may be known elsewhere. Bodies (an item's bytes, a
page) are named by their SHA-256. Pure: where rows lie and how they are read is the store's affair.
"""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Final

from watcher.core.model import Article, Fetched, Page, Part, Served

FORMAT: Final = 1
ZEROS: Final = "0" * 64
"""What the first record names in place of a record before it."""

_LEFT_OUT: Final = frozenset(
    {"authentication-info", "proxy-authentication-info", "www-authenticate", "proxy-authenticate"}
)
_LEFT_OUT_PARTS: Final = ("cookie", "token", "csrf", "xsrf", "session", "forwarded", "client-ip")
"""Headers that name a visit or a visitor: that they came is written down, not what they said."""
_LEFT_OUT_VISITORS: Final = frozenset({"x-real-ip", "cf-connecting-ip", "x-remote-addr"})

_LOGIN: Final = re.compile(r"(https?://)[^/@\s]{1,400}@", re.IGNORECASE)
"""What an address says before its host: a name and a password."""

Facts = Mapping[str, Any]
"""A record as JSON has it; Any, because json does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exhibit:
    """What is to be kept of one article, before it has its place in the chain.

    `bodies` are the bytes that `facts` name by their hashes.
    """

    facts: Facts
    bodies: tuple[bytes, ...] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One record of the chain, as stored: what its columns say, and its own bytes."""

    seq: int
    hash: str
    text: bytes
    alert: str
    """"" for what was kept of an article without an alert of its own (an edit, a wait)."""
    article: str
    at: str

    @property
    def facts(self) -> Facts:
        """What the record says. Raises ValueError for what is no record."""
        found = json.loads(self.text)
        if not isinstance(found, dict):
            raise ValueError("not a record")  # noqa: TRY004 - what was read is wrong, not our types
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """Some bytes as stored: compressed, with the hash of them plain and of them packed."""

    sha256: str
    packed: str
    data: bytes = field(repr=False)

    def plain(self, size: int) -> bytes:
        """Return the bytes, of which there must be `size`. Raises ValueError if they changed."""
        if digest(self.data) != self.packed:
            raise ValueError("the stored bytes are not those that were stored")
        try:
            unpacker = zlib.decompressobj()
            plain = unpacker.decompress(self.data, size + 1)
        except zlib.error as error:
            raise ValueError("the stored bytes can't be unpacked") from error
        if len(plain) != size or digest(plain) != self.sha256:
            raise ValueError("the bytes are not those that were served")
        return plain


@dataclass(frozen=True, slots=True, kw_only=True)
class Flaw:
    """The first thing that is wrong with a chain. `seq` is None where it is no record's."""

    seq: int | None
    what: str


def digest(data: bytes) -> str:
    """Return the SHA-256 of some bytes, as `sha256sum` prints it."""
    return sha256(data).hexdigest()


def canonical(facts: Facts) -> bytes:
    """Return the one spelling of a record that is hashed."""
    return json.dumps(facts, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def moment(at: datetime) -> str:
    """Return a time as records have it: UTC, to the microsecond, so that text sorts as time."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


# --- what is kept --------------------------------------------------------------------------------


def exhibit(
    article: Article,
    served: Served | None,
    *,
    alert: str,
    at: datetime,
    asked: str,
    answer: Fetched | None,
    document: Facts,
    page: Page | None,
    program: str,
    hide: Callable[[str], str],
) -> Exhibit:
    """Return what is kept of an article: what was asked, what answered, and the bytes.

    `served` None: what was read is kept as JSON in place of the bytes. `answer` None: a hub sent
    it unasked. `hide` takes secrets out of addresses and headers.
    """
    served = served or Served(data=_reading(article), part=Part.READING, exact=False)
    facts = {
        "format": FORMAT,
        "program": program,
        "at": moment(at),
        "alert": alert,
        "article": str(article.id),
        "key": article.key,
        "title": article.title,
        "url": article.url,
        "published": None if article.published is None else moment(article.published),
        "asked": _address(asked, hide),
        "via": "push" if answer is None else "poll",
        "response": None if answer is None else _response(answer, hide),
        "document": document,
        "item": {
            "part": served.part.value,
            "exact": served.exact,
            "offset": served.offset,
            **_named(served.data),
        },
        "page": None,
    }
    bodies = [served.data]
    if page is not None and page.answer is not None and page.answer.body is not None:
        facts["page"] = {
            "asked": _address(page.url, hide),
            "response": _response(page.answer, hide),
            **_named(page.answer.body),
        }
        bodies.append(page.answer.body)
    return Exhibit(facts=facts, bodies=tuple(bodies))


def _named(data: bytes) -> Facts:
    return {"sha256": digest(data), "bytes": len(data)}


def _address(url: str, hide: Callable[[str], str]) -> str:
    return _LOGIN.sub(r"\1***@", hide(url))


def _response(answer: Fetched, hide: Callable[[str], str]) -> Facts:
    headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in answer.headers]
    return {
        "address": _address(answer.url, hide),
        "status": answer.status,
        "headers": [
            [name, _address(value, hide)] for name, value in headers if not _is_left_out(name)
        ],
        "left_out": sorted({name for name, _ in headers if _is_left_out(name)}),
    }


def _is_left_out(header: str) -> bool:
    name = header.lower()
    return (
        name in _LEFT_OUT
        or name in _LEFT_OUT_VISITORS
        or any(part in name for part in _LEFT_OUT_PARTS)
    )


def _reading(article: Article) -> bytes:
    words = {"title": article.title, "summary": article.summary, "text": article.text}
    return canonical(words | {"url": article.url, "key": article.key})


# --- the chain -----------------------------------------------------------------------------------


def chain(exhibits: Iterable[Exhibit], *, seq: int, previous: str) -> Iterator[Record]:
    """Yield the records of the exhibits, to stand behind the record `seq` with hash `previous`."""
    for one in exhibits:
        seq += 1
        facts = {**one.facts, "seq": seq, "previous": previous}
        text = canonical(facts)
        previous = digest(text)
        yield Record(
            seq=seq,
            hash=previous,
            text=text,
            alert=facts["alert"],
            article=facts["article"],
            at=facts["at"],
        )


def pack(data: bytes) -> Body:
    """Return some bytes as they are stored."""
    packed = zlib.compress(data, 6)
    return Body(sha256=digest(data), packed=digest(packed), data=packed)


def bodies_of(facts: Facts) -> list[tuple[str, int]]:
    """Return hash and length of the bodies that a record names. Raises ValueError for nonsense."""
    try:
        named = [facts["item"], *([facts["page"]] if facts["page"] else [])]
        found = [(one["sha256"], one["bytes"]) for one in named]
    except (KeyError, TypeError) as error:
        raise ValueError("it does not say what was served") from error
    if not all(isinstance(hash_, str) and isinstance(size, int) for hash_, size in found):
        raise ValueError("it does not say what was served")
    return found


class Walk:
    """Checks a chain from its first record on: give it every record, in order, then `end`.

    Each step returns the flaw it finds; what follows the first flaw proves nothing.
    """

    def __init__(self) -> None:
        self.seq = 0
        self.head = ZEROS
        self.named: set[str] = set()
        """The hashes of all bodies that records name."""

    def step(self, record: Record, bodies: Mapping[str, Body]) -> Flaw | None:
        """Check the next record, and that the bodies it names are the ones that were served."""
        try:
            self._check(record)
            for name, size in bodies_of(record.facts):
                self._check_body(name, size, bodies)
        except ValueError as error:
            return Flaw(seq=self.seq + 1, what=f"{error}")
        self.seq, self.head = record.seq, record.hash
        return None

    def _check(self, record: Record) -> None:
        if record.seq != self.seq + 1:
            raise ValueError(f"it is missing: after record {self.seq} comes {record.seq}")
        if digest(record.text) != record.hash:
            raise ValueError("its hash is not that of its words: one of them was changed")
        facts = record.facts
        if canonical(facts) != record.text:
            raise ValueError("it is not spelled as records are")
        if facts.get("previous") != self.head:
            raise ValueError("it does not follow the record before it: one of them was replaced")
        columns = {"seq": record.seq, "alert": record.alert, "article": record.article}
        for name, value in (columns | {"at": record.at}).items():
            if facts.get(name) != value:
                raise ValueError(f"it is filed under another {name} than it names")

    def _check_body(self, name: str, size: int, bodies: Mapping[str, Body]) -> None:
        if name not in bodies:
            raise ValueError(f"the bytes that it names are gone (SHA-256 {name})")
        if name not in self.named:
            bodies[name].plain(size)
        self.named.add(name)

    def end(self, noted: str | None, stored: Iterable[str]) -> Flaw | None:
        """Check what stands behind the last record.

        `noted` is the head as the store noted it beside the chain, `stored` the names of all
        bodies there are.
        """
        if noted != head_note(self.seq, self.head):
            wanted = (noted or "none").partition(" ")[0]
            return Flaw(
                seq=None,
                what=f"the chain ends with record {self.seq}, and the note beside it says {wanted}:"
                " records were taken from its end, or the note was changed",
            )
        strange = sorted(set(stored) - self.named)
        if strange:
            return Flaw(seq=None, what=f"there are bytes that no record names: {strange[0]}")
        return None


def head_note(seq: int, head: str) -> str | None:
    """Return what the store notes beside the chain: where it ends. None for an empty one."""
    return f"{seq} {head}" if seq else None
