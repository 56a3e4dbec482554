# ruff: noqa: PLC0415 - what a command needs is imported when it runs, so that --help stays light
"""feeds add, remove, import, export: edits of rules.yaml that keep every other sign of it."""

import re
import sys
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from shlex import join, quote
from typing import TYPE_CHECKING, Annotated, Any

import typer

from watcher.cli import known
from watcher.cli.common import Call
from watcher.cli.lines import opened
from watcher.cli.words import duration, many
from watcher.core.errors import RulesError, UsageError, WatcherError
from watcher.core.model import Feed, FullText

if TYPE_CHECKING:
    from datetime import timedelta

    from watcher.cli.look import Look


def feeds_add(
    call: Call,
    url: Annotated[
        list[str],
        typer.Argument(metavar="URL...", help="Addresses of feeds; without https:// it is added."),
    ],
    *,
    name: Annotated[
        str | None, typer.Option("--name", metavar="NAME", help="The outlet, as alerts name it.")
    ] = None,
    language: Annotated[
        str | None, typer.Option("--language", metavar="CODE", help="en, ru, kk, zh, ug, tr ...")
    ] = None,
    tag: Annotated[
        list[str] | None, typer.Option("--tag", metavar="TAG", help="For rules; may be repeated.")
    ] = None,
    every: Annotated[
        str | None, typer.Option("--every", metavar="TIME", help="How often to poll it: 10m, 1h.")
    ] = None,
    full_text: Annotated[
        FullText | None, typer.Option("--full-text", help="Read the pages of its articles.")
    ] = None,
    private: Annotated[
        bool, typer.Option("--private", help="The address is in your own network.")
    ] = False,
    no_look: Annotated[
        bool, typer.Option("--no-look", help="Add it without asking its server.")
    ] = False,
) -> int:
    """Add feeds to rules.yaml; comments and order are kept. A running daemon takes them up.

    Each address is asked once: what it holds is told, and a web page is not added: the feeds that
    it names are shown instead (exit code 1). When its server can't be asked now, it is added all
    the same and said so. A feed that is there already is left as it is; where your options differ,
    the line to write in its place is shown (exit code 1). The options count for all addresses.
    """
    from watcher.config.edit import address_problem

    if name and len(url) > 1:
        raise UsageError("--name names one feed: add them one by one, or all without a name")
    asked = Feed(
        url="",
        name=name or "",
        language=_asked_language(language),
        tags=frozenset(tag or ()),
        every=_asked_pause(every),
        private=private,
        full_text=full_text or FullText.NEVER,
    )
    rules = call.rules_file()
    new = {typed: replace(asked, url=_with_scheme(typed.strip())) for typed in dict.fromkeys(url)}
    for typed, feed in new.items():
        problem = address_problem(feed.url, private=private)
        if problem:
            raise UsageError(f'the feed address "{typed.strip()}" {problem}')
    return max(
        _add(call, rules, feed, guessed=feed.url != typed.strip(), unseen=no_look)
        for typed, feed in new.items()
    )


def _with_scheme(typed: str) -> str:
    """Return an address as a hurried person means it: example.kz/rss is https://example.kz/rss.

    A word alone is no address, and what has a secret in front may hold the scheme.
    """
    site = re.split(r"[/?#]", typed, maxsplit=1)[0]
    if "$" in site or "@" in site or not re.search(r"[.\]]|:\d", site):
        return typed
    return f"https://{typed}"


def _add(call: Call, rules: Path, new: Feed, *, guessed: bool, unseen: bool) -> int:
    """Add one feed; `guessed`: nobody typed its https://. Return the exit code."""
    from watcher import config
    from watcher.cli.look import TRY_HTTP, look

    if guessed:
        call.note(f"taken as {new.url}")
    same = _same(call, new)
    if same is not None:
        return _known_already(call, same, new)
    seen = None if unseen else look(call, new.url, private=new.private)
    if guessed and seen and seen.error and seen.error.fault in TRY_HTTP:
        plain = replace(new, url=new.url.replace("https://", "http://", 1))
        again = look(call, plain.url, private=new.private)
        if again.feed or again.refused:
            why = seen.error.detail.rstrip(".")
            call.note(f"{new.url}: {why}; taken as {plain.url}")
            new, seen = plain, again
    if seen is not None and seen.refused:
        return _not_added(call, new, seen)
    moved = seen.feed.moved_to if seen and seen.feed else None
    same = _same(call, replace(new, url=moved)) if moved else None
    if same is not None:
        call.note(f"{new.url} has moved for good, to a feed that is there already.", "yellow")
        return _known_already(call, same, replace(new, url=same.url))
    if not config.add_feeds(rules, [new]):
        # The file has mistakes, so that what stands in it of the feed is not known.
        raise WatcherError(
            f"{new.url} is in {call.options.rules} already, which has mistakes. Mend them "
            "(watcher check), and say it again if its options are to be changed."
        )
    _added(call, new, seen)
    return 0


def _asked_language(written: str | None) -> str | None:
    code = _language(written)
    if written and code is None:
        raise UsageError(f'"{written}" is no language code; write en, ru, kk, zh, ug, tr ...')
    return code


