"""Rules edited under a live service: whatever happens to the file, the last good ones watch on.

Each fault of the file is put into one running service with a feed, a target and a health channel;
after each, the feed brings news, and they are told by the rules that were good.
"""

from __future__ import annotations

import os
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from support.feed_server import FeedServer, answer
from support.webhook import Webhook, serving

from watcher.core.model import DeliveryState
from watcher.daemon import Service, open_service
from watcher.daemon.reload import Reload
from watcher.watch import Settings

GOOD = "  - {name: Water, find: reservoir, notify: [desk]}\n"


@dataclass
class Scene:
    """A live service, its files, and what its two channels got."""

    folder: Path
    service: Service
    rules: Reload
    feeds: FeedServer
    desk: Webhook
    keeper: Webhook
    clock: Clock
    head: str
    _items: list[str] = field(default_factory=list)

    def write(self, rules: str, *, name: str = "rules.yaml") -> None:
        """Save the file as editors do that replace it."""
        self.save(self.head + "rules:\n" + rules, name=name)

    def save(self, body: str | bytes, *, name: str = "rules.yaml") -> None:
        raw = body.encode() if isinstance(body, str) else body
        temporary = self.folder / f"{name}.new"
        temporary.write_bytes(raw)
        temporary.replace(self.folder / name)

    async def look(self) -> None:
        """Look until the file has settled, as the job does every two seconds."""
        for _ in range(3):
            await self.rules.look()

    async def notices(self) -> list[str]:
        """Return what the keeper was told, each as headline and text."""
        await self.service.outbox.drain(timeout=10)
        return [got.json()["title"] + "\n" + got.json()["message"] for got in self.keeper.got]

    async def news(self, title: str) -> str:
        """Let the feed bring one more item; return the headline told to the desk, "" for none."""
        self._items.insert(0, title)
        self.feeds.put("/feed", rss(self._items))
        before = len(self.desk.got)
        with self.service.store.read() as known:
            self.service.poller.give(known.feed_states())
        await self.service.poller.idle()
        await self.service.outbox.drain(timeout=10)
        told = [got.json()["title"] for got in self.desk.got[before:]]
        assert len(told) < 2
        return told[0] if told else ""


class Clock:
    """The service's own clock: real time and what is added to it."""

    def __init__(self) -> None:
        self.ahead = timedelta(0)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


def rss(titles: list[str]) -> bytes:
    items = "".join(f"<item><guid>{t}</guid><title>{t}</title></item>" for t in titles)
    return answer(body=f'<rss version="2.0"><channel><title>F</title>{items}</channel></rss>')


@pytest.fixture
def hooks() -> Iterator[tuple[Webhook, Webhook]]:
    with serving() as desk, serving() as keeper:
        yield desk, keeper


@pytest.fixture
async def scene(tmp_path: Path, hooks: tuple[Webhook, Webhook]) -> AsyncIterator[Scene]:
    desk, keeper = hooks
    clock = Clock()
    async with FeedServer() as feeds:
        feeds.put("/feed", rss([]))
        head = (
            f"channels:\n  desk: json://127.0.0.1:{desk.port}/\n"
            f"  keeper: {{url: 'json://127.0.0.1:{keeper.port}/', health: true}}\n"
            f"feeds:\n  - {{url: '{feeds.url('/feed')}', private: true}}\n"
        )
        (tmp_path / "rules.yaml").write_text(head + "rules:\n" + GOOD, encoding="utf-8")
        settings = Settings(rules=tmp_path / "rules.yaml", state=tmp_path / "state")
        async with open_service(settings, "test", clock=clock) as service:
            rules = Reload(service)
            scene = Scene(tmp_path, service, rules, feeds, desk, keeper, clock, head)
            assert await scene.news("Nothing yet") == ""
            yield scene


# --- what breaks it ------------------------------------------------------------------------------

BOMB = "".join(f"k{at}: &k{at} [{', '.join([f'*k{at - 1}'] * 9)}]\n" for at in range(1, 9))

