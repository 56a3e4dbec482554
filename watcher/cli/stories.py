# ruff: noqa: PLC0415 - what a command needs is imported when it runs, so that --help stays light
"""stories: one event with all its copies and reports."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from watcher.cli.alerts import (
    PANEL,
    CsvOption,
    FeedOption,
    RuleOption,
    SinceOption,
    link_json,
    member_json,
    no_such_rule,
)
from watcher.cli.common import Call, command, since
from watcher.cli.words import iso, many, now, one_line, short
from watcher.core.errors import UsageError, WatcherError
from watcher.core.model import Article, ArticleId, Link, LinkKind, Member, Story, StoryId

if TYPE_CHECKING:
    from watcher.core.stories.changes import Changes
    from watcher.store import Queries

LATELY = timedelta(days=7)
"""The short id of a story is looked for here first: people ask about what is new."""

Groups = dict[StoryId, list[tuple[Article, Link]]]


class By(StrEnum):
    """The order of stories."""

    NEWEST = "newest"
    OUTLETS = "outlets"


ByOption = Annotated[By, typer.Option("--by", help="Newest article first, or most outlets first.")]
LimitOption = Annotated[int, typer.Option("--limit", min=1, help="At most so many.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this file to `app`."""
    stories = typer.Typer(
        help="Stories: one event with all its copies and reports.", no_args_is_help=True
    )
    command(stories, "list", examples=["watcher stories list --since 12h --rule Atajurt"])(
        stories_list
    )
    command(stories, "show", examples=["watcher stories show 1b9f03c2"])(stories_show)
    command(stories, "search", examples=["watcher stories search almaty activist --since 7d"])(
        stories_search
    )
    command(stories, "split", examples=["watcher stories split 77c0e4aa"])(stories_split)
    app.add_typer(stories, name="stories", rich_help_panel=PANEL)


def stories_list(
    call: Call,
    *,
    start: SinceOption = "1d",
    by: ByOption = By.NEWEST,
    rule: RuleOption = None,
    feed: FeedOption = None,
    limit: LimitOption = 50,
    csv: CsvOption = False,
) -> int:
    """List the stories that got an article lately, those with the newest article first."""
    moment = since(start or "1d", call)
    groups: Groups = {}
    with call.store().read() as queries:
        for article, link in queries.articles_since(moment):
            groups.setdefault(link.story, []).append((article, link))
        groups = _only(queries, groups, rule=rule, feed=feed)
    none = f"{call.when(moment)}{no_such_rule(call, rule)}"
    return _list_stories(call, groups, by=by, limit=limit, csv=csv, none=none)


def _only(queries: "Queries", groups: Groups, *, rule: str | None, feed: str | None) -> Groups:
    """Return the stories that the rule told of, and of which the feed has an article."""
    if rule is not None:
        told = queries.told_of(groups)
        groups = {
            story: group
            for story, group in groups.items()
            if any(each.rule == rule for each in told.get(story, ()))
        }
    if feed is None:
        return groups
    return {
        story: group
        for story, group in groups.items()
        if any(feed in {article.feed, article.outlet} for article, _ in group)
    }


def _list_stories(
    call: Call,
    groups: "Groups",
    *,
    by: By,
    limit: int,
    csv: bool,
    none: str,
) -> int:
    rows = [_story_row(story, group) for story, group in groups.items()]
    rows.sort(key=lambda row: row["last"] or "", reverse=True)
    if by is By.OUTLETS:
        rows.sort(key=lambda row: -row["outlets"])
    rows = rows[:limit]
    if call.json or csv:
        call.rows(rows, csv=csv)
        return 0
    if not rows:
        call.say(f"no stories since {none}")
        return 0
    call.table(
        ("story", "outlets", "articles", "copies", "last", "headline"),
        [
            (
                short(row["story"]),
                row["outlets"],
                row["articles"],
                row["copies"],
                call.brief(datetime.fromisoformat(row["last"]) if row["last"] else None),
                one_line(row["headline"], 90),
            )
            for row in rows
        ],
        right=["outlets", "articles", "copies"],
    )
    return 0


