# ruff: noqa: PLC0415 - what a command needs is imported when it runs, so that --help stays light
"""feeds discover: the feeds of a site, shown best first, and put into rules.yaml if wanted."""

from collections.abc import Mapping
from shlex import quote
from typing import TYPE_CHECKING, Annotated, Any

import typer

from watcher.cli import known
from watcher.cli.common import Call
from watcher.cli.words import ago, iso, now, one_line
from watcher.core.errors import FeedError, RulesError, UsageError, WatcherError
from watcher.core.model import Feed

if TYPE_CHECKING:
    from watcher.feeds.discover import Found


def feeds_discover(
    call: Call,
    url: Annotated[str, typer.Argument(metavar="URL", help="A site, or one of its pages.")],
    *,
    thorough: Annotated[
        bool, typer.Option("--all", help="Try usual addresses, too, when the page names feeds.")
    ] = False,
    add: Annotated[bool, typer.Option("--add", help="Add the best one to rules.yaml.")] = False,
    private: Annotated[
        bool, typer.Option("--private", help="The address is in your own network.")
    ] = False,
) -> int:
    """Find the feeds of a site: what its page names, else usual addresses and news sitemaps.

    The best stands first. Sites without RSS, such as the large agencies, often keep a news sitemap,
    which is read like a feed. Exit code 1: none was found.
    """
    import asyncio

    from watcher.core.identity import canonical

    addresses = [url] if "://" in url else [f"https://{url}", f"http://{url}"]
    in_rules = _known(call)
    address, found = asyncio.run(_search(call, addresses, thorough=thorough, private=private))
    if not found:
        raise WatcherError(
            f"{address} names no feed, and none is at the usual addresses. Look on the site for a "
            "page called RSS or Subscribe and try that one, or ask its newsroom."
        )
    _show(call, found, in_rules)
    if add:
        return _add(call, found[0], in_rules, private=private)
    if not call.json and not all(canonical(one.url) in in_rules for one in found):
        call.say()
        own = " --private" if private else ""
        call.say(f"To watch the first: watcher feeds add {quote(found[0].url)}{own}")
    return 0


async def _search(
    call: Call, addresses: list[str], *, thorough: bool, private: bool
) -> "tuple[str, list[Found]]":
    """Return the first of the addresses at which a server answers, and the feeds of its site.

    What nobody typed is a guess: a site may speak http only. The first failure is the one told.
    """
    from watcher.cli.look import TRY_HTTP
    from watcher.cli.net import scout

    failure = None
    for address in addresses:
        if failure is not None:
            call.note(f"{failure}; trying {address}")
        try:
            async with scout(call, private=private) as one:
                found = await one.search(address, thorough=thorough, progress=call.progress)
                return address, found
        except FeedError as error:
            said = error.detail.replace("add `private: true` to it", "say --private")
            failure = failure or WatcherError(f"{address}: {said.rstrip('.')}")
            if error.fault not in TRY_HTTP:
                break
    raise failure or WatcherError("no address was given")


def _known(call: Call) -> Mapping[str, Feed]:
    """Return the feeds of rules.yaml by canonical address; none when it can't be read."""
    from watcher.core.identity import canonical

    try:
        return {canonical(feed.url): feed for feed in known.feeds(call)}
    except (UsageError, RulesError):
        return {}


def _show(call: Call, found: "list[Found]", in_rules: Mapping[str, Feed]) -> None:
    from watcher.core.identity import canonical

    if call.json:
        for one in found:
            call.data(_json(one, in_rules))
        return
    at = now()
    call.table(
        ("title", "address", "items", "newest", "format", "language", "found as", "in rules.yaml"),
        [
            (
                one_line(one.document.title, 40) or "-",
                one.url,
                one.document.items or "-",
                ago(one.newest, at),
                one.document.format,
                one.document.language or "-",
                one.how.words + (", readers' comments" if one.comments else ""),
                ("yes", "green") if canonical(one.url) in in_rules else "no",
            )
            for one in found
        ],
        right=["items"],
        elastic=["title"],
    )


def _json(one: "Found", in_rules: Mapping[str, Feed]) -> dict[str, Any]:
    from watcher.core.identity import canonical

    return {
        "url": one.url,
        "title": one.document.title,
        "items": one.document.items,
        "newest": iso(one.newest),
        "format": one.document.format,
        "language": one.document.language,
        "how": one.how.words,
        "comments": one.comments,
        "known": canonical(one.url) in in_rules,
    }


def _add(call: Call, best: "Found", in_rules: Mapping[str, Feed], *, private: bool) -> int:
    from watcher import config
    from watcher.config.edit import in_own_network
    from watcher.core.identity import canonical

    same = in_rules.get(canonical(best.url))
    if same is not None:
        call.note(f"{best.url} is in {call.options.rules} already, as {same.name}", "yellow")
        return 0
    own = private and in_own_network(best.url)
    config.add_feeds(call.rules_file(), [Feed(url=best.url, name="", private=own)])
    call.note(f"added {best.url}", "green")
    return 0
