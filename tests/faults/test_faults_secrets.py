"""F50: six planted secrets, services that quote them back, all at DEBUG: 0 occurrences."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from support.cli_run import watcher
from support.cli_site import Page, served
from support.smtp import mailserver
from support.webhook import Answer, serving

SECRETS = {
    "MATTERMOST": "canarymattermost0000000000",
    "WEBHOOK": "canary/webhook+0000",
    "NTFY": "tk_canaryntfy000000000000000000000",
    "GOTIFY": "canaryGotify00000",
    "MATRIX": "syt_canarymatrix_00000000",
    "SMTP": "canary smtp p@ss:0000",
}
CHANNELS = """\
channels:
  mattermost: mmost://127.0.0.1:{port}/${{MATTERMOST}}
  webhook: json://someone:${{WEBHOOK}}@127.0.0.1:{port}/hook
  ntfy: ntfy://${{NTFY}}@127.0.0.1:{port}/topic
  gotify: gotify://127.0.0.1:{port}/${{GOTIFY}}
  matrix: matrix://${{MATRIX}}@127.0.0.1:{port}/!room:ngo.example
  mail: mailto://someone:${{SMTP}}@127.0.0.1:{smtp}?from=w@ngo.example&to=a@ngo.example
  ops: {{url: "json://127.0.0.1:{port}/ops/${{GOTIFY}}", health: true}}
feeds:
  - {{url: "http://127.0.0.1:{news}/feed", name: Feed, private: true}}
rules:
  - name: Atajurt
    find: Atajurt
    notify: [mattermost, webhook, ntfy, gotify, matrix, mail]
"""
NEWS = b"""<rss version="2.0"><channel><title>F</title><item><guid>1</guid>
<title>Atajurt opens a library</title></item></channel></rss>"""
COMMANDS = [
    ("check",),
    ("notify", "test", "--deadline", "5"),
    ("once", "--all"),
    ("status",),
    ("deliveries", "list"),
    ("deliveries", "retry", "--all"),
    ("alerts", "list"),
    ("audit",),
    ("feeds", "list"),
    ("rules", "list"),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Rules, secrets, and servers that quote what they were asked in every refusal."""
    place = tmp_path_factory.mktemp("secrets")
    (place / "state").mkdir(mode=0o700)
    secrets = place / "state" / "secrets.env"
    secrets.write_text("".join(f'{name}="{value}"\n' for name, value in SECRETS.items()))
    secrets.chmod(0o600)
    with (
        serving(Answer(status=401, act="echo")) as hook,
        serving(Answer(body=NEWS)) as feed,
        mailserver(require_login=True) as box,
    ):
        rules = CHANNELS.format(port=hook.port, news=feed.port, smtp=box.port)
        (place / "rules.yaml").write_text(rules, encoding="utf-8")
        yield place


def spelled(secret: str) -> set[str]:
    return {secret, quote(secret), quote(secret, safe="")}


@pytest.fixture(scope="module")
def said(folder: Path) -> list[tuple[str, str]]:
    """What each command printed, at DEBUG."""
    ran = []
    for words in [*COMMANDS, ("once", "--all"), ("status",)]:
        for options in ([], ["--json"]):
            done = watcher("-vv", *options, *words, cwd=folder)
            ran.append((" ".join([*options, *words]), done.out + done.err))
    return ran


def test_no_command_says_a_secret_at_debug(said: list[tuple[str, str]]) -> None:
    for words, text in said:
        assert "Traceback" not in text, words
        leaked = [n for n, s in SECRETS.items() if any(one in text for one in spelled(s))]
        assert leaked == [], words


def test_no_file_holds_a_secret_but_the_one_it_was_given_in(
    folder: Path, said: list[tuple[str, str]]
) -> None:
    files = [path for path in folder.rglob("*") if path.is_file() and path.name != "secrets.env"]

    assert len(files) > 2, said
    for path in files:
        held = path.read_bytes()
        found = [n for n, s in SECRETS.items() if any(one.encode() in held for one in spelled(s))]
        assert found == [], path


def test_the_secrets_were_used_and_quoted_back(folder: Path, said: list[tuple[str, str]]) -> None:
    listed = watcher("deliveries", "list", "--json", cwd=folder).rows

    errors = " ".join(str(one["error"]) for one in listed)
    assert len({one["target"] for one in listed}) >= 6, said
    assert "***" in errors


# --- in the address of a feed --------------------------------------------------------------------

FEED_KEY = "canary-of-the-feed-77"
HUB = """<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel><title>Paid</title>
<atom:link rel="hub" href="http://127.0.0.1:9/hub"/>
<atom:link rel="self" href="{self_url}"/>
<item><guid>{guid}</guid><title>Atajurt opens {guid}</title><link>https://p.example/{guid}</link>
</item></channel></rss>"""
ON_A_FEED = [
    *COMMANDS,
    ("alerts", "mute", "--feed", "Paid"),
    ("alerts", "mute"),
    ("status",),
    ("feeds", "check"),
    ("feeds", "export"),
    ("stories", "list"),
    ("alerts", "list"),
    ("export",),
    ("alerts", "unmute", "--feed", "Paid"),
]


@pytest.mark.parametrize("way", ["/feed", "/moved"])
def test_a_secret_in_the_address_of_a_feed_is_sent_to_its_server_and_nowhere_else(
    tmp_path: Path, way: str
) -> None:
    (tmp_path / "state").mkdir(mode=0o700)
    (tmp_path / "state" / "secrets.env").write_text(f"KEY={FEED_KEY}\n")
    (tmp_path / "state" / "secrets.env").chmod(0o600)
    moved = Page(status=301, location=f"/feed?key={FEED_KEY}")
    with served({}) as site:
        (tmp_path / "rules.yaml").write_text(
            "public_url: https://watch.example\n"
            'channels: {desk: "json://127.0.0.1:9/"}\n'
            f"feeds:\n  - {{url: '{site.url}{way}?key=${{KEY}}', name: Paid, private: true}}\n"
            "rules:\n  - {name: Atajurt, find: Atajurt, notify: [desk]}\n"
        )
        said = []
        for guid in ("one", "two"):
            feed = HUB.format(guid=guid, self_url=f"{site.url}/feed?key={FEED_KEY}")
            site.pages = {
                f"/moved?key={FEED_KEY}": moved,
                f"/feed?key={FEED_KEY}": Page(feed, "application/rss+xml"),
            }
            for words in ON_A_FEED:
                for options in ([], ["--json"]):
                    ran = watcher("-vv", *options, *words, cwd=tmp_path)
                    said.append((words, ran.out + ran.err))

    assert set(site.asked) <= {f"/feed?key={FEED_KEY}", f"/moved?key={FEED_KEY}"}
    assert f"/feed?key={FEED_KEY}" in site.asked
    assert any("Atajurt opens two" in text for _, text in said)
    assert [words for words, text in said if FEED_KEY in text or "Traceback" in text] == []
    files = [path for path in tmp_path.rglob("*") if path.is_file() and path.name != "secrets.env"]
    assert [path.name for path in files if FEED_KEY.encode() in path.read_bytes()] == []
