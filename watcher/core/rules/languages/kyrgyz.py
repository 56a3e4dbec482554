"""Kyrgyz: plural, whose, case. Vowels follow the word's own, rounded ones too: көз-дөр-үбүз-дөн.

After у a low vowel is а, and what follows that is not rounded any more: укуг-у, укук-тар-ы.
"""

from watcher.core.rules.languages.tables import Language, Slots, Strung, letters

_SLOTS = Slots(
    plural="лар дар тар",
    mine=("м ң быз ңыз", "ым ың ыбыз ыңыз"),
    its=("сы", "ы"),
    case=(
        "- нын ны га да дан дагы ныкы ча дай",
        "- нын дын тын ны ды ты га ка да та дан тан дагы тагы ныкы дыкы тыкы ча дай тай",
    ),
    case_of_mine="- нын дын а ды ны да дан дагы ныкы дай",
    case_of_its="- нын н на нда нан ндагы ныкы ндай",
    derived="дагылар тагылар лык дык тык",
)

KYRGYZ = (
    Language(
        "ky",
        "cyrillic",
        letters="ңөү",
        never="әғқұһіїєґў",
        words="жана менен боюнча деди айтымында",
        strung=Strung(
            slots=_SLOTS,
            harmonies=(
                letters("аы", "еи"),
                letters("аы", "оу"),
                letters("аы", "өү"),
                letters("ы", "у"),
            ),
            by_last_vowel="аыяую еиэ оё өү ую",
            alphabet={},
            vowels="аеёиоуыэюяөү",
            softened={"к": "г", "п": "б"},
            high="ыиуү",
            fleeting="ыиуү",
            dropped="ь",
        ),
    ),
)
