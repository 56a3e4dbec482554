"""What newsrooms put around a story, as data: labels, furniture, common small words, opposites.

Nothing here decides. Patterns are for the `regex` module, are tried on one line of text (runs of
whitespace already one space) and are bounded, so that hostile text can't make them slow. Folded
words (in small letters, as `core.text.fold` gives them) are marked so.
"""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _names(text: str) -> frozenset[str]:
    return frozenset(name.strip() for name in text.split(","))


TITLE_START = (
    (
        r"(?:UPDATE|WRAPUP|RPT|REFILE|CORRECTED|CORRECTION|CLARIFICATION|ADVISORY|EXCLUSIVE"
        r"|ANALYSIS"
        r"|FACTBOX|INSIGHT|TIMELINE|EXPLAINER|INTERVIEW|FEATURE|FOCUS|POLL|TIMELINE|NEWSMAKER)"
        r"(?:[ -]\d{1,2})?(?: ?\([^()]{1,30}\))? ?(?:[:–—-]|/)\s*"
    ),
    (
        r"(?i:breaking(?: news)?|just in|live|watch|video|photos?|gallery|podcast|listen"
        r"|opinion|exclusive"
        r"|factbox|explainer|analysis|update(?:d)?(?: \d)?|corrected|correction|report|urgent"
        r"|alert"
        r"|updated|wrapup \d)\s?[:|–—-]\s*"
    ),
    (
        r"(?i:срочно|молния|обновлено|обновляется|видео|фото|эксклюзив|онлайн|прямой эфир"
        r"|инфографика"
        r"|интервью|мнение|аналитика)\s?[:.|!–—-]\s*"
    ),
    r"(?i:шұғыл|жедел|жаңартылды|видео|фото|эксклюзив|сұхбат|сараптама)\s?[:.|!–—-]\s*",
    (
        r"(?i:son dakika|flaş|video|foto galeri|foto|canlı|güncellendi|özel haber"
        r"|analiz)\s?[:.|!–—-]\s*"
    ),
    r"[【［\[（(](?:快讯|突发|更新|视频|图集|组图|独家|直播|滚动|快訊|更新|影片|獨家|專題|专题)[】］\]）)]\s*",
    r"(?:快讯|突发|更新|视频|组图|独家|快訊|獨家|更正)\s?[：:｜|]\s*",
    r"(?i:جىددىي|جىددى|عاجل|فيديو|صور|خاص)\s?[:|–—-]\s*",
    r"\[[^\[\]]{2,14}\]\s*",
)
"""Labels before a headline. Tried again until none fits."""

TITLE_END = (
    r"\s[|•·»]\s[^|•·»]{2,40}$",
    (
        r"\s?[(\[](?i:updated?|video|photos?|видео|фото|обновлено|жаңартылды|фото, видео"
        r"|фото \+ видео|"
        r"галерея|组图|视频|图|video haber|güncellendi|bloomberg|reuters|ap|afp)[)\]]$"
    ),
    r"\s?(?:…|\.\.\.)$",
)
"""What follows a headline whatever the outlet. `words` also drops the outlet's own name."""

OUTLETS = _names(
    """
    reuters, ap, ap news, afp, bbc, bbc news, cnn, the guardian, guardian, new york times,
    the new york times, nyt, washington post, the washington post, bloomberg, al jazeera, france 24,
    dw, deutsche welle, rfa, radio free asia, rfe/rl, rferl, radio free europe, voa, voa news,
    abc news, nbc news, cbs news, fox news, npr, politico, the hill, the diplomat, nikkei asia,
    japan times, the japan times, south china morning post, scmp, the straits times, straits times,
    times of india, the times of india, hindustan times, the star, taiwan news, arab news, ntd,
    epoch times, the epoch times, yahoo news, yahoo, msn, daily mail, daily mail online, eurasianet,
    the independent, the telegraph, sky news, time, newsweek, axios, vox, usa today, u.s. news,
    hong kong free press, hkfp, amnesty international, human rights watch, hrw, bitter winter,
    middle east eye, anadolu agency, daily sabah, tengrinews, tengrinews.kz, nur.kz, zakon.kz,
    informburo.kz, kursiv, kaztag, казтаг, kazinform, казинформ, азаттық, азаттық радиосы, азаттык,
    радио азаттык, настоящее время, тасс, риа новости, интерфакс, коммерсантъ, коммерсант, рбк,
    лента.ру, медуза, meduza, медиазона, новая газета, gazeta.ru, газета.ru, унiан, униан, hürriyet,
    milliyet, sabah, cumhuriyet, sözcü, haberler, anadolu ajansı, trt haber, bbc türkçe, dw türkçe,
    新华网, 人民网, 中新网, 环球网, 自由亚洲电台, 美国之音, 德国之声, bbc中文, bbc news 中文,
    纽约时报中文网, 端传媒, 中央社, 联合早报, 法广
    """
)
"""Folded names that end headlines after a dash. The feed's own name is always one."""

