"""What an alert says, and in which order."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from support.make import NOON, a_member, a_story, an_article
from support.telling import a_hit_on, a_telling, many, worded

from watcher.core.model import AlertKind, Format, Hold, How, LinkKind, Severity

ENGLISH = an_article(
    "Atajurt activist detained in Almaty",
    summary="Police gave no reason. A lawyer for Atazhurt was turned away. The court sits.",
    outlet="Steppe Herald",
    url="https://herald.example/news/1?id=7&page=2",
    published=NOON - timedelta(minutes=8),
    language="en",
)
COPIES = a_story(
    a_member("a0", "Steppe Herald"),
    a_member("a2", "Guardian", kind=LinkKind.COPY),
    a_member("a3", "NTD", kind=LinkKind.COPY),
    a_member("a4", "Courier", kind=LinkKind.COPY),
    a_member("a5", "Observer", kind=LinkKind.COPY),
)


def test_an_english_alert_as_it_stands_in_a_chat() -> None:
    hit = a_hit_on(ENGLISH, "Atajurt")
    more = a_hit_on(
        ENGLISH, "Atazhurt", term="atajurt", entity="atajurt", alias="Atajurt", how=How.FOLDED
    )
    hit = replace(hit, matches=hit.matches + more.matches)
    whys = {"Atajurt": "UPR submission, section 4"}

    message = worded(a_telling(ENGLISH, hit, story=COPIES, whys=whys), title_limit=0)

    assert message.title == ""
    assert message.body == (
        "Atajurt · Steppe Herald: »Atajurt« activist detained in Almaty\n"
        "\n"
        "A lawyer for »Atazhurt« was turned away.\n"
        "\n"
        "Atajurt: matched “Atajurt”; “Atazhurt”, alias of atajurt (“Atajurt”), "
        "in another spelling of the same letters (UPR submission, section 4)\n"
        "Also: Guardian, NTD, Courier, 1 more (first: Steppe Herald 17:10)\n"
        "\n"
        "https://herald.example/news/1?id=7&page=2\n"
        "2026-03-10 17:02 +05 · English · 0123456789abcdef"
    )


def test_a_russian_alert() -> None:
    article = an_article(
        "В Алматы задержан соратник Серикжана Билаша",
        summary="Адвоката к нему не пустили.",
        outlet="Вестник",
        url="https://vestnik.example/1",
    )
    hit = a_hit_on(
        article,
        "Серикжана Билаша",
        rule="Serikzhan Bilash",
        alias="Серикжан Билаш",
        entity="serikzhan-bilash",
        how=How.INFLECTED,
    )

    assert worded(a_telling(article, hit)).body == (
        "Serikzhan Bilash · Вестник: В Алматы задержан соратник »Серикжана Билаша«\n"
        "\n"
        "Адвоката к нему не пустили.\n"
        "\n"
        "Serikzhan Bilash: matched “Серикжана Билаша”, alias of serikzhan-bilash "
        "(“Серикжан Билаш”), inflected\n"
        "\n"
        "https://vestnik.example/1\n"
        "seen 2026-03-10 17:10 +05, undated · 0123456789abcdef"
    )


def test_a_kazakh_alert() -> None:
    article = an_article(
        "Белсенді босатылды",
        summary="Сот шешім шығарды. Атажұрттың мүшелері сот алдында күтті.",
        outlet="Хабаршы",
        url="https://khabarshy.example/1",
    )
    hit = a_hit_on(article, "Атажұрттың", term="Atajurt", alias="Атажұрт", how=How.INFLECTED)

    assert worded(a_telling(article, hit)).body == (
        "»Атажұрттың« мүшелері сот алдында күтті.\n"
        "\n"
        "Atajurt: matched “Атажұрттың”, your term “Atajurt”, inflected\n"
        "\n"
        "https://khabarshy.example/1\n"
        "seen 2026-03-10 17:10 +05, undated · 0123456789abcdef"
    )


def test_words_in_guillemets_are_marked_in_other_signs() -> None:
    article = an_article("Суд отпустил волонтёра «Атажурта»")

    message = worded(a_telling(article, a_hit_on(article, "Атажурта")), title_limit=0)

    assert message.body.startswith("Atajurt · Courier: Суд отпустил волонтёра «›Атажурта‹»\n")


def test_a_chinese_alert() -> None:
    article = an_article(
        "維權人士獲釋",
        summary="法院周二作出裁决。阿塔珠尔特的成员在门外等候。警方没有回应。",
        outlet="草原报",
        url="https://caoyuan.example/1",
    )
    hit = a_hit_on(article, "阿塔珠尔特", entity="atajurt")

    message = worded(a_telling(article, hit))

    assert message.title == "Atajurt · 草原报: 維權人士獲釋"
    assert message.body.startswith("»阿塔珠尔特«的成员在门外等候。\n")


def test_an_uyghur_alert_keeps_its_direction_in_a_line_of_ours() -> None:
    title = "پائالىيەتچى ئاتاجۇرتقا قايتتى"
    article = an_article(title, outlet="خەۋەر", url="https://xewer.example/1")
    hit = a_hit_on(article, "ئاتاجۇرتقا", alias="ئاتاجۇرت", how=How.INFLECTED)

    message = worded(a_telling(article, hit), title_limit=0)

    first, *_ = message.body.splitlines()
    assert first == ("Atajurt · \u2068خەۋەر\u2069: \u2068پائالىيەتچى »ئاتاجۇرتقا« قايتتى\u2069")


def test_text_that_needs_no_isolation_gets_no_control_characters() -> None:
    message = worded(a_telling(ENGLISH, a_hit_on(ENGLISH, "Atajurt")))

    assert message.body.isprintable() or set(message.body) - {"\n"}
    assert not {"\u2068", "\u2069", "\u200b"} & set(message.body + message.title)


def test_a_sentence_is_quoted_once_however_often_the_feed_says_it() -> None:
    sentence = "Police detained a volunteer of Atajurt on the steps of the city library on Tuesday"
    article = an_article(
        "A volunteer is held",
        summary=f"{sentence}.",
        text=f"ALMATY (Wire) - {sentence}. The post A volunteer is held appeared first.",
    )
    hits = a_hit_on(article, "Atajurt"), a_hit_on(article, "volunteer", rule="People")
    second = a_hit_on(replace(article, title="", summary=""), "Atajurt", "volunteer")

    body = worded(a_telling(article, *hits, second)).body

    assert body.count("on the steps") == 1
    assert "appeared first" not in body


# --- title and body ------------------------------------------------------------------------------


def test_a_headline_with_found_words_stands_in_the_title_and_marked_in_the_body() -> None:
    message = worded(a_telling(ENGLISH, a_hit_on(ENGLISH, "Atajurt")))

    assert message.title == "Atajurt · Steppe Herald: Atajurt activist detained in Almaty"
    assert message.body.startswith("Atajurt · Steppe Herald: »Atajurt« activist detained")


def test_a_headline_that_the_title_shows_whole_is_not_repeated() -> None:
    message = worded(a_telling(ENGLISH, a_hit_on(ENGLISH, "Atazhurt")))

    assert message.body.startswith("A lawyer for »Atazhurt« was turned away.")


def test_a_headline_that_the_title_cuts_stands_whole_in_the_body() -> None:
    message = worded(a_telling(ENGLISH, a_hit_on(ENGLISH, "Atazhurt")), title_limit=30)

    assert message.title == "Atajurt · Steppe Herald…"
    assert message.body.startswith("Atajurt · Steppe Herald: Atajurt activist detained in Almaty\n")


def test_an_empty_headline_falls_back_to_the_link() -> None:
    article = replace(ENGLISH, title=" \n", summary="", url="https://herald.example/1")

    assert worded(a_telling(article)).title == "Atajurt · Steppe Herald: https://herald.example/1"


def test_an_article_with_nothing_still_makes_a_message() -> None:
    message = worded(a_telling(an_article("", outlet="", url=None)))

    assert message.title == "Atajurt · (no headline)"
    assert message.body


def test_only_the_rules_of_this_target_are_named() -> None:
    other = a_hit_on(ENGLISH, "Almaty", rule="Almaty")
    telling = a_telling(ENGLISH, a_hit_on(ENGLISH, "Atajurt"), other)
    telling = replace(telling, delivery=replace(telling.delivery, rules=("Atajurt",)))

    message = worded(telling)

    assert message.title.startswith("Atajurt · ")
    assert "Almaty: matched" not in message.body


def test_several_rules_with_one_target_are_all_named() -> None:
    other = a_hit_on(ENGLISH, "Almaty", rule="Cities")

    message = worded(a_telling(ENGLISH, a_hit_on(ENGLISH, "Atajurt"), other))

    assert message.title.startswith("Atajurt, Cities · ")
    assert "Cities: matched “Almaty”" in message.body


def test_critical_stands_first() -> None:
    message = worded(a_telling(ENGLISH, severity=Severity.CRITICAL))

    assert message.title.startswith("CRITICAL: Atajurt · ")


# --- kinds ---------------------------------------------------------------------------------------


def test_a_possible_repeat_says_so_first() -> None:
    message = worded(a_telling(ENGLISH), repeat=True)

    assert message.title.startswith("(possible repeat) Atajurt · ")


def test_a_follow_up_names_what_it_follows() -> None:
    story = a_story(a_member("a0", "RFA", title="Police hold an activist"), a_member("a9"))
    message = worded(a_telling(ENGLISH, kind=AlertKind.FOLLOW_UP, story=story))

    assert message.title.startswith("Follow-up: Atajurt · ")
    assert "Follow-up to: RFA “Police hold an activist”" in message.body


def test_new_words_in_a_folded_copy_say_so() -> None:
    message = worded(a_telling(ENGLISH, kind=AlertKind.CHANGED_WORDS))

    assert message.title.startswith("New words in a story already told: Atajurt · ")


def test_an_edit_shows_the_sentence_before_and_after() -> None:
    before = replace(ENGLISH, summary="Police gave no reason. A lawyer for Atazhurt was let in.")
    hit = a_hit_on(ENGLISH, "Atazhurt")

    message = worded(a_telling(ENGLISH, hit, kind=AlertKind.EDIT, before=before))

    assert message.title.startswith("Edited after we told you: ")
    assert "Before: A lawyer for Atazhurt was let in.\n" in message.body
    assert "Now: A lawyer for »Atazhurt« was turned away.\n" in message.body


UNSAID = replace(ENGLISH, summary="Police gave no reason. A lawyer for the group was turned away.")


def test_an_edit_that_took_the_words_out_quotes_them_and_what_stands_there_now() -> None:
    hit = a_hit_on(ENGLISH, "Atazhurt")
    gone = a_telling(UNSAID, kind=AlertKind.EDIT, before=ENGLISH, hits_before=(hit,))

    message = worded(gone)

    assert message.title.startswith("No longer says it: Atajurt · ")
    assert "No longer says: A lawyer for »Atazhurt« was turned away.\n" in message.body
    assert "Now: A lawyer for the group was turned away.\n" in message.body
    assert "Atajurt: had matched “Atazhurt”" in message.body


def test_an_edit_that_took_one_rules_words_out_and_changed_anothers_tells_both() -> None:
    before = replace(ENGLISH, summary="Police gave a reason. A lawyer for Atazhurt was let in.")
    after = replace(ENGLISH, summary="Police gave no reason. A lawyer was let in.")
    gone, kept = a_hit_on(before, "Atazhurt"), a_hit_on(after, "reason", rule="Reasons")
    telling = a_telling(
        after,
        kept,
        kind=AlertKind.EDIT,
        rules=("Atajurt", "Reasons"),
        before=before,
        hits_before=(gone, a_hit_on(before, "reason", rule="Reasons")),
    )

    message = worded(telling)

    assert message.title.startswith("Edited after we told you: ")
    assert "No longer says: A lawyer for »Atazhurt« was let in.\n" in message.body
    assert "Police gave no »reason«." in message.body


def test_a_headline_that_lost_the_words_is_shown_as_it_was() -> None:
    before = replace(ENGLISH, title="Atazhurt volunteer held")
    after = replace(ENGLISH, title="Volunteer held")
    telling = a_telling(
        after, kind=AlertKind.EDIT, before=before, hits_before=(a_hit_on(before, "Atazhurt"),)
    )

    assert "Headline before: »Atazhurt« volunteer held\n" in worded(telling).body


def test_an_article_that_is_gone_is_quoted_with_what_answers_in_its_place() -> None:
    hit = a_hit_on(ENGLISH, "Atazhurt")

    message = worded(a_telling(ENGLISH, hit, kind=AlertKind.VANISHED, body="HTTP 410: it is gone."))

    assert message.title.startswith("Gone from its page: Atajurt · ")
    assert "A lawyer for »Atazhurt« was turned away.\n" in message.body
    assert "The article is gone from its page: HTTP 410: it is gone.\n" in message.body


def test_a_waiting_alert_whose_words_are_gone_says_so_alone_and_among_others() -> None:
    telling = a_telling(ENGLISH, a_hit_on(ENGLISH, "Atazhurt"), edited_since=True)

    alone, together = worded(telling), worded(telling, *many(1))

    assert alone.title.startswith("Edited since: Atajurt · ")
    assert "The publisher has edited it since: these words are gone." in alone.body
    assert "• Edited since: Atajurt · " in together.body


def test_a_first_sight_says_so() -> None:
    message = worded(a_telling(ENGLISH, kind=AlertKind.BASELINE))

    assert message.title.startswith("First sight of the feed: ")


def test_health_is_its_headline_and_body() -> None:
    message = worded(
        a_telling(
            kind=AlertKind.HEALTH,
            headline="Courier is silent",
            body="Nothing new for 3 days.\nTry: watcher feeds check",
        )
    )

    assert message.title == "Courier is silent"
    assert message.body == (
        "Nothing new for 3 days.\nTry: watcher feeds check\n\n"
        "2026-03-10 17:10 +05 · 0123456789abcdef"
    )


# --- groups --------------------------------------------------------------------------------------


def test_a_group_counts_by_rule_and_gives_a_line_per_story() -> None:
    message = worded(*many(2, hold=Hold.DIGEST))

    assert message.title == "2 stories (digest): Atajurt 2"
    assert message.body == (
        "• Atajurt · Courier: Headline number 0 about »Atajurt« (+1 outlet)\n"
        "https://e.org/0\n"
        "\n"
        "• Atajurt · Courier: Headline number 1 about »Atajurt« (+1 outlet)\n"
        "https://e.org/1\n"
        "\n"
        "2026-03-10 17:10 +05 · 0123456789abcdef"
    )


@pytest.mark.parametrize("limit", [300, 1000, 2000, 4096])
def test_what_a_group_has_no_room_for_is_counted(limit: int) -> None:
    message = worded(*many(200), body_limit=limit, title_limit=0)
    shown = message.body.count("• ")

    assert len(message.body) <= limit
    assert f"and {200 - shown} more: Atajurt {200 - shown}" in message.body
    assert message.body.count("https://") == shown
    assert message.body.startswith("200 stories: Atajurt 200")


def test_tellings_of_one_story_are_one_entry() -> None:
    first, second = many(2)
    second = replace(second, alert=replace(second.alert, story=first.alert.story))

    assert worded(first, second).title == "1 story: Atajurt 1"


def test_what_matters_most_comes_first_in_a_group() -> None:
    low, high = many(2)
    high = replace(high, alert=replace(high.alert, severity=Severity.HIGH))

    body = worded(low, high).body

    assert body.index("number 1") < body.index("number 0")


def test_a_group_of_one_story_is_threaded_with_it() -> None:
    first, second = many(2)

    assert worded(first, second).thread == "0123456789abcdef"
    assert worded(first).thread == "s0"


# --- times ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("published", "shown"),
    [
        (None, "seen 2026-03-10 17:10 +05, undated"),
        (datetime(9999, 12, 31, 23, 59, tzinfo=UTC), "dated in the future"),
        (datetime(1, 1, 1, tzinfo=UTC), "0001-01-01"),
        (NOON + timedelta(hours=2), "2026-03-10 19:10 +05"),
    ],
)
def test_a_date_the_publisher_cant_mean_is_not_shown_as_one(
    published: datetime | None, shown: str
) -> None:
    assert shown in worded(a_telling(replace(ENGLISH, published=published))).body


# --- formats -------------------------------------------------------------------------------------


def test_markdown_marks_in_bold_and_escapes_the_rest() -> None:
    article = an_article("*Atajurt* [x](http://evil.example) _is_ `here`", url=None)
    hit = a_hit_on(article, "Atajurt")

    first, *_ = worded(a_telling(article, hit), format=Format.MARKDOWN, title_limit=0).body.split(
        "\n"
    )

    assert first == (
        "Atajurt · Courier: \\***Atajurt**\\* \\[x\\]\u200b(http://evil.example) "
        "\\_is\\_ \\`here\\`"
    )


def test_html_marks_words_and_escapes_the_rest() -> None:
    article = replace(ENGLISH, summary='Atajurt <b>&</b> "others" met.')

    message = worded(a_telling(article, a_hit_on(article, "Atajurt")), format=Format.HTML)

    assert "<mark>Atajurt</mark> activist" in message.html
    assert "&lt;" in message.html or "<b>" not in message.html
    link = "https://herald.example/news/1?id=7&amp;page=2"
    assert f'<a href="{link}" rel="noopener noreferrer">{link}</a>' in message.html
    assert "»Atajurt« activist" in message.body


def test_an_entity_is_called_by_the_name_that_people_know() -> None:
    article = an_article("Police hold Bilash")
    hit = a_hit_on(article, "Bilash", entity="serikzhan-bilash")
    telling = replace(a_telling(article, hit), names={"serikzhan-bilash": "Serikzhan Bilash"})

    assert "matched “Bilash”, alias of Serikzhan Bilash" in worded(telling).body
