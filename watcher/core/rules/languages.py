"""How words bend in each language: closed tables of endings, for speakers to read and extend.

A word of a watch list is found when the text has its stem and, after it, an ending that stands
in a table below, and nothing else: "қазақ" has the form "қазақтарға", and "Қазақстан" is another
word, because -стан is no ending. No stemmer, no "so many letters more". Endings are compared in
folded form (`core.text`), so ü = u and ı = i here. `-` is the empty ending.

To extend: put the ending into the row it belongs to and a sentence into tests/core.
"""

from __future__ import annotations

from functools import cache
from itertools import product
from typing import NamedTuple

from watcher.core.text import fold


def _set(endings: str) -> frozenset[str]:
    return frozenset("" if ending == "-" else ending for ending in endings.split())


Letters = dict[int, str]


def _letters(these: str, those: str) -> Letters:
    return {ord(this): that for this, that in zip(these, those, strict=True)}


def _chains(*steps: str) -> frozenset[str]:
    """Every sequence that takes one ending of each step."""
    return frozenset("".join(parts) for parts in product(*map(_set, steps)))


class Row(NamedTuple):
    """Words of this row drop `cut` letters and take one of `endings`."""

    cut: int
    endings: frozenset[str]


Rows = dict[str, tuple[Row, ...]]
"""By what a word ends in."""


def _rows(table: str) -> Rows:
    rows: Rows = {}
    for line in table.strip().splitlines():
        finals, cut, endings = line.split("|")
        for final in finals.split():
            rows[final] = (*rows.get(final, ()), Row(int(cut), _set(endings)))
    return rows


def rows_of(word: str, rows: Rows) -> tuple[Row, ...]:
    """Return the rows with the longest ending that fits the word."""
    for length in range(min(4, len(word)), 0, -1):
        found = rows.get(word[-length:])
        if found:
            return found
    return ()


# --- Rows: what a word ends in | how many letters fall away | what comes in their place ----------
# The rows with the longest ending that fits are the word's rows.

RUSSIAN_NOUNS = _rows("""
б в д з л м н п р с т ф | 0 | - а у ом е ы ов ам ами ах
г к х                   | 0 | - а у ом е и ов ам ами ах
ж ш ч щ                 | 0 | - а у ем ом е и ей ам ами ах
ц                       | 0 | - а у ем ом е ы ев ов ам ами ах
ов ев ин ын             | 0 | - а у ом ым е ой ою ы ов ых ам ым ами ыми ах
ец                      | 2 | ец ца цу цем цом це цы цев цов цам цами цах
аец оец уец             | 2 | ец йца йцу йцем йцом йце йцы йцев йцов йцам йцами йцах
ок                      | 0 | - а у ом е и ов ам ами ах
ок                      | 2 | ка ку ком ке ки ков кам ками ках
ек                      | 0 | - а у ом е и ов ам ами ах
ек                      | 2 | ка ку ком ке ки ков кам ками ках
а                       | 1 | а ы и е у ой ою ей - ам ами ах
ка                      | 1 | а и е у ой ою ам ами ах
ка                      | 2 | ок ек
ова ева ина ына         | 1 | а ы е у ой ою ам ами ах
я                       | 1 | я и е ю ей ь - ям ями ях
ия                      | 1 | я и ю ей й ям ями ях
о                       | 1 | о а у ом е - ам ами ах
ко                      | 0 | -
е                       | 1 | е я ю ем и ей ям ями ях
ие ье                   | 1 | е я ю ем и й ям ями ях
ь                       | 1 | ь я ю ем и е ей ям ями ях ью
ень                     | 1 | ь я ю ем и е ей ям ями ях
ень                     | 3 | ня ню нем не ни ней ням нями нях
й                       | 1 | й я ю ем и е ев ям ями ях
ы                       | 1 | ы - ов ам ами ах
цы                      | 1 | ы ев ов ам ами ах а у ем ом е
цы                      | 2 | ец
и                       | 1 | и - ов ей ам ами ах ям ями ях
ии                      | 1 | и й я ю ям ями ях
ки                      | 1 | и ов а у ам ами ах
ки                      | 2 | ок ек
""")

RUSSIAN_ADJECTIVES = _rows("""
ый ая ое ые             | 2 | ый ого ому ым ом ая ой ою ую ое ые ых ыми
ой                      | 2 | ой ого ому ым им ом ая ою ую ое ые ие ых их ыми ими
ий яя ее ие             | 2 | ий ого его ому ему им ом ем ая яя ой ей ую юю ое ее ие их ими
кая кое гая гое хая хое | 2 | ий ого ому им ом ая ой ую ое ие их ими
""")

