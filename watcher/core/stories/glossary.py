"""Numbers and what they count, and what was done, read the same way in six languages.

The table knows a few dozen ideas of the news of human rights (people, years, detained, released)
by the beginnings of their words in English, Russian, Kazakh, Chinese, Uyghur and Turkish. It is no
translation: it says of two texts whether they may speak of one event, and stays silent on the rest.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import regex

from watcher.core.text import fold

LENGTH: Final = 512
"""Characters of a text that are read."""
REACH: Final = 40
"""Characters behind a number within which the word stands that says what is counted."""
REACH_HAN: Final = 12
YEARS: Final = range(1_900, 2_101)
"""A plain number among these is the year of a date."""

COUNTED: Final = {
    "people": """person people man men woman women activist* worker* child* student* journalist*
        reporter* protester* detainee* prisoner* inmate* resident* villager* volunteer* police*
        officer* relative* teacher* lawyer* member* uyghur* uighur* kazakh* miner* refugee* citizen*
        человек* люд* мужчин* женщин* активист* работник* рабоч* дет* ребен* студент* журналист*
        протестующ* заключенн* задержанн* жител* волонтер* полицейск* родственник* учител* адвокат*
        уйгур* казах* шахтер* беженц* граждан* участник* демонстрант*
        адам* ер еркек* әйел* белсенді* жұмысшы* бала* студент* журналист* наразы* тұтқын* тұрғын*
        ерікті* полицей* туыс* мұғалім* адвокат* ұйғыр* қазақ* кенші* босқын* азамат*
        人 名 位 民众 儿童 学生 记者 妇女
        ئادەم* كىشى* ئەر ئايال* پائالىيەتچى* ئىشچى* بالا* ئوقۇغۇچى* مۇخبىر* تۇتقۇن* ساقچى*
        تۇغقان* ئوقۇتقۇچى* ئادۋوكات* ئۇيغۇر* قازاق* نەپەر* پۇقرا*
        kişi* insan* erkek* kadın* aktivist* işçi* çocuk* öğrenci* gazeteci* gösterici* protestocu*
        tutuklu* mahkum* sakin* gönüllü* polis* akraba* öğretmen* avukat* uygur* kazak* madenci*
        mülteci* vatandaş*""",
    "years": """year years year-long yr yrs год года году годам годами лет летие* летия*
        жыл жылға жылды жылдан жылдық жылын 年 岁 周年
        يىل يىلغا يىللىق يىلدىن yıl yıla yıldan yıllık yılı""",
    "age": "year-old* years-old* летн* жаста* жасар* 岁 ياشلىق ياشتىكى yaşında* yaşlı*",
    "months": """month months месяц* ай айға айдан айлық 个月 ئاي ئايلىق ay aya aylık aydan""",
    "days": """day days сутки суток дн* день күн күнге күндік тәулік* 天 日拘留
        كۈن كۈنلۈك gün güne günlük""",
    "hours": "hour hours час часа часов сағат* 小时 سائەت* saat saatlik",
    "percent": "percent* per-cent % процент* пайыз* 百分点 پىرسەنت* yüzde* %",
    "money": """dollar* euro* yuan* tenge* rouble* ruble* lira* доллар* евро юан* тенге* рубл* лир*
        теңге* 美元 欧元 元 坚戈 دوللار* يۈەن* تەڭگە* dolar* avro* yuan* tenge* lira*""",
    "distance": "km kilometer* kilometre* км километр* шақырым* 公里 كىلومېتىر* kilometre*",
    "weight": "ton tons tonne* тонн* тонна* 吨 توننا* ton",
    "places": """village* town* camp camps prison* school* mosque* house* building* сел* деревн*
        лагер* тюр* школ* мечет* дом* здани* ауыл* лагер* түрме* мектеп* мешіт* үй* 所 座 个村
        كەنت* لاگېر* تۈرمە* مەكتەپ* مەسچىت* ئۆي* köy* kamp* hapishane* okul* cami* ev evi evler*""",
    "firms": """compan* firm* enterprise* компани* предприяти* фирм* компания* кәсіпорын* 家
        شىركەت* كارخانا* şirket* firma*""",
    "countries": "countr* states стран* государств* ел елдің елдер* 国 دۆلەت* ülke* devlet*",
}
"""What a number counts, by the words that say so; a star stands for any ending."""

DONE: Final = {
    "detain": """detain* arrest* custody задерж* арест* ұста* қамауға қамал* тұтқынд* 拘留 逮捕
        抓捕 被捕 拘捕 被抓 تۇتۇل* تۇتقۇن* قولغا gözaltı* tutukla* yakala*""",
    "release": """releas* freed frees free освобо* отпуст* выпуст* босат* босап* 获释 释放 出狱
        قويۇپ قويۇۋ* بوشىت* serbest* tahliye* salıver*""",
    "sentence": """sentenc* jailed jails convict* приговор* осужд* осуди* соттал* соттады соттап
        кесті* жаза жазаға жазасын үкім* 判处 判刑 被判 获刑 ھۆكۈم* كېسى* قاماق* mahkum* ceza*
        çarptır*""",
    "die": """kill* dead death* die dies died погиб* умер* скончал* убит* қаза қайтыс өлді өлтір*
        死亡 身亡 遇难 丧生 去世 死于 ئۆل* قازا öldü* ölü* ölen* hayatını öldür*""",
    "injure": """injur* wound* ранен* пострада* жаралан* жарақат* 受伤 伤者 يارىلان*
        yaralan* yaralı*""",
    "protest": """protest* rally rallies rallied demonstrat* picket* протест* митинг* пикет*
        наразылық* митинг* шеру* 抗议 示威 集会 نامايىش* ئېتىراز* protesto*
        gösteri* eylem* miting*""",
    "search": "raid* searched обыск* рейд* тінту* тінт* 搜查 突击 ئاختۇر* baskın* arama* aradı",
    "seize": "seiz* confiscat* изъя* конфиск* тәркіле* 扣押 没收 查获 مۇسادىرە* el-koy*",
    "fine": "fine fined fines штраф* айыппұл* 罚款 جەرىمانە* para-cezası*",
    "appeal": "appeal* апелляц* обжал* шағым* 上诉 申诉 ئەرز* نارازىلىق* temyiz* istinaf*",
    "block": """block* bans banned ban shut shuts closed заблокир* запрет* закры* бұғатта* тыйым*
        жапты жабыл* 封锁 禁止 关闭 屏蔽 چەكل* توسۇ* تاقا* تاقى* yasak* engelle* kapat*""",
    "deport": """deport* extradit* repatriat* депорт* экстрад* выдал* выдач* высла* экстрадиц*
        шығарып 遣返 引渡 遣送 驱逐 قايتۇر* ئۆتكۈزۈپ sınır-dışı* iade* sınırdışı*""",
    "sanction": "sanction* blacklist* санкци* черн* санкция* 制裁 黑名单 جازا* ئېمبارگو* yaptırım*",
    "strike": "hunger голодовк* голода* аштық* 绝食 ئاچلىق* açlık*",
    "meet": """meet meets met talks summit visit* встре* переговор* саммит* визит* посети* кездес*
        келіссөз* сапар* 会见 会谈 访问 峰会 会晤 كۆرۈش* زىيارەت* görüş* ziyaret* zirve*""",
    "vote": """elect* vote* votes выбор* голосо* избра* сайлау* дауыс* 选举 投票 当选 سايلا* بېلەت*
        seçim* oy oyla* seçil*""",
    "sign": "sign signs signed подпис* қол-қой* келісім* 签署 签订 ئىمزا* imzala*",
    "quake": "quake* earthquake* землетряс* жер-сілкін* 地震 يەر-تەۋرە* deprem*",
    "fire": "fire fires blaze* пожар* өрт* 火灾 大火 ئوت-ئاپىتى* yangın*",
    "blast": "blast* explo* взрыв* жарыл* 爆炸 پارتلا* patla*",
    "charge": """charg* accus* indict* обвин* айыпта* 起诉 指控 ئەيىبل* suçla* itham*""",
    "vanish": """missing disappear* vanish* пропал* исчез* жоғал* із-түзсіз 失踪 失联 يوقاپ* غايىب*
        kayıp kaybol*""",
    "torture": "tortur* пыт* азапта* қинау* 酷刑 虐待 قىيىن-قىستاق* işkence*",
    "award": "award* prize* премия* преми* наград* сыйлық* марапат* 获奖 奖 مۇكاپات* ödül*",
    "report": "report documents documented доклад* отчет* баяндама* есеп* 报告 دوكلات* rapor*",
}
"""What was done, likewise."""

MONTHS: Final = """january february march april may june july august september october november
    december jan feb mar apr jun jul aug sep sept oct nov dec
    январ* феврал* март* апрел* мая май июн* июл* август* сентябр* октябр* ноябр* декабр*
    қаңтар* ақпан* наурыз* сәуір* мамыр* маусым* шілде* тамыз* қыркүйек* қазан* қараша* желтоқсан*
    月 日 号 يانۋار* فېۋرال* مارت* ئاپرېل* ماي ئىيۇن* ئىيۇل* ئاۋغۇست* سېنتەبىر* ئۆكتەبىر*
    نويابىر* دېكابىر* ocak* mart* şubat* nisan* mayıs* haziran* temmuz* ağustos* eylül* ekim* kasım*
    aralık*"""

UNITS: Final = """two=2 three=3 four=4 five=5 six=6 seven=7 eight=8 nine=9
    два=2 две=2 двух=2 двое=2 двоих=2 двум=2 три=3 трех=3 трое=3 троих=3 трем=3 четыре=4 четырех=4
    четверо=4 четверых=4 четырем=4 пять=5 пяти=5 пятеро=5 пятерых=5 шесть=6 шести=6 шестеро=6
    шестерых=6 семь=7 семи=7 семеро=7 семерых=7 восемь=8 восьми=8 девять=9 девяти=9
    екі=2 үш=3 төрт=4 бес=5 алты=6 жеті=7 сегіз=8 тоғыз=9 екеу*=2 үшеу*=3 төртеу*=4 бесеу*=5
    ئىككى=2 ئۈچ=3 تۆت=4 بەش=5 ئالتە=6 يەتتە=7 سەككىز=8 توققۇز=9
    iki=2 üç=3 dört=4 beş=5 altı=6 yedi=7 sekiz=8 dokuz=9"""
TENS: Final = """twenty=20 thirty=30 forty=40 fifty=50 sixty=60 seventy=70 eighty=80 ninety=90
    двадцать=20 двадцати=20 тридцать=30 тридцати=30 сорок=40 пятьдесят=50 шестьдесят=60
    жиырма=20 отыз=30 қырық=40 елу=50 алпыс=60 жетпіс=70 сексен=80 тоқсан=90
    يىگىرمە=20 ئوتتۇز=30 قىرىق=40 ئەللىك=50 ئاتمىش=60 يەتمىش=70 سەكسەن=80 توقسان=90
    yirmi=20 otuz=30 kırk=40 elli=50 altmış=60 yetmiş=70 seksen=80 doksan=90"""
TEEN: Final = "он ئون on"
"""Ten before a unit; alone, Kazakh ten is Russian "he", and Turkish ten is English "on"."""
TEENS: Final = """ten=10 eleven=11 twelve=12 thirteen=13 fourteen=14 fifteen=15 sixteen=16
    seventeen=17 eighteen=18 nineteen=19 dozen=12
    десять=10 десяти=10 десятеро=10 одиннадцать=11 одиннадцати=11 двенадцать=12 двенадцати=12
    тринадцать=13 тринадцати=13 четырнадцать=14 четырнадцати=14 пятнадцать=15 пятнадцати=15
    шестнадцать=16 шестнадцати=16 семнадцать=17 семнадцати=17 восемнадцать=18 девятнадцать=19
    ئون=10"""
TIMES: Final = """hundred=100 thousand*=1000 million*=1000000 billion*=1000000000 тысяч*=1000
    тыс=1000 млн=1000000 миллион*=1000000 млрд=1000000000 миллиард*=1000000000 жүз=100 мың=1000
    百=100 千=1000 万=10000 亿=100000000 يۈز=100 مىڭ=1000 مىليون=1000000 مىليارد=1000000000
    yüz=100 bin=1000 milyon=1000000 milyar=1000000000"""

_HAN = regex.compile(r"\p{Han}")
_HAN_DIGITS: Final = {sign: value for value, sign in enumerate("〇一二三四五六七八九")} | {"两": 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a text says in numbers and in deeds, whatever its language."""

    numbers: frozenset[tuple[str, float]]
    """What is counted ("" when not known), and how many; no dates, ordinals, times, and no 1."""
    headline: frozenset[str]
    """Keys of DONE in the headline."""
    done: frozenset[str]
    """The same in the whole text."""


