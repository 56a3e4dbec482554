"""Spanish: plural and gender of nouns, adjectives and participles; the common forms of verbs."""

from watcher.core.rules.languages.tables import Language, rows

# Folded: "detención" is "detencion". Participles also bend to each other: detenido, detenidas.
_WORDS = rows("""
e i u                   | 0 | - s
a                       | 0 | - s
o                       | 1 | o os a as
ida ada                 | 0 | - s
ida ada                 | 1 | o os
idos idas ados adas     | 2 | o os a as
b c d f g h j k m p t v w y | 0 | - s es
l n r                   | 0 | - es a as s
s                       | 0 | - es a as
z                       | 1 | z ces
x                       | 0 | - es
ista                    | 0 | - s
""")

# Of words of six letters or more: solar is not solo.
_VERBS = rows("""
ar                      | 2 | a an o aron ado ada ados adas ando aba aban ara aran
er ir                   | 2 | e en io ieron ido ida idos idas iendo ia ian
""")

SPANISH = (
    Language(
        "es",
        "latin",
        letters="ñáíóú",
        never="ãõìòåæøčěřšžőű",
        two_of="el las del con y",
        words="una por pero segun fue tambien desde sus muy hacia fueron quien ante tras",
        rows=(_WORDS,),
    ),
    Language("es", "latin", rows=(_VERBS,), shortest=6),
)
