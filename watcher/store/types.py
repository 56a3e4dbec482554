"""How values that SQL has no exact type for lie in a column, so that what goes in comes out.

Times and durations are whole microseconds, sets and tuples are JSON with one spelling, hashes
are packed. Text is any Python string: PostgreSQL takes no NUL and neither database takes a lone
surrogate, and both stand in real feeds.
"""

from __future__ import annotations

import json
import re
import struct
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import BigInteger, Integer, LargeBinary, Text
from sqlalchemy.types import TypeDecorator, TypeEngine

from watcher.core.model import Habits, Wishes

if TYPE_CHECKING:
    from sqlalchemy.engine import Dialect

Value = TypeVar("Value")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_SECOND = timedelta(seconds=1)

_ESCAPE = "\ufdd0"
"""A code point that Unicode keeps free of meaning, followed by four hex digits."""
_UNSAFE = re.compile(f"[\x00{_ESCAPE}\ud800-\udfff]")
_ESCAPED = re.compile(f"{_ESCAPE}([0-9a-f]{{4}})")


def guard(text: str) -> str:
    """Return `text` as a string that every database takes; `unguard` gives it back."""
    try:
        text.encode()
    except UnicodeEncodeError:
        pass
    else:
        if "\x00" not in text and _ESCAPE not in text:
            return text
    return _UNSAFE.sub(lambda found: f"{_ESCAPE}{ord(found[0]):04x}", text)


def unguard(text: str) -> str:
    """Return what `guard` was given."""
    if _ESCAPE not in text:
        return text
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)


def pack(digests: frozenset[bytes]) -> bytes:
    """Return the hashes as one blob: per length (2 bytes) and count (4 bytes) the sorted hashes."""
    by_length: dict[int, list[bytes]] = {}
    for digest in sorted(digests):
        by_length.setdefault(len(digest), []).append(digest)
    return b"".join(
        struct.pack(">HI", length, len(group)) + b"".join(group)
        for length, group in sorted(by_length.items())
    )


def unpack(blob: bytes) -> frozenset[bytes]:
    """Return what `pack` was given."""
    digests: set[bytes] = set()
    at = 0
    while at < len(blob):
        length, count = struct.unpack_from(">HI", blob, at)
        at += 6
        digests.update(blob[at + n * length : at + (n + 1) * length] for n in range(count))
        at += length * count
    return frozenset(digests)


def to_json(value: object) -> str:
    """Return `value` as compact JSON that any database takes."""
    return guard(json.dumps(value, ensure_ascii=False, separators=(",", ":")))


def from_json(text: str) -> Any:  # noqa: ANN401 - JSON has no narrower type; callers check
    """Return what `to_json` was given, tuples as lists."""
    return json.loads(unguard(text))


def mark_of(text: str) -> int:
    """Return 64 bits that stand for `text` in an index.

    Keys and addresses come from feeds and may be of any length, while PostgreSQL refuses a row
    whose indexed text is over some 2,700 bytes: one long guid would block its whole feed.
    """
    digest = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


class _Stored(TypeDecorator[Value]):
    """A column whose values are written by `store` and read by `load`; NULL stays None."""

    impl: TypeEngine[Any] | type[TypeEngine[Any]] = Text
    cache_ok = True

    def store(self, value: Value) -> object:
        """Return what lies in the column."""
        raise NotImplementedError

    def load(self, stored: Any) -> Value:  # noqa: ANN401 - what `store` returned
        """Return what `store` was given."""
        raise NotImplementedError

    def process_bind_param(self, value: Value | None, dialect: Dialect) -> object:  # noqa: ARG002
        """Write."""
        return None if value is None else self.store(value)

    def process_result_value(self, value: object, dialect: Dialect) -> Value | None:  # noqa: ARG002
        """Read."""
        return None if value is None else self.load(value)


class Words(_Stored[str]):
    """Any Python string; a StrEnum is stored as its value."""

    cache_ok = True

    def store(self, value: str) -> str:
        """Guard what goes in."""
        return guard(str(value))

    def load(self, stored: str) -> str:
        """Unguard what comes out."""
        return unguard(stored)