def facts_of(title: str, body: str) -> Facts:
    """Read a headline and the text under it."""
    head, rest = _folded(title), _folded(body)
    headline = _done(head)
    return Facts(
        numbers=frozenset(_numbers(head)) | frozenset(_numbers(rest)),
        headline=headline,
        done=headline | _done(rest),
    )


def _folded(text: str) -> str:
    return fold(text[:LENGTH]).text.replace("-", " ").replace("ʼ", "'")


def _word(pattern: str) -> str:
    """Return the regular expression of one word of a table."""
    stem = regex.escape(fold(pattern.removesuffix("*")).text.replace("-", " "))
    if _HAN.search(pattern) or pattern == "%":
        return stem
    return rf"(?<![\p{{L}}\p{{M}}]){stem}" + ("" if pattern.endswith("*") else r"(?![\p{L}\p{M}])")


@lru_cache(maxsize=128)
def _any(words: str) -> regex.Pattern[str]:
    return regex.compile("|".join(map(_word, sorted(words.split(), key=len, reverse=True))))


@lru_cache(maxsize=8)
def _values(words: str) -> tuple[tuple[regex.Pattern[str], float], ...]:
    pairs = (each.split("=") for each in words.split())
    return tuple((regex.compile(_word(word)), float(value)) for word, value in pairs)


