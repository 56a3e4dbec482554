"""What a good file becomes: every key of the promise, as core values."""

import os
from datetime import date, time, timedelta
from pathlib import Path

import pytest

from watcher import config
from watcher.core.errors import RulesError
from watcher.core.model import (
    Alias,
    AtLeast,
    Config,
    Digest,
    Entity,
    Feed,
    FollowUps,
    Group,
    Limit,
    Place,
    Quiet,
    Rule,
    RuleTest,
    Severity,
    Sources,
    Term,
    TermKind,
)

GOOD = Path(__file__).parent / "good"
ENVIRON = {
    "SLACK_TOKEN": "T1A/B2C/secretsecret",
    "MAIL_USER": "desk@example.org",
    "MAIL_PASSWORD": "p@ss/word",
    "TG_TOKEN": "123456:telegram-token",
    "TG_CHAT": "-100200",
}


@pytest.fixture(scope="module")
def everything() -> Config:
    return config.load(GOOD / "everything.yaml", environ=ENVIRON)


def rule(loaded: Config, name: str) -> Rule:
    [found] = [one for one in loaded.rules if one.name == name]
    return found


def entity(loaded: Config, id_: str) -> Entity:
    [found] = [one for one in loaded.entities if one.id == id_]
    return found


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_a_rule_keeps_all_it_says(everything: Config) -> None:
    found = rule(everything, "Activists detained")

    assert found.find == Group(
        near=8,
        all=(
            Group(
                any=(
                    Term(text="atajurt", kind=TermKind.ENTITY),
                    Term(text="serikzhan-bilash", kind=TermKind.ENTITY),
                )
            ),
            Group(
                any=tuple(
                    Term(text=word)
                    for word in ("detained", "arrested", "задержан", "қамауға алынды", "拘留")
                )
            ),
        ),
    )
    assert found.search_in == ("title",)
    assert found.languages == {"en", "ru", "kk", "zh", "tr"}
    assert found.sources == Sources(
        only=("*.kz", "azattyq.org"),
        exclude=("satire.example",),
        tags=frozenset({"kazakhstan"}),
    )
    assert found.at_least == AtLeast(outlets=3, origins=2, within=timedelta(hours=6))
    assert found.severity is Severity.CRITICAL
    assert found.notify == ("newsroom", "operator", "desk")
    assert found.follow_ups is FollowUps.NOW
    assert found.why == "UPR submission, section 4"
    assert (found.active_from, found.active_until) == (date(2026, 11, 1), date(2027, 3, 1))


def test_a_rule_that_says_nothing_takes_the_defaults_of_its_file(everything: Config) -> None:
    assert rule(everything, "Camps").notify == ("newsroom",)
    assert rule(everything, "Camps").severity is Severity.NORMAL
    assert rule(everything, "Weekly").notify == ("weekly",)
    assert rule(everything, "Weekly").severity is Severity.LOW


def test_find_takes_a_word_a_list_a_leaf_or_groups(everything: Config) -> None:
    assert rule(everything, "Atajurt").find == Term(text="Atajurt")
    camps = rule(everything, "Camps").find
    assert isinstance(camps, Group)
    assert [part.text for part in camps.any if isinstance(part, Term)] == [
        "re-education camp",
        "лагерь перевоспитания",
        "再教育营",
        "toplama kampı",
    ]
    bilash = rule(everything, "Serikzhan Bilash").find
    assert bilash == Term(text="serikzhan-bilash", kind=TermKind.ENTITY)
    sanctions = rule(everything, "Sanctions on the Bingtuan").find
    assert isinstance(sanctions, Group)
    assert sanctions.none == (Term(text="basketball"),)
    kinds = rule(everything, "Leaves").find
    assert isinstance(kinds, Group)
    assert [part.kind for part in kinds.any if isinstance(part, Term)] == [
        TermKind.PHRASE,
        TermKind.FUZZY,
        TermKind.REGEX,
        TermKind.EXACT,
    ]


def test_tests_of_a_rule_keep_their_line(everything: Config) -> None:
    def place(line: int, column: int) -> Place:
        return Place(file=everything.path, line=line, column=column)

    assert rule(everything, "Atajurt").tests == (
        RuleTest(
            text="Волонтёры рассказали о работе Atajurt в Алматы", expect=True, place=place(29, 16)
        ),
        RuleTest(text="Ata-Jurt party wins seats in Bishkek", expect=False, place=place(30, 19)),
    )


