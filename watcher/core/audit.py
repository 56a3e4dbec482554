"""Whether everything that matched is accounted for: the books of what was told, and what was not.

Two entries for everything, as bookkeepers have it: what was decided about an article, and what
became of it. The books balance when each article that matched was delivered, is held, was folded
into its story, is muted, or is parked, with the reason; and when no message went out that nothing
was decided about.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

from watcher.core.model import (
    ArticleId,
    Decision,
    Delivery,
    DeliveryState,
    Reason,
)


class Fate(StrEnum):
    """What became of an article that matched, for one rule and one channel."""

    DELIVERED = "delivered"
    HELD = "held"
    """It goes out later by itself, or when more outlets have it."""
    FOLDED = "folded"
    """Its story was told there already."""
    MUTED = "muted"
    """Nobody wants to be told."""
    PARKED = "parked"
    """It waits for a person."""


_WORST_FIRST = (Fate.PARKED, Fate.HELD, Fate.DELIVERED, Fate.FOLDED, Fate.MUTED)
_FOLDING = (Reason.FOLDED, Reason.FOLLOW_UPS_OFF, Reason.EDITS_OFF)
_ON_ITS_WAY = {
    DeliveryState.DUE: "on its way",
    DeliveryState.SENDING: "being sent",
    DeliveryState.UNKNOWN: "may have arrived, is sent again",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One decision about an article that matched, and what is written of it elsewhere.

    `decision` None: a rule holds for the article, and nothing was decided. `delivery` is the one
    that the decision made. `told`: the rule was told of the article's story to this target.
    `split`: a person made that story, from one that the article was in when it was decided about.
    """

    article: ArticleId
    rule: str
    decision: Decision | None = None
    delivery: Delivery | None = None
    told: bool = False
    split: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What became of one entry, and why; `fate` None: it can't be said, and `why` says what lacks.

    `article` is None for a message that nothing was decided about.
    """

    article: ArticleId | None
    rule: str
    target: str
    fate: Fate | None
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """The sums. `fates` counts articles, each once, by the worst that became of it anywhere.

    `reasons` counts decisions, by fate and reason. `missing` are those not accounted for.
    """

    matched: int
    fates: Mapping[Fate, int]
    reasons: Mapping[tuple[Fate, str], int]
    missing: tuple[Account, ...]

    @property
    def balances(self) -> bool:
        """Whether everything is accounted for."""
        return not self.missing and sum(self.fates.values()) == self.matched


def balance(
    entries: Iterable[Entry],
    loose: Iterable[Delivery] = (),
    *,
    targets: Collection[str] | None = None,
) -> Audit:
    """Return the sums of all entries.

    `loose` are deliveries about articles that no decision made. `targets` are the names that the
    channels in force have (None: not known): what waits for another waits in vain.
    """
    fates: dict[ArticleId, set[Fate | None]] = defaultdict(set)
    reasons: Counter[tuple[Fate, str]] = Counter()
    missing: list[Account] = []
    for entry in entries:
        found = account(entry, targets=targets)
        fates[entry.article].add(found.fate)
        if found.fate is None:
            missing.append(found)
        else:
            reasons[found.fate, found.why] += 1
    for delivery in loose:
        why = f"delivery {delivery.id}: nothing was decided about it"
        rule = ", ".join(delivery.rules)
        missing.append(Account(article=None, rule=rule, target=delivery.target, fate=None, why=why))
    worst = Counter(
        next(fate for fate in _WORST_FIRST if fate in became)
        for became in fates.values()
        if None not in became
    )
    return Audit(
        matched=len(fates),
        fates={fate: worst[fate] for fate in Fate},
        reasons=reasons,
        missing=tuple(missing),
    )


def account(entry: Entry, *, targets: Collection[str] | None = None) -> Account:
    """Return what became of one entry."""
    decision = entry.decision
    if decision is None:
        fate, why = None, "it matches, and nothing was decided"
    elif decision.tell:
        fate, why = _told(entry.delivery, targets)
    else:
        fate, why = _not_told(decision.reason, told=entry.told)
        if fate is None and entry.split and decision.reason in _FOLDING:
            fate, why = Fate.FOLDED, f"{decision.reason.value}, then split by hand"
    return Account(
        article=entry.article,
        rule=entry.rule,
        target=decision.target if decision is not None else "",
        fate=fate,
        why=why,
    )


def _told(delivery: Delivery | None, targets: Collection[str] | None) -> tuple[Fate | None, str]:
    if delivery is None:
        return None, "it was to be told, and there is no delivery"
    if delivery.state is DeliveryState.SENT:
        if delivery.sent is None:
            return None, f"delivery {delivery.id}: sent, and nobody knows when"
        return Fate.DELIVERED, "sent"
    if delivery.state is DeliveryState.PARKED:
        return Fate.PARKED, delivery.error or "no reason given"
    if delivery.state is DeliveryState.CANCELLED:
        return Fate.MUTED, delivery.error or "cancelled"
    if targets is not None and delivery.target not in targets:
        return None, f"delivery {delivery.id} waits for a channel that rules.yaml has not"
    if delivery.state is DeliveryState.HELD:
        return Fate.HELD, delivery.hold.value if delivery.hold else "held"
    return Fate.HELD, _ON_ITS_WAY[delivery.state]


def _not_told(reason: Reason, *, told: bool) -> tuple[Fate | None, str]:
    """Return the fate of what was not told; it is folded only into what was."""
    match reason:
        case Reason.FOLDED | Reason.FOLLOW_UPS_OFF | Reason.EDITS_OFF:
            if not told:
                return None, "it was folded into a story that was never told there"
            return Fate.FOLDED, reason.value
        case Reason.TOO_FEW:
            if told:
                return Fate.FOLDED, "told with a later article of its story"
            return Fate.HELD, reason.value
        case Reason.NO_CHANNEL | Reason.MUTED:
            return Fate.MUTED, reason.value
        case (
            Reason.NEW_STORY
            | Reason.FOLLOW_UP
            | Reason.NEW_WORDS
            | Reason.EDITED
            | Reason.UNSAID
            | Reason.VANISHED
            | Reason.BASELINE
            | Reason.REACHED
        ):
            return None, f'it was not told, for a reason to tell: "{reason.value}"'
        case _:
            assert_never(reason)
