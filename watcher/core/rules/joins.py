"""Words that a text writes in pieces: re-education, Xin-jiang, l'Ouïghour, U.N.

Which pieces make one word is decided here once; `glance` asks for all that might, `scan` only for
those that the capitals of the text allow.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from watcher.core.text import Gap, in_one_script, is_sign

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from watcher.core.text import Token

_WITHIN = {Gap.NONE, Gap.HYPHEN, Gap.WRAP, Gap.APOSTROPHE}
# Asked of every word of a text. An enum's hash is slow, its use as an index is not.
JOINS: Final = tuple(gap in _WITHIN or gap is Gap.DOT for gap in Gap)
"""Whether the words on both sides of a gap may be one."""
_GOES_ON: Final = tuple(gap in _WITHIN for gap in Gap)
_MOST_PIECES: Final = 4
_MOST_INITIALS: Final = 8


def may_go_on(tokens: Sequence[Token], at: int) -> bool:
    """Tell whether a token may be the rest of the word before it, by what stands between them."""
    return _GOES_ON[tokens[at].gap] and not is_sign(tokens[at].text)


def joined(
    tokens: Sequence[Token], at: int, goes_on: Callable[[Sequence[Token], int], bool]
) -> Iterator[tuple[str, int]]:
    """Yield each word that a token begins with the pieces after it, and the token after those."""
    word = tokens[at].text
    initials = len(word) == 1
    for after in range(at + 1, min(at + _MOST_INITIALS, len(tokens))):
        initials = initials and len(tokens[after].text) == 1
        dotted = initials and tokens[after].gap is Gap.DOT
        if not dotted and (after - at >= _MOST_PIECES or not goes_on(tokens, after)):
            return
        word = in_one_script(word + tokens[after].text)
        yield word, after + 1
