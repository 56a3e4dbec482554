# ruff: noqa: PLC0415 - what a command needs is imported when it runs, so that --help stays light
"""audit: every article that matched is accounted for, or it says which is not."""

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

import typer

from watcher.cli.common import Call, command
from watcher.cli.words import many, one_line
from watcher.core.errors import RulesError, WatcherError

if TYPE_CHECKING:
    from watcher.core.audit import Account, Audit
    from watcher.core.model import Article
    from watcher.store import Queries

SHOWN = 20
"""What is not accounted for, on the screen; --json has all of it."""


def register(app: typer.Typer) -> None:
    """Add the command of this file to `app`."""
    command(
        app, "audit", panel="What was told", examples=["watcher audit", "watcher audit --json"]
    )(audit)


def audit(call: Call) -> int:
    """Balance the books: every article that matched is accounted for, or it says which isn't.

    Each was delivered, is held (and why), was folded into a story already told, is muted, or is
    parked until a person mends the cause; an article with several channels counts by the worst of
    them. Exit code 1 when the sums don't agree.
    """
    from watcher.core.audit import balance

    with call.store().read() as known:
        entries, loose = known.books()
        found = balance(entries, loose, targets=_targets(call))
        articles = _articles(known, found.missing)
    if call.json:
        call.data(_json(call, found, articles))
    else:
        _print(call, found, articles)
    return 0 if found.balances else 1


def _targets(call: Call) -> Collection[str] | None:
    """Return the names that deliveries can have, if rules.yaml can be read."""
    try:
        channels = call.config().channels
    except (RulesError, WatcherError):
        return None
    from watcher.alerts import split

    try:
        return {target.name for channel in channels for target in split(channel)}
    except WatcherError:
        return None


def _articles(known: "Queries", missing: "Collection[Account]") -> "dict[str, Article]":
    wanted = (one.article for one in missing if one.article is not None)
    found = {article: known.article(article) for article in dict.fromkeys(wanted)}
    return {id_: article for id_, article in found.items() if article is not None}


def _json(call: Call, found: "Audit", articles: "dict[str, Article]") -> dict[str, Any]:
    return {
        "matched": found.matched,
        **{fate.value: count for fate, count in found.fates.items()},
        "balanced": found.balances,
        "decisions": [
            {"fate": fate.value, "reason": why, "count": count}
            for (fate, why), count in sorted(found.reasons.items())
        ],
        "missing": [_missing_json(call, one, articles) for one in found.missing],
    }


def _missing_json(call: Call, one: "Account", articles: "dict[str, Article]") -> dict[str, Any]:
    article = articles.get(one.article or "")
    return {
        "article": one.article,
        "title": article.title if article else None,
        "url": call.address(article.url) if article and article.url else None,
        "rule": one.rule,
        "target": one.target or None,
        "why": one.why,
    }


def _print(call: Call, found: "Audit", articles: "dict[str, Article]") -> None:
    decisions = sum(found.reasons.values()) + len(found.missing)
    decided = f"; in brackets {many(decisions, 'decision')}, one for each rule and channel"
    call.say(f"matched    {many(found.matched, 'article')}{decided if found.reasons else ''}")
    for fate, count in found.fates.items():
        reasons = [
            f"{one_line(why, 60)}: {number}"
            for (of, why), number in sorted(found.reasons.items(), key=lambda item: -item[1])
            if of is fate
        ]
        words = f"  ({'; '.join(reasons[:4])}{'; ...' if len(reasons) > 4 else ''})"
        call.say(f"{fate.value:<10} {count}{words if reasons else ''}")
    if found.balances:
        call.say("The sums agree.", "green")
        return
    call.say(f"NOT ACCOUNTED FOR: {len(found.missing)}", "red")
    call.table(
        ("article", "rule", "channel", "what lacks"),
        [
            (
                one_line(_name(one, articles), 60),
                one_line(one.rule, 30),
                one.target,
                (one_line(one.why, 100), "red"),
            )
            for one in found.missing[:SHOWN]
        ],
        elastic=["article"],
    )
    if len(found.missing) > SHOWN:
        call.say(f"... and {len(found.missing) - SHOWN} more: watcher audit --json")


def _name(one: "Account", articles: "dict[str, Article]") -> str:
    article = articles.get(one.article or "")
    return article.title if article else (one.article or "(none)")
