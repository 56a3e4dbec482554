"""What is stored can be asked: status, alerts, stories, deliveries, why."""

from __future__ import annotations

import csv
import io
import unicodedata
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from support.cli_run import watcher
from support.cli_state import ALERT, AT, COPY, FIRST, HELD, NOTICE, PARKED, fill

from watcher.core.model import (
    AlertId,
    AlertKind,
    ArticleId,
    Decision,
    DeliveryId,
    DeliveryState,
    Hold,
    HubState,
    Link,
    LinkKind,
    Outcome,
    Reason,
    Sent,
    Severity,
    StoryId,
    Subscription,
)
from watcher.store import open_store


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return fill(tmp_path_factory.mktemp("monitor"))


@pytest.fixture
def own_folder(tmp_path: Path) -> Path:
    """A folder of its own, for commands that change the state."""
    return fill(tmp_path)


# --- status --------------------------------------------------------------------------------------


def test_a_feed_whose_hub_has_promised_to_send_is_called_push(own_folder: Path) -> None:
    at = datetime.now(UTC)
    with open_store(own_folder / "state", now=at) as store, store.write() as tx:
        feed = tx.feed_states()[0]
        live = Subscription(
            token="token",
            secret="secret",
            feed=feed.id,
            hub="https://hub.example/",
            topic=feed.feed.url,
            base="https://watch.example.org",
            state=HubState.LIVE,
            renew=at + timedelta(days=1),
            until=at + timedelta(days=2),
        )
        tx.save_subscription(live)

    rows = watcher("feeds", "list", "--json", cwd=own_folder).rows
    listed = watcher("feeds", "list", cwd=own_folder).out
    status = watcher("status", "--json", cwd=own_folder)

    assert [row["url"] for row in rows if row["push"]] == [feed.feed.url]
    assert listed.count("push") == 1
    assert status.row["feeds"]["push"] == 1
    assert "token" not in listed + status.out


def test_status_names_what_fails_and_what_waits(folder: Path) -> None:
    row = watcher("status", "--json", cwd=folder).row

    assert row["running"] is False
    assert (row["feeds"]["total"], row["feeds"]["failing"]) == (3, 1)
    assert row["feeds"]["never_polled"] == 1
    assert row["feeds"]["faults"][0]["fault"] == "not-found"
    assert (row["deliveries"]["parked"], row["deliveries"]["held"]) == (1, 1)


def test_status_fits_on_one_screen_of_words(folder: Path) -> None:
    ran = watcher("status", cwd=folder)

    assert ran.code == 0
    assert len(ran.out.splitlines()) < 24
    for words in ("not-found", "Gone Gazette", "1 parked", "watcher deliveries list --in parked"):
        assert words in ran.out


def test_status_names_the_feeds_that_answer_and_bring_nothing(own_folder: Path) -> None:
    with open_store(own_folder / "state", now=AT) as store:
        with store.read() as known:
            steppe = next(s for s in known.feed_states() if s.feed.name == "Steppe Post")
        with store.write() as tx:
            tx.save_feed(replace(steppe, last_polled=AT, last_new=AT - timedelta(days=4000)))

    row = watcher("status", "--json", cwd=own_folder).row
    shown = watcher("status", cwd=own_folder).out

    assert [(feed["feed"], feed["state"]) for feed in row["feeds"]["ailing"]] == [
        ("Steppe Post", "zombie")
    ]
    assert "Feeds to look after: 1 zombie" in shown


def test_status_counts_news_alone_and_notices_apart(folder: Path) -> None:
    row = watcher("status", "--json", cwd=folder).row
    since_midnight = (row["alerts_today"], row["notices_today"])

    assert since_midnight in {(1, 1), (0, 1), (0, 0)}  # in the first minutes of a day
    if since_midnight == (1, 1):
        words = "1 story, 1 alert, 1 notice about the watcher itself"
        assert words in watcher("status", cwd=folder).out


