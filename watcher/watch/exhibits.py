"""What was served for the articles that people are told of, kept with the alert itself.

It goes into the same transaction: there is no alert without its evidence, whatever ends the
process. Polls without an alert cost nothing here.
"""

from __future__ import annotations

from collections.abc import Iterable

from watcher import __version__
from watcher.alerts import redact
from watcher.core import evidence, identity
from watcher.core.evidence import Exhibit
from watcher.core.model import AlertId, ArticleId, AtLeast
from watcher.store import Tx
from watcher.watch.desk import Desk
from watcher.watch.nouns import Placed, Polled


class Exhibits:
    """Gathers what some polls of one transaction brought that is to be kept."""

    def __init__(self, tx: Tx, desk: Desk) -> None:
        self._tx = tx
        self._desk = desk
        self._kept: set[ArticleId] = set()
        self._found: list[Exhibit] = []

    def expect(self, edited: Iterable[ArticleId]) -> None:
        """Learn which of the edited articles something is kept of: their edits are kept, too."""
        ids = list(edited)
        if ids:
            self._kept |= self._tx.with_evidence(ids)

    def keep(
        self, poll: Polled, found: identity.Sorted, item: Placed, alert: AlertId | None
    ) -> None:
        """Keep what an article was read from, if people are told of it, were, or may be yet."""
        article, document = item.article, poll.document
        if document is None or not (alert or article.id in self._kept or self._waits(item)):
            return
        self._kept.add(article.id)
        entry = found.entries[article.id]
        pages = (page for page in poll.pages if page.answer and page.url == article.url)
        secrets = self._desk.config.secrets
        self._found.append(
            evidence.exhibit(
                article,
                entry.served,
                alert=alert or "",
                at=poll.at,
                asked=poll.state.feed.url,
                answer=poll.fetched,
                document={
                    "sha256": document.sha256,
                    "bytes": document.size,
                    "charset": document.encoding,
                    "format": document.format,
                },
                page=next(pages, None) if entry.page else None,
                program=f"watcher {__version__}",
                hide=lambda text: redact(text, secrets),
            )
        )

    def write(self) -> None:
        """Put what was gathered behind the last record of the chain."""
        self._tx.add_evidence(self._found)
        self._found = []

    def _waits(self, item: Placed) -> bool:
        """Tell whether an article may be told of when another one comes (`at_least:`)."""
        rules = (self._desk.rules.get(hit.rule) for hit in item.hits)
        return any(rule is not None and rule.at_least != AtLeast() for rule in rules)
