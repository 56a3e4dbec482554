"""One pass of a text over the index: which spellings stand where, in whatever form."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from watcher.core.rules.evidence import PLAIN_WORDS, is_patronymic, shows
from watcher.core.rules.han import straddles
from watcher.core.rules.index import Differs, Forms, both
from watcher.core.rules.joins import JOINS, joined, may_go_on
from watcher.core.text import FIRST_SIGN, Gap, as_typed, fold, is_sign, tokenise

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from watcher.core.rules.glance import Glance
    from watcher.core.rules.index import Between, End, Node, Pattern
    from watcher.core.text import Folded, Token

_MOST_INITIALS = 2
_LONGEST_INITIAL = 3
_AFTER_INITIALS = (".", ".-")
# Before these a capital goes on with the word: "Re-Education". After others it begins a name of
# its own: "Ata-Jurt" is a party, "Atajurt" is not.
_PREFIXES = {"re", "anti", "pre", "post", "co", "non", "pro", "ex", "de", "un", "over", "sub"}
_LOOSE = (Gap.SPACE, Gap.LINE, Gap.HYPHEN, Gap.MIDDOT, Gap.DOT, Gap.APOSTROPHE)
_AFTER_INITIAL = (Gap.SPACE, Gap.DOT, Gap.HARD)


class Found(NamedTuple):
    """A spelling seen at tokens first:last (last excluded) of a text.

    `apart` counts the gaps that differ from the spelling's, for choosing the nearest spelling.
    """

    pattern: Pattern
    first: int
    last: int
    differs: Differs
    apart: int


class Step(NamedTuple):
    """A word of the list recognised at a token; `after` is the token that follows it.

    `language` is the one that the text must be in, if it is only a form of the word there.
    """

    word: int
    after: int
    differs: Differs
    language: str | None


class Scan:
    """One text, read when first asked, and then once."""

    def __init__(self, glance: Glance, text: str, language: str | None = None) -> None:
        self.source = text
        self._glance = glance
        self._index = glance.index
        self._language = language[:2] if language else ""
        self._spoken: dict[str, bool] = {}
        self._steps: dict[int, list[Step]] = {}

    @cached_property
    def folded(self) -> Folded:
        """The text folded."""
        return fold(self.source)

    @cached_property
    def tokens(self) -> Sequence[Token]:
        """The words of the text."""
        return tokenise(self.folded)

    @cached_property
    def leaves(self) -> Collection[int]:
        """The leaves of which a name may stand in the text: for most texts none. See `glance`."""
        return self._glance.leaves(self) if self.source else ()

    @cached_property
    def found(self) -> Sequence[Found]:
        """Every spelling in the text, in reading order of its first word."""
        return [found for first in self._openings() for found in self._at(first)]

    @cached_property
    def _words(self) -> frozenset[str]:
        return frozenset(token[0] for token in self.tokens)

    def _speaks(self, language: str) -> bool:
        """Tell whether a language's endings count: asked for only where something may begin."""
        spoken = self._spoken.get(language)
        if spoken is None:
            spoken = shows(language, self.source, self._words, self._language)
            self._spoken[language] = spoken
        return spoken

    def span(self, first: int, last: int) -> tuple[int, int]:
        """Return the range of the source that the tokens first:last cover."""
        return self.folded.original(self.tokens[first].start, self.tokens[last - 1].end)

    def is_upper(self, at: int) -> bool:
        """Tell whether the token was typed with a capital first letter."""
        start = self.folded.original(self.tokens[at].start, self.tokens[at].end)[0]
        return self.source[start].isupper()

    def is_lower(self, at: int) -> bool:
        """Tell whether the token was typed with a small first letter; some scripts have none."""
        start = self.folded.original(self.tokens[at].start, self.tokens[at].end)[0]
        return self.source[start].islower()

    def is_all_upper(self, first: int, last: int) -> bool:
        """Tell whether the tokens first:last were typed in capitals."""
        start, end = self.span(first, last)
        return self.source[start:end].isupper()

    def _typed(self, first: int, last: int) -> str:
        start, end = self.span(first, last)
        return as_typed(self.source[start:end])

    # --- words

    def _openings(self) -> Iterator[int]:
        """Yield the tokens at which something of the list may begin: few of a text's words do."""
        known, look_up = self._index.known, self._index.look_up
        signs, first_signs = self._index.signs, self._index.first_signs
        tokens = self.tokens
        before_last = len(tokens) - 1
        for at, token in enumerate(tokens):
            word = token[0]
            if word >= FIRST_SIGN and ("\u4e00" <= word <= "\u9fff" or is_sign(word)):
                if word in first_signs:
                    pair = word + tokens[at + 1].text if at < before_last else ""
                    if pair in signs or word in signs:
                        yield at
                continue
            found = known.get(word)
            if (look_up(word) if found is None else found) or (
                at < before_last and JOINS[tokens[at + 1].gap]
            ):
                yield at

    def _steps_at(self, at: int) -> list[Step]:
        steps = self._steps.get(at)
        if steps is None:
            steps = self._steps[at] = [
                Step(seen.word, after, both(seen.differs, joined), seen.language)
                for word, after, joined in self._readings(at)
                for seen in self._index.look_up(word)
            ]
        return steps

    def _is_word(self, step: Step) -> bool:
        """Tell whether the text is in a language that has this form. Asked last: it is dear."""
        return step.language is None or self._speaks(step.language)

    def _readings(self, at: int) -> Iterator[tuple[str, int, Differs]]:
        """Yield the word at a token, and what it makes with the pieces after it."""
        word = self.tokens[at].text
        yield word, at + 1, Differs.NOT
        if not is_sign(word):
            for longer, after in joined(self.tokens, at, self._goes_on):
                yield longer, after, Differs.JOINED

    def _goes_on(self, tokens: Sequence[Token], at: int) -> bool:
        """Tell whether the token may be the rest of the word before it: re-education, Xin-jiang."""
        if not may_go_on(tokens, at):
            return False
        if tokens[at].gap is Gap.NONE or not self.is_upper(at):
            return True
        if tokens[at - 1].text in _PREFIXES:
            return True
        start, end = self.span(at - 1, at)
        return end - start > 1 and self.source[start:end].isupper()

    # --- names

    def _at(self, first: int) -> Iterator[Found]:
        for step in self._steps_at(first):
            node = self._index.root.get(step.word)
            if node is not None and self._is_word(step):
                yield from self._walk(node, first, step.after, (), step.differs)

    def _walk(
        self, node: Node, first: int, last: int, joints: tuple[int, ...], differs: Differs
    ) -> Iterator[Found]:
        """Yield the spellings that end here or further on. `joints`: tokens that begin a word."""
        for end in node.ends:
            apart = self._apart(end, joints)
            if end.pattern.capital and not all(map(self.is_upper, (first, *joints))):
                continue
            if apart is None or not self._is_meant(end, first, last, differs):
                continue
            span: tuple[int, int] | None = (first, last)
            if end.pattern.initials:
                span = self._with_initial(first, last, end.pattern.initials)
            if span is not None:
                yield Found(end.pattern, *span, both(differs, end.differs), apart)
        if not node.children or last >= len(self.tokens):
            return
        for at in self._next(last, hard=node.hard):
            for step in self._steps_at(at):
                child = node.children.get(step.word)
                if child is not None and self._is_word(step):
                    yield from self._walk(
                        child, first, step.after, (*joints, at), both(differs, step.differs)
                    )

    def _with_initial(
        self, first: int, last: int, initials: tuple[str, ...]
    ) -> tuple[int, int] | None:
        """Return the family name first:last with its initial: S. Bilash, К.-Ж. Токаев, Билаш С."""
        before = self._initial_before(first, initials)
        if before is not None:
            return before, last
        if last < len(self.tokens) and self.tokens[last].gap in (Gap.SPACE, Gap.LINE):
            token = self.tokens[last]
            dotted = self.folded.text[token.end : token.end + 1] == "."
            if token.text in initials and dotted and self.is_upper(last):
                return first, last + 1
        return None

    def _initial_before(self, first: int, initials: tuple[str, ...]) -> int | None:
        """Return the first of the initials before a token, if it is one of these.

        A second one (К.-Ж., К. К.) may be anything, but the first is the given name's.
        """
        at = first
        while at > 0 and first - at <= _MOST_INITIALS and self._is_initial(at - 1):
            at -= 1
        right = 0 < first - at <= _MOST_INITIALS and self.tokens[at].text in initials
        return at if right else None

    def _is_initial(self, at: int) -> bool:
        token, after = self.tokens[at], self.tokens[at + 1]
        between = self.folded.text[token.end : after.start].strip(" ")
        return (
            len(token.text) <= _LONGEST_INITIAL
            and between in _AFTER_INITIALS
            and (self.is_upper(at))
        )

    def _next(self, at: int, *, hard: bool) -> Iterator[int]:
        """Yield the tokens at which a name may go on: the next, or after 's or a father's name."""
        token = self.tokens[at]
        if token.gap <= Gap.QUOTE or hard or self._is_after_initial(at):
            yield at
        after = at + 1
        possessive = token.gap is Gap.APOSTROPHE and token.text == "s"
        skipped = possessive or (
            token.gap is Gap.SPACE and self.is_upper(at) and is_patronymic(token.text)
        )
        inside = skipped and after < len(self.tokens)
        if inside and self.tokens[after].gap in (Gap.SPACE, Gap.LINE):
            yield after

    def _apart(self, end: End, joints: tuple[int, ...]) -> int | None:
        """Return how many gaps are other than the spelling's; None if one may not be."""
        apart = 0
        for between, at in zip(end.gaps, joints, strict=True):
            gap = self.tokens[at].gap
            if not self._may_stand(between, at):
                return None
            apart += gap is not between.gap
        return apart

    def _may_stand(self, between: Between, at: int) -> bool:
        gap = self.tokens[at].gap
        if self._is_after_initial(at):
            return between.gap in _AFTER_INITIAL and between.text in ("", ".")
        if gap is Gap.HARD:
            return between.gap is Gap.HARD and self._between(at) == between.text
        if not is_sign(self.tokens[at].text):
            return gap is not Gap.DOT or between.gap is Gap.DOT
        if gap in (Gap.NONE, Gap.LINE):
            return True
        return gap in _LOOSE and (between.gap is not Gap.NONE or self._is_spread(at))

    def _between(self, at: int) -> str:
        """Return what stands before a token, without the space around it."""
        return self.folded.text[self.tokens[at - 1].end : self.tokens[at].start].strip()

    def _is_after_initial(self, at: int) -> bool:
        """Tell whether a full stop before the token only shortens a name: J. Smith, J.Smith."""
        if self.tokens[at].gap not in (Gap.HARD, Gap.DOT) or len(self.tokens[at - 1].text) > 1:
            return False
        return self._between(at) == "." and self.is_upper(at - 1) and self.is_upper(at)

    def _is_spread(self, at: int) -> bool:
        """Tell whether signs are set apart one by one: 新 疆 is a name, 创新 疆域 two words."""

        def alone(where: int) -> bool:
            return not 0 < where < len(self.tokens) or self.tokens[where].gap is not Gap.NONE

        return alone(at - 1) and alone(at) and alone(at + 1)

    def _is_meant(self, end: End, first: int, last: int, differs: Differs) -> bool:
        pattern = end.pattern
        if any(end.signs) and not self._is_between(end.signs, first, last):
            return False
        if is_sign(self.tokens[first].text) and is_sign(self.tokens[last - 1].text):
            return not self._is_seam(first, last)
        if not pattern.cased:
            return True
        typed = " ".join(self._typed(first, last).split())
        if typed == pattern.text:
            return pattern.forms is not Forms.ACRONYM or not self._is_shouted(first, last)
        if pattern.forms is Forms.PLAIN:
            return False
        if differs & Differs.JOINED:
            return typed.replace(".", "") == pattern.text
        rest = typed.removeprefix(pattern.text)
        return bool(differs & Differs.BENT) and rest != typed and rest.islower()

    def _is_between(self, signs: tuple[str, str], first: int, last: int) -> bool:
        """Tell whether these signs stand right before and after the tokens first:last."""
        before, after = signs
        text, end = self.folded.text, self.tokens[last - 1].end
        return text.endswith(before, 0, self.tokens[first].start) and text.startswith(after, end)

    def _is_seam(self, first: int, last: int) -> bool:
        """Tell whether Chinese signs belong to the words around them (see `han`)."""
        start, end = self.tokens[first].start, self.tokens[last - 1].end
        text = self.folded.text
        return straddles(text[start:end], text[max(start - 1, 0) : start], text[end : end + 3])

    def _is_shouted(self, first: int, last: int) -> bool:
        """Tell whether an acronym may be a plain word of a line in capitals: WHO IS TO BLAME."""
        if "".join(token.text for token in self.tokens[first:last]) not in PLAIN_WORDS:
            return False
        near = range(max(first - 3, 0), min(last + 3, len(self.tokens)))
        around = [self.source[slice(*self.span(at, at + 1))] for at in near]
        words = [word for word in around if len(word) > 3]
        return len(words) >= 1 and all(word.isupper() for word in words)
