"""Turkish: plural, whose, case, with or without the apostrophe that names take (Şincan'daki).

Slots are written in folded letters (ı = i, ü = u, ç = c) with back vowels.
"""

from watcher.core.rules.languages.tables import Language, Slots, Strung, letters

_SLOTS = Slots(
    plural="lar",
    mine=("m n miz muz niz nuz", "im um in un imiz umuz iniz unuz"),
    its=("si su", "i u"),
    case=(
        "- nin nun yi yu ya da dan yla daki ca",
        "- in un i u a da ta dan tan la daki taki ca",
    ),
    case_of_mine="- in un i u a da dan la daki",
    case_of_its="- nin nun ni nu na nda ndan yla ndaki nca",
    derived="li lu lik luk siz suz",
)

TURKISH = (
    Language(
        "tr",
        "latin",
        letters="ışğİ",
        term_letters="üöç",
        two_of="ve bu ile",
        words="bir icin olarak daha gibi olan sonra kadar degil",
        strung=Strung(
            slots=_SLOTS,
            harmonies=(letters("a", "e"),),
            alphabet={},
            vowels="aeiou",
            softened={"k": "g", "p": "b", "t": "d"},
            high="iu",
            fleeting="iu",
        ),
    ),
)