def _done(text: str) -> frozenset[str]:
    return frozenset(name for name, words in DONE.items() if _any(words).search(text))


def _numbers(text: str) -> list[tuple[str, float]]:
    """Return the numbers of a folded text with what they count."""
    spots = _spots(text)
    found = []
    for at, (start, end, value, plain) in enumerate(spots):
        before, after = text[:start].rstrip(), text[end:]
        if _is_of_a_date(before, after) or value <= 1:
            continue
        limit = spots[at + 1][0] if at + 1 < len(spots) else len(text)
        kind = _kind(text[end : min(limit, end + REACH)], before)
        if plain and value in YEARS and kind in {"", "years"}:
            continue
        found.append((kind, value))
    return found


def _is_of_a_date(before: str, after: str) -> bool:
    """Tell whether a number is a day, an hour or an ordinal."""
    months = _any(MONTHS)
    if months.match(after.lstrip(" ,.")) or _ORDINAL.match(after):
        return True
    *day, last = before[-14:].split() or [""]
    return last.isalpha() and bool(months.fullmatch(last)) and not (day and day[-1].isdigit())


_ORDINAL = regex.compile(
    r"(?:st|nd|rd|th| ?(?:й|я|го|му|ом|е|ше|ші|шы|нші|нчи|inci|nci|ıncı))(?!\p{L})|:\d\d"
)
_STOP = regex.compile(r"[.!?;:。；！？](?:\s|$)|[。；！？]")


