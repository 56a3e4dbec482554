"""How words bend in each language: closed tables of endings, for speakers to read and extend.

A word of a watch list is found when the text has its stem and, after it, an ending that stands
in a table here, and nothing else: "қазақ" has the form "қазақтарға", and "Қазақстан" is another
word, because -стан is no ending. No stemmer, no "so many letters more".

One file per language holds all that is known of it: the letters and little words that show it,
and its endings. To mend one: put the ending into its row, and a sentence into
tests/core/tongues. To add one: write its file and name it below. Chinese needs none: its words
don't bend (see `han` for what it needs instead).
"""

from watcher.core.rules.languages.arabic import ARABIC, ARTICLE, without_particles
from watcher.core.rules.languages.english import ENGLISH
from watcher.core.rules.languages.french import FRENCH
from watcher.core.rules.languages.german import GERMAN
from watcher.core.rules.languages.kazakh import KAZAKH, TYPED_ON_A_RUSSIAN_KEYBOARD
from watcher.core.rules.languages.kyrgyz import KYRGYZ
from watcher.core.rules.languages.malay import MALAY
from watcher.core.rules.languages.russian import RUSSIAN, TYPED
from watcher.core.rules.languages.spanish import SPANISH
from watcher.core.rules.languages.tables import Chains, Language, Strung, rows_of
from watcher.core.rules.languages.tajik import TAJIK
from watcher.core.rules.languages.turkish import TURKISH
from watcher.core.rules.languages.turkmen import TURKMEN
from watcher.core.rules.languages.ukrainian import UKRAINIAN
from watcher.core.rules.languages.uyghur import UYGHUR
from watcher.core.rules.languages.uzbek import UZBEK

__all__ = [
    "ARTICLE",
    "LANGUAGES",
    "OF_SCRIPT",
    "TYPED",
    "TYPED_ON_A_RUSSIAN_KEYBOARD",
    "Chains",
    "Language",
    "Strung",
    "rows_of",
    "without_particles",
]

LANGUAGES: tuple[Language, ...] = (
    *ENGLISH, *GERMAN, *FRENCH, *SPANISH, *RUSSIAN, *UKRAINIAN, *KAZAKH, *KYRGYZ, *UZBEK, *UYGHUR,
    *TURKISH, *TURKMEN, *TAJIK, *ARABIC, *MALAY,
)  # fmt: skip
"""A language that is written in several alphabets stands here once for each."""

OF_SCRIPT: dict[str, tuple[Language, ...]] = {
    script: tuple(language for language in LANGUAGES if language.script == script)
    for script in ("latin", "cyrillic", "arabic")
}
