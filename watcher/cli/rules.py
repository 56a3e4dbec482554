# ruff: noqa: PLC0415 - what a command needs is imported when it runs, so that --help stays light
"""check, rules, packs: what is watched for, and whether it does what its writer meant."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from watcher.cli.common import Call, command, load_config, print_mistakes
from watcher.cli.suggest import rules_suggest
from watcher.cli.words import many, nearest, one_line
from watcher.core.errors import RulesError, UsageError
from watcher.core.model import (
    Article,
    ArticleId,
    Config,
    Entity,
    Group,
    Mistake,
    Rule,
    RuleTest,
    Sources,
    Term,
    TermKind,
)

RULES_ERROR = 3


def register(app: typer.Typer) -> None:
    """Add the commands of this file to `app`."""
    command(
        app, "check", panel="Start", examples=["watcher check", "watcher check other.yaml --json"]
    )(check)
    rules = typer.Typer(help="The watch rules: list them, test them.", no_args_is_help=True)
    command(rules, "list", examples=["watcher rules list --json"])(rules_list)
    command(rules, "schema", examples=["watcher rules schema > rules.schema.json"])(rules_schema)
    command(
        rules,
        "test",
        examples=["watcher rules test", 'watcher rules test Atajurt "Волонтёры Атажұрт"'],
    )(rules_test)
    command(
        rules,
        "suggest",
        examples=["watcher rules suggest --since 30d", "watcher rules suggest --rule Atajurt"],
    )(rules_suggest)
    app.add_typer(rules, name="rules", rich_help_panel="Rules and feeds")


# --- check ---------------------------------------------------------------------------------------


def check(
    call: Call,
    file: Annotated[
        Path | None,
        typer.Argument(metavar="FILE", help="The rules file.", show_default="that of --rules"),
    ] = None,
) -> int:
    """Check rules.yaml: syntax, names, channels, and every test written beside a rule.

    All mistakes are named at once, each with its place and a mend. Exit code 3 when there are
    any; warnings alone are fine.
    """
    if file is not None:
        call.options = replace(call.options, rules=file, rules_given=True)
    path = call.rules_file()
    config: Config | None = None
    try:
        config = load_config(path, call.options, require_secrets=True)
    except RulesError as error:
        mistakes = error.mistakes
    else:
        mistakes = (*config.warnings, *wrong_channels(config), *failed_tests(config))
    wrong = [mistake for mistake in mistakes if mistake.weight.value == "error"]
    if call.json:
        call.data(_check_json(path, config, mistakes))
    else:
        print_mistakes(mistakes, call)
        if config is not None and not wrong:
            call.say(f"{path} is fine: {_counts(config)}", "green")
    if wrong and not call.json:
        call.note(f"{many(len(wrong), 'mistake')} in {path}", "bold")
    return RULES_ERROR if wrong else 0


def _check_json(path: Path, config: Config | None, mistakes: Sequence[Mistake]) -> dict[str, Any]:
    def of(weight: str) -> list[dict[str, Any]]:
        return [
            {
                "file": mistake.file,
                "line": mistake.line,
                "column": mistake.column,
                "message": mistake.message,
            }
            for mistake in mistakes
            if mistake.weight.value == weight
        ]

    return {
        "file": str(path),
        "ok": not of("error"),
        "mistakes": of("error"),
        "warnings": of("warning"),
        "rules": len(config.rules) if config else None,
        "feeds": len(config.feeds) if config else None,
        "channels": len(config.channels) if config else None,
    }


def _counts(config: Config) -> str:
    tests = sum(len(rule.tests) for rule in config.rules)
    return ", ".join(
        [
            many(len(config.rules), "rule"),
            many(len(config.feeds), "feed"),
            many(len(config.channels), "channel"),
            *([f"{many(tests, 'test')} passed"] if tests else []),
        ]
    )


def wrong_channels(config: Config) -> tuple[Mistake, ...]:
    """Return a mistake for each channel whose address no service understands."""
    from watcher.watch import Desk

    try:
        Desk(config)
    except RulesError as error:
        return error.mistakes
    return ()


# --- tests in the file ---------------------------------------------------------------------------


def failed_tests(config: Config) -> Iterator[Mistake]:
    """Try every test beside a rule; yield a mistake for each that doesn't come out as written."""
    for rule, test, holds, obstacle in run_tests(config.rules, config.entities):
        if holds is not test.expect:
            yield Mistake(
                file=config.path, line=test.line, column=1, message=_failure(rule, test, obstacle)
            )


def run_tests(
    rules: Sequence[Rule], entities: Sequence[Entity]
) -> Iterator[tuple[Rule, RuleTest, bool, str]]:
    """Yield each test with what came of it: (rule, test, does the rule hold, the obstacle).

    A test is about words: the rule's languages, sources and dates are left aside, and the text
    stands in the first field the rule searches.
    """
    from watcher.core.rules import compile_rules

    for rule in rules:
        if not rule.tests:
            continue
        words = replace(
            rule, languages=frozenset(), sources=Sources(), active_from=None, active_until=None
        )
        book = compile_rules([words], entities)
        for test in rule.tests:
            [explanation] = book.explain(_test_article(rule, test))
            yield rule, test, explanation.holds, explanation.obstacle


