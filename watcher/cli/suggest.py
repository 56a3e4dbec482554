# ruff: noqa: PLC0415 - what a command needs is imported when it runs, so that --help stays light
"""rules suggest: spellings that the rules lack, each with its sentence and the line to add."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from watcher.cli.common import Call, since
from watcher.cli.lines import Lines, articles
from watcher.cli.past import WEEK, From, Since, one_of
from watcher.cli.words import many, nearest, one_line
from watcher.core.errors import UsageError
from watcher.core.model import Article

if TYPE_CHECKING:
    from watcher.core.rules import Suggestion

FIRST = 10


def rules_suggest(
    call: Call,
    *,
    start: Since = None,
    source: From = None,
    rule: Annotated[
        str | None, typer.Option("--rule", metavar="NAME", help="Only for this rule.")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="At most so many.")] = FIRST,
) -> int:
    """Suggest spellings that the rules lack: near misses of the last days, the likeliest first.

    A word is suggested when it is one letter, an ending or a transliteration away from a spelling
    (or is its initials, a part of it, ...) and stands beside what the name is known to stand
    beside. Each comes with its sentence and the line to add to rules.yaml; nothing is changed.
    """
    one_of(start, source)
    config = call.config()
    names = [known.name for known in config.rules]
    if rule is not None and rule not in names:
        raise UsageError(f'no rule is called "{rule}".{nearest(rule, names)}')
    from watcher.core.rules import Suggester, compile_rules
    from watcher.feeds.language import guess

    suggester = Suggester(compile_rules(config.rules, config.entities, tongue=guess))
    seen = 0
    lines = Lines(call, source or "")
    with _given(call, lines, start) as (total, given), call.progress("look", total) as step:
        for article in given:
            suggester.look_at(article)
            seen += 1
            step()
    everything = limit if rule is None else 100 * limit
    found = [one for one in suggester.suggestions(everything) if rule is None or rule in one.rules][
        :limit
    ]
    if call.json:
        call.rows([_json(one) for one in found], csv=False)
    else:
        _print(call, found, seen)
    return 1 if lines.bad else 0


@contextmanager
def _given(call: Call, lines: Lines, start: str | None) -> Iterator[tuple[int, Iterator[Article]]]:
    """Open the articles to look at: those of a file, else the stored ones."""
    if lines.source:
        yield 0, (given.article for given in articles(lines))
        return
    moment = since(start or WEEK, call)
    with call.store().read() as queries:
        stored = (article for article, _ in queries.articles_since(moment))
        yield queries.articles_since_count(moment), stored


def _print(call: Call, found: "list[Suggestion]", seen: int) -> None:
    if not found:
        call.say(f"nothing to suggest: no near miss in {many(seen, 'article')}")
        return
    for one in found:
        where = f"entity {one.entity}" if one.entity else f"rule {', '.join(one.rules)}"
        beside = f", beside {', '.join(f'“{word}”' for word in one.beside)}" if one.beside else ""
        call.say(f"“{one.words}” ({where})", "bold")
        call.say(
            f"  {one.kinship.value}: “{one.alias}”; {many(one.articles, 'article')}"
            f"{f', {one.elsewhere} more without its company' if one.elsewhere else ''}{beside}"
        )
        call.say(f"  {one_line(one.sentence, 200)}  {one.article.outlet}".rstrip())
        place = "under entities:" if one.entity else f'in place of "{one.term}":'
        call.say(f"  add {place}  {one.line}", "green")
        call.say()


def _json(one: "Suggestion") -> dict[str, Any]:
    return {
        "words": one.words,
        "rules": list(one.rules),
        "entity": one.entity,
        "term": one.term,
        "near": one.alias,
        "how": one.kinship.value,
        "language": one.language,
        "ctx": one.ctx,
        "articles": one.articles,
        "elsewhere": one.elsewhere,
        "beside": list(one.beside),
        "sentence": one.sentence,
        "url": one.article.url,
        "outlet": one.article.outlet or None,
        "score": one.score,
        "line": one.line,
    }
