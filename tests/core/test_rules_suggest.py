"""Near misses are suggested where the name's own company stands; false friends are not."""

from __future__ import annotations

from dataclasses import replace

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from support.matching import a_text

from watcher.core.model import Alias, Article, Entity, Group, Rule, Term, TermKind
from watcher.core.rules import Suggester, Suggestion, compile_rules
from watcher.core.rules.alike import Kinship

LAKE = Entity(
    id="lake",
    name="Balqash",
    type="place",
    aliases=(
        Alias(text="Balkhash", language="en"),
        Alias(text="Балхаш", language="ru"),
        Alias(text="巴尔喀什湖", language="zh"),
    ),
    context=("fishermen", "рыбаки", "渔民"),
    not_with=("Balhash Street",),
)
PERSON = Entity(
    id="singer",
    name="Dinara Orazbek",
    type="person",
    aliases=(
        Alias(text="Dinara Orazbek", language="en"),
        Alias(text="Динара Оразбек", language="ru"),
    ),
)
UNION = Entity(
    id="union",
    name="Steppe Water Users Union",
    aliases=(
        Alias(text="Steppe Water Users Union", language="en"),
        Alias(text="irrigation union", language="en"),
        Alias(text="water committee", language="en"),
    ),
    context=("canal",),
)
ENTITIES = (LAKE, PERSON, UNION)
RULES = [Rule(name=e.name, find=Term(text=e.id, kind=TermKind.ENTITY)) for e in ENTITIES]


def suggested(
    *articles: Article | str, rules: list[Rule] | None = None, limit: int = 10
) -> list[Suggestion]:
    suggester = Suggester(compile_rules(RULES if rules is None else rules, ENTITIES))
    for article in articles:
        suggester.look_at(a_text(article) if isinstance(article, str) else article)
    return suggester.suggestions(limit)


@pytest.mark.parametrize(
    ("title", "words", "kinship"),
    [
        ("Fishermen of Balkash wait for rain", "Balkash", Kinship.LETTER),
        ("Fishermen of Balxash wait for rain", "Balxash", Kinship.SOUND),
        ("Рыбаки вышли на Балхашщину", "Балхашщину", Kinship.ENDING),
        ("Fishermen and the Bal-Khash canal", "Bal-Khash", Kinship.SOUND),
        ("渔民离开巴尔哈什湖", "巴尔哈什湖", Kinship.SIGNS),
        ("The canal and the SWUU", "SWUU", Kinship.ACRONYM),
        ("The canal of the water union", "water union", Kinship.HEAD),
        ("Dinara Orazbeck sings", "Dinara Orazbeck", Kinship.SOUND),
        ("Fishermen listen: Dinara Orozbek sings", "Dinara Orozbek", Kinship.LETTER),
    ],
)
def test_what_is_nearly_a_name_is_suggested_with_its_sentence(
    title: str, words: str, kinship: Kinship
) -> None:
    first, *_ = suggested(title)

    assert (first.words, first.kinship) == (words, kinship)
    assert first.sentence == title


def test_a_name_is_suggested_in_the_script_it_was_seen_in() -> None:
    article = replace(a_text("كانال, Балхаш: балықшылар"), language="kk")
    kazakh = replace(a_text("Рыбаки: Балқаш тартылып барады", language="kk"))

    found = suggested(article, kazakh)

    assert [(one.words, one.language) for one in found] == [("Балқаш", "kk")]


@pytest.mark.parametrize(
    "title",
    [
        # No company.
        "Balkash wins the cup",
        # A word that speaks against the name.
        "Fishermen of Balkash meet at Balhash Street",
        # A name begins with a capital letter.
        "Fishermen eat balkash with bread",
        # Found already.
        "Fishermen of Balkhash wait for rain",
        # A spelling already, which its conditions keep out.
        "Fishermen of Balhash Street at Balkhash",
        # Another compound of the same beginning.
        "渔民巴尔干半岛",
        # Too far.
        "Fishermen of Bukhara wait for rain",
    ],
)
def test_false_friends_are_not_suggested(title: str) -> None:
    assert suggested(title) == []


