# ruff: noqa: PLC0415 - what a command needs is imported when it runs, so that --help stays light
"""why: the reason of an alert or of a silence, down to each word of each rule."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Annotated, Any

import typer

from watcher.cli.alerts import alerts_of
from watcher.cli.articles import match_json, text_article
from watcher.cli.common import Call, command
from watcher.cli.deliveries import delivery_json, delivery_words
from watcher.cli.words import iso, now, one_line
from watcher.core.errors import UsageError, WatcherError
from watcher.core.model import (
    Alert,
    Article,
    ArticleId,
    Config,
    Decision,
    Delivery,
    DeliveryState,
    Explanation,
    Group,
    Hit,
    Leaf,
    Link,
    LinkKind,
    Rule,
    Term,
    TermKind,
)

ID = re.compile(r"[0-9a-f]{4,16}")


def register(app: typer.Typer) -> None:
    """Add the command of this file to `app`."""
    command(
        app,
        "why",
        panel="Ask and try",
        examples=[
            "watcher why 3f2a9c01",
            "watcher why https://example.kz/news/1234",
            'watcher why "Волонтёры Атажұрт задержаны в Алматы" --rule Atajurt',
        ],
    )(why)


def why(
    call: Call,
    about: Annotated[
        str,
        typer.Argument(
            metavar='KEY|URL|"text"', help="The key of a message or alert, an article, or any text."
        ),
    ],
    *,
    rule: Annotated[
        str | None, typer.Option("--rule", metavar="NAME", help="Only this rule.")
    ] = None,
    language: Annotated[
        str | None, typer.Option("--language", metavar="CODE", help="The language of the text.")
    ] = None,
) -> int:
    """Say why there was an alert, or why there was none.

    Names each rule and each of its words: found or not, in which spelling, where and how; the
    story the article belongs to; and for each channel what was decided and what became of it.
    Text is tried as a headline. Exit code 1: no rule matches.
    """
    config = call.config()
    if rule is not None and rule not in {known.name for known in config.rules}:
        from watcher.cli.words import nearest

        names = [known.name for known in config.rules]
        mend = nearest(rule, names) or " (watcher rules list)"
        raise UsageError(f'no rule is called "{rule}".{mend}')
    cases = _cases(call, about, language)
    if rule is not None:
        for case in cases:
            case.narrow(rule)
    matched = False
    for number, case in enumerate(cases):
        if number and not call.json:
            call.say(f"\n{'-' * 60}\n")
        at = (case.article.seen or now()).astimezone(call.zone)
        explanations = _explain(config, case.article, rule, at.date())
        matched |= any(explanation.holds for explanation in explanations)
        if call.json:
            call.data(case.json(explanations))
        else:
            case.print(call, explanations, {known.name: known for known in config.rules})
    return 0 if matched else 1


def _explain(
    config: Config, article: Article, rule: str | None, today: date
) -> tuple[Explanation, ...]:
    from watcher.core.rules import compile_rules
    from watcher.feeds.language import guess

    rules = [known for known in config.rules if rule in (None, known.name)]
    book = compile_rules(rules, config.entities, tongue=guess)
    return book.explain(article, today=today)


class Case:
    """One article that is asked about, and all that is stored of it."""

    def __init__(
        self,
        article: Article,
        *,
        stored: bool = False,
        link: Link | None = None,
        neighbour: Article | None = None,
        decisions: Iterable[tuple[datetime, Decision]] = (),
        alerts: Iterable[Alert] = (),
        deliveries: Iterable[Delivery] = (),
        hits: Iterable[Hit] = (),
    ) -> None:
        self.article = article
        self.stored = stored
        self.link = link
        self.neighbour = neighbour
        self.decisions = list(decisions)
        self.alerts = list(alerts)
        self.deliveries = list(deliveries)
        self.hits = list(hits)
        self.asked = "no rule matched"

    def narrow(self, rule: str) -> None:
        """Forget what is stored about other rules."""
        self.asked = f"{rule} did not match"
        self.decisions = [(at, one) for at, one in self.decisions if one.rule == rule]
        self.hits = [hit for hit in self.hits if hit.rule == rule]
        self.deliveries = [one for one in self.deliveries if rule in one.rules]

    def json(self, explanations: Iterable[Explanation]) -> dict[str, Any]:
        """Return all of it as one JSON object."""
        article, link = self.article, self.link
        return {
            "article": {
                "id": article.id,
                "title": article.title,
                "outlet": article.outlet or None,
                "url": article.url,
                "feed": article.feed or None,
                "language": article.language,
                "published": iso(article.published),
                "seen": iso(article.seen),
            }
            if self.stored
            else None,
            "story": link
            and {
                "story": link.story,
                "link": link.kind.value,
                "to": link.to,
                "score": round(link.score, 4),
                "why": list(link.why),
            },
            "rules": [explanation_json(explanation) for explanation in explanations],
            "matched_then": [
                {"rule": hit.rule, "matches": [match_json(match) for match in hit.matches]}
                for hit in self.hits
            ],
            "decisions": [decision_json(at, decision) for at, decision in self.decisions],
            "deliveries": [delivery_json(delivery) for delivery in self.deliveries],
        }

    def print(
        self, call: Call, explanations: Iterable[Explanation], rules: Mapping[str, Rule]
    ) -> None:
        """Print all of it for a person."""
        explanations = tuple(explanations)
        self._print_article(call)
        call.say("Rules", "bold")
        for explanation in sorted(explanations, key=lambda one: not one.holds):
            print_explanation(call, explanation, rules[explanation.rule])
        if not self.stored:
            return
        self._print_then(call, {one.rule for one in explanations if one.holds})
        call.say("\nDecisions", "bold")
        for at, decision in self.decisions:
            told = "told" if decision.tell else "not told"
            call.say(
                f"  {call.when(at)}  {decision.rule} -> {decision.target or '-'}: "
                f"{told}: {decision.reason.value}{self._became(at, decision)}"
            )
        if not self.decisions:
            call.say(f"  none: {self.asked} when it came in")
        call.say("\nDeliveries", "bold")
        for delivery in self.deliveries:
            call.say(f"  {delivery_words(call, delivery)}")
        if not self.deliveries:
            call.say("  none")

    def _print_then(self, call: Call, holds: set[str]) -> None:
        """Print what matched when it came in, where today's rules say otherwise."""
        gone = [hit for hit in self.hits if hit.rule not in holds]
        if not gone:
            return
        call.say("\nMatched when it came in, and no longer as the rules are now", "bold")
        for hit in gone:
            for match in hit.matches:
                call.say(
                    f"  {hit.rule}: “{one_line(match.text, 60)}” in {match.field} "
                    f"{match.start}-{match.end}, {match.how.value}, as “{match.alias}”"
                )

    def _became(self, at: datetime, decision: Decision) -> str:
        """Return what became of a decision to tell, as its delivery stands now; "" if unknown."""
        made = {alert.id for alert in self.alerts if alert.created == at}
        for delivery in self.deliveries if decision.tell else ():
            if delivery.alert in made and delivery.target == decision.target:
                held = delivery.state is DeliveryState.HELD and delivery.hold
                return f"; held for {held.value}" if held else f"; {delivery.state.value}"
        return ""

    def _print_article(self, call: Call) -> None:
        article = self.article
        call.say(article.title or article.url or "(no title)", "bold")
        if not self.stored:
            return
        call.say(f"  {article.outlet}, seen {call.when(article.seen)}  {article.url or ''}")
        link = self.link
        if link is not None:
            near = (
                ""
                if self.neighbour is None
                else (f" of “{one_line(self.neighbour.title, 60)}” ({self.neighbour.outlet})")
            )
            kind = (
                "first of its story"
                if link.kind is LinkKind.NEW
                else (f"{link.kind.value}{near}, score {link.score:.2f}")
            )
            reasons = f": {'; '.join(link.why)}" if link.why else ""
            call.say(f"  Story {link.story}: {kind}{reasons}")
        call.say()


