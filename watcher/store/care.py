"""What people have taken note of or silenced, and how many stories a rule had on each day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, insert, select, update

from watcher.core.model import Ack, AlertId, DeliveryState, Hold, Mute, MuteKind
from watcher.store.asking import Asking
from watcher.store.rows import ACK, ARTICLE, DELIVERY, HIT, LINK, MUTE, TOLD

if TYPE_CHECKING:
    from datetime import date, datetime, tzinfo


class Care(Asking):
    """Questions about it, within one snapshot."""

    def mutes(self, now: datetime) -> list[Mute]:
        """Return what is muted now, the newest last."""
        statement = select(MUTE).order_by(MUTE.c.since, MUTE.c.kind, MUTE.c.what)
        found = [
            Mute(kind=MuteKind(row.kind), what=row.what, since=row.since, until=row.until)
            for row in self._connection.execute(statement)
        ]
        return [mute for mute in found if mute.until is None or now < mute.until]

    def acks(self, alerts: Iterable[AlertId]) -> dict[AlertId, Ack]:
        """Return who took note of which of these alerts."""
        statement = select(ACK).where(ACK.c.alert.in_(list(alerts)))
        return {
            AlertId(row.alert): Ack(alert=AlertId(row.alert), at=row.at, by=row.by)
            for row in self._connection.execute(statement)
        }

    def last_told(self, rule: str, target: str) -> datetime | None:
        """Return when a target was last told of a rule, held messages included."""
        statement = select(func.max(TOLD.c.at)).where(TOLD.c.rule == rule, TOLD.c.target == target)
        return self._connection.execute(statement).scalar()

    def stories_by_day(self, rule: str, since: datetime, zone: tzinfo) -> Mapping[date, int]:
        """Return how many stories of a rule began on each day, on the user's clock.

        A story belongs to the day on which its first match was published, or seen when it has no
        date: what a feed shows at first sight belongs to the days it is from.
        """
        statement = (
            select(LINK.c.story, ARTICLE.c.published, ARTICLE.c.seen)
            .select_from(HIT)
            .join(LINK, LINK.c.article == HIT.c.article)
            .join(ARTICLE, ARTICLE.c.id == HIT.c.article)
            .where(HIT.c.rule == rule, ARTICLE.c.seen >= since)
        )
        began: dict[str, datetime] = {}
        for row in self._connection.execute(statement):
            at = min(row.published or row.seen, row.seen)
            began[row.story] = min(at, began.get(row.story, at))
        return Counter(at.astimezone(zone).date() for at in began.values() if at >= since)

    def first_seen(self) -> datetime | None:
        """Return when the first article was seen."""
        return self._connection.execute(select(func.min(ARTICLE.c.seen))).scalar()


class CareTx(Care):
    """What changes it."""

    def mute_instead(self, kind: MuteKind, old: str, new: str) -> None:
        """Let a mute go on for what goes by another name now."""
        muted = (MUTE.c.kind == kind.value) & (MUTE.c.what == old)
        self._connection.execute(update(MUTE).where(muted).values(what=new))

    def mute(self, mute: Mute) -> None:
        """Silence a rule, a feed or a story, in place of what was said of it before."""
        self.unmute(mute.kind, mute.what)
        values = {"kind": mute.kind.value, "what": mute.what}
        times = {"since": mute.since, "until": mute.until}
        self._connection.execute(insert(MUTE).values(values | times))

    def unmute(self, kind: MuteKind, what: str) -> bool:
        """Let it be told again; False when it was not muted."""
        gone = delete(MUTE).where(MUTE.c.kind == kind.value, MUTE.c.what == what)
        return self._connection.execute(gone).rowcount > 0

    def ack(self, ack: Ack) -> int:
        """Note that somebody has taken note of an alert; return how many escalations that saves.

        The first acknowledgement stands.
        """
        if not self.acks([ack.alert]):
            values = {"alert": ack.alert, "at": ack.at, "by": ack.by}
            self._connection.execute(insert(ACK).values(values))
        saved = (
            update(DELIVERY)
            .where(
                DELIVERY.c.alert == ack.alert,
                DELIVERY.c.hold == Hold.ESCALATION,
                DELIVERY.c.state == DeliveryState.HELD,
                DELIVERY.c.message.is_(None),
            )
            .values(state=DeliveryState.CANCELLED, error="acknowledged")
        )
        return self._connection.execute(saved).rowcount
