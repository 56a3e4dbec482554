"""Uzbek in Latin and Cyrillic letters: plural, whose, case. Its endings know no vowel harmony.

The apostrophe of oʻ and gʻ, of whatever kind, is gone when words are compared: gʻi is gi.
"""

from watcher.core.rules.languages.tables import Language, Slots, Strung, letters

_SLOTS = Slots(
    plural="лар",
    mine=("м нг миз нгиз", "им инг имиз ингиз"),
    its=("си", "и"),
    case=(
        "- нинг ни га да дан гача даги дагилар ники ча дек",
        "- нинг ни га ка қа да дан гача кача қача даги дагилар ники ча дек",
    ),
    case_of_mine="- нинг ни га да дан гача даги ники",
    case_of_its="- нинг ни га да дан гача даги ники ча",
    derived="лик ча",
    last="- ми дир",
)

UZBEK = (
    Language(
        "uz",
        "latin",
        letters="ʻ",
        two_of="va bu ham",
        words="bilan uchun haqida qilindi qilingan lekin uning hamda",
        strung=Strung(
            slots=_SLOTS,
            alphabet=letters("агдезийкқлмнрст", "agdeziykqlmnrst") | {ord("ч"): "ch"},
            vowels="aeiou",
            softened={"q": "g", "k": "g"},
            high="i",
            fleeting="iu",
        ),
    ),
    Language(
        "uz",
        "cyrillic",
        letters="ўқғҳ",
        never="әңөұүіӯӣҷ",
        words="билан учун хакида килинди",
        strung=Strung(
            slots=_SLOTS,
            alphabet={},
            vowels="аеёиоуэюяў",
            softened={"қ": "ғ", "к": "г"},
            high="и",
            fleeting="иу",
            dropped="ь",
        ),
    ),
)
