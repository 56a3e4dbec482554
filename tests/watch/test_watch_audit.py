"""The books of a whole service: they balance after every kind of fate, and no row can go unseen."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import text
from support.feed_server import FeedServer, answer
from support.webhook import Answer, serving

from watcher.core.audit import Audit, Fate, balance
from watcher.core.model import Ack, DeliveryState, Hold, Mute, MuteKind
from watcher.daemon import Service, open_service
from watcher.daemon.clock import now
from watcher.store import Queries, open_store
from watcher.watch import Settings

pytestmark = pytest.mark.asyncio(loop_scope="module")

DETAIL = (
    "Police took him from his flat on Abay street early in the morning, his wife said."
    " Two lawyers were not let into the station. The group collects stories of relatives."
)
FIRST = ("Police hold Atajurt volunteer Erbol Daulet", DETAIL)
COPY = ("Atajurt volunteer Erbol Daulet taken from his flat", f"ALMATY (Wire) - {DETAIL}")
OTHER = ("Saban Aitbay of Atajurt opens a library in Taraz", "The shelves came from Bonn.")
ALL = frozenset({"desk", "refused", "quiet", "phone"})
RULES = """\
rules:
  - {name: Atajurt, find: Atajurt, notify: [desk, refused]}
  - {name: Volunteer, find: volunteer, notify: [desk], at_least: {outlets: 2}}
  - {name: Library, find: library, notify: [desk], at_least: {outlets: 2}}
  - {name: Flat, find: flat, notify: [quiet], follow_ups: off}
  - name: Police
    find: police
    notify: [desk]
    severity: critical
    escalate: {after: 15m, to: phone}
  - {name: Muted, find: Erbol Daulet, notify: [desk]}
"""


def rss(*items: tuple[str, str], tag: str) -> bytes:
    body = "".join(
        f"<item><guid>{title}</guid><title>{title}</title><description>{words}</description>"
        f"<link>https://outlet.example/{abs(hash(title))}</link></item>"
        for title, words in items
    )
    document = f'<rss version="2.0"><channel><title>F</title>{body}</channel></rss>'
    return answer(body=document, headers={"ETag": f'"{tag}"'})


async def round_of(service: Service, feeds: FeedServer, *items: tuple[str, str], tag: str) -> None:
    """Let both outlets bring the items, the second after the first, and deliver."""
    for path in ("/one", "/two"):
        feeds.put(path, rss(*items, tag=tag))
        with service.store.read() as known:
            states = [s for s in known.feed_states() if s.feed.url.endswith(path)]
        service.poller.give(states)
        await service.poller.idle()
    with service.store.write() as tx:
        tx.release(Hold.BASELINE, now=now())
    await service.outbox.drain(timeout=20)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def state(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Path]:
    folder = tmp_path_factory.mktemp("audit")
    async with FeedServer() as feeds:
        with serving() as hook, serving(Answer(status=404)) as refused:
            (folder / "rules.yaml").write_text(
                f"channels:\n  desk: json://127.0.0.1:{hook.port}/\n"
                f"  phone: json://127.0.0.1:{hook.port}/phone\n"
                f"  refused: json://127.0.0.1:{refused.port}/\n"
                f"  quiet: {{url: 'json://127.0.0.1:{hook.port}/', digest: sunday at 03:00}}\n"
                f"feeds:\n  - {{url: '{feeds.url('/one')}', name: One, private: true}}\n"
                f"  - {{url: '{feeds.url('/two')}', name: Two, private: true}}\n{RULES}"
            )
            settings = Settings(rules=folder / "rules.yaml", state=folder / "state")
            async with open_service(settings, "test") as service:
                with service.store.write() as tx:
                    tx.mute(Mute(kind=MuteKind.RULE, what="Muted", since=now()))
                await round_of(service, feeds, ("Rain", "It rains."), tag="1")
                await round_of(service, feeds, FIRST, tag="2")
                await round_of(service, feeds, COPY, FIRST, tag="3")
                feeds.put("/one", rss(OTHER, tag="4"))
                await round_of(service, feeds, OTHER, COPY, FIRST, tag="4")
    yield folder / "state"


def books_in(known: Queries, *, targets: frozenset[str]) -> Audit:
    entries, loose = known.books()
    return balance(entries, loose, targets=targets)


async def test_the_books_of_a_busy_hour_balance_and_name_every_fate(state: Path) -> None:
    with open_store(state, now=now()) as store, store.read() as known:
        found = books_in(known, targets=ALL)

    reasons = {(fate, why) for fate, why in found.reasons}
    assert found.balances, found.missing
    assert found.matched == sum(found.fates.values()) > 3
    assert {fate for fate, _ in reasons} == set(Fate)
    assert (Fate.MUTED, "muted") in reasons
    assert (Fate.HELD, "digest") in reasons
    assert (Fate.FOLDED, "told with a later article of its story") in reasons
    assert any(why.startswith("HTTP 404") for fate, why in reasons if fate is Fate.PARKED)


async def test_an_escalation_belongs_to_the_books_of_its_alert_also_when_it_is_cancelled(
    state: Path,
) -> None:
    with open_store(state, now=now()) as store, store.write() as tx:
        held = [one for one in tx.deliveries() if one.hold is Hold.ESCALATION]
        saved = tx.ack(Ack(alert=held[0].alert, at=now()))
        found = books_in(tx, targets=ALL)
        after = [one.state for one in tx.deliveries(alert=held[0].alert) if one.target == "phone"]

    assert saved == 1
    assert after == [DeliveryState.CANCELLED]
    assert found.balances, found.missing


BREAKS = {
    "a delivery is gone": "DELETE FROM delivery WHERE seq = {delivery}",
    "a delivery is for another rule": "UPDATE delivery SET rules = '[]' WHERE seq = {delivery}",
    "a decision is gone": "DELETE FROM decision WHERE seq = {decision}",
    "what was decided is another rule's": "UPDATE decision SET rule = 'X' WHERE seq = {decision}",
    "nothing is known to be told": "DELETE FROM told",
    "a time of sending is gone": "UPDATE delivery SET sent = NULL WHERE state = 'sent'",
    "a delivery went elsewhere": "UPDATE delivery SET target = 'gone' WHERE seq = {delivery}",
}


@pytest.mark.parametrize("name", BREAKS)
async def test_no_row_can_be_lost_unseen(state: Path, name: str) -> None:
    with (
        open_store(state, now=now()) as store,
        store._engines.writer.connect() as connection,
    ):
        asked = {
            "delivery": f"SELECT seq FROM delivery WHERE coalesce(hold, '') <> '{Hold.ESCALATION}'",
            "decision": "SELECT seq FROM decision WHERE tell",
        }
        rows = {
            table: list(connection.execute(text(statement)).scalars())
            for table, statement in asked.items()
        }
        connection.rollback()
        for number in range(max(map(len, rows.values()))):
            places = {table: found[number % len(found)] for table, found in rows.items()}
            with connection.begin() as change:
                connection.execute(text(BREAKS[name].format(**places)))
                found = books_in(Queries(connection), targets=ALL)
                change.rollback()

            assert not found.balances, places