class Moment(_Stored[datetime]):
    """A time as microseconds since 1970, UTC. A naive time is refused: it would be a guess."""

    impl = BigInteger
    cache_ok = True

    def store(self, value: datetime) -> int:
        """Count the microseconds."""
        if value.tzinfo is None:
            raise ValueError("a time without a zone can't be stored")
        return (value - _EPOCH) // _MICROSECOND

    def load(self, stored: int) -> datetime:
        """Return an aware time in UTC."""
        return _EPOCH + timedelta(microseconds=stored)


class Span(_Stored[timedelta]):
    """A duration as microseconds."""

    impl = BigInteger
    cache_ok = True

    def store(self, value: timedelta) -> int:
        """Count the microseconds."""
        return value // _MICROSECOND

    def load(self, stored: int) -> timedelta:
        """Return the duration."""
        return timedelta(microseconds=stored)


class Listing(_Stored[tuple[str, ...]]):
    """Strings in their order, as JSON."""

    cache_ok = True

    def store(self, value: tuple[str, ...]) -> str:
        """Write JSON."""
        return to_json(list(value)) if value else "[]"

    def load(self, stored: str) -> tuple[str, ...]:
        """Read JSON."""
        return () if stored == "[]" else tuple(from_json(stored))


class Names(_Stored[frozenset[str]]):
    """A set of strings, as sorted JSON: equal sets are equal in the column."""

    cache_ok = True

    def store(self, value: frozenset[str]) -> str:
        """Write JSON."""
        return to_json(sorted(value)) if value else "[]"

    def load(self, stored: str) -> frozenset[str]:
        """Read JSON."""
        return frozenset() if stored == "[]" else frozenset(from_json(stored))


class Learned(_Stored[Habits]):
    """A feed's habits as JSON: [gap, longest, gaps, reach], durations in whole seconds."""

    cache_ok = True

    def store(self, value: Habits) -> str:
        """Write JSON."""
        spans = (value.gap, value.longest, value.reach)
        gap, longest, reach = (None if one is None else one // _SECOND for one in spans)
        return to_json([gap, longest, value.gaps, reach])

    def load(self, stored: str) -> Habits:
        """Read JSON."""
        gap, longest, gaps, reach = from_json(stored)
        spans = (None if one is None else timedelta(seconds=one) for one in (gap, longest, reach))
        gap, longest, reach = spans
        return Habits(gap=gap, longest=longest, gaps=gaps, reach=reach)


class Asked(_Stored[Wishes]):
    """A publisher's wishes as JSON: [max_age, ttl, hours, days], durations in whole seconds.

    Most ask for nothing, which is "[]".
    """

    cache_ok = True

    def store(self, value: Wishes) -> str:
        """Write JSON."""
        if value == Wishes():
            return "[]"
        spans = (value.max_age, value.ttl)
        max_age, ttl = (None if one is None else one // _SECOND for one in spans)
        return to_json([max_age, ttl, sorted(value.skip_hours), sorted(value.skip_days)])

    def load(self, stored: str) -> Wishes:
        """Read JSON."""
        if stored == "[]":
            return Wishes()
        max_age, ttl, hours, days = from_json(stored)
        spans = (None if one is None else timedelta(seconds=one) for one in (max_age, ttl))
        max_age, ttl = spans
        return Wishes(
            max_age=max_age, ttl=ttl, skip_hours=frozenset(hours), skip_days=frozenset(days)
        )


class Digests(_Stored[frozenset[bytes]]):
    """A set of hashes, packed."""

    impl = LargeBinary
    cache_ok = True

    def store(self, value: frozenset[bytes]) -> bytes:
        """Pack."""
        return pack(value)

    def load(self, stored: bytes) -> frozenset[bytes]:
        """Unpack."""
        return unpack(stored)


class Ascii(_Stored[str]):
    """Text as bytes, so that what was tampered with can be read, and told from what was stored."""

    impl = LargeBinary
    cache_ok = True

    def store(self, value: str) -> bytes:
        """Encode."""
        return value.encode()

    def load(self, stored: bytes) -> str:
        """Decode."""
        return bytes(stored).decode("utf-8", "backslashreplace")


SEQUENCE: TypeEngine[int] = BigInteger().with_variant(Integer(), "sqlite")
"""Row numbers that the database counts up: SQLite does so only for a column called INTEGER."""