def test_channels_have_their_times_and_limits(everything: Config) -> None:
    channels = {channel.name: channel for channel in everything.channels}

    assert list(channels) == ["newsroom", "desk", "operator", "weekly"]
    assert channels["desk"].digest == Digest(at=(time(8),))
    assert channels["desk"].quiet == Quiet(start=time(22), end=time(7))
    assert channels["desk"].limit == Limit(count=20, per=timedelta(hours=1))
    assert channels["operator"].health
    assert not channels["desk"].health
    assert channels["weekly"].digest == Digest(at=(time(9),), weekdays=frozenset({0}))
    assert channels["desk"].place == Place(file=everything.path, line=10, column=10)


def test_feeds_come_from_the_file_and_from_lists(everything: Config) -> None:
    feeds = {feed.url: feed for feed in everything.feeds}

    assert feeds["https://www.hrw.example.org/rss/news"].name == "hrw.example.org"
    assert feeds["https://example.kz/rss"] == Feed(
        url="https://example.kz/rss",
        name="Example",
        language="kk",
        tags=frozenset({"kazakhstan"}),
        every=timedelta(minutes=10),
    )
    assert feeds["http://192.168.1.5/feed"].private
    assert feeds["https://one.example.org/rss?a=1&b=2"] == Feed(
        url="https://one.example.org/rss?a=1&b=2",
        name="One & Only",
        tags=frozenset({"Central Asia"}),
    )
    assert feeds["https://two.example.org/rss"].language == "en"
    assert feeds["https://three.example.org/rss"].tags == {"listed"}
    assert len(feeds) == 6


def test_what_a_list_brings_twice_or_wrong_is_a_warning_not_a_mistake(tmp_path: Path) -> None:
    (tmp_path / "feeds.opml").write_bytes((GOOD.parent / "import.opml").read_bytes())
    path = write(
        tmp_path / "rules.yaml",
        "feeds: [{opml: feeds.opml}, {opml: feeds.opml}]\n"
        "channels: {desk: 'terminal://'}\n"
        "rules: [{name: Atajurt, find: Atajurt, notify: desk}]\n",
    )

    said = [warning.message for warning in config.load(path, environ={}).warnings]

    assert sum("127.0.0.1" in one and "left out" in one for one in said) == 2
    assert sum("already stands on line 1" in one for one in said) == 2
    assert len(said) == 4


def test_entities_keep_flags_and_sources(everything: Config) -> None:
    person = entity(everything, "my-person")

    assert person.aliases == (
        Alias(text="My Person", language="en"),
        Alias(text="Person", language="en", source="example.org/about", ctx=True, case=True),
        Alias(text="M. Person", language="en", source="example.org/about", exact=True, fuzzy=True),
        Alias(text="Мой Человек", language="ru"),
        Alias(
            text="Sincan",
            language="tr",
            not_with=("Ankara",),
            not_inside=("Sincanköy",),
            not_languages=frozenset({"az", "de-at"}),
        ),
        Alias(text="Meniñ Adamym", language="kk-latn", source="unverified"),
    )
    assert person.context == ("Almaty",)


def test_spellings_without_a_source_have_the_default_one(tmp_path: Path) -> None:
    rules = tmp_path / "rules.yaml"
    rules.write_text(
        "sources: {default: any dictionary, s1: example.org}\n"
        "entities: {fine: {name: Fine, aliases: {en: [fined, [fine, ctx], [fines, s1], "
        "{text: fining}], ru: штраф}}}\n",
        encoding="utf-8",
    )

    [found] = config.load(rules, environ={}).entities

    assert {alias.text: alias.source for alias in found.aliases} == {
        "fined": "any dictionary",
        "fine": "any dictionary",
        "fines": "example.org",
        "fining": "any dictionary",
        "штраф": "any dictionary",
    }


def test_an_entity_of_ones_own_adds_to_that_of_a_pack(everything: Config) -> None:
    [packed] = [one for one in config.load_pack("xinjiang") if one.id == "atajurt"]
    found = entity(everything, "atajurt")

    assert {alias.text for alias in packed.aliases} <= {alias.text for alias in found.aliases}
    assert "阿塔珠尔特" in {alias.text for alias in found.aliases if alias.language == "zh"}
    assert set(packed.context) < set(found.context)
    assert found.name == "Atajurt"
    assert found.not_languages == {"id"}


def test_every_file_that_was_read_is_named(everything: Config) -> None:
    assert [Path(file).name for file in everything.files] == [
        "everything.yaml",
        "feeds.opml",
        "listed.opml",
        "xinjiang.yaml",
        "more.yaml",
    ]
    assert everything.timezone == "Asia/Almaty"


