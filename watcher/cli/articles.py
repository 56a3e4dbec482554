# ruff: noqa: PLC0415 - what a command needs is imported when it runs, so that --help stays light
"""match, dedup, parse: articles and feed documents in, answers out. No state, no sending."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from watcher.cli.common import Call, command
from watcher.cli.lines import Asked, Clock, Lines, articles, must_open, opened, terms
from watcher.cli.words import duration, iso, many, nearest, now
from watcher.core.errors import FeedError, UsageError
from watcher.core.model import Article, ArticleId, Document, Entity, Entry, Feed, Match, TermKind

if TYPE_CHECKING:
    from watcher.core.rules import RuleBook

PANEL = "Ask and try"

Source = Annotated[
    str,
    typer.Argument(metavar="FILE", help="JSON Lines, also gzipped; - or nothing is stdin."),
]
Answer = Callable[[Article], Iterator[dict[str, Any]]]


def register(app: typer.Typer) -> None:
    """Add the commands of this file to `app`."""
    command(
        app,
        "match",
        panel=PANEL,
        examples=[
            "watcher match articles.jsonl",
            'echo \'{"id": 1, "title": "Atajurt in Almaty"}\' | watcher match --terms terms.jsonl',
        ],
    )(match)
    command(app, "dedup", panel=PANEL, examples=["watcher dedup articles.jsonl.gz --window 72h"])(
        dedup
    )
    command(
        app,
        "parse",
        panel=PANEL,
        examples=[
            "watcher parse feed.xml",
            "watcher parse https://www.hrw.org/rss/news",
            "curl -s https://example.org/feed | watcher parse - --base https://example.org/feed",
        ],
    )(parse)


# --- match ---------------------------------------------------------------------------------------


def match(
    call: Call,
    source: Source = "-",
    *,
    terms_file: Annotated[
        str | None,
        typer.Option(
            "--terms",
            metavar="FILE",
            help='Ask for these, not the rules: JSON Lines {"term": ...} or {"entity": ...}.',
        ),
    ] = None,
) -> int:
    """Say which rules match which articles, and on which words.

    Articles come in as JSON Lines: {"id", "title", "summary", "text"?, "url"?, "feed"?, "outlet"?,
    "language"?, "published"?}. One line goes out per article and rule that matches: {"id", "rule",
    "severity", "matches": [{"term", "entity"?, "alias", "field", "start", "end", "text", "how"}]};
    start and end count characters of the field as given. Lines that can't be read are named on
    stderr, the others are still done, and the exit code is 1.
    """
    must_open(source)
    bad = Lines(call, source)
    if terms_file is None:
        config = call.config()
        answer = _rules_answer(config.rules, config.entities)
        feeds = _by_name(config.feeds)
        wrong_terms = 0
    else:
        if terms_file == "-" and source == "-":
            raise UsageError("only one of the articles and the terms can come from stdin")
        must_open(terms_file)
        asked = Lines(call, terms_file)
        answer = _terms_answer(asked, _entities(call))
        feeds = {}
        wrong_terms = asked.bad
    for given in articles(bad, feeds):
        for line in answer(given.article):
            call.data({"id": given.id, **line})
    return 1 if bad.bad or wrong_terms else 0


def _rules_answer(rules: Any, entities: tuple[Entity, ...]) -> Answer:  # noqa: ANN401
    from watcher.core.rules import compile_rules
    from watcher.feeds.language import guess

    book = compile_rules(rules, entities, tongue=guess)
    severity = {rule.name: rule.severity for rule in book.rules}

    def answer(article: Article) -> Iterator[dict[str, Any]]:
        for hit in book.match(article):
            yield {
                "rule": hit.rule,
                "severity": hit.severity(severity[hit.rule]).value,
                "matches": [match_json(found) for found in hit.matches],
            }

    return answer


def _terms_answer(lines: Lines, entities: tuple[Entity, ...]) -> Answer:
    """Compile one rule per different term; a line with an id of its own is answered under it."""
    from watcher.core.rules import compile_terms

    # The rule of a term bears its text as name, so that one text meant in two ways (as a word and
    # as an entity) needs two books.
    wanted = list(_known_terms(lines, {entity.id for entity in entities}))
    books: list[tuple[RuleBook, dict[str, list[Asked]]]] = []
    for kind in dict.fromkeys(asked.term.kind for asked in wanted):
        by_text: dict[str, list[Asked]] = {}
        for asked in wanted:
            if asked.term.kind is kind:
                by_text.setdefault(asked.term.text, []).append(asked)
        books.append(
            (compile_terms([same[0].term for same in by_text.values()], entities), by_text)
        )

    def answer(article: Article) -> Iterator[dict[str, Any]]:
        hits = ((hit, by_text) for book, by_text in books for hit in book.match(article))
        for hit, by_text in hits:
            for asked in by_text[hit.rule]:
                term_id = {} if asked.id is None else {"term_id": asked.id}
                matches = [match_json(found) for found in hit.matches]
                yield {"rule": hit.rule, "severity": "normal", **term_id, "matches": matches}

    return answer


def _known_terms(lines: Lines, entities: set[str]) -> Iterator[Asked]:
    """Yield each different term once; an entity that nobody knows is a bad line."""
    seen = set()
    for asked in terms(lines):
        if asked.term.kind is TermKind.ENTITY and asked.term.text not in entities:
            hint = nearest(asked.term.text, entities)
            lines.refuse(asked.number, f'unknown entity "{asked.term.text}".{hint}')
        elif (asked.term, str(asked.id)) not in seen:
            seen.add((asked.term, str(asked.id)))
            yield asked


def match_json(match: Match) -> dict[str, Any]:
    """Return a match as INTERFACES promises it; "entity" only where the leaf is one."""
    entity = {} if match.entity is None else {"entity": match.entity}
    return {
        "term": match.term,
        **entity,
        "alias": match.alias,
        "field": match.field,
        "start": match.start,
        "end": match.end,
        "text": match.text,
        "how": match.how.value,
    }


def _entities(call: Call) -> tuple[Entity, ...]:
    """Return the entities of all shipped packs and of rules.yaml, which wins."""
    from watcher import config

    found = {entity.id: entity for name in config.pack_names() for entity in config.load_pack(name)}
    if call.options.rules_given or call.options.rules.exists():
        found |= {entity.id: entity for entity in call.config().entities}
    return tuple(found.values())


def _by_name(feeds: tuple[Feed, ...]) -> dict[str, Feed]:
    return {feed.name: feed for feed in feeds} | {feed.url: feed for feed in feeds}


# --- dedup ---------------------------------------------------------------------------------------


def dedup(
    call: Call,
    source: Source = "-",
    *,
    window: Annotated[
        str, typer.Option(metavar="TIME", help="How far apart copies may lie: 30m, 72h, 7d.")
    ] = "72h",
) -> int:
    """Say which articles are copies or reports of the same story.

    Articles come in as JSON Lines, in order of arrival; one line goes out for each: {"id", "story",
    "link": "new"|"copy"|"report", "to": id or null, "score", "why"}. `story` is the id of the
    story's first article. A date that is missing or unread is taken from the article before.
    """
    from watcher.core.stories import StoryIndex

    index = StoryIndex(window=duration(window))
    lines = Lines(call, source)
    ids: dict[str, object] = {}
    clock = Clock(now())
    for given in articles(lines):
        ids[given.article.id] = given.id
        article = replace(given.article, seen=clock.arrival(given.article.published))
        link = index.place(article)
        index.add(article, link)
        if clock.passed is not None:
            index.expire(clock.passed)
        call.data(
            {
                "id": given.id,
                "story": ids[link.story],
                "link": link.kind.value,
                "to": None if link.to is None else ids[link.to],
                "score": round(link.score, 4),
                "why": list(link.why),
            }
        )
    return 1 if lines.bad else 0


# --- parse ---------------------------------------------------------------------------------------


def parse(
    call: Call,
    source: Annotated[
        str, typer.Argument(metavar="FILE|URL|-", help="A feed document, or where one is.")
    ],
    *,
    base: Annotated[
        str, typer.Option(metavar="URL", help="Where a FILE came from, for its relative links.")
    ] = "",
    private: Annotated[
        bool, typer.Option("--private", help="The URL may be in your own network.")
    ] = False,
) -> int:
    """Read one feed document and print its articles as JSON Lines.

    Keys: "id", "url", "title", "summary", "text"?, "published", "updated", "authors", "language",
    "categories", "enclosures"; plain text without markup. Format, encoding and the number of
    damaged items go to stderr.
    """
    import asyncio

    if source.lower().startswith(("http://", "https://")):
        document = asyncio.run(_read_url(source, private=private))
    else:
        document = asyncio.run(_read_file(source, base))
    for entry in document.entries:
        call.data(entry_json(entry, document))
    call.note(
        f"format {document.format}, encoding {document.encoding}, "
        f"{many(len(document.entries), 'item')}, {document.damaged} damaged"
        + (f", {document.dropped} over the limit left out" if document.dropped else "")
    )
    for note in document.notes:
        call.note(f"note: {note}")
    return 0


async def _read_url(url: str, *, private: bool) -> Document:
    from watcher.cli.net import fetcher
    from watcher.feeds import Reader

    async with fetcher() as door, Reader() as reader:
        try:
            fetched = await door.fetch(Feed(url=url, name=url, private=private))
        except FeedError as error:
            # The mend is worded for rules.yaml; here is no such file.
            said = error.detail.replace("add `private: true` to it", "say --private")
            raise FeedError(error.fault, said) from None
        return await reader.read(
            fetched.body or b"", url=fetched.url, content_type=fetched.content_type
        )


async def _read_file(source: str, base: str) -> Document:
    from watcher.feeds import Reader

    with opened(source) as file:
        body = file.read()
    try:
        async with Reader() as reader:
            return await reader.read(body, url=base or _file_url(source), content_type=None)
    except FeedError as error:
        name = "stdin" if source == "-" else source
        raise FeedError(error.fault, f"{name}: {error.detail}") from None


def _file_url(source: str) -> str:
    return "" if source == "-" else Path(source).resolve().as_uri()


def entry_json(entry: Entry, document: Document) -> dict[str, Any]:
    """Return an entry as INTERFACES promises it; "text" only where the feed has one."""
    from watcher.core.identity import key_of

    return {
        "id": key_of(entry),
        "url": entry.url,
        "title": entry.title,
        "summary": entry.summary,
        **({"text": entry.text} if entry.text else {}),
        "published": iso(entry.published),
        "updated": iso(entry.updated),
        "authors": list(entry.authors),
        "language": entry.language or document.language,
        "categories": list(entry.categories),
        "enclosures": list(entry.enclosures),
    }


def text_article(text: str, *, language: str | None = None) -> Article:
    """Return free text as an article, to ask rules about it."""
    return Article(id=ArticleId("text"), title=text, language=language)
