"""Which words articles are cut into, as one number: an index of other words is of no use."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING
from zlib import crc32

from watcher.core.stories import commons, datelines, spellings, stems, tables, words

if TYPE_CHECKING:
    from types import ModuleType

READ_BY = (commons, datelines, spellings, stems, tables, words)


@cache
def wording() -> int:
    """Return a number that changes with any table or measure by which articles become words."""
    return crc32(repr([_told(module) for module in READ_BY]).encode("utf-8", "surrogatepass"))


def _told(module: ModuleType) -> list[tuple[str, object]]:
    """Return what a module has as data, in one order whatever the run of the program."""
    return [
        (name, sorted(value) if isinstance(value, frozenset) else value)
        for name, value in sorted(vars(module).items())
        if name.isupper() and isinstance(value, (int, str, tuple, dict, frozenset))
    ]
