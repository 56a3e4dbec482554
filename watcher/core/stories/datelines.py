"""How agencies sign what they send: place, date and name before the first sentence, as data.

Patterns are for the `regex` module and are tried at the beginning of a line of text; each is
bounded. A name of an agency is a signature only with a sign, a bracket or a date beside it: "BBC
and CNN were fined" is news.
"""

from __future__ import annotations

AGENCIES = (
    r"(?:Reuters|REUTERS|Reuter|AP|AFP|UPI|dpa|DPA|EFE|ANSA|Xinhua|TASS|Tass|Interfax|INTERFAX|Bloomberg"
    r"|RFA|RFE/RL|VOA|AA|DHA|İHA|IHA|BHA|ANKA|Anadolu|Cihan|Kazinform|KAZINFORM|Qazinform|QAZINFORM"
    r"|KazTAG|KAZTAG|Sputnik|SPUTNIK|Kyodo|CNA|Yonhap|PTI|ANI|IANS|BBC|CNN|MEE|Trend|Kabar"
    r"|AKIpress|AKIPRESS|24\.kg|24\.KG|Tengrinews|Azertac|AZERTAC|UzA|Belta|BELTA|Ukrinform|UNN|Dunyo"
    r"|ТАСС|Интерфакс|ИНТЕРФАКС|РИА Новости|РИА НОВОСТИ|РИА|КазТАГ|КАЗТАГ|ҚазТАГ|КазИнформ"
    r"|Казинформ|КАЗИНФОРМ|ҚазАқпарат|Қазақпарат|ҚАЗАҚПАРАТ|Кабар|КАБАР|АКИpress|АКИПРЕСС"
    r"|ФедералПресс|Спутник"
    r"|Азаттық|Азаттык|Радио Азаттык|УНИАН|УНН|Укринформ|РБК|БелТА|БЕЛТА|УзА|Тренд|Росбалт"
    r"|Regnum|РЕГНУМ|REGNUM"
    r"|رويترز|أ ف ب|أ\.ف\.ب|ا ف ب|فرانس برس|شينخوا|الأناضول|د ب أ|سبوتنيك|وكالات|واس|أ ش أ"
    r"|العربية\.نت|شىنخۇا|رويتېرس|ئەركىن ئاسىيا رادىيوسى|ب ب س|قازاقپارات|قازاقپاررات|شينحۋا)"
    r"(?:[.-]\p{L}{2,12}|/\p{Ll}{3}|\s\p{Lu}\p{Ll}{4,12})?"
)
"""Names, with what their branches add: INTERFAX.RU, Интерфакс-Казахстан, Sputnik Кыргызстан."""

HAN_AGENCIES = (
    r"(?:新华社|新華社|中新社|中新网|中新網|中通社|人民网|人民網|环球网|環球網|天山网|央视新闻|央视|财新|澎湃新闻"
    r"|中央社|法新社|路透社|路透|美联社|美聯社|德新社|安莎社|埃菲社|共同社|韩联社|韓聯社|塔斯社|俄新社|国际文传电讯社"
    r"|哈通社|彭博社|彭博|自由亚洲电台|自由亞洲電台|自由亚洲|美国之音|美國之音|德国之声|德國之聲|英国广播公司|法广)"
)

MONTH_WORD = r"\p{L}{3,10}[.,]?"
DATE = (
    rf"(?:{MONTH_WORD}\s\d{{1,2}}|\d{{1,2}}[\s-]{MONTH_WORD}|\d{{1,2}}\.\d{{1,2}}\.\d{{2,4}})"
    r"[.,]?(?:\s\d{4})?[.,]?(?:\s[гж]\.)?"
)
PLACE = r"[\p{Lu}\p{Arabic}][\p{L}.'’-]{1,25}+(?:\s[\p{Lu}\p{Arabic}][\p{L}.'’-]{1,20}+){0,2}"
PERSON = r"\p{Lu}\p{L}{1,20}\s\p{Lu}\p{L}{1,20}"
SIGN = r"(?:[.:–—]|-{1,2})"

ELECTRIC = r"(?![力脑腦视視子信话話影动動网網池缆纜商])"
"""After the sign for a dispatch: not the first of "electricity", "computer", "television"."""