BROKEN: dict[str, tuple[bytes, str, str]] = {
    # what stands in the file behind its head: (text, line in the file, words of the message)
    "syntax error": (b"rules: [\n", "6", "not closed"),
    "wrong type": (b"rules: Water\n", "6", "expected a list"),
    "rules that are a table": (
        b"rules:\n  Water: {find: reservoir}\n",
        "7",
        "the rules are a list",
    ),
    "duplicate key": (
        b"rules:\n  - name: Water\n    find: dam\n    find: x\n",
        "9",
        "stands twice",
    ),
    "a Python object": (
        b"rules:\n  - name: Water\n    find: !!python/object/apply:os.system [x]\n",
        "8",
        "is a YAML tag",
    ),
    "alias bomb": (f"k0: &k0 [x]\n{BOMB}rules: *k8\n".encode(), "9", "which can grow"),
    "a rule that matches everything": (
        b"rules:\n  - {name: All, find: {regex: '.'}, notify: [desk]}\n",
        "7",
        "fits nearly every text",
    ),
    "a word that stands everywhere": (
        b"rules:\n  - {name: All, find: the, notify: [desk]}\n",
        "7",
        "stands in nearly every text",
    ),
    "cut off in a word": (b"rules:\n  - {name: Wat", "7", "not closed"),
    "cut off before its rules": (b"", "1", "half-written"),
    "cut off in its rules": (b"rules:\n", "6", "is empty"),
    "unknown channel": (
        b"rules:\n  - {name: Water, find: dam, notify: [dsk]}\n",
        "7",
        'Did you mean "desk"?',
    ),
    "not UTF-8": ("rules:\n  - name: Вода\n    find: вода\n".encode("cp1251"), "7", "UTF-8"),
    "NUL bytes": (b"\0\0\0\0", "1", "no plain text"),
}


async def test_no_fault_of_the_file_takes_the_good_rules_out_of_force(scene: Scene) -> None:
    good = scene.service.desk

    for number, (fault, (text, line, words)) in enumerate(BROKEN.items()):
        scene.save(scene.head.encode() + text)
        await scene.look()
        told = await scene.notices()

        assert scene.service.desk is good, fault
        assert len(told) == 2 * number + 1, fault
        assert "rules.yaml has a mistake" in told[-1], fault
        assert f"rules.yaml:{line}:" in told[-1], (fault, told[-1])
        assert words in told[-1], (fault, told[-1])
        title = f"Reservoir {chr(ord('A') + number) * 7}"  # so unlike that it is another story
        assert title in await scene.news(title), fault

        scene.write(GOOD)
        await scene.look()
        good = scene.service.desk
        assert "The rules are good again" in (await scene.notices())[-1], fault


async def test_an_empty_file_and_one_that_is_gone_are_told_as_such(scene: Scene) -> None:
    scene.save("")
    await scene.look()
    scene.write(GOOD)
    await scene.look()
    (scene.folder / "rules.yaml").unlink()
    await scene.look()

    told = await scene.notices()
    assert "rules.yaml:1:1: the file is empty" in told[0]
    assert "rules.yaml:1:1: there is no such file" in told[2]
    assert "Reservoir" in await scene.news("Reservoir without a file")
    scene.write(GOOD)
    await scene.look()
    assert len(await scene.notices()) == 4


async def test_a_slow_regular_expression_holds_nothing_up(scene: Scene) -> None:
    scene.write(GOOD + "  - {name: Slow, find: {regex: '(a|aa)+$'}, notify: [desk]}\n")
    await scene.look()
    assert "Slow" in scene.service.desk.rules

    start = time.process_time()
    told = await scene.news("Reservoir " + "a" * 4_000 + "!")

    assert "Reservoir aaa" in told
    assert time.process_time() - start < 5


# --- what it is told of --------------------------------------------------------------------------


async def test_a_file_that_is_saved_often_while_it_is_mended_is_told_of_once(scene: Scene) -> None:
    for attempt in ("fnd: dam", "find: [dam", "find: dam\n    severity: hih"):
        scene.write(f"  - name: Water\n    {attempt}\n")
        await scene.look()
    assert len(await scene.notices()) == 1

    scene.clock.ahead = timedelta(hours=2)
    scene.write("  - name: Water\n    finder: dam\n")
    await scene.look()
    assert len(await scene.notices()) == 2
    scene.rules.force()
    await scene.look()

    assert len(await scene.notices()) == 2, "the same mistake is not told again"


async def test_the_same_slip_on_another_occasion_is_told_again(scene: Scene) -> None:
    for _ in range(2):
        scene.write("  - {name: Water, fnd: dam}\n")
        await scene.look()
        scene.write(GOOD)
        await scene.look()

    titles = [told.splitlines()[0] for told in await scene.notices()]
    assert titles == ["rules.yaml has a mistake", "The rules are good again"] * 2


async def test_a_thousand_mistakes_are_one_short_message(scene: Scene) -> None:
    scene.write("".join(f"  - {{name: R{at}, fnd: dam}}\n" for at in range(500)))
    await scene.look()

    [told] = await scene.notices()
    assert told.count("unknown key") == 10
    assert "... and 490 more" in told


