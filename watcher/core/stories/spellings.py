"""Spellings of one word, as data: names from other letters, British and American, agencies' own.

What is written here is compared as one word; nothing else follows from it. A pair is here only
when both sides can't be different things in one day's news: Atajurt and the party Ata-Jurt are
not. Folded words are as `core.text.fold` gives them; patterns are for the `regex` module.
"""

from __future__ import annotations

from typing import Final

_SAME = """
    uyghur uighur uigur uygur uyghurs uighurs uigurs
    xinjiang sinkiang shinjang / urumqi urumchi / ghulja gulja yining / hotan khotan hetian
    turpan turfan / kuqa kucha / korla kuerle / altay altai / tibet xizang / beijing peking

    kazakh kazak qazaq / kazakhs kazaks qazaqs / kazakhstan qazaqstan kazakstan / atajurt atazhurt
    almaty almata almati / shymkent chimkent / semey semei / aktobe aqtobe
    aktau aqtau / karaganda karagandy qaragandy qaraghandy / kostanay kostanai qostanay qostanai
    kyzylorda qyzylorda kzylorda / turkistan turkestan / oskemen oskamen / zhanaozen janaozen
    zhetysu zhetisu jetisu jetysu / mangystau mangistau / kapchagay kapshagay qapshagay
    tokayev tokaev toqayev toqaev / kassym kasym qasym / jomart zhomart / nazarbayev nazarbaev
    serikzhan serikjan / bilash bilyash

    kyrgyz kirghiz kirgiz qirghiz / kyrgyzstan kirghizstan kirgizstan kirghizia kirgizia
    bishkek bichkek bischkek / japarov zhaparov / atambayev atambaev / issyk ysyk
    tajik tadjik tadzhik / tajikistan tadjikistan tadzhikistan / dushanbe duschanbe douchanbe
    rahmon rakhmon / khujand khojand hujand
    uzbek ozbek usbek / tashkent toshkent taschkent tachkent / samarkand samarqand
    bukhara buxoro bokhara / fergana ferghana / mirziyoyev mirziyoev mirziyaev mirzijojew
    turkmen turcoman / ashgabat ashkhabad asgabat / berdimuhamedov berdymukhamedov berdymukhammedov

    kyiv kiev / kharkiv kharkov / odesa odessa / lviv lvov / mykolaiv nikolaev nikolayev
    zaporizhzhia zaporizhia zaporozhye / dnipro dnepr / luhansk lugansk / donbas donbass
    chernihiv chernigov / chornobyl chernobyl / zelensky zelenskiy zelenskyy zelenski
    lukashenko lukashenka / tikhanovskaya tsikhanouskaya / moldova moldavia / turkey turkiye
    mumbai bombay / kolkata calcutta / chennai madras / yangon rangoon / myanmar burma
    guangzhou canton / tehran teheran / baghdad bagdad / mecca makkah / jeddah jiddah
    quran koran / muslim moslem / muslims moslems / ramadan ramadhan / muhammad mohammed mohammad
    taliban taleban / hezbollah hizbollah hizballah / houthi huthi / houthis huthis / qaeda qaida
    gaddafi kadhafi qaddafi

    billion bln / million mln / trillion trln / dollar dlr / dollars dlrs / percent pct
    months mths / year yr / years yrs / government govt
    center centre / centers centres / theater theatre / theaters theatres / meter metre
    meters metres / kilometer kilometre / kilometers kilometres / liter litre / liters litres
    fiber fibre / defense defence / offense offence / license licence / licenses licences
    practice practise / program programme / programs programmes / check cheque / checks cheques
    ton tonne / tons tonnes / jail gaol / jailed gaoled / gray grey / tire tyre / tires tyres
    plow plough / skeptic sceptic / skeptics sceptics / skeptical sceptical / mold mould
    aluminum aluminium / jewelry jewellery / catalog catalogue / dialog dialogue / enroll enrol
    fulfill fulfil / aging ageing / maneuver manoeuvre / maneuvers manoeuvres / mom mum
    airplane aeroplane / adviser advisor / advisers advisors / dispatch despatch
    dispatched despatched / inquiry enquiry / inquiries enquiries / sulfur sulphur
    traveled travelled / traveling travelling / traveler traveller / travelers travellers
    canceled cancelled / canceling cancelling / labeled labelled / modeling modelling
    fueled fuelled / leveled levelled / totaled totalled / signaled signalled / marshaled marshalled
    counselor counsellor / councilor councillor / councilors councillors / tunneling tunnelling
    pediatric paediatric / pediatrician paediatrician / anemia anaemia / encyclopedia encyclopaedia
    judgment judgement / while whilst / among amongst / specialty speciality

    миллион млн / миллиард млрд / триллион трлн / тысяч тыс / рублей руб / долларов долл
"""
"""The first word of each list is what the others are compared as."""

