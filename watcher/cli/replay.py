# ruff: noqa: PLC0415 - what a command needs is imported when it runs, so that --help stays light
"""replay: the time machine. Rules tried on what came in, with nothing sent and nothing written."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from watcher.cli.common import Call, command, load_config, since
from watcher.cli.lines import Clock, Lines, articles, opened
from watcher.cli.past import WEEK, From, Since, one_of
from watcher.cli.words import iso, many, now, one_line, short
from watcher.core.errors import UsageError
from watcher.core.model import Arrival, Config

if TYPE_CHECKING:
    from watcher.watch import Line, Replay, Sum

SHOWN = 50


def register(app: typer.Typer) -> None:
    """Add the command of this file to `app`."""
    command(
        app,
        "replay",
        panel="Ask and try",
        examples=[
            "watcher replay --since 30d",
            "watcher replay --diff new-rules.yaml",
            "watcher replay --from articles.jsonl --rules new-rules.yaml",
        ],
    )(replay)


def replay(
    call: Call,
    *,
    start: Since = None,
    source: From = None,
    other: Annotated[
        Path | None,
        typer.Option(
            "--diff", metavar="FILE", help="Say what these rules would gain, and what they'd lose."
        ),
    ] = None,
    limit: Annotated[
        int, typer.Option("--limit", min=1, help="Show at most so many stories, newest first.")
    ] = SHOWN,
) -> int:
    """Say what the rules would have told, had they been in force; nothing is sent or written.

    The rules (--rules) are tried on the stored articles of the last days, or on those of --from
    (JSON Lines, as `watcher match` takes them): as live, the copies of a story are folded, later
    reports are follow-ups, `at_least` waits. Names each story, and the spellings without which it
    would have been missed. With --diff the same articles are tried on a second rules file.
    """
    one_of(start, source)
    from watcher.watch import Hindsight, Replay

    configs = [call.config()]
    if other is not None:
        if not other.is_file():
            raise UsageError(f"{other}: there is no such file")
        configs.append(load_config(other, call.options, require_secrets=False))
    sides = [Hindsight(config) for config in configs]
    if source is None:
        moment = since(start or WEEK, call)
        tried = Replay(sides, since=moment, keep=limit)
        _replay_stored(call, tried, moment)
        bad = 0
    else:
        moment = None
        tried = Replay(sides, keep=limit)
        bad = _replay_file(call, tried, source, configs[0])
    found = tried.finish()
    if call.json:
        call.data(_json(tried, found, configs, moment))
    else:
        _Report(call, tried, found, configs, moment).print()
    return 1 if bad else 0


# --- where articles come from --------------------------------------------------------------------


def _replay_stored(call: Call, tried: "Replay", moment: datetime) -> None:
    from watcher.watch import WINDOW, polls

    # The stories that were running when it begins had been told, or not, before.
    with call.store().read() as queries:
        warm = moment - WINDOW
        with call.progress("replay", queries.articles_since_count(warm)) as step:
            for poll in polls(queries.arrivals(warm)):
                tried.settle(poll)
                for arrival in poll:
                    if arrival.before is None:
                        step()


def _replay_file(call: Call, tried: "Replay", source: str, config: Config) -> int:
    """Try the articles of a file; return how many lines of it can't be used."""
    lines = Lines(call, source)
    with call.progress("replay", _count(source)) as step:
        for arrival in _arrivals(lines, config):
            tried.settle([arrival])
            step()
    return lines.bad


def _count(source: str) -> int:
    if source == "-":
        return 0
    with opened(source) as file:
        return sum(bool(line.strip()) for line in file)


def _arrivals(lines: Lines, config: Config) -> Iterator[Arrival]:
    """Give the articles of a file the story that each would have been put into."""
    from watcher.core.stories import StoryIndex
    from watcher.watch import WINDOW

    feeds = {feed.name: feed for feed in config.feeds} | {feed.url: feed for feed in config.feeds}
    index, clock = StoryIndex(window=WINDOW), Clock(now())
    for given in articles(lines, feeds):
        at = clock.arrival(given.article.published)
        article = replace(given.article, seen=at)
        link = index.place(article)
        index.add(article, link)
        if clock.passed is not None:
            index.expire(clock.passed)
        yield Arrival(article=article, link=link, at=at)


# --- words ---------------------------------------------------------------------------------------