async def test_what_a_mistake_holds_back_is_no_secret(scene: Scene) -> None:
    scene.save(
        scene.head.replace("rules:", "") + "  x: slack://very-secret-token: y\nrules:\n" + GOOD
    )
    await scene.look()

    [told] = await scene.notices()
    assert "very-secret" not in told


# --- how it is edited ----------------------------------------------------------------------------


async def test_a_file_that_still_grows_is_left_alone(scene: Scene) -> None:
    path = scene.folder / "rules.yaml"
    good = scene.service.desk

    for at in range(4):
        with path.open("a", encoding="utf-8") as file:
            file.write(f"  - {{name: R{at}, find: dam {at}, notify: [desk]}}\n")
        await scene.rules.look()
        assert scene.service.desk is good
    await scene.rules.look()

    assert len(scene.service.desk.rules) == 5


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
async def test_marks_and_line_ends_of_other_systems_are_taken(scene: Scene, encoding: str) -> None:
    text = (
        scene.head + "rules:\n  - {name: سد, find: [السد المائي, 水库, плотина], notify: [desk]}\n"
    )
    scene.save(text.replace("\n", "\r\n").encode(encoding))
    await scene.look()

    assert set(scene.service.desk.rules) == {"سد"}
    assert "水库" in await scene.news("新疆水库今天放水")


async def test_a_copy_that_keeps_the_older_time_is_seen(scene: Scene) -> None:
    path = scene.folder / "rules.yaml"
    stamp = path.stat()
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("reservoir", "flooding."), encoding="utf-8")
    os.utime(path, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    assert path.stat().st_size == stamp.st_size

    await scene.look()

    assert "Flooding" in await scene.news("Flooding. In the north")


async def test_a_file_behind_a_link_is_followed_and_so_is_the_link(scene: Scene) -> None:
    path, real, other = (scene.folder / name for name in ("rules.yaml", "real.yaml", "other.yaml"))
    path.rename(real)
    path.symlink_to(real)
    real.write_text(real.read_text().replace("Water", "Dams"), encoding="utf-8")
    await scene.look()
    assert set(scene.service.desk.rules) == {"Dams"}

    other.write_text(real.read_text().replace("Dams", "Wells"), encoding="utf-8")
    link = scene.folder / "link"
    link.symlink_to(other)
    link.replace(path)
    await scene.look()

    assert set(scene.service.desk.rules) == {"Wells"}


async def test_an_included_file_is_watched_too_also_when_it_comes_late(scene: Scene) -> None:
    scene.save(f"include: [more.yaml]\n{scene.head}rules:\n{GOOD}")
    await scene.look()
    assert "neither a file beside rules.yaml" in (await scene.notices())[0]

    scene.save("rules:\n  - {name: Dams, find: dam, notify: [desk]}\n", name="more.yaml")
    await scene.look()
    assert set(scene.service.desk.rules) == {"Water", "Dams"}

    scene.save("rules:\n  - {name: Dams, fnd: dam, notify: [desk]}\n", name="more.yaml")
    await scene.look()
    assert set(scene.service.desk.rules) == {"Water", "Dams"}
    assert "more.yaml:2:18: unknown key" in (await scene.notices())[-1]

    scene.save("rules:\n  - {name: Wells, find: well, notify: [desk]}\n", name="more.yaml")
    await scene.look()
    assert set(scene.service.desk.rules) == {"Water", "Wells"}


async def test_a_secret_that_is_set_later_mends_the_rules(scene: Scene) -> None:
    port = scene.desk.port
    text = scene.head.replace(f"desk: json://127.0.0.1:{port}/", "desk: json://${DESK_PLACE}/")
    scene.save(f"{text}rules:\n{GOOD}")
    await scene.look()
    assert "${DESK_PLACE}" in (await scene.notices())[0]

    (scene.folder / "state" / "secrets.env").write_text(f"DESK_PLACE=127.0.0.1:{port}\n")
    await scene.look()

    assert "good again" in (await scene.notices())[1]
    assert "Reservoir" in await scene.news("Reservoir told through a secret")


async def test_a_file_that_is_only_touched_changes_nothing(scene: Scene) -> None:
    good = scene.service.desk.config
    os.utime(scene.folder / "rules.yaml")

    await scene.look()

    assert scene.service.desk.config == good
    assert await scene.notices() == []
    with scene.service.store.read() as known:
        assert not known.deliveries(state=DeliveryState.PARKED)
