"""feeds discover: the feeds of a site on loopback, as a person and as a script see them."""

from __future__ import annotations

from pathlib import Path

from support.cli_run import watcher
from support.cli_site import served

RSS = """<rss version="2.0"><channel><title>{title}</title><language>ru</language>
<item><guid>1</guid><title>Суд в Алматы</title>
<pubDate>Fri, 20 Nov 2026 10:00:00 GMT</pubDate></item>
</channel></rss>"""
PAGE = "<!doctype html><html><head>{}</head><body>Welcome</body></html>"
DECLARED = '<link rel="alternate" type="application/rss+xml" href="{}">'
SITEMAP = """<urlset xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"><url>
<loc>http://wire.example/1</loc><news:news><news:title>Police hold an activist</news:title>
<news:publication_date>2026-11-20T10:00:00Z</news:publication_date></news:news></url></urlset>"""
INDEX = """<sitemapindex><sitemap><loc>{0}/pages.xml</loc></sitemap>
<sitemap><loc>{0}/sitemaps/news-1.xml</loc></sitemap></sitemapindex>"""


def rules(folder: Path) -> Path:
    (folder / "rules.yaml").write_text("feeds: []\nrules:\n  - {name: A, find: Atajurt}\n")
    return folder


def test_what_the_page_names_is_found_and_nothing_else_is_asked(tmp_path: Path) -> None:
    pages = {
        "/": PAGE.format(DECLARED.format("/comments/rss") + DECLARED.format("/ru/rss")),
        "/ru/rss": RSS.format(title="Курьер"),
        "/comments/rss": RSS.format(title="Курьер: комментарии").replace("<guid>1", "<guid>c"),
    }
    with served(pages) as site:
        ran = watcher("feeds", "discover", site.url, "--private", "--json", cwd=rules(tmp_path))

    assert [(row["url"], row["comments"]) for row in ran.rows] == [
        (f"{site.url}/ru/rss", False),
        (f"{site.url}/comments/rss", True),
    ]
    assert ran.rows[0] == {
        "url": f"{site.url}/ru/rss",
        "title": "Курьер",
        "items": 1,
        "newest": "2026-11-20T10:00:00+00:00",
        "format": "rss20",
        "language": "ru",
        "how": "named by the page",
        "comments": False,
        "known": False,
    }
    assert sorted(site.asked) == ["/", "/comments/rss", "/ru/rss"]


def test_a_feed_is_its_own_answer(tmp_path: Path) -> None:
    with served({"/rss": RSS.format(title="Курьер")}) as site:
        ran = watcher(
            "feeds", "discover", f"{site.url}/rss", "--private", "--json", cwd=rules(tmp_path)
        )

    assert (ran.row["how"], site.asked) == ("the address given", ["/rss"])


def test_a_page_that_names_none_is_tried_at_the_usual_addresses(tmp_path: Path) -> None:
    pages = {"/": PAGE.format(""), "/rss.xml": RSS.format(title="Курьер")}
    with served(pages) as site:
        ran = watcher("feeds", "discover", site.url, "--private", "--json", cwd=rules(tmp_path))

    assert (ran.row["url"], ran.row["how"]) == (f"{site.url}/rss.xml", "a usual address")


def test_a_site_without_rss_has_its_news_sitemap_found_through_robots_txt(tmp_path: Path) -> None:
    pages = {
        "/": PAGE.format(""),
        "/robots.txt": "User-agent: *\nSitemap: {here}/all.xml\nSitemap: {here}/all-news.xml\n",
        "/all-news.xml": INDEX.replace("{0}", "{here}"),
        "/sitemaps/news-1.xml": SITEMAP,
    }
    with served(pages) as site:
        ran = watcher("feeds", "discover", site.url, "--private", "--json", cwd=rules(tmp_path))

    assert ran.row["url"] == f"{site.url}/sitemaps/news-1.xml"
    assert (ran.row["format"], ran.row["how"]) == ("news-sitemap", "a news sitemap")


def test_the_best_is_added_once_and_then_known(tmp_path: Path) -> None:
    folder = rules(tmp_path)
    pages = {"/": PAGE.format(DECLARED.format("/rss")), "/rss": RSS.format(title="Курьер")}
    with served(pages) as site:
        first = watcher("feeds", "discover", site.url, "--private", "--add", cwd=folder)
        written = (folder / "rules.yaml").read_text()
        again = watcher("feeds", "discover", site.url, "--private", "--add", cwd=folder)

    assert first.code == again.code == 0
    assert f"{site.url}/rss" in written
    assert (folder / "rules.yaml").read_text() == written
    assert "yes" in again.out


