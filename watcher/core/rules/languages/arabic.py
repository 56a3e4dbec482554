"""Arabic: number, gender, possessive endings, nisba, and the particles written with the next word.

Broken plurals (معتقل, but سجن: سجون) are other words to a table of endings: list them.
Folded: ة is ه, أ إ آ are ا, ى is ي, and the hamza is gone.
"""

from collections.abc import Iterator

from watcher.core.rules.languages.tables import Language, endings, rows

_WORDS = rows("""
ا ب ت ث ج ح خ د ذ ر ز س ش ص ض ط ظ ع غ ف ق ك ل م ن و ئ | 0 | - ي يه يا ين ون يين يون يات ات ان ه
ا ب ت ث ج ح خ د ذ ر ز س ش ص ض ط ظ ع غ ف ق ك ل م ن و ئ | 0 | تين تان ها هم هما نا كم اته اتها اتهم اتنا
ه                                                 | 0 | - ها
ه                                                 | 1 | ي يه يين يون ات تين تان ته تها تهم تهما تنا
ه                                                 | 1 | اته اتها اتهم اتنا
ي                                                 | 0 | - ه ين ون ات ان تين تان ها هم
ي                                                 | 1 | ون ين
""")  # noqa: E501 - one row is one line

# Of words of four letters or more: Amr (عمرو) is not Omar (عمر).
_CONSTRUCT = rows("""
ا ب ت ث ج ح خ د ذ ر ز س ش ص ض ط ظ ع غ ف ق ك ل م ن و ي | 0 | و
""")

ARTICLE = "ال"

ARABIC = (
    Language(
        "ar",
        "arabic",
        letters="ابتثجحخدذرزسشصضطظعغفقكلمنهوي",
        never="ۇۆۈېەڭۋچگپھ",
        words="من في علي الي التي الذي هذا خلال بعد",
        rows=(_WORDS,),
        article=ARTICLE,
    ),
    Language("ar", "arabic", rows=(_CONSTRUCT,), shortest=4),
)
_BEFORE_THE_ARTICLE = endings("- و ب ف ك وب فب وك")
_PARTICLES = endings("و ب ل ك ف وب ول فب فل")
_TO_THE = ("لل", "ولل", "فلل")
"""These have swallowed the alef of the article."""
_FIRST = frozenset("وبلكفا")
"""With one of these begin all of them, and the article: asked of every word of a text."""
_SHORTEST = 3
_SHORTEST_AFTER_A_LETTER = 3
"""و, ب and ل may be the first letter of the word itself: what is left must be long enough."""
_OFTEN_BEFORE_THREE = frozenset("وبل")
_WHOLE = endings(
    "وزير وجود وحده وصفه وعود وقود وسيط وثيق وليد وطني ورشه واقع واحد واجب والد والي وارد واسع"
    " بعيد بديل بريد بقره بحار بدون بشري بطيء بلاد بلدي بلده بناء بنوك بيان بيئه بيوت بروز بريق"
    " لجنه لجان لقاء لقاح لوحه لغات لغوي لهجه ليله لذيذ لبنه لسان ليبي لحوم لحظه لصوص لكنه"
)
"""Words of four letters that do begin with it: a committee (لجنة) is not "to paradise" (جنة)."""


def without_particles(word: str) -> Iterator[str]:
    """Yield what a folded word may be without the article and the particles written with it."""
    if word[0] not in _FIRST:
        return
    for opening in _BEFORE_THE_ARTICLE:
        rest = word.removeprefix(opening + ARTICLE)
        if len(rest) < len(word) and len(rest) >= _SHORTEST:
            yield rest
    for particle in _TO_THE:
        rest = word.removeprefix(particle)
        if len(rest) < len(word) and len(rest) >= _SHORTEST:
            yield rest
            yield ARTICLE + rest
    for particle in _PARTICLES:
        rest = word.removeprefix(particle)
        if len(rest) == len(word) or len(rest) < _SHORTEST_AFTER_A_LETTER:
            continue
        if len(rest) > _SHORTEST_AFTER_A_LETTER or _may_open_three(particle, word):
            yield rest


def _may_open_three(particle: str, word: str) -> bool:
    """Tell whether a particle may stand before three letters: in Egypt (بمصر), to Gaza (لغزة)."""
    return particle in _OFTEN_BEFORE_THREE and word not in _WHOLE
