"""feeds add, remove, import: what is typed is looked at, and nothing is dropped in silence."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from support.cli_run import Ran, watcher
from support.cli_site import FEED, PAGES, Page, served

from watcher.cli.feed_edits import _with_scheme
from watcher.store import open_store

RULES = """\
# mine
feeds:
  - {url: "https://steppe.example/rss", name: Steppe Post, tags: [kazakhstan, wire]}
  - {url: "https://dala.example/rss", tags: [wire]}
rules:
  - name: Courts
    find: court
    sources: {tags: [kazakhstan]}
  - name: Wires
    find: police
    sources: {tags: [wire]}
"""
UNSEEN = "http://127.0.0.1:9/rss"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "rules.yaml").write_text(RULES)
    return tmp_path


def text_of(folder: Path) -> str:
    return (folder / "rules.yaml").read_text()


def add(folder: Path, url: str, *more: str) -> Ran:
    return watcher("feeds", "add", url, "--private", *more, cwd=folder)


# --- a look before it is added -------------------------------------------------------------------


def test_what_a_feed_holds_is_told_when_it_is_added(folder: Path) -> None:
    with served() as site:
        ran = add(folder, f"{site.url}/good")
        row = add(folder, f"{site.url}/old", "--json").row

    assert (ran.code, ran.err) == (0, "")
    assert f"added {site.url}/good\n  Steppe: 1 item" in ran.out
    assert f"{site.url}/good" in text_of(folder)
    assert site.asked == ["/good", "/old"]
    assert row == {
        "url": f"{site.url}/old",
        "result": "added",
        "looked": True,
        "title": "Steppe",
        "items": 1,
        "newest": "2017-01-02T10:00:00+00:00",
        "format": "rss20",
        "fault": None,
        "detail": None,
        "others": [],
    }


def test_a_feed_that_looks_dead_or_moved_is_said_to(folder: Path) -> None:
    with served() as site:
        old, moved = (add(folder, f"{site.url}/{path}") for path in ("old", "moved"))

    assert f"more than a year; others: watcher feeds discover {site.url}" in old.out
    assert f"it has moved for good: {site.url}/good" in moved.out
    assert (old.code, moved.code) == (0, 0)


def test_a_web_page_is_not_added_and_its_feeds_are_offered(folder: Path) -> None:
    link = '<link rel="alternate" type="application/rss+xml" href="/good?a=1&amp;b=2">'
    pages: dict[str, Page | str] = {
        "/": f"<html><head>{link}</head></html>",
        "/good?a=1&b=2": PAGES["/good"],
    }
    with served(pages) as site:
        ran = add(folder, site.url)
        row = add(folder, site.url, "--json").row

    assert (ran.code, text_of(folder)) == (1, RULES)
    assert f"not added: {site.url}" in ran.said
    assert f"watcher feeds add '{site.url}/good?a=1&b=2' --private\n" in ran.out
    assert (row["result"], row["fault"]) == ("not-added", "html")
    assert row["others"] == [f"{site.url}/good?a=1&b=2"]


def test_the_command_that_is_offered_keeps_what_was_typed(folder: Path) -> None:
    options = ("--name", "My Post", "--tag", "a b", "--every", "90s", "--full-text", "always")
    with served({"/": "<html><body>Welcome</body></html>"}) as site:
        ran = add(folder, site.url, *options, "--language", "kaz")

    typed = "--name 'My Post' --language kk --tag 'a b' --every 90s --full-text always --private"
    assert f"watcher feeds add {site.url} {typed} --no-look\n" in ran.out


def test_an_address_that_leads_to_a_known_feed_is_not_added(folder: Path) -> None:
    with served() as site:
        first = add(folder, f"{site.url}/good")
        before = text_of(folder)
        moved = add(folder, f"{site.url}/moved")

    assert (first.code, moved.code) == (0, 0)
    assert "has moved for good, to a feed that is there already" in moved.said
    assert f"{site.url}/good is in rules.yaml already" in moved.out
    assert text_of(folder) == before


def test_a_page_without_a_feed_ends_with_what_to_type(folder: Path) -> None:
    with served({"/a": "<html><body>Welcome</body></html>"}) as site:
        ran = add(folder, f"{site.url}/a")
        added = add(folder, f"{site.url}/a", "--no-look")

    assert ran.code == 1
    assert f"watcher feeds discover {site.url} --private\n" in ran.out
    assert f"watcher feeds add {site.url}/a --private --no-look\n" in ran.out
    assert (added.code, added.out) == (0, f"added {site.url}/a\n")
    assert site.asked == ["/a"], "not to look means not to ask"


def test_what_can_not_be_read_now_is_added_and_said_so(folder: Path) -> None:
    with served() as site:
        nothing = add(folder, f"{site.url}/none")
    down = add(folder, UNSEEN, "--json")

    assert nothing.code == down.code == 0
    assert "HTTP 404: there is nothing at this address" in nothing.err
    assert f"watcher feeds remove {site.url}/none" in nothing.err
    assert (down.row["result"], down.row["fault"]) == ("added", "refused")
    assert UNSEEN in text_of(folder)


def test_an_address_with_a_secret_is_not_asked(folder: Path) -> None:
    with served() as site:
        ran = add(folder, f"{site.url}/good?k=${{KEY}}")

    assert (ran.code, site.asked) == (0, [])
    assert "it holds a secret" in ran.err


def test_a_title_can_not_steer_the_terminal(folder: Path) -> None:
    feed = FEED.format(date="").replace("Steppe", "Ste\x9b31mppe")
    with served({"/f": Page(feed, "application/rss+xml")}) as site:
        ran = add(folder, f"{site.url}/f")

    assert "\x9b" not in ran.out


# --- a feed that is there already ----------------------------------------------------------------


def test_a_known_feed_with_the_same_options_is_a_yes(folder: Path) -> None:
    ran = watcher("feeds", "add", "http://www.steppe.example/rss/", "--tag", "wire", cwd=folder)

    assert (ran.code, text_of(folder)) == (0, RULES)
    assert "is in rules.yaml already, line 3, as Steppe Post" in ran.out


def test_options_for_a_known_feed_are_not_dropped_in_silence(folder: Path) -> None:
    options = ("--tag", "court", "--every", "90m", "--name", "Steppe", "--full-text", "always")

    ran = watcher("feeds", "add", "https://steppe.example/rss", *options, cwd=folder)
    row = watcher("feeds", "add", "https://steppe.example/rss", *options, "--json", cwd=folder).row

    line = (
        "{url: https://steppe.example/rss, name: Steppe, tags: [court, kazakhstan, wire], "
        "every: 90m, full_text: always}"
    )
    assert (ran.code, text_of(folder)) == (1, RULES)
    assert (
        f"For your name: and tags: and every: and full_text: write in its place:\n  - {line}\n"
        in (ran.out)
    )
    assert row["differs"] == ["name", "tags", "every", "full_text"]
    assert (row["result"], row["line"], row["write"]) == ("known", 3, line)


def test_a_feed_with_a_secret_in_its_address_is_known_as_it_is_written(folder: Path) -> None:
    written = "https://paid.example/rss?k=${KEY}"
    (folder / "rules.yaml").write_text(RULES.replace("feeds:\n", f'feeds:\n  - "{written}"\n'))

    ran = watcher("feeds", "add", written, "--tag", "x", cwd=folder, env={"KEY": "canary-77"})

    assert ran.code == 1
    assert f'  - {{url: "{written}", tags: [x]}}\n' in ran.out
    assert "canary-77" not in ran.out + ran.err


def test_a_page_whose_feed_is_there_already_says_so(folder: Path) -> None:
    link = '<link rel="alternate" type="application/rss+xml" href="/good">'
    with served({"/": f"<html><head>{link}</head></html>", "/good": PAGES["/good"]}) as site:
        add(folder, f"{site.url}/good", "--name", "Good")
        ran = add(folder, site.url)

    assert f"The page names a feed: {site.url}/good (there already, as Good)\n" in ran.out


def test_a_file_with_mistakes_takes_a_feed_and_keeps_what_is_there(folder: Path) -> None:
    broken = RULES.replace("find: court", "fnd: court")
    (folder / "rules.yaml").write_text(broken)

    new = watcher("feeds", "add", "https://new.example/rss", "--no-look", cwd=folder)
    known = watcher("feeds", "add", "https://dala.example/rss", "--tag", "x", cwd=folder)

    assert (new.code, known.code) == (0, 1)
    assert "Mend them (watcher check)" in known.said
    assert text_of(folder).replace("  - https://new.example/rss\n", "") == broken


def test_a_feed_of_an_included_list_is_known_too(folder: Path) -> None:
    (folder / "list.opml").write_text(
        '<opml><body><outline text="Listed" xmlUrl="https://listed.example/rss"/></body></opml>'
    )
    (folder / "rules.yaml").write_text(RULES.replace("feeds:\n", "feeds:\n  - opml: list.opml\n"))

    ran = watcher("feeds", "add", "https://listed.example/rss", cwd=folder)

    assert ran.code == 0
    assert "in a file that rules.yaml includes, as Listed" in ran.out
    assert text_of(folder).count("listed.example") == 0


# --- the last feed with a tag --------------------------------------------------------------------


def test_the_last_feed_with_a_tag_that_a_rule_asks_for_goes_with_a_warning(folder: Path) -> None:
    ran = watcher("feeds", "remove", "Steppe Post", cwd=folder)

    assert (ran.code, ran.out) == (0, "removed https://steppe.example/rss\n")
    for words in ('the tag "kazakhstan"', 'rule "Courts"', "give another feed the tag"):
        assert words in ran.said
    assert watcher("feeds", "list", cwd=folder).code == 3, "which is what was warned of"


def test_a_rule_that_still_hears_feeds_with_another_of_its_tags_is_no_mistake(
    folder: Path,
) -> None:
    (folder / "rules.yaml").write_text(RULES.replace("[kazakhstan]}", "[kazakhstan, wire]}"))

    removed = watcher("feeds", "remove", "Steppe Post", cwd=folder)
    checked = watcher("check", cwd=folder)

    assert (removed.code, removed.err) == (0, "")
    assert checked.code == 0
    assert 'warning: no feed has the tag "kazakhstan"' in checked.err
    assert "It still hears those with wire." in checked.err


def test_a_feed_whose_tags_others_have_goes_without_a_word(folder: Path) -> None:
    ran = watcher("feeds", "remove", "https://dala.example/rss", "--json", cwd=folder)

    assert (ran.code, ran.err) == (0, "")
    assert ran.row == {"url": "https://dala.example/rss", "result": "removed", "breaks": []}


def test_a_feed_with_a_secret_in_its_address_is_removed_by_name(folder: Path) -> None:
    paid = '  - {url: "https://paid.example/rss?k=${KEY}", name: Paid}\n'
    (folder / "rules.yaml").write_text(RULES.replace("feeds:\n", f"feeds:\n{paid}"))

    ran = watcher("feeds", "remove", "Paid", cwd=folder, env={"KEY": "canary-77"})

    assert (ran.code, text_of(folder)) == (0, RULES)
    assert "canary-77" not in ran.out


# --- lists that bring nothing --------------------------------------------------------------------


def imported(folder: Path, *urls: str) -> Ran:
    outlines = "".join(f'<outline text="F" xmlUrl="{url}"/>' for url in urls)
    (folder / "list.opml").write_text(f"<opml><body>{outlines}</body></opml>")
    return watcher("feeds", "import", "list.opml", cwd=folder)


def test_a_list_of_feeds_that_are_all_there_is_a_yes_in_a_sentence(folder: Path) -> None:
    ran = imported(folder, "https://steppe.example/rss", "https://dala.example/rss")

    assert (ran.code, text_of(folder)) == (0, RULES)
    assert ran.out == "all 2 feeds are in rules.yaml already; nothing to add\n"


def test_a_known_feed_in_ones_own_network_is_known(folder: Path) -> None:
    add(folder, "http://192.168.1.5/rss", "--no-look")

    ran = imported(folder, "http://192.168.1.5/rss")

    assert (ran.code, ran.out) == (0, "the feed is in rules.yaml already; nothing to add\n")


def test_a_list_of_which_nothing_can_be_polled_is_a_no(folder: Path) -> None:
    ran = imported(folder, "ftp://a.example/rss", "http://192.168.1.5/rss")

    assert (ran.code, text_of(folder)) == (1, RULES)
    assert ran.out == "none of 2 feeds can be polled; nothing was added to rules.yaml\n"


def test_a_known_feed_beside_one_that_can_not_be_polled_is_no_failure(folder: Path) -> None:
    ran = imported(folder, "https://steppe.example/rss", "ftp://a.example/rss")

    assert ran.code == 0
    assert ran.out == "1 of 2 feeds in rules.yaml already, no other can be polled\n"


# --- one name on every screen --------------------------------------------------------------------


def test_a_feed_that_nobody_named_goes_by_its_own_title_on_every_screen(folder: Path) -> None:
    with served() as site:
        feed = f'  - {{url: "{site.url}/good", private: true}}\n'
        (folder / "rules.yaml").write_text(f"feeds:\n{feed}rules:\n  - {{name: A, find: Алматы}}\n")
        checked = watcher("feeds", "check", "--json", cwd=folder).row
        watcher("once", cwd=folder)
        once = watcher("once", "--feed", "STEPPE", cwd=folder)
        listed = watcher("feeds", "list", "--json", cwd=folder).row
        exported = watcher("feeds", "export", cwd=folder).out
        again = watcher("feeds", "add", f"{site.url}/good", "--private", cwd=folder)
        removed = watcher("feeds", "remove", "steppe", cwd=folder)

    assert checked["feed"] == listed["feed"] == "Steppe"
    assert 'text="Steppe"' in exported
    assert "as Steppe" in again.out
    assert once.out.startswith("1 feed polled")
    assert removed.code == 0


def test_check_shows_the_address_of_what_needs_a_hand(folder: Path) -> None:
    with served() as site:
        feeds = "".join(
            f'  - {{url: "{site.url}{path}", name: "Feed {path}", private: true}}\n'
            for path in ("/good", "/old", "/none")
        )
        (folder / "rules.yaml").write_text(f"feeds:\n{feeds}rules:\n  - {{name: A, find: court}}\n")
        shown = watcher("feeds", "check", cwd=folder).out
        watcher("once", "--all", cwd=folder)
        status = watcher("status", cwd=folder).out

    for path in ("/old", "/none"):
        assert f"{site.url}{path} " in shown
        assert f"{site.url}{path} " in status
    assert f"{site.url}/good" not in shown + status
    assert f"watcher feeds discover {site.url} --private" in shown


def test_what_was_not_asked_yet_has_one_name(folder: Path) -> None:
    with open_store(folder / "state", now=datetime.now(UTC)):
        pass

    listed = watcher("feeds", "list", cwd=folder).out
    status = watcher("status", cwd=folder).out

    assert listed.count("not polled yet") == 2
    assert "2 not polled yet" in status


# --- as a hurried person types -------------------------------------------------------------------


def test_several_are_added_each_as_it_is_and_the_worst_counts(folder: Path) -> None:
    with served() as site:
        urls = [f"{site.url}/{path}" for path in ("good", "page", "old")]
        ran = watcher("feeds", "add", *urls, "--private", "--tag", "wire", cwd=folder)
        rows = watcher("feeds", "add", *urls, "--private", "--json", cwd=folder).rows

    assert ran.code == 1
    assert [f"{url}," in text_of(folder) for url in urls] == [True, False, True]
    assert text_of(folder).count("tags: [wire]") == RULES.count("tags: [wire]") + 2
    assert [row["result"] for row in rows] == ["known", "not-added", "known"]


def test_with_one_address_that_is_none_nothing_is_added(folder: Path) -> None:
    ran = watcher("feeds", "add", "https://a.example/rss", "steppe", "--no-look", cwd=folder)

    assert (ran.code, text_of(folder)) == (2, RULES)
    assert '"steppe" has no https:// in front' in ran.err


def test_one_name_is_not_for_several(folder: Path) -> None:
    ran = watcher(
        "feeds", "add", "a.example/rss", "b.example/rss", "--name", "A", "--no-look", cwd=folder
    )

    assert (ran.code, text_of(folder)) == (2, RULES)
    assert "--name names one feed" in ran.err


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("a.example/rss", "https://a.example/rss"),
        ("A.example", "https://A.example"),
        ("a.example?feed=rss", "https://a.example?feed=rss"),
        ("a.example:8443/rss?u=http://b", "https://a.example:8443/rss?u=http://b"),
        ("a.example/${KEY}", "https://a.example/${KEY}"),
        ("http://a.example/rss", "http://a.example/rss"),
        ("${ADDRESS}", "${ADDRESS}"),
        ("me@a.example", "me@a.example"),
        ("steppe", "steppe"),
    ],
)
def test_https_is_put_in_front_of_what_can_be_nothing_but_an_address(
    typed: str, meant: str
) -> None:
    assert _with_scheme(typed) == meant


def test_what_is_put_in_front_is_said(folder: Path) -> None:
    ran = watcher("feeds", "add", "a.example/rss", "--no-look", cwd=folder)
    known = watcher("feeds", "add", "steppe.example/rss", cwd=folder)

    assert (ran.code, ran.out) == (0, "added https://a.example/rss\n")
    assert "taken as https://a.example/rss" in ran.err
    assert "https://a.example/rss" in text_of(folder)
    assert "is in rules.yaml already, line 3, as Steppe Post" in known.out


def test_a_site_that_speaks_http_only_is_taken_so(folder: Path) -> None:
    with served() as site:
        ran = add(folder, f"{site.at}/good")
        page = add(folder, f"{site.at}/page")

    assert ran.code == 0
    assert f"added {site.url}/good\n  Steppe: 1 item" in ran.out
    assert f"taken as {site.url}/good" in ran.err
    assert f"not added: {site.url}/page" in page.err


def test_a_feed_is_found_by_its_address_without_https(folder: Path) -> None:
    ran = watcher("feeds", "remove", "steppe.example/rss", cwd=folder)

    assert (ran.code, "steppe.example" in text_of(folder)) == (0, False)
