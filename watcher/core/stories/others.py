"""Words that exclude each other, as data: where one stands for another, it is another event.

Each row, up to an empty line, has its kinds between bars; words of one kind may stand for each
other ("north" and "northern"), words of two kinds never do. All are folded; a star stands for any
ending; Han words are pairs of signs. Opposites are in `tables`; numbers, names and days are found
by themselves.
"""

from __future__ import annotations

from typing import Final

_ROWS: Final = """
    man men | woman women | boy boys | girl girls

    husband | wife | father | mother | son | daughter | brother | sister

    north northern | south southern | east eastern | west western

    spring | summer | autumn | winter

    first | second | third | fourth | fifth | sixth | seventh | eighth | ninth | tenth

    oil crude | gas | coal | gold | silver | copper | uranium | wheat | cotton | maize corn
        | rice

    petrol gasoline | diesel | kerosene

    бензин* | дизел* дизтоплив* | керосин*

    benzin* | motorin* mazot* dizel*

    汽油 | 柴油 | 煤油

    football soccer | hockey | boxing | wrestling | tennis | volleyball | basketball | judo

    мужчина мужчину мужчины мужчин мужчине | женщина женщину женщины женщин женщине
        | мальчик* | девочк*

    муж мужа мужу мужем | жена жены жену жене женой | отец отца отцу отцом
        | мать матери матерью | сын сына сыну сыном | дочь дочери дочерью
        | брат брата брату братом | сестр*

    север север* | юг юга юге южн* | восток* восточн* | запад*

    весной весна весны | летом лето лета | осенью осень осени | зимой зима зимы

    первый первая первую первого первой первом | второй вторая вторую второго втором
        | третий третья третью третьего третьей третьем
        | четверты* четверта* четверто* четверту* | пятый пятая пятую пятого пятой пятом
        | шестой шестая шестую шестого шестом | седьмо* седьма* седьму*
        | восьмой восьмая восьмую восьмого

    нефт* | газ газа газу газом газов* | угол* угля углем | золот* | медь меди | уран урана
        | пшениц* | хлоп* | рис риса | кукуруз*

    футбол* | хоккей* хоккее* | бокс боксу бокса | борьб* | теннис* | волейбол* | баскетбол*

    ер еркек* | әйел*

    әкесі* | анасы* шешесі* | күйеуі* | әйелі* | ұлы | қызы | інісі* ағасы*
        | сіңлісі* әпкесі*

    солтүсті* | оңтүсті* | шығыс* | батыс*

    бірінші | екінші | үшінші | төртінші | бесінші | алтыншы | жетінші

    мұнай* | газ* | көмір* | алтын* | мыс | уран* | бидай* | мақта* | күріш*

    erkek* | kadın*

    babası* | annesi* | eşi | oğlu* | kızı* | ağabeyi* | ablası*

    kuzey* | güney* | doğu doğusu* | batı batısı*

    birinci | ikinci | üçüncü | dördüncü | beşinci | altıncı | yedinci

    petrol* | gaz* doğalgaz* | kömür* | altın* | bakır* | uranyum* | buğday* | pamuk*
        | pirinç*

    ئەر | ئايال*

    دادىسى* | ئانىسى* | ئېرى | ئايالى* | ئوغلى* | قىزى* | ئاكىسى* | سىڭلىسى*

    شىمال* | جەنۇب* | شەرق* | غەرب*

    بىرىنچى | ئىككىنچى | ئۈچىنچى | تۆتىنچى | بەشىنچى

    نېفىت* | گاز* | كۆمۈر* | ئالتۇن* | پاختا* | بۇغداي*

    رجل رجال | امرأة نساء

    والده | والدته | زوجها | زوجته | ابنه | ابنته | شقيقه | شقيقته

    شمال شمالي | جنوب جنوبي | شرق شرقي | غرب غربي

    الأول الأولى | الثاني الثانية | الثالث الثالثة | الرابع الرابعة | الخامس الخامسة

    نفط النفط | غاز الغاز | فحم الفحم | ذهب الذهب | قمح القمح | قطن القطن

    男子 男性 | 女子 女性 | 男孩 男童 | 女孩 女童

    丈夫 | 妻子 | 父亲 父親 | 母亲 母親 | 儿子 兒子 | 女儿 女兒 | 哥哥 弟弟 | 姐姐 妹妹

    北部 北方 | 南部 南方 | 东部 東部 东方 東方 | 西部 西方

    第一 | 第二 | 第三 | 第四 | 第五 | 第六 | 第七 | 第八 | 第九 | 第十

    石油 原油 | 天然 燃气 燃氣 | 煤炭 | 黄金 黃金 | 小麦 小麥 | 棉花
"""

OTHERS: Final = tuple(row.split("|") for row in _ROWS.split("\n\n"))
"""Of each row, its kinds."""
