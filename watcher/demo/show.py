"""Runs the watcher on the little world of the demo, and tells what it did.

Feeds are polled, judged and delivered by the same code as `watcher run`; what is printed is read
back from the store, as `watcher why` and `watcher status` do.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.resources import files
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table

from watcher.core.model import (
    Article,
    DeliveryState,
    FeedState,
    Hit,
    Hold,
    Link,
    LinkKind,
    StoryId,
)
from watcher.daemon import Service, open_service
from watcher.daemon.clock import now
from watcher.demo.world import World
from watcher.store import Queries
from watcher.watch import Settings

WIDTH = 110
"""Columns at the most: a line of news is read, not scanned."""
DELIVER_WITHIN = 20.0
"""Seconds for the demo's own targets, which answer at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One article as the demo speaks of it."""

    article: Article
    link: Link
    hits: tuple[Hit, ...]


def run_demo(console: Console) -> int:
    """Run the demo and print it on `console`; return the exit code."""
    page = Console(file=console.file, width=min(console.width, WIDTH), no_color=console.no_color)
    with tempfile.TemporaryDirectory(prefix="watcher-demo-") as folder:
        return asyncio.run(_run(page, Path(folder)))


async def _run(console: Console, folder: Path) -> int:
    start = now()
    async with World(now=start) as world:
        rules = folder / "rules.yaml"
        rules.write_text(_rules(world), encoding="utf-8")
        settings = Settings(rules=rules, state=folder / "state")
        console.print(
            "[bold]A watcher, a dozen feeds, six rules.[/] All of it runs on this machine, over"
            " real HTTP and SMTP;\nthe outlets and their news are made up. This is the code that"
            " [bold]watcher run[/] runs."
        )
        async with open_service(settings, "watcher demo", environ=world.environ) as service:
            _head(console, 1, "First sight of the feeds")
            await _poll_all(service)
            first = _came_in(service, since=start)
            await _deliver(service)
            _print_feeds(console, service, first)
            console.print(
                f"{len(first)} items. What stands in a feed when it is first seen is not news: what"
                " matches is told in [bold]one summary[/] (above), not in a flood."
            )

            _head(console, 2, "Some minutes later: the feeds are asked again")
            world.advance()
            again = now()
            await _poll_all(service)
            news = _came_in(service, since=again)
            unchanged = sum(asked.status == 304 for asked in world.asked)
            console.print(
                f"{len(news)} new items. Each feed was asked with the ETag and Last-Modified it had"
                f" given; of those with nothing new, {unchanged} said 304 Not Modified."
            )
            _print_news(console, news)
            console.print(
                "The � is the publisher's: a letter cut in half. It costs that letter, not the"
                " feed, and the name beside it is found."
            )

            _head(console, 3, "Copies of one wire story are folded")
            _print_folded(console, service, news)

            _head(console, 4, "The alerts, as they come in a terminal")
            await _deliver(service)

            _head(console, 5, "Which rule fired, and on which words")
            _print_hits(console, news)

            _head(console, 6, "What was delivered where")
            parked = _print_deliveries(console, service)
            _print_arrived(console, world)
    _print_next(console, seconds=(now() - start).total_seconds())
    return 1 if parked else 0


def _rules(world: World) -> str:
    """Return the demo's rules.yaml with the addresses of this world's feeds."""
    text = (files("watcher.demo") / "rules.yaml").read_text(encoding="utf-8")
    lines = [
        f'  - {{url: "{feed.url}", name: "{feed.name}", language: {feed.language}, private: true}}'
        for feed in world.feeds
    ]
    return "\n".join([text, "feeds:", *lines, ""])


async def _poll_all(service: Service) -> None:
    with service.store.read() as known:
        states = known.feed_states()
    service.poller.give(states)
    await service.poller.idle()


async def _deliver(service: Service) -> None:
    """Send what is due, and what waits only for company that can't come any more."""
    with service.store.write() as tx:
        for hold in (Hold.BASELINE, Hold.FOLLOW_UPS):
            tx.release(hold, now=now())
    await service.outbox.drain(timeout=DELIVER_WITHIN)


def _came_in(service: Service, *, since: datetime) -> list[Seen]:
    with service.store.read() as known:
        return [
            Seen(article=article, link=link, hits=known.hits(article.id))
            for article, link in known.articles_since(since - timedelta(seconds=1))
            if article.seen is not None and article.seen >= since
        ]


# --- printing --------------------------------------------------------------------------------


def _head(console: Console, number: int, title: str) -> None:
    console.print()
    console.rule(f"[bold]{number}. {title}[/]", align="left")


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