def test_status_counts_the_feeds_of_the_rules(own_folder: Path) -> None:
    rules = own_folder / "rules.yaml"
    text = rules.read_text().replace("feeds:\n", "feeds:\n  - https://new.example/rss\n")
    rules.write_text(text)

    feeds = watcher("status", "--json", cwd=own_folder).row["feeds"]

    assert (feeds["total"], feeds["never_polled"], feeds["failing"]) == (4, 2, 1)


def test_status_says_that_the_rules_are_broken_now(own_folder: Path) -> None:
    assert watcher("status", "--json", cwd=own_folder).row["rules_broken"] is None
    (own_folder / "rules.yaml").write_text("rules:\n  - name: A\n    finde: b\n")

    row = watcher("status", "--json", cwd=own_folder).row
    shown = watcher("status", cwd=own_folder).out

    assert row["rules_broken"].startswith("rules.yaml:")
    assert row["feeds"]["total"] == 3
    assert "rules     broken: watcher check\n          rules.yaml:" in shown


def test_status_tells_what_the_daemon_did_not_take_over(own_folder: Path) -> None:
    store = open_store(own_folder / "state", now=AT)
    store.claim("watcher run")
    with store.write() as tx:
        tx.set_note("rules_broken", "rules.yaml:3:5: a colon is missing\nrules.yaml:9:1: more")
    try:
        row = watcher("status", "--json", cwd=own_folder).row
        shown = watcher("status", cwd=own_folder).out
    finally:
        store.close()

    assert row["rules_broken"].count("\n") == 1
    assert "the last good rules are in force: watcher check" in shown
    assert "rules.yaml:3:5: a colon is missing\n          and 1 more line\n" in shown


def test_status_needs_no_rules(folder: Path) -> None:
    ran = watcher("status", "--rules", "broken.yaml", cwd=folder)

    assert ran.code == 0


# --- alerts --------------------------------------------------------------------------------------


def test_alerts_are_listed_newest_first(folder: Path) -> None:
    rows = watcher("alerts", "list", "--json", cwd=folder).rows

    assert [row["id"] for row in rows] == [NOTICE.id, ALERT.id]
    assert rows[1]["rules"] == ["Atajurt"]
    assert rows[1]["outlet"] == "Steppe Post"
    assert set(rows[1]) == {
        "id", "kind", "created", "severity", "rules", "story", "article", "title", "outlet", "url",
        "feed",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("args", "found"),
    [
        (("--rule", "Atajurt"), [ALERT.id]),
        (("--rule", "Camps"), []),
        (("--feed", "Steppe Post"), [ALERT.id]),
        (("--feed", "https://dala.example/rss"), []),
        (("--since", "1d"), [NOTICE.id, ALERT.id]),
        (("--since", "1s"), []),
        (("--limit", "1"), [NOTICE.id]),
    ],
)
def test_alerts_are_narrowed_down(folder: Path, args: tuple[str, ...], found: list[str]) -> None:
    rows = watcher("alerts", "list", "--json", *args, cwd=folder).rows

    assert [row["id"] for row in rows] == found


def test_a_rule_that_is_not_there_is_named_where_no_alert_is_found(folder: Path) -> None:
    mistyped = watcher("alerts", "list", "--rule", "Atajrt", cwd=folder)
    silent = watcher("alerts", "list", "--rule", "Camps", cwd=folder)

    assert (mistyped.code, silent.code, silent.out) == (0, 0, "no such alerts\n")
    assert 'no rule is called "Atajrt". Did you mean "Atajurt"?' in mistyped.out


def test_a_kind_of_alert_has_the_words_of_its_message(own_folder: Path) -> None:
    first = replace(ALERT, id=AlertId("55" * 8), kind=AlertKind.BASELINE, severity=Severity.NORMAL)
    with open_store(own_folder / "state", now=AT) as store, store.write() as tx:
        tx.add_alerts((first,))

    assert "first sight" in watcher("alerts", "list", cwd=own_folder).out
    assert "first sight, normal" in watcher("alerts", "show", first.id, cwd=own_folder).out


