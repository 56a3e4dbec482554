"""How a table of endings is written down, and what it means. No language stands here.

Two kinds of table. Rows are for languages in which a noun takes one ending out of a short list
(Russian, German, Spanish): "a word that ends in -ка drops two letters and takes -ок". Slots are
for languages that string endings together (Kazakh, Turkish): plural, whose, case.

Everything is compared in folded form (`core.text`), so ü = u, ı = i and ё = е here. `-` is the
empty ending.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import NamedTuple

from watcher.core.text import fold

Letters = dict[int, str]
"""For str.translate."""


def letters(these: str, those: str) -> Letters:
    """Return the table that writes each letter of `these` as the one below it in `those`."""
    return {ord(this): that for this, that in zip(these, those, strict=True)}


def endings(written: str) -> frozenset[str]:
    """Return the endings of a list written as one text."""
    return frozenset("" if ending == "-" else ending for ending in written.split())


# --- rows ----------------------------------------------------------------------------------------


class Row(NamedTuple):
    """Words of this row drop `cut` letters and take one of `endings`."""

    cut: int
    endings: frozenset[str]


Rows = dict[str, tuple[tuple[str, tuple[Row, ...]], ...]]
"""By the last letter: what a word ends in, the longest first, and its rows."""


def rows(table: str) -> Rows:
    """Read a table of rows: what a word ends in | how many letters fall away | what comes instead.

    The rows with the longest ending that fits are the word's rows: whoever writes a row for -ка
    repeats there what -а says.
    """
    found: dict[str, tuple[Row, ...]] = {}
    for line in table.strip().splitlines():
        finals, cut, written = line.split("|")
        for final in finals.split():
            found[final] = (*found.get(final, ()), Row(int(cut), endings(written)))
    by_letter: Rows = {}
    for final in sorted(found, key=len, reverse=True):
        by_letter[final[-1]] = (*by_letter.get(final[-1], ()), (final, found[final]))
    return by_letter


def rows_of(word: str, table: Rows) -> tuple[Row, ...]:
    """Return the rows with the longest ending that fits the word."""
    for final, found in table.get(word[-1], ()):
        if word.endswith(final):
            return found
    return ()


# --- chains --------------------------------------------------------------------------------------


class Chains(NamedTuple):
    """What may follow a word that ends in a vowel, and one that ends in a consonant.

    `possessed` is for a word that is already "its ..." (toplama kampı, тәрбиелеу лагері): what
    may stand in place of that ending, because the plural goes in before it (kamplarında).
    """

    after_vowel: frozenset[str]
    after_consonant: frozenset[str]
    possessed: frozenset[str]
    derived: frozenset[str]
    """Of long words only, which are names of places: an embassy is not an ambassador-ship."""


def _chains(*steps: str) -> frozenset[str]:
    """Every sequence that takes one ending of each step."""
    return frozenset("".join(parts) for parts in product(*map(endings, steps)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Slots:
    """The endings of a noun, in the order in which they are strung. One set of vowels at a time.

    Of a pair the first stands after a vowel, the second after a consonant.
    """

    plural: str
    plural_of_its: str = ""
    """The plural before "my" and "its", where it differs (Uyghur: lager, lagerliri)."""
    mine: tuple[str, str]
    """My, your, our."""
    its: tuple[str, str]
    case: tuple[str, str]
    case_of_mine: str
    case_of_its: str
    derived: str
    """Endings that make a person or thing of the word (Türkistan-lı), then plural and case."""
    last: str = "-"
    """Little words written together with the whole."""

    def with_vowels(self, vowels: Letters) -> Slots:
        """Return the same slots in the other vowels."""

        def both(pair: tuple[str, str]) -> tuple[str, str]:
            return pair[0].translate(vowels), pair[1].translate(vowels)

        return Slots(
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
        many_of_its = self.plural_of_its or self.plural
        its = _chains(self.its[1], self.case_of_its, self.last)
        many = (
            _chains(self.plural, self.case[1], self.last)
            | _chains(f"{self.plural} {many_of_its}", self.mine[1], self.case_of_mine, self.last)
            | _chains(many_of_its, self.its[1], self.case_of_its, self.last)
        )
        more = frozenset(
            made + rest
            for made in endings(self.derived)
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
        possessed = its | _chains(many_of_its, self.its[1], self.case_of_its, self.last)
        return Chains(vowel | many, whole(1) | many, possessed, more)


@dataclass(frozen=True, kw_only=True, eq=False)
class Strung:
    """The chains of a language in one alphabet, with what they must know of its letters.

    The slots are written once, in one alphabet and with back vowels; `harmonies` make the other
    sets of vowels of them, `alphabet` writes the result in the letters of this one.
    """

    slots: Slots
    harmonies: tuple[Letters, ...] = ()
    alphabet: Letters
    vowels: str
    gliding: str = ""
    """Letters after which both kinds of ending stand: су-дың, and in Arabic script ы = й."""
    softened: dict[str, str]
    """Last letters that soften before a vowel: құқық, құқығы."""
    high: str
    """The vowels of "its"."""
    fleeting: str = ""
    """Vowels that fall out of a last syllable: халық, халқы; hapis, hapsi."""
    dropped: str = ""
    """A last letter that falls away before endings: лагерь, лагері and лагерьлер."""
    merged: str = ""
    """Last letters of which the last is not written twice: журналист-тер, журналистер."""
    unvoiced: str = ""
    """Last letters after which no ending opens with м or б: қазақ-пен, and Türk-men is another
    word."""
    rising: str = ""
    """Uyghur a, e and the i that they become in an open syllable."""
    by_last_vowel: str = ""
    """For each variant in turn (the slots, then the harmonies) the last vowels of a word that ask
    for it: "аыя еиэ". Without it every variant may follow every word, as in loan words."""

    @cached_property
    def sounding(self) -> frozenset[str]:
        """The letters before which a word changes: vowels and glides."""
        return frozenset(self.vowels + self.gliding)

    def vowel_of(self, word: str) -> str:
        """Return the last vowel of the word where it matters to the chains; "" where not."""
        return next((letter for letter in reversed(word) if letter in self._variants_of), "")

    def chains_after(self, vowel: str) -> Chains:
        """Return the chains that may follow a word with this last vowel, folded."""
        return self._variants_of.get(vowel, self.chains)

    @cached_property
    def chains(self) -> Chains:
        """Every chain of every variant, folded."""
        return self._folded(*self._variants)

    @cached_property
    def _variants(self) -> tuple[Chains, ...]:
        return tuple(
            one.chains() for one in (self.slots, *map(self.slots.with_vowels, self.harmonies))
        )

    @cached_property
    def _variants_of(self) -> dict[str, Chains]:
        groups = self.by_last_vowel.split()
        return {
            letter: self._folded(
                *(
                    variant
                    for variant, asked_by in zip(self._variants, groups, strict=True)
                    if letter in asked_by
                )
            )
            for letter in "".join(groups)
        }

    def _folded(self, *variants: Chains) -> Chains:
        def folded(*same: frozenset[str]) -> frozenset[str]:
            written = " ".join(frozenset[str]().union(*same)).translate(self.alphabet)
            return frozenset(fold(written).text.split()) | {""}

        return Chains(*map(folded, *variants))


# --- a language ----------------------------------------------------------------------------------


def _both_cases(written: str) -> frozenset[str]:
    """Return the letters in both cases; none that every language has."""
    return frozenset(sign for sign in written + written.upper() if not sign.isascii())


class Derivation(NamedTuple):
    """Words of these rows take a link, and then one of `endings`: уйгур-ск-ого.

    `telling`: no other language has the link (-ськ-), so that it counts in any text.
    """

    links: Rows
    endings: frozenset[str]
    shortest: int = 4
    telling: bool = False


class Language:
    """One language in one alphabet: how it is known, and how its words bend."""

    def __init__(
        self,
        code: str,
        script: str,
        *,
        letters: str = "",
        never: str = "",
        term_letters: str = "",
        words: str = "",
        two_of: str = "",
        rows: tuple[Rows, ...] = (),
        telling: Rows | None = None,
        derivations: tuple[Derivation, ...] = (),
        strung: Strung | None = None,
        article: str = "",
        shortest: int = 3,
        everywhere: bool = False,
        sure_from: int = 99,
    ) -> None:
        """Take the tables of a language.

        `code` as in ISO 639-1; `script` is "latin", "cyrillic" or "arabic". A text shows the
        language when it has one of its `letters` and none of those it `never` writes, or one of
        its little `words` (folded; no other language here has them), or two of those that it shares
        with another (`two_of`); a word of a list also by
        its `term_letters`. A term may be found without the `article` that is written together with
        it. Words of `shortest` letters or more bend. `telling` rows count in any
        text, the others only in one that shows the language; `everywhere` makes all of them
        count in any text, `sure_from` those of words that long.
        """
        self.code = code
        self.script = script
        self.letters = _both_cases(letters)
        self.never = _both_cases(never)
        self.term_letters = _both_cases(term_letters)
        self.words = frozenset(words.split())
        self.two_of = frozenset(two_of.split())
        self.rows = rows
        self.telling = telling or {}
        self.derivations = derivations
        self.strung = strung
        self.article = article
        self.shortest = shortest
        self.everywhere = everywhere
        self.sure_from = sure_from

    @property
    def finals(self) -> frozenset[str]:
        """Everything that a table of this language looks for at the end of a word."""
        tables = (*self.rows, self.telling, *(made.links for made in self.derivations))
        named = {final for table in tables for found in table.values() for final, _ in found}
        return frozenset(
            named | {self.strung.merged} if self.strung and self.strung.merged else named
        )