def test_a_site_without_a_feed_is_a_no_with_what_to_do_next(tmp_path: Path) -> None:
    with served({"/": PAGE.format("")}) as site:
        ran = watcher("feeds", "discover", site.url, "--private", cwd=rules(tmp_path))

    assert ran.code == 1
    assert "names no feed, and none is at the usual addresses" in ran.said


def test_a_site_that_can_not_be_opened_says_why(tmp_path: Path) -> None:
    ran = watcher("feeds", "discover", "http://127.0.0.1:9/", "--private", cwd=rules(tmp_path))

    assert ran.code == 1
    assert "no server is listening there" in ran.said


def test_a_site_in_ones_own_network_must_be_said_to_be_one(tmp_path: Path) -> None:
    ran = watcher("feeds", "discover", "http://127.0.0.1:9/", cwd=rules(tmp_path))

    assert ran.code == 1
    assert "say --private" in ran.said


def test_a_page_of_strangers_opens_nothing_else_in_ones_own_network(tmp_path: Path) -> None:
    with served({"/rss": RSS.format(title="Inner")}, host="127.0.0.2") as inner:
        page = PAGE.format(DECLARED.format(f"{inner.url}/rss"))
        with served({"/": page}) as site:
            ran = watcher("feeds", "discover", site.url, "--private", cwd=rules(tmp_path))
        own = watcher("feeds", "discover", f"{inner.url}/rss", "--private", cwd=rules(tmp_path))

    assert ran.code == 1
    assert own.code == 0
    assert inner.asked == ["/rss"], "only when it was asked for by name"


def test_a_site_that_speaks_http_only_is_asked_so_when_nobody_typed_a_scheme(
    tmp_path: Path,
) -> None:
    with served({"/rss": RSS.format(title="Курьер")}) as site:
        where = f"{site.at}/rss"
        ran = watcher("feeds", "discover", where, "--private", "--json", cwd=rules(tmp_path))
        typed = watcher("feeds", "discover", f"https://{where}", "--private", cwd=rules(tmp_path))

    assert (ran.code, ran.row["url"]) == (0, f"{site.url}/rss")
    assert ran.said.startswith(f"https://{where}: ")
    assert ran.said.endswith(f"; trying {site.url}/rss")
    assert (typed.code, typed.out) == (1, ""), "what was typed is no guess"


def test_a_site_at_which_nobody_listens_is_not_tried_at_every_usual_address(
    tmp_path: Path,
) -> None:
    ran = watcher("feeds", "discover", "127.0.0.1:9", "--private", cwd=rules(tmp_path))

    assert ran.code == 1
    https, http = ran.err.splitlines()
    assert https.endswith("; trying http://127.0.0.1:9")
    assert http == "watcher: https://127.0.0.1:9: no server is listening there"


def test_the_command_that_is_shown_can_be_typed(tmp_path: Path) -> None:
    pages = {
        "/": PAGE.format(DECLARED.format("/rss?a=1&amp;b=2")),
        "/rss?a=1&b=2": RSS.format(title="Курьер"),
    }
    with served(pages) as site:
        ran = watcher("feeds", "discover", site.url, "--private", cwd=rules(tmp_path))

    assert ran.out.endswith(f"watcher feeds add '{site.url}/rss?a=1&b=2' --private\n")


# --- lists ---------------------------------------------------------------------------------------


def test_a_list_of_thousands_is_taken_in_and_each_feed_once(tmp_path: Path) -> None:
    folder = rules(tmp_path)
    outlines = "".join(
        f'<outline text="Group {group}"><outline text="Inner">'
        + "".join(
            f'<outline text="Feed {n}" xmlUrl="https://site{n}.example/rss"/>'
            for n in range(group * 100, group * 100 + 100)
        )
        + "</outline></outline>"
        for group in range(30)
    )
    again = '<outline text="Once more" xmlUrl="http://www.site7.example/rss/"/>'
    (folder / "list.opml").write_text(f"<opml><body>{outlines}{again}</body></opml>")

    ran = watcher("feeds", "import", "list.opml", "--json", cwd=folder)
    out = watcher("feeds", "export", cwd=folder).out

    assert sum(row["added"] for row in ran.rows) == 3000
    assert [row["why_not"] for row in ran.rows if not row["added"]] == [
        "is there already, as Feed 7"
    ]
    assert out.count("<outline type=") == 3000
    assert '<outline text="Group 0">' in out