def _kind(after: str, before: str) -> str:
    """Return what a number counts: the first word behind it that says so, or the sign before."""
    if before.endswith(("%", "yuzde")):
        return "percent"
    if before.endswith(("$", "€", "¥", "₸", "₽", "₺")):
        return "money"
    stop = _STOP.search(after)
    part = after[: stop.start()] if stop else after
    if _HAN.match(part.lstrip()):
        part = part[:REACH_HAN]
    found = [
        (spot.start(), -spot.end(), name)
        for name, words in COUNTED.items()
        if (spot := _any(words).search(part))
    ]
    return min(found)[2] if found else ""


_GROUPED: Final = r"\d{1,3}(?:[., ]\d{3})+"
_FIGURE = regex.compile(
    rf"(?<![\p{{Latin}}\p{{Cyrillic}}\d])(?<!\d[.,:/])(?:{_GROUPED}(?!\d)|\d+(?:[.,]\d+)?)"
)
_HAN_NUMBER = regex.compile(
    r"[一二三四五六七八九十百两]+(?=\s*[多余]?[名人年个位岁家天国所座万亿])"
)


def _spots(text: str) -> list[tuple[int, int, float, bool]]:
    """Return where numbers stand, their values, and whether each is written as plain figures."""
    found: dict[int, tuple[int, float, bool]] = {}
    for spot in _FIGURE.finditer(text):
        figures = spot[0]
        grouped = regex.fullmatch(_GROUPED, figures)
        value = float(regex.sub(r"[., ]", "", figures) if grouped else figures.replace(",", "."))
        found[spot.start()] = spot.end(), value, figures.isdigit()
    for spot in _HAN_NUMBER.finditer(text):
        found[spot.start()] = spot.end(), float(_han(spot[0])), False
    _written(text, found)
    return [(start, *_times(text, *found[start])) for start in sorted(found)]


