"""`check`: all that can be said of a rules file, at once, also while parts of it are wrong."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from support.cli_run import watcher
from support.cli_site import served

from watcher.cli import common
from watcher.cli.common import Call, print_mistakes
from watcher.cli.options import Options
from watcher.core.identity import article_id, content
from watcher.core.model import (
    Article,
    ArticleId,
    Feed,
    Link,
    LinkKind,
    Mistake,
    StoryId,
    Weight,
)
from watcher.store import open_store

Check = Callable[..., list[str]]

HEAD = """\
channels: {desk: "json://127.0.0.1:9/"}
feeds:
  - {url: https://steppe.example/rss, name: Steppe Post, tags: [steppe]}
  - {url: https://dala.example/rss, name: Dala}
defaults: {notify: [desk]}
"""
WATER = """\
rules:
  - name: Water
    find: [reservoir, плотина]
"""


@pytest.fixture
def check(tmp_path: Path) -> Check:
    """Write files and return what `check` says of them, each as FILE:LINE:COLUMN: message."""

    def checking(text: str, *args: str, **others: str) -> list[str]:
        (tmp_path / "rules.yaml").write_text(text, encoding="utf-8")
        for name, body in others.items():
            (tmp_path / f"{name}.yaml").write_text(body, encoding="utf-8")
        ran = watcher("check", *args, cwd=tmp_path)
        said = [line for line in ran.err.splitlines() if ".yaml:" in line]
        wrong = any(": warning: " not in line for line in said)
        assert ran.code == (3 if wrong else 0), ran.err
        return said

    return checking


def place(line: str) -> str:
    return ":".join(line.split(":")[:3])


# --- all at once ---------------------------------------------------------------------------------


def test_channels_tests_and_names_are_told_in_one_run(check: Check) -> None:
    said = check(
        'channels: {desk: "slack://TOO/SHORT", spare: "json://127.0.0.1:9/"}\n'
        "defaults: {notify: [desk]}\n"
        "rules:\n"
        "  - name: Water\n"
        "    find: reservoir\n"
        "    severty: high\n"
        "    tests:\n"
        '      - match: "A dam broke"\n'
        "  - {name: Dams, find: {entity: damm}}\n"
    )

    assert [place(line) for line in said] == [
        "rules.yaml:1:18",
        "rules.yaml:1:39",
        "rules.yaml:6:5",
        "rules.yaml:8:16",
        "rules.yaml:9:33",
    ]
    assert ": warning: " in said[1]


def test_a_wrong_channel_is_shown_where_its_address_stands(check: Check) -> None:
    """It was always column 1, and in an included file the line of another file."""
    [said] = check(
        "include: [more.yaml]\n" + HEAD + WATER,
        more="channels:\n  phone:\n    health: true\n    url: slack://TOO/SHORT\n",
    )

    assert place(said) == "more.yaml:4:10"
    assert "TOO/SHORT" not in said


def test_a_failing_test_is_shown_in_the_file_that_it_stands_in(check: Check) -> None:
    [said] = check(
        "include: [more.yaml]\n" + HEAD,
        more="rules:\n  - name: Water\n    find: reservoir\n    notify: [desk]\n"
        "    tests: [match: Nothing]\n",
    )

    assert place(said) == "more.yaml:5:20"


def test_a_rule_whose_words_are_wrong_is_not_tried_and_the_others_are(check: Check) -> None:
    said = check(
        HEAD + "rules:\n"
        "  - {name: A, find: [reservoir, res*], tests: [match: nothing of it]}\n"
        "  - {name: B, find: reservoir, tests: [match: nothing of it]}\n"
        "  - {name: C, find: {entity: dam}, tests: [match: nothing of it]}\n"
        "entities: {dam: {aliases: {en: [Dam, the]}}}\n"
    )

    assert [place(line) for line in said] == [
        "rules.yaml:7:33",
        "rules.yaml:8:47",
        "rules.yaml:10:38",
    ]


def test_nothing_is_tried_when_the_file_had_to_be_guessed_at(check: Check) -> None:
    said = check(HEAD + "rules:\n\t- name: A\n\t  find: reservoir\n\t  tests: [match: nothing]\n")

    assert all("a tab stands" in line for line in said)


def test_json_has_the_mistakes_of_all_kinds(tmp_path: Path) -> None:
    (tmp_path / "rules.yaml").write_text('channels: {desk: "slack://TOO/SHORT"}\n' + WATER)

    row = watcher("check", "--json", cwd=tmp_path).row

    assert [(one["line"], one["column"]) for one in row["mistakes"]] == [(1, 18)]
    assert [(one["line"], one["column"]) for one in row["warnings"]] == [(1, 12), (3, 11)]
    assert (row["ok"], row["rules"]) == (False, None)


def test_mistakes_are_red_and_warnings_yellow_on_a_terminal(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    screen = Terminal()
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    found = [
        Mistake(file="rules.yaml", line=1, column=2, message="[a] wrong", weight=weight)
        for weight in (Weight.ERROR, Weight.WARNING)
    ]

    with Call(Options.merged(environ={})) as call:
        print_mistakes(found, call)

    assert screen.getvalue() == (
        "\x1b[31mrules.yaml:1:2: [a] wrong\x1b[0m\n"
        "\x1b[33mrules.yaml:1:2: warning: [a] wrong\x1b[0m\n"
    )
    assert common.print_mistakes is print_mistakes


# --- tests beside rules --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "test", "says"),
    [
        ("", '{match: "A reservoir burst", via: reservoir}', ""),
        ("", '{match: "Дамбы и плотины", via: ПЛОТИНА}', ""),
        ("", '{match: "A reservoir", via: плотина}', 'only through "reservoir"'),
        ("", '{match: "A reservoir", via: dam}', "the rule doesn't look for"),
        ("", '{no_match: "A field", via: reservoir}', "stands beside match:"),
        ("", '{match: "A reservoir", outlets: Stepe Post}', 'Did you mean "Steppe Post"?'),
        ("", '{match: "A reservoir", outlets: none}', "no feed has that name"),
        ("", "{via: reservoir}", "has no sentence"),
        ("", '"A reservoir"', "doesn't say whether it must be found"),
        ("", "{match: [a, b]}", "takes one sentence"),
        ("", '{no_match: "A reservoir"}', 'does, on "reservoir"'),
        ("at_least: {outlets: 3}", '{match: "A reservoir"}', ""),
        ("at_least: {outlets: 3}", '{match: "A reservoir", outlets: 3}', ""),
        ("at_least: {outlets: 3}", '{match: "A reservoir", outlets: 2}', "waits for 3 outlets"),
        ("at_least: {outlets: 3}", '{no_match: "A reservoir", outlets: 2}', ""),
        ("at_least: {outlets: 2}", '{match: "A reservoir", outlets: [Dala, a.example]}', ""),
        ("at_least: {origins: 2}", '{match: "A reservoir", outlets: 5}', "(origins)"),
        ("at_least: {origins: 2}", '{match: "A reservoir", origins: 2}', ""),
        ("sources: {except: [dala.example]}", "{match: Reservoir, outlets: Dala}", "leaves out"),
        ("sources: {except: [dala.example]}", '{no_match: "A reservoir", outlets: [Dala]}', ""),
        ("sources: {except: [dala.example]}", '{match: "A reservoir", outlets: Steppe Post}', ""),
        ("sources: {only: ['*.kz']}", '{match: "A reservoir", outlets: news.kz}', ""),
        ("sources: {tags: [steppe]}", '{match: "A reservoir", outlets: steppe post}', ""),
        ("sources: {tags: [steppe]}", '{match: "A reservoir", outlets: Dala}', "none of the tags"),
        ("sources: {tags: [steppe]}", '{match: "A reservoir"}', ""),
        ("language: ru", '{match: "A reservoir"}', ""),
        ("active: {until: 2020-01-01}", '{match: "A reservoir"}', ""),
    ],
)  # fmt: skip
def test_a_test_tries_what_it_names(check: Check, rule: str, test: str, says: str) -> None:
    said = check(f"{HEAD}{WATER}    {rule}\n    tests: [{test}]\n")

    errors = [line for line in said if ": warning: " not in line]
    assert len(errors) == (1 if says else 0), errors
    assert all(says in line for line in errors)


def test_rules_test_tells_the_same(tmp_path: Path) -> None:
    test = '{match: "A reservoir", via: плотина}'
    (tmp_path / "rules.yaml").write_text(f"{HEAD}{WATER}    tests: [{test}]\n", encoding="utf-8")

    ran = watcher("rules", "test", cwd=tmp_path)

    assert ran.code == 1
    assert 'only through "reservoir"' in ran.out
    row = watcher("rules", "test", "--json", cwd=tmp_path).row
    assert (row["file"], row["line"], row["matches"], row["ok"]) == ("rules.yaml", 9, True, False)


# --- the last week -------------------------------------------------------------------------------

NOW = datetime.now(UTC).replace(microsecond=0)
URL = "https://steppe.example/rss"


def filled(folder: Path, ages: Mapping[str, timedelta], *, first: timedelta) -> None:
    """Store articles that were seen so long ago, of a feed first read so long ago."""
    store = open_store(folder / "state", now=NOW - timedelta(days=9))
    articles = [
        Article(
            id=article_id(URL, title),
            key=title,
            feed=URL,
            outlet="Steppe Post",
            title=title,
            seen=NOW - age,
        )
        for title, age in ages.items()
    ]
    with store.write() as tx:
        tx.sync_feeds([Feed(url=URL, name="Steppe Post")], now=NOW - first)
        [state] = tx.feed_states()
        tx.save_feed(replace(state, first_read=NOW - first), before=state)
        tx.add_articles(articles, contents={one.id: content(one.title, "", "") for one in articles})
        tx.add_links([alone(one.id) for one in articles])
    store.close()


def alone(id_: ArticleId) -> Link:
    return Link(article=id_, kind=LinkKind.NEW, story=StoryId(id_))


def reservoirs(number: int, age: timedelta) -> dict[str, timedelta]:
    return {f"Reservoir {at} of {number}, {age}": age for at in range(number)}


def test_a_rule_that_would_have_told_over_fifty_times_a_day_is_warned_of(
    check: Check, tmp_path: Path
) -> None:
    filled(
        tmp_path,
        {"Mills at work": timedelta(days=6)} | reservoirs(301, timedelta(days=3)),
        first=timedelta(days=8),
    )

    [said] = check(HEAD + WATER + "  - {name: Mills, find: mills}\n")

    assert place(said) == "rules.yaml:7:11"
    assert 'rule "Water" would have told 301 times in 6 days of stored articles, 50 a day' in said


def test_fifty_a_day_are_not_too_many(check: Check, tmp_path: Path) -> None:
    filled(
        tmp_path,
        {"Mills at work": timedelta(days=6)} | reservoirs(300, timedelta(days=3)),
        first=timedelta(days=8),
    )

    assert check(HEAD + WATER) == []


def test_what_a_feed_showed_at_first_sight_does_not_count(check: Check, tmp_path: Path) -> None:
    filled(tmp_path, reservoirs(80, timedelta(days=1)), first=timedelta(days=1))

    assert check(HEAD + WATER) == []


def test_the_week_is_looked_at_also_when_another_rule_is_wrong(
    check: Check, tmp_path: Path
) -> None:
    filled(tmp_path, reservoirs(60, timedelta(hours=1)), first=timedelta(days=1))

    said = check(HEAD.replace("[desk]", "[desk, dsk]") + WATER + "  - {name: x, find: [a*]}\n")

    assert any("would have told 60 times in 1 day of" in line for line in said)


def test_check_makes_no_state(check: Check, tmp_path: Path) -> None:
    check(HEAD + WATER)

    assert [path.name for path in tmp_path.iterdir()] == ["rules.yaml"]


# --- live ----------------------------------------------------------------------------------------


def live_rules(base: str) -> str:
    port = base.rpartition(":")[2]
    return (
        f"channels: {{desk: 'json://127.0.0.1:{port}/ok', lost: 'json://127.0.0.1:{port}/no'}}\n"
        f"feeds: [{{url: 'http://{base}/good', name: Good, private: true}}, "
        f"{{url: 'http://{base}/none', name: None Such, private: true}}]\n"
        "defaults: {notify: [desk, lost]}\n" + WATER
    )


def test_live_asks_each_feed_and_each_channel(tmp_path: Path) -> None:
    with served() as site:
        (tmp_path / "rules.yaml").write_text(live_rules(site.at), encoding="utf-8")

        ran = watcher("check", "--live", cwd=tmp_path)

    assert ran.code == 1
    assert ran.out == (
        "rules.yaml is fine: 1 rule, 2 feeds, 2 channels\n"
        "1 of 2 feeds can be read\n"
        "1 of 2 channels took a test message\n"
    )
    feed, channel = ran.err.splitlines()
    assert feed.startswith('feed "None Such"')
    assert "not-found" in feed
    assert channel.startswith('channel "lost"')
    assert len(site.posts) == 2
    assert not (tmp_path / "state").exists()


def test_live_in_json_has_a_row_for_each(tmp_path: Path) -> None:
    with served() as site:
        text = live_rules(site.at).replace("/no'", "/ok'").replace("/none", "/old")
        (tmp_path / "rules.yaml").write_text(text, encoding="utf-8")

        ran = watcher("check", "--live", "--json", cwd=tmp_path)

    assert ran.code == 0
    live = ran.row["live"]
    assert [row["feed"] for row in live["feeds"]] == ["Good", "None Such"]
    assert [row["channel"] for row in live["channels"]] == ["desk", "lost"]
    assert all(row["ok"] for rows in live.values() for row in rows)


def test_a_file_without_a_rule_is_not_called_fine(tmp_path: Path) -> None:
    (tmp_path / "rules.yaml").write_text("feeds: [https://a.example/rss]\n", encoding="utf-8")

    ran = watcher("check", cwd=tmp_path)

    assert ran.code == 0
    assert ran.out == (
        "rules.yaml has no mistakes and no rule yet, so nothing would be told: "
        "0 rules, 1 feed, 0 channels\n"
    )
