"""Agencies sign what they send in many ways; what only looks signed is news."""

from __future__ import annotations

import pytest

from watcher.core.stories.words import clean_body, clean_title

NEWS = {
    "en": "A court freed him.",
    "ru": "Суд освободил активиста.",
    "kk": "Сот белсендіні босатты кеше.",
    "kk-Latn": "Sot belsendini bosatty keshe.",
    "kk-Arab": "سوت بەلسەندىنى بوساتتى كەشە.",
    "tr": "Mahkeme onu serbest bıraktı.",
    "uz": "Sud faolni ozod qildi.",
    "ar": "أفرجت محكمة عن ناشط.",
    "zh-Hans": "法院周二释放了这名活动人士。",
    "zh-Hant": "法院週二釋放了這名活動人士。",
}
SIGNED = {
    "en": (
        "MOSCOW, March 5. /TASS/. ",
        "MOSCOW. March 5 (Interfax) - ",
        "AKIPRESS.COM - ",
        "BEIJING, March 5 (AFP) - ",
        "Beijing (AFP) – ",
        "BEIJING (AP) — ",
        "WASHINGTON — ",
        "Berlin (dpa) - ",
        "Berlin (dpa/tmn) - ",
        "BEIJING, March 5 (Xinhua) -- ",
        "March 5 (Reuters) - ",
        "NEW YORK, Nov. 5, 2026 (Reuters) - ",
        "ALMATY, Kazakhstan (AP) — ",
        "Taipei, March 5 (CNA) ",
        "(CNN) — ",
        "(Reuters) - ",
    ),
    "ru": (
        "ТАШКЕНТ, 5 мар – Sputnik. ",
        "АСТАНА, 5 мар — Sputnik. ",
        "БИШКЕК, 5 мар. — Sputnik Кыргызстан. ",
        "МОСКВА, 5 марта. /ТАСС/. ",
        "/ТАСС/. ",
        "Москва. 5 марта. INTERFAX.RU - ",
        "Алматы. 5 марта. ИНТЕРФАКС-КАЗАХСТАН - ",
        "Астана. 5 марта. Интерфакс-Казахстан - ",
        "МОСКВА, 5 мар - РИА Новости. ",
        "МОСКВА, 5 мар — РИА Новости, Иван Петров. ",
        "АСТАНА. КАЗИНФОРМ - ",
        "АСТАНА. 5 марта. КАЗИНФОРМ /Асель Нур/ - ",
        "Алматы. 5 марта. КазТАГ – ",
        "Алматы. 5 марта. КазТАГ – Мадина Алимханова. ",
        "Бишкек, 05.03.26. /Кабар/. ",
        "Бишкек (АКИpress) - ",
        "АКИpress - ",
        "24.kg - ",
        "Sputnik Казахстан: ",
        "БАКУ /Trend/ - ",
        "Киев. 5 марта. УНН. ",
        "КИЕВ. 5 марта. УНН. ",
    ),
    "kk": (
        "ASTANA. KAZINFORM – ",
        "АСТАНА. KAZINFORM – ",
        "АСТАНА. ҚазАқпарат – ",
    ),
    "kk-Latn": ("ASTANA. QAZINFORM – ",),
    "kk-Arab": (
        "استانا. قازاقپارات - ",
        "استانا. KAZINFORM - ",
        "شينحۋا: ",
    ),
    "tr": (
        "ANKARA-BHA ",
        "ANKARA (BHA) - ",
        "BİŞKEK (AA) - ",
        "İSTANBUL, (DHA) - ",
        "Mehmet YILMAZ/ANKARA, (DHA) - ",
        "ANKARA - İHA ",
        "ANKARA (İHA) – ",
        "Haber Merkezi - ",
    ),
    "uz": ("TOSHKENT, 5-mar — Sputnik. ",),
    "ar": (
        "بكين 5 مارس (شينخوا) -- ",
        "ألماتي 12 مارس (شينخوا) ",
        "باريس (أ ف ب) - ",
        "باريس - أ ف ب - ",
        "موسكو - سبوتنيك. ",
        "الأناضول / ألماتي: ",
        "الرياض 5 مارس 2026 (واس) - ",
        "دبي، الإمارات العربية المتحدة (CNN)-- ",
    ),
    "zh-Hans": (
        "新华社北京3月5日电（记者张三）",
        "(新华社)北京 ",
        "新华社北京3月5日电 题：",
        "中新社北京3月5日电 (记者 张三)",
        "（法新社北京5日电）",
        "法新社北京5日电 ",
        "美联社奥什电：",
        "路透北京3月5日 - ",
        "据新华社报道，",
        "据法新社5日报道，",
        "（北京综合讯）",
        "（德国之声中文网）",
    ),
    "zh-Hant": (
        "（中央社記者張三台北5日電）",
        "（中央社北京5日綜合外電報導）",
        "〔記者張三／台北報導〕",
        "〔即時新聞／綜合報導〕",
        "【記者張三／台北報導】",
    ),
}
UNSIGNED = (
    "The regulator fined two outlets, BBC and CNN, over a film.",
    "He met, APEC leaders said, a group of writers.",
    "In Almaty, AP reporters saw a queue.",
    "Kairat (Almaty) - Astana: a draw in the cup.",
    "Суд в Москве. РИА опровергает сообщения о сделке.",
    "Police in Osh - a town in the south - detained him.",
    "新华社社长周二在北京会见了来访的代表团。",
    "美联社记者周二在北京被拘留，该社说。",
    "法新社电脑系统周二遭到攻击，该社说。",
    "北京5日电力中断，数千户家庭受影响。",
    "وكالات الإغاثة - أفرجت محكمة عن ناشط.",
    "Haber merkezi kapatıldı, dedi sendika.",
    "Reuters: the agency said on Monday it would cut jobs.",
    "Sputnik. The vaccine was approved by the ministry in May.",
)
SHORT = (
    ("新华社北京3月5日电 法院周二宣判。", "法院周二宣判。"),
    ("（法新社北京5日电）五人获释。", "五人获释。"),
    ("法院释放活动人士。阅读全文", "法院释放活动人士。"),
    ("新華社北京3月5日電 五人獲釋", "五人獲釋"),
)


@pytest.mark.parametrize(
    ("signature", "language"),
    [(signature, language) for language, all_ in SIGNED.items() for signature in all_],
)
def test_what_an_agency_signs_is_the_same_news(signature: str, language: str) -> None:
    assert clean_body(signature + NEWS[language]).strip() == NEWS[language]


@pytest.mark.parametrize("body", UNSIGNED)
def test_news_of_an_agency_is_no_signature(body: str) -> None:
    assert clean_body(body) == body


@pytest.mark.parametrize(("body", "rest"), SHORT)
def test_a_few_signs_are_a_text_in_chinese(body: str, rest: str) -> None:
    assert clean_body(body).strip() == rest


def test_a_signature_before_a_headline_of_a_few_signs_comes_off() -> None:
    assert clean_title("【快讯】五人获释") == "五人获释"
