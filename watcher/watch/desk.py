"""The rules in force, compiled, with channels that know their targets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from watcher.alerts import Target, split
from watcher.core.errors import RulesError, WatcherError
from watcher.core.model import (
    AtLeast,
    Channel,
    Config,
    Feed,
    Mistake,
    Rule,
    Telling,
)
from watcher.core.rules import RuleBook, compile_rules
from watcher.feeds.language import guess
from watcher.watch.nouns import Polled


class Desk:
    """The rules in force: compiled, with channels that know their targets. Replaced as a whole.

    Raises RulesError with a mistake for each channel whose address no service understands.
    """

    def __init__(self, config: Config) -> None:
        self.config = config
        self.zone = ZoneInfo(config.timezone)
        self.names: Mapping[str, str] = {entity.id: entity.name for entity in config.entities}
        self.types: Mapping[str, str] = {entity.id: entity.type for entity in config.entities}
        self.feeds = {feed.url: feed for feed in config.feeds}
        self.rules: Mapping[str, Rule] = {rule.name: rule for rule in config.rules}
        self.targets: dict[str, Target] = {}
        channels: dict[str, Channel] = {}
        mistakes: list[Mistake] = []
        for channel in config.channels:
            try:
                targets = split(channel)
            except WatcherError as error:
                mistakes.append(Mistake.at(channel.place, str(error)))
                continue
            self.targets |= {target.name: target for target in targets}
            channels[channel.name] = replace(channel, targets=tuple(t.name for t in targets))
        if mistakes:
            raise RulesError(tuple(mistakes), config.files)
        self.channels: Mapping[str, Channel] = channels
        self.channel_of: Mapping[str, Channel] = {
            target: channel for channel in channels.values() for target in channel.targets
        }
        self.health: tuple[str, ...] = tuple(
            target for channel in channels.values() if channel.health for target in channel.targets
        )
        self.waits = any(rule.at_least != AtLeast() for rule in config.rules)

    @cached_property
    def book(self) -> RuleBook:
        """The rules, compiled when first asked for: most runs from cron bring no news."""
        return compile_rules(self.config.rules, self.config.entities, tongue=guess)

    def feed_of(self, poll: Polled) -> Feed:
        """Return the polled feed as the rules in force have it: they may have changed meanwhile."""
        return self.feeds.get(poll.state.feed.url, poll.state.feed)

    def today(self, at: datetime) -> date:
        """Return the user's date, by which rules are active or not."""
        return at.astimezone(self.zone).date()

    def explain(self, telling: Telling) -> Telling:
        """Add what the rules say for people: why they are there, and the names of entities."""
        rules = (self.rules[name] for name in telling.delivery.rules if name in self.rules)
        found = (*telling.hits, *telling.hits_before)
        met = {match.entity for hit in found for match in hit.matches if match.entity}
        return replace(
            telling,
            whys={rule.name: rule.why for rule in rules},
            names={id_: self.names[id_] for id_ in met if id_ in self.names},
        )