BODY_START = (
    r"\p{Lu}{2}[\p{Lu} .,'’/-]{1,38}\s?(?:[–—]|-{1,2})\s+",
    r"(?:\p{Lu}\p{Ll}+[ -]?){1,3}\s[–—-]\s(?=\p{Lu})",
    r"\(?(?:Adds|Updates|Recasts|Corrects|Rewrites|Repeats|Refiles|Releads)[^().]{2,80}[).]\s*",
    r"(?i:listen to this article)[^.]{0,20}\.\s*",
    (
        r"(?i:this (?:story|article|report|post) (?:was|is|has been)[^.]{0,40}(?:republished"
        r"|published|"
        r"syndicated|reprinted))[^.]{0,80}\.\s*"
    ),
    (
        r"By (?:\p{Lu}[\p{L}.'’-]+ ){1,4}?(?:and (?:\p{Lu}[\p{L}.'’-]+ ?){1,3})?"
        r"\p{Lu}[\p{L}'’-]+(?:,? (?:of )?[\p{Lu}][\p{L} ]{2,30})?(?:\.|\s[|–—-])\s*"
    ),
    (
        r"(?:Автор|Текст|Фото|Мәтін|Сурет|Haber|Fotoğraf|Photo|Image|Photograph|Credit)\s?:"
        r"\s?[^.|]{2,50}[.|]\s*"
    ),
    r"[^|]{2,30}\s\|\s",
    r"(?i:hide caption|toggle caption|enlarge this image|share this article|close close)\s*",
    r"\d{1,2}:\d{2}\s*",
    r"\(?(?:Haber Merkezi|HABER MERKEZİ|Dış Haberler|DIŞ HABERLER)\)?\s?[:–—-]\s+",
    r"\W+",
)
"""What stands before the first sentence. Tried again until none fits."""

BODY_END = (
    r"(?i:the post\s.{3,300}?\sappeared first on).{0,80}$",
    (
        r"(?i:continue reading|read more|read the full|read full|full story|keep reading"
        r"|click here"
        r"|sign up|subscribe|see also|related:|more:|to read more|learn more).{0,120}$"
    ),
    r"(?:\(c\)|Copyright).{0,160}$",
    r"(?i:all rights reserved).{0,60}$",
    r"(?i:\((?:reporting|writing|editing|additional reporting) by).{0,200}$",
    (
        r"(?i:читать далее|читать полностью|подробнее|читайте также|подписывайтесь"
        r"|подпишитесь|следите за"
        r"|сообщение\s.{3,200}?\sпоявились? сначала).{0,160}$"
    ),
    (
        r"(?i:толығырақ|толық оқу|жалғасын оқу|әрі қарай|тағы оқыңыз|сондай-ақ оқыңыз"
        r"|бізге жазылыңыз"
        r"|жазылыңыз).{0,160}$"
    ),
    r"(?i:devamını oku|devamı için|haberin devamı|ayrıca okuyun|abone ol).{0,160}$",
    r"(?:تەپسىلاتى|داۋامى|داۋامىنى ئوقۇڭ|اقرأ المزيد|اقرأ أيضا|للمزيد).{0,120}$",
)
"""Words that begin what follows the last sentence, each to the end of the text."""

BODY_END_SIGNS = (
    r"©.{0,160}$",
    (
        r"(?:阅读全文|閱讀全文|点击阅读|查看原文|查看全文|继续阅读|繼續閱讀|更多内容|版权所有|版權所有|未经授权|未經授權"
        r"|责任编辑|責任編輯|本文转自|原文链接|扫码|關注我們|关注我们).{0,120}$"
    ),
    r"[（(](?:完|编辑[：:]?[^）)]{0,20}|责编[^）)]{0,20})[）)]$",
    r"https?://\S{1,200}$",
)
"""The same for what needs no space before it. Both are tried again until none fits."""

BODY_END_REACH = 340
"""Characters at the end of the text in which BODY_END is looked for."""

