# ruff: noqa: PLC0415 - what a command needs is imported when it runs, so that --help stays light
"""rules: what is watched for, and whether it does what its writer meant."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Any

import typer

from watcher.cli.common import Call, command
from watcher.cli.suggest import rules_suggest
from watcher.cli.tryout import Tried, run_tests
from watcher.cli.words import many, nearest, one_line
from watcher.core.errors import UsageError
from watcher.core.model import Group, Rule, RuleTest, Term, TermKind


def register(app: typer.Typer) -> None:
    """Add the commands of this file to `app`."""
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
        "line": rule.place.line,
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
    results = list(run_tests(rules, config))
    for tried in results:
        _print_test(call, tried)
    failed = sum(not tried.ok for tried in results)
    if text is None and not call.json:
        if not results:
            call.say("no tests: write some under `tests:` of a rule")
        else:
            call.say(f"{many(len(results), 'test')}, {failed} failed", "red" if failed else "green")
    return 1 if failed else 0


def _print_test(call: Call, tried: Tried) -> None:
    rule, test = tried.rule, tried.test
    if call.json:
        call.data(
            {
                "rule": rule.name,
                "file": test.place.file or None,
                "line": test.place.line,
                "text": test.text,
                "expect": test.expect,
                "matches": tried.holds,
                "ok": tried.ok,
                "obstacle": tried.obstacle or None,
            }
        )
    elif tried.ok:
        call.say(f"ok      {rule.name}: {one_line(test.text, 70)}", "green")
    else:
        call.say(f"failed  {tried.failure}", "red")
