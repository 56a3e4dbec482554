"""Whether a rule listens to an article at all: its feed, its outlet, its language, the day."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from watcher.core.rules.spoken import language_of, primary
from watcher.core.text import fold

if TYPE_CHECKING:
    from datetime import date

    from watcher.core.model import Article, Rule, Sources
    from watcher.core.rules.spoken import Tongue


@lru_cache(maxsize=4096)
def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


@lru_cache(maxsize=4096)
def _host_form(pattern: str) -> re.Pattern[str]:
    """Return a host pattern as a regular expression. Subdomains are meant too; * is any run."""
    body = re.escape(pattern.lower().removeprefix("www.").removeprefix("*.")).replace(r"\*", ".*")
    return re.compile(rf"(?:.*\.)?{body}")


def names(pattern: str, article: Article) -> bool:
    """Tell whether a pattern of `sources` means this article's outlet.

    A pattern is a host ("azattyq.org" with its subdomains, "*.kz") of the feed or of the
    article, or the outlet's name in any case.
    """
    if article.outlet and fold(pattern).text.strip() == fold(article.outlet).text.strip():
        return True
    form = _host_form(pattern)
    return any(form.fullmatch(_host(url)) for url in (article.feed, article.url) if url)


def _listens(sources: Sources, article: Article) -> str:
    if sources.tags and not sources.tags & article.tags:
        return f"the feed has none of the tags {', '.join(sorted(sources.tags))}"
    if sources.only and not any(names(pattern, article) for pattern in sources.only):
        return f"the rule listens only to {', '.join(sources.only)}"
    for pattern in sources.exclude:
        if names(pattern, article):
            return f"the rule leaves out {pattern}"
    return ""


def obstacle(rule: Rule, article: Article, today: date | None, tongue: Tongue | None = None) -> str:
    """Return in plain words why the rule does not look at the article; "" if it does.

    A language that nothing tells keeps nothing out: silence is the dearer mistake.
    """
    if today is not None:
        if rule.active_from is not None and today < rule.active_from:
            return f"the rule is active from {rule.active_from.isoformat()}"
        if rule.active_until is not None and today > rule.active_until:
            return f"the rule was active until {rule.active_until.isoformat()}"
    if deaf := _listens(rule.sources, article):
        return deaf
    if rule.languages:
        asked = frozenset(map(primary, rule.languages))
        language = language_of(article, asked, tongue)
        if language is not None and language not in asked:
            wanted = ", ".join(sorted(rule.languages))
            return f"the article is in {article.language or language}, the rule wants {wanted}"
    return ""