class _Report:
    """The answer for a person."""

    def __init__(
        self,
        call: Call,
        tried: "Replay",
        found: "Sequence[Line]",
        configs: Sequence[Config],
        moment: datetime | None,
    ) -> None:
        self.call = call
        self.tried = tried
        self.found = found
        self.configs = configs
        self.moment = moment

    def print(self) -> None:
        """Print what was tried, the sums, the rules, and the stories."""
        tried, call = self.tried, self.call
        when = f" since {call.when(self.moment)}" if self.moment else ""
        call.say(f"{self.configs[0].path} on {many(tried.articles, 'article')}{when}", "bold")
        if not tried.articles:
            call.say("nothing came in: there is nothing to try the rules on")
            return
        if len(self.configs) > 1:
            self._print_change()
            return
        call.say(f"would have told {self._times(0)}{self._hinging()}")
        call.say()
        self._print_rules()
        if self.found:
            call.say()
            call.table(
                ("first told", "story", "rules", "outlet", "headline"),
                [self._row(line, line.told[0]) for line in self.found],
                elastic=["rules", "outlet"],
            )
        self._print_rest(tried.stories[0])

    def _times(self, side: int) -> str:
        tried = self.tried
        stories = f", {many(tried.stories[side], 'story', 'stories')}" if tried.told[side] else ""
        return many(tried.told[side], "time") + stories + self._a_day(side)

    def _a_day(self, side: int) -> str:
        tried = self.tried
        if not tried.told[side] or tried.first is None or tried.last is None:
            return ""
        days = max((tried.last - tried.first) / timedelta(days=1), 1)
        return f" ({tried.told[side] / days:.1f} a day)" if days > 1 else ""

    def _hinging(self) -> str:
        through = self.tried.through()
        if not self.tried.hinging or not through:
            return ""
        names = ", ".join(f"{count} only through “{alias}”" for alias, count in through[:3])
        return f"; {names}{' ...' if len(through) > 3 else ''}"

    def _print_rules(self) -> None:
        self.call.table(
            ("rule", "told", "stories", "matched", "told only through"),
            [
                (rule, found.told, found.stories, found.matched, self._through(rule, found))
                for rule, found in self.tried.sums[0].items()
            ],
            right=["told", "stories", "matched"],
            elastic=["rule"],
        )

    def _through(self, rule: str, found: "Sum") -> str:
        if found.matched and not found.told and not _notifies(self.configs[0], rule):
            return "(names no channel: `notify:`)"
        return ", ".join(f"“{alias}” {count}" for alias, count in found.through.most_common(5))

    def _row(self, line: "Line", told: Mapping[str, int]) -> Sequence[object]:
        article = line.article
        rules = ", ".join(f"{rule} x{n}" if n > 1 else rule for rule, n in told.items())
        return (
            # A file's articles may have no date; what stands in for one is nobody's news.
            self.call.brief(line.at if self.moment or article.published else None),
            short(line.story),
            one_line(rules, 40),
            one_line(article.outlet or "-", 20),
            one_line(article.title or article.url or "-", 120),
        )

    def _print_rest(self, total: int) -> None:
        if total > len(self.found):
            self.call.note(f"{total - len(self.found)} older ones are not shown (--limit)")

    def _print_change(self) -> None:
        call, changes = self.call, self.tried.changes
        call.say(f"would have told {self._times(0)}")
        call.say(f"with {self.configs[1].path}: {self._times(1)}{self._hinging()}")
        call.say(
            f"gained {changes['gained']}, lost {changes['lost']}, told otherwise "
            f"{changes['changed']}, as before {changes['same']}",
            "bold",
        )
        if self.found:
            call.say()
            call.table(
                ("", "first told", "story", "rules", "outlet", "headline"),
                [_changed(line, self._row(line, _difference(line))) for line in self.found],
                elastic=["rules", "outlet"],
            )
        self._print_rest(changes.total() - changes["same"])


_SIGNS = {"gained": ("+", "green"), "lost": ("-", "red"), "changed": ("~", "yellow")}


def _changed(line: "Line", row: Sequence[object]) -> Sequence[object]:
    return (_SIGNS[line.change], *row)


def _difference(line: "Line") -> dict[str, int]:
    """Return the rules of a changed line: those that differ, told as the second side tells."""
    before, after = line.told
    if line.change == "lost":
        return dict(before)
    return {
        rule: after.get(rule, 0)
        for rule in dict.fromkeys((*after, *before))
        if before.get(rule) != after.get(rule)
    }


def _notifies(config: Config, name: str) -> bool:
    return any(rule.notify for rule in config.rules if rule.name == name)


# --- JSON ----------------------------------------------------------------------------------------


def _json(
    tried: "Replay", found: "Sequence[Line]", configs: Sequence[Config], moment: datetime | None
) -> dict[str, Any]:
    last = len(configs) - 1
    return {
        "rules_file": configs[0].path,
        "since": iso(moment or tried.first),
        "until": iso(tried.last),
        "articles": tried.articles,
        "told": tried.told[0],
        "stories": tried.stories[0],
        "only_through": tried.hinging if last == 0 else None,
        "rules": _rules_json(tried, 0),
        **({} if last == 0 else _diff_json(tried, configs)),
        "told_stories" if last == 0 else "changes": [_line_json(line) for line in found],
    }


def _rules_json(tried: "Replay", side: int) -> list[dict[str, Any]]:
    return [
        {
            "rule": rule,
            "told": found.told,
            "stories": found.stories,
            "matched": found.matched,
            "only_through": dict(found.through.most_common()),
        }
        for rule, found in tried.sums[side].items()
    ]


def _diff_json(tried: "Replay", configs: Sequence[Config]) -> dict[str, Any]:
    return {
        "other": {
            "rules_file": configs[1].path,
            "told": tried.told[1],
            "stories": tried.stories[1],
            "only_through": tried.hinging,
            "rules": _rules_json(tried, 1),
        },
        "gained": tried.changes["gained"],
        "lost": tried.changes["lost"],
        "changed": tried.changes["changed"],
        "same": tried.changes["same"],
    }


def _line_json(line: "Line") -> dict[str, Any]:
    article = line.article
    told = {"rules": dict(line.told[0])}
    if len(line.told) > 1:
        told = {"rules": dict(line.told[0]), "rules_other": dict(line.told[1])}
    return {
        **({"change": line.change} if len(line.told) > 1 else {}),
        "story": line.story,
        "first_told": iso(line.at),
        "kinds": sorted(line.kinds),
        **told,
        "only_through": {rule: sorted(found) for rule, found in line.through.items() if found},
        "article": article.id,
        "title": article.title,
        "outlet": article.outlet or None,
        "url": article.url,
        "published": iso(article.published),
    }