BODY_END_HINTS = (
    "the post", "continue reading", "read more", "read the full", "read full", "keep reading",
    "full story", "click here", "sign up", "subscribe", "see also", "related:", "more:",
    "learn more", "(c)", "copyright", "rights reserved", "(reporting by", "(writing by",
    "(editing by", "(additional", "читать далее", "читать полностью", "читайте также", "подробнее",
    "подпи",
    "следите за", "сообщение", "толы", "оқу", "оқыңыз", "жазылыңыз", "devam", "okuyun", "abone",
    "تەپسىلاتى", "داۋامى", "اقرأ", "للمزيد", "©", "全文", "阅读", "原文", "更多", "版权", "版權",
    "未经授权", "未經授權", "编辑", "編輯", "本文", "扫码", "關注", "关注", "责编", "完)", "完）",
    "http",
)  # fmt: skip
"""In small letters, what stands in each text that BODY_END or BODY_END_SIGNS fits: cheap to ask."""

BODY_END_HINTS_LATIN = tuple(hint for hint in BODY_END_HINTS if hint.isascii())
"""Those of them that a text in plain Latin letters can have."""

CUT_MARKS = ("…", "...", "[…]", "[...]")
"""How a feed ends a text that it has cut."""

CUT_SIGNS = " .…[]"
"""The signs of which such an ending is made."""

BRACKETS = ("(", "（", "[", "【", "〔")
"""How a credit in Chinese begins."""

MARKUP = (
    r"</?(?:p|br|a|b|i|u|em|strong|span|div|img|h\d|ul|ol|li|blockquote|figure|figcaption|table|tr|td"
    r"|font|small|sup|sub|iframe|video|source|hr|section|article)(?:\s[^<>]{0,400})?/?>"
)
"""Tags that feeds leave in plain text; a ticker such as <BAC.N> is none of them."""

STOP_WORDS = _words(
    """
    a an the and or but of in on at to for from by with as is are was were be been has have had it
    its that this these those he she they we you i his her their our your not no will would could
    can may said says say after before over about into than more who what when where which how why
    there if also new one two up out s t
    и в во на с со по к ко о об от до за из у не но а что это как для при его ее их он она они мы вы
    был была были было быть будет также том этом все или так же который которые которая году года
    и мен және бен пен үшін деп деді бұл сол осы бір да де та те еді болды болған туралы кейін дейін
    ve bir bu da de ile için o olarak olan oldu olduğu dedi daha çok en gibi ne ki mi sonra kadar
    ۋە بىر بۇ ئۇ بىلەن ئۈچۈن دەپ دېدى في من على إلى أن عن مع هذا هذه التي الذي و
    """
)
"""Folded words that carry no story, so that an index of few articles also weighs words well."""

NUMBER_WORDS = {
    "one": "1",
    "two": "2",
    "three": "3",
    "four": "4",
    "five": "5",
    "six": "6",
    "seven": "7",
    "eight": "8",
    "nine": "9",
    "ten": "10",
    "eleven": "11",
    "twelve": "12",
    "один": "1",
    "два": "2",
    "две": "2",
    "двое": "2",
    "три": "3",
    "трое": "3",
    "четыре": "4",
    "четверо": "4",
    "пять": "5",
    "пятеро": "5",
    "шесть": "6",
    "семь": "7",
    "восемь": "8",
    "девять": "9",
    "десять": "10",
    "екі": "2",
    "үш": "3",
    "төрт": "4",
    "бес": "5",
    "алты": "6",
    "жеті": "7",
    "сегіз": "8",
    "тоғыз": "9",
    "iki": "2",
    "üç": "3",
    "dört": "4",
    "beş": "5",
    "altı": "6",
    "yedi": "7",
    "sekiz": "8",
    "dokuz": "9",
}
"""Folded number words, compared with figures. "он" (ten in Kazakh, he in Russian) is left out."""

NEGATIONS = (
    "not no never without nicht kein keine pas не ни нет без емес жоқ değil yok "
    "ئەمەس يوق ليس لا لم لن 不 没 未 无"
)
"""Words by which a headline denies what it would say without them."""