def test_a_listed_false_friend_is_not_suggested() -> None:
    rule = Rule(name="Arrests", find=Group(all=(Term(text="detained"), Term(text="carp"))))

    assert suggested("A detailed map of carp", rules=[rule]) == []
    assert [one.words for one in suggested("They detaimed the carp", rules=[rule])] == ["detaimed"]


def test_a_spelling_that_lacks_its_context_is_not_suggested_again() -> None:
    party = Entity(
        id="party",
        name="Ata-Meken",
        aliases=(
            Alias(text="Ata-Meken", language="ru", ctx=True),
            Alias(text="Atameken Socialist Party", language="en"),
        ),
        context=("Bishkek",),
    )
    rules = [Rule(name=party.name, find=Term(text="party", kind=TermKind.ENTITY)), *RULES]
    suggester = Suggester(compile_rules(rules, (*ENTITIES, party)))

    suggester.look_at(a_text("Fishermen of Balkhash and the Ata-Meken"))

    assert suggester.suggestions() == []


def test_a_word_that_is_mostly_seen_elsewhere_sinks_below_one_that_is_not() -> None:
    seldom = [f"Balkash wins game {number}" for number in range(9)]
    found = suggested("Fishermen of Balkash wait", "Fishermen of Balkhesh wait", *seldom)

    assert [one.words for one in found] == ["Balkhesh", "Balkash"]
    assert [(one.articles, one.elsewhere, one.ctx) for one in found] == [
        (1, 0, False),
        (1, 9, True),
    ]


def test_a_long_name_in_other_letters_needs_no_company_but_comes_after_one_that_has_it() -> None:
    found = suggested("Balhash freezes over", "Fishermen of Balkash wait")

    assert [(one.words, one.articles, one.beside) for one in found] == [
        ("Balkash", 1, ("Fishermen",)),
        ("Balhash", 1, ()),
    ]


def test_the_forms_of_one_word_are_one_suggestion() -> None:
    [one] = suggested(
        "Fishermen at Balhashta", "Fishermen left Balhashtan", "Fishermen love Balhash", limit=5
    )

    assert (one.words, one.articles) == ("Balhash", 3)


def test_the_words_of_the_same_rule_are_company_for_a_plain_term() -> None:
    rule = Rule(
        name="Reeds",
        find=Group(all=(Term(text="Syrdarya"), Group(any=(Term(text="reeds"), Term(text="carp"))))),
    )

    [one] = suggested("Carp die in the Syrdaria", "Syrdaria wins the cup", rules=[rule])

    assert (one.words, one.entity, one.beside) == ("Syrdaria", None, ("Carp",))
    assert one.line == "{any: [Syrdarya, Syrdaria]}"


def with_line(suggestion: Suggestion) -> list[Entity]:
    """Return the entities with the suggested line taken into them, as rules.yaml would read it."""
    [(id_, table)] = yaml.safe_load(suggestion.line).items()
    [(language, [alias])] = table["aliases"].items()
    text, *flags = [alias] if isinstance(alias, str) else alias
    added = Alias(text=text, language=language, ctx="ctx" in flags)
    return [
        replace(entity, aliases=(*entity.aliases, added)) if entity.id == id_ else entity
        for entity in ENTITIES
    ]


SLIPS = st.sampled_from(
    ["Balkash", "Balkhaash", "Balhash", "Balqash", "Balkhasch", "Balkhach", "Bolkhash"]
)


@given(name=SLIPS, end=st.sampled_from(["", "'s water", ", again", "."]))
@settings(max_examples=30)
def test_the_suggested_line_makes_the_rule_hold_for_its_sentence(name: str, end: str) -> None:
    article = a_text(f"Fishermen speak of {name}{end}")
    [suggestion] = suggested(article)

    rule = next(rule for rule in RULES if rule.find == Term(text="lake", kind=TermKind.ENTITY))

    assert not compile_rules([rule], ENTITIES).match(article)
    assert compile_rules([rule], with_line(suggestion)).match(article)


STATION = Entity(
    id="station",
    name="Pumping station",
    aliases=(
        Alias(text="Wasserkraftwerk", language="de"),
        Alias(text="Bewässerungspumpwerk", language="de"),
        Alias(text="Ulan Sary", language="en"),
        Alias(text="South Orazbekistan", language="en"),
        Alias(text="Sharyn Water And Pump Yard", language="en"),
    ),
    context=("Kanal", "canal", "运河", "القناة"),
)


