"""init, check, rules, packs and the edits of feeds, on real files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support.cli_run import watcher

RULES = """\
# what we watch
channels: {screen: "json://127.0.0.1:9/"}
feeds:
  - https://steppe.example/rss   # the oldest
defaults: {notify: [screen]}
rules:
  - name: Camps
    find: re-education camp
    tests:
      - match: "A re-education camp in the north"
      - no_match: "The harvest begins"
"""
OPML = """<?xml version="1.0"?><opml version="2.0"><body>
<outline text="Kazakhstan">
<outline text="Dala" xmlUrl="https://dala.example/rss"/>
<outline text="Dala again" xmlUrl="http://dala.example/rss/"/>
<outline text="Steppe" xmlUrl="https://steppe.example/rss"/>
<outline text="Printer" xmlUrl="http://192.168.1.5/feed"/>
</outline></body></opml>"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "rules.yaml").write_text(RULES)
    return tmp_path


def text_of(folder: Path) -> str:
    return (folder / "rules.yaml").read_text()


# --- init ----------------------------------------------------------------------------------------


def test_init_writes_rules_that_pass_their_own_check(tmp_path: Path) -> None:
    ran = watcher("init", "monitor", cwd=tmp_path)

    assert ran.code == 0
    assert "watcher run" in ran.out
    folder = tmp_path / "monitor"
    assert watcher("check", cwd=folder).code == 0
    assert {path.name for path in folder.iterdir()} == {
        "rules.yaml",
        "rules.schema.json",
        "secrets.env.example",
        "state",
    }
    assert (folder / "state").stat().st_mode & 0o777 == 0o700


def test_init_overwrites_nothing(folder: Path) -> None:
    ran = watcher("init", "--json", cwd=folder)

    assert ran.code == 0
    assert ran.row["kept"] == ["rules.yaml"]
    assert text_of(folder) == RULES


# --- check ---------------------------------------------------------------------------------------


def test_good_rules_are_said_to_be_fine(folder: Path) -> None:
    ran = watcher("check", cwd=folder)

    assert ran.code == 0
    assert ran.out == "rules.yaml is fine: 1 rule, 1 feed, 1 channel, 2 tests passed\n"


def test_check_in_json_has_the_counts(folder: Path) -> None:
    row = watcher("check", "--json", cwd=folder).row

    assert (row["ok"], row["rules"], row["feeds"], row["channels"]) == (True, 1, 1, 1)
    assert row["mistakes"] == []


def test_all_mistakes_are_named_at_once_with_their_places(folder: Path) -> None:
    (folder / "rules.yaml").write_text(
        RULES.replace("find:", "finde:").replace("[screen]", "[screan]")
    )

    ran = watcher("check", cwd=folder)

    assert (ran.code, ran.out) == (3, "")
    places = [line for line in ran.err.splitlines() if line.startswith("rules.yaml:")]
    assert {line.split(":")[1] for line in places} >= {"5", "8"}
    assert "Traceback" not in ran.err


def test_a_channel_that_can_not_work_is_a_mistake_beside_the_others(folder: Path) -> None:
    text = RULES.replace("json://127.0.0.1:9/", "slack://TOO/SHORT")
    (folder / "rules.yaml").write_text(text.replace("The harvest", "Re-education camps"))

    ran = watcher("check", "--json", cwd=folder)

    assert ran.code == 3
    channel, failed = ran.row["mistakes"]
    assert (channel["line"], failed["line"]) == (2, 11)
    assert "screen" in channel["message"]
    assert "TOO/SHORT" not in channel["message"]


def test_a_test_that_fails_is_a_mistake_with_its_line(folder: Path) -> None:
    (folder / "rules.yaml").write_text(RULES.replace("The harvest", "Re-education camps"))

    ran = watcher("check", "--json", cwd=folder)

    assert ran.code == 3
    [mistake] = ran.row["mistakes"]
    assert mistake["line"] == 11
    assert "should not match" in mistake["message"]


def test_a_missing_secret_is_a_mistake_for_check_only(folder: Path) -> None:
    (folder / "rules.yaml").write_text(RULES.replace("127.0.0.1:9/", "${NOWHERE_SET}@127.0.0.1:9/"))

    assert watcher("check", cwd=folder).code == 3
    assert watcher("rules", "list", cwd=folder).code == 0
    assert watcher("check", cwd=folder, env={"NOWHERE_SET": "x"}).code == 0


