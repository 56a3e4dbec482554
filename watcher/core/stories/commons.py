"""Words that every second news text has, as data: they tell little, and never what happened.

An index of few articles has counted little, so that "officials" or "сообщает" would weigh as much
as a name in it; these words begin with the count that they soon have. All are folded.
"""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


COMMON_WORDS = _words(
    """
    according told tells saying statement reported reports report announced announcement added
    called asked made make took take taken come came going went used using still while
    during since
    until under against between among through because even only just now then first last next
    many most much some any all both each other another such same own well year years day
    days week
    weeks month months time times people man men woman women home part group number million
    billion
    percent government president minister prime official officials spokesman spokeswoman
    spokesperson
    country countries state states national international local former including him them himself
    news media agency press interview comment told today yesterday tomorrow morning evening night
    earlier later ago recent recently around near expected according work working public

    сообщает сообщил сообщила сообщили сообщило сообщается сообщению сообщении заявил заявила
    заявили заявление рассказал рассказала рассказали отметил отметила подчеркнул добавил пишет
    передает передаёт ссылкой данным словам информации источник источники корреспондент агентство
    агентства пресс служба службе службы секретарь портал издание страница новости новость
    интервью комментарий сегодня вчера завтра ранее напомним время времени дней дня день
    часов часа
    утром вечером ночью человек человека люди людей год годы лет месяц месяца неделю неделе
    россии россия российский страны страна стране президент президента министр министра
    правительство
    глава главы главой руководитель председатель управление министерство министерства ведомство
    области область район города город городе местный местные тысяч тысячи миллион миллиард
    рублей
    процент процентов после перед между через около более менее уже еще ещё только даже
    очень можно
    может должен должны стало стал стала стали является являются чтобы если когда где куда
    кто чем
    тем того этого этот эта эти этой своих свои свой своей наш наши мой вас вам мне нам ним них
    один одна одно одного другой другие первый первая последний новый новая новые большой

    хабарлады хабарлайды мәлімдеді айтты жазды атап өтті деген деп президенті министрі үкімет ел
    елдің қазақстан облысы қаласы ауданы жылы жыл күні күн айы сағат бүгін кеше ертең адам
    адамдар
    мың миллион пайыз баспасөз қызметі агенттігі сәйкес арқылы бойынша қарай тағы барлық
    жаңа осындай

    söyledi açıkladı belirtti bildirdi kaydetti ifade etti edildi eden ederek olduğunu göre
    tarafından
    haber haberine ajansı basın sözcüsü başkanı bakanı cumhurbaşkanı hükümet ülke yıl gün ay saat
    bugün dün yarın kişi bin milyon yüzde yeni ilk son üzere karşı arasında olan yapılan devam

    ئېيتتى خەۋەر قىلدى دېيىلىشىچە بۈگۈن تۈنۈگۈن يىلى كۈنى ئادەم ھۆكۈمەت مۇخبىرى ئاساسەن
    قال قالت وقال أعلن أعلنت أضاف مصدر مصادر وكالة بيان اليوم أمس عام سنة شخص رئيس وزير
    حكومة بعد قبل
    """
)
"""Reporting verbs, offices, measures of time and the like."""

HAN_COMMON = _words(
    """
    表示 报道 報導 消息 记者 記者 中国 今天 昨天 目前 已经
    可以 以及 进行 有关 相关 其中 没有 我们 他们
    """
)
"""The same in pairs of signs."""

WEEKDAYS = _words(
    """
    monday tuesday wednesday thursday friday saturday sunday
    понедельник понедельника вторник вторника среда среду среды четверг четверга пятница пятницу
    пятницы суббота субботу субботы воскресенье воскресенья
    дүйсенбі сейсенбі сәрсенбі бейсенбі жұма сенбі жексенбі
    pazartesi salı çarşamba perşembe cuma cumartesi pazar
    دۈشەنبە سەيشەنبە چارشەنبە پەيشەنبە جۈمە شەنبە يەكشەنبە
    الاثنين الثلاثاء الأربعاء الخميس الجمعة السبت الأحد
    """
)
MONTHS = _words(
    """
    january february march april may june july august september october november december
    января февраля марта апреля мая июня июля августа сентября октября ноября декабря
    январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь декабрь
    январе феврале марте апреле мае июне июле августе сентябре октябре ноябре декабре
    қаңтар ақпан наурыз сәуір мамыр маусым шілде тамыз қыркүйек қазан қараша желтоқсан
    ocak şubat mart nisan mayıs haziran temmuz ağustos eylül ekim kasım aralık
    يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر
    """
)
"""A name of a day stands for a date elsewhere: "on Tuesday" here is "on November 5" there."""

MONTHS_SHORT = {
    "jan": "january",
    "feb": "february",
    "apr": "april",
    "aug": "august",
    "sep": "september",
    "sept": "september",
    "oct": "october",
    "nov": "november",
    "dec": "december",
    "mon": "monday",
    "tues": "tuesday",
    "weds": "wednesday",
    "thurs": "thursday",
}
