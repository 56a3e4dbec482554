"""Memory that the C library holds in reserve, given back to the system.

Documents of some megabytes come and go between small things that stay, and glibc keeps the holes:
a quarter of all memory after three feeds of 10 MB. Elsewhere nothing is done.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

AFTER: Final = 1_000
"""New articles after which it is done again: it takes some milliseconds."""


@cache
def _trim() -> Callable[[int], int] | None:
    import ctypes  # noqa: PLC0415 - most runs from cron bring little that is new

    try:
        found: Callable[[int], int] = ctypes.CDLL(None).malloc_trim
    except (AttributeError, OSError, TypeError):  # another C library
        return None
    return found


def give_back() -> None:
    """Give back what is free, wherever in the heap it lies."""
    trim = _trim()
    if trim is not None:
        trim(0)