def _cases(call: Call, about: str, language: str | None) -> list[Case]:
    """Find what is asked about: an alert or article by id, articles by address, else any text."""
    about = about.strip()
    if not about:
        raise UsageError('give a key, an address, or a text, as in: watcher why "some words"')
    if about.startswith(("http://", "https://")):
        cases = _by_url(call, about)
        if not cases:
            raise WatcherError(
                f"{about}: no article with this address is stored. Ask with its headline instead: "
                'watcher why "the headline"'
            )
        return cases
    if ID.fullmatch(about) and any(letter.isdigit() for letter in about):
        cases = _by_key(call, about)
        if not cases:
            raise WatcherError(
                f"{about}: no alert and no article has this key (watcher alerts list)"
            )
        return cases
    return [Case(text_article(about, language=language))]


def _by_url(call: Call, url: str) -> list[Case]:
    with call.store().read() as queries:
        return [_case(queries, article) for article in queries.article_by_url(url)]


def _by_key(call: Call, about: str) -> list[Case]:
    """Return the articles that a key of a message, an alert's id or an article's id stands for."""
    with call.store().read() as queries:
        alerts = alerts_of(queries, about)
        ids = [alert.article for alert in alerts if alert.article] or [ArticleId(about)]
        articles = [queries.article(one) for one in dict.fromkeys(ids)]
        cases = [_case(queries, article) for article in articles if article is not None]
    if alerts and not cases:
        raise WatcherError(f"{about} is a notice about the watcher itself: {alerts[0].headline}")
    return cases


