"""French: plural and feminine of nouns, adjectives and participles."""

from watcher.core.rules.languages.tables import Language, rows

# Folded: "arrêtées" is "arretees".
_WORDS = rows("""
b c d f g h i j k m n o p q r t u v w y     | 0 | - s e es
a                                           | 0 | - s
e                                           | 0 | - s e es
l                                           | 0 | - s e es
al                                          | 0 | - e es s
al                                          | 1 | ux
ail                                         | 0 | - s
ail                                         | 2 | ux
eau eu                                      | 0 | - x
s x z                                       | 0 | - e es
eux                                         | 0 | -
eux                                         | 1 | se ses
if                                          | 0 | - s
if                                          | 1 | ve ves
en on                                       | 0 | - s ne nes
el                                          | 0 | - s le les
eur                                         | 0 | - s e es
eur                                         | 1 | se ses
teur                                        | 0 | - s e es
teur                                        | 3 | rice rices
c                                           | 0 | - s
c                                           | 1 | que ques
""")

FRENCH = (
    Language(
        "fr",
        "latin",
        letters="çèêàùïôœëû",
        term_letters="é",
        words="les des et dans une sur aux qui au ces cette",
        rows=(_WORDS,),
        shortest=4,
    ),
)