def _asked_pause(written: str | None) -> "timedelta | None":
    from watcher.core import rhythm

    every = duration(written) if written else None
    if every is not None and every < rhythm.FLOOR:
        raise UsageError(
            f"--every {written} is under a minute, which no publisher likes. At least 1m."
        )
    return every


def _same(call: Call, new: Feed) -> Feed | None:
    """Return the feed of rules.yaml, and of what it includes, that has this address."""
    from watcher.config.checks import canonical

    try:
        feeds = known.feeds(call)
    except RulesError:
        return None
    wanted = canonical(call.filled(new.url))
    return next((feed for feed in feeds if canonical(feed.asked) == wanted), None)


def _known_already(call: Call, same: Feed, new: Feed) -> int:
    """Say that a feed is there already, and what to write where the options ask for more."""
    from watcher.config.edit import line_of, standing

    rules = call.options.rules
    place = standing(rules, same.url, filled=call.filled)
    merged = replace(
        same,
        url=place.url if place else new.url,
        name=new.name or (same.name if same.named else ""),
        language=new.language or same.language,
        tags=same.tags | new.tags,
        every=new.every or same.every,
        private=new.private or same.private,
        full_text=same.full_text if new.full_text is FullText.NEVER else new.full_text,
    )
    differs = _differing(same, merged)
    where = f"{rules} already, line {place.line}" if place else f"a file that {rules} includes"
    called = f", as {same.name}" if same.name else ""
    if call.json:
        call.data(
            {
                "url": call.address(new.url),
                "result": "known",
                "feed": same.name or None,
                "line": place.line if place else None,
                "differs": differs,
                "write": line_of(merged) if differs else None,
            }
        )
        return 1 if differs else 0
    call.say(f"{call.address(new.url)} is in {where}{called}", "yellow")
    if differs:
        keys = " and ".join(f"{key}:" for key in differs)
        call.say(f"It was not changed. For your {keys} write in its place:", "yellow")
        call.say(f"  - {line_of(merged)}")
    return 1 if differs else 0


def _differing(same: Feed, merged: Feed) -> list[str]:
    """Return the keys of rules.yaml under which `merged` says something else."""
    name = merged.name if merged.name and merged.name != same.name else ""
    return ["name"] * bool(name) + [
        key
        for key in ("language", "tags", "every", "full_text", "private")
        if getattr(merged, key) != getattr(same, key)
    ]


def _typed(new: Feed, url: str = "") -> str:
    """Return the command that adds `url` (else the feed itself) with the same options."""
    from watcher.config.edit import span_in_file

    words = ["watcher", "feeds", "add", url or new.url]
    words += ["--name", new.name] if new.name else []
    words += ["--language", new.language] if new.language else []
    words += [word for tag in sorted(new.tags) for word in ("--tag", tag)]
    words += ["--every", span_in_file(new.every)] if new.every else []
    words += [] if new.full_text is FullText.NEVER else ["--full-text", new.full_text.value]
    words += ["--private"] if new.private else []
    return join(words)


def _not_added(call: Call, new: Feed, seen: "Look") -> int:
    """Say what is at an address instead of a feed, and what to type next."""
    from watcher.core import rhythm

    error = seen.error
    why = call.address(error.detail) if error else ""
    if seen.others:
        why = why.partition(" It names this feed:")[0]
    if call.json:
        call.data({"url": new.url, "result": "not-added", **seen.json()})
        return 1
    call.warn(f"not added: {new.url}: {why}", "red")
    for other in seen.others:
        same = _same(call, replace(new, url=other.url))
        there = f"{other.url} (there already, as {same.name})" if same else ""
        call.say(f"The page names a feed: {there or _typed(new, other.url)}")
    if not seen.others:
        call.say(f"The feeds of that site: {rhythm.discover(new)}")
    call.say(f"To add it all the same: {_typed(new)} --no-look")
    return 1


def _added(call: Call, new: Feed, seen: "Look | None") -> None:
    from watcher.cli.look import ELSEWHERE, in_words
    from watcher.core import rhythm

    if call.json:
        more: dict[str, Any] = seen.json() if seen else {"looked": False}
        call.data({"url": new.url, "result": "added", **more})
        return
    call.say(f"added {new.url}", "green")
    if seen is None:
        return
    if seen.feed is not None:
        for line in in_words(call, new, seen.feed):
            call.say(f"  {line}")
        return
    error = seen.error
    why = call.address(error.detail if error else seen.why_not)
    call.note(f"It could not be read now: {why}", "yellow")
    call.note("It is polled all the same. How it is: watcher feeds check", "yellow")
    if error is not None and error.fault in ELSEWHERE:
        call.note(f"The feeds of that site: {rhythm.discover(new)}")
        call.note(f"To take it out again: watcher feeds remove {quote(new.url)}")