# уйгур -> уйгурский, Астана -> астанинский, Китай -> китайский
RUSSIAN_DERIVED = _rows("""
б в д з л м н п р с т ф й | 0 | ск
ь а я                     | 1 | ск
а ы                       | 1 | инск
""")
SKY = _set("ий ого ому им ом ая ой ую ое ие их ими и")

ENGLISH = _rows("""
a b c d e f g h i j k l m n o p q r t u v w | 0 | - s
s x z ch sh                                 | 0 | - es
y                                           | 0 | - s
by cy dy fy gy hy ly my ny py ry sy ty vy   | 0 | - s
by cy dy fy gy hy ly my ny py ry sy ty vy   | 1 | ies
man                                         | 2 | an en
""")

GERMAN = _rows("""
a b c d f g h i j k l m n o p q r t u v w y | 0 | - s es e en n in innen
s x z ss                                    | 0 | - es e en in innen
e                                           | 0 | - n s
e                                           | 1 | in innen
in                                          | 0 | - s nen
nis                                         | 0 | - se sen ses
isch ig lich                                | 0 | - e en em er es
er el                                       | 0 | - s n in innen
""")

# Endings that no other language here has, so that they count in any text.
GERMAN_TELLING = _rows("""
b c d f g h i j k l m n o p q r t u v w y a | 0 | innen
e                                           | 1 | innen
ache ire ure ale                            | 0 | n
ache ire ure ale                            | 1 | in innen
in                                          | 0 | nen
isch                                        | 0 | e en em er es
""")

FRENCH = _rows("""
b c d f g h i j k m n o p q r t u v w y     | 0 | - s e es
a e                                         | 0 | - s
l                                           | 0 | - s e es
al                                          | 0 | - e es s
al                                          | 1 | ux
ail                                         | 0 | - s
ail                                         | 2 | ux
eau eu                                      | 0 | - x
s x z                                       | 0 | - e es
en on                                       | 0 | - s ne nes
el                                          | 0 | - s le les
""")

ARABIC = _rows("""
ا ب ت ث ج ح خ د ذ ر ز س ش ص ض ط ظ ع غ ف ق ك ل م ن و | 0 | - ي يه يا ين ون يين يون يات ات ان ها هم
ه                                                 | 0 | - ها
ه                                                 | 1 | ي يه يين يون ات تين تان تها تهم
ي                                                 | 0 | - ه ين ون ات ها هم
""")

# Particles that Arabic writes together with the next word, and what is left of that word's own
# beginning: "لل" has swallowed the alef of the article ال.
ARABIC_PARTICLES: tuple[tuple[str, str], ...] = (
    *(
        (particle, "")
        for particle in sorted(_set("وبال وال بال كال فال ال وب ول و ب ل ك ف ولل لل"))
    ),
    *((particle, "ال") for particle in ("ولل", "فلل", "لل")),
)


# --- Chains: languages that string their endings together ----------------------------------------


class Chains(NamedTuple):
    """What may follow a word that ends in a vowel, and one that ends in a consonant.

    `possessed` is for a word that is already "its ..." (toplama kampı, тәрбиелеу лагері): what
    may stand in place of that ending, because the plural goes in before it (kamplarında).
    """

    after_vowel: frozenset[str]
    after_consonant: frozenset[str]
    possessed: frozenset[str]