SPELLINGS: Final = {
    word: first
    for line in _SAME.splitlines()
    for first, *others in map(str.split, filter(str.strip, line.split("/")))
    for word in others
}
"""Folded words that are one word; the right side is what they are compared as."""

PHRASES: Final = (
    (r"(?i)\bper cent\b", "percent"),
    (r"(?i)\bnur[- ]sultan\b", "Astana"),
    (r"(?i)\balma[- ]ata\b", "Almaty"),
    (r"(?i)\bust[- ]kamenogorsk\b", "Oskemen"),
    (r"(?i)\bczech republic\b", "Czechia"),
    (r"(?i)\bc[oô]te d['’]ivoire\b", "Ivory Coast"),
    (r"\bN\. ?Korea", "North Korea"),
    (r"\bS\. ?Korea", "South Korea"),
    (r"(?i)\bCOVID-19\b", "Covid"),
    (r"(?i)алма-ат(?=[аыеу])", "Алмат"),
    (r"(?i)нур-султан(?=[аеу]?)", "Астан"),
    (r"(?i)\bусть-каменогорск", "Оскемен"),
    (r"(?i)\bчимкент", "Шымкент"),
    (r"(?i)\bкирги[зс]", "Кыргыз"),
    (r"(?i)\bбелорус", "Беларус"),
    (r"(?i)\bмолдави", "Молдови"),
    (r"(?i)\bурумци\b", "Урумчи"),
    (r"(?i)\bтайпе", "Тайбэ"),
    (r"川普", "特朗普"),
    (r"普丁", "普京"),
    (r"[澤泽][倫伦]斯基", "泽连斯基"),
    (r"[歐欧]巴[馬马]", "奥巴马"),
    (r"托卡[葉叶]夫", "托卡耶夫"),
    (r"[義义]大利", "意大利"),
    (r"[紐纽]西[蘭兰]", "新西兰"),
    (r"北[韓韩]", "朝鲜"),
    (r"南[韓韩]", "韩国"),
    (r"沙[烏乌]地阿拉伯", "沙特阿拉伯"),
    (r"吉[爾尔]吉斯(?![斯族人語语])", "吉尔吉斯斯坦"),
    (r"[烏乌][茲兹][別别]克(?![斯族人語语])", "乌兹别克斯坦"),
    (r"土[庫库]曼(?![斯族人語语])", "土库曼斯坦"),
    (r"\b(\p{Lu})\.(\p{Lu})\.(?:(\p{Lu})\.)?", r"\1\2\3"),
)
"""Spellings of more than one word, in the text before it is cut into words. U.S. becomes US."""

PHRASE_HINTS_LATIN: Final = (
    "per cent", "sultan", "alma", "kamenogorsk", "czech r", "ivoire", ". korea", ".korea",
    "covid-19",
)  # fmt: skip
PHRASE_HINTS: Final = (
    *PHRASE_HINTS_LATIN, "алма-ат", "нур-султан", "усть-кам", "чимкент", "кирги", "белорус",
    "молдави", "урумци", "тайпе", "川普", "普丁", "斯基", "巴馬", "巴马", "托卡", "大利", "西蘭",
    "西兰", "北韓", "北韩", "南韓", "南韩", "地阿拉", "吉斯", "別克", "别克", "曼",
)  # fmt: skip
"""In small letters, what stands in each text that PHRASES, but for initials, fit: cheap to ask."""

BRITISH: Final = (
    (r"(?<=[a-z]{3})is(e|es|ed|er|ers|ing|ation|ations)$", r"iz\1"),
    (r"(?<=[a-z]{3})ys(e|es|ed|ing)$", r"yz\1"),
    (r"(?<=[a-z]{2})our(s|ed|ing|able|er|ers|ite|ful)?$", r"or\1"),
)
"""Endings of English words. Both spellings meet, so a "raize" does no harm."""