OPPOSITES: tuple[tuple[str, str], ...] = (
    (
        "detain* arrest* jail* imprison* custody* prison* sentenc*",
        "releas* freed frees freeing* acquit* pardon* bailed*",
    ),
    ("convict* guilty*", "acquit* cleared*"),
    ("win wins won beat beats defeats* victory*", "lose loses lost defeat*"),
    ("confirm* admit* acknowledg*", "denies* deny* denied* denying* refut* reject*"),
    (
        "rise rises rose rising* gain* gains* climb* firms jump* surge* soar",
        "fall falls fell falling* drop* declin* weaken* slump* tumbl* sinks sank slip*",
    ),
    ("approv* passes passed adopt* accept*", "reject* veto* block*"),
    ("impos* introduc* tighten*", "lift* eases eased easing scrap* abolish*"),
    ("open opens opened reopen*", "close* closes closed shut*"),
    ("alive* surviv*", "dead dies died killed*"),
    ("begin* start* launch*", "end ends ended halt* suspend* stop*"),
    ("ban bans banned* forbid*", "allow* permit* legaliz*"),
    ("legal* lawful*", "illegal* unlawful*"),
    ("support* backs backed", "oppos* condemn*"),
    ("increas* raise* raiz*", "decreas* cut cuts reduc* lower*"),
    (
        "задерж* арест* посад* заключ* приговор* осужд* осуди*",
        "освобо* отпущ* отпуст* оправд* помилов*",
    ),
    ("подтверд* признал* призна*", "опроверг* отриц* отверг*"),
    ("победил* выигра* победа* обыграл*", "проигра* уступил* поражен*"),
    (
        "вырос* выросл* повыси* подорож* увелич* растет* укрепил*",
        "упал упали* снизи* подешев* сократ* падает* ослаб*",
    ),
    ("одобрил* принял* поддерж*", "отклон* отказа* заблок*"),
    ("введен* ввели* введут* введе*", "отменил* отменя* отмена* снял сняты* снимут*"),
    ("запрет* запрещ*", "разреш*"),
    ("откры*", "закры*"),
    ("жив живым* выжил*", "погиб* умер мертв* убит"),
    ("ұстал* қамау* тұтқын* сотта* қамалд*", "босат* ақтал* бостанд* азат"),
    ("растад* мойынд*", "жоққа* терістед* теріск*"),
    ("жеңді* ұтты жеңіск*", "жеңілд* ұтылд* жеңілі*"),
    ("ашыл*", "жабыл*"),
    ("тірі аман", "өлі қаза*"),
    ("рұқсат*", "тыйым*"),
    ("қабылда*", "қайтар*"),
    ("өсті артты* көтері* қымбат*", "төменд* азайд* арзанд* түсті*"),
    (
        "拘留 逮捕 被捕 拘捕 关押 關押 判刑 监禁 扣押 羁押 抓捕 入狱",
        "获释 獲釋 释放 釋放 出狱 出獄 无罪 無罪 赦免 保释",
    ),
    ("证实 證實 承认 承認 确认", "否认 否認 驳斥 否定"),
    ("获胜 战胜 击败 胜选", "落败 败给 输给 败选 失利"),
    ("上涨 上升 增长 升至 走高", "下跌 下降 减少 跌至 走低 下滑"),
    ("有罪", "无罪 無罪"),
    ("开放 重开 开通", "关闭 封闭 停运"),
    ("允许 准许", "禁止 取缔"),
    ("批准 通过 接受", "否决 拒绝 驳回"),
    ("实施 施加", "解除 取消 撤销"),
    ("gözaltına* tutukla* hapis* yakaland* mahkum*", "serbest* tahliye* beraat* salıver*"),
    ("doğrulad* kabul* onaylad*", "yalanlad* reddet* inkar*"),
    ("kazand* yendi* galip*", "kaybet* yenild* mağlup*"),
    ("açıl* açtı", "kapan* kapat*"),
    ("sağ canlı", "ölü"),
    ("izin*", "yasak*"),
    ("arttı* yüksel* artış*", "düştü* azald* gerile* düşüş*"),
    ("تۇتقۇن* قولغا* قاماق* تۈرمى* كېسىلدى*", "قويۇپ* قويۇۋ* ئازاد* بوشىتى* ئاقلان*"),
    ("ئېچىل* ئاچتى", "تاقال* تاقىدى*"),
    ("ئېتىراپ* دەلىللى*", "ئىنكار* رەت"),
    ("اعتقال* اعتقل* احتجاز* احتجز* سجن توقيف*", "الإفراج* أفرج تبرئة* براءة*"),
    ("فتح* افتتاح*", "إغلاق* أغلق*"),
    ("تفوز فاز* فوز", "تخسر خسر* خسارة هزيمة"),
    ("يوافق وافق* موافقة أقر", "يرفض رفض*"),
    ("يؤكد تؤكد أكد أكدت تأكيد* اعترف*", "ينفي نفى نفت تنفي"),
)
"""Folded words that tell opposite facts, left against right; a star stands for any ending."""