class Turkic(NamedTuple):
    """The slots of a noun, in order: plural, whose, case. One set of vowels at a time."""

    plural: str
    plural_of_its: str
    """The plural when "its" follows (Uyghur raises the vowel: lager, lagerliri)."""
    mine: tuple[str, str]
    """My, your, our: after a vowel, after a consonant."""
    its: tuple[str, str]
    case: tuple[str, str]
    case_of_mine: str
    case_of_its: str
    derived: str
    """Endings that make a person or thing of the word (Türkistan-lı), then plural and case."""
    last: str = "-"
    """Little words written together with the whole."""

    def with_vowels(self, vowels: Letters) -> Turkic:
        """Return the same slots in the other vowels."""

        def both(pair: tuple[str, str]) -> tuple[str, str]:
            return pair[0].translate(vowels), pair[1].translate(vowels)

        return Turkic(
            plural=self.plural.translate(vowels),
            plural_of_its=self.plural_of_its.translate(vowels),
            mine=both(self.mine),
            its=both(self.its),
            case=both(self.case),
            case_of_mine=self.case_of_mine.translate(vowels),
            case_of_its=self.case_of_its.translate(vowels),
            derived=self.derived.translate(vowels),
            last=self.last,
        )

    def chains(self) -> Chains:
        """Return every chain that the slots allow."""
        its = _chains(self.its[1], self.case_of_its, self.last)
        many = (
            _chains(self.plural, self.case[1], self.last)
            | _chains(self.plural, self.mine[1], self.case_of_mine, self.last)
            | _chains(self.plural_of_its, self.its[1], self.case_of_its, self.last)
        )
        more = frozenset(
            made + rest
            for made in _set(self.derived)
            for rest in _chains(f"- {self.plural}", self.case[1])
        )

        def whole(end: int) -> frozenset[str]:
            return (
                _chains(self.case[end], self.last)
                | _chains(self.mine[end], self.case_of_mine, self.last)
                | _chains(self.its[end], self.case_of_its, self.last)
            )

        # A word that ends in a vowel may be "its" already, and then takes the cases of "its".
        vowel = whole(0) | _chains(self.case_of_its, self.last)
        possessed = its | _chains(self.plural_of_its, self.its[1], self.case_of_its, self.last)
        return Chains(vowel | many | more, whole(1) | many | more, possessed)


# Each is written once, with back vowels, in Cyrillic letters (Turkish in folded Latin ones: ı = i,
# ü = u, ç = c); front vowels and other alphabets are made from it.

_KAZAKH = Turkic(
    plural="лар дар тар",
    plural_of_its="лар дар тар",
    mine=("м ң мыз ңыз", "ым ың ымыз ыңыз"),
    its=("сы", "ы"),
    case=(
        "- ның ға ны да дан мен дағы нікі ша",
        "- ның дың тың ға қа ны ды ты да та дан тан нан мен бен пен дағы тағы ша",
    ),
    case_of_mine="- ның дың а ды ны да дан нан мен дағы ша",
    case_of_its="- ның н на нда нан мен ндағы нша",
    derived="дағылар тағылар лық дық тық",
)
_TURKISH = Turkic(
    plural="lar",
    plural_of_its="lar",
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
_UYGHUR = Turkic(
    plural="лар",
    plural_of_its="лир",
    mine=("м ң миз ңиз ңлар", "им ум үм иң уң үң имиз умиз үмиз иңиз иңлар"),
    its=("си", "и"),
    case=(
        "- ниң ни ға да дин дики дәк ғичә чә ғиму диму",
        "- ниң ни ға қа да та дин тин дики тики дәк тәк ғичә қичә чә ғиму қиму диму тиму",
    ),
    case_of_mine="- ниң ни ға да дин дики дәк ғичә",
    case_of_its="- ниң ни ға да дин дики дәк ғичә",
    derived="лиқ луқ",
    last="- му чу",
)

_FRONT: dict[str, Letters] = {
    "kk": _letters("аығқ", "еігк"),
    "tr": _letters("a", "e"),
    "ug": _letters("ағқ", "әгк"),
}
_ALPHABETS: dict[str, Letters] = {
    "kk": {},
    "kk-arab": _letters("абгғдезийкқлмнңпрстшыі", "ابگعدەزييكقلمنڭپرستشىى"),
    "kk-latn": _letters("абгғдезийкқлмнңпрстшыі", "abggdeziykqlmnnprstsii"),
    "kk-latn-y": _letters("абгғдезийкқлмнңпрстыі", "abggdeziykqlmnnprstyi") | {ord("ш"): "sh"},
    "kk-typed-ru": _letters("ғқңі", "гкни"),
    "tr": {},
    "ug-cyrl": {},
    "ug-arab": _letters("адғгәзийкқлмнңртсучү", "ادغگەزىيكقلمنڭرتسۇچۈ"),
    "ug-latn": _letters("адгәзийкқлмнртсуү", "adgeziykqlmnrtsuu")
    | {ord("ғ"): "gh", ord("ң"): "ng", ord("ч"): "ch"},
}


@cache
def chains(name: str) -> Chains:
    """Return the chains of a language in one alphabet: a key of the table above, such as "kk"."""
    language = name[:2]
    slots = {"kk": _KAZAKH, "tr": _TURKISH, "ug": _UYGHUR}[language]
    front = slots.with_vowels(_FRONT[language])
    alphabet = _ALPHABETS[name]
    return Chains(
        *(
            frozenset(fold(" ".join(one | other).translate(alphabet)).text.split()) | {""}
            for one, other in zip(slots.chains(), front.chains(), strict=True)
        )
    )
