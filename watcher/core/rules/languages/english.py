"""English: the plural. Verbs are listed in full by whoever wants them (detain, detained).

-ed, -ing and -er are left out on purpose: a report is no reporter, a market no marketing.
"""

from watcher.core.rules.languages.tables import Language, rows

_NOUNS = rows("""
a b c d e f g h i j k l m n o p q r t u v w | 0 | - s
s x z ch sh                                 | 0 | - es
sis                                         | 0 | -
sis                                         | 2 | es
y                                           | 0 | - s
by cy dy fy gy hy ly my ny py ry sy ty vy   | 0 | - s
by cy dy fy gy hy ly my ny py ry sy ty vy   | 1 | ies
ife                                         | 2 | fe ves
ief alf elf olf                             | 0 | - s
ief alf elf olf                             | 1 | ves
man                                         | 2 | an en
child                                       | 0 | - ren
ese                                         | 0 | -
""")

ENGLISH = (Language("en", "latin", rows=(_NOUNS,), shortest=4, everywhere=True),)
