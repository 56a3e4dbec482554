"""A replay decides as the live way did, and says what the rules would have told."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st
from support.make import NOON, a_rule
from support.past import Print, a_config, live

from watcher.core.model import (
    AlertKind,
    Alias,
    ArticleId,
    AtLeast,
    Config,
    Decision,
    Entity,
    FollowUps,
    Group,
    Rule,
    Term,
    TermKind,
)
from watcher.store import Store, open_store
from watcher.watch import Hindsight, Replay, polls

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)

HELD = (
    "Police took the baker Erbol Daulet from his flat on Abay street early on Monday, his wife"
    " said. Two lawyers were not let into the station. He collects letters of relatives."
)
HELD_ELSEWHERE = (
    "The wife of Erbol Daulet says that police came for the baker at dawn on Monday and took him"
    " to a station, where his lawyers waited for hours. Letters of relatives were seized."
)
FREED = "A court in Almaty let the baker Erbol Daulet go home on Friday after nine days in a cell."
RAIN = "Rain is expected over the steppe until the weekend, and the harvest waits in the fields."
TEXTS = [
    ("Police hold baker Erbol Daulet in Almaty", HELD),
    ("Baker Erbol Daulet held by police in Almaty", f"ALMATY - {HELD}"),
    ("Wife: police came for baker Erbol Daulet at dawn", HELD_ELSEWHERE),
    ("Court frees baker Erbol Daulet", FREED),
    ("Rain over the steppe", RAIN),
    ("Rain and detained lorries over the steppe", f"{RAIN} Lorries are detained."),
]
ERBOL = Entity(
    id="erbol",
    name="Erbol Daulet",
    type="person",
    aliases=(Alias(text="Erbol Daulet", language="en"), Alias(text="Даулет", language="ru")),
)


@contextmanager
def a_store() -> Iterator[Store]:
    with (
        TemporaryDirectory() as folder,
        open_store(Path(folder) / "state", now=NOON) as store,
    ):
        yield store


def replayed(store: Store, *rules: Rule) -> list[tuple[ArticleId, datetime, Decision]]:
    """Return what a replay decides about each article, in the order of `live`."""
    config = replace(a_config(*rules), entities=(ERBOL,))
    side = Hindsight(config)
    with store.read() as known:
        tried = [t for poll in polls(known.arrivals(NOON)) for t in side.settle(poll)]
        order = list({arrival.article.id: None for arrival in known.arrivals(NOON)})
    decided = [
        (t.arrival.article.id, t.arrival.at, decision) for t in tried for decision in t.decisions
    ]
    return sorted(decided, key=lambda found: order.index(found[0]))


RULES = st.builds(
    a_rule,
    name=st.just("Baker"),
    find=st.sampled_from(
        [
            Term(text="erbol", kind=TermKind.ENTITY),
            Group(any=(Term(text="police"), Term(text="court"))),
            Group(all=(Term(text="baker"), Term(text="letters"))),
            Group(any=(Term(text="detained"), Term(text="Erbol Daulet"))),
        ]
    ),
    follow_ups=st.sampled_from(FollowUps),
    at_least=st.builds(
        AtLeast,
        outlets=st.integers(1, 2),
        origins=st.integers(1, 2),
        within=st.sampled_from([None, HOUR, 2 * DAY]),
    ),
    active_from=st.sampled_from([None, None, date(2026, 3, 12)]),
    active_until=st.sampled_from([None, None, None, date(2026, 3, 13)]),
)
ITEMS = st.tuples(st.sampled_from(["a", "b", "c"]), st.sampled_from(TEXTS)).map(
    lambda item: (item[0], *item[1])
)
PRINTS = st.lists(
    st.builds(
        Print,
        feed=st.integers(0, 2),
        later=st.sampled_from([timedelta(minutes=5), HOUR, 20 * HOUR, 3 * DAY]),
        items=st.lists(ITEMS, min_size=1, max_size=3, unique_by=lambda item: item[0]).map(tuple),
    ),
    min_size=2,
    max_size=6,
)


BEFORE = [
    Print(n, timedelta(minutes=1), (("z", "Minister opens a bridge", "It spans the river."),))
    for n in range(3)
]
"""The first sight of each feed, after which what comes is news."""


@given(rule=RULES, prints=PRINTS, first=st.sampled_from([[], BEFORE, BEFORE]))
@settings(max_examples=15)
def test_a_replay_decides_what_was_decided_live(
    rule: Rule, prints: list[Print], first: list[Print]
) -> None:
    rules = rule, a_rule("Weather", find=Term(text="steppe"))
    with a_store() as store:
        config = replace(a_config(*rules), entities=(ERBOL,))

        then = live(store, config, [*first, *prints])

        assert replayed(store, *rules) == then


def report(store: Store, *configs: Config, since: datetime = NOON) -> Replay:
    tried = Replay([Hindsight(config) for config in configs], since=since)
    with store.read() as known:
        for poll in polls(known.arrivals(NOON)):
            tried.settle(poll)
    tried.finish()
    return tried


def printed(*items: tuple[str, str, str], feed: int = 0, later: timedelta = HOUR) -> Print:
    return Print(feed, later, items)


def entity_config() -> Config:
    rule = a_rule("Baker", find=Term(text="erbol", kind=TermKind.ENTITY))
    return replace(a_config(rule), entities=(ERBOL,))


def test_a_replay_counts_tellings_stories_and_those_that_hung_on_one_spelling() -> None:
    config = entity_config()
    with a_store() as store:
        live(
            store,
            config,
            [
                *BEFORE,
                printed(("1", *TEXTS[1])),
                printed(("2", *TEXTS[2]), feed=1),
                printed(("3", "Даулет вышел из суда", "Пекарь идёт домой.")),
                printed(("4", *TEXTS[4])),
            ],
        )

        tried = report(store, config)

    found = tried.sums[0]["Baker"]
    assert (tried.articles, tried.told, tried.stories) == (7, [3], [2])
    assert (found.told, found.stories, found.matched) == (3, 2, 3)
    assert found.through == {"Erbol Daulet": 1, "Даулет": 1}
    assert [line.kinds for line in tried.lines] == [
        {AlertKind.NEW, AlertKind.FOLLOW_UP},
        {AlertKind.NEW},
    ]


def test_what_was_told_before_the_time_asked_for_is_known_and_not_counted() -> None:
    config = entity_config()
    with a_store() as store:
        live(
            store,
            config,
            [
                *BEFORE,
                printed(("1", *TEXTS[0])),
                printed(("2", *TEXTS[1]), feed=1, later=DAY),
                printed(("3", *TEXTS[3]), feed=1),
            ],
        )

        tried = report(store, config, since=NOON + DAY)

    assert (tried.articles, tried.told) == (2, [1])
    assert [line.article.title for line in tried.lines] == [TEXTS[3][0]]


def test_two_sets_of_rules_differ_in_the_stories_that_one_gains_or_loses() -> None:
    other = a_config(a_rule("Frees", find=Term(text="frees")), a_rule("Rain"))
    with a_store() as store:
        prints = [
            printed((str(n), *TEXTS[number]), later=5 * DAY)
            for n, number in enumerate((0, 3, 4), start=1)
        ]
        live(store, entity_config(), [*BEFORE, *prints])

        tried = report(store, entity_config(), other)

    changes = {line.article.title: line.change for line in tried.lines}
    assert changes == {TEXTS[0][0]: "lost", TEXTS[3][0]: "changed", TEXTS[4][0]: "gained"}
    assert (tried.changes["same"], tried.stories) == (0, [2, 2])


def test_a_report_holds_no_more_lines_than_it_may() -> None:
    config = a_config(a_rule("Minister"))
    items = [
        ("Minister counts pears", "Pears are many."),
        ("A minister sails", "The lake is calm and wide today."),
        ("Minister of snow resigns", "Nobody skis in this valley any more."),
    ]
    with a_store() as store:
        live(store, config, [*BEFORE, *(printed((t, t, s)) for t, s in items)])
        tried = Replay([Hindsight(config)], keep=2)
        with store.read() as known:
            for poll in polls(known.arrivals(NOON + HOUR)):
                tried.settle(poll)

        lines = tried.finish()

    assert [line.article.title for line in lines] == [items[2][0], items[1][0]]
    assert tried.stories == [3]