@pytest.mark.parametrize(
    "text", ["", "rules", "\t- a", "rules: [", "a: &a [*a]", "\x00", "rules: {}", "- 1\n- 2\n"]
)
def test_wrong_yaml_is_exit_code_3_with_a_place(tmp_path: Path, text: str) -> None:
    (tmp_path / "rules.yaml").write_text(text)

    ran = watcher("check", cwd=tmp_path)

    assert ran.code == 3
    assert ran.err.startswith("rules.yaml:")
    assert "fault in the program" not in ran.err


# --- rules and packs -----------------------------------------------------------------------------


def test_rules_are_listed(folder: Path) -> None:
    row = watcher("rules", "list", "--json", cwd=folder).row

    assert (row["rule"], row["find"], row["tests"]) == ("Camps", "re-education camp", 2)
    assert "Camps" in watcher("rules", "list", cwd=folder).out


def test_the_schema_is_json_on_stdout(tmp_path: Path) -> None:
    schema = json.loads(watcher("rules", "schema", cwd=tmp_path).out)

    assert "properties" in schema or "$defs" in schema


def test_the_tests_of_the_rules_are_run(folder: Path) -> None:
    ran = watcher("rules", "test", "--json", cwd=folder)

    assert ran.code == 0
    assert [(row["expect"], row["matches"], row["ok"]) for row in ran.rows] == [
        (True, True, True),
        (False, False, True),
    ]


@pytest.mark.parametrize(("text", "code"), [("Two re-education camps", 0), ("A summer camp", 1)])
def test_a_text_is_tried_on_one_rule(folder: Path, text: str, code: int) -> None:
    assert watcher("rules", "test", "Camps", text, cwd=folder).code == code


def test_packs_are_listed_and_shown(tmp_path: Path) -> None:
    packs = [row["pack"] for row in watcher("packs", "list", "--json", cwd=tmp_path).rows]
    assert "…" not in watcher("packs", "list", cwd=tmp_path).out  # what is piped is not cut
    assert "xinjiang" in packs

    row = watcher("packs", "show", "xinjiang", "atajurt", "--json", cwd=tmp_path).row

    assert row["entity"] == "atajurt"
    assert {"Atajurt", "Атажұрт"} <= {alias["text"] for alias in row["aliases"]}


def test_the_spellings_that_a_pack_shows_are_whole(tmp_path: Path) -> None:
    rows = watcher("packs", "show", "press-freedom", "--json", cwd=tmp_path).rows
    known = {alias["text"] for row in rows for alias in row["aliases"]}
    lines = watcher("packs", "show", "press-freedom", cwd=tmp_path).out.splitlines()

    start = lines[0].index("for example")
    shown = [one for line in lines[1:] for one in line[start:].removesuffix(" …").split(", ")]
    assert len(shown) > len(rows)
    assert set(shown) <= known


DESK = """
title: Our desk
sources: {default: our archive}
entities:
  harbour: {name: Harbour Watch, type: organisation, aliases: {en: [Harbour Watch, [HW, ctx]]}}
"""


def test_ones_own_packs_are_listed_and_shown_too(folder: Path) -> None:
    (folder / "packs").mkdir()
    (folder / "packs" / "desk.yaml").write_text(DESK, encoding="utf-8")

    listed = {row["pack"]: row for row in watcher("packs", "list", "--json", cwd=folder).rows}
    row = watcher("packs", "show", "desk", "harbour", "--json", cwd=folder).row

    assert listed["packs/desk.yaml"] == {
        "pack": "packs/desk.yaml", "title": "Our desk", "own": True, "entities": 1, "aliases": 2,
    }  # fmt: skip
    assert not listed["xinjiang"]["own"]
    assert "rules.yaml" not in listed
    assert [(one["text"], one["source"], one["flags"]) for one in row["aliases"]] == [
        ("Harbour Watch", "our archive", []),
        ("HW", "our archive", ["ctx"]),
    ]


def test_a_pack_with_mistakes_is_listed_as_such_and_its_mistakes_are_shown(folder: Path) -> None:
    (folder / "desk.yaml").write_text("entities: {harbour: {nmae: Harbour}}", encoding="utf-8")

    listed = watcher("packs", "list", cwd=folder)
    shown = watcher("packs", "show", "desk.yaml", cwd=folder)

    assert listed.code == 0
    assert "has mistakes" in listed.out
    assert shown.code == 3
    assert "nmae" in shown.out + shown.err


