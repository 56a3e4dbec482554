"""In which language an article is, and what a rule for a language makes of it."""

from __future__ import annotations

import pytest
from support.matching import a_term, a_text

from watcher.core.model import Rule
from watcher.core.rules import compile_rules
from watcher.core.rules.spoken import by_letters, language_of

SENTENCES = [
    ("kk", "Алматыда үш белсенді ұсталды, сот бүгін түсте өтеді деп хабарлады"),
    ("kk", "شىنجاڭداعى قازاقتاردىڭ تاعدىرى تۋرالى كىتاپ جارىق كۇندە وقىلدى"),
    ("ky", "Бишкекте үч журналист кармалды, алардын өтүнүчү боюнча сот өттү"),
    ("tg", "Дар Душанбе се рӯзноманигорро ҳабс карданд, суд имрӯз ҷаласа дошт"),
    ("uz", "Тошкентда уч журналист ҳибсга олинди, суд ўз қарорини эълон қилди"),
    ("ru", "В Алматы задержали трёх активистов, суд состоится вечером, сообщили близкие"),
    ("uk", "У Києві затримали трьох активістів, суд відбудеться ввечері, кажуть їхні рідні"),
    ("be", "У Мінску затрымалі трох актывістаў, суд адбудзецца ўвечары"),
    ("ug", "ئۈرۈمچىدە ئۈچ كىشى تۇتقۇن قىلىندى، دېدى ئۇلارنىڭ تۇغقانلىرى"),
    ("ar", "اعتقلت الشرطة ثلاثة ناشطين في المدينة القديمة أمس"),
    ("fa", "پلیس سه روزنامه‌نگار را در پایتخت بازداشت کرد، گفتند نزدیکان آنها"),
    ("ur", "پولیس نے تین صحافیوں کو گرفتار کیا ہے، ان کے گھر والوں نے بتایا"),
    ("zh", "警方昨日拘留三名记者"),
    ("zh", "警方昨日拘留三名記者，家屬說"),
    ("ja", "警察は昨日、三人の記者を拘束した"),
    ("ko", "경찰은 어제 기자 세 명을 체포했다"),
    ("el", "Η αστυνομία συνέλαβε τρεις δημοσιογράφους"),
    ("tr", "Üç gazeteci dün akşam gözaltına alındı, avukatları açıklama yaptı"),
    ("az", "Bakıda üç jurnalist dünən axşam həbs edildi, vəkilləri bəyanat verdi"),
]


@pytest.mark.parametrize(("language", "text"), SENTENCES)
def test_letters_that_one_language_writes_tell_it(language: str, text: str) -> None:
    assert by_letters(text) == language


@pytest.mark.parametrize(
    "text",
    [
        "Police held three activists",
        "Drei Aktivisten wurden in München festgenommen, sagte ihr Anwalt",
        "Билаш, Алматы",
        "Алматыда жиын болды",
        "Суд в Алматы",
        "Активисты организации Атажұрт вышли из суда",
        "新疆",
        "12:30 — 45%",
        "",
        "Xinjiang 新疆 Синьцзян شىنجاڭ",
    ],
)
def test_letters_that_leave_doubt_tell_nothing(text: str) -> None:
    assert by_letters(text) is None


@pytest.mark.parametrize(
    ("said", "title", "language"),
    [
        ("kk-KZ", "Police held three activists", "kk"),
        ("en", "Алматыда үш белсенді ұсталды, сот бүгін өтеді", "kk"),
        ("en", "Алматыда кеше жиын болды", None),
        ("ru", "Алматыда үш белсенді ұсталды, сот бүгін өтеді", "ru"),
        (None, "警方昨日拘留三名记者", "zh"),
        (None, "Police held three activists", None),
    ],
)
def test_the_feeds_word_counts_unless_its_script_is_another(
    said: str | None, title: str, language: str | None
) -> None:
    assert language_of(a_text(title, language=said), frozenset({"kk"})) == language


def test_what_is_open_is_asked_of_the_tongue_and_only_for_rules_that_want_a_language() -> None:
    asked: list[tuple[str, frozenset[str]]] = []

    def tongue(text: str, wanted: frozenset[str]) -> str | None:
        asked.append((text, wanted))
        return "de" if "und" in text else None

    rules = [
        Rule(name="any", find=a_term("Polizei")),
        Rule(name="fr", find=a_term("Polizei"), languages=frozenset({"fr", "it"})),
    ]
    book = compile_rules(rules, (), tongue=tongue)

    def hits(title: str, language: str | None = None) -> list[str]:
        return [hit.rule for hit in book.match(a_text(title, language=language))]

    assert hits("Wind und Regen") == []
    assert hits("警方昨日拘留三名记者，家属今天在法院外等候 Polizei") == ["any"]
    assert hits("Polizei", language="fr") == ["any", "fr"]
    assert asked == []
    assert hits("Polizei und Justiz") == ["any"]
    assert hits("Polizei, Justiz") == ["any", "fr"]
    assert [wanted for _, wanted in asked] == 2 * [frozenset({"fr", "it"})]
    assert "is in de" in book.explain(a_text("Polizei und Justiz"))[1].obstacle
