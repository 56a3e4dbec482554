"""The outbox: one target never waits for another, and no outcome is forgotten."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
import time
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
from support.ledger import Ledger, now
from support.telling import ALMATY
from support.webhook import Answer, Webhook, serving

from watcher.alerts import Outbox, Sender, split
from watcher.alerts import outbox as outbox_module
from watcher.core.model import Channel, Message, Outcome, Sent, Traits

OK = Outcome(sent=Sent.OK)


class Recorder:
    """A target that keeps what it got and answers with the outcomes it was given, then OK."""

    def __init__(self, *outcomes: Outcome, hangs: bool = False) -> None:
        self.traits = Traits()
        self.template = ""
        self.got: list[Message] = []
        self.at: list[float] = []
        self.began = threading.Event()
        self._outcomes = list(outcomes)
        self._cut = threading.Event()
        if not hangs:
            self._cut.set()

    def send(self, message: Message, *, deadline: float = 30.0) -> Outcome:
        self.got.append(message)
        self.at.append(time.monotonic())
        self.began.set()
        if not self._cut.is_set():
            self._cut.wait(deadline)
            return Outcome(sent=Sent.UNKNOWN, detail="cut")
        return self._outcomes.pop(0) if self._outcomes else OK

    def abort(self) -> None:
        self._cut.set()

    def release(self) -> None:
        self._cut.set()


def an_outbox(ledger: Ledger, targets: Mapping[str, Sender], **more: float) -> Outbox:
    return Outbox(ledger, targets, timezone=ALMATY, clock=now, **more)


@contextlib.asynccontextmanager
async def running(outbox: Outbox) -> AsyncIterator[None]:
    stop = asyncio.Event()
    task = asyncio.create_task(outbox.run(stop))
    try:
        yield
    finally:
        stop.set()
        await asyncio.wait_for(task, 20)


async def until(ledger: Ledger, done: Callable[[], bool]) -> None:
    await asyncio.to_thread(ledger.wait_for, done)


def json_target(webhook: Webhook) -> Sender:
    [target] = split(Channel(name="hook", url=f"json://127.0.0.1:{webhook.port}/hook"))
    return target


async def test_drain_tries_everything_due_once() -> None:
    ledger = Ledger(again=timedelta(hours=1))
    good, bad = Recorder(), Recorder(*[Outcome(sent=Sent.RETRY)] * 5)
    for key in ("g1", "g2", "g3"):
        ledger.add("good", key)
    for key in ("b1", "b2", "b3", "b4", "b5"):
        ledger.add("bad", key)
    ledger.add("good", "later", due=now() + timedelta(hours=1))

    await an_outbox(ledger, {"good": good, "bad": bad}).drain(timeout=10)

    assert [message.key for message in good.got] == ["g1", "g2", "g3"]
    assert [message.key for message in bad.got] == ["b1", "b2", "b3", "b4", "b5"]
    assert ledger.rows["later"].outcomes == []


async def test_drain_with_nothing_due_returns_at_once() -> None:
    await an_outbox(Ledger(), {"desk": Recorder()}).drain(timeout=0)


async def test_drain_cuts_what_hangs_and_can_be_called_again() -> None:
    ledger, hung = Ledger(), Recorder(hangs=True)
    row = ledger.add("hung", "k1")
    outbox = an_outbox(ledger, {"hung": hung})

    await outbox.drain(timeout=0.05)
    assert [outcome.sent for outcome in row.outcomes] == [Sent.UNKNOWN]
    await until(ledger, lambda: row.due is not None)
    row.due = now()
    await outbox.drain(timeout=5)

    assert row.sent


async def test_twenty_hung_targets_do_not_delay_a_healthy_one() -> None:
    ledger = Ledger()
    with serving(Answer(act="hang")) as black_hole, serving() as webhook:
        names = [f"hung{number}" for number in range(20)]
        targets = {name: json_target(black_hole) for name in names}
        for name in names:
            ledger.add(name, name)
        outbox = an_outbox(ledger, targets | {"healthy": json_target(webhook)}, grace=0.1)
        async with running(outbox):
            await asyncio.to_thread(black_hole.wait_for, 20)
            start = time.monotonic()
            row = ledger.add("healthy", "h1")
            outbox.nudge()
            await until(ledger, lambda: row.sent)
            took = time.monotonic() - start

    assert took < 1.0
    assert all(ledger.rows[name].outcomes[0].sent is Sent.UNKNOWN for name in names)


async def test_a_failing_target_is_tried_again_alone() -> None:
    ledger = Ledger()
    bad = Recorder(Outcome(sent=Sent.RETRY), Outcome(sent=Sent.RETRY))
    good = [Recorder(), Recorder()]
    rows = [ledger.add(name, name) for name in ("one", "two", "bad")]
    outbox = an_outbox(ledger, {"one": good[0], "two": good[1], "bad": bad})

    async with running(outbox):
        await until(ledger, lambda: all(row.sent for row in rows))

    assert [len(target.got) for target in (*good, bad)] == [1, 1, 3]


async def test_a_lost_answer_is_sent_again_under_the_same_key_and_says_so() -> None:
    ledger = Ledger()
    with serving() as webhook:
        webhook.script = [Answer(act="drop")]
        row = ledger.add("hook", "key-1")
        async with running(an_outbox(ledger, {"hook": json_target(webhook)})):
            await until(ledger, lambda: row.sent)

    assert [got.headers["idempotency-key"] for got in webhook.got] == ["key-1", "key-1"]
    titles = [got.json()["title"] for got in webhook.got]
    assert ["possible repeat" in title for title in titles] == [False, True]


async def test_nothing_is_sent_before_the_time_a_service_asked_for() -> None:
    ledger = Ledger(again=timedelta(0))
    asked = Outcome(sent=Sent.RETRY, retry_after=timedelta(seconds=0.4))
    desk = Recorder(asked)
    rows = [ledger.add("desk", key) for key in ("k1", "k2", "k3")]
    outbox = an_outbox(ledger, {"desk": desk})

    async with running(outbox):
        await until(ledger, lambda: bool(rows[0].outcomes))
        while not all(row.sent for row in rows):
            await asyncio.sleep(0.02)
            outbox.nudge()

    assert desk.at[1] - desk.at[0] >= 0.4
    assert [message.key for message in desk.got[:1]] == ["k1"]


async def test_a_dead_target_is_not_asked_for_each_of_its_messages() -> None:
    ledger = Ledger(again=timedelta(hours=1))
    dead = Recorder(*[Outcome(sent=Sent.RETRY)] * 100)
    for number in range(20):
        ledger.add("dead", f"k{number}")
    outbox = an_outbox(ledger, {"dead": dead})

    async with running(outbox):
        await until(ledger, lambda: len(dead.got) >= 3)
        looks = ledger.looks
        outbox.nudge()
        await until(ledger, lambda: ledger.looks > looks)

    assert len(dead.got) == 3


async def test_what_cant_be_worded_is_refused_not_tried_for_ever() -> None:
    ledger, desk = Ledger(), Recorder()
    row = ledger.add("desk", "k1")
    row.batch = replace(row.batch, tellings=(replace(row.batch.tellings[0], hits=None),))  # type: ignore[arg-type]
    after = ledger.add("desk", "k2")

    await an_outbox(ledger, {"desk": desk}).drain(timeout=10)

    assert [outcome.sent for outcome in row.outcomes] == [Sent.REFUSED]
    assert "could not be worded" in row.outcomes[0].detail
    assert after.sent


async def test_a_template_that_breaks_loses_no_alert(caplog: pytest.LogCaptureFixture) -> None:
    ledger, desk = Ledger(), Recorder()
    desk.template = "{{ alert.rule }}\n{{ alert.no_such_thing }}"
    row = ledger.add("desk", "k1")

    await an_outbox(ledger, {"desk": desk}).drain(timeout=10)

    assert row.sent
    assert [message.title for message in desk.got] == ["Atajurt · Courier: Headline k1 of Atajurt"]
    assert "desk: its template breaks in line 2" in caplog.text


async def test_a_plugin_that_raises_leaves_an_outcome() -> None:
    class Broken(Recorder):
        def send(self, message: Message, *, deadline: float = 30.0) -> Outcome:
            super().send(message, deadline=deadline)
            raise RuntimeError("token-in-the-text")

    ledger = Ledger(again=timedelta(hours=1))
    row = ledger.add("desk", "k1")

    await an_outbox(ledger, {"desk": Broken()}).drain(timeout=10)

    assert [outcome.sent for outcome in row.outcomes] == [Sent.UNKNOWN]
    assert "token" not in row.outcomes[0].detail


async def test_an_outcome_that_cant_be_written_is_not_forgotten_nor_sent_twice() -> None:
    ledger, desk = Ledger(), Recorder()
    row, after = ledger.add("desk", "k1"), ledger.add("desk", "k2")
    ledger.broken = 1
    outbox = an_outbox(ledger, {"desk": desk})

    with pytest.raises(OSError, match="no space"):
        await outbox.drain(timeout=5)
    await outbox.drain(timeout=5)

    assert row.sent
    assert after.sent
    assert [message.key for message in desk.got] == ["k1", "k2"]


async def test_new_work_is_done_at_the_nudge() -> None:
    ledger, desk = Ledger(), Recorder()
    outbox = an_outbox(ledger, {"desk": desk})

    async with running(outbox):
        await until(ledger, lambda: ledger.looks > 0)
        row = ledger.add("desk", "k1")
        outbox.nudge()
        await until(ledger, lambda: row.sent)

    assert len(desk.got) == 1


async def test_a_held_delivery_goes_out_when_it_is_due_without_a_nudge() -> None:
    ledger, desk = Ledger(), Recorder()
    due = now() + timedelta(seconds=0.2)
    row = ledger.add("desk", "k1", due=due)

    async with running(an_outbox(ledger, {"desk": desk})):
        await until(ledger, lambda: row.sent)
        assert now() >= due

    assert ledger.looks <= 5


async def test_a_delivery_nobody_can_take_is_told_once_and_causes_no_busy_loop(
    caplog: pytest.LogCaptureFixture,
) -> None:
    ledger = Ledger()
    ledger.add("gone", "k1")
    outbox = an_outbox(ledger, {"desk": Recorder()})

    async with running(outbox):
        for looks in (1, 2, 3):
            await until(ledger, partial(lambda least: ledger.looks >= least, looks))
            outbox.nudge()

    warned = [one for one in caplog.records if one.levelno == logging.WARNING]
    assert len(warned) == 1
    assert "gone" in warned[0].getMessage()
    assert ledger.looks <= 5


async def test_stopping_lets_the_message_in_flight_finish() -> None:
    ledger, slow = Ledger(), Recorder(hangs=True)
    rows = [ledger.add("slow", key) for key in ("k1", "k2")]
    stop = asyncio.Event()
    task = asyncio.create_task(an_outbox(ledger, {"slow": slow}).run(stop))
    await asyncio.to_thread(slow.began.wait, 10)

    stop.set()
    slow.release()
    await asyncio.wait_for(task, 10)

    assert len(rows[0].outcomes) == 1
    assert rows[1].outcomes == []


async def test_stopping_cuts_what_takes_too_long_and_records_it_as_unknown() -> None:
    ledger, hung = Ledger(), Recorder(hangs=True)
    row = ledger.add("hung", "k1")
    stop = asyncio.Event()
    task = asyncio.create_task(an_outbox(ledger, {"hung": hung}, grace=0.05).run(stop))
    await asyncio.to_thread(hung.began.wait, 10)

    stop.set()
    await asyncio.wait_for(task, 10)

    assert [outcome.sent for outcome in row.outcomes] == [Sent.UNKNOWN]


async def test_new_rules_bring_new_targets_while_running() -> None:
    ledger, old, new = Ledger(), Recorder(), Recorder()
    outbox = an_outbox(ledger, {"old": old})

    async with running(outbox):
        first = ledger.add("old", "k1")
        outbox.nudge()
        await until(ledger, lambda: first.sent)
        task = outbox._workers["old"].task
        assert task is not None
        await task
        outbox.use({"new": new}, zone=ALMATY)
        second, orphan = ledger.add("new", "k2"), ledger.add("old", "k3")
        outbox.nudge()
        await until(ledger, lambda: second.sent)

    assert orphan.outcomes == []
    assert [message.key for message in new.got] == ["k2"]


async def test_a_store_that_fails_for_a_moment_does_not_end_the_outbox() -> None:
    class Flaky(Ledger):
        def next_delivery(self) -> None:
            if self.looks == 1:
                raise OSError("disk I/O error")

    ledger, desk = Flaky(), Recorder()
    outbox = an_outbox(ledger, {"desk": desk})

    async with running(outbox):
        await until(ledger, lambda: ledger.looks >= 1)
        row = ledger.add("desk", "k1")
        outbox.nudge()
        await until(ledger, lambda: row.sent)


async def test_the_log_names_target_cause_and_next_try(caplog: pytest.LogCaptureFixture) -> None:
    ledger = Ledger(again=timedelta(hours=1))
    ledger.add("desk", "k1")
    bad = Recorder(Outcome(sent=Sent.RETRY, detail="HTTP 503 Service Unavailable"))

    await an_outbox(ledger, {"desk": bad}).drain(timeout=10)

    assert "desk: k1 failed for now: HTTP 503 Service Unavailable; next try " in caplog.text


async def test_a_fast_target_is_given_more_at_once_and_a_failing_one_a_message_at_a_time() -> None:
    ledger = Ledger(again=timedelta(hours=1))
    desk = Recorder(*[OK] * 9, Outcome(sent=Sent.RETRY))
    keys = [f"k{number:02}" for number in range(20)]
    for key in keys:
        ledger.add("desk", key)

    await an_outbox(ledger, {"desk": desk}).drain(timeout=10)

    assert [message.key for message in desk.got] == keys
    assert ledger.asked_for == [1, 2, 4, 8, 1, 2, 4, 8, 1]


async def test_what_is_taken_ahead_begins_only_when_its_turn_comes() -> None:
    class Looking(Recorder):
        def send(self, message: Message, *, deadline: float = 30.0) -> Outcome:
            under_way = [key for key, row in ledger.rows.items() if row.sending]
            assert under_way == [message.key]
            return super().send(message, deadline=deadline)

    ledger, desk = Ledger(), Looking()
    rows = [ledger.add("desk", f"k{number}") for number in range(9)]

    await an_outbox(ledger, {"desk": desk}).drain(timeout=10)

    assert all(len(row.outcomes) == 1 and row.sent for row in rows)
    assert not any(row.sending for row in rows)


async def test_stopping_in_a_long_queue_leaves_no_message_begun_and_unsent() -> None:
    class Stopping(Recorder):
        def send(self, message: Message, *, deadline: float = 30.0) -> Outcome:
            if len(self.got) == 4:
                loop.call_soon_threadsafe(stop.set)
                self.stopped.wait(10)
            return super().send(message, deadline=deadline)

        stopped = threading.Event()

    ledger, desk, stop = Ledger(), Stopping(), asyncio.Event()
    loop = asyncio.get_running_loop()
    rows = [ledger.add("desk", f"k{number}") for number in range(20)]
    task = asyncio.create_task(an_outbox(ledger, {"desk": desk}).run(stop))

    await stop.wait()
    desk.stopped.set()
    await asyncio.wait_for(task, 10)

    assert len(desk.got) == 5
    assert [len(row.outcomes) for row in rows] == [1] * 5 + [0] * 15
    assert not any(row.sending for row in rows)


async def test_work_that_another_process_wrote_is_seen_within_seconds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    promised = outbox_module.LOOK_AGAIN
    monkeypatch.setattr(outbox_module, "LOOK_AGAIN", 0.05)
    ledger, desk = Ledger(), Recorder()

    async with running(an_outbox(ledger, {"desk": desk})):
        await until(ledger, lambda: ledger.looks > 0)
        row = ledger.add("desk", "k1")
        await until(ledger, lambda: row.sent)

    assert promised <= 5