def test_times_are_local_for_people_and_iso_for_scripts(folder: Path) -> None:
    shown = watcher("alerts", "show", ALERT.id, cwd=folder).out
    row = watcher("alerts", "show", ALERT.id, "--json", cwd=folder).row

    # Almaty is five hours ahead of UTC.
    hour = (ALERT.created.hour + 5) % 24
    assert f" {hour:02}:{ALERT.created.minute:02}" in shown
    assert row["created"] == ALERT.created.isoformat()


def test_a_stored_alert_is_worded_for_a_channel_without_sending(folder: Path) -> None:
    ran = watcher("notify", "preview", "--alert", ALERT.id[:8], "--json", cwd=folder)
    unknown = watcher("notify", "preview", "--alert", "ffff0000", cwd=folder)

    assert all(row["sample"] is None for row in ran.rows)
    assert ran.rows[0]["body"].endswith(ALERT.id)
    assert (unknown.code, "no alert has the key ffff0000" in unknown.said) == (1, True)


def test_csv_runs_no_formula(folder: Path) -> None:
    rows = list(csv.reader(io.StringIO(watcher("stories", "list", "--csv", cwd=folder).out)))

    assert rows[0][0] == "story"
    assert all(
        not cell.startswith(("=", "+", "-", "@")) or cell == "-" for row in rows for cell in row
    )


def test_no_headline_steers_the_terminal(folder: Path) -> None:
    for args in (("alerts", "list"), ("alerts", "show", ALERT.id), ("why", ALERT.id)):
        assert "\x1b" not in watcher(*args, cwd=folder).out


def test_an_alert_is_shown_by_the_first_letters_of_its_id(folder: Path) -> None:
    ran = watcher("alerts", "show", ALERT.id[:6], cwd=folder)

    assert ran.code == 0
    for words in ("Atajurt volunteer held", "Dala", "404 Not Found", f"watcher why {ALERT.id}"):
        assert words in ran.out


def test_a_key_of_a_message_shows_every_alert_in_it(own_folder: Path) -> None:
    assert alert_ids("alerts", "show", PARKED.id, folder=own_folder) == [ALERT.id]
    second = replace(ALERT, id=AlertId("3f2a9c01aa00bb12"), created=AT + timedelta(minutes=1))
    store = open_store(own_folder / "state", now=AT)
    with store.write() as tx:
        tx.add_alerts((second,))
        tx.add_deliveries(
            tuple(
                replace(
                    PARKED,
                    id=DeliveryId(f"9c01d2aa0000001{number}"),
                    alert=alert.id,
                    state=DeliveryState.DUE,
                    target="group",
                    hold=Hold.DIGEST,
                    attempts=0,
                    error="",
                )
                for number, alert in enumerate((ALERT, second))
            )
        )
    with store.write() as tx:
        batch = tx.take("group", now=AT)
    store.close()

    assert batch is not None
    assert alert_ids("alerts", "show", batch.key, folder=own_folder) == [ALERT.id, second.id]
    assert watcher("alerts", "show", batch.key, cwd=own_folder).out.count("Deliveries\n") == 2
    several = watcher("alerts", "show", "3f2", cwd=own_folder)
    assert (several.code, "give more letters" in several.said) == (2, True)


def alert_ids(*args: str, folder: Path) -> list[str]:
    return [row["id"] for row in watcher(*args, "--json", cwd=folder).rows]


def test_a_notice_is_shown_with_its_own_words(folder: Path) -> None:
    assert "not-found since yesterday" in watcher("alerts", "show", NOTICE.id, cwd=folder).out


def test_an_alert_that_is_not_there_is_a_no(folder: Path) -> None:
    ran = watcher("alerts", "show", "ffff0000", cwd=folder)

    assert ran.code == 1
    assert "watcher alerts list" in ran.said


def test_deliveries_are_asked_by_channel(folder: Path) -> None:
    rows = watcher("deliveries", "list", "--channel", "operator", "--json", cwd=folder).rows

    assert [row["id"] for row in rows] == [HELD.id]


# --- stories -------------------------------------------------------------------------------------