def test_words_stay_words() -> None:
    loaded = config.load(GOOD / "words.yaml", environ={})
    first, second = loaded.rules

    assert (first.name, first.why, second.name) == ("on", "no", "2026-11-01")
    assert first.languages == {"no", "en"}
    assert isinstance(first.find, Group)
    assert [part.text for part in first.find.any if isinstance(part, Term)] == [
        "Yes", "null", "12:30", "1_000", "0777", "~tilde",
    ]  # fmt: skip
    assert second.find == Term(text="3.10")
    assert second.tests[0].text == "true"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_byte_order_marks_and_line_ends_make_no_difference(
    tmp_path: Path, encoding: str, end: str
) -> None:
    path = tmp_path / "rules.yaml"
    text = "rules:\n  - name: 新疆\n    find: Шыңжаң\n    severty: high\n".replace("\n", end)
    path.write_bytes(text.encode(encoding))

    with pytest.raises(RulesError) as raised:
        config.load(path, environ={})

    [mistake] = raised.value.mistakes
    assert (mistake.line, mistake.column) == (4, 5)
    path.write_bytes(text.replace("severty", "severity").encode(encoding))
    assert config.load(path, environ={}).rules[0].find == Term(text="Шыңжаң")


def test_a_users_own_file_wins_over_a_shipped_pack_of_that_name(tmp_path: Path) -> None:
    (tmp_path / "packs").mkdir()
    write(
        tmp_path / "packs" / "xinjiang.yaml",
        "entities:\n  mine: {name: Mine, aliases: {en: [My own]}}\n",
    )
    path = write(
        tmp_path / "rules.yaml",
        "include: packs/xinjiang.yaml\nrules:\n  - {name: Mine, find: {entity: mine}}\n",
    )

    assert [one.id for one in config.load(path, environ={}).entities] == ["mine"]


def test_files_that_include_each_other_are_read_once(tmp_path: Path) -> None:
    write(tmp_path / "b.yaml", "include: rules.yaml\nrules:\n  - {name: B, find: Zhanaozen}\n")
    path = write(tmp_path / "rules.yaml", "include: b.yaml\nrules:\n  - {name: A, find: Atajurt}\n")

    assert [one.name for one in config.load(path, environ={}).rules] == ["A", "B"]


def test_mistakes_of_all_files_come_out_together(tmp_path: Path) -> None:
    write(tmp_path / "b.yaml", "rules:\n  - {name: B, fnd: Zhanaozen}\n")
    path = write(tmp_path / "rules.yaml", "include: b.yaml\nrules:\n  - {name: A, find: или}\n")

    with pytest.raises(RulesError) as raised:
        config.load(path, environ={})

    assert [Path(one.file).name for one in raised.value.mistakes] == ["rules.yaml", "b.yaml"]


def test_a_missing_include_is_watched_so_that_its_coming_is_a_change(tmp_path: Path) -> None:
    path = write(
        tmp_path / "rules.yaml",
        "include: [packs/press-freedom.yaml]\nrules:\n  - {name: A, find: {entity: release}}\n",
    )

    loaded = config.load(path, environ={})

    assert all(os.path.exists(file) for file in loaded.files)  # noqa: PTH110 - they are texts


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("daily at 08:00", Digest(at=(time(8),))),
        ("every day at 24:00", Digest(at=(time(0),))),
        (
            "weekdays at 17:00 and 08:00",
            Digest(at=(time(8), time(17)), weekdays=frozenset(range(5))),
        ),
        ("hourly", Digest(at=tuple(time(hour) for hour in range(24)))),
        ("Every Monday at 9:00", Digest(at=(time(9),), weekdays=frozenset({0}))),
        ("tue, thu and sat at 7.30", Digest(at=(time(7, 30),), weekdays=frozenset({1, 3, 5}))),
        ("weekends at 10:00", Digest(at=(time(10),), weekdays=frozenset({5, 6}))),
    ],
)
def test_digests_are_read_as_people_say_them(tmp_path: Path, written: str, meant: Digest) -> None:
    path = write(
        tmp_path / "rules.yaml",
        f'channels:\n  a: {{url: "terminal://", digest: "{written}"}}\n'
        "rules:\n  - {name: A, find: Atajurt, notify: a}\n",
    )

    assert config.load(path, environ={}).channels[0].digest == meant


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("90s", timedelta(seconds=90)),
        ("10m", timedelta(minutes=10)),
        ("1h", timedelta(hours=1)),
        ("2 hours", timedelta(hours=2)),
        ("7d", timedelta(days=7)),
        ("1 week", timedelta(days=7)),
    ],
)
def test_durations_are_read_as_people_write_them(
    tmp_path: Path, written: str, meant: timedelta
) -> None:
    path = write(
        tmp_path / "rules.yaml",
        f'feeds:\n  - {{url: https://a.example.org/rss, every: "{written}"}}\n'
        "rules:\n  - {name: A, find: Atajurt}\n",
    )

    assert config.load(path, environ={}).feeds[0].every == meant