def _test_article(rule: Rule, test: RuleTest) -> Article:
    where = rule.search_in[0] if rule.search_in else "title"

    def there(field: str) -> str:
        return test.text if field == where else ""

    return Article(
        id=ArticleId("test"), title=there("title"), summary=there("summary"), text=there("text")
    )


def _failure(rule: Rule, test: RuleTest, obstacle: str) -> str:
    text = one_line(test.text, 60)
    if test.expect:
        why = f": {obstacle}" if obstacle else ""
        return f'rule "{rule.name}" should match "{text}" but does not{why}'
    return f'rule "{rule.name}" should not match "{text}" but does'


# --- rules ---------------------------------------------------------------------------------------


def rules_list(call: Call) -> int:
    """List the watch rules: what each looks for and where it tells."""
    config = call.config()
    if call.json:
        for rule in config.rules:
            call.data(rule_json(rule))
        return 0
    call.table(
        ("rule", "severity", "tells", "tests", "looks for"),
        [
            (
                rule.name,
                rule.severity.value,
                one_line(", ".join(rule.notify) or "nobody", 24),
                len(rule.tests),
                one_line(find_words(rule.find) + _only_in(rule), 200),
            )
            for rule in config.rules
        ],
        right=["tests"],
        elastic=["rule", "tells"],
    )
    return 0


def _only_in(rule: Rule) -> str:
    return f" (in {', '.join(sorted(rule.languages))})" if rule.languages else ""


def rule_json(rule: Rule) -> dict[str, Any]:
    """Return a rule for scripts."""
    return {
        "rule": rule.name,
        "severity": rule.severity.value,
        "find": find_words(rule.find),
        "search_in": list(rule.search_in),
        "languages": sorted(rule.languages),
        "notify": list(rule.notify),
        "follow_ups": rule.follow_ups.value,
        "why": rule.why or None,
        "tests": len(rule.tests),
        "line": rule.line,
    }


def find_words(part: Term | Group) -> str:
    """Return what a rule looks for, in words: "(A or B) and C, not D"."""
    if isinstance(part, Term):
        return part.text if part.kind is TermKind.WORD else f"{part.kind.value} {part.text}"
    pieces = []
    if part.any:
        pieces.append(_joined(part.any, " or "))
    if part.all:
        near = f" within {part.near} words of " if part.near else " and "
        pieces.append(_joined(part.all, near))
    found = " and ".join(f"({piece})" if len(pieces) > 1 else piece for piece in pieces)
    if part.none:
        found += f", not {_joined(part.none, ' or ')}"
    return found


def _joined(parts: Sequence[Term | Group], word: str) -> str:
    inner = (
        f"({find_words(part)})" if isinstance(part, Group) and len(parts) > 1 else find_words(part)
        for part in parts
    )
    return word.join(inner)


def rules_schema(call: Call) -> int:
    """Print the JSON Schema of rules.yaml, which editors use to complete and to warn."""
    from watcher import config
    from watcher.cli.run import dumps_pretty

    del call  # it is JSON with and without --json
    print(dumps_pretty(config.schema()), end="")
    return 0


def rules_test(
    call: Call,
    name: Annotated[
        str | None, typer.Argument(metavar="RULE", help="Only this rule.", show_default="all")
    ] = None,
    text: Annotated[str | None, typer.Argument(metavar="TEXT", help="Try this text on it.")] = None,
) -> int:
    """Run the tests written beside the rules, or try a text on one rule.

    Exit code 1: a test fails, or the text doesn't match.
    """
    config = call.config()
    rules = config.rules
    if name is not None:
        rules = tuple(rule for rule in config.rules if rule.name == name)
        if not rules:
            names = [rule.name for rule in config.rules]
            raise UsageError(f'no rule is called "{name}".{nearest(name, names)}')
    if text is not None:
        rules = tuple(replace(rule, tests=(RuleTest(text=text, expect=True),)) for rule in rules)
    results = list(run_tests(rules, config.entities))
    for rule, test, holds, obstacle in results:
        _print_test(call, rule, test, holds=holds, obstacle=obstacle)
    failed = sum(test.expect is not holds for _, test, holds, _ in results)
    if text is None and not call.json:
        if not results:
            call.say("no tests: write some under `tests:` of a rule")
        else:
            call.say(f"{many(len(results), 'test')}, {failed} failed", "red" if failed else "green")
    return 1 if failed else 0


def _print_test(call: Call, rule: Rule, test: RuleTest, *, holds: bool, obstacle: str) -> None:
    good = test.expect is holds
    if call.json:
        call.data(
            {
                "rule": rule.name,
                "line": test.line,
                "text": test.text,
                "expect": test.expect,
                "matches": holds,
                "ok": good,
                "obstacle": obstacle or None,
            }
        )
    elif good:
        call.say(f"ok      {rule.name}: {one_line(test.text, 70)}", "green")
    else:
        call.say(f"failed  {_failure(rule, test, obstacle)}", "red")
