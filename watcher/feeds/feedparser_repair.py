"""feedparser as we need it: what is changed in it, in one place. Only the child imports it.

The changes reach into a class that feedparser calls private: it has no other way to say so. With a
release that has it no more they are left out, feeds are still read, and `missing` says what lacks;
a test asks for that, so that it is seen before it is released.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

import feedparser
import feedparser.mixin
from feedparser.util import FeedParserDict

__all__ = ["feedparser", "missing"]

_MIXIN: Any = getattr(feedparser.mixin, "_FeedParserMixin", None)
"""Any: feedparser has no types; what is used of it is looked at first."""
PLAIN_PUSH: Final[Any] = getattr(_MIXIN, "push_content", None)
"""As feedparser has it, for the test that compares."""
_USED: Final = ("can_be_relative_uri", "unknown_starttag", "unknown_endtag", "push_content")
_LONGEST_REMEMBERED: Final = 500


def missing() -> tuple[str, ...]:
    """Return what feedparser lacks of what is changed here; nothing when all is well."""
    return tuple(name for name in _USED if not hasattr(_MIXIN, name))


def _keep_ids(mixin: Any) -> None:  # noqa: ANN401 - feedparser has no types
    """Leave an id as the feed writes it.

    It is a name, not an address (RFC 4287 4.2.6.1): joined to a base, it would change with what
    stands before its entry.
    """
    mixin.can_be_relative_uri.discard("id")


def _end_bases(mixin: Any) -> None:  # noqa: ANN401 - feedparser has no types
    """Let an element's xml:base end with it, also where there was none around it.

    Without an outermost base (an RSS document has none here) feedparser keeps the last one for
    all that follows, so that one item's base shifts the links of the items after it.
    """
    ends = mixin.unknown_endtag

    def unknown_endtag(self: Any, tag: str) -> None:  # noqa: ANN401
        ends(self, tag)
        around = getattr(self, "basestack", None)
        if around and not around[-1]:
            self.baseuri = ""

    mixin.unknown_endtag = unknown_endtag


class _Params(FeedParserDict):  # type: ignore[misc] # feedparser has no types
    """What feedparser notes of the element it is in, none of whose keys has another name."""

    get = dict.get

    def __deepcopy__(self, _: object) -> FeedParserDict:
        return FeedParserDict(self)  # its values are strings and None


def _ask_once(mixin: Any) -> None:  # noqa: ANN401 - feedparser has no types
    """Remember what feedparser asks for at each element, several times.

    Joining two addresses, which are the same for all elements of a document, and looking up what it
    notes of the element it is in, together took a quarter of the time of parsing.
    """
    join, push = feedparser.mixin.make_safe_absolute_uri, PLAIN_PUSH
    remembered = lru_cache(maxsize=256)(join)

    def joined(base: str, rel: str | None = None) -> str:
        short = len(base) + len(rel or "") <= _LONGEST_REMEMBERED
        found: str = (remembered if short else join)(base, rel)
        return found

    def push_content(self: Any, *arguments: Any) -> None:  # noqa: ANN401
        push(self, *arguments)
        self.contentparams = _Params(self.contentparams)

    feedparser.mixin.make_safe_absolute_uri = joined
    mixin.push_content = push_content


if not missing():
    _keep_ids(_MIXIN)
    _end_bases(_MIXIN)
    _ask_once(_MIXIN)
