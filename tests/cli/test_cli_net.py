"""Commands that ask feeds and channels, against real servers on loopback."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.cli_run import Ran, watcher
from support.cli_site import PAGES, Site, served

pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated")  # imported by apprise


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with served() as running:
        yield running


def rules(folder: Path, at: str, *paths: str, channels: str = "") -> Path:
    feeds = "".join(
        f'  - {{url: "http://{at}{path}", name: "Feed {path}", private: true}}\n' for path in paths
    )
    text = f"feeds:\n{feeds}" if feeds else ""
    (folder / "rules.yaml").write_text(f"{text}{channels}rules:\n  - {{name: A, find: Atajurt}}\n")
    return folder


def check(folder: Path, at: str, *paths: str) -> Ran:
    return watcher("feeds", "check", "--json", cwd=rules(folder, at, *paths))


# --- feeds check ---------------------------------------------------------------------------------


def test_each_feed_gets_its_state(tmp_path: Path, site: Site) -> None:
    ran = check(tmp_path, site.at, "/good", "/old", "/page", "/none", "/moved")

    states = {row["feed"]: row["state"] for row in ran.rows}
    assert states == {
        "Feed /good": "alive",
        "Feed /old": "zombie",
        "Feed /page": "html",
        "Feed /none": "not-found",
        "Feed /moved": "moved",
    }
    assert ran.code == 1


def test_feeds_that_can_all_be_read_are_a_yes(tmp_path: Path, site: Site) -> None:
    ran = check(tmp_path, site.at, "/good")

    assert ran.code == 0
    assert set(ran.row) == {
        "feed", "url", "state", "ok", "since", "items", "newest", "usual", "interval", "damaged",
        "format", "encoding", "ms", "detail", "push",
    }  # fmt: skip
    assert (ran.row["items"], ran.row["format"], ran.row["encoding"]) == (1, "rss20", "utf-8")


def test_a_private_address_must_be_said_to_be_one(tmp_path: Path, site: Site) -> None:
    folder = rules(tmp_path, site.at, "/good")
    path = folder / "rules.yaml"
    path.write_text(path.read_text().replace(", private: true", ""))

    ran = watcher("feeds", "check", "--json", cwd=folder)

    assert ran.code == 3
    assert "private: true" in ran.said


def test_for_people_the_failed_ones_stand_at_the_end(tmp_path: Path, site: Site) -> None:
    ran = watcher("feeds", "check", cwd=rules(tmp_path, site.at, "/none", "/good"))

    assert ran.out.index("alive") < ran.out.index("not-found")
    assert "2 feeds, 1 can't be read" in ran.out


# --- parse ---------------------------------------------------------------------------------------


def test_a_url_is_parsed_like_a_file(tmp_path: Path, site: Site) -> None:
    ran = watcher("parse", f"http://{site.at}/good", "--private", cwd=tmp_path)

    assert ran.row == {
        "id": "s1",
        "url": f"http://{site.at}/news/1",
        "title": "Суд в Алматы & рядом",
        "summary": "Hearing",
        "published": "2099-11-20T10:00:00+00:00",
        "updated": None,
        "authors": [],
        "language": None,
        "categories": [],
        "enclosures": [],
    }
    assert ran.said == "format rss20, encoding utf-8, 1 item, 0 damaged"


def test_a_url_in_ones_own_network_is_refused_unless_said(site: Site) -> None:
    ran = watcher("parse", f"http://{site.at}/good")

    assert ran.code == 1
    assert "blocked-address" in ran.said
    assert "--private" in ran.said
    assert "private: true" not in ran.said


def test_a_document_from_stdin_is_parsed_with_its_base() -> None:
    ran = watcher("parse", "-", "--base", "https://a.example/feed", stdin=PAGES["/good"].text)

    assert ran.row["url"] == "https://a.example/news/1"


def test_what_is_no_feed_is_named(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text(PAGES["/page"].text)

    ran = watcher("parse", page)

    assert ran.code == 1
    assert f"html: {page}" in ran.said


@pytest.mark.parametrize("text", ["", "Just some words.", "<html><body>Welcome</body></html>"])
def test_what_is_wrong_with_a_file_is_not_blamed_on_a_server(tmp_path: Path, text: str) -> None:
    file = tmp_path / "feed.xml"
    file.write_text(text)

    ran = watcher("parse", file)

    assert ran.code == 1
    assert f"{file}: " in ran.said
    assert "server" not in ran.said


def test_a_list_of_feeds_is_no_web_page(tmp_path: Path) -> None:
    file = tmp_path / "list.opml"
    file.write_text("<opml><head><title>Mine</title></head><body><outline/></body></opml>")

    ran = watcher("parse", file)

    assert (ran.code, "not-a-feed" in ran.said, "watcher feeds import" in ran.said) == (
        1,
        True,
        True,
    )


# --- notify --------------------------------------------------------------------------------------


def test_a_test_message_arrives_and_what_failed_is_said(tmp_path: Path, site: Site) -> None:
    at, posts = site.at, site.posts
    channels = f"channels:\n  good: json://{at}/ok\n  bad: json://{at}/broken\n"
    folder = rules(tmp_path, at, channels=channels)

    ran = watcher("notify", "test", "--json", cwd=folder)

    assert ran.code == 1
    assert {row["target"]: row["ok"] for row in ran.rows} == {"good": True, "bad": False}
    assert any("watcher" in json.dumps(post) for post in posts)


def test_a_channels_wording_is_shown_without_sending(tmp_path: Path, site: Site) -> None:
    at, posts = site.at, site.posts
    before = len(posts)
    channels = (
        f"channels:\n  desk: {{url: 'json://{at}/ok', template: desk.txt}}\n"
        f"  chat: mmost://{at}/3ccdd113474722377935511fc85d3dd4\n"
    )
    folder = rules(tmp_path, at, channels=channels)
    (folder / "desk.txt").write_text("{{ alert.rule }} via {{ alert.outlet }}\n{{ alert.url }}\n")

    ran = watcher("notify", "preview", "--json", cwd=folder)

    assert ran.code == 0
    [desk, edited, digest, *chat] = ran.rows
    assert desk["title"] == "Atajurt via Steppe Herald"
    assert desk["body"] == "https://news.example/1?from=feed"
    assert (edited["sample"], digest["sample"]) == ("an edit", "a digest of two stories")
    assert "**Atajurt**" in chat[0]["body"]
    assert len(posts) == before


def test_one_channel_is_tested_alone(tmp_path: Path, site: Site) -> None:
    at = site.at
    channels = f"channels:\n  good: json://{at}/ok\n  bad: json://{at}/broken\n"

    ran = watcher("notify", "test", "good", cwd=rules(tmp_path, at, channels=channels))

    assert ran.code == 0
    assert "sent" in ran.out
    assert "bad" not in ran.out


def test_no_secret_of_a_channel_is_printed(tmp_path: Path, site: Site) -> None:
    at = site.at
    channels = f"channels:\n  bad: json://user:${{CANARY}}@{at}/broken\n"

    ran = watcher(
        "notify",
        "test",
        "-v",
        cwd=rules(tmp_path, at, channels=channels),
        env={"CANARY": "canary-5f2e"},
    )

    assert ran.code == 1
    assert "canary-5f2e" not in ran.out + ran.err
