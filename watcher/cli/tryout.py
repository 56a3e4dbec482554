# ruff: noqa: PLC0415 - what a command needs is imported when it runs, so that --help stays light
"""The tests written beside rules: each sentence is tried as an article would be.

A test is about words: the rule's languages and dates are left aside, and the text stands in the
first field the rule searches. Who prints it, and how many, counts where the test says so.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from watcher.cli.words import many, one_line
from watcher.core.model import (
    Article,
    ArticleId,
    AtLeast,
    Config,
    Explanation,
    Feed,
    LinkKind,
    Member,
    Mistake,
    Rule,
    RuleTest,
    Sources,
    Story,
    StoryId,
)

if TYPE_CHECKING:
    from watcher.core.rules import RuleBook

_ONCE = datetime(2000, 1, 1, tzinfo=UTC)
"""All prints of a test's sentence come at one moment: `within` is not tried."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What came of one test.

    `obstacle` says in plain words why the rule doesn't hold, `words` are those it holds on.
    """

    rule: Rule
    test: RuleTest
    holds: bool
    obstacle: str = ""
    words: tuple[str, ...] = ()
    through: tuple[str, ...] = ()
    """The spellings that found it, when the one named under `via` did not."""

    @property
    def ok(self) -> bool:
        """Whether it came out as its writer expects."""
        return self.holds is self.test.expect and not self.through

    @property
    def failure(self) -> str:
        """What to say when it did not."""
        text = one_line(self.test.text, 60)
        if not self.test.expect:
            return (
                f'rule "{self.rule.name}" should not match "{text}" but does, on '
                f"{_quoted(self.words)}. Name what tells the two apart under none:, or correct the "
                "sentence."
            )
        if self.through:
            return (
                f'rule "{self.rule.name}" should match "{text}" through "{self.test.via}" but does '
                f"only through {_quoted(self.through)}."
            )
        why = f": {self.obstacle}" if self.obstacle else ""
        return (
            f'rule "{self.rule.name}" should match "{text}" but does not{why}. Mend the rule or '
            "the test."
        )


def failed_tests(config: Config) -> Iterator[Mistake]:
    """Try every test beside a rule; yield a mistake for each that doesn't come out as written."""
    for tried in run_tests(config.rules, config):
        if not tried.ok:
            yield Mistake.at(tried.test.place, tried.failure)


def run_tests(rules: Sequence[Rule], config: Config) -> Iterator[Tried]:
    """Try the tests of `rules`, in their order; `config` has the entities and feeds they name."""
    from watcher.core.rules import compile_rules

    for rule in rules:
        if not rule.tests:
            continue
        anywhere = replace(rule, languages=frozenset(), active_from=None, active_until=None)
        here, everywhere = (
            compile_rules([one], config.entities)
            for one in (anywhere, replace(anywhere, sources=Sources()))
        )
        for test in rule.tests:
            book = here if test.printed_by else everywhere
            yield _tried(rule, test, book, config.feeds)


def _tried(rule: Rule, test: RuleTest, book: "RuleBook", feeds: Sequence[Feed]) -> Tried:
    articles = [_article(rule, test, outlet, feeds) for outlet in test.printed_by or ("",)]
    explained = [book.explain(article)[0] for article in articles]
    best = next((one for one in explained if one.holds), explained[0])
    if not best.holds:
        return Tried(rule=rule, test=test, holds=False, obstacle=best.obstacle)
    if too_few := _too_few(rule.at_least, test):
        return Tried(rule=rule, test=test, holds=False, obstacle=too_few)
    words = tuple(dict.fromkeys(match.text for leaf in best.leaves for match in leaf.matches))
    through = _through(best)
    if test.via and test.via.casefold() not in map(str.casefold, through):
        spellings = dict.fromkeys(match.alias for leaf in best.leaves for match in leaf.matches)
        return Tried(rule=rule, test=test, holds=True, words=words, through=tuple(spellings))
    return Tried(rule=rule, test=test, holds=True, words=words)


def _quoted(words: Sequence[str]) -> str:
    return ", ".join(f'"{one_line(word, 40)}"' for word in words)


def _through(explanation: Explanation) -> set[str]:
    """Return all that a match may be called: spelling, word as written, entity."""
    found = {match for leaf in explanation.leaves for match in leaf.matches}
    return {name for m in found for name in (m.alias, m.term, m.entity) if name}


def _too_few(at_least: AtLeast, test: RuleTest) -> str:
    """Return why so many prints are not enough for the rule; "" when they are, or nobody asks."""
    from watcher.core.decide import enough

    origins = test.origins or 1
    outlets = max(test.outlets, origins, len(test.printed_by))
    if not (test.outlets or test.origins or test.printed_by):
        return ""
    story = Story(
        id=StoryId("test"),
        members=tuple(
            Member(
                article=ArticleId(f"test {number}"),
                outlet=f"outlet {number}",
                title=test.text,
                url=None,
                kind=LinkKind.REPORT if number < origins else LinkKind.COPY,
                seen=_ONCE,
            )
            for number in range(outlets)
        ),
    )
    if enough(at_least, story, now=_ONCE):
        return ""
    if outlets < at_least.outlets:
        return f"it waits for {many(at_least.outlets, 'outlet')}; the test has {outlets}"
    wanted = many(at_least.origins, "independent text")
    return f"it waits for {wanted} (origins); the test has {origins}"


def _article(rule: Rule, test: RuleTest, outlet: str, feeds: Sequence[Feed]) -> Article:
    """Return the sentence as `outlet` (a feed by name or site; "" for nobody) prints it."""
    where = rule.search_in[0] if rule.search_in else "title"

    def there(field: str) -> str:
        return test.text if field == where else ""

    feed = next((one for one in feeds if _is(one, outlet)), None) if outlet else None
    site = f"https://{outlet}/" if "." in outlet else ""
    return Article(
        id=ArticleId("test"),
        title=there("title"),
        summary=there("summary"),
        text=there("text"),
        outlet=feed.name if feed else outlet,
        feed=feed.url if feed else site,
        tags=feed.tags if feed else frozenset(),
    )


def _is(feed: Feed, outlet: str) -> bool:
    from watcher.core.identity import host_of

    return outlet.casefold() in {feed.name.casefold(), host_of(feed.url).removeprefix("www.")}
