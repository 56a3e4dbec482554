"""Words that are nearly a word of the watch list: one slip, script, ending or reading away.

Words are looked up by how they sound, whole, with one sound left out (a deletion neighbourhood),
and by their beginnings; so the cost of a word does not grow with the number of spellings.
"""

from __future__ import annotations

from collections import defaultdict
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from rapidfuzz.distance import OSA

from watcher.core.rules.bending import bends, script_of
from watcher.core.rules.friends import is_false_friend
from watcher.core.rules.languages import ARTICLE, without_particles
from watcher.core.rules.pinyin import pinyin
from watcher.core.rules.sounds import sounds, sounds_of_signs
from watcher.core.text import is_sign

if TYPE_CHECKING:
    from collections.abc import Iterator

_SHORTEST_SOUND: Final = 4
_SHORTEST_SLIP: Final = 5
_LONG_SLIP: Final = 7
_SHORTEST_STEM: Final = 5
_LONGEST_ENDING: Final = 4
_LONGEST_KNOWN_ENDING: Final = 8
_KNOWN_ENDING: Final = 0.95
_WITH_PARTICLE: Final = 0.95
RARE_READING: Final = 0.9
"""How near a word is that sounds like another only as some would read it."""
_SHORTEST_READING: Final = 6
"""Letters; what is shorter is read alike by many signs: yili, kashi."""
_SHORTEST_FOREIGN: Final = 3
_SHORTEST_SIGNS_SOUND: Final = 6
_NO_LANGUAGE: Final = frozenset[str]()


class Kinship(StrEnum):
    """In what words of a text differ from the spelling that they are near to."""

    SOUND = "sounds the same"
    LETTER = "differs in one letter"
    ENDING = "has an ending that is not known"
    SIGNS = "shares most of its signs"
    ACRONYM = "is its first letters"
    PART = "is a part of it"
    HEAD = "shares a word with it"


class Kin(NamedTuple):
    """A word of the list that a word of a text is near to, and how near: up to 1.

    `kinship` is None for a form of the word itself. `stem`: letters of the text's word without
    the ending.
    """

    word: int
    kinship: Kinship | None
    near: float
    stem: int


