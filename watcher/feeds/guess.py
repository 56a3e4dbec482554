"""Guess the charset of bytes that carry a wrong label or none.

Only asked when the text is not UTF-8 and no label fits. Each candidate reads the bytes; the one
whose letters are those that people most use wins, and when none convinces the answer is None:
a wrong guess looks like text, and is worse than marked damage.
"""

from __future__ import annotations

from itertools import pairwise

SAMPLE = 60_000
"""Bytes looked at."""

_SIMPLIFIED = (
    "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里"
    "用道行所然家种事成方多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心她本前开但因只从想实"
    "日军者意无力它与长把机十民第公此已工使情明性知全三又关点正业外将两高间由问很最重并物手应战向头文体政"
    "美相见被利什二等产或新己制身果加西斯月话合回特代内信表化老给世位次度门任常先海通教儿原东声提立及比员"
    "解水名真论处走义各入几口认条平系气题活尔更别打女变四神总何电数安少报才结反受目太量再感建务做接必场件"
)
_TRADITIONAL = (
    "的一是不了在人有我他這個們中來上大為和國地到以說時要就出會可也你對生能而子那得於著下自之年過發後作裡"
    "用道行所然家種事成方多經麼去法學如都同現當沒動面起看定天分還進好小部其些主樣理心她本前開但因只從想實"
    "日軍者意無力它與長把機十民第公此已工使情明性知全三又關點正業外將兩高間由問很最重並物手應戰向頭文體政"
    "美相見被利什二等產或新己制身果加西斯月話合回特代內信表化老給世位次度門任常先海通教兒原東聲提立及比員"
)
_KANA = "".join(map(chr, range(0x3041, 0x30F7)))
_HANGUL = "".join(map(chr, range(0xAC00, 0xD7A4)))
_CYRILLIC = "оеаинтсрвлкмдпуяыьгзбчйхжш"
_UKRAINIAN = _CYRILLIC + "ії"
_ARABIC = "اليمنرتوبدعسةفكحهقجشصأطخذإىثزضئغء،"
_PERSIAN = _ARABIC + "یکپچگ"
_HEBREW = "יוהלארתבשמנםדעקחפטכן"
_THAI = "านรอกเงมยลวดท่้ัีสตบคหแจพปิไะุำื"
_LATIN = "áàâäãåæçéèêëíìîïñóòôöõøúùûüýßœÁÉÖÜÄÅ’‘“”–—…«»€° ¡¿"

_CANDIDATES = (
    ("gb18030", frozenset(_SIMPLIFIED + "，。、：；“”《》")),
    ("big5hkscs", frozenset(_TRADITIONAL + "，。、：；「」《》")),
    ("cp932", frozenset(_KANA + "、。ー・")),
    ("euc_jp", frozenset(_KANA + "、。ー・")),
    ("cp949", frozenset(_HANGUL)),
    ("cp1251", frozenset(_UKRAINIAN + "«»—–“”„№ ")),
    ("koi8-r", frozenset(_CYRILLIC)),
    ("cp1256", frozenset(_PERSIAN)),
    ("cp1255", frozenset(_HEBREW)),
    ("cp874", frozenset(_THAI)),
    ("cp1252", frozenset(_LATIN)),
)
_CONVINCING = 0.35
"""Share of the letters outside ASCII that must be common ones; real text has 0.4 to 0.95."""
_IN_RUNS = 0.4
"""Share of bytes outside ASCII that follow another: near 0 for French, near 1 for Russian."""


def charset(body: bytes) -> str | None:
    """Return the most plausible codec for `body`, or None."""
    sample = bytes(body[:SAMPLE])
    runs = _in_runs(sample) >= _IN_RUNS
    best, codec = max(
        (_plausible(sample, name, common), name)
        for name, common in _CANDIDATES
        if (name != "cp1252") is runs
    )
    return codec if best >= _CONVINCING else None


def _in_runs(sample: bytes) -> float:
    high = [byte > 0x7F for byte in sample]
    return sum(one and other for one, other in pairwise(high)) / max(1, sum(high))


def _plausible(sample: bytes, codec: str, common: frozenset[str]) -> float:
    """Return the share of common letters among those outside ASCII, less what can't be read."""
    letters = [c for c in sample.decode(codec, "replace") if c > "\x7f"]
    if not letters:
        return 0.0
    good = sum(c in common for c in letters)
    bad = letters.count("\ufffd")
    return (good - 10 * bad) / len(letters)
