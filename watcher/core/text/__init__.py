"""THE normaliser and tokeniser, with offsets back into the original text; nobody else folds."""

from watcher.core.text.folding import CYRILLIC, LATIN, Folded, as_typed, fold, in_one_script
from watcher.core.text.tokens import FIRST_SIGN, Gap, Token, is_sign, tokenise

__all__ = [
    "CYRILLIC",
    "FIRST_SIGN",
    "LATIN",
    "Folded",
    "Gap",
    "Token",
    "as_typed",
    "fold",
    "in_one_script",
    "is_sign",
    "tokenise",
]