class Words:
    """The words of all spellings, by how they sound."""

    def __init__(self) -> None:
        self._texts: list[str] = []
        self._sounds: list[tuple[str, ...]] = []
        self._whole: defaultdict[str, set[int]] = defaultdict(set)
        self._short: defaultdict[str, set[int]] = defaultdict(set)
        self._openings: set[str] = set()
        self._numbers: dict[str, int] = {}
        self._read: defaultdict[str, set[int]] = defaultdict(set)
        """Words in Chinese signs by how they are read."""

    def add(self, word: str) -> int:
        """Return the number of a folded word; the same word has one number."""
        if word not in self._numbers:
            number = self._numbers[word] = len(self._sounds)
            self._texts.append(word)
            if is_sign(word):
                self._sounds.append(())
                self._read[pinyin(word)].add(number)
                return number
            # A reading less: the rare ones of many-voiced letters are for texts.
            readings = sounds(word)[:2]
            self._sounds.append(readings)
            for sound in readings:
                if len(sound) >= _SHORTEST_SOUND:
                    self._whole[sound].add(number)
                    self._openings.update(sound[:cut] for cut in range(2, len(sound)))
                if len(sound) >= _SHORTEST_SLIP:
                    for short in {sound, *_shortened(sound)}:
                        self._short[short].add(number)
        return self._numbers[word]

    def near(self, word: str) -> tuple[Kin, ...]:
        """Return the words of the list that a folded word is near to, each once."""
        best: dict[int, Kin] = {}
        for kin in self._near(word):
            if kin.word not in best or kin.near > best[kin.word].near:
                best[kin.word] = kin
        return tuple(best.values())

    def may_open(self, word: str) -> bool:
        """Tell whether a longer word of the list begins as this one sounds."""
        return any(sound in self._openings for sound in sounds(word))

    def _near(self, word: str) -> Iterator[Kin]:
        if is_sign(word):
            yield from self._signs(word)
            return
        for number in self._read.get(word, ()):
            yield Kin(number, Kinship.SOUND, 1.0, len(word))
        yield from self._by_sound(word, sounds(word))
        if len(word) >= _SHORTEST_STEM and sounds(word)[0][:4] in self._openings:
            yield from self._endings(word)
        if script_of(word) == "arabic":
            for rest in without_particles(word):
                # Other languages have words that begin with the letter of a particle.
                if not word.removesuffix(rest).endswith(ARTICLE):
                    continue
                for kin in self._by_sound(rest, sounds(rest)):
                    yield kin._replace(near=kin.near * _WITH_PARTICLE, stem=len(word))

    def _signs(self, signs: str) -> Iterator[Kin]:
        """Yield the words that Chinese signs are read as, and foreign names that they sound like.

        Most signs share their reading with many, so two must be read exactly as a word is
        spelled; three or more may write a foreign name by its sound.
        """
        read = pinyin(signs)
        number = self._numbers.get(read)
        if number is not None and len(read) >= _SHORTEST_READING:
            yield Kin(number, Kinship.SOUND, 1.0, len(signs))
        if len(signs) >= _SHORTEST_FOREIGN and self._may_sound(signs[:2]):
            for sound in sounds_of_signs(signs):
                if len(sound) >= _SHORTEST_SIGNS_SOUND:
                    for other in self._whole.get(sound, ()):
                        if sound == self._sounds[other][0]:
                            yield Kin(other, Kinship.SOUND, RARE_READING, len(signs))
                    if len(signs) > _SHORTEST_FOREIGN:
                        yield from self._slips(signs, sound)

    def _may_sound(self, signs: str) -> bool:
        return any(sound in self._openings for sound in sounds_of_signs(signs))

    def _by_sound(self, word: str, readings: tuple[str, ...]) -> Iterator[Kin]:
        for rarer, sound in enumerate(readings):
            for number in self._whole.get(sound, ()):
                usual = not rarer and self._sounds[number][0] == sound
                yield Kin(number, Kinship.SOUND, 1.0 if usual else RARE_READING, len(word))
            if len(sound) >= _SHORTEST_SLIP - 1:
                yield from self._slips(word, sound)

    def _slips(self, word: str, sound: str) -> Iterator[Kin]:
        if is_false_friend(word):
            return
        for short in {sound, *_shortened(sound)}:
            for number in self._short.get(short, ()):
                if self._is_slip(word, sound, number):
                    near = 0.75 if len(sound) >= _LONG_SLIP else 0.5
                    yield Kin(number, Kinship.LETTER, near, len(word))

    def _is_slip(self, word: str, sound: str, number: int) -> bool:
        """Tell whether one sound differs; in one script, also at most two letters.

        A short word says little: there it must be one letter, in the same script.
        """
        if all(
            other[0] != sound[0] or OSA.distance(sound, other, score_cutoff=1) != 1
            for other in self._sounds[number]
        ):
            return False
        meant = self._texts[number]
        short = len(sound) <= _SHORTEST_SLIP
        if is_sign(word):
            return len(sound) >= _LONG_SLIP
        if script_of(word) != script_of(meant):
            return not short
        return OSA.distance(word, meant, score_cutoff=2) <= (1 if short else 2)

    def _endings(self, word: str) -> Iterator[Kin]:
        """Yield what the word without its ending sounds like: a known ending changes nothing."""
        shortest = max(_SHORTEST_STEM - 1, len(word) - _LONGEST_KNOWN_ENDING)
        for cut in range(shortest, len(word)):
            numbers = self._whole.get(sounds(word[:cut])[0], ())
            if numbers and _is_ending(word[:cut], word[cut:]):
                for number in numbers:
                    yield Kin(number, Kinship.SOUND, _KNOWN_ENDING, cut)
            elif len(word) - cut <= _LONGEST_ENDING and len(word) > _SHORTEST_STEM:
                for number in numbers:
                    yield Kin(number, Kinship.ENDING, 0.75 - 0.05 * (len(word) - cut), cut)


@lru_cache(maxsize=16_384)
def _is_ending(stem: str, rest: str) -> bool:
    """Tell whether the rest of a word is an ending that its stem may have in some language."""
    return any(
        bend.stem == stem and isinstance(endings, frozenset) and rest in endings
        for bend in bends(stem, _NO_LANGUAGE, ends_name=False)
        for endings, _ in bend.endings
    )


def _shortened(word: str) -> Iterator[str]:
    return (word[:at] + word[at + 1 :] for at in range(len(word)))
