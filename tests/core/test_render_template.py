"""A channel's own wording: what it can say, what it can't reach, and that it loses no alert."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.make import a_member, a_story, an_article
from support.telling import ALMATY, KEY, a_batch, a_hit_on, a_telling, many

from watcher.core.model import AlertKind, Batch, Format, Hold, Message, Traits
from watcher.core.render import TemplateMistakeError, render, try_template
from watcher.core.render.clip import units

DESK = """
{{ alert.label }}{{ alert.rule }} | {{ alert.outlet }}: {{ alert.headline }}
{% for sentence in alert.sentences %}
> {{ sentence }}
{% endfor %}

{{ alert.url }} ({{ alert.language }})
"""


def worded(template: str, batch: Batch, **traits: object) -> Message:
    return render(batch, Traits(**traits), timezone=ALMATY, template=template)  # type: ignore[arg-type] # few keys


def an_alert(words: str = "Атажұрт", **more: object) -> Batch:
    article = an_article(
        f"{words} мүшесі босатылды",
        summary=f"Бүгін {words} туралы айтылды.",
        language="kk",
        url="https://dala.example/1?a=1&b=2",
        **more,
    )
    hit = a_hit_on(article, words)
    story = a_story(a_member(), a_member("a2", "NTD"))
    return a_batch(a_telling(article, hit, story=story))


def test_the_first_line_is_the_title_and_paragraphs_stay_apart() -> None:
    message = worded(DESK, an_alert())

    assert message.title == "Atajurt | Courier: Атажұрт мүшесі босатылды"
    assert message.body == (
        "Atajurt | Courier: »Атажұрт« мүшесі босатылды\n"
        "\n"
        "> Бүгін Атажұрт туралы айтылды.\n"
        "\n"
        "https://dala.example/1?a=1&b=2 (Kazakh)"
    )


def test_one_template_marks_words_as_each_channel_does() -> None:
    assert "**Атажұрт**" in worded(DESK, an_alert(), format=Format.MARKDOWN, title_limit=0).body
    html = worded(DESK, an_alert(), format=Format.HTML).html
    assert "<mark>Атажұрт</mark>" in html
    assert '<a href="https://dala.example/1?a=1&amp;b=2"' in html


def test_markup_of_the_template_itself_is_text() -> None:
    message = worded("<b>{{ alert.rule }}</b> *now*", an_alert(), format=Format.HTML, title_limit=0)

    assert "&lt;b&gt;Atajurt&lt;/b&gt; *now*" in message.html


def test_a_group_can_be_listed_and_counted() -> None:
    listed = (
        "{{ count }} for you ({{ held }})\n"
        "{% for one in alerts %}\n{{ loop.index }}. {{ one.headline }}\n{% endfor %}"
    )

    message = worded(listed, a_batch(*many(3, hold=Hold.DIGEST)))

    assert message.title == "3 for you (digest)"
    assert message.body.splitlines()[-1] == "3. Headline number 2 about »Atajurt«"


def test_the_usual_wording_can_be_taken_in() -> None:
    usual = render(an_alert(), Traits(title_limit=0), timezone=ALMATY).body

    taken = "{{ title }}\n\n{% for line in body %}\n{{ line }}\n{% endfor %}"

    assert worded(taken, an_alert(), title_limit=0).body == usual


def test_the_watchers_own_messages_keep_the_usual_wording() -> None:
    health = a_batch(
        a_telling(kind=AlertKind.HEALTH, headline="A feed is silent", body="since Monday")
    )

    assert worded(DESK, health).title == "A feed is silent"


def test_a_possible_repeat_says_so_whatever_the_template_says() -> None:
    batch = a_batch(*an_alert().tellings, repeat=True)

    assert worded("{{ alert.rule }}", batch).title == "(possible repeat) Atajurt"


def test_a_ping_is_the_templates_own_to_make_and_never_the_feeds() -> None:
    message = worded("@here {{ alert.headline }}", an_alert("@here"), title_limit=0)

    assert message.body.count("@here") == 1
    assert message.body.startswith("@here ")


@given(words=st.text(min_size=1, max_size=30), limit=st.integers(20, 400))
def test_whatever_a_feed_says_the_message_keeps_its_limit(words: str, limit: int) -> None:
    article = an_article(words, summary=words, outlet=words, url="https://e.org/1")
    batch = a_batch(a_telling(article))

    message = worded(DESK, batch, title_limit=0, body_limit=limit)

    assert 0 < units(message.body) <= limit


@given(words=st.text(alphabet="\ue000\ue001\ue002\ue003ab", min_size=1, max_size=20))
def test_a_feed_cant_forge_the_signs_that_mark_words(words: str) -> None:
    article = an_article(words + " x", summary=words, url="https://e.org/1")

    message = worded("a\n{{ alert.headline }}", a_batch(a_telling(article)))

    assert not {"\ue000", "\ue001", "\ue002", "\ue003", "»"} & set(message.body)


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("{{ x }}", 1, 'there is no "x". There are: alert, '),
        ("a\n{{ alert.headlin }}", 2, 'an alert has no "headlin". It has: rule, '),
        ("{% for x in", 1, "unexpected 'end of template'"),
        ("{{ alert.rule|shout }}", 1, 'there is no filter "shout". There are: capitalize, '),
        ("{{ alert.rule.upper() }}", 1, '"upper" can\'t be used here'),
        ("a\n\n{{ ''.__class__.__mro__ }}", 3, '"__class__" can\'t be used here'),
        ("{{ alert.__init__.__globals__ }}", 1, '"__init__" can\'t be used here'),
        ("{{ 'a' * 999999999 }}", 1, "* can't be used here"),
        ("{{ 9 ** 999999999 }}", 1, "** can't be used here"),
        ("{{ '%999999999d' % 1 }}", 1, "% can't be used here"),
        ("{{ range(10) }}", 1, 'there is no "range"'),
        ("{% include 'x' %}", 1, "no loader"),
        ("{{ 1 / 0 }}", 1, "division by zero"),
        (" \n ", 1, "it gives an empty message"),
        ("x" * 20_001, 1, "it has 20,001 characters; at most 20,000"),
    ],
)
def test_a_mistake_names_the_line_and_what_there_is(text: str, line: int, words: str) -> None:
    with pytest.raises(TemplateMistakeError) as raised:
        try_template(text)

    assert raised.value.line == line
    assert words in str(raised.value)


def test_a_template_that_only_breaks_on_a_group_is_found_out() -> None:
    with pytest.raises(TemplateMistakeError, match="loop"):
        try_template("{{ alert.rule }}{% if count > 1 %}{{ loop.index }}{% endif %}")


def test_the_key_can_be_shown() -> None:
    assert worded("{{ key }}", an_alert()).title == KEY


def test_a_list_without_a_loop_is_read_as_lines_or_as_names() -> None:
    whole = worded(
        "{{ title }}\n\n{{ body }}\n\n{{ alert.rules }}; {{ alert.outlets }}", an_alert()
    )
    usual = render(an_alert(), Traits(), timezone=ALMATY)

    assert usual.body in whole.body
    assert whole.body.removeprefix(usual.body).strip() == "Atajurt; NTD"


def test_what_an_alert_has_is_named_with_the_alert_in_front() -> None:
    with pytest.raises(TemplateMistakeError, match=r"Write alert\.headline$"):
        try_template("{{ headline }}")
