"""Rules that ask for it are looked at for unusually many stories in a day."""

from __future__ import annotations

from datetime import datetime, timedelta

from watcher.core.decide import SPIKE_DAYS, Spike, spike_alert, spike_of
from watcher.core.model import Rule
from watcher.store import Queries, Store
from watcher.watch.desk import Desk


def tell_spikes(store: Store, desk: Desk, *, now: datetime) -> list[Spike]:
    """Write down an alert for each rule with a spike today, once a day; return the spikes."""
    rules = [rule for rule in desk.rules.values() if rule.spike]
    if not rules:
        return []
    with store.read() as known:
        found = [spike for rule in rules if (spike := _spike(known, desk, rule, now)) is not None]
    if found:
        with store.write() as tx:
            for spike in found:
                names = desk.rules[spike.rule].notify
                channels = [desk.channels[name] for name in names if name in desk.channels]
                targets = [target for channel in channels for target in channel.targets]
                alert, deliveries = spike_alert(spike, targets, day=desk.today(now), now=now)
                tx.add_alerts([alert])
                tx.add_deliveries(deliveries)
    return found


def _spike(known: Queries, desk: Desk, rule: Rule, now: datetime) -> Spike | None:
    first = known.first_seen()
    if first is None:
        return None
    today = desk.today(now)
    counts = known.stories_by_day(rule.name, now - timedelta(days=SPIKE_DAYS + 1), desk.zone)
    # Before the first article was seen nobody counted: such days are not quiet, but unknown.
    known_days = min(SPIKE_DAYS, (today - desk.today(first)).days)
    before = [counts.get(today - timedelta(days=n), 0) for n in range(1, known_days + 1)]
    return spike_of(rule.name, counts.get(today, 0), before)