# --- edits of feeds ------------------------------------------------------------------------------


def test_a_feed_is_added_and_comments_stay(folder: Path) -> None:
    ran = watcher(
        "feeds", "add", "https://dala.example/rss", "--name", "Dala", "--language", "kk",
        "--tag", "kazakhstan", "--every", "10m", "--json", cwd=folder,
    )  # fmt: skip

    assert (ran.code, ran.row["result"]) == (0, "added")
    assert "# the oldest" in text_of(folder)
    [_, dala] = watcher("feeds", "list", "--json", cwd=folder).rows
    assert (dala["feed"], dala["language"], dala["tags"]) == ("Dala", "kk", ["kazakhstan"])


def test_a_feed_that_is_there_is_not_added_twice(folder: Path) -> None:
    ran = watcher("feeds", "add", "http://steppe.example/rss/", cwd=folder)

    assert ran.code == 0
    assert "already" in ran.out
    assert text_of(folder) == RULES


def test_an_address_in_ones_own_network_needs_a_word(folder: Path) -> None:
    url = "http://192.168.1.5/feed"

    refused = watcher("feeds", "add", url, cwd=folder)

    assert refused.code == 2
    assert refused.said.endswith("is in your own network. If that is meant, say --private")
    assert watcher("feeds", "add", url, "--private", cwd=folder).code == 0
    assert watcher("feeds", "list", "--json", cwd=folder).rows[1]["private"] is True


def test_a_feed_is_removed_by_name(folder: Path) -> None:
    watcher("feeds", "add", "https://dala.example/rss", "--name", "Dala", cwd=folder)

    ran = watcher("feeds", "remove", "dala", cwd=folder)

    assert ran.code == 0
    assert text_of(folder) == RULES


def test_an_import_names_what_it_leaves_out(folder: Path) -> None:
    (folder / "list.opml").write_text(OPML)

    ran = watcher("feeds", "import", "list.opml", cwd=folder)

    assert (ran.code, ran.out) == (0, "1 of 4 feeds added to rules.yaml\n")
    said = ran.err.splitlines()
    assert len(said) == 3
    assert any("https://steppe.example/rss is there already" in line for line in said)
    assert any("192.168.1.5" in line and line.endswith("say --private") for line in said)


def test_an_import_takes_ones_own_network_when_told_to(folder: Path) -> None:
    (folder / "list.opml").write_text(OPML)

    ran = watcher("feeds", "import", "list.opml", "--private", cwd=folder)

    assert (ran.code, ran.out) == (0, "2 of 4 feeds added to rules.yaml\n")
    rows = watcher("feeds", "list", "--json", cwd=folder).rows
    assert {row["feed"]: row["private"] for row in rows[1:]} == {"Dala": False, "Printer": True}


def test_no_import_breaks_the_rules(folder: Path) -> None:
    languages = ("unknown", "en-US", "kaz", "", "x: y")
    outlines = "".join(
        f'<outline text="F{number}" language="{language}" xmlUrl="https://f{number}.example/"/>'
        for number, language in enumerate(languages)
    )
    (folder / "list.opml").write_text(f"<opml><body>{outlines}</body></opml>")

    watcher("feeds", "import", "list.opml", cwd=folder)

    rows = watcher("feeds", "list", "--json", cwd=folder).rows
    assert [row["language"] for row in rows[1:]] == [None, "en-us", "kk", None, None]


def test_a_language_that_is_none_is_not_written(folder: Path) -> None:
    ran = watcher("feeds", "add", "https://a.example/", "--language", "elvish", cwd=folder)

    assert (ran.code, text_of(folder)) == (2, RULES)


def test_what_is_exported_can_be_imported(folder: Path, tmp_path: Path) -> None:
    watcher("feeds", "add", "https://dala.example/rss", "--name", "Dala", cwd=folder)
    opml = watcher("feeds", "export", cwd=folder).out
    (folder / "rules.yaml").write_text(RULES)

    ran = watcher("feeds", "import", "-", "--json", stdin=opml, cwd=tmp_path)

    assert [row["url"] for row in ran.rows if row["added"]] == ["https://dala.example/rss"]
