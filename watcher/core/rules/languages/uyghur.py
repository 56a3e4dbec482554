"""Uyghur in three scripts: plural, whose, case. a and e become i in an open syllable.

Slots are written in Cyrillic letters with back vowels; the front row and the other alphabets
(Arabic, and the Latin of ULY) are made from it.
"""

from watcher.core.rules.languages.tables import Language, Slots, Strung, letters

_AFTER_A_VOWEL = "- ниң ни ға да дин дики дикиләр дәк ғичә чә ғиму диму"
_AFTER_A_CONSONANT = f"{_AFTER_A_VOWEL} қа та тин тики тикиләр тәк қичә қиму тиму"

_SLOTS = Slots(
    plural="лар",
    plural_of_its="лир",
    mine=("м ң миз ңиз ңлар", "им ум үм иң уң үң имиз умиз үмиз иңиз иңлар"),
    its=("си", "и"),
    case=(_AFTER_A_VOWEL, _AFTER_A_CONSONANT),
    case_of_mine="- ниң ни ға да дин дики дәк ғичә",
    case_of_its="- ниң ни ға да дин дики дәк ғичә",
    derived="лиқ луқ лүк",
    last="- му чу",
)
_FRONT = letters("ағқ", "әгк")


def _strung(
    alphabet: dict[int, str],
    *,
    vowels: str,
    gliding: str = "",
    softened: dict[str, str],
    high: str,
    rising: str,
    dropped: str = "",
) -> Strung:
    return Strung(
        slots=_SLOTS,
        harmonies=(_FRONT,),
        alphabet=alphabet,
        vowels=vowels,
        gliding=gliding,
        softened=softened,
        high=high,
        rising=rising,
        dropped=dropped,
    )


UYGHUR = (
    Language(
        "ug",
        "arabic",
        letters="ۇۆۈېەڭۋ",
        term_letters="چگپھئ",
        strung=_strung(
            letters("адғгәзийкқлмнңртсучү", "ادغگەزىيكقلمنڭرتسۇچۈ"),
            vowels="اهېوۇۆۈ",
            gliding="ي",
            softened={"ق": "غ", "ك": "گ", "پ": "ۋ"},
            high="ي",
            rising="اهي",
        ),
    ),
    Language(
        "ug",
        "cyrillic",
        letters="әғқңөүһҗ",
        never="ұіїєґўӯӣ",
        strung=_strung(
            {},
            vowels="аәеиоуөү",
            softened={"қ": "ғ", "к": "г"},
            high="и",
            rising="аәи",
            dropped="ь",
        ),
    ),
    Language(
        "ug",
        "latin",
        term_letters="éşüö",
        words="bilen uchun bolghan kerek",
        strung=_strung(
            letters("адгәзийкқлмнртсуү", "adgeziykqlmnrtsuu")
            | {ord("ғ"): "gh", ord("ң"): "ng", ord("ч"): "ch"},
            vowels="aeiou",
            softened={"q": "gh", "k": "g"},
            high="i",
            rising="aei",
        ),
    ),
)
