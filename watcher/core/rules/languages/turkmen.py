"""Turkmen: plural, whose, case. Slots are written in folded letters (ň = n, ý = y, ä = a)."""

from watcher.core.rules.languages.tables import Language, Slots, Strung, letters

_SLOTS = Slots(
    plural="lar",
    mine=("m n myz nyz", "ym yn ymyz ynyz"),
    its=("sy", "y"),
    case=(
        "- nyn ny a na da dan daky ca",
        "- yn y a da dan daky ca",
    ),
    case_of_mine="- yn y a da dan daky",
    case_of_its="- nyn ny na nda ndan ndaky nca",
    derived="ly lyk lyklar",
)

TURKMEN = (
    Language(
        "tk",
        "latin",
        letters="ňýžäş",
        never="ğıāčěřťáéíóúůł",
        words="bilen ucin barada boyunca",
        strung=Strung(
            slots=_SLOTS,
            harmonies=(letters("ay", "ei"),),
            alphabet={},
            vowels="aeiouy",
            softened={"k": "g", "p": "b", "t": "d"},
            high="yiu",
        ),
    ),
)