def _written(text: str, found: dict[int, tuple[int, float, bool]]) -> None:
    """Add the numbers that are written as words: tens with units, teens, units."""
    units = {
        spot.start(): (_word_end(text, spot.end()), value)
        for pattern, value in _values(UNITS)
        for spot in pattern.finditer(text)
    }
    tens = [(spot, value) for pattern, value in _values(TENS) for spot in pattern.finditer(text)]
    tens += [(spot, 10.0) for spot in _any(TEEN).finditer(text)]
    used: set[int] = set()
    for spot, value in tens:
        unit = units.get(spot.end() + 1)
        if unit is not None:
            used.add(spot.end() + 1)
            found[spot.start()] = unit[0], value + unit[1], False
        elif value > 10:
            found[spot.start()] = spot.end(), value, False
    for pattern, value in _values(TEENS):
        for spot in pattern.finditer(text):
            found.setdefault(spot.start(), (spot.end(), value, False))
    found |= {at: (*unit, False) for at, unit in units.items() if at not in used}


def _word_end(text: str, at: int) -> int:
    while at < len(text) and text[at].isalpha():
        at += 1
    return at


def _times(text: str, end: int, value: float, plain: bool) -> tuple[int, float, bool]:
    """Take in what multiplies a number: thousand, million, 万."""
    for pattern, factor in _values(TIMES):
        spot = pattern.match(text, end + (text[end : end + 1] == " "))
        if spot:
            return spot.end(), value * factor, False
    return end, value, plain


def _han(signs: str) -> int:
    """Return the value of Chinese numerals up to 999: 十二, 三百五."""
    total = digit = 0
    for sign in signs:
        if sign in "十百":
            total += max(1, digit) * (10 if sign == "十" else 100)
            digit = 0
        else:
            digit = _HAN_DIGITS[sign]
    return total + digit
