"""Words that differ by one slip from a word people watch for, and are words of their own.

`fuzzy` forgives one wrong letter; it never takes one of these for a misspelling. For readers to
extend: folded, what is watched for, and its false friends.
"""

from __future__ import annotations

from typing import Final

FALSE_FRIENDS: Final[dict[str, str]] = {
    # places and people
    "xinjiang": "xijiang xinjian xinxiang",
    "sincan": "sinan",
    # en
    "detention": "detection",
    "detained": "detailed",
    "deported": "departed",
    "sentence": "sentience",
    "sentences": "sentiences",
    "trials": "trails",
    "martial": "marital",
    "protested": "protected",
    "internment": "interment",
    "censored": "censured",
    "conviction": "convection",
    "prisons": "prions",
    "desert": "dessert",
    "refugee": "refuge",
    "border": "boarder",
    "lawyer": "layer",
    "minister": "minster",
    "country": "county",
    "factory": "factor",
    "election": "ejection erection",
    "elections": "ejections erections",
    "activist": "activism",
    "journalist": "journalism",
    "communist": "communism",
    "extremist": "extremism",
    "separatist": "separatism",
    "terrorist": "terrorism",
    # ru
    "осужден": "обсужден",
    "осуждены": "обсуждены",
    "осудили": "обсудили",
    "осуждение": "обсуждение",
    "осуждения": "обсуждения",
    "осуждению": "обсуждению",
    "осуждении": "обсуждении",
    # de, es, fr, tr
    "freiheit": "freizeit",
    "liberado": "liderado",
    "journaliste": "journalisme",
    "gazeteci": "gazetesi",
}
_FRIENDS: Final = frozenset(" ".join(FALSE_FRIENDS.values()).split())


def is_false_friend(word: str) -> bool:
    """Tell whether a folded word of a text is a word of its own, and no slip of the finger."""
    return word in _FRIENDS or word.removesuffix("s") in _FRIENDS