def suggested_for_station(*titles: str) -> list[Suggestion]:
    suggester = Suggester(
        compile_rules(
            [Rule(name="s", find=Term(text="station", kind=TermKind.ENTITY))], (STATION, LAKE)
        )
    )
    for title in titles:
        suggester.look_at(a_text(title))
    return suggester.suggestions()


@pytest.mark.parametrize(
    ("title", "words", "kinship"),
    [
        # Chinese signs that are read as a name is spelled.
        ("运河从乌兰萨里开始", "乌兰萨里", Kinship.SOUND),
        # Put together from parts of two names.
        ("Am Kanal steht ein Wasserpumpwerk", "Wasserpumpwerk", Kinship.HEAD),
        # A long proper name beside another word: it may be the name in another language.
        ("Kanal: Güney Orazbekistan bekliyor", "Güney Orazbekistan", Kinship.HEAD),
        # The first letters of four words say something by themselves.
        ("A word of the SWPY", "SWPY", Kinship.ACRONYM),
    ],
)
def test_a_name_in_another_writing_or_language_is_suggested(
    title: str, words: str, kinship: Kinship
) -> None:
    first, *_ = suggested_for_station(title)

    assert (first.words, first.kinship) == (words, kinship)


def test_a_name_in_other_letters_without_company_comes_last_and_is_not_lost() -> None:
    found = suggested_for_station("Улан Сары", "The canal of Ulan Sarry", "A canal. Улаан")

    assert [one.words for one in found if one.articles == 0] == []
    assert "Улан Сары" in [one.words for one in found]


@pytest.mark.parametrize(
    "title",
    [
        # No acronym without capitals.
        "The swpy of the canal",
        # Read as one of the name's words only.
        "运河从乌兰开始",
        # Begins like one name, and ends like none.
        "Am Kanal steht ein Wasserkraftleugner",
        # Words of the name, and no company: there are others of the kind.
        "The Water Yard opens",
        # A long word that is no proper name here.
        "canal: dry orazbekistan",
    ],
)
def test_what_only_looks_like_another_writing_is_not_suggested(title: str) -> None:
    assert suggested_for_station(title) == []


def test_an_article_that_no_rule_listens_to_suggests_nothing() -> None:
    term = Term(text="lake", kind=TermKind.ENTITY)
    rule = Rule(name="Lake", find=term, languages=frozenset({"en"}))
    title = "Fishermen of Balkash wait for rain"

    french = suggested(replace(a_text(title), language="fr"), rules=[rule])
    english = suggested(replace(a_text(title), language="en"), rules=[rule])

    assert (french, [one.words for one in english]) == ([], ["Balkash"])


def test_what_nothing_tells_is_in_the_language_that_the_tongue_guesses() -> None:
    rule = Rule(
        name="Lake", find=Term(text="lake", kind=TermKind.ENTITY), languages=frozenset({"en"})
    )
    suggester = Suggester(compile_rules([rule], ENTITIES, tongue=lambda _text, _asked: "fr"))

    suggester.look_at(a_text("Fishermen of Balkash wait for rain"))

    assert suggester.suggestions() == []


CAMEL = Entity(
    id="camel",
    name="Alakol",
    aliases=(Alias(text="Alakolsk", language="en"), Alias(text="ألاكولسك", language="ar")),
    context=("lake", "بحيرة"),
)


def of_the_camel(title: str) -> list[str]:
    rule = Rule(name="c", find=Term(text="camel", kind=TermKind.ENTITY))
    suggester = Suggester(compile_rules([rule], [CAMEL]))
    suggester.look_at(a_text(title))
    return [one.words for one in suggester.suggestions()]


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        # The article and what is written with it do not hide a name.
        ("بحيرة والالكولسك", ["والالكولسك"]),
        # A known ending does not either, however long.
        ("The lake; Алаколсктардың", ["Алаколск"]),
        # Two words that only together, and with an ending, sound like one.
        ("The lake; Alakol skiing", []),
    ],
)
def test_what_is_written_on_to_a_name_does_not_hide_it(title: str, expected: list[str]) -> None:
    assert of_the_camel(title) == expected