def test_a_story_counts_its_outlets_and_copies(folder: Path) -> None:
    row = watcher("stories", "list", "--json", cwd=folder).row

    assert (row["story"], row["outlets"], row["copies"]) == (FIRST.id, 2, 1)


def test_stories_are_listed_newest_first_or_by_outlets(own_folder: Path) -> None:
    newer = replace(
        FIRST, id=ArticleId("aa00000000000001"), key="n", seen=AT + timedelta(minutes=2)
    )
    store = open_store(own_folder / "state", now=AT)
    with store.write() as tx:
        tx.add_articles((newer,), contents={newer.id: "newer"})
        tx.add_links((Link(article=newer.id, kind=LinkKind.NEW, story=StoryId(newer.id)),))
    store.close()

    newest = watcher("stories", "list", "--json", cwd=own_folder).rows
    biggest = watcher("stories", "list", "--by", "outlets", "--json", cwd=own_folder).rows
    one = watcher("stories", "list", "--limit", "1", "--json", cwd=own_folder).row

    assert [row["story"] for row in newest] == [newer.id, FIRST.id]
    assert [row["story"] for row in biggest] == [FIRST.id, newer.id]
    assert one["story"] == newer.id


def test_a_story_is_shown_by_the_first_letters_of_its_id(folder: Path) -> None:
    short = watcher("stories", "list", cwd=folder).out.splitlines()[1].split()[0]

    assert len(short) == 8
    assert watcher("stories", "show", short, "--json", cwd=folder).row["story"] == FIRST.id
    assert "no story has this id" in watcher("stories", "show", "0f0f0f0f", cwd=folder).said


def test_a_story_shows_every_copy(folder: Path) -> None:
    row = watcher("stories", "show", FIRST.id, "--json", cwd=folder).row

    assert [member["link"] for member in row["members"]] == ["new", "copy"]
    assert row["members"][1]["score"] == 0.97
    assert row["told"][0]["target"] == "desk"


def test_columns_align_beside_chinese_headlines(folder: Path) -> None:
    lines = watcher("stories", "show", FIRST.id, cwd=folder).out.splitlines()

    head, first, copy = lines[:3]
    assert _column(first, "Atajurt volunteer") == _column(copy, "=Atajurt") == _column(head, "head")


def _column(line: str, words: str) -> int:
    before = line[: line.index(words)]
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in before)


# --- deliveries ----------------------------------------------------------------------------------


def test_deliveries_are_listed_with_the_reason(folder: Path) -> None:
    rows = watcher("deliveries", "list", "--json", cwd=folder).rows
    shown = watcher("deliveries", "list", cwd=folder).out

    assert [row["id"] for row in rows] == [HELD.id, PARKED.id]
    assert rows[1]["error"] == "404 Not Found"
    assert "waits for quiet hours" in shown


def test_deliveries_are_listed_newest_first_whenever_they_are_due(own_folder: Path) -> None:
    store = open_store(own_folder / "state", now=AT)
    later = replace(NOTICE, id=AlertId("88aa00bb11cc22dd"), created=AT + timedelta(minutes=3))
    overdue = replace(
        HELD, id=DeliveryId("9c01d2aa00000003"), alert=later.id, due=AT - timedelta(days=1)
    )
    with store.write() as tx:
        tx.add_alerts((later,))
        tx.add_deliveries((overdue,))
    store.close()

    rows = watcher("deliveries", "list", "--json", cwd=own_folder).rows
    first = watcher("deliveries", "list", "--limit", "1", "--json", cwd=own_folder).row

    assert [row["id"] for row in rows] == [overdue.id, HELD.id, PARKED.id]
    assert first["id"] == overdue.id


def test_deliveries_are_narrowed_to_a_state(folder: Path) -> None:
    assert (
        watcher("deliveries", "list", "--in", "parked", "--json", cwd=folder).row["attempts"] == 6
    )


def test_a_parked_delivery_is_due_again(own_folder: Path) -> None:
    ran = watcher("deliveries", "retry", PARKED.id[:14], "--json", cwd=own_folder)

    assert (ran.code, ran.row) == (0, {"retried": [PARKED.id], "not_parked": []})


