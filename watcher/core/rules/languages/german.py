"""German: cases and plurals of nouns, adjectives and participles, and the woman's form."""

from watcher.core.rules.languages.tables import Language, rows

_WORDS = rows("""
a b c d f g h i j k l m n o p q r t u v w y | 0 | - s es e en n in innen
s x z ss                                    | 0 | - es e en in innen
e                                           | 0 | - n s r m
e                                           | 1 | in innen
in                                          | 0 | - s nen
nis                                         | 0 | - se sen ses
isch ig lich                                | 0 | - e en em er es
et iert                                     | 0 | - e en em er es
en                                          | 0 | - s e en em er es
er el                                       | 0 | - s n in innen
isches liches iges erstes chstes nales rotes | 1 | - n m r s
erster chster ischer licher tiger naler zialer ener | 0 | - s n in innen
erster chster ischer licher tiger naler zialer ener | 1 | - n m s
agter eilter etzter ierter fteter ichteter  | 1 | - n m r s
fischer                                     | 0 | - s n in innen
burg furt berg heim dorf                    | 0 | - s e er ern
berlin wien peking kiew moskau               | 0 | - s er ern
mann land kind haus amt bild                | 0 | - es s e er ern
um                                          | 0 | - s
um                                          | 2 | en
""")

_SHORT = rows("""
amt | 0 | - s es
""")

# Endings that no other language here has, so that they count in any text.
_TELLING = rows("""
b c d f g h i j k l m n o p q r t u v w y a | 0 | innen
e                                           | 1 | innen
ache ire ure ale                            | 0 | n
ache ire ure ale                            | 1 | in innen
in                                          | 0 | nen
isch                                        | 0 | e en em er es
sch                                         | 0 | s
""")

GERMAN = (
    Language(
        "de",
        "latin",
        letters="üöäß",
        two_of="der die das den dem des im am von mit",
        words="und ist auf nicht eine einer wird zum zur sich auch nach wurde",
        rows=(_WORDS,),
        telling=_TELLING,
        shortest=4,
        sure_from=10,
    ),
    Language("de", "latin", rows=(_SHORT,), shortest=3),
)
