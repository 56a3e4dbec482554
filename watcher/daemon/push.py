"""WebSub while the daemon lives: asks hubs, listens to them, and hands on what they send.

The store is the truth about subscriptions: each change reads and writes it in one transaction, so
that hubs, polls and this may change it at the same time.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from watcher.alerts import redact
from watcher.core.errors import FeedError, StateError
from watcher.core.identity import host_of
from watcher.core.model import FeedId, HubState, Subscription
from watcher.core.rhythm import hub
from watcher.daemon.poller import Poller
from watcher.feeds import Fetcher, HeldError, Lanes, websub
from watcher.store import Store, Tx
from watcher.watch import Watch

if TYPE_CHECKING:
    from watcher.feeds.receiver import Receiver

log = logging.getLogger(__name__)

Change = Callable[[Subscription], Subscription]


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """A question to one hub, about the feed called `name`."""

    subscription: Subscription
    name: str
    private: bool


class Push:
    """The subscriptions of one process. Start it, tend it every few seconds, and stop it.

    `clock` gives aware UTC times; `most_bytes` bounds what hubs send.
    """

    def __init__(
        self,
        watch: Watch,
        poller: Poller,
        fetcher: Fetcher,
        lanes: Lanes,
        *,
        clock: Callable[[], datetime],
        most_bytes: int,
    ) -> None:
        self._watch = watch
        self._poller = poller
        self._fetcher = fetcher
        self._lanes = lanes
        self._clock = clock
        self._most_bytes = most_bytes
        self._receiver: Receiver | None = None
        self._listening = ""
        self._trouble = ""
        self._asking: dict[str, asyncio.Task[None]] = {}

    @property
    def _store(self) -> Store:
        return self._watch.store

    async def tend(self) -> None:
        """Bring subscriptions in line with feeds and rules, and ask the hubs whose time it is."""
        try:
            wanted = bool(self._watch.desk.config.public_url)
            left_over = await asyncio.to_thread(self._settle_plan)
            await self._listen(self._watch.desk.config.listen if wanted or left_over else "")
            for errand in await asyncio.to_thread(self._due):
                self._begin(errand)
        except StateError as error:
            log.debug("hubs wait: %s", error)  # whoever polls has said so already

    async def stop(self) -> None:
        """Hang up. Nothing is unsubscribed: the next run goes on with what there is."""
        self._watch.listens = False
        tasks = list(self._asking.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._listen("")

    async def idle(self) -> None:
        """Wait until no question is under way."""
        while self._asking:
            await asyncio.wait(list(self._asking.values()))

    # --- what should be --------------------------------------------------------------------

    def _settle_plan(self) -> bool:
        """Write down which subscriptions there should be; return whether there are any at all."""
        config, now = self._watch.desk.config, self._clock()
        with self._store.read() as known:
            standing = known.subscriptions()
            named = known.feeds_with_hubs() if config.public_url else []
        wanted = {
            feed: (address, topic)
            for feed, address, topic in named
            # The address of a feed may hold a key, and a hub is somebody else.
            if "${" not in topic and redact(topic, config.secrets) == topic
        }
        changes, served = self._changes(standing, wanted, now)
        new = [self._new(feed, *wanted[feed], now) for feed in wanted.keys() - served]
        if changes or new:
            with self._store.write() as tx:
                for token, change in changes.items():
                    self._change(tx, token, change)
                for subscription in new:
                    tx.save_subscription(subscription)
        return any(one.state is not HubState.LEFT for one in standing)

    def _changes(
        self,
        standing: list[Subscription],
        wanted: dict[FeedId, tuple[str, str]],
        now: datetime,
    ) -> tuple[dict[str, Change], set[FeedId]]:
        """Return what is to be given up or forgotten, and the feeds that have what they need."""
        base = self._watch.desk.config.public_url
        changes: dict[str, Change] = {}
        served: set[FeedId] = set()
        for one in standing:
            address, topic = wanted.get(one.feed, ("", ""))
            if address and hub.fits(one, hub=address, topic=topic, base=base):
                served.add(one.feed)
            elif one.state not in {HubState.LEAVING, HubState.LEFT}:
                changes[one.token] = lambda known: hub.leaving(known, now=now)
        return changes, served

    def _new(self, feed: FeedId, address: str, topic: str, now: datetime) -> Subscription:
        return Subscription(
            token=websub.new_token(),
            secret=websub.new_token(),
            feed=feed,
            hub=address,
            topic=topic,
            base=self._watch.desk.config.public_url,
            state=HubState.ASKED,
            renew=now,
        )

    def _change(self, tx: Tx, token: str, change: Change) -> Subscription | None:
        """Change a subscription; its feed goes back to its own pace when the hub stops sending."""
        known = tx.subscription(token)
        if known is None:
            return None
        changed, now = change(known), self._clock()
        if hub.keeps_word(known, now=now) and not hub.keeps_word(changed, now=now):
            at_own_pace(tx, known)
        tx.save_subscription(changed)
        return changed

    def _write(self, token: str, change: Change) -> Subscription | None:
        with self._store.write() as tx:
            return self._change(tx, token, change)

    # --- questions to hubs -----------------------------------------------------------------

    def _due(self) -> list[Errand]:
        now, errands = self._clock(), []
        with self._store.read() as known:
            due = [one for one in known.subscriptions() if one.renew <= now]
            feeds = {one.feed: known.feed_numbered(one.feed) for one in due}
        for one in due:
            feed = feeds[one.feed]
            if one.state is HubState.LEFT or feed is None:
                with self._store.write() as tx:
                    tx.drop_subscription(one.token)
            elif one.token not in self._asking:
                name, private = feed.feed.name, feed.feed.private
                errands.append(Errand(subscription=one, name=name, private=private))
        return errands

    def _begin(self, errand: Errand) -> None:
        token = errand.subscription.token
        task = asyncio.create_task(self._ask(errand))
        self._asking[token] = task
        task.add_done_callback(lambda _: self._asking.pop(token, None))

    async def _ask(self, errand: Errand) -> None:
        token, address = errand.subscription.token, errand.subscription.hub
        try:
            async with self._lanes.turn(host_of(address), own=errand.private):
                asked = await asyncio.to_thread(self._write, token, self._as_asked)
                if asked is not None and asked.state is not HubState.LEFT:
                    await websub.ask(self._fetcher, asked, hub.LEASE, private=errand.private)
        except HeldError:
            return
        except StateError as error:
            log.debug("hub %s waits: %s", address, error)
        except FeedError as error:
            await self._not_taken(errand, error)
        except Exception:
            log.exception("hub %s of feed %s: it could not be asked", address, errand.name)

    def _as_asked(self, known: Subscription) -> Subscription:
        return hub.asking(known, now=self._clock(), jitter=random.random())

    async def _not_taken(self, errand: Errand, error: FeedError) -> None:
        token, address = errand.subscription.token, errand.subscription.hub
        log.warning(
            "hub %s of feed %s: %s: %s", address, errand.name, error.fault.value, error.detail
        )
        if error.retry_after:
            self._lanes.hold(host_of(address), error.retry_after.total_seconds())
        with contextlib.suppress(StateError):
            await asyncio.to_thread(
                self._write,
                token,
                lambda known: hub.failed(
                    known, error.detail, retry_after=error.retry_after, now=self._clock()
                ),
            )

    # --- what hubs say ---------------------------------------------------------------------

    async def _listen(self, address: str) -> None:
        """Listen at `address` ("host:port"), and nowhere else."""
        if address == self._listening:
            return
        if self._receiver is not None:
            await self._receiver.stop()
        self._receiver, self._listening, self._watch.listens = None, "", False
        if not address:
            return
        host, _, port = address.rpartition(":")
        from watcher.feeds.receiver import Receiver  # noqa: PLC0415 - few listen

        receiver = Receiver(
            self, host=host.strip("[]"), port=int(port), most_bytes=self._most_bytes
        )
        try:
            await receiver.start()
        except OSError as error:
            if self._trouble != address:
                self._trouble = address
                log.error(  # noqa: TRY400 - the mend, not a traceback
                    "hubs can't send: nothing can listen at %s (%s). Write another address under "
                    "listen: in the rules. Feeds are polled meanwhile.",
                    address,
                    error.strerror or error,
                )
            return
        self._receiver, self._listening, self._trouble = receiver, address, ""
        self._watch.listens = True
        log.info("listening for hubs at %s", address)

    async def find(self, token: str) -> Subscription | None:
        """Return the subscription of a callback."""
        return await asyncio.to_thread(self._find, token)

    def _find(self, token: str) -> Subscription | None:
        with self._store.read() as known:
            return known.subscription(token)

    async def answer(self, token: str, intent: websub.Intent) -> bool:
        """Return whether what a hub asks was meant, and remember its answer."""
        return await asyncio.to_thread(self._answer, token, intent)

    def _answer(self, token: str, intent: websub.Intent) -> bool:
        now = self._clock()
        with self._store.write() as tx:
            known = tx.subscription(token)
            if known is None or intent.topic != known.topic:
                return False
            match intent.mode, known.state:
                case "subscribe", HubState.ASKED | HubState.LIVE:
                    jitter = random.random()
                    changed = hub.confirmed(known, intent.lease, now=now, jitter=jitter)
                case "denied", HubState.ASKED | HubState.LIVE:
                    changed = hub.denied(known, intent.reason, now=now)
                case "unsubscribe", HubState.LEAVING:
                    changed = hub.left(known, now=now)
                case _:
                    return False
            self._change(tx, token, lambda _: changed)
        log.info("hub %s: %s", known.hub, changed.state.value)
        return True

    async def refuse(self, subscription: Subscription, why: str) -> None:
        """Count a push that is not believed; the first is told."""
        known = await asyncio.to_thread(
            self._write,
            subscription.token,
            lambda known: replace(known, refused=known.refused + 1),
        )
        if known is not None and known.refused == 1:
            log.warning("hub %s sends for %s %s: not believed", known.hub, known.topic, why)

    def take(self, subscription: Subscription, pushed: websub.Pushed) -> None:
        """Take a push; returns at once."""
        self._poller.push(subscription.feed, pushed)


def at_own_pace(tx: Tx, subscription: Subscription) -> None:
    """Let a feed be polled at its own pace again that was put off because its hub pushed."""
    feed = tx.feed_numbered(subscription.feed)
    if feed is not None and feed.last_polled is not None and feed.next_due == subscription.slowed:
        tx.poll_by(feed.id, feed.last_polled + feed.interval)