def test_all_parked_deliveries_are_due_again(own_folder: Path) -> None:
    ran = watcher("deliveries", "retry", "--all", cwd=own_folder)

    assert (ran.code, ran.out) == (0, "1 due again\n")
    assert (
        watcher("deliveries", "list", "--in", "due", "--json", cwd=own_folder).row["id"]
        == PARKED.id
    )


def test_only_what_is_parked_can_be_sent_again(own_folder: Path) -> None:
    ran = watcher("deliveries", "retry", HELD.id, cwd=own_folder)

    assert (ran.code, ran.out) == (1, "")
    assert "no parked delivery" in ran.said


# --- why -----------------------------------------------------------------------------------------


def test_why_tells_the_words_the_decision_and_the_delivery(folder: Path) -> None:
    row = watcher("why", ALERT.id, "--json", cwd=folder).row

    assert row["article"]["id"] == FIRST.id
    assert row["story"]["link"] == "new"
    atajurt, camps = row["rules"]
    assert (atajurt["holds"], camps["holds"]) == (True, False)
    [match] = atajurt["leaves"][0]["matches"]
    assert (match["text"], match["start"], match["end"], match["how"]) == ("Atajurt", 0, 7, "exact")
    assert row["decisions"][0]["reason"] == "first article of the story that matches"
    assert row["deliveries"][0]["state"] == "parked"


def test_why_of_a_copy_says_that_it_was_folded_and_into_what(folder: Path) -> None:
    ran = watcher("why", str(COPY.url), cwd=folder)

    assert ran.code == 0
    for words in ("copy of “Atajurt volunteer held", "score 0.97", "same words", "not told"):
        assert words in ran.out


def test_why_says_what_became_of_each_telling(own_folder: Path) -> None:
    assert (
        "first article of the story that matches; parked"
        in watcher("why", ALERT.id, cwd=own_folder).out
    )


def test_what_was_held_and_then_sent_waits_no_longer(own_folder: Path) -> None:
    held = Decision(
        rule="Atajurt", target="phone", tell=True, reason=Reason.NEW_STORY, hold=Hold.QUIET
    )
    delivery = replace(
        HELD, id=DeliveryId("9c01d2aa00000004"), alert=ALERT.id, target="phone", due=AT
    )
    store = open_store(own_folder / "state", now=AT)
    with store.write() as tx:
        tx.add_decisions(FIRST.id, (held,), at=AT)
        tx.add_deliveries((delivery,))

    before = watcher("why", ALERT.id, cwd=own_folder).out
    with store.write() as tx:
        batch = tx.take("phone", now=AT)
        assert batch is not None
        tx.record(batch.key, Outcome(sent=Sent.OK), now=AT, state=DeliveryState.SENT, due=None)
    store.close()
    after = watcher("why", ALERT.id, cwd=own_folder).out

    assert "-> phone: told: first article of the story that matches; held for quiet" in before
    assert "-> phone: told: first article of the story that matches; sent" in after
    assert "quiet hours" in before
    assert "quiet hours" not in after


def test_why_takes_the_key_of_a_message(folder: Path) -> None:
    row = watcher("why", PARKED.id, "--json", cwd=folder).row

    assert row["article"]["id"] == FIRST.id
    notice = watcher("why", HELD.id, cwd=folder)
    assert (notice.code, "notice about the watcher itself" in notice.said) == (1, True)


def test_one_rule_is_asked_and_nothing_is_said_of_the_others(own_folder: Path) -> None:
    asked = watcher("why", ALERT.id, "--rule", "Atajurt", cwd=own_folder).out
    other = watcher("why", ALERT.id, "--rule", "Camps", cwd=own_folder).out

    assert "Atajurt -> desk: told" in asked
    assert "no longer as the rules are now" not in other
    assert "Atajurt -> desk" not in other
    assert other.endswith("none: Camps did not match when it came in\n\nDeliveries\n  none\n")


