"""rules.yaml as a whole, and what is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import time
from enum import StrEnum

from watcher.core.model.channels import Channel, Digest
from watcher.core.model.feeds import Feed
from watcher.core.model.places import Place
from watcher.core.model.rules import Entity, Rule

WEEKLY = Digest(at=(time(9),), weekdays=frozenset({0}))
"""Monday at 09:00."""


class Weight(StrEnum):
    """How bad a finding in rules.yaml is."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """One finding in a rules file: where, what is in the way, and the mend, in plain words."""

    file: str
    line: int
    column: int
    message: str
    weight: Weight = Weight.ERROR

    @classmethod
    def at(cls, place: Place, message: str, weight: Weight = Weight.ERROR) -> Mistake:
        """Return a finding at `place`."""
        return cls(
            file=place.file, line=place.line, column=place.column, message=message, weight=weight
        )

    def __str__(self) -> str:
        """Return the line that people and editors read: file:line:column: message."""
        return f"{self.file}:{self.line}:{self.column}: {self.message}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """rules.yaml and what it includes, checked. Nothing in it is printed with secrets."""

    path: str
    timezone: str = "UTC"
    channels: tuple[Channel, ...] = ()
    feeds: tuple[Feed, ...] = ()
    rules: tuple[Rule, ...] = ()
    entities: tuple[Entity, ...] = ()
    public_url: str = ""
    """WebSub: where hubs on the internet reach this watcher ("" for: they can't)."""
    listen: str = "127.0.0.1:8077"
    """WebSub: the host and port at which hubs' requests arrive, handed on by a web server."""
    contact: str = ""
    """A page or mail address for publishers who wonder who asks; it goes into the User-Agent."""
    heartbeat: str = field(default="", repr=False)
    """Told every few minutes that all goes on; it raises the alarm when it hears nothing."""
    alive: Digest | None = WEEKLY
    """When the health channels are told that all goes on; None: never."""
    across_languages: bool = False
    """Whether an article may be a report of a story in another language."""
    warnings: tuple[Mistake, ...] = ()
    files: tuple[str, ...] = ()
    """Every file that was read: a change of any of them is a change of the rules."""
    secrets: frozenset[str] = field(default=frozenset(), repr=False)
    """Values that must appear in no output."""