def _case(queries: Any, article: Article) -> Case:  # noqa: ANN401 - the store's Queries
    link = queries.link(article.id)
    alerts = queries.alerts(article=article.id, limit=1000)
    return Case(
        article,
        stored=True,
        link=link,
        neighbour=queries.article(link.to) if link and link.to else None,
        decisions=queries.decisions(article.id),
        alerts=alerts,
        hits=queries.hits(article.id),
        deliveries=[
            delivery for alert in alerts for delivery in queries.deliveries(alert=alert.id)
        ],
    )


# --- words and JSON ------------------------------------------------------------------------------


def print_explanation(call: Call, explanation: Explanation, rule: Rule) -> None:
    """Print one rule: held or not and why, then what was found, and what is missing if it isn't.

    Of a rule that holds nothing is missing: one of an any-list is enough.
    """
    mark, style = ("yes", "green") if explanation.holds else ("no ", "dim")
    obstacle = f": {explanation.obstacle}" if explanation.obstacle else ""
    call.say(f"  {mark}  {explanation.rule}{obstacle}", style)
    wanted = set(_wanted(rule.find))
    missing = []
    for leaf in explanation.leaves:
        for match in leaf.matches:
            entity = f", entity {match.entity}" if match.entity not in (None, leaf.term) else ""
            alias = f", as “{match.alias}”" if match.alias != match.text else ""
            call.say(
                f"         found    {leaf.term}: “{one_line(match.text, 60)}” in {match.field} "
                f"{match.start}-{match.end}, {match.how.value}{alias}{entity}"
            )
        if leaf.found and not leaf.matches:
            call.say(f"         found    {leaf.term}")
        if leaf.found or explanation.holds or (leaf.kind, leaf.term) not in wanted:
            continue
        if leaf.nearest:
            call.say(f"         missing  {leaf.term}: {leaf.nearest}")
        elif f'"{leaf.term}"' not in obstacle:
            missing.append(leaf.term)
    if missing:
        call.say(f"         missing  {', '.join(missing)}")


def _wanted(part: Term | Group) -> Iterator[tuple[TermKind, str]]:
    """Yield what a rule looks for, without what it excludes."""
    if isinstance(part, Term):
        yield part.kind, part.text
        return
    for one in (*part.any, *part.all):
        yield from _wanted(one)


def explanation_json(explanation: Explanation) -> dict[str, Any]:
    """Return one rule's explanation for scripts."""
    return {
        "rule": explanation.rule,
        "holds": explanation.holds,
        "obstacle": explanation.obstacle or None,
        "leaves": [_leaf_json(leaf) for leaf in explanation.leaves],
    }


def _leaf_json(leaf: Leaf) -> dict[str, Any]:
    return {
        "term": leaf.term,
        "kind": leaf.kind.value,
        "found": leaf.found,
        "nearest": leaf.nearest or None,
        "matches": [match_json(match) for match in leaf.matches],
    }


def decision_json(at: datetime, decision: Decision) -> dict[str, Any]:
    """Return one decision for scripts."""
    return {
        "at": iso(at),
        "rule": decision.rule,
        "target": decision.target,
        "tell": decision.tell,
        "reason": decision.reason.value,
        "kind": decision.kind.value,
        "hold": decision.hold.value if decision.hold else None,
        "due": iso(decision.due),
    }
