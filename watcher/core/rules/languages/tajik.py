"""Tajik: plural, the -и that links a word to the next, -ро of the object, "my" and "its"."""

from watcher.core.rules.languages.tables import Language, rows

_WORDS = rows("""
б в г д ж з к л м н п р с т ф х ч ш қ ғ ҳ ҷ | 0 | - и ро е у ҳо ҳои ҳоро он они онро ам ат аш амон атон ашон иро
а о у э ӯ ю я е                             | 0 | - и ро е ҳо ҳои ҳоро ву ям ят яш ямон ятон яшон иро
и ӣ                                         | 0 | - ро е ҳо ҳои ҳоро ву ам ат аш амон атон ашон
ӣ                                           | 1 | и ии иро
""")  # noqa: E501 - one row is one line

TAJIK = (
    Language(
        "tg",
        "cyrillic",
        letters="ӯӣҷҳ",
        never="әңөұіўїєґ",
        words="дар аз барои дод",
        rows=(_WORDS,),
    ),
)