def test_nothing_is_missing_from_a_rule_that_holds(folder: Path) -> None:
    out = watcher("why", "Atajurt held a meeting", "--rule", "Atajurt", cwd=folder).out

    assert "found    Atajurt" in out
    assert "missing" not in out


def test_what_keeps_a_rule_from_holding_is_said_once(folder: Path) -> None:
    out = watcher("why", "The harvest begins", cwd=folder).out

    assert out.count("re-education camp") == 1
    assert out.count("Атажұрт") == 1


def test_why_says_what_matched_then_when_the_rules_have_changed(own_folder: Path) -> None:
    rules = (own_folder / "rules.yaml").read_text("utf-8")
    before = watcher("why", ALERT.id, cwd=own_folder).out
    (own_folder / "rules.yaml").write_text(
        rules.replace("find: [Atajurt, Атажұрт]", "find: harvest").partition("    tests:")[0]
        + "  - {name: Camps, find: re-education camp}\n",
        encoding="utf-8",
    )

    after = watcher("why", ALERT.id, cwd=own_folder).out
    row = watcher("why", ALERT.id, "--json", cwd=own_folder).row

    assert "Matched when it came in" not in before
    assert "Matched when it came in" in after
    assert "Atajurt: “Atajurt” in title 0-7, exact, as “Atajurt”" in after
    assert [hit["rule"] for hit in row["matched_then"]] == ["Atajurt"]


def test_why_takes_any_text(folder: Path) -> None:
    ran = watcher("why", "Атажұрт еріктісі ұсталды", cwd=folder)

    assert ran.code == 0
    assert "found    Атажұрт" in ran.out


def test_a_text_that_no_rule_matches_is_a_no(folder: Path) -> None:
    ran = watcher("why", "The harvest begins", "--json", cwd=folder)

    assert ran.code == 1
    assert not any(rule["holds"] for rule in ran.row["rules"])


def test_an_address_that_is_not_stored_is_a_no(folder: Path) -> None:
    ran = watcher("why", "https://steppe.example/none", cwd=folder)

    assert ran.code == 1
    assert "no article with this address" in ran.said


# --- secrets in addresses ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words", [("feeds", "list"), ("feeds", "export"), ("status",), ("feeds", "check")]
)
@pytest.mark.parametrize("more", [(), ("--json",)])
def test_what_a_name_puts_into_a_feeds_address_is_not_shown(
    own_folder: Path, words: tuple[str, ...], more: tuple[str, ...]
) -> None:
    rules = own_folder / "rules.yaml"
    address = "http://127.0.0.1:9/rss?key=${FEED_KEY}"
    line = f'  - {{url: "{address}", name: Paid, private: true}}\n'
    rules.write_text(rules.read_text().replace("feeds:\n", f"feeds:\n{line}"))
    (own_folder / "state" / "secrets.env").write_text("FEED_KEY=canary-7f3a9c\n")

    ran = watcher(*words, *(more if words[-1] != "export" else ()), cwd=own_folder)

    assert "canary-7f3a9c" not in ran.out + ran.err
    assert ran.out


# --- feeds by name -------------------------------------------------------------------------------


def test_a_name_that_two_feeds_share_removes_neither(own_folder: Path) -> None:
    rules = own_folder / "rules.yaml"
    twin = '  - {url: "https://steppe.example/kk", name: steppe post}\n'
    rules.write_text(rules.read_text().replace("feeds:\n", f"feeds:\n{twin}"))
    before = rules.read_text()

    ran = watcher("feeds", "remove", "Steppe Post", cwd=own_folder)

    assert ran.code == 2
    assert "https://steppe.example/kk" in ran.err
    assert "https://steppe.example/rss" in ran.err
    assert rules.read_text() == before


def test_a_pause_under_a_minute_is_refused_and_not_changed(own_folder: Path) -> None:
    before = (own_folder / "rules.yaml").read_text()

    ran = watcher("feeds", "add", "https://a.example/rss", "--every", "5s", cwd=own_folder)

    assert ran.code == 2
    assert "at least 1m" in ran.said.lower()
    assert (own_folder / "rules.yaml").read_text() == before
