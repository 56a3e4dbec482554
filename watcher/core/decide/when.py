"""When to tell: digests, throttles, quiet hours and limits hold and group, they never drop."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, tzinfo

from watcher.core.model import Channel, Decision, Digest, Hold, Quiet, Severity

_DEFAULT_DIGEST = Digest(at=(datetime(2000, 1, 1, 8, tzinfo=UTC).time(),))


def schedule(
    decision: Decision,
    severity: Severity,
    channel: Channel,
    *,
    zone: tzinfo,
    room: int | None,
    digest: Digest | None = None,
    throttle: timedelta | None = None,
    last: datetime | None = None,
) -> Decision:
    """Return the decision with the wishes of rule and channel kept.

    They hold and group, they never drop; `critical` passes all of them. `room` is how many more
    messages the channel's limit allows now (None: no limit). `digest` and `throttle` are the
    rule's; `last` is when the target was last told of the rule.
    """
    if not decision.tell or decision.due is None or severity is Severity.CRITICAL:
        return decision
    due, hold = decision.due, decision.hold
    digest = digest or channel.digest
    if digest is not None:
        return replace(decision, due=next_digest(digest, due, zone), hold=Hold.DIGEST)
    if hold is Hold.DIGEST:
        due = next_digest(_DEFAULT_DIGEST, due, zone)
    if throttle is not None and last is not None and hold is None and due - last < throttle:
        due, hold = _slot_after(due, throttle), Hold.THROTTLE
    # The last message of a limit is kept for the grouped one, so that both fit in it.
    if channel.limit is not None and room is not None and hold in {None, Hold.FOLLOW_UPS}:
        kept = 1 if channel.limit.count > 1 else 0
        if room <= kept:
            due, hold = _slot_after(due, channel.limit.per), Hold.LIMIT
    if channel.quiet is not None and (end := quiet_until(channel.quiet, due, zone)) is not None:
        due, hold = end, hold or Hold.QUIET
    return replace(decision, due=due, hold=hold)


def _slot_after(now: datetime, per: timedelta) -> datetime:
    """Return the next whole multiple of `per` since 1970: what is held by then goes together."""
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    return epoch + ((now - epoch) // per + 1) * per


def quiet_until(quiet: Quiet, at: datetime, zone: tzinfo) -> datetime | None:
    """Return the end of the quiet hours that `at` lies in, or None. Hours may pass midnight."""
    local = at.astimezone(zone)
    clock = local.time()
    if quiet.start <= quiet.end:
        inside = quiet.start <= clock < quiet.end
    else:
        inside = clock >= quiet.start or clock < quiet.end
    if not inside:
        return None
    days = 1 if quiet.start > quiet.end and clock >= quiet.start else 0
    end = datetime.combine(local.date() + timedelta(days=days), quiet.end, tzinfo=zone)
    return end.astimezone(UTC)


def next_digest(digest: Digest, after: datetime, zone: tzinfo) -> datetime:
    """Return the first time of the digest after `after`, on the user's clock, DST included."""
    local = after.astimezone(zone)
    for days in range(9):
        day = local.date() + timedelta(days=days)
        if digest.weekdays and day.weekday() not in digest.weekdays:
            continue
        for at in sorted(digest.at):
            due = datetime.combine(day, at, tzinfo=zone).astimezone(UTC)
            if due > after:
                return due
    raise AssertionError("a digest has at least one time in nine days")