def _print_feeds(console: Console, service: Service, items: Sequence[Seen]) -> None:
    with service.store.read() as known:
        states = known.feed_states()
    counts = Counter(seen.article.feed for seen in items)
    table = _table("feed", "format", "read as", "items", "")
    for state in states:
        table.add_row(
            escape(state.feed.name),
            state.format or "-",
            state.encoding or "-",
            str(counts[state.feed.url]) if state.fault is None else "-",
            _trouble(state),
        )
    console.print(table)


def _trouble(state: FeedState) -> str:
    if state.fault is not None:
        return f"[red]{state.fault.value}[/]: {escape(state.fault_detail)}"
    if state.damaged:
        return f"[yellow]{state.damaged} damaged item was repaired; the others are whole[/]"
    return "[green]ok[/]"


def _print_news(console: Console, news: Sequence[Seen]) -> None:
    table = _table("outlet", "headline", "place")
    for seen in news:
        table.add_row(escape(seen.article.outlet), escape(seen.article.title), seen.link.kind.value)
    console.print(table)


def _print_folded(console: Console, service: Service, news: Sequence[Seen]) -> None:
    with service.store.read() as known:
        for story in _stories(news):
            _print_story(console, known, story)


def _stories(news: Sequence[Seen]) -> list[StoryId]:
    joined = [seen.link.story for seen in news if seen.link.kind is not LinkKind.NEW]
    return list(dict.fromkeys(joined))


def _print_story(console: Console, known: Queries, id_: StoryId) -> None:
    story = known.story(id_)
    if story is None:
        return
    for member in story.members:
        link = known.link(member.article)
        name, title = escape(member.outlet), escape(member.title)
        if link is None or link.kind is LinkKind.NEW:
            console.print(f"[bold]{title}[/]  ({name}, first)")
            continue
        why = "; ".join(link.why)
        what = "folded copy" if link.kind is LinkKind.COPY else "same event, other words"
        console.print(indented(f"[cyan]{what}[/] {link.score:.2f}  {name}: {title}", 3))
        console.print(indented(f"because: {escape(why)}", 6), style="dim")


def indented(text: str, by: int) -> Padding:
    """Return a text whose further lines begin below its first."""
    return Padding(text, (0, 0, 0, by), expand=False)


def _print_hits(console: Console, news: Sequence[Seen]) -> None:
    table = _table("rule", "language", "words found", "known as", "how", "outlet")
    for seen in news:
        for hit in seen.hits:
            for match in _distinct(hit):
                table.add_row(
                    escape(hit.rule),
                    seen.article.language or "",
                    escape(match[0]),
                    escape(match[1]),
                    match[2],
                    escape(seen.article.outlet),
                )
    console.print(table)


def _distinct(hit: Hit) -> Iterable[tuple[str, str, str]]:
    return dict.fromkeys((m.text, m.alias, m.how.value) for m in hit.matches)


def _print_deliveries(console: Console, service: Service) -> int:
    with service.store.read() as known:
        deliveries = known.deliveries(limit=10_000)
    table = _table("channel", "alerts sent", "messages", "waiting", "parked")
    for target in service.desk.targets:
        own = [d for d in deliveries if d.target == target]
        sent = [d for d in own if d.state is DeliveryState.SENT]
        parked = sum(d.state is DeliveryState.PARKED for d in own)
        messages = len({d.message for d in sent})
        waiting = len(own) - len(sent) - parked
        table.add_row(target, str(len(sent)), str(messages), str(waiting), str(parked))
    console.print(table)
    return sum(d.state is DeliveryState.PARKED for d in deliveries)


def _print_arrived(console: Console, world: World) -> None:
    keys = {posted.headers.get("idempotency-key", "") for posted in world.posted}
    console.print(
        f"The webhook got {len(world.posted)} posts with {len(keys)} different keys (a repeat would"
        f" carry the same key). The mail server took {len(world.mailed)} mails:"
    )
    for mailed in world.mailed:
        console.print(f"   {escape(str(mailed.message['Subject']))}", soft_wrap=True)


def _print_next(console: Console, *, seconds: float) -> None:
    console.print()
    console.rule("[bold]What next[/]", align="left")
    console.print(
        "  watcher init my-watch     writes a commented rules.yaml with a starter list of feeds\n"
        "  cd my-watch\n"
        "  watcher check             says what is wrong with the rules, with line and mend\n"
        "  watcher once --all        polls every feed once and sends what matches\n"
        "  watcher run               keeps watching\n"
        f"[dim]That took {seconds:.1f} seconds. Nothing was left behind on this machine.[/]"
    )