def feeds_remove(
    call: Call,
    feed: Annotated[str, typer.Argument(metavar="URL|NAME", help="The feed, as listed.")],
) -> int:
    """Take a feed out of rules.yaml. What was read from it stays stored."""
    from watcher import config
    from watcher.config.checks import tags_lost
    from watcher.config.edit import standing

    found = known.find_feed(call, feed)
    url = found.url
    shown = call.address(url)
    path = call.rules_file()
    place = standing(path, url, filled=call.filled)
    if place is None:
        raise WatcherError(
            f"{shown} does not stand in {call.options.rules} itself: it comes from a file that is "
            "included there (include: or opml:). Take it out of that file."
        )
    lost = tags_lost(call.config(), url)
    for rule, tag in lost:
        call.warn(
            f'warning: {shown} is the last feed with the tag "{tag}" that rule "{rule.name}" asks '
            f"for. Without it {call.options.rules} is a mistake, and a running watcher keeps to "
            f'what it had: give another feed the tag, or take "{tag}" out of the rule\'s sources:',
            "yellow",
        )
    config.remove_feed(path, place.url)
    if call.json:
        broken = sorted({rule.name for rule, _ in lost})
        call.data({"url": shown, "result": "removed", "breaks": broken})
    else:
        call.say(f"removed {shown}", "green")
    return 0


def feeds_import(
    call: Call,
    file: Annotated[str, typer.Argument(metavar="FILE|-", help="An OPML file.")],
    *,
    private: Annotated[
        bool, typer.Option("--private", help="Take those in your own network, too.")
    ] = False,
) -> int:
    """Add the feeds of an OPML file, as feed readers export it, to rules.yaml.

    Feeds that are there already, or can't be polled, are named and left out. So are those with an
    address in your own network, unless you say --private. Exit code 1: none of them can be polled.
    """
    from watcher import config
    from watcher.config.edit import in_own_network
    from watcher.feeds import opml

    path = call.rules_file()
    with opened(file) as source:
        feeds = opml.read(source.read())
    feeds = tuple(
        replace(
            feed,
            language=_language(feed.language),
            private=private and in_own_network(feed.url),
        )
        for feed in feeds
    )
    with call.progress("looking at feeds", len(feeds)) as advance:
        results = _sorted_out(feeds, known.feeds(call), advance)
    new = [feed for feed, there, why_not in results if not (there or why_not)]
    if new:
        config.add_feeds(path, new)
    for feed, there, why_not in results:
        reason = f"is there already, as {there.name}" if there else why_not
        if call.json:
            row = {"url": feed.url, "feed": feed.name, "added": not reason}
            call.data(row | {"why_not": reason or None})
        elif reason:
            call.note(f"left out: {feed.url} {reason}", "yellow")
    unusable = sum(bool(why_not) for _, _, why_not in results)
    if not call.json:
        said = _imported(len(new), len(results), unusable, str(path))
        call.say(said, "green" if new else "red" if unusable == len(results) else None)
    return 1 if unusable == len(results) else 0


def _imported(added: int, every: int, unusable: int, path: str) -> str:
    """Return in one sentence what came of a list of feeds."""
    if unusable == every:
        return f"none of {many(every, 'feed')} can be polled; nothing was added to {path}"
    if added:
        return f"{added} of {many(every, 'feed')} added to {path}"
    if unusable:
        there = f"{every - unusable} of {many(every, 'feed')} in {path} already"
        return f"{there}, no other can be polled"
    there = "the feed is" if every == 1 else f"all {every} feeds are"
    return f"{there} in {path} already; nothing to add"


def _language(written: str | None) -> str | None:
    """Return the code that rules.yaml takes for a language; lists say "en_US", "unknown", "kaz"."""
    from watcher.config.languages import MEANT, is_language

    code = (written or "").strip().lower().replace("_", "-")
    return code if code and is_language(code) else MEANT.get(code)


def _sorted_out(
    feeds: Iterable[Feed], there: Iterable[Feed], advance: Callable[[], None]
) -> list[tuple[Feed, Feed | None, str]]:
    """Return each feed with the one that is it already, or else why it can't be polled ("")."""
    from watcher.config.checks import canonical
    from watcher.config.edit import address_problem

    taken = {canonical(feed.asked): feed for feed in there}
    results = []
    for feed in feeds:
        same = taken.get(canonical(feed.url))
        why_not = "" if same else address_problem(feed.url, private=feed.private)
        if not (same or why_not):
            taken[canonical(feed.url)] = feed
        results.append((feed, same, why_not))
        advance()
    return results


def feeds_export(
    call: Call,
    file: Annotated[str, typer.Argument(metavar="FILE", help="Where to; - is stdout.")] = "-",
) -> int:
    """Write the feeds of rules.yaml as OPML, which every feed reader takes."""
    from watcher.feeds import opml

    feeds = known.feeds(call)
    hidden = sum(feed.secret_url is not None for feed in feeds)
    if hidden:
        call.note(f"{many(hidden, 'address', 'addresses')} with secrets: ${{NAME}} stands for them")
    text = opml.write(feeds, "watcher")
    if file == "-":
        sys.stdout.write(text)
        return 0
    target = Path(file)
    if target.exists():
        raise UsageError(f"{file} exists; choose another name")
    try:
        target.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{file}: {error.strerror}") from None
    call.note(f"{many(len(feeds), 'feed')} written to {file}")
    return 0