def _story_row(story: StoryId, group: Sequence[tuple[Article, Link]]) -> dict[str, Any]:
    times = [article.seen for article, _ in group if article.seen]
    return {
        "story": story,
        "outlets": len({article.outlet for article, _ in group}),
        "articles": len(group),
        "copies": sum(link.kind is LinkKind.COPY for _, link in group),
        "reports": sum(link.kind is LinkKind.REPORT for _, link in group),
        "last": iso(max(times, default=None)),
        "headline": group[0][0].title,
    }


def stories_show(
    call: Call,
    story: Annotated[
        str, typer.Argument(metavar="STORY", help="The id of a story; its first letters do.")
    ],
) -> int:
    """Show one story: who was first, how each copy differs, why it is one, what was told of it."""
    from watcher.core.stories.changes import changes

    with call.store().read() as queries:
        found = find_story(queries, story)
        links = {member.article: queries.link(member.article) for member in found.members}
        texts = {a.id: a for m in found.members if (a := queries.article(m.article))}
        versions = queries.versions(member.article for member in found.members)
    if call.json:
        call.data(
            {
                "story": found.id,
                "members": [
                    member_json(member)
                    | link_json(links[member.article])
                    | {"differs": _changes_json(_differs(member, links, texts))}
                    | {"versions": _versions_json(versions.get(member.article, []), texts)}
                    for member in found.members
                ],
                "told": [
                    {
                        "rule": told.rule,
                        "target": told.target,
                        "at": iso(told.at),
                        "terms": sorted(told.terms),
                    }
                    for told in found.told
                ],
            }
        )
        return 0
    _print_story(call, found, links, texts)
    for article, olds in versions.items():
        call.say(f"  edited {many(len(olds), 'time')}: {one_line(texts[article].title, 80)}")
        for at, old in olds:
            call.say(f"    until {call.when(at)}: {_in_words(changes(old, texts[article]))}")
    for told in found.told:
        call.say(f"  told to {told.target} for {told.rule} at {call.when(told.at)}")
    return 0


def find_story(queries: "Queries", wanted: str) -> Story:
    """Return the story with that id, or the only one whose id begins so; raises WatcherError."""
    found = queries.story(StoryId(wanted))
    if found is None and wanted:
        for since in (now() - LATELY, datetime.min.replace(tzinfo=UTC)):
            links = (link for _, link in queries.articles_since(since))
            ids = {link.story for link in links if link.story.startswith(wanted)}
            if len(ids) > 1:
                raise UsageError(f"{wanted} is the start of {len(ids)} ids; give more letters")
            if ids:
                found = queries.story(ids.pop())
                break
    if found is None or not found.members:
        raise WatcherError(f"{wanted}: no story has this id (watcher stories list)")
    return found


# --- search and split ---------------------------------------------------------------------------


def stories_search(
    call: Call,
    words: Annotated[
        list[str], typer.Argument(metavar="WORDS", help="All of them, anywhere in one article.")
    ],
    *,
    start: SinceOption = "30d",
    by: ByOption = By.NEWEST,
    rule: RuleOption = None,
    feed: FeedOption = None,
    limit: LimitOption = 50,
    csv: CsvOption = False,
) -> int:
    """Find stories by words in a headline or text; spelling marks and capitals don't matter."""
    from watcher.core.text import fold

    moment = since(start or "30d", call)
    wanted = [fold(word).text.strip() for word in words]
    found: set[StoryId] = set()
    groups: Groups = {}
    with call.store().read() as queries:
        for article, link in queries.articles_since(moment):
            groups.setdefault(link.story, []).append((article, link))
            if link.story not in found:
                text = fold(f"{article.title} {article.summary} {article.text}").text
                if all(word in text for word in wanted):
                    found.add(link.story)
        groups = {story: group for story, group in groups.items() if story in found}
        groups = _only(queries, groups, rule=rule, feed=feed)
    none = f"{call.when(moment)} with these words{no_such_rule(call, rule)}"
    status = _list_stories(call, groups, by=by, limit=limit, csv=csv, none=none)
    return status if groups else 1


