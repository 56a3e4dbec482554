"""French: plural and feminine of nouns, adjectives and participles."""

from watcher.core.rules.languages.tables import Language, rows

# Folded: "arrêtées" is "arretees".
_PLURAL = rows("""
a b c d e f g h i j k l m n o p q r t u v w y | 0 | - s
al                                            | 0 | - s
al                                            | 1 | ux
ail                                           | 0 | - s
ail                                           | 2 | ux
eau eu                                        | 0 | - x
s x z                                         | 0 | -
c                                             | 0 | - s
c                                             | 1 | que ques
ec                                            | 0 | - s que ques
anc                                           | 0 | - s he hes
""")

# Of words of five letters or more: vent is not vente, parc not parce.
_FEMININE = rows("""
b d f g h i j k l m n o p q r s t u v w y z | 0 | e es
e                                           | 0 | e es
eux                                         | 1 | se ses
if                                          | 1 | ve ves
en on                                       | 0 | ne nes
el                                          | 0 | le les
er                                          | 0 | -
ier ger cher                                | 0 | e es
eur                                         | 1 | se ses
teur adeur                                  | 3 | rice rices
""")

FRENCH = (
    Language(
        "fr",
        "latin",
        letters="çèêàùïôœëû",
        term_letters="é",
        two_of="le du des est sur pour",
        words="les et dans une aux qui au cette leur",
        rows=(_PLURAL,),
        shortest=4,
    ),
    Language("fr", "latin", rows=(_FEMININE,), shortest=5),
)
