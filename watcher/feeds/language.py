"""A guess at the language of a text, by py3langid (extra `langid`), where it is installed.

It is asked last (see `core.rules.spoken`), and only for rules that want certain languages. Its
model is read when first needed.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

_SHORTEST = 20
"""Characters below which a guess is none."""
_SURE = 0.7
_NEVER = 0.02
"""Most likelihood that the asked languages may have together, to say it is another."""


@cache
def _model() -> LanguageIdentifier | None:
    try:
        from py3langid.langid import MODEL_FILE, LanguageIdentifier  # noqa: PLC0415 - an extra
    except ImportError:
        return None
    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


def guess(text: str, asked: frozenset[str]) -> str | None:
    """Return the language (ISO 639-1) of a text, if it is one of `asked` or plainly another.

    None where py3langid is not installed, where it does not know all the languages asked for, and
    where it is not sure.
    """
    if len(text.strip()) < _SHORTEST or (model := _model()) is None:
        return None
    if not asked <= set(model.labels):
        return None
    shares: dict[str, float] = dict(model.rank(text))
    language, share = next(iter(shares.items()))
    if language in asked:
        return language
    others = share >= _SURE and sum(shares[one] for one in asked) <= _NEVER
    return language if others else None