def stories_split(
    call: Call,
    article: Annotated[
        str,
        typer.Argument(metavar="ARTICLE", help="The id of an article; its first letters do."),
    ],
) -> int:
    """Take an article out of its story: it begins one of its own, with what was linked to it.

    It stays so: later copies of it find its own story, in a running `watcher run` too.
    """
    from watcher.core.stories.undo import split
    from watcher.watch.memory import SPLITS, noted

    with call.store().write() as tx:
        link = _find_link(tx, article)
        story = tx.story(link.story)
        members = story.members if story else ()
        links = [found for m in members if (found := tx.link(m.article))]
        changed = split(links, link.article)
        if not changed:
            raise UsageError(
                f"{short(link.article)} begins its story: split the others from it instead "
                f"(watcher stories show {short(link.story)})"
            )
        tx.relink(changed)
        tx.set_note(SPLITS, noted(tx, [each.article for each in changed]))
        decided = [decision for _, decision in tx.decisions(link.article)]
    if call.json:
        call.data(
            {
                "story": changed[0].story,
                "from": link.story,
                "articles": [each.article for each in changed],
            }
        )
        return 0
    along = f", with {many(len(changed) - 1, 'article')} linked to it" if changed[1:] else ""
    call.say(f"{short(link.article)} is a story of its own now{along}")
    if decided and not any(decision.tell for decision in decided):
        call.say(f"Nobody was told of it when it came: watcher why {short(link.article)}")
    return 0


def _find_link(queries: "Queries", wanted: str) -> Link:
    """Return the link of the only article whose id begins so."""
    link = queries.link(ArticleId(wanted))
    if link is not None:
        return link
    every = queries.articles_since(datetime.min.replace(tzinfo=UTC))
    found = [link for article, link in every if wanted and article.id.startswith(wanted)]
    if len(found) > 1:
        raise UsageError(f"{wanted} is the start of {len(found)} ids; give more letters")
    if not found:
        raise WatcherError(f"{wanted}: no article has this id (watcher stories show STORY)")
    return found[0]


# --- how they differ -----------------------------------------------------------------------------


def _differs(
    member: Member, links: Mapping[ArticleId, Link | None], texts: Mapping[ArticleId, Article]
) -> "Changes | None":
    """Return how a member differs from the one it is linked to; None when it is the first."""
    from watcher.core.stories.changes import changes

    link = links.get(member.article)
    before = texts.get(link.to) if link and link.to else None
    after = texts.get(member.article)
    return changes(before, after) if before and after else None


def _changes_json(found: "Changes | None") -> dict[str, Any] | None:
    if found is None:
        return None
    return {
        "added": list(found.added),
        "dropped": list(found.dropped),
        "changed": [list(pair) for pair in found.changed],
    }


def _versions_json(
    olds: Sequence[tuple[datetime, Article]], texts: Mapping[ArticleId, Article]
) -> list[dict[str, Any]]:
    from watcher.core.stories.changes import changes

    return [
        {
            "until": iso(at),
            "title": old.title,
            "differs": _changes_json(changes(old, texts[old.id])),
        }
        for at, old in olds
    ]


def _in_words(found: "Changes | None") -> str:
    """Write what changed as one line."""
    if found is None:
        return ""
    parts = [f"“{old}” is now “{new}”" for old, new in found.changed]
    parts += [f"dropped “{one_line(words, 80)}”" for words in found.dropped]
    parts += [f"added “{one_line(words, 80)}”" for words in found.added]
    return "; ".join(parts) or "the same words"


def _print_story(
    call: Call,
    story: Story,
    links: Mapping[ArticleId, Link | None],
    texts: Mapping[ArticleId, Article],
) -> None:
    """Print the articles in order of appearance, each with how it differs and why it is here."""
    call.table(
        ("", "article", "outlet", "seen", "headline"),
        [
            (
                "first" if number == 0 else member.kind.value,
                short(member.article),
                one_line(member.outlet, 30),
                call.brief(member.seen),
                one_line(member.title, 90),
            )
            for number, member in enumerate(story.members)
        ],
        elastic=["outlet"],
    )
    for member in story.members:
        link = links.get(member.article)
        if link is None or link.to is None:
            continue
        why = "; ".join(link.why)
        call.say(
            f"  {short(member.article)} is a {link.kind.value} of {short(link.to)} "
            f"({round(100 * link.score)} %{'; ' if why else ''}{why})"
        )
        call.say(f"    {_in_words(_differs(member, links, texts))}")