DATELINES = (
    rf"[^()]{{0,60}}?\((?:{AGENCIES})[^()]{{0,20}}\)\s?[:.–—-]{{1,2}}\s+",
    rf"{PLACE}[,،.]?\s{DATE}\s?\((?:{AGENCIES})[^()]{{0,20}}\)\s+",
    rf"\((?:{AGENCIES})\)\s?",
    rf"(?:\p{{Lu}}[^/()]{{1,45}})?/\s?(?:{AGENCIES})\s?/\s?{SIGN}?\s*",
    rf"\p{{L}}[\p{{L}} .'’-]{{1,30}}\s?/\s?(?:{AGENCIES})\s?(?:[:–—]|-{{1,2}})\s+",
    (
        rf"(?:{AGENCIES})(?:\s?/\s?{PLACE}\s?(?:[:–—]|-{{1,2}})\s+"
        r"|\s(?:ئاگېنتلىقى\s)?[\p{L} ]{0,30}?\d{1,2}-\p{L}{3,8}\s?خەۋىرى\s?:\s+"
        r"|\s?(?:[:–—]|-{1,2})\s+(?=\p{Lu}))"
    ),
    r"(?:شىنخۇا ئاگېنتلىقى|شىنخۇا|ئەركىن ئاسىيا رادىيوسى|رويترز|الأناضول|شينخوا|شينحۋا)\s?:\s+",
    (
        rf"{PLACE}[,.]?\s(?:{DATE}\s)?(?:(?:[–—]|-{{1,2}})\s)?[«\"]?(?:{AGENCIES})[»\"]?"
        rf"(?:,\s{PERSON}|\s/{PERSON}/)?\s?{SIGN}\s+(?:(?<=[–—-]\s){PERSON}\.\s)?"
    ),
    r"\p{Lu}{3,20}\s?[–—-]\s?(?:AA|BHA|DHA|İHA|IHA|ANKA)\s+(?=\p{Lu})",
    rf"\p{{Lu}}[\p{{Lu}} .,'’/-]{{2,40}},\s{DATE}\s?{SIGN}\s*",
    (
        rf"\p{{Lu}}[\p{{L}} .'’-]{{2,30}},\s\p{{Lu}}[\p{{L}} .]{{1,20}},\s{MONTH_WORD}"
        rf"\s\d{{1,2}}\s(?:[–—]|-{{1,2}})\s"
    ),
    (
        rf"\p{{Lu}}\p{{Ll}}[\p{{L}} -]{{1,28}},\s(?:{MONTH_WORD}\s\d{{1,2}}"
        rf"|\d{{1,2}}\s{MONTH_WORD})\s?[.–—-]{{1,2}}\s+"
    ),
)
"""Where and when the agency wrote; before a body, and before a headline made of its first words."""

HAN_DATELINES = (
    (
        rf"(?:(?:据|據)?{HAN_AGENCIES}[\p{{Han}}]{{0,8}}?(?:\d{{4}}年)?(?:\d{{1,2}}月)?\d{{1,2}}日"
        r"|[\p{Han}]{0,8}?(?:\d{4}年)?\d{1,2}月\d{1,2}日)"
        rf"(?:综合|綜合)?(?:(?:电|電){ELECTRIC}|讯|訊|消息|报道|報導)"
        r"\s?(?:[（(][^）)]{0,24}[）)]|(?:记者|記者)[\p{Han}、 ]{2,12}?(?:报道|報導|[，,：:]))?"
        r"[，,：:]?\s*(?:题[：:])?"
    ),
    rf"{HAN_AGENCIES}[\p{{Han}}]{{0,8}}?(?:电|電)\s?[：:\s]\s*",
    rf"{HAN_AGENCIES}[\p{{Han}}]{{0,8}}?\d{{1,2}}月\d{{1,2}}日\s?[-–—]{{1,2}}\s*",
    rf"(?:据|據){HAN_AGENCIES}(?:报道|報導|消息|电|電)[，,：:]\s*",
    (
        rf"[（(【〔\[](?:{HAN_AGENCIES}|记者|記者)[^）)】〕\]]{{0,30}}[）)】〕\]]\s?(?:电|電|讯|訊)?\s*"
        r"(?:\p{Han}{2,4}\s)?"
    ),
    r"[（(【〔\[][\p{Han}\d ／/]{2,30}(?:电|電|讯|訊|报道|報導)[）)】〕\]]\s*",
)
"""The same where the text begins with a Han sign or a bracket."""
